// Torn reads, and the staleness of each layer, in whole training runs.
#include "catch.hpp"

#include "support/made_data.hpp"
#include "support/meeting.hpp"
#include "support/scripted.hpp"
#include "support/training.hpp"

#include "peccary/diagnosis/diagnosed.hpp"
#include "peccary/network.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/step/rules.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

using namespace peccary;

namespace {

constexpr std::size_t rows = 512;
constexpr std::uint64_t batch = 4;
constexpr std::uint64_t updates = rows / batch;

mlp network(std::size_t units) { return {20, {units, units}, 3}; }

diagnosis diagnose(const scheme_entry& which, const mlp& objective, const dense_view& data, const train_settings& settings) {
    diagnostic_ledger ledger(feature_frequency(data, all_rows(data.size())));
    const diagnosed<mlp> counting(objective, ledger);
    const auto finished = test::run(which, counting, data, settings);
    const parameter_span shadow = counting.layout().find("shadow");
    return ledger.found(std::span(finished.buffer).subspan(shadow.offset, shadow.size));
}

bool consistent(const scheme_info& of) {
    return of.consistency == read_consistency::serial || of.consistency == read_consistency::consistent ||
           of.consistency == read_consistency::own_copy;
}

} // namespace

TEST_CASE("every evaluation is one read, and of consistent schemes none is torn") {
    const scheme_entry which = test::each_scheme();
    INFO(which.info.name);
    const auto data = test::make_dense(target_kind::multiclass, rows, 20, 1);
    for (const unsigned workers : {1U, 8U}) {
        if (workers > 1 && !which.info.parallel) {
            continue;
        }
        CAPTURE(workers);
        const diagnosis found = diagnose(which, network(64), data.view(), {.workers = workers, .epochs = 3, .step = 0.01, .batch = batch});
        REQUIRE(found.reads.reads == 3 * updates);
        REQUIRE(found.reads.torn <= found.reads.reads);
        REQUIRE(found.blocks.size() == 3);
        for (const block_diagnosis& block : found.blocks) {
            CAPTURE(block.name);
            REQUIRE((block.reads.reads == 0 || block.reads.reads == 3 * updates));
            REQUIRE(block.reads.torn <= found.reads.torn);
            REQUIRE(block.reads.staleness.samples() == block.reads.reads);
            if (workers == 1) {
                REQUIRE(block.reads.staleness.maximum() == 0);
            }
        }
        if (consistent(which.info) || workers == 1) {
            REQUIRE(found.reads.torn == 0);
        }
    }
}

namespace {

/// A network whose first update waits, between the reads of its first layer and of the others, for
/// a whole one of another worker.
class paused_network : public mlp {
public:
    paused_network(mlp network, unsigned workers) : mlp(std::move(network)), meeting_(std::make_shared<test::meeting>(workers)) {}

    template <dataset_view Data, class View>
    real differentiate(const Data& data, std::span<const row_index> of, const View& view, gradient& result) const {
        const network_stage below{.first = 0, .last = 1};
        const network_stage above{.first = 1, .last = layers().size()};
        const real* const read_below = read<Data>(below, view, result);
        forward(below, data, of, view, read_below, result);
        meeting_->arrive();
        const real* const read_above = read<Data>(above, view, result);
        forward(above, data, of, view, read_above, result);
        const real finite = differentiate_outputs(data, of, result);
        backward<Data>(above, of.size(), view.scale(), read_above, result);
        backward<Data>(below, of.size(), view.scale(), read_below, result);
        return finite;
    }

private:
    std::shared_ptr<test::meeting> meeting_;
};

} // namespace

TEST_CASE("hogwild: an update that another one overtakes between two layers has a torn read") {
    const auto data = test::make_dense(target_kind::multiclass, rows, 20, 1);
    diagnostic_ledger ledger(feature_frequency(data.view(), all_rows(rows)));
    const diagnosed<paused_network> objective(paused_network(network(16), 8), ledger);
    const auto finished = test::run<hogwild>(objective, data.view(), {.workers = 8, .epochs = 1, .step = 0.01, .batch = batch});
    const parameter_span shadow = objective.layout().find("shadow");
    const diagnosis found = ledger.found(std::span(finished.buffer).subspan(shadow.offset, shadow.size));
    REQUIRE(found.reads.reads == updates);
    REQUIRE(found.reads.torn > 0);
    // the layer that was read before the other update, not those read after it
    REQUIRE(found.blocks[0].reads.staleness.maximum() > 0);
}

TEST_CASE("whole reads and applies tear nothing, and each layer is as stale as the script says") {
    const auto data = test::make_dense(target_kind::multiclass, rows, 20, 1);
    // Worker 0 reads, worker 1 makes two updates, worker 0 applies: 2 for a third of the updates,
    // and 0 for the others.
    const test::script turns{{}, {0, 1, 1, 1, 1, 0}};
    diagnostic_ledger ledger(feature_frequency(data.view(), all_rows(rows)));
    const diagnosed<mlp> objective(network(8), ledger);
    auto run = test::run_scripted(entry_of<hogwild>(), objective, data.view(), 2, turns, batch);
    const diagnosis found = ledger.found(run.model.exclusive(run.model.layout().find("shadow")));
    REQUIRE(found.reads.reads == updates);
    REQUIRE(found.reads.torn == 0);
    for (const block_diagnosis& block : found.blocks) {
        CAPTURE(block.name);
        const histogram& staleness = block.reads.staleness;
        REQUIRE(block.reads.reads == updates);
        REQUIRE(block.reads.torn == 0);
        REQUIRE(staleness.samples() == updates);
        // but the last round may be cut short
        REQUIRE(staleness.count(0) + staleness.count(2) >= updates - 1);
        REQUIRE(staleness.count(2) == updates / 3);
    }
}

TEST_CASE("under any rule, only evaluations are reads, and simulated workers tear none") {
    const auto data = test::make_dense(target_kind::multiclass, rows, 20, 1);
    const auto diagnosed_under = [&](const rule_settings& rule) {
        return diagnose(entry_of<hogwild>(), network(8), data.view(),
                        {.executor = "virtual", .workers = 8, .epochs = 2, .step = 0.01, .rule = rule, .batch = batch});
    };
    const diagnosis plain = diagnosed_under({});
    rules::for_each([&](auto tag) {
        for (const std::optional<double> clip_norm : {std::optional<double>(), std::optional(0.1)}) {
            const std::string name(decltype(tag)::type::info.name);
            CAPTURE(name, clip_norm.has_value());
            const diagnosis found = diagnosed_under({.name = name, .clip_norm = clip_norm});
            REQUIRE(found.reads.reads == 2 * updates);
            REQUIRE(found.reads.torn == 0);
            for (std::size_t block = 0; block < plain.blocks.size(); ++block) {
                // whoever is late is so by as many updates, whatever these do
                REQUIRE(found.blocks[block].reads.staleness.mean() == plain.blocks[block].reads.staleness.mean());
                REQUIRE(found.blocks[block].reads.staleness.maximum() == plain.blocks[block].reads.staleness.maximum());
            }
        }
    });
}

TEST_CASE("a linear model is watched in blocks of its weights and its bias") {
    const auto data = test::make_sparse(target_kind::binary, 300, 50, 1);
    diagnostic_ledger ledger(feature_frequency(data.view(), all_rows(300)));
    const diagnosed<linear<logistic>> objective(linear<logistic>(50, true), ledger);
    auto run = test::run_scripted(entry_of<atomic>(), objective, data.view(), 2, {{}, {0, 1, 1, 0}});
    const diagnosis found = ledger.found(run.model.exclusive(run.model.layout().find("shadow")));
    REQUIRE(found.blocks.size() == 2);
    REQUIRE(found.blocks[0].name == "weights");
    REQUIRE(found.blocks[1].name == "bias");
    REQUIRE(found.reads.reads == 300);
    REQUIRE(found.reads.torn == 0);
    REQUIRE(found.blocks[1].reads.staleness.count(1) == 150);
    REQUIRE(found.blocks[1].reads.staleness.count(0) == 150);
}
