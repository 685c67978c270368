/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of the data: see check.h. Two kinds: of each sample by itself (here) and of the set as a
 * whole (check_set.c). */
#include "data/check_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "project/schema.h"

#define MAX_FINDINGS 64

static const char *const severity_names[] = {"note", "warning", "error"};

const char *mote_finding_severity_name(mote_finding_severity s)
{
    return severity_names[s];
}

mote_check_config mote_check_config_of(const mote_project *p)
{
    const mote_kind *kind = mote_kind_of(mote_project_input(p));
    mote_answer_kind answer = MOTE_N_ANSWERS;
    MOTE_BUG_IF(mote_answer_parse(p->answer, &answer, NULL) != MOTE_OK);
    return (mote_check_config){.of_classes = answer == MOTE_ANSWER_CLASS,
                               .cut = kind->cut_of ? kind->cut_of(p) : (mote_cut_config){0},
                               .labels = mote_project_labels(p)->items,
                               .n_labels = mote_project_labels(p)->n,
                               .of_words = mote_project_is_of_words(p),
                               .silence = p->silence,
                               .unknown = p->unknown,
                               .builtin = p->data.builtin,
                               .few_words = p->data.few_words,
                               .spoken = p->data.spoken,
                               .min_per_class = p->data.min_per_class,
                               .min_groups = p->data.min_groups,
                               .min_clip_s = p->data.min_clip_s,
                               .min_total_s = p->data.min_total_s,
                               .max_clipping = p->data.max_clipping,
                               .coverage = p->data.coverage,
                               .full_scale_share = 0.001,
                               .silence_dbfs = -60.0,
                               .dc_share = 0.02};
}

/* ---- the list of findings ------------------------------------------------------------------ */

mote_status mote_check_find(mote_checker *c, const mote_finding *finding, mote_finding **out,
                            mote_err *err, const char *fmt, ...)
{
    MOTE_BUG_IF(c->report.n == MAX_FINDINGS);
    va_list ap;
    va_start(ap, fmt);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    mote_buf_vprintf(&b, fmt, ap);
    va_end(ap);
    mote_finding *f = &c->report.findings[c->report.n];
    *f = *finding;
    f->text = b.data ? mote_arena_strdup(c->arena, b.data) : NULL;
    if (!f->text)
        return mote_fail(err, MOTE_NOMEM, "data check");
    c->report.n++;
    c->report.n_errors += f->severity == MOTE_FINDING_ERROR ? 1 : 0;
    c->report.n_warnings += f->severity == MOTE_FINDING_WARNING ? 1 : 0;
    if (out)
        *out = f;
    return MOTE_OK;
}

void mote_check_must(mote_checker *c)
{
    MOTE_BUG_IF(c->report.n == 0);
    c->report.findings[c->report.n - 1].is_required = true;
    c->report.n_required++;
}

mote_status mote_check_example(mote_checker *c, mote_finding *f, mote_err *err, const char *fmt,
                               ...)
{
    if (f->n_examples == MOTE_FINDING_EXAMPLES)
        return MOTE_OK;
    va_list ap;
    va_start(ap, fmt);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    mote_buf_vprintf(&b, fmt, ap);
    va_end(ap);
    char *text = b.data ? mote_arena_strdup(c->arena, b.data) : NULL;
    if (!text)
        return mote_fail(err, MOTE_NOMEM, "data check");
    f->examples[f->n_examples++] = text;
    return MOTE_OK;
}

/* ---- each sample --------------------------------------------------------------------------- */

/* What its kind can tell of it. */
static mote_status look_at(mote_checker *c, size_t i, const mote_decoded *d, mote_err *err)
{
    const mote_kind *k = d->kind;
    mote_checked *out = &c->seen[i];
    int16_t print[MOTE_KIND_PRINT];
    out->is_read = true;
    if (k->measure)
        k->measure(d, &c->cfg->cut, &out->measured);
    if (k->form) {
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 256);
        k->form(d, &b);
        out->form = b.data ? mote_arena_strdup(c->arena, b.data) : NULL;
        if (!out->form)
            return mote_fail(err, MOTE_NOMEM, "data check");
    }
    if (k->print && k->print(d, print)) {
        int16_t *kept = NULL;
        MOTE_TRY(mote_arena_take(c->arena, MOTE_KIND_PRINT, sizeof *kept, &kept, err));
        memcpy(kept, print, sizeof print);
        out->print = kept;
    }
    return k->look ? k->look(c, i, d, err) : MOTE_OK;
}

static mote_status read_one(mote_checker *c, const mote_decoding *cfg, size_t i, mote_finding *lost,
                            mote_err *err)
{
    mote_loaded one;
    mote_err why;
    /* what is in the cache was not looked at for troubles */
    mote_decoded_cache *cache = c->rows[i].kind->troubles ? NULL : c->cfg->cache;
    mote_status st = mote_sample_lend(&(mote_sample_shelf){c->store, cache, c->rows[i].kind},
                                      &c->rows[i].object, cfg, &one, &why);
    if (st == MOTE_NOMEM)
        return mote_fail(err, st, "%s", why.text);
    if (st != MOTE_OK) {
        lost->count++;
        return mote_check_example(c, lost, err, "%s: %s", c->rows[i].source, why.text);
    }
    st = look_at(c, i, &one.d, err);
    mote_loaded_done(&one);
    return st;
}

static mote_status read_all(mote_checker *c, mote_err *err)
{
    mote_decoding cfg = {0};
    if (c->n > 0)
        cfg = c->rows[0].kind->decoding();
    cfg.samples_only = true;
    cfg.rate_hz = c->cfg->cut.rate_hz;
    if (c->n == 0 || !c->rows[0].kind->cut_shrinks) /* a check looks at the whole */
        cfg.cut = &c->cfg->cut;
    cfg.measured = true;
    mote_finding lost = {0};
    MOTE_TRY(mote_arena_take(c->arena, c->n, sizeof *c->seen, &c->seen, err));
    for (size_t i = 0; i < c->n; i++) {
        if (i % 64 == 0 && mote_cancelled(c->cfg->cancel))
            return mote_fail(err, MOTE_CANCELLED, "check stopped after %zu of %zu %s", i, c->n,
                             c->units);
        MOTE_TRY(read_one(c, &cfg, i, &lost, err));
        if (c->cfg->progress && ((i + 1) % 64 == 0 || i + 1 == c->n))
            c->cfg->progress(c->cfg->progress_arg, i + 1, c->n);
    }
    if (lost.count == 0)
        return MOTE_OK;
    mote_finding *f;
    MOTE_TRY(mote_check_find(
        c,
        &(mote_finding){.id = "unreadable",
                        .severity = MOTE_FINDING_ERROR,
                        .count = lost.count,
                        .remedy =
                            "add them again with 'mote data add'; the copies in the store are "
                            "damaged"},
        &f, err, "stored %s that cannot be read: %zu", c->units, lost.count));
    mote_check_must(c);
    memcpy(f->examples, lost.examples, sizeof f->examples);
    f->n_examples = lost.n_examples;
    return MOTE_OK;
}

/* One of the checks of a single recording: which it concerns, and what is said of it. */
typedef bool concerns(const mote_checker *c, size_t i);

static bool is_word(const mote_checker *c, size_t i)
{
    return c->seen[i].is_read && c->rows[i].role == MOTE_ROLE_EXAMPLE &&
           strcmp(c->rows[i].label, MOTE_CLASS_SILENCE) != 0;
}

static bool is_clipped(const mote_checker *c, size_t i)
{
    return c->seen[i].is_read && c->seen[i].measured.full_scale_share > c->cfg->full_scale_share;
}

static bool is_silent(const mote_checker *c, size_t i)
{
    return is_word(c, i) && c->seen[i].measured.level_dbfs < c->cfg->silence_dbfs;
}

static bool is_offset(const mote_checker *c, size_t i)
{
    return c->seen[i].is_read && c->seen[i].measured.offset_share > c->cfg->dc_share;
}

static bool is_short(const mote_checker *c, size_t i)
{
    return c->rows[i].role == MOTE_ROLE_EXAMPLE &&
           (double)c->rows[i].duration_us < c->cfg->min_clip_s * 1e6;
}

static bool is_long(const mote_checker *c, size_t i)
{
    return c->rows[i].role == MOTE_ROLE_EXAMPLE &&
           mote_kind_gives_one(c->rows[i].kind, &c->cfg->cut) && c->cfg->cut.length_ms > 0 &&
           (double)c->rows[i].duration_us > c->cfg->cut.length_ms * 1000.0 * 2.5;
}

static size_t count_if(const mote_checker *c, concerns *is)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += is(c, i) ? 1 : 0;
    return n;
}

static mote_status add_sources(mote_checker *c, concerns *is, mote_finding *f, mote_err *err)
{
    for (size_t i = 0; i < c->n && f->n_examples < MOTE_FINDING_EXAMPLES; i++) {
        if (!is(c, i))
            continue;
        const mote_checked *s = &c->seen[i];
        if (is == is_short || is == is_long)
            MOTE_TRY(mote_check_example(c, f, err, "%s: %.2f s", c->rows[i].source,
                                        (double)c->rows[i].duration_us / 1e6));
        else if (is == is_clipped)
            MOTE_TRY(mote_check_example(c, f, err, "%s: %.1f %% at full scale", c->rows[i].source,
                                        100.0 * s->measured.full_scale_share));
        else if (is == is_offset)
            MOTE_TRY(mote_check_example(c, f, err, "%s: %.1f %%", c->rows[i].source,
                                        100.0 * s->measured.offset_share));
        else
            MOTE_TRY(mote_check_example(c, f, err, "%s: %.0f dBFS", c->rows[i].source,
                                        s->measured.level_dbfs));
    }
    return MOTE_OK;
}

static mote_status check_clipping(mote_checker *c, mote_err *err)
{
    size_t n = count_if(c, is_clipped);
    if (n == 0)
        return MOTE_OK;
    double share = (double)n / (double)c->n;
    bool too_many = share > c->cfg->max_clipping;
    const char *remedy = "record again with a lower gain; if the product's microphone clips too, "
                         "raise data.require.max_clipping";
    mote_finding *f;
    MOTE_TRY(mote_check_find(
        c,
        &(mote_finding){.id = "clipping",
                        .severity = too_many ? MOTE_FINDING_ERROR : MOTE_FINDING_WARNING,
                        .count = n,
                        .remedy = remedy},
        &f, err,
        "clipped recordings: %zu (%.1f %%, allowed are "
        "%.1f %%); more than %g %% of their samples are at full scale",
        n, 100.0 * share, 100.0 * c->cfg->max_clipping, 100.0 * c->cfg->full_scale_share));
    if (too_many)
        mote_check_must(c);
    return add_sources(c, is_clipped, f, err);
}

static mote_status check_level(mote_checker *c, mote_err *err)
{
    mote_finding *f;
    size_t n = count_if(c, is_silent);
    if (n > 0) {
        MOTE_TRY(mote_check_find(
            c,
            &(mote_finding){.id = "silence",
                            .severity = MOTE_FINDING_WARNING,
                            .count = n,
                            .remedy = "listen to them; remove those without a word"},
            &f, err, "silent recordings of words: %zu, below %g dBFS", n, c->cfg->silence_dbfs));
        MOTE_TRY(add_sources(c, is_silent, f, err));
    }
    n = count_if(c, is_offset);
    if (n > 0) {
        const char *remedy = "remove the offset before adding them (for example "
                             "'sox in.wav out.wav highpass 20')";
        MOTE_TRY(mote_check_find(
            c,
            &(mote_finding){
                .id = "dc-offset", .severity = MOTE_FINDING_WARNING, .count = n, .remedy = remedy},
            &f, err,
            "recordings off centre: %zu, their mean is over %g %% of full "
            "scale",
            n, 100.0 * c->cfg->dc_share));
        MOTE_TRY(add_sources(c, is_offset, f, err));
    }
    return MOTE_OK;
}

static mote_status check_length(mote_checker *c, mote_err *err)
{
    mote_finding *f;
    size_t n = c->cfg->min_clip_s > 0 ? count_if(c, is_short) : 0;
    if (n > 0) {
        MOTE_TRY(mote_check_find(
            c,
            &(mote_finding){.id = "too-short",
                            .severity = MOTE_FINDING_WARNING,
                            .count = n,
                            .remedy = "remove them, or lower data.require.min_clip"},
            &f, err, "recordings shorter than %g s: %zu", c->cfg->min_clip_s, n));
        MOTE_TRY(add_sources(c, is_short, f, err));
    }
    n = count_if(c, is_long);
    if (n > 0) {
        MOTE_TRY(mote_check_find(
            c,
            &(mote_finding){.id = "too-long",
                            .severity = MOTE_FINDING_NOTE,
                            .count = n,
                            .remedy = "cut them to one word each if they hold several"},
            &f, err,
            "recordings much longer than a clip of %g ms: %zu; only the "
            "loudest stretch of each is used",
            c->cfg->cut.length_ms, n));
        MOTE_TRY(add_sources(c, is_long, f, err));
    }
    return MOTE_OK;
}

/* ---- what can be wrong with a kind ------------------------------------------------------------
 */

static mote_status check_trouble(mote_checker *c, size_t k, mote_err *err)
{
    const mote_trouble *t = &c->rows[0].kind->troubles[k];
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += c->seen[i].is_read && c->seen[i].measured.n[k] > 0;
    if (n == 0)
        return MOTE_OK;
    mote_finding *f;
    MOTE_TRY(mote_check_find(
        c,
        &(mote_finding){.id = t->id,
                        .severity = t->is_note ? MOTE_FINDING_NOTE : MOTE_FINDING_WARNING,
                        .count = n,
                        .remedy = t->remedy},
        &f, err, "%s: %zu", t->what, n));
    for (size_t i = 0; i < c->n; i++)
        if (c->seen[i].is_read && c->seen[i].measured.n[k] > 0)
            MOTE_TRY(mote_check_example(c, f, err, "%s: %s", c->rows[i].source,
                                        MOTE_COUNTED(c->seen[i].measured.n[k], t->each)));
    return MOTE_OK;
}

static bool is_like(const mote_measured *a, const mote_measured *b, bool by_rate)
{
    return by_rate ? fabs(a->rate_hz - b->rate_hz) <= 0.02 * fabs(b->rate_hz)
                   : a->columns == b->columns;
}

/* Those that are not like most: of another rate, or with other axes. */
static mote_status check_odd(mote_checker *c, bool by_rate, mote_err *err)
{
    size_t most = 0, n_most = 0, n_read = 0;
    for (size_t i = 0; i < c->n && i < 1000; i++) {
        size_t n = 0;
        for (size_t k = 0; c->seen[i].is_read && k < c->n; k++)
            n += c->seen[k].is_read && is_like(&c->seen[k].measured, &c->seen[i].measured, by_rate);
        if (n > n_most) {
            most = i;
            n_most = n;
        }
        if (n == c->n)
            return MOTE_OK;
    }
    for (size_t i = 0; i < c->n; i++)
        n_read += c->seen[i].is_read;
    if (n_most == n_read)
        return MOTE_OK;
    mote_finding *f;
    const mote_measured *usual = &c->seen[most].measured;
    if (by_rate)
        MOTE_TRY(mote_check_find(
            c,
            &(mote_finding){.id = "other-rate",
                            .severity = MOTE_FINDING_WARNING,
                            .count = n_read - n_most,
                            .remedy =
                                "they are converted; find out whether their times are right, or "
                                "state data.rate_hz"},
            &f, err, "%s of another rate than most, which have %g Hz: %zu", c->rows[0].kind->many,
            usual->rate_hz, n_read - n_most));
    else
        MOTE_TRY(mote_check_find(
            c,
            &(mote_finding){.id = "other-axes",
                            .severity = MOTE_FINDING_WARNING,
                            .count = n_read - n_most,
                            .remedy =
                                "give them the same names in the same order, and add them again"},
            &f, err, "%s whose axes are not called as in most: %zu", c->rows[0].kind->many,
            n_read - n_most));
    for (size_t i = 0; i < c->n; i++) {
        if (!c->seen[i].is_read || is_like(&c->seen[i].measured, usual, by_rate))
            continue;
        if (by_rate)
            MOTE_TRY(mote_check_example(c, f, err, "%s: %g Hz", c->rows[i].source,
                                        c->seen[i].measured.rate_hz));
        else
            MOTE_TRY(mote_check_example(c, f, err, "%s", c->rows[i].source));
    }
    return MOTE_OK;
}

static int compare_forms(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

typedef struct {
    const char *form;
    size_t n;
} form_count;

static int compare_counts(const void *a, const void *b)
{
    const form_count *x = a, *y = b;
    return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : strcmp(x->form, y->form);
}

/* What the samples look like, the most common first. */
static mote_status check_forms(mote_checker *c, mote_err *err)
{
    const char **forms = NULL;
    form_count *counts = NULL;
    size_t n = 0, n_counts = 0;
    if (c->n == 0 || !c->rows[0].kind->form)
        return MOTE_OK;
    MOTE_TRY(mote_arena_take(c->arena, c->n, sizeof *forms, &forms, err));
    MOTE_TRY(mote_arena_take(c->arena, c->n, sizeof *counts, &counts, err));
    for (size_t i = 0; i < c->n; i++)
        if (c->seen[i].form)
            forms[n++] = c->seen[i].form;
    qsort(forms, n, sizeof *forms, compare_forms);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || strcmp(forms[i], forms[i - 1]) != 0)
            counts[n_counts++] = (form_count){forms[i], 0};
        counts[n_counts - 1].n++;
    }
    if (n_counts == 0)
        return MOTE_OK;
    qsort(counts, n_counts, sizeof *counts, compare_counts);
    mote_finding *f;
    MOTE_TRY(mote_check_find(
        c,
        &(mote_finding){.id = "forms",
                        .severity = MOTE_FINDING_NOTE,
                        .count = n_counts,
                        .remedy = "nothing needs to be done where the product will see the same"},
        &f, err, "%s: %zu", c->rows[0].kind->forms, n_counts));
    for (size_t i = 0; i < n_counts; i++)
        MOTE_TRY(mote_check_example(c, f, err, "%s: %zu", counts[i].form, counts[i].n));
    return MOTE_OK;
}

static mote_status check_troubles(mote_checker *c, mote_err *err)
{
    if (c->n == 0 || !c->rows[0].kind->troubles)
        return MOTE_OK;
    for (size_t k = 0; c->rows[0].kind->troubles[k].id; k++)
        MOTE_TRY(check_trouble(c, k, err));
    MOTE_TRY(check_odd(c, true, err));
    return check_odd(c, false, err);
}

/* ---- all ----------------------------------------------------------------------------------- */

static int compare_findings(const void *a, const void *b)
{
    const mote_finding *x = a, *y = b;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    return strcmp(x->id, y->id) ? strcmp(x->id, y->id) : strcmp(x->text, y->text);
}

/* The built-in set is nobody's recordings: nothing of it is counted or judged. */
static void leave_out_builtin(mote_checker *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++) {
        if (!mote_sample_is_builtin(c->rows[i].group))
            c->rows[n++] = c->rows[i];
    }
    c->n = n;
}

mote_status mote_data_check(mote_store *s, const mote_check_config *cfg, mote_arena *a,
                            mote_check_report *out, mote_err *err)
{
    mote_check_config named = *cfg;
    const bool is_named = cfg->n_labels > 0;
    mote_checker c = {.store = s,
                      .cfg = &named,
                      .arena = a,
                      .one = cfg->of_words ? "keyword" : "class",
                      .many = cfg->of_words ? "keywords" : "classes"};
    MOTE_TRY(mote_arena_take(a, MAX_FINDINGS, sizeof *c.report.findings, &c.report.findings, err));
    MOTE_TRY(mote_sample_list(s, a, &c.rows, &c.n, err));
    leave_out_builtin(&c);
    c.unit = c.n > 0 ? c.rows[0].kind->one : "recording";
    c.units = c.n > 0 ? c.rows[0].kind->many : "recordings";
    c.group = c.n > 0 ? c.rows[0].kind->group : NULL;
    if (!is_named)
        MOTE_TRY(mote_check_labels_there(&c, &named, err));
    MOTE_TRY(mote_check_rejected(&c, err));
    if (c.n == 0 && c.report.n == 0 && !mote_check_is_spoken(&c))
        return mote_data_nothing(cfg->of_words, err);
    MOTE_TRY(read_all(&c, err));
    MOTE_TRY(check_clipping(&c, err));
    MOTE_TRY(check_level(&c, err));
    MOTE_TRY(check_length(&c, err));
    MOTE_TRY(check_troubles(&c, err));
    MOTE_TRY(check_forms(&c, err));
    MOTE_TRY(mote_check_set(&c, err));
    c.report.n_samples = c.n;
    c.report.many = c.n > 0 ? c.rows[0].kind->many : "recordings";
    qsort(c.report.findings, c.report.n, sizeof *c.report.findings, compare_findings);
    *out = c.report;
    return MOTE_OK;
}
