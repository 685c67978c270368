/* SPDX-License-Identifier: Apache-2.0 */
/* Builds a reference profile and puts predictions into its bins. JSON is in reference_json.c. */
#include "evaluate/reference_profile.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/interval.h"
#include "evaluate/answer_internal.h"
#include "evaluate/reference_internal.h"

#define MIN_ROWS       50
#define MAX_FRAMES     1024 /* of one sample that are looked at */
#define FLOOR_QUANTILE 0.1
#define SILENCE_DB     (-100.0) /* level of a clip of zeros */

/* ---- what is watched ---- */

mote_watch_shape mote_watch_shape_for(const mote_frontend *features, const mote_shape *sample,
                                      mote_answer_kind answer, int32_t n_said)
{
    mote_watch_shape shape = {.answer = answer, .n_said = n_said};
    mote_shape out;
    mote_input_kind input;
    if (features != NULL && mote_frontend_input(features, &input) &&
        mote_frontend_shape(features, sample, &out, NULL) == MOTE_OK) {
        shape.n_values = out.dims[out.n_dims - 1];
        shape.n_frames = (int32_t)(mote_shape_elements(&out) / shape.n_values);
        shape.is_cepstral = mote_frontend_energy_is_first(features);
        shape.has_level = sample->dtype == MOTE_I16 && sample->n_dims == 1;
        const mote_kind *kind = mote_kind_of(input);
        shape.n_sample = kind && kind->watch ? kind->watch->count(sample) : 0;
        if (shape.n_sample > 0)
            shape = (mote_watch_shape){.answer = answer,
                                       .n_said = n_said,
                                       .n_sample = shape.n_sample,
                                       .watch = kind->watch,
                                       .sample = *sample};
    }
    return shape;
}

static int32_t n_bands(const mote_watch_shape *shape)
{
    int32_t most = shape->n_frames > 1 ? MOTE_WATCH_BANDS : MOTE_WATCH_COLUMNS;
    return shape->n_values < most ? shape->n_values : most;
}

static bool has_features(const mote_watch_shape *shape)
{
    return shape->n_frames > 0 && shape->n_values > 0;
}

static int32_t n_of_features(const mote_watch_shape *shape)
{
    if (!has_features(shape))
        return shape->n_sample;
    return n_bands(shape) + (shape->n_frames > 1 ? 2 : 0); /* floor, spread */
}

static int32_t n_before_answer(const mote_watch_shape *shape)
{
    return n_of_features(shape) + (shape->has_level ? 1 : 0);
}

int32_t mote_watch_count(const mote_watch_shape *shape)
{
    return n_before_answer(shape) + mote_answer_row_of(shape->answer)->n_watched(shape->n_said);
}

bool mote_watch_is_class(const mote_watch_shape *shape, int32_t thing)
{
    return mote_answer_row_of(shape->answer)->is_last_class && thing == mote_watch_count(shape) - 1;
}

void mote_watch_name(const mote_watch_shape *shape, int32_t thing, char name[MOTE_WATCH_NAME_BYTES])
{
    int32_t bands = has_features(shape) ? n_bands(shape) : 0;
    const char *plain = NULL;
    if (thing < shape->n_sample) {
        (void)mote_format(name, MOTE_WATCH_NAME_BYTES, "sample_%d", (int)thing);
        return;
    }
    if (thing >= n_before_answer(shape)) {
        mote_answer_row_of(shape->answer)
            ->watched_name(thing - n_before_answer(shape), name, MOTE_WATCH_NAME_BYTES);
        return;
    }
    if (thing == n_of_features(shape))
        plain = "level_db";
    else if (thing >= bands)
        plain = thing == bands ? "floor" : "spread";
    if (plain != NULL) {
        (void)mote_format(name, MOTE_WATCH_NAME_BYTES, "%s", plain);
        return;
    }
    int32_t first = thing * shape->n_values / bands;
    int32_t last = (thing + 1) * shape->n_values / bands - 1;
    if (first == last)
        (void)mote_format(name, MOTE_WATCH_NAME_BYTES, "feature_%d", (int)first);
    else
        (void)mote_format(name, MOTE_WATCH_NAME_BYTES, "feature_%d_%d", (int)first, (int)last);
}

/* Means of the bands over all frames. */
static void band_means(const mote_watch_shape *shape, const float *features, float *out)
{
    int32_t bands = n_bands(shape);
    for (int32_t band = 0; band < bands; band++) {
        int32_t first = band * shape->n_values / bands;
        int32_t end = (band + 1) * shape->n_values / bands;
        double sum = 0;
        for (int32_t frame = 0; frame < shape->n_frames; frame++) {
            for (int32_t k = first; k < end; k++)
                sum += (double)features[(size_t)frame * (size_t)shape->n_values + (size_t)k];
        }
        out[band] = (float)(sum / ((double)(end - first) * shape->n_frames));
    }
}

static double frame_energy(const mote_watch_shape *shape, const float *frame)
{
    if (shape->is_cepstral)
        return (double)frame[0];
    double sum = 0;
    for (int32_t k = 0; k < shape->n_values; k++)
        sum += (double)frame[k];
    return sum / shape->n_values;
}

static void floor_and_spread(const mote_watch_shape *shape, const float *features, float *out)
{
    double energy[MAX_FRAMES];
    int32_t n = shape->n_frames < MAX_FRAMES ? shape->n_frames : MAX_FRAMES;
    double sum = 0;
    double squares = 0;
    for (int32_t i = 0; i < n; i++) { /* spread over all of them */
        const size_t frame = (size_t)((int64_t)i * shape->n_frames / n);
        energy[i] = frame_energy(shape, features + frame * (size_t)shape->n_values);
        sum += energy[i];
    }
    for (int32_t i = 0; i < n; i++)
        squares += (energy[i] - sum / n) * (energy[i] - sum / n);
    mote_sort_doubles(energy, (size_t)n);
    out[0] = (float)mote_quantile_sorted(energy, (size_t)n, FLOOR_QUANTILE);
    out[1] = (float)sqrt(squares / n);
}

static float level_db(const int16_t *x, size_t n)
{
    double squares = 0;
    for (size_t i = 0; i < n; i++)
        squares += (double)x[i] * x[i];
    if (n == 0)
        return NAN;
    double power = squares / (double)n / (32768.0 * 32768.0);
    return (float)fmax(SILENCE_DB, 10 * log10(fmax(power, 1e-30)));
}

void mote_watch_values(const mote_watch_shape *shape, const float *features, const void *sample,
                       size_t n, const float *said, float *out)
{
    if (has_features(shape)) {
        band_means(shape, features, out);
        if (shape->n_frames > 1)
            floor_and_spread(shape, features, out + n_bands(shape));
        out += n_of_features(shape);
    }
    if (shape->n_sample > 0) {
        shape->watch->values(&shape->sample, sample, out);
        out += shape->n_sample;
    }
    if (shape->has_level)
        *out++ = level_db(sample, n);
    mote_answer_row_of(shape->answer)->watch(said, shape->n_said, out);
}

/* ---- bins ---- */

static uint8_t bin_of(const mote_watched *w, float x)
{
    uint8_t missing = (uint8_t)(w->n_bins - 1);
    if (w->is_mute)
        return missing;
    if (w->is_class)
        return x >= 0 && x < (float)missing ? (uint8_t)x : missing;
    if (!isfinite(x))
        return missing;
    uint8_t bin = 0;
    while (bin < MOTE_WATCH_QUANTILE_BINS - 1 && x >= w->edges[bin])
        bin++;
    return bin;
}

void mote_reference_profile_bin(const mote_reference_profile *p, const float *values, uint8_t *bins)
{
    for (int32_t i = 0; i < p->n_things; i++)
        bins[i] = bin_of(&p->things[i], values[i]);
}

/* ---- words ---- */

void watched_words(mote_watched *w)
{
    static const struct {
        const char *name, *called, *more, *less;
    } known[] = {{"floor", "the quiet parts", "stronger", "weaker"},
                 {"spread", "strength within a sample", "more uneven", "more even"},
                 {"level_db", "the level", "higher", "lower"},
                 {"confidence", "the model", "surer", "less sure"},
                 {"entropy", "the model", "more undecided", "more decided"},
                 {"class", "the classes that are said", "", ""},
                 {"score", "the score", "more unusual", "less unusual"}};
    (void)mote_format(w->called, sizeof w->called, "%s", w->name);
    (void)mote_format(w->more, sizeof w->more, "higher");
    (void)mote_format(w->less, sizeof w->less, "lower");
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(known[i].name, w->name) == 0) {
            (void)mote_format(w->called, sizeof w->called, "%s", known[i].called);
            (void)mote_format(w->more, sizeof w->more, "%s", known[i].more);
            (void)mote_format(w->less, sizeof w->less, "%s", known[i].less);
        }
}

static void name_sample(mote_watched *w, const mote_kind_watched *k)
{
    memcpy(w->name, k->name, sizeof w->name);
    memcpy(w->called, k->called, sizeof w->called);
    (void)mote_format(w->more, sizeof w->more, "%s", k->more ? k->more : "");
    (void)mote_format(w->less, sizeof w->less, "%s", k->less ? k->less : "");
    w->is_mute = k->is_mute;
}

/* A text that is too long leaves the name that it has. */
static void call(mote_watched *w, const char *before, const char *text, const char *after)
{
    char called[MOTE_WATCHED_BYTES];
    if (mote_format(called, sizeof called, "%s%s%s", before, text, after))
        memcpy(w->called, called, sizeof called);
}

/* Value k as what is said, by the name that the target has. */
static void name_value(mote_watched *w, const char *text)
{
    char name[MOTE_WATCH_NAME_BYTES];
    if (mote_format(name, sizeof name, "value %s", text))
        memcpy(w->name, name, sizeof name);
    call(w, "value '", text, "'");
}

void watched_values(mote_reference_profile *p, const char *const *names, size_t n_names)
{
    const int32_t first = n_before_answer(&p->shape);
    if (p->shape.answer != MOTE_ANSWER_VALUE)
        return;
    for (int32_t t = first; t < p->n_things && (size_t)(t - first) < n_names; t++)
        name_value(&p->things[t], names[t - first]);
}

void mote_reference_profile_name(mote_reference_profile *p, const mote_frontend *features,
                                 const mote_sample_form *form)
{
    const mote_watch_shape *s = &p->shape;
    int32_t bands = has_features(s) ? n_bands(s) : 0;
    for (int32_t t = 0; t < p->n_things; t++) {
        mote_watched *w = &p->things[t];
        mote_kind_watched of_sample = {0};
        mote_value_words words;
        if (s->watch && t < s->n_sample) {
            s->watch->words(form, t, &of_sample);
            name_sample(w, &of_sample);
        } else if (t < bands) {
            mote_frontend_words(features, &form->shape, t * s->n_values / bands,
                                (t + 1) * s->n_values / bands - 1, &words);
            call(w, "", words.what, "");
        }
        for (int32_t i = 0; w->is_mute && i < p->n_rows; i++)
            p->bins[(size_t)i * (size_t)p->n_things + (size_t)t] = (uint8_t)(w->n_bins - 1);
    }
    watched_values(p, form->values.items, form->values.n);
}

bool watched_is_named(const mote_watch_shape *shape, int32_t thing)
{
    return thing < shape->n_sample ||
           (shape->answer == MOTE_ANSWER_VALUE && thing >= n_before_answer(shape));
}

/* ---- building ---- */

typedef struct {
    int32_t group;
    size_t row;
} placed_row;

static int compare_rows(const void *x, const void *y)
{
    const placed_row *a = x;
    const placed_row *b = y;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

static mote_status check_shape(const mote_watch_shape *s, size_t n_rows, mote_err *err)
{
    int32_t least = mote_answer_row_of(s->answer)->is_last_class ? 2 : 1;
    if (s->n_said < least || s->n_said > MOTE_WATCH_MAX_BINS - 2)
        return mote_fail(err, MOTE_ARG, "reference profile: %d answers, not %d to %d",
                         (int)s->n_said, (int)least, MOTE_WATCH_MAX_BINS - 2);
    if (s->n_frames < 0 || s->n_values < 0 || (s->n_frames == 0) != (s->n_values == 0))
        return mote_fail(err, MOTE_ARG, "reference profile: features of %d x %d", (int)s->n_frames,
                         (int)s->n_values);
    if (n_rows < MIN_ROWS)
        return mote_fail(err, MOTE_ARG,
                         "reference profile: %zu samples are too few to know what is "
                         "normal: at least %d are needed",
                         n_rows, MIN_ROWS);
    return MOTE_OK;
}

static mote_status profile_alloc(size_t n_rows, size_t n_things, mote_reference_profile **out,
                                 mote_err *err)
{
    mote_reference_profile *p = mote_alloc_zero(1, sizeof *p);
    if (p != NULL) {
        p->group_start = mote_alloc_zero(n_rows + 1, sizeof p->group_start[0]);
        p->bins = mote_alloc_zero(n_rows, n_things);
    }
    if (p == NULL || p->group_start == NULL || p->bins == NULL) {
        mote_reference_profile_destroy(p);
        return mote_fail(err, MOTE_NOMEM, "reference profile: out of memory");
    }
    p->n_rows = (int32_t)n_rows;
    p->n_things = (int32_t)n_things;
    *out = p;
    return MOTE_OK;
}

void mote_reference_profile_destroy(mote_reference_profile *p)
{
    if (p == NULL)
        return;
    mote_free(p->group_start);
    mote_free(p->bins);
    mote_free(p);
}

/* The rows in order of group, thinned evenly to at most MOTE_WATCH_MAX_ROWS. */
static size_t place_rows(const int32_t *group_id, size_t n_rows, placed_row *rows)
{
    for (size_t i = 0; i < n_rows; i++)
        rows[i] = (placed_row){group_id[i], i};
    qsort(rows, n_rows, sizeof rows[0], compare_rows);
    if (n_rows <= MOTE_WATCH_MAX_ROWS)
        return n_rows;
    for (size_t i = 0; i < MOTE_WATCH_MAX_ROWS; i++)
        rows[i] = rows[i * n_rows / MOTE_WATCH_MAX_ROWS];
    return MOTE_WATCH_MAX_ROWS;
}

/* Rows that are kept, of values [..][n_things]. */
typedef struct {
    const float *values;
    size_t n_things;
    const placed_row *rows; /* [n] */
    size_t n;
} kept_rows;

/* Edges at the quantiles of one thing over them. scratch: [n]. */
static void set_edges(mote_watched *w, const kept_rows *kept, size_t thing, double *scratch)
{
    size_t k = 0;
    for (size_t i = 0; i < kept->n; i++) {
        float x = kept->values[kept->rows[i].row * kept->n_things + thing];
        if (isfinite(x))
            scratch[k++] = (double)x;
    }
    mote_sort_doubles(scratch, k);
    for (int32_t e = 0; e < MOTE_WATCH_QUANTILE_BINS - 1; e++) {
        double q = (double)(e + 1) / MOTE_WATCH_QUANTILE_BINS;
        w->edges[e] = k > 0 ? (float)mote_quantile_sorted(scratch, k, q) : 0.0F;
    }
}

static void fill(mote_reference_profile *p, const mote_watch_shape *shape, const float *values,
                 const placed_row *rows, double *scratch)
{
    size_t n = (size_t)p->n_rows;
    size_t n_things = (size_t)p->n_things;
    const kept_rows kept = {values, n_things, rows, n};
    p->shape = *shape;
    for (size_t t = 0; t < n_things; t++) {
        mote_watched *w = &p->things[t];
        mote_watch_name(shape, (int32_t)t, w->name);
        watched_words(w);
        w->is_class = mote_watch_is_class(shape, (int32_t)t);
        w->n_bins = w->is_class ? shape->n_said + 1 : MOTE_WATCH_QUANTILE_BINS + 1;
        if (!w->is_class)
            set_edges(w, &kept, t, scratch);
    }
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || rows[i].group != rows[i - 1].group)
            p->group_start[p->n_groups++] = (int32_t)i;
        mote_reference_profile_bin(p, values + rows[i].row * n_things, p->bins + i * n_things);
    }
    p->group_start[p->n_groups] = p->n_rows;
}

mote_status mote_reference_profile_build(const mote_watch_shape *shape, const float *values,
                                         const int32_t *group_id, size_t n_rows,
                                         mote_reference_profile **out, mote_err *err)
{
    MOTE_TRY(check_shape(shape, n_rows, err));
    MOTE_SCOPED_FREE placed_row *rows = mote_alloc(n_rows, sizeof *rows);
    MOTE_SCOPED_FREE double *scratch = mote_alloc(n_rows, sizeof *scratch);
    if (rows == NULL || scratch == NULL)
        return mote_fail(err, MOTE_NOMEM, "reference profile: out of memory");
    size_t n = place_rows(group_id, n_rows, rows);
    mote_reference_profile *p = NULL;
    MOTE_TRY(profile_alloc(n, (size_t)mote_watch_count(shape), &p, err));
    fill(p, shape, values, rows, scratch);
    *out = p;
    return MOTE_OK;
}
