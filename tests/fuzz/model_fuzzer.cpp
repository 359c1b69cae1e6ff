// libFuzzer harness: whatever the bytes, loading a model or checkpoint gives a consistent one or a
// data_error, and what it gives survives saving and loading.
#include "peccary/core/error.hpp"
#include "peccary/core/random.hpp"
#include "peccary/model/checkpoint.hpp"
#include "peccary/model/model_file.hpp"
#include "peccary/model/predict.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <span>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using namespace peccary;

void require(bool holds) {
    if (!holds) {
        std::abort(); // libFuzzer keeps the input
    }
}

/// A file without a name, gone with the process.
file_descriptor nameless_file() {
    std::string name = (std::filesystem::temp_directory_path() / "peccary-fuzz-XXXXXX").string();
    file_descriptor file(::mkstemp(name.data()));
    require(file.is_open() && ::unlink(name.c_str()) == 0);
    return file;
}

/// Saves to a descriptor, which is written directly, without the syncs that would cost a thousand
/// times the parsing.
template <class Content>
std::string saved_bytes(const Content& content) {
    static const file_descriptor file = nameless_file();
    static const std::string path = "/dev/fd/" + std::to_string(file.number());
    require(::ftruncate(file.number(), 0) == 0 && ::lseek(file.number(), 0, SEEK_SET) == 0);
    save(content, path);
    return read_whole_file(path, most_model_bytes); // opened anew, and so from its beginning
}

void try_model(std::string_view bytes) {
    model loaded;
    try {
        loaded = load_model(bytes, "fuzz");
    } catch (const data_error&) {
        return;
    }
    require(problem_with(loaded).empty());
    const predictor predict(loaded);
    if (predict.outputs() < 1000) {
        std::vector<real> scores(predict.outputs());
        predict.scores(dense_row{}, scores);
        const double label = predict.label(scores);
        require(label == label);
        if (predict.has_probabilities()) {
            std::vector<real> probabilities(loaded.labels.size());
            predict.probabilities(scores, probabilities);
            for (const real probability : probabilities) {
                require(probability >= 0 && probability <= 1);
            }
        }
    }
    require(load_model(saved_bytes(loaded), "again") == loaded);
}

void try_checkpoint(std::string_view bytes) {
    checkpoint loaded;
    try {
        loaded = load_checkpoint(bytes, "fuzz");
    } catch (const data_error&) {
        return;
    }
    // bytes, since a NaN in it is not equal to itself
    const std::string saved = saved_bytes(loaded);
    require(saved_bytes(load_checkpoint(saved, "again")) == saved);
}

/// Gives a container the size and checksum that it should have, since no fuzzer would guess them;
/// true if it is one.
bool mend(std::string& bytes) {
    constexpr std::size_t word = 8;
    if (!is_container(bytes) || bytes.size() < 5 * word) {
        return false;
    }
    bytes.resize(bytes.size() / word * word);
    const auto put = [&](std::size_t at, std::uint64_t value) {
        for (std::size_t i = 0; i < word; ++i) {
            bytes[at + i] = static_cast<char>(value >> (8 * i) & 0xFFU);
        }
    };
    put(2 * word, bytes.size());
    container_checksum checksum;
    for (std::size_t at = 0; at + word < bytes.size(); at += word) {
        checksum.add(container_detail::word_of(std::string_view(bytes).substr(at)));
    }
    put(bytes.size() - word, checksum.value());
    return true;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string bytes(data, data + size);
    try_model(bytes);
    try_checkpoint(bytes);
    if (mend(bytes)) {
        try_model(bytes);
        try_checkpoint(bytes);
    }
    return 0;
}
