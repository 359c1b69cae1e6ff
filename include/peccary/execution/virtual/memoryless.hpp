// Turns under exponential delays, for which nobody has to keep time.
#pragma once

#include "peccary/core/random.hpp"
#include "peccary/execution/virtual/delays.hpp"
#include "peccary/execution/virtual/turn_order.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace peccary {

/// Delays are exponentially distributed. Since that law has no memory, how long each update has
/// been under way says nothing of what is left: whoever applies next is any of those under way,
/// with the same probability. So there is no time to keep, and no order to keep it in.
/// Staleness is geometrically distributed with mean P - 1.
class memoryless final : public turn_order {
public:
    static constexpr delay_info info{.name = "exponential", .summary = "without memory: staleness is geometric", .argument = ""};

    explicit memoryless(const delay_settings& settings) : seed_(settings.seed), random_(settings.seed, 0, 0) {
        under_way_.reserve(settings.workers);
    }

    void begin_epoch(std::uint64_t epoch) override { random_ = random_stream(seed_, 0, epoch); }

    void assemble(unsigned workers) override {
        workers_ = workers;
        begun_ = 0;
        under_way_.clear();
        place_ = none;
        reads_ = false;
    }

    /// All workers read once; then one of them applies and reads again, and so on.
    unsigned next() override {
        if (begun_ < workers_) {
            return begun_++;
        }
        if (reads_) {
            reads_ = false;
            return under_way_[place_];
        }
        if (under_way_.empty()) {
            return 0;
        }
        place_ = random_.below(static_cast<std::uint32_t>(under_way_.size()));
        reads_ = true;
        return under_way_[place_];
    }

    /// Whoever has just applied keeps its place.
    void has_read(unsigned worker) override {
        if (!has_place(worker)) {
            under_way_.push_back(worker);
        }
    }
    void rests(unsigned worker) override {
        if (has_place(worker)) {
            under_way_[place_] = under_way_.back();
            under_way_.pop_back();
            place_ = none;
        }
    }

private:
    static constexpr std::size_t none = SIZE_MAX;
    bool has_place(unsigned worker) const noexcept { return place_ != none && under_way_[place_] == worker; }

    std::uint64_t seed_;
    random_stream random_;
    std::vector<unsigned> under_way_; ///< workers whose updates are
    std::size_t place_ = none;        ///< among them, of the worker whose turn was last
    bool reads_ = false;              ///< that worker's next turn comes next
    unsigned workers_ = 0;
    unsigned begun_ = 0; ///< workers that have had their first turn
};

} // namespace peccary
