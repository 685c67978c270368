/* SPDX-License-Identifier: Apache-2.0 */
/* Placing activations in the arena.
 *
 * Time is the index of the running operator. A *piece* is a tensor or a scratch buffer: bytes that
 * are needed from one time to another. Tensors that must lie at the same offset (an operator works
 * in place, or only changes the shape) form a *group*; a scratch buffer is a group of its own.
 * Two groups conflict when some piece of one and some piece of the other are alive at one time and
 * their bytes overlap.
 *
 * Placing the groups one after another, each at the lowest offset where it conflicts with none
 * before it, gives for some order an optimal plan: take any optimal plan, sort the groups by
 * offset, and place them in that order; by induction no group ends up higher than it was. So the
 * search is over orders: first by falling size (Pisarchyk and Lee, Efficient Memory Management
 * for Deep Neural Net Inference, 2020, "greedy by size"), then depth first with bounds until the
 * lower bound is met or SEARCH_STEPS placements were tried. Depends on graph/; see plan.h. */
#include "compile/plan.h"

#include <stdlib.h>
#include <string.h>

#include "graph/arch.h"
#include "graph/op.h"

#define SEARCH_STEPS 200000

typedef struct {
    int64_t bytes;
    int32_t first, last; /* times, inclusive */
    int32_t group;
} piece;

typedef struct {
    int32_t first_piece, n_pieces; /* in planner.order */
    int64_t bytes;                 /* of its largest piece */
    int64_t offset;
    int32_t first, last;
} group;

typedef struct {
    const mote_graph *g;
    mote_plan *plan;
    int64_t number_bytes;    /* of an activation */
    mote_kernel_need *needs; /* [n_ops] */
    int32_t *last_use;       /* [n_tensors] */
    int32_t *group_of;       /* [n_tensors], -1: constant */
    piece *pieces;           /* tensors that have a place, then scratch */
    int32_t n_pieces;
    int32_t *piece_of_scratch; /* [n_ops], -1: none */
    group *groups;
    int32_t n_groups;
    int64_t best;
    int64_t *best_offset; /* [n_groups] */
    int32_t *placed;      /* the order so far */
    bool *is_placed;
    int64_t steps;
} planner;

static int64_t align_up(int64_t n)
{
    return (n + MOTE_PLAN_ALIGN - 1) / MOTE_PLAN_ALIGN * MOTE_PLAN_ALIGN;
}

static void find_last_uses(planner *p)
{
    const mote_graph *g = p->g;
    for (int32_t t = 0; t < g->n_tensors; t++)
        p->last_use[t] = -1;
    for (int32_t i = 0; i < g->n_ops; i++) {
        const mote_op *o = &g->ops[i];
        if (p->last_use[o->outputs[0]] < i)
            p->last_use[o->outputs[0]] = i;
        for (int32_t k = 0; k < o->n_inputs; k++)
            p->last_use[o->inputs[k]] = i;
    }
    p->last_use[g->outputs[0]] = g->n_ops - 1;
    /* What only changes the shape keeps its source alive. Backwards, so chains add up. */
    for (int32_t i = g->n_ops - 1; i >= 0; i--) {
        const mote_op *o = &g->ops[i];
        if (mote_op_has(o->kind, MOTE_OP_SAME_BYTES) &&
            p->last_use[o->inputs[0]] < p->last_use[o->outputs[0]])
            p->last_use[o->inputs[0]] = p->last_use[o->outputs[0]];
    }
}

/* True when some tensor other than `tensor` at its offset is still needed after operator `op`. */
static bool place_is_needed(const planner *p, int32_t tensor, int32_t op)
{
    for (int32_t t = 0; t < p->g->n_tensors; t++)
        if (p->group_of[t] == p->group_of[tensor] && p->last_use[t] > op)
            return true;
    return false;
}

/* Which group each tensor belongs to; in_place false: only reshapes share. */
static void group_tensors(planner *p, bool in_place)
{
    const mote_graph *g = p->g;
    p->n_groups = 0;
    for (int32_t t = 0; t < g->n_tensors; t++)
        p->group_of[t] = -1;
    p->group_of[g->inputs[0]] = p->n_groups++;
    for (int32_t i = 0; i < g->n_ops; i++) {
        const mote_op *o = &g->ops[i];
        int32_t source = -1;
        int32_t n = mote_op_find(o->kind)->n_activations;
        for (int32_t k = 0; k < n && source < 0; k++) {
            int32_t t = o->inputs[k];
            bool allowed = (p->needs[i].in_place >> k & 1) && p->group_of[t] >= 0;
            if (allowed && (mote_op_has(o->kind, MOTE_OP_SAME_BYTES) ||
                            (in_place && p->last_use[t] == i && !place_is_needed(p, t, i))))
                source = t;
        }
        p->plan->in_place_of[i] = source;
        p->group_of[o->outputs[0]] = source >= 0 ? p->group_of[source] : p->n_groups++;
    }
}

static void add_piece(planner *p, int32_t group_id, int64_t bytes, int32_t first, int32_t last)
{
    p->pieces[p->n_pieces++] = (piece){align_up(bytes), first, last, group_id};
}

static int by_group(const void *a, const void *b)
{
    const piece *x = a, *y = b;
    return x->group != y->group ? (x->group < y->group ? -1 : 1) : x->first - y->first;
}

static void make_groups(planner *p)
{
    const mote_graph *g = p->g;
    p->n_pieces = 0;
    add_piece(p, p->group_of[g->inputs[0]],
              p->number_bytes * mote_tensor_elements(&g->tensors[g->inputs[0]]), 0,
              p->last_use[g->inputs[0]] < 0 ? 0 : p->last_use[g->inputs[0]]);
    for (int32_t i = 0; i < g->n_ops; i++) {
        int32_t t = g->ops[i].outputs[0];
        add_piece(p, p->group_of[t], p->number_bytes * mote_tensor_elements(&g->tensors[t]), i,
                  p->last_use[t]);
    }
    for (int32_t i = 0; i < g->n_ops; i++) {
        p->piece_of_scratch[i] = -1;
        if (p->needs[i].scratch_bytes == 0)
            continue;
        p->piece_of_scratch[i] = p->n_groups;
        add_piece(p, p->n_groups++, (int64_t)p->needs[i].scratch_bytes, i, i);
    }
    qsort(p->pieces, (size_t)p->n_pieces, sizeof *p->pieces, by_group);
    for (int32_t i = 0; i < p->n_groups; i++)
        p->groups[i] = (group){.bytes = 0, .first = INT32_MAX, .last = -1};
    for (int32_t i = p->n_pieces - 1; i >= 0; i--) {
        const piece *c = &p->pieces[i];
        group *q = &p->groups[c->group];
        q->first_piece = i;
        q->n_pieces++;
        q->bytes = c->bytes > q->bytes ? c->bytes : q->bytes;
        q->first = c->first < q->first ? c->first : q->first;
        q->last = c->last > q->last ? c->last : q->last;
    }
}

/* Bytes alive while operator `time` runs; an in-place pair counts once, as the larger. */
static int64_t live_bytes(const planner *p, int32_t time)
{
    int64_t sum = 0;
    for (int32_t q = 0; q < p->n_groups; q++) {
        int64_t most = 0;
        for (int32_t i = 0; i < p->groups[q].n_pieces; i++) {
            const piece *c = &p->pieces[p->groups[q].first_piece + i];
            if (c->first <= time && time <= c->last && c->bytes > most)
                most = c->bytes;
        }
        sum += most;
    }
    return sum;
}

/* The first offset >= `at` where a does not collide with b, which lies at b->offset; `at` itself
 * when there is no collision. */
static int64_t clear_of(const planner *p, const group *a, int64_t at, const group *b)
{
    int64_t clear = at;
    if (a->last < b->first || b->last < a->first)
        return at;
    for (int32_t i = 0; i < a->n_pieces; i++) {
        const piece *x = &p->pieces[a->first_piece + i];
        for (int32_t k = 0; k < b->n_pieces; k++) {
            const piece *y = &p->pieces[b->first_piece + k];
            bool same_time = x->first <= y->last && y->first <= x->last;
            if (same_time && at < b->offset + y->bytes && b->offset < at + x->bytes &&
                b->offset + y->bytes > clear)
                clear = b->offset + y->bytes;
        }
    }
    return clear;
}

/* The lowest offset at which group `id` fits among the first n placed. Repeats until nothing
 * moves; each round moves up past the end of some piece, so it ends. */
static int64_t lowest_fit(const planner *p, int32_t id, int32_t n)
{
    int64_t at = 0, before = -1;
    while (at != before) {
        before = at;
        for (int32_t i = 0; i < n; i++)
            at = clear_of(p, &p->groups[id], at, &p->groups[p->placed[i]]);
    }
    return at;
}

static void keep_if_best(planner *p, int64_t top)
{
    if (top >= p->best)
        return;
    p->best = top;
    for (int32_t i = 0; i < p->n_groups; i++)
        p->best_offset[i] = p->groups[i].offset;
}

static void greedy_by_size(planner *p)
{
    int64_t top = 0;
    memset(p->is_placed, 0, (size_t)p->n_groups * sizeof *p->is_placed);
    for (int32_t n = 0; n < p->n_groups; n++) {
        int32_t pick = -1;
        for (int32_t i = 0; i < p->n_groups; i++)
            if (!p->is_placed[i] && (pick < 0 || p->groups[i].bytes > p->groups[pick].bytes))
                pick = i;
        p->is_placed[pick] = true;
        p->groups[pick].offset = lowest_fit(p, pick, n);
        p->placed[n] = pick;
        int64_t end = p->groups[pick].offset + p->groups[pick].bytes;
        top = end > top ? end : top;
    }
    keep_if_best(p, top);
}

/* Depth first over all orders, largest groups first, without recursion: `choice[n]` is the rank
 * that is tried at depth n. Returns true when the whole tree was seen or the bound is met. */
static bool search_orders(planner *p, int64_t bound, const int32_t *by_size, int32_t *choice,
                          int64_t *top)
{
    int32_t n = 0;
    memset(p->is_placed, 0, (size_t)p->n_groups * sizeof *p->is_placed);
    choice[0] = -1;
    top[0] = 0;
    while (n >= 0) {
        if (p->best <= bound)
            return true;
        if (p->steps++ > SEARCH_STEPS)
            return false;
        if (choice[n] >= 0)
            p->is_placed[by_size[choice[n]]] = false;
        do
            choice[n]++;
        while (choice[n] < p->n_groups && p->is_placed[by_size[choice[n]]]);
        if (choice[n] >= p->n_groups) {
            n--;
            continue;
        }
        int32_t id = by_size[choice[n]];
        int64_t at = lowest_fit(p, id, n);
        int64_t end = at + p->groups[id].bytes;
        p->is_placed[id] = true;
        p->placed[n] = id;
        p->groups[id].offset = at;
        int64_t new_top = end > top[n] ? end : top[n];
        if (new_top >= p->best)
            continue;
        if (n + 1 == p->n_groups) {
            keep_if_best(p, new_top);
            continue;
        }
        n++;
        top[n] = new_top;
        choice[n] = -1;
    }
    return true;
}

static mote_status search(planner *p, int64_t bound, bool *complete, mote_err *err)
{
    mote_arena *a = &p->plan->arena;
    int32_t *by_size, *choice;
    int64_t *top;
    size_t n = (size_t)p->n_groups;
    MOTE_TRY(mote_arena_take(a, n, sizeof *by_size, &by_size, err));
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *choice, &choice, err));
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof *top, &top, err));
    for (int32_t i = 0; i < p->n_groups; i++) {
        int32_t k = i;
        for (; k > 0 && p->groups[by_size[k - 1]].bytes < p->groups[i].bytes; k--)
            by_size[k] = by_size[k - 1];
        by_size[k] = i;
    }
    *complete = search_orders(p, bound, by_size, choice, top);
    return MOTE_OK;
}

/* Plan with or without in-place operators, and write the result to the plan. */
static mote_status plan_once(planner *p, bool in_place, mote_err *err)
{
    mote_plan *plan = p->plan;
    const mote_graph *g = p->g;
    group_tensors(p, in_place);
    make_groups(p);
    plan->bound_bytes = 0;
    for (int32_t i = 0; i < g->n_ops; i++) {
        plan->op_live_bytes[i] = live_bytes(p, i);
        if (plan->op_live_bytes[i] > plan->bound_bytes)
            plan->bound_bytes = plan->op_live_bytes[i];
    }
    p->best = INT64_MAX;
    p->steps = 0;
    greedy_by_size(p);
    MOTE_TRY(search(p, plan->bound_bytes, &plan->is_optimal, err));
    plan->arena_bytes = p->best;
    for (int32_t t = 0; t < g->n_tensors; t++)
        plan->tensor_offset[t] =
            p->group_of[t] >= 0 ? p->best_offset[p->group_of[t]] : MOTE_PLAN_NONE;
    for (int32_t i = 0; i < g->n_ops; i++)
        plan->scratch_offset[i] =
            p->piece_of_scratch[i] >= 0 ? p->best_offset[p->piece_of_scratch[i]] : MOTE_PLAN_NONE;
    return MOTE_OK;
}

static mote_status take_arrays(planner *p, mote_err *err)
{
    mote_plan *plan = p->plan;
    mote_arena *a = &plan->arena;
    size_t tensors = (size_t)p->g->n_tensors, ops = (size_t)p->g->n_ops;
    size_t pieces = 2 * ops + 1;
    MOTE_TRY(mote_arena_take(a, tensors, sizeof *plan->tensor_offset, &plan->tensor_offset, err));
    MOTE_TRY(mote_arena_take(a, ops, sizeof *plan->scratch_offset, &plan->scratch_offset, err));
    MOTE_TRY(mote_arena_take(a, ops, sizeof *plan->op_live_bytes, &plan->op_live_bytes, err));
    MOTE_TRY(mote_arena_take(a, ops, sizeof *plan->kernels, &plan->kernels, err));
    MOTE_TRY(mote_arena_take(a, ops, sizeof *plan->in_place_of, &plan->in_place_of, err));
    MOTE_TRY(mote_arena_take(a, ops, sizeof *p->needs, &p->needs, err));
    MOTE_TRY(mote_arena_take(a, tensors, sizeof *p->last_use, &p->last_use, err));
    MOTE_TRY(mote_arena_take(a, tensors, sizeof *p->group_of, &p->group_of, err));
    MOTE_TRY(mote_arena_take(a, pieces, sizeof *p->pieces, &p->pieces, err));
    MOTE_TRY(mote_arena_take(a, ops, sizeof *p->piece_of_scratch, &p->piece_of_scratch, err));
    MOTE_TRY(mote_arena_take(a, pieces, sizeof *p->groups, &p->groups, err));
    MOTE_TRY(mote_arena_take(a, pieces, sizeof *p->best_offset, &p->best_offset, err));
    MOTE_TRY(mote_arena_take(a, pieces, sizeof *p->placed, &p->placed, err));
    return mote_arena_take(a, pieces, sizeof *p->is_placed, &p->is_placed, err);
}

static mote_status plan_inference_graph(planner *p, mote_isa isa, mote_err *err)
{
    mote_plan *plan = p->plan;
    const mote_graph *g = p->g;
    MOTE_TRY(take_arrays(p, err));
    plan->n_tensors = g->n_tensors;
    plan->n_ops = g->n_ops;
    for (int32_t i = 0; i < g->n_ops; i++) {
        MOTE_TRY(mote_lower_need(g, i, isa, &p->needs[i], err));
        plan->kernels[i] = p->needs[i].kernel;
        plan->weights_bytes += (int64_t)(p->needs[i].weights_bytes + p->needs[i].channel_bytes);
    }
    find_last_uses(p);
    /* Sharing an offset is nearly always a gain; when it is not, plan without. */
    MOTE_TRY(plan_once(p, false, err));
    int64_t apart = plan->arena_bytes;
    MOTE_TRY(plan_once(p, true, err));
    if (plan->arena_bytes > apart)
        MOTE_TRY(plan_once(p, false, err));
    return MOTE_OK;
}

static bool is_training_graph(const mote_graph *g)
{
    for (int32_t i = 0; i < g->n_ops; i++)
        if (mote_op_has(g->ops[i].kind, MOTE_OP_TRAINING))
            return true;
    return false;
}

mote_status mote_plan_make(const mote_graph *g, mote_isa isa, mote_plan *out, mote_err *err)
{
    mote_graph *folded = NULL;
    if (g->n_ops == 0 || g->inputs[0] < 0)
        return mote_fail(err, MOTE_ARG, "the graph has no operators");
    if (is_training_graph(g))
        MOTE_TRY(mote_graph_fold(g, &folded, err));
    mote_plan plan = {0};
    mote_arena_init(&plan.arena, (size_t)256 << 20);
    planner p = {.g = folded != NULL ? folded : g,
                 .plan = &plan,
                 .number_bytes = isa == MOTE_ISA_F32 ? 4 : 1};
    mote_status st = plan_inference_graph(&p, isa, err);
    mote_graph_destroy(folded);
    if (st != MOTE_OK) {
        mote_arena_release(&plan.arena);
        return st;
    }
    *out = plan;
    return MOTE_OK;
}

void mote_plan_release(mote_plan *p)
{
    mote_arena_release(&p->arena);
    memset(p, 0, sizeof *p);
}
