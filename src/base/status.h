/* SPDX-License-Identifier: Apache-2.0 */
/* Status codes and the error object: how every function of Mote says that it failed.
 *
 * A function that can fail returns mote_status and takes a mote_err * last (NULL allowed).
 * mote_err is plain storage of the caller; reporting never allocates. Libraries fill it,
 * only cli/ and web/ show it. Depends on nothing; used by everything. */
#ifndef MOTE_BASE_STATUS_H
#define MOTE_BASE_STATUS_H

#include <stdarg.h>

#define MOTE_MUST_USE           __attribute__((warn_unused_result))
#define MOTE_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

typedef enum {
#define STATUS(name, exit_code, http_code, text) MOTE_##name,
#include "base/status.def"
#undef STATUS
    MOTE_N_STATUS
} mote_status;

#define MOTE_ERR_BYTES 1024

/* What went wrong, in words for a person: lower case, no full stop, things in 'quotes', where it
 * is and what would mend it. `text` is always terminated. */
typedef struct {
    mote_status status;
    char text[MOTE_ERR_BYTES];
} mote_err;

/* Name ("NOT_FOUND"), meaning, exit code and HTTP code of a status. Never NULL. */
const char *mote_status_name(mote_status st);
const char *mote_status_text(mote_status st);
int mote_status_exit_code(mote_status st);
int mote_status_http_code(mote_status st);

/* Record a failure and return `st`, so that a function can end with `return mote_fail(...)`. */
MOTE_PRINTF(3, 4)
mote_status mote_fail(mote_err *err, mote_status st, const char *fmt, ...);

/* Record a failure of the operating system: the text is followed by ": <strerror(errno)>". The
 * status is chosen from errno (ENOENT NOT_FOUND, EEXIST EXISTS, EACCES and EPERM DENIED, ENOMEM
 * NOMEM, others IO). */
MOTE_PRINTF(2, 3)
mote_status mote_fail_errno(mote_err *err, const char *fmt, ...);

/* A failure that is left alone on purpose (say why beside it): mote_ignore(f(...)). A cast to void
 * does not do, gcc warns all the same. */
static inline void mote_ignore(mote_status st)
{
    (void)st;
}

/* Put context in front of what is recorded: "<context>: <text>". Returns st. */
MOTE_PRINTF(3, 4)
mote_status mote_wrap(mote_err *err, mote_status st, const char *fmt, ...);

/* The static analyser follows one file at a time: tell it that a failure is never OK. */
#ifdef __clang_analyzer__
static inline mote_status mote_not_ok(mote_status st)
{
    if (st == MOTE_OK)
        __builtin_unreachable();
    return st;
}
#define mote_fail(...)       mote_not_ok(mote_fail(__VA_ARGS__))
#define mote_fail_errno(...) mote_not_ok(mote_fail_errno(__VA_ARGS__))
#endif

/* Pass a failure up unchanged. */
#define MOTE_TRY(call)                                                                             \
    do {                                                                                           \
        mote_status mote_try_st_ = (call);                                                         \
        if (mote_try_st_ != MOTE_OK)                                                               \
            return mote_try_st_;                                                                   \
    } while (0)

/* Our own broken invariant: print where, and abort. Stays on in release builds. Never for input
 * that comes from outside. */
#define MOTE_BUG_IF(cond)                                                                          \
    do {                                                                                           \
        if (cond)                                                                                  \
            mote_bug(__FILE__, __LINE__, __func__, #cond);                                         \
    } while (0)
_Noreturn void mote_bug(const char *file, int line, const char *func, const char *cond);

#endif
