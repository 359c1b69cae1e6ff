#include "model/safetensors.hpp"

#include "peccary/core/atomic_file.hpp"
#include "peccary/core/error.hpp"
#include "peccary/model/container.hpp"
#include "peccary/model/model_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

namespace peccary::program {

namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t length_bytes = 8;
constexpr std::size_t value_bytes = 4;
constexpr std::size_t most_dimensions = 8;
constexpr const char* metadata_name = "__metadata__";

/// The format allows a hundred million bytes. A model of 65,536 classes has one and a half.
constexpr std::uint64_t most_header_bytes = std::uint64_t{1} << 22U;

template <class Word>
Word little_endian(std::string_view bytes) noexcept {
    Word word = 0;
    for (std::size_t i = 0; i < sizeof(Word); ++i) {
        word |= static_cast<Word>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return word;
}

template <class Word>
void append_little_endian(std::string& bytes, Word word) {
    for (std::size_t i = 0; i < sizeof(Word); ++i) {
        bytes += static_cast<char>(word >> (8 * i) & 0xFFU);
    }
}

/// Reads one file and complains in its name.
class reader {
public:
    reader(std::string_view bytes, const std::string& name) noexcept : bytes_(bytes), name_(&name) {}

    container content() {
        const json header = parse_header();
        container read{.fields = metadata_of(header), .tensors = {}};
        for (const auto& [its_name, entry] : header.items()) {
            if (its_name != metadata_name) {
                entries_.push_back(entry_of(its_name, entry));
            }
        }
        require_all_data_is_used();
        for (const tensor_entry& entry : entries_) {
            read.tensors.push_back(tensor_of(entry));
        }
        return read;
    }

private:
    /// What the header says of a tensor; [begin, end) are places in the data.
    struct tensor_entry {
        std::string name;
        std::vector<std::uint64_t> shape;
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
    };

    json parse_header() {
        if (bytes_.size() < length_bytes) {
            refuse("it ends within its first 8 bytes");
        }
        const auto size = little_endian<std::uint64_t>(bytes_);
        if (size > most_header_bytes) {
            refuse("its header would have " + std::to_string(size) + " bytes, and more than " + std::to_string(most_header_bytes) +
                   " are not read");
        }
        if (size > bytes_.size() - length_bytes) {
            refuse("it ends within its header");
        }
        data_ = bytes_.substr(length_bytes + static_cast<std::size_t>(size));
        return parse_json(bytes_.substr(length_bytes, static_cast<std::size_t>(size)));
    }

    /// The parser would take the last of equal names, and as much nesting as there is.
    json parse_json(std::string_view text) const {
        constexpr int deepest = 3; // a number of a shape of a tensor of the file
        std::vector<std::set<std::string>> names;
        std::string twice;
        bool too_deep = false;
        json header = json::parse(
            text,
            [&](int depth, json::parse_event_t event, const json& parsed) {
                if (event == json::parse_event_t::object_start) {
                    names.emplace_back();
                } else if (event == json::parse_event_t::object_end) {
                    names.pop_back();
                } else if (event == json::parse_event_t::key && !names.back().insert(parsed.get<std::string>()).second) {
                    twice = parsed.get<std::string>();
                }
                too_deep = too_deep || depth > deepest;
                return depth <= deepest;
            },
            false);
        if (too_deep || !header.is_object()) {
            refuse("its header is not what JSON of tensors is");
        }
        if (!twice.empty()) {
            refuse("the name '" + twice + "' twice");
        }
        return header;
    }

    text_fields metadata_of(const json& header) const {
        const auto found = header.find(metadata_name);
        text_fields fields;
        if (found != header.end()) {
            if (!found->is_object()) {
                refuse("metadata that are no names with texts");
            }
            for (const auto& [key, value] : found->items()) {
                if (!value.is_string()) {
                    refuse("the metadata '" + key + "' is not a text");
                }
                fields.emplace(key, value.get<std::string>());
            }
        }
        std::string missing;
        for (const char* const key : {"objective", "features", "labels"}) {
            if (!fields.contains(key)) {
                missing += (missing.empty() ? "'" : ", '") + std::string(key) + "'";
            }
        }
        if (!missing.empty()) {
            throw data_error(*name_ + ": its tensors alone do not make a model: the metadata lack " + missing +
                             "; give a file that Peccary wrote, or add them as docs/model-format.md has them");
        }
        return fields;
    }

    tensor_entry entry_of(const std::string& its_name, const json& entry) const {
        const std::string which = "the tensor '" + its_name + "'";
        if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") || !entry.contains("shape") ||
            !entry.contains("data_offsets")) {
            refuse(which + " has not exactly 'dtype', 'shape' and 'data_offsets'");
        }
        if (entry.at("dtype") != "F32") {
            refuse(which + " is of the type " + entry.at("dtype").dump() + ", and only \"F32\" is read");
        }
        const auto shape = numbers_of(entry.at("shape"));
        const auto place = numbers_of(entry.at("data_offsets"));
        if (!shape || shape->size() > most_dimensions) {
            refuse(which + " has a shape that is none");
        }
        if (!place || place->size() != 2 || place->at(0) > place->at(1) || place->at(1) > data_.size()) {
            refuse(which + " has a place that is not in the file");
        }
        const std::uint64_t most = data_.size() / value_bytes;
        std::uint64_t count = 1;
        for (const std::uint64_t extent : *shape) {
            if (count != 0 && extent > most / count) {
                refuse(which + " is larger than the file");
            }
            count *= extent;
        }
        if (place->at(1) - place->at(0) != count * value_bytes) {
            refuse(which + " has " + std::to_string(place->at(1) - place->at(0)) + " bytes, and its shape takes " +
                   std::to_string(count * value_bytes));
        }
        return {.name = its_name, .shape = *shape, .begin = place->at(0), .end = place->at(1)};
    }

    static std::optional<std::vector<std::uint64_t>> numbers_of(const json& array) {
        const auto counts = [](const json& number) { return number.is_number_unsigned(); };
        if (!array.is_array() || !std::ranges::all_of(array, counts)) {
            return std::nullopt;
        }
        return array.get<std::vector<std::uint64_t>>();
    }

    /// Puts the tensors in the order of their data. As the format has it, these neither overlap nor
    /// leave anything between them.
    void require_all_data_is_used() {
        std::ranges::sort(entries_, {},
                          [](const tensor_entry& entry) { return std::tuple(entry.begin, entry.end, std::string_view(entry.name)); });
        std::uint64_t end = 0;
        for (const tensor_entry& entry : entries_) {
            if (entry.begin != end) {
                refuse("the data of the tensor '" + entry.name + "' begin at " + std::to_string(entry.begin) +
                       ", and those before end at " + std::to_string(end));
            }
            end = entry.end;
        }
        if (end != data_.size()) {
            refuse("it has " + std::to_string(data_.size()) + " bytes of data, and its tensors take " + std::to_string(end));
        }
    }

    tensor tensor_of(const tensor_entry& entry) const {
        tensor read{.name = entry.name, .shape = entry.shape, .values = {}};
        read.values.reserve(static_cast<std::size_t>(entry.end - entry.begin) / value_bytes);
        for (auto at = static_cast<std::size_t>(entry.begin); at < entry.end; at += value_bytes) {
            read.values.push_back(std::bit_cast<real>(little_endian<std::uint32_t>(data_.substr(at))));
        }
        return read;
    }

    [[noreturn]] void refuse(const std::string& what) const {
        throw data_error(*name_ + ": " + what + "; give a whole safetensors file, or write it again");
    }

    std::string_view bytes_;
    std::string_view data_; ///< behind the header
    const std::string* name_;
    std::vector<tensor_entry> entries_;
};

/// The length of the header and the header, filled up with blanks so that the data begin at a
/// multiple of 8.
std::string head_of(const model_content& content, const std::string& path) try {
    json header;
    header[metadata_name] = content.fields;
    std::uint64_t begin = 0;
    for (const tensor_view& array : content.arrays) {
        const std::uint64_t end = begin + array.values.size_bytes();
        header[std::string(array.name)] = {
            {"dtype", "F32"}, {"shape", std::vector(array.shape.begin(), array.shape.end())}, {"data_offsets", {begin, end}}};
        begin = end;
    }
    std::string text = header.dump();
    text.resize((text.size() + length_bytes - 1) / length_bytes * length_bytes, ' ');
    std::string head;
    append_little_endian(head, std::uint64_t{text.size()});
    return head + text;
} catch (const nlohmann::json::exception&) {
    throw usage_error(path + ": not written, since safetensors holds UTF-8 only, and the model's metadata are none; save in Peccary's own "
                             "format");
}

} // namespace

bool is_safetensors(std::string_view bytes) noexcept {
    return bytes.size() > length_bytes && bytes[length_bytes] == '{' && !is_container(bytes);
}

model parse_safetensors(std::string_view bytes, const std::string& name) { return model_from_content(reader(bytes, name).content(), name); }

void save_safetensors(const model& trained, const std::string& path) {
    const model_content content = content_of(trained, path);
    const std::string head = head_of(content, path);
    atomic_file file(path);
    file.write(head);
    std::string bytes;
    for (const tensor_view& array : content.arrays) {
        bytes.clear();
        for (const real value : array.values) {
            append_little_endian(bytes, std::bit_cast<std::uint32_t>(value));
        }
        file.write(bytes);
    }
    file.commit();
}

} // namespace peccary::program
