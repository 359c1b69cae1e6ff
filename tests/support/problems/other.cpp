#include "support/problems.hpp"

TEST_OTHER_PROBLEMS(template)
