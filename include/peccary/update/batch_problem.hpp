// What a problem needs whose objective is evaluated a batch at a time: its workers, and update
// rules by name.
#pragma once

#include "peccary/parameters/make_view.hpp"
#include "peccary/step/rules.hpp"
#include "peccary/update/batch_worker.hpp"
#include "peccary/update/problem_over.hpp"

#include <memory>
#include <utility>

namespace peccary {

template <class Objective, class Data>
struct batch_workers {
    static update_rule rule(const rule_settings& settings) { return rule_of(settings); }

    static std::unique_ptr<worker> make(const Objective& objective, const Data& data, const stretch& part, unsigned number,
                                        const any_access& access) {
        std::unique_ptr<parameter_view> own = make_view(access);
        parameter_view& view = *own;
        return std::make_unique<batch_worker<Objective, Data>>(objective, data, part, number, view, std::move(own));
    }
    static std::unique_ptr<worker> make(const Objective& objective, const Data& data, const stretch& part, unsigned number,
                                        parameter_view& view) {
        return std::make_unique<batch_worker<Objective, Data>>(objective, data, part, number, view);
    }
    static std::unique_ptr<collective_batch> make_collective(const Objective& objective, const Data& data, const stretch& part,
                                                             unsigned workers) {
        return std::make_unique<collective_matrices<Objective, Data>>(objective, data, part, workers);
    }
};

} // namespace peccary
