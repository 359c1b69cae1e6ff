// A byte source that identifies what it has given, so that what was parsed and what was hashed are
// the same bytes.
#pragma once

#include "peccary/core/content_hash.hpp"
#include "peccary/data/format/byte_source.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <utility>

namespace peccary {

class hashed_source final : public byte_source {
public:
    explicit hashed_source(std::unique_ptr<byte_source> source) : byte_source(source->name()), source_(std::move(source)) {}

    std::size_t read(std::span<char> room) override {
        const std::size_t count = source_->read(room);
        hasher_.add({room.data(), count});
        return count;
    }

    /// Of all bytes that were read; of the whole source once `read` has returned 0.
    content_identity identity() const { return hasher_.identity(); }

private:
    std::unique_ptr<byte_source> source_;
    content_hasher hasher_;
};

} // namespace peccary
