// Models as safetensors: what is saved comes back bit for bit, and whatever a file holds ends in a
// model that is valid or in a clear refusal.
#include "catch.hpp"

#include "model/formats.hpp"
#include "model/safetensors.hpp"
#include "scratch_directory.hpp"

#include "peccary/core/error.hpp"
#include "peccary/core/file.hpp"
#include "peccary/core/random.hpp"
#include "peccary/model/model_file.hpp"

#include <bit>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <vector>

using namespace peccary;
using program::parse_safetensors;
using program::save_safetensors;

namespace {

/// Values of every magnitude and sign, zeros of both signs and the smallest number among them.
std::vector<real> telling_values(std::size_t count, random_stream& random) {
    std::vector<real> values{0.0F, -0.0F, std::numeric_limits<real>::denorm_min(), std::numeric_limits<real>::max()};
    while (values.size() < count) {
        const auto drawn = std::bit_cast<real>(static_cast<std::uint32_t>(random()));
        values.push_back(std::isfinite(drawn) ? drawn : real{1});
    }
    values.resize(count);
    return values;
}

model network(std::string_view output, std::vector<double> labels) {
    const mlp shape(6, {4, 3}, labels.size(), "tanh", output);
    parameters values(shape.layout());
    random_stream random(3, 0, 0);
    for (const parameter_span& span : values.layout().spans()) {
        const auto drawn = telling_values(span.size, random);
        std::ranges::copy(drawn, values.exclusive(span).begin());
    }
    return make_network_model(shape, std::move(labels), values);
}

/// One model of each kind.
std::vector<model> some_models() {
    random_stream random(1, 0, 0);
    std::vector<model> models{
        make_linear_model("logistic", 9, {-1, 1}, telling_values(9, random), telling_values(1, random)),
        make_linear_model("hinge", 5, {1, 2, 3.5}, telling_values(15, random)),
        make_linear_model("softmax", 7, {0, 4, 9}, telling_values(21, random), telling_values(3, random)),
        make_linear_model("huber", 1, {}, telling_values(1, random)),
        network("softmax", {2, 4, 8}),
        network("logistic", {-1, 1}),
        network("squared", {}),
    };
    models[2].metadata = {{"version", "1"}, {"free", "\"quoted\", {braces} and \xC3\xA9"}, {"", ""}};
    models[4].normalization = {.method = "standard", .shift = telling_values(6, random), .factor = telling_values(6, random)};
    models[5].normalization.method = "unit";
    return models;
}

std::string saved(const model& made) {
    const scratch_directory directory;
    save_safetensors(made, directory / "model");
    return read_whole_file(directory / "model", most_model_bytes);
}

/// A file with this header and so many bytes of data, the low bytes of the numbers 0, 1, ... as
/// floats.
std::string file_of(const std::string& header, std::size_t data) {
    std::string bytes;
    for (std::size_t i = 0; i < 8; ++i) {
        bytes += static_cast<char>(header.size() >> (8 * i) & 0xFFU);
    }
    bytes += header;
    for (std::size_t value = 0; value < data / 4; ++value) {
        const auto number = static_cast<real>(value);
        char four[4];
        std::memcpy(four, &number, 4);
        bytes.append(four, 4);
    }
    bytes.resize(8 + header.size() + data);
    return bytes;
}

std::string refusal(const std::string& bytes) {
    try {
        parse_safetensors(bytes, "f");
    } catch (const data_error& met) {
        return met.what();
    }
    return {};
}

constexpr const char* fields = R"("__metadata__":{"objective":"squared","features":"2","labels":""})";
constexpr const char* weights = R"("weights":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]})";

std::string header_of(const std::string& entries) { return "{" + std::string(fields) + "," + entries + "}"; }

} // namespace

TEST_CASE("what was saved as safetensors comes back bit for bit, and is told from the other formats") {
    const scratch_directory directory;
    for (const model& made : some_models()) {
        CAPTURE(made.objective, made.output);
        const std::string path = directory / "model";
        for (const std::string& format : program::model_format_names()) {
            if (format == "liblinear") {
                continue; // it has its own losses
            }
            CAPTURE(format);
            program::save_model_as(format, made, path);
            const model loaded = program::load_any_model(path);
            REQUIRE(loaded == made);
            for (std::size_t a = 0; a < made.arrays.size(); ++a) { // == takes the two zeros for one
                REQUIRE(std::memcmp(loaded.arrays[a].values.data(), made.arrays[a].values.data(),
                                    made.arrays[a].values.size() * sizeof(real)) == 0);
            }
        }
        const std::string bytes = saved(made);
        REQUIRE(program::is_safetensors(bytes));
        REQUIRE(saved(parse_safetensors(bytes, "f")) == bytes);
    }
}

TEST_CASE("safetensors as others write them are read: any order, blanks, data in another order than names") {
    const std::string header =
        R"( {"weights" : {"data_offsets":[4, 12],"shape":[2,1],"dtype":"F32"}, "bias":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},
            "__metadata__":{"labels":"","features":"2","objective":"squared"} }   )";
    const model read = parse_safetensors(file_of(header.substr(1), 12), "f");
    REQUIRE(read.find("bias")->values == std::vector<real>{0});
    REQUIRE(read.find("weights")->values == std::vector<real>{1, 2});
}

TEST_CASE("a safetensors file that lies is refused by what it lies about") {
    REQUIRE(refusal(file_of(header_of(weights), 8)).empty());
    const auto entry = [](const std::string& dtype, const std::string& shape, const std::string& place) {
        return file_of(header_of(R"("weights":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" + place + "}"), 8);
    };
    const struct {
        std::string bytes;
        const char* said;
    } lies[] = {
        {"", "it ends within its first 8 bytes"},
        {std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F{", 9), "its header would have 9223372036854775807 bytes"},
        {std::string("\x40\0\0\0\0\0\0\0{", 9), "it ends within its header"},
        {file_of("{", 0), "its header is not what JSON of tensors is"},
        {file_of("[1]", 0), "its header is not what JSON of tensors is"},
        {file_of(header_of(R"("weights":[[[[[[1]]]]]])"), 0), "its header is not what JSON of tensors is"},
        {file_of(R"({"0.weight":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}})", 8),
         "its tensors alone do not make a model: the metadata lack 'objective', 'features', 'labels'"},
        {file_of(R"({"__metadata__":{"format":"pt","labels":""}})", 0), "the metadata lack 'objective', 'features'; give"},
        {file_of(R"({"__metadata__":[]})", 0), "metadata that are no names with texts"},
        {file_of(R"({"__metadata__":{"objective":1}})", 0), "the metadata 'objective' is not a text"},
        {file_of(header_of(std::string(weights) + "," + weights), 8), "the name 'weights' twice"},
        {file_of(R"({"__metadata__":{"objective":"squared","objective":"huber"}})", 8), "the name 'objective' twice"},
        {entry("F64", "[2,1]", "[0,8]"), "the tensor 'weights' is of the type \"F64\", and only \"F32\" is read"},
        {entry("F32", "[2,-1]", "[0,8]"), "the tensor 'weights' has a shape that is none"},
        {entry("F32", "[2,1.0]", "[0,8]"), "the tensor 'weights' has a shape that is none"},
        {entry("F32", "2", "[0,8]"), "the tensor 'weights' has a shape that is none"},
        {entry("F32", "[1,1,1,1,1,1,1,1,2]", "[0,8]"), "the tensor 'weights' has a shape that is none"},
        {entry("F32", "[2,1]", "[0,12]"), "the tensor 'weights' has a place that is not in the file"},
        {entry("F32", "[2,1]", "[8,0]"), "the tensor 'weights' has a place that is not in the file"},
        {entry("F32", "[2,1]", "[0,8,8]"), "the tensor 'weights' has a place that is not in the file"},
        {entry("F32", "[2,1]", "[0,18446744073709551615]"), "the tensor 'weights' has a place that is not in the file"},
        {entry("F32", "[4294967296,4294967296]", "[0,8]"), "the tensor 'weights' is larger than the file"},
        {entry("F32", "[1,1]", "[0,8]"), "the tensor 'weights' has 8 bytes, and its shape takes 4"},
        {file_of(header_of(R"("weights":{"dtype":"F32","shape":[2,1]})"), 8), "has not exactly 'dtype', 'shape' and 'data_offsets'"},
        {file_of(header_of(R"("weights":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8],"x":1})"), 8), "has not exactly"},
        {file_of(header_of(R"("weights":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]},
                              "bias":{"dtype":"F32","shape":[1],"data_offsets":[4,8]})"),
                 8),
         "the data of the tensor 'bias' begin at 4, and those before end at 8"},
        {file_of(header_of(weights), 12), "it has 12 bytes of data, and its tensors take 8"},
        {file_of(header_of(R"("weights":{"dtype":"F32","shape":[2,1],"data_offsets":[4,12]})"), 12),
         "the data of the tensor 'weights' begin at 4, and those before end at 0"},
        {file_of(header_of(R"("heavy":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]})"), 8), "no array 'weights'"},
        {file_of(R"({"__metadata__":{"objective":"squared","features":"2","labels":"","more":""},)" + std::string(weights) + "}", 8),
         "an unknown field 'more'"},
    };
    for (const auto& [bytes, said] : lies) {
        CAPTURE(bytes, said);
        const std::string told = refusal(bytes);
        REQUIRE(told.starts_with("f: "));
        REQUIRE(told.find(said) != std::string::npos);
    }
    std::string with_nan = file_of(header_of(weights), 8);
    with_nan.replace(with_nan.size() - 4, 4, "\x00\x00\xC0\x7F", 4);
    REQUIRE(refusal(with_nan).find("a value in 'weights' that is not a finite number") != std::string::npos);
}

TEST_CASE("a safetensors file cut anywhere is refused") {
    const std::string whole = saved(some_models()[4]);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        REQUIRE_FALSE(refusal(whole.substr(0, size)).empty());
    }
    REQUIRE_FALSE(refusal(whole + '\0').empty());
}

TEST_CASE("whatever was damaged, a safetensors file makes a valid model or a refusal") {
    random_stream random(5, 0, 0);
    int models = 0;
    int refusals = 0;
    for (const model& made : some_models()) {
        const std::string whole = saved(made);
        for (int times = 0; times < 1500; ++times) {
            std::string bytes = whole;
            for (std::uint32_t damages = 1 + random.below(3); damages > 0; --damages) {
                const std::size_t at = random.below(static_cast<std::uint32_t>(bytes.size()));
                switch (random.below(4)) {
                case 0:
                    bytes[at] = static_cast<char>(random.below(256));
                    break;
                case 1:
                    bytes[at] = "0123456789[]{},:\""[random.below(17)];
                    break;
                case 2:
                    bytes.erase(at, 1 + random.below(8));
                    break;
                default:
                    bytes.insert(at, bytes.substr(random.below(static_cast<std::uint32_t>(bytes.size())), random.below(40)));
                }
            }
            try {
                const model read = parse_safetensors(bytes, "f");
                REQUIRE(problem_with(read).empty());
                ++models;
            } catch (const data_error&) {
                ++refusals;
            }
        }
    }
    REQUIRE(models > 100); // damaged values
    REQUIRE(refusals > 1000);
}

TEST_CASE("what safetensors cannot hold is refused, and the file left as it was") {
    const scratch_directory directory;
    const std::string path = directory / "model";
    model made = some_models()[0];
    save_safetensors(made, path);
    const std::string before = read_whole_file(path, most_model_bytes);
    made.metadata["bytes"] = "\xFF";
    REQUIRE_THROWS_AS(save_safetensors(made, path), usage_error);
    made.metadata.clear();
    made.arrays[0].values.pop_back();
    REQUIRE_THROWS_AS(save_safetensors(made, path), error);
    REQUIRE(read_whole_file(path, most_model_bytes) == before);
    REQUIRE_THROWS_AS(program::save_model_as("onnx", some_models()[0], path), usage_error);
}
