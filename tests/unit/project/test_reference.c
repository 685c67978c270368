/* SPDX-License-Identifier: Apache-2.0 */
/* docs/mote-yaml.md holds the reference that the key table gives. T_WRITE=1 writes it there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "project/schema.h"

static const char begin[] = "<!-- reference: begin -->\n", end[] = "<!-- reference: end -->\n";

static void the_reference_page_is_that_of_the_table(void **state)
{
    (void)state;
    char path[4096];
    const char *root = getenv("MOTE_SOURCE_ROOT");
    assert_non_null(root);
    snprintf(path, sizeof path, "%s/docs/mote-yaml.md", root);
    MOTE_SCOPED_FREE char *page = NULL;
    size_t n;
    assert_int_equal(mote_file_read(path, 1u << 20, &page, &n, NULL), MOTE_OK);
    char *from = strstr(page, begin), *to = strstr(page, end);
    assert_non_null(from);
    assert_non_null(to);
    from += strlen(begin);
    MOTE_SCOPED_BUF reference, whole;
    mote_buf_init(&reference, 1u << 20);
    mote_buf_init(&whole, 1u << 20);
    mote_schema_reference(&reference);
    assert_int_equal(mote_buf_status(&reference, NULL), MOTE_OK);
    if (getenv("T_WRITE")) {
        mote_buf_add(&whole, page, (size_t)(from - page));
        mote_buf_str(&whole, reference.data);
        mote_buf_str(&whole, to);
        assert_int_equal(mote_file_write(path, whole.data, whole.len, NULL), MOTE_OK);
        return;
    }
    if ((size_t)(to - from) != reference.len || memcmp(from, reference.data, reference.len) != 0)
        fail_msg("docs/mote-yaml.md is not what config.def and metrics.def say: run this test with "
                 "T_WRITE=1");
}

static void every_key_and_metric_is_there_with_words(void **state)
{
    (void)state;
    size_t n;
    const mote_schema_row *rows = mote_schema_rows(&n);
    for (size_t i = 0; i < n; i++) {
        char words[200];
        mote_schema_describe(&rows[i], words, sizeof words);
        assert_true(strlen(words) > 3);
        assert_true(strlen(rows[i].doc) > 5);
        assert_ptr_equal(mote_schema_find(rows[i].path, strlen(rows[i].path)), &rows[i]);
        assert_true(rows[i].type == MOTE_KEY_SECTION || rows[i].lo <= rows[i].hi);
    }
    for (size_t i = 0; i < MOTE_N_METRICS; i++) {
        const mote_metric_row *m = mote_metric_info((mote_metric)i);
        assert_int_equal(mote_metric_find(m->name), i);
        assert_true(m->places & m->preset_place);
        assert_true(m->answers != 0 && m->answers >> MOTE_N_ANSWERS == 0);
    }
    assert_int_equal(mote_metric_find("nope"), MOTE_N_METRICS);
    for (int k = 0; k < MOTE_N_ANSWERS; k++) {
        mote_metric chief = mote_metric_chief((mote_answer_kind)k);
        assert_true(mote_metric_info(chief)->answers == MOTE_ONE_OF(k));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_reference_page_is_that_of_the_table),
        cmocka_unit_test(every_key_and_metric_is_there_with_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
