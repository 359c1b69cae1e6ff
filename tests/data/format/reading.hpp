// What the tests of the readers share: awkward sources, and the message that an action throws.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/data/format/byte_source.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// Gives at most `step` bytes a read, as a pipe may.
class trickle_source final : public peccary::byte_source {
public:
    trickle_source(std::string_view text, std::size_t step) : byte_source("trickle"), text_(text), step_(step) {}
    std::size_t read(std::span<char> room) override { return text_.read(room.first(std::min(step_, room.size()))); }

private:
    peccary::memory_source text_;
    std::size_t step_;
};

/// Fails behind its text, as a damaged disk or compressed stream does.
class failing_source final : public peccary::byte_source {
public:
    explicit failing_source(std::string_view text) : byte_source("failing"), text_(text) {}
    std::size_t read(std::span<char> room) override {
        if (const std::size_t count = text_.read(room); count > 0) {
            return count;
        }
        throw peccary::io_error("failing: the disk is gone; find it");
    }

private:
    peccary::memory_source text_;
};

/// `what()` of the Error that the action throws; "(nothing thrown)" if none. Other exceptions pass.
template <class Error, class Action>
std::string message_of(Action&& action) {
    try {
        std::forward<Action>(action)();
    } catch (const Error& error) {
        return error.what();
    }
    return "(nothing thrown)";
}
