// Checkpoints: everything comes back, nothing else is taken for one, and whoever is killed while
// writing leaves a whole one behind.
#include "catch.hpp"
#include "child_process.hpp"
#include "scratch_directory.hpp"

#include "peccary/core/random.hpp"
#include "peccary/model/checkpoint.hpp"
#include "peccary/model/model_file.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <limits>
#include <string>
#include <unistd.h>
#include <vector>

using namespace peccary;

namespace {

checkpoint sample_checkpoint() {
    return {.settings = "hogwild --epochs 9\nseed 7",
            .epoch = 3,
            .segment = std::numeric_limits<std::uint64_t>::max(),
            .updates_done = 123'456'789'012'345,
            .train_seconds = 1.0 / 3,
            .parameters = {0, -0.0F, 1e-45F, 3.4e38F, -1.5F},
            .counts = {{"restarts", 2}, {"", 0}},
            .numbers = {{"step size", 0.1}, {"best", std::numeric_limits<double>::infinity()}, {"tiny", 4.9e-324}},
            .arrays = {{"sums", {1, 2, 3}}, {"none", {}}, {"parameters", {4}}}};
}

std::string error_of_loading(const std::string& bytes) {
    try {
        load_checkpoint(bytes, "FILE");
    } catch (const data_error& failure) {
        return failure.what();
    }
    return "loaded";
}

/// A checkpoint of which all content follows from its epoch, and of various sizes.
checkpoint version(std::uint64_t epoch) {
    checkpoint state;
    state.settings = std::to_string(epoch);
    state.epoch = epoch;
    state.updates_done = mix(epoch);
    state.parameters.assign(1000 + mix(epoch) % 60'000, static_cast<real>(epoch));
    return state;
}

} // namespace

TEST_CASE("a checkpoint comes back equal") {
    const scratch_directory here;
    const std::string path = here / "checkpoint";
    save(sample_checkpoint(), path);
    const checkpoint loaded = load_checkpoint(path);
    REQUIRE(loaded == sample_checkpoint());
    REQUIRE(std::signbit(loaded.parameters[1]));
    save(checkpoint{}, path);
    REQUIRE(load_checkpoint(path) == checkpoint{});

    checkpoint undefined;
    undefined.numbers = {{"undefined", std::nan("")}};
    save(undefined, path);
    REQUIRE(std::isnan(load_checkpoint(path).numbers.at("undefined")));
}

TEST_CASE("diverged parameters do not replace the last good checkpoint") {
    const scratch_directory here;
    const std::string path = here / "checkpoint";
    save(sample_checkpoint(), path);
    checkpoint diverged = sample_checkpoint();
    diverged.parameters[2] = std::numeric_limits<real>::infinity();
    REQUIRE_THROWS_AS(save(diverged, path), diverged_error);
    REQUIRE(load_checkpoint(path) == sample_checkpoint());
}

TEST_CASE("a model is no checkpoint, and the reverse") {
    const scratch_directory here;
    save(sample_checkpoint(), here / "checkpoint");
    save(make_linear_model("squared", 1, {}, {1}), here / "model");
    REQUIRE_THROWS_WITH(load_model(here / "checkpoint"), contains_text("checkpoint: a checkpoint, where a model is needed"));
    REQUIRE_THROWS_WITH(load_checkpoint(here / "model"), contains_text("model: a model, where a checkpoint is needed"));
    write_text(here / "text", "solver_type L2R_LR\n");
    REQUIRE_THROWS_WITH(load_checkpoint(here / "text"), contains_text("give a checkpoint that Peccary wrote"));
}

TEST_CASE("a checkpoint cut short or changed anywhere is refused") {
    const scratch_directory here;
    save(sample_checkpoint(), here / "checkpoint");
    const std::string bytes = read_text(here / "checkpoint");
    REQUIRE(error_of_loading(bytes) == "loaded");
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        INFO("byte " << at);
        std::string flipped = bytes;
        flipped[at] = static_cast<char>(~flipped[at]);
        REQUIRE(error_of_loading(bytes.substr(0, at)).starts_with("FILE: "));
        REQUIRE(error_of_loading(flipped).starts_with("FILE: "));
    }
}

TEST_CASE("fields and arrays that are not a checkpoint's are refused") {
    const scratch_directory here;
    const text_fields good{{"settings", ""}, {"epoch", "1"}, {"segment", "2"}, {"updates_done", "3"}, {"train_seconds", "0.5"}};
    const std::vector<std::uint64_t> one{1};
    const std::vector<std::uint64_t> square{1, 1};
    const std::vector<real> value{1};
    const std::vector<real> infinite{std::numeric_limits<real>::infinity()};
    const tensor_view parameters{"parameters", one, value};
    const auto complaint = [&](const text_fields& fields, const std::vector<tensor_view>& arrays) {
        write_container(here / "forged", container_kind::checkpoint, fields, arrays);
        return error_of_loading(read_text(here / "forged"));
    };
    const auto with = [&](const std::string& key, const std::string& text) {
        text_fields fields = good;
        fields[key] = text;
        return complaint(fields, {parameters});
    };
    const auto has = [](const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; };
    REQUIRE(complaint(good, {parameters}) == "loaded");
    for (const auto& [key, text] : good) {
        text_fields fields = good;
        fields.erase(key);
        REQUIRE(has(complaint(fields, {parameters}), "no field '" + key + "'"));
        REQUIRE((key == "settings" || has(with(key, "-1"), "the field '" + key + "'")));
        REQUIRE((key == "settings" || has(with(key, "1 "), "the field '" + key + "'")));
    }
    REQUIRE(has(with("train_seconds", "nan"), "not a time"));
    REQUIRE(has(with("count.x", "0.5"), "'count.x' is not a number"));
    REQUIRE(has(with("number.x", "a"), "'number.x' is not a number"));
    REQUIRE(has(with("other", ""), "an unknown field 'other'"));
    REQUIRE(has(complaint(good, {}), "no parameters"));
    REQUIRE(has(complaint(good, {parameters, parameters}), "an unexpected array 'parameters'"));
    REQUIRE(has(complaint(good, {parameters, {"x", one, value}}), "an unexpected array 'x'"));
    REQUIRE(has(complaint(good, {parameters, {"array.x", one, value}, {"array.x", one, value}}), "an unexpected array 'array.x'"));
    REQUIRE(has(complaint(good, {{"parameters", square, value}}), "not one dimension"));
    REQUIRE(has(complaint(good, {{"parameters", one, infinite}}), "not a finite number"));
}

TEST_CASE("a writer killed at any moment leaves one of its versions") {
    const scratch_directory here;
    const std::string path = here / "checkpoint";
    save(version(0), path);
    random_stream random(20, 26, 0);
    std::uint64_t last = 0;
    std::size_t entries = here.entries();
    constexpr int kills = 150;
    // in microseconds; a version takes of the order of one millisecond
    constexpr std::uint32_t least_patience = 12'000;
    constexpr std::uint32_t most_patience = 400'000;
    // more of it while the disk is busy with something else
    std::uint32_t patience = least_patience;
    for (int kill = 0; kill < kills; ++kill) {
        const pid_t child = start_child([&]() -> int {
            for (std::uint64_t epoch = last + 1;; ++epoch) {
                save(version(epoch), path);
            }
        });
        ::usleep(random.below(patience));
        ::kill(child, SIGKILL);
        REQUIRE(wait_for_child(child) == 1000 + SIGKILL);
        const checkpoint found = load_checkpoint(path);
        REQUIRE(found.epoch >= last);
        REQUIRE(found == version(found.epoch));
        patience = found.epoch > last ? std::max(least_patience, patience / 2) : std::min(most_patience, patience / 4 * 5);
        last = found.epoch;
        REQUIRE(here.entries() <= entries + 1); // the temporary of the version that it was at
        entries = here.entries();
    }
    REQUIRE(last > 0);
}
