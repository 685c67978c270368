/* SPDX-License-Identifier: Apache-2.0 */
/* The pull reader: structure, strings, whole arrays of numbers. Numbers are in json_number.c. */
#include "base/json_pull.h"

#include <math.h>
#include <string.h>

#include "base/json_number.h"

/* ---- what a string means ---- */

static int32_t hex4(const char *s)
{
    int32_t x = 0;
    for (int i = 0; i < 4; i++) {
        char c = s[i];
        int32_t d = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (d < 0)
            return -1;
        x = x * 16 + d;
    }
    return x;
}

/* The code point of "\uXXXX" or a pair of them at s; *used bytes of text. False when malformed. */
static bool unicode_escape(const char *s, size_t n, uint32_t *c, size_t *used)
{
    int32_t hi = n >= 6 ? hex4(s + 2) : -1;
    if (hi <= 0 || (hi >= 0xDC00 && hi < 0xE000))
        return false;
    *c = (uint32_t)hi;
    *used = 6;
    if (hi < 0xD800 || hi >= 0xDC00)
        return true;
    int32_t lo = n >= 12 && s[6] == '\\' && s[7] == 'u' ? hex4(s + 8) : -1;
    if (lo < 0xDC00 || lo >= 0xE000)
        return false;
    *c = 0x10000 + (((uint32_t)hi - 0xD800) << 10) + ((uint32_t)lo - 0xDC00);
    *used = 12;
    return true;
}

/* Take one character off the front: its code point; bytes and escapes that are none stand for
 * themselves, which is enough to compare two strings. */
static uint32_t next_point(mote_slice *s)
{
    static const char names[] = "bfnrt", means[] = "\b\f\n\r\t";
    const char *at = s->at, *end = s->at + s->n;
    uint32_t point = (unsigned char)*at;
    size_t used = 1;
    if (*at == '\\' && end - at > 1) {
        const char *name = at[1] ? strchr(names, at[1]) : NULL;
        point = name ? (unsigned char)means[name - names] : (unsigned char)at[1];
        used = 2;
        uint32_t escaped = 0;
        size_t n = 0;
        if (at[1] == 'u' && unicode_escape(at, s->n, &escaped, &n)) {
            point = escaped;
            used = n;
        }
    } else if (point >= 0xc0) {
        size_t n = point >= 0xf0 ? 4 : point >= 0xe0 ? 3 : 2;
        point &= 0x7fu >> n;
        for (; used < n && used < s->n && ((unsigned char)at[used] & 0xc0) == 0x80; used++)
            point = point << 6 | ((unsigned char)at[used] & 0x3fu);
    }
    s->at += used;
    s->n -= used;
    return point;
}

/* Most strings differ, or not, before either has an escape: then the bytes tell. */
static bool same_meaning(mote_slice a, mote_slice b)
{
    size_t n = a.n < b.n ? a.n : b.n, i = 0;
    while (i < n && a.at[i] == b.at[i] && a.at[i] != '\\')
        i++;
    if (i == n) /* what is left of the longer means at least one character */
        return a.n == b.n;
    if (a.at[i] != '\\' && b.at[i] != '\\' && ((a.at[i] | b.at[i]) & 0x80) == 0)
        return false;
    if (!memchr(a.at, '\\', a.n) && !memchr(b.at, '\\', b.n))
        return false;
    while (a.n > 0 && b.n > 0)
        if (next_point(&a) != next_point(&b))
            return false;
    return a.n == b.n;
}

bool mote_slice_is(mote_slice s, const char *text)
{
    return same_meaning(s, (mote_slice){text, strlen(text)});
}

void mote_json_pull_init(mote_json_pull *p, const char *text, size_t n)
{
    p->text = p->at = text;
    p->end = text + n;
    p->depth = p->n_keys = 0;
    p->is_first = p->null_is_nan = false;
    p->failure.status = MOTE_OK;
    p->failure.text[0] = '\0';
}

/* ---- failing ---- */

static mote_status report(const mote_json_pull *p, mote_err *err)
{
    return mote_fail(err, p->failure.status, "%s", p->failure.text);
}

static mote_status fail_at(mote_json_pull *p, const char *at, mote_status st, const char *what)
{
    if (p->failure.status != MOTE_OK)
        return p->failure.status;
    size_t line = 1;
    const char *start = p->text;
    for (const char *c = p->text; c < at; c++)
        if (*c == '\n') {
            line++;
            start = c + 1;
        }
    p->at = p->end;
    return mote_fail(&p->failure, st, "line %zu, column %zu: %s", line, (size_t)(at - start) + 1,
                     what);
}

static void skip_blanks(mote_json_pull *p)
{
    const char *at = p->at;
    while (at < p->end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
        at++;
    p->at = at;
}

static mote_status expected(mote_json_pull *p, const char *what)
{
    char text[96];
    if (p->at == p->end)
        (void)mote_format(text, sizeof text, "the text ends where %s is expected", what);
    else
        (void)mote_format(text, sizeof text, "%s is expected here", what);
    return fail_at(p, p->at, MOTE_PARSE, text);
}

/* ---- structure ---- */

mote_pull_kind mote_pull_peek(mote_json_pull *p)
{
    skip_blanks(p);
    if (p->failure.status != MOTE_OK || p->at == p->end)
        return MOTE_PULL_NONE;
    char c = *p->at;
    if (c == '{')
        return MOTE_PULL_OBJECT;
    if (c == '[')
        return MOTE_PULL_ARRAY;
    if (c == '"')
        return MOTE_PULL_STRING;
    if (c == '-' || (c >= '0' && c <= '9'))
        return MOTE_PULL_NUMBER;
    if (c == 't' || c == 'f')
        return MOTE_PULL_BOOL;
    return c == 'n' ? MOTE_PULL_NULL : MOTE_PULL_NONE;
}

static mote_status enter(mote_json_pull *p, char open, const char *what, mote_err *err)
{
    skip_blanks(p);
    if (p->failure.status != MOTE_OK)
        return report(p, err);
    if (p->at == p->end || *p->at != open) {
        (void)expected(p, what);
        return report(p, err);
    }
    if (p->depth == MOTE_PULL_MAX_DEPTH) {
        (void)fail_at(p, p->at, MOTE_LIMIT, "nested deeper than 64 levels");
        return report(p, err);
    }
    p->at++;
    p->first_key[p->depth] = p->n_keys;
    p->in_object[p->depth++] = open == '{';
    p->is_first = true;
    return MOTE_OK;
}

mote_status mote_pull_object(mote_json_pull *p, mote_err *err)
{
    return enter(p, '{', "an object '{'", err);
}

mote_status mote_pull_array(mote_json_pull *p, mote_err *err)
{
    return enter(p, '[', "an array '['", err);
}

/* Between the members of what was entered last: true when another one follows. */
static bool next(mote_json_pull *p, char close)
{
    skip_blanks(p);
    if (p->failure.status != MOTE_OK)
        return false;
    bool was_first = p->is_first;
    p->is_first = false;
    if (p->at < p->end && *p->at == close) {
        p->at++;
        p->n_keys = p->first_key[--p->depth];
        return false;
    }
    if (was_first)
        return true;
    if (p->at == p->end || *p->at != ',') {
        (void)expected(p, close == '}' ? "',' or '}'" : "',' or ']'");
        return false;
    }
    p->at++;
    return true;
}

bool mote_pull_item(mote_json_pull *p)
{
    MOTE_BUG_IF(p->failure.status == MOTE_OK && (p->depth == 0 || p->in_object[p->depth - 1]));
    return next(p, ']');
}

/* Remember the key of the innermost object; false, with the failure set, when it had it before. */
static bool remember(mote_json_pull *p, mote_slice key)
{
    char text[96];
    for (int32_t i = p->first_key[p->depth - 1]; i < p->n_keys; i++)
        if (same_meaning(p->keys[i], key)) {
            int n = key.n < 40 ? (int)key.n : 40;
            while (n > 0 && n < (int)key.n && ((unsigned char)key.at[n] & 0xc0) == 0x80)
                n--;
            (void)mote_format(text, sizeof text, "'%.*s' is given twice", n, key.at);
            (void)fail_at(p, key.at - 1, MOTE_PARSE, text);
            return false;
        }
    if (p->n_keys == MOTE_PULL_MAX_KEYS) {
        (void)mote_format(text, sizeof text, "an object with more than %d members",
                          MOTE_PULL_MAX_KEYS);
        (void)fail_at(p, key.at - 1, MOTE_LIMIT, text);
        return false;
    }
    p->keys[p->n_keys++] = key;
    return true;
}

bool mote_pull_key(mote_json_pull *p, mote_slice *key)
{
    MOTE_BUG_IF(p->failure.status == MOTE_OK && (p->depth == 0 || !p->in_object[p->depth - 1]));
    if (!next(p, '}'))
        return false;
    skip_blanks(p);
    if (p->at == p->end || *p->at != '"') {
        (void)expected(p, "a key in double quotes");
        return false;
    }
    if (mote_pull_str(p, key, NULL) != MOTE_OK || !remember(p, *key))
        return false;
    skip_blanks(p);
    if (p->at == p->end || *p->at != ':') {
        (void)expected(p, "':'");
        return false;
    }
    p->at++;
    return true;
}

static bool take_word(mote_json_pull *p, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(p->end - p->at) < n || memcmp(p->at, word, n) != 0)
        return false;
    p->at += n;
    p->is_first = false;
    return true;
}

static mote_status pull_null(mote_json_pull *p, mote_err *err)
{
    skip_blanks(p);
    if (p->failure.status == MOTE_OK && take_word(p, "null"))
        return MOTE_OK;
    (void)expected(p, "null");
    return report(p, err);
}

bool mote_pull_member(mote_json_pull *p, mote_slice *key)
{
    while (mote_pull_key(p, key))
        if (mote_pull_peek(p) != MOTE_PULL_NULL)
            return true;
        else if (pull_null(p, NULL) != MOTE_OK)
            return false;
    return false;
}

mote_status mote_pull_end(mote_json_pull *p, mote_err *err)
{
    skip_blanks(p);
    if (p->failure.status == MOTE_OK && p->depth > 0)
        (void)expected(p, "the end of an object or array");
    else if (p->failure.status == MOTE_OK && p->at < p->end)
        (void)fail_at(p, p->at, MOTE_PARSE, "text behind the end of the document");
    return p->failure.status == MOTE_OK ? MOTE_OK : report(p, err);
}

/* ---- strings and words ---- */

mote_status mote_pull_str(mote_json_pull *p, mote_slice *out, mote_err *err)
{
    skip_blanks(p);
    if (p->failure.status != MOTE_OK)
        return report(p, err);
    if (p->at == p->end || *p->at != '"') {
        (void)expected(p, "a string");
        return report(p, err);
    }
    p->is_first = false;
    const char *at = ++p->at;
    while (at < p->end && *at != '"') {
        if ((unsigned char)*at < 0x20) {
            (void)fail_at(p, at, MOTE_PARSE,
                          "a control character in a string: write it as \\u00..");
            return report(p, err);
        }
        at += *at == '\\' && p->end - at > 1 ? 2 : 1;
    }
    if (at >= p->end) {
        (void)fail_at(p, p->end, MOTE_PARSE, "the text ends inside a string");
        return report(p, err);
    }
    *out = (mote_slice){p->at, (size_t)(at - p->at)};
    p->at = at + 1;
    return MOTE_OK;
}

mote_status mote_pull_bool(mote_json_pull *p, bool *out, mote_err *err)
{
    skip_blanks(p);
    if (p->failure.status == MOTE_OK && take_word(p, "true")) {
        *out = true;
        return MOTE_OK;
    }
    if (p->failure.status == MOTE_OK && take_word(p, "false")) {
        *out = false;
        return MOTE_OK;
    }
    (void)expected(p, "true or false");
    return report(p, err);
}

mote_status mote_pull_skip(mote_json_pull *p, mote_err *err)
{
    int32_t base = p->depth;
    mote_slice s;
    double x;
    bool b;
    do {
        switch (mote_pull_peek(p)) {
        case MOTE_PULL_OBJECT:
            MOTE_TRY(mote_pull_object(p, err));
            break;
        case MOTE_PULL_ARRAY:
            MOTE_TRY(mote_pull_array(p, err));
            break;
        case MOTE_PULL_STRING:
            MOTE_TRY(mote_pull_str(p, &s, err));
            break;
        case MOTE_PULL_NUMBER:
            MOTE_TRY(mote_pull_f64(p, &x, err));
            break;
        case MOTE_PULL_BOOL:
            MOTE_TRY(mote_pull_bool(p, &b, err));
            break;
        case MOTE_PULL_NULL:
            MOTE_TRY(pull_null(p, err));
            break;
        case MOTE_PULL_NONE:
            (void)expected(p, "a value");
            return report(p, err);
        }
        /* Leave every level that ends here; stop in front of the next value. */
        while (p->depth > base &&
               !(p->in_object[p->depth - 1] ? mote_pull_key(p, &s) : mote_pull_item(p)))
            if (p->failure.status != MOTE_OK)
                return report(p, err);
    } while (p->depth > base);
    return MOTE_OK;
}

/* ---- numbers ---- */

static mote_status number_failed(mote_json_pull *p, bool out_of_range, mote_err *err)
{
    if (out_of_range)
        (void)fail_at(p, p->at, MOTE_RANGE, "the number is too large");
    else
        (void)expected(p, "a number");
    return report(p, err);
}

mote_status mote_pull_f64(mote_json_pull *p, double *out, mote_err *err)
{
    skip_blanks(p);
    if (p->failure.status != MOTE_OK)
        return report(p, err);
    const char *end = mote_json_number_end(p->at, p->end);
    if (!end || !mote_parse_f64(p->at, (size_t)(end - p->at), out))
        return number_failed(p, end != NULL, err);
    p->at = end;
    p->is_first = false;
    return MOTE_OK;
}

mote_status mote_pull_i64(mote_json_pull *p, int64_t *out, mote_err *err)
{
    skip_blanks(p);
    if (p->failure.status != MOTE_OK)
        return report(p, err);
    const char *end = mote_json_number_end(p->at, p->end);
    if (!end)
        return number_failed(p, false, err);
    if (!mote_parse_i64(p->at, (size_t)(end - p->at), out)) {
        for (const char *c = p->at; c < end; c++)
            if (*c == '.' || *c == 'e' || *c == 'E') {
                (void)expected(p, "a whole number");
                return report(p, err);
            }
        return number_failed(p, true, err);
    }
    p->at = end;
    p->is_first = false;
    return MOTE_OK;
}

/* One item of a tensor: a number, true or false; null where that is one. NULL after a failure. */
static const char *tensor_item(mote_json_pull *p, const char *at, float *out)
{
    bool out_of_range = false;
    const char *end = mote_json_f32(at, p->end, out, &out_of_range);
    if (end)
        return end;
    p->at = at;
    if (!out_of_range && (*at == 't' || *at == 'f')) {
        bool b = false;
        if (mote_pull_bool(p, &b, NULL) != MOTE_OK)
            return NULL;
        *out = b ? 1.0f : 0.0f;
        return p->at;
    }
    if (!out_of_range && *at == 'n' && p->null_is_nan) {
        if (pull_null(p, NULL) != MOTE_OK)
            return NULL;
        *out = NAN;
        return p->at;
    }
    (void)number_failed(p, out_of_range, NULL);
    return NULL;
}

/* The items of an array of numbers up to its ']' (p->at is behind the '['). */
static mote_status row(mote_json_pull *p, float *out, size_t max_values, size_t *n_values)
{
    const char *at = p->at, *end = p->end;
    size_t n = 0;
    for (;;) {
        while (at < end && (unsigned char)*at <= ' ' &&
               (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
            at++;
        p->at = at;
        if (at == end)
            return expected(p, "a number or ']'");
        if (*at == ']' && n == 0)
            break;
        if (n == max_values)
            return fail_at(p, at, MOTE_LIMIT, "the array has more values than the tensor");
        at = tensor_item(p, at, out + n);
        if (!at)
            return p->failure.status;
        n++;
        while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
            at++;
        if (at < end && *at == ',') {
            at++;
            continue;
        }
        p->at = at;
        if (at == end || *at != ']')
            return expected(p, "',' or ']'");
        break;
    }
    p->at = at + 1;
    *n_values = n;
    return MOTE_OK;
}

/* Nested like dims: every level below the outermost must be there, and each have its length. */
static mote_status nested(mote_json_pull *p, const int64_t *dims, int32_t n_dims, float *out,
                          size_t max_values, size_t *n_values)
{
    int64_t left[MOTE_PULL_MAX_DEPTH];
    int32_t level = 0;
    size_t n = 0;
    left[0] = dims[0];
    while (level >= 0) {
        skip_blanks(p);
        const char *at = p->at;
        if (level == n_dims - 1) {
            size_t got = 0;
            MOTE_TRY(row(p, out + n, max_values - n, &got));
            if ((int64_t)got != dims[level])
                return fail_at(p, at, MOTE_SHAPE, "the array's length is not that of the shape");
            n += got;
        } else if (left[level] > 0) {
            if (left[level] != dims[level]) {
                if (at == p->end || *at != ',')
                    return expected(p, at < p->end && *at == ']' ? "another array, says the shape,"
                                                                 : "','");
                p->at++;
                skip_blanks(p);
            }
            if (p->at == p->end || *p->at != '[')
                return expected(p, "an array '[', says the shape,");
            p->at++;
            left[level]--;
            level++;
            left[level] = dims[level];
            continue;
        } else {
            if (at == p->end || *at != ']')
                return expected(p, "']', says the shape,");
            p->at++;
        }
        level--;
    }
    *n_values = n;
    return MOTE_OK;
}

mote_status mote_pull_f32s(mote_json_pull *p, const int64_t *dims, int32_t n_dims, float *out,
                           size_t *n_values, mote_err *err)
{
    MOTE_BUG_IF(n_dims < 0 || n_dims > MOTE_PULL_MAX_DEPTH);
    size_t max_values = 1;
    for (int32_t i = 0; i < n_dims; i++)
        MOTE_BUG_IF(dims[i] < 0 || !mote_mul_size(max_values, (size_t)dims[i], &max_values));
    MOTE_TRY(mote_pull_array(p, err));
    p->depth--; /* its end is found here, not by mote_pull_item */
    p->is_first = false;
    skip_blanks(p);
    bool is_nested = n_dims > 1 && p->at < p->end && *p->at == '[';
    mote_status st = is_nested ? nested(p, dims, n_dims, out, max_values, n_values)
                               : row(p, out, max_values, n_values);
    return st == MOTE_OK ? MOTE_OK : report(p, err);
}

/* ---- text of a string ---- */

static size_t put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xC0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xE0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3F));
        out[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    out[0] = (char)(0xF0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3F));
    out[2] = (char)(0x80 | (c >> 6 & 0x3F));
    out[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

mote_status mote_pull_text(mote_slice s, mote_arena *a, char **out, size_t *n, mote_err *err)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (!mote_utf8_valid(s.at, s.n))
        return mote_fail(err, MOTE_PARSE, "a string is not valid UTF-8");
    char *text = NULL;
    MOTE_TRY(mote_arena_take(a, s.n + 1, 1, &text, err)); /* undoing escapes never lengthens */
    size_t len = 0;
    for (size_t i = 0; i < s.n;) {
        if (s.at[i] != '\\') {
            text[len++] = s.at[i++];
            continue;
        }
        const char *f = i + 1 < s.n ? memchr(from, s.at[i + 1], sizeof from - 1) : NULL;
        uint32_t c = 0;
        size_t used = 2;
        if (f)
            text[len++] = to[f - from];
        else if (i + 1 < s.n && s.at[i + 1] == 'u' && unicode_escape(s.at + i, s.n - i, &c, &used))
            len += put_utf8(text + len, c);
        else
            return mote_fail(err, MOTE_PARSE, "a string has a bad escape: '%.*s'",
                             (int)(s.n - i > 6 ? 6 : s.n - i), s.at + i);
        i += used;
    }
    text[len] = '\0';
    *out = text;
    if (n)
        *n = len;
    return MOTE_OK;
}

mote_status mote_pull_string(mote_json_pull *p, mote_arena *a, const char **out, mote_err *err)
{
    mote_slice s;
    char *text = NULL;
    MOTE_TRY(mote_pull_str(p, &s, err));
    MOTE_TRY(mote_pull_text(s, a, &text, NULL, err));
    *out = text;
    return MOTE_OK;
}
