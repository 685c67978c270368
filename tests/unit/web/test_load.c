/* SPDX-License-Identifier: Apache-2.0 */
/* The traffic client against servers of the test: what it counts is what was answered. */
#include "support.h"

#include <stdatomic.h>

#include "data/audio.h"
#include "http_client.h"
#include "web/load.h"

#define N_CLIPS 4
#define SAMPLES 160

typedef struct {
    atomic_int n;          /* requests so far */
    atomic_int n_consents; /* that carried a consent */
    int fail_each;         /* every so many requests get 503; 0: none */
    int switch_after;      /* version 1 before so many requests, then 2 */
    bool is_nonsense;      /* an answer that is not JSON */
    bool detects;          /* each clip's own word, but for clip 0; two more for clip 2 */
    mote_cancel *stop;     /* set by the tenth request */
} service;

/* Says what the first sample of the recording names. */
static bool answer(void *arg, const mote_http_request *rq, mote_http_reply *rp)
{
    service *s = arg;
    int i = atomic_fetch_add(&s->n, 1);
    const char *consent = mote_http_header_find(rq, "mote-consent");
    if (consent && strcmp(consent, "improvement") == 0)
        atomic_fetch_add(&s->n_consents, 1);
    if (s->stop && i == 9)
        s->stop->requested = 1;
    if (s->fail_each && i % s->fail_each == 0) {
        mote_http_reply_error(rp, 503, "too busy");
        return true;
    }
    if (s->is_nonsense) {
        mote_buf_str(rp->body, "<html>");
        return true;
    }
    if (rq->body_bytes != 44 + 2 * SAMPLES || memcmp(rq->body, "RIFF", 4) != 0) {
        mote_http_reply_error(rp, 400, "not the WAV that was to come");
        return true;
    }
    int first = (uint8_t)rq->body[44];
    mote_buf_printf(rp->body, "{\"label\": \"word%d\", \"model\": {\"version\": \"%d\"}",
                    first == 3 ? 99 : first, s->switch_after && i >= s->switch_after ? 2 : 1);
    if (s->detects)
        mote_buf_printf(rp->body, ", \"detections\": [%s{\"label\": \"word%d\"}]",
                        first == 2 ? "{\"label\": \"word0\"}, {\"label\": \"word1\"}, " : "",
                        first == 0 ? 7 : first);
    mote_buf_str(rp->body, "}");
    return true;
}

static int16_t pcm[N_CLIPS * SAMPLES];
static const char *const labels[N_CLIPS] = {"word0", "word1", "word2", "word3"};

static mote_status encode(void *arg, size_t clip, mote_buf *out, mote_err *err)
{
    (void)arg;
    return mote_audio_encode_wav(pcm + clip * SAMPLES, SAMPLES, 16000, out, err);
}

static mote_load_config config_of(const t_server *s)
{
    for (int i = 0; i < N_CLIPS; i++)
        pcm[i * SAMPLES] = (int16_t)i;
    return (mote_load_config){.host = "127.0.0.1",
                              .port = mote_http_port(s->server),
                              .path = "/v1/classify",
                              .timeout_ms = 60000,
                              .encode = encode,
                              .content_type = "audio/wav",
                              .sample_bytes = 1 << 16,
                              .labels = labels,
                              .n_samples = N_CLIPS,
                              .n_requests = 400,
                              .n_clients = 3,
                              .seed = 1};
}

static t_server serve(service *s)
{
    mote_http_config cfg = {.n_threads = 2, .handler = answer, .arg = s};
    return t_server_start(&cfg);
}

static void what_is_counted_is_what_was_answered(void **state)
{
    (void)state;
    mote_err err = {0};
    service s = {.switch_after = 100};
    t_server server = serve(&s);
    mote_load_config cfg = config_of(&server);
    cfg.consent = "improvement";
    mote_load_result r = {0};
    T_OK(mote_load_run(&cfg, &r, &err));
    assert_int_equal(atomic_load(&s.n), 400);
    assert_int_equal(atomic_load(&s.n_consents), 400);
    assert_int_equal(r.n, 400);
    assert_int_equal(r.n_failed, 0);
    assert_int_equal(r.n_right, 300); /* each clip in turn; the fourth is answered wrongly */
    assert_string_equal(r.first_failure, "");
    assert_int_equal(r.n_versions, 2);
    assert_int_equal(r.versions[0].n + r.versions[1].n, 400);
    size_t ones = strcmp(r.versions[0].version, "1") == 0 ? 0 : 1;
    assert_int_equal(r.versions[ones].n, 100);
    assert_true(r.p50_ms > 0 && r.p50_ms <= r.p90_ms && r.p90_ms <= r.p99_ms &&
                r.p99_ms <= r.max_ms && r.max_ms / 1e3 <= r.seconds);
    t_server_finish(&server);
}

/* Labels say nothing of detections, and an answer without any has none. */
static void detections_are_counted_by_word(void **state)
{
    (void)state;
    mote_err err = {0};
    static const char *const with_unknown[N_CLIPS] = {"word0", "word1", "word2", "_unknown_"};
    service s = {.detects = true};
    t_server server = serve(&s);
    mote_load_config cfg = config_of(&server);
    cfg.labels = with_unknown;
    mote_load_result r = {0};
    T_OK(mote_load_run(&cfg, &r, &err));
    assert_int_equal(r.n_words, 300);
    assert_int_equal(r.n_detected, 200); /* not clip 0 */
    assert_int_equal(r.n_wrong, 300);    /* clips 0, 2 and what should have been no word */
    s.detects = false;
    T_OK(mote_load_run(&cfg, &r, &err));
    assert_true(r.n_words == 300 && r.n_detected == 0 && r.n_wrong == 0);
    t_server_finish(&server);
}

static void failures_are_counted_and_the_first_is_told(void **state)
{
    (void)state;
    mote_err err = {0};
    service s = {.fail_each = 4};
    t_server server = serve(&s);
    mote_load_config cfg = config_of(&server);
    cfg.n_clients = 1;
    mote_load_result r = {0};
    T_OK(mote_load_run(&cfg, &r, &err));
    assert_int_equal(r.n, 300);
    assert_int_equal(r.n_failed, 100);
    assert_string_equal(r.first_failure, "503: too busy");
    assert_int_equal(atomic_load(&s.n_consents), 0);
    t_server_finish(&server);

    service odd = {.is_nonsense = true};
    server = serve(&odd);
    cfg = config_of(&server);
    cfg.n_requests = 10;
    T_OK(mote_load_run(&cfg, &r, &err));
    assert_int_equal(r.n_failed, 10);
    assert_string_equal(r.first_failure, "an answer that is not JSON");
    assert_true(r.p99_ms >= 0);
    t_server_finish(&server);
}

static void a_stop_leaves_the_rest_unsent(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_cancel cancel = {0};
    service s = {.stop = &cancel};
    t_server server = serve(&s);
    mote_load_config cfg = config_of(&server);
    cfg.cancel = &cancel;
    mote_load_result r = {0};
    T_OK(mote_load_run(&cfg, &r, &err));
    assert_true(r.n >= 10 && r.n <= 12); /* those of the three clients that were on their way */
    assert_int_equal(r.n_failed, 0);
    t_server_finish(&server);
}

static void nobody_there_and_nothing_to_send_are_errors(void **state)
{
    (void)state;
    mote_err err = {0};
    service s = {0};
    t_server server = serve(&s);
    mote_load_config cfg = config_of(&server);
    mote_load_result r = {.n = 7};
    cfg.n_clients = 257;
    T_FAILS(mote_load_run(&cfg, &r, &err), MOTE_ARG, "1 to 256 clients");
    cfg = config_of(&server);
    cfg.n_samples = 0;
    T_FAILS(mote_load_run(&cfg, &r, &err), MOTE_ARG, "traffic needs");
    cfg = config_of(&server);
    t_server_finish(&server);
    T_FAILS(mote_load_run(&cfg, &r, &err), MOTE_NOT_FOUND, "nobody listens on 127.0.0.1");
    assert_int_equal(r.n, 7); /* untouched */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_counted_is_what_was_answered),
        cmocka_unit_test(detections_are_counted_by_word),
        cmocka_unit_test(failures_are_counted_and_the_first_is_told),
        cmocka_unit_test(a_stop_leaves_the_rest_unsent),
        cmocka_unit_test(nobody_there_and_nothing_to_send_are_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
