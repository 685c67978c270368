/* SPDX-License-Identifier: Apache-2.0 */
/* Sensor recordings: the readers of CSV, Edge Impulse and .ts, and what is wrong with a recording.
 */
#include "tests/support.h"

#include <math.h>

#include "base/text.h"
#include "data/cbor.h"
#include "data/series.h"

static mote_series read_ok(const void *bytes, size_t n, const mote_series_config *cfg)
{
    mote_err err;
    mote_series s = {0};
    T_OK(mote_series_read(&(mote_file_bytes){"t", bytes, n}, cfg, &s, &err));
    return s;
}

static mote_series read_text(const char *text)
{
    return read_ok(text, strlen(text), NULL);
}

static void refuse(const char *bytes, mote_status st, const char *words)
{
    size_t n = strlen(bytes);
    mote_err err;
    mote_series s = {0};
    mote_status got = mote_series_read(&(mote_file_bytes){"t", bytes, n}, NULL, &s, &err);
    if (got != st || !strstr(err.text, words))
        fail_msg("'%.40s': %s: %s", bytes, mote_status_name(got), err.text);
}

/* ---- CSV ---- */

static void csv_times_have_their_units(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double rate_hz, last_s, start_s;
    } cases[] = {
        {"timestamp,x\n0,1\n10,2\n20,3\n", 100, 0.02, NAN},
        {"time_ms,x\n0,1\n0.5,2\n1,3\n", 2000, 0.001, NAN},
        {"time (us),x\n0,1\n1000,2\n2000,3\n", 1000, 0.002, NAN},
        {"t,x\n0,1\n0.01,2\n0.02,3\n", 100, 0.02, NAN},
        {"time_s,x\n0,1\n2,2\n4,3\n", 0.5, 4, NAN},
        {"timestamp,x\n1700000000000,1\n1700000000020,2\n1700000000040,3\n", 50, 0.04, 1.7e9},
        {"timestamp,x\n1700000000,1\n1700000001,2\n1700000002,3\n", 1, 2, 1.7e9},
        {"timestamp,x\n2014-04-01 00:00:00,1\n2014-04-01 00:05:00,2\n2014-04-01 00:10:00,3\n",
         1.0 / 300, 600, 1396310400},
        {"x,y\n1,2\n3,4\n5,6\n", 0, 0, NAN},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_series s = read_text(cases[i].text);
        const mote_series_one *o = &s.items[0];
        double last = o->times_s ? o->times_s[2] : 0;
        if (o->n != 3 || fabs(o->rate_hz - cases[i].rate_hz) > 1e-6 * cases[i].rate_hz ||
            fabs(last - cases[i].last_s) > 1e-9 || isnan(o->start_s) != isnan(cases[i].start_s) ||
            (!isnan(o->start_s) && fabs(o->start_s - cases[i].start_s) > 1e-3))
            fail_msg("case %zu: %zu samples, %g Hz, last %g, start %g: %s", i, o->n, o->rate_hz,
                     last, o->start_s, s.notes);
        mote_series_release(&s);
    }
}

static void csv_channels_labels_and_what_is_left_out(void **state)
{
    (void)state;
    mote_series s = read_text("timestamp,acc x (m/s2),note,label,y\n0,1,a,go,2\n10,n/a,b,go,4\n"
                              "20,5,c,stop,6\n30,7\n40,9,d,stop,8\n");
    const mote_series_one *o = &s.items[0];
    assert_int_equal(s.n_channels, 2);
    assert_string_equal(s.names[0], "acc x");
    assert_string_equal(s.units[0], "m/s2");
    assert_string_equal(s.names[1], "y");
    assert_int_equal(o->n, 4);
    assert_true(o->values[0] == 1 && isnan(o->values[2]) && o->values[7] == 8);
    assert_int_equal(s.n_bad_cells, 1);
    assert_int_equal(s.bad_line, 3);
    assert_int_equal(s.n_ragged, 1);
    assert_int_equal(s.ragged_line, 5);
    assert_int_equal(o->n_spans, 2);
    assert_string_equal(o->spans[1].label, "stop");
    assert_int_equal(o->spans[1].first, 2);
    assert_int_equal(o->spans[1].n, 2);
    assert_non_null(strstr(s.notes, "'note' holds no numbers"));
    mote_series_release(&s);
    s = read_text("t,x,class\n0,1,up\n1,2,up\n");
    assert_string_equal(s.items[0].label, "up");
    assert_null(s.items[0].spans);
    mote_series_release(&s);
}

static void csv_refusals_name_their_line(void **state)
{
    (void)state;
    refuse("timestamp,x\n0,1\nlate,2\n", MOTE_PARSE, "line 3: 'late' is no time");
    refuse("a,b\nx,y\nz,w\n", MOTE_PARSE, "no column of numbers");
    refuse("x,y\n", MOTE_PARSE, "no column of numbers");
    mote_series_config cfg = mote_series_config_default();
    mote_series s = {0};
    mote_err err;
    cfg.time_column = "when";
    T_FAILS(mote_series_read(&(mote_file_bytes){"t", "t,x\n0,1\n", 8}, &cfg, &s, &err),
            MOTE_NOT_FOUND, "'when'");
    cfg = mote_series_config_default();
    cfg.max_values = 3;
    T_FAILS(
        mote_series_read(&(mote_file_bytes){"t", "t,x\n0,1\n1,1\n2,1\n3,1\n", 20}, &cfg, &s, &err),
        MOTE_LIMIT, "more than 3");
    cfg.max_bytes = 4;
    T_FAILS(mote_series_read(&(mote_file_bytes){"t", "t,x\n0,1\n", 8}, &cfg, &s, &err), MOTE_LIMIT,
            "8 bytes");
    assert_null(s.items);
}

/* ---- Edge Impulse ---- */

static void edge_json_is_read_in_any_order(void **state)
{
    (void)state;
    mote_series s = read_text(
        "{\"signature\":\"00000000\",\"payload\":{\"values\":[[1,2],[3.5,null]],\"device_type\":"
        "\"X\",\"interval_ms\":0.0625,\"sensors\":[{\"name\":\"a\",\"units\":\"m/s2\"},{\"units\":"
        "\"N/"
        "A\",\"name\":\"b\"}],\"structured_labels\":[{}]},\"protected\":{\"ver\":\"v1\",\"alg\":"
        "\"none\",\"iat\":1500000000}}");
    const mote_series_one *o = &s.items[0];
    assert_int_equal(s.format, MOTE_SERIES_EDGE_JSON);
    assert_int_equal(s.n_channels, 2);
    assert_int_equal(o->n, 2);
    assert_true(o->values[2] == 3.5f && isnan(o->values[3]));
    assert_true(o->rate_hz == 16000 && o->start_s == 1.5e9);
    assert_string_equal(s.units[0], "m/s2");
    assert_string_equal(s.units[1], "");
    assert_string_equal(s.algorithm, "none");
    assert_string_equal(s.device_type, "X");
    assert_false(s.has_signature);
    mote_series_release(&s);
    s = read_text(
        "{\"signature\":\"00ab\",\"payload\":{\"sensors\":[{\"name\":\"a\",\"units\":\"V\"}],"
        "\"interval_ms\":10,\"values\":[1,2,3]}}");
    assert_true(s.has_signature);
    assert_int_equal(s.items[0].n, 3);
    assert_non_null(strstr(s.notes, "no 'protected'"));
    mote_series_release(&s);
}

/* The same as CBOR: floats of 16, 32 and 64 bits, integers, an array of open length. */
static const uint8_t cbor[] =
    "\xa3"
    "\x69protected\xa2\x63ver\x62v1\x63"
    "alg\x65HS256"
    "\x69signature\x62"
    "00"
    "\x67payload\xa4"
    "\x6binterval_ms\xf9\x49\x00" /* 10.0 as a half */
    "\x67sensors\x82\xa2\x64name\x61"
    "a\x65units\x61V"
    "\xa2\x64name\x61"
    "b\x65units\x61V"
    "\x6b"
    "device_type\x61X"
    "\x66values\x9f"
    "\x82\x01\x20"                                                 /* 1, -1 */
    "\x82\xfa\x3f\x80\x00\x00\xfb\x3f\xe0\x00\x00\x00\x00\x00\x00" /* 1.0f, 0.5 */
    "\x82\xf9\xc0\x00\xf6"                                         /* -2.0 as a half, null */
    "\xff";

static void edge_cbor_holds_every_kind_of_number(void **state)
{
    (void)state;
    mote_series s = read_ok(cbor, sizeof cbor - 1, NULL);
    const mote_series_one *o = &s.items[0];
    assert_int_equal(s.format, MOTE_SERIES_EDGE_CBOR);
    assert_int_equal(o->n, 3);
    assert_true(o->values[0] == 1 && o->values[1] == -1 && o->values[2] == 1);
    assert_true(o->values[3] == 0.5f && o->values[4] == -2 && isnan(o->values[5]));
    assert_true(o->rate_hz == 100);
    mote_series_release(&s);
}

static void damaged_edge_files_are_refused_at_every_cut(void **state)
{
    (void)state;
    mote_err err;
    for (size_t n = 1; n < sizeof cbor - 1; n++) {
        uint8_t *cut = malloc(n);
        mote_series s = {0};
        memcpy(cut, cbor, n);
        mote_status st = mote_series_read_edge(&(mote_file_bytes){"t", cut, n}, NULL, &s, &err);
        free(cut);
        if (st == MOTE_OK)
            fail_msg("%zu of %zu bytes are taken", n, sizeof cbor - 1);
    }
    refuse("{\"payload\":{\"sensors\":[{\"name\":\"a\"}],\"values\":[[1],[1,2]]}}", MOTE_PARSE,
           "sample 1 has 2 values, those before 1");
    refuse("{\"payload\":{\"sensors\":[],\"values\":[1]}}", MOTE_PARSE, "no 'payload.sensors'");
    refuse("{\"payload\":{\"sensors\":[{\"name\":\"a\"}],\"values\":[[1,2]]}}", MOTE_PARSE,
           "1 sensors and 2 values");
    refuse("{\"protected\":{\"ver\":\"v2\"},\"payload\":{\"sensors\":[{}],\"values\":[1]}}",
           MOTE_UNSUPPORTED, "version 'v2'");
    refuse("{\"a\":1}", MOTE_PARSE, "no acquisition file: it has no 'payload'");
    refuse("{\"payload\":{\"values\":[\"x\"]}}", MOTE_PARSE, "line 1");
}

/* RFC 8949, appendix A: some of its examples of halves. */
static void halves_are_those_of_the_rfc(void **state)
{
    (void)state;
    static const struct {
        uint8_t bytes[3];
        double x;
    } cases[] = {{{0xf9, 0x00, 0x00}, 0.0},
                 {{0xf9, 0x3c, 0x00}, 1.0},
                 {{0xf9, 0x3e, 0x00}, 1.5},
                 {{0xf9, 0x7b, 0xff}, 65504.0},
                 {{0xf9, 0xc4, 0x00}, -4.0},
                 {{0xf9, 0x00, 0x01}, 5.960464477539063e-8},
                 {{0xf9, 0x04, 0x00}, 0.00006103515625},
                 {{0xf9, 0x7c, 0x00}, INFINITY}};
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_cbor c;
        double x = -1;
        mote_cbor_init(&c, cases[i].bytes, 3);
        assert_true(mote_cbor_number(&c, &x) && x == cases[i].x);
    }
    /* tags, nested maps and text are passed over as one item */
    static const uint8_t nested[] = "\xc1\xa2\x61"
                                    "a\x9f\x01\xa1\x61"
                                    "b\x80\xff\x61"
                                    "c\x43xyz\x07";
    mote_cbor c;
    double x = 0;
    mote_cbor_init(&c, nested, sizeof nested - 1);
    assert_true(mote_cbor_skip(&c) && mote_cbor_number(&c, &x) && x == 7);
}

/* ---- .ts ---- */

static void ts_lines_become_recordings(void **state)
{
    (void)state;
    mote_series s = read_text("# set\n@problemName x\n@timeStamps false\n@dimensions 2\n"
                              "@classLabel true up down\n@data\n1,2,3:4,5,6:up\r\n"
                              "7,?,NaN:8,9,NaN:down\n");
    assert_int_equal(s.n_items, 2);
    assert_int_equal(s.n_channels, 2);
    assert_int_equal(s.items[0].n, 3);
    assert_true(s.items[0].values[1] == 4 && s.items[0].values[4] == 3);
    assert_string_equal(s.items[0].label, "up");
    assert_int_equal(s.items[1].n, 2); /* the padding at the end is gone */
    assert_true(isnan(s.items[1].values[2]) && s.items[1].values[3] == 9);
    assert_int_equal(s.items[1].line, 8);
    mote_series_release(&s);
    static const struct {
        const char *text, *words;
        mote_status st;
    } bad[] = {
        {"@problemName x\n@data\n1,2:3\n", "line 3: channel 2 has 1 values, those before 2",
         MOTE_PARSE},
        {"@problemName x\n@data\n1,x\n", "line 3, channel 1: 'x' is not a number", MOTE_PARSE},
        {"@problemName x\n@classLabel true a\n@data\n1,2\n", "line 4 has no label", MOTE_PARSE},
        {"@problemName x\n@dimensions 3\n@data\n1:2\n", "line 4 has 2 channels, 3 are stated",
         MOTE_PARSE},
        {"@problemName x\n1,2\n", "line 2 stands before '@data'", MOTE_PARSE},
        {"@problemName x\n", "no line '@data'", MOTE_PARSE},
        {"@problemName x\n@timeStamps true\n", "line 2: time stamps in tuples", MOTE_UNSUPPORTED},
        {"@problemName x\n@data\n?,?\n", "line 3 has no value", MOTE_PARSE},
    };
    for (size_t i = 0; i < T_COUNT(bad); i++)
        refuse(bad[i].text, bad[i].st, bad[i].words);
}

/* ---- findings ---- */

static mote_series_report check(const mote_series *s, mote_arena *a)
{
    mote_err err;
    mote_series_report r;
    T_OK(mote_series_check(&s->items[0], NULL, a, &r, &err));
    return r;
}

static const mote_series_finding *first_of(const mote_series_report *r, mote_series_kind k)
{
    for (size_t i = 0; i < r->n_kept; i++)
        if (r->kept[i].kind == k)
            return &r->kept[i];
    fail_msg("no finding of kind %d", (int)k);
    return NULL;
}

/* 400 samples at 100 Hz of a wave and a counter, with one thing wrong of each kind. */
static void every_kind_of_fault_is_named_where_it_is(void **state)
{
    (void)state;
    mote_buf b;
    mote_arena a;
    mote_buf_init(&b, 1 << 20);
    mote_arena_init(&a, 1 << 20);
    mote_buf_str(&b, "time_ms,x,y\n");
    int ms = 0;
    for (int i = 0; i < 400; i++) {
        ms += i == 100 ? 250 : i == 150 ? 0 : i == 160 ? -30 : 10;
        double x = i >= 200 && i < 260 ? 0.5 : sin(0.1 * i) * 10;
        x = x > 9 ? 9 : x;
        mote_buf_printf(&b, i >= 300 && i < 305 ? "%d,%.4f,\n" : "%d,%.4f,%d\n", ms, x, i * i % 97);
    }
    mote_series s = read_ok(b.data, b.len, NULL);
    mote_series_report r = check(&s, &a);
    assert_int_equal(r.n[MOTE_SERIES_GAP], 1);
    const mote_series_finding *f = first_of(&r, MOTE_SERIES_GAP);
    assert_int_equal(f->first, 100);
    assert_true(fabs(f->duration_s - 0.25) < 1e-9 && fabs(f->amount - 25) < 1e-6);
    assert_int_equal(r.n[MOTE_SERIES_SAME_TIME], 1);
    assert_int_equal(first_of(&r, MOTE_SERIES_SAME_TIME)->first, 150);
    assert_int_equal(r.n[MOTE_SERIES_BACK_IN_TIME], 1);
    assert_int_equal(first_of(&r, MOTE_SERIES_BACK_IN_TIME)->first, 160);
    assert_int_equal(r.n[MOTE_SERIES_STUCK], 1);
    f = first_of(&r, MOTE_SERIES_STUCK);
    assert_true(f->first == 200 && f->n == 60 && f->channel == 0);
    assert_true(r.n[MOTE_SERIES_SATURATED] >= 4);
    assert_true(fabs(first_of(&r, MOTE_SERIES_SATURATED)->amount - 9) < 1e-6);
    f = first_of(&r, MOTE_SERIES_NAN);
    assert_true(f->first == 300 && f->n == 5 && f->channel == 1);
    assert_int_equal(r.n[MOTE_SERIES_JITTER], 0);
    mote_buf text;
    mote_buf_init(&text, 1 << 16);
    mote_series_describe(&s, first_of(&r, MOTE_SERIES_GAP), &text);
    assert_string_equal(text.data, "gap of 0.25 s (25 intervals) before sample 100 at 1.24 s");
    mote_buf_reset(&text);
    mote_series_describe(&s, f, &text);
    assert_non_null(strstr(text.data, "'y': 5 values are none from sample 300"));
    mote_buf_release(&text);
    mote_series_release(&s);
    mote_buf_release(&b);
    mote_arena_release(&a);
}

static void a_clean_recording_has_no_finding_and_jitter_one(void **state)
{
    (void)state;
    for (int jitter = 0; jitter < 2; jitter++) {
        mote_buf b;
        mote_arena a;
        mote_buf_init(&b, 1 << 20);
        mote_arena_init(&a, 1 << 20);
        mote_buf_str(&b, "t_ms,x\n");
        for (int i = 0; i < 300; i++) { /* of 10; or 13 and 7 in turn, and once 30: late, no gap */
            int late = jitter ? i % 2 * 3 + (i > 150 ? 17 : 0) : 0;
            mote_buf_printf(&b, "%d,%d\n", i * 10 + late, i * 7 % 101);
        }
        mote_series s = read_ok(b.data, b.len, NULL);
        mote_series_report r = check(&s, &a);
        assert_int_equal(r.n_kept, jitter);
        assert_int_equal(r.n[MOTE_SERIES_JITTER], jitter);
        mote_series_release(&s);
        mote_buf_release(&b);
        mote_arena_release(&a);
    }
}

static mote_status read_small(mote_err *err)
{
    mote_series s = {0};
    mote_status st =
        mote_series_read(&(mote_file_bytes){"t", cbor, sizeof cbor - 1}, NULL, &s, err);
    if (st == MOTE_OK)
        mote_series_release(&s);
    if (st == MOTE_OK)
        st = mote_series_read(&(mote_file_bytes){"t", "t,x,label\n0,1,a\n1,2,b\n", 22}, NULL, &s,
                              err);
    if (st == MOTE_OK)
        mote_series_release(&s);
    if (st == MOTE_OK)
        st = mote_series_read(&(mote_file_bytes){"t", "@problemName x\n@data\n1,2:3,4\n", 29}, NULL,
                              &s, err);
    if (st == MOTE_OK)
        mote_series_release(&s);
    return st;
}

static void a_refused_allocation_is_an_error(void **state)
{
    (void)state;
    mote_err err;
    T_ALLOC_SWEEP(read_small(&err), (void)0);
}

/* ---- real recordings ---- */

static mote_series read_real(const char *file)
{
    char path[512], *bytes;
    size_t n;
    mote_err err;
    snprintf(path, sizeof path, "%s/%s", t_data(), file);
    T_OK(mote_file_read(path, 100u << 20, &bytes, &n, &err));
    mote_series s = read_ok(bytes, n, NULL);
    mote_free(bytes);
    return s;
}

static void real_recordings_are_as_described(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        size_t n_items, n; /* of the first */
        int32_t n_channels;
        double rate_hz;
        const char *label;
    } want[] = {
        {"imu-wand-gestures/flippendo/flippendo000.csv", 1, 0, 6, 100, NULL},
        {"uea-small/BasicMotions_TRAIN.ts", 40, 100, 6, 0, "Standing"},
        {"uea-small/GunPoint_TEST.ts", 150, 150, 1, 0, "1"},
        {"uea-small/ItalyPowerDemand_TEST.ts", 1029, 24, 1, 0, "2"},
        {"uea-small/PickupGestureWiimoteZ_TRAIN.ts", 50, 0, 1, 0, "1"},
        {"nab/data/artificialNoAnomaly/art_daily_no_noise.csv", 1, 4032, 1, 1.0 / 300, NULL},
    };
    T_NEED_DATA();
    for (size_t i = 0; i < T_COUNT(want); i++) {
        mote_series s = read_real(want[i].file);
        const mote_series_one *o = &s.items[0];
        bool label_ok =
            want[i].label ? o->label && strcmp(o->label, want[i].label) == 0 : !o->label;
        if (s.n_items != want[i].n_items || (want[i].n && o->n != want[i].n) || !label_ok ||
            s.n_channels != want[i].n_channels ||
            fabs(o->rate_hz - want[i].rate_hz) > 0.25 * want[i].rate_hz || s.n_bad_cells)
            fail_msg("%s: %zu recordings of %zu samples, %d channels, %g Hz, label '%s': %s",
                     want[i].file, s.n_items, o->n, s.n_channels, o->rate_hz,
                     o->label ? o->label : "", s.notes);
        mote_series_release(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_times_have_their_units),
        cmocka_unit_test(csv_channels_labels_and_what_is_left_out),
        cmocka_unit_test(csv_refusals_name_their_line),
        cmocka_unit_test(edge_json_is_read_in_any_order),
        cmocka_unit_test(edge_cbor_holds_every_kind_of_number),
        cmocka_unit_test(damaged_edge_files_are_refused_at_every_cut),
        cmocka_unit_test(halves_are_those_of_the_rfc),
        cmocka_unit_test(ts_lines_become_recordings),
        cmocka_unit_test(every_kind_of_fault_is_named_where_it_is),
        cmocka_unit_test(a_clean_recording_has_no_finding_and_jitter_one),
        cmocka_unit_test(a_refused_allocation_is_an_error),
        cmocka_unit_test(real_recordings_are_as_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
