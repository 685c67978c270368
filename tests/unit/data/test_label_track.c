/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of data/label_track.c. */
#include "support.h"

#include "data/label_track.h"

static mote_status read_track(const char *text, mote_arena *a, mote_label_track *t, mote_err *err)
{
    return mote_label_track_read(&(mote_file_bytes){"a.txt", text, strlen(text)}, a, t, err);
}

static mote_status read_table(const char *text, mote_arena *a, mote_label_track *t, mote_err *err)
{
    return mote_label_table_read(&(mote_file_bytes){"labels.csv", text, strlen(text)}, a, t, err);
}

static void a_track_of_audacity_is_read(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_label_track t;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    T_OK(read_track("\xef\xbb\xbf"
                    "0.500000\t1.250000\tyes\r\n\n2,5\t2,5\t turn left \n\\\t100.0\t200.0\n"
                    "7\t8\tno",
                    &a, &t, &err));
    assert_int_equal(t.n, 3);
    assert_float_equal(t.items[0].from_s, 0.5, 0);
    assert_float_equal(t.items[0].to_s, 1.25, 0);
    assert_string_equal(t.items[0].label, "yes");
    assert_float_equal(t.items[1].from_s, 2.5, 0);
    assert_string_equal(t.items[1].label, "turn left");
    assert_string_equal(t.items[2].label, "no");
    assert_null(t.items[2].file);
    T_OK(read_track("", &a, &t, &err));
    assert_int_equal(t.n, 0);
}

static void lines_that_are_none_are_refused_with_their_number(void **state)
{
    (void)state;
    static const char *const bad[] = {"0.5\t1\n",     "0.5 1 yes\n",   "1\t0.5\tyes\n",
                                      "-1\t0\tyes\n", "nan\t1\tyes\n", "0\tinf\tyes\n",
                                      "0\t1\t  \n",   "x\t1\ty\n"};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        char text[64];
        mote_err err = {0};
        mote_label_track t = {.n = 99};
        snprintf(text, sizeof text, "0\t1\tyes\n%s", bad[i]);
        assert_int_equal(read_track(text, &a, &t, &err), MOTE_PARSE);
        assert_non_null(strstr(err.text, "'a.txt': line 2"));
        assert_int_equal(t.n, 99);
    }
}

static void a_table_names_the_recordings(void **state)
{
    (void)state;
    mote_err err = {0};
    mote_label_track t;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    T_OK(read_table("label,who,start,end,file\nyes,anna,0.5,1.25,a.wav\n\"turn, left\",,2,2,b/c\n",
                    &a, &t, &err));
    assert_int_equal(t.n, 2);
    assert_string_equal(t.items[0].file, "a.wav");
    assert_string_equal(t.items[1].file, "b/c");
    assert_string_equal(t.items[1].label, "turn, left");
    assert_float_equal(t.items[1].to_s, 2, 0);
}

static void a_table_without_a_column_or_with_a_bad_row_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
        mote_status st;
    } bad[] = {
        {"file,start,stop,label\na,0,1,x\n", "no column 'end'", MOTE_NOT_FOUND},
        {"file,start,end,label\na,0,1,x\nb,1,0,x\n", "line 3", MOTE_PARSE},
        {"file,start,end,label\na,zero,1,x\n", "line 2", MOTE_PARSE},
        {"file,start,end,label\na,0,1,\n", "line 2 has no label", MOTE_PARSE},
        {"file,start,end,label\n,0,1,x\n", "line 2 has no file", MOTE_PARSE},
    };
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 20);
    for (size_t i = 0; i < T_COUNT(bad); i++) {
        mote_err err = {0};
        mote_label_track t = {.n = 99};
        assert_int_equal(read_table(bad[i].text, &a, &t, &err), bad[i].st);
        assert_non_null(strstr(err.text, bad[i].says));
        assert_int_equal(t.n, 99);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_track_of_audacity_is_read),
        cmocka_unit_test(lines_that_are_none_are_refused_with_their_number),
        cmocka_unit_test(a_table_names_the_recordings),
        cmocka_unit_test(a_table_without_a_column_or_with_a_bad_row_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
