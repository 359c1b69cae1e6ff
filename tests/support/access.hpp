// What one needs to run any access policy in a test: the table or mutex that it refers to, and a policy for each worker.
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

/// Makes policies of type `Access` over one buffer; a new policy that needs something else adds its case here.
template <class Access>
class access_maker {
public:
    explicit access_maker(peccary::parameters& model) : base_(model.base()), table_(model.size()) {}

    Access make() {
        if constexpr (std::is_constructible_v<Access, peccary::stripes&, const peccary::real*>) {
            return Access(table_, base_);
        } else if constexpr (std::is_constructible_v<Access, std::mutex&>) {
            return Access(mutex_);
        } else {
            return Access();
        }
    }

private:
    const peccary::real* base_;
    peccary::stripes table_;
    std::mutex mutex_;
};

} // namespace test
