/* SPDX-License-Identifier: Apache-2.0 */
/* Workers: one queue, n threads. */
#include "web/http_workers.h"

#include <stdbool.h>
#include <uv.h>

#include "base/mem.h"

#define TICK_NS ((uint64_t)200 * 1000 * 1000)

typedef struct {
    http_workers *all;
    int32_t index;
    uv_thread_t thread;
} worker;

struct http_workers {
    void (*on_tick)(void *arg, int32_t worker);
    void *arg;
    uv_mutex_t lock; /* guards the queue and is_over */
    uv_cond_t has_work;
    bool has_lock, has_cond;
    http_job *first, **last;
    bool is_over;
    worker *workers;
    int32_t n;
};

static http_job *take(http_workers *w)
{
    http_job *job = w->first;
    if (job) {
        w->first = job->next;
        if (!w->first)
            w->last = &w->first;
        job->next = NULL;
    }
    return job;
}

static void work(void *arg)
{
    worker *me = arg;
    http_workers *w = me->all;
    uv_mutex_lock(&w->lock);
    for (;;) {
        http_job *job = take(w);
        if (!job && w->is_over)
            break;
        bool is_idle = !job && uv_cond_timedwait(&w->has_work, &w->lock, TICK_NS) != 0;
        if (!job && !is_idle)
            continue;
        uv_mutex_unlock(&w->lock);
        if (job) {
            job->run(job, me->index);
            job->give_back(job->loop, job);
        } else if (w->on_tick) {
            w->on_tick(w->arg, me->index);
        }
        uv_mutex_lock(&w->lock);
    }
    uv_mutex_unlock(&w->lock);
}

static mote_status start_threads(http_workers *w, int32_t n, mote_err *err)
{
    w->has_lock = uv_mutex_init(&w->lock) == 0;
    w->has_cond = w->has_lock && uv_cond_init(&w->has_work) == 0;
    w->workers = mote_alloc_zero((size_t)n, sizeof *w->workers);
    if (!w->has_cond || !w->workers)
        return mote_fail(err, MOTE_NOMEM, "out of memory for %d workers", (int)n);
    for (; w->n < n; w->n++) {
        worker *me = &w->workers[w->n];
        me->all = w;
        me->index = w->n;
        int e = uv_thread_create(&me->thread, work, me);
        if (e != 0)
            return mote_fail(err, MOTE_IO, "start worker %d: %s", (int)w->n, uv_strerror(e));
    }
    return MOTE_OK;
}

mote_status http_workers_create(int32_t n, void (*on_tick)(void *arg, int32_t worker), void *arg,
                                http_workers **out, mote_err *err)
{
    http_workers *w = mote_alloc_zero(1, sizeof *w);
    if (!w)
        return mote_fail(err, MOTE_NOMEM, "out of memory for %d workers", (int)n);
    w->on_tick = on_tick;
    w->arg = arg;
    w->last = &w->first;
    mote_status st = start_threads(w, n, err);
    if (st != MOTE_OK) {
        http_workers_destroy(w);
        return st;
    }
    *out = w;
    return MOTE_OK;
}

void http_workers_destroy(http_workers *w)
{
    if (!w)
        return;
    if (w->n > 0) {
        uv_mutex_lock(&w->lock);
        w->is_over = true;
        uv_cond_broadcast(&w->has_work);
        uv_mutex_unlock(&w->lock);
    }
    for (int32_t i = 0; i < w->n; i++)
        (void)uv_thread_join(&w->workers[i].thread);
    if (w->has_cond)
        uv_cond_destroy(&w->has_work);
    if (w->has_lock)
        uv_mutex_destroy(&w->lock);
    mote_free(w->workers);
    mote_free(w);
}

void http_workers_start(http_workers *w, http_job *job)
{
    job->next = NULL;
    uv_mutex_lock(&w->lock);
    *w->last = job;
    w->last = &job->next;
    uv_cond_signal(&w->has_work);
    uv_mutex_unlock(&w->lock);
}
