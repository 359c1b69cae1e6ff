// Random streams derived from (seed, worker, epoch): the same triple gives the same numbers on
// every machine.
#pragma once

#include <cstdint>
#include <limits>

namespace peccary {

/// SplitMix64's finaliser (Steele, Lea, Flood 2014): a bijection of 64-bit words in which every
/// input bit affects every output bit.
constexpr std::uint64_t mix(std::uint64_t word) noexcept {
    word += 0x9E37'79B9'7F4A'7C15U;
    word = (word ^ (word >> 30U)) * 0xBF58'476D'1CE4'E5B9U;
    word = (word ^ (word >> 27U)) * 0x94D0'49BB'1331'11EBU;
    return word ^ (word >> 31U);
}

/// xoshiro256** 1.0 (Blackman, Vigna 2018), a `std::uniform_random_bit_generator`.
/// Thread-safety: none; each worker owns its stream.
class random_stream {
public:
    using result_type = std::uint64_t;

    constexpr random_stream(std::uint64_t seed, std::uint64_t worker, std::uint64_t epoch) noexcept {
        std::uint64_t key = mix(mix(mix(seed) + worker) + epoch);
        for (auto& word : state_) {
            key = mix(key);
            word = key;
        }
    }

    static constexpr result_type(min)() noexcept { return 0; }
    static constexpr result_type(max)() noexcept { return (std::numeric_limits<result_type>::max)(); }

    constexpr result_type operator()() noexcept {
        const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
        const std::uint64_t shifted = state_[1] << 17U;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = rotate(state_[3], 45);
        return result;
    }

    /// Uniform on [0, bound), bound >= 1, without modulo bias (Lemire 2019). The standard
    /// distributions differ between libraries.
    constexpr std::uint32_t below(std::uint32_t bound) noexcept {
        std::uint64_t product = static_cast<std::uint64_t>(half()) * bound;
        if (static_cast<std::uint32_t>(product) < bound) {
            const std::uint32_t threshold = (0U - bound) % bound;
            while (static_cast<std::uint32_t>(product) < threshold) {
                product = static_cast<std::uint64_t>(half()) * bound;
            }
        }
        return static_cast<std::uint32_t>(product >> 32U);
    }

    /// Uniform on [0, 1) in steps of 2^-53.
    constexpr double unit() noexcept { return static_cast<double>((*this)() >> 11U) * 0x1.0p-53; }

private:
    static constexpr std::uint64_t rotate(std::uint64_t word, unsigned by) noexcept { return (word << by) | (word >> (64U - by)); }
    constexpr std::uint32_t half() noexcept { return static_cast<std::uint32_t>((*this)() >> 32U); }

    std::uint64_t state_[4]{};
};

} // namespace peccary
