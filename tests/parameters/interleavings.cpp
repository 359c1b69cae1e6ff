// The protocol of `published`, checked exhaustively: its real code, run by two or three workers in
// every order of their steps.
#include "catch.hpp"

#include "support/interleavings.hpp"

#include "peccary/parameters/published.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <numeric>
#include <span>
#include <vector>

using peccary::published;
using peccary::real;
using test::interleavings;
using test::stepping_atomic;

namespace {

constexpr std::size_t size = 2; ///< of a version: enough to be torn

/// A step, as what is read may be written meanwhile if the protocol fails.
real read_cell(const real& cell) {
    interleavings::before_step();
    interleavings::watch(cell);
    interleavings::sees(static_cast<std::uint64_t>(cell));
    return cell;
}

struct steps {
    template <class Value>
    using atomic = stepping_atomic<Value>;

    static void copy(std::span<const real> from, real* to) {
        for (std::size_t i = 0; i < from.size(); ++i) {
            to[i] = read_cell(from[i]); // no step between: nobody else knows of the copy
            interleavings::watch(to[i]);
        }
    }
};

/// At the second look of a pin, says what it said at the first.
struct blind_steps : steps {
    template <class Value>
    class atomic : public stepping_atomic<Value> {
    public:
        using stepping_atomic<Value>::stepping_atomic;

        Value load(std::memory_order order) const {
            Value& seen = seen_[interleavings::running()];
            seen = order == std::memory_order_acquire ? seen : stepping_atomic<Value>::load(order);
            return seen;
        }

    private:
        mutable std::array<Value, 4> seen_ = {}; ///< by each program
    };
};

/// Does not count pins.
struct uncounted_steps : steps {
    template <class Value>
    class atomic : public stepping_atomic<Value> {
    public:
        using stepping_atomic<Value>::stepping_atomic;

        void fetch_add(Value /*one*/, std::memory_order /*order*/) {}
        auto fetch_sub(Value count, std::memory_order order) { return stepping_atomic<Value>::fetch_sub(count - 1, order); }
    };
};

constexpr unsigned forever = UINT32_MAX;

struct scenario {
    unsigned workers;
    unsigned updates; ///< of each worker
    unsigned readers;
    unsigned reads;                 ///< of each reader
    unsigned persistence = forever; ///< failed swaps beyond which an update is given up
};

/// Workers that each make so many updates, an update adding 1 to all cells, and readers that each
/// read so many times.
template <class Steps>
class run {
public:
    /// Counts complete runs with updates that were given up.
    run(const scenario& of, std::uint64_t& with_drops)
        : of_(of), with_drops_(&with_drops), dropped_(of.workers), versions_(size, of.workers + of.readers) {}

    std::vector<std::function<void()>> programs() {
        std::vector<std::function<void()>> all;
        for (unsigned worker = 0; worker < of_.workers + of_.readers; ++worker) {
            all.emplace_back([this, worker] { worker < of_.workers ? update(worker) : read(worker); });
        }
        return all;
    }

    void check() {
        const auto newest = versions_.exclusive();
        const unsigned dropped = std::accumulate(dropped_.begin(), dropped_.end(), 0U);
        *with_drops_ += dropped > 0 ? 1 : 0;
        interleavings::require(newest[0] == static_cast<real>(of_.workers * of_.updates - dropped) && newest[1] == newest[0],
                               "an update was lost");
        interleavings::require(newest[0] > 0, "nobody made progress");
        interleavings::require(versions_.in_use() == 1, "a version is still referred to");
    }

private:
    /// What all cells hold.
    static real value_of(const real* version) {
        const real value = read_cell(version[0]);
        interleavings::require(read_cell(version[1]) == value, "a version is torn");
        return value;
    }

    void update(unsigned worker) {
        unsigned& dropped = dropped_[worker];
        for (unsigned update = 0; update < of_.updates; ++update) {
            interleavings::remembers((std::uint64_t{update} << 32U) + dropped);
            typename published<Steps>::member member(versions_, worker);
            const real at_read = value_of(member.read());
            unsigned failed = 0;
            do {
                const std::span<real> copy(member.copy(), size);
                const real at_copy = copy[0];
                interleavings::require(copy[1] == at_copy, "a copy is torn");
                interleavings::require(static_cast<real>(member.staleness()) == at_copy - at_read, "the staleness is wrong");
                // so that the others have their chance to disturb the copy
                interleavings::before_step();
                interleavings::require(copy[0] == at_copy && copy[1] == at_copy, "a copy changed");
                std::ranges::fill(copy, at_copy + 1);
            } while (!member.publish() && ++failed <= of_.persistence);
            dropped += failed > of_.persistence ? 1 : 0;
            member.leave();
        }
    }

    void read(unsigned reader) {
        real before = 0;
        for (unsigned read = 0; read < of_.reads; ++read) {
            interleavings::remembers((std::uint64_t{read} << 32U) + static_cast<std::uint64_t>(before));
            typename published<Steps>::member member(versions_, reader);
            const real now = value_of(member.read());
            interleavings::require(now >= before, "an older version came after a newer one");
            before = now;
            member.leave();
        }
    }

    scenario of_;
    std::uint64_t* with_drops_;
    std::vector<unsigned> dropped_; ///< by each worker
    published<Steps> versions_;
};

template <class Steps>
interleavings::outcome explore(const scenario& of, std::uint64_t* with_drops = nullptr) {
    std::uint64_t dropping = 0;
    const auto found = interleavings::explore([&] { return std::make_unique<run<Steps>>(of, dropping); });
    if (with_drops != nullptr) {
        *with_drops = dropping;
    }
    UNSCOPED_INFO(found.states << " states, " << found.complete_runs << " complete runs");
    return found;
}

} // namespace

TEST_CASE("in no order of steps is a version torn, an update lost, a staleness wrong, or a version kept") {
    for (const scenario& of : {scenario{2, 1, 0, 0}, {1, 3, 1, 2}, {2, 1, 1, 1}, {2, 2, 0, 0}}) {
        CAPTURE(of.workers, of.updates, of.readers, of.reads);
        const auto found = explore<steps>(of);
        REQUIRE(found.failure == "");
        REQUIRE(found.complete_runs > 1);
    }
}

TEST_CASE("in no order of steps does an update that is given up leave a trace, and one of those that meet is always made") {
    for (const scenario& of : {scenario{2, 1, 0, 0, 0}, {2, 1, 1, 1, 0}, {2, 2, 0, 0, 0}, {2, 2, 0, 0, 1}}) {
        CAPTURE(of.workers, of.updates, of.readers, of.reads, of.persistence);
        std::uint64_t with_drops = 0;
        const auto found = explore<steps>(of, &with_drops);
        REQUIRE(found.failure == "");
        REQUIRE(with_drops > 0);
        REQUIRE(with_drops < found.complete_runs);
    }
}

TEST_CASE("without the second look of a pin, a torn version is found") {
    REQUIRE(explore<blind_steps>({1, 3, 1, 1}).failure == "a version is torn");
}

TEST_CASE("without the count of a pin, a torn version is found") {
    REQUIRE(explore<uncounted_steps>({1, 4, 1, 1}).failure == "a version is torn");
}
