// How fast is LIBSVM text parsed, by one and by two threads, and how much memory does it take
// beyond the arrays that it makes?
// First checked: every number of threads reads the same data. The text is in the page cache: what
// is timed is Peccary, not the disk.
#include "alternating.hpp"

#include "peccary/core/stopwatch.hpp"
#include "peccary/data/format/byte_source.hpp"
#include "peccary/data/format/libsvm.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <iostream>
#include <stdexcept>
#include <string>

#include <sys/resource.h>

using namespace peccary;

namespace {

libsvm_file read(const std::string& path, unsigned threads) {
    file_source source(path);
    return read_libsvm(source, {.threads = threads});
}

double array_bytes(const sparse_dataset& data) {
    return static_cast<double>((data.offsets.size() * sizeof(data.offsets[0])) + (data.indices.size() * sizeof(data.indices[0])) +
                               (data.values.size() * sizeof(data.values[0])) + (data.labels.size() * sizeof(data.labels[0])));
}

double peak_bytes() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024;
}

void run(const std::string& path, std::size_t rounds) {
    const double before = peak_bytes();
    {
        const libsvm_file two = read(path, 2);
        const double arrays = array_bytes(two.data);
        std::cout.precision(3);
        std::cout << "arrays " << arrays / 1e6 << " MB, peak memory beyond the program " << (peak_bytes() - before) / arrays
                  << " times that, with two threads\n";
        const libsvm_file one = read(path, 1);
        if (!std::ranges::equal(one.data.offsets, two.data.offsets) || !std::ranges::equal(one.data.indices, two.data.indices) ||
            !std::ranges::equal(one.data.values, two.data.values) || !std::ranges::equal(one.data.labels, two.data.labels)) {
            throw std::runtime_error("one thread and two have read different data");
        }
    }
    bench::timings one;
    bench::timings two;
    for (std::size_t round = 0; round < rounds; ++round) {
        for (const unsigned threads : {1U, 2U}) {
            const stopwatch watch;
            const libsvm_file file = read(path, threads);
            (threads == 1 ? one : two).push_back(watch.seconds());
        }
    }
    const double megabytes = static_cast<double>(std::filesystem::file_size(path)) / 1e6;
    const bench::spread ratio = bench::ratio(one, two);
    std::cout << "one thread " << megabytes / bench::spread_of(one).median << " MB/s, two " << megabytes / bench::spread_of(two).median
              << " MB/s, ratio " << ratio.median << " (" << ratio.lowest << " to " << ratio.highest << ")\n";
}

} // namespace

int main(int count, char** arguments) {
    if (count != 2 && count != 3) {
        std::cerr << "usage: bench.reading FILE [ROUNDS]\nFILE: LIBSVM text\n";
        return 2;
    }
    try {
        run(arguments[1], count == 3 ? std::stoul(arguments[2]) : 15);
    } catch (const std::exception& error) {
        std::cerr << "bench.reading: " << error.what() << '\n';
        return 1;
    }
}
