/* SPDX-License-Identifier: Apache-2.0 */
/* Hard negatives on a tiny project: what a model is wrong about in hours in which nothing is said
 * teaches the next one; the same bytes whatever the threads, and after a stop. */
#include "tiny_project.h"

#include "base/interval.h"

#define N_RECORDINGS 9
#define SECONDS      8

static const tiny_settings mined = {
    .epochs = 4, .seed = 1, .training = "  mining_rounds: 2\n  mining_windows: 15\n"};
static const tiny_settings plain = {.epochs = 4, .seed = 1};
static const tiny_settings sure = {
    .epochs = 20, .seed = 1, .training = "  label_smoothing: 0\n  patience: 0\n"};
static const tiny_settings sure_mined = {.epochs = 20,
                                         .seed = 1,
                                         .training = "  label_smoothing: 0\n  patience: 0\n"
                                                     "  mining_rounds: 1\n  mining_windows: 40\n"};

/* Recordings with a burst every second, of pitches between those of the words. */
static void add_negatives(tiny *t)
{
    static int16_t pcm[SECONDS * TINY_RATE_HZ];
    char dir[TEMP_DIR_BYTES + 64], path[TEMP_DIR_BYTES + 128];
    mote_err err = {0};
    mote_rng rng;
    mote_rng_init(&rng, 8);
    snprintf(dir, sizeof dir, "%s/_negatives_", t->tree);
    T_OK(mote_dir_make(dir, &err));
    for (int k = 0; k < N_RECORDINGS; k++) {
        for (int i = 0; i < SECONDS * TINY_RATE_HZ; i++) {
            const int second = i / TINY_RATE_HZ, at = i % TINY_RATE_HZ;
            const double hz = 350.0 + 40.0 * ((second + k) % 12);
            const double loud = at < TINY_SAMPLES ? 0.3 : 0.0;
            pcm[i] = (int16_t)lrint(32767.0 * (loud * sin(6.283185307 * hz * i / TINY_RATE_HZ) +
                                               mote_rng_range(&rng, -0.01, 0.01)));
        }
        snprintf(path, sizeof path, "%s/tv%d.wav", dir, k);
        tiny_wav(path, pcm, SECONDS * TINY_RATE_HZ);
    }
    tiny_import(t->dir, t->tree);
}

static void make(tiny *t, tiny_settings y)
{
    tiny_make(t, y, false);
    tiny_close(t);
    add_negatives(t);
    tiny_open(t, 1);
}

static mote_status run_to(tiny *t, mote_stage_id last)
{
    mote_err err = {0};
    return mote_pipeline_run(t->pipeline, last, false, &err);
}

static const json_t *output(tiny *t, mote_stage_id stage, const char *member)
{
    mote_err err = {0};
    const mote_stage_result *r = NULL;
    T_OK(mote_pipeline_result(t->pipeline, stage, &r, &err));
    return json_object_get(r->output, member);
}

static json_int_t number(const json_t *list, size_t i, const char *member)
{
    return json_integer_value(json_object_get(json_array_get(list, i), member));
}

static void what_is_answered_in_negatives_teaches_the_next_model(void **state)
{
    (void)state;
    tiny t;
    make(&t, sure);
    assert_int_equal(run_to(&t, MOTE_STAGE_train), MOTE_OK);
    const mote_sha256 before = tiny_object(&t, MOTE_STAGE_train, "graph.f32");
    assert_null(output(&t, MOTE_STAGE_train, "mining"));
    tiny_set(&t, sure_mined);
    assert_int_equal(run_to(&t, MOTE_STAGE_train), MOTE_OK);
    const json_t *rounds = output(&t, MOTE_STAGE_train, "mining");
    assert_int_equal(json_array_size(rounds), 2);
    assert_int_equal(number(rounds, 0, "added"), 0);
    assert_in_range(number(rounds, 1, "added"), 1, 40);
    assert_true(number(rounds, 1, "heard") > 200); /* several recordings, ten a second */
    const double first =
        json_number_value(json_object_get(json_array_get(rounds, 0), "validation_per_hour"));
    const double second =
        json_number_value(json_object_get(json_array_get(rounds, 1), "validation_per_hour"));
    const mote_sha256 after = tiny_object(&t, MOTE_STAGE_train, "graph.f32");
    /* A round that does no better is not taken. */
    if ((memcmp(&before, &after, sizeof after) != 0) != (second < 0.95 * first))
        fail_msg("%g windows an hour before, %g after", first, second);
    assert_true(second < 0.5 * first);
    tiny_remove(&t);
}

static void hours_in_which_nothing_is_said_are_judged(void **state)
{
    (void)state;
    tiny t;
    make(&t, plain);
    assert_int_equal(run_to(&t, MOTE_STAGE_evaluate), MOTE_OK);
    const json_t *all = output(&t, MOTE_STAGE_evaluate, "negatives");
    static const char *const parts[] = {"validation", "test"};
    for (size_t i = 0; i < 2; i++) {
        const json_t *o = json_object_get(all, parts[i]);
        mote_interval rate;
        mote_err err = {0};
        const double hours = json_number_value(json_object_get(o, "hours"));
        const double n = (double)json_integer_value(json_object_get(o, "n_false_accepts"));
        T_OK(mote_json_get_interval(o, "false_accepts_per_hour", &rate, &err));
        assert_true(hours >= SECONDS / 3600.0 - 1e-9 && hours < 1);
        assert_true(fabs(rate.value - n / hours) < 1e-6);
        assert_true(fabs(rate.hi - mote_interval_poisson((int64_t)n, hours, 0.95).hi) < 1e-6);
    }
    tiny_remove(&t);
}

/* Stop when a round has begun to train. */
static void stop_in_round(void *arg, mote_stage_id stage, int64_t done, int64_t total,
                          const char *note)
{
    tiny *t = arg;
    (void)stage;
    (void)total;
    if (strstr(note, "mining round 1") && done > 3)
        t->cancel.requested = 1;
}

static void the_same_bytes_whatever_the_threads_and_after_a_stop(void **state)
{
    (void)state;
    tiny t, again;
    make(&t, mined);
    assert_int_equal(run_to(&t, MOTE_STAGE_train), MOTE_OK);
    const mote_sha256 one = tiny_object(&t, MOTE_STAGE_train, "graph.f32");
    tiny_remove(&t);
    make(&again, mined);
    again.progress = stop_in_round;
    again.progress_arg = &again;
    tiny_open(&again, 2);
    assert_int_equal(run_to(&again, MOTE_STAGE_train), MOTE_CANCELLED);
    again.progress = NULL;
    again.cancel = (mote_cancel){0};
    tiny_open(&again, 2);
    assert_int_equal(run_to(&again, MOTE_STAGE_train), MOTE_OK);
    const mote_sha256 other = tiny_object(&again, MOTE_STAGE_train, "graph.f32");
    assert_memory_equal(&one, &other, sizeof one);
    tiny_remove(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_answered_in_negatives_teaches_the_next_model),
        cmocka_unit_test(hours_in_which_nothing_is_said_are_judged),
        cmocka_unit_test(the_same_bytes_whatever_the_threads_and_after_a_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
