/* SPDX-License-Identifier: Apache-2.0 */
/* What the parser reports of one request: heads and bodies are kept within their bounds, and what
 * may not be is refused by a code and words that http1.c sends. */
#include "web/http_internal.h"

#include <string.h>

static int fail(http_conn *c, int32_t code, const char *text)
{
    c->fail_code = code;
    (void)mote_format(c->fail_text, sizeof c->fail_text, "%s", text);
    return HPE_USER;
}

int http1_parse_fail_head(http_conn *c)
{
    char text[96];
    (void)mote_format(text, sizeof text, "the request's head is longer than %zu bytes",
                      c->loop->server->cfg.max_head_bytes);
    return fail(c, 431, text);
}

static int on_message_begin(llhttp_t *p)
{
    http_conn *c = p->data;
    http_conn_set_state(c, CONN_HEAD, c->loop->server->cfg.head_timeout_ms);
    mote_buf_reset(&c->x.head);
    mote_buf_reset(&c->x.body);
    c->head_bytes = 0;
    c->x.n_headers = 0;
    c->is_in_value = false;
    c->x.is_complete = false;
    c->is_first = false;
    c->fail_code = 0;
    return 0;
}

static int add_head(http_conn *c, const char *at, size_t n)
{
    c->head_bytes += n;
    if (c->head_bytes > c->loop->server->cfg.max_head_bytes)
        return http1_parse_fail_head(c);
    mote_buf_add(&c->x.head, at, n);
    return c->x.head.status == MOTE_OK ? 0 : fail(c, 503, "out of memory");
}

static int on_url(llhttp_t *p, const char *at, size_t n)
{
    return add_head(p->data, at, n);
}

static int on_url_complete(llhttp_t *p)
{
    return add_head(p->data, "", 1);
}

static int on_header_field(llhttp_t *p, const char *at, size_t n)
{
    http_conn *c = p->data;
    if (c->state == CONN_BODY) { /* a trailer: counted, not kept */
        c->head_bytes += n;
        return c->head_bytes > c->loop->server->cfg.max_head_bytes ? http1_parse_fail_head(c) : 0;
    }
    if (c->x.n_headers == 0 || c->is_in_value) {
        if (c->x.n_headers == HTTP_MAX_HEADERS)
            return fail(c, 431, "the request has more than 64 headers");
        c->x.name_at[c->x.n_headers] = (uint32_t)c->x.head.len;
        c->x.value_at[c->x.n_headers++] = 0;
        c->is_in_value = false;
    }
    return add_head(c, at, n);
}

static int on_header_field_complete(llhttp_t *p)
{
    http_conn *c = p->data;
    if (c->state == CONN_BODY)
        return 0;
    const char *name = c->x.head.data + c->x.name_at[c->x.n_headers - 1];
    if (name[strcspn(name, " \t")]) /* the parser's loose mode lets these pass */
        return fail(c, 400, "malformed HTTP request: a blank in the name of a header");
    int failed = add_head(c, "", 1);
    c->x.value_at[c->x.n_headers - 1] = (uint32_t)c->x.head.len;
    return failed;
}

static int on_header_value(llhttp_t *p, const char *at, size_t n)
{
    http_conn *c = p->data;
    if (c->state == CONN_BODY) {
        c->head_bytes += n;
        return c->head_bytes > c->loop->server->cfg.max_head_bytes ? http1_parse_fail_head(c) : 0;
    }
    return add_head(c, at, n);
}

static int on_header_value_complete(llhttp_t *p)
{
    http_conn *c = p->data;
    if (c->state == CONN_BODY)
        return 0;
    c->is_in_value = true;
    return add_head(c, "", 1);
}

static int fail_body(http_conn *c)
{
    char text[96];
    (void)mote_format(text, sizeof text, "the request's body is longer than the limit of %zu bytes",
                      c->loop->server->cfg.max_body_bytes);
    return fail(c, 413, text);
}

static int answer_expect(http_conn *c, const char *expect)
{
    static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
    if (strlen(expect) != 12 || (expect[0] != '1') || strncmp(expect + 1, "00-", 3) != 0)
        return fail(c, 417, "the only expectation that is met is '100-continue'");
    if (!c->transport.class->say(&c->transport, text, sizeof text - 1))
        return fail(c, 400, "the client does not read");
    return 0;
}

/* Headers that decide what a request is must not be there twice: a proxy in front may go by the
 * first and we by the last (RFC 9112 section 3.2 for Host). Their coding is looked at here too, so
 * that a body is not received for nothing. */
static int check_singular(http_conn *c)
{
    static const char *const names[] = {
        "host",   "content-type", "content-encoding",
        "origin", "expect",       "inference-header-content-length",
    };
    char text[96];
    mote_err err = {0};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (mote_http_header_all(&c->x.request, names[i], NULL, 0) > 1) {
            (void)mote_format(text, sizeof text, "the header '%s' is there twice", names[i]);
            return fail(c, 400, text);
        }
    if (http_coding_of(mote_http_header_find(&c->x.request, "content-encoding"), &c->x.coding,
                       &err) != MOTE_OK)
        return fail(c, 415, err.text);
    return 0;
}

static mote_http_method method_of(uint8_t m)
{
    static const mote_http_method known[] = {
        [HTTP_DELETE] = MOTE_HTTP_DELETE, [HTTP_GET] = MOTE_HTTP_GET,
        [HTTP_HEAD] = MOTE_HTTP_HEAD,     [HTTP_POST] = MOTE_HTTP_POST,
        [HTTP_PUT] = MOTE_HTTP_PUT,       [HTTP_OPTIONS] = MOTE_HTTP_OPTIONS,
        [HTTP_PATCH] = MOTE_HTTP_PATCH,
    };
    mote_http_method method = m < sizeof known / sizeof known[0] ? known[m] : MOTE_HTTP_OTHER;
    return method == MOTE_HTTP_GET && m != HTTP_GET ? MOTE_HTTP_OTHER : method; /* 0 is GET */
}

static int on_headers_complete(llhttp_t *p)
{
    http_conn *c = p->data;
    const mote_http_config *cfg = &c->loop->server->cfg;
    if (p->http_major != 1)
        return fail(c, 505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
    if (p->method == HTTP_CONNECT)
        return fail(c, 501, "this is not a proxy: method CONNECT is not supported");
    p->upgrade = 0; /* an offer to change the protocol may be ignored */
    if ((p->flags & F_CONTENT_LENGTH) && p->content_length > cfg->max_body_bytes)
        return fail_body(c);
    for (int32_t i = 0; i < c->x.n_headers; i++)
        c->x.headers[i] =
            (mote_http_header){c->x.head.data + c->x.name_at[i], c->x.head.data + c->x.value_at[i]};
    c->x.request.method = method_of(p->method);
    c->x.request.headers = c->x.headers;
    c->x.request.n_headers = (size_t)c->x.n_headers;
    if (p->http_minor >= 1 && !mote_http_header_find(&c->x.request, "host"))
        return fail(c, 400, "an HTTP/1.1 request needs a Host header");
    int failed = check_singular(c);
    if (failed)
        return failed;
    http_conn_set_state(c, CONN_BODY, cfg->body_timeout_ms);
    c->body_start_us = http_conn_now_us(c);
    const char *expect = mote_http_header_find(&c->x.request, "expect");
    if (expect && p->http_minor >= 1)
        return answer_expect(c, expect);
    return 0;
}

static int on_body(llhttp_t *p, const char *at, size_t n)
{
    http_conn *c = p->data;
    mote_http_server *s = c->loop->server;
    if (n > s->cfg.max_body_bytes - c->x.body.len)
        return fail_body(c);
    int64_t held = atomic_fetch_add(&s->held_bytes, (int64_t)n) + (int64_t)n;
    c->x.held_bytes += n;
    if (held > (int64_t)s->cfg.max_held_bytes)
        return fail(c, 503, "too much input is in work, try again");
    mote_buf_add(&c->x.body, at, n);
    if (c->x.body.status != MOTE_OK)
        return fail(c, 503, "out of memory");
    c->deadline_us = c->body_start_us + s->cfg.body_timeout_ms * 1000 +
                     (int64_t)(c->x.body.len / s->cfg.min_body_rate) * 1000000;
    return 0;
}

static int on_message_complete(llhttp_t *p)
{
    http_conn *c = p->data;
    c->x.is_complete = true;
    c->keep_alive = llhttp_should_keep_alive(p) != 0;
    return HPE_PAUSED;
}

void http1_parse_settings(llhttp_settings_t *settings)
{
    llhttp_settings_init(settings);
    settings->on_message_begin = on_message_begin;
    settings->on_url = on_url;
    settings->on_url_complete = on_url_complete;
    settings->on_header_field = on_header_field;
    settings->on_header_field_complete = on_header_field_complete;
    settings->on_header_value = on_header_value;
    settings->on_header_value_complete = on_header_value_complete;
    settings->on_headers_complete = on_headers_complete;
    settings->on_body = on_body;
    settings->on_message_complete = on_message_complete;
}
