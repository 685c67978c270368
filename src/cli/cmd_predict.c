/* SPDX-License-Identifier: Apache-2.0 */
/* mote predict MODEL INPUT..: the answer that the server would give, without a server. */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cli/cli.h"
#include "serve/classify.h"
#include "track/model_ref.h"

#define MAX_INPUT_BYTES ((size_t)128 << 20)
#define MAX_CLIP_MS     (30 * 60 * 1000)
#define MAX_SHOWN       5 /* detections of one input in the table */

typedef struct {
    bool resample, windows, label_only;
} predict_values;

/* What all inputs share. */
typedef struct {
    mote_cli *cli;
    const predict_values *v;
    mote_infer *infer;
    const mote_served *s;
    json_t *results;
    mote_table table;
} job;

static mote_status add_json(job *j, const char *path, const mote_classification *c,
                            int64_t latency_us, mote_err *err)
{
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, (size_t)64 << 20);
    mote_classify_json(j->s, c, j->v->windows, latency_us, &text);
    MOTE_TRY(mote_buf_status(&text, err));
    json_t *o = NULL;
    MOTE_TRY(mote_json_parse("answer", text.data, text.len, &o, err));
    if (json_object_set_new(o, "input", mote_json_text(path)) != 0 ||
        json_array_append_new(j->results, o) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for the result");
    return MOTE_OK;
}

/* "no", or each detection: "yes 0.91 at 0.84 s, no 0.88 at 2.10 s". */
static mote_status say_detections(job *j, const mote_classification *c, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, (size_t)1 << 20);
    if (c->is_label_only)
        mote_buf_str(&b, "not asked");
    else if (c->n_detections == 0)
        mote_buf_str(&b, c->best.is_anomaly ? "yes" : "no");
    for (size_t i = 0; i < c->n_detections; i++) {
        const mote_heard *d = &c->detections[i];
        if (i == MAX_SHOWN) {
            mote_buf_printf(&b, " and %zu more (--json has all)", c->n_detections - i);
            break;
        }
        mote_buf_printf(&b, "%s%s %.2f", i ? ", " : "", mote_model_label(j->s->model, d->class_id),
                        (double)d->average_q16 / 65536.0);
        if (j->s->rate_hz)
            mote_buf_printf(&b, " at %.2f s", (double)d->at / j->s->rate_hz);
    }
    MOTE_TRY(mote_buf_status(&b, err));
    mote_table_cell(&j->table, "%s", b.data);
    return MOTE_OK;
}

/* "casual 17 (4 to 30), registered 120 (80 to 160)": each by its name, and where the truth is said
 * to lie. */
static mote_status say_values(job *j, const mote_classify_window *w, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 14);
    const mote_value_point *v = &mote_model_decision(j->s->model)->value;
    for (int32_t k = 0; k < j->s->n_labels; k++) {
        mote_buf_printf(&b, "%s%s %g", k ? ", " : "", mote_model_label(j->s->model, k),
                        (double)w->values[k]);
        if (v->n == 0)
            continue;
        const mote_value_interval of = mote_value_interval_of(v, k, w->values[k]);
        mote_buf_printf(&b, " (%.4g to %.4g)", (double)of.lo, (double)of.hi);
    }
    MOTE_TRY(mote_buf_status(&b, err));
    mote_table_cell(&j->table, "%s", b.data);
    return MOTE_OK;
}

/* Two cells: the label and how sure it is; the values; or the verdict and its score. */
static mote_status say_answer(job *j, const mote_classify_window *w, mote_err *err)
{
    if (w->values) {
        MOTE_TRY(say_values(j, w, err));
        mote_table_cell(&j->table, "-");
    } else if (w->probabilities) {
        mote_table_cell(&j->table, "%s", mote_model_label(j->s->model, w->class_id));
        mote_table_cell(&j->table, "%.3f", (double)w->probabilities[w->class_id]);
    } else {
        mote_table_cell(&j->table, "%s", w->is_anomaly ? "unusual" : "normal");
        mote_table_cell(&j->table, "%.3g", (double)w->score);
    }
    return MOTE_OK;
}

/* Each row of a table has its own answer: "people.csv:3" is the third. */
static mote_status say_rows(job *j, const char *path, const mote_classification *c, mote_err *err)
{
    for (size_t i = 0; i < c->n_windows; i++) {
        const mote_classify_window *w = &c->windows[i];
        if (c->n_windows > 1)
            mote_table_cell(&j->table, "%s:%zu", path, i + 1);
        else
            mote_table_cell(&j->table, "%s", path);
        MOTE_TRY(say_answer(j, w, err));
        mote_table_cell(&j->table, "-");
        mote_table_cell(&j->table, "-");
    }
    return MOTE_OK;
}

/* A recording that is longer than a window, of a model that scores: a line for each alarm, which is
 * one for as long as it goes on; none: one for all of it. */
static mote_status say_alarms(job *j, const char *path, const mote_classification *c, mote_err *err)
{
    const int64_t rate = j->s->rate_hz ? j->s->rate_hz : 1;
    for (size_t i = 0; i < c->n_alarms; i++) {
        const mote_classify_alarm *x = &c->alarms[i];
        mote_table_cell(&j->table, "%s", path);
        mote_table_cell(&j->table, "unusual");
        mote_table_cell(&j->table, "%.3g", (double)x->score);
        mote_table_cell(&j->table, "%lld ms", (long long)(x->start * 1000 / rate));
        mote_table_cell(&j->table, "alarm at %lld ms, to %lld ms", (long long)(x->at * 1000 / rate),
                        (long long)(x->end * 1000 / rate));
    }
    if (c->n_alarms > 0)
        return MOTE_OK;
    mote_table_cell(&j->table, "%s", path);
    MOTE_TRY(say_answer(j, &c->best, err));
    mote_table_cell(&j->table, "%lld ms", (long long)(c->best.start * 1000 / rate));
    mote_table_cell(&j->table, "no");
    return MOTE_OK;
}

/* A series that is longer than a window: a line for each, and the event that it completes. */
static mote_status say_windows(job *j, const char *path, const mote_classification *c,
                               mote_err *err)
{
    size_t next = 0;
    for (size_t i = 0; i < c->n_windows; i++) {
        const mote_classify_window *w = &c->windows[i];
        mote_classification of_window = {.is_label_only = c->is_label_only,
                                         .detections = c->detections + next};
        while (next + of_window.n_detections < c->n_detections &&
               of_window.detections[of_window.n_detections].start <= w->start)
            of_window.n_detections++;
        next += of_window.n_detections;
        mote_table_cell(&j->table, "%s", path);
        MOTE_TRY(say_answer(j, w, err));
        mote_table_cell(&j->table, "%lld ms",
                        (long long)(j->s->rate_hz ? w->start * 1000 / j->s->rate_hz : 0));
        MOTE_TRY(say_detections(j, &of_window, err));
    }
    return MOTE_OK;
}

static mote_status predict_one(job *j, const char *path, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)256 << 20);
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_file_read(path, MAX_INPUT_BYTES, &bytes, &n, err));
    mote_classification c;
    int64_t start_ns = mote_infer_now_ns();
    const mote_asked asked = {.s = j->s,
                              .file = {path, bytes, n},
                              .may_convert = j->v->resample,
                              .max_ms = MAX_CLIP_MS,
                              .is_label_only = j->v->label_only};
    MOTE_TRY(mote_classify(j->infer, &asked, &a, &c, err));
    int64_t latency_us = (mote_infer_now_ns() - start_ns) / 1000;
    if (c.wrong)
        mote_tell(j->cli, "%s: %s\n", path, c.wrong);
    if (j->cli->json)
        return add_json(j, path, &c, latency_us, err);
    if (c.is_of_rows)
        return say_rows(j, path, &c, err);
    if (c.is_of_windows && !c.best.probabilities && !c.best.values)
        return say_alarms(j, path, &c, err);
    if (c.is_of_windows)
        return say_windows(j, path, &c, err);
    mote_table_cell(&j->table, "%s", path);
    MOTE_TRY(say_answer(j, &c.best, err));
    mote_table_cell(&j->table, "%lld ms",
                    (long long)(j->s->rate_hz ? c.best.start * 1000 / j->s->rate_hz : 0));
    return say_detections(j, &c, err);
}

static mote_status predict_all(job *j, const char *const *paths, size_t n, mote_err *err)
{
    static const char *const of_labels[] = {"input", "label", ">probability", ">from", "detected"};
    static const char *const of_scores[] = {"input", "verdict", ">score", ">from", "alarm"};
    const size_t n_titles = MOTE_COUNT_OF(of_labels);
    const bool is_scored = mote_model_signature(j->s->model)->answer == MOTE_ANSWER_ANOMALY;
    if (j->cli->json && !(j->results = json_array()))
        return mote_fail(err, MOTE_NOMEM, "no memory for the result");
    mote_table_init(&j->table, n_titles, is_scored ? of_scores : of_labels);
    mote_status st = MOTE_OK;
    for (size_t i = 0; i < n && st == MOTE_OK; i++)
        st = mote_cancelled(j->cli->cancel) ? mote_fail(err, MOTE_CANCELLED, "stopped")
                                            : predict_one(j, paths[i], err);
    if (j->table.n_cells > n_titles)
        mote_table_say(&j->table, j->cli);
    else
        mote_buf_release(&j->table.cells);
    if (st == MOTE_OK && j->cli->json)
        mote_say_json(j->cli, json_incref(j->results));
    json_decref(j->results);
    return st;
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    job j = {.cli = cli, .v = values};
    mote_resolved_model m;
    MOTE_TRY(mote_model_resolve(cli->store, args[0], &m, err));
    mote_models *models = NULL;
    mote_model_entry e = {
        .name = m.name, .version = m.version, .source = m.source, .now_ms = mote_clock_wall_ms()};
    mote_status st = mote_models_create(1, &models, err);
    if (st == MOTE_OK)
        st = mote_models_put(models, &e, m.model, err);
    mote_model_unref(m.model);
    if (st == MOTE_OK)
        st = mote_infer_create(models, 0, NULL, &j.infer, err);
    if (st == MOTE_OK)
        st = mote_infer_first(j.infer, false, &j.s, err);
    if (st == MOTE_OK)
        st = predict_all(&j, args + 1, n_args - 1, err);
    mote_infer_destroy(j.infer);
    mote_models_destroy(models);
    return st;
}

static const mote_option options[] = {
    {"resample", 0, MOTE_OPT_FLAG, offsetof(predict_values, resample), 0, 0, NULL,
     "take recordings whose rate is not the model's"},
    {"windows", 0, MOTE_OPT_FLAG, offsetof(predict_values, windows), 0, 0, NULL,
     "with --json: every window of a long recording"},
    {"label-only", 0, MOTE_OPT_FLAG, offsetof(predict_values, label_only), 0, 0, NULL,
     "only the label: faster, says nothing of detections"},
};

const mote_command mote_cmd_predict = {
    .usage = "MODEL INPUT.. [options]",
    .about =
        "Says what a model hears: the answer that 'mote serve' gives to the same input. MODEL\n"
        "is a file, a registry name[@alias|/version] or a run. INPUT is a recording\n"
        "(WAV, FLAC, OGG, MP3, Opus, ..), a picture (PNG, JPEG, BMP, PNM) or, for a model of "
        "tensors, a file with a JSON array\n"
        "of numbers; of tables, a JSON object or CSV; of series, a sensor's file, of which each "
        "window is a line. The label is "
        "that of one window; of sound longer than that, of the\n"
        "window in which a keyword is most probable. 'detected' is what the device would say, bit "
        "for bit: the\n"
        "recording in quiet, a window every hop, smoothing, thresholds and suppression.",
    .examples = "mote predict kws@champion yes.wav\nmote predict model.mote *.wav --json\n"
                "mote predict net.tflite numbers.json",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .min_args = 2,
    .max_args = 100000,
    .values_bytes = sizeof(predict_values),
    .run = run,
};
