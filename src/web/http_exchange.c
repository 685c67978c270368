/* SPDX-License-Identifier: Apache-2.0 */
/* One exchange: a request that has come whole is answered, on this thread or by a worker.
 *
 *     dispatch -> [body decompressed] -> handler ------------------> reply
 *                        |                  | may wait                 ^
 *                        +- much: worker ---+--------> worker ---------+  on_answer
 *                                                                      |
 *     reply with pieces: pull -> worker makes the next one ------------+
 *
 * Who carries it sends the reply, and asks for the next piece when the last one is sent. */
#include <string.h>

#include "base/clock.h"
#include "web/http_internal.h"

void http_exchange_init(http_exchange *x, http_loop *l)
{
    const mote_http_config *cfg = &l->server->cfg;
    x->loop = l;
    mote_buf_init(&x->head, 2 * cfg->max_head_bytes + 4096);
    mote_buf_init(&x->body, cfg->max_body_bytes + 1);
    mote_buf_init(&x->plain, cfg->max_body_bytes + 1);
    mote_buf_init(&x->reply_headers, 64 * 1024);
    mote_buf_init(&x->reply_body, cfg->max_reply_bytes);
    mote_arena_init(&x->arena, cfg->max_arena_bytes);
}

static void release_held(http_exchange *x)
{
    if (x->held_bytes)
        atomic_fetch_sub(&x->loop->server->held_bytes, (int64_t)x->held_bytes);
    x->held_bytes = 0;
}

static void end_in_flight(http_exchange *x)
{
    if (x->counted_in_flight)
        atomic_fetch_sub(&x->loop->counters.in_flight, 1);
    x->counted_in_flight = false;
}

void http_exchange_release(http_exchange *x)
{
    release_held(x);
    end_in_flight(x);
    mote_http_pull_release(&x->reply.pull);
    mote_buf_release(&x->head);
    mote_buf_release(&x->body);
    mote_buf_release(&x->plain);
    mote_buf_release(&x->reply_headers);
    mote_buf_release(&x->reply_body);
    mote_arena_release(&x->arena);
}

void http_shrink(mote_buf *b)
{
    if (b->capacity > HTTP_KEPT_BYTES || b->status != MOTE_OK) {
        mote_buf_release(b);
        mote_buf_init(b, b->max_bytes);
    } else {
        mote_buf_reset(b);
    }
}

/* A client that is slow to read the reply must not hold the request's memory. */
void http_exchange_let_go(http_exchange *x)
{
    release_held(x);
    http_shrink(&x->body);
    http_shrink(&x->plain);
    if (x->arena.used_bytes > HTTP_KEPT_BYTES)
        mote_arena_release(&x->arena);
    else
        mote_arena_reset(&x->arena);
}

static void count_reply(http_exchange *x)
{
    http_counters *n = &x->loop->counters;
    int32_t code = x->reply.code;
    http_count(&n->by_code[code >= 100 && code < 600 ? code : 599], 1);
    if (!x->is_complete)
        return; /* refused before it was whole: no latency to speak of */
    int64_t us = mote_clock_mono_us() - x->request_us;
    size_t bucket = 0;
    while (bucket < MOTE_HTTP_N_BUCKETS && us > mote_http_bucket_us[bucket])
        bucket++;
    http_count(&n->latency[bucket], 1);
    http_count(&n->latency_sum_us, us > 0 ? (uint64_t)us : 0);
}

void http_exchange_finish(http_exchange *x)
{
    count_reply(x);
    end_in_flight(x);
    mote_http_pull_release(&x->reply.pull);
    http_shrink(&x->reply_body);
    http_shrink(&x->reply_headers);
    x->is_complete = false;
}

static void reply_reset(http_exchange *x)
{
    mote_http_pull_release(&x->reply.pull);
    mote_buf_reset(&x->reply_headers);
    mote_buf_reset(&x->reply_body);
    x->reply = (mote_http_reply){.code = 200,
                                 .content_type = "application/json",
                                 .headers = &x->reply_headers,
                                 .body = &x->reply_body,
                                 .pull = {.n_bytes = -1}};
}

void http_exchange_refuse(http_exchange *x, int32_t code, const char *text)
{
    x->is_complete = false;
    reply_reset(x);
    mote_http_reply_error(&x->reply, code, "%s", text);
}

/* ---- workers ---- */

static http_exchange *of_job(http_job *job)
{
    return (http_exchange *)(void *)((char *)job - offsetof(http_exchange, job));
}

/* On a worker: the loop is to call `done`. */
static void give_back(void *loop, http_job *job)
{
    http_loop *l = loop;
    uv_mutex_lock(&l->lock);
    job->next = l->done;
    l->done = job;
    (void)uv_async_send(&l->wake); /* with the lock: the loop cannot end before */
    uv_mutex_unlock(&l->lock);
}

void http_exchange_jobs_done(http_loop *l)
{
    uv_mutex_lock(&l->lock);
    http_job *newest = l->done, *oldest = NULL;
    l->done = NULL;
    uv_mutex_unlock(&l->lock);
    while (newest) { /* turned round: first done, first answered */
        http_job *next = newest->next;
        newest->next = oldest;
        oldest = newest;
        newest = next;
    }
    while (oldest) {
        http_job *next = oldest->next; /* `done` may start the job again */
        oldest->done(oldest);
        oldest = next;
    }
}

static void start(http_exchange *x, void (*run)(http_job *, int32_t), void (*done)(http_job *))
{
    x->job = (http_job){.run = run, .done = done, .give_back = give_back, .loop = x->loop};
    http_workers_start(x->loop->server->workers, &x->job);
}

/* Give the request to a worker; false, and the refusal is the reply, when there are too many of
 * them already. `done` is called on the loop again. */
static bool start_job(http_exchange *x, void (*run)(http_job *, int32_t), void (*done)(http_job *))
{
    mote_http_server *s = x->loop->server;
    if (atomic_fetch_add(&s->n_jobs, 1) < s->cfg.max_jobs) {
        atomic_fetch_add(&s->jobs, 1);
        start(x, run, done);
        return true;
    }
    atomic_fetch_sub(&s->n_jobs, 1);
    atomic_fetch_add(&s->jobs_refused, 1);
    mote_http_reply_error(&x->reply, 503, "too much work of this kind is waiting, try again");
    mote_buf_str(&x->reply_headers, "Retry-After: 1\r\n");
    return false;
}

static void run_handler(http_job *job, int32_t worker)
{
    http_exchange *x = of_job(job);
    const mote_http_config *cfg = &x->loop->server->cfg;
    x->request.thread = -1;
    x->request.worker = worker;
    mote_arena_reset(&x->arena);
    reply_reset(x);
    (void)cfg->handler(cfg->arg, &x->request, &x->reply);
}

static void handler_done(http_job *job)
{
    http_exchange *x = of_job(job);
    atomic_fetch_sub(&x->loop->server->n_jobs, 1);
    x->on_answer(x);
}

/* ---- handing over ---- */

/* Method and headers are there since the head was whole. */
static void fill_request(http_exchange *x)
{
    char *target = x->head.data;
    char *query = strchr(target, '?');
    if (query)
        *query++ = '\0';
    char *path = target;
    if (strncmp(path, "http://", 7) == 0) { /* absolute form, RFC 9112 section 3.2.2 */
        path = strchr(path + 7, '/');
        if (!path)
            path = target + strlen(target);
    }
    x->request = (mote_http_request){
        .method = x->request.method,
        .path = *path ? path : "/",
        .query = query ? query : "",
        .headers = x->headers,
        .n_headers = (size_t)x->n_headers,
        .body = x->body.len ? x->body.data : "",
        .body_bytes = x->body.len,
        .thread = x->loop->index,
        .worker = -1,
        .arena = &x->arena,
    };
}

static bool answer(http_exchange *x)
{
    const mote_http_config *cfg = &x->loop->server->cfg;
    return cfg->handler(cfg->arg, &x->request, &x->reply) ||
           !start_job(x, run_handler, handler_done);
}

/* ---- compressed bodies ---- */

/* Decompress into x->plain, which is counted among what all bodies hold. */
static mote_status decode_body(http_exchange *x, size_t max_bytes, mote_err *err)
{
    mote_http_server *s = x->loop->server;
    mote_buf_release(&x->plain);
    mote_buf_init(&x->plain, max_bytes);
    MOTE_TRY(http_body_decode(x->coding, x->body.data, x->body.len, &x->plain, err));
    int64_t n = (int64_t)x->plain.len;
    x->held_bytes += x->plain.len;
    if (atomic_fetch_add(&s->held_bytes, n) + n > (int64_t)s->cfg.max_held_bytes)
        return mote_fail(err, MOTE_NOMEM, "too much input is in work, try again");
    return MOTE_OK;
}

static bool answer_decoded(http_exchange *x, mote_status st)
{
    if (st != MOTE_OK) {
        mote_http_reply_err(&x->reply, &x->plain_err);
        return true;
    }
    x->request.body = x->plain.len ? x->plain.data : "";
    x->request.body_bytes = x->plain.len;
    return answer(x);
}

static void run_decode(http_job *job, int32_t worker)
{
    http_exchange *x = of_job(job);
    (void)worker;
    x->plain_err.status = decode_body(x, x->loop->server->cfg.max_body_bytes, &x->plain_err);
}

static void decode_done(http_job *job)
{
    http_exchange *x = of_job(job);
    atomic_fetch_sub(&x->loop->server->n_jobs, 1);
    if (answer_decoded(x, x->plain_err.status))
        x->on_answer(x);
}

/* Little is decompressed here, a worker takes over when it turns out to be much. */
static bool decode_and_answer(http_exchange *x)
{
    size_t max_bytes = x->loop->server->cfg.max_body_bytes;
    bool is_bounded_here = max_bytes <= HTTP_INLINE_BYTES;
    x->plain_err = (mote_err){0};
    mote_status st = decode_body(x, is_bounded_here ? max_bytes : HTTP_INLINE_BYTES, &x->plain_err);
    if (st != MOTE_LIMIT || is_bounded_here)
        return answer_decoded(x, st);
    return !start_job(x, run_decode, decode_done);
}

bool http_exchange_dispatch(http_exchange *x)
{
    x->request_us = mote_clock_mono_us();
    fill_request(x);
    reply_reset(x);
    atomic_fetch_add(&x->loop->counters.in_flight, 1);
    x->counted_in_flight = true;
    return x->coding != HTTP_CODING_NONE && x->body.len > 0 ? decode_and_answer(x) : answer(x);
}

/* ---- the pieces of a reply ---- */

static void run_pull(http_job *job, int32_t worker)
{
    http_exchange *x = of_job(job);
    (void)worker;
    mote_buf_reset(&x->reply_body);
    x->pull_err.status = x->reply.pull.next(x->reply.pull.arg, &x->reply_body, &x->pull_err);
    if (x->pull_err.status == MOTE_OK)
        x->pull_err.status = x->reply_body.status;
}

static void pull_done(http_job *job)
{
    http_exchange *x = of_job(job);
    x->on_answer(x);
}

/* Not counted among the jobs: the reply has begun and cannot be refused any more. Each exchange has
 * one piece at a time, so there are never more of them than clients. */
void http_exchange_pull(http_exchange *x)
{
    start(x, run_pull, pull_done);
}
