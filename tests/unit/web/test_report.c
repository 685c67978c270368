/* SPDX-License-Identifier: Apache-2.0 */
/* The report page of two laps of a tiny project: well-formed, small, and alone: it names nothing
 * outside itself. */
#include "html_count.h"
#include "tiny_project.h"

#include "base/clock.h"
#include "model/model.h"
#include "pipeline/rates.h"
#include "pipeline/seeds.h"
#include "serve/infer.h"
#include "serve/predlog.h"
#include "web/report_gather.h"

static tiny project;

static int go_round_twice(void **state)
{
    (void)state;
    mote_err err = {0};
    tiny_make(&project, (tiny_settings){.epochs = 1, .seed = 1}, true);
    if (mote_pipeline_run(project.pipeline, MOTE_STAGE_deploy, false, &err) != MOTE_OK)
        return -1;
    tiny_set(&project, (tiny_settings){.epochs = 3, .seed = 1});
    return mote_pipeline_run(project.pipeline, MOTE_STAGE_deploy, false, &err) == MOTE_OK ? 0 : -1;
}

static int remove_project(void **state)
{
    (void)state;
    tiny_remove(&project);
    return 0;
}

/* Every element that needs an end has one, in the right order. */
static void check_nesting(const char *html)
{
    static const char *const empty[] = {"meta", "img", "br", "hr", "link", "!doctype"};
    char open[64][16];
    size_t depth = 0;
    for (const char *at = strchr(html, '<'); at; at = strchr(at + 1, '<')) {
        bool ends = at[1] == '/';
        char name[16] = "";
        size_t n = strcspn(at + 1 + ends, " >/\n");
        assert_in_range(n, 1, sizeof name - 1);
        memcpy(name, at + 1 + ends, n);
        const char *close = strchr(at, '>');
        assert_non_null(close);
        bool skip = close[-1] == '/';
        for (size_t i = 0; i < T_COUNT(empty); i++)
            skip |= strcmp(name, empty[i]) == 0;
        if (skip)
            continue;
        if (!ends) {
            assert_true(depth < T_COUNT(open));
            memcpy(open[depth++], name, sizeof name);
        } else {
            if (depth == 0 || strcmp(open[depth - 1], name) != 0)
                fail_msg("</%s> closes <%s>: %.60s", name, depth ? open[depth - 1] : "", at);
            depth--;
        }
    }
    assert_int_equal(depth, 0);
}

static void check_alone(const char *html)
{
    static const char *const none[] = {"http://", "https://", "<script", "<link",
                                       "@import", "href=",    "url(",    "<iframe"};
    for (size_t i = 0; i < T_COUNT(none); i++)
        if (strstr(html, none[i]))
            fail_msg("the page has '%s'", none[i]);
    assert_int_equal(count(html, "src="), count(html, "src=\"data:image/png;base64,") +
                                              count(html, "src=\"data:audio/wav;base64,"));
}

/* What was judged elsewhere, as it is kept. */
static const char kept_text[] =
    "[{\"kind\":\"hours\",\"place\":\"kitchen <1>\",\"model\":\"kws\",\"judged_ms\":1700000000000,"
    "\"found\":{\"stream\":{\"threshold\":0.5,\"hours\":2.0,\"n_words\":10,\"n_hits\":8,"
    "\"n_false_accepts\":3,\"false_accepts_per_hour\":{\"value\":1.5,\"lo\":0.3,\"hi\":4.4},"
    "\"false_reject_rate\":{\"value\":0.2,\"lo\":0.05,\"hi\":0.5}},"
    "\"curve\":{\"threshold\":[0.1,0.5,0.9],\"false_accepts_per_hour\":[20.0,1.5,0.0],"
    "\"false_reject_rate\":[0.0,0.2,0.7]},"
    "\"conditions\":[{\"condition\":\"\",\"hours\":2.0,\"n_words\":10,\"n_false_accepts\":3,"
    "\"false_accepts_per_hour\":{\"value\":1.5,\"lo\":0.3,\"hi\":4.4},"
    "\"false_reject_rate\":{\"value\":0.2,\"lo\":0.05,\"hi\":0.5}}],"
    "\"limit\":{\"max_false_accepts_per_hour\":1.0,\"verdict\":\"not yet known\",\"text\":\"3 in 2 "
    "h show nothing yet\"}}},"
    "{\"kind\":\"strangers\",\"place\":\"collector\",\"model\":\"\",\"judged_ms\":1700000000000,"
    "\"found\":{\"metric\":\"accuracy\",\"text\":\"strangers cost 21.4 %\",\"collections\":"
    "[{\"name\":\"a\",\"n\":16,\"ordinary\":0.75,\"strangers\":0.375}]}},"
    "{\"kind\":\"on\",\"place\":\"ros\",\"model\":\"kws\",\"judged_ms\":1700000000000,\"found\":"
    "{\"answer\":\"class\",\"on\":\"speech of 2 people\",\"beside\":{\"text\":\"better there\"},"
    "\"promised\":[{\"metric\":\"misses\",\"text\":\"misses promised of 2 other speakers: 9.0 % "
    "(2.0 to "
    "31.0), here 25.0 %: kept\"}],"
    "\"conditions\":{\"clean\":{\"n\":25,\"accuracy\":{\"value\":0.76,\"lo\":0.566,\"hi\":0.92},"
    "\"rates\":{\"misses\":{\"rate\":{\"value\":0.25,\"lo\":0.1,\"hi\":0.5},\"n\":16,\"counted\":4,"
    "\"over\":\"speaker\",\"groups\":2},\"false_accepts\":{\"rate\":{\"value\":0.125,\"lo\":0.02,"
    "\"hi\":0.45},\"n\":8,\"counted\":1,\"over\":\"label\",\"groups\":1}}}}}}"
    "]";

static void check_outside(mote_report *r, mote_buf *page)
{
    mote_err err = {0};
    json_t *kept = json_loads(kept_text, 0, NULL);
    assert_non_null(kept);
    r->outside = kept;
    mote_buf_reset(page);
    T_OK(mote_report_html(r, page, &err));
    r->outside = NULL;
    json_decref(kept);
    check_nesting(page->data);
    check_alone(page->data);
    assert_non_null(strstr(page->data, "<section id=outside"));
    assert_non_null(strstr(page->data, "Hours kitchen &lt;1&gt;, model kws, 2023-11-14"));
    assert_non_null(strstr(page->data, "2 of 10 words missed, 3 false accepts in 2.00 h: 1.50 an "
                                       "hour, which may be 0.30 to 4.40."));
    assert_non_null(strstr(page->data, "3 in 2 h show nothing yet."));
    assert_non_null(strstr(page->data, ">not yet known</span></p>"));
    assert_non_null(strstr(page->data, ">threshold 0.50</text>"));
    assert_int_equal(count(page->data, ">at most 1 an hour</text>"), 4); /* and of the stream */
    assert_non_null(strstr(page->data, "Strangers cost 21.4 %."));
    assert_non_null(strstr(page->data, "Another folder ros, model kws"));
    assert_non_null(strstr(page->data, "Better there."));
    /* What it misses and takes there, and what the project's own test promised of so many people.
     */
    assert_non_null(strstr(page->data, "<p class=says>Misses 25.0 % (10.0 to 50.0) of 16, over 2 "
                                       "speakers; false accepts 12.5 % (2.0 to 45.0) of 8, over 1 "
                                       "label.</p>"));
    assert_non_null(strstr(page->data, "<p class=says>Misses promised of 2 other speakers: 9.0 % "
                                       "(2.0 to 31.0), here 25.0 %: kept.</p>"));
    assert_int_equal(count(page->data, "nan"), 0);
}

static void two_laps_make_a_page_that_stands_alone(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_lap laps[2];
    size_t n = 0;
    T_OK(mote_laps_read(project.store, 2, laps, &n, &err));
    assert_int_equal(n, 2);
    static const float values[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    static const int16_t pcm[4] = {1, -2, 3, -4};
    mote_report_clip clip = {.title = "a <clip> & more",
                             .values = values,
                             .n_frames = 4,
                             .n_bands = 3,
                             .samples = pcm,
                             .n_samples = 4,
                             .rate_hz = 16000};
    mote_window windows[3] = {{.n = 20, .p_value = 0.7},
                              {.n = 20, .p_value = 0.0, .is_drift = true},
                              {.n = 20, .p_value = 0.4}};
    mote_contributor top[2] = {{"feature_7", "feature_7", 1.5, 0.5, 0.0, 0.62},
                               {"level<>", "level<>", 0.9, 0.5, 0.0, (double)NAN}};
    mote_alert alert = {.id = 1,
                        .kind = "drift",
                        .version = 1,
                        .state = MOTE_ALERT_RESOLVED,
                        .what = "feature_7",
                        .words = "feature_7",
                        .top = top,
                        .n_top = 2,
                        .statistic = 1.5,
                        .threshold = 0.5,
                        .n_windows = 1,
                        .resolution = "quiet"};
    mote_project p = *project.project;
    p.name = "tiny & <co>";
    mote_report r = {.project = &p,
                     .false_alarm = 0.01,
                     .laps = laps,
                     .n_laps = 2,
                     .windows = windows,
                     .n_windows = 3,
                     .alerts = &alert,
                     .n_alerts = 1,
                     .clips = &clip,
                     .n_clips = 1,
                     .made_at = "2024-01-01T00:00:00Z"};
    mote_buf page, again;
    mote_buf_init(&page, MOTE_REPORT_MAX_BYTES * 2);
    mote_buf_init(&again, MOTE_REPORT_MAX_BYTES * 2);
    T_OK(mote_report_html(&r, &page, &err));
    assert_true(page.len < MOTE_REPORT_MAX_BYTES);
    check_nesting(page.data);
    check_alone(page.data);
    assert_non_null(strstr(page.data, "report on tiny &amp; &lt;co&gt;"));
    assert_non_null(strstr(page.data, "<h1>Is tiny/2 better than tiny/1?</h1>"));
    assert_non_null(strstr(page.data, "accuracy@test"));
    assert_non_null(strstr(page.data, "tiny/1, car noise: "));
    assert_non_null(strstr(page.data, "resolved (quiet)"));
    assert_non_null(strstr(
        page.data, "the spectrum&#39;s 8th coefficient (<code>feature_7</code>, "
                   "PSI 1.50 where 0.50 is the limit, 62 % of the drift); sounds like another "
                   "microphone or room"));
    assert_non_null(strstr(page.data, "level&lt;&gt;"));
    assert_non_null(strstr(page.data, "Inputs are kept with consent only"));
    assert_non_null(strstr(page.data, "a &lt;clip&gt; &amp; more"));
    assert_int_equal(count(page.data, "<audio "), 1);
    assert_null(strstr(page.data, "lap ")); /* a word of the demo */
    /* A dot for each window and two in the legend; drawn for wide and for narrow pages. */
    assert_int_equal(count(page.data, "<circle class=\"dot"), 2 * (3 + 2));
    assert_int_equal(count(page.data, "<circle class=\"mark"), 2 * 2); /* where each works */
    assert_int_equal(count(page.data, "nan"), 0);
    /* The curve: the limit that the threshold was chosen by, and its verdict; as a table, too. */
    assert_int_equal(count(page.data, ">at most 1 an hour</text>"), 2);
    assert_non_null(strstr(page.data, " At most 1 an hour is asked: "));
    assert_non_null(strstr(page.data, "<summary>Show as a table</summary>"));
    assert_null(strstr(page.data, "negative recordings"));
    /* What the test says of other people, of each condition, as `mote evaluate` says it. */
    const json_t *conditions = json_object_get(laps[1].outputs[MOTE_STAGE_evaluate], "conditions");
    MOTE_SCOPED_BUF said;
    mote_buf_init(&said, 4096);
    T_OK(mote_rates_tell(json_object_get(json_object_get(conditions, "clean"), "rates"), &said,
                         &err));
    assert_true(said.len > 1);
    said.data[said.len - 1] = '\0';
    assert_non_null(strstr(page.data, said.data));
    assert_int_equal(count(page.data, "; false accepts "), json_object_size(conditions));
    T_OK(mote_report_html(&r, &again, &err));
    assert_int_equal(page.len, again.len);
    assert_memory_equal(page.data, again.data, page.len);

    /* Of several seeds each is shown, beside their student. */
    assert_null(strstr(page.data, "their student"));
    const mote_seeds_spread spread = {.metric = mote_metric_chief(MOTE_ANSWER_CLASS),
                                      .n = 3,
                                      .values = {0.931, 0.94, 0.926},
                                      .student = 0.948};
    json_t *seeds = NULL;
    T_OK(mote_seeds_to_json(&spread, &seeds, &err));
    json_object_set_new(laps[1].outputs[MOTE_STAGE_evaluate], "seeds", seeds);
    mote_buf_reset(&again);
    T_OK(mote_report_html(&r, &again, &err));
    check_nesting(again.data);
    assert_non_null(strstr(again.data, "tiny/2, seeds</h3><p>3 seeds: 93.1 94.0 92.6 %, their "
                                       "student 94.8 % (accuracy; over the seeds mean 93.2 %"));
    /* Hours in which nothing happens, where there are any. */
    json_t *evaluated = laps[1].outputs[MOTE_STAGE_evaluate];
    json_t *rate = json_pack("{s:f, s:f, s:f}", "value", 1.2, "lo", 0.15, "hi", 4.33);
    json_object_set_new(evaluated, "negatives",
                        json_pack("{s:{s:f, s:i, s:o}}", "folds", "hours", 1.67, "n_false_accepts",
                                  2, "false_accepts_per_hour", rate));
    mote_buf_reset(&page);
    T_OK(mote_report_html(&r, &page, &err));
    check_nesting(page.data);
    assert_non_null(strstr(page.data, "In <b>1.67 h</b> of negative recordings each heard by one "
                                      "fold, in which nothing that is asked for happens, it "
                                      "accepted <b>2</b>: 1.20 an hour, which may be 0.15 to "
                                      "4.33."));

    check_outside(&r, &page);

    /* What an older Mote did not write, or what is gone, leaves cells empty. */
    for (int s = 0; s < MOTE_STAGE_deploy; s++) {
        json_decref(laps[0].outputs[s]);
        laps[0].outputs[s] = NULL;
    }
    r.n_windows = r.n_alerts = r.n_clips = 0;
    mote_buf_reset(&page);
    T_OK(mote_report_html(&r, &page, &err));
    check_nesting(page.data);
    assert_non_null(strstr(page.data, "No window of traffic"));
    mote_laps_release(laps, n);
    mote_buf_release(&page);
    mote_buf_release(&again);
}

/* ---- the clips that drove an alert ---- */

/* Four predictions of the last version, kept with consent, and a window and an alert about them. */
static void serve_a_little(const mote_lap *lap, const char *subject)
{
    mote_err err = {0};
    static const char *const purposes[] = {"improvement"};
    mote_predlog_config lc = {.project = project.dir,
                              .policy = {.purposes = purposes,
                                         .n_purposes = 1,
                                         .retention_days = 30,
                                         .keep_inputs = true,
                                         .keep_outputs = true}};
    mote_predlog *log = NULL;
    mote_models *models = NULL;
    mote_infer *infer = NULL;
    mote_model *m = NULL;
    MOTE_SCOPED_FREE char *bytes = NULL;
    size_t n = 0;
    T_OK(mote_object_get(project.store, &lap->bundle, MOTE_OBJECT_MAX_BYTES, &bytes, &n, &err));
    T_OK(mote_model_load(bytes, n, &m, &err));
    T_OK(mote_models_create(1, &models, &err));
    mote_model_entry e = {.name = "tiny", .version = "2", .source = "test", .now_ms = 1};
    T_OK(mote_models_put(models, &e, m, &err));
    mote_model_unref(m);
    T_OK(mote_predlog_create(&lc, &log, &err));
    mote_infer_hooks hooks = {.log = log};
    T_OK(mote_infer_create(models, 0, &hooks, &infer, &err));
    const mote_served *s = NULL;
    T_OK(mote_infer_first(infer, true, &s, &err));
    mote_consent consent = {.purpose = "improvement"};
    snprintf(consent.subject, sizeof consent.subject, "%s", subject);
    for (int i = 0; i < 4; i++) {
        int16_t pcm[TINY_SAMPLES];
        mote_prediction p;
        for (int k = 0; k < TINY_SAMPLES; k++)
            pcm[k] = (int16_t)(i * 100 + k % 50);
        mote_infer_input in = {.x = pcm, .n = TINY_SAMPLES, .consent = &consent};
        T_OK(mote_infer_run(infer, s, &in, &p, &err));
    }
    T_OK(mote_predlog_flush(log, 10000, &err));
    mote_infer_destroy(infer);
    mote_predlog_destroy(log);
    mote_models_destroy(models);
    char sql[800];
    long long now = (long long)mote_clock_wall_ms();
    snprintf(
        sql, sizeof sql,
        "INSERT INTO monitor_window(id, model, version, bundle, start_ms, end_ms, n, is_drift, "
        "p_value, "
        "top) VALUES (1, 'tiny', 2, zeroblob(32), %lld, %lld, 4, 1, 0.0, "
        "'[{\"what\":\"floor\",\"statistic\":2.0,\"threshold\":0.5,\"p_value\":0.0}]');"
        "INSERT INTO alert (id, kind, model, version, bundle, state, window, opened_ms, "
        "last_ms, n_windows, top) SELECT 1, 'drift', 'tiny', 2, zeroblob(32), 'open', 1, %lld, "
        "%lld, 1, top FROM monitor_window",
        now - 60000, now + 60000, now, now);
    T_OK(mote_store_exec(project.store, sql, &err));
}

static void what_drove_an_alert_can_be_heard_where_it_was_kept(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_lap laps[2];
    size_t n = 0;
    mote_buf page;
    mote_report_config cfg = {
        .project = project.project, .false_alarm = 0.01, .n_laps = 2, .now_ms = 1000};
    mote_buf_init(&page, MOTE_REPORT_MAX_BYTES * 2);
    T_OK(mote_laps_read(project.store, 2, laps, &n, &err));
    serve_a_little(&laps[1], "ann");
    T_OK(mote_report_make(project.store, &cfg, &page, &err));
    check_nesting(page.data);
    check_alone(page.data);
    assert_non_null(strstr(page.data, "how loud the quiet parts are"));
    assert_non_null(strstr(page.data, "prediction 1: heard as &#39;"));
    assert_non_null(strstr(page.data, "Clips of the window that opened the last alert"));
    size_t with = count(page.data, "<audio ");
    mote_buf_reset(&page);
    T_OK(mote_store_exec(project.store, "DELETE FROM prediction", &err));
    T_OK(mote_report_make(project.store, &cfg, &page, &err));
    assert_non_null(strstr(page.data, "Inputs are kept with consent only"));
    assert_int_equal(with, count(page.data, "<audio ") + 3);
    mote_laps_release(laps, n);
    mote_buf_release(&page);
}

static void no_lap_is_no_report(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_report r = {.project = project.project, .made_at = ""};
    mote_buf page;
    mote_buf_init(&page, 1 << 20);
    T_FAILS(mote_report_html(&r, &page, &err), MOTE_NOT_FOUND, "nothing to report yet");
    assert_int_equal(page.len, 0);
    mote_buf_release(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_laps_make_a_page_that_stands_alone),
        cmocka_unit_test(what_drove_an_alert_can_be_heard_where_it_was_kept),
        cmocka_unit_test(no_lap_is_no_report),
    };
    return cmocka_run_group_tests(tests, go_round_twice, remove_project);
}
