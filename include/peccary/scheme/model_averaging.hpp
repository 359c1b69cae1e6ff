// Model averaging: workers train private copies, and every so many updates all of them go on with
// the copies' mean.
#pragma once

#include "peccary/scheme/collective_descent.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/meeting_period.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>

namespace peccary {

/// x_i <- c <- sum of x_i / P at each meeting. One worker is serial descent. With P workers, a pass
/// moves the mean as far as 1 / P of a pass of one worker does, with a P-th of the noise, so larger
/// steps pay. What is evaluated and saved is the mean.
class model_averaging final : public collective_descent {
public:
    static constexpr scheme_info info{.name = "model_averaging",
                                      .summary = "a private copy each, all replaced by their mean every so often",
                                      .paper = "McDonald, Hall, Mann 2010; Su, Chen 2015",
                                      .consistency = read_consistency::own_copy,
                                      .access = "exclusive, averaged between barriers",
                                      .parallel = true,
                                      .deterministic = true,
                                      .lossless = true,
                                      .lockstep = true,
                                      .batch = 1,
                                      .stale = stale_writes::merges,
                                      .averages = true};
    static constexpr std::array<knob, 1> knobs{
        {{.name = "period",
          .meaning = "updates of each worker between two meetings",
          .unit = "updates",
          .by_default = "so many that meetings take a fifteenth of the time; 16 or more of a network",
          .source = "measured; local SGD has 10 to 16",
          .least = 1}}};

    model_averaging(const parameters& shared, unsigned workers, const knob_values& given = {})
        : collective_descent(shared, workers), period_(given.find_whole("period")) {}

protected:
    std::uint64_t period_of(const stretch& part) const override {
        if (period_) {
            return *period_;
        }
        const meeting_plan plan = plan_meetings(part);
        return static_cast<std::uint64_t>((std::max)(1.0, std::floor(plan.part / plan.meetings)));
    }

    void meet(const meeting& slice) override {
        const real share = real{1} / static_cast<real>(slice.copies.size());
        for (std::size_t i = 0; i < slice.center.size(); ++i) {
            real sum = slice.copies[0][i];
            for (const std::span<real> copy : slice.copies.subspan(1)) {
                sum += copy[i];
            }
            slice.center[i] = share * sum;
        }
        if (slice.part_again) {
            for (const std::span<real> copy : slice.copies) {
                std::ranges::copy(slice.center, copy.begin());
            }
        }
    }

private:
    std::optional<std::uint64_t> period_;
};

static_assert(scheme_type<model_averaging>);

} // namespace peccary
