/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP server: listening, threads, drain, counters. What a connection does is http_conn.c's affair.
 *
 *     accepting thread (mote_http_run)            serving thread i
 *       poll(listen) -> accept -> inbox[i] -----> wake -> http_conn_open
 *       SIGTERM, stop -> close listen ----------> wake -> drain, leave when no connection is left
 *
 * Handing connections out instead of letting the kernel spread them (SO_REUSEPORT) keeps the
 * threads evenly loaded with few long-lived clients: with 32 clients on 2 threads the kernel's
 * hash gives splits such as 20 : 12, and the slower thread sets the 99th percentile. */
#include "web/http_internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define BACKLOG 1024

const int64_t mote_http_bucket_us[MOTE_HTTP_N_BUCKETS] = {
    100,   250,    500,    1000,   2500,    5000,    10000,   25000,
    50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 10000000,
};

/* ---- serving threads ---- */

static void set_date(http_loop *l)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    time_t t = (time_t)(mote_clock_wall_ms() / 1000);
    struct tm tm;
    if ((int64_t)t == l->date_s || !gmtime_r(&t, &tm))
        return;
    l->date_s = (int64_t)t;
    (void)mote_format(l->date, sizeof l->date, "%.3s, %02d %.3s %d %02d:%02d:%02d GMT",
                      days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900,
                      tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void end_loop_if_empty(http_loop *l)
{
    if (!l->is_draining || atomic_load(&l->n_conns) > 0 || uv_is_closing((uv_handle_t *)&l->tick))
        return;
    uv_close((uv_handle_t *)&l->tick, NULL);
    uv_close((uv_handle_t *)&l->wake, NULL);
}

static void on_tick(uv_timer_t *t)
{
    http_loop *l = t->data;
    mote_http_server *s = l->server;
    int64_t now = (int64_t)uv_now(&l->loop) * 1000;
    set_date(l);
    bool at_once = atomic_load(&s->stop_requested) > 1;
    for (http_conn *c = l->conns, *next = NULL; c; c = next) {
        next = c->next; /* closing takes effect later, on the loop */
        if (at_once)
            http_conn_close(c);
        else
            http_conn_tick(c, now);
    }
    if (s->cfg.on_tick)
        s->cfg.on_tick(s->cfg.arg, l->index);
    end_loop_if_empty(l);
}

static bool put_into_inbox(http_loop *l, const http_arrival *a)
{
    bool has_room = false;
    uv_mutex_lock(&l->lock);
    if (l->n_inbox < (int32_t)(sizeof l->inbox / sizeof l->inbox[0])) {
        l->inbox[l->n_inbox++] = *a;
        has_room = true;
        atomic_fetch_add(&l->n_conns, 1);
    }
    uv_mutex_unlock(&l->lock);
    return has_room;
}

/* Who comes when all places are taken gets that of one who does nothing: of this loop, or else of
 * the next one. */
static void open_or_refuse(http_loop *l, http_arrival from)
{
    mote_http_server *s = l->server;
    uint64_t peer = from.room == HTTP_NEEDS_OWN_ROOM ? from.peer : 0;
    bool may_open =
        from.room == HTTP_HAS_ROOM || http_conn_shed(l, peer, (int64_t)uv_now(&l->loop) * 1000);
    if (may_open) {
        http_conn_open(l, &from);
        return;
    }
    http_loop *next = &s->loops[(l->index + 1) % s->n_loops];
    bool is_passed_on = ++from.n_asked < s->n_loops && put_into_inbox(next, &from);
    if (is_passed_on) {
        (void)uv_async_send(&next->wake);
    } else {
        http_refuse_client(s, from.fd,
                           peer ? "too many clients of this address are connected"
                                : "too many clients are connected");
        http_guard_leave(s->guard, from.peer);
    }
    atomic_fetch_sub(&l->n_conns, 1);
}

static void on_wake(uv_async_t *a)
{
    http_loop *l = a->data;
    http_arrival from[256];
    uv_mutex_lock(&l->lock);
    int32_t n = l->n_inbox;
    memcpy(from, l->inbox, (size_t)n * sizeof from[0]);
    l->n_inbox = 0;
    uv_mutex_unlock(&l->lock);
    http_exchange_jobs_done(l);
    for (int32_t i = 0; i < n; i++)
        open_or_refuse(l, from[i]);
    if (atomic_load(&l->server->stop_requested) && !l->is_draining) {
        l->is_draining = true;
        for (http_conn *c = l->conns; c; c = c->next)
            http_conn_drain(c);
    }
}

static void serve(void *arg)
{
    http_loop *l = arg;
    sigset_t pipe; /* a client that went away is an error of write, no signal */
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    (void)pthread_sigmask(SIG_BLOCK, &pipe, NULL);
    (void)uv_run(&l->loop, UV_RUN_DEFAULT);
}

static uint64_t tick_ms(const mote_http_config *cfg)
{
    int64_t least = cfg->head_timeout_ms;
    if (cfg->body_timeout_ms < least)
        least = cfg->body_timeout_ms;
    if (cfg->idle_timeout_ms < least)
        least = cfg->idle_timeout_ms;
    if (cfg->write_timeout_ms < least)
        least = cfg->write_timeout_ms;
    int64_t ms = least / 4;
    return ms < 10 ? 10 : ms > 100 ? 100 : (uint64_t)ms;
}

static mote_status init_loop(mote_http_server *s, int32_t index, mote_err *err)
{
    http_loop *l = &s->loops[index];
    l->server = s;
    l->index = index;
    l->date_s = -1;
    l->read_buf = mote_alloc(HTTP_READ_BYTES, 1);
    if (!l->read_buf)
        return mote_fail(err, MOTE_NOMEM, "out of memory for serving thread %d", (int)index);
    int e = uv_mutex_init(&l->lock);
    if (e == 0 && (e = uv_loop_init(&l->loop)) != 0)
        uv_mutex_destroy(&l->lock);
    if (e != 0)
        return mote_fail(err, MOTE_IO, "event loop: %s", uv_strerror(e));
    l->has_loop = true;
    l->wake.data = l->tick.data = l;
    e = uv_async_init(&l->loop, &l->wake, on_wake);
    if (e == 0)
        e = uv_timer_init(&l->loop, &l->tick);
    if (e == 0)
        e = uv_timer_start(&l->tick, on_tick, 0, tick_ms(&s->cfg));
    set_date(l);
    return e == 0 ? MOTE_OK : mote_fail(err, MOTE_IO, "event loop: %s", uv_strerror(e));
}

static void close_handle(uv_handle_t *h, void *arg)
{
    (void)arg;
    if (!uv_is_closing(h))
        uv_close(h, NULL);
}

/* Close a loop whatever its handles' state; connections are gone by now. */
static void release_uv_loop(uv_loop_t *loop)
{
    uv_walk(loop, close_handle, NULL);
    (void)uv_run(loop, UV_RUN_DEFAULT);
    int e = uv_loop_close(loop);
    MOTE_BUG_IF(e != 0);
}

static void release_loop(http_loop *l)
{
    if (l->has_loop) {
        for (int32_t i = 0; i < l->n_inbox; i++)
            (void)close(l->inbox[i].fd);
        release_uv_loop(&l->loop);
        uv_mutex_destroy(&l->lock);
    }
    mote_free(l->read_buf);
}

/* ---- accepting ---- */

/* The client has sent nothing we have read, so this is a courtesy only. */
void http_refuse_client(mote_http_server *s, int fd, const char *why)
{
    char body[128], text[400];
    (void)mote_format(body, sizeof body, "{\"error\":\"%s, try again later\"}", why);
    (void)mote_format(text, sizeof text,
                      "HTTP/1.1 503 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                      "Retry-After: 1\r\nConnection: close\r\n\r\n%s",
                      mote_http_reason(503), strlen(body), body);
    atomic_fetch_add(&s->refused, 1);
    (void)send(fd, text, strlen(text), MSG_DONTWAIT | MSG_NOSIGNAL);
    (void)shutdown(fd, SHUT_WR);
    (void)close(fd);
}

static http_loop *least_loaded(mote_http_server *s, int64_t *total)
{
    http_loop *best = &s->loops[0];
    *total = 0;
    for (int32_t i = 0; i < s->n_loops; i++) {
        *total += atomic_load(&s->loops[i].n_conns);
        if (atomic_load(&s->loops[i].n_conns) < atomic_load(&best->n_conns))
            best = &s->loops[i];
    }
    return best;
}

/* The loop with the most connections that could be shed. Only a hint: what still lies in an inbox
 * is in no count, so that a loop has to look. */
static http_loop *most_sheddable(mote_http_server *s)
{
    http_loop *best = &s->loops[0];
    int64_t most = 0;
    for (int32_t i = 0; i < s->n_loops; i++) {
        int64_t n = atomic_load(&s->loops[i].n_sheddable);
        if (n > most) {
            most = n;
            best = &s->loops[i];
        }
    }
    return best;
}

static void hand_out(mote_http_server *s, int fd, const struct sockaddr_storage *peer)
{
    int64_t total = 0;
    http_arrival a = {.fd = fd, .peer = http_guard_key(peer)};
    http_loop *l = least_loaded(s, &total);
    bool may_enter = http_guard_enter(s->guard, a.peer);
    if (!may_enter && s->cfg.max_per_address < s->cfg.max_clients)
        a.room = HTTP_NEEDS_OWN_ROOM;
    else if (total >= s->cfg.max_clients)
        a.room = HTTP_NEEDS_ROOM;
    if (a.room != HTTP_HAS_ROOM)
        l = most_sheddable(s);
    if (!put_into_inbox(l, &a)) {
        http_refuse_client(s, fd, "too many clients are connected");
        http_guard_leave(s->guard, a.peer);
        return;
    }
    atomic_fetch_add(&s->accepted, 1);
    (void)uv_async_send(&l->wake);
}

static void accept_all(mote_http_server *s)
{
    for (int i = 0; i < 128; i++) {
        struct sockaddr_storage peer = {0};
        socklen_t peer_bytes = sizeof peer;
        int fd = accept(s->listen_fd, (struct sockaddr *)&peer, &peer_bytes);
        if (fd >= 0) {
            (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
            hand_out(s, fd, &peer);
        } else if (errno == EMFILE || errno == ENFILE) {
            /* Descriptors are used up: without this the waiting client would spin the loop. */
            (void)close(s->spare_fd);
            fd = accept(s->listen_fd, NULL, NULL);
            if (fd >= 0)
                http_refuse_client(s, fd, "too many clients are connected");
            s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return;
        }
    }
}

static void on_connection(uv_poll_t *p, int status, int events)
{
    (void)status;
    (void)events;
    accept_all(p->data);
}

static void begin_stop(uv_async_t *a)
{
    mote_http_server *s = a->data;
    if (s->listen_fd >= 0) {
        accept_all(s); /* who is already connected is still answered */
        uv_close((uv_handle_t *)&s->poll, NULL);
        (void)close(s->listen_fd);
        s->listen_fd = -1;
    }
    for (int32_t i = 0; i < s->n_loops; i++)
        (void)uv_async_send(&s->loops[i].wake);
    uv_stop(&s->loop);
}

void mote_http_stop(mote_http_server *s)
{
    int was = atomic_load(&s->stop_requested);
    if (was < 2)
        atomic_store(&s->stop_requested, was + 1);
    (void)uv_async_send(&s->stop_async);
}

static void on_signal(uv_signal_t *h, int number)
{
    (void)number;
    mote_http_stop(h->data);
}

/* ---- set-up ---- */

static mote_status listen_on(mote_http_server *s, mote_err *err)
{
    struct sockaddr_in a4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)s->cfg.port)};
    struct sockaddr_in6 a6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)s->cfg.port)};
    bool is_v6 = inet_pton(AF_INET6, s->host, &a6.sin6_addr) == 1;
    const char *host = strcmp(s->host, "localhost") == 0 ? "127.0.0.1" : s->host;
    if (!is_v6 && inet_pton(AF_INET, host, &a4.sin_addr) != 1)
        return mote_fail(
            err, MOTE_ARG,
            "host '%s' is not an IPv4 or IPv6 address of this machine (0.0.0.0 is all)", s->host);
    const void *addr = is_v6 ? (const void *)&a6 : (const void *)&a4;
    socklen_t addr_bytes = is_v6 ? sizeof a6 : sizeof a4;
    s->listen_fd = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
    if (s->listen_fd < 0)
        return mote_fail_errno(err, "socket");
    int on = 1;
    (void)setsockopt(s->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    (void)fcntl(s->listen_fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(s->listen_fd, F_SETFL, O_NONBLOCK);
    if (bind(s->listen_fd, addr, addr_bytes) != 0 || listen(s->listen_fd, BACKLOG) != 0)
        return mote_fail_errno(err, "listen on %s port %d", s->host, (int)s->cfg.port);
    void *bound = is_v6 ? (void *)&a6 : (void *)&a4;
    if (getsockname(s->listen_fd, bound, &addr_bytes) != 0)
        return mote_fail_errno(err, "address of the listening socket");
    s->port = ntohs(is_v6 ? a6.sin6_port : a4.sin_port);
    s->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    return MOTE_OK;
}

#define DEFAULT(field, value)                                                                      \
    do {                                                                                           \
        if (cfg->field == 0)                                                                       \
            cfg->field = (value);                                                                  \
    } while (0)

mote_status mote_http_settle(mote_http_config *cfg, mote_err *err)
{
    DEFAULT(n_threads, (int32_t)sysconf(_SC_NPROCESSORS_ONLN));
    DEFAULT(max_clients, 1024);
    DEFAULT(max_per_address,
            cfg->max_clients < 64 ? cfg->max_clients : cfg->max_clients - cfg->max_clients / 8);
    DEFAULT(n_workers, MOTE_HTTP_WORKERS);
    DEFAULT(max_jobs, 64);
    DEFAULT(max_head_bytes, 16 * 1024);
    DEFAULT(max_body_bytes, (size_t)16 << 20);
    DEFAULT(max_held_bytes, (size_t)256 << 20);
    DEFAULT(max_reply_bytes, (size_t)64 << 20);
    DEFAULT(max_arena_bytes, (size_t)64 << 20);
    DEFAULT(head_timeout_ms, 10000);
    DEFAULT(body_timeout_ms, 20000);
    DEFAULT(min_body_rate, 64 * 1024);
    DEFAULT(idle_timeout_ms, 75000);
    DEFAULT(write_timeout_ms, 20000);
    DEFAULT(drain_ms, 10000);
    if (cfg->n_threads < 1 || cfg->n_threads > MOTE_HTTP_MAX_THREADS)
        return mote_fail(err, MOTE_ARG, "%d serving threads: the range is 1 to %d",
                         (int)cfg->n_threads, MOTE_HTTP_MAX_THREADS);
    if (cfg->n_workers < 1 || cfg->n_workers > MOTE_HTTP_MAX_THREADS)
        return mote_fail(err, MOTE_ARG, "%d workers: the range is 1 to %d", (int)cfg->n_workers,
                         MOTE_HTTP_MAX_THREADS);
    if (cfg->port < 0 || cfg->port > 65535)
        return mote_fail(err, MOTE_ARG, "port %d: the range is 0 to 65535", (int)cfg->port);
    if (cfg->max_clients < 1 || cfg->max_per_address < 1 || cfg->max_jobs < 1 ||
        cfg->head_timeout_ms < 0 || cfg->body_timeout_ms < 0 || cfg->idle_timeout_ms < 0 ||
        cfg->write_timeout_ms < 0 || cfg->drain_ms < 0)
        return mote_fail(err, MOTE_ARG, "a limit of the server is negative");
    if (cfg->max_body_bytes > (size_t)1 << 31 || cfg->max_reply_bytes > (size_t)1 << 31)
        return mote_fail(err, MOTE_ARG, "a body may have at most 2 GiB");
    if (!cfg->handler)
        return mote_fail(err, MOTE_ARG, "a server needs a handler");
    return MOTE_OK;
}

static mote_status set_up(mote_http_server *s, mote_err *err)
{
    MOTE_TRY(mote_http_settle(&s->cfg, err));
    if (!mote_format(s->host, sizeof s->host, "%s", s->cfg.host ? s->cfg.host : "127.0.0.1"))
        return mote_fail(err, MOTE_ARG, "host '%s' is too long", s->cfg.host);
    MOTE_TRY(http_guard_create(s->cfg.max_clients, s->cfg.max_per_address, &s->guard, err));
    MOTE_TRY(listen_on(s, err));
    http1_parse_settings(&s->settings);
    MOTE_TRY(
        http_workers_create(s->cfg.n_workers, s->cfg.on_worker_tick, s->cfg.arg, &s->workers, err));
    int e = uv_loop_init(&s->loop);
    if (e != 0)
        return mote_fail(err, MOTE_IO, "event loop: %s", uv_strerror(e));
    s->has_loop = true;
    s->poll.data = s->stop_async.data = s->sigterm.data = s->sigint.data = s;
    e = uv_async_init(&s->loop, &s->stop_async, begin_stop);
    if (e == 0)
        e = uv_poll_init_socket(&s->loop, &s->poll, s->listen_fd);
    if (e == 0 && s->cfg.catch_signals) {
        e = uv_signal_init(&s->loop, &s->sigterm);
        if (e == 0)
            e = uv_signal_init(&s->loop, &s->sigint);
    }
    if (e != 0)
        return mote_fail(err, MOTE_IO, "event loop: %s", uv_strerror(e));
    s->loops = mote_alloc_zero((size_t)s->cfg.n_threads, sizeof *s->loops);
    if (!s->loops)
        return mote_fail(err, MOTE_NOMEM, "out of memory for %d serving threads",
                         (int)s->cfg.n_threads);
    for (; s->n_loops < s->cfg.n_threads; s->n_loops++) {
        mote_status st = init_loop(s, s->n_loops, err);
        if (st != MOTE_OK) {
            s->n_loops++; /* release what there is of it */
            return st;
        }
    }
    return MOTE_OK;
}

mote_status mote_http_create(const mote_http_config *cfg, mote_http_server **out, mote_err *err)
{
    mote_http_server *s = mote_alloc_zero(1, sizeof *s);
    if (!s)
        return mote_fail(err, MOTE_NOMEM, "out of memory for the server");
    s->cfg = *cfg;
    s->listen_fd = s->spare_fd = -1;
    mote_status st = set_up(s, err);
    if (st != MOTE_OK) {
        mote_http_destroy(s);
        return st;
    }
    *out = s;
    return MOTE_OK;
}

void mote_http_destroy(mote_http_server *s)
{
    if (!s)
        return;
    http_workers_destroy(s->workers);
    for (int32_t i = 0; i < s->n_loops; i++)
        release_loop(&s->loops[i]);
    mote_free(s->loops);
    if (s->has_loop)
        release_uv_loop(&s->loop);
    if (s->listen_fd >= 0)
        (void)close(s->listen_fd);
    if (s->spare_fd >= 0)
        (void)close(s->spare_fd);
    http_guard_destroy(s->guard);
    mote_free(s);
}

int32_t mote_http_port(const mote_http_server *s)
{
    return s->port;
}

int32_t mote_http_threads(const mote_http_server *s)
{
    return s->n_loops;
}

/* ---- running ---- */

static void join_all(mote_http_server *s)
{
    for (int32_t i = 0; i < s->n_loops; i++) {
        if (s->loops[i].has_thread)
            (void)uv_thread_join(&s->loops[i].thread);
        s->loops[i].has_thread = false;
    }
}

static void on_drain_over(uv_timer_t *t)
{
    mote_http_server *s = t->data;
    atomic_store(&s->stop_requested, 2);
}

static void on_drain_look(uv_timer_t *t)
{
    mote_http_server *s = t->data;
    int64_t total = 0;
    (void)least_loaded(s, &total);
    if (total == 0)
        uv_stop(&s->loop);
}

/* Wait for the serving threads to finish what is in work; a second signal or the end of drain_ms
 * cuts it short. */
static void drain(mote_http_server *s)
{
    (void)uv_timer_init(&s->loop, &s->drain_over);
    (void)uv_timer_init(&s->loop, &s->drain_look);
    s->drain_over.data = s->drain_look.data = s;
    (void)uv_timer_start(&s->drain_over, on_drain_over, (uint64_t)s->cfg.drain_ms, 0);
    (void)uv_timer_start(&s->drain_look, on_drain_look, 10, 10);
    int64_t total = 1;
    while (total > 0) {
        (void)uv_run(&s->loop, UV_RUN_DEFAULT); /* begin_stop ends a run too: look again */
        (void)least_loaded(s, &total);
    }
}

mote_status mote_http_run(mote_http_server *s, mote_err *err)
{
    MOTE_BUG_IF(s->has_run);
    s->has_run = true;
    int e = uv_poll_start(&s->poll, UV_READABLE, on_connection);
    if (e == 0 && s->cfg.catch_signals) {
        e = uv_signal_start(&s->sigterm, on_signal, SIGTERM);
        if (e == 0)
            e = uv_signal_start(&s->sigint, on_signal, SIGINT);
    }
    if (mote_cancelled(s->cfg.cancel)) /* by a signal that came before these */
        mote_http_stop(s);
    for (int32_t i = 0; e == 0 && i < s->n_loops; i++) {
        e = uv_thread_create(&s->loops[i].thread, serve, &s->loops[i]);
        s->loops[i].has_thread = e == 0;
    }
    if (e == 0)
        (void)uv_run(&s->loop, UV_RUN_DEFAULT);
    else
        mote_http_stop(s);
    (void)uv_run(&s->loop, UV_RUN_NOWAIT);
    drain(s);
    join_all(s);
    return e == 0 ? MOTE_OK : mote_fail(err, MOTE_IO, "start serving: %s", uv_strerror(e));
}

/* ---- counters ---- */

static uint64_t get(const _Atomic uint64_t *x)
{
    return atomic_load_explicit(x, memory_order_relaxed);
}

void mote_http_stats_read(const mote_http_server *s, mote_http_stats *out)
{
    *out = (mote_http_stats){0};
    for (int32_t i = 0; i < s->n_loops; i++) {
        const http_counters *n = &s->loops[i].counters;
        for (size_t code = 0; code < 600; code++)
            out->by_code[code] += get(&n->by_code[code]);
        for (size_t b = 0; b <= MOTE_HTTP_N_BUCKETS; b++)
            out->latency[b] += get(&n->latency[b]);
        out->latency_sum_us += get(&n->latency_sum_us);
        out->bytes_in += get(&n->bytes_in);
        out->bytes_out += get(&n->bytes_out);
        out->shed += get(&n->shed);
        out->in_flight += atomic_load(&n->in_flight);
        out->open += atomic_load(&s->loops[i].n_conns);
    }
    out->accepted = get(&s->accepted);
    out->refused = get(&s->refused);
    out->jobs = get(&s->jobs);
    out->jobs_refused = get(&s->jobs_refused);
    out->jobs_now = atomic_load(&s->n_jobs);
    out->held_bytes = atomic_load(&s->held_bytes);
}
