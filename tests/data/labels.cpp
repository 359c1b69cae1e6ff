// Labels to targets and back, and class weights, with the errors that name the row's line.
#include "catch.hpp"

#include "data/format/reading.hpp"
#include "peccary/core/random.hpp"
#include "peccary/data/class_weights.hpp"
#include "peccary/data/format/line_map.hpp"
#include "peccary/data/labels.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

using peccary::class_weighting;
using peccary::label_encoding;
using peccary::target_kind;

namespace {

/// Every row two lines below the row before it, from line 3 on.
peccary::line_map sparse_lines(std::size_t rows) {
    peccary::line_map lines("f");
    for (std::size_t row = 0; row < rows; ++row) {
        lines.add(row, 3 + 2 * row);
    }
    return lines;
}

label_encoding learn(target_kind kind, const std::vector<double>& labels) {
    return label_encoding::learn(kind, labels, sparse_lines(labels.size()));
}

std::string learn_error(target_kind kind, const std::vector<double>& labels) {
    return message_of<peccary::data_error>([&] { learn(kind, labels); });
}

std::vector<float> targets(const label_encoding& encoding, const std::vector<double>& labels) {
    return encoding.targets(labels, sparse_lines(labels.size()));
}

} // namespace

TEST_CASE("two labels become -1 and +1, the lower first") {
    for (const std::vector<double>& pair : {std::vector<double>{0, 1}, {-1, 1}, {1, 2}, {-0.5, 7.25}}) {
        const label_encoding encoding = learn(target_kind::binary, {pair[1], pair[0], pair[1]});
        CHECK(encoding.classes() == pair);
        CHECK(targets(encoding, {pair[0], pair[1]}) == std::vector<float>{-1, 1});
        // one class only is well in data that is not learned from
        CHECK(targets(encoding, {pair[0]}) == std::vector<float>{-1});
        CHECK(encoding.label_of_target(-1) == pair[0]);
        CHECK(encoding.label_of_target(1) == pair[1]);
        CHECK(encoding.class_of_target(1) == 1);
    }
}

TEST_CASE("classes are numbered in ascending order of their labels") {
    const label_encoding encoding = learn(target_kind::multiclass, {7, -3, 10, 7, 0, -3});
    CHECK(encoding.classes() == std::vector<double>{-3, 0, 7, 10});
    CHECK(targets(encoding, {7, -3, 10, 0}) == std::vector<float>{2, 0, 3, 1});
    for (std::size_t i = 0; i < 4; ++i) {
        CHECK(encoding.label_of_class(i) == encoding.classes()[i]);
        CHECK(encoding.label_of_target(static_cast<float>(i)) == encoding.classes()[i]);
        CHECK(encoding.class_of_label(encoding.classes()[i]) == i);
    }
    CHECK_FALSE(encoding.class_of_label(1).has_value());
}

TEST_CASE("classes are learned in whatever order their labels come") {
    std::vector<double> labels{1, 2, 2, 5, 5, 9, 9, 5, 2, 1, 5};
    const std::vector<double> classes{1, 2, 5, 9};
    do {
        REQUIRE(learn(target_kind::multiclass, labels).classes() == classes);
    } while (std::next_permutation(labels.begin(), labels.begin() + 7));
}

TEST_CASE("many classes survive the round trip") {
    peccary::random_stream random(5, 0, 0);
    std::vector<double> labels;
    for (int i = 0; i < 5000; ++i) {
        labels.push_back(static_cast<double>(random.below(1000)) - 500);
    }
    const label_encoding encoding = learn(target_kind::multiclass, labels);
    const std::vector<float> numbers = targets(encoding, labels);
    for (std::size_t row = 0; row < labels.size(); ++row) {
        REQUIRE(encoding.label_of_target(numbers[row]) == labels[row]);
    }
}

TEST_CASE("a zero with a sign is a zero") {
    const label_encoding encoding = learn(target_kind::binary, {-0.0, 1, 0.0});
    CHECK(encoding.classes().size() == 2);
    CHECK(encoding.listed_classes() == "0, 1");
    CHECK(targets(encoding, {0.0, -0.0}) == std::vector<float>{-1, -1});
}

TEST_CASE("values to regress on stay what they are") {
    const label_encoding encoding = learn(target_kind::regression, {0.1, -5, 0.1});
    CHECK(encoding.classes().empty());
    CHECK(targets(encoding, {0.1, 1e30}) == std::vector<float>{0.1F, 1e30F});
    CHECK(encoding.label_of_target(0.25F) == 0.25);
}

TEST_CASE("labels that do not fit are named with their line") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK(learn_error(target_kind::binary, {0, 1, 0, 2}) ==
          "f:9: label 2 is a third class beside 0 and 1; use a multiclass objective such as softmax, or keep two classes");
    CHECK(learn_error(target_kind::binary, {1, 1}) == "f: has only the label 1; training a classifier takes rows of at least two classes");
    CHECK(learn_error(target_kind::multiclass, {2}) == "f: has only the label 2; training a classifier takes rows of at least two classes");
    CHECK(learn_error(target_kind::multiclass, {1, 2.5}) ==
          "f:5: label 2.5 is not an integer, as labels of classes are; use a regression objective if the labels are quantities");
    CHECK(learn_error(target_kind::multiclass, {1, 1e17}) ==
          "f:5: label 1e+17 is not an integer, as labels of classes are; use a regression objective if the labels are quantities");
    CHECK(learn_error(target_kind::regression, {1, -1e39}) ==
          "f:5: label -1e+39 is beyond the range of a 32-bit float; rescale the labels");
    for (const target_kind kind : {target_kind::binary, target_kind::multiclass, target_kind::regression}) {
        CHECK(learn_error(kind, {1, nan}) == "f:5: the row has no label that is a finite number; give it one");
    }
    CHECK(message_of<peccary::data_error>([] { label_encoding::learn(target_kind::binary, {}, {}); }) ==
          "the data: has no labels; training a classifier takes rows of at least two classes");

    std::vector<double> too_many(label_encoding::max_classes + 1);
    for (std::size_t i = 0; i < too_many.size(); ++i) {
        too_many[i] = static_cast<double>(i);
    }
    CHECK(learn_error(target_kind::multiclass, too_many) ==
          "f:131075: label 65536 makes more than 65536 classes; use a regression objective if the labels are quantities");

    const label_encoding encoding = learn(target_kind::binary, {-1, 1});
    CHECK(message_of<peccary::data_error>([&] {
              targets(encoding, {1, -1, 0});
          }) == "f:7: label 0 is none of the classes that were trained (-1, 1); remove the row, or train with rows of this class");
    CHECK(message_of<peccary::data_error>([&] { targets(encoding, {nan}); }) ==
          "f:3: the row has no label that is a finite number; give it one");
}

TEST_CASE("an encoding from a model is checked") {
    const double infinity = std::numeric_limits<double>::infinity();
    CHECK(label_encoding(target_kind::multiclass, {1, 2, 5}) == learn(target_kind::multiclass, {5, 2, 1}));
    CHECK_THROWS_AS(label_encoding(target_kind::binary, {1}), peccary::data_error);
    CHECK_THROWS_AS(label_encoding(target_kind::binary, {1, 2, 3}), peccary::data_error);
    CHECK_THROWS_AS(label_encoding(target_kind::binary, {2, 1}), peccary::data_error);
    CHECK_THROWS_AS(label_encoding(target_kind::multiclass, {1, 1}), peccary::data_error);
    CHECK_THROWS_AS(label_encoding(target_kind::multiclass, {1, infinity}), peccary::data_error);
    CHECK_THROWS_AS(label_encoding(target_kind::regression, {1, 2}), peccary::data_error);
}

TEST_CASE("class weights are read from their text") {
    CHECK(class_weighting::parse("none").kind == class_weighting::rule::none);
    CHECK(class_weighting::parse("balanced").kind == class_weighting::rule::balanced);
    const class_weighting listed = class_weighting::parse("-1:1,1:2.5");
    CHECK(listed.kind == class_weighting::rule::listed);
    CHECK(listed.list == std::vector<class_weighting::entry>{{-1, 1}, {1, 2.5}});
    for (const char* text : {"", "1", "1:", ":1", "1:0", "1:-2", "1:nan", "1:1,", ",1:1", "a:1", "1:1;2:1", "1:1e39", "Balanced"}) {
        INFO(text);
        CHECK_THROWS_AS(class_weighting::parse(text), peccary::usage_error);
    }
    CHECK(message_of<peccary::usage_error>([] { class_weighting::parse("1:2,0:x"); }) ==
          "class weights '1:2,0:x': '0:x' is not label:weight with a positive weight; give none, balanced, or a list such as -1:1,1:2.5");
    CHECK(message_of<peccary::usage_error>([] { class_weighting::parse("1:2,1:3"); }) ==
          "class weights '1:2,1:3' give label 1 twice; give each label once");
}

TEST_CASE("class weights become row weights") {
    const std::vector<double> labels{3, 3, 5, 3, 9, 3};
    const label_encoding encoding = learn(target_kind::multiclass, labels);
    const std::vector<float> numbers = targets(encoding, labels);
    CHECK(peccary::row_weights({}, encoding, numbers).empty());
    CHECK(peccary::row_weights(class_weighting::parse("balanced"), encoding, numbers) == std::vector<float>{0.5F, 0.5F, 2, 0.5F, 2, 0.5F});
    CHECK(peccary::row_weights(class_weighting::parse("5:4,3:0.25"), encoding, numbers) ==
          std::vector<float>{0.25F, 0.25F, 4, 0.25F, 1, 0.25F});
    CHECK(message_of<peccary::usage_error>([&] { peccary::row_weights(class_weighting::parse("4:1"), encoding, numbers); }) ==
          "class weights name label 4, which is none of the classes (3, 5, 9); correct the list");

    const label_encoding binary = learn(target_kind::binary, {0, 1});
    CHECK(peccary::row_weights(class_weighting::parse("balanced"), binary, std::vector<float>{-1, -1, -1, 1}) ==
          std::vector<float>{4 / 6.0F, 4 / 6.0F, 4 / 6.0F, 2});

    const label_encoding regression = learn(target_kind::regression, {0, 1});
    CHECK_THROWS_AS(peccary::row_weights(class_weighting::parse("balanced"), regression, std::vector<float>{0, 1}), peccary::usage_error);
    CHECK(peccary::row_weights({}, regression, std::vector<float>{0, 1}).empty());
}
