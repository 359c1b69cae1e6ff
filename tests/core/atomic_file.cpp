// Atomic files: the destination holds the old content or the new, under every way to fail that a
// test can bring about.
#include "catch.hpp"
#include "child_process.hpp"
#include "scratch_directory.hpp"

#include "peccary/core/atomic_file.hpp"

#include <csignal>
#include <filesystem>
#include <future>
#include <string>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace peccary;
namespace fs = std::filesystem;

namespace {

unsigned mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777U;
}

/// The message of the `io_error` that writing `size` bytes to `path` throws; empty when it
/// succeeds.
std::string error_of_writing(const std::string& path, std::size_t size = 4) {
    try {
        write_file_atomically(path, std::string(size, 'n'));
    } catch (const io_error& failure) {
        return failure.what();
    }
    return {};
}

bool mentions(const std::string& message, std::initializer_list<std::string> parts) {
    return std::ranges::all_of(parts, [&](const std::string& part) { return message.find(part) != std::string::npos; });
}

/// As a child that is not root: 0 when `work` returns true. Root may do anything, and would not be
/// refused.
template <class Work>
bool holds_without_privileges(Work work) {
    return run_in_child([&] {
               constexpr uid_t nobody = 65534;
               if (::geteuid() == 0 && (::setgid(nobody) != 0 || ::setuid(nobody) != 0)) {
                   return 2;
               }
               return work() ? 0 : 1;
           }) == 0;
}

} // namespace

TEST_CASE("a new file appears with the commit, whole and with the umask's permissions") {
    const scratch_directory here;
    const std::string path = here / "new";
    const std::string content = std::string(200'000, 'x') + "end"; // more than the buffer
    const auto old_mask = ::umask(027);
    {
        atomic_file file(path);
        for (std::size_t at = 0; at < content.size(); at += 1009) {
            file.write(std::string_view(content).substr(at, 1009));
        }
        REQUIRE_FALSE(fs::exists(path));
        file.commit();
    }
    ::umask(old_mask);
    REQUIRE(read_text(path) == content);
    REQUIRE(mode_of(path) == 0640);
    REQUIRE(here.entries() == 1);
}

TEST_CASE("a replaced file keeps its permissions") {
    const scratch_directory here;
    const std::string path = here / "kept";
    for (const unsigned mode : {0600U, 0664U, 0755U}) {
        write_text(path, "old");
        REQUIRE(::chmod(path.c_str(), mode) == 0);
        write_file_atomically(path, "new");
        REQUIRE(read_text(path) == "new");
        REQUIRE(mode_of(path) == mode);
    }
    REQUIRE(here.entries() == 1);
}

TEST_CASE("without a commit nothing has happened") {
    const scratch_directory here;
    const std::string path = here / "file";
    write_text(path, "old");
    const auto give_up = [&] {
        atomic_file file(path);
        file.write(std::string(100'000, 'n'));
        REQUIRE(here.entries() == 2);
        throw std::runtime_error("half way");
    };
    REQUIRE_THROWS_AS(give_up(), std::runtime_error);
    REQUIRE(read_text(path) == "old");
    REQUIRE(here.entries() == 1);
}

TEST_CASE("a symbolic link stays and leads to the new content") {
    const scratch_directory here;
    fs::create_directory(here.path() / "deep");
    write_text(here / "deep/target", "old");
    fs::create_symlink("target", here.path() / "deep/first");
    fs::create_symlink("deep/first", here.path() / "link");
    fs::create_symlink(here / "deep/absent", here.path() / "dangling");
    fs::create_symlink("circle", here.path() / "circle");
    write_file_atomically(here / "link", "new");
    write_file_atomically(here / "dangling", "made");
    REQUIRE(fs::is_symlink(here / "link"));
    REQUIRE(fs::is_symlink(here / "deep/first"));
    REQUIRE(read_text(here / "deep/target") == "new");
    REQUIRE(fs::is_symlink(here / "dangling"));
    REQUIRE(read_text(here / "deep/absent") == "made");
    REQUIRE(mentions(error_of_writing(here / "circle"), {here / "circle", "symbolic links"}));
    REQUIRE(here.entries() == 4);
}

TEST_CASE("names that cannot be written are errors with name, reason and advice") {
    const scratch_directory here;
    write_text(here / "file", "old");
    REQUIRE(mentions(error_of_writing(here.path().string()), {here.path().string(), "open for writing", "Is a directory", "name a file"}));
    REQUIRE(mentions(error_of_writing(here / "absent/file"), {here / "absent/file", "No such file", "must exist"}));
    REQUIRE(mentions(error_of_writing(here / "file/below"), {here / "file/below", "Not a directory"}));
    REQUIRE(mentions(error_of_writing(here / "absent/"), {"No such file"}));
    REQUIRE(mentions(error_of_writing(""), {"empty name"}));
    REQUIRE(mentions(error_of_writing(here / std::string(300, 'n')), {"name too long", "shorter"}));
    // the temporary name is not longer than that
    REQUIRE(error_of_writing(here / std::string(255, 'n')).empty());
    REQUIRE(here.entries() == 2);
}

TEST_CASE("an unwritable directory or file is left as it is") {
    const scratch_directory here;
    fs::permissions(here.path(), fs::perms::all);
    fs::create_directory(here.path() / "locked");
    write_text(here / "locked/file", "old");
    fs::permissions(here / "locked/file", fs::perms(0666));
    write_text(here / "read-only", "old");
    fs::permissions(here / "read-only", fs::perms(0444));
    fs::permissions(here / "locked", fs::perms(0555));
    REQUIRE(holds_without_privileges([&] {
        return mentions(error_of_writing(here / "locked/file"), {here / "locked/file", "temporary", "Permission denied", "permissions"}) &&
               mentions(error_of_writing(here / "locked/new"), {"Permission denied"}) &&
               mentions(error_of_writing(here / "read-only"), {here / "read-only", "replace", "Permission denied"});
    }));
    fs::permissions(here / "locked", fs::perms::all);
    REQUIRE(read_text(here / "locked/file") == "old");
    REQUIRE(read_text(here / "read-only") == "old");
    REQUIRE(here.entries() == 2);
}

TEST_CASE("a pipe and a device are written directly") {
    const scratch_directory here;
    const std::string pipe = here / "pipe";
    REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
    const std::string content(300'000, 'p');
    auto received = std::async(std::launch::async, [&] { return read_whole_file(pipe, content.size()); });
    write_file_atomically(pipe, content);
    REQUIRE(received.get() == content);
    REQUIRE(fs::is_fifo(pipe));
    REQUIRE(here.entries() == 1);
    REQUIRE_NOTHROW(write_file_atomically("/dev/null", content));
    REQUIRE(fs::is_character_file("/dev/null"));
    if (fs::exists("/dev/full")) {
        REQUIRE(mentions(error_of_writing("/dev/full"), {"/dev/full", "write", "No space left"}));
    }
}

TEST_CASE("standard output that goes to a file is continued, not replaced") {
    const scratch_directory here;
    const std::string path = here / "output";
    for (const std::string name : {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}) {
        const int code = run_in_child([&] {
            const file_descriptor output = open_file(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
            if (::dup2(output.number(), STDOUT_FILENO) < 0 || ::write(STDOUT_FILENO, "before ", 7) != 7) {
                return 1;
            }
            write_file_atomically(name, "between ");
            return ::write(STDOUT_FILENO, "after", 5) == 5 ? 0 : 1;
        });
        REQUIRE(code == 0);
        REQUIRE(read_text(path) == "before between after");
        REQUIRE(here.entries() == 1);
    }
}

TEST_CASE("a limit on file sizes is an error, or the end of the program, and spares the old file") {
    const scratch_directory here;
    const std::string path = here / "file";
    write_text(path, "old");
    const auto write_with_limit = [&](bool ignore_signal) {
        return run_in_child([&] {
            const rlimit limit{.rlim_cur = 100'000, .rlim_max = 100'000};
            ::setrlimit(RLIMIT_FSIZE, &limit);
            std::signal(SIGXFSZ, ignore_signal ? SIG_IGN : SIG_DFL);
            return mentions(error_of_writing(path, 200'000), {path, "write", "File too large", "ulimit -f"}) ? 0 : 1;
        });
    };
    REQUIRE(write_with_limit(true) == 0);
    REQUIRE(here.entries() == 1);
    REQUIRE(write_with_limit(false) == 1000 + SIGXFSZ);
    REQUIRE(here.entries() <= 2); // the temporary of a killed writer stays
    REQUIRE(read_text(path) == "old");
}

TEST_CASE("a full disk is an error and spares the old file") {
    const scratch_directory here;
    const std::string disk = here / "disk";
    fs::create_directory(disk);
    if (::mount("peccary-test", disk.c_str(), "tmpfs", 0, "size=256k") != 0) {
        WARN("skipped: mounting a small file system takes privileges that this test does not have");
        return;
    }
    const struct unmounting {
        std::string disk;
        ~unmounting() { ::umount(disk.c_str()); }
    } unmount_at_the_end{disk};
    const std::string path = disk + "/file";
    write_text(path, "old");
    REQUIRE(mentions(error_of_writing(path, 1'000'000), {path, "write", "No space left on device", "free some space"}));
    REQUIRE(read_text(path) == "old");
    REQUIRE(std::distance(fs::directory_iterator(disk), fs::directory_iterator()) == 1);
    REQUIRE(error_of_writing(path, 100'000).empty());
    REQUIRE(read_text(path).size() == 100'000);
}

TEST_CASE("reading a whole file keeps to its bound") {
    const scratch_directory here;
    const std::string path = here / "file";
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{65536}, std::size_t{300'001}}) {
        const std::string content(size, 'c');
        write_text(path, content);
        REQUIRE(read_whole_file(path, size) == content);
        if (size > 0) {
            REQUIRE_THROWS_AS(read_whole_file(path, size - 1), data_error);
        }
    }
    // it has no size, nor an end
    REQUIRE_THROWS_AS(read_whole_file("/dev/zero", 1'000'000), data_error);
    REQUIRE_THROWS_WITH(read_whole_file(here / "absent", 10), contains_text("absent: cannot open for reading: No such file"));
    REQUIRE_THROWS_WITH(read_whole_file(here.path().string(), 10'000), contains_text("Is a directory"));
}
