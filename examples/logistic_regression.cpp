// The smallest use of the library: train a logistic regression on four sparse rows with Hogwild!
// and print its weights.
#include <peccary/peccary.hpp>

#include <iostream>
#include <vector>

int main() {
    // CSR: row i has entries [offsets[i], offsets[i + 1])
    const std::vector<std::uint64_t> offsets{0, 2, 4, 5, 6};
    const std::vector<peccary::feature_index> indices{0, 2, 1, 2, 0, 1};
    const std::vector<float> values{1, 0.5F, 1, 0.5F, 2, 2};
    const std::vector<float> targets{+1, -1, +1, -1};
    const peccary::sparse_view data{offsets, indices, values, targets, {}, 3};

    const peccary::linear<peccary::logistic> objective(data.features(), false);
    const auto result = peccary::train<peccary::hogwild>(objective, data, {.workers = 2, .epochs = 20});

    std::cout << "objective value " << result.last.objective_value << ", accuracy " << result.last.training.accuracy << ", weights";
    for (const float weight : result.model.exclusive()) {
        std::cout << ' ' << weight;
    }
    std::cout << '\n';
    return result.last.training.accuracy == 1 ? 0 : 1;
}
