// libFuzzer on the LIBSVM reader: no input may crash it or break a property of
// `libsvm_property.hpp`.
#include "libsvm_property.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // what it throws ends the fuzzer, which keeps the input
    libsvm_property::check({reinterpret_cast<const char*>(data), size});
    return 0;
}
