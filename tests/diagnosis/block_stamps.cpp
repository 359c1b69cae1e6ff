// Version stamps: which reads are torn, worked out by hand, on one thread and by hammering from
// several.
#include "catch.hpp"

#include "support/sanitizer.hpp"
#include "support/threads.hpp"

#include "peccary/diagnosis/watched_view.hpp"
#include "peccary/network.hpp"
#include "peccary/parameters/access/atomic_add.hpp"
#include "peccary/parameters/access/one_lock.hpp"
#include "peccary/parameters/access/relaxed.hpp"
#include "peccary/parameters/parameters.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

using namespace peccary;

namespace {

/// Three layers of 20, 30 and 10 reals, of which the first begins at 0 and the others at cache
/// lines.
parameter_layout three_layers() {
    parameter_layout layout;
    layout.append("layer1.weights", 10, true);
    layout.append("layer1.bias", 10, false);
    layout.append("layer2.weights", 30, true);
    layout.append("layer3.weights", 10, true);
    return layout;
}

} // namespace

TEST_CASE("a stamp tells whether a write was under way during a read") {
    block_stamp stamp;
    std::uint64_t ended = stamp.ended();
    REQUIRE(stamp.unchanged_since(ended));
    stamp.begin_write(); // in its midst
    REQUIRE_FALSE(stamp.unchanged_since(ended));
    stamp.end_write();
    REQUIRE_FALSE(stamp.unchanged_since(ended));
    ended = stamp.ended(); // after it
    REQUIRE(stamp.unchanged_since(ended));
    stamp.begin_write();
    ended = stamp.ended(); // begins before the write's end
    REQUIRE_FALSE(stamp.unchanged_since(ended));
    stamp.begin_write(); // a second writer
    stamp.end_write();   // one of the two has ended
    ended = stamp.ended();
    REQUIRE_FALSE(stamp.unchanged_since(ended));
    stamp.end_write();
    REQUIRE_FALSE(stamp.unchanged_since(ended));
    REQUIRE(stamp.unchanged_since(stamp.ended()));
}

TEST_CASE("blocks are the layers of a layout") {
    const parameter_layout layout = mlp(5, {4, 3}, 2).layout();
    const block_stamps stamps(layout);
    REQUIRE(stamps.size() == 3);
    for (std::size_t block = 0; block < 3; ++block) {
        const std::string name = "layer" + std::to_string(block + 1);
        REQUIRE(stamps.block(block).name == name);
        for (const char* const part : {".weights", ".bias"}) {
            const parameter_span& span = layout.find(name + part);
            REQUIRE(stamps.block_at(span.offset) == block);
            REQUIRE(stamps.block_at(span.offset + span.size - 1) == block);
            REQUIRE(stamps.end_of(block) >= span.offset + span.size);
        }
    }
}

TEST_CASE("what a watch counts, read by read") {
    block_stamps stamps(three_layers());
    block_watch mine(stamps);
    block_watch other(stamps);
    const auto read = [&](block_watch& who, std::size_t block) {
        who.begin_read(block);
        who.end_read(block);
    };
    const auto write = [&](block_watch& who, std::size_t block) {
        who.begin_write(block);
        who.end_write(block);
    };
    const auto update_by_other = [&] {
        other.begin_evaluation();
        write(other, 0);
    };

    mine.begin_evaluation(); // nobody else
    for (const std::size_t block : {0, 1, 2}) {
        read(mine, block);
    }
    mine.end_evaluation();
    for (const std::size_t block : {0, 1, 2}) {
        write(mine, block);
    }
    REQUIRE((mine.all().reads == 1 && mine.all().torn == 0));

    mine.begin_evaluation(); // block 0 is written in the midst of its read
    mine.begin_read(0);
    update_by_other();
    mine.end_read(0);
    read(mine, 1);
    mine.end_evaluation();
    REQUIRE((mine.of(0).reads == 2 && mine.of(0).torn == 1));
    REQUIRE((mine.of(1).reads == 2 && mine.of(1).torn == 0));
    REQUIRE((mine.of(2).reads == 1 && mine.of(2).torn == 0));
    REQUIRE((mine.all().reads == 2 && mine.all().torn == 1));
    write(mine, 0);
    write(mine, 1);

    mine.begin_evaluation(); // each read is whole, but they are of different versions
    read(mine, 0);
    update_by_other();
    read(mine, 1);
    mine.end_evaluation();
    REQUIRE((mine.of(0).torn == 1 && mine.of(1).torn == 0));
    REQUIRE((mine.all().reads == 3 && mine.all().torn == 2));
    write(mine, 0);
    write(mine, 0); // the second operation of the same update
    write(mine, 1);

    REQUIRE(mine.of(0).staleness.samples() == 3); // one an update: 0, 1, 1
    REQUIRE(mine.of(0).staleness.mean() == Approx(2 / 3.0));
    REQUIRE(mine.of(1).staleness.samples() == 3);
    REQUIRE(mine.of(1).staleness.maximum() == 0);
    REQUIRE(mine.of(2).staleness.samples() == 1);
}

TEST_CASE("staleness of a block: updates that wrote it between an update's read and its write") {
    block_stamps stamps(three_layers());
    block_watch mine(stamps);
    block_watch other(stamps);
    mine.begin_evaluation();
    mine.begin_read(0);
    mine.end_read(0);
    mine.begin_read(1);
    mine.end_read(1);
    mine.end_evaluation();
    for (int update = 0; update < 3; ++update) {
        other.begin_evaluation();
        other.end_evaluation();
        for (int operation = 0; operation < 4; ++operation) { // of one update
            other.begin_write(1);
            other.end_write(1);
        }
    }
    mine.begin_write(0);
    mine.end_write(0);
    mine.begin_write(1);
    mine.end_write(1);
    REQUIRE((mine.of(0).staleness.samples() == 1 && mine.of(0).staleness.maximum() == 0));
    REQUIRE((mine.of(1).staleness.samples() == 1 && mine.of(1).staleness.maximum() == 3));
    REQUIRE(other.of(1).staleness.samples() == 0); // it had not read
}

namespace {

/// One evaluation through a watched view.
template <class Evaluate>
void evaluate_watched(const watched_view& view, block_watch& watch, Evaluate evaluate) {
    watch.begin_evaluation();
    evaluate(view);
    watch.end_evaluation();
}

} // namespace

TEST_CASE("a watched view does what it wraps, whatever the blocks") {
    parameters plain(three_layers());
    parameters watched_model(three_layers());
    block_stamps stamps(three_layers());
    block_watch watch(stamps);
    relaxed access;
    std::vector<real> changes(plain.size());
    for (std::size_t i = 0; i < changes.size(); ++i) {
        changes[i] = static_cast<real>(i + 1);
    }
    shared_view(plain.base(), access).add_block(3, std::span(changes).subspan(3), 2);
    view_through<relaxed> through;
    watched_view watched(through, watch);
    watched.aim(watched_model.base(), {});
    watched.add_block(3, std::span(changes).subspan(3), 2);
    REQUIRE(std::ranges::equal(plain.exclusive(), watched_model.exclusive()));
    for (std::size_t block = 0; block < 3; ++block) {
        REQUIRE(stamps.of(block).applied() == 1);
    }
    std::vector<real> scratch(plain.size());
    evaluate_watched(watched, watch, [&](const watched_view& view) {
        view.read_block(0, scratch);
        REQUIRE(view.load(stamps.block(1).first) == plain.exclusive()[stamps.block(1).first]);
    });
    REQUIRE(std::ranges::equal(scratch, plain.exclusive()));
    REQUIRE((watch.all().reads == 1 && watch.all().torn == 0));
    for (std::size_t block = 0; block < 3; ++block) {
        REQUIRE(watch.of(block).reads == 1);
    }
}

namespace {

/// What four threads found that read a block and add 1 to all of it, over and over, so that a read
/// of one version has one value throughout.
struct hammered {
    std::uint64_t torn = 0;
    std::uint64_t mixed = 0;     ///< reads of several values
    std::uint64_t unnoticed = 0; ///< of these, those that were not found to be torn
};

template <class MakeAccess>
hammered hammer(std::size_t size, MakeAccess make_access) {
    parameter_layout layout;
    layout.append("layer1.weights", size, true);
    const std::vector<real> ones(size, 1);
    parameters model(layout);
    block_stamps stamps(layout);
    std::mutex mutex;
    hammered all;
    test::on_threads(4, [&](unsigned /*thread*/) {
        hammered mine;
        block_watch watch(stamps);
        view_through through(make_access());
        watched_view view(through, watch);
        view.aim(model.base(), {});
        std::vector<real> read(size);
        for (int update = 0; update < test::repetitions(400, 60); ++update) {
            evaluate_watched(view, watch, [&](const watched_view& watched) { watched.read_block(0, read); });
            const bool torn = watch.all().torn > mine.torn;
            const bool mixed = std::ranges::any_of(read, [&](real value) { return value != read[0]; });
            mine.torn += torn ? 1 : 0;
            mine.mixed += mixed ? 1 : 0;
            mine.unnoticed += mixed && !torn ? 1 : 0;
            view.add_block(0, ones, 1);
        }
        const std::lock_guard held(mutex);
        all.torn += mine.torn;
        all.mixed += mine.mixed;
        all.unnoticed += mine.unnoticed;
    });
    return all;
}

} // namespace

TEST_CASE("under a lock no read is torn") {
    std::mutex mutex;
    const hammered found = hammer(4000, [&] { return one_lock(mutex); });
    REQUIRE(found.torn == 0);
    REQUIRE(found.mixed == 0);
}

TEST_CASE("without a lock no read that mixes versions goes unnoticed") {
    // no add is lost, so what is mixed was written meanwhile
    const hammered found = hammer(4000, [] { return atomic_add(); });
    REQUIRE(found.torn >= found.mixed);
    REQUIRE(found.unnoticed == 0);
}

TEST_CASE("a read that mixes versions is torn") {
    parameter_layout layout;
    layout.append("layer1.weights", 8, true);
    parameters model(layout);
    block_stamps stamps(layout);
    block_watch reading(stamps);
    block_watch writing(stamps);
    view_through here{atomic_add()};
    view_through there{atomic_add()};
    watched_view mine(here, reading);
    watched_view other(there, writing);
    mine.aim(model.base(), {});
    other.aim(model.base(), {});
    std::vector<real> read(8);
    const std::vector<real> ones(8, 1);
    evaluate_watched(mine, reading, [&](const watched_view& watched) {
        watched.read_block(0, std::span(read).first(4));
        writing.begin_evaluation();
        other.add_block(0, ones, 1);
        watched.read_block(4, std::span(read).last(4));
    });
    REQUIRE(read[0] != read[7]);
    REQUIRE(reading.all().torn == 1);
}
