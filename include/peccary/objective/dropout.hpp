// Dropout: which activations of a network's hidden layers an example's training leaves out.
#pragma once

#include "peccary/core/error.hpp"
#include "peccary/core/random.hpp"
#include "peccary/core/types.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace peccary {

/// Each activation is left out with probability P, else multiplied by 1 / (1 - P), so that sums
/// keep their means, and evaluation has nothing to undo (Srivastava, Hinton, Krizhevsky, Sutskever,
/// Salakhutdinov 2014, "inverted").
///
/// A mask is a function of (seed, epoch, row, layer, unit) and of nothing else: not of who draws
/// it, or when. An epoch visits a row once, so no two updates share masks, and a batch that several
/// workers evaluate, or a run that was resumed, has the masks of one that was not.
///
/// Considerations. Each row and layer has a SplitMix64 sequence of its own, and each word of it is
/// four units: 16 bits tell P to 1 / 65536, and one word costs about as much as four multiply-adds
/// of the products that make the sums, of which a unit has hundreds.
///
/// Thread-safety: const members from any thread; `begin_epoch` while no worker runs.
class dropout {
public:
    /// Throws `usage_error` unless 0 <= `probability` < 1.
    explicit dropout(double probability) {
        if (!(probability >= 0 && probability < 1)) {
            throw usage_error("the probability of dropout must be from 0 to below 1, not " + std::to_string(probability));
        }
        dropped_ = (std::min)(static_cast<std::uint32_t>(std::lround(probability * pieces)), pieces - 1);
        factor_ = static_cast<real>(pieces) / static_cast<real>(pieces - dropped_);
    }

    bool active() const noexcept { return dropped_ > 0; }
    /// P, as it is done.
    double probability() const noexcept { return static_cast<double>(dropped_) / pieces; }

    void begin_epoch(std::uint64_t seed, std::uint64_t epoch) noexcept { key_ = mix(mix(mix(seed) + stream) + epoch); }

    /// What the activations of a layer are multiplied by for a row: 0 or 1 / (1 - P), for each
    /// unit.
    void draw(row_index row, std::size_t layer, std::span<real> mask) const noexcept {
        std::uint64_t place = mix(mix(key_ + row) + layer);
        for (std::size_t unit = 0; unit < mask.size(); place += golden_ratio) {
            std::uint64_t word = mix(place);
            const std::size_t end = (std::min)(unit + units_a_word, mask.size());
            for (; unit < end; ++unit, word >>= bits) {
                mask[unit] = (word & (pieces - 1)) < dropped_ ? real{0} : factor_;
            }
        }
    }

private:
    static constexpr unsigned bits = 16;
    static constexpr std::uint32_t pieces = 1U << bits;
    static constexpr std::size_t units_a_word = 64 / bits;
    // SplitMix64's increment, which `mix` begins with
    static constexpr std::uint64_t golden_ratio = 0x9E37'79B9'7F4A'7C15U;
    static constexpr std::uint64_t stream = 0x6472'6F70U; // "drop"

    std::uint64_t key_ = 0;
    std::uint32_t dropped_ = 0; ///< P in 65536ths
    real factor_ = 1;
};

} // namespace peccary
