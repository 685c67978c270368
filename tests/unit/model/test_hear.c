/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of model/hear.c: a recording as the device hears it, against the generated firmware,
 * compiled for this machine, and against the detector fed window by window. */
#include <math.h>

#include "support.h"

#include "base/rng.h"
#include "device/stream/mrt_detector.h"
#include "evaluate/stream.h"
#include "firmware_host.h"
#include "model/hear.h"
#include "signal_pcm.h"
#include "stream_points.h"
#include "temp_dir.h"
#include "tiny_model.h"

typedef struct {
    mote_model *model;
    mote_predictor *predictor;
    mote_hearer *hearer;
    mote_arena arena;
    mote_arena_mark empty;
} ear;

static void open_ear(ear *e, mote_model *m)
{
    mote_err err = {0};
    e->model = m;
    mote_arena_init(&e->arena, 1 << 26);
    e->empty = mote_arena_save(&e->arena);
    TINY_MUST(mote_predictor_create(m, &e->predictor, &err));
    TINY_MUST(mote_hearer_create(e->predictor, &e->hearer, &err));
}

static void close_ear(ear *e)
{
    mote_hearer_destroy(e->hearer);
    mote_predictor_destroy(e->predictor);
    mote_model_unref(e->model);
    mote_arena_release(&e->arena);
}

static mote_hearing hear(ear *e, const int16_t *pcm, size_t n, mote_hear_mode mode)
{
    mote_hearing h = {0};
    mote_err err = {0};
    mote_hear_config c = {.mode = mode};
    mote_status st = mote_hear(e->hearer, &(mote_recording){pcm, n}, &c, &e->arena, &h, &err);
    if (st != MOTE_OK)
        print_error("%s\n", err.text);
    assert_int_equal(st, MOTE_OK);
    return h;
}

static size_t quiet_after(const mote_hearing *h, size_t n)
{
    int64_t end = h->first + (int64_t)(h->n_windows - 1) * h->hop + h->heard;
    return end > (int64_t)n ? (size_t)(end - (int64_t)n) : 0;
}

static void equal_detections(const mote_hearing *a, const mote_hearing *b)
{
    assert_int_equal(a->n, b->n);
    for (size_t i = 0; i < a->n; i++) {
        assert_true(a->items[i].start == b->items[i].start && a->items[i].at == b->items[i].at);
        assert_int_equal(a->items[i].class_id, b->items[i].class_id);
        assert_int_equal(a->items[i].average_q16, b->items[i].average_q16);
    }
}

/* Outputs of every window and all detections, and the same detections when only what is needed is
 * computed. Returns how many there were. */
static size_t compare_with_firmware(ear *e, const char *dir, const int16_t *pcm, size_t n)
{
    static firmware_said said;
    mote_arena_rewind(&e->arena, e->empty);
    mote_hearing all = hear(e, pcm, n, MOTE_HEAR_ALL);
    mote_hearing few = hear(e, pcm, n, MOTE_HEAR_DETECTIONS);
    mote_hearing inside = hear(e, pcm, n, MOTE_HEAR_INSIDE);
    firmware_hear(dir, pcm, n, (size_t)-all.first, quiet_after(&all, n), &said);
    assert_int_equal(said.n_windows, all.n_windows);
    for (size_t i = 0; i < all.n_windows; i++) {
        assert_true(all.is_known[i]);
        assert_memory_equal(all.outputs + i * TINY_LABELS, said.outputs[i], TINY_LABELS);
    }
    assert_int_equal(said.n_hits, all.n);
    for (size_t i = 0; i < all.n; i++) {
        assert_int_equal(said.hits[i].class_id, all.items[i].class_id);
        assert_int_equal(said.hits[i].average_q16, all.items[i].average_q16);
        assert_true(all.items[i].start == all.first + (int64_t)said.hits[i].window * all.hop);
        assert_true(all.items[i].at == all.items[i].start + all.heard);
    }
    equal_detections(&all, &few);
    equal_detections(&all, &inside);
    assert_true(few.n_run <= inside.n_run && inside.n_run <= all.n_run);
    return all.n;
}

/* A program that was written before the last release, and what it puts in for a detection: with the
 * old names it is the same program. */
static void check_old_names(const char *dir)
{
    static const char *const sh[] = {
        "sh", "-c",
        "sed 's/detections/keyword/g; s/DETECTIONS/KEYWORD/g' driver.c >old.c && "
        "grep -q keyword_push old.c && cc -std=c11 -O1 -iquote . -iquote device "
        "-DNUMBER=int16_t -DAXES=1 old.c libmodel_host.a -o old && "
        "printf '#include \"keyword.h\"\\nint n;\\n"
        "void board_keyword(const keyword_event *e) { n += e->class_id; }\\n' >board.c && "
        "cc -std=c11 -iquote . -iquote device main.c board.c libmodel_host.a -o board",
        NULL};
    static int16_t pcm[60 * 16000];
    const int32_t n = T_COUNT(pcm);
    char path[600];
    MOTE_SCOPED_BUF now, before;
    mote_buf_init(&now, 1 << 24);
    mote_buf_init(&before, 1 << 24);
    pcm_bursts(7, pcm, T_COUNT(pcm));
    char *input = malloc(sizeof n + sizeof pcm);
    memcpy(input, &n, sizeof n);
    memcpy(input + sizeof n, pcm, sizeof pcm);
    project_run(dir, sh, NULL, 0, NULL);
    project_said(dir, input, sizeof n + sizeof pcm, &now);
    (void)mote_format(path, sizeof path, "%s/old", dir);
    project_run(dir, (const char *const[]){path, NULL}, input, sizeof n + sizeof pcm, &before);
    free(input);
    assert_non_null(strchr(now.data, 'd'));
    assert_string_equal(before.data, now.data);
}

static void the_firmware_says_the_same_on_clips_and_on_a_stream(void **state)
{
    (void)state;
    if (!mote_process_in_path("cc") || !mote_process_in_path("make"))
        T_SKIP("no cc or make to build the generated firmware with");
    mote_feature_config fine = mote_feature_config_default(), fixed = fine;
    mote_feature_config mean = fine, running = fine, pcen = fine;
    fine.hop_ms = 10;
    fixed.arithmetic = MRT_FIXED;
    mean.normalise = MRT_NORMALISE_MEAN;
    running.normalise = MRT_NORMALISE_RUNNING;
    running.arithmetic = MRT_FIXED;
    pcen.normalise = MRT_NORMALISE_PCEN;
    pcen.n_coefficients = 0;
    const struct {
        mote_feature_config fc;
        mote_operating_point op;
    } cases[] = {
        {mote_feature_config_default(),
         {.smooth_hops = 3,
          .suppress_ms = 1000,
          .hop_ms = 100,
          .temperature = 0.2f,
          .thresholds = {0.42f, 0.4f}}},
        {mote_feature_config_default(),
         {.smooth_hops = 1,
          .suppress_ms = 0,
          .hop_ms = 20,
          .temperature = 1,
          .thresholds = {0.6f, 0.6f, 0.6f}}},
        {fine,
         {.smooth_hops = 7,
          .suppress_ms = 330,
          .hop_ms = 50,
          .temperature = 3,
          .thresholds = {0.4f, 0.41f}}},
        {fixed,
         {.smooth_hops = 4,
          .suppress_ms = 500,
          .hop_ms = 60,
          .temperature = 1,
          .thresholds = {0.38f, 0.37f}}},
        {mean,
         {.smooth_hops = 3,
          .suppress_ms = 1000,
          .hop_ms = 100,
          .temperature = 0.2f,
          .thresholds = {0.42f, 0.4f}}},
        {running,
         {.smooth_hops = 1,
          .suppress_ms = 0,
          .hop_ms = 100,
          .temperature = 1,
          .thresholds = {0.5f, 0.5f, 0.5f}}},
        {pcen,
         {.smooth_hops = 2,
          .suppress_ms = 200,
          .hop_ms = 60,
          .temperature = 1,
          .thresholds = {0.4f, 0.4f, 0.4f}}},
    };
    static const size_t lengths[] = {0,     1,     479,   480,   8000,  15839, 15840,
                                     15999, 16000, 16001, 17600, 23456, 40000};
    static int16_t pcm[60 * 16000];
    size_t n_detections = 0;
    for (size_t c = 0; c < T_COUNT(cases); c++) {
        char dir[TEMP_DIR_BYTES];
        ear e;
        temp_dir_make(dir);
        open_ear(&e, tiny_model_with(c + 3, &cases[c].fc, &cases[c].op));
        firmware_build(e.model, dir);
        if (c == 0)
            check_old_names(dir);
        for (size_t i = 0; i < T_COUNT(lengths); i++) {
            pcm_bursts((uint32_t)(c * 100 + i), pcm, lengths[i]);
            n_detections += compare_with_firmware(&e, dir, pcm, lengths[i]);
        }
        pcm_bursts((uint32_t)c + 7, pcm, T_COUNT(pcm));
        size_t on_stream = compare_with_firmware(&e, dir, pcm, T_COUNT(pcm));
        print_message("case %zu: %zu detections on a stream of 60 s\n", c, on_stream);
        assert_true(on_stream > 3);
        n_detections += on_stream;
        close_ear(&e);
        temp_dir_remove(dir);
    }
    print_message("%zu detections compared\n", n_detections);
}

/* The detector, window by window, on outputs that are all known. */
static size_t detect_plainly(const mote_model *m, const mote_hearing *h, mote_heard *items)
{
    const mote_operating_point *op = mote_model_operating_point(m);
    uint32_t thresholds[TINY_LABELS];
    uint16_t memory[MRT_DETECTOR_MAX_HOPS * TINY_LABELS];
    mrt_detector_config c = {.n_classes = TINY_LABELS,
                             .smooth_hops = op->smooth_hops,
                             .min_count = op->smooth_hops,
                             .suppress_hops = (op->suppress_ms + op->hop_ms / 2) / op->hop_ms,
                             .thresholds = thresholds};
    mrt_detector d;
    size_t n = 0;
    for (int i = 0; i < TINY_LABELS; i++)
        thresholds[i] = mrt_detector_threshold(op->thresholds[i]);
    assert_true(mrt_detector_bytes(&c) <= sizeof memory);
    assert_true(mrt_detector_init(&d, &c, memory));
    for (size_t i = 0; i < h->n_windows; i++) {
        mrt_detection hit;
        if (mrt_detector_push(&d, h->outputs + i * TINY_LABELS, &hit)) {
            int64_t start = h->first + (int64_t)i * h->hop;
            items[n++] = (mote_heard){start, start + h->heard, hit.class_id, hit.average_q16};
        }
    }
    return n;
}

/* Any smoothing, suppression, hop and thresholds: leaving windows out changes no detection. Hops
 * that are no whole number of frames too (such a model is served, though no firmware has it). */
static void windows_that_are_left_out_could_not_matter(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    mote_feature_config fc = mote_feature_config_default();
    static int16_t pcm[6 * 16000];
    static mote_heard plain[FIRMWARE_MAX_WINDOWS];
    size_t n_detections = 0, n_run = 0, n_all = 0;
    for (int round = 0; round < 40; round++) {
        mote_operating_point op = {.smooth_hops = 1 + (int32_t)mote_rng_below(&r, 12),
                                   .suppress_ms = (int32_t)mote_rng_below(&r, 1500),
                                   .hop_ms = 30 + (int32_t)mote_rng_below(&r, 120),
                                   .temperature = 1};
        if (round % 2)
            op.hop_ms = 20 * (op.hop_ms / 20);
        for (int k = 0; k < TINY_LABELS; k++)
            op.thresholds[k] = mote_rng_below(&r, 4) ? (float)mote_rng_range(&r, 0.34, 0.7) : 0.0f;
        ear e;
        open_ear(&e, tiny_model_with((uint64_t)round + 1, &fc, &op));
        size_t n = round % 3 ? mote_rng_below(&r, T_COUNT(pcm)) : mote_rng_below(&r, 17000);
        pcm_bursts((uint32_t)round + 99, pcm, n);
        mote_hearing all = hear(&e, pcm, n, MOTE_HEAR_ALL);
        mote_hearing few = hear(&e, pcm, n, MOTE_HEAR_DETECTIONS);
        mote_hearing want = all;
        want.n = detect_plainly(e.model, &all, plain);
        want.items = plain;
        equal_detections(&want, &all);
        equal_detections(&want, &few);
        mote_hearing only = hear(&e, pcm, n, MOTE_HEAR_INSIDE_ONLY);
        assert_int_equal(only.n, 0);
        assert_true(only.n_run <= only.n_inside);
        n_detections += all.n;
        n_run += few.n_run;
        n_all += all.n_run;
        close_ear(&e);
    }
    print_message("%zu detections, %zu of %zu windows run\n", n_detections, n_run, n_all);
    assert_true(n_detections > 20);
    assert_true(n_run < n_all);
}

/* Where windows lie: what the documentation promises of the quiet before and after. */
static void the_recording_stands_in_quiet(void **state)
{
    (void)state;
    mote_feature_config fc = mote_feature_config_default();
    static int16_t pcm[40000];
    pcm_bursts(5, pcm, T_COUNT(pcm));
    for (int32_t smooth = 1; smooth <= 64; smooth += 21) {
        mote_operating_point op = {.smooth_hops = smooth,
                                   .suppress_ms = 500,
                                   .hop_ms = 100,
                                   .temperature = 1,
                                   .thresholds = {0.5f, 0.5f}};
        ear e;
        open_ear(&e, tiny_model_with(3, &fc, &op));
        static const size_t lengths[] = {0, 1, 8000, 15999, 16000, 16001, 17600, 40000};
        for (size_t i = 0; i < T_COUNT(lengths); i++) {
            int64_t n = (int64_t)lengths[i], aligned = n < 16000 ? -((16000 - n) / 2) : 0;
            mote_hearing h = hear(&e, pcm, lengths[i], MOTE_HEAR_ALL);
            assert_true(h.hop == 1600 && h.heard == 15840);
            assert_true(h.first + (int64_t)h.inside * h.hop == aligned);
            /* The detector is warm on quiet alone, and no hop earlier would do. */
            assert_true(h.first + (smooth - 1) * h.hop + h.heard <= 0);
            assert_true(h.first + smooth * h.hop + h.heard > 0);
            /* The last average is the last that holds a window of the recording. */
            int64_t last = h.first + ((int64_t)h.n_windows - smooth) * h.hop;
            assert_true(last < n || n == 0);
            assert_true(last + h.hop >= n);
            assert_int_equal(h.n_inside, n <= 16000 ? 1 : 1 + (n - 16000 + 1599) / 1600);
            if (n == 0) /* nothing but quiet: the network ran when the hearer was made */
                assert_int_equal(h.n_run, 0);
        }
        close_ear(&e);
    }
}

/* Silence within a recording is quiet too. */
static void windows_of_zeros_cost_nothing(void **state)
{
    (void)state;
    mote_feature_config fc = mote_feature_config_default();
    mote_operating_point op = {
        .smooth_hops = 2, .hop_ms = 100, .temperature = 1, .thresholds = {0.5f, 0.5f}};
    static int16_t pcm[30 * 16000];
    ear e;
    open_ear(&e, tiny_model_with(3, &fc, &op));
    memset(pcm, 0, sizeof pcm);
    assert_int_equal(hear(&e, pcm, T_COUNT(pcm), MOTE_HEAR_ALL).n_run, 0);
    pcm[160000] = 9000;
    size_t n_run = hear(&e, pcm, T_COUNT(pcm), MOTE_HEAR_ALL).n_run;
    assert_true(n_run > 0 && n_run <= 10);
    close_ear(&e);
}

/* A device that says a keyword in silence says it again after every suppression. */
static void a_keyword_heard_in_quiet_is_said_as_the_device_says_it(void **state)
{
    (void)state;
    mote_feature_config fc = mote_feature_config_default();
    mote_operating_point op = {.smooth_hops = 3,
                               .suppress_ms = 400,
                               .hop_ms = 100,
                               .temperature = 1,
                               .thresholds = {0.005f, 0.005f, 0.005f}};
    ear e;
    open_ear(&e, tiny_model_with(3, &fc, &op));
    mote_hearing h = hear(&e, NULL, 0, MOTE_HEAR_DETECTIONS);
    assert_int_equal(h.n, 1 + (h.n_windows - 3) / 5);
    assert_true(h.items[0].start == h.first + 2 * h.hop);
    for (size_t i = 1; i < h.n; i++)
        assert_true(h.items[i].at - h.items[i - 1].at == 5 * h.hop);
    close_ear(&e);
}

/* Thresholds that are reached to the unit, and missed by one: nothing is rounded on the way. */
static void a_threshold_is_compared_to_the_unit(void **state)
{
    (void)state;
    mote_feature_config fc = mote_feature_config_default();
    static int16_t pcm[16000];
    pcm_bursts(8, pcm, T_COUNT(pcm));
    for (int off = 0; off < 2; off++) {
        mote_operating_point op = {.smooth_hops = 3,
                                   .suppress_ms = 5000,
                                   .hop_ms = 100,
                                   .temperature = 1,
                                   .thresholds = {1.0f}};
        ear e;
        open_ear(&e, tiny_model_with(3, &fc, &op));
        mote_hearing h = hear(&e, pcm, T_COUNT(pcm), MOTE_HEAR_ALL);
        int32_t top = 0;
        for (size_t i = 2; i < h.n_windows; i++) {
            int32_t sum = 0;
            for (size_t k = i - 2; k <= i; k++)
                sum += h.outputs[k * TINY_LABELS] + 128;
            top = sum > top ? sum : top;
        }
        close_ear(&e);
        /* sum * 256 >= threshold * 3 */
        uint32_t threshold = (uint32_t)top * 256 / 3 + (uint32_t)off;
        op.thresholds[0] = (float)threshold / 65536.0f;
        open_ear(&e, tiny_model_with(3, &fc, &op));
        h = hear(&e, pcm, T_COUNT(pcm), MOTE_HEAR_DETECTIONS);
        assert_int_equal(h.n, off ? 0 : 1);
        if (h.n)
            assert_int_equal(h.items[0].average_q16, (uint32_t)top * 256 / 3);
        close_ear(&e);
    }
}

static void what_cannot_be_heard_is_refused(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_hearer *h = NULL;
    mote_predictor *p = NULL;
    mote_model *tensor = tiny_tensor_model(8, 1);
    TINY_MUST(mote_predictor_create(tensor, &p, &err));
    assert_int_equal(mote_hearer_create(p, &h, &err), MOTE_UNSUPPORTED);
    assert_non_null(strstr(err.text, "tensors"));
    assert_null(h);
    mote_predictor_destroy(p);
    mote_model_unref(tensor);
    mote_hearer_destroy(NULL);

    mote_feature_config fc = mote_feature_config_default();
    mote_operating_point op = {.smooth_hops = 1, .hop_ms = 1, .temperature = 1};
    ear e;
    open_ear(&e, tiny_model_with(3, &fc, &op));
    static int16_t pcm[70 * 16000];
    mote_hearing out = {.n = 77};
    assert_int_equal(
        mote_hear(e.hearer, &(mote_recording){pcm, T_COUNT(pcm)}, NULL, &e.arena, &out, &err),
        MOTE_LIMIT);
    assert_non_null(strstr(err.text, "windows"));
    assert_int_equal(out.n, 77);
    close_ear(&e);
}

/* Without a stream there is nothing to smooth: the raw output, not the tempered probability. */
static void a_tensor_is_judged_by_its_raw_output(void **state)
{
    (void)state;
    mote_feature_config fc = mote_feature_config_default();
    mote_operating_point op = {
        .smooth_hops = 5, .hop_ms = 100, .temperature = 0.1f, .thresholds = {0.5f, 0.75f, 0}};
    mote_model *m = tiny_model_with(3, &fc, &op);
    mote_heard hit = {.class_id = 9};
    static const int8_t low[] = {-1, -64, -64}, first[] = {0, -64, -64}, second[] = {-120, 64, 0},
                        other[] = {-128, -128, 127};
    assert_false(mote_hear_tensor(m, low, &hit)); /* 127/256; tempered it would be 0.999 */
    assert_int_equal(hit.class_id, 9);
    assert_true(mote_hear_tensor(m, first, &hit));
    assert_true(hit.class_id == 0 && hit.average_q16 == 32768);
    assert_true(mote_hear_tensor(m, second, &hit));
    assert_true(hit.class_id == 1 && hit.average_q16 == 49152);
    assert_false(mote_hear_tensor(m, other, &hit)); /* it has no threshold */
    mote_model_unref(m);
}

static mote_status outputs_of(void *arg, const mote_stream_batch *b, int8_t *q, mote_err *err)
{
    const int16_t *pcm = b->steps;
    for (size_t i = 0; i < b->n; i++) {
        mote_prediction p;
        MOTE_TRY(mote_predict(arg, pcm + i * b->hop, b->window, &p, err));
        memcpy(q + i * TINY_LABELS, p.out, TINY_LABELS);
    }
    return MOTE_OK;
}

/* A threshold that quiet does not reach: else more quiet would be more detections. */
static float above_quiet(const mote_feature_config *fc)
{
    mote_operating_point op = {.smooth_hops = 1, .hop_ms = 100, .temperature = 1};
    ear e;
    open_ear(&e, tiny_model_with(3, fc, &op));
    const int8_t *q = hear(&e, NULL, 0, MOTE_HEAR_ALL).outputs;
    float threshold = (float)((q[0] > q[1] ? q[0] : q[1]) + 128 + 3) / 256.0f;
    close_ear(&e);
    return threshold;
}

/* The stage that judges a model on a stream, and chooses its threshold there, counts what would be
 * heard of the same stream: as many detections, and every word in it that is one. */
static void the_stream_that_is_judged_is_heard_alike(void **state)
{
    (void)state;
    mote_feature_config fc = mote_feature_config_default();
    static int16_t pcm[60 * 16000];
    const size_t quiet = 3 * 16000; /* the judged stream begins when the device is switched on */
    size_t n_detections = 0;
    const int threshold = (int)ceilf(above_quiet(&fc) * 256); /* one that the judge looks at */
    for (int32_t smooth = 1; smooth <= 5; smooth += 2) {
        mote_operating_point op = {.smooth_hops = smooth,
                                   .suppress_ms = 700,
                                   .hop_ms = 100,
                                   .temperature = 1,
                                   .thresholds = {(float)threshold / 256, (float)threshold / 256}};
        ear e;
        mote_err err = {0};
        memset(pcm, 0, sizeof pcm);
        pcm_bursts((uint32_t)smooth, pcm + quiet, T_COUNT(pcm) - 2 * quiet);
        open_ear(&e, tiny_model_with(3, &fc, &op));
        assert_int_equal(hear(&e, NULL, 0, MOTE_HEAR_DETECTIONS).n, 0);
        mote_stream_track track = {
            .rate_hz = 16000, .steps = pcm, .n = T_COUNT(pcm), .step_bytes = sizeof *pcm};
        mote_stream_outputs outputs;
        mote_stream_detector d = {.smooth_hops = smooth, .suppress_hops = 7};
        mote_stream_counts counts;
        const mote_stream_run_config run = {.track = &track,
                                            .n_classes = TINY_LABELS,
                                            .window = 16000,
                                            .hop = 1600,
                                            .classify = outputs_of,
                                            .arg = e.predictor};
        TINY_MUST(mote_stream_run(&run, &e.arena, &outputs, &err));
        TINY_MUST(
            stream_count(&(mote_stream_heard){&outputs, &track, 2, &d}, threshold, &counts, &err));
        mote_hearing h = hear(&e, pcm, T_COUNT(pcm), MOTE_HEAR_DETECTIONS);
        assert_int_equal(counts.n_hits + counts.n_false_accepts, h.n);
        n_detections += h.n;

        mote_stream_event *events = calloc(h.n, sizeof *events); /* a word at each detection */
        for (size_t i = 0; i < h.n; i++)
            events[i] = (mote_stream_event){.start = h.items[i].start + 16000 - 10,
                                            .end = h.items[i].start + 16000,
                                            .class_id = h.items[i].class_id};
        track.events = events;
        track.n_events = h.n;
        track.n_targets = (int64_t)h.n;
        TINY_MUST(
            stream_count(&(mote_stream_heard){&outputs, &track, 2, &d}, threshold, &counts, &err));
        assert_int_equal(counts.n_hits, h.n);
        assert_int_equal(counts.n_false_accepts, 0);
        free(events);
        close_ear(&e);
    }
    print_message("%zu detections\n", n_detections);
    assert_true(n_detections > 20);
}

static void running_out_of_memory_is_an_error(void **state)
{
    (void)state;
    mote_feature_config fc = mote_feature_config_default();
    mote_operating_point op = {
        .smooth_hops = 2, .hop_ms = 100, .temperature = 1, .thresholds = {0.4f, 0.4f}};
    static int16_t pcm[20000];
    pcm_bursts(1, pcm, T_COUNT(pcm));
    ear e;
    open_ear(&e, tiny_model_with(3, &fc, &op));
    for (int fail = 1; fail < 50; fail++) {
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 1 << 24);
        mote_err err = {0};
        mote_hearing out;
        mote_mem_fail_after(fail - 1);
        mote_status st =
            mote_hear(e.hearer, &(mote_recording){pcm, T_COUNT(pcm)}, NULL, &a, &out, &err);
        mote_mem_fail_never();
        if (st == MOTE_OK)
            break;
        assert_int_equal(st, MOTE_NOMEM);
        assert_true(fail < 40);
    }
    for (int fail = 1; fail < 50; fail++) {
        mote_hearer *h = NULL;
        mote_err err = {0};
        mote_mem_fail_after(fail - 1);
        mote_status st = mote_hearer_create(e.predictor, &h, &err);
        mote_mem_fail_never();
        mote_hearer_destroy(h);
        if (st == MOTE_OK)
            break;
        assert_int_equal(st, MOTE_NOMEM);
        assert_null(h);
        assert_true(fail < 40);
    }
    close_ear(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_that_are_left_out_could_not_matter),
        cmocka_unit_test(the_recording_stands_in_quiet),
        cmocka_unit_test(windows_of_zeros_cost_nothing),
        cmocka_unit_test(a_keyword_heard_in_quiet_is_said_as_the_device_says_it),
        cmocka_unit_test(a_threshold_is_compared_to_the_unit),
        cmocka_unit_test(what_cannot_be_heard_is_refused),
        cmocka_unit_test(a_tensor_is_judged_by_its_raw_output),
        cmocka_unit_test(the_stream_that_is_judged_is_heard_alike),
        cmocka_unit_test(running_out_of_memory_is_an_error),
        cmocka_unit_test(the_firmware_says_the_same_on_clips_and_on_a_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
