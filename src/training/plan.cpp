#include "training/plan.hpp"

#include "peccary/objective/loss/logistic.hpp"
#include "peccary/scheme/schemes.hpp"
#include "peccary/step/schedules.hpp"
#include "peccary/train/settings.hpp"

#include <algorithm>

namespace peccary::program {

namespace {

constexpr std::uint64_t fewest_passes_to_begin_larger = 3;

bool late_by_construction(const std::string& scheme) {
    unsigned delay = 0;
    if (scheme != "auto") { // which chooses none of them
        with_named<schemes>("scheme", scheme, [&](auto tag) { delay = inherent_delay(decltype(tag)::type::info, 2); });
    }
    return delay > 0;
}

} // namespace

void settle_plan(train_options& options, const std::string& objective, std::uint64_t nonzeros) {
    const bool open = options.epochs == 0;
    const std::uint64_t by_size = default_epochs(nonzeros);
    if (options.schedule == "auto") {
        const bool larger_first_step = objective == logistic::info.name && options.step == "auto" && !late_by_construction(options.scheme) &&
                                       (open || options.epochs >= fewest_passes_to_begin_larger);
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
