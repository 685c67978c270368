/* SPDX-License-Identifier: Apache-2.0 */
/* What unit tests share: seeds, temporary folders, test data, skips with a reason, the sweep over
 * failing allocations. Included first by every tests/unit file; brings in cmocka. */
#ifndef MOTE_TESTS_SUPPORT_H
#define MOTE_TESTS_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/status.h"

#define T_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The seed of a property test: T_SEED, or the clock. Printed, so that a failure can be repeated. */
static inline uint64_t t_seed(void)
{
    const char *wish = getenv("T_SEED");
    uint64_t seed = wish ? strtoull(wish, NULL, 10) : (uint64_t)time(NULL);
    print_message("seed %llu (T_SEED=%llu repeats it)\n", (unsigned long long)seed,
                  (unsigned long long)seed);
    return seed;
}

/* Leave the test, saying why. */
#define T_SKIP(...)                                                                                \
    do {                                                                                           \
        print_message("skip reason: " __VA_ARGS__);                                                \
        print_message("\n");                                                                       \
        skip();                                                                                    \
    } while (0)

/* Folder of a shared data set, or the test is skipped: t_data() is never NULL after this. */
static inline const char *t_data(void)
{
    const char *dir = getenv("MOTE_TEST_DATA");
    return dir && dir[0] ? dir : NULL;
}
#define T_NEED_DATA()                                                                              \
    do {                                                                                           \
        if (!t_data())                                                                             \
            T_SKIP("MOTE_TEST_DATA is not set");                                                   \
    } while (0)

static char t_temp_path[256];

static inline void t_remove_temp(void)
{
    if (t_temp_path[0])
        mote_ignore(mote_dir_remove(t_temp_path, NULL));
}

/* An empty folder of this process, removed when it ends. */
static inline const char *t_temp(void)
{
    if (!t_temp_path[0]) {
        const char *root = getenv("TMPDIR");
        snprintf(t_temp_path, sizeof t_temp_path, "%s/mote-test-XXXXXX", root ? root : "/tmp");
        if (!mkdtemp(t_temp_path)) {
            perror(t_temp_path);
            exit(1);
        }
        atexit(t_remove_temp);
    }
    return t_temp_path;
}

/* The path of `name` in t_temp(); good until the next but three calls. */
static inline const char *t_path(const char *name)
{
    static char paths[4][512];
    static int turn;
    char *path = paths[turn++ & 3];
    snprintf(path, sizeof paths[0], "%s/%s", t_temp(), name);
    return path;
}

/* Status OK, or fail showing the message. Wants `mote_err err` in scope. */
#define T_OK(call)                                                                                 \
    do {                                                                                           \
        mote_status t_status_ = (call);                                                            \
        if (t_status_ != MOTE_OK)                                                                  \
            fail_msg("%s: %s: %s", #call, mote_status_name(t_status_), err.text);                  \
    } while (0)

/* Status as wanted, and the message holds `words` ("" for any). Wants `mote_err err` in scope. */
#define T_FAILS(call, wanted, words)                                                               \
    do {                                                                                           \
        err.text[0] = '\0';                                                                        \
        mote_status t_status_ = (call);                                                            \
        if (t_status_ != (wanted))                                                                 \
            fail_msg("%s: %s instead of %s: %s", #call, mote_status_name(t_status_),               \
                     mote_status_name(wanted), err.text);                                          \
        if (!strstr(err.text, (words)))                                                            \
            fail_msg("%s: '%s' does not hold '%s'", #call, err.text, (words));                     \
    } while (0)

/* Fail the 1st, 2nd, ... allocation of `call` until it succeeds; each failure must be NOMEM.
 * `after_failure` runs after each (check untouched outputs there; leaks are the sanitizer's). */
#define T_ALLOC_SWEEP(call, after_failure)                                                         \
    do {                                                                                           \
        int64_t t_round_ = 0;                                                                      \
        for (;; t_round_++) {                                                                      \
            mote_mem_fail_after(t_round_);                                                         \
            mote_status t_status_ = (call);                                                        \
            mote_mem_fail_never();                                                                 \
            if (t_status_ == MOTE_OK)                                                              \
                break;                                                                             \
            assert_int_equal(t_status_, MOTE_NOMEM);                                               \
            after_failure;                                                                         \
            if (t_round_ > 100000)                                                                 \
                fail_msg("%s does not succeed", #call);                                            \
        }                                                                                          \
        assert_true(t_round_ > 0);                                                                 \
    } while (0)

#endif
