// The LIBSVM reader against the simple parser: on random files, legal or damaged, and on every
// input that a fuzzer has kept.
#include "catch.hpp"

#include "fuzz/libsvm_property.hpp"
#include "peccary/core/random.hpp"
#include "support/sanitizer.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace {

std::string random_number(peccary::random_stream& random) {
    char text[64];
    const double value = (random.unit() - 0.5) * 20;
    switch (random.below(6)) {
    case 0:
        std::snprintf(text, sizeof(text), "%d", static_cast<int>(value));
        break;
    case 1:
        std::snprintf(text, sizeof(text), "%.17g", value);
        break;
    case 2:
        std::snprintf(text, sizeof(text), "%.3e", value * 1e-8);
        break;
    case 3:
        std::snprintf(text, sizeof(text), "%+.9f", value);
        break;
    default:
        std::snprintf(text, sizeof(text), "%g", value);
    }
    return text;
}

std::string random_text(peccary::random_stream& random) {
    const std::string gap = random.below(4) == 0 ? "\t " : " ";
    const std::string line_end = random.below(4) == 0 ? "\r\n" : random.below(20) == 0 ? "\r\r\n" : "\n";
    const std::uint32_t spread = 1 + random.below(random.below(3) == 0 ? 100'000'000 : 300);
    std::string text;
    for (std::uint32_t lines = random.below(30); lines > 0; --lines) {
        if (random.below(10) == 0) {
            text += (random.below(2) == 0 ? "# remark 1:1" : "") + line_end;
            continue;
        }
        text += random_number(random);
        text += random.below(20) == 0 ? gap + "qid:" + std::to_string(random.below(9)) : "";
        std::uint64_t index = random.below(30) == 0 ? 0 : 1;
        for (std::uint32_t entries = random.below(12); entries > 0; --entries) {
            text += gap + std::to_string(index) + (random.below(40) == 0 ? ": " : ":") + random_number(random);
            index += 1 + random.below(spread);
        }
        text += (random.below(8) == 0 ? gap + "# 3:x" : "") + (random.below(8) == 0 ? gap : "") + line_end;
    }
    return text;
}

void damage(std::string& text, peccary::random_stream& random) {
    constexpr std::string_view bytes = std::string_view(" :#\n\r\t.-+eE0129xnq\0\xFF", 20);
    for (std::uint32_t times = random.below(3); times > 0 && !text.empty(); --times) {
        const std::size_t place = random.below(static_cast<std::uint32_t>(text.size()));
        const char byte = bytes[random.below(static_cast<std::uint32_t>(bytes.size()))];
        switch (random.below(3)) {
        case 0:
            text[place] = byte;
            break;
        case 1:
            text.insert(place, 1, byte);
            break;
        default:
            text.erase(place, 1);
        }
    }
}

} // namespace

TEST_CASE("random files read as the simple parser reads them") {
    peccary::random_stream random(7, 0, 0);
    for (int i = 0; i < test::repetitions(2000, 600); ++i) {
        std::string text = random_text(random);
        damage(text, random);
        INFO(text);
        REQUIRE_NOTHROW(libsvm_property::check(text));
    }
}

TEST_CASE("the inputs that fuzzing kept hold their properties") {
    std::size_t inputs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(PECCARY_FUZZ_CORPUS "/libsvm")) {
        std::ifstream file(entry.path(), std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        INFO(entry.path());
        REQUIRE_NOTHROW(libsvm_property::check(text.str()));
        ++inputs;
    }
    REQUIRE(inputs > 0);
}
