// A scheme that runs workers at once over plain memory is refused: textbook Hogwild! with its
// undefined behaviour cannot be written.
// expect: race_free_access
#include "peccary/parameters/access_policies.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/asynchronous.hpp"

#ifdef MUST_NOT_COMPILE
using policy = peccary::exclusive;
#else
using policy = peccary::relaxed;
#endif

class textbook_hogwild final : public peccary::scheme {
public:
    std::uint64_t run(peccary::stretch& part) override {
        return peccary::run_asynchronously(part, [](unsigned) { return policy{}; });
    }
};

int main() {}
