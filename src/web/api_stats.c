/* SPDX-License-Identifier: Apache-2.0 */
/* Open Inference Protocol: what each model has done, as Triton's statistics extension tells it. */
#include "web/api_internal.h"

static void add_duration(mote_json_out *w, const char *name, uint64_t count, uint64_t ns)
{
    mote_out_object(w, name);
    mote_out_u64(w, "count", count);
    mote_out_u64(w, "ns", ns);
    mote_out_end(w);
}

static void add_batches(mote_json_out *w, const mote_serve_counts *c)
{
    mote_out_array(w, "batch_stats");
    if (c->inferences) { /* items of a request run one after another: batches of 1 */
        mote_out_object(w, NULL);
        mote_out_i64(w, "batch_size", 1);
        add_duration(w, "compute_input", c->inferences, c->input_ns);
        add_duration(w, "compute_infer", c->inferences, c->infer_ns);
        add_duration(w, "compute_output", c->inferences, c->output_ns);
        mote_out_end(w);
    }
    mote_out_end(w);
}

static void add_stats(mote_json_out *w, const mote_served *s)
{
    mote_serve_counts c;
    mote_served_counts(s, &c);
    mote_out_object(w, NULL);
    mote_out_str(w, "name", s->name);
    mote_out_str(w, "version", s->version);
    mote_out_i64(w, "last_inference", c.last_ms);
    mote_out_u64(w, "inference_count", c.inferences);
    mote_out_u64(w, "execution_count", c.inferences);
    mote_out_object(w, "inference_stats");
    add_duration(w, "success", c.success, c.request_ns);
    add_duration(w, "fail", c.fail, c.fail_ns);
    add_duration(w, "queue", c.success, 0);
    add_duration(w, "compute_input", c.success, c.input_ns);
    add_duration(w, "compute_infer", c.success, c.infer_ns);
    add_duration(w, "compute_output", c.success, c.output_ns);
    add_duration(w, "cache_hit", 0, 0);
    add_duration(w, "cache_miss", 0, 0);
    mote_out_end(w);
    mote_out_object(w, "response_stats");
    mote_out_end(w);
    add_batches(w, &c);
    mote_out_array(w, "memory_usage");
    mote_out_end(w);
    mote_out_end(w);
}

/* Of all loaded models, or of one. */
static void write_stats(const mote_model_set *set, const mote_served *only, mote_buf *b)
{
    mote_json_out w;
    mote_out_begin(&w, b);
    mote_out_object(&w, NULL);
    mote_out_array(&w, "model_stats");
    for (int32_t i = 0; i < set->n; i++)
        if (!only || set->items[i] == only)
            add_stats(&w, set->items[i]);
    mote_out_end(&w);
    mote_out_end(&w);
    mote_out_finish(&w);
}

void mote_api_model_stats(void *context, const mote_http_request *rq, const char *const *params,
                          mote_http_reply *rp)
{
    mote_api *api = context;
    (void)rq;
    mote_model_set *set;
    mote_served *s = mote_api_named(api, params, &set, rp);
    if (s)
        write_stats(set, s, rp->body);
    mote_model_set_unref(set);
}

void mote_api_all_stats(void *context, const mote_http_request *rq, const char *const *params,
                        mote_http_reply *rp)
{
    mote_api *api = context;
    (void)rq;
    (void)params;
    mote_model_set *set = mote_models_get(api->cfg.models);
    write_stats(set, NULL, rp->body);
    mote_model_set_unref(set);
}
