/* SPDX-License-Identifier: Apache-2.0 */
/* JSON over jansson. Depends on text, file and status; used by every module that keeps documents.
 */
#include "base/json.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

void mote_json_scoped(json_t **j)
{
    json_decref(*j);
    *j = NULL;
}

/* ---- memory while reading ----
 *
 * jansson's reader does not survive a failed allocation: it goes on with a text that lost a
 * character, and ends in an assertion or a damaged heap. So it never sees one: while it reads, what
 * the heap refuses comes from a reserve that was taken before, and what was read is given up at the
 * end. The reserve is not touched, and costs no memory, unless it is needed. */
#define RESERVE_BYTES    (64u << 10)
#define RESERVE_PER_BYTE 64 /* of text: the most that its values take */

typedef struct {
    char *memory; /* NULL: nothing is being read */
    size_t size, used;
    bool was_needed;
} read_reserve;

static _Thread_local read_reserve reserve;
static _Thread_local bool was_refused; /* memory for a value that was being made */

static void *reader_alloc(size_t n)
{
    void *p = malloc(n);
    if (!p && !reserve.memory)
        was_refused = true;
    if (p || !reserve.memory || n > SIZE_MAX - 15)
        return p;
    reserve.was_needed = true;
    n = (n + 15) / 16 * 16;
    if (n > reserve.size - reserve.used)
        return NULL;
    p = reserve.memory + reserve.used;
    reserve.used += n;
    return p;
}

static void reader_free(void *p)
{
    uintptr_t at = (uintptr_t)p, begin = (uintptr_t)reserve.memory;
    if (!reserve.memory || at < begin || at - begin >= reserve.size)
        free(p);
}

static void set_reader(void)
{
    json_set_alloc_funcs(reader_alloc, reader_free);
    json_object_seed(0); /* its first use would wait for memory it was refused */
}

static pthread_once_t reader_set = PTHREAD_ONCE_INIT;

bool mote_json_was_refused(void)
{
    (void)pthread_once(&reader_set, set_reader);
    bool was = was_refused;
    was_refused = false;
    return was;
}

/* *out NULL: malformed, with *e set. */
static mote_status read_text(const char *text, size_t n, json_t **out, json_error_t *e)
{
    size_t size = 0;
    (void)pthread_once(&reader_set, set_reader);
    if (!mote_mul_size(n, RESERVE_PER_BYTE, &size) || !mote_add_size(size, RESERVE_BYTES, &size))
        return MOTE_NOMEM;
    reserve = (read_reserve){.memory = mote_alloc(1, size), .size = size};
    if (!reserve.memory)
        return MOTE_NOMEM;
    json_t *j = json_loadb(n ? text : "", n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, e);
    bool whole = !reserve.was_needed;
    if (!whole)
        json_decref(j); /* parts of it lie in the reserve */
    mote_free(reserve.memory);
    reserve = (read_reserve){.memory = NULL};
    *out = whole ? j : NULL;
    return whole ? MOTE_OK : MOTE_NOMEM;
}

mote_status mote_json_parse(const char *what, const char *text, size_t n, json_t **out,
                            mote_err *err)
{
    json_error_t e = {.text = ""};
    /* jansson reads over a 0 byte outside of strings. */
    const char *zero = n ? memchr(text, 0, n) : NULL;
    if (zero)
        return mote_fail(err, MOTE_PARSE, "%s: a 0 byte after %zu bytes", what,
                         (size_t)(zero - text));
    json_t *j = NULL;
    if (read_text(text, n, &j, &e) != MOTE_OK)
        return mote_fail(err, MOTE_NOMEM, "%s: no memory for the document", what);
    if (!j)
        return mote_fail(err, MOTE_PARSE, "%s:%d:%d: %s", what, e.line < 1 ? 1 : e.line,
                         e.column < 1 ? 1 : e.column, e.text);
    *out = j;
    return MOTE_OK;
}

mote_status mote_json_load(const char *path, size_t max_bytes, json_t **out, mote_err *err)
{
    MOTE_SCOPED_FREE char *text = NULL;
    size_t n;
    MOTE_TRY(mote_file_read(path, max_bytes, &text, &n, err));
    return mote_json_parse(path, text, n, out, err);
}

/* jansson's iterators want json_t * though they change nothing but the visited mark. */
static json_t *unconst(const json_t *j)
{
    json_t *p;
    memcpy(&p, &j, sizeof p);
    return p;
}

typedef struct {
    mote_buf *b;
    bool pretty;
} writer;

static void new_line(const writer *w, int depth)
{
    if (!w->pretty)
        return;
    mote_buf_char(w->b, '\n');
    for (int i = 0; i < depth; i++)
        mote_buf_str(w->b, "  ");
}

static void write_value(const writer *w, const json_t *j, int depth);

/* A real keeps a point or an exponent, so that it reads back as a real. */
static void write_real(mote_buf *b, double x)
{
    size_t start = b->len;
    mote_buf_f64(b, x);
    if (b->status == MOTE_OK && !strpbrk(b->data + start, ".e"))
        mote_buf_str(b, ".0");
}

static void write_array(const writer *w, const json_t *j, int depth)
{
    size_t n = json_array_size(j);
    mote_buf_char(w->b, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            mote_buf_char(w->b, ',');
        new_line(w, depth + 1);
        write_value(w, json_array_get(j, i), depth + 1);
    }
    if (n)
        new_line(w, depth);
    mote_buf_char(w->b, ']');
}

static int compare_keys(const void *a, const void *b)
{
    const char *const *x = a;
    const char *const *y = b;
    return strcmp(*x, *y);
}

static void write_member(const writer *w, const char *key, const json_t *value, bool first,
                         int depth)
{
    if (!first)
        mote_buf_char(w->b, ',');
    new_line(w, depth + 1);
    mote_buf_json_str(w->b, key, strlen(key));
    mote_buf_str(w->b, w->pretty ? ": " : ":");
    write_value(w, value, depth + 1);
}

static void write_sorted(const writer *w, const json_t *j, int depth)
{
    size_t n = json_object_size(j);
    MOTE_SCOPED_FREE const char **keys = mote_alloc(n, sizeof *keys);
    if (!keys) {
        w->b->status = w->b->status == MOTE_OK ? MOTE_NOMEM : w->b->status;
        return;
    }
    size_t i = 0;
    json_t *o = unconst(j);
    for (void *it = json_object_iter(o); it; it = json_object_iter_next(o, it))
        keys[i++] = json_object_iter_key(it);
    qsort(keys, n, sizeof *keys, compare_keys);
    for (i = 0; i < n; i++)
        write_member(w, keys[i], json_object_get(j, keys[i]), i == 0, depth);
}

static void write_object(const writer *w, const json_t *j, int depth)
{
    json_t *o = unconst(j);
    mote_buf_char(w->b, '{');
    if (!w->pretty) {
        write_sorted(w, j, depth);
    } else {
        bool first = true;
        for (void *it = json_object_iter(o); it; it = json_object_iter_next(o, it)) {
            write_member(w, json_object_iter_key(it), json_object_iter_value(it), first, depth);
            first = false;
        }
        if (!first)
            new_line(w, depth);
    }
    mote_buf_char(w->b, '}');
}

static void write_value(const writer *w, const json_t *j, int depth)
{
    switch (json_typeof(j)) {
    case JSON_OBJECT:
        write_object(w, j, depth);
        break;
    case JSON_ARRAY:
        write_array(w, j, depth);
        break;
    case JSON_STRING:
        mote_buf_json_str(w->b, json_string_value(j), json_string_length(j));
        break;
    case JSON_INTEGER:
        mote_buf_printf(w->b, "%lld", (long long)json_integer_value(j));
        break;
    case JSON_REAL:
        write_real(w->b, json_real_value(j));
        break;
    case JSON_TRUE:
        mote_buf_str(w->b, "true");
        break;
    case JSON_FALSE:
        mote_buf_str(w->b, "false");
        break;
    case JSON_NULL:
        mote_buf_str(w->b, "null");
        break;
    default:
        MOTE_BUG_IF(true);
    }
}

json_t *mote_json_text(const char *s)
{
    if (mote_utf8_valid(s, strlen(s)))
        return json_string(s);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, (size_t)64 << 20);
    while (*s) {
        size_t left = strlen(s), n = 1;
        while (n < 4 && n < left && !mote_utf8_valid(s, n))
            n++;
        bool is_character = mote_utf8_valid(s, n);
        mote_buf_add(&b, is_character ? s : "\xEF\xBF\xBD", is_character ? n : 3);
        s += is_character ? n : 1;
    }
    return b.status == MOTE_OK ? json_stringn(b.data, b.len) : NULL;
}

void mote_json_write(mote_buf *b, const json_t *j, bool pretty)
{
    writer w = {.b = b, .pretty = pretty};
    write_value(&w, j, 0);
    if (pretty)
        mote_buf_char(b, '\n');
}

static const char *type_name(const json_t *j)
{
    if (!j)
        return "nothing";
    switch (json_typeof(j)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
        return "a whole number";
    case JSON_REAL:
        return "a number with a fraction";
    case JSON_TRUE:
    case JSON_FALSE:
        return "true or false";
    case JSON_NULL:
        return "null";
    default:
        return "something unknown";
    }
}

static mote_status wrong_type(const json_t *o, const char *what, const char *key,
                              const char *wanted, mote_err *err)
{
    if (!json_is_object(o))
        return mote_fail(err, MOTE_PARSE, "%s: is %s, expected an object with '%s'", what,
                         type_name(o), key);
    const json_t *v = json_object_get(o, key);
    if (!v)
        return mote_fail(err, MOTE_PARSE, "%s: '%s' is missing", what, key);
    return mote_fail(err, MOTE_PARSE, "%s: '%s' is %s, expected %s", what, key, type_name(v),
                     wanted);
}

mote_status mote_json_get_str(const json_t *o, const char *what, const char *key, const char **out,
                              mote_err *err)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_string(v))
        return wrong_type(o, what, key, "a string", err);
    *out = json_string_value(v);
    return MOTE_OK;
}

mote_status mote_json_get_bool(const json_t *o, const char *what, const char *key, bool *out,
                               mote_err *err)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_boolean(v))
        return wrong_type(o, what, key, "true or false", err);
    *out = json_is_true(v);
    return MOTE_OK;
}

mote_status mote_json_get_i64(const json_t *o, const char *what, const char *key,
                              mote_i64_range range, int64_t *out, mote_err *err)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_integer(v))
        return wrong_type(o, what, key, "a whole number", err);
    int64_t x = json_integer_value(v);
    if (x < range.lo || x > range.hi)
        return mote_fail(err, MOTE_RANGE, "%s: '%s' is %lld, expected %lld to %lld", what, key,
                         (long long)x, (long long)range.lo, (long long)range.hi);
    *out = x;
    return MOTE_OK;
}

mote_status mote_json_get_count(const json_t *o, const char *what, const char *key, int64_t *out,
                                mote_err *err)
{
    return mote_json_get_i64(o, what, key, (mote_i64_range){0, INT64_MAX}, out, err);
}

mote_status mote_json_get_f64(const json_t *o, const char *what, const char *key, double *out,
                              mote_err *err)
{
    const json_t *v = json_object_get(o, key);
    if (!json_is_number(v))
        return wrong_type(o, what, key, "a number", err);
    *out = json_number_value(v);
    return MOTE_OK;
}

mote_status mote_json_get_obj(const json_t *o, const char *what, const char *key, json_t **out,
                              mote_err *err)
{
    json_t *v = json_object_get(o, key);
    if (!json_is_object(v))
        return wrong_type(o, what, key, "an object", err);
    *out = v;
    return MOTE_OK;
}

mote_status mote_json_get_arr(const json_t *o, const char *what, const char *key, json_t **out,
                              mote_err *err)
{
    json_t *v = json_object_get(o, key);
    if (!json_is_array(v))
        return wrong_type(o, what, key, "an array", err);
    *out = v;
    return MOTE_OK;
}

/* ---- making documents ---- */

mote_status mote_json_put(json_t *object, const char *key, json_t *value, mote_err *err)
{
    if (json_object_set_new(object, key, value) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of '%s'", key);
    return MOTE_OK;
}

mote_status mote_json_append(json_t *array, json_t *value, mote_err *err)
{
    if (json_array_append_new(array, value) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for a JSON list");
    return MOTE_OK;
}

json_t *mote_json_number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

/* Appends to *list, which goes, and becomes NULL, when that fails. */
static void add_number(json_t **list, json_t *value)
{
    if (json_array_append_new(*list, value) == 0)
        return;
    json_decref(*list);
    *list = NULL;
}

json_t *mote_json_numbers(const double *x, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < n; i++)
        add_number(&list, mote_json_number(x[i]));
    return list;
}

json_t *mote_json_floats(const float *x, size_t n)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < n; i++)
        add_number(&list, json_real((double)x[i]));
    return list;
}

mote_status mote_json_put_interval(json_t *object, const char *key, mote_interval x, mote_err *err)
{
    json_t *o = json_object();
    MOTE_TRY(mote_json_put(object, key, o, err));
    MOTE_TRY(mote_json_put(o, "value", mote_json_number(x.value), err));
    MOTE_TRY(mote_json_put(o, "lo", mote_json_number(x.lo), err));
    return mote_json_put(o, "hi", mote_json_number(x.hi), err);
}

mote_status mote_json_get_interval(const json_t *object, const char *key, mote_interval *out,
                                   mote_err *err)
{
    static const char *const parts[] = {"value", "lo", "hi"};
    double x[3];
    const json_t *o = json_object_get(object, key);
    for (int i = 0; i < 3; i++) {
        const json_t *part = json_object_get(o, parts[i]);
        if (!json_is_number(part) && !json_is_null(part))
            return mote_fail(err, MOTE_PARSE, "'%s' has no '%s'", key, parts[i]);
        x[i] = json_is_null(part) ? (double)NAN : json_number_value(part);
    }
    *out = (mote_interval){x[0], x[1], x[2]};
    return MOTE_OK;
}
