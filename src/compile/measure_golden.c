/* SPDX-License-Identifier: Apache-2.0 */
/* Golden inputs of a measurement: given or drawn, written for the emulated program, and its
 * answers compared with the host's. See measure_internal.h. */
#include <string.h>

#include "base/file.h"
#include "base/rng.h"
#include "compile/codegen_layer.h"
#include "compile/measure_internal.h"
#include "model/runner.h"

#define SEED 1

static size_t input_bytes(const measuring *m)
{
    return mote_tensor_bytes(&m->in->graph->tensors[m->in->graph->inputs[0]]);
}

static size_t output_bytes(const measuring *m)
{
    return mote_tensor_bytes(&m->in->graph->tensors[m->in->graph->outputs[0]]);
}

static size_t sample_bytes(const measuring *m)
{
    return mote_shape_bytes(&m->in->sample);
}

bool measure_takes_samples(const mote_compile_input *in)
{
    const codegen_layer *layer = codegen_layer_of(in);
    return mote_compile_has_features(in) || (layer != NULL && layer->said != NULL);
}

/* What the program writes of each input besides the network's input and output. */
static size_t said_bytes(const measuring *m)
{
    const codegen_layer *layer = codegen_layer_of(m->in);
    return layer != NULL && layer->said != NULL ? layer->said_bytes(m->in) : 0;
}

static size_t record_bytes(const measuring *m)
{
    return input_bytes(m) + output_bytes(m) + said_bytes(m);
}

/* A number in a sample of its type. */
static void put_number(mote_dtype dtype, void *x, size_t at, int32_t value)
{
    if (dtype == MOTE_F32)
        ((float *)x)[at] = (float)value;
    else if (dtype == MOTE_I16)
        ((int16_t *)x)[at] = (int16_t)value;
    else if (dtype == MOTE_I32)
        ((int32_t *)x)[at] = value;
    else
        ((int8_t *)x)[at] = (int8_t)(dtype == MOTE_BOOL ? value & 1 : value);
}

/* Noise whose loudness differs from sample to sample over 60 dB. */
static mote_status random_samples(measuring *m, mote_err *err)
{
    size_t n = (size_t)mote_shape_elements(&m->in->sample);
    void *all = NULL;
    MOTE_TRY(mote_arena_take(&m->arena, (size_t)m->n_inputs, sample_bytes(m), &all, err));
    mote_rng r;
    mote_rng_init(&r, SEED);
    for (int32_t i = 0; i < m->n_inputs; i++) {
        uint32_t loudness = 32u << mote_rng_below(&r, 11);
        for (size_t k = 0; k < n; k++) {
            int32_t x = (int32_t)mote_rng_below(&r, 2 * loudness) - (int32_t)loudness;
            put_number(m->in->sample.dtype, all, (size_t)i * n + k, x);
        }
    }
    m->samples = all;
    return MOTE_OK;
}

static mote_status random_inputs(measuring *m, mote_err *err)
{
    int8_t *values;
    size_t n = input_bytes(m);
    MOTE_TRY(mote_arena_take(&m->arena, (size_t)m->n_inputs, n, &values, err));
    mote_rng r;
    mote_rng_init(&r, SEED);
    for (size_t i = 0; i < (size_t)m->n_inputs * n; i++)
        values[i] = (int8_t)((int32_t)mote_rng_below(&r, 256) - 128);
    m->inputs = values;
    return MOTE_OK;
}

mote_status measure_write_inputs(measuring *m, mote_err *err)
{
    char *path;
    const void *bytes;
    size_t n;
    MOTE_TRY(mote_path_join(&m->arena, m->dir, "in.bin", &path, err));
    if (measure_takes_samples(m->in)) {
        m->samples = m->options->samples;
        if (m->samples == NULL)
            MOTE_TRY(random_samples(m, err));
        bytes = m->samples;
        n = (size_t)m->n_inputs * sample_bytes(m);
    } else {
        m->inputs = m->options->inputs;
        if (m->inputs == NULL)
            MOTE_TRY(random_inputs(m, err));
        bytes = m->inputs;
        n = (size_t)m->n_inputs * input_bytes(m);
    }
    return mote_file_write(path, bytes, n, err);
}

/* The host's side of the comparison. Owned by measure_compare, but the memory by the measurement.
 */
typedef struct {
    mote_frontend_plan *plan; /* NULL: inputs are the network's */
    mote_runner *runner;
    float *values, *said; /* aligned, the record is not */
    int8_t *record;       /* of one input: the network's input, its output, what the layer says */
} reference;

/* What the host computes for input i, into its record. */
static mote_status expect(const measuring *m, const reference *r, int32_t i, mote_err *err)
{
    int8_t *to = r->record;
    const mote_graph *g = m->in->graph;
    const mote_quant *q = &g->tensors[g->inputs[0]].quant;
    size_t n = input_bytes(m);
    if (r->plan != NULL) {
        const char *x = (const char *)m->samples + (size_t)i * sample_bytes(m);
        MOTE_TRY(mote_frontend_run(r->plan, 0, x, (size_t)m->in->sample.dims[0], r->values, err));
        if (m->in->is_float)
            memcpy(to, r->values, n);
        else
            MOTE_TRY(mote_frontend_quantize(
                r->plan, (mote_input_quant){q->scales[0], q->zero_point}, r->values, n, to, err));
    } else {
        memcpy(to, (const int8_t *)m->inputs + (size_t)i * n, n);
    }
    mote_runner_run(r->runner, to, to + n, NULL, NULL);
    const codegen_layer *layer = codegen_layer_of(m->in);
    if (said_bytes(m) > 0)
        layer->said(m->in, to, to + n, r->said);
    memcpy(to + n + output_bytes(m), r->said, said_bytes(m));
    return MOTE_OK;
}

/* Is the record of input i what was promised? */
static bool is_promised(const measuring *m, int32_t i, const int8_t *given)
{
    size_t n_in = input_bytes(m), n_out = output_bytes(m), k = (size_t)i;
    const int8_t *in = m->options->golden_in, *out = m->options->golden_out;
    return (!in || memcmp(in + k * n_in, given, n_in) == 0) &&
           (!out || memcmp(out + k * n_out, given + n_in, n_out) == 0);
}

static mote_status compare_all(measuring *m, reference *r, const int8_t *got, mote_err *err)
{
    size_t record = record_bytes(m);
    MOTE_TRY(mote_arena_take(&m->arena, said_bytes(m) + 1, sizeof *r->said, &r->said, err));
    MOTE_TRY(mote_arena_take(&m->arena, record, 1, &r->record, err));
    MOTE_TRY(mote_arena_take(&m->arena, input_bytes(m), sizeof *r->values, &r->values, err));
    m->result.first_difference = -1;
    for (int32_t i = 0; i < m->n_inputs; i++) {
        MOTE_TRY(expect(m, r, i, err));
        const int8_t *given = got + (size_t)i * record;
        if (memcmp(r->record, given, record) == 0 && is_promised(m, i, given))
            m->result.n_equal++;
        else if (m->result.first_difference < 0)
            m->result.first_difference = i;
    }
    return MOTE_OK;
}

mote_status measure_compare(measuring *m, mote_err *err)
{
    char *path, *got;
    size_t n, record = record_bytes(m);
    MOTE_TRY(mote_path_join(&m->arena, m->dir, "out.bin", &path, err));
    MOTE_TRY(mote_file_read(path, (size_t)1 << 30, &got, &n, err));
    reference r = {0};
    mote_status st = MOTE_OK;
    if (n != (size_t)m->n_inputs * record)
        st = mote_fail(err, MOTE_IO, "the emulated program wrote %zu bytes, %zu were expected", n,
                       (size_t)m->n_inputs * record);
    const mote_frontend none = mote_frontend_none();
    if (st == MOTE_OK && measure_takes_samples(m->in))
        st = mote_frontend_plan_create(mote_compile_has_features(m->in) ? m->in->features : &none,
                                       &m->in->sample, 1, &r.plan, err);
    if (st == MOTE_OK)
        st = mote_runner_create(m->in->graph, &r.runner, err);
    if (st == MOTE_OK)
        st = compare_all(m, &r, (const int8_t *)got, err);
    mote_runner_destroy(r.runner);
    mote_frontend_plan_destroy(r.plan);
    mote_free(got);
    return st;
}
