#include "options/suggestion.hpp"

#include <algorithm>
#include <numeric>
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

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates) {
    const std::string guess = nearest(word, candidates);
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
