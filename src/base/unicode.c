/* SPDX-License-Identifier: Apache-2.0 */
/* Normalization and what may be shown: see unicode.h. */
#include "base/unicode.h"

#include <string.h>
#include <utf8proc.h>

static bool is_ascii(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] >= 0x80)
            return false;
    return true;
}

mote_status mote_text_nfc(const char *s, size_t n, mote_arena *a, char **out, mote_err *err)
{
    if (!mote_utf8_valid(s, n))
        return mote_fail(err, MOTE_ARG, "not UTF-8 text");
    if (is_ascii(s, n)) {
        *out = mote_arena_strndup(a, s, n);
        return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "text of %zu bytes", n);
    }
    const utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    utf8proc_ssize_t want =
        utf8proc_decompose((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, NULL, 0, how);
    if (want < 0)
        return mote_fail(err, MOTE_ARG, "text that has no normal form");
    utf8proc_int32_t *code = mote_arena_alloc(a, (size_t)want + 2, sizeof *code);
    if (!code)
        return mote_fail(err, MOTE_NOMEM, "text of %zu bytes", n);
    utf8proc_ssize_t count =
        utf8proc_decompose((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)n, code, want, how);
    utf8proc_ssize_t bytes = count < 0 ? count : utf8proc_reencode(code, count, how);
    if (bytes < 0)
        return mote_fail(err, MOTE_ARG, "text that has no normal form");
    *out = (char *)code; /* reencode writes in place and ends with a 0 */
    return MOTE_OK;
}

mote_status mote_text_fold(const char *s, mote_arena *a, char **out, mote_err *err)
{
    size_t n = strlen(s);
    char *text = mote_arena_alloc(a, n + 1, 4);
    if (!text)
        return mote_fail(err, MOTE_NOMEM, "text of %zu bytes", n);
    size_t len = 0;
    for (size_t i = 0; i < n;) {
        utf8proc_int32_t c;
        utf8proc_ssize_t step =
            utf8proc_iterate((const utf8proc_uint8_t *)s + i, (utf8proc_ssize_t)(n - i), &c);
        if (step <= 0) {
            text[len++] = s[i++];
            continue;
        }
        len += (size_t)utf8proc_encode_char(utf8proc_tolower(c), (utf8proc_uint8_t *)text + len);
        i += (size_t)step;
    }
    text[len] = '\0';
    if (!mote_utf8_valid(text, len)) {
        *out = text;
        return MOTE_OK;
    }
    return mote_text_nfc(text, len, a, out, err);
}

/* ---- what cannot be seen ---------------------------------------------------------------- */

static bool is_control(int32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

static bool is_bidi(int32_t c)
{
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

static bool is_joiner(int32_t c)
{
    return c == 0x200c || c == 0x200d;
}

/* Zero-width space, word joiner and its invisible kin, byte-order mark, line and paragraph
 * separators, soft hyphen, Mongolian vowel separator, annotation and tag characters. */
static bool is_invisible(int32_t c)
{
    return c == 0x00ad || c == 0x180e || c == 0x200b || c == 0x2028 || c == 0x2029 ||
           (c >= 0x2060 && c <= 0x2064) || (c >= 0x206a && c <= 0x206f) || c == 0xfeff ||
           (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff);
}

static bool is_script_letter(int32_t c)
{
    utf8proc_category_t k = c < 0x80 ? UTF8PROC_CATEGORY_CN : utf8proc_category(c);
    return k == UTF8PROC_CATEGORY_LO || k == UTF8PROC_CATEGORY_LL || k == UTF8PROC_CATEGORY_LU ||
           k == UTF8PROC_CATEGORY_LM || k == UTF8PROC_CATEGORY_MN || k == UTF8PROC_CATEGORY_MC;
}

static size_t next_char(const char *s, size_t n, size_t at, int32_t *c)
{
    utf8proc_ssize_t step =
        at < n ? utf8proc_iterate((const utf8proc_uint8_t *)s + at, (utf8proc_ssize_t)(n - at), c)
               : 0;
    if (step > 0)
        return (size_t)step;
    *c = -1;
    return at < n ? 1 : 0;
}

const char *mote_text_unfit(const char *s, size_t n, uint32_t *code)
{
    int32_t before = -1, c, after;
    for (size_t at = 0, step; at < n; at += step) {
        step = next_char(s, n, at, &c);
        (void)next_char(s, n, at + step, &after);
        *code = (uint32_t)c;
        if (c >= 0 && is_control(c))
            return "a control character";
        if (is_bidi(c))
            return "a bidirectional control character";
        if (is_invisible(c) ||
            (is_joiner(c) && !(is_script_letter(before) && is_script_letter(after))))
            return "an invisible character";
        before = c;
    }
    return NULL;
}

mote_status mote_text_check_name(const char *where, const char *kind, const char *name,
                                 size_t max_bytes, mote_err *err)
{
    size_t n = name ? strlen(name) : 0;
    if (n == 0)
        return mote_fail(err, MOTE_ARG, "%s: no %s", where, kind);
    if (n > max_bytes)
        return mote_fail(err, MOTE_ARG, "%s: the %s is %zu bytes long, at most %zu are possible",
                         where, kind, n, max_bytes);
    if (!mote_utf8_valid(name, n))
        return mote_fail(err, MOTE_ARG, "%s: the %s is not UTF-8 text", where, kind);
    uint32_t code = 0;
    const char *unfit = mote_text_unfit(name, n, &code);
    if (unfit)
        return mote_fail(err, MOTE_ARG, "%s: the %s holds %s, U+%04lX; take it out", where, kind,
                         unfit, (unsigned long)code);
    return MOTE_OK;
}

/* ---- showing ---------------------------------------------------------------------------- */

/* Joiners are shown as they are between letters; alone they only hide. */
static bool is_harmful(int32_t c)
{
    return is_control(c) || is_bidi(c) || is_invisible(c);
}

void mote_buf_shown(mote_buf *b, const char *s, size_t n, bool lines)
{
    size_t plain = 0; /* s[plain..at) needs no escape and is not yet added */
    for (size_t at = 0, step; at < n; at += step) {
        int32_t c;
        step = next_char(s, n, at, &c);
        if (c >= 0 && (!is_harmful(c) || (lines && (c == '\n' || c == '\t'))))
            continue;
        mote_buf_add(b, s + plain, at - plain);
        plain = at + step;
        if (c < 0x80) /* also a byte that is no character, -1 */
            mote_buf_printf(b, "\\x%02x", (unsigned)(unsigned char)s[at]);
        else
            mote_buf_printf(b, c < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)c);
    }
    mote_buf_add(b, s + plain, n - plain);
}

void mote_buf_shown_json(mote_buf *b, const char *s, size_t n)
{
    size_t plain = 0;
    for (size_t at = 0, step; at < n; at += step) {
        int32_t c;
        step = next_char(s, n, at, &c);
        if (c < 0x7f || !is_harmful(c))
            continue;
        mote_buf_add(b, s + plain, at - plain);
        plain = at + step;
        if (c < 0x10000)
            mote_buf_printf(b, "\\u%04x", (unsigned)c);
        else
            mote_buf_printf(b, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (c >> 10)),
                            (unsigned)(0xdc00 + (c & 0x3ff)));
    }
    mote_buf_add(b, s + plain, n - plain);
}
