// The solvers of liblinear that a model file may name, and Peccary's objectives for them.
#pragma once

#include <array>
#include <string_view>

namespace peccary::liblinear_detail {

struct solver {
    std::string_view name;
    std::string_view objective;
};

/// Every solver of liblinear that makes a linear predictor, with the objective that it minimises.
/// Of several with one objective, the first is written.
inline constexpr std::array<solver, 11> solvers{{
    {"L2R_LR", "logistic"},
    {"L2R_LR_DUAL", "logistic"},
    {"L1R_LR", "logistic"},
    {"L2R_L1LOSS_SVC_DUAL", "hinge"},
    {"L2R_L2LOSS_SVC", "squared_hinge"},
    {"L2R_L2LOSS_SVC_DUAL", "squared_hinge"},
    {"L1R_L2LOSS_SVC", "squared_hinge"},
    {"MCSVM_CS", "softmax"},
    {"L2R_L2LOSS_SVR", "squared"},
    {"L2R_L2LOSS_SVR_DUAL", "squared"},
    {"L2R_L1LOSS_SVR_DUAL", "squared"},
}};

} // namespace peccary::liblinear_detail
