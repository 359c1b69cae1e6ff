// Runs a function in a forked child: for what must not happen to the test itself (limits, other
// users, sudden death).
#pragma once

#include <cstdio>
#include <exception>
#include <iostream>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/// Starts a child that runs `work` and exits with the int that it returns, or with 99 on an
/// exception. `work` may not use the test macros.
template <class Work>
pid_t start_child(Work work) {
    // ThreadSanitizer's exit would write the child's copy of what is buffered a second time
    std::cout.flush();
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        int code = 99;
        try {
            code = work();
        } catch (const std::exception& failure) {
            std::cerr << "child: " << failure.what() << '\n';
        }
        ::_exit(code); // no destructors or atexit handlers of the parent's
    }
    return child;
}

/// The child's exit code, or 1000 and its signal.
inline int wait_for_child(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

template <class Work>
int run_in_child(Work work) {
    return wait_for_child(start_child(work));
}
