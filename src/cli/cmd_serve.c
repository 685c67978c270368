/* SPDX-License-Identifier: Apache-2.0 */
/* mote serve [MODEL..]: the inference server. */
#include <string.h>

#include "cli/cli.h"
#include "cli/settings.h"
#include "monitor/live.h"
#include "web/server.h"

typedef struct {
    int64_t port;
    const char *host;
    bool no_log;
    const char *server_name;
    int64_t max_clients;
    double max_body_mb;
} serve_values;

static mote_server_config config_of(const mote_cli *cli, const serve_values *v,
                                    const char *const *args, size_t n_args)
{
    mote_server_config cfg = {
        .models = args,
        .n_models = n_args,
        .http = {.host = v->host,
                 .port = (int32_t)v->port,
                 .n_threads = mote_pool_threads(cli->pool),
                 .max_clients = (int32_t)v->max_clients,
                 .max_body_bytes = (size_t)(v->max_body_mb * 1e6),
                 .catch_signals = true,
                 .cancel = cli->cancel},
        .server_name = v->server_name,
        .version = MOTE_VERSION,
    };
    if (!cli->project)
        return cfg;
    const mote_http_config given = cfg.http;
    cfg.project = cli->project_dir;
    mote_cli_server(cli->project, &cfg);
    cfg.with_log = cfg.with_log && !v->no_log;
    if (v->port >= 0)
        cfg.http.port = given.port;
    if (v->max_clients > 0)
        cfg.http.max_clients = given.max_clients;
    if (v->max_body_mb > 0)
        cfg.http.max_body_bytes = given.max_body_bytes;
    return cfg;
}

/* Said before the first request is taken, so that scripts can wait for it. */
static mote_status announce(mote_cli *cli, mote_server *s, const char *host, mote_err *err)
{
    mote_model_set *set = mote_models_get(mote_server_models(s));
    json_t *models = json_array();
    const bool is_v6 = strchr(host, ':') != NULL;
    for (int32_t i = 0; i < set->n; i++) {
        const mote_served *m = set->items[i];
        mote_say(cli, "%s version %s, from %s\n", m->name, m->version, m->source);
        json_array_append_new(models, json_pack("{s:s, s:s, s:s}", "name", m->name, "version",
                                                m->version, "source", m->source));
    }
    mote_model_set_unref(set);
    mote_say(cli, "listening on http://%s%s%s:%d with %d threads; Ctrl-C stops\n", is_v6 ? "[" : "",
             host, is_v6 ? "]" : "", (int)mote_server_port(s), (int)mote_server_threads(s));
    if (cli->json) {
        json_t *o =
            json_pack("{s:s, s:i, s:i, s:o}", "host", host, "port", (int)mote_server_port(s),
                      "threads", (int)mote_server_threads(s), "models", models);
        if (!o)
            return mote_fail(err, MOTE_NOMEM, "no memory for the result");
        mote_say_json(cli, o);
    } else {
        json_decref(models);
    }
    (void)fflush(cli->out);
    return MOTE_OK;
}

/* With a project the traffic is watched for drift; *live stays NULL without. */
static mote_status start_watch(const mote_cli *cli, mote_server_config *cfg, mote_live **live,
                               mote_err *err)
{
    if (!cli->project || mote_store_is_read_only(cli->store))
        return MOTE_OK;
    mote_live_config c = mote_cli_live(cli->project);
    c.project = cli->project_dir;
    MOTE_TRY(mote_live_create(&c, live, err));
    cfg->observer = mote_live_observe;
    cfg->observer_arg = *live;
    cfg->metrics = mote_live_metrics;
    cfg->metrics_arg = *live;
    return MOTE_OK;
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    const serve_values *v = values;
    mote_server_config cfg = config_of(cli, v, args, n_args);
    if (cfg.http.port < 0)
        cfg.http.port = 8080;
    if (cli->store && mote_store_is_read_only(cli->store)) {
        cfg.with_log = false;
        mote_tell(cli,
                  "mote serve: '%s' is not writable: no prediction is kept, and the traffic is not "
                  "watched for drift\n",
                  mote_store_dir(cli->store));
    }
    mote_live *live = NULL;
    MOTE_TRY(start_watch(cli, &cfg, &live, err));
    mote_server *s = NULL;
    mote_status st = mote_server_create(&cfg, &s, err);
    if (st == MOTE_OK)
        st = announce(cli, s, v->host, err);
    if (st == MOTE_OK)
        st = mote_server_run(s, err);
    mote_server_destroy(s);
    mote_live_destroy(live);
    return st;
}

static const mote_option options[] = {
    {"port", 'p', MOTE_OPT_INT, offsetof(serve_values, port), 0, 65535, "N",
     "0 takes a free one (default: serving.port of mote.yaml, or 8080)"},
    {"host", 0, MOTE_OPT_STRING, offsetof(serve_values, host), 0, 0, "ADDRESS",
     "listen on this address (default 127.0.0.1; 0.0.0.0: all)"},
    {"no-log", 0, MOTE_OPT_FLAG, offsetof(serve_values, no_log), 0, 0, NULL,
     "keep no predictions, whatever consent they come with"},
    {"max-clients", 0, MOTE_OPT_INT, offsetof(serve_values, max_clients), 1, 100000, "N",
     "connections at a time (default: serving.max_clients, or 1024)"},
    {"max-body-mb", 0, MOTE_OPT_NUMBER, offsetof(serve_values, max_body_mb), 0.001, 2000, "MB",
     "longest body taken (default: serving.max_body, or 16)"},
    {"server-name", 0, MOTE_OPT_STRING, offsetof(serve_values, server_name), 0, 0, "NAME",
     "name told to clients (default mote; some insist on triton)"},
};
static const serve_values defaults = {.port = -1, .host = "127.0.0.1"};

const mote_command mote_cmd_serve = {
    .usage = "[MODEL..] [options]",
    .about = "Answers predictions over HTTP: recordings at /v1/classify, tensors by the Open\n"
             "Inference Protocol at /v2, metrics for Prometheus at /metrics. MODEL is a file, a\n"
             "registry name[@alias|/version] or a run; without one, every registered model is\n"
             "served. A name or alias is followed: when it moves, the new version is loaded and\n"
             "exchanged without a failed request. Predictions are kept only when a request says\n"
             "so (header Mote-Consent) and mote.yaml accepts that purpose.",
    .examples =
        "mote serve\nmote serve kws@champion --port 8000\nmote serve model.mote --port 0 --json",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .min_args = 0,
    .max_args = 64,
    .values_bytes = sizeof(serve_values),
    .defaults = &defaults,
    .run = run,
};
