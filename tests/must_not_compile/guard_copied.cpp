// A guard stands for one held operation: a copy of it would end, and unlock, twice.
// expect: no_guard
#include "peccary/parameters/access_policies.hpp"

int main() {
    peccary::relaxed access;
    [[maybe_unused]] const auto held = access.guard();
#ifdef MUST_NOT_COMPILE
    [[maybe_unused]] const auto copy = held;
#endif
}
