/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of series: recordings as they are, step for step, with what is said of parts of them as
 * events; nothing is heard between two recordings, and hours are those that were recorded. */
#include "data/kind_series.h"
#include "pipeline/listen.h"
#include "stream_points.h"
#include "support.h"

enum { WINDOW = 20, AXES = 2, HOP = 4, RATE = 50, MAX = 100 };

/* Of the second nothing is said in the beginning; in the third one span follows the other. */
static const size_t n_steps[] = {60, 37, 75};
static const mote_series_labelled spans[] = {
    {0, 0, 60, 0, 0}, {1, 5, 30, 2, 3}, {2, 0, 30, 1, 4}, {2, 30, 75, 2, 5}};

typedef struct {
    float x[T_COUNT(n_steps)][MAX][AXES];
    mote_series_course courses[T_COUNT(n_steps)];
    mote_series_own own;
    mote_dataset d;
    mote_task_setting task;
    mote_stream_setting stream;
    mote_arena arena;
} fixture;

static float value_of(size_t recording, size_t t, size_t axis)
{
    return (float)(1000 * (recording + 1) + 10 * t + axis);
}

static int setup(void **state)
{
    static const char *const labels[] = {"push", "ring", "still"};
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    mote_arena_init(&f->arena, 1 << 24);
    for (size_t r = 0; r < T_COUNT(n_steps); r++) {
        for (size_t t = 0; t < n_steps[r]; t++)
            for (size_t c = 0; c < AXES; c++)
                f->x[r][t][c] = value_of(r, t, c);
        f->courses[r] = (mote_series_course){f->x[r][0], n_steps[r]};
    }
    f->own = (mote_series_own){.n_axes = AXES,
                               .courses = f->courses,
                               .n_courses = T_COUNT(n_steps),
                               .spans = spans,
                               .n_spans = T_COUNT(spans)};
    f->d = (mote_dataset){.kind = mote_kind_of(MOTE_INPUT_SERIES),
                          .shape = {MOTE_F32, 2, {WINDOW, AXES}},
                          .rate_hz = RATE,
                          .own = &f->own};
    f->task.labels = (mote_names){labels, 2}; /* "still" is no event */
    f->stream.detector = (mote_stream_detector){2, 3, 0.1};
    f->stream.hop_samples = HOP;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    mote_arena_release(&f->arena);
    free(f);
    return 0;
}

static mote_stream_track build(fixture *f)
{
    mote_err err = {0};
    mote_stream_track t;
    const mote_listen_material m = {&f->task, &f->stream, &f->d, 1};
    T_OK(mote_listen_track(&m, &f->arena, &t, &err));
    return t;
}

static void recordings_lie_one_behind_the_other(void **state)
{
    const mote_stream_track t = build(*state);
    const float *steps = t.steps;
    assert_int_equal(t.n_pieces, T_COUNT(n_steps));
    assert_int_equal(t.n, 60 + 37 + 75);
    assert_true(mote_stream_extent(&t) > t.n);
    for (size_t k = 0; k < t.n_pieces; k++) {
        const mote_stream_piece *p = &t.pieces[k];
        assert_int_equal(p->n, n_steps[k]);
        assert_int_equal(p->first % HOP, 0);
        if (k > 0) /* smoothing, suppression and tolerance are over before the next begins */
            assert_true(p->first - (t.pieces[k - 1].first + t.pieces[k - 1].n) > 5 * HOP + 5);
        for (size_t i = 0; i < n_steps[k]; i++)
            for (size_t c = 0; c < AXES; c++)
                assert_true(steps[(p->first + i) * AXES + c] == value_of(k, i, c));
    }
}

static void what_is_said_of_a_part_is_an_event(void **state)
{
    const mote_stream_track t = build(*state);
    assert_int_equal(t.n_events, T_COUNT(spans));
    assert_int_equal(t.n_targets, 2);
    for (size_t i = 0; i < t.n_events; i++) {
        const size_t first = t.pieces[spans[i].course].first;
        assert_int_equal(t.events[i].start, first + spans[i].from);
        assert_int_equal(t.events[i].end, first + spans[i].to);
        assert_int_equal(t.events[i].class_id, spans[i].class_id);
        assert_int_equal(t.events[i].clip, spans[i].sample);
    }
}

/* Sure of class 0 whatever it sees. */
static mote_status always(void *arg, const mote_stream_batch *batch, int8_t *q, mote_err *err)
{
    (void)arg;
    (void)err;
    for (size_t i = 0; i < batch->n; i++) {
        q[3 * i] = 127;
        q[3 * i + 1] = q[3 * i + 2] = -128;
    }
    return MOTE_OK;
}

static void nothing_is_heard_between_recordings(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    const mote_stream_track t = build(f);
    mote_stream_outputs said;
    mote_stream_counts counts = {0};
    const mote_stream_run_config run = {
        .track = &t, .n_classes = 3, .window = WINDOW, .hop = HOP, .classify = always};
    T_OK(mote_stream_run(&run, &f->arena, &said, &err));
    size_t n_heard = 0, n_want = 0;
    for (size_t i = 0; i < said.n; i++) {
        bool inside = false;
        for (size_t k = 0; k < t.n_pieces; k++)
            inside = inside || (i * HOP >= t.pieces[k].first &&
                                i * HOP + WINDOW <= t.pieces[k].first + t.pieces[k].n);
        assert_int_equal(said.q[3 * i], inside ? 127 : -128);
        n_heard += inside;
    }
    for (size_t k = 0; k < t.n_pieces; k++)
        n_want += (t.pieces[k].n - WINDOW) / HOP + 1;
    assert_int_equal(n_heard, n_want);
    const mote_stream_heard heard = {&said, &t, 2, &f->stream.detector};
    T_OK(stream_count(&heard, 230, &counts, &err));
    assert_int_equal(counts.n_targets, 2);
    assert_int_equal(counts.n_hits, 1);       /* recording 0 alone is of class 0 */
    assert_true(counts.n_false_accepts >= 2); /* one at least in each of the others */
    assert_true(counts.hours * 3600 * RATE > (double)t.n - 0.5 &&
                counts.hours * 3600 * RATE < (double)t.n + 0.5);
}

static void without_a_recording_there_is_no_stream(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_stream_track t;
    const mote_listen_material m = {&f->task, &f->stream, &f->d, 1};
    f->own.n_courses = 0;
    assert_int_equal(mote_listen_track(&m, &f->arena, &t, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "as long as a window"));
    f->d.own = NULL;
    assert_int_equal(mote_listen_track(&m, &f->arena, &t, &err), MOTE_ARG);
    assert_false(mote_listen_is_drawn(f->d.kind));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(recordings_lie_one_behind_the_other),
        TEST(what_is_said_of_a_part_is_an_event),
        TEST(nothing_is_heard_between_recordings),
        TEST(without_a_recording_there_is_no_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
