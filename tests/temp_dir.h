/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of its own for a test, and a store in it. */
#ifndef MOTE_TESTS_TEMP_DIR_H
#define MOTE_TESTS_TEMP_DIR_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "store/store.h"

#define TEMP_DIR_BYTES 256

static inline void temp_dir_make(char out[TEMP_DIR_BYTES])
{
    const char *base = getenv("TMPDIR");
    snprintf(out, TEMP_DIR_BYTES, "%s/mote-test-XXXXXX", base != NULL ? base : "/tmp");
    if (mkdtemp(out) == NULL) {
        perror(out);
        exit(2);
    }
}

static inline void temp_dir_remove(const char *dir)
{
    mote_err err;
    if (mote_dir_remove(dir, &err) != MOTE_OK)
        fprintf(stderr, "%s\n", err.text);
}

/* Print the reason of a failure, so that assert_int_equal(ok(...), MOTE_OK) tells why. */
static inline mote_status said(mote_status st, const mote_err *err)
{
    if (st != MOTE_OK)
        fprintf(stderr, "    %s: %s\n", mote_status_name(st), err->text);
    return st;
}

#define assert_ok(call) assert_int_equal(said((call), &err), MOTE_OK)

#endif
