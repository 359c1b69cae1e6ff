// The options that say where results go.
#include "model/formats.hpp"
#include "training/lists.hpp"
#include "training/option_rows.hpp"

namespace peccary::program {

namespace {

std::string model_formats() {
    std::string text;
    for (const std::string& name : model_format_names()) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

/// Checkpoints are of one run that counts nothing beside it.
void require_one_plain_run(const train_options& all, const std::string& option) {
    if (!all.given.contains(option)) {
        return;
    }
    if (all.repeat > 1) {
        throw usage_error("--" + option + " is for one run, and --repeat makes several; leave one of them out");
    }
    if (all.diagnose) {
        throw usage_error("--" + option + " and --diagnose exclude each other: a checkpoint does not hold what was counted");
    }
}

} // namespace

training_rows output_rows() {
    static constexpr training_row rows[] = {
        {.name = "model",
         .value = "FILE",
         .help = "Write the trained model here",
         .member = &train_options::model,
         .where = recorded::in_logs},
        {.name = "model-format",
         .value = "NAME",
         .help = "{} (default peccary)",
         .member = &train_options::model_format,
         .where = recorded::in_logs,
         .names = model_formats,
         .choices = model_format_names,
         .no_effect =
             [](const train_options& all) { return std::string(all.model.empty() ? "no model is written; give --model FILE too" : ""); },
         .check =
             [](const train_options& all) {
                 if (all.model_format != "liblinear") {
                     return;
                 }
                 if (all.normalize != "none") {
                     throw usage_error("--model-format liblinear has no place for --normalize; leave one of them out");
                 }
                 if (is_network(all.objective)) {
                     throw usage_error("--model-format liblinear is for linear models; leave it out, or choose another --objective");
                 }
             }},
        {.name = "log",
         .value = "FILE",
         .help = "Write JSON lines here: one for the run, each epoch, and the summary",
         .member = &train_options::log,
         .where = recorded::nowhere},
        {.name = "checkpoint",
         .value = "FILE",
         .help = "Write a checkpoint here after each epoch and when interrupted",
         .member = &train_options::checkpoint,
         .where = recorded::in_logs,
         .check = [](const train_options& all) { require_one_plain_run(all, "checkpoint"); }},
        {.name = "checkpoint-every",
         .value = "N",
         .help = "Epochs between checkpoints (default 1)",
         .member = &train_options::checkpoint_every,
         .where = recorded::in_logs,
         .no_effect =
             [](const train_options& all) {
                 return std::string(all.checkpoint.empty() ? "no checkpoint is written; give --checkpoint FILE too" : "");
             },
         .in_range = [](const train_options& all) { return all.checkpoint_every > 0; },
         .range = "at least 1"},
        {.name = "resume",
         .value = "FILE",
         .help = "Go on from this checkpoint, with its options and the same data; options that concern output may be given anew",
         .member = &train_options::resume,
         .where = recorded::in_logs,
         .check = [](const train_options& all) { require_one_plain_run(all, "resume"); }},
        {.name = "progress",
         .value = "STYLE",
         .help = "Progress on standard error: bar (default on a terminal), plain (default elsewhere), json, or none, which leaves notes",
         .member = &train_options::progress,
         .where = recorded::nowhere,
         .choices =
             [] {
                 return std::vector<std::string>{"bar", "plain", "json", "none"};
             },
         .no_effect =
             [](const train_options& all) {
                 return std::string(all.quiet ? "--quiet leaves nothing to be shown; leave one of them out" : "");
             }},
        {.name = "quiet",
         .value = "",
         .help = "No progress and no notes on standard error",
         .member = &train_options::quiet,
         .where = recorded::nowhere},
    };
    return rows;
}

} // namespace peccary::program
