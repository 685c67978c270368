/* SPDX-License-Identifier: Apache-2.0 */
/* Which files the doors of series and tables let in, and which columns of a series are what. */
#include <math.h>
#include <string.h>

#include "data/kind.h"
#include "data/series.h"
#include "tests/support.h"

/* ---- the door ---- */

static mote_take take(mote_input_kind input, const char *bytes, size_t n)
{
    return mote_kind_take(mote_kind_of(input), mote_filetype_of(bytes, n), (const uint8_t *)bytes,
                          n);
}

/* UTF-16 of ASCII and Latin-1. */
static size_t widen(const char *text, bool is_big, bool has_mark, char *out)
{
    size_t n = 0;
    if (has_mark) {
        out[n++] = is_big ? '\xfe' : '\xff';
        out[n++] = is_big ? '\xff' : '\xfe';
    }
    for (; *text; text++) {
        out[n + (is_big ? 1 : 0)] = *text;
        out[n + (is_big ? 0 : 1)] = 0;
        n += 2;
    }
    return n;
}

static void rows_are_known_in_every_encoding_and_dialect(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "t;x;y\n0;1,5;2\n10;2,5;3\n20;3,5;4\n",
        "Zeit [ms]\tB\xe4r\r\n0\t1\r\n10\t2\r\n20\t3\r\n", /* Latin-1 */
        "sep=;\na;b\n1;2\n3;4\n",
        "a,b\n\"1\",\"2\"\n\"3\",\"4\"\n",
        "1,2\n3,4\n5,6",
    };
    for (size_t i = 0; i < T_COUNT(texts); i++) {
        char wide[256];
        assert_int_equal(take(MOTE_INPUT_SERIES, texts[i], strlen(texts[i])), MOTE_TAKE_READ);
        assert_int_equal(take(MOTE_INPUT_TABLE, texts[i], strlen(texts[i])), MOTE_TAKE_READ);
        for (int k = 0; k < 4; k++) {
            size_t n = widen(texts[i], k & 1, k & 2, wide);
            assert_int_equal(take(MOTE_INPUT_SERIES, wide, n), MOTE_TAKE_READ);
            assert_int_equal(take(MOTE_INPUT_TABLE, wide, n), MOTE_TAKE_READ);
        }
    }
}

static void rows_with_quoted_lines_and_a_broken_one_are_rows(void **state)
{
    (void)state;
    static const char text[] = "name;note;n\nx;\"a; \"\"b\"\"\nc\";1\ny\nz;\"d\ne\nf\";2\nw;;3\n";
    assert_int_equal(take(MOTE_INPUT_TABLE, text, sizeof text - 1), MOTE_TAKE_READ);
    char wide[MOTE_FILETYPE_HEAD_BYTES]; /* one row, longer than what is looked at */
    for (size_t i = 0; i < sizeof wide; i++)
        wide[i] = i % 8 == 7 ? ',' : (char)('a' + i % 8);
    assert_int_equal(take(MOTE_INPUT_TABLE, wide, sizeof wide), MOTE_TAKE_READ);
    assert_int_equal(take(MOTE_INPUT_TABLE, "v\n1\n2\n3\n", 8), MOTE_TAKE_READ);
}

static void what_are_no_rows_stays_outside(void **state)
{
    (void)state;
    static const char prose[] = "Dear reader, this is a letter.\nIt has lines,\nsome with a comma, "
                                "or two, or three,\nand some without\nany at all\nof them\n";
    static const char random[] = "\x8f\x13\xa7\x05\x99\xfe\x80\xb1\xc2\x07\x93\xee";
    static const int16_t quiet[] = {0, 3, 1, 2, 0, 5, 2, 1, 4, 3, 0, 1}; /* sound without a head */
    assert_int_equal(take(MOTE_INPUT_TABLE, prose, sizeof prose - 1), MOTE_TAKE_OTHER);
    assert_int_equal(take(MOTE_INPUT_SERIES, prose, sizeof prose - 1), MOTE_TAKE_OTHER);
    assert_int_equal(take(MOTE_INPUT_SERIES, "a,b\nc,d\n", 8), MOTE_TAKE_OTHER);
    assert_int_equal(mote_filetype_of(random, sizeof random - 1), MOTE_FILETYPE_unknown);
    assert_int_equal(mote_filetype_of(quiet, sizeof quiet), MOTE_FILETYPE_unknown);
    assert_int_equal(take(MOTE_INPUT_TABLE, "a,b\n", 4), MOTE_TAKE_OTHER);
}

/* ---- columns ---- */

static mote_series read_by(const char *text, const mote_series_config *cfg)
{
    mote_series s = {0};
    mote_err err = {0};
    if (mote_series_read(&(mote_file_bytes){"t", text, strlen(text)}, cfg, &s, &err) != MOTE_OK)
        fail_msg("'%.60s': %s", text, err.text);
    return s;
}

static void times_are_found_in_other_languages_and_by_their_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double rate_hz; /* 0: there are no times */
        int32_t n_axes;
    } rows[] = {
        {"Zeit;x\n0;1,5\n10;2,5\n20;3,5\n", 100, 1},
        {"Время,x\n0,1\n10,2\n20,3\n", 100, 1},
        {"x,offset [ms]\n1,0\n2,10\n3,20\n", 100, 1},
        {"pos_us,x\n0,1\n1000,5\n2000,3\n", 1000, 1},
        {"T [C],x\n20.5,1\n20.6,2\n20.7,3\n", 0, 2},     /* a temperature */
        {"T,x\n20.5,1\n20.1,2\n20.7,3\n20.0,1\n", 0, 2}, /* falls as often as it rises */
        {"gap_ms,x\n5,1\n2,2\n7,3\n1,1\n", 0, 2},
    };
    for (size_t i = 0; i < T_COUNT(rows); i++) {
        mote_series s = read_by(rows[i].text, NULL);
        if (fabs(s.items[0].rate_hz - rows[i].rate_hz) > 1e-9 || s.n_channels != rows[i].n_axes)
            fail_msg("'%s': %g Hz, %d axes", rows[i].text, s.items[0].rate_hz, (int)s.n_channels);
        mote_series_release(&s);
    }
}

static void what_counts_rows_or_names_people_is_no_axis_unless_named(void **state)
{
    (void)state;
    static const char text[] = ",subject,t_ms,x (g),y,id\n0,7,0,1,2,40\n1,7,10,2,9,12\n"
                               "2,7,20,3,1,33\n3,7,30,4,5,12\n";
    mote_series s = read_by(text, NULL);
    assert_int_equal(s.n_channels, 3); /* an id that does not count may be anything */
    assert_string_equal(s.names[0], "x");
    assert_string_equal(s.units[0], "g");
    assert_string_equal(s.names[2], "id");
    assert_non_null(strstr(s.notes, "column 1 '' counts the rows and is left out"));
    assert_non_null(strstr(s.notes, "column 2 'subject' says who, not what and is left out"));
    mote_series_release(&s);
    static const char *const wanted[] = {"y", "subject", "x"};
    mote_series_config cfg = mote_series_config_default();
    cfg.axes = (mote_names){wanted, 3};
    s = read_by(text, &cfg);
    assert_int_equal(s.n_channels, 3);
    assert_string_equal(s.names[1], "subject");
    assert_true(s.items[0].values[3] == 9.0f && s.items[0].values[5] == 2.0f);
    mote_series_release(&s);
}

static void columns_that_are_named_must_be_there(void **state)
{
    (void)state;
    static const char text[] = "when,x,word\n0,1,a\n1,2,b\n2,3,c\n";
    static const char *const none[] = {"z"}, *const word[] = {"word"};
    mote_series_config cfg = mote_series_config_default();
    mote_series s = {0};
    mote_err err = {0};
    cfg.time_column = "when";
    cfg.unit_s = 1e-3;
    s = read_by(text, &cfg);
    assert_true(fabs(s.items[0].rate_hz - 1000) < 1e-9);
    mote_series_release(&s);
    cfg.axes = (mote_names){none, 1};
    T_FAILS(mote_series_read(&(mote_file_bytes){"t", text, strlen(text)}, &cfg, &s, &err),
            MOTE_NOT_FOUND, "has no column 'z' for an axis; it has: when, x, word");
    cfg.axes = (mote_names){word, 1};
    T_FAILS(mote_series_read(&(mote_file_bytes){"t", text, strlen(text)}, &cfg, &s, &err),
            MOTE_PARSE, "column 'word' holds no numbers, so it is no axis");
    cfg.time_column = "";
    cfg.axes = (mote_names){0};
    s = read_by(text, &cfg);
    assert_null(s.items[0].times_s);
    assert_int_equal(s.n_channels, 2);
    mote_series_release(&s);
}

static void columns_without_names_have_numbers(void **state)
{
    (void)state;
    static const char text[] = "0 1.5 7\n10 2.5 3\n20 3.5 9\n30 4.5 1\n";
    mote_series_config cfg = mote_series_config_default();
    mote_series s = read_by(text, NULL);
    mote_err err = {0};
    assert_int_equal(s.n_channels, 1); /* the first two rise evenly: one may be the time */
    assert_string_equal(s.names[0], "column_3");
    assert_non_null(strstr(s.notes, "column 1 '' rises as a count or a time does and is left out "
                                    "(data.time_column can name it)"));
    mote_series_release(&s);
    static const char *const wanted[] = {"column_2", "column_3"};
    cfg.time_column = "column_1";
    cfg.axes = (mote_names){wanted, 2};
    s = read_by(text, &cfg);
    assert_int_equal(s.n_channels, 2);
    assert_true(fabs(s.items[0].rate_hz - 100) < 1e-9);
    assert_true(s.items[0].values[2] == 2.5f);
    mote_series_release(&s);
    cfg.time_column = "column_4";
    T_FAILS(mote_series_read(&(mote_file_bytes){"t", text, strlen(text)}, &cfg, &s, &err),
            MOTE_NOT_FOUND, "its columns have no names and are called column_1 to column_3");
}

#define PEOPLE                                                                                     \
    "who,t_ms,x\nann,0,1\nann,10,2\nann,20,4\nbob,0,5\nbob,10,7\nbob,20,6\nann,500,1\nann,510,3\n"

static void a_change_of_group_begins_a_recording(void **state)
{
    (void)state;
    static const char *const groups[] = {"ann", "bob", "ann"};
    static const size_t lengths[] = {3, 3, 2};
    static const float first[] = {1, 5, 1};
    mote_series_config cfg = mote_series_config_default();
    mote_err err = {0};
    cfg.group_column = "who";
    mote_series s = read_by(PEOPLE, &cfg);
    assert_int_equal(s.n_items, 3);
    assert_int_equal(s.n_channels, 1);
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(s.items[i].group, groups[i]);
        assert_int_equal(s.items[i].n, lengths[i]);
        assert_true(s.items[i].values[0] == first[i]);
        assert_true(fabs(s.items[i].rate_hz - 100) < 1e-9);
        assert_true(s.items[i].times_s[0] == 0);
    }
    assert_non_null(strstr(s.notes, "groups from column 'who'"));
    mote_series_release(&s);
    cfg.group_column = "whom";
    T_FAILS(mote_series_read(&(mote_file_bytes){"t", PEOPLE, strlen(PEOPLE)}, &cfg, &s, &err),
            MOTE_NOT_FOUND, "has no column 'whom' of groups; it has: who, t_ms, x");
    cfg.group_column = cfg.time_column = "t_ms";
    T_FAILS(mote_series_read(&(mote_file_bytes){"t", PEOPLE, strlen(PEOPLE)}, &cfg, &s, &err),
            MOTE_ARG, "column 't_ms' cannot be the groups and the times as well");
}

/* The head and the bytes of a place are a file of that recording alone, in every encoding. */
static void places_of_groups_are_files(void **state)
{
    (void)state;
    static const size_t lengths[] = {3, 3, 2};
    static const float last[] = {4, 6, 3};
    const char *const text = "\n" PEOPLE;
    mote_series_config cfg = mote_series_config_default();
    mote_err err = {0};
    char bytes[3][2 * sizeof PEOPLE + 6] = {"\xef\xbb\xbf", "\xff\xfe", ""};
    size_t sizes[3] = {3, 2, 0};
    cfg.group_column = "who";
    for (const char *p = text; *p; p++) {
        bytes[0][sizes[0]++] = *p;
        bytes[1][sizes[1]++] = *p;
        bytes[1][sizes[1]++] = '\0';
        bytes[2][sizes[2]++] = *p == 'a' ? '\xe4' : *p; /* Windows-1252 */
    }
    for (int k = 0; k < 3; k++) {
        mote_arena a;
        mote_series_places places = {0};
        mote_arena_init(&a, 1 << 20);
        T_OK(mote_series_csv_places(&(mote_file_bytes){"t", bytes[k], sizes[k]}, &cfg, &a, &places,
                                    &err));
        assert_int_equal(places.n, 3);
        for (size_t i = 0; i < 3; i++) {
            const mote_series_place *p = &places.items[i];
            mote_series s = {0};
            MOTE_SCOPED_BUF b;
            mote_buf_init(&b, 4096);
            mote_buf_add(&b, bytes[k], places.head);
            mote_buf_add(&b, bytes[k] + p->from, p->n);
            T_OK(mote_series_read(&(mote_file_bytes){"t", b.data, b.len}, &cfg, &s, &err));
            assert_int_equal(s.n_items, 1);
            assert_int_equal(s.items[0].n, lengths[i]);
            assert_true(s.items[0].values[lengths[i] - 1] == last[i]);
            assert_string_equal(s.items[0].group, p->group);
            mote_series_release(&s);
        }
        assert_int_equal(places.items[1].line, 6);
        mote_arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_known_in_every_encoding_and_dialect),
        cmocka_unit_test(rows_with_quoted_lines_and_a_broken_one_are_rows),
        cmocka_unit_test(what_are_no_rows_stays_outside),
        cmocka_unit_test(times_are_found_in_other_languages_and_by_their_unit),
        cmocka_unit_test(what_counts_rows_or_names_people_is_no_axis_unless_named),
        cmocka_unit_test(columns_that_are_named_must_be_there),
        cmocka_unit_test(columns_without_names_have_numbers),
        cmocka_unit_test(a_change_of_group_begins_a_recording),
        cmocka_unit_test(places_of_groups_are_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
