// What does simulating workers cost? An epoch of `sequential`, and of `hogwild` with virtual
// workers, in alternation, on a LIBSVM file.
// First checked: without delay, virtual workers train the bits of `sequential`, and with delays the
// same bits again.
#include "alternating.hpp"

#include "peccary/data/format/byte_source.hpp"
#include "peccary/data/format/libsvm.hpp"
#include "peccary/data/labels.hpp"
#include "peccary/data/split.hpp"
#include "peccary/objective/linear.hpp"
#include "peccary/objective/losses.hpp"
#include "peccary/scheme/hogwild.hpp"
#include "peccary/scheme/sequential.hpp"
#include "peccary/train/calibrate.hpp"
#include "peccary/train/trainer.hpp"

#include <algorithm>
#include <ctime>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

using namespace peccary;

namespace {

using objective = linear<logistic>;
using serial_run = trainer<sequential, objective, sparse_view>;
using virtual_run = trainer<hogwild, objective, sparse_view>;

/// Everything that runs of one data set have in common.
struct data_set {
    sparse_view data;
    std::vector<row_index> rows = all_rows(data.size());
    double step =
        calibrate(*make_problem(objective(data.features(), false), data), rows, 1, 1.0 / static_cast<double>(rows.size()), 10, 1).step;
    stop_flag never = {};

    /// Constant steps, so that the number of epochs does not matter.
    train_settings settings(std::uint64_t epochs) const {
        return {.workers = 1, .epochs = epochs, .step = step, .schedule = "constant", .staleness = staleness_mode::sampled};
    }
    serial_run serial(std::uint64_t epochs) { return {objective(data.features(), false), data, rows, settings(epochs), never}; }
    virtual_run simulated(unsigned workers, const std::string& delay, std::uint64_t epochs) {
        train_settings of = settings(epochs);
        of.executor = virtual_executor::info.name;
        of.workers = workers;
        of.delay = delay;
        return {objective(data.features(), false), data, rows, of, never};
    }
};

/// Of processor time: both kinds of run have one thread, and other programs may be in its way.
template <class Run>
double seconds_of_epoch(Run& run) {
    const std::clock_t before = std::clock();
    if (run.run_epoch() != epoch_end::complete) {
        throw std::runtime_error("an epoch did not end");
    }
    return static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
}

void require_same(const std::string& what, parameters& one, parameters& other) {
    if (!std::ranges::equal(one.exclusive(), other.exclusive())) {
        throw std::runtime_error(what + ": the weights differ");
    }
}

void check(data_set& of, unsigned workers, const std::string& delay) {
    serial_run serial = of.serial(1);
    virtual_run undelayed = of.simulated(workers, std::string(no_delay::info.name), 1);
    virtual_run once = of.simulated(workers, delay, 1);
    virtual_run again = of.simulated(workers, delay, 1);
    seconds_of_epoch(serial);
    seconds_of_epoch(undelayed);
    seconds_of_epoch(once);
    seconds_of_epoch(again);
    require_same("sequential and virtual workers without delay", serial.model(), undelayed.model());
    require_same("the same simulation twice", once.model(), again.model());
}

void compare(data_set& of, unsigned workers, const std::string& delay, std::size_t rounds) {
    check(of, workers, delay);
    serial_run serial = of.serial(rounds + 1);
    virtual_run simulated = of.simulated(workers, delay, rounds + 1);
    bench::timings serial_times;
    bench::timings simulated_times;
    for (std::size_t round = 0; round <= rounds; ++round) {
        const double serial_time = seconds_of_epoch(serial);
        const double simulated_time = seconds_of_epoch(simulated);
        if (round > 0) { // the first one warms up
            serial_times.push_back(serial_time);
            simulated_times.push_back(simulated_time);
        }
    }
    const double updates = static_cast<double>(of.rows.size()) / 1e9;
    const bench::spread ratio = bench::ratio(simulated_times, serial_times);
    std::cout << "| " << workers << " | " << delay << " | " << bench::spread_of(serial_times).median / updates << " | "
              << bench::spread_of(simulated_times).median / updates << " | " << ratio.median << " (" << ratio.lowest << " to "
              << ratio.highest << ") |" << std::endl;
}

void run(const std::string& path, std::size_t rounds) {
    file_source source(path);
    const libsvm_file file = read_libsvm(source);
    const std::vector<real> targets =
        label_encoding::learn(target_kind::binary, file.data.labels, file.lines).targets(file.data.labels, file.lines);
    data_set of{.data = file.data.view(targets)};
    std::cout.precision(3);
    std::cout << "| virtual workers | delay | `sequential`, ns an update | simulated | ratio |\n|---|---|---|---|---|\n";
    for (const unsigned workers : {1U, 8U, 64U, 1024U}) {
        for (const char* const delay : {"constant", "exponential"}) {
            compare(of, workers, delay, rounds);
        }
    }
}

} // namespace

int main(int count, char** arguments) {
    if (count != 2 && count != 3) {
        std::cerr << "usage: bench.virtual_workers TRAINING-FILE [ROUNDS]\nTRAINING-FILE: LIBSVM text with two labels\n";
        return 2;
    }
    try {
        run(arguments[1], count == 3 ? std::stoul(arguments[2]) : 15);
    } catch (const std::exception& error) {
        std::cerr << "bench.virtual_workers: " << error.what() << '\n';
        return 1;
    }
}
