/* SPDX-License-Identifier: Apache-2.0 */
/* The inference server with a tensor model 'tiny' and a sound model 'sound', and a client of it.
 * Include after tests/support.h. */
#ifndef MOTE_TESTS_API_FIXTURE_H
#define MOTE_TESTS_API_FIXTURE_H

#include "base/json.h"
#include "base/rng.h"
#include "data/audio.h"
#include "tests/http_client.h"
#include "tests/tiny_model.h"
#include "web/api.h"

#define N_IN 8

typedef struct {
    mote_models *models;
    mote_api *api;
    mote_infer_hooks hooks;
    t_server http;
    int fd;
    const char *body; /* of the last answer */
} fixture;

static inline void put_model(mote_models *ms, const char *name, const char *version, mote_model *m)
{
    mote_err err = {0};
    mote_model_entry e = {.name = name, .version = version, .source = "test", .now_ms = 1};
    T_OK(mote_models_put(ms, &e, m, &err));
    mote_model_unref(m);
}

static inline int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    mote_err err = {0};
    T_OK(mote_models_create(2, &f->models, &err));
    put_model(f->models, "sound", "7", tiny_audio_model(3));
    put_model(f->models, "tiny", "1", tiny_tensor_model(N_IN, 1));
    static const char *const hosts[] = {"kitchen.example"};
    static const char *const origins[] = {"https://app.example"};
    mote_api_config cfg = {
        .models = f->models, .n_threads = 2, .version = "0.1", .site = {hosts, 1, origins, 1}};
    T_OK(mote_api_create(&cfg, &f->api, &err));
    /* The limits of time are what test_http is about; here a loaded machine may be slow. */
    mote_http_config http = {.handler = mote_api_handle,
                             .on_tick = mote_api_tick,
                             .on_worker_tick = mote_api_worker_tick,
                             .arg = f->api,
                             .n_threads = 2,
                             .head_timeout_ms = 120000,
                             .body_timeout_ms = 120000,
                             .idle_timeout_ms = 600000,
                             .write_timeout_ms = 120000};
    f->http = t_server_start(&http);
    mote_api_set_http(f->api, f->http.server);
    f->fd = t_dial(&f->http);
    *state = f;
    return 0;
}

static inline int tear_down(void **state)
{
    fixture *f = *state;
    close(f->fd);
    t_server_finish(&f->http);
    mote_api_destroy(f->api);
    mote_models_destroy(f->models);
    free(f);
    return 0;
}

static inline int ask(fixture *f, const char *method, const char *path, const char *body)
{
    return t_ask(f->fd, method, path, "", body, strlen(body), &f->body);
}

static inline json_t *parsed(const fixture *f)
{
    json_error_t e;
    json_t *j = json_loads(f->body, 0, &e);
    if (!j)
        fail_msg("not JSON: %s", f->body);
    return j;
}

static inline void make_wav(size_t n, int32_t rate_hz, uint64_t seed, mote_buf *out)
{
    int16_t *pcm = malloc((n ? n : 1) * sizeof *pcm);
    mote_rng r;
    mote_rng_init(&r, seed);
    for (size_t i = 0; i < n; i++)
        pcm[i] = (int16_t)(3000 * mote_rng_normal(&r));
    assert_int_equal(mote_audio_encode_wav(pcm, n, rate_hz, out, NULL), MOTE_OK);
    free(pcm);
}

#endif
