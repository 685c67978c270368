/* SPDX-License-Identifier: Apache-2.0 */
/* Listening to the stream of a split, see listen.h. */
#include "pipeline/listen.h"

#include <string.h>

typedef mote_status make_track(const mote_listen_material *m, mote_arena *a, mote_stream_track *out,
                               mote_err *err);

static const struct {
    make_track *make;
    bool is_drawn;
} rows[MOTE_N_INPUTS] = {{mote_listen_track_noise, true}, {mote_listen_track_recordings, false}};

bool mote_listen_is_drawn(const mote_kind *kind)
{
    return rows[kind->input].is_drawn;
}

mote_status mote_listen_track(const mote_listen_material *m, mote_arena *a, mote_stream_track *out,
                              mote_err *err)
{
    const mote_kind *kind = m->d->kind;
    if (!rows[kind->input].make)
        return mote_fail(err, MOTE_UNSUPPORTED, "a stream cannot be made of single %s", kind->many);
    return rows[kind->input].make(m, a, out, err);
}

/* Windows of a stream, judged on the pool. */
typedef struct {
    mote_bench *bench;
    mote_pool *pool;
    size_t n_out, window, step_bytes;
    bool is_int8;
    /* of the batch in hand */
    const mote_stream_batch *batch;
    int8_t *q;
} listener;

static void listen_one(void *arg, size_t i, int32_t worker)
{
    listener *l = arg;
    int8_t *q = l->q + i * l->n_out;
    const char *steps = l->batch->steps;
    mote_bench_view seen;
    if (!mote_bench_run(l->bench, worker, steps + i * l->batch->hop * l->step_bytes, &seen))
        return;
    if (l->is_int8)
        memcpy(q, seen.output, l->n_out);
    else
        for (size_t k = 0; k < l->n_out; k++)
            q[k] = mote_stream_quantize(((const float *)seen.output)[k]);
}

static mote_status classify(void *arg, const mote_stream_batch *batch, int8_t *q, mote_err *err)
{
    listener *l = arg;
    MOTE_BUG_IF(batch->window != l->window);
    l->batch = batch;
    l->q = q;
    mote_pool_run(l->pool, batch->n, listen_one, l);
    return mote_bench_status(l->bench, err);
}

mote_status mote_listen(const mote_judge *j, const mote_listening *w, mote_arena *a,
                        mote_stream_outputs *out, mote_err *err)
{
    const mote_tensor *output = &j->graph->tensors[j->graph->outputs[0]];
    listener l = {.pool = j->pool,
                  .n_out = (size_t)mote_tensor_elements(output),
                  .window = (size_t)j->sample.dims[0],
                  .step_bytes = w->track->step_bytes,
                  .is_int8 = output->dtype == MOTE_I8};
    const mote_stream_run_config run = {.track = w->track,
                                        .n_classes = (int32_t)l.n_out,
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
