/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of series: recordings are put together again from their windows, step for step; nothing
 * is heard between them, and hours are those that were recorded. */
#include "data/kind_series.h"
#include "pipeline/listen.h"
#include "support.h"

enum { WINDOW = 20, STRIDE = 5, AXES = 2, HOP = 4, RATE = 50, MAX = 64 };

/* Recordings as (steps, class, first value); the third has a gap behind its 30th step. */
typedef struct {
    int n, class_id, gap;
} recorded;
static const recorded recordings[] = {{60, 0, 0}, {37, 2, 0}, {75, 1, 30}};

typedef struct {
    float x[MAX][WINDOW][AXES];
    int32_t class_id[MAX];
    uint32_t recording[MAX];
    mote_series_own own;
    mote_dataset d;
    mote_task_setting task;
    mote_stream_setting stream;
    mote_arena arena;
} fixture;

static float value_of(int recording, int t, int axis)
{
    return (float)(1000 * (recording + 1) + 10 * t + axis);
}

static void add_windows(fixture *f, int r, int from, int to)
{
    for (int first = from; first + WINDOW <= to; first += STRIDE, f->d.n++) {
        for (int t = 0; t < WINDOW; t++)
            for (int c = 0; c < AXES; c++)
                f->x[f->d.n][t][c] = value_of(r, first + t, c);
        f->class_id[f->d.n] = recordings[r].class_id;
        f->recording[f->d.n] = (uint32_t)r;
    }
}

static int setup(void **state)
{
    static const char *const labels[] = {"push", "ring", "still"};
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    mote_arena_init(&f->arena, 1 << 24);
    f->d = (mote_dataset){.kind = mote_kind_of(MOTE_INPUT_SERIES),
                          .shape = {MOTE_F32, 2, {WINDOW, AXES}},
                          .rate_hz = RATE,
                          .x = f->x,
                          .class_id = f->class_id,
                          .n_classes = 3,
                          .own = &f->own};
    for (int r = 0; r < (int)T_COUNT(recordings); r++) {
        const recorded *one = &recordings[r];
        add_windows(f, r, 0, one->gap ? one->gap : one->n);
        if (one->gap)
            add_windows(f, r, one->gap + 3, one->n); /* 3 steps are missing */
    }
    f->own =
        (mote_series_own){.n_axes = AXES, .n = f->d.n, .stride = STRIDE, .recording = f->recording};
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

/* Windows end every 5 steps: of 37 steps the last 2 are in no window. */
static void recordings_are_put_together_from_their_windows(void **state)
{
    const mote_stream_track t = build(*state);
    static const struct {
        int recording, first, n, class_id;
    } want[] = {{0, 0, 60, 0}, {1, 0, 35, 2}, {2, 0, 30, 1}, {2, 33, 40, 1}};
    const float *steps = t.steps;
    size_t n = 0;
    assert_int_equal(t.n_pieces, T_COUNT(want));
    assert_int_equal(t.n_events, T_COUNT(want));
    assert_int_equal(t.n_targets, 3);
    for (size_t k = 0; k < t.n_pieces; k++) {
        const mote_stream_piece *p = &t.pieces[k];
        assert_int_equal(p->n, want[k].n);
        assert_int_equal(p->first % HOP, 0);
        assert_int_equal(t.events[k].start, p->first);
        assert_int_equal(t.events[k].end, p->first + p->n);
        assert_int_equal(t.events[k].class_id, want[k].class_id);
        if (k > 0) /* smoothing, suppression and tolerance are over before the next begins */
            assert_true(p->first - (t.pieces[k - 1].first + t.pieces[k - 1].n) > 5 * HOP + 5);
        for (int i = 0; i < want[k].n; i++)
            for (int c = 0; c < AXES; c++)
                assert_true(steps[(p->first + (size_t)i) * AXES + (size_t)c] ==
                            value_of(want[k].recording, want[k].first + i, c));
        n += p->n;
    }
    assert_int_equal(t.n, n);
    assert_true(mote_stream_extent(&t) > n);
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
    mote_stream_counts counts;
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
    T_OK(mote_stream_count(&heard, 0.9, &counts, &err));
    assert_int_equal(counts.n_targets, 3);
    assert_int_equal(counts.n_hits, 1);       /* recording 0 alone is of class 0 */
    assert_true(counts.n_false_accepts >= 3); /* one at least in each of the others */
    assert_true(counts.hours * 3600 * RATE > (double)t.n - 0.5 &&
                counts.hours * 3600 * RATE < (double)t.n + 0.5);
}

static void windows_that_do_not_overlap_are_refused(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    mote_stream_track t;
    const mote_listen_material m = {&f->task, &f->stream, &f->d, 1};
    f->own.stride = WINDOW;
    assert_int_equal(mote_listen_track(&m, &f->arena, &t, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "data.stride_ms"));
    f->d.own = NULL;
    assert_int_equal(mote_listen_track(&m, &f->arena, &t, &err), MOTE_ARG);
    assert_false(mote_listen_is_drawn(f->d.kind));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(recordings_are_put_together_from_their_windows),
        TEST(nothing_is_heard_between_recordings),
        TEST(windows_that_do_not_overlap_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
