// Trains a small separable problem on every executor that was asked for, as a user's first program
// might.
#include <peccary/peccary.hpp>

#include <peccary/core/version.hpp>

#include "my_problem.hpp"

#include <cstdio>
#include <exception>
#include <string_view>
#include <vector>

std::string_view version_seen_by_second();

namespace {

/// One thousand examples whose feature 0 or 1 tells their class.
peccary::sparse_dataset separable() {
    peccary::sparse_dataset data;
    data.columns = 2;
    for (int example = 0; example < 1000; ++example) {
        data.indices.push_back(example % 2);
        data.values.push_back(1);
        data.offsets.push_back(data.indices.size());
        data.labels.push_back(example % 2 == 0 ? 1 : -1);
    }
    return data;
}

bool learns_on(const char* executor) {
    const peccary::sparse_dataset data = separable();
    const std::vector<peccary::real> targets(data.labels.begin(), data.labels.end());
    const my_objective objective(data.columns, /*bias=*/false);
    peccary::train_settings settings;
    settings.executor = executor;
    settings.workers = 2;

    const auto result = peccary::train<peccary::hogwild>(objective, data.view(targets), settings);
    const auto weights = result.model.exclusive(result.model.layout().find("weights"));
    std::printf("%s: objective %.4f, weights %+.3f %+.3f\n", executor, result.last.objective_value, static_cast<double>(weights[0]),
                static_cast<double>(weights[1]));
    return weights[0] > 0 && weights[1] < 0;
}

} // namespace

int main() {
    try {
        bool learnt = learns_on("threads");
#ifdef EXPECT_PECCARY_HAS_OPENMP
        learnt = learns_on("openmp") && learnt;
#endif
#ifdef EXPECT_PECCARY_HAS_TBB
        learnt = learns_on("tbb") && learnt;
#endif
        return learnt && version_seen_by_second() == peccary::version_string ? 0 : 1;
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "consumer: %s\n", failure.what());
        return 1;
    }
}
