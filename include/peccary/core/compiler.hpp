// What Peccary asks of the compiler, and what it says of options under which less holds.
#pragma once

#if !defined(__cpp_exceptions)
#error "Peccary reports errors by exceptions: compile without -fno-exceptions"
#include <peccary-needs-exceptions> // there is no such file, so that no other errors follow
#endif

#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ && !defined(PECCARY_ALLOW_FAST_MATH)
#pragma message("Peccary: -ffast-math makes bits of its own, and may lose a NaN (docs/including.md; PECCARY_ALLOW_FAST_MATH hides this)")
#endif
