// Code that runs several workers at once asks for `race_free_access`, and `exclusive` is refused
// there.
// expect: race_free_access
#include "peccary/parameters/access_policies.hpp"

template <peccary::race_free_access Access>
void needs_race_free(Access /*access*/) {}

int main() {
    needs_race_free(peccary::relaxed{});
#ifdef MUST_NOT_COMPILE
    needs_race_free(peccary::exclusive{});
#endif
}
