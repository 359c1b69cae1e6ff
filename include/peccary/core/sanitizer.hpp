// Whether ThreadSanitizer watches this build: what it does not see into is then done in a way that
// it does.
#pragma once

#if defined(__SANITIZE_THREAD__)
#define PECCARY_UNDER_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define PECCARY_UNDER_THREAD_SANITIZER 1
#endif
#endif
#if !defined(PECCARY_UNDER_THREAD_SANITIZER)
#define PECCARY_UNDER_THREAD_SANITIZER 0
#endif
