// What does an update of all parameters cost, in place by access policy, and as a new version that
// is published (leashed), by size?
// Checked after each timing: the parameters hold the sums of all adds, exactly where none may be
// lost.
#include "self_checked.hpp"
#include "shared_block.hpp"

#include "peccary/core/type_list.hpp"
#include "peccary/parameters/published.hpp"
#include "peccary/parameters/shared_view.hpp"

#include <Eigen/Core>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

using namespace peccary;

namespace {

constexpr std::size_t most_workers = 2;

/// What the workers of one benchmark share; `size` is a number of reals.
struct shared_model {
    explicit shared_model(std::size_t size) : in_place(size), versions(size, most_workers) {
        std::ranges::fill(versions.exclusive(), real{0});
    }
    bench::shared_block in_place;
    published<> versions;
};

std::unique_ptr<shared_model> model;

/// Reads as the product of a batch with its weights does: each once, by vectors.
void look_at(const real* parameters, std::size_t size) {
    benchmark::DoNotOptimize(Eigen::Map<const Eigen::Array<real, Eigen::Dynamic, 1>>(parameters, static_cast<Eigen::Index>(size)).sum());
}

template <class Access>
struct update_in_place {
    static constexpr std::string_view name = Access::info.name;
    static constexpr bool lossless = Access::info.lossless;
    static constexpr bool shareable = Access::info.race_free;

    explicit update_in_place(unsigned /*worker*/, std::size_t size) : access(model->in_place.make_access<Access>()), scratch(size) {}

    void operator()(std::span<const real> gradient, real factor) {
        const shared_view<Access> view(model->in_place.base(), access);
        look_at(view.read_block(0, scratch), scratch.size());
        view.add_block(0, gradient, factor);
    }
    static std::span<real> result() { return model->in_place.exclusive(); }

    Access access;
    std::vector<real> scratch;
};

struct update_by_version {
    static constexpr std::string_view name = "leashed";
    static constexpr bool lossless = true;
    static constexpr bool shareable = true;

    explicit update_by_version(unsigned worker, std::size_t /*size*/) : versions(model->versions, worker) {}

    void operator()(std::span<const real> gradient, real factor) {
        look_at(versions.read(), gradient.size());
        do {
            exclusive{}.add_block(versions.copy(), gradient, factor);
        } while (!versions.publish());
    }
    static std::span<real> result() { return model->versions.exclusive(); }

    published<>::member versions;
};

/// The state's range is the model's size in KiB.
std::size_t reals_in(const benchmark::State& state) { return static_cast<std::size_t>(state.range(0)) * 1024 / sizeof(real); }

template <class Update>
void time_updates(benchmark::State& state) {
    std::vector<real> gradient(reals_in(state));
    for (std::size_t i = 0; i < gradient.size(); ++i) {
        gradient[i] = static_cast<real>(1 + i % 100);
    }
    Update update(static_cast<unsigned>(state.thread_index()), gradient.size());
    real factor = 1;
    for ([[maybe_unused]] auto iteration : state) {
        update(gradient, factor);
        factor = -factor; // so that sums stay small
    }
    state.counters["bytes/s"] = bench::rate(static_cast<double>(state.iterations()) * static_cast<double>(state.range(0)) * 1024);
    bench::label_oversubscribed(state, static_cast<std::size_t>(state.threads()));
    if (state.thread_index() == 0) {
        std::vector<real> sums(gradient.size());
        for (std::size_t i = 0; i < sums.size() && state.iterations() % 2 == 1; ++i) {
            sums[i] = gradient[i] * static_cast<real>(state.threads());
        }
        bench::require(state, bench::holds_sums(Update::result(), gradient, sums, state.threads() == 1 || Update::lossless),
                       "the parameters do not hold the sums of the adds");
    }
}

template <class Update>
void register_update() {
    auto* const timing = bench::add(std::string(Update::name), time_updates<Update>);
    timing->Setup([](const benchmark::State& state) { model = std::make_unique<shared_model>(reals_in(state)); });
    timing->Teardown([](const benchmark::State&) { model.reset(); });
    timing->UseRealTime()->MeasureProcessCPUTime()->Unit(benchmark::kMicrosecond);
    timing->ArgName("KiB")->Arg(4)->Arg(64)->Arg(512)->Arg(4096)->Threads(
        1); // of a linear model of 1,000 features, of a network of a million
    if constexpr (Update::shareable) {
        timing->Threads(most_workers);
    }
}

void register_all() {
    access_policies::for_each([](auto tag) { register_update<update_in_place<typename decltype(tag)::type>>(); });
    register_update<update_by_version>();
}

} // namespace

int main(int argc, char** argv) {
    return bench::run(argc, argv, "What does an update of all parameters cost, in place and as a new version?", register_all);
}
