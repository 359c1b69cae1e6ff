#include "reading/read_log.hpp"

#include "input/read_text.hpp"
#include "peccary/core/error.hpp"
#include "peccary/core/version.hpp"
#include "report/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

namespace peccary::program {

namespace {

using json = nlohmann::ordered_json;

double number_or_nan(const json& value) { return value.is_null() ? std::nan("") : value.get<double>(); }

/// The runs so far; `take` adds a record. Throws `data_error` without file and line, and
/// `nlohmann::json::exception` for fields that are missing or of another type.
class log_reader {
public:
    void take(const json& record) {
        const auto kind = record.at("record").get<std::string>();
        const std::uint64_t repeat = record.contains("repeat") ? record.at("repeat").get<std::uint64_t>() : 0;
        if (kind == "run") {
            begin(record, repeat);
        } else if (kind == "epoch") {
            point(current(repeat), record);
        } else if (kind == "summary") {
            end(current(repeat), record);
        } // later versions may add records
    }

    std::vector<charted_run> runs;

private:
    struct open_run {
        std::size_t place; ///< in `runs`
        /// of training, when the process began whose workers the summary tells of
        double seconds_before = 0;
    };

    open_run& current(std::uint64_t repeat) {
        const auto found = open_.find(repeat);
        if (found == open_.end()) {
            throw data_error("an epoch or a summary before any run");
        }
        return found->second;
    }

    void begin(const json& record, std::uint64_t repeat) {
        require_version(record.at("version").get<std::string>());
        const json& resumed = record.at("resumed_at");
        const auto epoch = resumed.at("epoch").get<std::uint64_t>();
        const bool resumes = epoch > 0 || resumed.at("update").get<std::uint64_t>() > 0;
        const auto before = open_.find(repeat);
        if (resumes && before != open_.end()) {
            // Epochs after the checkpoint happened twice; the later ones count.
            charted_run& run = runs[before->second.place];
            std::erase_if(run.points, [&](const progress_point& each) { return each.passes > static_cast<double>(epoch); });
            run.finished = false;
            before->second.seconds_before = run.points.empty() ? 0 : run.points.back().seconds;
            return;
        }
        const json& settings = record.at("settings");
        charted_run run;
        run.scheme = settings.at("scheme").get<std::string>();
        run.workers = settings.at("threads").get<unsigned>();
        run.simulated = settings.value("simulated", false); // logs of 0.1 do not say
        run.label = fmt::format("{}, {}{}", run.scheme, workers_text(run.workers, run.simulated),
                                repeat == 0 ? "" : fmt::format(", repeat {}", repeat));
        json facts;
        add_facts(facts, "", settings);
        add_facts(facts, "data: ", record.at("data"));
        add_facts(facts, "machine: ", record.at("machine"));
        facts["peccary"] = record.at("version");
        run.facts = hold(std::move(facts));
        open_[repeat] = {.place = runs.size()};
        runs.push_back(std::move(run));
    }

    static void require_version(const std::string& version) {
        if (!version.starts_with(std::to_string(version_major) + ".")) {
            throw data_error("the log is of peccary " + version + ", and this is " + std::string(version_string) +
                             ", whose logs may mean something else; make the report with that version");
        }
    }

    static void add_facts(json& facts, const std::string& prefix, const json& from) {
        for (const auto& [name, value] : from.items()) {
            facts[prefix + name] = value;
        }
    }

    void point(const open_run& of, const json& record) {
        charted_run& run = runs[of.place];
        const progress_point next{.passes = record.at("epoch").get<double>(),
                                  .seconds = record.at("train_seconds").get<double>(),
                                  .objective_value = number_or_nan(record.at("objective_value"))};
        if (run.finished || (!run.points.empty() && next.passes <= run.points.back().passes)) {
            throw data_error("epochs of several runs are mixed");
        }
        run.points.push_back(next);
    }

    void end(const open_run& of, const json& record) {
        charted_run& run = runs[of.place];
        run.finished = true;
        for (const char* const rows : {"train", "validation", "test"}) {
            const double accuracy = number_or_nan(record.at(std::string(rows) + "_accuracy"));
            run.accuracy = std::isnan(accuracy) ? run.accuracy : accuracy;
        }
        const double seconds = run.simulated ? 0 : record.at("train_seconds").get<double>() - of.seconds_before;
        run.by_worker.clear();
        for (const json& each : record.at("workers")) {
            run.by_worker.push_back(
                {.name = "worker " + std::to_string(run.by_worker.size()), .figures = worker_figures_from(each, seconds)});
        }
        if (const json& found = record.at("diagnosis"); !found.is_null()) {
            run.diagnosis = {.lost_fraction = found.at("lost_fraction").get<double>(),
                             .hot = distribution_from(found.at("hot")),
                             .cold = distribution_from(found.at("cold"))};
        }
    }

    std::map<std::uint64_t, open_run> open_; ///< by repeat
};

} // namespace

std::vector<charted_run> read_log(const std::string& path) {
    const std::string text = input::read_text(path);
    log_reader reader;
    std::size_t number = 0;
    for (std::string_view rest = text; !rest.empty();) {
        ++number;
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        const auto fail = [&](const std::string& what) { return data_error(fmt::format("{}:{}: {}", path, number, what)); };
        const json record = json::parse(line, nullptr, false);
        if (record.is_discarded() && rest.empty() && end == std::string_view::npos) {
            throw fail("the last line is cut off, as by a full disk; delete it to see what is before it");
        }
        try {
            if (!record.is_object()) {
                throw fail("is not JSON of a log; give files that 'peccary train --log' wrote");
            }
            reader.take(record);
        } catch (const json::exception& met) {
            throw fail(std::string("is not a record of a log (") + met.what() + "); give files that 'peccary train --log' wrote");
        } catch (const data_error& met) {
            throw std::string_view(met.what()).starts_with(path) ? met : fail(met.what());
        }
    }
    if (reader.runs.empty()) {
        throw data_error(path + ": has no runs; give files that 'peccary train --log' wrote");
    }
    return std::move(reader.runs);
}

} // namespace peccary::program
