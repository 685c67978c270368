/* SPDX-License-Identifier: Apache-2.0 */
/* Cutting, joining, another head. See cut.h. */
#include "graph/cut.h"

#include <stdlib.h>
#include <string.h>

#include "graph/archs/build.h"
#include "graph/op.h"

static bool is_layer(const mote_graph *g, int32_t op)
{
    return mote_op_has(g->ops[op].kind, MOTE_OP_WEIGHTED);
}

/* A dropout, which belongs to what is trained behind it. */
static bool is_idle(const mote_graph *g, int32_t op)
{
    return mote_op_has(g->ops[op].kind, MOTE_OP_IDLE_IN_USE);
}

static const char *name_of(const mote_graph *g, int32_t op)
{
    return g->tensors[g->ops[op].outputs[0]].name;
}

/* ---- where ------------------------------------------------------------------------------- */

/* The operators before the head; 0: there are none. */
static int32_t body_of(const mote_graph *g)
{
    int32_t n = g->n_ops - 1;
    while (n > 0 && !is_layer(g, n))
        n--;
    while (n > 0 && is_idle(g, n - 1))
        n--;
    return n;
}

/* Does anything behind the first n_ops read of them what is not the output of the last? Which. */
static const char *led_around(const mote_graph *g, int32_t n_ops)
{
    const int32_t across = g->ops[n_ops - 1].outputs[0];
    for (int32_t i = n_ops; i < g->n_ops; i++)
        for (int32_t k = 0; k < g->ops[i].n_inputs; k++) {
            const int32_t t = g->ops[i].inputs[k];
            bool is_before = g->tensors[t].role == MOTE_ROLE_INPUT;
            for (int32_t j = 0; j < n_ops && t != across; j++)
                for (int32_t o = 0; o < g->ops[j].n_outputs; o++)
                    is_before = is_before || g->ops[j].outputs[o] == t;
            for (int32_t j = 0; j < n_ops; j++) /* a constant of both could not be frozen */
                for (int32_t c = 0; c < g->ops[j].n_inputs; c++)
                    is_before = is_before || (g->ops[j].inputs[c] == t && t != across &&
                                              g->tensors[t].role == MOTE_ROLE_CONST);
            if (is_before)
                return g->tensors[t].name;
        }
    return NULL;
}

static mote_status check_cut(const mote_graph *g, int32_t n_ops, mote_err *err)
{
    const char *around = n_ops > 0 ? led_around(g, n_ops) : NULL;
    if (!around)
        return MOTE_OK;
    return mote_fail(err, MOTE_UNSUPPORTED,
                     "the network cannot be cut behind '%s': what is behind it reads '%s', too",
                     name_of(g, n_ops - 1), around);
}

/* What has no weights, behind the first n_ops and before `end`, goes with them. */
static int32_t with_rest(const mote_graph *g, int32_t n_ops, int32_t end)
{
    while (n_ops < end && !is_layer(g, n_ops) && !is_idle(g, n_ops))
        n_ops++;
    return n_ops;
}

static mote_status by_depth(const mote_graph *g, const char *depth, int32_t body, int32_t *out,
                            mote_err *err)
{
    const long wanted = strtol(depth, NULL, 10);
    int32_t n_layers = 0;
    for (int32_t i = 0; i < body; i++) {
        n_layers += is_layer(g, i);
        if (is_layer(g, i) && n_layers == wanted) {
            *out = with_rest(g, i + 1, body);
            return MOTE_OK;
        }
    }
    return mote_fail(err, MOTE_RANGE, "there is no layer %s: %d have weights before the head",
                     depth, n_layers);
}

static mote_status by_name(const mote_graph *g, const char *name, int32_t body, int32_t *out,
                           mote_err *err)
{
    char names[256] = "";
    size_t used = 0;
    for (int32_t i = 0; i < body; i++) {
        if (strcmp(name_of(g, i), name) == 0) {
            *out = with_rest(g, i + 1, body);
            return MOTE_OK;
        }
        if (is_layer(g, i) && used + MOTE_NAME_BYTES + 3 < sizeof names) {
            (void)mote_format(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                              name_of(g, i));
            used = strlen(names);
        }
    }
    return mote_fail(err, MOTE_NOT_FOUND, "there is no layer '%s' before the head; there are %s",
                     name, *names ? names : "none");
}

mote_status mote_graph_find_cut(const mote_graph *g, const char *where, int32_t *n_ops,
                                mote_err *err)
{
    const int32_t body = body_of(g);
    int32_t n = 0;
    if (strcmp(where, "body") == 0)
        n = body;
    else if (*where >= '0' && *where <= '9')
        MOTE_TRY(by_depth(g, where, body, &n, err));
    else if (strcmp(where, "none") != 0)
        MOTE_TRY(by_name(g, where, body, &n, err));
    MOTE_TRY(check_cut(g, n, err));
    *n_ops = n;
    return MOTE_OK;
}

/* ---- copying ----------------------------------------------------------------------------- */

static mote_status copy_const(mote_graph *to, const mote_tensor *c, int32_t *id, mote_err *err)
{
    const mote_tensor_spec s = mote_tensor_spec_of(c);
    MOTE_TRY(mote_graph_add_const(to, &s, id, err));
    memcpy(to->tensors[*id].data, c->data, mote_tensor_bytes(c));
    to->tensors[*id].is_trained = c->is_trained;
    return MOTE_OK;
}

/* Operators [first, end) behind what is in `to`; map: from -> to, -1: not there yet. */
static mote_status copy_ops(mote_graph *to, const mote_graph *from, int32_t first, int32_t end,
                            int32_t *map, mote_err *err)
{
    for (int32_t i = first; i < end; i++) {
        const mote_op *o = &from->ops[i];
        int32_t in[MOTE_MAX_OP_LIST], ids[MOTE_MAX_OP_LIST];
        mote_tensor_spec outs[MOTE_MAX_OP_LIST];
        for (int32_t k = 0; k < o->n_inputs; k++) {
            int32_t *t = &map[o->inputs[k]];
            if (*t < 0 && from->tensors[o->inputs[k]].role == MOTE_ROLE_CONST)
                MOTE_TRY(copy_const(to, &from->tensors[o->inputs[k]], t, err));
            in[k] = *t;
        }
        for (int32_t k = 0; k < o->n_outputs; k++)
            outs[k] = mote_tensor_spec_of(&from->tensors[o->outputs[k]]);
        MOTE_TRY(mote_graph_add_multi(to, &(mote_op_spec){o->kind, &o->attrs, in, outs}, ids, err));
        for (int32_t k = 0; k < o->n_outputs; k++)
            map[o->outputs[k]] = ids[k];
    }
    return MOTE_OK;
}

static mote_status new_map(const mote_graph *g, mote_arena *a, int32_t **map, mote_err *err)
{
    MOTE_TRY(mote_arena_take(a, (size_t)g->n_tensors, sizeof **map, map, err));
    for (int32_t t = 0; t < g->n_tensors; t++)
        (*map)[t] = -1;
    return MOTE_OK;
}

/* An empty graph that takes what tensor t of `g` is, and where that is in it. */
static mote_status begin(const mote_graph *g, int32_t t, int32_t *map, mote_graph **out,
                         mote_err *err)
{
    const mote_tensor_spec s = mote_tensor_spec_of(&g->tensors[t]);
    mote_graph *to = NULL;
    MOTE_TRY(mote_graph_create(g->arena.limit_bytes, &to, err));
    const mote_status st = mote_graph_add_input(to, &s, &map[t], err);
    if (st != MOTE_OK) {
        mote_graph_destroy(to);
        return st;
    }
    *out = to;
    return MOTE_OK;
}

/* Operators [first, end) as a graph of tensor `in`. */
static mote_status piece(const mote_graph *g, int32_t in, int32_t first, int32_t end,
                         mote_graph **out, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)64 << 20);
    int32_t *map = NULL;
    mote_graph *to = NULL;
    MOTE_TRY(new_map(g, &a, &map, err));
    MOTE_TRY(begin(g, in, map, &to, err));
    mote_status st = copy_ops(to, g, first, end, map, err);
    if (st == MOTE_OK)
        st = mote_graph_validate(to, err);
    if (st != MOTE_OK) {
        mote_graph_destroy(to);
        return st;
    }
    *out = to;
    return MOTE_OK;
}

/* ---- cutting, joining -------------------------------------------------------------------- */

mote_status mote_graph_cut(const mote_graph *g, int32_t n_ops, mote_graph **front,
                           mote_graph **back, mote_err *err)
{
    mote_graph *f = NULL, *b = NULL;
    MOTE_TRY(mote_graph_one_to_one(g, "a network that is cut", err));
    if (n_ops < 1 || n_ops >= g->n_ops)
        return mote_fail(err, MOTE_ARG, "a network of %d operators cannot be cut behind %d",
                         g->n_ops, n_ops);
    MOTE_TRY(check_cut(g, n_ops, err));
    MOTE_TRY(piece(g, g->inputs[0], 0, n_ops, &f, err));
    const mote_status st = piece(g, g->ops[n_ops - 1].outputs[0], n_ops, g->n_ops, &b, err);
    if (st != MOTE_OK) {
        mote_graph_destroy(f);
        return st;
    }
    *front = f;
    *back = b;
    return MOTE_OK;
}

static mote_status append(mote_graph *to, const mote_graph *back, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)64 << 20);
    int32_t *map = NULL;
    const mote_tensor *in = &back->tensors[back->inputs[0]], *there = &to->tensors[to->outputs[0]];
    if (in->n_dims != there->n_dims || in->dtype != there->dtype ||
        memcmp(in->dims, there->dims, (size_t)in->n_dims * sizeof *in->dims) != 0)
        return mote_fail(err, MOTE_SHAPE, "'%s' is not of the shape that '%s' takes", there->name,
                         in->name);
    MOTE_TRY(new_map(back, &a, &map, err));
    map[back->inputs[0]] = to->outputs[0];
    MOTE_TRY(copy_ops(to, back, 0, back->n_ops, map, err));
    return mote_graph_validate(to, err);
}

mote_status mote_graph_join(const mote_graph *front, const mote_graph *back, mote_graph **out,
                            mote_err *err)
{
    mote_graph *g = NULL;
    MOTE_TRY(mote_graph_one_to_one(front, "a network that is joined", err));
    MOTE_TRY(mote_graph_one_to_one(back, "a network that is joined", err));
    MOTE_TRY(mote_graph_clone(front, &g, err));
    const mote_status st = append(g, back, err);
    if (st != MOTE_OK) {
        mote_graph_destroy(g);
        return st;
    }
    *out = g;
    return MOTE_OK;
}

/* ---- another head ------------------------------------------------------------------------ */

/* A number that no name ends in. */
static int32_t next_number(const mote_graph *g)
{
    int32_t next = 0;
    for (int32_t t = 0; t < g->n_tensors; t++) {
        const char *at = strrchr(g->tensors[t].name, '_');
        const long n = at ? strtol(at + 1, NULL, 10) : -1;
        if (n >= next && n < INT32_MAX)
            next = (int32_t)n + 1;
    }
    return next;
}

static mote_status check_start(const mote_graph *from, const mote_arch *a, int32_t body,
                               mote_err *err)
{
    const mote_tensor *in = &from->tensors[from->inputs[0]];
    const int64_t wanted = (int64_t)a->in_h * a->in_w * a->in_c;
    if (!mote_graph_is_f32(from))
        return mote_fail(err, MOTE_UNSUPPORTED, "its graph is not float32");
    if (body == 0)
        return mote_fail(err, MOTE_UNSUPPORTED, "it has nothing before its last layer");
    if (a->head == MOTE_HEAD_INPUT)
        return mote_fail(err, MOTE_UNSUPPORTED, "nothing is told apart by what comes in again");
    if (mote_tensor_elements(in) != wanted)
        return mote_fail(err, MOTE_SHAPE, "it takes %lld features of a sample, here are %lld",
                         (long long)mote_tensor_elements(in), (long long)wanted);
    return MOTE_OK;
}

/* What of it is taken over: all before the head, and all of an embedding, which ends in a
 * convolution and answers nothing. */
static int32_t taken_over(const mote_graph *g)
{
    int32_t last = g->n_ops - 1;
    bool answers = false;
    for (; last > 0 && !is_layer(g, last); last--)
        answers = answers || mote_op_has(g->ops[last].kind, MOTE_OP_ANSWERS);
    const bool is_embedding =
        !answers && is_layer(g, last) && g->tensors[g->ops[last].inputs[1]].n_dims == 4;
    return is_embedding ? g->n_ops : body_of(g);
}

mote_status mote_graph_new_head(const mote_graph *from, const mote_arch *a, mote_rng *rng,
                                mote_graph **out, mote_err *err)
{
    arch_builder b = {.arch = a, .rng = rng};
    MOTE_TRY(mote_graph_one_to_one(from, "a network that is started from", err));
    const int32_t body = taken_over(from);
    MOTE_TRY(check_start(from, a, body, err));
    MOTE_TRY(check_cut(from, body, err));
    MOTE_TRY(piece(from, from->inputs[0], 0, body, &b.g, err));
    b.at = b.g->outputs[0];
    b.n_layers = next_number(b.g);
    for (int32_t i = 0; i < b.g->n_ops; i++) /* statistics of batch norm are no weights */
        for (int32_t k = 1; is_layer(b.g, i) && k < b.g->ops[i].n_inputs; k++)
            b.g->tensors[b.g->ops[i].inputs[k]].is_trained = true;
    mote_status st = arch_end(&b, err);
    if (st == MOTE_OK)
        st = mote_graph_validate(b.g, err);
    if (st != MOTE_OK) {
        mote_graph_destroy(b.g);
        return st;
    }
    *out = b.g;
    return MOTE_OK;
}
