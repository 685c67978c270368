/* SPDX-License-Identifier: Apache-2.0 */
/* Listening to the stream of a split, see listen.h. */
#include "pipeline/listen.h"

#include <string.h>

#include "data/kind_audio.h"

/* Windows of a stream, judged on the pool. */
typedef struct {
    mote_bench *bench;
    mote_pool *pool;
    size_t n_out, window;
    /* of the batch in hand */
    const int16_t *steps;
    size_t hop;
    int8_t *q;
} listener;

static void listen_one(void *arg, size_t i, int32_t worker)
{
    listener *l = arg;
    mote_bench_view seen;
    if (mote_bench_run(l->bench, worker, l->steps + i * l->hop, &seen))
        memcpy(l->q + i * l->n_out, seen.output, l->n_out);
}

static mote_status classify(void *arg, const void *steps, size_t n, size_t window, size_t hop,
                            int8_t *q, mote_err *err)
{
    listener *l = arg;
    MOTE_BUG_IF(window != l->window);
    l->steps = steps;
    l->hop = hop;
    l->q = q;
    mote_pool_run(l->pool, n, listen_one, l);
    return mote_bench_status(l->bench, err);
}

mote_status mote_listen_track(const mote_task_setting *task, const mote_stream_setting *st,
                              const mote_dataset *d, uint64_t seed, mote_arena *a,
                              mote_stream_track *out, mote_err *err)
{
    mote_stream_material m = {.rate_hz = mote_audio_of(d)->rate_hz,
                              .n = d->n,
                              .clip_samples = mote_dataset_elements(d),
                              .pcm = d->x,
                              .class_id = d->class_id,
                              .n_keywords = (int32_t)task->labels.n,
                              .silence_class = task->silence ? (int32_t)task->classes.n - 1 : -1,
                              .noise = mote_audio_of(d)->background};
    mote_stream_config cfg = st->config;
    cfg.seed = seed;
    return mote_stream_build(&m, &cfg, a, out, err);
}

mote_status mote_listen(const mote_judge *j, const mote_listening *w, mote_arena *a,
                        mote_stream_outputs *out, mote_err *err)
{
    size_t n_out = (size_t)mote_tensor_elements(&j->graph->tensors[j->graph->outputs[0]]);
    listener l = {.pool = j->pool, .n_out = n_out, .window = (size_t)j->sample.dims[0]};
    const mote_stream_run_config run = {.track = w->track,
                                        .n_classes = (int32_t)n_out,
                                        .window = l.window,
                                        .hop = w->hop,
                                        .classify = classify,
                                        .arg = &l,
                                        .progress = w->progress,
                                        .progress_arg = w->progress_arg,
                                        .cancel = w->cancel};
    MOTE_TRY(mote_bench_create(j, &l.bench, err));
    mote_status st = mote_stream_run(&run, a, out, err);
    mote_bench_destroy(l.bench);
    return st;
}
