/* SPDX-License-Identifier: Apache-2.0 */
/* The rule for keys. See key.h. */
#include "track/key.h"

#include <string.h>

#include "base/text.h"

#define KEY_MAX_BYTES 250

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

mote_status mote_key_check(const char *what, const char *key, mote_err *err)
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
