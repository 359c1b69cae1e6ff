#include "reading/read_benchmarks.hpp"

#include "input/read_text.hpp"
#include "peccary/core/error.hpp"
#include "report/median.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

namespace peccary::program {

namespace {

using json = nlohmann::ordered_json;

constexpr const char* advice = "; give files that 'scripts/bench' or a benchmark's --benchmark_out wrote";

/// One repetition of one benchmark.
struct repetition {
    /// Of the benchmark in its program, then in the file: results in random order are put in that
    /// order.
    std::tuple<std::uint64_t, std::uint64_t, std::size_t> place;
    std::string contender;
    std::string circumstances;
    std::string failure;
    double seconds = 0; ///< an iteration
    std::map<std::string, double> rates;
};

/// What Google Benchmark adds to a name and says nothing of what is done.
bool is_about_measuring(std::string_view part) {
    constexpr std::array<std::string_view, 3> clocks{"process_time", "real_time", "manual_time"};
    constexpr std::array<std::string_view, 4> amounts{"min_time:", "min_warmup_time:", "repeats:", "iterations:"};
    return std::ranges::find(clocks, part) != clocks.end() ||
           std::ranges::any_of(amounts, [&](std::string_view each) { return part.starts_with(each); });
}

/// "row:100" reads as "row 100".
std::string in_words(std::string_view part) {
    std::string words(part);
    std::ranges::replace(words, ':', ' ');
    return words;
}

void name(repetition& each, std::string_view full, const std::string& label) {
    each.contender = full.substr(0, full.find('/'));
    full.remove_prefix(std::min(full.size(), each.contender.size() + 1));
    while (!full.empty()) {
        const std::string_view part = full.substr(0, full.find('/'));
        full.remove_prefix(std::min(full.size(), part.size() + 1));
        if (!is_about_measuring(part)) {
            each.circumstances += (each.circumstances.empty() ? "" : ", ") + in_words(part);
        }
    }
    each.circumstances += label.empty() ? "" : " (" + label + ")";
}

double seconds_in(const std::string& unit) {
    const std::map<std::string, double> units{{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1}};
    const auto found = units.find(unit);
    if (found == units.end()) {
        throw data_error("has times in '" + unit + "'");
    }
    return found->second;
}

repetition repetition_from(const json& entry, std::size_t number) {
    repetition each;
    const auto index = [&](const char* field) { return entry.contains(field) ? entry.at(field).get<std::uint64_t>() : 0; };
    each.place = {index("family_index"), index("per_family_instance_index"), number};
    const auto text = [&](const char* field) { return entry.contains(field) ? entry.at(field).get<std::string>() : std::string(); };
    name(each, entry.contains("run_name") ? text("run_name") : entry.at("name").get<std::string>(), text("label"));
    if (entry.contains("error_occurred") && entry.at("error_occurred").get<bool>()) {
        each.failure = text("error_message");
        each.failure = each.failure.empty() ? "it says no reason" : each.failure;
        return each;
    }
    each.seconds = entry.at("real_time").get<double>() * seconds_in(entry.at("time_unit").get<std::string>());
    for (const auto& [field, value] : entry.items()) {
        if (value.is_number() && (field.ends_with("/s") || field.ends_with("_per_second"))) {
            each.rates[field] = value.get<double>();
        }
    }
    return each;
}

/// Only single runs: medians of Google Benchmark's aggregates cannot be told from their spread.
std::vector<repetition> repetitions_in(const json& entries) {
    std::vector<repetition> all;
    for (const json& entry : entries) {
        if (!entry.contains("run_type") || entry.at("run_type") == "iteration") {
            all.push_back(repetition_from(entry, all.size()));
        }
    }
    if (all.empty()) {
        throw data_error("has no measurements, or only their aggregates");
    }
    std::ranges::sort(all, {}, &repetition::place);
    return all;
}

/// Empty if there is none.
std::string common_rate(const std::vector<repetition>& all) {
    const auto sample = std::ranges::find_if(all, [](const repetition& each) { return each.failure.empty(); });
    if (sample == all.end()) {
        return {};
    }
    for (const auto& [rate, value] : sample->rates) {
        if (std::ranges::all_of(all,
                                [&, &unit = rate](const repetition& each) { return !each.failure.empty() || each.rates.contains(unit); })) {
            return rate;
        }
    }
    return {};
}

template <class T>
std::size_t place_of(std::vector<T>& all, const T& value) {
    const auto found = std::ranges::find(all, value);
    if (found != all.end()) {
        return static_cast<std::size_t>(found - all.begin());
    }
    all.push_back(value);
    return all.size() - 1;
}

/// In the order of the contender that has the most of them: others lack some, as one that runs
/// alone lacks those of several workers.
std::vector<std::string> ordered_cases(const std::vector<repetition>& all, const std::vector<std::string>& contenders) {
    std::vector<std::vector<std::string>> of_contender(contenders.size());
    for (std::size_t i = 0; i < contenders.size(); ++i) {
        for (const repetition& each : all) {
            if (each.contender == contenders[i]) {
                place_of(of_contender[i], each.circumstances);
            }
        }
    }
    std::vector<std::string> cases = *std::ranges::max_element(of_contender, {}, &std::vector<std::string>::size);
    for (const repetition& each : all) {
        place_of(cases, each.circumstances);
    }
    return cases;
}

measurement measurement_of(const std::vector<const repetition*>& repetitions, const std::string& rate) {
    measurement found{.repetitions = repetitions.size(), .failure = {}};
    std::vector<double> values;
    for (const repetition* const each : repetitions) {
        if (!each->failure.empty()) {
            found.failure = each->failure;
            return found;
        }
        values.push_back(rate.empty() ? each->seconds : each->rates.at(rate));
    }
    found.median = median(values);
    found.least = std::ranges::min(values);
    found.greatest = std::ranges::max(values);
    return found;
}

void add_results(benchmark_question& to, const std::vector<repetition>& all) {
    const std::string rate = common_rate(all);
    to.rate = !rate.empty();
    to.unit = to.rate ? rate : "seconds";
    std::map<std::pair<std::string, std::string>, std::vector<const repetition*>> grouped;
    for (const repetition& each : all) {
        place_of(to.contenders, each.contender);
        grouped[{each.circumstances, each.contender}].push_back(&each);
    }
    for (const std::string& circumstances : ordered_cases(all, to.contenders)) {
        benchmark_case next{.name = circumstances, .by_contender = {}};
        for (const std::string& contender : to.contenders) {
            const auto found = grouped.find({circumstances, contender});
            next.by_contender.push_back(found == grouped.end() ? std::nullopt : std::optional(measurement_of(found->second, rate)));
        }
        to.cases.push_back(std::move(next));
    }
}

/// Machine and build; not the computer's name, which is nobody's business, nor what the heading
/// says.
json facts_from(const json& context) {
    json facts;
    for (const auto& [field, value] : context.items()) {
        if (field == "caches") {
            for (const json& cache : value) {
                facts[fmt::format("L{} {} cache, bytes", cache.at("level").dump(), cache.at("type").get<std::string>())] = cache.at("size");
            }
        } else if (field != "host_name" && field != "executable" && field != "question") {
            facts[field] = value;
        }
    }
    return facts;
}

} // namespace

bool holds_benchmarks(const std::string& path) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::string text = input::read_text(path);
    std::string_view rest = text;
    for (const std::string_view token : {"{", "\"context\"", ":", "{"}) {
        rest.remove_prefix(std::min(rest.size(), rest.find_first_not_of(blanks)));
        if (!rest.starts_with(token)) {
            return false;
        }
        rest.remove_prefix(token.size());
    }
    return true;
}

benchmark_question read_benchmarks(const std::string& path) {
    const json whole = json::parse(input::read_text(path), nullptr, false);
    if (whole.is_discarded()) {
        throw data_error(path + ": is cut off, or no JSON: the benchmarks that wrote it did not end, so run them again");
    }
    try {
        const json& context = whole.at("context");
        benchmark_question found;
        found.source = path;
        found.question = context.contains("question") ? context.at("question").get<std::string>() : path;
        found.facts = hold(facts_from(context));
        add_results(found, repetitions_in(whole.at("benchmarks")));
        return found;
    } catch (const json::exception& met) {
        throw data_error(path + ": is not what Google Benchmark writes (" + met.what() + ")" + advice);
    } catch (const data_error& met) {
        throw data_error(path + ": " + met.what() + advice);
    }
}

} // namespace peccary::program
