// The container: bit-exact both ways; any damage is found; a file that lies about its sizes is
// refused without the memory it asks for.
#include "catch.hpp"
#include "scratch_directory.hpp"

#include "peccary/model/container.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>
#include <vector>

using namespace peccary;

namespace {

std::size_t largest_allocation = 0; // since a test last reset it; these tests have one thread

void* measured_allocation(std::size_t size) noexcept {
    largest_allocation = std::max(largest_allocation, size);
    return std::malloc(size == 0 ? 1 : size);
}

} // namespace

// Measures what parsing allocates. All the forms, since the address sanitizer has its own of each,
// and would take those for mismatched.
// Inlined, g++ 12 would do so, too.
[[gnu::noinline]] void* operator new(std::size_t size) {
    if (void* const memory = measured_allocation(size); memory != nullptr) {
        return memory;
    }
    throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new[](std::size_t size) { return ::operator new(size); }
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return measured_allocation(size); }
[[gnu::noinline]] void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return measured_allocation(size); }
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }

namespace {

constexpr std::size_t word_bytes = 8;

void put_word(std::string& bytes, std::size_t at, std::uint64_t word) {
    for (std::size_t i = 0; i < word_bytes; ++i) {
        bytes[at + i] = static_cast<char>(word >> (8 * i) & 0xFFU);
    }
}

/// As `docs/model-format.md` has it, written apart from the library's own reader.
std::uint64_t get_word(const std::string& bytes, std::size_t at) {
    std::uint64_t word = 0;
    for (std::size_t i = word_bytes; i-- > 0;) {
        word = word << 8U | static_cast<unsigned char>(bytes[at + i]);
    }
    return word;
}

void mend_checksum(std::string& bytes) {
    std::uint64_t checksum = 0;
    for (std::size_t at = 0; at + word_bytes < bytes.size(); at += word_bytes) {
        checksum = mix(checksum ^ get_word(bytes, at));
    }
    put_word(bytes, bytes.size() - word_bytes, checksum);
}

std::vector<real> unusual_reals() {
    std::vector<real> values;
    for (const std::uint32_t bits : {0x0000'0000U, 0x8000'0000U, 0x0000'0001U, 0x7F80'0000U, 0xFFC1'2345U, 0x7F7F'FFFFU, 0x3F80'0001U}) {
        values.push_back(std::bit_cast<real>(bits));
    }
    return values;
}

const text_fields sample_fields{{"", ""}, {"key", "value"}, {"exactly8", std::string("\0\xFF\n zero", 8)}, {"long", std::string(100, 'l')}};

std::vector<tensor> sample_tensors() {
    return {{.name = "vector", .shape = {7}, .values = unusual_reals()},
            {.name = "matrix", .shape = {2, 3}, .values = {1, 2, 3, 4, 5, 6}},
            {.name = "empty", .shape = {3, 0, 5}, .values = {}},
            {.name = "scalar", .shape = {}, .values = {-1.5F}}};
}

std::string sample_bytes(const scratch_directory& here, const text_fields& fields, const std::vector<tensor>& tensors) {
    write_container(here / "container", container_kind::model, fields, std::vector<tensor_view>(tensors.begin(), tensors.end()));
    return read_text(here / "container");
}

container parse(const std::string& bytes) { return parse_container(bytes, "FILE", container_kind::model); }

std::string message_of(const std::string& bytes) {
    try {
        parse(bytes);
    } catch (const data_error& failure) {
        return failure.what();
    }
    return "accepted";
}

} // namespace

TEST_CASE("fields and arrays come back bit for bit") {
    const scratch_directory here;
    const auto tensors = sample_tensors();
    const std::string bytes = sample_bytes(here, sample_fields, tensors);
    REQUIRE(bytes.size() % word_bytes == 0);
    const container found = read_container(here / "container", container_kind::model);
    REQUIRE(found.fields == sample_fields);
    REQUIRE(found.tensors.size() == tensors.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        REQUIRE(found.tensors[i].name == tensors[i].name);
        REQUIRE(found.tensors[i].shape == tensors[i].shape);
        REQUIRE(found.tensors[i].values.size() == tensors[i].values.size());
        for (std::size_t k = 0; k < tensors[i].values.size(); ++k) {
            REQUIRE(std::bit_cast<std::uint32_t>(found.tensors[i].values[k]) == std::bit_cast<std::uint32_t>(tensors[i].values[k]));
        }
    }
    // The same content gives the same bytes.
    REQUIRE(sample_bytes(here, found.fields, found.tensors) == bytes);
    const std::string nothing = sample_bytes(here, {}, {});
    REQUIRE(nothing.size() == 40);
    REQUIRE(parse(nothing).fields.empty());
}

TEST_CASE("the bytes are those of docs/model-format.md") {
    const scratch_directory here;
    const std::string bytes = sample_bytes(here, {{"key", "value"}}, {{.name = "w", .shape = {3}, .values = {1, -2, 0.5F}}});
    std::string expected = "\x89PECCARY";
    expected += std::string("\1\0\0\0\1\0\0\0", 8);                          // version, kind
    expected += std::string("\x78\0\0\0\0\0\0\0", 8);                        // 120 bytes
    expected += std::string("\1\0\0\0\1\0\0\0", 8);                          // fields, arrays
    expected += std::string("\3\0\0\0\0\0\0\0key\0\0\0\0\0", 16);            // key
    expected += std::string("\5\0\0\0\0\0\0\0value\0\0\0", 16);              // value
    expected += std::string("\1\0\0\0\0\0\0\0w\0\0\0\0\0\0\0", 16);          // name
    expected += std::string("\1\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0", 16);         // rank, extent
    expected += std::string("\0\0\x80\x3F\0\0\0\xC0\0\0\0\x3F\0\0\0\0", 16); // values
    expected += std::string(8, '\0');
    mend_checksum(expected);
    REQUIRE(bytes == expected);
    // by a Python script
    REQUIRE(get_word(bytes, bytes.size() - word_bytes) == 0xFCE7'D92F'1806'F0B4U);
}

TEST_CASE("a file cut short at any byte is refused") {
    const scratch_directory here;
    const std::string bytes = sample_bytes(here, sample_fields, sample_tensors());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        INFO("cut to " << size << " of " << bytes.size());
        const std::string message = message_of(bytes.substr(0, size));
        REQUIRE(message.starts_with("FILE: "));
        REQUIRE((size < container_signature.size() || message.find("cut short") != std::string::npos));
    }
    REQUIRE(message_of(bytes + "x").find("appended") != std::string::npos);
    REQUIRE(message_of(bytes) == "accepted");
}

TEST_CASE("any change of any byte is found") {
    const scratch_directory here;
    const std::string bytes = sample_bytes(here, sample_fields, sample_tensors());
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        for (unsigned change = 1; change < 256; ++change) {
            std::string damaged = bytes;
            damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ change);
            INFO("byte " << at << " changed by " << change);
            REQUIRE(message_of(damaged).starts_with("FILE: "));
        }
    }
}

TEST_CASE("sizes that lie under a right checksum cost no memory") {
    const scratch_directory here;
    const std::string bytes = sample_bytes(here, sample_fields, sample_tensors());
    std::size_t refused = 0;
    for (std::size_t at = word_bytes; at + word_bytes < bytes.size(); at += word_bytes) {
        const std::uint64_t truth = get_word(bytes, at);
        for (const std::uint64_t lie : {truth + 1, truth - 1, truth ^ std::uint64_t{1} << 32U, std::uint64_t{0}, bytes.size() - at,
                                        std::uint64_t{1} << 31U, std::uint64_t{1} << 32U, std::uint64_t{1} << 40U, std::uint64_t{1} << 62U,
                                        (std::uint64_t{1} << 62U) + 1, std::uint64_t{1} << 63U, ~std::uint64_t{7}, ~std::uint64_t{0},
                                        std::uint64_t{0xFFFF'FFFF}, std::uint64_t{0xFFFF'FFFF'0000'0001}}) {
            std::string hostile = bytes;
            put_word(hostile, at, lie);
            mend_checksum(hostile);
            INFO("word at byte " << at << " set to " << lie);
            largest_allocation = 0;
            bool accepted = true; // what was text or a number may be another
            try {
                parse(hostile);
            } catch (const data_error&) {
                accepted = false;
            }
            const std::size_t most = largest_allocation;
            REQUIRE(most <= bytes.size());
            refused += accepted ? 0 : 1;
        }
    }
    REQUIRE(refused > 200);
}

TEST_CASE("a newer version, another kind and other files are told apart") {
    const scratch_directory here;
    const std::string bytes = sample_bytes(here, {{"key", "value"}}, {});
    std::string newer = bytes;
    newer[8] = 7; // with the checksum that an unknown version may have
    REQUIRE(message_of(newer) == "FILE: format version 7, but this Peccary reads only up to version 1; read it with a newer Peccary");
    std::string checkpoint = bytes;
    checkpoint[12] = 2;
    mend_checksum(checkpoint);
    REQUIRE(message_of(checkpoint).starts_with("FILE: a checkpoint, where a model is needed; finish the training"));
    REQUIRE_THROWS_WITH(parse_container(bytes, "FILE", container_kind::checkpoint),
                        Catch::Matchers::StartsWith("FILE: a model, where a checkpoint is needed; give the checkpoint"));
    std::string strange = bytes;
    strange[12] = 3;
    mend_checksum(strange);
    REQUIRE(message_of(strange).starts_with("FILE: an unknown kind of content (3)"));
    REQUIRE(message_of("1 3:4 5:6\n").starts_with("FILE: not a file of Peccary's"));
    REQUIRE(message_of("").starts_with("FILE: not a file of Peccary's"));
}

TEST_CASE("the same field twice is refused") {
    const scratch_directory here;
    std::string bytes = sample_bytes(here, {{"a", "1"}, {"b", "2"}}, {});
    const std::size_t second = bytes.find('b');
    REQUIRE(second != std::string::npos);
    bytes[second] = 'a';
    mend_checksum(bytes);
    REQUIRE(message_of(bytes).starts_with("FILE: the field 'a' twice"));
}
