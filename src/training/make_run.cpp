// Where an objective's name becomes a type.
#include "training/make_run_of.hpp"

namespace peccary::program {

std::unique_ptr<training_run> make_run(const run_request& request) {
    std::unique_ptr<training_run> made;
    with_named<objectives>("objective", request.objective, [&](auto tag) { made = make_run_of<typename decltype(tag)::type>(request); });
    return made;
}

} // namespace peccary::program
