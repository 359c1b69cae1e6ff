#include "report/progress.hpp"

#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace peccary::program {

namespace {

constexpr std::uint64_t epochs_all_printed = 20; ///< with more, lines come at most every `seconds_between_lines`
constexpr double seconds_between_lines = 1;
constexpr std::chrono::milliseconds redraw_interval{100};

std::size_t terminal_width() {
    constexpr std::size_t usual = 80;
    struct winsize size {};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

/// Progress is a courtesy: if standard error cannot be written, the run goes on.
void write_to_standard_error(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

/// ", name loss 0.3012, accuracy 0.8844"
std::string evaluation_text(std::string_view name, const std::optional<evaluation>& of) {
    if (!of) {
        return {};
    }
    return fmt::format(", {} loss {:.6g}", name, of->mean_loss) +
           (std::isnan(of->accuracy) ? std::string() : fmt::format(", {} accuracy {:.4f}", name, of->accuracy));
}

} // namespace

progress_style style_for_standard_error() {
    const char* const terminal = std::getenv("TERM");
    const bool redraws = terminal != nullptr && std::string_view(terminal) != "dumb" && *terminal != '\0';
    return ::isatty(STDERR_FILENO) == 1 && redraws ? progress_style::live : progress_style::lines;
}

progress::progress(progress_style style, progress_plan plan) : style_(style), plan_(std::move(plan)) {
    const char* const no_color = std::getenv("NO_COLOR");
    colours_ = no_color == nullptr || *no_color == '\0';
    if (style_ == progress_style::live) {
        ticker_ = std::thread([this] { tick(); });
    }
}

progress::~progress() {
    if (ticker_.joinable()) {
        {
            const std::lock_guard held(mutex_);
            stopping_ = true;
        }
        stopped_.notify_one();
        ticker_.join();
    }
    erase();
}

void progress::epoch_done(const epoch_facts& facts) {
    if (style_ == progress_style::live) {
        const std::lock_guard held(mutex_);
        last_ = facts;
        draw();
        return;
    }
    const bool due = plan_.epochs <= epochs_all_printed || facts.epoch == plan_.epochs || facts.epoch == 1 ||
                     since_line_.seconds() >= seconds_between_lines;
    if (style_ == progress_style::none || !due) {
        return;
    }
    since_line_.restart();
    write_to_standard_error(fmt::format("epoch {}/{}: objective {:.6g}, loss {:.6g}{}{}, {} s, {} updates/s\n", facts.epoch, plan_.epochs,
                                        facts.objective_value, facts.training.mean_loss, evaluation_text("validation", facts.validation),
                                        evaluation_text("test", facts.test), fmt::format("{:.4f}", facts.train_seconds),
                                        rate(static_cast<double>(facts.updates) / std::max(facts.train_seconds, 1e-9))));
}

void progress::note(const std::string& text) {
    if (style_ == progress_style::none) {
        return;
    }
    const std::lock_guard held(mutex_);
    erase();
    write_to_standard_error(text + "\n");
}

void progress::tick() {
    std::unique_lock held(mutex_);
    while (!stopped_.wait_for(held, redraw_interval, [this] { return stopping_; })) {
        draw();
    }
}

std::string progress::live_line(std::size_t width) const {
    const std::uint64_t total = plan_.epochs * plan_.updates_per_epoch;
    const std::uint64_t here = std::max(plan_.updates_applied(), last_.updates - std::min(last_.updates, plan_.updates_before));
    const std::uint64_t done = std::min(total, plan_.updates_before + here);
    const double seconds = since_start_.seconds();
    const double per_second = seconds > 0 ? static_cast<double>(here) / seconds : 0;
    const std::uint64_t epoch = std::min(plan_.epochs, done / plan_.updates_per_epoch + 1);

    std::string text = fmt::format(" epoch {}/{}  {} updates/s", epoch, plan_.epochs, rate(per_second));
    if (last_.epoch > 0) {
        text += fmt::format("  loss {:.5g}", last_.training.mean_loss);
    }
    if (per_second > 0 && done < total) {
        text += fmt::format("  {} left", duration(static_cast<double>(total - done) / per_second));
    }
    constexpr std::size_t least_bar = 10;
    constexpr std::size_t most_bar = 30;
    if (width > text.size() + least_bar + 3) {
        const std::size_t bar = std::min(most_bar, width - text.size() - 3);
        const auto filled = static_cast<std::size_t>(static_cast<double>(bar) * static_cast<double>(done) / static_cast<double>(total));
        const std::string full(filled, '#');
        const std::string empty(bar - filled, '.');
        return "[" + (colours_ ? "\x1b[32m" + full + "\x1b[0m" : full) + empty + "]" + text;
    }
    return text.substr(1, width > 1 ? width - 1 : 0); // a line that wraps could not be redrawn
}

void progress::draw() {
    write_to_standard_error(fmt::format("\r{}\x1b[K", live_line(terminal_width())));
    drawn_ = true;
}

void progress::erase() {
    if (std::exchange(drawn_, false)) {
        write_to_standard_error("\r\x1b[K");
    }
}

} // namespace peccary::program
