/* SPDX-License-Identifier: Apache-2.0 */
/* Sending samples to a server. See load.h. */
#include "web/load.h"

#include <errno.h>
#include <math.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interval.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/rng.h"

#define MAX_ANSWER_BYTES (1 << 20)

/* ---- one connection ---------------------------------------------------------------------- */

typedef struct {
    int fd; /* -1: not connected */
    mote_buf request, answer;
    char why[200]; /* of the last failure */
} client;

static int connect_to(const mote_load_config *cfg)
{
    char port[16];
    (void)mote_format(port, sizeof port, "%d", cfg->port);
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *found = NULL;
    if (getaddrinfo(cfg->host, port, &hints, &found) != 0)
        return -1;
    int fd = -1;
    for (struct addrinfo *a = found; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) != 0) {
            close(fd);
            fd = -1;
        }
    }
    freeaddrinfo(found);
    if (fd >= 0) {
        struct timeval t = {.tv_sec = cfg->timeout_ms / 1000,
                            .tv_usec = cfg->timeout_ms % 1000 * 1000};
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof t);
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof t);
    }
    return fd;
}

static bool give_up(client *c, const char *why)
{
    (void)mote_format(c->why, sizeof c->why, "%s", why);
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    return false;
}

static bool send_all(client *c)
{
    for (size_t sent = 0; sent < c->request.len;) {
        ssize_t n = send(c->fd, c->request.data + sent, c->request.len - sent, MSG_NOSIGNAL);
        if (n <= 0 && errno != EINTR)
            return give_up(c, "the connection broke while sending");
        sent += n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Value of a header in the head of the answer, lower-case names; -1 when it is not there. */
static int64_t content_length(const char *head)
{
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, "content-length:", 15) != 0)
            continue;
        const char *v = line + 17;
        v += strspn(v, " ");
        int64_t n;
        return mote_parse_i64(v, strcspn(v, "\r"), &n) && n >= 0 ? n : -1;
    }
    return -1;
}

/* Read one answer: head and body of stated length. *body points into c->answer. */
static bool receive(client *c, int *code, const char **body, size_t *body_len)
{
    mote_buf_reset(&c->answer);
    char *end = NULL;
    int64_t length = -1;
    for (;;) {
        char piece[8192];
        ssize_t n = recv(c->fd, piece, sizeof piece, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return give_up(c, n == 0 ? "the server closed the connection" : "no answer in time");
        mote_buf_add(&c->answer, piece, (size_t)n);
        if (c->answer.status != MOTE_OK)
            return give_up(c, "the answer is too long");
        if (!end) {
            end = strstr(c->answer.data, "\r\n\r\n");
            if (!end)
                continue;
            *end = 0;
            length = content_length(c->answer.data);
            if (length < 0)
                return give_up(c, "an answer without Content-Length");
        } else {
            end = c->answer.data + strlen(c->answer.data);
        }
        size_t head = (size_t)(end - c->answer.data) + 4;
        if (c->answer.len < head + (size_t)length)
            continue;
        int64_t status;
        if (strncmp(c->answer.data, "HTTP/1.1 ", 9) != 0 ||
            !mote_parse_i64(c->answer.data + 9, 3, &status))
            return give_up(c, "an answer that is not HTTP/1.1");
        *code = (int)status;
        *body = c->answer.data + head;
        *body_len = (size_t)length;
        return true;
    }
}

/* ---- the traffic ------------------------------------------------------------------------- */

typedef struct {
    const mote_load_config *cfg;
    client *clients;      /* [n_clients] */
    uint32_t *order;      /* [n_samples] */
    int64_t *took_us;     /* [n_requests]; -1: failed */
    pthread_mutex_t lock; /* of what follows */
    mote_load_result res;
    int64_t shown_us;
    size_t n_done;
} load;

static void count_version(mote_load_result *r, const char *version)
{
    for (size_t i = 0; i < r->n_versions; i++)
        if (strcmp(r->versions[i].version, version) == 0) {
            r->versions[i].n++;
            return;
        }
    if (r->n_versions == MOTE_LOAD_MAX_VERSIONS)
        return;
    mote_load_version *v = &r->versions[r->n_versions++];
    (void)mote_format(v->version, sizeof v->version, "%s", version);
    v->n = 1;
}

static void record(load *l, const char *failure, const char *label, const char *version,
                   const char *want)
{
    pthread_mutex_lock(&l->lock);
    if (failure) {
        l->res.n_failed++;
        if (!l->res.first_failure[0])
            (void)mote_format(l->res.first_failure, sizeof l->res.first_failure, "%s", failure);
    } else {
        l->res.n++;
        l->res.n_right += mote_str_eq(label, want);
        count_version(&l->res, version ? version : "?");
    }
    l->n_done++;
    int64_t now = mote_clock_mono_us();
    if (l->cfg->progress && now - l->shown_us > 100000) {
        l->shown_us = now;
        l->cfg->progress(l->cfg->progress_arg, l->n_done, l->res.n_right);
    }
    pthread_mutex_unlock(&l->lock);
}

static bool is_word(const mote_load_config *cfg, const char *label)
{
    for (size_t i = 0; i < cfg->n_words; i++)
        if (mote_str_eq(cfg->words[i], label))
            return true;
    return cfg->n_words == 0 && label[0] != '_';
}

/* Detections are judged apart from the label: they are what the device would say. */
static void record_detections(load *l, const json_t *list, const char *want)
{
    bool is_found = false, is_wrong = false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *label = json_string_value(json_object_get(json_array_get(list, i), "label"));
        bool is_same = label && mote_str_eq(label, want);
        is_found |= is_same;
        is_wrong |= !is_same;
    }
    pthread_mutex_lock(&l->lock);
    l->res.n_words += is_word(l->cfg, want);
    l->res.n_detected += is_word(l->cfg, want) && is_found;
    l->res.n_wrong += is_wrong;
    pthread_mutex_unlock(&l->lock);
}

static bool make_request(const mote_load_config *cfg, client *c, size_t sample)
{
    MOTE_SCOPED_BUF file;
    mote_buf_init(&file, cfg->sample_bytes);
    bool good =
        cfg->encode(cfg->encode_arg, sample, &file, NULL) == MOTE_OK && file.status == MOTE_OK;
    mote_buf_reset(&c->request);
    mote_buf_printf(&c->request, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\n", cfg->path,
                    cfg->host, cfg->content_type);
    if (cfg->consent)
        mote_buf_printf(&c->request, "Mote-Consent: %s\r\n", cfg->consent);
    mote_buf_printf(&c->request, "Content-Length: %zu\r\n\r\n", file.len);
    mote_buf_add(&c->request, file.data, file.len);
    return good && c->request.status == MOTE_OK;
}

static void read_answer(load *l, int code, const char *body, size_t n, const char *want)
{
    json_t *j = NULL;
    char why[200];
    if (mote_json_parse("answer", body, n, &j, NULL) != MOTE_OK) {
        record(l, "an answer that is not JSON", NULL, NULL, want);
        return;
    }
    if (code == 200) {
        const char *label = json_string_value(json_object_get(j, "label"));
        const char *version =
            json_string_value(json_object_get(json_object_get(j, "model"), "version"));
        record(l, label ? NULL : "an answer without a label", label, version, want);
        if (label)
            record_detections(l, json_object_get(j, "detections"), want);
    } else {
        const char *text = json_string_value(json_object_get(j, "error"));
        (void)mote_format(why, sizeof why, "%d: %s", code, text ? text : "");
        record(l, why, NULL, NULL, want);
    }
    json_decref(j);
}

static void send_one(void *arg, size_t i, int32_t worker)
{
    load *l = arg;
    const mote_load_config *cfg = l->cfg;
    client *c = &l->clients[worker];
    l->took_us[i] = -1;
    if (mote_cancelled(cfg->cancel))
        return;
    uint32_t sample = l->order[i % cfg->n_samples];
    if (!make_request(cfg, c, sample)) {
        record(l, "no memory for a request", NULL, NULL, NULL);
        return;
    }
    int code = 0;
    const char *body = NULL;
    size_t body_len = 0;
    int64_t start = mote_clock_mono_us();
    if (c->fd < 0)
        c->fd = connect_to(cfg);
    if (c->fd < 0) {
        record(l, "the connection is refused", NULL, NULL, NULL);
        return;
    }
    if (!send_all(c) || !receive(c, &code, &body, &body_len)) {
        record(l, c->why, NULL, NULL, NULL);
        return;
    }
    l->took_us[i] = mote_clock_mono_us() - start;
    read_answer(l, code, body, body_len, cfg->labels[sample]);
}

static void sort_times(int64_t *t, size_t n)
{
    for (size_t gap = n / 2; gap > 0;
         gap /= 2) /* Shell sort: no allocation, fast enough for these */
        for (size_t i = gap; i < n; i++) {
            int64_t x = t[i];
            size_t k = i;
            for (; k >= gap && t[k - gap] > x; k -= gap)
                t[k] = t[k - gap];
            t[k] = x;
        }
}

static void summarise(load *l)
{
    sort_times(l->took_us, l->cfg->n_requests);
    size_t first = 0, n = l->cfg->n_requests;
    while (first < n && l->took_us[first] < 0)
        first++;
    size_t good = n - first;
    if (good == 0)
        return;
    const int64_t *t = l->took_us + first;
    const size_t last = good - 1, p50 = last / 2, p90 = last * 9 / 10, p99 = last * 99 / 100;
    l->res.p50_ms = (double)t[p50] / 1e3;
    l->res.p90_ms = (double)t[p90] / 1e3;
    l->res.p99_ms = (double)t[p99] / 1e3;
    l->res.max_ms = (double)t[last] / 1e3;
    size_t lo = 0, hi = 0;
    mote_quantile_ranks(good, 0.99, 0.95, &lo, &hi);
    l->res.p99_lo_ms = (double)t[lo ? lo - 1 : 0] / 1e3;
    l->res.p99_hi_ms = hi ? (double)t[hi - 1] / 1e3 : -1;
    double sum = 0, squares = 0;
    for (size_t i = 0; i < good; i++) {
        sum += (double)t[i] / 1e3;
        squares += (double)t[i] / 1e3 * ((double)t[i] / 1e3);
    }
    l->res.mean_ms = sum / (double)good;
    l->res.sd_ms = sqrt(fmax(squares / (double)good - l->res.mean_ms * l->res.mean_ms, 0));
}

static mote_status prepare(load *l, mote_arena *a, mote_err *err)
{
    const mote_load_config *cfg = l->cfg;
    MOTE_TRY(mote_arena_take(a, (size_t)cfg->n_clients, sizeof *l->clients, &l->clients, err));
    MOTE_TRY(mote_arena_take(a, cfg->n_samples, sizeof *l->order, &l->order, err));
    MOTE_TRY(mote_arena_take(a, cfg->n_requests, sizeof *l->took_us, &l->took_us, err));
    for (int32_t i = 0; i < cfg->n_clients; i++) {
        l->clients[i].fd = -1;
        mote_buf_init(&l->clients[i].request, cfg->sample_bytes + 4096);
        mote_buf_init(&l->clients[i].answer, MAX_ANSWER_BYTES);
    }
    mote_rng rng;
    mote_rng_init(&rng, cfg->seed);
    for (size_t i = 0; i < cfg->n_samples; i++)
        l->order[i] = (uint32_t)i;
    mote_rng_shuffle_u32(&rng, l->order, cfg->n_samples);
    int fd = connect_to(cfg);
    if (fd < 0)
        return mote_fail(err, MOTE_NOT_FOUND, "nobody listens on %s port %d", cfg->host, cfg->port);
    l->clients[0].fd = fd;
    return MOTE_OK;
}

mote_status mote_load_run(const mote_load_config *cfg, mote_load_result *out, mote_err *err)
{
    if (cfg->n_samples == 0 || cfg->n_requests == 0 || cfg->n_clients < 1 || cfg->n_clients > 256)
        return mote_fail(err, MOTE_ARG, "traffic needs samples, requests and 1 to 256 clients");
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)1 << 30);
    load l = {.cfg = cfg};
    mote_pool *pool = NULL;
    MOTE_TRY(mote_pool_create(cfg->n_clients, &pool, err));
    pthread_mutex_init(&l.lock, NULL);
    mote_status st = prepare(&l, &a, err);
    if (st == MOTE_OK) {
        int64_t start = mote_clock_mono_us();
        mote_pool_run(pool, cfg->n_requests, send_one, &l);
        l.res.seconds = (double)(mote_clock_mono_us() - start) / 1e6;
        summarise(&l);
    }
    for (int32_t i = 0; l.clients && i < cfg->n_clients; i++) {
        if (l.clients[i].fd >= 0)
            close(l.clients[i].fd);
        mote_buf_release(&l.clients[i].request);
        mote_buf_release(&l.clients[i].answer);
    }
    pthread_mutex_destroy(&l.lock);
    mote_pool_destroy(pool);
    if (st == MOTE_OK)
        *out = l.res;
    return st;
}
