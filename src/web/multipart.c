/* SPDX-License-Identifier: Apache-2.0 */
/* A multipart body:
 *
 *     --BOUNDARY CRLF  header lines CRLF  CRLF  bytes of the part  CRLF
 *     --BOUNDARY CRLF  ...
 *     --BOUNDARY--
 *
 * The boundary line belongs to the delimiter, with the CRLF before it. */
#include "web/multipart.h"

#include <string.h>

#include "base/text.h"

#define MAX_BOUNDARY 70 /* RFC 2046, section 5.1.1 */
#define MAX_PARTS    64

static bool same_letters(const char *s, const char *lower, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if ((s[i] >= 'A' && s[i] <= 'Z' ? s[i] + 32 : s[i]) != lower[i])
            return false;
    return true;
}

bool mote_multipart_is(const char *content_type)
{
    static const char type[] = "multipart/form-data";
    return content_type && strlen(content_type) >= sizeof type - 1 &&
           same_letters(content_type, type, sizeof type - 1);
}

/* "--" and the boundary of the type into out; its length, 0 when there is none. */
static size_t delimiter_of(const char *type, char out[static MAX_BOUNDARY + 3])
{
    for (const char *at = strchr(type, ';'); at; at = strchr(at, ';')) {
        at++;
        at += strspn(at, " \t");
        if (strlen(at) < 9 || !same_letters(at, "boundary=", 9))
            continue;
        at += 9;
        bool is_quoted = *at == '"';
        at += is_quoted;
        size_t n = strcspn(at, is_quoted ? "\"" : "; \t");
        if (n == 0 || n > MAX_BOUNDARY)
            return 0;
        memcpy(out, "--", 2);
        memcpy(out + 2, at, n);
        out[n + 2] = '\0';
        return n + 2;
    }
    return 0;
}

static const char *find(const char *at, const char *end, const char *what, size_t n)
{
    for (; (size_t)(end - at) >= n; at++) {
        at = memchr(at, what[0], (size_t)(end - at) - n + 1);
        if (!at)
            return NULL;
        if (memcmp(at, what, n) == 0)
            return at;
    }
    return NULL;
}

/* The next delimiter that ends its line or, with "--", the body: a part may hold the same letters
 * with more behind them. */
static const char *find_delimiter(const char *at, const char *end, const char *delimiter, size_t n)
{
    for (; (at = find(at, end, delimiter, n)) != NULL; at++) {
        const char *rest = at + n;
        if (end - rest >= 2 && memcmp(rest, "--", 2) == 0)
            return at;
        while (rest < end && (*rest == ' ' || *rest == '\t'))
            rest++;
        if (end - rest >= 2 && memcmp(rest, "\r\n", 2) == 0)
            return at;
    }
    return NULL;
}

/* Does the head of a part name a file? "filename=" also stands for "filename*=". */
static bool names_file(const char *at, const char *end)
{
    for (; end - at > 8; at++)
        if (same_letters(at, "filename", 8) && (at[8] == '=' || at[8] == '*'))
            return true;
    return false;
}

typedef struct {
    const char *bytes;
    size_t n;
    bool is_file;
} part;

/* The part that starts behind a boundary line; *at moves to the next delimiter. */
static mote_status read_part(const char **at, const char *end, const char *delimiter, size_t n,
                             part *out, mote_err *err)
{
    char stop[MAX_BOUNDARY + 5];
    const char *head = *at, *blank = find(head, end, "\r\n\r\n", 4);
    (void)mote_format(stop, sizeof stop, "\r\n%s", delimiter);
    if (!blank)
        return mote_fail(err, MOTE_PARSE, "a part of the multipart body has no end of its head");
    const char *bytes = blank + 4, *next = find_delimiter(bytes, end, stop, n + 2);
    if (!next)
        return mote_fail(err, MOTE_PARSE, "the multipart body ends inside a part");
    *out = (part){bytes, (size_t)(next - bytes), names_file(head, blank)};
    *at = next + 2;
    return MOTE_OK;
}

mote_status mote_multipart_file(const char *content_type, const char *body, size_t body_bytes,
                                const char **bytes, size_t *n, mote_err *err)
{
    char delimiter[MAX_BOUNDARY + 3];
    size_t n_delimiter = delimiter_of(content_type, delimiter), n_parts = 0, n_files = 0;
    const char *end = body + body_bytes;
    part file = {0}, last = {0};
    if (n_delimiter == 0)
        return mote_fail(err, MOTE_PARSE, "the type of the multipart body has no boundary");
    const char *at = find_delimiter(body, end, delimiter, n_delimiter);
    while (at && n_parts <= MAX_PARTS) {
        at += n_delimiter;
        if (end - at >= 2 && memcmp(at, "--", 2) == 0)
            break;
        MOTE_TRY(read_part(&at, end, delimiter, n_delimiter, &last, err));
        n_parts++;
        n_files += last.is_file;
        if (last.is_file)
            file = last;
    }
    if (!at)
        return mote_fail(err, MOTE_PARSE, "the multipart body does not hold its boundary");
    if (n_parts > MAX_PARTS || n_files > 1)
        return mote_fail(err, MOTE_ARG, "the form holds more than one file: send one a request");
    if (n_files == 0 && n_parts != 1)
        return mote_fail(err, MOTE_ARG, "the form holds no file: send the recording as one");
    *bytes = n_files ? file.bytes : last.bytes;
    *n = n_files ? file.n : last.n;
    return MOTE_OK;
}
