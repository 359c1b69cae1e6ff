// Fine-grained locking (AIG of the Hogwild! paper): all coordinates of an update's support are locked, in order, before it reads and until it
// has written.
#pragma once

#include "peccary/parameters/stripes.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/asynchronous.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace peccary {

struct striped {
    static constexpr scheme_info info{.name = "striped",
                                      .summary = "locks all coordinates of the support, in order (AIG)",
                                      .paper = "Niu, Recht, Re, Wright 2011, section 5",
                                      .consistency = "serial",
                                      .access = "exclusive, under locks",
                                      .parallel = true,
                                      .deterministic = false,
                                      .lossless = true,
                                      .lockstep = false,
                                      .batch = 1};

    /// One lock a feature guards all parameters of that feature; the last guards the biases, which every update touches.
    striped(const parameters& shared, unsigned /*workers*/) : locks_(shared.size() + 1), biased_(has_bias(shared)), bias_(shared.size()) {}

    template <class Stretch>
    std::uint64_t run(Stretch& stretch) {
        return run_workers(stretch, stretch.workers, [&](unsigned worker) {
            return locked_support<Stretch>{{stretch.shared.base(), {}, stretch.probe(worker)}, &stretch, this, {}};
        });
    }

private:
    /// Plain memory is legal here: the locks keep everyone else away from the support.
    template <class Stretch>
    struct locked_support : in_place<exclusive> {
        const Stretch* stretch;
        striped* scheme;
        std::vector<std::size_t> held; ///< by an update that has begun; else to be taken
        std::size_t taken = 0;         ///< of `held`, by an update that waits
        bool waits = false;
        contention waited = {};

        void begin(std::span<const row_index> rows) {
            collect(rows);
            for (const std::size_t stripe : held) {
                scheme->locks_.lock(stripe, waited);
            }
            in_place::begin(rows);
        }

        /// Keeps the locks that it has come to, as `begin` does while it waits for the next.
        bool try_begin(std::span<const row_index> rows) {
            if (!waits) {
                collect(rows);
                taken = 0;
            }
            for (; taken < held.size(); ++taken) {
                if (!scheme->locks_.try_lock(held[taken])) {
                    waited.contended += waits ? 0 : 1;
                    waits = true;
                    return false;
                }
                waits = false;
            }
            in_place::begin(rows);
            return true;
        }

        bool end() noexcept {
            in_place::end();
            for (const std::size_t stripe : held) {
                scheme->locks_.unlock(stripe);
            }
            return true;
        }

        contention tally() const noexcept { return waited; }

    private:
        void collect(std::span<const row_index> rows) {
            held.clear();
            for (const row_index id : rows) {
                const auto row = stretch->data.row(id);
                for (std::size_t k = 0; k < row.size(); ++k) {
                    held.push_back(scheme->locks_.stripe_of(row.index(k)));
                }
            }
            if (scheme->biased_) {
                held.push_back(scheme->locks_.stripe_of(scheme->bias_));
            }
            // A single row's stripes ascend already; equal neighbours are features that share a stripe.
            if (rows.size() > 1) {
                std::ranges::sort(held);
            }
            held.erase(std::unique(held.begin(), held.end()), held.end());
        }
    };

    static bool has_bias(const parameters& shared) {
        return std::ranges::any_of(shared.layout().spans(), [](const parameter_span& span) { return !span.regularised; });
    }

    stripes locks_;
    bool biased_;
    std::size_t bias_;
};

} // namespace peccary
