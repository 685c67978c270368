/* SPDX-License-Identifier: Apache-2.0 */
/* POST a recording, get a label. */
#include <string.h>

#include "base/json_pull.h"
#include "data/audio.h"
#include "serve/classify.h"
#include "web/api_internal.h"

/* The rate that a WAV file with a leading "fmt " chunk states; 0 otherwise. Lets a wrong rate be
 * refused before the recording is decoded and resampled for nothing. */
static uint32_t stated_rate(const char *body, size_t n)
{
    const unsigned char *b = (const unsigned char *)body;
    if (n < 28 || memcmp(body, "RIFF", 4) != 0 || memcmp(body + 8, "WAVEfmt ", 8) != 0)
        return 0;
    return (uint32_t)b[24] | (uint32_t)b[25] << 8 | (uint32_t)b[26] << 16 | (uint32_t)b[27] << 24;
}

static mote_status fail_rate(const mote_served *s, int64_t rate_hz, mote_err *err)
{
    return mote_fail(err, MOTE_ARG,
                     "the recording has %lld samples a second, model '%s' hears %d: convert it, or "
                     "send it to the same path "
                     "with ?resample=1",
                     (long long)rate_hz, s->name, (int)s->rate_hz);
}

static mote_status decode(const mote_api *api, const mote_http_request *rq, const mote_served *s,
                          mote_audio *out, mote_err *err)
{
    const char *resample = mote_http_query_find(rq, "resample");
    bool may_resample = resample && strcmp(resample, "0") != 0;
    if (s->clip_samples == 0)
        return mote_fail(err, MOTE_ARG,
                         "model '%s' takes tensors, not sound: use /v2/models/%s/infer", s->name,
                         s->name);
    if (rq->body_bytes == 0)
        return mote_fail(err, MOTE_ARG, "the body is empty: send a WAV, FLAC or OGG recording");
    uint32_t stated = stated_rate(rq->body, rq->body_bytes);
    if (stated && stated != (uint32_t)s->rate_hz && !may_resample)
        return fail_rate(s, stated, err);
    mote_audio_config cfg = {
        .rate_hz = s->rate_hz, .max_bytes = rq->body_bytes, .max_ms = api->cfg.max_clip_ms};
    mote_audio audio;
    MOTE_TRY(mote_audio_decode(rq->body, rq->body_bytes, "request body", &cfg, &audio, err));
    if (audio.source.rate_hz != s->rate_hz && !may_resample) {
        mote_audio_release(&audio);
        return fail_rate(s, audio.source.rate_hz, err);
    }
    *out = audio;
    return MOTE_OK;
}

static void add_window(mote_buf *b, const mote_served *s, const mote_classify_window *w)
{
    mote_buf_str(b, "\"label\":");
    mote_api_str(b, mote_model_label(s->model, w->class_id));
    mote_buf_str(b, ",\"probabilities\":{");
    for (int32_t i = 0; i < s->n_labels; i++) {
        if (i)
            mote_buf_char(b, ',');
        mote_api_str(b, mote_model_label(s->model, i));
        mote_buf_char(b, ':');
        mote_json_add_f32s(b, &w->probabilities[i], 1);
    }
    mote_buf_printf(b, "},\"detected\":%s,\"start_ms\":%lld", w->is_detected ? "true" : "false",
                    (long long)(w->start * 1000 / s->rate_hz));
}

static void write_answer(mote_buf *b, const mote_http_request *rq, const mote_served *s,
                         const mote_classification *c, int64_t latency_ns)
{
    mote_buf_char(b, '{');
    add_window(b, s, &c->best);
    mote_buf_str(b, ",\"model\":{\"name\":");
    mote_api_str(b, s->name);
    mote_buf_str(b, ",\"version\":");
    mote_api_str(b, s->version);
    mote_buf_printf(b, "},\"n_windows\":%zu,\"latency_us\":%lld", c->n_windows,
                    (long long)(latency_ns / 1000));
    const char *windows = mote_http_query_find(rq, "windows");
    if (windows && strcmp(windows, "all") == 0) {
        mote_buf_str(b, ",\"windows\":[");
        for (size_t i = 0; i < c->n_windows; i++) {
            mote_buf_str(b, i ? ",{" : "{");
            add_window(b, s, &c->windows[i]);
            mote_buf_char(b, '}');
        }
        mote_buf_char(b, ']');
    }
    mote_buf_char(b, '}');
}

void mote_api_classify(mote_api *api, const mote_http_request *rq, const char *const *params,
                       mote_http_reply *rp)
{
    mote_infer *t = api->infers[rq->thread];
    const mote_served *s = NULL;
    mote_err err = {0};
    int64_t start_ns = mote_infer_now_ns();
    mote_status st = params[0] ? mote_infer_find(t, params[0], params[1], &s, &err)
                               : mote_infer_first(t, &s, &err);
    if (st != MOTE_OK) {
        mote_http_reply_err(rp, &err);
        return;
    }
    mote_consent storage;
    mote_infer_input in = {.request_id = mote_http_header_find(rq, "x-request-id")};
    mote_audio audio = {0};
    mote_classification c = {0};
    st = mote_api_consent(rq, &storage, &in.consent, &err);
    if (st == MOTE_OK)
        st = decode(api, rq, s, &audio, &err);
    int64_t decoded_ns = mote_infer_now_ns();
    if (st == MOTE_OK)
        st = mote_classify(t, s, audio.samples, audio.n, &in, rq->arena, &c, &err);
    mote_audio_release(&audio);
    int64_t done_ns = mote_infer_now_ns();
    if (st == MOTE_OK)
        write_answer(rp->body, rq, s, &c, done_ns - start_ns);
    else
        mote_api_bad_input(rp, &err);
    int64_t end_ns = mote_infer_now_ns();
    mote_infer_count(t, s,
                     &(mote_infer_cost){
                         .ok = st == MOTE_OK,
                         .n = 1,
                         .request_ns = end_ns - start_ns,
                         .input_ns = decoded_ns - start_ns,
                         .infer_ns = done_ns - decoded_ns,
                         .output_ns = end_ns - done_ns,
                     });
}
