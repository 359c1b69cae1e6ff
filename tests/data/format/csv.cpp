// The CSV reader: formats given and found out, every legal form, every error with its place and
// words, whatever the threads and the block size.
#include "catch.hpp"

#include "data/format/reading.hpp"
#include "peccary/core/random.hpp"
#include "peccary/data/format/csv.hpp"

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using peccary::csv_header;
using peccary::csv_options;
using namespace std::string_literals;

namespace {

template <class Action>
void with_every_csv_split(csv_options options, const Action& action) {
    for (const unsigned threads : {1U, 2U, 3U, 8U}) {
        for (const std::size_t block_bytes : {std::size_t{1}, std::size_t{5}, std::size_t{64}, std::size_t{1} << 20U}) {
            options.threads = threads;
            options.block_bytes = block_bytes;
            action(options);
        }
    }
}

peccary::csv_file read(std::string_view text, const csv_options& options) {
    peccary::memory_source source(text, "f");
    return peccary::read_csv(source, options);
}

csv_options with_label(const std::string& label) {
    csv_options options;
    options.label = label;
    return options;
}

csv_options with_header(csv_header header) {
    csv_options options;
    options.header = header;
    return options;
}

csv_options with_delimiter(char delimiter) {
    csv_options options;
    options.delimiter = delimiter;
    return options;
}

csv_options csv_with_model(std::size_t features) {
    csv_options options;
    options.model_features = features;
    return options;
}

} // namespace

TEST_CASE("legal CSV files") {
    struct legal {
        std::string text;
        std::vector<std::vector<float>> rows; // without labels
        std::vector<double> labels;
        std::vector<std::string> names;
        std::vector<std::uint64_t> lines;
        csv_options options = {};
    };
    const std::vector<legal> table{
        {"1,2,3\n4,5,6\n", {{1, 2}, {4, 5}}, {3, 6}, {}, {1, 2}},
        {"a,b,y\n1,2,3\n", {{1, 2}}, {3}, {"a", "b", "y"}, {2}},
        {"a,b,y\n1,2,3\n", {{2, 3}}, {1}, {"a", "b", "y"}, {2}, with_label("a")},
        {"a,b,y\n1,2,3\n", {{1, 3}}, {2}, {"a", "b", "y"}, {2}, with_label("2")},
        {"a,b,y\n1,2,3\n", {{1, 3}}, {2}, {"a", "b", "y"}, {2}, with_label("-2")},
        // a name goes before a number
        {"3,b,y\n1,2,5\n", {{2, 5}}, {1}, {"3", "b", "y"}, {2}, with_label("3")},
        {"a,1\n1,2\n", {{1}}, {2}, {"a", "1"}, {2}}, // one name makes a header
        {",b\n1,2\n", {{1}}, {2}, {"", "b"}, {2}},   // pandas writes its index so
        {"1,2\n3,4\n", {{3}}, {4}, {"1", "2"}, {2}, with_header(csv_header::present)},
        {"1\t2\t3\n", {{1, 2}}, {3}, {}, {1}},
        {"1;2;3\n", {{1, 2}}, {3}, {}, {1}},
        {"1|2|3\n", {{1, 2}}, {3}, {}, {1}},
        {"1 2 3\n", {{1, 2}}, {3}, {}, {1}},
        {"1:2:3\n", {{1, 2}}, {3}, {}, {1}, with_delimiter(':')},
        {"\"a;b\",c\n1,2\n", {{1}}, {2}, {"a;b", "c"}, {2}}, // delimiters in quotes do not count
        {"\"a, \"\"b\"\"\" , c \n1,2\n", {{1}}, {2}, {"a, \"b\"", "c"}, {2}},
        {"\"1\",\"2\"\n\"3\",4\n", {{1}, {3}}, {2, 4}, {}, {1, 2}},
        {"1,2", {{1}}, {2}, {}, {1}},
        {"1,2\r\n3,4\r\n", {{1}, {3}}, {2, 4}, {}, {1, 2}},
        {"a,b\r\n1,2\r\n", {{1}}, {2}, {"a", "b"}, {2}},
        {"\n \na,b\n\n1,2\n\r\n3,4\n\n", {{1}, {3}}, {2, 4}, {"a", "b"}, {5, 7}},
        {" 1 , 2\t\n", {{1}}, {2}, {}, {1}},
        {"+1,-2.5e1,.5\n", {{1, -25}}, {0.5}, {}, {1}},
        {"\xEF\xBB\xBF"s + "a,b\n1,2\n", {{1}}, {2}, {"a", "b"}, {2}},
        {"1,1e300\n", {{1}}, {1e300}, {}, {1}}, // labels are doubles
        {"1,2,3\n", {{1, 2}}, {3}, {}, {1}, csv_with_model(2)},
    };
    for (const legal& expected : table) {
        INFO(expected.text);
        with_every_csv_split(expected.options, [&](const csv_options& options) {
            const peccary::csv_file file = read(expected.text, options);
            REQUIRE(file.format.names == expected.names);
            REQUIRE(file.data.size() == expected.rows.size());
            REQUIRE(std::vector<double>(file.data.labels.begin(), file.data.labels.end()) == expected.labels);
            for (std::size_t row = 0; row < expected.rows.size(); ++row) {
                REQUIRE(file.data.columns == expected.rows[row].size());
                for (std::size_t k = 0; k < file.data.columns; ++k) {
                    REQUIRE(file.data.values[row * file.data.columns + k] == expected.rows[row][k]);
                }
                REQUIRE(file.lines.line(row) == expected.lines[row]);
            }
        });
    }
}

TEST_CASE("a file without labels is all features") {
    const peccary::csv_file file = read("1,2\n3,4\n", with_label(""));
    REQUIRE(file.data.columns == 2);
    REQUIRE(std::vector<float>(file.data.values.begin(), file.data.values.end()) == std::vector<float>{1, 2, 3, 4});
    REQUIRE(file.data.size() == 2);
    REQUIRE(std::isnan(file.data.labels[0]));
    REQUIRE(read("1\n2\n", with_label("")).data.columns == 1);
}

TEST_CASE("every error in CSV text has its place and says what to do") {
    struct illegal {
        std::string text;
        std::string message;
        csv_options options = {};
    };
    const std::string ragged = " fields, but the first line has 3; give every row the same number";
    const std::string not_a_number = ", which is not a number; encode categories as numbers";
    const std::string not_finite = ", which is not finite; fill in missing values or remove the row";
    const std::string nul = "NUL byte; the file is damaged, binary or UTF-16: convert it to plain text";
    const std::string unclosed = " are not closed at the field's end; close them (a field may not span lines)";
    const std::vector<illegal> table{
        {"1,2,3\n1,2\n", "f:2:4: the row has 2" + ragged},
        {"1,2,3\n1\n", "f:2:2: the row has 1" + ragged},
        {"1,2,3\n1,2,3,4\n", "f:2:7: the row has 4" + ragged},
        {"1,2,3\n1,2,3,\n", "f:2:7: the row has 4" + ragged},
        {"1,2,3\n1,,3\n", "f:2:3: column 2 is empty; fill in missing values or remove the row"},
        {"1,2,3\n1,2,\n", "f:2:5: column 3 is empty; fill in missing values or remove the row"},
        {"a,b,c\n1, ,3\n", "f:2:4: column 2 ('b') is empty; fill in missing values or remove the row"},
        {"a,b,c\n1,\"\",3\n", "f:2:3: column 2 ('b') is empty; fill in missing values or remove the row"},
        {"1\t2\t3\n\t\t\n", "f:2:1: column 1 is empty; fill in missing values or remove the row"},
        {"a,b\n1,x\n", "f:2:3: column 2 ('b') holds 'x'" + not_a_number},
        {"a,b\n1,2x\n", "f:2:3: column 2 ('b') holds '2x'" + not_a_number},
        {"a,b\n1,2 3\n", "f:2:3: column 2 ('b') holds '2 3'" + not_a_number},
        {"a;b\n1;2,5\n", "f:2:3: column 2 ('b') holds '2,5'" + not_a_number + ", write decimals with a point"},
        {"x,1\n", "f:1:1: column 1 holds 'x'" + not_a_number, with_header(csv_header::absent)},
        {"a,b\n1,nan\n", "f:2:3: column 2 ('b') holds 'nan'" + not_finite},
        {"nan,1\n", "f:1:1: column 1 holds 'nan'" + not_finite},
        {"1,inf\n", "f:1:3: column 2 holds 'inf'" + not_finite},
        {"1e39,1\n", "f:1:1: column 1 holds '1e39', beyond the range of a 32-bit float; rescale the column"},
        {"1,1e999\n", "f:1:3: column 2 holds '1e999', beyond the range of a 64-bit float; rescale the column"},
        {"1,2\n\"3,4\n", "f:2:1: the quotes of '\"3,4'" + unclosed},
        {"1,2\n\"3\"x,4\n", "f:2:1: the quotes of '\"3\"x'" + unclosed},
        {"a,\"b\n1,2\n", "f:1:3: the quotes of '\"b'" + unclosed},
        {"1,2\n1,\0\n"s, "f:2:3: " + nul},
        {"1,2\n\0,1\n"s, "f:2:1: " + nul},
        {"a,b\0\n1,2\n"s, "f:1:4: " + nul},
        {"1\n2\n",
         "f:1:1: only one column is found, and it is the label; give the delimiter if it is none of tab, ';', ',', '|' and blank"},
        {"1:2\n", "f:1:1: only one column is found, and it is the label; give the delimiter if it is none of tab, ';', ',', '|' and blank",
         with_header(csv_header::absent)},
        {"\n1,2,3\n",
         "f:2:1: the file has 2 feature columns, the model 7; use data with the features that the model was trained on, and check the "
         "label column",
         csv_with_model(7)},
        {"a,a\n1,2\n", "f: several columns are named 'a'; give the label column by its number", with_label("a")},
        {"", "f: has no rows; give a file with at least one line of numbers"},
        {"\n\r\n \n", "f: has no rows; give a file with at least one line of numbers"},
        {"a,b\n\n", "f: has a header but no rows; give a file with at least one line of numbers"},
        {"1,2\n3,4\n\n5,x\n6\n7,y\n", "f:4:3: column 2 holds 'x'" + not_a_number},
        {"1,2\n,x,9\n", "f:2:1: column 1 is empty; fill in missing values or remove the row"},
    };
    for (const illegal& expected : table) {
        INFO(expected.text);
        with_every_csv_split(expected.options, [&](const csv_options& options) {
            REQUIRE(message_of<peccary::data_error>([&] { read(expected.text, options); }) == expected.message);
        });
    }
}

TEST_CASE("a label column that does not exist is a usage error that lists what there is") {
    CHECK(message_of<peccary::usage_error>([] { read("a,b\n1,2\n", with_label("c")); }) ==
          "f: has no label column 'c'; give a name of its header or a number from 1 to 2, or from -1 (the last) to -2");
    for (const char* label : {"0", "3", "-3", "a", "1.0", "99999999999999999999"}) {
        CHECK(message_of<peccary::usage_error>([&] { read("1,2\n1,2\n", with_label(label)); }) ==
              "f: has no label column '" + std::string(label) + "'; give a number from 1 to 2, or from -1 (the last) to -2");
    }
}

TEST_CASE("of an error in CSV text and a later failure of the source, the first is told") {
    with_every_csv_split({}, [&](const csv_options& options) {
        failing_source damaged("1,2\nx,3\n1,2\n");
        REQUIRE(message_of<peccary::error>([&] { peccary::read_csv(damaged, options); }).starts_with("failing:2:1: "));
        failing_source good("1,2\n3,4\n5");
        REQUIRE(message_of<peccary::error>([&] { peccary::read_csv(good, options); }) == "failing: the disk is gone; find it");
        failing_source empty("");
        REQUIRE(message_of<peccary::error>([&] { peccary::read_csv(empty, options); }) == "failing: the disk is gone; find it");
    });
}

TEST_CASE("random tables come back as they were written") {
    peccary::random_stream random(11, 0, 0);
    for (int i = 0; i < 100; ++i) {
        const std::uint32_t columns = 2 + random.below(6);
        const std::uint32_t rows = 1 + random.below(200);
        const std::string line_end = random.below(2) == 0 ? "\r\n" : "\n";
        const char delimiter = ",;\t| "[random.below(5)];
        std::string text;
        std::vector<float> values;
        std::vector<double> labels;
        for (std::uint32_t row = 0; row < rows; ++row) {
            for (std::uint32_t column = 0; column < columns; ++column) {
                char number[64];
                const char* const form = random.below(2) == 0 ? "%.6g" : "%.17g";
                std::snprintf(number, sizeof(number), form, (random.unit() - 0.5) * (random.below(3) == 0 ? 1e-7 : 2e5));
                const bool quotes = random.below(9) == 0;
                text += (column > 0 ? std::string(1, delimiter) : "") + (quotes ? "\"" : "") + number + (quotes ? "\"" : "");
                if (column + 1 == columns) {
                    labels.push_back(std::strtod(number, nullptr));
                } else {
                    values.push_back(static_cast<float>(std::strtod(number, nullptr)));
                }
            }
            text += line_end;
        }
        csv_options options;
        options.threads = 1 + random.below(3);
        options.block_bytes = 1 + random.below(500);
        const peccary::csv_file file = read(text, options);
        REQUIRE(file.format.delimiter == delimiter);
        REQUIRE(std::vector<float>(file.data.values.begin(), file.data.values.end()) == values);
        REQUIRE(std::vector<double>(file.data.labels.begin(), file.data.labels.end()) == labels);
    }
}
