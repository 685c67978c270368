/* SPDX-License-Identifier: Apache-2.0 */
/* Reads and writes checkpoints.
 *
 *   0   8  "MOTECKPT"          48  4  best epoch (i32)
 *   8   4  version 1           52  4  flags: 1 stopped early
 *   12  32 run (SHA-256)       56  8  n_params   64  8  n_state
 *   44  4  epochs finished     72  8  optimiser steps
 *   80     history: 5 doubles an epoch; then float32 arrays state, m, v, average, best
 *   end-4  CRC-32 of everything before it */
#include "learn/checkpoint.h"

#include <string.h>

#include "base/bytes.h"

#define VERSION      1u
#define HEADER_BYTES 80u
#define EPOCH_BYTES  40u
#define FLAG_STOPPED 1u
static const char magic[8] = {'M', 'O', 'T', 'E', 'C', 'K', 'P', 'T'};

static void put_f64(mote_buf *b, double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    mote_buf_u64(b, bits);
}

static double get_f64(mote_reader *r)
{
    uint64_t bits = mote_read_u64(r);
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void put_floats(mote_buf *b, const float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        mote_buf_f32_bits(b, x[i]);
}

static void get_floats(mote_reader *r, float *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        x[i] = mote_read_f32(r);
}

void mote_checkpoint_encode(const mote_checkpoint *c, mote_buf *out)
{
    size_t start = out->len;
    mote_buf_add(out, magic, sizeof magic);
    mote_buf_u32(out, VERSION);
    mote_buf_add(out, c->run.bytes, sizeof c->run.bytes);
    mote_buf_i32(out, c->n_epochs);
    mote_buf_i32(out, c->best_epoch);
    mote_buf_u32(out, c->stopped_early ? FLAG_STOPPED : 0);
    mote_buf_u64(out, c->n_params);
    mote_buf_u64(out, c->n_state);
    mote_buf_u64(out, c->n_steps);
    for (int32_t i = 0; i < c->n_epochs; i++) {
        const mote_epoch *e = &c->history[i];
        put_f64(out, e->train_loss);
        put_f64(out, e->train_accuracy);
        put_f64(out, e->val_loss);
        put_f64(out, e->val_accuracy);
        put_f64(out, e->rate);
    }
    put_floats(out, c->state, c->n_state);
    put_floats(out, c->m, c->n_params);
    put_floats(out, c->v, c->n_params);
    put_floats(out, c->average, c->n_state);
    put_floats(out, c->best, c->n_state);
    if (out->status == MOTE_OK)
        mote_buf_u32(out, mote_crc32(0, out->data + start, out->len - start));
}

static mote_status damaged(const char *what, mote_err *err)
{
    return mote_fail(err, MOTE_CORRUPT, "the checkpoint is damaged: %s; remove it to start anew",
                     what);
}

mote_status mote_checkpoint_decode(const void *bytes, size_t n, mote_checkpoint *c, mote_err *err)
{
    if (n < HEADER_BYTES + 4 || memcmp(bytes, magic, sizeof magic) != 0)
        return damaged("it does not begin as one", err);
    mote_reader r, tail;
    mote_reader_init(&r, bytes, n - 4);
    mote_reader_init(&tail, (const uint8_t *)bytes + n - 4, 4);
    if (mote_read_u32(&tail) != mote_crc32(0, bytes, n - 4))
        return damaged("its checksum does not fit", err);
    (void)mote_read_bytes(&r, sizeof magic);
    uint32_t version = mote_read_u32(&r);
    if (version != VERSION)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "the checkpoint has version %u, this program reads %u", (unsigned)version,
                         VERSION);
    mote_checkpoint head = *c;
    memcpy(head.run.bytes, mote_read_bytes(&r, sizeof head.run.bytes), sizeof head.run.bytes);
    head.n_epochs = mote_read_i32(&r);
    head.best_epoch = mote_read_i32(&r);
    uint32_t flags = mote_read_u32(&r);
    uint64_t n_params = mote_read_u64(&r), n_state = mote_read_u64(&r);
    head.n_steps = mote_read_u64(&r);
    head.stopped_early = flags & FLAG_STOPPED;
    if (!mote_sha256_equal(&head.run, &c->run) || n_params != c->n_params || n_state != c->n_state)
        return mote_fail(err, MOTE_CONFLICT,
                         "the checkpoint is of another run (other data, model or settings); "
                         "remove it to start anew");
    if (head.n_epochs < 0 || head.n_epochs > c->max_epochs || head.best_epoch < -1 ||
        head.best_epoch >= head.n_epochs || flags > FLAG_STOPPED)
        return damaged("a field is out of range", err);
    uint64_t want =
        (uint64_t)head.n_epochs * EPOCH_BYTES + (3 * n_state + 2 * n_params) * sizeof(float);
    if (want != mote_reader_left(&r))
        return damaged("its length does not fit", err);
    *c = head;
    for (int32_t i = 0; i < c->n_epochs; i++) {
        mote_epoch *e = &c->history[i];
        e->train_loss = get_f64(&r);
        e->train_accuracy = get_f64(&r);
        e->val_loss = get_f64(&r);
        e->val_accuracy = get_f64(&r);
        e->rate = get_f64(&r);
    }
    get_floats(&r, c->state, c->n_state);
    get_floats(&r, c->m, c->n_params);
    get_floats(&r, c->v, c->n_params);
    get_floats(&r, c->average, c->n_state);
    get_floats(&r, c->best, c->n_state);
    return MOTE_OK;
}
