/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of rows in an arena; the rule for keys. */
#include "track/rows.h"

#include <string.h>

#define KEY_MAX_BYTES 250

mote_status mote_rows_room(mote_arena *a, void *list_ptr, size_t n, size_t *cap, size_t size,
                           mote_err *err)
{
    if (n < *cap)
        return MOTE_OK;
    size_t grown = *cap == 0 ? 8 : *cap * 2;
    void *old = NULL;
    void *items = NULL;
    MOTE_TRY(mote_arena_take(a, grown, size, &items, err));
    memcpy(&old, list_ptr, sizeof old);
    if (n > 0)
        memcpy(items, old, n * size); /* n <= grown, whose product was checked */
    memcpy(list_ptr, &items, sizeof items);
    *cap = grown;
    return MOTE_OK;
}

mote_status mote_rows_copy(mote_arena *a, const char *s, const char **out, mote_err *err)
{
    const char *copy = NULL;
    if (s != NULL) {
        copy = mote_arena_strdup(a, s);
        if (copy == NULL)
            return mote_fail(err, MOTE_NOMEM, "out of memory for a text of the store");
    }
    *out = copy;
    return MOTE_OK;
}

mote_status mote_rows_text(mote_arena *a, mote_stmt *q, int32_t column, const char **out,
                           mote_err *err)
{
    return mote_rows_copy(a, mote_stmt_text(q, column), out, err);
}

static bool is_key_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("_-./: ", c) != NULL) || (unsigned char)c >= 0x80;
}

/* No empty, "." or ".." part, so not absolute either. */
static bool is_normal_path(const char *key)
{
    for (const char *part = key;; part++) {
        size_t n = strcspn(part, "/");
        if (n == 0 || (n == 1 && part[0] == '.') || (n == 2 && part[0] == '.' && part[1] == '.'))
            return false;
        part += n;
        if (*part == '\0')
            return true;
    }
}

mote_status mote_rows_check_key(const char *what, const char *key, mote_err *err)
{
    size_t n = strlen(key);
    if (n == 0 || n > KEY_MAX_BYTES)
        return mote_fail(err, MOTE_ARG, "the name of a %s has %zu bytes, not 1 to %d", what, n,
                         KEY_MAX_BYTES);
    if (!mote_utf8_valid(key, n))
        return mote_fail(err, MOTE_ARG, "the name of a %s is not UTF-8", what);
    for (size_t i = 0; i < n; i++) {
        if (!is_key_byte(key[i]))
            return mote_fail(err, MOTE_ARG,
                             "%s '%s': only letters, digits, '_', '-', '.', '/', ':' and blanks "
                             "may be in its name",
                             what, key);
    }
    if (!is_normal_path(key))
        return mote_fail(err, MOTE_ARG, "%s '%s': no empty, '.' or '..' parts may be in its name",
                         what, key);
    return MOTE_OK;
}
