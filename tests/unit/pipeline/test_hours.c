/* SPDX-License-Identifier: Apache-2.0 */
/* The user's own hours and another folder, on a tiny project: what is counted is what is written in
 * the label tracks, detections are those of the device's code, nothing enters the project. */
#include "tiny_project.h"

#include "model/hear.h"
#include "pipeline/elsewhere.h"
#include "pipeline/hours.h"
#include "pipeline/present.h"

static const tiny_settings usual = {.epochs = 20, .seed = 1};

#define CLIP ((size_t)TINY_SAMPLES)
#define N    (20 * (size_t)TINY_RATE_HZ)

typedef struct {
    tiny t;
    mote_model *model;
    char folder[TEMP_DIR_BYTES + 64];
    int16_t pcm[N]; /* of the last recording */
} bed;

static bed *the_bed; /* made once: the tests do not change the project */

static bed *open_bed(void)
{
    bed *b = calloc(1, sizeof *b);
    mote_err err = {0};
    assert_non_null(b);
    tiny_make(&b->t, usual, true);
    T_OK(mote_pipeline_run(b->t.pipeline, MOTE_STAGE_evaluate, false, &err));
    T_OK(mote_present_model(b->t.pipeline, &b->model, &err));
    snprintf(b->folder, sizeof b->folder, "%s/hours", b->t.dir);
    T_OK(mote_dir_make(b->folder, &err));
    return b;
}

static void close_bed(bed *b)
{
    mote_model_unref(b->model);
    tiny_remove(&b->t);
    free(b);
}

static void write_text(const bed *b, const char *name, const char *text)
{
    char path[TEMP_DIR_BYTES + 160];
    mote_err err = {0};
    snprintf(path, sizeof path, "%s/%s", b->folder, name);
    T_OK(mote_file_write(path, text, strlen(text), &err));
}

/* 20 s: the words of the tiny project at the seconds given (0: none), in faint noise. */
static void write_hours(bed *b, const char *name, const double at_s[3])
{
    static const double hz[] = {300.0, 900.0, 2200.0}; /* low, mid, hum */
    char path[TEMP_DIR_BYTES + 160];
    mote_rng rng;
    mote_rng_init(&rng, 9);
    for (size_t i = 0; i < N; i++)
        b->pcm[i] = (int16_t)lrint(mote_rng_range(&rng, -300.0, 300.0));
    for (int w = 0; w < 3; w++)
        for (size_t i = 0; i < CLIP && at_s[w] > 0; i++) {
            const double edge = fmin(1.0, fmin((double)i, (double)(CLIP - i)) / 400.0);
            b->pcm[(size_t)(at_s[w] * TINY_RATE_HZ) + i] += (int16_t)lrint(
                32767.0 * 0.3 * edge * sin(6.283185307 * hz[w] * (double)i / TINY_RATE_HZ));
        }
    snprintf(path, sizeof path, "%s/%s", b->folder, name);
    char *slash = strrchr(path, '/');
    mote_err err = {0};
    *slash = '\0';
    T_OK(mote_dir_make(path, &err));
    *slash = '/';
    tiny_wav(path, b->pcm, N);
}

static mote_hours_job job_of(const bed *b)
{
    return (mote_hours_job){.model = b->model,
                            .folder = b->folder,
                            .tolerance_s = 0.75,
                            .max_false_accepts_per_hour = 0.5,
                            .confidence = 0.95,
                            .pool = b->t.pool};
}

static json_t *judge(const mote_hours_job *job)
{
    mote_err err = {0};
    json_t *found = NULL;
    mote_status st = mote_hours_judge(job, &found, &err);
    if (st != MOTE_OK)
        print_error("%s\n", err.text);
    assert_int_equal(st, MOTE_OK);
    return found;
}

static void near(double is, double wanted, double by)
{
    if (!(fabs(is - wanted) <= by))
        fail_msg("%.9g is not %.9g", is, wanted);
}

static json_int_t count(const json_t *o, const char *key)
{
    const json_t *x = json_object_get(o, key);
    assert_true(json_is_integer(x));
    return json_integer_value(x);
}

static double number(const json_t *o, const char *key)
{
    const json_t *x = json_object_get(o, key);
    assert_true(json_is_number(x));
    return json_number_value(x);
}

/* Both recordings hold the same words: one says so, the other nothing. */
static void words_are_heard_where_the_tracks_say_and_false_where_they_do_not(void **state)
{
    bed *b = *state;
    const double at[3] = {3.0, 9.0, 15.0};
    write_hours(b, "kitchen/monday.wav", at);
    write_text(b, "kitchen/monday.txt", "3.0\t3.5\tlow\n9.0\t9.5\tMid\n15.0\t15.5\tdoorbell\n");
    write_hours(b, "radio.wav", at);
    mote_hours_job job = job_of(b);
    job.threshold = 0.2;
    MOTE_SCOPED_JSON *found = judge(&job);
    const json_t *stream = json_object_get(found, "stream");
    assert_int_equal(count(found, "recordings"), 2);
    assert_int_equal(count(found, "unlabelled"), 1);
    assert_int_equal(count(stream, "n_words"), 2);
    assert_int_equal(count(stream, "n_hits"), 2);
    near(number(stream, "hours"), 40.0 / 3600, 1e-9);
    const json_t *others = json_object_get(found, "other_labels");
    assert_int_equal(json_array_size(others), 1);
    assert_string_equal(json_string_value(json_array_get(others, 0)), "doorbell");
    /* The words of the radio are false, each at its place. */
    const json_t *detections = json_object_get(found, "detections");
    int n_radio = 0;
    for (size_t i = 0; i < json_array_size(detections); i++) {
        const json_t *d = json_array_get(detections, i);
        const bool is_radio =
            strcmp(json_string_value(json_object_get(d, "file")), "radio.wav") == 0;
        n_radio += is_radio;
        if (is_radio)
            assert_string_equal(json_string_value(json_object_get(d, "is")), "false");
    }
    assert_true(n_radio >= 2);
    /* By condition: what adds up to the whole. */
    const json_t *conditions = json_object_get(found, "conditions");
    assert_int_equal(json_array_size(conditions), 2);
    const json_t *kitchen = json_array_get(conditions, 0), *rest = json_array_get(conditions, 1);
    assert_string_equal(json_string_value(json_object_get(kitchen, "condition")), "kitchen");
    assert_int_equal(count(kitchen, "n_words"), 2);
    assert_int_equal(count(rest, "n_words"), 0);
    assert_int_equal(count(rest, "n_false_accepts"), n_radio);
    assert_int_equal(count(kitchen, "n_false_accepts") + n_radio, count(stream, "n_false_accepts"));
    const json_t *latency = json_object_get(found, "latency");
    assert_int_equal(count(latency, "n"), 2);
    assert_true(number(latency, "most_s") < 0.75 + 0.5);
}

/* The detections that are counted are those of model/hear.c, at the model's own thresholds. */
static void detections_are_those_of_the_device(void **state)
{
    bed *b = *state;
    const double at[3] = {2.0, 7.3, 12.1};
    mote_err err = {0};
    mote_predictor *p = NULL;
    mote_hearer *h = NULL;
    mote_hearing heard = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 26);
    write_hours(b, "a.wav", at);
    write_hours(b, "b.wav", (const double[3]){0, 5.0, 0});
    write_hours(b, "c.wav", at);
    mote_hours_job job = job_of(b);
    MOTE_SCOPED_JSON *found = judge(&job);
    T_OK(mote_predictor_create(b->model, &p, &err));
    T_OK(mote_hearer_create(p, &h, &err));
    T_OK(mote_hear(h, &(mote_recording){b->pcm, N}, NULL, &a, &heard, &err)); /* c.wav */
    const json_t *detections = json_object_get(found, "detections");
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(detections); i++) {
        const json_t *d = json_array_get(detections, i);
        if (strcmp(json_string_value(json_object_get(d, "file")), "c.wav") != 0)
            continue;
        assert_in_range(n, 0, heard.n - 1);
        near(number(d, "at_s"), (double)heard.items[n].at / TINY_RATE_HZ, 1e-3);
        assert_string_equal(json_string_value(json_object_get(d, "label")),
                            mote_model_label(b->model, heard.items[n].class_id));
        near(number(d, "probability"), (double)heard.items[n].average_q16 / 65536.0, 0);
        n++;
    }
    assert_int_equal(n, heard.n);
    assert_true(n > 0);
    mote_hearer_destroy(h);
    mote_predictor_destroy(p);
}

/* 0 events need ln(40)/limit hours at 95 %, two-sided: 7.38 for 0.5 an hour. */
static void a_limit_that_minutes_cannot_show_is_not_yet_known(void **state)
{
    bed *b = *state;
    write_hours(b, "quiet.wav", (const double[3]){0, 0, 0});
    mote_hours_job job = job_of(b);
    job.threshold = 1;
    MOTE_SCOPED_JSON *found = judge(&job);
    const json_t *limit = json_object_get(found, "limit");
    assert_string_equal(json_string_value(json_object_get(limit, "verdict")), "not yet known");
    near(number(limit, "hours_needed"), log(40.0) / 0.5, 1e-3);
    assert_non_null(strstr(json_string_value(json_object_get(limit, "text")), "7.4 h in all"));
    assert_true(json_is_null(json_object_get(found, "latency")));
    job.max_false_accepts_per_hour = 10000;
    MOTE_SCOPED_JSON *shown = judge(&job);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(shown, "limit"), "verdict")), "shown");
}

static void a_table_of_labels_is_taken_and_its_recordings_must_be_there(void **state)
{
    bed *b = *state;
    mote_err err = {0};
    json_t *found = NULL;
    write_hours(b, "x/one.wav", (const double[3]){4.0, 0, 0});
    write_text(b, "labels.csv", "file,start,end,label\nx/one,4,4.5,low\n");
    mote_hours_job job = job_of(b);
    job.threshold = 0.2;
    found = judge(&job);
    assert_int_equal(count(json_object_get(found, "stream"), "n_words"), 1);
    assert_int_equal(count(json_object_get(found, "stream"), "n_hits"), 1);
    assert_int_equal(count(found, "unlabelled"), 0);
    json_decref(found);
    write_text(b, "labels.csv", "file,start,end,label\nx/two.wav,4,4.5,low\n");
    assert_int_equal(mote_hours_judge(&job, &found, &err), MOTE_NOT_FOUND);
    assert_non_null(strstr(err.text, "no recording 'x/two.wav'"));
    write_text(b, "labels.csv", "file,start,end,label\nx/one.wav,400,401,low\n");
    assert_int_equal(mote_hours_judge(&job, &found, &err), MOTE_RANGE);
}

static void folders_without_recordings_are_refused(void **state)
{
    bed *b = *state;
    mote_err err = {0};
    json_t *found = NULL;
    mote_hours_job job = job_of(b);
    write_text(b, "notes.txt", "nothing");
    assert_int_equal(mote_hours_judge(&job, &found, &err), MOTE_NOT_FOUND);
    job.folder = "/nowhere/at/all";
    assert_int_equal(mote_hours_judge(&job, &found, &err), MOTE_NOT_FOUND);
    assert_null(found);
}

/* ---- another folder ---------------------------------------------------------------------- */

static json_t *judge_tree(bed *b, const char *tree, const char *pattern)
{
    mote_err err = {0};
    json_t *found = NULL;
    mote_import_config how = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    how.group_pattern = pattern;
    const mote_elsewhere_job job = {b->model, tree, &how, false};
    mote_status st = mote_elsewhere_judge(b->t.pipeline, &job, &found, &err);
    if (st != MOTE_OK)
        print_error("%s\n", err.text);
    assert_int_equal(st, MOTE_OK);
    return found;
}

static void another_folder_is_judged_and_nothing_of_it_stays(void **state)
{
    bed *b = *state;
    char tree[TEMP_DIR_BYTES + 32], left[TEMP_DIR_BYTES + 64];
    const int64_t n_samples = tiny_count(&b->t, "SELECT count(*) FROM data_sample");
    const int64_t n_objects = tiny_count(&b->t, "SELECT count(*) FROM object");
    const int64_t n_versions = tiny_count(&b->t, "SELECT count(*) FROM data_version");
    snprintf(tree, sizeof tree, "%s/others", b->t.dir);
    tiny_tree(tree, 40, 3);
    MOTE_SCOPED_JSON *found = judge_tree(b, tree, NULL);
    assert_int_equal(count(found, "n"), 3 * TINY_PER_GROUP);
    assert_int_equal(count(found, "known"), 0);
    const json_t *clean = json_object_get(json_object_get(found, "conditions"), "clean");
    assert_int_equal(count(clean, "n"), 3 * TINY_PER_GROUP);
    assert_non_null(json_object_get(clean, "accuracy"));
    assert_non_null(json_object_get(found, "beside"));
    assert_non_null(strstr(json_string_value(json_object_get(found, "on")),
                           "3 people who were in neither training nor validation"));
    assert_int_equal(tiny_count(&b->t, "SELECT count(*) FROM data_sample"), n_samples);
    assert_int_equal(tiny_count(&b->t, "SELECT count(*) FROM object"), n_objects);
    assert_int_equal(tiny_count(&b->t, "SELECT count(*) FROM data_version"), n_versions);
    snprintf(left, sizeof left, "%s/.mote/work/elsewhere", b->t.dir);
    assert_false(mote_path_exists(left));
}

/* The project's own recordings are known, but for those of its test. */
static void what_the_model_has_learned_from_is_counted(void **state)
{
    bed *b = *state;
    MOTE_SCOPED_JSON *found = judge_tree(b, b->t.tree, NULL);
    const json_int_t n = TINY_GROUPS * TINY_PER_GROUP;
    assert_in_range(count(found, "known"), n / 2, n - 1);
    assert_non_null(
        strstr(json_string_value(json_object_get(found, "on")), "in training or validation"));
}

static int make_bed(void **state)
{
    *state = the_bed = open_bed();
    return 0;
}

static int remove_bed(void **state)
{
    (void)state;
    close_bed(the_bed);
    return 0;
}

/* Hours of its own for each test. */
static int set_up(void **state)
{
    mote_err err = {0};
    *state = the_bed;
    T_OK(mote_dir_remove(the_bed->folder, &err));
    T_OK(mote_dir_make(the_bed->folder, &err));
    return 0;
}

#define WITH_BED(f) cmocka_unit_test_setup(f, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BED(words_are_heard_where_the_tracks_say_and_false_where_they_do_not),
        WITH_BED(detections_are_those_of_the_device),
        WITH_BED(a_limit_that_minutes_cannot_show_is_not_yet_known),
        WITH_BED(a_table_of_labels_is_taken_and_its_recordings_must_be_there),
        WITH_BED(folders_without_recordings_are_refused),
        WITH_BED(another_folder_is_judged_and_nothing_of_it_stays),
        WITH_BED(what_the_model_has_learned_from_is_counted),
    };
    return cmocka_run_group_tests(tests, make_bed, remove_bed);
}
