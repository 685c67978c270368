/* SPDX-License-Identifier: Apache-2.0 */
/* mote bench: the project's samples as traffic to a running server: a load test, a rehearsal of the
 * field, and the measurement of what mote.yaml asks of serving. */
#include <math.h>
#include <string.h>

#include "cli/loop.h"
#include "data/dataset.h"
#include "data/version.h"
#include "loop/record.h"
#include "pipeline/judge.h"
#include "pipeline/settings.h"
#include "web/load.h"

#define CONDITION_SEED    41
#define MAX_PASSAGE_BYTES ((size_t)100 << 20)

typedef struct {
    const char *split, *noise, *consent, *from;
    double snr_lo, snr_hi;
    int64_t n, clients, seed;
    bool record;
} bench_values;

static const bench_values defaults = {
    .split = "test", .snr_lo = -5.0, .snr_hi = 5.0, .n = 1000, .clients = 4, .seed = 1};

static const mote_option options[] = {
    {"n", 'n', MOTE_OPT_INT, offsetof(bench_values, n), 1, 10000000, "N",
     "requests (default 1000)"},
    {"clients", 'c', MOTE_OPT_INT, offsetof(bench_values, clients), 1, 256, "N",
     "connections at a time (default 4)"},
    {"split", 0, MOTE_OPT_STRING, offsetof(bench_values, split), 0, 0, "S",
     "whose samples: train, validation, test or all (default test)"},
    {"from", 0, MOTE_OPT_STRING, offsetof(bench_values, from), 0, 0, "DIR",
     "samples of another project's latest data version"},
    {"noise", 0, MOTE_OPT_STRING, offsetof(bench_values, noise), 0, 0, "KIND",
     "'car', 'fan', 'hum', 'pink' or 'white': mix every recording with it"},
    {"snr-from", 0, MOTE_OPT_NUMBER, offsetof(bench_values, snr_lo), -40, 60, "DB",
     "least ratio of speech to noise (default -5)"},
    {"snr-to", 0, MOTE_OPT_NUMBER, offsetof(bench_values, snr_hi), -40, 60, "DB",
     "greatest ratio (default 5)"},
    {"consent", 0, MOTE_OPT_STRING, offsetof(bench_values, consent), 0, 0, "PURPOSE",
     "send this consent, so that predictions may be kept"},
    {"seed", 0, MOTE_OPT_INT, offsetof(bench_values, seed), 0, 1e15, "N",
     "of order and noise (default 1)"},
    {"record", 0, MOTE_OPT_FLAG, offsetof(bench_values, record), 0, 0, NULL,
     "keep p99_ms and requests_per_second as measured, for the requirements"},
};

/* "http://host:port" or "host:port" -> parts. */
static mote_status read_address(mote_cli *cli, const char *text, mote_load_config *out,
                                mote_err *err)
{
    const char *at = mote_str_starts(text, "http://") ? text + 7 : text;
    size_t n = strcspn(at, "/");
    const char *colon = memchr(at, ':', n);
    int64_t port;
    if (!colon || !mote_parse_i64(colon + 1, n - (size_t)(colon + 1 - at), &port) || port < 1 ||
        port > 65535)
        return mote_fail(err, MOTE_USAGE,
                         "'%s' is not an address, write it like http://127.0.0.1:8080", text);
    out->host = mote_arena_strndup(&cli->arena, at, (size_t)(colon - at));
    out->port = (int32_t)port;
    return out->host ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for an address");
}

static mote_status load_samples(mote_cli *cli, const bench_values *v, mote_dataset *d,
                                mote_err *err)
{
    mote_split split = MOTE_SPLIT_TEST;
    bool all = strcmp(v->split, "all") == 0;
    if (!all && !mote_split_parse(v->split, &split))
        return mote_fail(err, MOTE_USAGE, "there is no split '%s': train, validation, test or all",
                         v->split);
    mote_store *store = cli->store;
    MOTE_SCOPED_STORE *other = NULL;
    if (v->from) {
        MOTE_TRY(mote_store_open(v->from, false, &other, err));
        store = other;
    }
    mote_data_version version;
    MOTE_TRY(mote_version_load(store, "latest", &cli->arena, &version, err));
    mote_settings settings;
    mote_settings_make(cli->project, MOTE_USES(dataset), &settings);
    mote_sample_form form; /* the columns of rows, and the classes, as the data have them */
    MOTE_TRY(
        mote_form_of(store, &version, mote_setting_dataset(&settings), &cli->arena, &form, err));
    mote_settings_complete(&settings, cli->project, &form);
    mote_dataset_config c = *mote_setting_dataset(&settings);
    c.cancel = cli->cancel;
    c.split = split;
    c.all_splits = all;
    return mote_dataset_load(store, &version, &c, d, err);
}

static void on_progress(void *arg, size_t done, size_t right)
{
    mote_progress_update(arg, (int64_t)done, "%.1f %% right",
                         done ? 100.0 * (double)right / (double)done : 0.0);
}

/* Keep p99 and rate, under the model that was deployed, if it is the one that answered. */
static mote_status record(mote_cli *cli, const mote_load_result *r, const char *source,
                          mote_err *err)
{
    mote_loop_bar bar;
    const mote_pipeline_config cfg = mote_loop_config(cli, &bar);
    const mote_serving_figures f = {.version = r->n_versions ? r->versions[0].version : "",
                                    .is_one_version = r->n_versions == 1,
                                    .n = (int64_t)r->n,
                                    .seconds = r->seconds,
                                    .mean_ms = r->mean_ms,
                                    .sd_ms = r->sd_ms,
                                    .p99_ms = r->p99_ms,
                                    .p99_lo_ms = r->p99_lo_ms,
                                    .p99_hi_ms = r->p99_hi_ms};
    return mote_record_serving(&cfg, &f, source, err);
}

/* The recordings of this project, of which its model may have learned from all. */
static bool may_be_known(const mote_cli *cli, const bench_values *v)
{
    return !v->from && strcmp(cli->project->training.refit, "all") == 0;
}

static void say(mote_cli *cli, const mote_load_result *r, const bench_values *v)
{
    double accuracy = r->n ? (double)r->n_right / (double)r->n : 0.0;
    const char *what = mote_project_is_of_words(cli->project) ? "word" : "event";
    double rate = r->seconds > 0.0 ? (double)r->n / r->seconds : 0.0;
    mote_say(cli, "%zu answers, %zu failed, %.1f %% right\n", r->n, r->n_failed, 100.0 * accuracy);
    if (mote_task_find(cli->project->task)->is_stream || cli->project->stream.events.n > 0)
        mote_say(cli, "detected: %zu of %zu %ss; another %s in %zu answers\n", r->n_detected,
                 r->n_words, what, what, r->n_wrong);
    mote_say(cli, "%.0f requests/s; p50 %.2f ms, p90 %.2f ms, p99 %.2f ms, longest %.2f ms\n", rate,
             r->p50_ms, r->p90_ms, r->p99_ms, r->max_ms);
    if (may_be_known(cli, v))
        mote_say(cli, "the model may have learned from these recordings (training.refit: all): how "
                      "many are right says nothing of new people\n");
    for (size_t i = 0; i < r->n_versions; i++)
        mote_say(cli, "version %s answered %zu\n", r->versions[i].version, r->versions[i].n);
    if (r->first_failure[0])
        mote_say(cli, "first failure: %s\n", r->first_failure);
    json_t *document = json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:f, s:f, s:f, s:f, s:f, s:f, s:s, s:s, s:b, s:[]}",
        "answers", (json_int_t)r->n, "failed", (json_int_t)r->n_failed, "right",
        (json_int_t)r->n_right, "words", (json_int_t)r->n_words, "detected",
        (json_int_t)r->n_detected, "wrongly_detected", (json_int_t)r->n_wrong, "accuracy", accuracy,
        "requests_per_second", rate, "p50_ms", r->p50_ms, "p90_ms", r->p90_ms, "p99_ms", r->p99_ms,
        "max_ms", r->max_ms, "condition", v->noise ? v->noise : "", "first_failure",
        r->first_failure, "may_be_known", may_be_known(cli, v), "versions");
    for (size_t i = 0; document && i < r->n_versions; i++) {
        json_t *one = json_pack("{s:s, s:I}", "version", r->versions[i].version, "n",
                                (json_int_t)r->versions[i].n);
        if (json_array_append_new(json_object_get(document, "versions"), one) != 0) {
            json_decref(document);
            document = NULL;
        }
    }
    mote_say_json(cli, document);
}

/* The samples as a server is sent them. */
typedef struct {
    const mote_dataset *d;
    const uint8_t *x; /* its samples, perhaps disturbed */
    size_t n_events;  /* classes that are events in a stream */
} samples;

/* What was recorded of the k-th passage; an event with what lies before and behind it, as a stream
 * has it, what is none by itself. */
static mote_status encode_passage(void *arg, size_t k, mote_buf *out, mote_err *err)
{
    const samples *s = arg;
    const mote_kind *kind = s->d->kind;
    const size_t sample = kind->passage_sample(s->d->own, k);
    const bool is_event = (size_t)s->d->class_id[sample] < s->n_events;
    return kind->encode_passage(s->d->own, &s->d->shape, k,
                                is_event ? (size_t)s->d->shape.dims[0] : 0, out, err);
}

static size_t n_passages(const mote_dataset *d)
{
    return d->kind->n_passages ? d->kind->n_passages(d->own) : 0;
}

/* What the answer to the i-th request should be. */
static const char *label_of(const samples *s, size_t i)
{
    const mote_dataset *d = s->d;
    return d->classes[d->class_id[n_passages(d) > 0 ? d->kind->passage_sample(d->own, i) : i]];
}

static mote_status encode(void *arg, size_t sample, mote_buf *out, mote_err *err)
{
    const samples *s = arg;
    return s->d->kind->encode_cut(s->d->own, &s->d->shape,
                                  s->x + sample * mote_dataset_sample_bytes(s->d), out, err);
}

/* Samples of numbers: a JSON array, as mote predict takes it; what is missing is null. */
static mote_status encode_numbers(void *arg, size_t sample, mote_buf *out, mote_err *err)
{
    const samples *s = arg;
    const size_t n = mote_dataset_elements(s->d);
    const float *x = (const float *)(const void *)s->x + sample * n;
    for (size_t i = 0; i < n; i++) {
        mote_buf_str(out, i ? "," : "[");
        if (isnan(x[i]))
            mote_buf_str(out, "null");
        else
            mote_buf_printf(out, "%.9g", (double)x[i]);
    }
    mote_buf_str(out, "]");
    return mote_buf_status(out, err);
}

static mote_status send_samples(mote_load_config *cfg, samples *sent, mote_err *err)
{
    const mote_dataset *d = sent->d;
    const bool is_file = d->kind->encode_cut != NULL;
    if (!d->class_id)
        return mote_fail(err, MOTE_UNSUPPORTED, "only answers of classes are counted yet");
    if (!is_file && d->shape.dtype != MOTE_F32)
        return mote_fail(err, MOTE_UNSUPPORTED, "%s cannot be sent yet", d->kind->many);
    cfg->encode_arg = sent;
    cfg->n_samples = d->n;
    if (n_passages(d) > 0) {
        cfg->n_samples = n_passages(d);
        cfg->encode = encode_passage;
        cfg->content_type = d->kind->passage_type;
        cfg->sample_bytes = MAX_PASSAGE_BYTES;
        return MOTE_OK;
    }
    cfg->encode = is_file ? encode : encode_numbers;
    cfg->content_type = is_file ? d->kind->cut_type : "application/json";
    cfg->sample_bytes =
        (is_file ? mote_dataset_sample_bytes(d) : mote_dataset_elements(d) * 20) + 4096;
    return MOTE_OK;
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    (void)n_args;
    const bench_values *v = values;
    mote_load_config cfg = {.path = "/v1/classify",
                            .consent = v->consent,
                            .timeout_ms = 30000,
                            .n_requests = (size_t)v->n,
                            .n_clients = (int32_t)v->clients,
                            .seed = (uint64_t)v->seed,
                            .words = cli->project->stream.events.items,
                            .n_words = cli->project->stream.events.n,
                            .cancel = cli->cancel,
                            .progress = on_progress};
    MOTE_TRY(read_address(cli, args[0], &cfg, err));
    mote_condition condition;
    if (!mote_condition_make(v->noise ? v->noise : "", v->noise, (mote_span){v->snr_lo, v->snr_hi},
                             &condition))
        return mote_fail(err, MOTE_USAGE,
                         "there is no noise '%s', only 'white', 'pink', 'hum', 'fan' and 'car'",
                         v->noise);
    if (v->snr_lo > v->snr_hi)
        return mote_fail(err, MOTE_USAGE, "--snr-from %g is above --snr-to %g", v->snr_lo,
                         v->snr_hi);
    mote_dataset d;
    MOTE_TRY(load_samples(cli, v, &d, err));
    const void *disturbed = NULL;
    mote_status st = mote_condition_samples(&d, &condition, (uint64_t)v->seed + CONDITION_SEED,
                                            &cli->arena, &disturbed, err);
    const char **labels = NULL;
    mote_load_result r = {0};
    samples sent = {&d, disturbed, cli->project->stream.events.n};
    if (st == MOTE_OK)
        st = send_samples(&cfg, &sent, err);
    if (st == MOTE_OK)
        st = mote_arena_take(&cli->arena, cfg.n_samples, sizeof *labels, &labels, err);
    if (st == MOTE_OK) {
        for (size_t i = 0; i < cfg.n_samples; i++)
            labels[i] = label_of(&sent, i);
        cfg.labels = labels;
        mote_progress progress;
        cfg.progress_arg = &progress;
        mote_progress_start(&progress, cli, "requests", v->n);
        st = mote_load_run(&cfg, &r, err);
        mote_progress_end(&progress, NULL);
    }
    mote_dataset_release(&d);
    if (st != MOTE_OK)
        return st;
    say(cli, &r, v);
    if (mote_cancelled(cli->cancel))
        return mote_fail(err, MOTE_CANCELLED, "stopped after %zu of %lld requests",
                         r.n + r.n_failed, (long long)v->n);
    if (v->record) {
        char source[96];
        (void)mote_format(source, sizeof source, "%lld requests from %lld clients on this machine",
                          (long long)v->n, (long long)v->clients);
        MOTE_TRY(record(cli, &r, source, err));
    }
    return r.n_failed ? mote_fail(err, MOTE_UNMET, "%zu of %lld requests failed", r.n_failed,
                                  (long long)v->n)
                      : MOTE_OK;
}

const mote_command mote_cmd_bench = {
    .usage = "URL [options]",
    .about =
        "Sends the project's samples to a running server and says how many labels are right, how\n"
        "many words or events the device would have detected, how long answers take and which "
        "version gave\n"
        "them. With --noise car it rehearses the field; with\n"
        "--record the serving requirements of mote.yaml get their numbers. Exits 1 when a request\n"
        "fails. Only send to a server of your own.",
    .examples = "  mote bench http://127.0.0.1:8080\n"
                "  mote bench http://127.0.0.1:8080 -n 5000 -c 32 --record\n"
                "  mote bench http://127.0.0.1:8080 --noise car --consent improvement",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .values_bytes = sizeof(bench_values),
    .defaults = &defaults,
    .min_args = 1,
    .max_args = 1,
    .run = run,
};
