// Updates that meet for certain, on real threads.
#pragma once

#include "peccary/core/types.hpp"
#include "peccary/data/row.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

namespace test {

/// The first worker that comes waits until the others together have come as often as there are
/// workers. Then one of them has come twice, and has applied an update in between. There must be so
/// many updates beside the first worker's chunk.
/// Thread-safety: any number of threads.
class meeting {
public:
    explicit meeting(unsigned workers) : expected_(workers + 1) {}

    void arrive() {
        if (arrived_.fetch_add(1, std::memory_order_acq_rel) == 0) {
            while (arrived_.load(std::memory_order_acquire) < expected_) {
                std::this_thread::yield();
            }
        }
    }

private:
    unsigned expected_;
    std::atomic<unsigned> arrived_{0};
};

enum class moment { between_read_and_write, in_its_write };

/// `Base`, an objective of single examples, whose first update waits at that moment for a whole one
/// of another worker.
template <class Base>
class overtaken : public Base {
public:
    overtaken(Base base, unsigned workers, moment when)
        : Base(std::move(base)), when_(when), meeting_(std::make_shared<meeting>(workers)) {}

    template <peccary::row_view Row, class View>
    peccary::real differentiate(const Row& row, const View& view, typename Base::gradient& result) const {
        const peccary::real returned = Base::differentiate(row, view, result);
        arrive(moment::between_read_and_write);
        return returned;
    }

    template <peccary::row_view Row, class View>
    void apply(const Row& row, const typename Base::gradient& of, const View& view, peccary::real step) const {
        arrive(moment::in_its_write);
        Base::apply(row, of, view, step);
    }

private:
    void arrive(moment now) const {
        if (now == when_) {
            meeting_->arrive();
        }
    }

    moment when_;
    std::shared_ptr<meeting> meeting_;
};

} // namespace test
