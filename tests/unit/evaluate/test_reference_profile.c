/* SPDX-License-Identifier: Apache-2.0 */
/* Watched values, bins, and the profile's JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"
#include "data/columns.h"
#include "evaluate/reference_internal.h"
#include "support.h"

#define N_ROWS 200

static const mote_watch_shape small = {
    .n_frames = 4, .n_values = 2, .n_said = 3, .is_cepstral = true, .has_level = true};

static void things_have_names(void **state)
{
    (void)state;
    char name[MOTE_WATCH_NAME_BYTES];
    static const char *const expected[] = {"feature_0", "feature_1",  "floor",   "spread",
                                           "level_db",  "confidence", "entropy", "class"};
    assert_int_equal(mote_watch_count(&small), 8);
    for (int32_t t = 0; t < 8; t++) {
        mote_watch_name(&small, t, name);
        assert_string_equal(name, expected[t]);
    }
    mote_watch_shape wide = {.n_frames = 49, .n_values = 40, .n_said = 2};
    assert_int_equal(mote_watch_count(&wide), 12 + 2 + 3);
    mote_watch_name(&wide, 0, name);
    assert_string_equal(name, "feature_0_2");
    mote_watch_name(&wide, 11, name);
    assert_string_equal(name, "feature_36_39");
    mote_watch_name(&wide, 13, name);
    assert_string_equal(name, "spread");
    mote_watch_shape bare = {.n_said = 2};
    assert_int_equal(mote_watch_count(&bare), 3);
    mote_watch_name(&bare, 0, name);
    assert_string_equal(name, "confidence");
}

static void values_are_what_their_names_say(void **state)
{
    (void)state;
    const float features[] = {1, 10, 2, 20, 3, 30, 4, 40};
    const int16_t pcm[] = {16384, -16384, 16384, -16384};
    const float p[] = {0.25F, 0.5F, 0.25F};
    float v[8];
    mote_watch_values(&small, features, pcm, 4, p, v);
    assert_true(v[0] == 2.5F && v[1] == 25.0F);
    assert_true(fabsf(v[2] - 1.3F) < 1e-6F);       /* 10 % quantile of 1 2 3 4 */
    assert_true(fabsf(v[3] - 1.1180340F) < 1e-6F); /* their standard deviation */
    assert_true(fabsf(v[4] + 6.0206F) < 1e-3F);    /* half of full scale */
    assert_true(v[5] == 0.5F && fabsf(v[6] - 1.0397208F) < 1e-6F && v[7] == 1.0F);

    const int16_t silence[4] = {0};
    const float broken[] = {0.1F, NAN, 0.2F};
    mote_watch_values(&small, features, silence, 4, broken, v);
    assert_true(v[4] == -100.0F);
    assert_true(isnan(v[5]) && isnan(v[6]) && isnan(v[7]));

    mote_watch_shape mel = small; /* log-mel: energy is the frame's mean */
    mel.is_cepstral = false;
    mote_watch_values(&mel, features, pcm, 4, p, v);
    assert_true(fabsf(v[2] - 7.15F) < 1e-5F); /* of 5.5 11 16.5 22 */
}

static mote_reference_profile *make_profile(float *values, int32_t *group)
{
    mote_err err;
    mote_rng rng;
    mote_reference_profile *p = NULL;
    mote_rng_init(&rng, 11);
    for (int i = 0; i < N_ROWS; i++) {
        group[i] = (i * 7) % 10;
        for (int t = 0; t < 7; t++)
            values[i * 8 + t] = (float)mote_rng_normal(&rng);
        values[i * 8 + 7] = (float)(i % 3);
    }
    values[5 * 8 + 2] = NAN;
    assert_int_equal(mote_reference_profile_build(&small, values, group, N_ROWS, &p, &err),
                     MOTE_OK);
    return p;
}

static void bins_hold_a_tenth_each_and_missing_has_its_own(void **state)
{
    (void)state;
    static float values[N_ROWS * 8];
    static int32_t group[N_ROWS];
    mote_reference_profile *p = make_profile(values, group);
    assert_int_equal(p->n_groups, 10);
    assert_int_equal(p->n_rows, N_ROWS);
    for (int g = 0; g < 10; g++)
        assert_int_equal(p->group_start[g + 1] - p->group_start[g], N_ROWS / 10);
    for (int t = 0; t < 8; t++) {
        int counts[MOTE_WATCH_MAX_BINS] = {0};
        for (int i = 0; i < N_ROWS; i++)
            counts[p->bins[i * 8 + t]]++;
        for (int b = 0; b < 10 && t < 7; b++)
            assert_in_range(counts[b], t == 2 ? 19 : 20, 20);
        assert_int_equal(counts[p->things[t].n_bins - 1], t == 2 ? 1 : 0);
        if (t == 7)
            assert_int_equal(counts[0], 67);
    }
    float edge[8] = {p->things[0].edges[3], -INFINITY, NAN, 1e30F, 0, 0, 0, 3};
    uint8_t bins[8];
    mote_reference_profile_bin(p, edge, bins);
    assert_int_equal(bins[0], 4); /* an edge belongs to the bin above */
    assert_int_equal(bins[1], 10);
    assert_int_equal(bins[2], 10);
    assert_int_equal(bins[3], 9);
    assert_int_equal(bins[7], 3); /* no such label: missing */
    mote_reference_profile_destroy(p);
}

static void json_and_back_is_the_same(void **state)
{
    (void)state;
    static float values[N_ROWS * 8];
    static int32_t group[N_ROWS];
    mote_err err;
    mote_reference_profile *p = make_profile(values, group);
    mote_reference_profile *q = NULL;
    json_t *first = NULL;
    json_t *second = NULL;
    assert_int_equal(mote_reference_profile_to_json(p, &first, &err), MOTE_OK);
    assert_int_equal(mote_reference_profile_parse(first, &q, &err), MOTE_OK);
    assert_int_equal(mote_reference_profile_to_json(q, &second, &err), MOTE_OK);
    assert_true(json_equal(first, second));
    assert_memory_equal(p->things, q->things, sizeof p->things);
    assert_memory_equal(p->bins, q->bins, N_ROWS * 8);
    json_decref(first);
    json_decref(second);
    mote_reference_profile_destroy(p);
    mote_reference_profile_destroy(q);
}

static int64_t json_left;
static void *json_alloc(size_t n)
{
    return json_left-- != 0 ? malloc(n) : NULL; /* one failure */
}

static void a_profile_is_written_whole_or_not_at_all(void **state)
{
    (void)state;
    static float values[N_ROWS * 8];
    static int32_t group[N_ROWS];
    mote_reference_profile *p = make_profile(values, group);
    json_t *whole = NULL;
    assert_int_equal(mote_reference_profile_to_json(p, &whole, NULL), MOTE_OK);
    mote_status st = MOTE_NOMEM;
    for (int64_t n = 0; st != MOTE_OK; n++) {
        json_t *j = NULL;
        json_set_alloc_funcs(json_alloc, free);
        json_left = n;
        st = mote_reference_profile_to_json(p, &j, NULL);
        json_set_alloc_funcs(malloc, free);
        assert_true(st == MOTE_NOMEM ? j == NULL : json_equal(j, whole));
        json_decref(j);
    }
    json_decref(whole);
    mote_reference_profile_destroy(p);
}

static void damaged_documents_are_refused(void **state)
{
    (void)state;
    static float values[N_ROWS * 8];
    static int32_t group[N_ROWS];
    mote_err err;
    mote_reference_profile *p = make_profile(values, group);
    mote_reference_profile *q = NULL;
    json_t *good = NULL;
    assert_int_equal(mote_reference_profile_to_json(p, &good, &err), MOTE_OK);
    static const struct {
        const char *key;
        const char *value;
    } damage[] = {
        {"format", "2"},
        {"format", "\"1\""},
        {"shape", "{}"},
        {"shape", "{\"frames\":4,\"values\":0,\"labels\":3,"
                  "\"cepstral\":true,\"audio\":true}"},
        {"shape", "{\"frames\":4,\"values\":2,\"labels\":65,\"cepstral\":true,\"audio\":true}"},
        {"things", "[]"},
        {"things", "3"},
        {"groups", "[]"},
        {"groups", "[0,200]"},
        {"groups", "[5000,1]"},
        {"groups", "[200.5]"},
        {"groups", "[199]"},
        {"bins", "\"0123\""},
        {"bins", "null"},
    };
    for (size_t i = 0; i < sizeof damage / sizeof damage[0]; i++) {
        json_t *bad = json_copy(good);
        json_object_set_new(bad, damage[i].key, json_loads(damage[i].value, JSON_DECODE_ANY, NULL));
        assert_int_not_equal(mote_reference_profile_parse(bad, &q, &err), MOTE_OK);
        assert_null(q);
        json_decref(bad);
    }
    json_t *bad = json_deep_copy(good); /* edges that fall */
    json_t *edges = json_object_get(json_array_get(json_object_get(bad, "things"), 1), "edges");
    json_array_set_new(edges, 4, json_real(1e9));
    assert_int_equal(mote_reference_profile_parse(bad, &q, &err), MOTE_PARSE);
    assert_non_null(strstr(err.text, "feature_1"));
    json_decref(bad);
    json_decref(good);
    mote_reference_profile_destroy(p);
}

static void too_few_clips_are_refused_and_many_are_thinned(void **state)
{
    (void)state;
    mote_err err;
    mote_reference_profile *p = NULL;
    mote_watch_shape bare = {.n_said = 2};
    enum { MANY = 12000 };
    float *values = mote_alloc_zero(MANY * 3, sizeof *values);
    int32_t *group = mote_alloc_zero(MANY, sizeof *group);
    assert_non_null(values);
    assert_non_null(group);
    assert_int_equal(mote_reference_profile_build(&bare, values, group, 49, &p, &err), MOTE_ARG);
    for (int i = 0; i < MANY; i++)
        group[i] = i < MANY / 4 ? 1 : 2;
    assert_int_equal(mote_reference_profile_build(&bare, values, group, MANY, &p, &err), MOTE_OK);
    assert_int_equal(p->n_rows, MOTE_WATCH_MAX_ROWS);
    assert_int_equal(p->group_start[1], MOTE_WATCH_MAX_ROWS / 4);
    mote_reference_profile_destroy(p);
    p = NULL;
    mote_status st = MOTE_NOMEM;
    for (int64_t n = 0; n < 100 && st != MOTE_OK; n++) {
        mote_mem_fail_after(n);
        st = mote_reference_profile_build(&bare, values, group, 100, &p, &err);
        mote_mem_fail_never();
        if (st != MOTE_OK) {
            assert_int_equal(st, MOTE_NOMEM);
            assert_null(p);
        }
    }
    assert_int_equal(st, MOTE_OK);
    mote_reference_profile_destroy(p);
    mote_free(values);
    mote_free(group);
}

/* Of values and scores what was said is watched as numbers, and rows of a table by their columns;
 * the reference is written and read back with its answer. */
static void values_and_scores_are_watched_as_numbers(void **state)
{
    (void)state;
    mote_err err = {0};
    char name[MOTE_WATCH_NAME_BYTES];
    const mote_watch_shape row = {
        .n_frames = 1, .n_values = 4, .answer = MOTE_ANSWER_VALUE, .n_said = 2};
    assert_int_equal(mote_watch_count(&row), 6);
    mote_watch_name(&row, 3, name);
    assert_string_equal(name, "feature_3");
    mote_watch_name(&row, 5, name);
    assert_string_equal(name, "value_1");
    assert_false(mote_watch_is_class(&row, 5));
    const float features[4] = {1, 2, 3, 4}, said[2] = {50, -2};
    float out[6];
    mote_watch_values(&row, features, NULL, 0, said, out);
    assert_true(out[0] == 1 && out[3] == 4 && out[4] == 50 && out[5] == -2);

    const mote_watch_shape alarm = {.answer = MOTE_ANSWER_ANOMALY, .n_said = 1};
    enum { N = 100 };
    float scores[N];
    int32_t groups[N];
    for (int i = 0; i < N; i++) {
        scores[i] = (float)i;
        groups[i] = i / 10;
    }
    assert_int_equal(mote_watch_count(&alarm), 1);
    mote_reference_profile *p = NULL, *back = NULL;
    T_OK(mote_reference_profile_build(&alarm, scores, groups, N, &p, &err));
    assert_string_equal(p->things[0].name, "score");
    assert_int_equal(p->things[0].n_bins, MOTE_WATCH_QUANTILE_BINS + 1);
    MOTE_SCOPED_JSON *j = NULL;
    T_OK(mote_reference_profile_to_json(p, &j, &err));
    T_OK(mote_reference_profile_parse(j, &back, &err));
    assert_int_equal(back->shape.answer, MOTE_ANSWER_ANOMALY);
    assert_memory_equal(back->bins, p->bins, N);
    uint8_t bin = 0;
    const float high = 1000;
    mote_reference_profile_bin(back, &high, &bin);
    assert_int_equal(bin, MOTE_WATCH_QUANTILE_BINS - 1);
    mote_reference_profile_destroy(p);
    mote_reference_profile_destroy(back);
}

/* Values are called as the target's columns are, also in a bundle that numbers them; a value that
 * is not watched any more has no thing. */
static void values_are_watched_by_the_names_of_the_target(void **state)
{
    (void)state;
    enum { N = 60 };
    static const char *const names[] = {"casual", "registered"};
    static const mote_names two = {names, 2};
    const mote_watch_shape shape = {.answer = MOTE_ANSWER_VALUE, .n_said = 2};
    const mote_sample_form form = {.values = two};
    mote_err err = {0};
    float said[2 * N];
    int32_t groups[N];
    mote_reference_profile *p = NULL, *back = NULL, *old = NULL;
    for (int i = 0; i < N; i++) {
        said[2 * i] = (float)i;
        said[2 * i + 1] = (float)(i % 9);
        groups[i] = i / 3;
    }
    T_OK(mote_reference_profile_build(&shape, said, groups, N, &p, &err));
    MOTE_SCOPED_JSON *numbered = NULL;
    MOTE_SCOPED_JSON *named = NULL;
    T_OK(mote_reference_profile_to_json(p, &numbered, &err));
    mote_reference_profile_name(p, NULL, &form);
    assert_string_equal(p->things[0].name, "value casual");
    assert_string_equal(p->things[1].name, "value registered");
    assert_string_equal(p->things[1].called, "value 'registered'");
    T_OK(mote_reference_profile_to_json(p, &named, &err));
    T_OK(mote_reference_profile_parse(named, &back, &err));
    assert_string_equal(back->things[1].name, "value registered");
    T_OK(mote_reference_profile_parse(numbered, &old, &err));
    assert_string_equal(old->things[1].name, "value_1"); /* nobody said what it is called */
    watched_values(old, names, 2);
    assert_string_equal(old->things[1].name, "value registered");
    assert_string_equal(old->things[1].called, "value 'registered'");
    mote_reference_profile_destroy(p);
    mote_reference_profile_destroy(back);
    mote_reference_profile_destroy(old);
}

/* ---- what kinds name --------------------------------------------------------------------- */

static mote_watch_shape shape_of_kind(mote_input_kind input, const mote_shape *sample)
{
    const mote_kind *kind = mote_kind_of(input);
    assert_non_null(kind->watch);
    return (mote_watch_shape){.n_said = 2,
                              .n_sample = kind->watch->count(sample),
                              .watch = kind->watch,
                              .sample = *sample};
}

/* The shape that a model is watched by is that of its kind, and says nothing of features. */
static void a_front_end_leaves_to_the_kind_what_is_watched(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_frontend f;
    const mote_shape window = {.dtype = MOTE_F32, .n_dims = 2, .dims = {50, 3}};
    const mote_shape sound = {.dtype = MOTE_I16, .n_dims = 1, .dims = {16000}};
    T_OK(mote_frontend_named("raw", &f, &err));
    mote_watch_shape s = mote_watch_shape_for(&f, &window, MOTE_ANSWER_CLASS, 4);
    assert_int_equal(s.n_sample, 6);
    assert_int_equal(s.n_frames, 0);
    assert_int_equal(mote_watch_count(&s), 9);
    T_OK(mote_frontend_named("mfcc", &f, &err));
    s = mote_watch_shape_for(&f, &sound, MOTE_ANSWER_CLASS, 4);
    assert_int_equal(s.n_sample, 0);
    assert_true(s.n_frames > 1 && s.has_level);
}

static void axes_are_watched_by_where_they_lie_and_how_they_swing(void **state)
{
    (void)state;
    const mote_shape window = {.dtype = MOTE_F32, .n_dims = 2, .dims = {4, 2}};
    const mote_shape many = {.dtype = MOTE_F32, .n_dims = 2, .dims = {4, 40}};
    const mote_shape flat = {.dtype = MOTE_F32, .n_dims = 1, .dims = {4}};
    const float x[8] = {1, 5, 3, 5, 1, 5, 3, 5}, said[2] = {0.25F, 0.75F};
    float out[7];
    mote_watch_shape s = shape_of_kind(MOTE_INPUT_SERIES, &window);
    assert_int_equal(mote_watch_count(&s), 7);
    mote_watch_values(&s, NULL, x, 8, said, out);
    assert_true(out[0] == 2 && out[1] == 1 && out[2] == 5 && out[3] == 0);
    assert_true(out[4] == 0.75F && out[6] == 1);
    assert_int_equal(shape_of_kind(MOTE_INPUT_SERIES, &many).n_sample, MOTE_KIND_MAX_WATCHED);
    assert_int_equal(shape_of_kind(MOTE_INPUT_SERIES, &flat).n_sample, 0);
}

static void pictures_are_watched_by_light_contrast_detail_and_colour(void **state)
{
    (void)state;
    const mote_shape grey = {.dtype = MOTE_U8, .n_dims = 3, .dims = {2, 2, 1}};
    const mote_shape colour = {.dtype = MOTE_U8, .n_dims = 3, .dims = {1, 2, 3}};
    const uint8_t x[4] = {10, 30, 10, 30}, y[6] = {100, 0, 50, 100, 0, 50}, black[6] = {0};
    const float said[2] = {1, 0};
    float out[9];
    mote_watch_shape s = shape_of_kind(MOTE_INPUT_IMAGE, &grey);
    assert_int_equal(s.n_sample, 3);
    mote_watch_values(&s, NULL, x, 4, said, out);
    assert_true(out[0] == 20 && out[1] == 10 && out[2] == 20);
    s = shape_of_kind(MOTE_INPUT_IMAGE, &colour);
    assert_int_equal(s.n_sample, 6);
    mote_watch_values(&s, NULL, y, 6, said, out);
    assert_true(out[0] == 50 && out[2] == 0);
    assert_float_equal(out[3], 2.0 / 3, 1e-6);
    assert_float_equal(out[4], 0, 1e-6);
    assert_float_equal(out[5], 1.0 / 3, 1e-6);
    mote_watch_values(&s, NULL, black, 6, said, out);
    assert_true(out[0] == 0 && isnan(out[3]));
}

enum { N_FEW = 60 };

/* hours 0..59, a job of three, a date that moves on. */
static mote_reference_profile *profile_of_rows(const mote_sample_form *form)
{
    mote_err err = {0};
    mote_reference_profile *p = NULL;
    const mote_watch_shape s = shape_of_kind(MOTE_INPUT_TABLE, &form->shape);
    static float values[N_FEW][7];
    int32_t groups[N_FEW];
    const float said[2] = {0.5F, 0.5F};
    for (int i = 0; i < N_FEW; i++) {
        const float row[4] = {(float)i, (float)(i % 3), (float)(20000 + i), 0};
        groups[i] = i;
        mote_watch_values(&s, NULL, row, 4, said, values[i]);
    }
    T_OK(mote_reference_profile_build(&s, &values[0][0], groups, N_FEW, &p, &err));
    mote_reference_profile_name(p, NULL, form);
    return p;
}

static const mote_field fields[3] = {{.name = "hours", .type = MOTE_FIELD_NUMBER},
                                     {.name = "job", .type = MOTE_FIELD_CATEGORY},
                                     {.name = "day", .type = MOTE_FIELD_DATE}};
static const mote_columns three = {.fields = fields, .n = 3};

static void rows_are_watched_by_column_and_dates_are_not(void **state)
{
    (void)state;
    mote_err err = {0};
    const mote_sample_form form = {.shape = {.dtype = MOTE_F32, .n_dims = 1, .dims = {4}},
                                   .fields = &three};
    mote_reference_profile *p = profile_of_rows(&form), *back = NULL;
    assert_int_equal(p->n_things, 7);
    assert_string_equal(p->things[0].name, "column hours");
    assert_string_equal(p->things[0].called, "column 'hours'");
    assert_string_equal(p->things[0].more, "higher");
    assert_string_equal(p->things[1].more, "");
    assert_true(p->things[2].is_mute && p->things[3].is_mute && !p->things[1].is_mute);
    assert_string_equal(p->things[3].called, "column 'day'");
    MOTE_SCOPED_JSON *j = NULL;
    T_OK(mote_reference_profile_to_json(p, &j, &err));
    T_OK(mote_reference_profile_parse(j, &back, &err));
    assert_int_equal(back->shape.n_sample, 4);
    for (int t = 0; t < 7; t++) {
        assert_string_equal(back->things[t].called, p->things[t].called);
        assert_string_equal(back->things[t].less, p->things[t].less);
        assert_int_equal(back->things[t].is_mute, p->things[t].is_mute);
    }
    uint8_t bins[7];
    const float row[7] = {1000, 2, 30000, 5, 0.5F, 0.7F, 0};
    mote_reference_profile_bin(back, row, bins);
    assert_int_equal(bins[0], MOTE_WATCH_QUANTILE_BINS - 1);
    assert_int_equal(bins[2], MOTE_WATCH_QUANTILE_BINS); /* missing, as in the reference */
    assert_int_equal(back->bins[2], MOTE_WATCH_QUANTILE_BINS);
    mote_reference_profile_destroy(back);

    json_t *shape = json_object_get(j, "shape"), *things = json_object_get(j, "things");
    back = NULL;
    json_object_set_new(shape, "sample", json_integer(MOTE_KIND_MAX_WATCHED + 1));
    T_FAILS(mote_reference_profile_parse(j, &back, &err), MOTE_RANGE, "sample");
    json_object_set_new(shape, "sample", json_integer(4));
    json_object_set_new(shape, "frames", json_integer(2));
    json_object_set_new(shape, "values", json_integer(2));
    T_FAILS(mote_reference_profile_parse(j, &back, &err), MOTE_RANGE, "numbers of a sample");
    json_object_set_new(shape, "frames", json_integer(0));
    json_object_set_new(shape, "values", json_integer(0));
    json_object_set_new(json_array_get(things, 0), "called",
                        json_string("a name that is so long that nothing that is kept of one can "
                                    "hold it"));
    T_FAILS(mote_reference_profile_parse(j, &back, &err), MOTE_RANGE, "called");
    assert_null(back);
    mote_reference_profile_destroy(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(things_have_names),
        cmocka_unit_test(values_are_what_their_names_say),
        cmocka_unit_test(bins_hold_a_tenth_each_and_missing_has_its_own),
        cmocka_unit_test(json_and_back_is_the_same),
        cmocka_unit_test(a_profile_is_written_whole_or_not_at_all),
        cmocka_unit_test(damaged_documents_are_refused),
        cmocka_unit_test(too_few_clips_are_refused_and_many_are_thinned),
        cmocka_unit_test(values_and_scores_are_watched_as_numbers),
        cmocka_unit_test(values_are_watched_by_the_names_of_the_target),
        cmocka_unit_test(a_front_end_leaves_to_the_kind_what_is_watched),
        cmocka_unit_test(axes_are_watched_by_where_they_lie_and_how_they_swing),
        cmocka_unit_test(pictures_are_watched_by_light_contrast_detail_and_colour),
        cmocka_unit_test(rows_are_watched_by_column_and_dates_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
