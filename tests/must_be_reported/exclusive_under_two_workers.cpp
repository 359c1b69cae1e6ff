// A data race on purpose: two threads add to the same parameters through `exclusive`. A build with
// ThreadSanitizer that does not report it could not be trusted about all the others.
#include "peccary/parameters/access_policies.hpp"
#include "peccary/parameters/parameters.hpp"
#include "peccary/parameters/shared_view.hpp"

#include <thread>

int main() {
    peccary::parameter_layout layout;
    layout.append("weights", 8, true);
    peccary::parameters model(layout);
    const auto add = [&model] {
        peccary::exclusive access;
        peccary::shared_view<peccary::exclusive>(model.base(), access).add(3, 1);
    };
    std::thread other(add);
    add();
    other.join();
}
