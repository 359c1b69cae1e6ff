// A scheme that runs workers at once over plain memory is refused: textbook Hogwild! with its undefined behaviour cannot be written.
// expect: race_free_access
#include "peccary/objective/linear.hpp"
#include "peccary/objective/loss/logistic.hpp"
#include "peccary/parameters/access_policies.hpp"
#include "peccary/update/asynchronous.hpp"

#ifdef MUST_NOT_COMPILE
using policy = peccary::exclusive;
#else
using policy = peccary::relaxed;
#endif

struct textbook_hogwild {
    template <class Stretch>
    std::uint64_t run(Stretch& stretch) {
        return peccary::run_asynchronously(stretch, [](unsigned) { return policy{}; });
    }
};

using logistic_stretch = peccary::stretch<peccary::linear<peccary::logistic>, peccary::sparse_view>;
template std::uint64_t textbook_hogwild::run<logistic_stretch>(logistic_stretch&);

int main() {}
