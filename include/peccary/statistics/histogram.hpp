// A log-linear histogram of non-negative integers: exact below 64, within 1/32 above, nothing
// dropped or clamped.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace peccary {

/// Bins: 0..63 one value each; then every octave [2^k, 2^(k+1)), k = 6..31, in 32 equal bins; then
/// one overflow bin for 2^32 and above.
/// Mean and maximum are exact whatever the bin. Thread-safety: none but `snapshot`; each worker
/// fills its own, and they are merged after the join.
class histogram {
public:
    static constexpr unsigned exact_bits = 6;
    static constexpr unsigned octave_bins_log2 = 5;
    static constexpr unsigned value_bits = 32;
    static constexpr std::size_t exact_bins = std::size_t{1} << exact_bits;
    static constexpr std::size_t octave_bins = std::size_t{1} << octave_bins_log2;
    static constexpr std::size_t bins = exact_bins + (value_bits - exact_bits) * octave_bins + 1;
    static constexpr std::size_t overflow_bin = bins - 1;

    void record(std::uint64_t value, std::uint64_t times = 1) noexcept {
        put(counts_[bin_of(value)], counts_[bin_of(value)] + times);
        put(samples_, samples_ + times);
        put(sum_, sum_ + value * times);
        if (value > maximum_) {
            put(maximum_, value);
        }
    }

    /// Takes back one of the samples recorded as `value`. The maximum stays.
    void retract(std::uint64_t value) noexcept {
        std::uint64_t& bin = counts_[bin_of(value)];
        put(bin, bin - 1);
        put(samples_, samples_ - 1);
        put(sum_, sum_ - value);
    }

    /// A copy of what was recorded so far, from any thread while another one calls `record`: each
    /// count as it was at some time in between.
    histogram snapshot() const {
        histogram seen;
        for (std::size_t bin = 0; bin < bins; ++bin) {
            seen.counts_[bin] = peek(counts_[bin]);
            seen.samples_ += seen.counts_[bin]; // so that quantiles are those of the counts
        }
        seen.sum_ = peek(sum_);
        seen.maximum_ = peek(maximum_);
        return seen;
    }

    void merge(const histogram& other) noexcept {
        for (std::size_t bin = 0; bin < bins; ++bin) {
            counts_[bin] += other.counts_[bin];
        }
        samples_ += other.samples_;
        sum_ += other.sum_;
        maximum_ = (std::max)(maximum_, other.maximum_);
    }

    std::uint64_t samples() const noexcept { return samples_; }
    std::uint64_t maximum() const noexcept { return maximum_; }
    double mean() const noexcept { return samples_ == 0 ? 0.0 : static_cast<double>(sum_) / static_cast<double>(samples_); }
    std::uint64_t count(std::size_t bin) const noexcept { return counts_[bin]; }

    /// The smallest recorded bin's largest value that at least `fraction` (0 to 1) of the samples
    /// do not exceed; 0 without samples.
    std::uint64_t quantile(double fraction) const noexcept {
        const auto rank = static_cast<std::uint64_t>(std::ceil(fraction * static_cast<double>(samples_)));
        std::uint64_t below = 0;
        for (std::size_t bin = 0; bin < bins; ++bin) {
            below += counts_[bin];
            if (below >= rank && below > 0) {
                return (std::min)(last_value(bin), maximum_);
            }
        }
        return maximum_;
    }

    /// The share of the samples that are below `value`, those in its bin counted half: 0 to 1, and
    /// 1/2 on average over the samples. 1/2 without any.
    double rank(std::uint64_t value) const noexcept {
        const std::size_t bin = bin_of(value);
        std::uint64_t below = 0;
        for (std::size_t lower = 0; lower < bin; ++lower) {
            below += counts_[lower];
        }
        return samples_ == 0 ? 0.5 : (static_cast<double>(below) + static_cast<double>(counts_[bin]) / 2) / static_cast<double>(samples_);
    }

    static constexpr std::size_t bin_of(std::uint64_t value) noexcept {
        if (value < exact_bins) {
            return static_cast<std::size_t>(value);
        }
        const auto exponent = static_cast<unsigned>(std::bit_width(value)) - 1;
        if (exponent >= value_bits) {
            return overflow_bin;
        }
        const auto within = static_cast<std::size_t>(value >> (exponent - octave_bins_log2)) - octave_bins;
        return exact_bins + (exponent - exact_bits) * octave_bins + within;
    }

    static constexpr std::uint64_t first_value(std::size_t bin) noexcept {
        if (bin < exact_bins) {
            return bin;
        }
        const std::size_t octave = (bin - exact_bins) / octave_bins;
        const std::size_t within = (bin - exact_bins) % octave_bins;
        return (octave_bins + within) << (octave + exact_bits - octave_bins_log2);
    }

    static constexpr std::uint64_t last_value(std::size_t bin) noexcept {
        return bin == overflow_bin ? UINT64_MAX : first_value(bin + 1) - 1;
    }

private:
    // The one thread that records is the only one that writes: a store is all that `snapshot` in
    // another thread needs, and a plain move. Relaxed: no count says anything of another.
    static void put(std::uint64_t& count, std::uint64_t value) noexcept {
        std::atomic_ref<std::uint64_t>(count).store(value, std::memory_order_relaxed);
    }
    static std::uint64_t peek(const std::uint64_t& count) noexcept {
        // atomic_ref<const T> comes with C++26; the object itself is never const.
        return std::atomic_ref<std::uint64_t>(const_cast<std::uint64_t&>(count)).load(std::memory_order_relaxed);
    }

    std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(bins);
    std::uint64_t samples_ = 0;
    std::uint64_t sum_ = 0;
    std::uint64_t maximum_ = 0;
};

} // namespace peccary
