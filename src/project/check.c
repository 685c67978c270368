/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold between the keys of mote.yaml, and the fields that follow from others. A key that
 * was already complained about is left alone. */
#include <math.h>
#include <string.h>

#include "project/reader_internal.h"

/* A key of another task has no value that could be wrong. */
bool mote_reader_is_ours(const mote_reader *r, const char *path)
{
    return mote_schema_is_of(mote_schema_find(path, strlen(path)), r->task, r->input);
}

bool mote_reader_are_good(const mote_reader *r, const char *a, const char *b)
{
    return mote_reader_is_good(r, a) && mote_reader_is_good(r, b) && mote_reader_is_ours(r, a) &&
           mote_reader_is_ours(r, b);
}

mote_input_kind mote_reader_input(const mote_reader *r)
{
    return r->input;
}

mote_answer_kind mote_reader_answer(const mote_reader *r)
{
    mote_answer_kind answer = r->task->answer;
    if (mote_reader_is_ours(r, "answer") && r->project->answer)
        mote_ignore(mote_answer_parse(r->project->answer, &answer, NULL));
    return answer;
}

static void check_name(mote_reader *r)
{
    const char *s = r->project->name;
    if (!s || !mote_reader_is_good(r, "name"))
        return;
    for (size_t i = 0; s[i]; i++) {
        bool is_letter = (s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z');
        bool is_other = (s[i] >= '0' && s[i] <= '9') || (i > 0 && strchr("._-", s[i]));
        if (!is_letter && !is_other) {
            mote_reader_complain_key(
                r, "name",
                "'name' may hold letters, digits, '.', '_' and '-', and starts with "
                "a letter or digit");
            return;
        }
    }
}

static void check_data(mote_reader *r)
{
    const mote_project_data *d = &r->project->data;
    double sum = d->train + d->validation + d->test;
    if (fabs(sum - 1) > 1e-6 &&
        mote_reader_are_good(r, "data.splits.train", "data.splits.validation") &&
        mote_reader_is_good(r, "data.splits.test"))
        mote_reader_complain_key(
            r, "data.splits",
            "'data.splits' sum to %.6g (train %.6g, validation %.6g, test %.6g), "
            "not 1",
            sum, d->train, d->validation, d->test);
    if (mote_reader_are_good(r, "data.splits.by", "training.refit") &&
        strcmp(d->split_by, "time") == 0 && strcmp(r->project->training.refit, "all") == 0)
        mote_reader_complain_key(r, "training.refit",
                                 "'training.refit' all is judged by folds over groups, which learn "
                                 "from what came after that which they judge, and 'data.splits.by' "
                                 "is 'time'");
    if (mote_reader_are_good(r, "training.mining_rounds", "training.refit") &&
        r->project->training.mining_rounds > 0 && strcmp(r->project->training.refit, "all") == 0)
        mote_reader_complain_key(r, "training.mining_rounds",
                                 "'training.mining_rounds' is for training.refit none: the models "
                                 "of folds would judge what they have not been made like");
    if (*d->group_pattern && !strstr(d->group_pattern, "{group}"))
        mote_reader_complain_key(r, "data.group_pattern",
                                 "'data.group_pattern' must hold '{group}' where the group "
                                 "stands in the file name");
}

/* What the front ends are about, by the table. */
static const struct {
    const char *name;
    mote_input_kind input;
    const char *settings;
} frontends[] = {
#define FRONTEND(name, input, settings, doc) {#name, MOTE_INPUT_##input, settings},
#include "project/frontends.def"
#undef FRONTEND
};
#define N_FRONTENDS (sizeof frontends / sizeof frontends[0])

/* A kind that takes something else is refused; without one, the first of the input's. The settings
 * of other kinds are refused by name. */
static void check_front_end(mote_reader *r)
{
    mote_project_features *f = &r->project->features;
    const mote_task *task = r->task;
    size_t i = 0;
    if (!task || !f->kind || !mote_reader_is_good(r, "features.kind"))
        return;
    const mote_input_kind input = mote_reader_input(r);
    while (i < N_FRONTENDS && strcmp(frontends[i].name, f->kind) != 0)
        i++;
    if (i == N_FRONTENDS && mote_reader_has(r, "features.kind"))
        return;
    if (i < N_FRONTENDS && frontends[i].input != input && mote_reader_has(r, "features.kind")) {
        mote_reader_complain_key(r, "features.kind",
                                 "'features.kind' '%s' is about %s, and task '%s' is not", f->kind,
                                 mote_input_name(frontends[i].input), task->name);
        return;
    }
    if (!mote_reader_has(r, "features.kind")) {
        for (i = 0; i < N_FRONTENDS && frontends[i].input != input; i++)
            continue;
        f->kind = i < N_FRONTENDS ? frontends[i].name : "none"; /* the sample as it is */
        if (i == N_FRONTENDS)
            return;
    }
    mote_reader_own_keys(r, &(mote_choice){.block = "features",
                                           .key = "kind",
                                           .own = frontends[i].settings,
                                           .what = "front end",
                                           .name = f->kind});
}

static void check_features(mote_reader *r)
{
    const mote_project *p = r->project;
    const mote_project_features *f = &p->features;
    if (f->hop_ms > f->window_ms &&
        mote_reader_are_good(r, "features.hop_ms", "features.window_ms"))
        mote_reader_complain_key(r, "features.hop_ms",
                                 "'features.hop_ms' (%g) is more than window_ms (%g): sound "
                                 "between windows would be lost",
                                 f->hop_ms, f->window_ms);
    if (f->window_ms > p->clip_ms && mote_reader_are_good(r, "features.window_ms", "clip_ms"))
        mote_reader_complain_key(r, "features.window_ms",
                                 "'features.window_ms' (%g) is more than clip_ms (%g)",
                                 f->window_ms, p->clip_ms);
    if (f->low_hz >= f->high_hz && mote_reader_are_good(r, "features.low_hz", "features.high_hz"))
        mote_reader_complain_key(r, "features.low_hz",
                                 "'features.low_hz' (%d) must be less than high_hz (%d)", f->low_hz,
                                 f->high_hz);
    if (f->high_hz * 2 > p->rate_hz && mote_reader_are_good(r, "features.high_hz", "rate_hz"))
        mote_reader_complain_key(r, "features.high_hz",
                                 "'features.high_hz' (%d) is more than half of rate_hz (%d): sound "
                                 "at that rate has nothing above %d, so state at most that",
                                 f->high_hz, p->rate_hz, p->rate_hz / 2);
    if (strcmp(f->kind, "mfcc") == 0 && f->coefficients > f->mels &&
        mote_reader_are_good(r, "features.coefficients", "features.mels"))
        mote_reader_complain_key(r, "features.coefficients",
                                 "'features.coefficients' (%d) is more than mels (%d)",
                                 f->coefficients, f->mels);
    if (strcmp(f->kind, "mfcc") == 0 && strcmp(f->normalise, "pcen") == 0 &&
        mote_reader_are_good(r, "features.kind", "features.normalise"))
        mote_reader_complain_key(r, "features.normalise",
                                 "'features.normalise' (pcen) is of the energies of mel bands: "
                                 "features.kind must be logmel, or this mean or running");
}

static void check_training(mote_reader *r)
{
    const mote_project_training *t = &r->project->training;
    if (t->ema > 0 && mote_reader_are_good(r, "training.ema", "training.average") &&
        strcmp(t->average, "none") != 0)
        mote_reader_complain_key(r, "training.ema",
                                 "'training.ema' is 'training.average' ema by a decay: one of them "
                                 "says it");
    if (t->warm_up_epochs >= t->epochs && mote_reader_has(r, "training.warm_up_epochs") &&
        mote_reader_are_good(r, "training.warm_up_epochs", "training.epochs"))
        mote_reader_complain_key(r, "training.warm_up_epochs",
                                 "'training.warm_up_epochs' (%d) must be less than "
                                 "epochs (%d)",
                                 t->warm_up_epochs, t->epochs);
}

/* In windows of a stream a word lies wherever it fits, unless something else is said. */
static void set_shift(mote_reader *r)
{
    mote_project_augmentation *a = &r->project->augmentation;
    if (mote_reader_is_good(r, "augmentation.position") && strcmp(a->position, "stream") == 0 &&
        !mote_reader_has(r, "augmentation.shift_ms"))
        a->shift_ms = 1000;
}

/* Where movements are events in a stream. */
static void check_events(mote_reader *r)
{
    const mote_project *p = r->project;
    if (p->stream.events.n == 0)
        return;
    if (!(p->data.window_ms > 0))
        mote_reader_complain_key(r, "stream.events",
                                 "'stream.events' needs data.window_ms: a stream has no end, and "
                                 "a model sees a window of it");
    else if (p->stream.hop_ms > p->data.window_ms &&
             mote_reader_are_good(r, "stream.hop_ms", "data.window_ms"))
        mote_reader_complain_key(r, "stream.hop_ms",
                                 "'stream.hop_ms' (%g) is more than data.window_ms (%g): movements "
                                 "between two looks would be lost",
                                 p->stream.hop_ms, p->data.window_ms);
}

static void check_rest(mote_reader *r)
{
    const mote_project *p = r->project;
    const bool is_spoken = p->stream.events.n == 0;
    check_events(r);
    if (is_spoken && p->stream.hop_ms > p->clip_ms &&
        mote_reader_are_good(r, "stream.hop_ms", "clip_ms"))
        mote_reader_complain_key(r, "stream.hop_ms",
                                 "'stream.hop_ms' (%g) is more than clip_ms (%g): words between "
                                 "two looks would be lost",
                                 p->stream.hop_ms, p->clip_ms);
    if (p->monitor.min_predictions > p->monitor.window &&
        mote_reader_are_good(r, "monitor.min_predictions", "monitor.window"))
        mote_reader_complain_key(r, "monitor.min_predictions",
                                 "'monitor.min_predictions' (%d) is more than window (%d)",
                                 p->monitor.min_predictions, p->monitor.window);
}

/* What the task leaves open is a key; what it does not is its own. */
static void set_kinds(mote_reader *r)
{
    if (!r->task)
        return;
    r->project->input = mote_input_name(mote_reader_input(r));
    r->project->answer = mote_answer_name(mote_reader_answer(r));
}

void mote_reader_check(mote_reader *r)
{
    set_kinds(r);
    check_name(r);
    mote_reader_set_words(r);
    if (r->fatal != MOTE_OK)
        return;
    check_data(r);
    check_front_end(r);
    check_features(r);
    mote_reader_check_model(r);
    mote_reader_check_loss(r);
    check_training(r);
    mote_reader_check_start(r);
    set_shift(r);
    mote_reader_check_value(r);
    check_rest(r);
}
