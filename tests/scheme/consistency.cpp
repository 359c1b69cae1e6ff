// Schemes that say they are consistent, or serial: no update reads the parameters while another
// one's writes are under way.
#include "catch.hpp"

#include "support/made_data.hpp"
#include "support/meeting.hpp"
#include "support/sanitizer.hpp"
#include "support/training.hpp"

#include "peccary/objective/objective.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

using namespace peccary;

namespace {

constexpr std::size_t features = 700; ///< some microseconds to read, so that others write meanwhile

bool reads_whole_versions(const scheme_info& of) {
    return of.consistency == read_consistency::consistent || of.consistency == read_consistency::serial;
}

/// Adds 1 to all parameters, and looks whether all are equal where they are read.
class uniform {
public:
    static constexpr loss_info info{.name = "uniform",
                                    .target = target_kind::regression,
                                    .curvature = 1,
                                    .sample_excess = 1,
                                    .differentiable = true,
                                    .probabilities = false};
    struct gradient {
        std::vector<real> read = std::vector<real>(features);
    };

    uniform() { layout_.append("weights", features, true); }

    static std::size_t outputs() noexcept { return 1; }
    static gradient make_gradient() { return {}; }
    parameter_layout layout() const { return layout_; }

    template <row_view Row, class View>
    real differentiate(const Row& /*row*/, const View& view, gradient& result) const {
        const std::span read(view.read_block(0, result.read), features);
        if (!std::ranges::all_of(read, [&](real cell) { return cell == read[0]; })) {
            torn_->store(true, std::memory_order_relaxed); // read after the join
        }
        return read[0];
    }
    template <row_view Row, class View>
    void apply(const Row& row, const gradient& of, const View& view, real step) const {
        apply_share(row, of, view, step, {});
    }
    template <row_view Row, class View>
    void apply_share(const Row& row, const gradient& /*of*/, const View& view, real step, const feature_share& share) const {
        view.add_row(0, restrict_to(row, share.first, share.last), step);
    }
    template <row_view Row, class View>
    void scores(const Row& row, const View& view, std::span<real> out) const {
        out[0] = view.dot(0, row);
    }
    template <row_view Row>
    static double loss_of(std::span<const real> scores, const Row& /*row*/) {
        return scores[0];
    }

    bool torn() const noexcept { return torn_->load(std::memory_order_relaxed); }

private:
    parameter_layout layout_;
    std::shared_ptr<std::atomic<bool>> torn_ = std::make_shared<std::atomic<bool>>(false);
};

static_assert(objective<uniform, dense_row>);

/// Rows of ones.
struct ones {
    explicit ones(std::size_t rows) : targets(rows) {
        storage.columns = features;
        storage.values.assign(rows * features, 1);
    }
    dense_view view() const { return storage.view(targets); }

    dense_dataset storage;
    std::vector<real> targets;
};

train_settings counting(const std::string& executor, unsigned workers) {
    return {.executor = executor, .workers = workers, .epochs = 3, .step = 1, .schedule = "constant", .batch = 1, .l2 = 0.0};
}

} // namespace

TEST_CASE("consistent and serial schemes read whole versions") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    if (reads_whole_versions(which.info)) {
        const auto rows = static_cast<std::size_t>(which.info.lockstep ? test::repetitions(600, 100) : test::repetitions(4000, 400));
        const ones data(rows);
        test::with_executors(which.info, {1, 8, 32}, [&](const std::string& executor, unsigned workers) {
            CAPTURE(executor, workers);
            const uniform objective;
            const auto end = test::run(which, objective, data.view(), counting(executor, workers));
            REQUIRE_FALSE(objective.torn());
            const auto all = static_cast<real>(3 * rows);
            REQUIRE(std::all_of(end.buffer.begin(), end.buffer.begin() + features, [all](real weight) { return weight == all; }));
        });
    }
}

TEST_CASE("leashed: swaps that fail are counted and timed, and their updates are made all the same") {
    const std::size_t rows = 2000;
    const ones data(rows);
    const auto end = test::run<leashed>(test::overtaken(uniform(), 8, test::moment::in_its_write), data.view(), counting("threads", 8));
    REQUIRE(end.buffer[0] == static_cast<real>(3 * rows));
    const contention met = end.merged().waits;
    REQUIRE(met.retry_seconds > 0);
    REQUIRE(met.retries > 0);
}

TEST_CASE("leashed: beyond its persistence an update is given up, counted, and nowhere else to be seen") {
    const std::size_t rows = 2000;
    const ones data(rows);
    const std::string damping = GENERATE(as<std::string>{}, "none", "inverse");
    for (const std::uint64_t persistence : {0, 1, 1000}) {
        CAPTURE(damping, persistence);
        train_settings settings = counting("threads", 8);
        settings.staleness = staleness_mode::exact;
        settings.damping = damping;
        settings.knobs = "persistence=" + std::to_string(persistence);
        const uniform plain;
        const test::overtaken objective(plain, 8, test::moment::in_its_write);
        const auto end = test::run<leashed>(objective, data.view(), settings);
        REQUIRE_FALSE(objective.torn());
        const auto all = end.merged();
        const std::uint64_t dropped = all.waits.dropped;
        REQUIRE(all.updates == 3 * rows); // the queue's, applied or not
        REQUIRE(all.examples == 3 * rows);
        REQUIRE(all.staleness.samples() + dropped == all.updates);
        REQUIRE(all.overlap.samples() == all.staleness.samples());
        REQUIRE(all.overlap.mean() >= all.staleness.mean());
        REQUIRE(all.waits.retries >= (persistence + 1) * dropped);
        // of one step, so that the sum is the number of updates that were applied
        if (damping == "none") {
            REQUIRE(end.buffer[0] == static_cast<real>(3 * rows - dropped));
        } else {
            // the sum of the factors is that of the applied updates
            REQUIRE(all.damping == Approx(end.buffer[0]).epsilon(1e-3));
        }
        // the first one was overtaken
        REQUIRE((dropped > 0 || persistence > 0));
    }
}

TEST_CASE("leashed: what was given up is missing from the sum, whatever is measured") {
    const std::size_t rows = 4000;
    const ones data(rows);
    train_settings settings = counting("threads", 8);
    settings.knobs = "persistence=0";
    for (const auto mode : {staleness_mode::sampled, staleness_mode::off}) {
        settings.staleness = mode;
        const auto end = test::run<leashed>(uniform(), data.view(), settings);
        const auto all = end.merged();
        REQUIRE(end.buffer[0] == static_cast<real>(3 * rows - all.waits.dropped));
        REQUIRE(all.staleness.samples() <= 3 * rows - all.waits.dropped);
        REQUIRE((all.staleness.samples() > 0) == (mode == staleness_mode::sampled));
    }
}

TEST_CASE("persistence is for schemes that make updates again, and for workers of whom others can be faster") {
    const ones data(10);
    train_settings settings = counting("threads", 1);
    settings.knobs = "persistence=0";
    REQUIRE_THROWS_AS(test::run<hogwild>(uniform(), data.view(), settings), usage_error);
    REQUIRE(test::run<leashed>(uniform(), data.view(), settings).merged().waits.dropped == 0);
    settings.executor = "virtual";
    REQUIRE_THROWS_AS(test::run<leashed>(uniform(), data.view(), settings), usage_error);
}

TEST_CASE("leashed: each of a thousand virtual workers holds the version that it has read") {
    const std::size_t rows = 3000;
    const ones data(rows);
    const uniform objective;
    train_settings settings = counting("virtual", 1024);
    settings.delay = "constant";
    settings.staleness = staleness_mode::exact;
    const auto end = test::run<leashed>(objective, data.view(), settings);
    REQUIRE_FALSE(objective.torn());
    REQUIRE(end.buffer[0] == static_cast<real>(3 * rows));
    REQUIRE(end.merged().staleness.maximum() == 1023);
    REQUIRE(end.merged().waits.retries == 0);
}
