/* SPDX-License-Identifier: Apache-2.0 */
/* mote monitor: alerts, windows, and judging the prediction log. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/loop.h"
#include "cli/settings.h"
#include "loop/field.h"
#include "loop/truths.h"
#include "model/model.h"
#include "monitor/monitor.h"
#include "track/registry.h"

#define ISO_BYTES        32
#define BUNDLE_MAX_BYTES ((size_t)1 << 30)

typedef struct {
    const char *model, *log, *who, *note, *record, *truths;
    int64_t acknowledge, windows, samples;
    double hours;
    bool all, close_last, check;
} monitor_values;

static const mote_option options[] = {
    {"model", 0, MOTE_OPT_STRING, offsetof(monitor_values, model), 0, 0, "NAME",
     "only of this model"},
    {"all", 'a', MOTE_OPT_FLAG, offsetof(monitor_values, all), 0, 0, NULL, "resolved alerts too"},
    {"windows", 'w', MOTE_OPT_INT, offsetof(monitor_values, windows), 0, 100000, "N",
     "how many of the last windows to show (default 10)"},
    {"log", 'l', MOTE_OPT_STRING, offsetof(monitor_values, log), 0, 0, "MODEL",
     "first judge what the prediction log has of this model (name@alias or name/version)"},
    {"close", 0, MOTE_OPT_FLAG, offsetof(monitor_values, close_last), 0, 0, NULL,
     "with --log or --truths: judge the last, shorter window too"},
    {"acknowledge", 0, MOTE_OPT_INT, offsetof(monitor_values, acknowledge), 1, 1e15, "ID",
     "record that somebody has seen this alert"},
    {"note", 'm', MOTE_OPT_STRING, offsetof(monitor_values, note), 0, 0, "TEXT",
     "with --acknowledge: what is known about it; with --record: how it was found"},
    {"who", 0, MOTE_OPT_STRING, offsetof(monitor_values, who), 0, 0, "NAME",
     "with --acknowledge: who it is (default: the user name)"},
    {"record", 'r', MOTE_OPT_STRING, offsetof(monitor_values, record), 0, 0, "METRIC=NUMBER",
     "keep a number from the field, for a requirement with 'where: field'"},
    {"samples", 'n', MOTE_OPT_INT, offsetof(monitor_values, samples), 1, 1e15, "N",
     "with --record: on how many samples it rests"},
    {"truths", 0, MOTE_OPT_STRING, offsetof(monitor_values, truths), 0, 0, "FILE",
     "CSV of what turned out to be true: a column id, and one of each value, or label"},
    {"hours", 0, MOTE_OPT_NUMBER, offsetof(monitor_values, hours), 0, 1e12, "H",
     "with --record of a rate: of how many hours of use"},
    {"check", 0, MOTE_OPT_FLAG, offsetof(monitor_values, check), 0, 0, NULL,
     "exit with 1 when an alert is not resolved"},
};
static const monitor_values defaults = {.windows = 10};

/* ---- the prediction log ---- */

static mote_status load_model(mote_cli *cli, const mote_model_version *v, mote_model **out,
                              mote_err *err)
{
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    MOTE_TRY(mote_object_get(cli->store, &v->bundle, BUNDLE_MAX_BYTES, &bytes, &n, err));
    return mote_model_load(bytes, n, out, err);
}

/* What normal traffic looks like, and how often it may alarm. */
static mote_status load_reference(mote_cli *cli, const mote_model_version *v,
                                  mote_reference_profile **out, mote_monitor_alarms *alarms,
                                  mote_err *err)
{
    mote_model *m = NULL;
    MOTE_TRY(load_model(cli, v, &m, err));
    mote_status st = mote_model_drift_reference(m) != NULL
                         ? mote_reference_profile_of(m, out, err)
                         : mote_fail(err, MOTE_UNSUPPORTED,
                                     "'%s/%lld' has no drift reference in its bundle: train and "
                                     "deploy it again",
                                     v->model, (long long)v->version);
    *alarms = mote_monitor_alarms_of(m);
    mote_model_unref(m);
    return st;
}

static mote_monitor_config watch_of(const mote_cli *cli, const mote_model_version *v)
{
    const mote_live_config watch = mote_cli_live(cli->project);
    return (mote_monitor_config){.model = v->model,
                                 .version = v->version,
                                 .bundle = v->bundle,
                                 .window = watch.window,
                                 .min_predictions = watch.min_predictions,
                                 .false_alarm = watch.false_alarm,
                                 .seed = watch.seed};
}

static mote_status judge_with(mote_cli *cli, const mote_monitor_config *cfg,
                              const mote_reference_profile *profile, bool close_last,
                              mote_monitor_log_read *r, mote_err *err)
{
    mote_monitor_log log = {
        .bundle = cfg->bundle, .n_things = profile->n_things, .close_last = close_last};
    mote_monitor *m = NULL;
    MOTE_TRY(mote_monitor_create(profile, cfg, &m, err));
    mote_status st = mote_monitor_read_log(m, cli->store, &log, mote_clock_wall_ms(), r, err);
    mote_monitor_destroy(m);
    return st;
}

static mote_status judge_log(mote_cli *cli, const monitor_values *o, json_t **out, mote_err *err)
{
    mote_model_version v;
    mote_reference_profile *profile = NULL;
    mote_monitor_log_read r = {0};
    MOTE_TRY(mote_registry_resolve(cli->store, o->log, &cli->arena, &v, err));
    mote_monitor_alarms alarms;
    MOTE_TRY(load_reference(cli, &v, &profile, &alarms, err));
    mote_monitor_config cfg = watch_of(cli, &v);
    cfg.alarms = alarms;
    mote_status st = judge_with(cli, &cfg, profile, o->close_last, &r, err);
    mote_reference_profile_destroy(profile);
    if (st != MOTE_OK)
        return st;
    mote_say(cli,
             "%lld predictions of %s/%lld read, %d windows judged, %d alerts opened, %d "
             "resolved\n\n",
             (long long)r.n_read, v.model, (long long)v.version, r.flushed.n_windows,
             r.flushed.n_opened, r.flushed.n_resolved);
    *out = json_pack("{s:s, s:I, s:I, s:I, s:i, s:i, s:i}", "model", v.model, "version",
                     (json_int_t)v.version, "read", (json_int_t)r.n_read, "unusable",
                     (json_int_t)r.n_unusable, "windows", (int)r.flushed.n_windows, "opened",
                     (int)r.flushed.n_opened, "resolved", (int)r.flushed.n_resolved);
    return MOTE_OK;
}

/* ---- truths that come later ---- */

/* "; not in the log by that id: 3 (a-7, a-9, ..)" */
static void say_odd(mote_cli *cli, const char *what, const mote_truths_odd *odd)
{
    if (odd->n == 0)
        return;
    mote_say(cli, "  %s: %zu (", what, odd->n);
    for (size_t i = 0; i < odd->n && i < MOTE_TRUTHS_NAMED; i++)
        mote_say(cli, "%s%s", i ? ", " : "", mote_shown(cli, odd->first[i]));
    mote_say(cli, "%s)\n", odd->n > MOTE_TRUTHS_NAMED ? ", .." : "");
}

/* "accuracy 91.0 % (87.2 to 93.9)", "mae 41.2 (38.9 to 44.1)" */
static void say_error(mote_cli *cli, const mote_truth_measure *m, const mote_truth_window *w)
{
    const mote_interval *x = &w->error;
    if (w->n_tested == 0)
        mote_say(cli, "%s not known: nothing normal among them", m->name);
    else if (m->is_rate)
        mote_say(cli, "%s %.1f %% (%.1f to %.1f) of %d", m->name, 100 * x->value, 100 * x->lo,
                 100 * x->hi, (int)w->n_tested);
    else
        mote_say(cli, "%s %.4g (%.4g to %.4g) of %d", m->name, x->value, x->lo, x->hi,
                 (int)w->n_tested);
    if (w->n_tested > 0 && w->effect > 1.05)
        mote_say(cli, ", alike as they are they count as %.0f", w->n_tested / w->effect);
}

/* "yes 41 of 44, no 30 of 31" */
static void say_classes(mote_cli *cli, const mote_truth_window *w, size_t n)
{
    const char *before = "; right of ";
    for (size_t k = 0; k < n; k++) {
        if (w->classes[k].n == 0)
            continue;
        mote_say(cli, "%s%s: %d of %d", before, w->classes[k].name, (int)w->classes[k].n_right,
                 (int)w->classes[k].n);
        before = ", ";
    }
}

static void say_promise(mote_cli *cli, const mote_truths *t)
{
    const mote_truth_measure *m = &t->measure;
    if (!isfinite(m->promised))
        mote_say(cli, "; nothing was promised, so no alert is opened");
    else if (m->is_rate)
        mote_say(cli, "; at most %.1f %% was promised", 100 * m->promised);
    else
        mote_say(cli, "; at most %.4g was promised", m->promised);
}

static void say_truths(mote_cli *cli, const mote_model_version *v, const mote_truths *t)
{
    const mote_truths_judged *j = &t->judged;
    mote_say(cli, "%zu truths read, %zu of them joined with what %s/%lld said", t->n_rows,
             t->n_joined, v->model, (long long)v->version);
    if (j->n_waiting > 0)
        mote_say(cli, "; waiting for a whole window: %zu", j->n_waiting);
    mote_say(cli, "\n");
    say_odd(cli, "not in the log by that id", &t->unknown);
    say_odd(cli, "of no class, without a number, or one of several of a request", &t->unclear);
    say_odd(cli, "came before", &t->repeated);
    say_odd(cli, "disagree with what came before, which stays", &t->disagreeing);
    if (j->all.n == 0)
        return;
    mote_say(cli, "in use: ");
    say_error(cli, &t->measure, &j->all);
    say_promise(cli, t);
    if (isfinite(t->inside))
        mote_say(cli, "; %.1f %% of the truths were inside their interval", 100 * t->inside);
    say_classes(cli, &j->all, j->n_classes);
    mote_say(cli, "\n");
    for (size_t i = 0; i < j->n_windows; i++) {
        char end[ISO_BYTES];
        mote_time_iso(j->windows[i].end_ms, end, sizeof end);
        mote_say(cli, "  %s  ", end);
        say_error(cli, &t->measure, &j->windows[i]);
        mote_say(cli, "%s", j->windows[i].is_bad ? ": more than was promised" : "");
        say_classes(cli, &j->windows[i], j->n_classes);
        mote_say(cli, "\n");
    }
    mote_say(cli, "\n");
}

static mote_status read_and_join(mote_cli *cli, const char *path, const mote_truths_model *m,
                                 mote_truths *out, mote_err *err)
{
    const mote_names columns = mote_kept_label_columns(cli->project);
    mote_kept_labels labels;
    MOTE_TRY(mote_truths_read(path, mote_model_signature(m->model), columns.items[0], &cli->arena,
                              &labels, err));
    return mote_truths_join(cli->store, &m->config, &labels, &cli->arena, out, err);
}

static mote_status join_truths(mote_cli *cli, const monitor_values *o, json_t **out, mote_err *err)
{
    mote_truths_model m;
    mote_truths t;
    MOTE_TRY(mote_truths_open(cli->store, cli->project, o->model, &cli->arena, &m, err));
    m.config.config.close_last = o->close_last;
    m.config.config.now_ms = mote_clock_wall_ms();
    mote_status st = read_and_join(cli, o->truths, &m, &t, err);
    if (st == MOTE_OK) {
        say_truths(cli, &m.version, &t);
        st = mote_truths_json(&m.config.config.watch, &t, out, err);
    }
    mote_truths_close(&m);
    return st;
}

/* ---- showing ---- */

static void say_cause(mote_cli *cli, const mote_contributor *c)
{
    if (isfinite(c->share))
        mote_say(cli, "  %3.0f %%  %s\n", 100 * c->share, c->words);
    else
        mote_say(cli, "         %s\n", c->words);
}

/* What drifted in the window that opened it, in words. */
static void say_causes(mote_cli *cli, const mote_alert *a)
{
    mote_say(cli, "\nalert %lld, what is not as it %s\n", (long long)a->id,
             mote_alert_is_drift(a) ? "was in training, and its share of the drift"
                                    : "was promised");
    for (size_t i = 0; i < a->n_top; i++)
        if (i == 0 || a->top[i].statistic >= a->top[i].threshold)
            say_cause(cli, &a->top[i]);
}

static void say_alerts(mote_cli *cli, const mote_alert *alerts, size_t n)
{
    static const char *const titles[] = {">alert",   "model", "state",     "opened",
                                         ">windows", "what",  ">measured", ">limit"};
    if (n == 0) {
        mote_say(cli, "no alerts\n");
        return;
    }
    mote_table t;
    mote_table_init(&t, MOTE_COUNT_OF(titles), titles);
    for (size_t k = 0; k < n; k++) {
        const mote_alert *a = &alerts[k];
        char opened[ISO_BYTES];
        mote_time_iso(a->opened_ms, opened, sizeof opened);
        mote_table_cell(&t, "%lld", (long long)a->id);
        mote_table_cell(&t, "%s/%lld", a->model, (long long)a->version);
        mote_table_cell(&t, "%s%s%s", mote_alert_state_name(a->state),
                        a->resolution != NULL ? ": " : "",
                        a->resolution != NULL ? a->resolution : "");
        mote_table_cell(&t, "%s", opened);
        mote_table_cell(&t, "%lld", (long long)a->n_windows);
        mote_table_cell(&t, "%s", a->what);
        mote_table_cell(&t, "%.3f", a->statistic);
        mote_table_cell(&t, "%.3f", a->threshold);
    }
    mote_table_say(&t, cli);
    for (size_t k = 0; k < n; k++)
        say_causes(cli, &alerts[k]);
}

/* Of predictions, or of truths that came later. */
static void say_windows(mote_cli *cli, const mote_window *windows, size_t n, bool is_of_errors)
{
    const char *const titles[] = {"window",
                                  "model",
                                  is_of_errors ? ">truths" : ">predictions",
                                  is_of_errors ? "too far" : "drift",
                                  ">p",
                                  "farthest",
                                  ">measured",
                                  ">limit",
                                  ">alarms"};
    const bool counts_alarms = n > 0 && windows[0].n_alarms >= 0;
    if (n == 0)
        return;
    mote_table t;
    mote_table_init(&t, MOTE_COUNT_OF(titles) - !counts_alarms, titles);
    for (size_t k = 0; k < n; k++) {
        const mote_window *w = &windows[k];
        char end[ISO_BYTES];
        mote_time_iso(w->end_ms, end, sizeof end);
        mote_table_cell(&t, "%s", end);
        mote_table_cell(&t, "%s/%lld", w->model, (long long)w->version);
        mote_table_cell(&t, "%d", w->n);
        mote_table_cell(&t, "%s", w->is_drift ? "yes" : "no");
        mote_table_cell(&t, "%.2g", w->p_value);
        mote_table_cell(&t, "%s", w->n_top > 0 ? w->top[0].what : "");
        mote_table_cell(&t, "%.3f", w->n_top > 0 ? w->top[0].statistic : 0.0);
        mote_table_cell(&t, "%.3f", w->n_top > 0 ? w->top[0].threshold : 0.0);
        if (counts_alarms && w->n_alarms >= 0)
            mote_table_cell(&t, "%d", (int)w->n_alarms);
        else if (counts_alarms)
            mote_table_cell(&t, "%s", "");
    }
    mote_say(cli, "\n");
    mote_table_say(&t, cli);
}

static json_t *alert_json(const mote_alert *a)
{
    return json_pack("{s:I, s:s, s:s, s:I, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "id",
                     (json_int_t)a->id, "kind", a->kind, "model", a->model, "version",
                     (json_int_t)a->version, "state", mote_alert_state_name(a->state), "opened_ms",
                     (json_int_t)a->opened_ms, "last_ms", (json_int_t)a->last_ms, "windows",
                     (json_int_t)a->n_windows, "top", mote_contributors_json(a->top, a->n_top),
                     "acknowledged_by",
                     a->acknowledged_by != NULL ? json_string(a->acknowledged_by) : json_null(),
                     "note", a->note != NULL ? json_string(a->note) : json_null(), "resolution",
                     a->resolution != NULL ? json_string(a->resolution) : json_null());
}

static json_t *window_json(const mote_window *w, bool is_of_errors)
{
    return json_pack("{s:I, s:s, s:I, s:I, s:I, s:i, s:b, s:f, s:o, s:o*}", "id", (json_int_t)w->id,
                     "model", w->model, "version", (json_int_t)w->version, "start_ms",
                     (json_int_t)w->start_ms, "end_ms", (json_int_t)w->end_ms,
                     is_of_errors ? "truths" : "predictions", (int)w->n,
                     is_of_errors ? "too_far" : "drift", (int)w->is_drift, "p_value", w->p_value,
                     "top", mote_contributors_json(w->top, w->n_top), "alarms",
                     w->n_alarms >= 0 ? json_integer(w->n_alarms) : NULL);
}

/* The last windows of predictions, and those of truths that came later, where there are any. */
static mote_status show_windows(mote_cli *cli, const monitor_values *o, json_t *document,
                                mote_err *err)
{
    for (int k = 0; k < 2; k++) {
        const bool is_of_errors = k == 1;
        const mote_monitor_query newest = {
            .model = o->model, .limit = o->windows, .is_of_errors = is_of_errors};
        mote_window *windows = NULL;
        size_t n = 0;
        if (o->windows > 0)
            MOTE_TRY(mote_window_list(cli->store, &newest, &cli->arena, &windows, &n, err));
        say_windows(cli, windows, n, is_of_errors);
        json_t *list = json_array();
        for (size_t i = 0; i < n; i++)
            json_array_append_new(list, window_json(&windows[i], is_of_errors));
        if (is_of_errors && n == 0)
            json_decref(list);
        else
            MOTE_TRY(
                mote_json_put(document, is_of_errors ? "error_windows" : "windows", list, err));
    }
    return MOTE_OK;
}

static mote_status show(mote_cli *cli, const monitor_values *o, json_t *document,
                        size_t *n_unresolved, mote_err *err)
{
    mote_alert *alerts = NULL;
    size_t n = 0;
    json_t *alert_list = json_array();
    json_object_set_new(document, "alerts", alert_list);
    const mote_monitor_query wanted = {.model = o->model, .unresolved_only = !o->all};
    MOTE_TRY(mote_alert_list(cli->store, &wanted, &cli->arena, &alerts, &n, err));
    say_alerts(cli, alerts, n);
    for (size_t k = 0; k < n; k++) {
        *n_unresolved += alerts[k].state != MOTE_ALERT_RESOLVED;
        json_array_append_new(alert_list, alert_json(&alerts[k]));
    }
    return show_windows(cli, o, document, err);
}

/* ---- what only use can tell ---- */

static bool asks_the_field(const mote_project *p)
{
    for (size_t i = 0; i < p->n_requirements; i++)
        if (p->requirements[i].where == MOTE_AT_FIELD)
            return true;
    return false;
}

static mote_status record_figure(mote_cli *cli, const monitor_values *o, mote_err *err)
{
    const char *equals = strchr(o->record, '=');
    if (!equals || equals == o->record || !equals[1])
        return mote_fail(err, MOTE_USAGE, "--record is METRIC=NUMBER, such as 'accuracy=91.5 %%'");
    mote_loop_bar bar;
    const mote_pipeline_config cfg = mote_loop_config(cli, &bar);
    const mote_field_figure f = {
        .metric = mote_arena_strndup(&cli->arena, o->record, (size_t)(equals - o->record)),
        .value = equals + 1,
        .n_samples = o->samples,
        .hours = o->hours,
        .observed = o->note ? o->note : ""};
    if (!f.metric)
        return mote_fail(err, MOTE_NOMEM, "no memory for '%s'", o->record);
    return mote_field_record(&cfg, &f, err);
}

static mote_status show_field(mote_cli *cli, json_t *document, mote_err *err)
{
    mote_loop_bar bar;
    const mote_pipeline_config cfg = mote_loop_config(cli, &bar);
    mote_verdicts asked;
    size_t n_awaited = 0;
    json_t *list = NULL;
    if (!asks_the_field(cli->project))
        return MOTE_OK;
    MOTE_TRY(mote_field_verdicts(&cfg, &cli->arena, &asked, err));
    for (size_t i = 0; i < asked.n; i++)
        n_awaited += mote_verdict_is_awaited(&asked.items[i]);
    mote_say(cli, "\nasked of the field\n");
    mote_loop_say_verdicts(cli, &asked, NULL);
    if (n_awaited > 0)
        mote_say(cli,
                 "\n%zu of %zu not yet known: bring the number back with 'mote monitor "
                 "--record METRIC=NUMBER --samples N'\n",
                 n_awaited, asked.n);
    MOTE_TRY(mote_verdicts_to_json(&asked, &list, err));
    return mote_json_put(document, "field", list, err);
}

static mote_status acknowledge(mote_cli *cli, const monitor_values *o, mote_err *err)
{
    return mote_alert_acknowledge(cli->store, o->acknowledge, mote_who(cli, o->who), o->note,
                                  mote_clock_wall_ms(), err);
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const monitor_values *o = values;
    size_t n_unresolved = 0;
    MOTE_SCOPED_JSON *document = json_object();
    (void)args;
    (void)n_args;
    if (o->acknowledge != 0)
        MOTE_TRY(acknowledge(cli, o, err));
    if (o->log != NULL) {
        json_t *log = NULL;
        MOTE_TRY(judge_log(cli, o, &log, err));
        json_object_set_new(document, "log", log);
    }
    if (o->truths != NULL) {
        json_t *truths = NULL;
        MOTE_TRY(join_truths(cli, o, &truths, err));
        json_object_set_new(document, "truths", truths);
    }
    if (o->record != NULL)
        MOTE_TRY(record_figure(cli, o, err));
    MOTE_TRY(show(cli, o, document, &n_unresolved, err));
    MOTE_TRY(show_field(cli, document, err));
    mote_say_json(cli, json_incref(document));
    if (o->check && n_unresolved > 0)
        return mote_fail(err, MOTE_UNMET, "%zu alerts are not resolved", n_unresolved);
    return MOTE_OK;
}

const mote_command mote_cmd_monitor = {
    .usage = "[options]",
    .about =
        "Shows the alerts that are not resolved and the last windows of served predictions.\n"
        "A running server judges its own traffic; --log judges the prediction log instead.\n"
        "A window without drift alarms with the probability 'monitor.false_alarm' of\n"
        "mote.yaml, all things watched together. Requirements with 'where: field', which only\n"
        "use can tell, are asked for here; --record answers. --truths joins what turned out to be\n"
        "true with the log by the id of the request, says the errors over time and of each class,\n"
        "and opens an alert when they are more than was promised.",
    .examples = "mote monitor\nmote monitor --log keywords@champion --check\n"
                "mote monitor --acknowledge 3 --note 'new microphone'\n"
                "mote monitor --truths march.csv\n"
                "mote monitor --record 'accuracy=91.5 %' --samples 400 --note 'calls of May'",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .values_bytes = sizeof(monitor_values),
    .defaults = &defaults,
    .run = run,
};
