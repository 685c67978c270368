/* SPDX-License-Identifier: Apache-2.0 */
/* Sound on the report. See report_sound.h. */
#include "web/report_sound.h"

#include <string.h>

#include "data/audio.h"
#include "web/chart.h"

mote_status report_sound_open(const mote_frontend *f, const mote_shape *sample, report_ears *out,
                              mote_err *err)
{
    mote_frontend picture;
    report_ears e = {0};
    if (mote_frontend_picture(f, &picture, &e.low_hz, &e.high_hz) &&
        mote_frontend_pace_of(&picture, sample, &e.pace))
        MOTE_TRY(mote_frontend_plan_create(&picture, sample, 1, &e.plan, err));
    *out = e;
    return MOTE_OK;
}

/* The sound picture of pcm[0..n), of which the result keeps a copy. */
static mote_status make(const report_ears *e, const int16_t *pcm, size_t n, mote_arena *a,
                        mote_report_clip *out, mote_err *err)
{
    size_t frames = mote_frontend_frames(&e->pace, n), bands = (size_t)e->pace.n_values;
    int16_t *copy = NULL;
    float *x = NULL;
    MOTE_TRY(mote_arena_take(a, n, sizeof *copy, &copy, err));
    MOTE_TRY(mote_arena_take(a, frames * bands, sizeof *x, &x, err));
    memcpy(copy, pcm, n * sizeof *copy);
    MOTE_TRY(mote_frontend_run(e->plan, 0, copy, n, x, err));
    *out = (mote_report_clip){.values = x,
                              .n_frames = frames,
                              .n_bands = bands,
                              .seconds = (double)n / e->pace.rate_hz,
                              .low_hz = e->low_hz,
                              .high_hz = e->high_hz,
                              .samples = copy,
                              .n_samples = n,
                              .rate_hz = (int32_t)e->pace.rate_hz};
    return MOTE_OK;
}

mote_status report_sound_golden(const report_ears *e, const mote_golden *v, int32_t i,
                                mote_arena *a, mote_report_clip *out, mote_err *err)
{
    size_t n = (size_t)mote_shape_elements(&v->sample);
    return make(e, mote_golden_x(v, i), n, a, out, err);
}

mote_status report_sound_file(const report_ears *e, const void *bytes, size_t n, mote_arena *a,
                              mote_report_clip *out, mote_err *err)
{
    mote_audio audio;
    mote_audio_config cfg = {.rate_hz = (int32_t)e->pace.rate_hz, .max_bytes = n, .max_ms = 60000};
    MOTE_TRY(
        mote_audio_decode(&(mote_file_bytes){"a kept prediction", bytes, n}, &cfg, &audio, err));
    mote_status st = make(e, audio.samples, audio.n, a, out, err);
    mote_audio_release(&audio);
    return st;
}

static mote_status play(const mote_report_clip *c, mote_buf *out, mote_err *err)
{
    MOTE_SCOPED_BUF wav;
    mote_buf_init(&wav, (size_t)4 << 20);
    MOTE_TRY(mote_audio_encode_wav(c->samples, c->n_samples, c->rate_hz, &wav, err));
    mote_buf_str(out, "<audio controls preload=none aria-label=\"");
    mote_buf_html(out, c->title);
    mote_buf_str(out, "\" src=\"data:audio/wav;base64,");
    mote_base64(wav.data, wav.len, out);
    mote_buf_str(out, "\"></audio>");
    return MOTE_OK;
}

/* [frames][bands] to rows of bands, columns of frames. */
mote_status report_sound_figure(const mote_report_clip *c, mote_arena *a, mote_buf *out,
                                mote_err *err)
{
    float *turned = NULL;
    MOTE_TRY(mote_arena_take(a, c->n_frames * c->n_bands, sizeof *turned, &turned, err));
    for (size_t f = 0; f < c->n_frames; f++)
        for (size_t b = 0; b < c->n_bands; b++)
            turned[b * c->n_frames + f] = c->values[f * c->n_bands + b];
    mote_buf_str(out, "<figure>");
    mote_heat_map(&(mote_grid){turned, c->n_bands, c->n_frames}, 294, 160, c->title, out);
    mote_buf_printf(out,
                    "<div class=ends><span>0 s, %.1f to %.1f kHz upwards</span>"
                    "<span>%.2f s</span></div>",
                    c->low_hz / 1000.0, c->high_hz / 1000.0, c->seconds);
    mote_buf_str(out, "<figcaption>");
    mote_buf_html(out, c->title);
    mote_buf_str(out, "</figcaption>");
    if (c->samples)
        MOTE_TRY(play(c, out, err));
    mote_buf_str(out, "</figure>\n");
    return MOTE_OK;
}
