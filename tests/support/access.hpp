// What one needs to run any access policy in a test: the mutex that it may refer to, and a policy
// for each worker.
#pragma once

#include "peccary/parameters/access_policies.hpp"
#include "peccary/parameters/parameters.hpp"

#include <mutex>
#include <string>
#include <type_traits>

namespace test {

/// One span of `size` regularised parameters.
inline peccary::parameters buffer_of(std::size_t size) {
    peccary::parameter_layout layout;
    layout.append("weights", size, true);
    return peccary::parameters(layout);
}

/// Makes policies of type `Access`, all for one buffer; a policy that refers to something else adds
/// its case here.
template <class Access>
class access_maker {
public:
    Access make() {
        if constexpr (std::is_constructible_v<Access, std::mutex&>) {
            return Access(mutex_);
        } else {
            return Access();
        }
    }

private:
    std::mutex mutex_;
};

} // namespace test
