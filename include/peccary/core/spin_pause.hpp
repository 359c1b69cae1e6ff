// A hint to the processor that this thread is spinning.
#pragma once

namespace peccary {

/// Some 10 to 50 nanoseconds on x86, during which the other hardware thread of the core has the
/// core to itself; nothing elsewhere.
inline void spin_pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause(); // <immintrin.h> has it by name, and is 40,000 lines
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

} // namespace peccary
