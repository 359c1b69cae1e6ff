// The LIBSVM reader: every legal form, every error with its place and words, whatever the threads
// and the block size.
#include "catch.hpp"

#include "data/format/reading.hpp"
#include "peccary/data/format/libsvm.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using peccary::index_base;
using peccary::libsvm_options;
using namespace std::string_literals;

namespace {

struct row {
    double label;
    std::vector<std::pair<std::uint32_t, float>> entries;
    bool operator==(const row&) const = default;
};

std::vector<row> rows_of(const peccary::libsvm_file& file) {
    std::vector<row> rows;
    for (std::size_t i = 0; i < file.data.size(); ++i) {
        rows.push_back({file.data.labels[i], {}});
        for (auto k = file.data.offsets[i]; k < file.data.offsets[i + 1]; ++k) {
            rows.back().entries.emplace_back(file.data.indices[k], file.data.values[k]);
        }
    }
    return rows;
}

/// Calls `action` with the options for every number of threads and some block sizes.
template <class Action>
void with_every_split(libsvm_options options, const Action& action) {
    for (const unsigned threads : {1U, 2U, 3U, 8U}) {
        for (const std::size_t block_bytes : {std::size_t{1}, std::size_t{5}, std::size_t{64}, std::size_t{1} << 20U}) {
            options.threads = threads;
            options.block_bytes = block_bytes;
            action(options);
        }
    }
}

peccary::libsvm_file read(std::string_view text, const libsvm_options& options) {
    peccary::memory_source source(text, "f");
    return peccary::read_libsvm(source, options);
}

std::string error_of(const std::string& text, const libsvm_options& options) {
    return message_of<peccary::data_error>([&] { read(text, options); });
}

libsvm_options with_base(index_base base) {
    libsvm_options options;
    options.base = base;
    return options;
}

libsvm_options with_limit(std::uint64_t features, index_base base = index_base::detect) {
    libsvm_options options = with_base(base);
    options.max_features = features;
    return options;
}

libsvm_options with_model(std::uint64_t features, index_base base = index_base::detect) {
    libsvm_options options = with_base(base);
    options.model_features = features;
    return options;
}

} // namespace

TEST_CASE("legal LIBSVM files") {
    struct legal {
        std::string text;
        std::vector<row> rows;
        std::size_t columns;
        std::vector<std::uint64_t> lines;
        libsvm_options options = {};
    };
    const std::vector<legal> table{
        {"1 1:2 3:4\n-1 2:0.5\n", {{1, {{0, 2}, {2, 4}}}, {-1, {{1, 0.5F}}}}, 3, {1, 2}},
        {"+1 1:+2\n", {{1, {{0, 2}}}}, 1, {1}}, // signs
        // forms of numbers
        {"2.5e1 1:-1e-2 2:.5 3:1.\n", {{25, {{0, -0.01F}, {1, 0.5F}, {2, 1}}}}, 3, {1}},
        {"1 1:2", {{1, {{0, 2}}}}, 1, {1}},                                // no newline at the end
        {"1 1:2\r\n0 1:3\r\n", {{1, {{0, 2}}}, {0, {{0, 3}}}}, 1, {1, 2}}, // CR LF
        {"1 1:2\r\n0 1:3\r", {{1, {{0, 2}}}, {0, {{0, 3}}}}, 1, {1, 2}},   // the last LF is missing
        {"1\t1:2\t\t2:3\n", {{1, {{0, 2}, {1, 3}}}}, 2, {1}},              // tabs
        {"  1   1:2  2:3  \n", {{1, {{0, 2}, {1, 3}}}}, 2, {1}},           // several blanks
        {"1 1:2 \r\n", {{1, {{0, 2}}}}, 1, {1}},
        {"1 1:2\r\r\n0 1:3\r\r\n", {{1, {{0, 2}}}, {0, {{0, 3}}}}, 1, {1, 2}}, // CR CR LF
        // blanks behind the colon
        {"1 1: 2 2:\t\t3\n", {{1, {{0, 2}, {1, 3}}}}, 2, {1}},
        {"1\n2\n3 1:1\n", {{1, {}}, {2, {}}, {3, {{0, 1}}}}, 1, {1, 2, 3}}, // labels only
        {"1\n", {{1, {}}}, 0, {1}},
        {"\n\n1 1:1\n \t\n\r\n2 1:2\n\n", {{1, {{0, 1}}}, {2, {{0, 2}}}}, 1, {3, 6}}, // blank lines
        // comments
        {"# head\n1 1:1 # tail 5:5\n  # in\n2 1:2#tail\n3#\n", {{1, {{0, 1}}}, {2, {{0, 2}}}, {3, {}}}, 1, {2, 4, 5}},
        {"3 qid:7 1:1\n2 qid:18446744073709551616 # rank\n", {{3, {{0, 1}}}, {2, {}}}, 1, {1, 2}},
        {"1 0:5 1:6\n1 2:1\n", {{1, {{0, 5}, {1, 6}}}, {1, {{2, 1}}}}, 3, {1, 2}}, // counts from 0
        {"1 1:6\n1 0:5\n", {{1, {{1, 6}}}, {1, {{0, 5}}}}, 2, {1, 2}},             // found out late
        {"1 1:6\n", {{1, {{1, 6}}}}, 2, {1}, with_base(index_base::zero)},
        {"1 1:6\n", {{1, {{0, 6}}}}, 1, {1}, with_base(index_base::one)},
        {"1 1:0 2:-0\n", {{1, {{0, 0}, {1, 0}}}}, 2, {1}}, // explicit zeros are kept
        {"1 0001:7\n", {{1, {{0, 7}}}}, 1, {1}},           // leading zeros
        {"1 000000000000000012:7\n", {{1, {{11, 7}}}}, 12, {1}},
        {"1 1:1e-60\n", {{1, {{0, 0}}}}, 1, {1}}, // below the smallest float
        {"1e300 1:3.4028235e38\n", {{1e300, {{0, 3.4028235e38F}}}}, 1, {1}},
        {"\xEF\xBB\xBF"s + "1 1:1\n", {{1, {{0, 1}}}}, 1, {1}}, // byte order mark
        {"1 12345678:1\n", {{1, {{12345677, 1}}}}, 12345678, {1}},
        // the default limit
        {"1 123456789:1 268435456:2\n", {{1, {{123456788, 1}, {268435455, 2}}}}, 268435456, {1}},
        {"1 268435455:2\n1 0:1\n", {{1, {{268435455, 2}}}, {1, {{0, 1}}}}, 268435456, {1, 2}},
        {"1 4294967295:1\n", {{1, {{4294967294, 1}}}}, 4294967295, {1}, with_limit(UINT64_MAX)},
        {"1 0:2 4294967294:1\n", {{1, {{0, 2}, {4294967294, 1}}}}, 4294967295, {1}, with_limit(UINT64_MAX)},
        {"1 5:1\n", {{1, {{4, 1}}}}, 5, {1}, with_model(5)},
        {"1 4:1\n", {{1, {{4, 1}}}}, 5, {1}, with_model(5, index_base::zero)},
        {"1 1:1.12345678901234567 2:123456789012 3:1\n", {{1, {{0, 1.12345678901234567F}, {1, 123456789012.F}, {2, 1}}}}, 3, {1}},
        {"1 " + std::to_string(1) + ":" + std::string(200, '0') + "5\n", {{1, {{0, 5}}}}, 1, {1}},
    };
    for (const legal& expected : table) {
        INFO(expected.text);
        with_every_split(expected.options, [&](const libsvm_options& options) {
            const peccary::libsvm_file file = read(expected.text, options);
            REQUIRE(rows_of(file) == expected.rows);
            REQUIRE(file.data.columns == expected.columns);
            for (std::size_t i = 0; i < expected.rows.size(); ++i) {
                REQUIRE(file.lines.line(i) == expected.lines[i]);
            }
        });
    }
}

TEST_CASE("the base that was found is told") {
    CHECK(read("1 1:1\n", {}).base == index_base::one);
    CHECK(read("1 0:1\n", {}).base == index_base::zero);
    CHECK(read("1\n", {}).base == index_base::one);
    CHECK(read("1 # 0:1\n", {}).base == index_base::one);
    CHECK(read("1 1:1\n", with_base(index_base::zero)).base == index_base::zero);
}

TEST_CASE("every error in LIBSVM text has its place and says what to do") {
    struct illegal {
        std::string text;
        std::string message;
        libsvm_options options = {};
    };
    const std::string no_number = " is not a number; every row starts with one numeric label";
    const std::string nul = "NUL byte; the file is damaged, binary or UTF-16: convert it to plain text";
    const std::string too_many = " is beyond the limit of 10 features; repair it, or raise the limit if the data is right";
    const std::string from_zero = " (indices count from 0 in this file, since one of them is 0)";
    const std::vector<illegal> table{
        {"abc 1:1\n", "f:1:1: label 'abc'" + no_number},
        {"1 1:1\n  x1 1:1\n", "f:2:3: label 'x1'" + no_number},
        {"1,2 1:1\n", "f:1:1: label '1,2'" + no_number},
        {"1x\n", "f:1:1: label '1x'" + no_number},
        {"\xEF\xBB\xBF"s + "a 1:1\n", "f:1:4: label 'a'" + no_number},
        {"1 1:1\n\xEF\xBB\xBF"s + "1 1:1\n", "f:2:1: label '\\xEF\\xBB\\xBF1'" + no_number},
        {"nan 1:1\n", "f:1:1: label 'nan' is not finite; repair it or remove the row"},
        {"-inf\n", "f:1:1: label '-inf' is not finite; repair it or remove the row"},
        {"1e999\n", "f:1:1: label '1e999' is not finite; repair it or remove the row"},
        {"1:1 2:2\n", "f:1:1: the row has no label before '1:1'; every row starts with a number, 0 if the label is not known"},
        {"1 2\n", "f:1:3: feature '2' has no ':'; write index:value"},
        {"1 1:1 2 3:3\n", "f:1:7: feature '2' has no ':'; write index:value"},
        {"1 1 :2\n", "f:1:3: feature '1' has no ':'; write index:value"},
        {"1 1:\n", "f:1:5: index 1 has no value; write index:value, or leave the feature out if it is 0"},
        {"1 1: 2:1\n", "f:1:5: index 1 has no value; write index:value, or leave the feature out if it is 0"},
        {"1 1:#\n", "f:1:5: index 1 has no value; write index:value, or leave the feature out if it is 0"},
        {"1 :2\n", "f:1:3: index '' is not a whole number; write index:value with indices counted from 1"},
        {"1 a:2\n", "f:1:3: index 'a' is not a whole number; write index:value with indices counted from 1"},
        {"1 -1:2\n", "f:1:3: index '-1' is not a whole number; write index:value with indices counted from 1"},
        {"1 1.5:2\n", "f:1:3: index '1.5' is not a whole number; write index:value with indices counted from 0",
         with_base(index_base::zero)},
        {"1 1:x\n", "f:1:5: value 'x' is not a number; write index:value"},
        {"1 1:2:3\n", "f:1:5: value '2:3' is not a number; write index:value"},
        {"1 1:0x1\n", "f:1:5: value '0x1' is not a number; write index:value"},
        {"1 1:1,5\n", "f:1:5: value '1,5' is not a number; write index:value"},
        {"1 1:1e\n", "f:1:5: value '1e' is not a number; write index:value"},
        {"1 1:1\r2:2\n", "f:1:5: value '1\\x0D2:2' is not a number; write index:value"},
        {"1 1:\xC3\xA9\n", "f:1:5: value '\\xC3\\xA9' is not a number; write index:value"},
        {"1 1:" + std::string(50, 'y') + "\n", "f:1:5: value '" + std::string(40, 'y') + "...' is not a number; write index:value"},
        {"1 1:1 2:nan\n", "f:1:9: value 'nan' is not finite; repair it or remove the feature"},
        {"1 1:-Infinity\n", "f:1:5: value '-Infinity' is not finite; repair it or remove the feature"},
        {"1 1:1e999\n", "f:1:5: value '1e999' is beyond the range of a 32-bit float; rescale the feature"},
        {"1 1:-3.5e38\n", "f:1:5: value '-3.5e38' is beyond the range of a 32-bit float; rescale the feature"},
        {"1 1:1 0:1\n", "f:1:7: index 0 follows 1; sort the features of each row by index"},
        {"1 1:1\n1 0:1\n", "f:2:3: index 0, but indices count from 1 here; read the file with indices counted from 0",
         with_base(index_base::one)},
        {"1 3:1 2:1\n", "f:1:7: index 2 follows 3; sort the features of each row by index"},
        {"1 3:1 3:1\n", "f:1:7: index 3 is repeated; give each feature of a row once"},
        {"1 qid:x 1:1\n", "f:1:7: query 'x' is not a whole number; write qid:N or remove it"},
        {"1 qid: 1:1\n", "f:1:7: query '' is not a whole number; write qid:N or remove it"},
        {"1 1:1 qid:1\n", "f:1:7: index 'qid' is not a whole number; write index:value with indices counted from 1"},
        {"qid:1 1:1\n", "f:1:1: the row has no label before 'qid:1'; every row starts with a number, 0 if the label is not known"},
        // limits: counted from 1 the last legal index is the limit, from 0 the one before it
        {"1 11:1\n", "f:1:3: index 11" + too_many, with_limit(10)},
        {"1 99999999999999999999:1\n", "f:1:3: index 99999999999999999999" + too_many, with_limit(10)},
        {"1 10:1\n", "f:1:3: index 10" + too_many, with_limit(10, index_base::zero)},
        {"1 1:1\n1 10:1\n1 10:1\n1 0:1\n", "f:2:3: index 10" + too_many + from_zero, with_limit(10)},
        {"1 0:1\n1 10:1\n", "f:2:3: index 10" + too_many + from_zero, with_limit(10)},
        {"1 0:1 10:1\n", "f:1:7: index 10" + too_many + from_zero, with_limit(10)},
        {"1 10:1\n1 x:1\n1 0:1\n", "f:2:3: index 'x' is not a whole number; write index:value with indices counted from 1", with_limit(10)},
        {"1 10:1\n1 0:1 x:1\n", "f:1:3: index 10" + too_many + from_zero, with_limit(10)},
        {"1 268435457:1\n",
         "f:1:3: index 268435457 is beyond the limit of 268435456 features; repair it, or raise the limit if the data is right"},
        {"1 4294967296:1\n", "f:1:3: index 4294967296 is beyond the 4294967295 features that Peccary can hold; renumber the features",
         with_limit(UINT64_MAX)},
        {"1 0:1 4294967295:1\n",
         "f:1:7: index 4294967295 is beyond the 4294967295 features that Peccary can hold; renumber the features" + from_zero,
         with_limit(UINT64_MAX)},
        {"1 6:1\n", "f:1:3: index 6 is beyond the 5 features of the model; use data with the features that the model was trained on",
         with_model(5)},
        {"1 5:1\n", "f:1:3: index 5 is beyond the 5 features of the model; use data with the features that the model was trained on",
         with_model(5, index_base::zero)},
        // NUL bytes
        {"1 1:1\n1 1\0:1\n"s, "f:2:4: " + nul},
        {"\0"s, "f:1:1: " + nul},
        {"1 1:1 # a\0b\n"s, "f:1:10: " + nul},
        {"# a\0b\n"s, "f:1:4: " + nul},
        {"1 qid:1\0 1:1\n"s, "f:1:8: " + nul},
        {"1 x:1 \0\n"s, "f:1:3: index 'x' is not a whole number; write index:value with indices counted from 1"},
        {"\xFF\xFE\x31\x00\x20\x00"s, "f:1:4: " + nul},
        // no rows
        {"", "f: has no rows; give a file with at least one line 'label index:value ...'"},
        {"\n# nothing\n \n", "f: has no rows; give a file with at least one line 'label index:value ...'"},
        // the first of several
        {"1 1:1\n1 x:1\n1 1:y\nz\n", "f:2:3: index 'x' is not a whole number; write index:value with indices counted from 1"},
        {"1 1:1 1:z\n", "f:1:7: index 1 is repeated; give each feature of a row once"},
    };
    for (const illegal& expected : table) {
        INFO(expected.text);
        with_every_split(expected.options,
                         [&](const libsvm_options& options) { REQUIRE(error_of(expected.text, options) == expected.message); });
    }
}

TEST_CASE("an error deep in a file names its line, whatever the number of threads") {
    std::string text;
    for (int line = 1; line <= 3000; ++line) {
        text += line % 10 == 0 ? "# comment\n\n" : "1 1:0.5 7:0.25 19:3\n";
    }
    text += "1 5:1 4:1\n";
    text += text;
    with_every_split({}, [&](const libsvm_options& options) {
        REQUIRE(error_of(text, options) == "f:3301:7: index 4 follows 5; sort the features of each row by index");
    });
}

TEST_CASE("of an error in LIBSVM text and a later failure of the source, the first is told") {
    with_every_split({}, [&](const libsvm_options& options) {
        failing_source damaged("1 1:1\n1 2:x\n1 3:1\n");
        REQUIRE(message_of<peccary::error>([&] { peccary::read_libsvm(damaged, options); }) ==
                "failing:2:5: value 'x' is not a number; write index:value");
        failing_source good("1 1:1\n1 2:1\n1 3:");
        REQUIRE(message_of<peccary::error>([&] { peccary::read_libsvm(good, options); }) == "failing: the disk is gone; find it");
    });
}

TEST_CASE("options that allow no feature are refused") {
    CHECK(message_of<peccary::usage_error>([] { read("1\n", with_limit(0)); }) ==
          "a data set of at most 0 features cannot be read; raise the limit");
    CHECK(message_of<peccary::usage_error>([] { read("1\n", with_model(0)); }) ==
          "a data set of at most 0 features cannot be read; raise the limit");
}

TEST_CASE("the view shows the rows") {
    const peccary::libsvm_file file = read("1 2:3\n-1\n", {});
    const std::vector<float> targets{1, -1};
    const peccary::sparse_view view = file.data.view(targets);
    REQUIRE(view.size() == 2);
    REQUIRE(view.features() == 2);
    REQUIRE(view.row(0).index(0) == 1);
    REQUIRE(view.row(0).value(0) == 3);
    REQUIRE(view.row(1).size() == 0);
    REQUIRE(view.row(1).target == -1);
}
