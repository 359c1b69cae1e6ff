// Captured adds: each block once, with the sum of what was added to it; nothing left after `clear`.
#include "catch.hpp"

#include "peccary/parameters/access/exclusive.hpp"
#include "peccary/parameters/parameter_view.hpp"
#include "peccary/update/captured_adds.hpp"

#include <algorithm>
#include <vector>

using namespace peccary;

TEST_CASE("adds are summed block by block") {
    captured_adds captured(1000);
    const view_through<exclusive> shared;
    const capturing_view view(captured, shared);
    const std::vector<feature_index> indices{3, 7};
    const std::vector<real> values{1, 2};
    const sparse_row row{.indices = indices, .values = values};
    const std::vector<real> slopes{1, 2, 3, 4, 5};
    for (int round = 0; round < 3; ++round) {
        view.add_outer(100, row, slopes, 2);
        view.add_outer(100, row, slopes, 1);
        view.add_block(500, values, 10);
        view.add(999, 4);
        view.add_block(0, {}, 1);

        const std::vector<std::size_t> firsts(captured.firsts().begin(), captured.firsts().end());
        REQUIRE(firsts == std::vector<std::size_t>{115, 135, 500, 999}); // rows of five
        const auto held = [&](std::size_t first) {
            const auto block = captured.block(first);
            return std::vector<real>(block.begin(), block.end());
        };
        REQUIRE(held(115) == std::vector<real>{3, 6, 9, 12, 15});
        REQUIRE(held(135) == std::vector<real>{6, 12, 18, 24, 30});
        REQUIRE(held(500) == std::vector<real>{10, 20});
        REQUIRE(held(999) == std::vector<real>{4});
        captured.clear();
        REQUIRE(captured.firsts().empty());
    }
}
