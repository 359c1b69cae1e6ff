// Where an objective's name becomes a type.
#include "training/make_run_of.hpp"

namespace peccary::program {

training_run make_run(const run_request& request) {
    training_run made;
    with_named<objectives>("objective", request.objective, [&](auto tag) {
        using objective = typename decltype(tag)::type;
        using counted = diagnosed<typename to_be_diagnosed<objective>::type>;
        made = request.ledger == nullptr ? make_run_of<objective>(request) : make_run_of<counted>(request);
    });
    return made;
}

} // namespace peccary::program
