// What readers, models and predictions bring along, beside the three headers for training.
#include <peccary/data/format/cache.hpp>
#include <peccary/data/format/csv.hpp>
#include <peccary/data/format/idx.hpp>
#include <peccary/data/format/libsvm.hpp>
#include <peccary/data/format/npy.hpp>
#include <peccary/data/normalizer.hpp>
#include <peccary/diagnosis/diagnosed.hpp>
#include <peccary/model/checkpoint.hpp>
#include <peccary/model/liblinear_format.hpp>
#include <peccary/model/model_file.hpp>
#include <peccary/model/predict.hpp>

int main() {}
