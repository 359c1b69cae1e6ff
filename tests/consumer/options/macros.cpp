// What some headers of C leave behind, before the library and after it.
#include <algorithm>
#include <limits>
#include <random>

#define min(a, b) (((a) < (b)) ? (a) : (b))
#define max(a, b) (((a) > (b)) ? (a) : (b))

#include <peccary/network.hpp>
#include <peccary/peccary.hpp>
#include <peccary/train.hpp>

int main() { return max(0, min(1, 0)); } // they are as they were
