#include "system/outputs.hpp"

#include "peccary/core/atomic_file.hpp"
#include "peccary/core/error.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace peccary::program {

namespace {

bool is_device_or_pipe(const std::string& path) {
    struct ::stat status {};
    return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

bool same_file(const std::string& left, const std::string& right) {
    if (is_device_or_pipe(left)) {
        return false; // two streams may go to one terminal
    }
    std::error_code ignored;
    if (std::filesystem::equivalent(left, right, ignored)) {
        return true;
    }
    const auto canonical = [&](const std::string& path) {
        // empty if it cannot be told
        return std::filesystem::weakly_canonical(std::filesystem::absolute(path, ignored), ignored);
    };
    return !canonical(left).empty() && canonical(left) == canonical(right);
}

void check_writable(const std::string& path) {
    if (is_device_or_pipe(path)) {
        // Opening a pipe and closing it again would end it for its reader.
        if (::access(path.c_str(), W_OK) != 0) {
            throw_io_error(path, "open for writing", errno);
        }
        return;
    }
    const atomic_file probe(path); // never committed
}

} // namespace

void check_outputs(const named_paths& inputs, const named_paths& outputs) {
    named_paths others;
    for (const auto& input : inputs) {
        if (!input.second.empty() && input.second != "-") {
            others.push_back(input);
        }
    }
    for (const auto& [option, path] : outputs) {
        if (path.empty()) {
            continue;
        }
        if (path == "-") {
            throw usage_error(option + " - : give the name of a file, or /dev/stdout");
        }
        for (const auto& [other, other_path] : others) {
            if (same_file(path, other_path)) {
                throw usage_error(fmt::format("{} and {} are the same file '{}'; give them different names", option, other, path));
            }
        }
        check_writable(path);
        others.emplace_back(option, path);
    }
}

} // namespace peccary::program
