#include "report/comparison.hpp"
#include "report/standings.hpp"

#include <fmt/format.h>

namespace peccary::program {

namespace {

/// Shortest text that reads back as the same number; empty if there is none.
std::string field(double value) { return std::isfinite(value) ? fmt::format("{}", value) : std::string(); }

} // namespace

std::string comparison_csv(const comparison& of) {
    std::string text =
        "scheme,threads,round,seed,step,epochs,train_seconds,seconds_per_pass,passes_to_target,seconds_to_target,"
        "objective_value,gap,train_accuracy,validation_accuracy,test_accuracy,staleness_mean,staleness_p50,staleness_p99,"
        "staleness_max,staleness_samples,retries,contended,dropped,computing_seconds,lock_seconds,barrier_seconds,retry_seconds,"
        "merge_seconds,idle_seconds,lost_fraction,simulated\n";
    const double value = target_value(of);
    const double reference = of.reference();
    for (const contender& each : of.contenders) {
        for (std::size_t round = 0; round < each.runs.size(); ++round) {
            const compared_run& run = each.runs[round];
            const worker_figures workers = together(run.workers);
            const auto epoch = epoch_at(run, value);
            const double seconds = run.seconds.back();
            text += fmt::format(
                "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", each.scheme, each.workers,
                round + 1, run.seed, field(each.step), of.epochs, field(seconds), field(seconds / static_cast<double>(of.epochs)),
                epoch ? std::to_string(*epoch + 1) : "", epoch && !of.simulated ? field(run.seconds[*epoch]) : "",
                field(run.objective_values.back()), field(run.objective_values.back() / reference - 1), field(run.train_accuracy),
                field(run.validation_accuracy), field(run.test_accuracy), field(workers.staleness.mean), workers.staleness.quantile(0.5),
                workers.staleness.quantile(0.99), workers.staleness.maximum, workers.staleness.samples, workers.retries, workers.contended,
                workers.dropped, field(workers.times.computing), field(workers.times.locks), field(workers.times.barriers),
                field(workers.times.retrying), field(workers.times.merging), field(workers.times.idle),
                each.losses ? field(each.losses->fraction()) : "", of.simulated);
        }
    }
    return text;
}

} // namespace peccary::program
