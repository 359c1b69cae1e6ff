#include "system/signals.hpp"

#include <csignal>

namespace peccary::program {

namespace {

stop_flag stop;

extern "C" void request_stop(int /*signal*/) {
    stop.request();
    std::signal(SIGINT, SIG_DFL); // the second one ends the process
    std::signal(SIGTERM, SIG_DFL);
}

} // namespace

void report_failed_writes_as_errors() {
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
}

stop_flag& stop_on_signals() {
    for (const int signal : {SIGINT, SIGTERM}) {
        struct sigaction now {};
        sigaction(signal, nullptr, &now);
        if (now.sa_handler == SIG_IGN) {
            continue;
        }
        now.sa_handler = request_stop;
        now.sa_flags = SA_RESTART;
        sigemptyset(&now.sa_mask);
        sigaction(signal, &now, nullptr);
    }
    return stop;
}

} // namespace peccary::program
