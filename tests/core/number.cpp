// Numbers: every form of the grammar, every fault, and bitwise agreement with strtod on random
// decimals.
#include "catch.hpp"

#include "peccary/core/from_chars.hpp"
#include "peccary/core/number.hpp"
#include "peccary/core/random.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

using peccary::number_fault;

namespace {

std::string padded(std::string text) {
    text += ' ';
    text.append(peccary::number_padding, '\0');
    return text;
}

struct outcome {
    double value;
    std::ptrdiff_t used;
    number_fault fault;
};

outcome parse(const std::string& text) {
    const std::string copy = padded(text);
    const peccary::parsed_real number = peccary::parse_real(copy.c_str());
    return {number.value, number.end - copy.c_str(), number.fault};
}

std::string digits(peccary::random_stream& random, unsigned count) {
    std::string text;
    while (text.size() < count) {
        text += static_cast<char>('0' + random.below(10));
    }
    return text;
}

} // namespace

TEST_CASE("decimal numbers of every form are the nearest doubles") {
    for (const char* text : {"0",
                             "-0",
                             "+0",
                             "1",
                             "+1",
                             "-1",
                             "7.",
                             ".5",
                             "-.25",
                             "00012",
                             "0.0472036",
                             "12345678",
                             "123456789",
                             "1234567.7654321",
                             "0.12345678",
                             "0.123456789",
                             "0.1234567890123456",
                             "0.12345678901234567",
                             "12345678.5",
                             "9007199254740993",
                             "1e5",
                             "1E5",
                             "1e+5",
                             "1.5e-05",
                             "-2.5E-3",
                             "1e22",
                             "1e23",
                             "1e308",
                             "1.7976931348623157e308",
                             "4.9e-324",
                             "2.2250738585072011e-308",
                             "0.000000000000000000000000000000000000000000001",
                             "123456789012345678901234567890",
                             "0e999999999999999999999",
                             "1.00000000",
                             "0.00000000",
                             "1.0000000000000000",
                             "179769313486231570000000000000000000000000000000000000000000000000000000000"}) {
        const outcome number = parse(text);
        INFO(text);
        CHECK(number.fault == number_fault::none);
        CHECK(number.used == static_cast<std::ptrdiff_t>(std::string(text).size()));
        CHECK(std::bit_cast<std::uint64_t>(number.value) == std::bit_cast<std::uint64_t>(std::strtod(text, nullptr)));
    }
}

TEST_CASE("what is no finite number has its own fault") {
    for (const char* text :
         {"", "-", "+", ".", "-.", "e5", "abc", "1e", "1e+", "1.e-", "--1", "+-1", ":", "\n", "na", "in", "\xC3\xA9", "1e e"}) {
        INFO(text);
        CHECK(parse(text).fault == number_fault::malformed);
    }
    for (const char* text : {"nan", "NaN", "-nan", "+NAN"}) {
        INFO(text);
        CHECK(parse(text).fault == number_fault::nan);
    }
    for (const char* text : {"inf", "-Inf", "INFINITY", "+infinity"}) {
        INFO(text);
        CHECK(parse(text).fault == number_fault::infinite);
        CHECK(parse(text).used == static_cast<std::ptrdiff_t>(std::string(text).size()));
    }
    for (const std::string& text :
         {std::string("1e309"), std::string("-1e99999999999999999999"), std::string("1").append(400, '0'), std::string("0.001e400000")}) {
        INFO(text);
        CHECK(parse(text).fault == number_fault::overflow);
    }
}

TEST_CASE("numbers below the smallest double are zero, with their sign") {
    for (const std::string& text : {std::string("1e-400"), std::string("0.").append(400, '0').append("1"),
                                    std::string("-1e-99999999999999999999"), std::string("123456789e-500")}) {
        INFO(text);
        CHECK(parse(text).fault == number_fault::none);
        CHECK(parse(text).value == 0.0);
        CHECK(std::signbit(parse(text).value) == (text[0] == '-'));
    }
}

TEST_CASE("a number ends where its grammar ends") {
    CHECK(parse("1:2").used == 1);
    CHECK(parse("1.5.5").used == 3);
    CHECK(parse("0x10").used == 1);
    CHECK(parse("1,5").used == 1);
    CHECK(parse("12-3").used == 2);
}

TEST_CASE("random decimals agree with strtod bit for bit") {
    peccary::random_stream random(1, 0, 0);
    for (int i = 0; i < 200'000; ++i) {
        std::string text = random.below(3) == 0 ? "-" : "";
        text += digits(random, random.below(random.below(8) == 0 ? 25 : 9));
        if (random.below(4) != 0) {
            text += '.';
            text += digits(random, 1 + random.below(random.below(4) == 0 ? 22 : 9));
        } else {
            text += digits(random, 1);
        }
        if (random.below(5) == 0) {
            text += random.below(2) == 0 ? "e-" : "e";
            text += std::to_string(random.below(random.below(4) == 0 ? 330 : 30));
        }
        const double expected = std::strtod(text.c_str(), nullptr);
        const outcome number = parse(text);
        if (std::isinf(expected)) {
            REQUIRE(number.fault == number_fault::overflow);
            continue;
        }
        if (number.fault != number_fault::none || std::bit_cast<std::uint64_t>(number.value) != std::bit_cast<std::uint64_t>(expected)) {
            FAIL(text << " became " << number.value);
        }
    }
}

TEST_CASE("without the standard library's from_chars, numbers are the same") {
    const auto same = [](const std::string& text) {
        INFO(text);
        double ours = -7;
        double theirs = -7;
        const auto found = peccary::from_chars_detail::by_strtod(text.data(), text.data() + text.size(), ours);
        const auto expected = std::from_chars(text.data(), text.data() + text.size(), theirs);
        REQUIRE(found.ec == expected.ec);
        REQUIRE((found.ptr == expected.ptr || found.ec == std::errc::result_out_of_range));
        REQUIRE((std::memcmp(&ours, &theirs, sizeof(ours)) == 0 || (std::isnan(ours) && std::isnan(theirs))));
    };
    for (const char* const text : {"",
                                   " 1",
                                   "+1",
                                   "-0",
                                   "0x10",
                                   "1e400",
                                   "-1e400",
                                   "1e-400",
                                   "nan",
                                   "inf",
                                   "-infinity",
                                   "1e",
                                   "1.5.2",
                                   ".5",
                                   "5.",
                                   "x",
                                   "-",
                                   "1,5",
                                   "4.9e-324",
                                   "1.7976931348623157e308",
                                   "12345678901234567890123"}) {
        same(text);
    }
    peccary::random_stream random(3, 1, 4);
    for (int i = 0; i < 2000; ++i) {
        char text[64];
        std::snprintf(text, sizeof(text), "%.*g", 1 + static_cast<int>(random.below(20)),
                      (random.unit() - 0.5) * std::pow(10, random.below(600) / 2.0 - 150));
        same(text);
    }
}

TEST_CASE("floats that are printed with nine digits or as short as possible come back") {
    peccary::random_stream random(2, 0, 0);
    for (int i = 0; i < 100'000; ++i) {
        const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
        if (!std::isfinite(value)) {
            continue;
        }
        char nine[32];
        std::snprintf(nine, sizeof(nine), "%.9g", static_cast<double>(value));
        char shortest[32];
        *std::to_chars(shortest, shortest + sizeof(shortest), value).ptr = '\0';
        if (static_cast<float>(parse(nine).value) != value || static_cast<float>(parse(shortest).value) != value) {
            FAIL(nine << " or " << shortest);
        }
    }
}

TEST_CASE("unsigned integers up to 2^64 - 1") {
    const auto parse_unsigned = [](const std::string& text) {
        const std::string copy = padded(text);
        return peccary::parse_unsigned(copy.c_str());
    };
    for (const char* text : {"0", "7", "1234567", "12345678", "123456789", "4294967295", "4294967296", "0000000000000000000000000001",
                             "18446744073709551615"}) {
        INFO(text);
        CHECK(parse_unsigned(text).fault == number_fault::none);
        CHECK(parse_unsigned(text).value == std::strtoull(text, nullptr, 10));
    }
    CHECK(parse_unsigned("18446744073709551616").fault == number_fault::overflow);
    CHECK(parse_unsigned(std::string(100, '9')).fault == number_fault::overflow);
    for (const char* text : {"", "-1", "+1", "x", " 1"}) {
        CHECK(parse_unsigned(text).fault == number_fault::malformed);
    }
}

TEST_CASE("the digits of a word are found and valued") {
    for (unsigned count = 0; count <= 8; ++count) {
        for (int other = 0; other < 256; ++other) {
            if (other >= '0' && other <= '9') {
                continue;
            }
            std::string text = std::string("98765432").substr(0, count) + static_cast<char>(other) + "1234567890123456";
            const std::uint64_t word = peccary::load_word(text.c_str());
            REQUIRE(peccary::leading_digits(word) == count);
            REQUIRE(peccary::digits_value(word, count) == (count == 0 ? 0 : std::stoull(text.substr(0, count))));
        }
    }
}

TEST_CASE("the bound of floats is the midpoint above the largest one") {
    CHECK(peccary::fits_real(std::numeric_limits<float>::max()));
    CHECK(peccary::fits_real(std::nextafter(0x1.FFFFFFp127, 0.0)));
    CHECK_FALSE(peccary::fits_real(0x1.FFFFFFp127));
    CHECK_FALSE(peccary::fits_real(-1e39));
}

TEST_CASE("a whole text is a number or nothing") {
    CHECK(peccary::real_from_text("-2.5e1") == -25.0);
    for (const char* text : {"", " 1", "1 ", "1x", "nan", "inf", "1e999"}) {
        CHECK_FALSE(peccary::real_from_text(text).has_value());
    }
}
