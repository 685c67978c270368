/* SPDX-License-Identifier: Apache-2.0 */
/* The pushing writer: commas, keys, nesting. Text is escaped by text.c, numbers written by number.c
 * and json_number.c, as everywhere.
 * Depends on text, json_pull (numbers). */
#include "base/json_write.h"

#include <math.h>
#include <string.h>

#include "base/json_pull.h"

#define SHORT_KEY 48 /* a key up to this length goes into the buffer in one piece */

void mote_out_begin(mote_json_out *w, mote_buf *buf)
{
    *w = (mote_json_out){.buf = buf};
}

void mote_out_finish(mote_json_out *w)
{
    MOTE_BUG_IF(w->depth != 0 || !w->is_done);
}

static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\' || c == 0x7F;
}

/* The key with the comma before and the colon behind it. */
static void add_key(mote_buf *b, const char *key, bool with_comma)
{
    char text[SHORT_KEY + 4];
    size_t n = 0, i = 0;
    if (with_comma)
        text[n++] = ',';
    text[n++] = '"';
    while (key[i] && i < SHORT_KEY && !needs_escape((unsigned char)key[i]))
        text[n++] = key[i++];
    if (!key[i]) {
        text[n++] = '"';
        text[n++] = ':';
        mote_buf_add(b, text, n);
        return;
    }
    if (with_comma)
        mote_buf_char(b, ',');
    mote_buf_json_str(b, key, strlen(key));
    mote_buf_char(b, ':');
}

/* What stands before a value: its comma and its key. */
static void before_value(mote_json_out *w, const char *key)
{
    MOTE_BUG_IF(w->depth == 0 && (w->is_done || key));
    if (w->depth == 0)
        return;
    uint64_t bit = (uint64_t)1 << (w->depth - 1);
    bool with_comma = (w->has_item & bit) != 0;
    MOTE_BUG_IF(((w->in_object & bit) != 0) != (key != NULL));
    w->has_item |= bit;
    if (key)
        add_key(w->buf, key, with_comma);
    else if (with_comma)
        mote_buf_char(w->buf, ',');
}

static void after_value(mote_json_out *w)
{
    w->is_done = w->depth == 0;
}

static void open_level(mote_json_out *w, const char *key, bool is_object)
{
    before_value(w, key);
    MOTE_BUG_IF(w->depth == MOTE_OUT_MAX_DEPTH);
    uint64_t bit = (uint64_t)1 << w->depth++;
    w->has_item &= ~bit;
    w->in_object = is_object ? w->in_object | bit : w->in_object & ~bit;
    mote_buf_char(w->buf, is_object ? '{' : '[');
}

void mote_out_object(mote_json_out *w, const char *key)
{
    open_level(w, key, true);
}

void mote_out_array(mote_json_out *w, const char *key)
{
    open_level(w, key, false);
}

void mote_out_end(mote_json_out *w)
{
    MOTE_BUG_IF(w->depth == 0);
    bool is_object = (w->in_object >> --w->depth & 1) != 0;
    mote_buf_char(w->buf, is_object ? '}' : ']');
    after_value(w);
}

void mote_out_strn(mote_json_out *w, const char *key, const char *s, size_t n)
{
    before_value(w, key);
    mote_buf_json_str(w->buf, s, n);
    after_value(w);
}

void mote_out_str(mote_json_out *w, const char *key, const char *s)
{
    if (s)
        mote_out_strn(w, key, s, strlen(s));
    else
        mote_out_null(w, key);
}

void mote_out_format(mote_json_out *w, const char *key, const char *fmt, ...)
{
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, w->buf->max_bytes);
    va_list ap;
    va_start(ap, fmt);
    mote_buf_vprintf(&text, fmt, ap);
    va_end(ap);
    mote_out_strn(w, key, text.data ? text.data : "", text.len);
    if (text.status != MOTE_OK && w->buf->status == MOTE_OK)
        w->buf->status = text.status;
}

/* Its key and the comma are written; the value is what is added to the buffer. */
static mote_buf *place_for(mote_json_out *w, const char *key)
{
    before_value(w, key);
    after_value(w);
    return w->buf;
}

void mote_out_u64(mote_json_out *w, const char *key, uint64_t x)
{
    mote_buf_dec_u64(place_for(w, key), x);
}

void mote_out_i64(mote_json_out *w, const char *key, int64_t x)
{
    mote_buf_dec_i64(place_for(w, key), x);
}

void mote_out_bool(mote_json_out *w, const char *key, bool x)
{
    mote_buf_str(place_for(w, key), x ? "true" : "false");
}

void mote_out_null(mote_json_out *w, const char *key)
{
    mote_buf_str(place_for(w, key), "null");
}

void mote_out_f32(mote_json_out *w, const char *key, float x)
{
    mote_json_add_f32s(place_for(w, key), &x, 1);
}

void mote_out_f32s(mote_json_out *w, const float *values, size_t n)
{
    if (n > 0)
        mote_json_add_f32s(place_for(w, NULL), values, n);
}
