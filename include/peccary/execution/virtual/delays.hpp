// How long a simulated update takes from its read to its apply: one law a class. (Exponential
// delays are in memoryless.hpp.)
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/file.hpp"
#include "peccary/core/number.hpp"
#include "peccary/core/random.hpp"
#include "peccary/core/text_fault.hpp"

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace peccary {

/// Virtual time counts in ticks, a millionth of the mean delay. Integers, so that times compare
/// exactly and sums have no rounding.
inline constexpr std::uint64_t ticks_per_mean = std::uint64_t{1} << 20U;

struct delay_info {
    std::string_view name;
    std::string_view summary;
    std::string_view argument; ///< what follows the name and a colon; empty where nothing does
};

/// What a law is made from.
struct delay_settings {
    unsigned workers = 1;
    std::uint64_t seed = 1;
    std::string argument;
};

/// `draw(worker)` is the next delay of that worker, in ticks, at least 1. Each law has a mean of
/// `ticks_per_mean`: the unit of time changes nothing about who comes first. Random laws draw from
/// the worker's own stream of the epoch, so that no worker's delays depend on another's.
template <class Delay>
concept delay_law = std::constructible_from<Delay, const delay_settings&> && requires(Delay delay, unsigned worker, std::uint64_t epoch) {
    { Delay::info } -> std::convertible_to<delay_info>;
    {delay.begin_epoch(epoch)};
    { delay.draw(worker) } -> std::same_as<std::uint64_t>;
};

/// All equal: workers take their turns in the order of their numbers, and staleness is P - 1 once
/// all have begun. The reference implementation.
struct constant_delay {
    static constexpr delay_info info{.name = "constant", .summary = "all equal: staleness P - 1", .argument = ""};
    explicit constant_delay(const delay_settings& /*settings*/) {}
    static void begin_epoch(std::uint64_t /*epoch*/) noexcept {}
    static std::uint64_t draw(unsigned /*worker*/) noexcept { return ticks_per_mean; }
};

/// Each worker's stream of random words.
class random_delays {
public:
    explicit random_delays(const delay_settings& settings) : workers_(settings.workers), seed_(settings.seed) {}

    void begin_epoch(std::uint64_t epoch) {
        streams_.clear();
        for (unsigned worker = 0; worker < workers_; ++worker) {
            streams_.emplace_back(seed_, worker, epoch);
        }
    }

protected:
    std::uint64_t random(unsigned worker) noexcept { return streams_[worker](); }

private:
    unsigned workers_;
    std::uint64_t seed_;
    std::vector<random_stream> streams_;
};

/// Rows of about one length, on cores with nothing else to do.
struct uniform_delay : random_delays {
    static constexpr delay_info info{.name = "uniform", .summary = "on [1/2, 3/2] of their mean", .argument = ""};
    using random_delays::random_delays;
    std::uint64_t draw(unsigned worker) noexcept { return ticks_per_mean / 2 + random(worker) / (UINT64_MAX / ticks_per_mean + 1); }
};

/// More workers than cores: each runs a slice of updates and then waits for the others' slices, as
/// an operating system shares out processors. So nearly all updates see few others, and one a slice
/// sees (P - CORES) / CORES slices of them.
class slices_delay : public random_delays {
public:
    static constexpr delay_info info{
        .name = "slices", .summary = "workers share CORES cores, in slices of so many updates; the rest wait", .argument = "CORES,UPDATES"};

    /// Throws `usage_error` for an argument that is not two integers from 1 to 10^7.
    explicit slices_delay(const delay_settings& settings) : random_delays(settings), left_(settings.workers) {
        const std::size_t comma = (std::min)(settings.argument.find(','), settings.argument.size() - 1);
        const auto cores = real_from_text(settings.argument.substr(0, comma));
        const auto updates = real_from_text(settings.argument.substr(comma + 1));
        const auto counts = [](const std::optional<double>& number) {
            return number && *number >= 1 && *number <= most && *number == std::floor(*number);
        };
        if (!counts(cores) || !counts(updates)) {
            throw usage_error("the delay 'slices' takes a number of cores and one of updates a slice, such as slices:2,20000, not '" +
                              settings.argument + "'");
        }
        slice_ = static_cast<std::uint64_t>(*updates);
        cores_ = static_cast<unsigned>((std::min<double>)(*cores, settings.workers));
        running_ = (std::max<std::uint64_t>)(1, ticks_per_mean * cores_ / settings.workers);
        rounds_ = (settings.workers - 1) / cores_;
    }

    void begin_epoch(std::uint64_t epoch) {
        random_delays::begin_epoch(epoch);
        std::ranges::fill(left_, 0);
    }

    std::uint64_t draw(unsigned worker) noexcept {
        // uniform on [1/2, 3/2]
        const std::uint64_t running = running_ / 2 + random(worker) % running_;
        if (left_[worker] == 0) { // the first slice: that of the first cores' workers is at once
            left_[worker] = slice_;
            return running + worker / cores_ * slice_ * running_;
        }
        if (--left_[worker] > 0) {
            return running;
        }
        left_[worker] = slice_;
        return running + rounds_ * slice_ * running_;
    }

private:
    /// some slices of it are a time that fits into a turn's key
    static constexpr double most = 1e7;
    std::vector<std::uint64_t> left_; ///< updates of each worker's slice; 0: it has had none
    std::uint64_t slice_ = 1;         ///< updates
    unsigned cores_ = 1;
    std::uint64_t running_ = 1; ///< mean ticks of an update that has a core
    std::uint64_t rounds_ = 0;  ///< slices of others between two of one worker
};

/// Measured or made elsewhere: a file with a positive number on each line. Reads take them one
/// after another, whoever reads, each epoch from the first on, and from the last back to the first.
class trace_delay {
public:
    static constexpr delay_info info{
        .name = "trace", .summary = "positive numbers from FILE, one a line, over and over", .argument = "FILE"};

    /// Throws `io_error`, and `data_error` "file:line:column: ...".
    explicit trace_delay(const delay_settings& settings) {
        const std::vector<double> delays = read(settings.argument);
        double sum = 0;
        for (const double delay : delays) {
            sum += delay;
        }
        const double ticks = static_cast<double>(ticks_per_mean) * static_cast<double>(delays.size()) / sum;
        for (const double delay : delays) {
            ticks_.push_back((std::max<std::uint64_t>)(1, static_cast<std::uint64_t>(delay * ticks)));
        }
    }

    void begin_epoch(std::uint64_t /*epoch*/) noexcept { next_ = 0; }
    std::uint64_t draw(unsigned /*worker*/) noexcept {
        const std::uint64_t delay = ticks_[next_];
        next_ = next_ + 1 == ticks_.size() ? 0 : next_ + 1;
        return delay;
    }

private:
    static std::vector<double> read(const std::string& path) {
        std::string text = read_whole_file(path, UINT64_MAX);
        const std::size_t size = text.size();
        text.append(number_padding + 1, '\n');
        const char* const end = text.data() + size;
        std::vector<double> delays;
        for (const char* line = text.data(); line < end;) {
            const parsed_real number = parse_real(line);
            const char* const rest = number.end + (*number.end == '\r' ? 1 : 0);
            const bool positive = number.fault == number_fault::none && number.value >= least && number.value <= most;
            if (!positive || *rest != '\n') {
                const char* const fault = positive ? number.end : line;
                throw_fault(path, delays.size(),
                            {.line = 1,
                             .column = static_cast<std::uint64_t>(fault - line) + 1,
                             .what_and_remedy = quoted_text({line, std::find(line, end, '\n')}) +
                                                " is no delay; write one number from 1e-100 to 1e100 a line"});
            }
            delays.push_back(number.value);
            line = rest + 1;
        }
        if (delays.empty()) {
            throw data_error(path + ": has no delays; write one positive number a line");
        }
        return delays;
    }

    static constexpr double least = 1e-100; ///< ratios of delays and sums of them stay finite
    static constexpr double most = 1e100;
    std::vector<std::uint64_t> ticks_;
    std::size_t next_ = 0;
};

static_assert(delay_law<constant_delay> && delay_law<uniform_delay> && delay_law<slices_delay> && delay_law<trace_delay>);

} // namespace peccary
