/* SPDX-License-Identifier: Apache-2.0 */
/* See ear.h. */
#include "serve/ear.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "data/audio.h"
#include "data/csv_write.h"

#define MAX_HOPS      4096 /* remembered: 30 s of them, at 10 ms at least */
#define MAX_CSV_BYTES ((size_t)16 << 20)
#define QUIETEST_DBFS (-120.0)

/* A hop that is remembered. */
typedef struct {
    int64_t start, end;
    uint32_t average[MOTE_MODEL_MAX_LABELS];
} past_hop;

struct mote_ear {
    const mote_model *model;
    const mote_signature *signature;
    mote_listener *live;
    mote_ear_config cfg;
    mote_arena arena;
    int32_t rate_hz;
    int16_t *ring;     /* [n_ring] the last samples; sample i lies at i % n_ring */
    int64_t n_ring, n; /* n: heard in all */
    past_hop *hops;    /* [MAX_HOPS] likewise */
    int64_t n_hops;
    double energy; /* since the last hop */
    int64_t n_energy;
    mote_heard last; /* detection */
    bool has_last;
    mote_ear_summary summary;
};

static double level_of(const mote_ear *e)
{
    const double power = e->n_energy > 0 ? e->energy / (double)e->n_energy : 0.0;
    return power > 1e-12 ? fmax(QUIETEST_DBFS, 10.0 * log10(power)) : QUIETEST_DBFS;
}

static void on_hop(void *arg, const mote_listener_hop *hop)
{
    mote_ear *e = arg;
    const int32_t n_labels = mote_model_n_labels(e->model);
    if (hop->end <= 0) /* of the quiet before anything was heard */
        return;
    past_hop *p = &e->hops[e->n_hops++ % MAX_HOPS];
    *p = (past_hop){.start = hop->start, .end = hop->end};
    memcpy(p->average, hop->average, (size_t)n_labels * sizeof *p->average);
    if (hop->is_hit) {
        e->last = hop->hit;
        e->has_last = true;
        e->summary.n_hits++;
    }
    const mote_ear_hop told = {.at_s = (double)hop->end / e->rate_hz,
                               .level_dbfs = level_of(e),
                               .n_labels = n_labels,
                               .average = hop->average,
                               .is_hit = hop->is_hit,
                               .class_id = hop->is_hit ? hop->hit.class_id : -1,
                               .probability = hop->is_hit ? hop->hit.average_q16 / 65536.0 : 0.0};
    e->energy = 0.0;
    e->n_energy = 0;
    if (e->cfg.hop)
        e->cfg.hop(e->cfg.arg, &told);
}

static mote_status prepare(mote_ear *e, mote_predictor *p, mote_err *err)
{
    MOTE_TRY(mote_listener_create(p, &e->live, err));
    e->rate_hz = (int32_t)e->signature->rate_hz;
    e->n_ring = (int64_t)(MOTE_EAR_MEMORY_S * e->rate_hz) + mote_listener_heard(e->live);
    MOTE_TRY(mote_arena_take(&e->arena, (size_t)e->n_ring, sizeof *e->ring, &e->ring, err));
    MOTE_TRY(mote_arena_take(&e->arena, MAX_HOPS, sizeof *e->hops, &e->hops, err));
    return e->cfg.dir ? mote_dir_make(e->cfg.dir, err) : MOTE_OK;
}

mote_status mote_ear_create(mote_predictor *p, const mote_ear_config *cfg, mote_ear **out,
                            mote_err *err)
{
    mote_ear *e = mote_alloc_zero(1, sizeof *e);
    if (!e)
        return mote_fail(err, MOTE_NOMEM, "no memory to listen");
    e->model = mote_predictor_model(p);
    e->signature = mote_model_signature(e->model);
    e->cfg = *cfg;
    mote_arena_init(&e->arena, (size_t)64 << 20);
    mote_status st = prepare(e, p, err);
    if (st != MOTE_OK) {
        mote_ear_destroy(e);
        return st;
    }
    *out = e;
    return MOTE_OK;
}

void mote_ear_destroy(mote_ear *e)
{
    if (!e)
        return;
    mote_listener_destroy(e->live);
    mote_arena_release(&e->arena);
    mote_free(e);
}

/* Pieces of at most a hundredth of a second, so that a level is that of its hop. */
mote_status mote_ear_push(mote_ear *e, const int16_t *x, size_t n, mote_err *err)
{
    const mote_listener_sink to = {on_hop, e};
    const size_t piece = (size_t)(e->rate_hz / 100 > 0 ? e->rate_hz / 100 : 1);
    for (size_t i = 0; i < n; i += piece) {
        const size_t now = n - i < piece ? n - i : piece;
        for (size_t k = 0; k < now; k++) {
            const double v = x[i + k] / 32768.0;
            e->ring[e->n++ % e->n_ring] = x[i + k];
            e->energy += v * v;
        }
        e->n_energy += (int64_t)now;
        MOTE_TRY(mote_listener_push(e->live, x + i, now, &to, err));
    }
    e->summary.heard_s = (double)e->n / e->rate_hz;
    return MOTE_OK;
}

mote_status mote_ear_end(mote_ear *e, mote_err *err)
{
    const mote_listener_sink to = {on_hop, e};
    return mote_listener_end(e->live, &to, err);
}

/* ---- marks --------------------------------------------------------------------------------- */

/* A stretch of what was heard, and the part of it that matters; samples. */
typedef struct {
    int64_t from, to, start, end;
} stretch;

static int64_t between(int64_t x, int64_t lo, int64_t hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

/* The only label that reacts; NULL when there are several. */
static const char *only_label(const mote_ear *e)
{
    const char *only = NULL;
    for (int32_t i = 0; i < e->signature->n_labels; i++) {
        if (!mote_signature_reacts(e->signature, i))
            continue;
        if (only)
            return NULL;
        only = e->signature->labels[i];
    }
    return only;
}

/* How near a hop came to the label; of "" to any that reacts. */
static uint32_t nearness(const mote_ear *e, const past_hop *h, const char *label)
{
    uint32_t most = 0;
    for (int32_t i = 0; i < e->signature->n_labels; i++) {
        const bool is_it = *label ? strcmp(label, e->signature->labels[i]) == 0
                                  : mote_signature_reacts(e->signature, i);
        most = is_it && h->average[i] > most ? h->average[i] : most;
    }
    return most;
}

static stretch place_miss(const mote_ear *e, const char *label)
{
    stretch s = {.from = e->n - (int64_t)(MOTE_EAR_MISS_S * e->rate_hz), .to = e->n};
    const int64_t oldest = e->n_hops > MAX_HOPS ? e->n_hops - MAX_HOPS : 0;
    uint32_t most = 0;
    s.from = s.from > 0 ? s.from : 0;
    s.start = s.from;
    s.end = s.to;
    for (int64_t i = e->n_hops - 1; i >= oldest; i--) {
        const past_hop *h = &e->hops[i % MAX_HOPS];
        if (h->end <= s.from)
            break;
        const uint32_t now = nearness(e, h, label);
        if (now <= most)
            continue;
        most = now;
        s.start = between(h->start, s.from, s.to);
        s.end = between(h->end, s.from, s.to);
    }
    return s;
}

static stretch place_false(const mote_ear *e)
{
    const int64_t around = (int64_t)(MOTE_EAR_AROUND_S * e->rate_hz);
    const int64_t oldest = e->n > e->n_ring ? e->n - e->n_ring : 0;
    stretch s = {.from = between(e->last.start - around, oldest, e->n),
                 .to = between(e->last.at + around, oldest, e->n)};
    s.start = between(e->last.start, s.from, s.to);
    s.end = between(e->last.at, s.from, s.to);
    return s;
}

static mote_status write_sound(const mote_ear *e, const stretch *s, const char *file, mote_err *err)
{
    const size_t n = (size_t)(s->to - s->from);
    char *path = NULL;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)16 << 20);
    int16_t *x = NULL;
    MOTE_TRY(mote_arena_take(&a, n, sizeof *x, &x, err));
    for (size_t i = 0; i < n; i++)
        x[i] = e->ring[(s->from + (int64_t)i) % e->n_ring];
    MOTE_SCOPED_BUF wav;
    mote_buf_init(&wav, (size_t)64 << 20);
    MOTE_TRY(mote_audio_encode_wav(x, n, e->rate_hz, &wav, err));
    MOTE_TRY(mote_path_join(&a, e->cfg.dir, file, &path, err));
    return mote_file_write(path, wav.data, wav.len, err);
}

static mote_status add_line(const mote_ear *e, const mote_ear_mark *m, const char *what,
                            mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_BUF b;
    MOTE_SCOPED_FREE char *before = NULL;
    char *path = NULL;
    size_t n = 0;
    mote_arena_init(&a, 1 << 20);
    mote_buf_init(&b, MAX_CSV_BYTES);
    MOTE_TRY(mote_path_join(&a, e->cfg.dir, MOTE_EAR_FILE, &path, err));
    if (mote_path_exists(path))
        MOTE_TRY(mote_file_read(path, MAX_CSV_BYTES - 4096, &before, &n, err));
    if (n > 0)
        mote_buf_add(&b, before, n);
    else
        mote_buf_str(&b, "file,start,end,what,label\n");
    mote_buf_printf(&b, "%s,%.3f,%.3f,%s,", m->file, m->start_s, m->end_s, what);
    if (*m->label)
        mote_csv_put_text(&b, m->label, strlen(m->label));
    mote_buf_char(&b, '\n');
    MOTE_TRY(mote_buf_status(&b, err));
    return mote_file_write(path, b.data, b.len, err);
}

/* "20260131T120000Z-miss.wav", and a number behind it where there is one of that name. */
static mote_status name_file(const mote_ear *e, const char *what, int64_t now_ms, char out[96],
                             mote_err *err)
{
    char iso[32], stamp[32];
    size_t n = 0;
    mote_time_iso(now_ms, iso, sizeof iso);
    for (const char *p = iso; *p; p++)
        if (*p != '-' && *p != ':')
            stamp[n++] = *p;
    stamp[n] = 0;
    for (int k = 1; k < 1000; k++) {
        char number[16] = "";
        MOTE_SCOPED_ARENA a;
        char *path = NULL;
        mote_arena_init(&a, 1 << 16);
        if (k > 1)
            (void)mote_format(number, sizeof number, "-%d", k);
        (void)mote_format(out, 96, "%s-%s%s.wav", stamp, what, number);
        MOTE_TRY(mote_path_join(&a, e->cfg.dir, out, &path, err));
        if (!mote_path_exists(path))
            return MOTE_OK;
    }
    return mote_fail(err, MOTE_EXISTS, "'%s' has a thousand marks of one second", e->cfg.dir);
}

static mote_status keep(const mote_ear *e, const stretch *s, const char *what, int64_t now_ms,
                        mote_ear_mark *m, mote_err *err)
{
    m->start_s = (double)(s->start - s->from) / e->rate_hz;
    m->end_s = (double)(s->end - s->from) / e->rate_hz;
    MOTE_TRY(name_file(e, what, now_ms, m->file, err));
    MOTE_TRY(write_sound(e, s, m->file, err));
    return add_line(e, m, what, err);
}

static mote_status check_folder(const mote_ear *e, mote_err *err)
{
    if (!e->cfg.dir)
        return mote_fail(err, MOTE_ARG, "nothing is kept: no folder to record to was named");
    return e->n > 0 ? MOTE_OK : mote_fail(err, MOTE_NOT_FOUND, "nothing was heard yet");
}

mote_status mote_ear_miss(mote_ear *e, const char *label, int64_t now_ms, mote_ear_mark *out,
                          mote_err *err)
{
    MOTE_TRY(check_folder(e, err));
    const char *only = only_label(e);
    mote_ear_mark m = {.label = label ? label : only ? only : ""};
    const stretch s = place_miss(e, m.label);
    MOTE_TRY(keep(e, &s, "miss", now_ms, &m, err));
    e->summary.n_misses++;
    *out = m;
    return MOTE_OK;
}

mote_status mote_ear_false(mote_ear *e, int64_t now_ms, mote_ear_mark *out, mote_err *err)
{
    MOTE_TRY(check_folder(e, err));
    const int64_t memory = (int64_t)(MOTE_EAR_MEMORY_S * e->rate_hz);
    if (!e->has_last || e->n - e->last.at > memory)
        return mote_fail(err, MOTE_NOT_FOUND, "there is no detection in the last %.0f s to mark",
                         MOTE_EAR_MEMORY_S);
    mote_ear_mark m = {.label = e->signature->labels[e->last.class_id]};
    const stretch s = place_false(e);
    MOTE_TRY(keep(e, &s, "false", now_ms, &m, err));
    e->has_last = false;
    e->summary.n_false++;
    *out = m;
    return MOTE_OK;
}

mote_ear_summary mote_ear_summarise(const mote_ear *e)
{
    return e->summary;
}
