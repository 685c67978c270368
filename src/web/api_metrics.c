/* SPDX-License-Identifier: Apache-2.0 */
/* Metrics in Prometheus' text format (exposition format 0.0.4): the nv_inference_* names that
 * dashboards for Triton read, and mote_* for the rest. */
#include "web/api_internal.h"

static void head(mote_buf *b, const char *name, const char *type, const char *help)
{
    mote_buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Numbers of every loaded model. Names were checked when they were loaded: no quotes. */
static const struct {
    const char *name, *help;
    size_t offset; /* of the uint64_t in mote_serve_counts */
    uint64_t divisor;
    const char *more; /* labels beside model and version */
} model_counters[] = {
#define COUNT(field) offsetof(mote_serve_counts, field)
    {"nv_inference_request_success", "Number of successful inference requests", COUNT(success), 1,
     ""},
    {"nv_inference_request_failure", "Number of failed inference requests", COUNT(fail), 1,
     ",reason=\"OTHER\""},
    {"nv_inference_count", "Number of inferences performed", COUNT(inferences), 1, ""},
    {"nv_inference_exec_count", "Number of model executions performed", COUNT(inferences), 1, ""},
    {"nv_inference_request_duration_us", "Cumulative inference request duration", COUNT(request_ns),
     1000, ""},
    {"nv_inference_compute_input_duration_us", "Cumulative time of reading inputs", COUNT(input_ns),
     1000, ""},
    {"nv_inference_compute_infer_duration_us", "Cumulative time of inference", COUNT(infer_ns),
     1000, ""},
    {"nv_inference_compute_output_duration_us", "Cumulative time of writing outputs",
     COUNT(output_ns), 1000, ""},
#undef COUNT
};

static void model_metric(mote_buf *b, const mote_model_set *set, size_t k)
{
    head(b, model_counters[k].name, "counter", model_counters[k].help);
    for (int32_t i = 0; i < set->n; i++) {
        mote_serve_counts c;
        mote_served_counts(set->items[i], &c);
        const char *at = (const char *)&c + model_counters[k].offset;
        uint64_t x = *(const uint64_t *)(const void *)at / model_counters[k].divisor;
        mote_buf_printf(b, "%s{model=\"%s\",version=\"%s\"%s} %llu\n", model_counters[k].name,
                        set->items[i]->name, set->items[i]->version, model_counters[k].more,
                        (unsigned long long)x);
    }
}

static void model_metrics(mote_buf *b, const mote_model_set *set)
{
    for (size_t k = 0; k < sizeof model_counters / sizeof model_counters[0]; k++)
        model_metric(b, set, k);
    head(b, "nv_model_load_duration_secs", "gauge", "Time that loading the model took");
    for (int32_t i = 0; i < set->n; i++)
        mote_buf_printf(b, "nv_model_load_duration_secs{model=\"%s\",version=\"%s\"} %lld.%06lld\n",
                        set->items[i]->name, set->items[i]->version,
                        (long long)(set->items[i]->load_us / 1000000),
                        (long long)(set->items[i]->load_us % 1000000));
    head(b, "mote_model_info", "gauge",
         "Loaded models; default is 1 for the version that a name alone means");
    for (int32_t i = 0; i < set->n; i++) {
        char hash[MOTE_SHA256_HEX_BYTES];
        mote_sha256_hex(mote_model_hash(set->items[i]->model), hash);
        mote_buf_printf(
            b, "mote_model_info{model=\"%s\",version=\"%s\",sha256=\"%s\",default=\"%d\"} 1\n",
            set->items[i]->name, set->items[i]->version, hash,
            mote_model_set_find(set, set->items[i]->name, NULL) == set->items[i]);
    }
}

static void one(mote_buf *b, const char *name, const char *type, const char *help, int64_t x)
{
    head(b, name, type, help);
    mote_buf_printf(b, "%s %lld\n", name, (long long)x);
}

static void http_metrics(mote_buf *b, const mote_http_stats *s)
{
    head(b, "mote_http_requests_total", "counter", "Answers by status code");
    for (int code = 100; code < 600; code++)
        if (s->by_code[code])
            mote_buf_printf(b, "mote_http_requests_total{code=\"%d\"} %llu\n", code,
                            (unsigned long long)s->by_code[code]);
    head(b, "mote_http_request_duration_seconds", "histogram",
         "From a complete request to its written answer");
    uint64_t total = 0;
    for (int i = 0; i < MOTE_HTTP_N_BUCKETS; i++) {
        total += s->latency[i];
        mote_buf_printf(b, "mote_http_request_duration_seconds_bucket{le=\"%g\"} %llu\n",
                        (double)mote_http_bucket_us[i] / 1e6, (unsigned long long)total);
    }
    total += s->latency[MOTE_HTTP_N_BUCKETS];
    mote_buf_printf(b, "mote_http_request_duration_seconds_bucket{le=\"+Inf\"} %llu\n",
                    (unsigned long long)total);
    mote_buf_printf(b, "mote_http_request_duration_seconds_sum %.6f\n",
                    (double)s->latency_sum_us / 1e6);
    mote_buf_printf(b, "mote_http_request_duration_seconds_count %llu\n",
                    (unsigned long long)total);
    one(b, "mote_http_in_flight", "gauge", "Requests being answered", s->in_flight);
    one(b, "mote_http_connections", "gauge", "Open connections", s->open);
    one(b, "mote_http_connections_total", "counter", "Connections taken", (int64_t)s->accepted);
    one(b, "mote_http_connections_refused_total", "counter",
        "Connections over the limit of clients", (int64_t)s->refused);
    one(b, "mote_http_connections_shed_total", "counter",
        "Connections closed to make room: half a request, or none for a second", (int64_t)s->shed);
    one(b, "mote_http_jobs", "gauge", "Requests on or before a worker thread", s->jobs_now);
    one(b, "mote_http_jobs_total", "counter", "Requests that went to a worker thread",
        (int64_t)s->jobs);
    one(b, "mote_http_jobs_refused_total", "counter", "Requests that found too many of them there",
        (int64_t)s->jobs_refused);
    one(b, "mote_http_received_bytes_total", "counter", "Bytes read from clients",
        (int64_t)s->bytes_in);
    one(b, "mote_http_sent_bytes_total", "counter", "Bytes written to clients",
        (int64_t)s->bytes_out);
    one(b, "mote_http_held_bytes", "gauge", "Bytes of request bodies in memory", s->held_bytes);
}

static void log_metrics(mote_buf *b, const mote_predlog_counts *c)
{
    one(b, "mote_log_without_consent_total", "counter", "Predictions of which nothing was kept",
        (int64_t)c->without_consent);
    one(b, "mote_log_accepted_total", "counter", "Predictions taken into the log's queue",
        (int64_t)c->accepted);
    one(b, "mote_log_written_total", "counter", "Predictions kept durably", (int64_t)c->written);
    head(b, "mote_log_dropped_total", "counter", "Predictions that could not be kept");
    mote_buf_printf(b, "mote_log_dropped_total{reason=\"queue\"} %llu\n",
                    (unsigned long long)c->dropped_queue);
    mote_buf_printf(b, "mote_log_dropped_total{reason=\"disk\"} %llu\n",
                    (unsigned long long)c->dropped_disk);
    mote_buf_printf(b, "mote_log_dropped_total{reason=\"full\"} %llu\n",
                    (unsigned long long)c->dropped_full);
    one(b, "mote_log_withdrawn_total", "counter",
        "Predictions not kept as their subject withdrew meanwhile", (int64_t)c->withdrawn);
    one(b, "mote_log_purged_total", "counter", "Predictions removed at the end of their retention",
        (int64_t)c->purged);
    one(b, "mote_log_queued", "gauge", "Predictions waiting to be written", c->queued);
}

void mote_api_metrics(void *context, const mote_http_request *rq, const char *const *params,
                      mote_http_reply *rp)
{
    mote_api *api = context;
    (void)rq;
    (void)params;
    rp->content_type = "text/plain; version=0.0.4; charset=utf-8";
    mote_model_set *set = mote_models_get(api->cfg.models);
    model_metrics(rp->body, set);
    one(rp->body, "mote_models_loaded", "gauge", "Loaded model versions", set->n);
    one(rp->body, "mote_model_swaps_total", "counter",
        "Exchanges of the default version of a model", (int64_t)mote_models_swaps(api->cfg.models));
    mote_model_set_unref(set);
    if (api->http) {
        mote_http_stats s;
        mote_http_stats_read(api->http, &s);
        http_metrics(rp->body, &s);
    }
    if (api->cfg.hooks.log) {
        mote_predlog_counts c;
        mote_predlog_read_counts(api->cfg.hooks.log, &c);
        log_metrics(rp->body, &c);
    }
    if (api->cfg.metrics)
        api->cfg.metrics(api->cfg.metrics_arg, rp->body);
}
