// The header of IDX files, the format of MNIST and its relatives (LeCun, Cortes, Burges: "The MNIST
// database").
#pragma once

#include "peccary/data/format/array_format.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

namespace peccary {

/// Two zero bytes, the element type, the number of extents, then each extent as a big-endian number
/// of 32 bits; the elements follow, big-endian and row-major. Throws `data_error`.
inline array_format read_idx_header(exact_reader& reader) {
    std::array<char, 4> magic{};
    reader.fill(magic, "the IDX header");
    array_format format;
    format.big_endian = true;
    const auto type = static_cast<unsigned char>(magic[2]);
    switch (magic[0] == 0 && magic[1] == 0 ? type : 0U) {
    case 0x08:
        format.element = element_type::u8;
        break;
    case 0x09:
        format.element = element_type::i8;
        break;
    case 0x0B:
        format.element = element_type::i16;
        break;
    case 0x0C:
        format.element = element_type::i32;
        break;
    case 0x0D:
        format.element = element_type::f32;
        break;
    case 0x0E:
        format.element = element_type::f64;
        break;
    default:
        reader.fail("does not begin like an IDX file (two zero bytes and a known element type); check the file or its --format");
    }
    for (int extents = static_cast<unsigned char>(magic[3]); extents > 0; --extents) {
        std::array<char, 4> bytes{};
        reader.fill(bytes, "the IDX header");
        std::uint64_t extent = 0;
        for (const char byte : bytes) {
            extent = extent << 8U | static_cast<unsigned char>(byte);
        }
        format.shape.push_back(extent);
    }
    return format;
}

} // namespace peccary
