#include "training/typed_run.hpp"

namespace peccary::program {

template training_run make_run_of<softmax>(const run_request& request);
template training_run make_run_of<diagnosed<softmax>>(const run_request& request);

} // namespace peccary::program
