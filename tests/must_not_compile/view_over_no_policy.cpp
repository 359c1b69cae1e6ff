// A `shared_view` reads and writes through an access policy; a type that merely has some of its
// functions is none.
// expect: access_policy
#include "peccary/parameters/access_policies.hpp"
#include "peccary/parameters/shared_view.hpp"

struct without_info {
    static peccary::real load(const peccary::real& cell) { return cell; }
    static void add(peccary::real& cell, peccary::real delta) { cell += delta; }
};

int main() {
    peccary::real buffer[1]{};
    peccary::relaxed access;
    peccary::shared_view<peccary::relaxed>(buffer, access).add(0, 1);
#ifdef MUST_NOT_COMPILE
    without_info none;
    peccary::shared_view<without_info>(buffer, none).add(0, 1);
#endif
}
