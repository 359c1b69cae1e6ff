// One worker's updates by an update rule: captures what the objective adds, bounds its norm,
// transforms it, and adds that instead.
#pragma once

#include "peccary/core/storage.hpp"
#include "peccary/core/sum_in_any_order.hpp"
#include "peccary/core/types.hpp"
#include "peccary/parameters/access/exclusive.hpp"
#include "peccary/parameters/parameter_view.hpp"
#include "peccary/parameters/recording_view.hpp"
#include "peccary/step/rules.hpp"
#include "peccary/update/applied_rule.hpp"
#include "peccary/update/captured_adds.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace peccary {

/// Worker scratch. The blocks that the rule transforms, and what it reads and adds of its state,
/// are cut in pieces that stay in the first cache: that also keeps the time short between the read
/// of a state and its add, in which others' adds are not seen. The weights are added to in whole
/// blocks, as the objective would have done.
/// Thread-safety: none; each worker has its own, but `norm_of` reads those of all.
class rule_update {
public:
    /// `rule` must outlive it.
    rule_update(const applied_rule& rule, unsigned worker)
        : rule_(&rule), worker_(worker), captured_(rule.buffer_size), read_(rule.rule.compensates() ? rule.buffer_size : 0) {}

    /// Calls `evaluate(view)` with a view that keeps what is read, if delay is to be compensated.
    /// Workers that have memory to themselves have none.
    template <class Evaluate>
    auto record(parameter_view& shared, Evaluate evaluate) {
        if (rule_->rule.compensates()) {
            if (shared.about().race_free) {
                recording_view recorded(shared, read_.data());
                return evaluate(static_cast<parameter_view&>(recorded));
            }
            // looked at in place, where it stays as it is meanwhile
            std::copy_n(shared.base(), read_.size(), read_.begin());
        }
        return evaluate(shared);
    }

    /// Captures what `add(view, step)` adds: `view` is of the scale of `shared`, and `step` such
    /// that it is the mean gradient of `rows` examples.
    template <class Add>
    void capture(const parameter_view& shared, std::size_t rows, Add add) {
        captured_.clear();
        const capturing_view capturing(captured_, shared);
        add(static_cast<const parameter_view&>(capturing), real{-1} / static_cast<real>(rows));
        squares_.clear();
        if (rule_->rule.clips()) {
            for (const std::size_t first : captured_.firsts()) {
                squares_.push_back(squares_of(first, shared.scale()));
            }
        }
    }

    /// Norm of the mean gradient of which these have captured disjoint shares. The same bits
    /// however it was shared out.
    friend double norm_of(std::span<const rule_update> shares) {
        return std::sqrt(sum_in_any_order([shares](auto visit) {
            for (const rule_update& share : shares) {
                std::ranges::for_each(share.squares_, visit);
            }
        }));
    }

    /// Adds -step times the direction that follows from what was captured. `norm` is that of the
    /// whole gradient, which is clipped at the rule's bound (Pascanu, Mikolov, Bengio 2013,
    /// algorithm 1); `update` counts the run's updates from 1.
    void apply(const parameter_view& view, real step, double norm, std::uint64_t update) {
        const std::optional<double> bound = rule_->rule.clip_norm;
        const real factor = bound && norm > *bound ? static_cast<real>(*bound / norm) : real{1};
        const rule_terms terms(rule_->rule.knobs, rule_->updates_of_state(update));
        if (rule_->own != nullptr) {
            view_through<exclusive> own;
            own.aim(rule_->own, {});
            apply(view, own, step, factor, terms);
        } else {
            apply(view, view, step, factor, terms);
        }
    }

    /// All of it, where one worker makes the update. Until the next `renew`, further calls make it
    /// again: what the one before has added to `view` is void, and with it what that did to state
    /// in the buffer. State of the worker's own has moved on, and gave the direction once.
    template <class Add>
    void run(const parameter_view& view, std::size_t rows, real step, std::uint64_t update, Add add) {
        if (directed_) [[unlikely]] {
            for (const std::size_t first : captured_.firsts()) {
                add_direction(view, first, -step * view.inverse_scale());
            }
            return;
        }
        capture(view, rows, add);
        apply(view, step, norm_of(std::span(this, 1)), update);
        directed_ = rule_->own != nullptr;
    }

    /// The next `run` is of another gradient.
    void renew() noexcept { directed_ = false; }

private:
    static constexpr std::size_t piece = 1024;
    using scratch = std::array<real, piece>;

    void apply(const parameter_view& view, const parameter_view& state, real step, real factor, const rule_terms& terms) {
        const real change = -step * view.inverse_scale();
        for (const std::size_t first : captured_.firsts()) {
            const std::span<real> block = captured_.block(first);
            for_each_learned(first, [&](std::size_t from, std::size_t size, bool regularised) {
                for (std::size_t done = 0; done < size; done += piece) {
                    const std::size_t at = from + done;
                    const auto part = block.subspan(at - first, (std::min)(piece, size - done));
                    transform(view, part, at, regularised, state, factor, terms);
                }
            });
            add_direction(view, first, change);
        }
    }

    /// What was not learned was captured as it shall be added.
    void add_direction(const parameter_view& view, std::size_t first, real change) {
        bool learned = false;
        for_each_learned(first, [&learned](std::size_t, std::size_t, bool) { learned = true; });
        view.add_block(first, captured_.block(first), learned ? change : 1);
    }

    /// Replaces captured coordinates from `at` on by their direction, and adds to their state what
    /// changes.
    void transform(const parameter_view& view, std::span<real> values, std::size_t at, bool regularised, const parameter_view& state,
                   real factor, const rule_terms& terms) {
        const std::size_t size = values.size();
        const std::size_t states = rule_->rule.state_count();
        const auto& offsets = rule_->state_of(worker_);
        for (std::size_t k = 0; k < states; ++k) {
            const auto place = std::span(state_[k]).first(size);
            const real* const read = state.read_block(offsets[k] + at, place);
            if (read != place.data()) { // in place, where it is not aligned
                std::copy_n(read, size, place.begin());
            }
        }
        // Captured is what is added to the buffer: of weights, which are scaled, the gradient over
        // the scale.
        const real to_gradient = factor * (regularised ? view.scale() : 1);
        std::ranges::transform(values, gradient_.begin(), [to_gradient](real value) { return to_gradient * value; });
        if (rule_->rule.compensates()) {
            compensate(view, at, size, regularised ? view.scale() : 1);
        }
        rule_block block{.gradient = array_over(gradient_, size),
                         .state = {array_over(state_[0], size), array_over(state_[1], size)},
                         .change = {array_over(change_[0], size), array_over(change_[1], size)}};
        rule_->rule.transform(terms, block);
        for (std::size_t k = 0; k < states; ++k) {
            state.add_block(offsets[k] + at, std::span(change_[k]).first(size), 1);
        }
        const real to_buffer = regularised ? 1 : view.scale();
        std::ranges::transform(std::span(gradient_).first(size), values.begin(), [to_buffer](real value) { return to_buffer * value; });
    }

    /// Of the gradient in scratch, whose coordinates begin at `at`.
    void compensate(const parameter_view& view, std::size_t at, std::size_t size, real scale) {
        const real* const now = view.read_block(at, std::span(moved_).first(size));
        std::transform(now, now + size, read_.data() + at, moved_.begin(), [scale](real here, real then) { return scale * (here - then); });
        const std::size_t behind_rule = rule_->rule.info.state_count();
        compensation_block block{.gradient = array_over(gradient_, size),
                                 .moved = array_over(moved_, size),
                                 .state = array_over(state_[behind_rule], size),
                                 .change = array_over(change_[behind_rule], size)};
        rule_->rule.compensate(static_cast<real>(rule_->rule.lambda), block);
    }

    static rule_block::array array_over(scratch& over, std::size_t size) { return {over.data(), static_cast<Eigen::Index>(size)}; }

    /// Calls `visit(from, size, regularised)` for each part of the captured block at `first` that
    /// is learned.
    template <class Visitor>
    void for_each_learned(std::size_t first, Visitor visit) {
        const std::size_t last = first + captured_.block(first).size();
        const auto& spans = rule_->learned;
        auto span = std::ranges::partition_point(spans, [first](const parameter_span& each) { return each.offset + each.size <= first; });
        for (; span != spans.end() && span->offset < last; ++span) {
            const std::size_t from = (std::max)(first, span->offset);
            visit(from, (std::min)(last, span->offset + span->size) - from, span->regularised);
        }
    }

    /// Of the gradient in the captured block at `first`. In the order of lanes, not of memory, so
    /// that it does not wait for each addition.
    double squares_of(std::size_t first, real scale) {
        constexpr std::size_t lanes = 8;
        double sum = 0;
        for_each_learned(first, [&](std::size_t from, std::size_t size, bool regularised) {
            const auto values = captured_.block(first).subspan(from - first, size);
            std::array<double, lanes> sums{};
            for (std::size_t i = 0; i < size; ++i) {
                sums[i % lanes] += static_cast<double>(values[i]) * static_cast<double>(values[i]);
            }
            for (const double lane : sums) {
                sum += lane * (regularised ? static_cast<double>(scale) * static_cast<double>(scale) : 1.0);
            }
        });
        return sum;
    }

    const applied_rule* rule_;
    unsigned worker_;
    captured_adds captured_;
    std::vector<double> squares_; ///< of each captured block, if the norm is needed
    bool directed_ = false;       ///< what is captured is the direction already
    storage<real> read_;          ///< the weights that were read, if delay is compensated
    alignas(cache_line) scratch gradient_;
    /// the last for the compensation
    alignas(cache_line) std::array<scratch, rule_info::most_states + 1> state_;
    alignas(cache_line) std::array<scratch, rule_info::most_states + 1> change_;
    alignas(cache_line) scratch moved_;
};

} // namespace peccary
