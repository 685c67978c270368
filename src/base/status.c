/* SPDX-License-Identifier: Apache-2.0 */
/* Status table and the error object. Depends on the C library only; used by everything. */
#include "base/status.h"

#undef mote_fail /* wrapped for the analyser in status.h */
#undef mote_fail_errno

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *name;
    const char *text;
    int exit_code;
    int http_code;
} status_row;

static const status_row rows[MOTE_N_STATUS] = {
#define STATUS(name, exit_code, http_code, text) {#name, text, exit_code, http_code},
#include "base/status.def"
#undef STATUS
};

/* A status that is out of the table can only come from a broken caller; it reads as BUG. */
static const status_row *find_row(mote_status st)
{
    size_t i = (size_t)st;
    return &rows[i < MOTE_N_STATUS ? i : (size_t)MOTE_BUG];
}

const char *mote_status_name(mote_status st)
{
    return find_row(st)->name;
}
const char *mote_status_text(mote_status st)
{
    return find_row(st)->text;
}
int mote_status_exit_code(mote_status st)
{
    return find_row(st)->exit_code;
}
int mote_status_http_code(mote_status st)
{
    return find_row(st)->http_code;
}

/* Drop the bytes of a UTF-8 character that the buffer end has cut in two. */
static void trim_cut_character(char *text)
{
    size_t n = strlen(text);
    if (n + 1 < MOTE_ERR_BYTES)
        return;
    size_t tail = 0;
    while (tail < 3 && tail < n && ((unsigned char)text[n - 1 - tail] & 0xC0) == 0x80)
        tail++;
    if (tail >= n)
        return;
    unsigned char lead = (unsigned char)text[n - 1 - tail];
    size_t need = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
    if (tail < need)
        text[n - 1 - tail] = '\0';
}

/* Text is built aside because an argument may point into err->text. */
static void set_text(mote_err *err, mote_status st, const char *text)
{
    err->status = st;
    size_t n = strlen(text);
    if (n >= MOTE_ERR_BYTES)
        n = MOTE_ERR_BYTES - 1;
    memcpy(err->text, text, n);
    err->text[n] = '\0';
    trim_cut_character(err->text);
}

mote_status mote_fail(mote_err *err, mote_status st, const char *fmt, ...)
{
    if (!err)
        return st;
    char text[MOTE_ERR_BYTES];
    va_list ap;
    va_start(ap, fmt);
    if (vsnprintf(text, sizeof text, fmt, ap) < 0)
        text[0] = '\0';
    va_end(ap);
    set_text(err, st, text);
    return st;
}

static mote_status status_of_errno(int e)
{
    switch (e) {
    case ENOENT:
        return MOTE_NOT_FOUND;
    case EEXIST:
        return MOTE_EXISTS;
    case EACCES:
    case EPERM:
        return MOTE_DENIED;
    case ENOMEM:
        return MOTE_NOMEM;
    default:
        return MOTE_IO;
    }
}

mote_status mote_fail_errno(mote_err *err, const char *fmt, ...)
{
    int saved = errno;
    mote_status st = status_of_errno(saved);
    if (!err)
        return st;
    char text[MOTE_ERR_BYTES];
    char why[128];
    va_list ap;
    va_start(ap, fmt);
    if (vsnprintf(text, sizeof text, fmt, ap) < 0)
        text[0] = '\0';
    va_end(ap);
    if (strerror_r(saved, why, sizeof why) != 0)
        (void)snprintf(why, sizeof why, "error %d", saved);
    size_t n = strlen(text);
    size_t room = sizeof why + 2;
    if (n + room > sizeof text) /* the reason is worth more than the end of a long path */
        n = sizeof text - room;
    (void)snprintf(text + n, sizeof text - n, ": %s", why);
    set_text(err, st, text);
    return st;
}

mote_status mote_wrap(mote_err *err, mote_status st, const char *fmt, ...)
{
    if (!err)
        return st;
    char text[2 * MOTE_ERR_BYTES];
    va_list ap;
    va_start(ap, fmt);
    int wrote = vsnprintf(text, MOTE_ERR_BYTES, fmt, ap);
    va_end(ap);
    size_t n = wrote < 0 ? 0 : strnlen(text, MOTE_ERR_BYTES);
    (void)snprintf(text + n, sizeof text - n, ": %s", err->text);
    set_text(err, st, text);
    return st;
}

void mote_bug(const char *file, int line, const char *func, const char *cond)
{
    fprintf(stderr, "mote: internal error at %s:%d in %s: %s\n", file, line, func, cond);
    fprintf(stderr, "mote: this is a defect of Mote, not of your input; please report it\n");
    abort();
}
