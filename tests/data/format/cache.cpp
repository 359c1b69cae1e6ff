// The cache: what comes back is what was read, bit for bit, or else a reason; never data that is
// not the source's.
#include "catch.hpp"
#include "child_process.hpp"
#include "scratch_directory.hpp"

#include "peccary/core/content_hash.hpp"
#include "peccary/core/random.hpp"
#include "peccary/data/format/cache.hpp"
#include "peccary/data/format/csv.hpp"
#include "peccary/data/format/hashed_source.hpp"
#include "peccary/data/format/libsvm.hpp"

#include <atomic>
#include <bit>
#include <cmath>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <thread>
#include <variant>
#include <vector>

using namespace peccary;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view settings = "as the test reads";

/// Rows with gaps between their lines, empty rows, and enough of them for several tasks.
std::string libsvm_text(std::size_t rows, std::uint64_t seed = 1) {
    random_stream random(seed, 0, 0);
    std::string text = "# a comment\n";
    for (std::size_t row = 0; row < rows; ++row) {
        text += row % 3 == 0 ? "-1" : "+1";
        std::uint32_t index = 0;
        for (auto left = random.below(20); left > 0; --left) {
            index += 1 + random.below(50);
            text += " " + std::to_string(index) + ":" + std::to_string(random.unit() - 0.5);
        }
        text += row % 7 == 0 ? "\n\n" : "\n";
    }
    return text;
}

std::string csv_text(std::size_t rows) {
    random_stream random(2, 0, 0);
    std::string text = "a,b,c,label\n";
    for (std::size_t row = 0; row < rows; ++row) {
        text += std::to_string(random.unit()) + "," + std::to_string(random.below(9)) + ",-0," + std::to_string(row % 2) + "\n";
    }
    return text;
}

libsvm_file read_sparse(byte_source& source) { return read_libsvm(source, {.model_features = std::nullopt, .threads = 2}); }
csv_file read_dense(byte_source& source) { return read_csv(source, {.model_features = std::nullopt, .threads = 2}); }

/// Reads `source_path` and writes `path`, as a program does that found no cache.
template <class Reader>
auto make_cache(const std::string& path, const std::string& source_path, const Reader& reader) {
    hashed_source source(std::make_unique<file_source>(source_path));
    auto file = reader(source);
    atomic_file out(path);
    write_cache(out, source.identity(), settings, file.data, file.lines);
    out.commit();
    return file;
}

template <class T, class U>
bool same_bits(const T& left, const U& right) {
    return left.size() == right.size() && (left.empty() || std::memcmp(left.data(), right.data(), left.size() * sizeof(*left.data())) == 0);
}

bool same_lines(const line_map& left, const line_map& right, std::size_t rows) {
    for (std::size_t row = 0; row < rows; ++row) {
        if (left.where(row) != right.where(row)) {
            return false;
        }
    }
    return left.breaks() == right.breaks();
}

bool equals(const cached_dataset& cached, const libsvm_file& file) {
    const auto* const set = std::get_if<mapped_sparse_dataset>(&cached.data);
    return set != nullptr && set->columns == file.data.columns && same_bits(set->offsets, file.data.offsets) &&
           same_bits(set->indices, file.data.indices) && same_bits(set->values, file.data.values) &&
           same_bits(set->labels, file.data.labels) && same_lines(cached.lines, file.lines, file.data.size());
}

bool equals(const cached_dataset& cached, const csv_file& file) {
    const auto* const set = std::get_if<mapped_dense_dataset>(&cached.data);
    return set != nullptr && set->columns == file.data.columns && same_bits(set->values, file.data.values) &&
           same_bits(set->labels, file.data.labels) && same_lines(cached.lines, file.lines, file.data.size());
}

cache_lookup look(const std::string& path, const std::string& source, unsigned threads = 2) {
    return find_in_cache(path, source, settings, threads);
}

/// Puts the right checksum behind the content, as a hostile writer would.
void fix_checksum(std::string& file) {
    content_hasher hasher;
    hasher.add(std::string_view(file).substr(0, file.size() - 8));
    const std::uint64_t checksum = hasher.identity().hash;
    std::memcpy(file.data() + file.size() - 8, &checksum, 8);
}

void put_word(std::string& file, std::size_t at, std::uint64_t word) { std::memcpy(file.data() + at, &word, 8); }

std::uint64_t word_at(const std::string& file, std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, file.data() + at, 8);
    return word;
}

/// A source, and its cache, in a directory of their own.
struct cached_source {
    explicit cached_source(const std::string& text) {
        write_text(source, text);
        file = make_cache(path, source, read_sparse);
        bytes = read_text(path);
    }
    scratch_directory here;
    std::string source = here / "data.svm";
    std::string path = here / "data.cache";
    libsvm_file file;
    std::string bytes;
};

} // namespace

TEST_CASE("a sparse data set comes back bit for bit, with its lines, on any number of threads") {
    for (const std::size_t rows : {1U, 2U, 100U, 5'000U}) {
        const cached_source made(libsvm_text(rows));
        for (const unsigned threads : {1U, 2U, 5U}) {
            const cache_lookup lookup = look(made.path, made.source, threads);
            REQUIRE(lookup.why_not == "");
            REQUIRE(lookup.found);
            REQUIRE(equals(*lookup.found, made.file));
            REQUIRE(lookup.found->lines.file() == made.source);
        }
        REQUIRE(made.here.entries() == 2);
    }
}

TEST_CASE("data without a nonzero, and labels that are not finite, come back too") {
    const cached_source empty("1\n2\n3\n");
    REQUIRE(equals(*look(empty.path, empty.source).found, empty.file));

    const scratch_directory here;
    write_text(here / "data.csv", "1,2\n3,4\n");
    const auto read_unlabelled = [](byte_source& source) { return read_csv(source, {.label = "", .model_features = std::nullopt}); };
    const csv_file file = make_cache(here / "cache", here / "data.csv", read_unlabelled);
    REQUIRE(std::isnan(file.data.labels[0]));
    REQUIRE(equals(*look(here / "cache", here / "data.csv").found, file));
}

TEST_CASE("a dense data set comes back bit for bit") {
    const scratch_directory here;
    write_text(here / "data.csv", csv_text(2'000));
    const csv_file file = make_cache(here / "cache", here / "data.csv", read_dense);
    const cache_lookup lookup = look(here / "cache", here / "data.csv");
    REQUIRE(lookup.found);
    REQUIRE(equals(*lookup.found, file));
}

TEST_CASE("arrays lie in the mapping, aligned, and stay there when the cache is moved, replaced or deleted") {
    const cached_source made(libsvm_text(500));
    cache_lookup lookup = look(made.path, made.source);
    cached_dataset moved = std::move(*lookup.found);
    const auto& set = std::get<mapped_sparse_dataset>(moved.data);
    const auto inside = [&](const void* place) {
        const auto* const at = static_cast<const char*>(place);
        const std::string_view content = moved.file.content();
        return std::less_equal<>{}(content.data(), at) && std::less<>{}(at, content.data() + content.size()) &&
               std::bit_cast<std::uintptr_t>(at) % 64 == 0;
    };
    REQUIRE(inside(set.offsets.data()));
    REQUIRE(inside(set.indices.data()));
    REQUIRE(inside(set.values.data()));
    REQUIRE(inside(set.labels.data()));
    write_file_atomically(made.path, "something else");
    REQUIRE(equals(moved, made.file));
    fs::remove(made.path);
    REQUIRE(equals(moved, made.file));
}

TEST_CASE("without a cache there is nothing to say") {
    const scratch_directory here;
    write_text(here / "data", "1 1:1\n");
    const cache_lookup lookup = look(here / "cache", here / "data");
    REQUIRE_FALSE(lookup.found);
    REQUIRE(lookup.why_not.empty());
    REQUIRE(here.entries() == 1);
}

TEST_CASE("a cache that was cut short anywhere is refused, and what does not begin like one is foreign") {
    const cached_source made(libsvm_text(12));
    for (std::size_t size = 0; size < made.bytes.size(); ++size) {
        write_text(made.path, std::string_view(made.bytes).substr(0, size));
        const cache_lookup lookup = look(made.path, made.source);
        REQUIRE_FALSE(lookup.found);
        REQUIRE(lookup.why_not == "it was cut short");
    }
    for (const std::size_t extra : {1U, 8U, 4096U}) {
        write_text(made.path, made.bytes + std::string(extra, '\0'));
        REQUIRE(look(made.path, made.source).why_not == "it is damaged: its size is wrong");
    }
}

TEST_CASE("every flipped bit of a cache is found") {
    const cached_source made(libsvm_text(6));
    std::size_t foreign = 0;
    for (std::size_t bit = 0; bit < 8 * made.bytes.size(); ++bit) {
        std::string damaged = made.bytes;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        write_text(made.path, damaged);
        if (bit / 8 < cache_signature.size()) {
            REQUIRE_THROWS_AS(look(made.path, made.source), data_error);
            ++foreign;
            continue;
        }
        const cache_lookup lookup = look(made.path, made.source, 1);
        REQUIRE_FALSE(lookup.found);
        REQUIRE_FALSE(lookup.why_not.empty());
    }
    REQUIRE(foreign == 64);
}

TEST_CASE("hostile numbers with a right checksum are refused unless they are harmless") {
    const cached_source made(libsvm_text(40));
    const std::uint64_t rows = word_at(made.bytes, 5 * 8);
    const std::vector<std::uint64_t> hostile{0,
                                             1,
                                             2,
                                             rows + 1,
                                             63,
                                             64,
                                             1U << 16U,
                                             0xFFFF'FFFEU,
                                             0xFFFF'FFFFU,
                                             std::uint64_t{1} << 32U,
                                             std::uint64_t{1} << 60U,
                                             std::uint64_t{1} << 61U,
                                             std::uint64_t{1} << 63U,
                                             ~std::uint64_t{0},
                                             ~std::uint64_t{0} - 63};
    for (std::size_t word = 1; word < 11; ++word) {
        for (const std::uint64_t value : hostile) {
            for (const std::uint64_t each : {value, word_at(made.bytes, 8 * word) + value, word_at(made.bytes, 8 * word) - value}) {
                std::string bytes = made.bytes;
                put_word(bytes, 8 * word, each);
                if (bytes == made.bytes) {
                    continue;
                }
                fix_checksum(bytes);
                write_text(made.path, bytes);
                const cache_lookup lookup = look(made.path, made.source);
                // More columns than the rows use, or fewer places where lines are skipped,
                // contradict nothing and harm nobody.
                const bool harmless = (word == 6 && each > made.file.data.columns && each <= std::uint64_t{max_index} + 1) ||
                                      (word == 8 && each < made.file.lines.breaks());
                REQUIRE((!lookup.found || harmless));
                if (lookup.found) {
                    const auto& set = std::get<mapped_sparse_dataset>(lookup.found->data);
                    REQUIRE((same_bits(set.indices, made.file.data.indices) && same_bits(set.values, made.file.data.values)));
                }
            }
        }
    }
}

TEST_CASE("hostile arrays with a right checksum are refused") {
    const cached_source made("1 1:1 3:1 9:1\n2 2:1\n\n1\n2 1:1 2:1\n");
    const cache_layout at = layout_of({.kind = cache_kind::sparse,
                                       .source = {},
                                       .rows = word_at(made.bytes, 5 * 8),
                                       .columns = word_at(made.bytes, 6 * 8),
                                       .values = word_at(made.bytes, 7 * 8),
                                       .breakpoints = word_at(made.bytes, 8 * 8),
                                       .settings_bytes = word_at(made.bytes, 9 * 8),
                                       .writer_bytes = word_at(made.bytes, 10 * 8)});
    REQUIRE(at.end == made.bytes.size());
    const auto refused = [&](std::size_t place, std::uint64_t value, std::size_t size) {
        std::string bytes = made.bytes;
        std::memcpy(bytes.data() + place, &value, size);
        fix_checksum(bytes);
        write_text(made.path, bytes);
        const cache_lookup lookup = look(made.path, made.source);
        return !lookup.found && lookup.why_not.find("contradicts itself") != std::string::npos;
    };
    for (std::size_t row = 0; row <= 4; ++row) {
        for (const std::uint64_t offset : {std::uint64_t{7}, std::uint64_t{1} << 40U, ~std::uint64_t{0}}) {
            REQUIRE(refused(at.offsets + 8 * row, offset, 8));
        }
    }
    REQUIRE(refused(at.offsets, 1, 8));     // the first row begins behind the first entry
    REQUIRE(refused(at.offsets + 8, 5, 8)); // offsets fall
    REQUIRE(refused(at.indices, 2, 4));     // 2, 2: twice
    REQUIRE(refused(at.indices, 5, 4));     // 5, 2: falling
    REQUIRE(refused(at.indices + 8, 9, 4)); // beyond the columns
    REQUIRE(refused(at.indices + 8, 0xFFFF'FFFFU, 4));
    REQUIRE(refused(at.breakpoints, 4, 8));             // a row that is not there
    REQUIRE(refused(at.breakpoints + 16, 0, 8));        // not ascending
    REQUIRE_FALSE(refused(at.values, 0x3F00'0000U, 4)); // another value is no contradiction
}

TEST_CASE("a source that changed makes the cache stale, even with its size and times as before") {
    const cached_source made(libsvm_text(300));
    struct stat before {};
    REQUIRE(::stat(made.source.c_str(), &before) == 0);
    std::string text = read_text(made.source);
    text[text.rfind("0.") + 3] ^= 1; // a digit becomes its neighbour
    {
        // the same inode
        std::fstream file(made.source, std::ios::in | std::ios::out | std::ios::binary);
        file << text;
    }
    const timespec times[2] = {before.st_atim, before.st_mtim};
    REQUIRE(::utimensat(AT_FDCWD, made.source.c_str(), times, 0) == 0);
    struct stat after {};
    REQUIRE(::stat(made.source.c_str(), &after) == 0);
    REQUIRE((after.st_size == before.st_size && after.st_ino == before.st_ino && after.st_mtim.tv_nsec == before.st_mtim.tv_nsec));
    REQUIRE(look(made.path, made.source).why_not == "the data has changed since, though not in size");

    write_text(made.source, text + "1 1:1\n");
    REQUIRE_THAT(look(made.path, made.source).why_not, contains_text("the data has changed since, from "));
    write_text(made.source, "");
    REQUIRE_FALSE(look(made.path, made.source).found);
}

TEST_CASE("the source may be touched, moved and copied") {
    const cached_source made(libsvm_text(30));
    const std::string copy = made.here / "copy";
    fs::copy_file(made.source, copy);
    REQUIRE(::utimes(copy.c_str(), nullptr) == 0);
    const cache_lookup lookup = look(made.path, copy);
    REQUIRE(lookup.found);
    // messages name the file as it is called now
    REQUIRE(lookup.found->lines.where(0) == copy + ":2");
}

TEST_CASE("other settings, another version of Peccary and another format version are reasons") {
    const cached_source made(libsvm_text(30));
    REQUIRE_THAT(find_in_cache(made.path, made.source, "otherwise", 1).why_not,
                 contains_text("read in another way then (" + std::string(settings) + ")"));
    std::string bytes = made.bytes;
    bytes[11 * 8 + settings.size()] = '9'; // the first digit of the version
    fix_checksum(bytes);
    write_text(made.path, bytes);
    REQUIRE_THAT(look(made.path, made.source).why_not, contains_text("it was written by version 9"));
    bytes = made.bytes;
    bytes[8] = 1; // of whatever layout and checksum
    write_text(made.path, bytes);
    REQUIRE(look(made.path, made.source).why_not == "it has format version 1, this Peccary version 2");
}

TEST_CASE("what is no cache is refused and left alone") {
    const scratch_directory here;
    write_text(here / "data", libsvm_text(5));
    for (const std::string& content :
         {std::string("x"), std::string("my thesis\n"), std::string("\x89PECCARY") + std::string(200, '\0'), libsvm_text(5)}) {
        write_text(here / "precious", content);
        REQUIRE_THROWS_WITH(look(here / "precious", here / "data"),
                            contains_text("precious: is no cache of Peccary's, and is left as it is"));
        REQUIRE(read_text(here / "precious") == content);
    }
    REQUIRE_THROWS_AS(look(here.path().string(), here / "data"), data_error);
    REQUIRE(::mkfifo((here / "pipe").c_str(), 0600) == 0);
    REQUIRE_THROWS_AS(look(here / "pipe", here / "data"), data_error);
    REQUIRE_THROWS_AS(look("/dev/null", here / "data"), data_error);
}

TEST_CASE("a source that is gone or no regular file is an error") {
    const cached_source made(libsvm_text(5));
    REQUIRE_THROWS_WITH(look(made.path, made.here / "gone"), contains_text("gone: is gone, so that the cache"));
    REQUIRE_THROWS_AS(look(made.here / "none", made.here / "gone"), io_error);
    REQUIRE_THROWS_AS(look(made.path, "/dev/null"), usage_error);
    REQUIRE_THROWS_AS(look(made.path, made.here.path().string()), usage_error);
}

TEST_CASE("of concurrent writers and readers each reader finds one writer's cache, whole") {
    const cached_source made(libsvm_text(2'000));
    std::atomic<int> bad{0};
    {
        std::vector<std::jthread> threads;
        for (int writer = 0; writer < 3; ++writer) {
            threads.emplace_back([&] {
                for (int i = 0; i < 10; ++i) {
                    make_cache(made.path, made.source, read_sparse);
                }
            });
        }
        for (int i = 0; i < 60; ++i) {
            const cache_lookup lookup = look(made.path, made.source);
            bad += lookup.found && equals(*lookup.found, made.file) ? 0 : 1;
        }
    }
    REQUIRE(bad == 0);
    REQUIRE(made.here.entries() == 2);
}

TEST_CASE("a writer that is killed leaves the old cache, or none") {
    const cached_source made(libsvm_text(1'000));
    const std::string other = made.here / "other.cache";
    const auto die_while_writing = [&](const std::string& path) {
        return run_in_child([&] {
            atomic_file out(path);
            write_cache(out, {}, "never finished", made.file.data, made.file.lines);
            return ::raise(SIGKILL); // before the commit
        });
    };
    REQUIRE(die_while_writing(made.path) == 1000 + SIGKILL);
    REQUIRE(die_while_writing(other) == 1000 + SIGKILL);
    REQUIRE(look(made.path, made.source).found);
    REQUIRE_FALSE(fs::exists(other));
}

TEST_CASE("a full disk is an error and spares the old cache") {
    const cached_source made(libsvm_text(5'000));
    const std::string disk = made.here / "disk";
    fs::create_directory(disk);
    if (::mount("peccary-test", disk.c_str(), "tmpfs", 0, "size=256k") != 0) {
        WARN("skipped: mounting a small file system takes privileges that this test does not have");
        return;
    }
    const struct unmounting {
        std::string disk;
        ~unmounting() { ::umount(disk.c_str()); }
    } unmount_at_the_end{disk};
    const std::string small_source = made.here / "small";
    write_text(small_source, libsvm_text(10));
    make_cache(disk + "/cache", small_source, read_sparse);
    const std::string before = read_text(disk + "/cache");
    REQUIRE(made.bytes.size() > 256'000);
    REQUIRE_THROWS_WITH(make_cache(disk + "/cache", made.source, read_sparse), contains_text("No space left on device"));
    REQUIRE(read_text(disk + "/cache") == before);
    REQUIRE(look(disk + "/cache", small_source).found);
    REQUIRE(std::distance(fs::directory_iterator(disk), fs::directory_iterator()) == 1);
}
