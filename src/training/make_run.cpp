// Where an objective's name becomes a type.
#include "training/make_run_of.hpp"

namespace peccary::program {

std::unique_ptr<training_run> make_run(const run_request& request) {
    std::unique_ptr<training_run> made;
    with_named<objectives>("objective", request.objective, [&](auto tag) {
        using objective = typename decltype(tag)::type;
        if (request.ledger == nullptr) {
            made = make_run_of<objective>(request);
        } else if constexpr (can_be_diagnosed<objective>) {
            made = make_run_of<diagnosed<objective>>(request);
        } else {
            throw usage_error("--diagnose counts adds example by example, and the objective '" + request.objective +
                              "' adds a batch at a time; leave it out");
        }
    });
    return made;
}

} // namespace peccary::program
