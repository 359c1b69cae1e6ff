#include "support/problems.hpp"

TEST_LINEAR_PROBLEMS(template)
