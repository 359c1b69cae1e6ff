// Turns in virtual time: simulated workers read, apply when the update's delay is over, and read
// again at once.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/type_list.hpp"
#include "peccary/execution/virtual/delays.hpp"
#include "peccary/execution/virtual/memoryless.hpp"
#include "peccary/execution/virtual/turn_order.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace peccary {

/// The least of P keys, of which one changes at a time.
/// Considerations. A tree in which each node holds the least of its four children. When a key
/// changes, the nodes on its way to the root are recomputed from siblings whose places are known
/// beforehand, so nothing is mispredicted and the loads wait for nothing: for 1,024 workers, five
/// minima one after another, and those of the siblings beside them. A binary heap compares two
/// children at each level, and where it goes next depends on the outcome.
class tournament {
public:
    static constexpr std::uint64_t never = UINT64_MAX;

    explicit tournament(std::size_t players) : leaves_(power_of_four_from(players)), keys_(2 * leaves_, never) {}

    std::uint64_t least() const noexcept { return keys_[1]; }

    void set(std::size_t player, std::uint64_t key) noexcept {
        std::size_t at = leaves_ + player;
        keys_[at] = key;
        while (at > 1) {
            key = (std::min)(key, (std::min)({keys_[at ^ 1U], keys_[at ^ 2U], keys_[at ^ 3U]}));
            at /= 4;
            keys_[at] = key;
        }
    }

private:
    static std::size_t power_of_four_from(std::size_t least) noexcept {
        const auto bits = static_cast<unsigned>(std::bit_width(least - 1));
        return std::size_t{1} << (bits + bits % 2);
    }

    std::size_t leaves_;
    /// of node i, whose children are 4i to 4i + 3; the leaves are the second half
    std::vector<std::uint64_t> keys_;
};

/// A discrete-event simulation whose events are the workers' turns. Of turns at the same time, that
/// of the lowest worker comes first.
template <delay_law Delay>
class virtual_time final : public turn_order {
public:
    static constexpr delay_info info = Delay::info;

    explicit virtual_time(const delay_settings& settings)
        : delay_(settings), worker_bits_(static_cast<unsigned>(std::bit_width(settings.workers - 1))), due_(settings.workers) {}

    void begin_epoch(std::uint64_t epoch) override { delay_.begin_epoch(epoch); }

    void assemble(unsigned workers) override {
        now_ = 0;
        for (unsigned worker = 0; worker < workers; ++worker) {
            due_.set(worker, worker);
        }
    }

    /// A worker that has applied keeps its place, which is the earliest: its read comes next, at
    /// the same time.
    unsigned next() override {
        const std::uint64_t key = due_.least();
        now_ = key >> worker_bits_;
        return static_cast<unsigned>(key & ((std::uint64_t{1} << worker_bits_) - 1));
    }

    void has_read(unsigned worker) override { due_.set(worker, ((now_ + delay_.draw(worker)) << worker_bits_) | worker); }
    void rests(unsigned worker) override { due_.set(worker, tournament::never); }

private:
    Delay delay_;
    /// a key is a time and, in its lowest bits, a worker: one comparison settles both
    unsigned worker_bits_;
    std::uint64_t now_ = 0;
    tournament due_;
};

/// Reads and applies coincide, and workers come in turn: serial descent, whoever does it.
class no_delay final : public turn_order {
public:
    static constexpr delay_info info{.name = "none", .summary = "reads and applies coincide: serial descent", .argument = ""};

    explicit no_delay(const delay_settings& /*settings*/) {}

    void begin_epoch(std::uint64_t /*epoch*/) override {}
    void assemble(unsigned workers) override {
        workers_ = workers;
        turns_ = 0;
    }
    unsigned next() override { return static_cast<unsigned>(turns_++ / 2 % workers_); }
    void has_read(unsigned /*worker*/) override {}
    void rests(unsigned /*worker*/) override {}

private:
    unsigned workers_ = 1;
    std::uint64_t turns_ = 0;
};

/// The list of delays.
using delays = type_list<no_delay, virtual_time<constant_delay>, virtual_time<uniform_delay>, memoryless, virtual_time<slices_delay>,
                         virtual_time<trace_delay>>;

inline constexpr std::string_view default_delay = memoryless::info.name;

/// The names of the list, with what follows them: "none, constant, ..., trace:FILE".
inline std::string delay_names() {
    std::string names;
    delays::for_each([&](auto tag) {
        constexpr delay_info info = decltype(tag)::type::info;
        names += (names.empty() ? "" : ", ") + std::string(info.name);
        names += info.argument.empty() ? "" : ":" + std::string(info.argument);
    });
    return names;
}

/// Calls `visit(type_tag<Order>{}, argument)` for a delay written as NAME or NAME:ARGUMENT. Throws
/// `usage_error` for what is none.
template <class Visitor>
void with_delay(std::string_view delay, Visitor visit) {
    const std::string_view name = delay.substr(0, delay.find(':'));
    const std::string_view argument = name.size() < delay.size() ? delay.substr(name.size() + 1) : std::string_view();
    bool found = false;
    delays::for_each([&](auto tag) {
        constexpr delay_info info = decltype(tag)::type::info;
        if (info.name == name && info.argument.empty() == (name.size() == delay.size()) && info.argument.empty() == argument.empty()) {
            found = true;
            visit(tag, std::string(argument));
        }
    });
    if (!found) {
        throw usage_error("unknown delay '" + std::string(delay) + "'; choose one of " + delay_names());
    }
}

/// Throws `usage_error` for a delay that is none, and what reading its file throws.
inline std::unique_ptr<turn_order> make_turn_order(std::string_view delay, unsigned workers, std::uint64_t seed) {
    std::unique_ptr<turn_order> made;
    with_delay(delay, [&](auto tag, const std::string& argument) {
        made = std::make_unique<typename decltype(tag)::type>(delay_settings{.workers = workers, .seed = seed, .argument = argument});
    });
    return made;
}

} // namespace peccary
