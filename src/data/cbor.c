/* SPDX-License-Identifier: Apache-2.0 */
/* Heads of CBOR: three bits of major type, five that are the argument or say how many bytes of it
 * follow (24: one, 25: two, 26: four, 27: eight; 31: open length, or the break that ends one).
 *
 *     major  0 unsigned  1 negative (-1 - argument)  2 bytes  3 text  4 array  5 map  6 tag
 *            7 simple: 20 false, 21 true, 22 null, 23 undefined, 25/26/27 float of 2/4/8 bytes */
#include "data/cbor.h"

#include <math.h>
#include <string.h>

typedef struct {
    uint8_t major, minor;
    uint64_t argument;
    bool is_open;
} head;

void mote_cbor_init(mote_cbor *c, const void *bytes, size_t n)
{
    *c = (mote_cbor){.d = bytes, .n = n};
}

/* `why` is static. Returns false. */
static bool refuse(mote_cbor *c, const char *why)
{
    if (!c->why) {
        c->why = why;
        c->why_at = c->at;
    }
    return false;
}

mote_status mote_cbor_status(const mote_cbor *c, const char *name, mote_err *err)
{
    if (!c->why)
        return MOTE_OK;
    return mote_fail(err, MOTE_PARSE, "'%s': byte %zu: %s", name, c->why_at, c->why);
}

/* The head at `at`, which moves behind it. */
static bool read_head(mote_cbor *c, size_t *at, head *h)
{
    if (c->why)
        return false;
    if (*at >= c->n)
        return refuse(c, "the file ends inside an item");
    uint8_t b = c->d[*at];
    *h = (head){.major = b >> 5, .minor = b & 31, .argument = b & 31};
    size_t extra = h->minor < 24 ? 0 : h->minor <= 27 ? (size_t)1 << (h->minor - 24) : 0;
    if (h->minor >= 28 && h->minor <= 30)
        return refuse(c, "not CBOR: a reserved length");
    h->is_open = h->minor == 31;
    if (c->n - *at - 1 < extra)
        return refuse(c, "the file ends inside an item");
    if (extra)
        h->argument = 0;
    for (size_t i = 0; i < extra; i++)
        h->argument = h->argument << 8 | c->d[*at + 1 + i];
    *at += 1 + extra;
    return true;
}

static bool is_break(const mote_cbor *c)
{
    return c->at < c->n && c->d[c->at] == 0xFF;
}

/* The next head that is no tag; c->at moves to it. */
static bool peek_head(mote_cbor *c, head *h, size_t *behind)
{
    for (;;) {
        *behind = c->at;
        if (!read_head(c, behind, h))
            return false;
        if (h->major != 6)
            return true;
        c->at = *behind;
    }
}

mote_cbor_kind mote_cbor_peek(mote_cbor *c)
{
    static const mote_cbor_kind kinds[] = {MOTE_CBOR_NUMBER, MOTE_CBOR_NUMBER, MOTE_CBOR_BYTES,
                                           MOTE_CBOR_TEXT,   MOTE_CBOR_ARRAY,  MOTE_CBOR_MAP};
    head h;
    size_t behind;
    if (c->why || c->at >= c->n || is_break(c) || !peek_head(c, &h, &behind))
        return MOTE_CBOR_NONE;
    if (h.major < 6)
        return kinds[h.major];
    return h.minor == 20 || h.minor == 21   ? MOTE_CBOR_BOOL
           : h.minor == 22 || h.minor == 23 ? MOTE_CBOR_NULL
           : h.minor >= 25 && h.minor <= 27 ? MOTE_CBOR_NUMBER
                                            : MOTE_CBOR_NONE;
}

static bool enter(mote_cbor *c, uint8_t major, const char *why)
{
    head h;
    size_t behind;
    if (!peek_head(c, &h, &behind))
        return false;
    if (h.major != major)
        return refuse(c, why);
    if (c->depth == MOTE_CBOR_MAX_DEPTH)
        return refuse(c, "nested too deep");
    if (!h.is_open && h.argument > c->n - behind)
        return refuse(c, "more entries are promised than bytes are left");
    c->left[c->depth++] = h.is_open ? UINT64_MAX : h.argument;
    c->at = behind;
    return true;
}

bool mote_cbor_map(mote_cbor *c)
{
    return enter(c, 5, "a map is expected");
}

bool mote_cbor_array(mote_cbor *c)
{
    return enter(c, 4, "an array is expected");
}

bool mote_cbor_more(mote_cbor *c)
{
    if (c->why || c->depth == 0)
        return false;
    uint64_t *left = &c->left[c->depth - 1];
    if (*left == UINT64_MAX) {
        if (!is_break(c))
            return true;
        c->at++;
        c->depth--;
        return false;
    }
    if (*left > 0) {
        --*left;
        return true;
    }
    c->depth--;
    return false;
}

bool mote_cbor_text(mote_cbor *c, const char **s, size_t *n)
{
    head h;
    size_t behind;
    if (!peek_head(c, &h, &behind))
        return false;
    if (h.major != 3)
        return refuse(c, "a text is expected");
    if (h.is_open)
        return refuse(c, "text in chunks is not read");
    if (h.argument > c->n - behind)
        return refuse(c, "the file ends inside a text");
    *s = (const char *)c->d + behind;
    *n = (size_t)h.argument;
    c->at = behind + (size_t)h.argument;
    return true;
}

/* IEEE 754 binary16: RFC 8949, appendix D. */
static double half(uint64_t bits)
{
    int exponent = (int)(bits >> 10) & 31;
    double mantissa = (double)(bits & 1023);
    double x = exponent == 0    ? ldexp(mantissa, -24)
               : exponent == 31 ? (mantissa > 0 ? (double)NAN : (double)INFINITY)
                                : ldexp(mantissa + 1024, exponent - 25);
    return bits & 0x8000 ? -x : x;
}

bool mote_cbor_number(mote_cbor *c, double *x)
{
    head h;
    size_t behind;
    if (!peek_head(c, &h, &behind))
        return false;
    if (h.major == 0 && !h.is_open) {
        *x = (double)h.argument;
    } else if (h.major == 1 && !h.is_open) {
        *x = -1.0 - (double)h.argument;
    } else if (h.major == 7 && h.minor == 25) {
        *x = half(h.argument);
    } else if (h.major == 7 && h.minor == 26) {
        uint32_t bits = (uint32_t)h.argument;
        float f;
        memcpy(&f, &bits, sizeof f);
        *x = (double)f;
    } else if (h.major == 7 && h.minor == 27) {
        memcpy(x, &h.argument, sizeof *x);
    } else {
        return refuse(c, "a number is expected");
    }
    c->at = behind;
    return true;
}

/* One item that holds none, or the entering of one that does. */
static bool skip_one(mote_cbor *c, bool *is_map, bool *has_entered)
{
    head h;
    size_t behind;
    *has_entered = false;
    if (!peek_head(c, &h, &behind))
        return false;
    if (h.major == 4 || h.major == 5) {
        *has_entered = true;
        *is_map = h.major == 5;
        return *is_map ? mote_cbor_map(c) : mote_cbor_array(c);
    }
    if (h.is_open)
        return refuse(c, h.major == 7 ? "an item is expected" : "text in chunks is not read");
    if (h.major == 2 || h.major == 3) {
        if (h.argument > c->n - behind)
            return refuse(c, "the file ends inside a text");
        behind += (size_t)h.argument;
    }
    c->at = behind;
    return true;
}

bool mote_cbor_skip(mote_cbor *c)
{
    bool maps[MOTE_CBOR_MAX_DEPTH], at_value[MOTE_CBOR_MAX_DEPTH], is_map, has_entered;
    int32_t floor = c->depth;
    if (!skip_one(c, &is_map, &has_entered))
        return false;
    if (!has_entered)
        return true;
    maps[c->depth - 1] = is_map;
    at_value[c->depth - 1] = false;
    while (c->depth > floor) {
        int32_t level = c->depth - 1;
        if (!at_value[level] && !mote_cbor_more(c)) {
            if (c->why)
                return false;
            continue;
        }
        at_value[level] = maps[level] && !at_value[level]; /* behind a key comes a value */
        if (!skip_one(c, &is_map, &has_entered))
            return false;
        if (has_entered) {
            maps[c->depth - 1] = is_map;
            at_value[c->depth - 1] = false;
        }
    }
    return true;
}
