// With one worker every scheme is serial descent: the parameters have the bits of `sequential`,
// whatever the executor, unless the scheme adds up the same numbers in another order.
#include "catch.hpp"

#include "support/made_data.hpp"
#include "support/objectives.hpp"
#include "support/training.hpp"

#include <vector>

using namespace peccary;

namespace {

template <class Objective, class Data>
void compare(const scheme_entry& which, const Objective& objective, const Data& data) {
    for (const std::uint64_t batch : {1, 16}) {
        for (const double l1 : {0.0, 1e-4}) {
            CAPTURE(Objective::info.name, batch, l1);
            train_settings settings{.workers = 1, .epochs = 3, .step = 0.2, .batch = batch, .l2 = 0.03, .l1 = l1};
            const auto reference = test::run<sequential>(objective, data, settings);
            REQUIRE(std::ranges::any_of(reference.buffer, [](real value) { return value != 0; }));
            executors::for_each([&](auto tag) {
                settings.executor = decltype(tag)::type::info.name;
                CAPTURE(settings.executor);
                const auto found = test::run(which, objective, data, settings);
                if (which.info.sums_batches && batch > 1) {
                    for (std::size_t i = 0; i < found.buffer.size(); ++i) {
                        REQUIRE(found.buffer[i] == Approx(reference.buffer[i]).epsilon(1e-4).margin(1e-5));
                    }
                } else {
                    REQUIRE(found.buffer == reference.buffer);
                }
            });
        }
    }
}

} // namespace

TEST_CASE("one worker: the bits of sequential") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto binary = test::make_sparse(target_kind::binary, 500, 80, 1);
    const auto regression = test::make_dense(target_kind::regression, 200, 20, 2);
    auto classes = test::make_sparse(target_kind::multiclass, 300, 40, 3);
    for (std::size_t row = 0; row < classes.targets.size(); ++row) {
        classes.weights.push_back(row % 3 == 0 ? real{2} : real{0.5});
    }
    compare(which, linear<logistic>(80, false), binary.view());
    compare(which, linear<squared>(20, true), regression.view());
    compare(which, softmax(40, 3, true), classes.view());
}
