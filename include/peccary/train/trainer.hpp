// A training run whose scheme, objective and kind of data are known at compile time.
#pragma once

#include "peccary/core/stop_flag.hpp"
#include "peccary/core/type_list.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/parameters/access/exclusive.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/train/planned_run.hpp"
#include "peccary/train/settings.hpp"
#include "peccary/update/make_problem.hpp"

#include <span>
#include <utility>

namespace peccary {

/// What is compiled is what the scheme needs, unless `Ways` says otherwise.
template <scheme_type Scheme, class Objective, dataset_view Data, class Ways = ways_of<Scheme>>
class trainer final : public planned_run {
public:
    /// As `planned_run`. `data` must outlive the trainer.
    trainer(Objective objective, Data data, std::span<const row_index> rows, const train_settings& settings, stop_flag& stop)
        : planned_run(make_problem<Ways>(objective, std::move(data)), entry_of<Scheme>(), rows, settings, stop),
          objective_(std::move(objective)) {}

    using planned_run::evaluate_on;
    /// Mean loss and accuracy over rows of other data. Only between epochs.
    evaluation evaluate_on(const Data& data, std::span<const row_index> rows) {
        return evaluate_on(*make_problem<Ways>(objective_, data), rows);
    }

private:
    Objective objective_;
};

} // namespace peccary
