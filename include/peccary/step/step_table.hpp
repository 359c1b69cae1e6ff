// Step size and weight scale of every update of one stretch of an epoch, known before the workers
// start.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/parameters/shared_view.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace peccary {

/// The step sizes of consecutive updates, walked by one worker through the updates that it claimed.
class step_cursor {
public:
    step_cursor(double step, double scale, double shrink) noexcept
        : step_(step), scale_(scale), inverse_(1 / scale), shrink_(shrink), grow_(1 / shrink) {}

    real step() const noexcept { return static_cast<real>(step_); }
    weight_scale scale() const noexcept { return {.scale = static_cast<real>(scale_), .inverse = static_cast<real>(inverse_)}; }

    void next() noexcept {
        scale_ *= shrink_;
        inverse_ *= grow_;
    }

private:
    double step_;
    double scale_;
    double inverse_;
    double shrink_;
    double grow_;
};

/// With l2, an update is w <- (w - step * gradient) / (1 + step * l2), the proximal form, stable
/// for every l2. With w = s * v only s shrinks: s is a function of the update's number alone, so
/// each worker computes it for itself, and an update touches nothing outside its support.
/// The step size is constant within a block of `block` updates; s is exact at every update.
/// Thread-safety: const members from any thread.
class step_table {
public:
    static constexpr std::uint64_t block = 32;

    /// `step_of(update)` gives the step size at update `first`, `first + block`, ... up to but not
    /// including `last`.
    template <class StepOf>
    step_table(std::uint64_t first, std::uint64_t last, double l2, StepOf step_of) : first_(first) {
        double log_scale = 0;
        entries_.reserve((last - first + block - 1) / block);
        for (std::uint64_t update = first; update < last; update += block) {
            const double step = step_of(update);
            const double log_shrink = -std::log1p(step * l2);
            entries_.push_back({.step = step, .log_scale = log_scale, .shrink = std::exp(log_shrink)});
            log_scale += log_shrink * static_cast<double>((std::min)(block, last - update));
            step_sum_ += step * static_cast<double>((std::min)(block, last - update));
        }
        final_scale_ = std::exp(log_scale);
    }

    /// Starts at `update`, which need not begin a block; valid until the block's end. The same bits
    /// as walking there from the block's beginning, so that an update's scale depends on its number
    /// alone, not on who claimed which chunk or where a run was resumed.
    step_cursor at(std::uint64_t update) const noexcept {
        const entry& found = entries_[(update - first_) / block];
        step_cursor cursor(found.step, std::exp(found.log_scale), found.shrink);
        for (std::uint64_t walked = (update - first_) % block; walked > 0; --walked) {
            cursor.next();
        }
        return cursor;
    }

    /// Whether a cursor must be taken anew at `update`.
    bool begins_block(std::uint64_t update) const noexcept { return (update - first_) % block == 0; }

    /// The scale after the last update, to be folded into the weights.
    double final_scale() const noexcept { return final_scale_; }

    /// Sum of the step sizes of all updates: what l1's gravity is proportional to.
    double step_sum() const noexcept { return step_sum_; }

private:
    struct entry {
        double step;
        double log_scale;
        double shrink;
    };
    std::uint64_t first_;
    std::vector<entry> entries_;
    double final_scale_ = 1;
    double step_sum_ = 0;
};

} // namespace peccary
