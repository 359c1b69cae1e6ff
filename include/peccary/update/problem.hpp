// The contract of problems: an objective over data, without their types.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/data/row.hpp"
#include "peccary/execution/executor.hpp"
#include "peccary/objective/loss/loss.hpp"
#include "peccary/parameters/access_policies.hpp"
#include "peccary/parameters/layout.hpp"
#include "peccary/parameters/parameter_view.hpp"
#include "peccary/parameters/parameters.hpp"
#include "peccary/step/update_rule.hpp"
#include "peccary/update/evaluate.hpp"
#include "peccary/update/stretch.hpp"
#include "peccary/update/worker.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <variant>

namespace peccary {

/// What is known of an objective over data before anything is computed.
struct problem_facts {
    loss_info loss = {};
    std::size_t examples = 0; ///< of the data, of which a run may train on a part
    std::size_t features = 0;
    std::size_t nonzeros = 0;   ///< of the data
    std::size_t outputs = 1;    ///< scores an example
    double work_of_example = 1; ///< one evaluation and apply, in visits of a nonzero
    bool batched = false;       ///< the objective is evaluated a batch at a time
    bool layerwise = false;     ///< it reads and writes layer by layer
    /// an update adds to each parameter once, however many examples it has
    bool sums_batches = false;
    /// Each regularised span has so many consecutive weights for each feature, and an example
    /// touches those of its own features and the spans that are not regularised. 0: an example may
    /// touch anything.
    std::size_t weights_per_feature = 0;
    /// examples an update, if neither user nor scheme asks for more; 0: the scheme's
    std::uint64_t default_batch = 0;
    /// where updates share such a batch out, each takes at least so many
    std::uint64_t least_batch = 0;

    double nonzeros_of_row() const noexcept { return static_cast<double>(nonzeros) / static_cast<double>(examples == 0 ? 1 : examples); }
};

/// An objective over data. A scheme, a trainer and a calibration need no more than this.
/// Thread-safety: const members from any thread.
class problem {
public:
    problem() = default;
    problem(const problem&) = delete;
    problem& operator=(const problem&) = delete;
    virtual ~problem() = default;

    virtual const problem_facts& facts() const noexcept = 0;

    /// The spans of the parameters: those that are learned, and what a decorator has beside them.
    virtual parameter_layout layout() const = 0;
    virtual parameter_layout learned_layout() const { return layout(); }

    /// Where descent starts.
    virtual parameters initial(std::uint64_t seed) const = 0;

    /// Tells an objective that draws at random in training that an epoch begins. No worker may be
    /// running.
    virtual void begin_epoch(std::uint64_t seed, std::uint64_t epoch) = 0;

    /// The update rule of these settings. Throws `usage_error` for one that is none, or that the
    /// objective cannot have.
    virtual update_rule rule(const rule_settings& settings) const = 0;

    virtual std::variant<sparse_row, dense_row> row(row_index id) const = 0;

    /// Worker `number` of a stretch, through this policy. `part` must outlive the worker. Throws
    /// `usage_error` for a policy that the problem was not compiled for.
    virtual std::unique_ptr<worker> make_worker(const any_access& access, unsigned number, const stretch& part) const = 0;

    /// The same through a view that a decorator has made, which must outlive the worker.
    virtual std::unique_ptr<worker> make_worker(parameter_view& view, unsigned number, const stretch& part) const = 0;

    /// For updates that `workers` workers make together, in plain memory, between barriers.
    virtual std::unique_ptr<collective_batch> make_collective(unsigned workers, const stretch& part) const = 0;

    /// Mean loss, and accuracy or mean squared error, over rows of the data; the same bits for any
    /// number of workers. The parameters must hold the weights themselves (scale folded in), and no
    /// worker may be running.
    virtual evaluation evaluate(std::span<const row_index> rows, parameters& model, executor& runner, unsigned workers) const = 0;

    /// The sum of the losses of these rows, in their order.
    virtual double sum_of_losses(std::span<const row_index> rows, parameters& model) const = 0;
};

} // namespace peccary
