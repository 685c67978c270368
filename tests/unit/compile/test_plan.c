/* SPDX-License-Identifier: Apache-2.0 */
/* The memory plan: nothing that is alive overlaps, and no plan of small graphs can be smaller. */
#include "compile/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "compile/footprint.h"
#include "graph/arch.h"
#include "random_graph.h"

/* What the test knows of a plan by its own means: who needs which bytes when. */
typedef struct {
    int64_t at, bytes;
    int32_t first, last, tensor; /* tensor -1: scratch */
} need;

static int32_t last_use(const mote_graph *g, int32_t tensor)
{
    int32_t last = tensor == g->outputs[0] ? g->n_ops : -1;
    for (int32_t i = 0; i < g->n_ops; i++) {
        for (int32_t k = 0; k < g->ops[i].n_inputs; k++) {
            if (g->ops[i].inputs[k] != tensor)
                continue;
            int32_t until = i;
            if (g->ops[i].kind == MOTE_OP_RESHAPE && last_use(g, g->ops[i].outputs[0]) > i)
                until = last_use(g, g->ops[i].outputs[0]);
            last = until > last ? until : last;
        }
        if (g->ops[i].outputs[0] == tensor && last < i)
            last = i;
    }
    return last;
}

static int32_t collect(const mote_graph *g, const mote_plan *p, need *out)
{
    mote_err err;
    int32_t n = 0;
    for (int32_t t = 0; t < g->n_tensors; t++) {
        if (g->tensors[t].role == MOTE_ROLE_CONST)
            continue;
        int32_t first = 0;
        for (int32_t i = 0; i < g->n_ops; i++)
            if (g->ops[i].outputs[0] == t)
                first = i;
        out[n++] = (need){p->tensor_offset[t], mote_tensor_elements(&g->tensors[t]), first,
                          last_use(g, t), t};
    }
    for (int32_t i = 0; i < g->n_ops; i++) {
        mote_kernel_need k;
        t_must(mote_lower_need(g, i, MOTE_ISA_PORTABLE, &k, &err), &err);
        if (k.scratch_bytes > 0)
            out[n++] = (need){p->scratch_offset[i], (int64_t)k.scratch_bytes, i, i, -1};
    }
    return n;
}

/* The tensor whose bytes a chain of reshapes shows. */
static int32_t root_of(const mote_graph *g, int32_t tensor)
{
    for (int32_t i = g->n_ops - 1; i >= 0; i--)
        if (g->ops[i].outputs[0] == tensor && g->ops[i].kind == MOTE_OP_RESHAPE)
            tensor = g->ops[i].inputs[0];
    return tensor;
}

/* Sharing that is meant: both show the same bytes, or `late` is written by operator i in the place
 * of an input that shows the bytes of `early`, which nobody needs after i. */
static bool may_share(const mote_graph *g, const mote_plan *p, const need *early, const need *late)
{
    if (early->tensor < 0 || late->tensor < 0 || early->at != late->at)
        return false;
    if (root_of(g, early->tensor) == root_of(g, late->tensor))
        return true;
    int32_t i = late->first;
    return g->ops[i].outputs[0] == late->tensor && p->in_place_of[i] >= 0 &&
           root_of(g, p->in_place_of[i]) == root_of(g, early->tensor) && early->last <= i;
}

static void check_plan(const mote_graph *g, const mote_plan *p)
{
    need *needs = calloc((size_t)(g->n_tensors + g->n_ops), sizeof *needs);
    int32_t n = collect(g, p, needs);
    for (int32_t i = 0; i < n; i++) {
        assert_true(needs[i].at >= 0 && needs[i].at % MOTE_PLAN_ALIGN == 0);
        assert_true(needs[i].at + needs[i].bytes <= p->arena_bytes);
        for (int32_t k = 0; k < i; k++) {
            const need *a = &needs[i], *b = &needs[k];
            bool together = a->first <= b->last && b->first <= a->last;
            bool overlap = a->at < b->at + b->bytes && b->at < a->at + a->bytes;
            if (together && overlap)
                assert_true(may_share(g, p, a, b) || may_share(g, p, b, a));
        }
    }
    free(needs);
}

static void live_tensors_never_overlap(void **state)
{
    (void)state;
    mote_err err;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < 300; i++) {
        mote_graph *g = t_network(&r, t_between(&r, 1, 14));
        mote_plan p;
        t_must(mote_plan_make(g, MOTE_ISA_PORTABLE, &p, &err), &err);
        check_plan(g, &p);
        assert_true(p.arena_bytes >= p.bound_bytes);
        mote_plan_release(&p);
        mote_graph_destroy(g);
    }
}

/* Independent of the planner: try every offset (in steps of 8) for every piece, with pieces at one
 * offset where the plan works in place. */
typedef struct {
    const mote_graph *g;
    const mote_plan *p;
    need needs[16];
    int32_t group[16], n;
    int64_t limit;
} brute;

static bool fits(const brute *b, int32_t i)
{
    for (int32_t k = 0; k < i; k++) {
        const need *x = &b->needs[i], *y = &b->needs[k];
        if (b->group[i] == b->group[k]) {
            if (x->at != y->at)
                return false;
            continue;
        }
        if (x->first <= y->last && y->first <= x->last && x->at < y->at + y->bytes &&
            y->at < x->at + x->bytes)
            return false;
    }
    return true;
}

static bool place_rest(brute *b, int32_t i)
{
    if (i == b->n)
        return true;
    int64_t bytes = (b->needs[i].bytes + 7) / 8 * 8;
    for (b->needs[i].at = 0; b->needs[i].at + bytes <= b->limit; b->needs[i].at += 8)
        if (fits(b, i) && place_rest(b, i + 1))
            return true;
    return false;
}

static void no_plan_of_a_small_graph_is_smaller(void **state)
{
    (void)state;
    mote_err err;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    int32_t checked = 0;
    for (int i = 0; i < 200; i++) {
        mote_graph *g = t_network(&r, t_between(&r, 1, 2));
        mote_plan p;
        t_must(mote_plan_make(g, MOTE_ISA_PORTABLE, &p, &err), &err);
        brute b = {.g = g, .p = &p, .limit = p.arena_bytes - 8};
        b.n = collect(g, &p, b.needs);
        for (int32_t k = 0; k < b.n; k++) {
            b.group[k] = 1000 + k;
            for (int32_t o = 0, t = b.needs[k].tensor; t >= 0 && o >= 0;) {
                b.group[k] = t;
                for (o = g->n_ops - 1; o >= 0 && g->ops[o].outputs[0] != t; o--)
                    ;
                t = o >= 0 ? p.in_place_of[o] : -1;
            }
        }
        assert_true(p.is_optimal);
        if (b.limit / 8 < 60) { /* else too many places to try */
            assert_false(place_rest(&b, 0));
            checked++;
        }
        mote_plan_release(&p);
        mote_graph_destroy(g);
    }
    assert_true(checked > 20);
}

static void the_keyword_model_is_planned_before_training(void **state)
{
    (void)state;
    mote_err err;
    mote_rng r;
    mote_arch arch;
    mote_graph *g;
    mote_plan p;
    mote_rng_init(&r, 1);
    mote_arch_default(&arch, 49, 10, 12);
    (void)mote_format(arch.name, sizeof arch.name, "ds-cnn");
    arch.channels = 64;
    arch.n_blocks = 4;
    arch.kernel_h = 10;
    arch.kernel_w = 4;
    arch.stride_h = arch.stride_w = 2;
    t_must(mote_arch_build(&arch, &r, &g, &err), &err);
    t_must(mote_plan_make(g, MOTE_ISA_PORTABLE, &p, &err), &err);
    assert_int_equal(p.arena_bytes, 8816);
    assert_int_equal(p.weights_bytes, 27308);
    assert_true(p.is_optimal);
    mote_plan_release(&p);
    const mote_target *t;
    mote_footprint f;
    t_must(mote_target_find("cortex-m4f", &t, &err), &err);
    mote_compile_input in = {.graph = g};
    t_must(mote_footprint_estimate(&in, t, &f, &err), &err);
    assert_int_equal(f.arena_bytes, 8816);
    assert_int_equal(f.macs, 2656768);
    mote_graph_destroy(g);
}

static void unknown_targets_are_refused_with_the_nearest(void **state)
{
    (void)state;
    mote_err err;
    const mote_target *t = NULL;
    assert_int_equal(mote_target_find("cortex-m4", &t, &err), MOTE_NOT_FOUND);
    assert_non_null(strstr(err.text, "did you mean 'cortex-m4f'"));
    assert_null(t);
    assert_int_equal(mote_target_find("z80", &t, &err), MOTE_NOT_FOUND);
    assert_non_null(strstr(err.text, "rv32imac"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_tensors_never_overlap),
        cmocka_unit_test(no_plan_of_a_small_graph_is_smaller),
        cmocka_unit_test(the_keyword_model_is_planned_before_training),
        cmocka_unit_test(unknown_targets_are_refused_with_the_nearest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
