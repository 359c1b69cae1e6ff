// What goes wrong, as types: the program maps each to its exit code; a library user catches what he
// can mend.
#pragma once

#include "peccary/core/compiler.hpp"

#include <stdexcept>
#include <string>

namespace peccary {

/// Base of all errors that Peccary throws. `what()` names what is wrong, where, and what to do
/// about it.
class error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// An option or argument that has no meaning, or none in this combination (exit code 2).
class usage_error : public error {
public:
    using error::error;
};

/// A data or model file that cannot be used (exit code 3).
class data_error : public error {
public:
    using error::error;
};

/// Reading or writing failed for a reason outside the data (exit code 1).
class io_error : public error {
public:
    using error::error;
};

/// Loss or parameters stopped being finite (exit code 4).
class diverged_error : public error {
public:
    using error::error;
};

} // namespace peccary
