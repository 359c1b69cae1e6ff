// IDX and .npy files: every element type, both byte orders, both memory orders; and no file that
// lies gets past the reader.
#include "catch.hpp"

#include "peccary/data/format/array.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

using namespace peccary;

namespace {

template <class T>
std::string bytes_of(const std::vector<T>& values, bool big_endian) {
    std::string bytes;
    for (const T value : values) {
        std::string element(sizeof(T), '\0');
        std::memcpy(element.data(), &value, sizeof(T));
        if (big_endian != (std::endian::native == std::endian::big)) {
            std::ranges::reverse(element);
        }
        bytes += element;
    }
    return bytes;
}

std::string idx_header(char type, const std::vector<std::uint32_t>& shape) {
    return std::string{'\0', '\0', type, static_cast<char>(shape.size())} + bytes_of(shape, true);
}

/// As numpy.save writes it, padded to a multiple of 64 bytes.
std::string npy_header(const std::string& dictionary, int version = 1) {
    std::string text = dictionary;
    const std::size_t opening = version == 1 ? 10 : 12;
    text.append(63 - (opening + text.size()) % 64, ' ');
    text += '\n';
    const std::string size = version == 1 ? bytes_of(std::vector{static_cast<std::uint16_t>(text.size())}, false)
                                          : bytes_of(std::vector{static_cast<std::uint32_t>(text.size())}, false);
    return "\x93NUMPY" + std::string{static_cast<char>(version), '\0'} + size + text;
}

std::string npy_header(const std::string& type, const std::string& shape, bool fortran = false, int version = 1) {
    return npy_header("{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape + ", }",
                      version);
}

dense_dataset read(std::string_view bytes, array_kind kind, std::optional<std::size_t> features = std::nullopt) {
    memory_source source(bytes, "FILE");
    return read_array(source, kind, features);
}

std::vector<double> read_labels(std::string_view bytes, array_kind kind) {
    memory_source source(bytes, "FILE");
    const auto labels = read_label_array(source, kind);
    return {labels.begin(), labels.end()};
}

std::vector<real> values_of(const dense_dataset& data) { return {data.values.begin(), data.values.end()}; }

template <class T>
void check_element(char idx_type, const std::string& npy_type) {
    CAPTURE(npy_type);
    const std::vector<T> values{T{0}, T{1}, std::numeric_limits<T>::max() > 200 ? T(200) : T(100), T(7), T(63), T(64)};
    const std::vector<real> expected(values.begin(), values.end());
    if (idx_type != 0) {
        const dense_dataset data = read(idx_header(idx_type, {2, 3}) + bytes_of(values, true), array_kind::idx);
        REQUIRE(data.size() == 2);
        REQUIRE(data.columns == 3);
        REQUIRE(values_of(data) == expected);
        REQUIRE(std::isnan(data.labels[1]));
    }
    for (const bool big : {false, true}) {
        const std::string type = (sizeof(T) == 1 ? "|" : big ? ">" : "<") + npy_type;
        REQUIRE(values_of(read(npy_header(type, "(2, 3)") + bytes_of(values, big), array_kind::npy)) == expected);
    }
    const std::string native = "=" + npy_type;
    REQUIRE(values_of(read(npy_header(native, "(2, 3)") + bytes_of(values, std::endian::native == std::endian::big), array_kind::npy)) ==
            expected);
}

} // namespace

TEST_CASE("every element type is read") {
    check_element<std::uint8_t>(0x08, "u1");
    check_element<std::int8_t>(0x09, "i1");
    check_element<std::uint16_t>(0, "u2");
    check_element<std::int16_t>(0x0B, "i2");
    check_element<std::uint32_t>(0, "u4");
    check_element<std::int32_t>(0x0C, "i4");
    check_element<std::uint64_t>(0, "u8");
    check_element<std::int64_t>(0, "i8");
    check_element<float>(0x0D, "f4");
    check_element<double>(0x0E, "f8");
}

TEST_CASE("negative numbers and fractions are read, and truth values are 0 and 1") {
    REQUIRE(values_of(read(idx_header(0x0B, {1, 2}) + bytes_of(std::vector<std::int16_t>{-300, 5}, true), array_kind::idx)) ==
            std::vector<real>{-300, 5});
    REQUIRE(values_of(read(npy_header("<f8", "(1, 2)") + bytes_of(std::vector{-0.5, 1e-3}, false), array_kind::npy)) ==
            std::vector<real>{-0.5F, 1e-3F});
    REQUIRE(values_of(read(npy_header("|b1", "(3,)") + std::string("\1\0\1", 3), array_kind::npy)) == std::vector<real>{1, 0, 1});
}

TEST_CASE("all dimensions but the first make up a row") {
    std::vector<std::uint8_t> pixels(3 * 2 * 4);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
        pixels[i] = static_cast<std::uint8_t>(10 * i);
    }
    const dense_dataset data = read(idx_header(0x08, {3, 2, 4}) + bytes_of(pixels, true), array_kind::idx);
    REQUIRE(data.size() == 3);
    REQUIRE(data.columns == 8);
    REQUIRE(values_of(data) == std::vector<real>(pixels.begin(), pixels.end()));
    REQUIRE(read(npy_header("|u1", "(24,)") + bytes_of(pixels, true), array_kind::npy).columns == 1);
}

TEST_CASE("Fortran order of two dimensions is turned round") {
    const std::vector<float> columns{1, 4, 2, 5, 3, 6};
    for (const int version : {1, 2, 3}) {
        const dense_dataset data = read(npy_header("<f4", "(2, 3)", true, version) + bytes_of(columns, false), array_kind::npy);
        REQUIRE(values_of(data) == std::vector<real>{1, 2, 3, 4, 5, 6});
    }
}

TEST_CASE("arrays longer than a block are whole") {
    std::vector<double> values(70'001);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<double>(i) / 2;
    }
    REQUIRE(values_of(read(npy_header("<f8", "(70001, 1)") + bytes_of(values, false), array_kind::npy)) ==
            std::vector<real>(values.begin(), values.end()));
}

TEST_CASE("labels are one number a row") {
    REQUIRE(read_labels(idx_header(0x08, {4}) + std::string("\7\0\1\11", 4), array_kind::idx) == std::vector<double>{7, 0, 1, 9});
    REQUIRE(read_labels(npy_header("<i8", "(2, 1)") + bytes_of(std::vector<std::int64_t>{-1, 1}, false), array_kind::npy) ==
            std::vector<double>{-1, 1});
    REQUIRE_THROWS_WITH(read_labels(idx_header(0x08, {2, 2}) + "1234", array_kind::idx),
                        "FILE: holds an array of 2 x 2, not one label a row; give the file with the labels");
}

TEST_CASE("files that are damaged or lie are refused") {
    const std::string idx = idx_header(0x08, {2, 3}) + "abcdef";
    const std::string npy = npy_header("<f4", "(2, 2)") + bytes_of(std::vector<float>{1, 2, 3, 4}, false);
    for (std::size_t size = 0; size < idx.size(); ++size) {
        REQUIRE_THROWS_AS(read(std::string_view(idx).substr(0, size), array_kind::idx), data_error);
    }
    for (std::size_t size = 0; size < npy.size(); ++size) {
        REQUIRE_THROWS_AS(read(std::string_view(npy).substr(0, size), array_kind::npy), data_error);
    }
    REQUIRE_THROWS_WITH(read(std::string_view(idx).substr(0, 14), array_kind::idx),
                        "FILE: ends after 14 bytes, within the elements of the array; the file is cut short: copy or download it anew");
    REQUIRE_THROWS_WITH(read(idx + "g", array_kind::idx), contains_text("goes on behind the array, which ends after 18 bytes"));
    REQUIRE_THROWS_WITH(read(npy, array_kind::idx), contains_text("does not begin like an IDX file"));
    REQUIRE_THROWS_WITH(read(idx, array_kind::npy), contains_text("does not begin like a .npy file"));
    REQUIRE_THROWS_WITH(read(idx_header(0x0A, {1}) + "a", array_kind::idx), contains_text("does not begin like an IDX file"));
    REQUIRE_THROWS_WITH(read(idx_header(0x08, {}) + "a", array_kind::idx), contains_text("holds a single number"));
    REQUIRE_THROWS_WITH(read(idx_header(0x08, {0, 3}), array_kind::idx), contains_text("holds an empty array, 0 x 3"));
    REQUIRE_THROWS_WITH(read(idx_header(0x08, {4294967295, 4294967295, 4294967295}), array_kind::idx), contains_text("more than the"));
    // too much memory, or cut short
    REQUIRE_THROWS_AS(read(idx_header(0x08, {4294967294, 65535}), array_kind::idx), data_error);
    REQUIRE_THROWS_WITH(read(idx, array_kind::idx, 4), contains_text("has 3 features a row, the model 4"));
    REQUIRE(read(idx, array_kind::idx, 3).columns == 3);
}

TEST_CASE("a .npy header that is none of numpy's is refused") {
    const auto message = [](const std::string& header) {
        try {
            read(header + std::string(64, '\0'), array_kind::npy);
        } catch (const data_error& failure) {
            return std::string(failure.what());
        }
        return std::string("read");
    };
    CHECK(message(npy_header("|O", "(2,)")) == "FILE: holds elements of the type '|O', which Peccary does not read; convert them, such as "
                                               "numpy.save(file, array.astype('float32'))");
    CHECK_THAT(message(npy_header("<f2", "(2,)")), contains_text("elements of the type '<f2'"));
    CHECK_THAT(message(npy_header("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2,), }")), contains_text("holds records"));
    for (const std::string dictionary :
         {"", "{", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': False}",
          "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (1, x)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
          "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}", "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x",
          "{'descr': '<f4', 'fortran_order': False, 'shape': (1,"}) {
        CAPTURE(dictionary);
        CHECK_THAT(message(npy_header(dictionary)), contains_text("has a .npy header that cannot be understood"));
    }
    CHECK_THAT(message("\x93NUMPY\x04" + std::string(10, '\0')), contains_text(".npy version 4"));
    CHECK_THAT(message(std::string("\x93NUMPY\x02\0\xFF\xFF\xFF\xFF", 12)), contains_text("announces a .npy header of 4294967295 bytes"));
    CHECK_THAT(message(npy_header("<f4", "(2, 2, 2)", true)), contains_text("2 x 2 x 2 in Fortran order"));
    CHECK_THAT(message(npy_header("<f4", "()")), contains_text("holds a single number"));
}

TEST_CASE("an element that is no 32-bit number is named by row and column") {
    const auto read_doubles = [](const std::vector<double>& values, bool fortran) {
        return read(npy_header("<f8", "(2, 2)", fortran) + bytes_of(values, false), array_kind::npy);
    };
    REQUIRE_THROWS_WITH(read_doubles({1, 2, std::nan(""), 4}, false), contains_text("FILE: row 2, column 1: a value that is not a number"));
    REQUIRE_THROWS_WITH(read_doubles({1, 2, HUGE_VAL, 4}, true), contains_text("FILE: row 1, column 2: a value"));
    REQUIRE_THROWS_WITH(read_doubles({1, 1e300, 3, 4}, false), contains_text("row 1, column 2"));
}
