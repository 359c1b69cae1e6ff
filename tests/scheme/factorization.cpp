// An objective that nobody planned for: matrix factorization, in this one file. It is trained by
// all schemes, calibrated, diagnosed, checkpointed and resumed without a line elsewhere.
#include "catch.hpp"

#include "support/training.hpp"

#include "peccary/core/random.hpp"
#include "peccary/diagnosis/diagnosed.hpp"
#include "peccary/objective/objective.hpp"
#include "peccary/train/calibrate.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

using namespace peccary;

namespace {

constexpr std::size_t factor_rank = 3;
constexpr std::size_t user_count = 30;
constexpr std::size_t item_count = 20;

/// score = p_u . q_m for user u and item m; loss = (score - rating)^2 / 2. A rating is a row of two
/// nonzeros: feature u, and feature `user_count` + m. Descent does not start at zero, where every
/// gradient is zero.
class factorization {
public:
    static constexpr loss_info info{.name = "factorization",
                                    .target = target_kind::regression,
                                    .curvature = 1,
                                    .sample_excess = 1,
                                    .differentiable = true,
                                    .probabilities = false};

    struct gradient {
        /// as they lie in the buffer, that is, over the scale
        std::vector<real> user = std::vector<real>(factor_rank);
        std::vector<real> item = std::vector<real>(factor_rank);
        real slope = 0;
    };

    factorization() {
        users_at_ = layout_.append("users", user_count * factor_rank, true);
        items_at_ = layout_.append("items", item_count * factor_rank, true);
    }

    static std::size_t outputs() noexcept { return 1; }
    static gradient make_gradient() { return {}; }
    parameter_layout layout() const { return layout_; }

    void initialise(parameters& model, std::uint64_t seed) const {
        random_stream random(seed, 7, 7);
        for (const parameter_span& span : layout_.spans()) {
            for (real& factor : model.exclusive(span)) {
                factor = static_cast<real>(random.unit());
            }
        }
    }

    template <row_view Row, class View>
    real differentiate(const Row& row, const View& view, gradient& result) const {
        read(row, view, result.user, result.item);
        const real score = score_of(view.scale(), result.user, result.item);
        result.slope = row.weight * (score - row.target);
        return score;
    }
    template <row_view Row, class View>
    void apply(const Row& row, const gradient& of, const View& view, real step) const {
        apply_share(row, of, view, step, {});
    }
    template <row_view Row, class View>
    void apply_share(const Row& row, const gradient& of, const View& view, real step, const feature_share& share) const {
        const auto is_mine = [&share](feature_index feature) { return feature >= share.first && feature < share.last; };
        if (is_mine(row.index(0))) { // the other's factor, times the scale, over the scale
            view.add_block(user_at(row), of.item, -step * of.slope);
        }
        if (is_mine(row.index(1))) {
            view.add_block(item_at(row), of.user, -step * of.slope);
        }
    }
    template <row_view Row, class View>
    void scores(const Row& row, const View& view, std::span<real> out) const {
        gradient scratch;
        read(row, view, scratch.user, scratch.item);
        out[0] = score_of(view.scale(), scratch.user, scratch.item);
    }
    template <row_view Row>
    static double loss_of(std::span<const real> scores, const Row& row) {
        const double residual = static_cast<double>(scores[0]) - static_cast<double>(row.target);
        return 0.5 * static_cast<double>(row.weight) * residual * residual;
    }

private:
    template <class Row>
    std::size_t user_at(const Row& row) const {
        return users_at_ + row.index(0) * factor_rank;
    }
    template <class Row>
    std::size_t item_at(const Row& row) const {
        return items_at_ + (row.index(1) - user_count) * factor_rank;
    }
    template <class Row, class View>
    void read(const Row& row, const View& view, std::span<real> user, std::span<real> item) const {
        const auto copy = [&view](std::size_t at, std::span<real> to) {
            const real* const read = view.read_block(at, to);
            if (read != to.data()) { // looked at in place
                std::copy_n(read, to.size(), to.begin());
            }
        };
        copy(user_at(row), user);
        copy(item_at(row), item);
    }
    static real score_of(real scale, std::span<const real> user, std::span<const real> item) {
        real score = 0;
        for (std::size_t k = 0; k < factor_rank; ++k) {
            score += user[k] * item[k];
        }
        return scale * scale * score;
    }

    parameter_layout layout_;
    std::size_t users_at_ = 0;
    std::size_t items_at_ = 0;
};

static_assert(objective<factorization>);

/// Every rating of a matrix of factor_rank 1.
struct rating_set {
    rating_set() {
        storage.columns = user_count + item_count;
        for (std::size_t user = 0; user < user_count; ++user) {
            for (std::size_t item = 0; item < item_count; ++item) {
                storage.indices.push_back(static_cast<feature_index>(user));
                storage.indices.push_back(static_cast<feature_index>(user_count + item));
                storage.values.insert(storage.values.end(), 2, real{1});
                storage.offsets.push_back(storage.indices.size());
                targets.push_back(static_cast<real>((1 + static_cast<double>(user % 4)) * (1 + static_cast<double>(item % 3)) / 4));
            }
        }
    }
    sparse_view view() const { return storage.view(targets); }

    sparse_dataset storage;
    std::vector<real> targets;
};

double mean_rating_loss(const problem& task, parameters& model) {
    const auto rows = all_rows(task.facts().examples);
    return task.sum_of_losses(rows, model) / static_cast<double>(rows.size());
}

} // namespace

TEST_CASE("a factorization is learned by every scheme") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const rating_set data;
    const auto task = make_problem(factorization(), data.view());
    parameters initial = task->initial(1);
    const double before = mean_rating_loss(*task, initial);
    test::with_executors(which.info, {1, 4}, [&](const std::string& executor, unsigned workers) {
        for (const std::uint64_t batch : {1, 4}) {
            CAPTURE(executor, workers, batch, before);
            const train_settings settings{.executor = executor, .workers = workers, .epochs = 60, .step = 0.1, .batch = batch, .l2 = 1e-5};
            const auto end = test::run(which, factorization(), data.view(), settings);
            parameters trained(task->layout());
            std::copy_n(end.buffer.begin(), trained.size(), trained.exclusive().begin());
            const double after = mean_rating_loss(*task, trained);
            REQUIRE(std::isfinite(after));
            if (test::is_reproducible(which.info, executor, workers)) {
                REQUIRE(after < 0.2 * before);
            }
        }
    });
}

TEST_CASE("its steps are tried from where it starts, and a trial leaves no trace") {
    const rating_set data;
    const auto task = make_problem(factorization(), data.view());
    const auto rows = all_rows(data.view().size());
    calibration_sample sample(*task, rows, 1, 0, 1, {}, 0);
    const double standing = sample.try_step(1e-12);
    parameters initial = task->initial(1);
    // of a sample of the same rating_set
    REQUIRE(standing == Approx(mean_rating_loss(*task, initial)).epsilon(0.2));
    const double moved = sample.try_step(0.05);
    REQUIRE(moved < 0.9 * standing);
    sample.try_step(1e10);
    REQUIRE(sample.try_step(0.05) == moved);
    REQUIRE(sample.mean_squared_norm() == 2); // two ones, and no bias, though there are two spans

    const calibration found = calibrate(*task, sequential::info, rows, {.workers = 1, .l2 = 0.0});
    REQUIRE(found.sample_objective < 0.9 * standing);
}

TEST_CASE("its updates are counted") {
    const rating_set data;
    const auto rows = all_rows(data.view().size());
    diagnostic_ledger ledger(feature_frequency(data.view(), rows));
    const auto task = std::make_shared<diagnosed_problem>(make_problem(factorization(), data.view()), ledger);
    stop_flag never;
    planned_run run(task, entry_of<atomic>(), rows, {.workers = 4, .epochs = 3, .step = 0.05}, never);
    REQUIRE(std::ranges::any_of(run.model().exclusive(run.model().layout().find("users")), [](real factor) { return factor != 0; }));
    while (!run.finished()) {
        REQUIRE(run.run_epoch() == epoch_end::complete);
    }
    const diagnosis found = ledger.found(run.model().exclusive(run.model().layout().find("shadow")));
    REQUIRE(found.adds == 3 * 2 * rows.size());
    REQUIRE(found.lost == 0);
    REQUIRE(found.blocks.size() == 2);
    REQUIRE(found.reads.reads == 3 * rows.size());
}

TEST_CASE("a factorization resumes to the same bits where its scheme is deterministic") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    if (which.info.deterministic) {
        const rating_set data;
        const auto rows = all_rows(data.view().size());
        const train_settings settings{.workers = which.info.parallel ? 2U : 1U, .epochs = 4, .step = 0.05, .l2 = 0.01};
        const auto task = make_problem(factorization(), data.view());
        stop_flag never;
        planned_run whole(task, which, rows, settings, never);
        whole.run_epoch();
        const run_position position = whole.position();
        const std::vector<real> snapshot = whole.snapshot();
        planned_run resumed(task, which, rows, settings, never);
        resumed.restore(position, snapshot);
        while (!whole.finished()) {
            whole.run_epoch();
            resumed.run_epoch();
        }
        REQUIRE(whole.snapshot() == resumed.snapshot());
    }
}
