// The shared parameters as one worker sees them: through an access policy, at a weight scale.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/data/row.hpp"
#include "peccary/parameters/access/access.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <span>
#include <type_traits>
#include <utility>

namespace peccary {

/// The scaled representation w = s * v: the buffer holds v for regularised spans, so that l2, which
/// shrinks every weight at every update, is one multiplication of s. `inverse` is 1 / s.
struct weight_scale {
    real scale = 1;
    real inverse = 1;
};

/// Reads and adds for objectives; offsets count reals from the start of the buffer. Operations on a
/// row or a block are one operation for policies that lock (see `access_policy::guard`). Values are
/// those in the buffer: it is the objective that applies `scale`.
/// Thread-safety: a view belongs to one worker; views of different workers over one buffer may be
/// used at once if the policy is race-free.
template <access_policy Access>
class shared_view {
public:
    shared_view(real* base, Access& access, weight_scale scale = {}) noexcept : base_(base), access_(&access), scale_(scale) {}

    /// For a view of the same through a policy that wraps this one's.
    real* base() const noexcept { return base_; }
    Access& access() const noexcept { return *access_; }
    weight_scale scales() const noexcept { return scale_; }
    static constexpr bool race_free = Access::info.race_free;

    real scale() const noexcept { return scale_.scale; }
    real inverse_scale() const noexcept { return scale_.inverse; }

    real load(std::size_t at) const {
        [[maybe_unused]] const auto held = access_->guard();
        return access_->load(base_[at]);
    }

    void add(std::size_t at, real delta) const {
        [[maybe_unused]] const auto held = access_->guard();
        access_->add(base_[at], delta);
    }

    /// out[i] += buffer[offset + i].
    void accumulate_block(std::size_t offset, std::span<real> out) const {
        [[maybe_unused]] const auto held = access_->guard();
        for_each_group(out.size(), [&](std::size_t first, auto length) {
            constexpr std::size_t lanes = decltype(length)::value;
            std::array<real, lanes> loaded;
            access_->load_block(base_ + offset + first, loaded);
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                out[first + lane] += loaded[lane];
            }
        });
    }

    /// The `scratch.size()` values from buffer[offset]: read into `scratch`, or, where the worker
    /// has the buffer to itself (`exclusive`), looked at in place and `scratch` left alone. Valid
    /// until the worker's next add.
    const real* read_block(std::size_t offset, std::span<real> scratch) const {
        if constexpr (Access::info.race_free) {
            [[maybe_unused]] const auto held = access_->guard();
            access_->load_block(base_ + offset, scratch);
            return scratch.data();
        } else {
            return base_ + offset;
        }
    }

    /// buffer[offset + i] += factor * values[i].
    void add_block(std::size_t offset, std::span<const real> values, real factor) const {
        [[maybe_unused]] const auto held = access_->guard();
        access_->add_block(base_ + offset, values, factor);
    }

    /// sum over the support of value_j * buffer[offset + j].
    real dot(std::size_t offset, const sparse_row& row) const {
        [[maybe_unused]] const auto held = access_->guard();
        const real* const weights = base_ + offset;
        const feature_index* const index = row.indices.data();
        const real* const value = row.values.data();
        const std::size_t size = row.size();
        // Four partial sums: with one, each addition would wait for the one before (4 cycles), and
        // loads are cheaper than that.
        real sum0 = 0;
        real sum1 = 0;
        real sum2 = 0;
        real sum3 = 0;
        std::size_t k = 0;
        for (; k + 4 <= size; k += 4) {
            sum0 += value[k] * access_->load(weights[index[k]]);
            sum1 += value[k + 1] * access_->load(weights[index[k + 1]]);
            sum2 += value[k + 2] * access_->load(weights[index[k + 2]]);
            sum3 += value[k + 3] * access_->load(weights[index[k + 3]]);
        }
        for (; k < size; ++k) {
            sum0 += value[k] * access_->load(weights[index[k]]);
        }
        return (sum0 + sum1) + (sum2 + sum3);
    }

    real dot(std::size_t offset, const dense_row& row) const {
        [[maybe_unused]] const auto held = access_->guard();
        const real* const weights = base_ + offset + row.first;
        constexpr std::size_t lanes = 16;
        std::array<real, lanes> sums{}; // one a lane, for the reason above
        std::size_t i = 0;
        for (; i + lanes <= row.size(); i += lanes) {
            std::array<real, lanes> loaded;
            access_->load_block(weights + i, loaded);
            for (std::size_t lane = 0; lane < lanes; ++lane) {
                sums[lane] += row.values[i + lane] * loaded[lane];
            }
        }
        real sum = std::accumulate(sums.begin(), sums.end(), real{0});
        for (; i < row.size(); ++i) {
            sum += row.values[i] * access_->load(weights[i]);
        }
        return sum;
    }

    /// buffer[offset + j] += factor * value_j over the support.
    void add_row(std::size_t offset, const sparse_row& row, real factor) const {
        [[maybe_unused]] const auto held = access_->guard();
        real* const weights = base_ + offset;
        for (std::size_t k = 0; k < row.size(); ++k) {
            access_->add(weights[row.indices[k]], factor * row.values[k]);
        }
    }

    void add_row(std::size_t offset, const dense_row& row, real factor) const {
        [[maybe_unused]] const auto held = access_->guard();
        access_->add_block(base_ + offset + row.first, row.values, factor);
    }

    /// scores_c = sum over the support of value_j * W_jc, for the matrix W (features x classes,
    /// row-major) at `offset`; classes = scores.size().
    template <row_view Row>
    void multiply(std::size_t offset, const Row& row, std::span<real> scores) const {
        [[maybe_unused]] const auto held = access_->guard();
        const std::size_t classes = scores.size();
        for_each_group(classes, [&](std::size_t first, auto length) {
            constexpr std::size_t lanes = decltype(length)::value;
            std::array<real, lanes> sums{};
            for (std::size_t k = 0; k < row.size(); ++k) {
                std::array<real, lanes> loaded;
                access_->load_block(base_ + offset + (row.index(k) * classes) + first, loaded);
                const real value = row.value(k);
                for (std::size_t lane = 0; lane < lanes; ++lane) {
                    sums[lane] += value * loaded[lane];
                }
            }
            std::ranges::copy(sums, scores.begin() + static_cast<std::ptrdiff_t>(first));
        });
    }

    /// W_jc += factor * value_j * slopes_c over the support, for the matrix W (features x classes,
    /// row-major) at `offset`.
    template <row_view Row>
    void add_outer(std::size_t offset, const Row& row, std::span<const real> slopes, real factor) const {
        [[maybe_unused]] const auto held = access_->guard();
        const std::size_t classes = slopes.size();
        for_each_group(classes, [&](std::size_t first, auto length) {
            constexpr std::size_t lanes = decltype(length)::value;
            std::array<real, lanes> changes;
            std::ranges::copy(slopes.subspan(first).template first<lanes>(), changes.begin());
            for (std::size_t k = 0; k < row.size(); ++k) {
                access_->add_block(base_ + offset + (row.index(k) * classes) + first, changes, factor * row.value(k));
            }
        });
    }

private:
    /// Visits [0, size) in groups, their first place and their length as a constant. A loop over a
    /// private array whose length the compiler knows becomes a few vector instructions; over one
    /// that it does not know, with 20 classes, it took twice as long. Each group is one more pass
    /// over the row: with groups of 16, 4 and 1 only, which make two passes of 20 classes, an epoch
    /// of news20 took 1.3 to 1.4 times as long.
    template <class Visitor>
    static void for_each_group(std::size_t size, Visitor visit) {
        std::size_t first = 0;
        const auto visit_groups_of = [&]<std::size_t... Lengths>(std::index_sequence<Lengths...> /*descending*/) {
            const auto visit_groups_of_one_length = [&](auto length) {
                for (; first + length <= size; first += length) {
                    visit(first, length);
                }
            };
            (visit_groups_of_one_length(std::integral_constant<std::size_t, Lengths>{}), ...);
        };
        visit_groups_of(std::index_sequence<20, 16, 12, 8, 4, 3, 2, 1>{});
    }

    real* base_;
    Access* access_;
    weight_scale scale_;
};

} // namespace peccary
