/* SPDX-License-Identifier: Apache-2.0 */
/* What a test was made on: whose speech, which evidence, what was left out, what validation had
 * promised; and limits that no requirement asks for. On a tiny project. */
#include "tiny_project.h"

#include "data/kind_audio.h"
#include "pipeline/stage_parts.h"
#include "pipeline/remarks.h"
#include "pipeline/stage_internal.h"
#include "pipeline/tested.h"

static const tiny_settings usual = {.epochs = 2, .seed = 1};

typedef struct {
    tiny project;
    mote_arena arena;
    mote_data_version version;
    mote_dataset test;
    mote_task_setting task;
} fixture;

static void open_test(fixture *f)
{
    mote_err err = {0};
    tiny_make(&f->project, usual, true);
    mote_arena_init(&f->arena, 64u << 20);
    T_OK(mote_pipeline_run(f->project.pipeline, MOTE_STAGE_data, false, &err));
    static mote_settings settings;
    mote_settings_make(f->project.project, MOTE_USES(task), &settings);
    f->task = *mote_setting_task(&settings);
    T_OK(mote_stage_version(f->project.pipeline, &f->arena, &f->version, &err));
    mote_pipeline_use(f->project.pipeline, MOTE_USES(dataset));
    T_OK(mote_stage_split(f->project.pipeline, &f->version, MOTE_SPLIT_TEST, &f->test, &err));
}

static void close_test(fixture *f)
{
    mote_dataset_release(&f->test);
    mote_arena_release(&f->arena);
    tiny_remove(&f->project);
}

static void tested_of(fixture *f, mote_tested *t)
{
    mote_err err = {0};
    const mote_tested_material m = {f->project.store, &f->task, &f->version, &f->test};
    T_OK(mote_tested_of(&m, &f->arena, t, &err));
}

/* A stream of every keyword clip and `n_others` of the other word, again and again. */
static void stream_of(fixture *f, int n_others, mote_tested *t)
{
    mote_err err = {0};
    static mote_stream_event events[200];
    mote_stream_track track = {.rate_hz = TINY_RATE_HZ, .events = events};
    for (size_t i = 0; i < f->test.n; i++)
        if (f->test.class_id[i] < 2)
            events[track.n_events++] = (mote_stream_event){0, 1, f->test.class_id[i], (int32_t)i};
    track.n_targets = (int64_t)track.n_events;
    for (size_t i = 0; n_others > 0; i = (i + 1) % f->test.n)
        if (strcmp(f->test.label[i], "hum") == 0) {
            events[track.n_events++] = (mote_stream_event){0, 1, 2, (int32_t)i};
            n_others--;
        }
    tested_of(f, t);
    T_OK(mote_tested_stream(&track, &f->arena, t, &err));
}

static bool is_said(const mote_tested *t, const char *part)
{
    mote_err err = {0};
    MOTE_SCOPED_JSON *gaps = NULL;
    size_t i;
    json_t *gap;
    bool found = false;
    const mote_project_condition car = {.name = "car-noise", .noise = "car", .snr_db = {-5, 15}};
    const mote_project p = {.conditions = {&car, 1}};
    mote_conditions conditions;
    mote_conditions_of(&p, &conditions);
    T_OK(mote_tested_gaps(t, &conditions, &gaps, &err));
    json_array_foreach(gaps, i, gap) found |= strstr(json_string_value(gap), part) != NULL;
    return found;
}

static void a_test_says_whose_speech_it_was(void **state)
{
    (void)state;
    fixture f;
    mote_tested t;
    char says[96];
    open_test(&f);
    tested_of(&f, &t);
    assert_true(t.n_people > 0 && t.n_people < TINY_GROUPS);
    assert_int_equal(t.n_voices + t.n_unnamed + t.n_heard, 0);
    assert_int_equal(t.labels, MOTE_EVIDENCE_REAL);
    snprintf(says, sizeof says, "speech of %zu %s who were in neither training nor validation",
             t.n_people, t.n_people == 1 ? "person" : "people");
    assert_string_equal(t.clips_on, says);

    mote_err err = {0};
    T_OK(mote_store_exec(f.project.store, "UPDATE data_sample SET origin = 'synthetic'", &err));
    tested_of(&f, &t);
    assert_int_equal(t.n_people, 0);
    assert_int_equal(t.labels, MOTE_EVIDENCE_SYNTHETIC);
    assert_non_null(strstr(t.clips_on, "synthetic voice"));
    close_test(&f);
}

/* Rows of a table that has no group are a group each, and are called rows. */
static void rows_without_a_group_are_rows(void **state)
{
    (void)state;
    fixture f;
    mote_tested t;
    char names[TINY_GROUPS + 8][32], says[96];
    open_test(&f);
    assert_true(f.test.n_groups <= TINY_GROUPS + 8);
    for (size_t g = 0; g < f.test.n_groups; g++) {
        snprintf(names[g], sizeof names[g], "row:%016zx", g);
        f.test.groups[g] = names[g];
    }
    tested_of(&f, &t);
    assert_true(t.n_rows > 0);
    assert_int_equal(t.n_people + t.n_voices + t.n_unnamed, 0);
    snprintf(says, sizeof says, "%zu recording%s who were in neither training nor validation",
             t.n_rows, t.n_rows == 1 ? "" : "s");
    assert_string_equal(t.clips_on, says);
    close_test(&f);
}

/* Keywords by people, other words by a synthesiser: what is measured over all classes rests on the
 * lesser of the two, and one recording among many synthetic ones does not change that. */
static void a_class_of_synthetic_speech_is_seen_among_real_ones(void **state)
{
    (void)state;
    fixture f;
    mote_tested t;
    mote_err err = {0};
    char sql[200];
    open_test(&f);
    assert_true(f.test.n_groups >= 2);
    int32_t voice = (int32_t)f.test.n_groups - 1, person = voice - 1;
    size_t n_hum = 0, seen = 0;
    for (size_t i = 0; i < f.test.n; i++)
        n_hum += strcmp(f.test.label[i], "hum") == 0;
    for (size_t i = 0; i < f.test.n; i++) {
        bool is_hum = strcmp(f.test.label[i], "hum") == 0;
        seen += is_hum;
        f.test.group_id[i] = is_hum && (n_hum < 3 || seen > 1) ? voice : person;
    }
    snprintf(sql, sizeof sql, "UPDATE data_sample SET origin = 'synthetic' WHERE grp = '%s'",
             f.test.groups[voice]);
    T_OK(mote_store_exec(f.project.store, sql, &err));
    tested_of(&f, &t);
    assert_int_equal(t.labels, MOTE_EVIDENCE_REAL);
    assert_int_equal(t.classes, MOTE_EVIDENCE_SYNTHETIC);
    close_test(&f);
}

static void groups_that_were_heard_before_are_counted(void **state)
{
    (void)state;
    fixture f;
    mote_tested t;
    open_test(&f);
    for (size_t i = 0; i < f.version.n; i++) /* as provided splits may be */
        if (f.version.items[i].role == MOTE_ROLE_EXAMPLE &&
            f.version.items[i].split == MOTE_SPLIT_TEST) {
            f.version.items[i].split = MOTE_SPLIT_TRAIN;
            break;
        }
    tested_of(&f, &t);
    assert_int_equal(t.n_heard, 1);
    assert_non_null(strstr(t.clips_on, "1 of whom were heard in training"));
    close_test(&f);
}

static void false_accepts_say_on_what_they_were_counted(void **state)
{
    (void)state;
    static const struct {
        int n_others;
        mote_evidence evidence;
        const char *on, *gap;
    } cases[] = {
        {0, MOTE_EVIDENCE_NONE, "other words", "other words"},
        {29, MOTE_EVIDENCE_NOISE, "noise with only 29 clips of 1 other words",
         "more than 29 clips of other words"},
        {30, MOTE_EVIDENCE_REAL, "noise with 30 clips of 1 other words", NULL},
    };
    fixture f;
    mote_tested t;
    open_test(&f);
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        stream_of(&f, cases[i].n_others, &t);
        assert_int_equal(t.others, cases[i].evidence);
        assert_string_equal(t.accepts_on, cases[i].on);
        assert_int_equal(is_said(&t, "other words"), cases[i].gap != NULL);
        assert_true(!cases[i].gap || is_said(&t, cases[i].gap));
    }
    f.task.unknown = false; /* the product does not claim to know other words */
    stream_of(&f, 0, &t);
    assert_int_equal(t.others, MOTE_EVIDENCE_NOISE);
    assert_string_equal(t.accepts_on, "noise alone");
    f.task.unknown = true;
    mote_err err = {0};
    T_OK(mote_store_exec(f.project.store, "UPDATE data_sample SET origin = 'synthetic'", &err));
    stream_of(&f, 40, &t);
    assert_int_equal(t.others, MOTE_EVIDENCE_SYNTHETIC);
    close_test(&f);
}

/* A class without a clip and a group without another cannot be the worst of anything. */
static void the_worst_of_what_was_not_tested_is_not_known(void **state)
{
    (void)state;
    fixture f;
    mote_tested t;
    open_test(&f);
    tested_of(&f, &t);
    mote_class_result classes[4] = {{.n = 20, .recall_interval = {0.9, 0.7, 1}},
                                    {.n = 30, .recall_interval = {0.8, 0.6, 0.9}},
                                    {.n = 10, .recall_interval = {0.5, 0.2, 0.8}},
                                    {.n = 10, .recall_interval = {0.1, 0, 0.4}}};
    mote_group_result groups[2] = {{.n = 30, .accuracy = {0.9, 0.8, 1}},
                                   {.n = 40, .accuracy = {0.7, 0.6, 0.8}}};
    mote_evaluation e = {
        .n_classes = 4, .n_groups = 2, .classes = classes, .groups = groups, .worst_group = 1};
    mote_answers_report report = {.classes = &e,
                                  .worst_group = 1,
                                  .worst_value = groups[1].accuracy.value,
                                  .worst_n = groups[1].n,
                                  .n_rivals = 2};
    static mote_measurement_list list = {.n = 3};
    list.items[0].id = "accuracy@test";
    list.items[1].id = "worst_class_recall@test";
    list.items[2].id = "worst_group_accuracy@test";
    mote_tested_clips(&t, &report, 0, &list);
    assert_string_equal(list.items[0].worst_class.name, "_unknown_"); /* silence is no class here */
    assert_string_equal(list.items[1].worst_class.name, "mid");
    assert_true(list.items[1].worst_class.n == 30);
    assert_string_equal(list.items[2].worst_group.name, f.test.groups[1]);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(list.items[i].evidence, MOTE_EVIDENCE_REAL);
    classes[0].n = 0;
    report.n_rivals = 1;
    mote_tested_clips(&t, &report, 0, &list);
    assert_int_equal(list.items[0].evidence, MOTE_EVIDENCE_REAL);
    assert_int_equal(list.items[1].evidence, MOTE_EVIDENCE_NONE);
    assert_string_equal(list.items[1].on, "low");
    assert_int_equal(list.items[2].evidence, MOTE_EVIDENCE_NONE);
    assert_non_null(strstr(list.items[2].on, "a second speaker"));
    close_test(&f);
}

static void what_was_not_tested_is_counted(void **state)
{
    (void)state;
    fixture f;
    mote_tested t;
    open_test(&f);
    stream_of(&f, 40, &t);
    char scarce[64];
    snprintf(scarce, sizeof scarce, "'low' on more than %zu clips", f.test.n_per_class[0]);
    assert_true(f.test.n_per_class[0] < MOTE_TESTED_LEAST_CLIPS && is_said(&t, scarce));
    assert_true(is_said(&t, "conditions other than 'clean' and 'car noise'"));
    assert_true(is_said(&t, "distance and age"));
    assert_false(is_said(&t, "background noise") || is_said(&t, "names of speakers"));
    f.test.own = &(mote_audio_own){.rate_hz = mote_audio_of(&f.test)->rate_hz};
    t.n_unnamed = 3;
    assert_true(is_said(&t, "recorded background noise") && is_said(&t, "no names of speakers"));
    f.test.n_per_class[0] = MOTE_TESTED_LEAST_CLIPS;
    assert_false(is_said(&t, "'low' on"));
    close_test(&f);
}

static void a_promise_is_broken_only_on_the_bad_side(void **state)
{
    (void)state;
    mote_err err = {0};
    MOTE_SCOPED_JSON *list = json_array();
    mote_interval promised = {0.98, 0.96, 0.99};
    const mote_promise all[] = {
        {MOTE_METRIC_accuracy, MOTE_AT_TEST, "validation", "test", promised, {0.914, 0.9, 0.93}},
        {MOTE_METRIC_accuracy, MOTE_AT_TEST, "validation", "test", promised, {0.995, 0.99, 1}},
        {MOTE_METRIC_false_reject_rate,
         MOTE_AT_STREAM,
         "validation",
         "test",
         promised,
         {0.995, 0.99, 1}},
        {MOTE_METRIC_accuracy, MOTE_AT_TEST, "validation", "test", {(double)NAN, 0, 1}, promised},
    };
    for (size_t i = 0; i < T_COUNT(all); i++)
        T_OK(mote_tested_promise(list, &all[i], &err));
    assert_int_equal(json_array_size(list), 3);
    assert_true(json_is_false(json_object_get(json_array_get(list, 0), "holds")));
    assert_true(json_is_true(json_object_get(json_array_get(list, 1), "holds")));
    assert_true(json_is_false(json_object_get(json_array_get(list, 2), "holds")));
    assert_string_equal(
        json_string_value(json_object_get(json_array_get(list, 0), "text")),
        "accuracy@test: validation promised 98.0 % (96.0 % to 99.0 %), test says 91.4 %");
}

static void a_limit_that_no_requirement_asks_for_is_said(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_requirement q = {.id = "false_accepts_per_hour@stream",
                          .metric = MOTE_METRIC_false_accepts_per_hour,
                          .limit = 1,
                          .where = MOTE_AT_STREAM,
                          .slice = ""};
    mote_project p = {.stream = {.max_false_accepts_per_hour = 1},
                      .schedule = {.clean_at_least = 0.9},
                      .serving = {.deadline_ms = 10}};
    mote_measurement items[] = {
        {.id = "false_accepts_per_hour@stream",
         .value = 190,
         .lo = 180,
         .hi = 200,
         .confidence = 0.95,
         .on = "noise alone"},
        {.id = "accuracy@test", .value = 0.8, .lo = 0.7, .hi = 0.9, .confidence = 0.95},
        {.id = "p99_ms@serving", .value = 11},
    };
    mote_measurements all = {items, T_COUNT(items)};
    MOTE_SCOPED_JSON *o = NULL;
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 16);
    T_OK(mote_remarks_of(&p, &all, NULL, &o, &err));
    assert_int_equal(json_array_size(json_object_get(o, "exceeded")), 3);
    mote_remarks_text(o, "  ", &text);
    assert_non_null(strstr(text.data,
                           "  exceeded: stream.max_false_accepts_per_hour is 1, but "
                           "false_accepts_per_hour@stream measured 190 (180 to 200) on noise "
                           "alone; no requirement asks for it"));
    assert_non_null(strstr(text.data, "schedule.promote.clean_at_least is 90.0 %"));
    assert_non_null(strstr(text.data, "serving.deadline_ms is 10 ms"));

    p.requirements = &q; /* now its verdict says it */
    p.n_requirements = 1;
    MOTE_SCOPED_JSON *fewer = NULL;
    T_OK(mote_remarks_of(&p, &all, NULL, &fewer, &err));
    assert_int_equal(json_array_size(json_object_get(fewer, "exceeded")), 2);
    q.limit = 500; /* a weaker requirement does not */
    MOTE_SCOPED_JSON *again = NULL;
    T_OK(mote_remarks_of(&p, &all, NULL, &again, &err));
    assert_int_equal(json_array_size(json_object_get(again, "exceeded")), 3);
    for (size_t i = 0; i < all.n; i++)
        items[i].value = i == 1 ? 0.95 : 0.5;
    MOTE_SCOPED_JSON *none = NULL;
    T_OK(mote_remarks_of(&p, &all, NULL, &none, &err));
    assert_int_equal(json_array_size(json_object_get(none, "exceeded")), 0);
}

static void remarks_are_lines_below_the_verdicts(void **state)
{
    (void)state;
    MOTE_SCOPED_JSON *o =
        json_pack("{s:[s, s], s:[{s:b, s:s}, {s:b, s:s}], s:[], s:[s]}", "not_tested",
                  "other words", "age", "promises", "holds", 0, "text", "broken", "holds", 1,
                  "text", "kept", "exceeded", "unbeaten", "it is as good as a rule");
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 4096);
    mote_remarks_text(o, "> ", &text);
    assert_string_equal(text.data, "> not tested: other words; age\n"
                                   "> not better than something simple: it is as good as a rule\n"
                                   "> promise not kept: broken\n");
    mote_buf_reset(&text);
    mote_remarks_text(NULL, "> ", &text);
    assert_int_equal(text.len, 0);
}

/* Of an evaluation the baselines that are not beaten are said, and no others. */
static void baselines_that_are_not_beaten_are_remarked(void **state)
{
    (void)state;
    mote_err err = {0};
    const mote_project p = {.name = "x"};
    const mote_measurements none = {NULL, 0};
    MOTE_SCOPED_JSON *evaluated =
        json_pack("{s:{s:{s:b, s:s}, s:{s:b, s:s}, s:{s:s}}}", "baselines", "constant", "is_beaten",
                  1, "text", "better than constant", "linear", "is_beaten", 0, "text",
                  "as good as linear", "rule", "text", "too many columns");
    json_t *o = NULL;
    T_OK(mote_remarks_of(&p, &none, evaluated, &o, &err));
    const json_t *list = json_object_get(o, "unbeaten");
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(json_string_value(json_array_get(list, 0)), "as good as linear");
    json_decref(o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_test_says_whose_speech_it_was),
        cmocka_unit_test(rows_without_a_group_are_rows),
        cmocka_unit_test(a_class_of_synthetic_speech_is_seen_among_real_ones),
        cmocka_unit_test(groups_that_were_heard_before_are_counted),
        cmocka_unit_test(false_accepts_say_on_what_they_were_counted),
        cmocka_unit_test(the_worst_of_what_was_not_tested_is_not_known),
        cmocka_unit_test(what_was_not_tested_is_counted),
        cmocka_unit_test(a_promise_is_broken_only_on_the_bad_side),
        cmocka_unit_test(a_limit_that_no_requirement_asks_for_is_said),
        cmocka_unit_test(remarks_are_lines_below_the_verdicts),
        cmocka_unit_test(baselines_that_are_not_beaten_are_remarked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
