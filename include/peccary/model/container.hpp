// Peccary's binary file: a kind, text fields and named tensors, versioned and checksummed.
//
// docs/model-format.md has it byte by byte.
//
// Considerations. Every item is a whole number of little-endian 64-bit words, so that one pass by
// words writes, checks and reads the file on any machine.
//
// The checksum chains core/random.hpp's bijection `mix` over the words. It always finds damage
// within one word, and misses any other once in 2^64. FNV-1a promises the same, and takes a
// multiplication a byte instead of two for eight.
#pragma once

#include "peccary/core/atomic_file.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/file.hpp"
#include "peccary/model/container_format.hpp"
#include "peccary/model/container_reader.hpp"
#include "peccary/model/container_writer.hpp"
#include "peccary/model/tensor.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace peccary {

/// Larger files are refused before they are read.
inline constexpr std::uint64_t most_model_bytes = std::uint64_t{1} << 36U;

/// True when `bytes` begin like a container of any version and kind.
inline bool is_container(std::string_view bytes) noexcept { return bytes.starts_with(container_signature); }

/// Replaces `path` by a container, or throws `io_error` and leaves it as it was
/// (core/atomic_file.hpp). Shapes must multiply to the number of values. Thread-safety: reentrant.
inline void write_container(const std::string& path, container_kind kind, const text_fields& fields, std::span<const tensor_view> tensors) {
    using namespace container_detail;
    std::uint64_t words = least_words;
    for (const auto& [key, value] : fields) {
        words += writer::text_words(key) + writer::text_words(value);
    }
    for (const auto& array : tensors) {
        words += writer::tensor_words(array);
    }
    atomic_file file(path);
    writer out(file);
    out.bytes(container_signature);
    out.word(pair(container_version, static_cast<std::uint32_t>(kind)));
    out.word(words * word_bytes);
    out.word(pair(static_cast<std::uint32_t>(fields.size()), static_cast<std::uint32_t>(tensors.size())));
    for (const auto& [key, value] : fields) {
        out.text(key);
        out.text(value);
    }
    for (const auto& array : tensors) {
        out.text(array.name);
        out.word(array.shape.size());
        for (const std::uint64_t extent : array.shape) {
            out.word(extent);
        }
        out.reals(array.values);
    }
    out.finish();
    file.commit();
}

/// The container in `bytes`, the whole content of the file `name`. Throws `data_error` when it is
/// damaged, cut short, of another kind or made by a newer Peccary. Memory: of the order of the
/// file, whatever it says about itself. Thread-safety: reentrant.
inline container parse_container(std::string_view bytes, const std::string& name, container_kind kind) {
    using namespace container_detail;
    const auto refuse = [&](const std::string& what) { throw data_error(name + ": " + what); };
    if (!is_container(bytes)) {
        refuse("not a file of Peccary's; give a " + std::string(name_of(kind)) + " that Peccary wrote");
    }
    if (bytes.size() < least_words * word_bytes) {
        refuse("cut short within its first " + std::to_string(least_words * word_bytes) + " bytes; copy or write it again");
    }
    // The version comes before the checksum, since a newer one may well have another.
    const std::uint64_t version_and_kind = word_of(bytes.substr(word_bytes));
    const auto version = static_cast<std::uint32_t>(version_and_kind);
    if (version > container_version) {
        refuse("format version " + std::to_string(version) + ", but this Peccary reads only up to version " +
               std::to_string(container_version) + "; read it with a newer Peccary");
    }
    const std::uint64_t size = word_of(bytes.substr(2 * word_bytes));
    if (bytes.size() != size) {
        refuse("it has " + std::to_string(bytes.size()) + " bytes and should have " + std::to_string(size) +
               (bytes.size() < size ? ": it was cut short" : ": something was appended") + " or damaged; copy or write it again");
    }
    container_checksum checksum;
    const std::size_t content = bytes.size() / word_bytes * word_bytes - word_bytes;
    for (std::size_t at = 0; at < content; at += word_bytes) {
        checksum.add(word_of(bytes.substr(at)));
    }
    if (bytes.size() % word_bytes != 0 || word_of(bytes.substr(content)) != checksum.value()) {
        refuse("its checksum is wrong: the file is damaged; copy or write it again");
    }

    reader in(bytes.substr(0, content), name);
    in.word();
    in.word();
    in.word();
    if (version == 0) {
        in.refuse("format version 0");
    }
    const auto found = static_cast<std::uint32_t>(version_and_kind >> 32U);
    if (found != static_cast<std::uint32_t>(container_kind::model) && found != static_cast<std::uint32_t>(container_kind::checkpoint)) {
        in.refuse("an unknown kind of content (" + std::to_string(found) + ")");
    }
    if (const auto its = static_cast<container_kind>(found); its != kind) {
        refuse("a " + std::string(name_of(its)) + ", where a " + std::string(name_of(kind)) + " is needed; " +
               (kind == container_kind::model ? "finish the training from it, and give the model that this writes"
                                              : "give the checkpoint of an unfinished training run"));
    }
    container result;
    const std::uint64_t counts = in.word();
    for (auto left = static_cast<std::uint32_t>(counts); left > 0; --left) {
        std::string key = in.text();
        std::string value = in.text();
        if (const auto [at, inserted] = result.fields.try_emplace(std::move(key), std::move(value)); !inserted) {
            in.refuse("the field '" + at->first + "' twice");
        }
    }
    for (auto left = static_cast<std::uint32_t>(counts >> 32U); left > 0; --left) {
        result.tensors.push_back(in.array());
    }
    if (!in.at_end()) {
        in.refuse("bytes after the last array");
    }
    return result;
}

/// The container in the file `path`. Throws as `parse_container`, and `io_error` when the file
/// cannot be read.
inline container read_container(const std::string& path, container_kind kind) {
    return parse_container(read_whole_file(path, most_model_bytes), path, kind);
}

} // namespace peccary
