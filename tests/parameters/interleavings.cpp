// The protocol of `published`, checked exhaustively: its real code, run by two or three workers in every order of their steps.
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

/// Workers that each make so many updates, an update adding 1 to all cells, and readers that each read so many times.
template <class Steps>
class run {
public:
    run(unsigned workers, unsigned updates, unsigned readers, unsigned reads)
        : workers_(workers), updates_(updates), readers_(readers), reads_(reads), versions_(size, workers + readers) {}

    std::vector<std::function<void()>> programs() {
        std::vector<std::function<void()>> all;
        for (unsigned worker = 0; worker < workers_ + readers_; ++worker) {
            all.emplace_back([this, worker] { worker < workers_ ? update(worker) : read(worker); });
        }
        return all;
    }

    void check() {
        const auto newest = versions_.exclusive();
        interleavings::require(newest[0] == static_cast<real>(workers_ * updates_) && newest[1] == newest[0], "an update was lost");
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
        for (unsigned update = 0; update < updates_; ++update) {
            interleavings::remembers(update);
            typename published<Steps>::member member(versions_, worker);
            const real at_read = value_of(member.read());
            do {
                const std::span<real> copy(member.copy(), size);
                const real at_copy = copy[0];
                interleavings::require(copy[1] == at_copy, "a copy is torn");
                interleavings::require(static_cast<real>(member.staleness()) == at_copy - at_read, "the staleness is wrong");
                interleavings::before_step(); // so that the others have their chance to disturb the copy
                interleavings::require(copy[0] == at_copy && copy[1] == at_copy, "a copy changed");
                std::ranges::fill(copy, at_copy + 1);
            } while (!member.publish());
            member.leave();
        }
    }

    void read(unsigned reader) {
        real before = 0;
        for (unsigned read = 0; read < reads_; ++read) {
            interleavings::remembers((std::uint64_t{read} << 32U) + static_cast<std::uint64_t>(before));
            typename published<Steps>::member member(versions_, reader);
            const real now = value_of(member.read());
            interleavings::require(now >= before, "an older version came after a newer one");
            before = now;
            member.leave();
        }
    }

    unsigned workers_;
    unsigned updates_;
    unsigned readers_;
    unsigned reads_;
    published<Steps> versions_;
};

template <class Steps>
interleavings::outcome explore(unsigned workers, unsigned updates, unsigned readers, unsigned reads) {
    const auto found = interleavings::explore([&] { return std::make_unique<run<Steps>>(workers, updates, readers, reads); });
    UNSCOPED_INFO(found.states << " states, " << found.complete_runs << " complete runs");
    return found;
}

} // namespace

TEST_CASE("in no order of steps is a version torn, an update lost, a staleness wrong, or a version kept") {
    struct scenario {
        unsigned workers;
        unsigned updates;
        unsigned readers;
        unsigned reads;
    };
    for (const scenario& of : {scenario{2, 1, 0, 0}, {1, 3, 1, 2}, {2, 1, 1, 1}, {2, 2, 0, 0}}) {
        CAPTURE(of.workers, of.updates, of.readers, of.reads);
        const auto found = explore<steps>(of.workers, of.updates, of.readers, of.reads);
        REQUIRE(found.failure == "");
        REQUIRE(found.complete_runs > 1);
    }
}

TEST_CASE("without the second look of a pin, a torn version is found") {
    REQUIRE(explore<blind_steps>(1, 3, 1, 1).failure == "a version is torn");
}

TEST_CASE("without the count of a pin, a torn version is found") {
    REQUIRE(explore<uncounted_steps>(1, 4, 1, 1).failure == "a version is torn");
}
