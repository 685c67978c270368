/* SPDX-License-Identifier: Apache-2.0 */
/* Answers over the position of the word, see position.h. */
#include "evaluate/position.h"

#include <math.h>

#include "evaluate/bootstrap.h"

#define CENTRE    (MOTE_POSITIONS / 2)
#define N_NUMBERS (MOTE_POSITIONS + 1) /* each fall, and the largest */

static bool is_whole(const mote_position_answers *x, int32_t k, size_t i)
{
    return (double)x->share[k][i] >= MOTE_POSITION_WHOLE;
}

static bool is_right(const mote_position_answers *x, int32_t k, size_t i)
{
    return x->said[k][i] == x->labels[i];
}

/* The fall at each position, of the words that are whole there and in the middle; then the largest.
 */
static void falls(void *arg, const uint32_t *weights, double *values)
{
    const mote_position_answers *x = arg;
    values[MOTE_POSITIONS] = (double)NAN;
    for (int32_t k = 0; k < MOTE_POSITIONS; k++) {
        double n = 0, lost = 0;
        for (size_t i = 0; i < x->n; i++) {
            if (!x->has_word[i] || !is_whole(x, k, i) || !is_whole(x, CENTRE, i))
                continue;
            n += weights[i];
            lost += weights[i] * ((double)is_right(x, CENTRE, i) - (double)is_right(x, k, i));
        }
        values[k] = n > 0 ? lost / n : (double)NAN;
        if (!(values[k] <= values[MOTE_POSITIONS]))
            values[MOTE_POSITIONS] = isnan(values[k]) ? values[MOTE_POSITIONS] : values[k];
    }
}

typedef struct {
    int64_t all, all_right, whole, whole_right, centred, cut, cut_right, cut_other, cut_none;
} counts;

static counts count(const mote_position_answers *x, int32_t k)
{
    counts c = {0};
    for (size_t i = 0; i < x->n; i++) {
        if (!x->has_word[i])
            continue;
        const bool right = is_right(x, k, i);
        c.all++;
        c.all_right += right;
        if (is_whole(x, k, i)) {
            c.whole++;
            c.whole_right += right;
            c.centred += is_right(x, CENTRE, i);
        } else {
            c.cut++;
            c.cut_right += right;
            c.cut_other += !right && x->said[k][i] < x->n_named;
            c.cut_none += !right && x->said[k][i] >= x->n_named;
        }
    }
    return c;
}

static mote_status put_count(json_t *o, const char *name, int64_t n, mote_err *err)
{
    return mote_json_put(o, name, json_integer((json_int_t)n), err);
}

static mote_status put_classes(const mote_position_answers *x, int32_t k, json_t *o, mote_err *err)
{
    json_t *list = json_array();
    MOTE_TRY(mote_json_put(o, "classes", list, err));
    for (int32_t c = 0; c < x->n_named; c++) {
        int64_t n = 0, right = 0;
        for (size_t i = 0; i < x->n; i++) {
            const bool is_one = x->has_word[i] && x->labels[i] == c && is_whole(x, k, i);
            n += is_one;
            right += is_one && is_right(x, k, i);
        }
        json_t *one = json_object();
        MOTE_TRY(mote_json_append(list, one, err));
        MOTE_TRY(mote_json_put(one, "label", json_string(x->classes[c]), err));
        MOTE_TRY(put_count(one, "words", n, err));
        MOTE_TRY(put_count(one, "right", right, err));
    }
    return MOTE_OK;
}

static mote_status put_offset(const mote_position_answers *x, int32_t k, mote_interval loss,
                              json_t *list, mote_err *err)
{
    const counts c = count(x, k);
    json_t *o = json_object(), *whole = json_object(), *cut = json_object();
    MOTE_TRY(mote_json_append(list, o, err));
    MOTE_TRY(mote_json_put(o, "whole", whole, err));
    MOTE_TRY(mote_json_put(o, "cut", cut, err));
    MOTE_TRY(put_count(o, "offset_ms", mote_position_ms(k), err));
    MOTE_TRY(put_count(o, "words", c.all, err));
    MOTE_TRY(put_count(o, "right", c.all_right, err));
    MOTE_TRY(put_count(whole, "words", c.whole, err));
    MOTE_TRY(put_count(whole, "right", c.whole_right, err));
    MOTE_TRY(put_count(whole, "right_centred", c.centred, err));
    MOTE_TRY(mote_json_put_interval(whole, "loss", loss, err));
    MOTE_TRY(put_count(cut, "words", c.cut, err));
    MOTE_TRY(put_count(cut, "right", c.cut_right, err));
    MOTE_TRY(put_count(cut, "other", c.cut_other, err));
    MOTE_TRY(put_count(cut, "none", c.cut_none, err));
    return put_classes(x, k, o, err);
}

static mote_status put_all(const mote_position_answers *x, const mote_interval *numbers, json_t *o,
                           mote_err *err)
{
    json_t *list = json_array();
    MOTE_TRY(mote_json_put(o, "offsets", list, err));
    MOTE_TRY(put_count(o, "words", count(x, CENTRE).all, err));
    MOTE_TRY(
        mote_json_put(o, "word_ms", isnan(x->word_ms) ? json_null() : json_real(x->word_ms), err));
    MOTE_TRY(mote_json_put_interval(o, "loss", numbers[MOTE_POSITIONS], err));
    for (int32_t k = 0; k < MOTE_POSITIONS; k++)
        MOTE_TRY(put_offset(x, k, numbers[k], list, err));
    return MOTE_OK;
}

mote_status mote_position_evaluate(const mote_position_answers *x, const mote_evaluate_config *cfg,
                                   mote_arena *a, json_t **out, mote_interval *loss, mote_err *err)
{
    mote_position_answers copy = *x;
    mote_interval numbers[N_NUMBERS];
    const mote_bootstrap_config bootstrap = {.n = x->n,
                                             .groups = x->groups,
                                             .n_groups = x->n_groups,
                                             .confidence = cfg->confidence,
                                             .n_resamples = cfg->n_resamples,
                                             .seed = cfg->seed};
    const mote_statistic fall = {N_NUMBERS, falls, &copy};
    MOTE_TRY(mote_bootstrap(&bootstrap, &fall, a, numbers, err));
    MOTE_SCOPED_JSON *o = json_object();
    MOTE_TRY(put_all(x, numbers, o, err));
    *loss = numbers[MOTE_POSITIONS];
    *out = json_incref(o);
    return MOTE_OK;
}

/* ---- as text ----------------------------------------------------------------------------- */

static void add_share(mote_buf *out, int64_t k, int64_t n)
{
    if (n > 0)
        mote_buf_printf(out, " %7.1f", 100.0 * (double)k / (double)n);
    else
        mote_buf_str(out, "       -");
}

/* A row: `member` of `part` (NULL: of the offset itself) in percent of its words. */
static mote_status add_row(const json_t *offsets, const char *title, const char *part,
                           const char *member, mote_buf *out, mote_err *err)
{
    size_t i;
    json_t *o;
    mote_buf_printf(out, "  %-30s", title);
    json_array_foreach(offsets, i, o)
    {
        const json_t *of = part ? json_object_get(o, part) : o;
        int64_t n = 0, k = 0;
        MOTE_TRY(mote_json_get_count(of, "position", "words", &n, err));
        MOTE_TRY(mote_json_get_count(of, "position", member, &k, err));
        add_share(out, k, n);
    }
    mote_buf_char(out, '\n');
    return MOTE_OK;
}

mote_status mote_position_tell(const json_t *position, const char *on, mote_buf *out, mote_err *err)
{
    const json_t *offsets = json_object_get(position, "offsets");
    mote_interval loss;
    size_t i;
    json_t *o;
    mote_buf_printf(out, "position of the word, %s, %%", on);
    MOTE_TRY(mote_json_get_interval(position, "loss", &loss, err));
    if (isfinite(loss.value))
        mote_buf_printf(out, "; whole words fall by up to %.1f points (%.1f to %.1f)",
                        100 * loss.value, 100 * loss.lo, 100 * loss.hi);
    mote_buf_printf(out, "\n  %-30s", "middle of the word off, ms");
    json_array_foreach(offsets, i, o)
    {
        mote_buf_printf(out, " %+7d", (int)json_integer_value(json_object_get(o, "offset_ms")));
    }
    mote_buf_char(out, '\n');
    MOTE_TRY(add_row(offsets, "right, of all words", NULL, "right", out, err));
    MOTE_TRY(add_row(offsets, "right, of whole words", "whole", "right", out, err));
    MOTE_TRY(add_row(offsets, "  the same in the middle", "whole", "right_centred", out, err));
    MOTE_TRY(add_row(offsets, "words cut: another label", "cut", "other", out, err));
    MOTE_TRY(add_row(offsets, "words cut: right all the same", "cut", "right", out, err));
    return mote_buf_status(out, err);
}
