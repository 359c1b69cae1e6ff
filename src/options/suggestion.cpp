#include "options/suggestion.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>
#include <utility>

namespace peccary::program {

namespace {

/// Levenshtein's distance, row by row.
std::size_t distance(const std::string& from, const std::string& to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i + 1);
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row.back();
}

/// What other programs call an option of ours.
struct other_name {
    std::string_view theirs;
    std::string_view ours;
};
constexpr std::array other_names{
    other_name{"--lr", "--step"},         other_name{"--learning-rate", "--step"},  other_name{"--eta", "--step"},
    other_name{"--alpha", "--l2"},        other_name{"--batch-size", "--batch"},    other_name{"--iterations", "--epochs"},
    other_name{"--passes", "--epochs"},   other_name{"--max-iter", "--epochs"},     other_name{"--workers", "--threads"},
    other_name{"--jobs", "--threads"},    other_name{"--num-threads", "--threads"}, other_name{"--loss", "--objective"},
    other_name{"--weight-decay", "--l2"}, other_name{"--lambda", "--l2"},           other_name{"--optimizer", "--rule"},
    other_name{"--hidden", "--layers"},   other_name{"--random-state", "--seed"},
};

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
    std::string guess = nearest(word, candidates);
    const auto* const known = std::ranges::find(other_names, word, &other_name::theirs);
    if (known != other_names.end() && std::ranges::find(candidates, known->ours) != candidates.end()) {
        guess = known->ours;
    }
    return guess.empty() ? std::string() : " (did you mean '" + guess + "'?)";
}

} // namespace

std::string nearest(const std::string& word, const std::vector<std::string>& candidates) {
    std::string best;
    std::size_t least = word.size() / 3 + 1; // a slip or two in a word of six letters
    for (const std::string& candidate : candidates) {
        const bool begun = word.size() >= 4 && candidate.starts_with(word); // --tol for --tolerance
        const std::size_t steps = begun ? 1 : distance(word, candidate);
        if (steps <= least && (best.empty() || steps < least)) {
            best = candidate;
            least = steps;
        }
    }
    return best;
}

std::string usage_message(const std::vector<command>& commands, const command* chosen, const std::vector<std::string>& arguments,
                          const std::vector<std::string>& not_understood, const std::string& fault) {
    const std::string see = "; see 'peccary " + (chosen == nullptr ? "" : chosen->name + " ") + "--help'";
    if (chosen == nullptr && arguments.size() > 1 && !arguments[1].starts_with('-')) {
        std::vector<std::string> names;
        names.reserve(commands.size());
        for (const command& each : commands) {
            names.push_back(each.name);
        }
        return "there is no subcommand '" + arguments[1] + "'" + did_you_mean(arguments[1], names) + see;
    }
    for (const std::string& word : not_understood) {
        if (word.starts_with('-') && word != "-") {
            const std::string name = word.substr(0, word.find('='));
            std::vector<std::string> names{"--help", version_flag};
            if (chosen != nullptr) {
                for (const option& each : chosen->options) {
                    names.push_back("--" + each.name);
                }
            }
            return std::string("there is no option '").append(name).append("'").append(did_you_mean(name, names)).append(see);
        }
    }
    return fault + see;
}

} // namespace peccary::program
