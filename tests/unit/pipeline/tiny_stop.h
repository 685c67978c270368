/* SPDX-License-Identifier: Apache-2.0 */
/* A training of many parts (folds, seeds) that is stopped in one of them and goes on: the walk that
 * their tests share. Include after tiny_project.h. */
#ifndef MOTE_TESTS_TINY_STOP_H
#define MOTE_TESTS_TINY_STOP_H

#include "tiny_project.h"

#define TINY_MOST_NAMES 8

typedef struct {
    mote_cancel *cancel;
    const char *at;    /* beginning of the note at which it is stopped; NULL: it is not */
    const char *first; /* beginning of the notes of the first part */
    int n_first;       /* of these */
    int64_t last;
    bool went_back;
} watching;

static inline void watch(void *arg, mote_stage_id stage, int64_t done, int64_t total,
                         const char *note)
{
    watching *w = arg;
    if (stage != MOTE_STAGE_train)
        return;
    assert_in_range(done, 0, total);
    w->went_back = w->went_back || done < w->last;
    w->last = done;
    w->n_first += strncmp(note, w->first, strlen(w->first)) == 0;
    if (w->at && strncmp(note, w->at, strlen(w->at)) == 0)
        w->cancel->requested = 1;
}

/* What training makes. */
typedef struct {
    const char *names[TINY_MOST_NAMES];
    size_t n;
} tiny_objects;

static inline void objects_of(tiny *t, const tiny_objects *o, mote_sha256 *out)
{
    memset(out, 0, TINY_MOST_NAMES * sizeof *out);
    for (size_t i = 0; i < o->n; i++)
        out[i] = tiny_object(t, MOTE_STAGE_train, o->names[i]);
}

typedef struct {
    const char *first;    /* beginning of the notes of the first part */
    const char *stops[3]; /* beginnings of notes: in the first part, in others */
    tiny_objects objects;
} tiny_stopping;

/* Stopped at each, it goes on with the part in hand, from its checkpoint, on another number of
 * threads too, and makes the same bytes. The progress at which it ended, undisturbed. */
static inline int64_t stop_and_go_on(const tiny_settings y, const tiny_stopping *c)
{
    tiny t;
    mote_err err = {0};
    mote_sha256 whole[TINY_MOST_NAMES], resumed[TINY_MOST_NAMES];
    tiny_make(&t, y, true);
    watching w = {.cancel = &t.cancel, .first = c->first};
    t.progress = watch;
    t.progress_arg = &w;
    tiny_open(&t, 1);
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_train, false, &err));
    assert_false(w.went_back);
    const int n_notes = w.n_first;
    const int64_t last = w.last;
    objects_of(&t, &c->objects, whole);
    for (size_t i = 0; i < T_COUNT(c->stops); i++) {
        T_OK(mote_store_exec(t.store, "DELETE FROM stage_attempt WHERE stage = 'train'", &err));
        w = (watching){.cancel = &t.cancel, .at = c->stops[i], .first = c->first};
        tiny_open(&t, 2); /* and on another number of threads */
        assert_int_equal(mote_pipeline_run(t.pipeline, MOTE_STAGE_train, false, &err),
                         MOTE_CANCELLED);
        t.cancel.requested = 0;
        w = (watching){.cancel = &t.cancel, .first = c->first};
        tiny_open(&t, 1);
        T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_train, false, &err));
        assert_false(w.went_back);
        if (i == 0)
            assert_in_range(w.n_first, 1, n_notes - 1); /* from its checkpoint */
        else
            assert_int_equal(w.n_first, 0); /* it was finished */
        objects_of(&t, &c->objects, resumed);
        assert_memory_equal(whole, resumed, sizeof whole);
    }
    tiny_remove(&t);
    return last;
}

#endif
