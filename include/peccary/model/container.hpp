// Peccary's binary file: a kind, text fields and named tensors, versioned and checksummed; docs/model-format.md has it byte by byte.
//
// Considerations. Every item is a whole number of little-endian 64-bit words, so that one pass by words writes, checks and reads the file
// on any machine. The checksum chains core/random.hpp's bijection `mix` over the words: damage within one word is always found, any other
// but once in 2^64. FNV-1a promises the same and takes a multiplication a byte instead of two for eight.
#pragma once

#include "peccary/core/atomic_file.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/random.hpp"
#include "peccary/core/types.hpp"
#include "peccary/model/tensor.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace peccary {

enum class container_kind : std::uint32_t { model = 1, checkpoint = 2 };

constexpr std::string_view name_of(container_kind kind) noexcept { return kind == container_kind::model ? "model" : "checkpoint"; }

using text_fields = std::map<std::string, std::string>;

struct container {
    text_fields fields;
    std::vector<tensor> tensors;
};

inline constexpr std::string_view container_signature = "\x89PECCARY"; // not text, so that no text file is mistaken for it
inline constexpr std::uint32_t container_version = 1;

/// Larger files are refused before they are read.
inline constexpr std::uint64_t most_model_bytes = std::uint64_t{1} << 36U;

/// The checksum of a sequence of words: c = mix(c ^ word), from 0.
class container_checksum {
public:
    constexpr void add(std::uint64_t word) noexcept { value_ = mix(value_ ^ word); }
    constexpr std::uint64_t value() const noexcept { return value_; }

private:
    std::uint64_t value_ = 0;
};

namespace container_detail {

inline constexpr std::size_t word_bytes = 8;
inline constexpr std::size_t header_words = 4;
inline constexpr std::size_t least_words = header_words + 1;
inline constexpr std::size_t most_rank = 8;

constexpr std::uint64_t words_for(std::uint64_t bytes) noexcept { return bytes / word_bytes + (bytes % word_bytes != 0 ? 1 : 0); }

constexpr std::uint64_t pair(std::uint32_t low, std::uint32_t high) noexcept { return low | std::uint64_t{high} << 32U; }

/// The first 8 bytes as a little-endian word; compilers make it one load.
constexpr std::uint64_t word_of(std::string_view bytes) noexcept {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < word_bytes; ++i) {
        word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
    }
    return word;
}

/// Writes items and keeps the checksum.
class writer {
public:
    explicit writer(atomic_file& file) noexcept : file_(&file) {}

    void word(std::uint64_t word) {
        checksum_.add(word);
        std::array<char, word_bytes> bytes;
        for (std::size_t i = 0; i < word_bytes; ++i) {
            bytes[i] = static_cast<char>(word >> (8 * i) & 0xFFU);
        }
        file_->write({bytes.data(), bytes.size()});
    }

    /// Up to 8 bytes a word, the last filled up with zeros.
    void bytes(std::string_view bytes) {
        while (!bytes.empty()) {
            std::array<char, word_bytes> padded{};
            const std::size_t count = std::min(bytes.size(), word_bytes);
            std::copy_n(bytes.data(), count, padded.data());
            word(word_of({padded.data(), padded.size()}));
            bytes.remove_prefix(count);
        }
    }

    void text(std::string_view text) {
        word(text.size());
        bytes(text);
    }

    void reals(std::span<const real> values) {
        for (std::size_t i = 0; i < values.size(); i += 2) {
            word(pair(std::bit_cast<std::uint32_t>(values[i]), i + 1 < values.size() ? std::bit_cast<std::uint32_t>(values[i + 1]) : 0));
        }
    }

    void finish() { word(checksum_.value()); }

    static constexpr std::uint64_t text_words(std::string_view text) noexcept { return 1 + words_for(text.size()); }
    static std::uint64_t tensor_words(const tensor_view& array) noexcept {
        return text_words(array.name) + 1 + array.shape.size() + words_for(array.values.size_bytes());
    }

private:
    atomic_file* file_;
    container_checksum checksum_;
};

/// Reads items from a file whose checksum is right; still, whoever made the file may have lied, so that nothing is allocated before it is
/// known to be there.
class reader {
public:
    reader(std::string_view bytes, std::string_view name) noexcept : rest_(bytes), name_(name) {}

    bool at_end() const noexcept { return rest_.empty(); }

    std::uint64_t word() {
        require(1);
        const std::uint64_t word = word_of(rest_);
        rest_.remove_prefix(word_bytes);
        return word;
    }

    std::string text() {
        const std::uint64_t size = word();
        const std::uint64_t words = words_for(size);
        require(words);
        std::string text(rest_.substr(0, static_cast<std::size_t>(size)));
        skip(words);
        return text;
    }

    tensor array() {
        tensor array;
        array.name = text();
        const std::uint64_t rank = word();
        if (rank > most_rank) {
            refuse("an array with " + std::to_string(rank) + " dimensions");
        }
        const std::uint64_t most_values = rest_.size() / sizeof(real);
        std::uint64_t count = 1;
        for (std::uint64_t dimension = 0; dimension < rank; ++dimension) {
            const std::uint64_t extent = word();
            if (count != 0 && extent > most_values / count) {
                refuse("an array larger than the file");
            }
            count *= extent;
            array.shape.push_back(extent);
        }
        const std::uint64_t words = words_for(count * sizeof(real));
        require(words);
        array.values.resize(static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < array.values.size(); i += 2) {
            const std::uint64_t two = word_of(rest_.substr(i * sizeof(real)));
            array.values[i] = std::bit_cast<real>(static_cast<std::uint32_t>(two));
            if (i + 1 < array.values.size()) {
                array.values[i + 1] = std::bit_cast<real>(static_cast<std::uint32_t>(two >> 32U));
            }
        }
        skip(words);
        return array;
    }

    [[noreturn]] void refuse(const std::string& what) const {
        throw data_error(name_ + ": " + what +
                         ", although its checksum is right: the program that wrote it is at fault; write the file again");
    }

private:
    void require(std::uint64_t words) const {
        if (words > rest_.size() / word_bytes) {
            refuse("an item that reaches past the end");
        }
    }

    void skip(std::uint64_t words) noexcept { rest_.remove_prefix(static_cast<std::size_t>(words) * word_bytes); }

    std::string_view rest_; ///< whole words
    std::string name_;
};

} // namespace container_detail

/// True when `bytes` begin like a container of any version and kind.
inline bool is_container(std::string_view bytes) noexcept { return bytes.starts_with(container_signature); }

/// Replaces `path` by a container, or throws `io_error` and leaves it as it was (core/atomic_file.hpp).
/// Shapes must multiply to the number of values. Thread-safety: reentrant.
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

/// The container in `bytes`, the whole content of the file `name`. Throws `data_error` when it is damaged, cut short, of another kind or
/// made by a newer Peccary. Memory: of the order of the file, whatever it says about itself. Thread-safety: reentrant.
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

/// The container in the file `path`. Throws as `parse_container`, and `io_error` when the file cannot be read.
inline container read_container(const std::string& path, container_kind kind) {
    return parse_container(read_whole_file(path, most_model_bytes), path, kind);
}

} // namespace peccary
