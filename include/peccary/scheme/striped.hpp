// Fine-grained locking (AIG of the Hogwild! paper): all coordinates of an update's support are
// locked, in order, before it reads and until it has written.
#pragma once

#include "peccary/parameters/stripes.hpp"
#include "peccary/scheme/scheme.hpp"
#include "peccary/update/asynchronous.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace peccary {

class striped final : public scheme {
public:
    using access = exclusive; // under locks
    static constexpr scheme_info info{.name = "striped",
                                      .summary = "locks all coordinates of the support, in order (AIG)",
                                      .paper = "Niu, Recht, Re, Wright 2011, section 5",
                                      .consistency = read_consistency::serial,
                                      .access = "exclusive, under locks",
                                      .parallel = true,
                                      .deterministic = false,
                                      .lossless = true,
                                      .lockstep = false,
                                      .batch = 1};

    /// One lock a feature guards all parameters of that feature; the last guards the biases, which
    /// every update touches.
    striped(const parameters& shared, unsigned /*workers*/) : locks_(shared.size() + 1), biased_(has_bias(shared)), bias_(shared.size()) {}

    std::uint64_t run(stretch& part) override {
        return run_workers(
            part, part.workers, [](unsigned) { return any_access(access()); },
            [&](unsigned worker) { return std::make_unique<locked_support>(part, worker, *this); });
    }

private:
    /// Plain memory is legal here: the locks keep everyone else away from the support.
    class locked_support final : public site {
    public:
        locked_support(stretch& part, unsigned worker, striped& scheme)
            : site(part.shared.base(), part.probe(worker), nullptr), single_(part.batch == 1), scheme_(&scheme) {}

        bool encloses_updates() const noexcept override { return true; }

        void begin(worker& of, std::uint64_t update) override {
            collect(of, update);
            for (const std::size_t stripe : held_) {
                scheme_->locks_.lock(stripe, waited_);
            }
            probe.at_read();
        }

        /// Keeps the locks that it has come to, as `begin` does while it waits for the next.
        bool try_begin(worker& of, std::uint64_t update) override {
            if (!waits_) {
                collect(of, update);
                taken_ = 0;
            }
            for (; taken_ < held_.size(); ++taken_) {
                if (!scheme_->locks_.try_lock(held_[taken_])) {
                    waited_.contended += waits_ ? 0 : 1;
                    waits_ = true;
                    return false;
                }
                waits_ = false;
            }
            probe.at_read();
            return true;
        }

        bool end() override {
            probe.applied();
            for (const std::size_t stripe : held_) {
                scheme_->locks_.unlock(stripe);
            }
            return true;
        }

        contention tally() const noexcept override { return waited_; }

    private:
        void collect(worker& of, std::uint64_t update) {
            held_.clear();
            for (const feature_index feature : of.support(update)) {
                held_.push_back(scheme_->locks_.stripe_of(feature));
            }
            if (scheme_->biased_) {
                held_.push_back(scheme_->locks_.stripe_of(scheme_->bias_));
            }
            // A single row's stripes ascend already; equal neighbours are features that share a
            // stripe.
            if (!single_) {
                std::ranges::sort(held_);
            }
            held_.erase(std::unique(held_.begin(), held_.end()), held_.end());
        }

        bool single_;
        striped* scheme_;
        std::vector<std::size_t> held_; ///< by an update that has begun; else to be taken
        std::size_t taken_ = 0;         ///< of `held_`, by an update that waits
        bool waits_ = false;
        contention waited_ = {};
    };

    static bool has_bias(const parameters& shared) {
        return std::ranges::any_of(shared.layout().spans(), [](const parameter_span& span) { return !span.regularised; });
    }

    stripes locks_;
    bool biased_;
    std::size_t bias_;
};

static_assert(scheme_type<striped>);

} // namespace peccary
