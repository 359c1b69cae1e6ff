// Layout and buffer: spans at cache-line boundaries, zero at first, copied deeply, found by name.
#include "catch.hpp"

#include "peccary/parameters/parameters.hpp"

#include <algorithm>
#include <cstdint>

using peccary::parameter_layout;
using peccary::parameters;
using peccary::real;

namespace {

parameter_layout three_spans(std::size_t weights) {
    parameter_layout layout;
    layout.append("weights", weights, true);
    layout.append("bias", 1, false);
    layout.append("more", 5, true);
    return layout;
}

} // namespace

TEST_CASE("spans begin at cache lines, in order, without overlap") {
    for (const std::size_t weights : {0, 1, 31, 32, 33, 1000}) {
        const parameters model(three_spans(weights));
        std::size_t end = 0;
        for (const auto& span : model.layout().spans()) {
            REQUIRE(span.offset * sizeof(real) % peccary::cache_line == 0);
            REQUIRE(span.offset >= end);
            REQUIRE(reinterpret_cast<std::uintptr_t>(model.exclusive(span).data()) % peccary::cache_line == 0);
            end = span.offset + span.size;
        }
        REQUIRE(model.size() == end);
        REQUIRE(std::ranges::all_of(model.exclusive(), [](real value) { return value == 0; }));
    }
}

TEST_CASE("a span is found by its name") {
    const auto layout = three_spans(10);
    REQUIRE(layout.find("bias").size == 1);
    REQUIRE_FALSE(layout.find("bias").regularised);
    REQUIRE(layout.find("weights").regularised);
    REQUIRE_THROWS_WITH(layout.find("biases"), "no parameters named 'biases'");
}

TEST_CASE("copies are deep, moves keep the buffer") {
    parameters first(three_spans(10));
    std::ranges::fill(first.exclusive(), real{3});
    parameters second = first;
    REQUIRE(std::ranges::equal(first.exclusive(), second.exclusive()));
    second.exclusive()[0] = 4;
    REQUIRE(first.exclusive()[0] == 3);
    first = second;
    REQUIRE(first.exclusive()[0] == 4);
    const real* const buffer = first.base();
    const parameters third = std::move(first);
    REQUIRE(third.exclusive().data() == buffer);
}

TEST_CASE("an empty layout has an empty buffer") {
    const parameters model{parameter_layout{}};
    REQUIRE(model.size() == 0);
    REQUIRE(model.exclusive().empty());
}
