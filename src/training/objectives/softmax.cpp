#include "training/typed_run.hpp"

template std::unique_ptr<peccary::program::training_run> peccary::program::make_run_of<peccary::softmax>(const run_request& request);
