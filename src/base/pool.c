/* SPDX-License-Identifier: Apache-2.0 */
/* Thread pool. Depends on mem and status; used by learn, data, feature, evaluate.
 *
 * A job is an array of pieces; threads draw the next piece number from an atomic counter. A
 * worker joins a job under the lock (n_inside + 1) only while pieces are left, so the caller need
 * not wait for workers that have not woken up: it returns when the pieces have run out and
 * n_inside is back to 0. Which thread runs a piece is open; what a piece computes is not. */
#define _GNU_SOURCE /* sched_getaffinity: the CPUs we may run on */
#include "base/pool.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/mem.h"

#define MOST_THREADS 256

typedef struct {
    mote_pool *pool;
    int32_t worker;
    pthread_t thread;
} helper;

struct mote_pool {
    int32_t n_threads; /* with the caller's */
    int32_t n_started; /* helpers whose thread exists */
    helper *helpers;   /* [n_threads - 1] */
    pthread_mutex_t lock;
    pthread_cond_t job_there; /* to helpers: `job` has grown or `stopping` is set */
    pthread_cond_t all_left;  /* to the caller: n_inside is 0 */
    uint64_t job;             /* number of the current job; under `lock` */
    int32_t n_inside;         /* helpers inside it; under `lock` */
    bool stopping;            /* under `lock` */
    mote_pool_work *work;     /* the job; set under `lock` while nobody is inside */
    void *arg;
    size_t n_pieces;
    _Atomic size_t next; /* next piece to be drawn */
};

bool mote_cancelled(const mote_cancel *c)
{
    return c && c->requested;
}

int32_t mote_pool_threads(const mote_pool *p)
{
    return p ? p->n_threads : 1;
}

static int32_t allowed_cpus(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > MOST_THREADS ? MOST_THREADS : (int32_t)n;
}

static void run_pieces(mote_pool *p, int32_t worker)
{
    for (;;) {
        size_t piece = atomic_fetch_add_explicit(&p->next, 1, memory_order_relaxed);
        if (piece >= p->n_pieces)
            return;
        p->work(p->arg, piece, worker);
    }
}

static void *helper_main(void *arg)
{
    helper *h = arg;
    mote_pool *p = h->pool;
    uint64_t seen = 0;
    pthread_mutex_lock(&p->lock);
    for (;;) {
        while (!p->stopping && p->job == seen)
            pthread_cond_wait(&p->job_there, &p->lock);
        if (p->stopping)
            break;
        seen = p->job;
        if (atomic_load_explicit(&p->next, memory_order_relaxed) >= p->n_pieces)
            continue; /* woken too late: the job is done */
        p->n_inside++;
        pthread_mutex_unlock(&p->lock);
        run_pieces(p, h->worker);
        pthread_mutex_lock(&p->lock);
        if (--p->n_inside == 0)
            pthread_cond_signal(&p->all_left);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

mote_status mote_pool_create(int32_t n_threads, mote_pool **out, mote_err *err)
{
    if (n_threads < 0 || n_threads > MOST_THREADS)
        return mote_fail(err, MOTE_ARG, "%d threads asked for, 0 to %d are possible",
                         (int)n_threads, MOST_THREADS);
    mote_pool *p = mote_alloc_zero(1, sizeof *p);
    if (!p)
        return mote_fail(err, MOTE_NOMEM, "no memory for a thread pool");
    p->n_threads = n_threads ? n_threads : allowed_cpus();
    if (p->n_threads > MOST_THREADS)
        p->n_threads = MOST_THREADS;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->job_there, NULL);
    pthread_cond_init(&p->all_left, NULL);
    size_t n_helpers = (size_t)p->n_threads - 1;
    p->helpers = mote_alloc_zero(n_helpers, sizeof *p->helpers);
    if (!p->helpers) {
        mote_pool_destroy(p);
        return mote_fail(err, MOTE_NOMEM, "no memory for %zu threads", n_helpers + 1);
    }
    for (size_t i = 0; i < n_helpers; i++) {
        helper *h = &p->helpers[i];
        h->pool = p;
        h->worker = (int32_t)i + 1;
        if (pthread_create(&h->thread, NULL, helper_main, h) != 0) {
            mote_pool_destroy(p);
            return mote_fail(err, MOTE_NOMEM, "the system does not start thread %zu of %zu", i + 2,
                             n_helpers + 1);
        }
        p->n_started++;
    }
    *out = p;
    return MOTE_OK;
}

void mote_pool_destroy(mote_pool *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_cond_broadcast(&p->job_there);
    pthread_mutex_unlock(&p->lock);
    for (int32_t i = 0; i < p->n_started; i++)
        pthread_join(p->helpers[i].thread, NULL);
    pthread_cond_destroy(&p->all_left);
    pthread_cond_destroy(&p->job_there);
    pthread_mutex_destroy(&p->lock);
    mote_free(p->helpers);
    mote_free(p);
}

void mote_pool_run(mote_pool *p, size_t n_pieces, mote_pool_work *work, void *arg)
{
    if (!p || p->n_threads == 1 || n_pieces <= 1) {
        for (size_t piece = 0; piece < n_pieces; piece++)
            work(arg, piece, 0);
        return;
    }
    pthread_mutex_lock(&p->lock);
    MOTE_BUG_IF(p->n_inside != 0);
    p->work = work;
    p->arg = arg;
    p->n_pieces = n_pieces;
    atomic_store_explicit(&p->next, 0, memory_order_relaxed);
    p->job++;
    pthread_cond_broadcast(&p->job_there);
    pthread_mutex_unlock(&p->lock);
    run_pieces(p, 0);
    pthread_mutex_lock(&p->lock);
    while (p->n_inside > 0)
        pthread_cond_wait(&p->all_left, &p->lock);
    pthread_mutex_unlock(&p->lock);
}
