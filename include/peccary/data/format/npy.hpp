// The header of .npy files, as NumPy's `numpy.save` writes them (numpy.lib.format, versions 1 to
// 3).
#pragma once

#include "peccary/core/text_fault.hpp"
#include "peccary/data/format/array_format.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace peccary {

namespace npy_detail {

/// Reads the dictionary {'descr': '<f4', 'fortran_order': False, 'shape': (60000, 784), }, a Python
/// literal.
class dictionary_reader {
public:
    dictionary_reader(const exact_reader& reader, std::string_view text) : reader_(&reader), rest_(text) {}

    array_format read() {
        array_format format;
        bool type = false;
        bool order = false;
        bool shape = false;
        expect('{');
        while (!accepted('}')) {
            const std::string_view key = text();
            expect(':');
            if (key == "descr" && !std::exchange(type, true)) {
                read_type(format);
            } else if (key == "fortran_order" && !std::exchange(order, true)) {
                format.column_major = truth();
            } else if (key == "shape" && !std::exchange(shape, true)) {
                format.shape = extents();
            } else {
                fail();
            }
            if (!accepted(',')) {
                expect('}');
                break;
            }
        }
        skip_blanks();
        if (!type || !order || !shape || !rest_.empty()) {
            fail();
        }
        return format;
    }

private:
    [[noreturn]] void fail() const {
        reader_->fail("has a .npy header that cannot be understood, at " + quoted_text(rest_) + "; write the file anew with numpy.save");
    }

    void skip_blanks() {
        const std::size_t next = rest_.find_first_not_of(" \n");
        rest_.remove_prefix(next == std::string_view::npos ? rest_.size() : next);
    }

    bool accepted(char wanted) {
        skip_blanks();
        if (rest_.empty() || rest_.front() != wanted) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }

    void expect(char wanted) {
        if (!accepted(wanted)) {
            fail();
        }
    }

    std::string_view text() {
        const char quote = accepted('\'') ? '\'' : '"';
        if (quote == '"') {
            expect('"');
        }
        const std::size_t end = rest_.find(quote);
        if (end == std::string_view::npos) {
            fail();
        }
        const std::string_view found = rest_.substr(0, end);
        rest_.remove_prefix(end + 1);
        return found;
    }

    bool truth() {
        skip_blanks();
        for (const auto& [word, value] : {std::pair{std::string_view("True"), true}, {std::string_view("False"), false}}) {
            if (rest_.starts_with(word)) {
                rest_.remove_prefix(word.size());
                return value;
            }
        }
        fail();
    }

    std::vector<std::uint64_t> extents() {
        std::vector<std::uint64_t> shape;
        expect('(');
        while (!accepted(')')) {
            skip_blanks();
            std::uint64_t extent = 0;
            const auto [stop, problem] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), extent);
            if (problem != std::errc{}) {
                fail();
            }
            rest_.remove_prefix(static_cast<std::size_t>(stop - rest_.data()));
            shape.push_back(extent);
            if (!accepted(',')) {
                expect(')');
                break;
            }
        }
        return shape;
    }

    void read_type(array_format& format) {
        skip_blanks();
        if (!rest_.empty() && rest_.front() == '[') {
            reader_->fail("holds records, not numbers; save an array of numbers, such as numpy.save(file, array.astype('float32'))");
        }
        const std::string_view type = text();
        constexpr std::array known{
            std::pair{std::string_view("b1"), element_type::u8},  std::pair{std::string_view("u1"), element_type::u8},
            std::pair{std::string_view("i1"), element_type::i8},  std::pair{std::string_view("u2"), element_type::u16},
            std::pair{std::string_view("i2"), element_type::i16}, std::pair{std::string_view("u4"), element_type::u32},
            std::pair{std::string_view("i4"), element_type::i32}, std::pair{std::string_view("u8"), element_type::u64},
            std::pair{std::string_view("i8"), element_type::i64}, std::pair{std::string_view("f4"), element_type::f32},
            std::pair{std::string_view("f8"), element_type::f64}};
        for (const auto& [name, element] : known) {
            if (type.size() == 3 && type.substr(1) == name && std::string_view("<>|=").find(type[0]) != std::string_view::npos) {
                format.element = element;
                format.big_endian = type[0] == '>' || (type[0] == '=' && std::endian::native == std::endian::big);
                return;
            }
        }
        reader_->fail("holds elements of the type " + quoted_text(type) +
                      ", which Peccary does not read; convert them, such as numpy.save(file, array.astype('float32'))");
    }

    const exact_reader* reader_;
    std::string_view rest_;
};

} // namespace npy_detail

/// "\x93NUMPY", two bytes of version, the length of the dictionary in 16 bits (version 1) or 32,
/// little-endian, and the dictionary; the elements follow. Throws `data_error`.
inline array_format read_npy_header(exact_reader& reader) {
    std::array<char, 8> opening{};
    reader.fill(opening, "the .npy header");
    if (std::string_view(opening.data(), 6) != "\x93NUMPY") {
        reader.fail("does not begin like a .npy file; check the file or its --format");
    }
    const auto version = static_cast<unsigned char>(opening[6]);
    if (version < 1 || version > 3) {
        reader.fail("is of .npy version " + std::to_string(version) + ", which Peccary does not know; write it with version 1, 2 or 3");
    }
    std::array<char, 4> size_bytes{};
    const std::size_t width = version == 1 ? 2 : 4;
    reader.fill(std::span(size_bytes).first(width), "the .npy header");
    std::uint64_t size = 0;
    for (std::size_t i = width; i > 0; --i) {
        size = size << 8U | static_cast<unsigned char>(size_bytes[i - 1]);
    }
    // a dictionary of records may be longer, and would be refused anyway
    constexpr std::uint64_t most = std::uint64_t{1} << 16U;
    if (size > most) {
        reader.fail("announces a .npy header of " + std::to_string(size) + " bytes; write the file anew with numpy.save");
    }
    std::string text(size, '\0');
    reader.fill(text, "the .npy header");
    return npy_detail::dictionary_reader(reader, text).read();
}

} // namespace peccary
