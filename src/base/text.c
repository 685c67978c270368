/* SPDX-License-Identifier: Apache-2.0 */
/* Growing buffers, UTF-8, nearest names, sizes for people. Numbers are in number.c.
 * Depends on mem and status; used by everything that writes or reads text. */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define FIRST_CAPACITY 256
#define LONGEST_NAME   64 /* edit distance looks at names up to this length */

void mote_buf_init(mote_buf *b, size_t max_bytes)
{
    *b = (mote_buf){.max_bytes = max_bytes};
}

void mote_buf_release(mote_buf *b)
{
    mote_free(b->data);
    *b = (mote_buf){.max_bytes = b->max_bytes};
}

void mote_buf_reset(mote_buf *b)
{
    b->len = 0;
    b->status = MOTE_OK;
    if (b->data)
        b->data[0] = '\0';
}

/* Make room for n more bytes and the 0 after them; false when the buffer is or becomes failed. */
static bool reserve(mote_buf *b, size_t n)
{
    if (b->status != MOTE_OK)
        return false;
    if (n > b->max_bytes || b->len > b->max_bytes - n) {
        b->status = MOTE_LIMIT;
        return false;
    }
    size_t need = b->len + n;
    if (b->data && need < b->capacity)
        return true;
    size_t capacity = b->capacity ? b->capacity : FIRST_CAPACITY;
    while (capacity <= need) {
        if (capacity > SIZE_MAX / 2) {
            b->status = MOTE_NOMEM;
            return false;
        }
        capacity *= 2;
    }
    char *data = mote_realloc(b->data, capacity, 1);
    if (!data) {
        b->status = MOTE_NOMEM;
        return false;
    }
    b->data = data;
    b->capacity = capacity;
    return true;
}

void mote_buf_add(mote_buf *b, const void *bytes, size_t n)
{
    if (!reserve(b, n))
        return;
    if (n)
        memcpy(b->data + b->len, bytes, n);
    b->len += n;
    b->data[b->len] = '\0';
}

void mote_buf_str(mote_buf *b, const char *s)
{
    mote_buf_add(b, s, strlen(s));
}
void mote_buf_char(mote_buf *b, char c)
{
    mote_buf_add(b, &c, 1);
}

void mote_buf_vprintf(mote_buf *b, const char *fmt, va_list ap)
{
    char small[256];
    va_list again;
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    if (n >= 0 && (size_t)n < sizeof small) {
        mote_buf_add(b, small, (size_t)n);
    } else if (n >= 0 && reserve(b, (size_t)n)) {
        (void)vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
        b->len += (size_t)n;
    } else if (n < 0 && b->status == MOTE_OK) {
        b->status = MOTE_ARG;
    }
    va_end(again);
}

void mote_buf_printf(mote_buf *b, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    mote_buf_vprintf(b, fmt, ap);
    va_end(ap);
}

static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\' || c == 0x7F;
}

static void add_escape(mote_buf *b, unsigned char c)
{
    static const char hex[] = "0123456789abcdef", from[] = "\"\\\n\r\t", to[] = "\"\\nrt";
    const char *at = memchr(from, c, sizeof from - 1);
    char text[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
    if (at)
        text[1] = to[at - from];
    mote_buf_add(b, text, at ? 2 : sizeof text);
}

void mote_buf_json_str(mote_buf *b, const char *s, size_t n)
{
    size_t plain = 0; /* s[plain..i) needs no escape and is not yet added */
    size_t i = 0;
    while (i < n && !needs_escape((unsigned char)s[i]))
        i++;
    if (i == n && n <= b->max_bytes && reserve(b, n + 2)) { /* as most are: in one piece */
        b->data[b->len] = b->data[b->len + n + 1] = '"';
        if (n)
            memcpy(b->data + b->len + 1, s, n);
        b->len += n + 2;
        b->data[b->len] = '\0';
        return;
    }
    mote_buf_char(b, '"');
    for (; i < n; i++) {
        if (!needs_escape((unsigned char)s[i]))
            continue;
        mote_buf_add(b, s + plain, i - plain);
        add_escape(b, (unsigned char)s[i]);
        plain = i + 1;
    }
    mote_buf_add(b, s + plain, n - plain);
    mote_buf_char(b, '"');
}

void mote_buf_html(mote_buf *b, const char *s)
{
    for (; *s; s++) {
        switch (*s) {
        case '&':
            mote_buf_str(b, "&amp;");
            break;
        case '<':
            mote_buf_str(b, "&lt;");
            break;
        case '>':
            mote_buf_str(b, "&gt;");
            break;
        case '"':
            mote_buf_str(b, "&quot;");
            break;
        case '\'':
            mote_buf_str(b, "&#39;");
            break;
        default:
            mote_buf_char(b, *s);
        }
    }
}

mote_status mote_buf_status(const mote_buf *b, mote_err *err)
{
    if (b->status == MOTE_OK)
        return MOTE_OK;
    if (b->status == MOTE_LIMIT)
        return mote_fail(err, MOTE_LIMIT, "text grows over its limit of %zu bytes", b->max_bytes);
    return mote_fail(err, b->status, "text of %zu bytes cannot grow: %s", b->len,
                     mote_status_text(b->status));
}

char *mote_buf_take(mote_buf *b, size_t *len)
{
    if (!b->data)
        mote_buf_add(b, "", 0); /* an empty buffer still gives an empty string */
    if (b->status != MOTE_OK)
        return NULL;
    char *data = b->data;
    if (len)
        *len = b->len;
    *b = (mote_buf){.max_bytes = b->max_bytes};
    return data;
}

bool mote_str_eq(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool mote_str_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool mote_str_ends(const char *s, const char *suffix)
{
    size_t n = strlen(s);
    size_t m = strlen(suffix);
    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

/* Table 3-7 of the Unicode Standard: well-formed UTF-8 byte sequences (no overlong forms, no
 * surrogates, nothing above U+10FFFF). */
size_t mote_utf8_mark(const void *text, size_t n)
{
    return n >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

bool mote_utf8_valid(const char *s, size_t n)
{
    const unsigned char *p = (const unsigned char *)s;
    size_t i = 0;
    while (i < n) {
        unsigned char c = p[i];
        size_t more;
        unsigned char lo = 0x80;
        unsigned char hi = 0xBF;
        if (c < 0x80) {
            i++;
            continue;
        } else if (c >= 0xC2 && c <= 0xDF) {
            more = 1;
        } else if (c >= 0xE0 && c <= 0xEF) {
            more = 2;
            lo = c == 0xE0 ? 0xA0 : lo;
            hi = c == 0xED ? 0x9F : hi;
        } else if (c >= 0xF0 && c <= 0xF4) {
            more = 3;
            lo = c == 0xF0 ? 0x90 : lo;
            hi = c == 0xF4 ? 0x8F : hi;
        } else {
            return false;
        }
        if (more >= n - i || p[i + 1] < lo || p[i + 1] > hi)
            return false;
        for (size_t k = 2; k <= more; k++) {
            if (p[i + k] < 0x80 || p[i + k] > 0xBF)
                return false;
        }
        i += more + 1;
    }
    return true;
}

bool mote_format(char *out, size_t out_bytes, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    int n = vsnprintf(out, out_bytes, fmt, ap);
    va_end(ap);
    if (n < 0 && out_bytes)
        out[0] = '\0';
    return n >= 0 && (size_t)n < out_bytes;
}

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;
    return m < c ? m : c;
}

/* Optimal string alignment distance (Damerau-Levenshtein without editing a swapped pair again),
 * over three rolling rows. Both lengths are at most LONGEST_NAME. */
static size_t edit_distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t rows[3][LONGEST_NAME + 1] = {{0}};
    size_t *before = rows[0];
    size_t *above = rows[1];
    size_t *row = rows[2];
    for (size_t j = 0; j <= m; j++)
        above[j] = j;
    for (size_t i = 1; i <= n; i++) {
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t cost = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = min3(above[j] + 1, row[j - 1] + 1, above[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[m];
}

const char *mote_nearest(const char *word, const char *const *candidates, size_t n)
{
    size_t len = strlen(word);
    if (len > LONGEST_NAME)
        return NULL;
    size_t allowed = len / 3 < 1 ? 1 : len / 3 > 3 ? 3 : len / 3;
    const char *best = NULL;
    for (size_t i = 0; len >= 3 && i < n; i++) {
        if (mote_str_starts(candidates[i], word) && (!best || mote_str_eq(candidates[i], word)))
            best = candidates[i];
    }
    if (best)
        return best;
    for (size_t i = 0; i < n; i++) {
        size_t m = strlen(candidates[i]);
        if (m > LONGEST_NAME || (m > len ? m - len : len - m) > allowed)
            continue;
        size_t d = edit_distance(word, len, candidates[i], m);
        if (d > allowed || (best && d == allowed))
            continue; /* of equals the first one wins */
        best = candidates[i];
        allowed = d;
    }
    return best;
}

void mote_human_bytes(uint64_t bytes, char *out, size_t out_bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000) {
        (void)mote_format(out, out_bytes, "%u B", (unsigned)bytes);
        return;
    }
    /* Tenths of the unit, rounded half up, in whole numbers; what rounds to 1000 moves on. */
    uint64_t unit = 1000;
    size_t u = 0;
    uint64_t tenths = bytes / (unit / 10) + (bytes % (unit / 10) >= unit / 20 ? 1 : 0);
    while (tenths >= 10000 && u + 1 < sizeof units / sizeof units[0]) {
        unit *= 1000;
        u++;
        tenths = bytes / (unit / 10) + (bytes % (unit / 10) >= unit / 20 ? 1 : 0);
    }
    (void)mote_format(out, out_bytes, "%llu.%u %s", (unsigned long long)(tenths / 10),
                      (unsigned)(tenths % 10), units[u]);
}

void mote_human_duration(int64_t us, char *out, size_t out_bytes)
{
    const char *sign = us < 0 ? "-" : "";
    uint64_t x = us < 0 ? (uint64_t)0 - (uint64_t)us : (uint64_t)us;
    uint64_t s = x / 1000000;
    if (x < 1000)
        (void)mote_format(out, out_bytes, "%s%u us", sign, (unsigned)x);
    else if (x < 1000000)
        (void)mote_format(out, out_bytes, "%s%u ms", sign, (unsigned)(x / 1000));
    else if (s < 60)
        (void)mote_format(out, out_bytes, "%s%u.%u s", sign, (unsigned)s,
                          (unsigned)(x / 100000 % 10));
    else if (s < 3600)
        (void)mote_format(out, out_bytes, "%s%um %02us", sign, (unsigned)(s / 60),
                          (unsigned)(s % 60));
    else
        (void)mote_format(out, out_bytes, "%s%lluh %02um", sign, (unsigned long long)(s / 3600),
                          (unsigned)(s / 60 % 60));
}

const char *mote_counted(char out[MOTE_COUNTED_BYTES], uint64_t n, const char *nouns)
{
    const bool is_one = n == 1 && mote_str_ends(nouns, "s") && !mote_str_ends(nouns, "series");
    const bool drops_es = mote_str_ends(nouns, "ches") || mote_str_ends(nouns, "shes") ||
                          mote_str_ends(nouns, "sses") || mote_str_ends(nouns, "xes");
    const size_t len = strlen(nouns) - (is_one ? drops_es ? 2 : 1 : 0);
    (void)mote_format(out, MOTE_COUNTED_BYTES, "%llu %.*s", (unsigned long long)n, (int)len, nouns);
    return out;
}
