/* SPDX-License-Identifier: Apache-2.0 */
/* Encodings of text files: which one it is, and conversion to UTF-8 piece by piece.
 *
 * A byte order mark decides. Without one: text of which many characters are ASCII shows UTF-16 by a
 * zero in every other byte; else all bytes are looked at, and what is valid UTF-8 is UTF-8. Of a
 * file that is not, the characters that are not ASCII vote: when most of them are whole UTF-8
 * sequences it is damaged UTF-8, else Windows-1252. Its five unused codes (81, 8D, 8F, 90, 9D) are
 * taken as the control characters of that number, as the WHATWG encoding standard has it; Latin-1
 * differs in 80 to 9F only, which no text uses. Sources: RFC 3629 (UTF-8), RFC 2781 (UTF-16). */
#include <string.h>

#include "data/csv_internal.h"
#include "data/filetype.h"

const char *mote_csv_encoding_name(mote_csv_encoding e)
{
    static const char *const names[] = {"UTF-8", "UTF-8 with damaged characters",
                                        "UTF-16 (little endian)", "UTF-16 (big endian)",
                                        "Windows-1252 or Latin-1"};
    return names[e];
}

static bool is_tail(uint8_t c)
{
    return (c & 0xC0) == 0x80;
}

/* Bytes of the UTF-8 character (not ASCII) at d: 2 to 4; 0 when none stands there; -1 when it could
 * be one if more bytes followed (RFC 3629 section 4). */
static int sequence(const uint8_t *d, size_t n)
{
    uint8_t c = d[0];
    int want = c >= 0xC2 && c <= 0xDF ? 2 : (c & 0xF0) == 0xE0 ? 3 : c >= 0xF0 && c <= 0xF4 ? 4 : 0;
    if (want == 0)
        return 0;
    if (n < 2)
        return -1;
    uint8_t lo = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
    uint8_t hi = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
    if (d[1] < lo || d[1] > hi)
        return 0;
    for (int i = 2; i < want; i++) {
        if ((size_t)i >= n)
            return -1;
        if (!is_tail(d[i]))
            return 0;
    }
    return want;
}

static uint64_t load64(const uint8_t *p)
{
    uint64_t x;
    memcpy(&x, p, sizeof x);
    return x;
}

/* Behind the ASCII characters but 0 at d; 8 bytes at a time. */
static size_t skip_ascii(const uint8_t *d, size_t at, size_t n)
{
    const uint64_t high = 0x8080808080808080u, low = 0x0101010101010101u;
    while (n - at >= 8) {
        uint64_t x = load64(d + at);
        if ((x | (x - low)) & high) /* no high bit: then x - low has one exactly where a 0 is */
            break;
        at += 8;
    }
    while (at < n && d[at] != 0 && d[at] < 0x80)
        at++;
    return at;
}

static mote_status not_text(const char *name, size_t at, mote_err *err)
{
    return mote_fail(err, MOTE_PARSE,
                     "'%s': byte %zu is 0, so this is no text; save the table as CSV in UTF-8",
                     name, at);
}

static mote_status look_at_all(const mote_file_bytes *file, mote_csv_text *out, mote_err *err)
{
    const uint8_t *d = file->bytes;
    const size_t n = file->n;
    size_t n_good = 0;
    for (size_t at = skip_ascii(d, 0, n); at < n; at = skip_ascii(d, at, n)) {
        if (d[at] == 0)
            return not_text(file->name, at, err);
        int len = sequence(d + at, n - at);
        if (len > 0) {
            n_good++;
            at += (size_t)len;
            continue;
        }
        if (out->n_bad_bytes++ == 0)
            out->bad_byte = at;
        at++;
    }
    out->encoding = out->n_bad_bytes == 0       ? MOTE_CSV_UTF8
                    : n_good > out->n_bad_bytes ? MOTE_CSV_UTF8_DAMAGED
                                                : MOTE_CSV_WINDOWS_1252;
    return MOTE_OK;
}

mote_status mote_csv_find_encoding(const mote_file_bytes *file, mote_csv_text *out, mote_err *err)
{
    const char *name = file->name;
    const uint8_t *d = file->bytes;
    const size_t n = file->n;
    mote_csv_text t = {.encoding = MOTE_CSV_UTF8};
    mote_filetype type =
        mote_filetype_of(d, n < MOTE_FILETYPE_HEAD_BYTES ? n : MOTE_FILETYPE_HEAD_BYTES);
    if (n == 0)
        return mote_fail(err, MOTE_PARSE, "'%s' is empty", name);
    if (n >= 4 && (memcmp(d, "\xff\xfe\0\0", 4) == 0 || memcmp(d, "\0\0\xfe\xff", 4) == 0))
        return mote_fail(err, MOTE_UNSUPPORTED, "'%s' is UTF-32; save it as UTF-8", name);
    mote_utf16 order = mote_filetype_utf16(d, n);
    if (order != MOTE_UTF16_NONE) {
        t.encoding = order == MOTE_UTF16_LE ? MOTE_CSV_UTF16LE : MOTE_CSV_UTF16BE;
        t.mark_bytes = d[0] >= 0xFE ? 2 : 0;
    } else if (type != MOTE_FILETYPE_text && type != MOTE_FILETYPE_unknown &&
               type != MOTE_FILETYPE_json) {
        return mote_fail(err, MOTE_PARSE, "'%s' is no table: it is %s", name,
                         mote_filetype_name(type));
    } else {
        t.mark_bytes = mote_utf8_mark(d, n);
        MOTE_TRY(look_at_all(file, &t, err));
    }
    if (n == t.mark_bytes)
        return mote_fail(err, MOTE_PARSE, "'%s' is empty but for a byte order mark", name);
    *out = t;
    return MOTE_OK;
}

/* ---- conversion ---- */

static size_t put_utf8(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const uint32_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = n - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    out[0] = (char)(lead[n] | code);
    return n;
}

static const uint16_t windows_1252[32] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

#define REPLACED 0xFFFD

/* One code unit; n >= 2. */
static uint32_t unit(mote_csv_encoding e, const uint8_t *p)
{
    return e == MOTE_CSV_UTF16LE ? (uint32_t)(p[0] | p[1] << 8) : (uint32_t)(p[1] | p[0] << 8);
}

static size_t take_utf16(const mote_csv_piece *piece, uint32_t *code)
{
    const uint8_t *p = piece->at;
    *code = REPLACED;
    if (piece->n < 2)
        return piece->is_last ? piece->n : 0;
    uint32_t high = unit(piece->encoding, p);
    if (high < 0xD800 || high > 0xDFFF) {
        *code = high ? high : REPLACED;
        return 2;
    }
    if (piece->n < 4 && high < 0xDC00)
        return piece->is_last ? 2 : 0;
    uint32_t low = high < 0xDC00 ? unit(piece->encoding, p + 2) : 0;
    if (low < 0xDC00 || low > 0xDFFF)
        return 2; /* half a pair */
    *code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
    return 4;
}

/* The first character of a piece: bytes used, 0 when it is not whole yet. */
static size_t take(const mote_csv_piece *piece, uint32_t *code)
{
    const mote_csv_encoding e = piece->encoding;
    const uint8_t *p = piece->at;
    if (e == MOTE_CSV_UTF16LE || e == MOTE_CSV_UTF16BE)
        return take_utf16(piece, code);
    *code = p[0];
    if (p[0] < 0x80)
        return 1;
    if (e == MOTE_CSV_WINDOWS_1252) {
        *code = p[0] < 0xA0 ? windows_1252[p[0] - 0x80] : p[0];
        return 1;
    }
    int len = sequence(p, piece->n);
    if (len < 0 && !piece->is_last)
        return 0;
    if (len <= 0) {
        *code = REPLACED;
        return 1;
    }
    *code = p[0] & (0xFFu >> (len + 1));
    for (int i = 1; i < len; i++)
        *code = *code << 6 | (p[i] & 0x3Fu);
    return (size_t)len;
}

size_t mote_csv_convert(const mote_csv_piece *piece, char *dst, size_t room, size_t *used)
{
    mote_csv_piece rest = *piece;
    size_t len = 0;
    while (rest.n > 0) {
        uint32_t code;
        char out[4];
        size_t took = take(&rest, &code);
        size_t put = took ? put_utf8(code, out) : 0;
        if (took == 0 || put > room - len)
            break;
        if (dst)
            memcpy(dst + len, out, put);
        len += put;
        rest.at += took;
        rest.n -= took;
    }
    *used = piece->n - rest.n;
    return len;
}
