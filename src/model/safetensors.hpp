// Models in the safetensors format, which programs of many kinds read: the tensors as they are, and
// as metadata what they mean.
#pragma once

#include "peccary/model/model.hpp"

#include <string>
#include <string_view>

namespace peccary::program {

/// True when `bytes` begin like a safetensors file.
bool is_safetensors(std::string_view bytes) noexcept;

/// The model in `bytes`, the whole content of the file `name`. Throws `data_error` when it is
/// damaged, or lacks what makes tensors a model.
/// Memory: of the order of the file, whatever it says about itself.
model parse_safetensors(std::string_view bytes, const std::string& name);

/// Replaces `path` by the model, or throws and leaves it as it was: `error` when the model is not
/// valid, `usage_error` when it has text that is not UTF-8, `io_error` when it cannot be written.
void save_safetensors(const model& trained, const std::string& path);

} // namespace peccary::program
