/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of src/base/gzip.c. */
#include "base/gzip.h"

#include "support.h"

/* printf 'hello, hello, hello' | gzip -9n, of gzip 1.12 */
static const unsigned char packed[] = {0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
                                       0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0xd7, 0x51, 0xc8, 0x40, 0xa2,
                                       0x00, 0x9f, 0xa1, 0xca, 0x09, 0x13, 0x00, 0x00, 0x00};
#define TEXT "hello, hello, hello"

static void members_come_out_one_behind_the_other(void **state)
{
    (void)state;
    mote_err err;
    unsigned char two[2 * sizeof packed];
    memcpy(two, packed, sizeof packed);
    memcpy(two + sizeof packed, packed, sizeof packed);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1000);
    T_OK(mote_gunzip(two, sizeof two, &b, &err));
    assert_int_equal(b.len, 2 * strlen(TEXT));
    assert_memory_equal(b.data, TEXT TEXT, b.len);
}

static void what_is_damaged_or_too_long_is_refused(void **state)
{
    (void)state;
    mote_err err;
    unsigned char bad[sizeof packed];
    for (size_t n = 0; n < sizeof packed; n++) {
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 1000);
        T_FAILS(mote_gunzip(packed, n, &b, &err), MOTE_CORRUPT, "damaged");
    }
    memcpy(bad, packed, sizeof bad);
    bad[22] ^= 1; /* of the sum */
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1000);
    T_FAILS(mote_gunzip(bad, sizeof bad, &b, &err), MOTE_CORRUPT, "damaged");
    MOTE_SCOPED_BUF little;
    mote_buf_init(&little, 10);
    assert_int_equal(mote_gunzip(packed, sizeof packed, &little, &err), MOTE_LIMIT);
}

static void a_head_tells_the_first_bytes(void **state)
{
    (void)state;
    char out[8];
    assert_int_equal(mote_gunzip_head(packed, sizeof packed, out, sizeof out), sizeof out);
    assert_memory_equal(out, TEXT, sizeof out);
    assert_int_equal(mote_gunzip_head("nothing", 7, out, sizeof out), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_come_out_one_behind_the_other),
        cmocka_unit_test(what_is_damaged_or_too_long_is_refused),
        cmocka_unit_test(a_head_tells_the_first_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
