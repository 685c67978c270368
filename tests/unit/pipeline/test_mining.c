/* SPDX-License-Identifier: Apache-2.0 */
/* Hard negatives on a tiny project: what a model is wrong about in hours in which nothing is said
 * teaches the next one; the same bytes whatever the threads, and after a stop. */
#include "tiny_project.h"

#include "base/interval.h"
#include "data/kind_audio.h"
#include "data/negatives.h"
#include "pipeline/evaluate_internal.h"
#include "pipeline/listen.h"

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

/* ---- folds ---- */

static const tiny_settings folded = {
    .epochs = 12, .seed = 1, .training = "  refit: all\n  refit_folds: 3\n"};

/* What a fold's recordings are heard with. */
typedef struct {
    mote_judge judge;
    mote_stream_tally *tally;
    size_t hop;
} ear;

static mote_status hear(void *arg, const mote_negative *one, mote_err *err)
{
    ear *e = arg;
    MOTE_SCOPED_ARENA scratch;
    mote_stream_outputs said;
    const mote_audio *sound = mote_decoded_audio(one->decoded);
    const mote_stream_track track = {.rate_hz = sound->rate_hz,
                                     .steps = sound->samples,
                                     .n = sound->n,
                                     .step_bytes = sizeof *sound->samples};
    const mote_listening w = {.track = &track, .hop = e->hop};
    mote_arena_init(&scratch, 64u << 20);
    MOTE_TRY(mote_listen(&e->judge, &w, &scratch, &said, err));
    return mote_stream_tally_add(e->tally, &said, &track, err);
}

/* The false accepts at every threshold that the model of fold `who` has in what is dealt to `k`. */
static mote_stream_curve *by_hand(tiny *t, const mote_evaluating *e, int32_t who, int32_t k,
                                  mote_arena *a)
{
    const mote_project_value none = {.is_given = false};
    const mote_settings *s = t->pipeline->settings;
    mote_dataset_config cfg = *mote_setting_dataset(s);
    mote_stream_curve *curve = NULL;
    mote_err err = {0};
    ear x = {.judge = e->everybody.judge, .hop = mote_setting_stream(s)->hop_samples};
    x.judge.graph = e->everybody.parts[who].graph;
    cfg.split = MOTE_SPLIT_TEST;
    cfg.n_folds = e->folds.n;
    cfg.round = k;
    cfg.fold_seed = e->version.seed;
    T_OK(mote_stream_tally_create(0, 2, &mote_setting_stream(s)->detector, a, &x.tally, &err));
    T_OK(mote_negatives_each(t->store, &e->version, &cfg, hear, &x, &err));
    T_OK(mote_stream_tally_curve(x.tally, &none, 0.95, a, &curve, &err));
    return curve;
}

static bool is_alike(const mote_stream_curve *a, const mote_stream_curve *b)
{
    bool alike = true;
    for (size_t i = 0; i < MOTE_STREAM_POINTS; i++)
        alike = alike && a->points[i].counts.n_false_accepts == b->points[i].counts.n_false_accepts;
    return alike;
}

/* A model that learned from everybody: each fold hears the hours that are dealt to it with its own
 * model, which has met nobody in them, and none is heard twice. */
static void each_fold_hears_its_own_hours(void **state)
{
    (void)state;
    tiny t;
    mote_err err = {0};
    mote_stage_run r = {.id = MOTE_STAGE_evaluate};
    mote_evaluating e = {.r = &r};
    bool differ = false;
    double hours = 0;
    make(&t, folded);
    assert_int_equal(run_to(&t, MOTE_STAGE_evaluate), MOTE_OK);
    const json_t *o = json_object_get(output(&t, MOTE_STAGE_evaluate, "negatives"), "folds");
    assert_true(fabs(json_number_value(json_object_get(o, "hours")) -
                     N_RECORDINGS * SECONDS / 3600.0) < 1e-6);
    assert_null(json_object_get(output(&t, MOTE_STAGE_evaluate, "negatives"), "test"));
    e.p = t.pipeline;
    mote_arena_init(&e.arena, 1u << 30);
    T_OK(mote_stage_version(t.pipeline, &e.arena, &e.version, &err));
    mote_pipeline_use(t.pipeline, MOTE_USES(task) | MOTE_USES(dataset) | MOTE_USES(features) |
                                      MOTE_USES(stream));
    T_OK(mote_stage_complete(t.pipeline, false, &err));
    T_OK(mote_jury_graphs_of(t.pipeline, &e.folds, &err));
    T_OK(
        mote_jury_of_folds(t.pipeline, &e.version, MOTE_WORDS_APART, &e.folds, &e.everybody, &err));
    for (int32_t k = 0; k < e.folds.n; k++) {
        const mote_project_value none = {.is_given = false};
        mote_stream_tally *tally = NULL;
        mote_stream_curve *said = NULL;
        mote_jury one;
        T_OK(mote_jury_some(&e.everybody, k, 1, &e.arena, &one, &err));
        T_OK(mote_evaluate_negatives(&e, &one, k, &tally, &err));
        assert_non_null(tally);
        T_OK(mote_stream_tally_curve(tally, &none, 0.95, &e.arena, &said, &err));
        hours += said->points[0].counts.hours;
        assert_true(is_alike(said, by_hand(&t, &e, k, k, &e.arena)));
        differ = differ || (k > 0 && !is_alike(said, by_hand(&t, &e, 0, k, &e.arena)));
    }
    assert_true(differ); /* from what the first fold's model says of them */
    assert_true(fabs(hours - N_RECORDINGS * SECONDS / 3600.0) < 1e-6);
    mote_jury_release(&e.everybody);
    mote_jury_graphs_release(&e.folds);
    mote_arena_release(&e.arena);
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
        cmocka_unit_test(each_fold_hears_its_own_hours),
        cmocka_unit_test(the_same_bytes_whatever_the_threads_and_after_a_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
