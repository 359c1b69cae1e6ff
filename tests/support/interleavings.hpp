// Runs a few small programs on one thread, in every order of the steps that they take on what they
// share.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <ucontext.h>
#include <unordered_set>
#include <vector>

namespace test {

/// A step is an operation on an atomic or on a cell of plain memory. A program is a fiber, which
/// stops before each of its steps until it is chosen to go on. All choices are tried depth first,
/// each run from the beginning. A run ends early in a state that was met before: the same values of
/// all atomics and cells, and programs that have each seen the same values (as 64 bits of hash, of
/// which some 10^5 do not collide).
/// Steps are sequentially consistent: weaker orders of memory are the thread sanitizer's business.
class interleavings {
public:
    struct outcome {
        std::uint64_t states = 0;
        std::uint64_t complete_runs = 0;
        std::string failure; ///< the first one's text; empty if there was none
    };

    /// `make()` makes what the programs share, and returns an object with `programs()`, a vector of
    /// functions, and `check()`, called when all have ended. Programs and `check` call `require`.
    /// What the programs hold between steps must not need a destructor. `make` is called many
    /// times.
    template <class Make>
    static outcome explore(Make make) {
        interleavings all;
        current_ = &all;
        do {
            all.forget();
            const auto run = make();
            all.follow(run->programs());
            if (all.fibers_.empty()) {
                ++all.found_.complete_runs;
                run->check();
            }
        } while (all.found_.failure.empty() && all.advance());
        current_ = nullptr;
        return all.found_;
    }

    static void require(bool holds, const char* what) {
        if (!holds && current_->found_.failure.empty()) {
            current_->found_.failure = what;
        }
    }

    /// To be called before each step of a program, and then with what the step has seen.
    static void before_step() {
        if (fiber* const active = current_->active_; active != nullptr) {
            active->history = mixed(active->history, 0); // one more
            ::swapcontext(&active->context, &current_->scheduler_);
        }
    }
    static void sees(std::uint64_t value) {
        if (current_->active_ != nullptr) {
            current_->active_->history = mixed(current_->active_->history, value);
        }
    }

    /// The number of the running program, from 0.
    static std::size_t running() noexcept { return current_->active_ != nullptr ? current_->active_->number : 0; }

    /// To be called where all that the running program remembers is `value`: what it has seen
    /// before no longer tells states apart.
    static void remembers(std::uint64_t value) {
        if (current_->active_ != nullptr) {
            current_->active_->history = mixed(current_->active_->number, value);
        }
    }

    /// For values that are part of the state. They stay where they are until the run's end.
    static void watch(std::function<std::uint64_t()> value) { current_->atomics_.push_back(std::move(value)); }
    static void watch(const float& cell) { current_->cells_.insert(&cell); }

private:
    static constexpr std::size_t stack_size = std::size_t{1} << 16U;
    /// of a run; more are a program that does not come to an end
    static constexpr std::size_t most_steps = 10'000;

    struct fiber {
        std::function<void()> program;
        ucontext_t context = {};
        std::unique_ptr<std::array<std::byte, stack_size>> stack = std::make_unique_for_overwrite<std::array<std::byte, stack_size>>();
        std::size_t number = 0;
        std::uint64_t history = 0;
        bool ended = false;
    };
    struct choice {
        std::size_t taken = 0;
        std::size_t options = 0;
    };

    static std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) noexcept {
        hash = (hash ^ value) * 0x9E37'79B9'7F4A'7C15U + 1;
        hash ^= hash >> 29U;
        return hash * 0xBF58'476D'1CE4'E5B9U ^ hash >> 32U;
    }

    void forget() {
        fibers_.clear();
        atomics_.clear();
        cells_.clear();
    }

    /// Runs the programs along the choices made, and beyond them takes the first each time. No
    /// fibers are left if they come to their ends.
    void follow(const std::vector<std::function<void()>>& programs) {
        for (std::size_t number = 0; number < programs.size(); ++number) {
            fiber& made = *fibers_.emplace_back(std::make_unique<fiber>());
            made.program = programs[number];
            made.number = number;
            made.history = mixed(number, 0);
            ::getcontext(&made.context);
            made.context.uc_stack.ss_sp = made.stack->data();
            made.context.uc_stack.ss_size = stack_size;
            made.context.uc_link = &scheduler_;
            ::makecontext(&made.context, &enter, 0);
            resume(made); // up to its first step
        }
        std::vector<std::unique_ptr<fiber>> ended;
        for (std::size_t depth = 0;; ++depth) {
            std::erase_if(fibers_, [&](std::unique_ptr<fiber>& each) {
                const bool over = each->ended;
                if (over) {
                    ended.push_back(std::move(each));
                }
                return over;
            });
            if (fibers_.empty()) {
                return;
            }
            if (depth == most_steps) {
                require(false, "a program does not come to an end");
                return;
            }
            if (depth == choices_.size()) {
                if (!met_.insert(state(ended)).second) {
                    return;
                }
                ++found_.states;
                choices_.push_back({.taken = 0, .options = fibers_.size()});
            }
            resume(*fibers_[choices_[depth].taken]);
        }
    }

    /// The next choices, depth first; false if there are none.
    bool advance() {
        while (!choices_.empty() && ++choices_.back().taken == choices_.back().options) {
            choices_.pop_back();
        }
        return !choices_.empty();
    }

    void resume(fiber& of) {
        active_ = &of;
        ::swapcontext(&scheduler_, &of.context);
        active_ = nullptr;
    }

    static void enter() {
        current_->active_->program();
        current_->active_->ended = true;
    }

    std::uint64_t state(const std::vector<std::unique_ptr<fiber>>& ended) const {
        std::uint64_t hash = 0;
        for (const auto& value : atomics_) {
            hash = mixed(hash, value());
        }
        // the lowest address is that of the same cell in every run
        for (const float* const cell : cells_) {
            hash = mixed(mixed(hash, static_cast<std::uint64_t>(cell - *cells_.begin())), std::bit_cast<std::uint32_t>(*cell));
        }
        std::vector<std::uint64_t> histories;
        for (const auto* const group : {&fibers_, &ended}) {
            for (const auto& each : *group) {
                histories.push_back(each->history);
            }
        }
        std::ranges::sort(histories); // each begins with the number of its program
        for (const std::uint64_t history : histories) {
            hash = mixed(hash, history);
        }
        return hash;
    }

    static inline interleavings* current_ = nullptr;

    ucontext_t scheduler_ = {};
    fiber* active_ = nullptr;
    std::vector<std::unique_ptr<fiber>> fibers_; ///< that have not ended
    std::vector<std::function<std::uint64_t()>> atomics_;
    std::set<const float*> cells_;
    std::vector<choice> choices_;
    std::unordered_set<std::uint64_t> met_;
    outcome found_;
};

/// An atomic whose operations are steps. Memory orders are those of the real one, and without
/// effect. So that states are not told apart by what no program looks at, a sum's old value is seen
/// when it is used, and a failed swap does not say what it found.
template <class Value>
class stepping_atomic {
public:
    stepping_atomic(Value value) : value_(value) { // NOLINT(google-explicit-constructor): as std::atomic
        interleavings::watch([this] { return std::uint64_t{value_}; });
    }
    stepping_atomic(const stepping_atomic&) = delete;
    stepping_atomic& operator=(const stepping_atomic&) = delete;
    ~stepping_atomic() = default;

    class old_value {
    public:
        explicit old_value(Value value) noexcept : value_(value) {}
        operator Value() const { // NOLINT(google-explicit-constructor): as if it were one
            interleavings::sees(value_);
            return value_;
        }

    private:
        Value value_;
    };

    Value load(std::memory_order /*order*/) const {
        interleavings::before_step();
        interleavings::sees(value_);
        return value_;
    }
    void store(Value value, std::memory_order /*order*/) {
        interleavings::before_step();
        value_ = value;
    }
    old_value fetch_add(Value change, std::memory_order /*order*/) {
        interleavings::before_step();
        const old_value old(value_);
        value_ += change;
        return old;
    }
    old_value fetch_sub(Value change, std::memory_order order) { return fetch_add(-change, order); }
    bool compare_exchange_strong(const Value& expected, Value desired, std::memory_order /*success*/, std::memory_order /*failure*/) {
        interleavings::before_step();
        const bool equal = value_ == expected;
        interleavings::sees(equal ? 1 : 0);
        value_ = equal ? desired : value_;
        return equal;
    }

private:
    Value value_;
};

} // namespace test
