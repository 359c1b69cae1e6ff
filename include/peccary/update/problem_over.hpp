// A problem of a given objective and kind of data: the one place where both types are known.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/data/dataset.hpp"
#include "peccary/objective/objective.hpp"
#include "peccary/parameters/access_policies.hpp"
#include "peccary/update/evaluate.hpp"
#include "peccary/update/example_worker.hpp"
#include "peccary/update/problem.hpp"

#include <concepts>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

namespace peccary {

/// Defined in update/batch_problem.hpp, which those include who train a batch objective; so nobody
/// else compiles update rules.
template <class Objective, class Data>
struct batch_workers;

/// `Ways`, a type_list, is what is compiled: all of `all_ways`, or just what one scheme needs.
template <class Objective, dataset_view Data, class Ways = all_ways>
requires objective_over<Objective, Data>
class problem_over final : public problem {
public:
    /// Views of the data are kept; what they are of must outlive the problem.
    problem_over(Objective objective, Data data)
        : what_{std::move(objective), std::move(data)}, facts_(facts_of_types(what_.objective, what_.data)) {}

    const Objective& objective() const noexcept { return what_.objective; }

    const problem_facts& facts() const noexcept override { return facts_; }
    parameter_layout layout() const override { return what_.objective.layout(); }
    parameters initial(std::uint64_t seed) const override { return initial_parameters(what_.objective, seed); }
    void begin_epoch(std::uint64_t seed, std::uint64_t epoch) override { peccary::begin_epoch(what_.objective, seed, epoch); }
    update_rule rule(const rule_settings& settings) const override {
        if constexpr (batched) {
            return batch_workers<Objective, Data>::rule(settings);
        } else {
            return plain_rule(settings);
        }
    }
    std::variant<sparse_row, dense_row> row(row_index id) const override { return what_.data.row(id); }

    std::unique_ptr<worker> make_worker(const any_access& access, unsigned number, const stretch& part) const override {
        if constexpr (batched) {
            return batch_workers<Objective, Data>::make(what_.objective, what_.data, part, number, access);
        } else {
            return std::visit([&](const auto& policy) { return worker_through(policy, part); }, access);
        }
    }
    std::unique_ptr<worker> make_worker([[maybe_unused]] parameter_view& view, [[maybe_unused]] unsigned number,
                                        [[maybe_unused]] const stretch& part) const override {
        if constexpr (batched) {
            return batch_workers<Objective, Data>::make(what_.objective, what_.data, part, number, view);
        } else if constexpr (contains<Ways, parameter_view>) {
            return example_worker_of(through_view{&view}, part);
        } else {
            throw_not_compiled("views of the parameters");
        }
    }
    std::unique_ptr<collective_batch> make_collective([[maybe_unused]] unsigned workers,
                                                      [[maybe_unused]] const stretch& part) const override {
        if constexpr (batched) {
            return batch_workers<Objective, Data>::make_collective(what_.objective, what_.data, part, workers);
        } else if constexpr (contains<Ways, collective_batch>) {
            return std::make_unique<collective_examples<Objective, Data>>(what_.objective, what_.data, part);
        } else {
            throw_not_compiled("batches that workers make together");
        }
    }

    evaluation evaluate(std::span<const row_index> rows, parameters& model, executor& runner, unsigned workers) const override {
        return peccary::evaluate(what_.objective, what_.data, rows, model, runner, workers);
    }
    double sum_of_losses(std::span<const row_index> rows, parameters& model) const override {
        const plain_view<batched> plain(model);
        scorer<Objective, Data> scores(what_.objective, what_.data, rows.size());
        double loss = 0;
        scores.visit(rows, plain.view(),
                     [&](const auto& row, std::span<const real> of_row) { loss += what_.objective.loss_of(of_row, row); });
        return loss;
    }

private:
    static constexpr bool batched = batch_objective<Objective, Data>;

    static problem_facts facts_of_types(const Objective& objective, const Data& data) {
        problem_facts facts{.loss = facts_of(objective),
                            .examples = data.size(),
                            .features = data.features(),
                            .nonzeros = data.nonzeros(),
                            .outputs = objective.outputs(),
                            .batched = batched,
                            .layerwise = is_layerwise(objective),
                            .sums_batches = batched && std::same_as<typename Data::row_type, dense_row>};
        facts.work_of_example = work_of_example(objective, facts.nonzeros_of_row());
        if constexpr (requires { objective.weights_per_feature(); }) {
            facts.weights_per_feature = objective.weights_per_feature();
        }
        if constexpr (batched) {
            facts.default_batch = Objective::default_batch;
            facts.least_batch = Objective::least_batch;
        }
        return facts;
    }

    [[noreturn]] static void throw_not_compiled(const std::string& what) {
        throw usage_error("this problem was not compiled for " + what + "; make it with the type_list 'all_ways'");
    }

    template <class Policy>
    std::unique_ptr<worker> worker_through(const Policy& policy, const stretch& part) const {
        if constexpr (contains<Ways, Policy>) {
            return example_worker_of(through_policy<Policy>{policy}, part);
        } else {
            throw_not_compiled("the access policy '" + std::string(Policy::info.name) + "'");
        }
    }
    template <class Through>
    std::unique_ptr<worker> example_worker_of(Through through, const stretch& part) const {
        if (part.batch == 1) {
            return std::make_unique<example_worker<Objective, Data, Through>>(what_, part, std::move(through));
        }
        return std::make_unique<example_batch_worker<Objective, Data, Through>>(what_.objective, what_.data, part, std::move(through));
    }

    objective_on<Objective, Data> what_;
    problem_facts facts_;
};

} // namespace peccary
