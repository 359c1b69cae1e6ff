#include "report/progress.hpp"

#include "peccary/core/error.hpp"
#include "report/log.hpp"
#include "report/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace peccary::program {

namespace {

using json = nlohmann::ordered_json;

/// with more, lines come at most every `seconds_between_lines`
constexpr std::uint64_t epochs_all_printed = 20;
constexpr double seconds_between_lines = 1;
constexpr std::chrono::milliseconds redraw_interval{100};

std::size_t terminal_width() {
    constexpr std::size_t usual = 80;
    struct winsize size {};
    return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : usual;
}

bool can_redraw() {
    const char* const terminal = std::getenv("TERM");
    const bool redraws = terminal != nullptr && std::string_view(terminal) != "dumb" && *terminal != '\0';
    return ::isatty(STDERR_FILENO) == 1 && redraws;
}

/// Progress is a courtesy: if standard error cannot be written, the run goes on.
void write_to_standard_error(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

void write_record(const json& record) {
    // File names need not be UTF-8, and JSON must.
    write_to_standard_error(record.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
}

template <class T>
json value_or_null(const std::optional<T>& value) {
    return value ? json(*value) : json(nullptr);
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

progress_style progress_style_named(std::string_view name, bool quiet) {
    if (quiet) {
        return progress_style::quiet;
    }
    if (name == "bar" && !can_redraw()) {
        throw usage_error(
            "--progress bar has no effect here: standard error is not a terminal that can redraw a line; choose plain or json");
    }
    return name == "none"    ? progress_style::none
           : name == "plain" ? progress_style::plain
           : name == "json"  ? progress_style::json
           : can_redraw()    ? progress_style::bar
                             : progress_style::plain;
}

progress::progress(progress_style style) : style_(style) {
    const char* const no_color = std::getenv("NO_COLOR");
    colours_ = no_color == nullptr || *no_color == '\0';
}

watching::~watching() { by_->end(); }

void progress::note(const std::string& text) {
    if (style_ == progress_style::quiet) {
        return;
    }
    if (style_ == progress_style::json) {
        write_record({{"record", "note"}, {"text", text}});
        return;
    }
    const std::lock_guard held(mutex_);
    erase();
    write_to_standard_error("peccary: " + text + "\n");
}

watching progress::watch(watched_run run) {
    end();
    run_ = std::move(run);
    last_ = {};
    since_begin_.restart();
    if (style_ == progress_style::bar) {
        draw();
        if (!run_.measured) {
            stopping_ = false;
            ticker_ = std::thread([this] { tick(); });
        }
    }
    return watching(*this);
}

void progress::epoch_done(const epoch_facts& facts) {
    const std::lock_guard held(mutex_);
    last_ = facts;
    if (style_ == progress_style::bar) {
        draw();
    } else if (style_ == progress_style::plain) {
        plain_line(figures());
    } else if (style_ == progress_style::json) {
        const progress_figures now = figures();
        json record = epoch_record(facts);
        record.update({{"updates_per_second", value_or_null(now.updates_per_second)},
                       {"staleness_p50", value_or_null(now.staleness_p50)},
                       {"staleness_p99", value_or_null(now.staleness_p99)},
                       {"seconds_left", value_or_null(now.seconds_left)}});
        for (const auto& [name, value] : run_.fields) {
            std::visit([&, &field = record[name]](const auto& known) { field = known; }, value);
        }
        write_record(record);
    }
}

void progress::epoch_done() {
    const std::lock_guard held(mutex_);
    if (style_ == progress_style::bar) {
        draw();
    }
}

void progress::end() {
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

progress_figures progress::figures() const {
    const std::uint64_t total = run_.epochs * run_.updates_per_epoch;
    // The workers' clocks stand still if staleness is not measured.
    const std::uint64_t here = std::max(run_.updates_applied(), last_.updates - std::min(last_.updates, run_.updates_before));
    const std::uint64_t done = std::min(total, run_.updates_before + here);
    const std::uint64_t epoch = last_.epoch * run_.updates_per_epoch == done ? last_.epoch : done / run_.updates_per_epoch + 1;
    const double seconds = since_begin_.seconds();

    progress_figures now;
    now.place = fmt::format("{}epoch {}/{}", run_.place.empty() ? "" : run_.place + ", ", std::clamp<std::uint64_t>(epoch, 1, run_.epochs),
                            run_.epochs);
    now.fraction = static_cast<double>(done) / static_cast<double>(total);
    if (last_.epoch > 0) {
        now.loss = last_.training.mean_loss;
        now.updates_per_second = static_cast<double>(last_.updates) / std::max(last_.train_seconds, 1e-9);
    } else if (here > 0) {
        now.updates_per_second = static_cast<double>(here) / std::max(seconds, 1e-9);
    }
    if (here > 0) {
        const double own = seconds / static_cast<double>(here) * static_cast<double>(total - done);
        const double each_after = run_.seconds_a_run > 0 ? run_.seconds_a_run : seconds + own;
        now.seconds_left = own + static_cast<double>(run_.runs_after) * each_after;
    }
    if (const histogram staleness = run_.staleness(); staleness.samples() > 0) {
        now.staleness_p50 = staleness.quantile(0.5);
        now.staleness_p99 = staleness.quantile(0.99);
    }
    return now;
}

void progress::plain_line(const progress_figures& now) {
    const bool last = last_.epoch == run_.epochs;
    const bool in_time = !any_line_ || since_line_.seconds() >= seconds_between_lines;
    if (run_.measured ? !last || !in_time : !last && last_.epoch != 1 && run_.epochs > epochs_all_printed && !in_time) {
        return;
    }
    any_line_ = true;
    since_line_.restart();
    std::string line = fmt::format("{}: objective {:.6g}, loss {:.6g}{}{}, {:.4f} s, {} updates/s", now.place, last_.objective_value,
                                   last_.training.mean_loss, evaluation_text("validation", last_.validation),
                                   evaluation_text("test", last_.test), last_.train_seconds, rate(now.updates_per_second.value_or(0)));
    if (now.staleness_p50) {
        line += fmt::format(", staleness p50 {} p99 {}", *now.staleness_p50, *now.staleness_p99);
    }
    if (now.seconds_left && *now.seconds_left > 0) {
        line += fmt::format(", {} left", rough_duration(*now.seconds_left));
    }
    write_to_standard_error(line + "\n");
}

void progress::tick() {
    std::unique_lock held(mutex_);
    while (!stopped_.wait_for(held, redraw_interval, [this] { return stopping_; })) {
        draw();
    }
}

void progress::draw() {
    const progress_figures now = figures();
    const bool due = !drawn_ || now.fraction >= 1 || since_draw_.seconds() >= std::chrono::duration<double>(redraw_interval).count();
    if (run_.measured && !due) {
        return; // its epochs may be shorter than the writing
    }
    since_draw_.restart();
    write_to_standard_error(fmt::format("\r{}\x1b[K", progress_line(now, terminal_width(), colours_)));
    drawn_ = true;
}

void progress::erase() {
    if (std::exchange(drawn_, false)) {
        write_to_standard_error("\r\x1b[K");
    }
}

} // namespace peccary::program
