// How an objective's parameters lie in the one shared buffer: named spans, each at a cache-line
// boundary.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/types.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace peccary {

struct parameter_span {
    std::string name;
    std::size_t offset = 0; ///< in reals from the start of the buffer
    std::size_t size = 0;   ///< in reals
    /// false for biases: neither l2 nor l1 applies, and the weight scale does not either
    bool regularised = true;
    /// a tally beside the model: workers' copies of it are added up, where a model's are averaged
    bool counts = false;
};

class parameter_layout {
public:
    /// Appends a span and returns its offset.
    std::size_t append(std::string name, std::size_t size, bool regularised, bool counts = false) {
        constexpr std::size_t line = cache_line / sizeof(real);
        const std::size_t offset = (size_ + line - 1) / line * line;
        spans_.push_back({.name = std::move(name), .offset = offset, .size = size, .regularised = regularised, .counts = counts});
        size_ = offset + size;
        return offset;
    }

    const std::vector<parameter_span>& spans() const noexcept { return spans_; }

    /// Reals in the whole buffer, padding between spans included.
    std::size_t size() const noexcept { return size_; }

    /// Throws `error` when there is no span of that name.
    const parameter_span& find(std::string_view name) const {
        for (const auto& span : spans_) {
            if (span.name == name) {
                return span;
            }
        }
        throw error("no parameters named '" + std::string(name) + "'");
    }

private:
    std::vector<parameter_span> spans_;
    std::size_t size_ = 0;
};

} // namespace peccary
