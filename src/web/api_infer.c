/* SPDX-License-Identifier: Apache-2.0 */
/* Open Inference Protocol: tensors in, an answer out. */
#include "web/api_internal.h"

#include <string.h>

#include "web/oip.h"

/* What one infer request goes through; all in the request's arena. */
typedef struct {
    mote_api *api;
    const mote_http_request *http;
    mote_infer *infer;
    const mote_served *s;
    mote_oip_request rq;
    const mote_consent *consent;
    mote_consent consent_storage;
    size_t n_batch;
    float *numbers;     /* [n_batch][n_numbers] */
    int32_t *class_ids; /* [n_batch] */
    bool *verdicts;     /* [n_batch] of scores */
    int64_t start_ns, parsed_ns, done_ns;
} work;

const char mote_api_verdict[] = "is_anomaly";
const char *const mote_api_bounds[MOTE_API_N_BOUNDS] = {"lower", "upper"};

/* Which of the bounds of intervals an output is; -1: none. */
static int bound_of(const char *name)
{
    for (int i = 0; i < MOTE_API_N_BOUNDS; i++)
        if (strcmp(name, mote_api_bounds[i]) == 0)
            return i;
    return -1;
}

static void shape_text(const mote_oip_input *in, char *out, size_t out_bytes)
{
    size_t len = 0;
    out[0] = '\0';
    for (int32_t i = 0; i < in->n_dims; i++) {
        (void)mote_format(out + len, out_bytes - len, "%s%lld", i ? "," : "",
                          (long long)in->dims[i]);
        len = strlen(out);
    }
}

/* Are the dimensions the same, leaving out those of size 1? */
static bool same_dims(const int64_t *got, int32_t n_got, const int32_t *want, int32_t n_want)
{
    int32_t i = 0, k = 0;
    for (;;) {
        while (i < n_got && got[i] == 1)
            i++;
        while (k < n_want && want[k] == 1)
            k++;
        if (i == n_got || k == n_want)
            return i == n_got && k == n_want;
        if (got[i++] != want[k++])
            return false;
    }
}

/* [n, dims...], [n, values], or dims... for one item; dimensions of size 1 may be left out. */
static mote_status check_shape(work *w, const mote_oip_input *in, mote_err *err)
{
    const mote_served *s = w->s;
    int32_t n_dims = s->sample.n_dims;
    const int32_t *dims = s->sample.dims;
    if (same_dims(in->dims, in->n_dims, dims, n_dims))
        w->n_batch = 1;
    else if (in->n_dims > 1 && (same_dims(in->dims + 1, in->n_dims - 1, dims, n_dims) ||
                                (in->n_dims == 2 && in->dims[1] == s->n_values)))
        w->n_batch = (size_t)in->dims[0];
    else
        w->n_batch = 0;
    if (w->n_batch > (size_t)w->api->cfg.max_batch)
        return mote_fail(err, MOTE_LIMIT,
                         "input '%s' has %zu items, at most %d may come in one request", in->name,
                         w->n_batch, (int)w->api->cfg.max_batch);
    if (w->n_batch > 0)
        return MOTE_OK;
    char got[96], want[96];
    size_t len = 0;
    shape_text(in, got, sizeof got);
    want[0] = '\0';
    for (int32_t i = 0; i < n_dims; i++) {
        (void)mote_format(want + len, sizeof want - len, ",%d", (int)dims[i]);
        len = strlen(want);
    }
    return mote_fail(err, MOTE_SHAPE,
                     "unexpected shape for input '%s' for model '%s': expected [-1%s], got [%s]",
                     in->name, s->name, want, got);
}

static mote_status predict_all(work *w, mote_err *err)
{
    const mote_oip_input *in = &w->rq.inputs[0];
    size_t n_numbers = (size_t)w->s->n_numbers, per_item = in->n_values / w->n_batch;
    size_t item_bytes = per_item * mote_dtype_bytes(w->s->sample.dtype);
    const void *x = NULL;
    const mote_intake_numbers numbers = {in->name, in->values, in->n_values,
                                         mote_oip_is_real(in->type)};
    MOTE_TRY(w->s->intake->take(&numbers, w->http->arena, &x, err));
    MOTE_TRY(
        mote_arena_take(w->http->arena, w->n_batch * n_numbers, sizeof(float), &w->numbers, err));
    MOTE_TRY(mote_arena_take(w->http->arena, w->n_batch, sizeof(int32_t), &w->class_ids, err));
    MOTE_TRY(mote_arena_take(w->http->arena, w->n_batch, sizeof(bool), &w->verdicts, err));
    for (size_t i = 0; i < w->n_batch; i++) {
        mote_infer_input one = {
            .x = (const char *)x + i * item_bytes,
            .n = per_item,
            .request_id = w->rq.id,
            .consent = w->consent,
        };
        mote_prediction p;
        MOTE_TRY(mote_infer_run(w->infer, w->s, &one, &p, err));
        memcpy(w->numbers + i * n_numbers,
               mote_prediction_numbers(mote_model_signature(w->s->model)->answer, &p),
               n_numbers * sizeof(float));
        w->class_ids[i] = p.class_id;
        w->verdicts[i] = p.is_anomaly;
    }
    return MOTE_OK;
}

static bool has_output(const mote_served *s, const char *name)
{
    return strcmp(name, s->numbers_name) == 0 || (s->has_classes && strcmp(name, "label") == 0) ||
           (s->has_verdict && strcmp(name, mote_api_verdict) == 0) ||
           (s->has_intervals && bound_of(name) >= 0);
}

static mote_status read_and_check(work *w, mote_err *err)
{
    const mote_http_request *http = w->http;
    size_t json_bytes = http->body_bytes;
    const char *length = mote_http_header_find(http, "inference-header-content-length");
    uint64_t n = 0;
    if (length) {
        if (!mote_parse_u64(length, strlen(length), &n) || n > http->body_bytes || n == 0)
            return mote_fail(
                err, MOTE_ARG,
                "header Inference-Header-Content-Length is '%.40s', the body has %zu bytes", length,
                http->body_bytes);
        json_bytes = (size_t)n;
    }
    MOTE_TRY(mote_api_consent(http, &w->consent_storage, &w->consent, err));
    MOTE_TRY(mote_oip_parse(http->body, http->body_bytes, json_bytes, http->arena, &w->rq, err));
    if (w->rq.n_inputs != 1)
        return mote_fail(err, MOTE_ARG, "expected 1 input but got %d inputs for model '%s'",
                         (int)w->rq.n_inputs, w->s->name);
    if (strcmp(w->rq.inputs[0].name, mote_api_input_name(w->s)) != 0)
        return mote_fail(err, MOTE_ARG,
                         "unexpected inference input '%.100s' for model '%s': it takes '%s'",
                         w->rq.inputs[0].name, w->s->name, mote_api_input_name(w->s));
    for (int32_t i = 0; i < w->rq.n_outputs; i++)
        if (!has_output(w->s, w->rq.outputs[i].name))
            return mote_fail(err, MOTE_ARG,
                             "unexpected inference output '%.100s' for model '%s': it has '%s'%s",
                             w->rq.outputs[i].name, w->s->name, w->s->numbers_name,
                             w->s->has_classes     ? " and 'label'"
                             : w->s->has_verdict   ? " and 'is_anomaly'"
                             : w->s->has_intervals ? ", 'lower' and 'upper'"
                                                   : "");
    return check_shape(w, &w->rq.inputs[0], err);
}

static void add_u32(mote_buf *b, uint32_t x)
{
    const unsigned char bytes[4] = {(unsigned char)x, (unsigned char)(x >> 8),
                                    (unsigned char)(x >> 16), (unsigned char)(x >> 24)};
    mote_buf_add(b, bytes, 4);
}

/* Where the values of an output go: into the document, or behind it as bytes. */
typedef struct {
    mote_json_out *json; /* NULL: bytes */
    mote_buf *raw;
} values_out;

/* One string of a BYTES output: JSON text or, binary, length and bytes. */
static void add_text(const values_out *v, const char *text)
{
    if (v->json) {
        mote_out_str(v->json, NULL, text);
        return;
    }
    add_u32(v->raw, (uint32_t)strlen(text));
    mote_buf_str(v->raw, text);
}

/* One element of a BOOL output: JSON or, binary, a byte. */
static void add_verdict(const values_out *v, bool is_anomaly)
{
    if (v->json)
        mote_out_bool(v->json, NULL, is_anomaly);
    else
        mote_buf_char(v->raw, is_anomaly ? '\1' : '\0');
}

/* The k best of one item, "value:index:label", falling. */
static void add_classes(const values_out *v, const work *w, size_t item, int32_t k)
{
    const float *p = w->numbers + item * (size_t)w->s->n_numbers;
    bool taken[MOTE_MODEL_MAX_LABELS] = {false};
    for (int32_t n = 0; n < k; n++) {
        int32_t best = 0;
        while (taken[best]) /* k is at most n_labels: one is left */
            best++;
        for (int32_t i = best + 1; i < w->s->n_labels; i++)
            if (!taken[i] && p[i] > p[best])
                best = i;
        taken[best] = true;
        char text[MOTE_LABEL_BYTES + 64];
        (void)mote_format(text, sizeof text, "%f:%d:%s", (double)p[best], (int)best,
                          mote_model_label(w->s->model, best));
        add_text(v, text);
    }
}

/* The lower (0) or upper (1) ends of the intervals of all values. */
static void add_bounds(const values_out *v, const work *w, int bound)
{
    const mote_value_point *point = &mote_model_decision(w->s->model)->value;
    const size_t n = w->n_batch * (size_t)w->s->n_numbers;
    for (size_t i = 0; i < n; i++) {
        const int32_t k = (int32_t)(i % (size_t)w->s->n_numbers);
        const mote_value_interval of = mote_value_interval_of(point, k, w->numbers[i]);
        const float x = bound == 0 ? of.lo : of.hi;
        if (v->json)
            mote_out_f32s(v->json, &x, 1);
        else
            mote_buf_add(v->raw, &x, sizeof x);
    }
}

static void add_values(const values_out *v, const work *w, const mote_oip_output *o)
{
    size_t n = w->n_batch * (size_t)w->s->n_numbers;
    if (strcmp(o->name, "label") == 0) {
        for (size_t i = 0; i < w->n_batch; i++)
            add_text(v, mote_model_label(w->s->model, w->class_ids[i]));
    } else if (strcmp(o->name, mote_api_verdict) == 0) {
        for (size_t i = 0; i < w->n_batch; i++)
            add_verdict(v, w->verdicts[i]);
    } else if (o->n_classes && w->s->has_classes) {
        int32_t k = o->n_classes < w->s->n_labels ? o->n_classes : w->s->n_labels;
        for (size_t i = 0; i < w->n_batch; i++)
            add_classes(v, w, i, k);
    } else if (bound_of(o->name) >= 0) {
        add_bounds(v, w, bound_of(o->name));
    } else if (v->json) {
        mote_out_f32s(v->json, w->numbers, n);
    } else {
        mote_buf_add(v->raw, w->numbers, n * sizeof(float));
    }
}

static void add_output(mote_json_out *json, const work *w, const mote_oip_output *o, mote_buf *raw)
{
    bool is_label = strcmp(o->name, "label") == 0;
    bool is_verdict = strcmp(o->name, mote_api_verdict) == 0;
    bool is_best = o->n_classes > 0 && w->s->has_classes;
    int32_t n_columns = is_label || is_verdict                     ? 1
                        : is_best && o->n_classes < w->s->n_labels ? o->n_classes
                                                                   : w->s->n_numbers;
    mote_out_object(json, NULL);
    mote_out_str(json, "name", o->name);
    mote_out_str(json, "datatype", is_label || is_best ? "BYTES" : is_verdict ? "BOOL" : "FP32");
    mote_out_array(json, "shape");
    mote_out_u64(json, NULL, w->n_batch);
    mote_out_i64(json, NULL, n_columns);
    mote_out_end(json);
    if (o->is_binary) {
        size_t before = raw->len;
        add_values(&(values_out){.raw = raw}, w, o);
        mote_out_object(json, "parameters");
        mote_out_u64(json, "binary_data_size", raw->len - before);
    } else {
        mote_out_array(json, "data");
        add_values(&(values_out){.json = json}, w, o);
    }
    mote_out_end(json);
    mote_out_end(json);
}

static void write_answer(const work *w, mote_http_reply *rp)
{
    const mote_oip_output all[] = {
        {w->s->numbers_name, w->rq.all_binary, 0},
        {w->s->has_verdict ? mote_api_verdict : "label", w->rq.all_binary, 0}};
    const mote_oip_output with_bounds[] = {all[0],
                                           {mote_api_bounds[0], w->rq.all_binary, 0},
                                           {mote_api_bounds[1], w->rq.all_binary, 0}};
    const mote_oip_output *outputs = w->rq.n_outputs       ? w->rq.outputs
                                     : w->s->has_intervals ? with_bounds
                                                           : all;
    int32_t n_outputs = w->rq.n_outputs                          ? w->rq.n_outputs
                        : w->s->has_intervals                    ? 3
                        : w->s->has_classes || w->s->has_verdict ? 2
                                                                 : 1;
    MOTE_SCOPED_BUF raw;
    mote_buf_init(&raw, rp->body->max_bytes);
    mote_buf *b = rp->body;
    mote_json_out json;
    mote_out_begin(&json, b);
    mote_out_object(&json, NULL);
    mote_out_str(&json, "model_name", w->s->name);
    mote_out_str(&json, "model_version", w->s->version);
    if (w->rq.id)
        mote_out_str(&json, "id", w->rq.id);
    mote_out_array(&json, "outputs");
    for (int32_t i = 0; i < n_outputs; i++)
        add_output(&json, w, &outputs[i], &raw);
    mote_out_end(&json);
    mote_out_end(&json);
    mote_out_finish(&json);
    if (raw.data) { /* at least one output is binary, if only of no bytes */
        mote_buf_printf(rp->headers, "Inference-Header-Content-Length: %zu\r\n", b->len);
        mote_buf_add(b, raw.data, raw.len);
        rp->content_type = "application/octet-stream";
        if (raw.status != MOTE_OK)
            b->status = raw.status;
    }
}

static void infer(mote_api *api, mote_infer *t, const mote_http_request *rq,
                  const char *const *params, mote_http_reply *rp)
{
    work *w = mote_arena_alloc(rq->arena, 1, sizeof *w);
    mote_err err = {0};
    if (!w) {
        mote_http_reply_error(rp, 503, "out of memory");
        return;
    }
    w->api = api;
    w->http = rq;
    w->infer = t;
    w->start_ns = mote_infer_now_ns();
    if (mote_infer_find(w->infer, params[0], params[1], &w->s, &err) != MOTE_OK) {
        mote_http_reply_err(rp, &err);
        return;
    }
    mote_status st = read_and_check(w, &err);
    w->parsed_ns = mote_infer_now_ns();
    if (st == MOTE_OK)
        st = predict_all(w, &err);
    w->done_ns = mote_infer_now_ns();
    if (st == MOTE_OK)
        write_answer(w, rp);
    else
        mote_api_bad_input(rp, &err);
    int64_t end_ns = mote_infer_now_ns();
    mote_infer_count(w->infer, w->s,
                     &(mote_infer_cost){
                         .ok = st == MOTE_OK,
                         .n = w->n_batch,
                         .request_ns = end_ns - w->start_ns,
                         .input_ns = w->parsed_ns - w->start_ns,
                         .infer_ns = w->done_ns - w->parsed_ns,
                         .output_ns = end_ns - w->done_ns,
                     });
}

void mote_api_infer(void *context, const mote_http_request *rq, const char *const *params,
                    mote_http_reply *rp)
{
    mote_api *api = context;
    infer(api, mote_api_infer_of(api, rq), rq, params, rp);
}
