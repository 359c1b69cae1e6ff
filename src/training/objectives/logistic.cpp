#include "training/typed_run.hpp"

namespace peccary::program {

template training_run make_run_of<linear<logistic>>(const run_request& request);

} // namespace peccary::program
