// A scheme whose workers meet in shared memory must name an access policy that is free of races.
// expect: race_free_access
#include "peccary/parameters/access_policies.hpp"
#include "peccary/scheme/scheme.hpp"

class racy final : public peccary::scheme {
public:
#ifdef MUST_NOT_COMPILE
    using access = peccary::exclusive;
#else
    using access = peccary::relaxed;
#endif
    static constexpr peccary::scheme_info info{.name = "racy",
                                               .summary = "",
                                               .paper = "",
                                               .consistency = peccary::read_consistency::inconsistent,
                                               .access = "",
                                               .parallel = true,
                                               .deterministic = false,
                                               .lossless = false,
                                               .lockstep = false,
                                               .batch = 1,
                                               .shares_memory = true};
    racy(const peccary::parameters& /*shared*/, unsigned /*workers*/) {}
    std::uint64_t run(peccary::stretch& part) override { return part.last; }
};

static_assert(peccary::scheme_type<racy>);

int main() {}
