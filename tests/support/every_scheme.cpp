#include "peccary/scheme/schemes.hpp"
#include "support/training.hpp"

namespace test {

std::vector<peccary::scheme_entry> every_scheme() {
    std::vector<peccary::scheme_entry> all;
    peccary::schemes::for_each([&](auto tag) { all.push_back(peccary::entry_of<typename decltype(tag)::type>()); });
    return all;
}

peccary::scheme_entry each_scheme() { return GENERATE(from_range(every_scheme())); }

} // namespace test
