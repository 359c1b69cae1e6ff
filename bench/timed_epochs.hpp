// Epochs of an update scheme over made-up rows, timed and checked: what the benchmarks of whole
// schemes share.
#pragma once

#include "self_checked.hpp"
#include "sparse_rows.hpp"

#include "peccary/data/dataset.hpp"
#include "peccary/data/split.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/train/trainer.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <vector>

namespace peccary::bench {

/// -y s: its gradient does not depend on the weights, so that a check knows the sums of all adds,
/// whatever order they came in.
struct linear_loss {
    static constexpr loss_info info{.name = "linear",
                                    .target = target_kind::binary,
                                    .curvature = 1,
                                    .sample_excess = 1,
                                    .differentiable = true,
                                    .probabilities = false};

    static double value(real score, real target) noexcept { return -static_cast<double>(score) * static_cast<double>(target); }
    static real derivative(real /*score*/, real target) noexcept { return -target; }
};

static_assert(loss<linear_loss>);

/// Rows of which each is there twice, with targets 1 and -1: under `linear_loss` the adds of an
/// epoch come to nothing. They have a power of two of rows, and so every sum, divided by a batch
/// that is one too, is exact.
class cancelling_rows {
public:
    cancelling_rows(double exponent, std::size_t rows, std::size_t length, std::size_t features) {
        const sparse_rows made(exponent, rows / 2, length, features);
        data_.columns = features;
        for (const real target : {real{1}, real{-1}}) {
            for (std::size_t r = 0; r < made.size(); ++r) {
                const sparse_row row = made[r];
                data_.indices.insert(data_.indices.end(), row.indices.begin(), row.indices.end());
                data_.values.insert(data_.values.end(), row.values.begin(), row.values.end());
                data_.offsets.push_back(data_.indices.size());
                targets_.push_back(target);
            }
        }
    }

    sparse_view view() const { return data_.view(targets_); }

private:
    sparse_dataset data_;
    std::vector<real> targets_;
};

/// Some quarter of a million nonzeros, made when they are first asked for and kept; `length` is a
/// power of two.
inline sparse_view kept_cancelling_rows(double exponent, std::size_t length, std::size_t features) {
    constexpr std::size_t nonzeros = std::size_t{1} << 18U;
    static std::map<std::tuple<double, std::size_t, std::size_t>, cancelling_rows> kept;
    return kept.try_emplace({exponent, length, features}, exponent, nonzeros / length, length, features).first->second.view();
}

/// What a scheme leaves of adds that cancel: zeros where none may be lost, elsewhere whole
/// multiples of the smallest add.
template <class Scheme>
bool cancelled(std::span<const real> weights, unsigned workers, std::uint64_t batch) {
    return std::ranges::all_of(weights, [&](real weight) {
        const real adds = weight * static_cast<real>(batch);
        return Scheme::info.lossless || workers == 1 ? weight == 0 : adds == std::trunc(adds);
    });
}

/// Times epochs, without drawing the order of the rows; returns the staleness of all updates and
/// the number of these, for further checks.
template <class Scheme>
worker_statistics time_epochs(benchmark::State& state, const sparse_view& data, unsigned workers, staleness_mode staleness) {
    const std::vector<row_index> rows = all_rows(data.size());
    const train_settings settings{
        .workers = workers, .epochs = std::uint64_t{1} << 40U, .step = 1, .schedule = "constant", .l2 = 0, .staleness = staleness};
    stop_flag never;
    trainer<Scheme, linear<linear_loss>, sparse_view> run(linear<linear_loss>(data.features(), false), data, rows, settings, never);
    run.run_epoch(); // warms up
    for ([[maybe_unused]] auto iteration : state) {
        const double before = run.position().train_seconds;
        run.run_epoch();
        state.SetIterationTime(run.position().train_seconds - before);
    }
    state.counters["nonzeros/s"] = rate(static_cast<double>(state.iterations()) * static_cast<double>(data.nonzeros()));
    label_oversubscribed(state, workers);

    worker_statistics all;
    for (const worker_statistics& each : run.statistics()) {
        all.merge(each);
    }
    require(state, all.examples == run.position().epoch * data.size(), "an epoch did not visit each row once");
    require(state, cancelled<Scheme>(run.model().exclusive(), workers, run.batch()), "the weights are not the sums of the adds");
    return all;
}

} // namespace peccary::bench
