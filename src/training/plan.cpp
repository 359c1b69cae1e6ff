#include "training/plan.hpp"

#include "peccary/objective/loss/logistic.hpp"
#include "peccary/scheme/schemes.hpp"
#include "peccary/step/schedules.hpp"
#include "peccary/train/settings.hpp"

#include <algorithm>

namespace peccary::program {

namespace {

constexpr std::uint64_t fewest_passes_to_begin_larger = 3;

/// Whether the updates are single examples that are late by chance at most. (`auto` chooses among such.)
bool updates_by_example(const train_options& options) {
    bool by_example = options.batch <= 1;
    if (options.scheme != "auto") {
        with_named<schemes>("scheme", options.scheme, [&](auto tag) {
            constexpr scheme_info info = decltype(tag)::type::info;
            by_example = by_example && info.batch == 1 && inherent_delay(info, 2) == 0;
        });
    }
    return by_example && !simulates(options.executor) && !damps(options);
}

} // namespace

void settle_plan(train_options& options, const std::string& objective, std::uint64_t nonzeros) {
    const bool open = options.epochs == 0;
    const std::uint64_t by_size = default_epochs(nonzeros);
    if (options.schedule == "auto") {
        const bool larger_first_step = objective == logistic::info.name && options.l1 == 0 && options.step == "auto" &&
                                       updates_by_example(options) && (open || options.epochs >= fewest_passes_to_begin_larger);
        options.schedule = larger_first_step ? inverse_linear::info.name : linear_decay::info.name;
        if (open && larger_first_step) {
            options.epochs = (5 * by_size + 5) / 6;
            return;
        }
    }
    if (open) {
        options.epochs = by_size;
    }
}

} // namespace peccary::program
