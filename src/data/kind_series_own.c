/* SPDX-License-Identifier: Apache-2.0 */
/* What a data set of series has beside its windows: see kind_series.h. */
#include "data/kind_series_own.h"

#include <stdlib.h>
#include <string.h>

#include "data/csv_write.h"
#include "data/dataset_internal.h"

/* What is known of a data set beside its windows, with texts of its own; what it says of recordings
 * is borrowed. */
static mote_status keep_own(const mote_series_own *of, mote_arena *a, mote_series_own **out,
                            mote_err *err)
{
    mote_series_own *own = NULL;
    const char **names = NULL;
    MOTE_TRY(mote_arena_take(a, 1, sizeof *own, &own, err));
    MOTE_TRY(mote_arena_take(a, of->n_axes, sizeof *names, &names, err));
    for (size_t c = 0; c < of->n_axes; c++)
        if (!(names[c] = mote_arena_strdup(a, of->names[c])))
            return mote_fail(err, MOTE_NOMEM, "the names of %zu axes", of->n_axes);
    *own = *of;
    own->names = names;
    *out = own;
    return MOTE_OK;
}

/* The courses of one recording. */
typedef struct {
    mote_sha256 object;
    size_t first;
} recorded;

typedef struct {
    mote_loader *l;
    recorded *recordings;
    size_t n_recordings;
    mote_series_course *courses;
    size_t n_courses, room;
    mote_series_labelled *spans;
    size_t n_spans, spans_room;
} gathering;

static bool is_long_enough(const gathering *g, const mote_series_stretch *st)
{
    return st->n >= (size_t)g->l->d->shape.dims[0];
}

/* The courses of a recording, copied when it is first met: *first of them. */
static mote_status gather_courses(gathering *g, const mote_sha256 *object,
                                  const mote_series_samples *s, size_t *first, mote_err *err)
{
    for (size_t i = g->n_recordings; i-- > 0;) /* spans of one recording lie near each other */
        if (mote_sha256_equal(&g->recordings[i].object, object)) {
            *first = g->recordings[i].first;
            return MOTE_OK;
        }
    *first = g->n_courses;
    g->recordings[g->n_recordings++] = (recorded){*object, g->n_courses};
    if (g->n_courses + s->n_stretches > g->room) {
        size_t room = 2 * (g->n_courses + s->n_stretches);
        mote_series_course *more = mote_realloc(g->courses, room, sizeof *more);
        if (!more)
            return mote_fail(err, MOTE_NOMEM, "recordings of a stream");
        g->courses = more;
        g->room = room;
    }
    for (size_t i = 0; i < s->n_stretches; i++) {
        const mote_series_stretch *st = &s->stretches[i];
        const size_t bytes = st->n * (size_t)s->n_channels * sizeof(float);
        float *x = NULL;
        if (!is_long_enough(g, st))
            continue;
        MOTE_TRY(mote_loader_account(g->l, bytes, err));
        MOTE_TRY(mote_arena_take(&g->l->d->arena, bytes, 1, &x, err));
        memcpy(x, st->x, bytes);
        g->courses[g->n_courses++] = (mote_series_course){x, st->n};
    }
    return MOTE_OK;
}

/* What an item says of the courses of its recording. */
static mote_status gather_item(gathering *g, const mote_planned *p, size_t sample, mote_err *err)
{
    mote_loaded one;
    size_t course = 0;
    MOTE_TRY(mote_loader_decode(g->l, p->item, &one, err));
    const mote_series_samples *s = mote_decoded_series(&one.d);
    const mote_piece piece = {&one.d, p->item->from_us, p->item->to_us};
    mote_status st = gather_courses(g, &p->item->object, s, &course, err);
    if (st == MOTE_OK && g->n_spans + s->n_stretches > g->spans_room) {
        size_t room = 2 * (g->n_spans + s->n_stretches);
        mote_series_labelled *more = mote_realloc(g->spans, room, sizeof *more);
        st = more ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "what is said of a stream");
        g->spans = more ? more : g->spans;
        g->spans_room = more ? room : g->spans_room;
    }
    for (size_t i = 0; st == MOTE_OK && i < s->n_stretches; i++) {
        if (!is_long_enough(g, &s->stretches[i]))
            continue;
        const mote_series_run r = mote_series_within(s, &s->stretches[i], &piece);
        if (r.first < r.end)
            g->spans[g->n_spans++] = (mote_series_labelled){(uint32_t)course, r.first, r.end,
                                                            p->class_id, (uint32_t)sample};
        course++;
    }
    mote_loaded_done(&one);
    return st;
}

static int compare_spans(const void *a, const void *b)
{
    const mote_series_labelled *x = a, *y = b;
    if (x->course != y->course)
        return x->course < y->course ? -1 : 1;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->to < y->to ? -1 : x->to > y->to;
}

/* The recordings of a project of events, into the arena of the data set. */
static mote_status gather(gathering *g, mote_series_own *out, mote_err *err)
{
    mote_dataset *d = g->l->d;
    mote_series_course *courses = NULL;
    mote_series_labelled *spans = NULL;
    size_t at = 0;
    MOTE_TRY(mote_arena_take(g->l->scratch, g->l->n_planned + 1, sizeof *g->recordings,
                             &g->recordings, err));
    for (size_t i = 0; i < g->l->n_planned; at += g->l->plan[i++].n)
        MOTE_TRY(gather_item(g, &g->l->plan[i], at < d->n ? at : d->n - 1, err));
    MOTE_TRY(mote_arena_take(&d->arena, g->n_courses + 1, sizeof *courses, &courses, err));
    MOTE_TRY(mote_arena_take(&d->arena, g->n_spans + 1, sizeof *spans, &spans, err));
    if (g->n_courses > 0)
        memcpy(courses, g->courses, g->n_courses * sizeof *courses);
    if (g->n_spans > 0) {
        qsort(g->spans, g->n_spans, sizeof *g->spans, compare_spans);
        memcpy(spans, g->spans, g->n_spans * sizeof *spans);
    }
    out->courses = courses;
    out->n_courses = g->n_courses;
    out->spans = spans;
    out->n_spans = g->n_spans;
    return MOTE_OK;
}

mote_status mote_series_load_own(mote_loader *l, mote_err *err)
{
    mote_loaded one;
    mote_series_own *own = NULL;
    gathering g = {.l = l};
    MOTE_TRY(mote_dataset_first(l->store, l->v, l->cfg, &one, err));
    const mote_series_samples *s = mote_decoded_series(&one.d);
    const mote_series_own named = {
        .n_axes = (size_t)s->n_channels, .names = s->names, .rate_hz = s->rate_hz};
    mote_status st = keep_own(&named, &l->d->arena, &own, err);
    mote_loaded_done(&one);
    if (st == MOTE_OK && l->cfg->events.n > 0 && l->d->n > 0)
        st = gather(&g, own, err);
    mote_free(g.courses);
    mote_free(g.spans);
    l->d->own = st == MOTE_OK ? own : NULL;
    return st;
}

/* With its recordings: what it is copied from may go. */
mote_status mote_series_copy_own(const void *from, mote_arena *a, const void **out, mote_err *err)
{
    const mote_series_own *of = from;
    mote_series_own *own = NULL;
    mote_series_course *courses = NULL;
    mote_series_labelled *spans = NULL;
    *out = NULL;
    if (!of)
        return MOTE_OK;
    MOTE_TRY(keep_own(of, a, &own, err));
    MOTE_TRY(mote_arena_take(a, of->n_courses + 1, sizeof *courses, &courses, err));
    MOTE_TRY(mote_arena_take(a, of->n_spans + 1, sizeof *spans, &spans, err));
    for (size_t i = 0; i < of->n_courses; i++) {
        const size_t bytes = of->courses[i].n * of->n_axes * sizeof(float);
        float *x = NULL;
        MOTE_TRY(mote_arena_take(a, bytes, 1, &x, err));
        memcpy(x, of->courses[i].x, bytes);
        courses[i] = (mote_series_course){x, of->courses[i].n};
    }
    if (of->n_spans > 0)
        memcpy(spans, of->spans, of->n_spans * sizeof *spans);
    own->courses = courses;
    own->spans = spans;
    *out = own;
    return MOTE_OK;
}

/* ---- passages ---------------------------------------------------------------------------------
 */

size_t mote_series_n_passages(const void *own)
{
    const mote_series_own *o = own;
    return o ? o->n_spans : 0;
}

size_t mote_series_passage_sample(const void *own, size_t k)
{
    const mote_series_own *o = own;
    return o->spans[k].sample;
}

/* CSV, as a sensor writes it: a column of time, and the axes by their names. */
mote_status mote_series_encode_passage(const void *own, const mote_shape *shape, size_t k,
                                       size_t margin, mote_buf *out, mote_err *err)
{
    const mote_series_own *o = own;
    const mote_series_labelled *said = &o->spans[k];
    const mote_series_course *course = &o->courses[said->course];
    const size_t window = (size_t)shape->dims[0], last = course->n - window;
    size_t first = said->from > margin ? said->from - margin : 0;
    size_t end = course->n - said->to > margin ? said->to + margin : course->n;
    if (end - first < window) { /* a course is as long as one at least */
        first = first < last ? first : last;
        end = first + window;
    }
    mote_buf_str(out, "t_ms");
    for (size_t c = 0; c < o->n_axes; c++) {
        mote_buf_str(out, ",");
        mote_csv_put_text(out, o->names[c], strlen(o->names[c]));
    }
    mote_buf_str(out, "\n");
    for (size_t t = first; t < end; t++) {
        mote_csv_put_number(out, (float)((double)(t - first) * 1000 / o->rate_hz));
        for (size_t c = 0; c < o->n_axes; c++) {
            mote_buf_str(out, ",");
            mote_csv_put_number(out, course->x[t * o->n_axes + c]);
        }
        mote_buf_str(out, "\n");
    }
    return mote_buf_status(out, err);
}
