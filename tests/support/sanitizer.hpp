// Whether this build runs under a sanitizer, and how much smaller the tests are there.
#pragma once

#if defined(__has_feature)
#define PECCARY_TEST_HAS_FEATURE(name) __has_feature(name)
#else
#define PECCARY_TEST_HAS_FEATURE(name) 0
#endif

namespace test {

#if defined(__SANITIZE_THREAD__) || PECCARY_TEST_HAS_FEATURE(thread_sanitizer)
inline constexpr bool under_thread_sanitizer = true;
#else
inline constexpr bool under_thread_sanitizer = false;
#endif

#if defined(__SANITIZE_ADDRESS__) || PECCARY_TEST_HAS_FEATURE(address_sanitizer)
inline constexpr bool under_address_sanitizer = true;
#else
inline constexpr bool under_address_sanitizer = false;
#endif

/// `full` repetitions of something, or `few` where each takes 5 to 20 times as long.
constexpr int repetitions(int full, int few) { return under_thread_sanitizer || under_address_sanitizer ? few : full; }

} // namespace test
