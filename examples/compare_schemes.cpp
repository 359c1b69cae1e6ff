// Runs every scheme of the list over the same random sparse problem and prints what each cost:
// swapping a scheme is a template argument.
#include <peccary/peccary.hpp>

#include <iostream>
#include <string>
#include <vector>

int main() {
    constexpr std::size_t rows = 2000;
    constexpr std::uint32_t features = 500;
    constexpr std::size_t nonzeros = 12;
    peccary::random_stream random(7, 0, 0);
    std::vector<std::uint64_t> offsets{0};
    std::vector<peccary::feature_index> indices;
    std::vector<float> values;
    std::vector<float> targets;
    for (std::size_t row = 0; row < rows; ++row) {
        std::vector<peccary::feature_index> support;
        float score = 0;
        for (std::size_t k = 0; k < nonzeros; ++k) {
            support.push_back(static_cast<peccary::feature_index>(k * features / nonzeros + random.below(features / nonzeros)));
            // the truth: even features speak for, odd ones against
            score += support.back() % 2 == 0 ? 1.0F : -1.0F;
        }
        indices.insert(indices.end(), support.begin(), support.end());
        values.insert(values.end(), nonzeros, 0.3F);
        offsets.push_back(indices.size());
        targets.push_back(score + static_cast<float>(random.unit()) - 0.5F > 0 ? 1.0F : -1.0F);
    }
    const peccary::sparse_view data{offsets, indices, values, targets, {}, features};
    const peccary::linear<peccary::logistic> objective(features, false);

    bool good = true;
    peccary::schemes::for_each([&](auto tag) {
        using scheme = typename decltype(tag)::type;
        const peccary::train_settings settings{.workers = scheme::info.parallel ? 2U : 1U, .epochs = 10};
        const auto result = peccary::train<scheme>(objective, data, settings);
        std::cout << std::string(scheme::info.name) << ": objective value " << result.last.objective_value << ", accuracy "
                  << result.last.training.accuracy << ", " << result.last.train_seconds * 1e3 << " ms\n";
        good = good && result.last.training.accuracy > 0.9;
    });
    return good ? 0 : 1;
}
