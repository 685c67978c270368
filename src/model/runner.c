/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a lowered graph on the host. Tensors share memory when their lives do not overlap, so
 * that a small network stays in the first-level cache. Depends on lower.h; see runner.h. */
#include "model/runner.h"

#include <string.h>

#include "graph/lower.h"
#include "graph/op.h"

struct mote_runner {
    const mote_graph *g;
    mote_lowered lowered;
    mote_arena arena; /* owns what is below */
    int8_t **values;  /* [n_tensors]; the input's is set by each run */
    void *scratch;
};

/* A piece of memory that holds one tensor after another. */
typedef struct {
    int8_t *data;
    size_t bytes;
    int32_t free_after; /* operator that reads the present tensor last */
} slot;

static int32_t last_reader(const mote_graph *g, int32_t tensor)
{
    int32_t last = tensor == g->outputs[0] ? g->n_ops : -1;
    for (int32_t i = 0; i < g->n_ops; i++) {
        const mote_op *o = &g->ops[i];
        for (int32_t k = 0; k < o->n_inputs; k++) {
            if (o->inputs[k] != tensor)
                continue;
            int32_t until =
                mote_op_has(o->kind, MOTE_OP_SAME_BYTES) ? last_reader(g, o->outputs[0]) : i;
            last = until > last ? until : last;
        }
    }
    return last;
}

static size_t largest_tensor(const mote_graph *g)
{
    size_t largest = 1;
    for (int32_t i = 0; i < g->n_ops; i++) {
        size_t n = mote_tensor_bytes(&g->tensors[g->ops[i].outputs[0]]);
        largest = n > largest ? n : largest;
    }
    return largest;
}

/* Give the output of operator `op` a slot that is free by then. */
static mote_status place(mote_runner *r, int32_t op, slot *slots, int32_t *n_slots, mote_err *err)
{
    const mote_graph *g = r->g;
    int32_t output = g->ops[op].outputs[0];
    if (mote_op_has(g->ops[op].kind, MOTE_OP_SAME_BYTES)) {
        r->values[output] = r->values[g->ops[op].inputs[0]];
        return MOTE_OK;
    }
    int32_t i = 0;
    while (i < *n_slots && slots[i].free_after >= op)
        i++;
    if (i == *n_slots) {
        slots[i].bytes = largest_tensor(g);
        MOTE_TRY(mote_arena_take(&r->arena, slots[i].bytes, 1, &slots[i].data, err));
        (*n_slots)++;
    }
    slots[i].free_after = last_reader(g, output);
    r->values[output] = slots[i].data;
    return MOTE_OK;
}

static mote_status prepare(mote_runner *r, mote_err *err)
{
    const mote_graph *g = r->g;
    size_t scratch_bytes = 1;
    slot *slots;
    int32_t n_slots = 0;
    for (int32_t i = 0; i < r->lowered.n_calls; i++) {
        size_t n = r->lowered.calls[i].need.scratch_bytes;
        scratch_bytes = n > scratch_bytes ? n : scratch_bytes;
    }
    MOTE_TRY(mote_arena_take(&r->arena, (size_t)g->n_tensors, sizeof *r->values, &r->values, err));
    MOTE_TRY(mote_arena_take(&r->arena, (size_t)g->n_ops, sizeof *slots, &slots, err));
    MOTE_TRY(mote_arena_take(&r->arena, scratch_bytes, 1, &r->scratch, err));
    for (int32_t i = 0; i < g->n_ops; i++)
        MOTE_TRY(place(r, i, slots, &n_slots, err));
    return MOTE_OK;
}

mote_status mote_runner_create(const mote_graph *g, mote_runner **out, mote_err *err)
{
    mote_runner *r = mote_alloc_zero(1, sizeof *r);
    if (r == NULL)
        return mote_fail(err, MOTE_NOMEM, "no memory for a model runner");
    r->g = g;
    mote_arena_init(&r->arena, (size_t)1 << 30);
    mote_status st = mote_lower(g, MOTE_ISA_HOST, &r->lowered, err);
    if (st == MOTE_OK)
        st = prepare(r, err);
    if (st != MOTE_OK) {
        mote_runner_destroy(r);
        return st;
    }
    *out = r;
    return MOTE_OK;
}

void mote_runner_destroy(mote_runner *r)
{
    if (r == NULL)
        return;
    mote_lowered_release(&r->lowered);
    mote_arena_release(&r->arena);
    mote_free(r);
}

/* The values of a tensor; those of the input and its reshaped views are the caller's. */
static const int8_t *value(const mote_runner *r, int32_t tensor, const void *in)
{
    return r->values[tensor] != NULL ? r->values[tensor] : in;
}

void mote_runner_run(mote_runner *r, const void *in, void *out, mote_runner_observer *observe,
                     void *arg)
{
    const mote_graph *g = r->g;
    if (observe != NULL)
        observe(arg, g->inputs[0], in, mote_tensor_elements(&g->tensors[g->inputs[0]]));
    for (int32_t i = 0; i < r->lowered.n_calls; i++) {
        const mote_call *c = &r->lowered.calls[i];
        const int8_t *args[2] = {value(r, c->inputs[0], in), NULL};
        if (c->n_inputs == 2)
            args[1] = value(r, c->inputs[1], in);
        if (c->kernel != MOTE_KERNEL_NONE)
            mote_call_run(c, args, r->values[c->output], r->scratch);
        if (observe != NULL)
            observe(arg, c->output, value(r, c->output, in),
                    mote_tensor_elements(&g->tensors[c->output]));
    }
    memcpy(out, value(r, g->outputs[0], in), mote_tensor_bytes(&g->tensors[g->outputs[0]]));
}
