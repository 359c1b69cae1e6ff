// What Peccary asks of the compiler, and what it says of options under which less holds.
#pragma once

#if !defined(__cpp_exceptions)
#error "Peccary reports errors by exceptions: compile without -fno-exceptions"
#include <peccary-needs-exceptions> // there is no such file, so that no other errors follow
#endif

#if defined(__FAST_MATH__) && !defined(PECCARY_ALLOW_FAST_MATH)
#pragma message(                                                                                                                           \
    "Peccary under -ffast-math or -Ofast: divergence is found and models are trained as well as otherwise, but bits differ between compilers, and NaN in data that a program makes itself may pass unnoticed; define PECCARY_ALLOW_FAST_MATH to hide this")
#endif
