/* SPDX-License-Identifier: Apache-2.0 */
/* Open Inference Protocol: what a model takes and says, and the configuration that Triton's clients
 * read. */
#include "web/api_internal.h"

#include <string.h>

mote_served *mote_api_named(mote_api *api, const char *const *params, mote_model_set **set,
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

static void add_dims(mote_json_out *w, const mote_served *s)
{
    for (int32_t i = 0; i < s->sample.n_dims; i++)
        mote_out_i64(w, NULL, s->sample.dims[i]);
}

const char *mote_api_input_name(const mote_served *s)
{
    const mote_graph *g = mote_model_graph(s->model);
    return s->intake->tensor                  ? s->intake->tensor
           : g->tensors[g->inputs[0]].name[0] ? g->tensors[g->inputs[0]].name
                                              : "input";
}

/* The protocol's name of the sample's type. */
static const char *input_type(const mote_served *s)
{
    static const char *const names[] = {
        [MOTE_F32] = "FP32",  [MOTE_I8] = "INT8",  [MOTE_I32] = "INT32",
        [MOTE_I16] = "INT16", [MOTE_U8] = "UINT8", [MOTE_BOOL] = "BOOL"};
    return names[s->sample.dtype];
}

static void add_versions(mote_json_out *w, const mote_model_set *set, const mote_served *s)
{
    mote_out_array(w, "versions");
    for (int32_t i = 0; i < set->n; i++)
        if (strcmp(set->items[i]->name, s->name) == 0)
            mote_out_str(w, NULL, set->items[i]->version);
    mote_out_end(w);
}

/* One tensor; n_columns 0: the input's dimensions. */
static void add_tensor(mote_json_out *w, const char *name, const char *type, const mote_served *s,
                       int32_t n_columns)
{
    mote_out_object(w, NULL);
    mote_out_str(w, "name", name);
    mote_out_str(w, "datatype", type);
    mote_out_array(w, "shape");
    mote_out_i64(w, NULL, -1);
    if (n_columns)
        mote_out_i64(w, NULL, n_columns);
    else
        add_dims(w, s);
    mote_out_end(w);
    mote_out_end(w);
}

static void add_properties(mote_json_out *w, const mote_served *s)
{
    char hash[MOTE_SHA256_HEX_BYTES];
    MOTE_SCOPED_BUF labels;
    mote_buf_init(&labels, 64 * 1024);
    for (int32_t i = 0; i < s->n_labels; i++) {
        if (i)
            mote_buf_char(&labels, ',');
        mote_buf_str(&labels, mote_model_label(s->model, i));
    }
    mote_sha256_hex(mote_model_hash(s->model), hash);
    mote_out_object(w, "properties");
    mote_out_str(w, "sha256", hash);
    mote_out_str(w, "version", s->version);
    if (s->rate_hz)
        mote_out_format(w, "rate_hz", "%d", (int)s->rate_hz);
    mote_out_str(w, "labels", labels.data ? labels.data : "");
    mote_out_end(w);
}

void mote_api_model(void *context, const mote_http_request *rq, const char *const *params,
                    mote_http_reply *rp)
{
    mote_api *api = context;
    (void)rq;
    mote_model_set *set;
    mote_json_out w;
    mote_served *s = mote_api_named(api, params, &set, rp);
    if (s) {
        mote_out_begin(&w, rp->body);
        mote_out_object(&w, NULL);
        mote_out_str(&w, "name", s->name);
        add_versions(&w, set, s);
        mote_out_str(&w, "platform", "mote_int8");
        mote_out_array(&w, "inputs");
        add_tensor(&w, mote_api_input_name(s), input_type(s), s, 0);
        mote_out_end(&w);
        mote_out_array(&w, "outputs");
        add_tensor(&w, s->numbers_name, "FP32", s, s->n_numbers);
        if (s->has_classes)
            add_tensor(&w, "label", "BYTES", s, 1);
        if (s->has_verdict)
            add_tensor(&w, mote_api_verdict, "BOOL", s, 1);
        for (int i = 0; s->has_intervals && i < MOTE_API_N_BOUNDS; i++)
            add_tensor(&w, mote_api_bounds[i], "FP32", s, s->n_numbers);
        mote_out_end(&w);
        add_properties(&w, s);
        mote_out_end(&w);
        mote_out_finish(&w);
    }
    mote_model_set_unref(set);
}

void mote_api_model_ready(void *context, const mote_http_request *rq, const char *const *params,
                          mote_http_reply *rp)
{
    mote_api *api = context;
    (void)rq;
    mote_model_set *set;
    mote_json_out w;
    mote_served *s = mote_api_named(api, params, &set, rp);
    if (s) {
        mote_out_begin(&w, rp->body);
        mote_out_object(&w, NULL);
        mote_out_str(&w, "name", s->name);
        mote_out_bool(&w, "ready", true);
        mote_out_end(&w);
        mote_out_finish(&w);
    }
    mote_model_set_unref(set);
}

/* ---- Triton's ModelConfig, with the members that its clients read ---- */

static void add_config_input(mote_json_out *w, const mote_served *s)
{
    mote_out_array(w, "input");
    mote_out_object(w, NULL);
    mote_out_str(w, "name", mote_api_input_name(s));
    mote_out_format(w, "data_type", "TYPE_%s", input_type(s));
    mote_out_array(w, "dims");
    add_dims(w, s);
    mote_out_end(w);
    mote_out_bool(w, "is_shape_tensor", false);
    mote_out_bool(w, "optional", false);
    mote_out_end(w);
    mote_out_end(w);
}

static void add_config_output(mote_json_out *w, const char *name, const char *type, int32_t n)
{
    mote_out_object(w, NULL);
    mote_out_str(w, "name", name);
    mote_out_str(w, "data_type", type);
    mote_out_array(w, "dims");
    mote_out_i64(w, NULL, n);
    mote_out_end(w);
    mote_out_bool(w, "is_shape_tensor", false);
    mote_out_end(w);
}

/* How it is run: on which processor, and that it answers each request once, anew. */
static void add_config_run(mote_json_out *w, int32_t n_threads)
{
    mote_out_array(w, "instance_group");
    mote_out_object(w, NULL);
    mote_out_str(w, "kind", "KIND_CPU");
    mote_out_i64(w, "count", n_threads);
    mote_out_end(w);
    mote_out_end(w);
    mote_out_object(w, "model_transaction_policy");
    mote_out_bool(w, "decoupled", false);
    mote_out_end(w);
    mote_out_object(w, "response_cache");
    mote_out_bool(w, "enable", false);
    mote_out_end(w);
}

static void add_config(mote_json_out *w, const mote_api *api, const mote_served *s)
{
    mote_out_object(w, NULL);
    mote_out_str(w, "name", s->name);
    mote_out_str(w, "platform", "mote_int8");
    mote_out_str(w, "backend", "mote");
    mote_out_object(w, "version_policy");
    mote_out_object(w, "latest");
    mote_out_i64(w, "num_versions", 1);
    mote_out_end(w);
    mote_out_end(w);
    mote_out_i64(w, "max_batch_size", api->cfg.max_batch);
    add_config_input(w, s);
    mote_out_array(w, "output");
    add_config_output(w, s->numbers_name, "TYPE_FP32", s->n_numbers);
    if (s->has_classes)
        add_config_output(w, "label", "TYPE_STRING", 1);
    if (s->has_verdict)
        add_config_output(w, mote_api_verdict, "TYPE_BOOL", 1);
    for (int i = 0; s->has_intervals && i < MOTE_API_N_BOUNDS; i++)
        add_config_output(w, mote_api_bounds[i], "TYPE_FP32", s->n_numbers);
    mote_out_end(w);
    add_config_run(w, api->cfg.n_threads);
    mote_out_end(w);
}

void mote_api_model_config(void *context, const mote_http_request *rq, const char *const *params,
                           mote_http_reply *rp)
{
    mote_api *api = context;
    (void)rq;
    mote_model_set *set;
    mote_json_out w;
    mote_served *s = mote_api_named(api, params, &set, rp);
    if (s) {
        mote_out_begin(&w, rp->body);
        add_config(&w, api, s);
        mote_out_finish(&w);
    }
    mote_model_set_unref(set);
}
