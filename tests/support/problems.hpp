// Problems that several test programs train, compiled once for all of them. Who includes this calls
// `peccary::make_problem` for them without compiling workers.
#pragma once

#include "peccary/data/dataset.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/objective/mlp.hpp"
#include "peccary/objective/softmax.hpp"
#include "peccary/scheme/schemes.hpp"
#include "peccary/update/batch_problem.hpp"
#include "peccary/update/make_problem.hpp"
#include "support/counting.hpp"

#include <memory>

// `declare` is `extern template` here, and `template` in the source of support/problems/ that
// compiles the problems of the list.

#define TEST_PROBLEM(declare, Ways, Objective, Data)                                                                                       \
    declare std::shared_ptr<peccary::problem> peccary::make_problem<Ways, Objective, Data>(Objective, Data);

/// Whatever is asked of it.
#define TEST_PROBLEM_OF(declare, Objective, Data) TEST_PROBLEM(declare, peccary::all_ways, Objective, Data)

/// For tests that name a scheme by its type: one for each `ways_of`, which other schemes share.
#define TEST_PROBLEM_OF_EACH_POLICY(declare, Objective, Data)                                                                              \
    TEST_PROBLEM(declare, peccary::ways_of<peccary::sequential>, Objective, Data)                                                          \
    TEST_PROBLEM(declare, peccary::ways_of<peccary::synchronous>, Objective, Data)                                                         \
    TEST_PROBLEM(declare, peccary::ways_of<peccary::hogwild>, Objective, Data)                                                             \
    TEST_PROBLEM(declare, peccary::ways_of<peccary::atomic>, Objective, Data)                                                              \
    TEST_PROBLEM(declare, peccary::ways_of<peccary::locked>, Objective, Data)                                                              \
    TEST_PROBLEM(declare, peccary::ways_of<peccary::hogbatch>, Objective, Data)

#define TEST_LINEAR_PROBLEMS(declare)                                                                                                      \
    TEST_PROBLEM_OF(declare, peccary::linear<peccary::logistic>, peccary::sparse_view)                                                     \
    TEST_PROBLEM_OF_EACH_POLICY(declare, peccary::linear<peccary::logistic>, peccary::sparse_view)                                         \
    TEST_PROBLEM_OF(declare, peccary::linear<peccary::squared>, peccary::sparse_view)                                                      \
    TEST_PROBLEM_OF(declare, peccary::linear<peccary::squared>, peccary::dense_view)                                                       \
    TEST_PROBLEM_OF(declare, peccary::linear<peccary::squared_hinge>, peccary::sparse_view)                                                \
    TEST_PROBLEM_OF(declare, peccary::linear<peccary::huber>, peccary::sparse_view)                                                        \
    TEST_PROBLEM_OF(declare, peccary::linear<peccary::hinge>, peccary::sparse_view)

#define TEST_OTHER_PROBLEMS(declare)                                                                                                       \
    TEST_PROBLEM_OF(declare, peccary::softmax, peccary::sparse_view)                                                                       \
    TEST_PROBLEM_OF(declare, test::counting, peccary::sparse_view)                                                                         \
    TEST_PROBLEM_OF(declare, peccary::mlp, peccary::sparse_view)                                                                           \
    TEST_PROBLEM_OF(declare, peccary::mlp, peccary::dense_view)

TEST_LINEAR_PROBLEMS(extern template)
TEST_OTHER_PROBLEMS(extern template)
