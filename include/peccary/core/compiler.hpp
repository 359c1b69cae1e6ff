// What Peccary asks of the compiler, and what it says of options under which less holds.
#pragma once

#if !defined(__cpp_exceptions)
#error "Peccary reports errors by exceptions: compile without -fno-exceptions"
#include <peccary-needs-exceptions> // there is no such file, so that no other errors follow
#endif

#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ && !defined(PECCARY_ALLOW_FAST_MATH)
#pragma message(                                                                                                                           \
    "Peccary under -ffast-math or -Ofast: models are trained, but their bits are those of no other build, and a NaN may get lost, and with it the news of divergence; define PECCARY_ALLOW_FAST_MATH to hide this")
#endif
