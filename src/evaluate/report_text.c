/* SPDX-License-Identifier: Apache-2.0 */
/* Tables for a terminal, see report_text.h. Widths are counted in characters of UTF-8. */
#include "evaluate/report_text.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "evaluate/json_parts.h"
#include "evaluate/metrics.h"

#define MAX_MATRIX     16
#define MAX_CONFUSIONS 10
#define LEAST_CLIPS    5 /* of a group that is listed, when there is one */

static size_t width(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0) != 0x80;
    return n;
}

static void add_padded(mote_buf *out, const char *s, size_t to, bool is_right)
{
    size_t w = width(s), pad = w < to ? to - w : 0;
    for (size_t i = 0; is_right && i < pad; i++)
        mote_buf_char(out, ' ');
    mote_buf_str(out, s);
    for (size_t i = 0; !is_right && i < pad; i++)
        mote_buf_char(out, ' ');
}

static size_t widest(const char *const *names, int32_t n, size_t least)
{
    for (int32_t i = 0; i < n; i++)
        least = width(names[i]) > least ? width(names[i]) : least;
    return least;
}

static void add_percent(mote_buf *out, double x)
{
    if (isfinite(x))
        mote_buf_printf(out, "%6.1f %%", x * 100);
    else
        mote_buf_str(out, "       -");
}

static void add_interval(mote_buf *out, mote_interval x)
{
    add_percent(out, x.value);
    if (isfinite(x.value))
        mote_buf_printf(out, " (%.1f to %.1f)", x.lo * 100, x.hi * 100);
}

static void add_summary(const mote_evaluation *e, mote_buf *out)
{
    mote_buf_printf(
        out,
        "accuracy %.1f %% (%.1f to %.1f), macro F1 %.1f %% (%.1f to %.1f), calibration error "
        "%.3f (%.3f to %.3f), n %lld\n",
        e->accuracy.value * 100, e->accuracy.lo * 100, e->accuracy.hi * 100,
        e->macro_f1.value * 100, e->macro_f1.lo * 100, e->macro_f1.hi * 100, e->ece.value,
        e->ece.lo, e->ece.hi, (long long)e->n);
}

static void add_count(mote_buf *out, int64_t x, size_t to)
{
    char text[32];
    (void)mote_format(text, sizeof text, x == 0 ? "." : "%lld", (long long)x);
    add_padded(out, text, to, true);
}

/* The largest off-diagonal cells, found one after another: there are few. */
static void list_confusions(const mote_evaluation *e, const char *const *names, mote_buf *out)
{
    int64_t below = INT64_MAX;
    size_t after = 0, n = (size_t)e->n_classes;
    mote_buf_str(out, "most frequent confusions:\n");
    for (int shown = 0; shown < MAX_CONFUSIONS; shown++) {
        int64_t best = 0;
        size_t at = 0;
        for (size_t i = 0; i < n * n; i++) {
            int64_t x = e->confusion[i];
            bool is_left = x < below || (x == below && i > after);
            if (i / n != i % n && is_left && x > best) {
                best = x;
                at = i;
            }
        }
        if (best == 0)
            break;
        mote_buf_printf(out, "  %lld x '%s' taken for '%s'\n", (long long)best, names[at / n],
                        names[at % n]);
        below = best;
        after = at;
    }
}

static void add_confusion(const mote_evaluation *e, const char *const *names, mote_buf *out)
{
    if (e->n_classes > MAX_MATRIX) {
        list_confusions(e, names, out);
        return;
    }
    int64_t most = 0;
    for (int32_t i = 0; i < e->n_classes * e->n_classes; i++)
        most = e->confusion[i] > most ? e->confusion[i] : most;
    char digits[32];
    (void)mote_format(digits, sizeof digits, "%lld", (long long)most);
    size_t first = widest(names, e->n_classes, 4), cell = strlen(digits) + 2;
    cell = cell < 5 ? 5 : cell;
    add_padded(out, "is", first, false);
    mote_buf_str(out, "  taken for\n");
    for (int32_t row = -1; row < e->n_classes; row++) {
        add_padded(out, row < 0 ? "" : names[row], first, false);
        for (int32_t k = 0; k < e->n_classes; k++) {
            char head[16];
            (void)mote_format(head, sizeof head, "[%d]", k + 1);
            if (row < 0)
                add_padded(out, head, cell + 1, true);
            else
                add_count(out, e->confusion[row * e->n_classes + k], cell + 1);
        }
        if (row >= 0)
            mote_buf_printf(out, "   [%d]", row + 1);
        mote_buf_char(out, '\n');
    }
}

static void add_classes(const mote_evaluation *e, const char *const *names, mote_buf *out)
{
    size_t first = widest(names, e->n_classes, 5);
    add_padded(out, "class", first, false);
    mote_buf_str(out, "   clips  precision        F1    recall\n");
    for (int32_t k = 0; k < e->n_classes; k++) {
        const mote_class_result *c = &e->classes[k];
        add_padded(out, names[k], first, false);
        mote_buf_printf(out, " %7lld   ", (long long)c->n);
        add_percent(out, c->precision);
        mote_buf_str(out, "  ");
        add_percent(out, c->f1);
        mote_buf_str(out, "  ");
        add_interval(out, c->recall_interval);
        mote_buf_char(out, '\n');
    }
}

/* The group with the lowest accuracy above (below, after) among those of at least `least` clips. */
static int32_t next_worst(const mote_evaluation *e, int64_t least, double below, int32_t after)
{
    int32_t worst = -1;
    for (int32_t g = 0; g < e->n_groups; g++) {
        double x = e->groups[g].accuracy.value;
        bool is_left = e->groups[g].n >= least && (x > below || (x == below && g > after));
        if (is_left && (worst < 0 || x < e->groups[worst].accuracy.value))
            worst = g;
    }
    return worst;
}

static void add_groups(const mote_evaluation *e, const char *const *group_names, size_t n_worst,
                       mote_buf *out)
{
    size_t n_listed = 0, n_small = 0, first = widest(group_names, e->n_groups, 5);
    for (int32_t g = 0; g < e->n_groups; g++) {
        n_listed += e->groups[g].n >= LEAST_CLIPS;
        n_small += e->groups[g].n > 0 && e->groups[g].n < LEAST_CLIPS;
    }
    int64_t least = n_listed > 0 ? LEAST_CLIPS : 1;
    n_listed = n_listed > 0 ? n_listed : n_small;
    if (n_listed == 0)
        return;
    add_padded(out, "group", first, false);
    mote_buf_str(out, "   clips  accuracy\n");
    double below = -1;
    int32_t after = -1;
    size_t shown = 0;
    for (; shown < n_worst && shown < n_listed; shown++) {
        int32_t worst = next_worst(e, least, below, after);
        if (worst < 0)
            break;
        add_padded(out, group_names[worst], first, false);
        mote_buf_printf(out, " %7lld  ", (long long)e->groups[worst].n);
        add_interval(out, e->groups[worst].accuracy);
        mote_buf_char(out, '\n');
        below = e->groups[worst].accuracy.value;
        after = worst;
    }
    if (shown < n_listed)
        mote_buf_printf(out, "%zu more, at least as good\n", n_listed - shown);
    if (least > 1 && n_small > 0)
        mote_buf_printf(out, "%zu with fewer than %d clips, too few to say\n", n_small,
                        LEAST_CLIPS);
}

mote_status mote_report_evaluation_json(const json_t *evaluation, size_t n_worst, mote_buf *out,
                                        mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)256 << 20);
    mote_evaluation e;
    const char *const *names = NULL, *const *group_names = NULL;
    MOTE_TRY(mote_evaluation_from_json(evaluation, &a, &e, &names, &group_names, err));
    add_summary(&e, out);
    mote_buf_char(out, '\n');
    add_confusion(&e, names, out);
    mote_buf_char(out, '\n');
    add_classes(&e, names, out);
    if (e.n_groups > 0 && n_worst > 0) {
        mote_buf_char(out, '\n');
        add_groups(&e, group_names, n_worst, out);
    }
    return mote_buf_status(out, err);
}

/* What a stream of several rounds rests on. Points that were kept before there were any say nothing
 * of it. */
static mote_status say_rounds(const json_t *point, mote_buf *out, mote_err *err)
{
    int64_t n_rounds = 0, n_distinct = 0;
    double hours = 0;
    if (!json_object_get(point, "n_rounds"))
        return MOTE_OK;
    MOTE_TRY(mote_json_get_count(point, "stream", "n_rounds", &n_rounds, err));
    MOTE_TRY(mote_json_get_count(point, "stream", "n_distinct_words", &n_distinct, err));
    MOTE_TRY(mote_json_get_f64(point, "stream", "independent_hours", &hours, err));
    if (n_rounds > 1)
        mote_buf_printf(out,
                        "%lld rounds of the same recordings (%lld words), placed anew, with other "
                        "noise; intervals as of %.2f h\n",
                        (long long)n_rounds, (long long)n_distinct, hours);
    return MOTE_OK;
}

mote_status mote_report_stream_json(const json_t *point, mote_buf *out, mote_err *err)
{
    static const char what[] = "stream";
    double threshold = 0, hours = 0;
    int64_t n_words = 0;
    mote_interval accepts, rejects, value = {.value = (double)NAN};
    json_t *events = NULL;
    MOTE_TRY(mote_json_get_f64(point, what, "threshold", &threshold, err));
    MOTE_TRY(mote_json_get_f64(point, what, "hours", &hours, err));
    MOTE_TRY(mote_json_get_count(point, what, "n_words", &n_words, err));
    MOTE_TRY(mote_json_get_interval(point, "false_accepts_per_hour", &accepts, err));
    MOTE_TRY(mote_json_get_interval(point, "false_reject_rate", &rejects, err));
    MOTE_TRY(mote_json_get_arr(point, what, "keywords", &events, err));
    const char *currency = json_string_value(json_object_get(point, "currency")); /* or NULL */
    if (json_object_get(point, "value_per_day"))
        MOTE_TRY(mote_json_get_interval(point, "value_per_day", &value, err));
    mote_buf_printf(out,
                    "stream of %.2f h with %lld words, threshold %.3f: %.2f false accepts an hour "
                    "(%.2f to %.2f), %.1f %% missed (%.1f to %.1f)\n",
                    hours, (long long)n_words, threshold, accepts.value, accepts.lo, accepts.hi,
                    rejects.value * 100, rejects.lo * 100, rejects.hi * 100);
    MOTE_TRY(say_rounds(point, out, err));
    if (isfinite(value.value))
        mote_buf_printf(out, "value of a day %.2f (%.2f to %.2f)%s%s\n", value.value, value.lo,
                        value.hi, currency ? " " : "", currency ? currency : "");
    for (size_t i = 0; i < json_array_size(events); i++) {
        const json_t *o = json_array_get(events, i);
        const char *word = NULL;
        int64_t n = 0, n_hits = 0;
        MOTE_TRY(mote_json_get_str(o, what, "keyword", &word, err));
        MOTE_TRY(mote_json_get_count(o, what, "n", &n, err));
        MOTE_TRY(mote_json_get_count(o, what, "n_hits", &n_hits, err));
        mote_buf_printf(out, "%s%s %lld of %lld", i ? ", " : "heard: ", word, (long long)n_hits,
                        (long long)n);
    }
    if (json_array_size(events) > 0)
        mote_buf_char(out, '\n');
    return mote_buf_status(out, err);
}

mote_status mote_report_promise_json(const json_t *promised, const json_t *measured, mote_buf *out,
                                     mote_err *err)
{
    mote_interval before, after, missed_before, missed_after;
    double limit = 0;
    MOTE_TRY(mote_json_get_f64(promised, "promise", "max_false_accepts_per_hour", &limit, err));
    MOTE_TRY(mote_json_get_interval(promised, "false_accepts_per_hour", &before, err));
    MOTE_TRY(mote_json_get_interval(promised, "false_reject_rate", &missed_before, err));
    MOTE_TRY(mote_json_get_interval(measured, "false_accepts_per_hour", &after, err));
    MOTE_TRY(mote_json_get_interval(measured, "false_reject_rate", &missed_after, err));
    bool is_proven = json_is_true(json_object_get(promised, "is_limit_proven"));
    const char *by = json_string_value(json_object_get(promised, "by"));
    mote_buf_printf(out,
                    "%s promised %.2f false accepts an hour (at most %.2f; asked: %.2f, "
                    "%s) and %.1f %% missed",
                    by ? by : "validation", before.value, before.hi, limit,
                    is_proven ? "proven" : "not proven", 100 * missed_before.value);
    bool holds = after.lo <= before.hi && missed_after.lo <= missed_before.hi;
    mote_buf_printf(out, "; the test %s\n",
                    holds ? "does not contradict it"
                          : "contradicts it: the threshold promises more than it keeps");
    return mote_buf_status(out, err);
}

static mote_status say_words(const json_t *all, const char *member, const char *what, mote_buf *out,
                             mote_err *err)
{
    const json_t *o = json_object_get(all, member);
    int64_t n = 0, words = 0, refused = 0;
    mote_interval rate;
    if (!o)
        return MOTE_OK;
    MOTE_TRY(mote_json_get_count(o, member, "n", &n, err));
    MOTE_TRY(mote_json_get_count(o, member, "words", &words, err));
    MOTE_TRY(mote_json_get_count(o, member, "refused", &refused, err));
    if (n == 0) {
        mote_buf_printf(out, "%s: none in the test: not yet known\n", what);
        return MOTE_OK;
    }
    MOTE_TRY(mote_json_get_interval(o, "rate", &rate, err));
    mote_buf_printf(out, "%s: %lld of %lld refused, %.1f %% (%.1f to %.1f), %lld words\n", what,
                    (long long)refused, (long long)n, 100 * rate.value, 100 * rate.lo,
                    100 * rate.hi, (long long)words);
    return MOTE_OK;
}

mote_status mote_report_other_words_json(const json_t *other_words, mote_buf *out, mote_err *err)
{
    bool apart = json_is_true(json_object_get(other_words, "apart"));
    MOTE_TRY(say_words(other_words, "new", "other words, new, from new people", out, err));
    MOTE_TRY(say_words(other_words, "heard", "other words heard in training, from new people", out,
                       err));
    if (!apart)
        mote_buf_str(out, "new words were not tested: other words are not held apart (fewer than "
                          "3 of them)\n");
    return mote_buf_status(out, err);
}

mote_status mote_report_negatives_json(const json_t *negatives, mote_buf *out, mote_err *err)
{
    static const char *const parts[] = {"validation", "test", "folds"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const json_t *o = json_object_get(negatives, parts[i]);
        mote_interval rate;
        int64_t n = 0;
        double hours = 0;
        if (!o)
            continue;
        MOTE_TRY(mote_json_get_count(o, parts[i], "n_false_accepts", &n, err));
        MOTE_TRY(mote_json_get_f64(o, parts[i], "hours", &hours, err));
        MOTE_TRY(mote_json_get_interval(o, "false_accepts_per_hour", &rate, err));
        mote_buf_printf(out,
                        "negative recordings, %s: %lld false accepts in %.2f h, %.2f an hour (%.2f "
                        "to %.2f)\n",
                        parts[i], (long long)n, hours, rate.value, rate.lo, rate.hi);
    }
    return mote_buf_status(out, err);
}
