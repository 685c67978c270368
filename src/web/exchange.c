/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and replies as a handler sees them: headers, query, percent-decoding, errors in JSON. */
#include "web/exchange.h"

#include <string.h>

#include "base/json_write.h"

static const struct {
    int32_t code;
    const char *reason;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {499, "Client Closed Request"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

const char *mote_http_reason(int32_t code)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
        if (reasons[i].code == code)
            return reasons[i].reason;
    return "";
}

const char *mote_http_method_text(mote_http_method m)
{
    static const char *const text[MOTE_HTTP_N_METHODS] = {"GET",   "HEAD",   "POST",    "PUT",
                                                          "PATCH", "DELETE", "OPTIONS", "OTHER"};
    return m >= 0 && m < MOTE_HTTP_N_METHODS ? text[m] : "OTHER";
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool same_name(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b)) {
        a++;
        b++;
    }
    return lower(*a) == lower(*b);
}

const char *mote_http_header_find(const mote_http_request *rq, const char *name)
{
    for (size_t i = 0; i < rq->n_headers; i++)
        if (same_name(rq->headers[i].name, name))
            return rq->headers[i].value;
    return NULL;
}

size_t mote_http_header_all(const mote_http_request *rq, const char *name, const char **values,
                            size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < rq->n_headers; i++) {
        if (!same_name(rq->headers[i].name, name))
            continue;
        if (n < max)
            values[n] = rq->headers[i].value;
        n++;
    }
    return n;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *mote_http_decode(mote_arena *a, const char *s, size_t n)
{
    char *out = mote_arena_strndup(a, s, n);
    if (!out)
        return NULL;
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        char c = s[i];
        if (c == '%') {
            int hi = n - i > 2 ? hex_digit(s[i + 1]) : -1;
            int lo = n - i > 2 ? hex_digit(s[i + 2]) : -1;
            if (hi < 0 || lo < 0 || hi + lo == 0)
                return NULL;
            c = (char)(hi * 16 + lo);
            i += 2;
        }
        out[len++] = c;
    }
    out[len] = '\0';
    return mote_utf8_valid(out, len) ? out : NULL;
}

const char *mote_http_query_find(const mote_http_request *rq, const char *name)
{
    size_t n_name = strlen(name);
    for (const char *at = rq->query; *at;) {
        size_t n = strcspn(at, "&");
        if (n >= n_name && memcmp(at, name, n_name) == 0 && (n == n_name || at[n_name] == '=')) {
            size_t skip = n == n_name ? n : n_name + 1;
            return mote_http_decode(rq->arena, at + skip, n - skip);
        }
        at += n;
        at += *at == '&';
    }
    return NULL;
}

void mote_http_pull_release(mote_http_pull *p)
{
    if (p->release)
        p->release(p->arg);
    *p = (mote_http_pull){.n_bytes = -1};
}

static void error_body(mote_http_reply *rp, int32_t code, const char *text)
{
    mote_http_pull_release(&rp->pull);
    rp->code = code;
    rp->content_type = "application/json";
    size_t max_bytes = rp->body->max_bytes;
    if (rp->body->status != MOTE_OK) { /* a failed buffer stays failed: start anew */
        mote_buf_release(rp->body);
        mote_buf_init(rp->body, max_bytes);
    }
    mote_buf_reset(rp->body);
    mote_json_out w;
    mote_out_begin(&w, rp->body);
    mote_out_object(&w, NULL);
    mote_out_str(&w, "error", text);
    mote_out_end(&w);
    mote_out_finish(&w);
    if (rp->headers->status != MOTE_OK) {
        max_bytes = rp->headers->max_bytes;
        mote_buf_release(rp->headers);
        mote_buf_init(rp->headers, max_bytes);
    }
}

void mote_http_reply_error(mote_http_reply *rp, int32_t code, const char *fmt, ...)
{
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 4096);
    va_list ap;
    va_start(ap, fmt);
    mote_buf_vprintf(&text, fmt, ap);
    va_end(ap);
    error_body(rp, code, text.status == MOTE_OK ? text.data : mote_http_reason(code));
}

void mote_http_reply_err(mote_http_reply *rp, const mote_err *err)
{
    error_body(rp, mote_status_http_code(err->status), err->text);
}
