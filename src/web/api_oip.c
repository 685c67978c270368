/* SPDX-License-Identifier: Apache-2.0 */
/* Open Inference Protocol: health, metadata, statistics, infer. */
#include "web/api_internal.h"

#include <string.h>

#include "base/json_pull.h"
#include "web/oip.h"

/* ---- health and metadata ---- */

static bool is_ready(mote_api *api)
{
    mote_model_set *set = mote_models_get(api->cfg.models);
    bool ready = set->n > 0;
    mote_model_set_unref(set);
    return ready;
}

void mote_api_live(mote_api *api, const mote_http_request *rq, const char *const *params,
                   mote_http_reply *rp)
{
    (void)api;
    (void)rq;
    (void)params;
    mote_buf_str(rp->body, "{\"live\":true}");
}

void mote_api_ready(mote_api *api, const mote_http_request *rq, const char *const *params,
                    mote_http_reply *rp)
{
    (void)rq;
    (void)params;
    bool ready = is_ready(api);
    rp->code = ready ? 200 : 400;
    mote_buf_printf(rp->body, "{\"live\":true,\"ready\":%s}", ready ? "true" : "false");
}

void mote_api_server(mote_api *api, const mote_http_request *rq, const char *const *params,
                     mote_http_reply *rp)
{
    (void)rq;
    (void)params;
    mote_buf_str(rp->body, "{\"name\":");
    mote_api_str(rp->body, api->server_name);
    mote_buf_str(rp->body, ",\"version\":");
    mote_api_str(rp->body, api->version);
    mote_buf_str(
        rp->body,
        ",\"extensions\":[\"binary_tensor_data\",\"classification\",\"model_configuration\","
        "\"model_repository\",\"statistics\"]}");
}

void mote_api_models(mote_api *api, const mote_http_request *rq, const char *const *params,
                     mote_http_reply *rp)
{
    (void)rq;
    (void)params;
    mote_model_set *set = mote_models_get(api->cfg.models);
    mote_buf_str(rp->body, "{\"models\":[");
    bool first = true;
    for (int32_t i = 0; i < set->n; i++) {
        if (mote_model_set_find(set, set->items[i]->name, NULL) != set->items[i])
            continue; /* an older version of a name that was listed */
        if (!first)
            mote_buf_char(rp->body, ',');
        first = false;
        mote_api_str(rp->body, set->items[i]->name);
    }
    mote_buf_str(rp->body, "]}");
    mote_model_set_unref(set);
}

/* Find what a path names; on failure the reply is the error. The set is the caller's to release. */
static mote_served *named(mote_api *api, const char *const *params, mote_model_set **set,
                          mote_http_reply *rp)
{
    *set = mote_models_get(api->cfg.models);
    mote_served *s = mote_model_set_find(*set, params[0], params[1]);
    if (!s && params[1])
        mote_http_reply_error(rp, 404,
                              "Request for unknown model: '%.120s' version '%.120s' is not found",
                              params[0], params[1]);
    else if (!s)
        mote_http_reply_error(rp, 404, "Request for unknown model: '%.120s' is not found",
                              params[0]);
    return s;
}

static void add_dims(mote_buf *b, const mote_served *s)
{
    if (s->clip_samples) {
        mote_buf_printf(b, "%d", (int)s->clip_samples);
        return;
    }
    for (int32_t i = 0; i < s->n_dims; i++)
        mote_buf_printf(b, i ? ",%d" : "%d", (int)s->dims[i]);
}

static const char *input_name(const mote_served *s)
{
    const mote_graph *g = mote_model_graph_s8(s->model);
    return s->clip_samples                ? "audio"
           : g->tensors[g->input].name[0] ? g->tensors[g->input].name
                                          : "input";
}

static const char *input_type(const mote_served *s)
{
    return s->clip_samples ? "INT16" : "FP32";
}

void mote_api_model(mote_api *api, const mote_http_request *rq, const char *const *params,
                    mote_http_reply *rp)
{
    (void)rq;
    mote_model_set *set;
    mote_served *s = named(api, params, &set, rp);
    mote_buf *b = rp->body;
    if (s) {
        mote_buf_str(b, "{\"name\":");
        mote_api_str(b, s->name);
        mote_buf_str(b, ",\"versions\":[");
        bool first = true;
        for (int32_t i = 0; i < set->n; i++) {
            if (strcmp(set->items[i]->name, s->name) != 0)
                continue;
            if (!first)
                mote_buf_char(b, ',');
            first = false;
            mote_api_str(b, set->items[i]->version);
        }
        char hash[MOTE_SHA256_HEX_BYTES];
        mote_sha256_hex(mote_model_hash(s->model), hash);
        mote_buf_str(b, "],\"platform\":\"mote_int8\",\"inputs\":[{\"name\":");
        mote_api_str(b, input_name(s));
        mote_buf_printf(b, ",\"datatype\":\"%s\",\"shape\":[-1,", input_type(s));
        add_dims(b, s);
        mote_buf_printf(
            b,
            "]}],\"outputs\":[{\"name\":\"probabilities\",\"datatype\":\"FP32\",\"shape\":[-1,%d]},"
            "{\"name\":\"label\",\"datatype\":\"BYTES\",\"shape\":[-1,1]}],\"properties\":{"
            "\"sha256\":\"%s\","
            "\"version\":",
            (int)s->n_labels, hash);
        mote_api_str(b, s->version);
        if (s->clip_samples)
            mote_buf_printf(b, ",\"rate_hz\":\"%d\"", (int)s->rate_hz);
        mote_buf_str(b, ",\"labels\":");
        MOTE_SCOPED_BUF labels;
        mote_buf_init(&labels, 64 * 1024);
        for (int32_t i = 0; i < s->n_labels; i++) {
            if (i)
                mote_buf_char(&labels, ',');
            mote_buf_str(&labels, mote_model_label(s->model, i));
        }
        mote_api_str(b, labels.data ? labels.data : "");
        mote_buf_str(b, "}}");
    }
    mote_model_set_unref(set);
}

void mote_api_model_ready(mote_api *api, const mote_http_request *rq, const char *const *params,
                          mote_http_reply *rp)
{
    (void)rq;
    mote_model_set *set;
    mote_served *s = named(api, params, &set, rp);
    if (s) {
        mote_buf_str(rp->body, "{\"name\":");
        mote_api_str(rp->body, s->name);
        mote_buf_str(rp->body, ",\"ready\":true}");
    }
    mote_model_set_unref(set);
}

/* Triton's ModelConfig, with the members that its clients read. */
void mote_api_model_config(mote_api *api, const mote_http_request *rq, const char *const *params,
                           mote_http_reply *rp)
{
    (void)rq;
    mote_model_set *set;
    mote_served *s = named(api, params, &set, rp);
    mote_buf *b = rp->body;
    if (s) {
        mote_buf_str(b, "{\"name\":");
        mote_api_str(b, s->name);
        mote_buf_printf(b,
                        ",\"platform\":\"mote_int8\",\"backend\":\"mote\",\"version_policy\":{"
                        "\"latest\":{\"num_versions\":1}},"
                        "\"max_batch_size\":%d,\"input\":[{\"name\":",
                        (int)api->cfg.max_batch);
        mote_api_str(b, input_name(s));
        mote_buf_printf(b, ",\"data_type\":\"TYPE_%s\",\"dims\":[", input_type(s));
        add_dims(b, s);
        mote_buf_printf(b,
                        "],\"is_shape_tensor\":false,\"optional\":false}],\"output\":[{\"name\":"
                        "\"probabilities\","
                        "\"data_type\":\"TYPE_FP32\",\"dims\":[%d],\"is_shape_tensor\":false},{"
                        "\"name\":\"label\","
                        "\"data_type\":\"TYPE_STRING\",\"dims\":[1],\"is_shape_tensor\":false}],"
                        "\"instance_group\":[{\"kind\":"
                        "\"KIND_CPU\",\"count\":%d}],\"model_transaction_policy\":{\"decoupled\":"
                        "false},\"response_cache\":"
                        "{\"enable\":false}}",
                        (int)s->n_labels, (int)api->cfg.n_threads);
    }
    mote_model_set_unref(set);
}

/* ---- statistics ---- */

static void add_duration(mote_buf *b, const char *name, uint64_t count, uint64_t ns)
{
    mote_buf_printf(b, "\"%s\":{\"count\":%llu,\"ns\":%llu}", name, (unsigned long long)count,
                    (unsigned long long)ns);
}

static void add_stats(mote_buf *b, const mote_served *s)
{
    mote_serve_counts c;
    mote_served_counts(s, &c);
    mote_buf_str(b, "{\"name\":");
    mote_api_str(b, s->name);
    mote_buf_str(b, ",\"version\":");
    mote_api_str(b, s->version);
    mote_buf_printf(b,
                    ",\"last_inference\":%lld,\"inference_count\":%llu,\"execution_count\":%llu,"
                    "\"inference_stats\":{",
                    (long long)c.last_ms, (unsigned long long)c.inferences,
                    (unsigned long long)c.inferences);
    add_duration(b, "success", c.success, c.request_ns);
    mote_buf_char(b, ',');
    add_duration(b, "fail", c.fail, c.fail_ns);
    mote_buf_char(b, ',');
    add_duration(b, "queue", c.success, 0);
    mote_buf_char(b, ',');
    add_duration(b, "compute_input", c.success, c.input_ns);
    mote_buf_char(b, ',');
    add_duration(b, "compute_infer", c.success, c.infer_ns);
    mote_buf_char(b, ',');
    add_duration(b, "compute_output", c.success, c.output_ns);
    mote_buf_str(b, ",\"cache_hit\":{\"count\":0,\"ns\":0},\"cache_miss\":{\"count\":0,\"ns\":0}},"
                    "\"response_stats\":{},\"batch_stats\":[");
    if (c.inferences) { /* items of a request run one after another: batches of 1 */
        mote_buf_str(b, "{\"batch_size\":1,");
        add_duration(b, "compute_input", c.inferences, c.input_ns);
        mote_buf_char(b, ',');
        add_duration(b, "compute_infer", c.inferences, c.infer_ns);
        mote_buf_char(b, ',');
        add_duration(b, "compute_output", c.inferences, c.output_ns);
        mote_buf_char(b, '}');
    }
    mote_buf_str(b, "],\"memory_usage\":[]}");
}

void mote_api_model_stats(mote_api *api, const mote_http_request *rq, const char *const *params,
                          mote_http_reply *rp)
{
    (void)rq;
    mote_model_set *set;
    mote_served *s = named(api, params, &set, rp);
    if (s) {
        mote_buf_str(rp->body, "{\"model_stats\":[");
        add_stats(rp->body, s);
        mote_buf_str(rp->body, "]}");
    }
    mote_model_set_unref(set);
}

void mote_api_all_stats(mote_api *api, const mote_http_request *rq, const char *const *params,
                        mote_http_reply *rp)
{
    (void)rq;
    (void)params;
    mote_model_set *set = mote_models_get(api->cfg.models);
    mote_buf_str(rp->body, "{\"model_stats\":[");
    for (int32_t i = 0; i < set->n; i++) {
        if (i)
            mote_buf_char(rp->body, ',');
        add_stats(rp->body, set->items[i]);
    }
    mote_buf_str(rp->body, "]}");
    mote_model_set_unref(set);
}

/* ---- infer ---- */

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
    float *probabilities; /* [n_batch][n_labels] */
    int32_t *class_ids;   /* [n_batch] */
    int64_t start_ns, parsed_ns, done_ns;
} work;

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
    int32_t n_dims = s->clip_samples ? 1 : s->n_dims;
    const int32_t *dims = s->clip_samples ? &s->clip_samples : s->dims;
    int64_t n_values = s->clip_samples ? s->clip_samples : s->n_values;
    if (same_dims(in->dims, in->n_dims, dims, n_dims))
        w->n_batch = 1;
    else if (in->n_dims > 1 && (same_dims(in->dims + 1, in->n_dims - 1, dims, n_dims) ||
                                (in->n_dims == 2 && in->dims[1] == n_values)))
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

/* Sound as a tensor: 16-bit samples of any integer type, which reach the model as they are, or
 * floats in [-1, 1], full scale being 1. Nothing is clipped in silence. */
static mote_status to_pcm(const mote_oip_input *in, mote_arena *a, int16_t **out, mote_err *err)
{
    bool is_real = in->type == MOTE_OIP_FP16 || in->type == MOTE_OIP_FP32 ||
                   in->type == MOTE_OIP_FP64 || in->type == MOTE_OIP_BF16;
    int16_t *pcm = NULL;
    MOTE_TRY(mote_arena_take(a, in->n_values, sizeof *pcm, &pcm, err));
    for (size_t i = 0; i < in->n_values; i++) {
        float x = in->values[i] * (is_real ? 32768.0f : 1.0f);
        if (!is_real && (x < -32768.0f || x > 32767.0f))
            return mote_fail(err, MOTE_RANGE, "sample %zu of input '%s' does not fit 16 bits", i,
                             in->name);
        if (is_real && (x < -32768.0f || x > 32768.0f))
            return mote_fail(err, MOTE_RANGE,
                             "sample %zu of input '%s' is %g, and floats are taken as sound from "
                             "-1 to 1: send 16-bit samples as INT16, or divide by full scale",
                             i, in->name, (double)in->values[i]);
        float rounded = x < 0 ? x - 0.5f : x + 0.5f;
        pcm[i] = (int16_t)(rounded < -32768.0f  ? -32768.0f
                           : rounded > 32767.0f ? 32767.0f
                                                : rounded);
    }
    *out = pcm;
    return MOTE_OK;
}

static mote_status predict_all(work *w, mote_err *err)
{
    const mote_oip_input *in = &w->rq.inputs[0];
    size_t n_labels = (size_t)w->s->n_labels, per_item = in->n_values / w->n_batch;
    int16_t *pcm = NULL;
    if (w->s->clip_samples)
        MOTE_TRY(to_pcm(in, w->http->arena, &pcm, err));
    MOTE_TRY(mote_arena_take(w->http->arena, w->n_batch * n_labels, sizeof(float),
                             &w->probabilities, err));
    MOTE_TRY(mote_arena_take(w->http->arena, w->n_batch, sizeof(int32_t), &w->class_ids, err));
    for (size_t i = 0; i < w->n_batch; i++) {
        mote_infer_input one = {
            .pcm = pcm ? pcm + i * per_item : NULL,
            .tensor = pcm ? NULL : in->values + i * per_item,
            .n = per_item,
            .request_id = w->rq.id,
            .consent = w->consent,
        };
        mote_prediction p;
        MOTE_TRY(mote_infer_run(w->infer, w->s, &one, &p, err));
        memcpy(w->probabilities + i * n_labels, p.probabilities, n_labels * sizeof(float));
        w->class_ids[i] = p.class_id;
    }
    return MOTE_OK;
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
    if (strcmp(w->rq.inputs[0].name, input_name(w->s)) != 0)
        return mote_fail(err, MOTE_ARG,
                         "unexpected inference input '%.100s' for model '%s': it takes '%s'",
                         w->rq.inputs[0].name, w->s->name, input_name(w->s));
    for (int32_t i = 0; i < w->rq.n_outputs; i++)
        if (strcmp(w->rq.outputs[i].name, "probabilities") != 0 &&
            strcmp(w->rq.outputs[i].name, "label") != 0)
            return mote_fail(err, MOTE_ARG,
                             "unexpected inference output '%.100s' for model '%s': it has "
                             "'probabilities' and 'label'",
                             w->rq.outputs[i].name, w->s->name);
    return check_shape(w, &w->rq.inputs[0], err);
}

static void add_u32(mote_buf *b, uint32_t x)
{
    const unsigned char bytes[4] = {(unsigned char)x, (unsigned char)(x >> 8),
                                    (unsigned char)(x >> 16), (unsigned char)(x >> 24)};
    mote_buf_add(b, bytes, 4);
}

/* One string of a BYTES output: JSON text or, binary, length and bytes. */
static void add_text(mote_buf *b, const char *text, bool is_binary, bool is_first)
{
    if (is_binary) {
        add_u32(b, (uint32_t)strlen(text));
        mote_buf_str(b, text);
        return;
    }
    if (!is_first)
        mote_buf_char(b, ',');
    mote_api_str(b, text);
}

/* The k best of one item, "value:index:label", falling. */
static void add_classes(mote_buf *b, const work *w, size_t item, int32_t k, bool is_binary,
                        bool *is_first)
{
    const float *p = w->probabilities + item * (size_t)w->s->n_labels;
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
        add_text(b, text, is_binary, *is_first);
        *is_first = false;
    }
}

/* The values of one output, as JSON or as bytes. */
static void add_values(mote_buf *b, const work *w, const mote_oip_output *o)
{
    bool is_first = true;
    if (strcmp(o->name, "label") == 0) {
        for (size_t i = 0; i < w->n_batch; i++, is_first = false)
            add_text(b, mote_model_label(w->s->model, w->class_ids[i]), o->is_binary, is_first);
    } else if (o->n_classes) {
        int32_t k = o->n_classes < w->s->n_labels ? o->n_classes : w->s->n_labels;
        for (size_t i = 0; i < w->n_batch; i++)
            add_classes(b, w, i, k, o->is_binary, &is_first);
    } else if (o->is_binary) {
        mote_buf_add(b, w->probabilities, w->n_batch * (size_t)w->s->n_labels * sizeof(float));
    } else {
        mote_json_add_f32s(b, w->probabilities, w->n_batch * (size_t)w->s->n_labels);
    }
}

static void add_output(mote_buf *b, const work *w, const mote_oip_output *o, mote_buf *raw)
{
    bool is_label = strcmp(o->name, "label") == 0;
    int32_t n_columns = is_label                                        ? 1
                        : o->n_classes && o->n_classes < w->s->n_labels ? o->n_classes
                                                                        : w->s->n_labels;
    mote_buf_str(b, "{\"name\":");
    mote_api_str(b, o->name);
    mote_buf_printf(b, ",\"datatype\":\"%s\",\"shape\":[%zu,%d],",
                    is_label || o->n_classes ? "BYTES" : "FP32", w->n_batch, (int)n_columns);
    if (o->is_binary) {
        size_t before = raw->len;
        add_values(raw, w, o);
        mote_buf_printf(b, "\"parameters\":{\"binary_data_size\":%zu}}", raw->len - before);
    } else {
        mote_buf_str(b, "\"data\":[");
        add_values(b, w, o);
        mote_buf_str(b, "]}");
    }
}

static void write_answer(const work *w, mote_http_reply *rp)
{
    const mote_oip_output all[] = {{"probabilities", w->rq.all_binary, 0},
                                   {"label", w->rq.all_binary, 0}};
    const mote_oip_output *outputs = w->rq.n_outputs ? w->rq.outputs : all;
    int32_t n_outputs = w->rq.n_outputs ? w->rq.n_outputs : 2;
    MOTE_SCOPED_BUF raw;
    mote_buf_init(&raw, rp->body->max_bytes);
    mote_buf *b = rp->body;
    mote_buf_str(b, "{\"model_name\":");
    mote_api_str(b, w->s->name);
    mote_buf_str(b, ",\"model_version\":");
    mote_api_str(b, w->s->version);
    if (w->rq.id) {
        mote_buf_str(b, ",\"id\":");
        mote_api_str(b, w->rq.id);
    }
    mote_buf_str(b, ",\"outputs\":[");
    for (int32_t i = 0; i < n_outputs; i++) {
        if (i)
            mote_buf_char(b, ',');
        add_output(b, w, &outputs[i], &raw);
    }
    mote_buf_str(b, "]}");
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

void mote_api_infer(mote_api *api, const mote_http_request *rq, const char *const *params,
                    mote_http_reply *rp)
{
    mote_infer *t = mote_api_take_infer(api, rq);
    infer(api, t, rq, params, rp);
    mote_api_give_infer(api, rq, t);
}
