/* SPDX-License-Identifier: Apache-2.0 */
/* Samples that are nearly the same: one picture packed twice, resized, made brighter; frames of one
 * scene. A version takes exact copies once; these it cannot know, so who looks must be told.
 *
 * Two samples are near when the squared distance of their prints (data/kind.h) is below NEAR. They
 * are sorted by the first number of their print: as the distance of two prints is no less than the
 * difference of any of their numbers, only a stretch of the list can be near to one of it, and most
 * of that is ruled out by the coarse numbers. */
#include <stdlib.h>
#include <string.h>

#include "data/check_internal.h"
#include "data/version.h"

/* Of prints of length 2^14: a correlation above 0.9985. Of 8,000 handwritten digits no two are as
 * near as that; a picture that was packed again, resized or made brighter still is. */
#define NEAR     ((int32_t)((1 << 29) * 0.0015))
#define FARTHEST 897 /* the square root of NEAR, up */
#define FIRST    1   /* number 0 is the mean, which is left out */

/* What is near to an earlier one, by how bad that is. */
typedef enum { NEAR_TOGETHER, NEAR_APART, NEAR_OTHER_LABEL, N_NEARS } nearness;

typedef struct {
    const int16_t *print; /* [MOTE_KIND_PRINT] */
    size_t row;
} entry;

static int compare_prints(const void *a, const void *b)
{
    const entry *x = a, *y = b;
    int c = (x->print[FIRST] > y->print[FIRST]) - (x->print[FIRST] < y->print[FIRST]);
    return c ? c : (x->row > y->row) - (x->row < y->row);
}

/* The sum stays below 2^30: two vectors of length 2^14 are at most 2^15 apart. */
static bool are_near(const int16_t *a, const int16_t *b)
{
    int32_t sum = 0;
    for (int at = FIRST, end = 16; at < MOTE_KIND_PRINT; end *= 4) {
        for (; at < end; at++)
            sum += (a[at] - b[at]) * (a[at] - b[at]);
        if (sum > NEAR)
            return false;
    }
    return true;
}

static nearness how_near(const mote_checker *c, const uint32_t *parts, size_t i, size_t k)
{
    const mote_sample_row *x = &c->rows[i], *y = &c->rows[k];
    if (strcmp(x->label, y->label) != 0)
        return NEAR_OTHER_LABEL;
    bool is_one = (parts[i] & (parts[i] - 1)) == 0; /* dealt, or told where to go */
    return strcmp(x->group, y->group) == 0 || (is_one && parts[i] == parts[k]) ? NEAR_TOGETHER
                                                                               : NEAR_APART;
}

/* For each row the earlier one that it is near to in the worst way; SIZE_MAX: none. */
static mote_status find_near(mote_checker *c, const uint32_t *parts, const entry *e, size_t n,
                             size_t *near, mote_err *err)
{
    for (size_t i = 0; i < n; i++) {
        if (i % 256 == 0 && mote_cancelled(c->cfg->cancel))
            return mote_fail(err, MOTE_CANCELLED, "check stopped among those nearly the same");
        for (size_t k = i + 1; k < n && e[k].print[FIRST] - e[i].print[FIRST] <= FARTHEST; k++) {
            const size_t later = e[i].row > e[k].row ? e[i].row : e[k].row,
                         earlier = e[i].row + e[k].row - later;
            if (!are_near(e[i].print, e[k].print) ||
                mote_sha256_equal(&c->rows[later].content_hash, &c->rows[earlier].content_hash))
                continue;
            if (near[later] == SIZE_MAX ||
                how_near(c, parts, later, earlier) > how_near(c, parts, later, near[later]))
                near[later] = earlier;
        }
    }
    return MOTE_OK;
}

static const char *place_of(uint32_t parts)
{
    for (int s = 0; s < MOTE_N_SPLITS; s++)
        if (parts == 1u << s)
            return mote_split_name((mote_split)s);
    return "no split yet";
}

static mote_status say_near(mote_checker *c, const uint32_t *parts, const size_t *near,
                            nearness which, mote_err *err)
{
    static const struct {
        const char *id;
        mote_finding_severity severity;
        const char *what, *remedy;
    } says[N_NEARS] = {
        {"near-duplicate", MOTE_FINDING_NOTE, "another of the same group or split",
         "nothing needs to be done; they count for less than they seem to"},
        {"near-duplicate-across-splits", MOTE_FINDING_WARNING,
         "one that is, or may come to be, in another split, so that the test holds what was "
         "trained "
         "on",
         "give both one group (--group-pattern), or remove one of them"},
        {"near-contradiction", MOTE_FINDING_WARNING, "one with another label",
         "look at both; remove the one whose label is wrong"},
    };
    size_t n = 0;
    for (size_t i = 0; i < c->n; i++)
        n += near[i] != SIZE_MAX && how_near(c, parts, i, near[i]) == which;
    if (n == 0)
        return MOTE_OK;
    mote_finding *f;
    MOTE_TRY(mote_check_find(c,
                             &(mote_finding){.id = says[which].id,
                                             .severity = says[which].severity,
                                             .count = n,
                                             .remedy = says[which].remedy},
                             &f, err, "%s nearly the same as %s: %zu", c->rows[0].kind->many,
                             says[which].what, n));
    for (size_t i = 0; i < c->n; i++) {
        if (near[i] == SIZE_MAX || how_near(c, parts, i, near[i]) != which)
            continue;
        const mote_sample_row *x = &c->rows[near[i]], *y = &c->rows[i];
        MOTE_TRY(mote_check_example(c, f, err, "%s (%s, %s) ~ %s (%s, %s)", x->source, x->label,
                                    place_of(parts[near[i]]), y->source, y->label,
                                    place_of(parts[i])));
    }
    return MOTE_OK;
}

mote_status mote_check_near(mote_checker *c, const uint32_t *parts, mote_err *err)
{
    mote_arena_mark mark = mote_arena_save(c->arena);
    entry *entries = NULL;
    size_t n = 0, *near = NULL;
    MOTE_TRY(mote_arena_take(c->arena, c->n + 1, sizeof *entries, &entries, err));
    MOTE_TRY(mote_arena_take(c->arena, c->n + 1, sizeof *near, &near, err));
    for (size_t i = 0; i < c->n; i++) {
        near[i] = SIZE_MAX;
        if (c->seen[i].print)
            entries[n++] = (entry){c->seen[i].print, i};
    }
    if (n < 2) {
        mote_arena_rewind(c->arena, mark);
        return MOTE_OK;
    }
    qsort(entries, n, sizeof *entries, compare_prints);
    MOTE_TRY(find_near(c, parts, entries, n, near, err));
    for (int which = 0; which < N_NEARS; which++)
        MOTE_TRY(say_near(c, parts, near, (nearness)which, err));
    return MOTE_OK;
}
