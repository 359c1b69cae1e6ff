// Trains each kind of model on rows that two features decide, and meets a step that is too large.
// With whatever options a project compiles, both end as they should.
#include <peccary/data/labels.hpp>
#include <peccary/network.hpp>
#include <peccary/peccary.hpp>

#include <iostream>
#include <string>
#include <vector>

namespace {

template <class Scheme, class Objective>
bool learns(const std::string& name, const Objective& objective, const peccary::sparse_view& data) {
    const auto result = peccary::train<Scheme>(objective, data, {.workers = 1, .epochs = 30});
    std::cout << name << ": accuracy " << result.last.training.accuracy << '\n';
    return result.last.training.accuracy == 1;
}

} // namespace

int main() {
    std::vector<std::uint64_t> offsets{0};
    std::vector<peccary::feature_index> indices;
    std::vector<float> values;
    std::vector<float> signs;
    std::vector<float> classes;
    for (unsigned row = 0; row < 40; ++row) {
        indices.push_back(row % 2);
        values.push_back(row % 3 == 0 ? 2.0F : 1.0F);
        offsets.push_back(indices.size());
        signs.push_back(row % 2 == 0 ? 1.0F : -1.0F);
        classes.push_back(row % 2 == 0 ? 0.0F : 1.0F);
    }
    const peccary::sparse_view binary{offsets, indices, values, signs, {}, 2};
    const peccary::sparse_view of_two{offsets, indices, values, classes, {}, 2};

    const std::vector<double> labels(signs.begin(), signs.end());
    const auto encoding = peccary::label_encoding::learn(peccary::target_kind::binary, labels, {});
    if (encoding.classes().size() != 2) {
        std::cout << "two labels are " << encoding.classes().size() << " classes\n";
        return 1;
    }
    bool right = learns<peccary::sequential>("logistic", peccary::linear<peccary::logistic>(2, true), binary);
    right = learns<peccary::hogwild>("softmax", peccary::softmax(2, 2, true), of_two) && right;
    right = learns<peccary::sequential>("network", peccary::mlp(2, {8}, 2), of_two) && right;
    try {
        peccary::train<peccary::sequential>(peccary::linear<peccary::squared>(2, true), binary, {.epochs = 5, .step = 1e30});
        std::cout << "a step far too large was not noticed\n";
        right = false;
    } catch (const peccary::diverged_error& error) {
        std::cout << error.what() << '\n';
    }
    return right ? 0 : 1;
}
