/* SPDX-License-Identifier: Apache-2.0 */
/* Open Inference Protocol: is the server there, and what is it? Which models does it have? */
#include "web/api_internal.h"

static bool is_ready(mote_api *api)
{
    mote_model_set *set = mote_models_get(api->cfg.models);
    bool ready = set->n > 0;
    mote_model_set_unref(set);
    return ready;
}

void mote_api_live(void *context, const mote_http_request *rq, const char *const *params,
                   mote_http_reply *rp)
{
    (void)context;
    (void)rq;
    (void)params;
    mote_json_out w;
    mote_out_begin(&w, rp->body);
    mote_out_object(&w, NULL);
    mote_out_bool(&w, "live", true);
    mote_out_end(&w);
    mote_out_finish(&w);
}

void mote_api_ready(void *context, const mote_http_request *rq, const char *const *params,
                    mote_http_reply *rp)
{
    mote_api *api = context;
    (void)rq;
    (void)params;
    bool ready = is_ready(api);
    rp->code = ready ? 200 : 400;
    mote_json_out w;
    mote_out_begin(&w, rp->body);
    mote_out_object(&w, NULL);
    mote_out_bool(&w, "live", true);
    mote_out_bool(&w, "ready", ready);
    mote_out_end(&w);
    mote_out_finish(&w);
}

void mote_api_server(void *context, const mote_http_request *rq, const char *const *params,
                     mote_http_reply *rp)
{
    mote_api *api = context;
    static const char *const extensions[] = {"binary_tensor_data", "classification",
                                             "model_configuration", "model_repository",
                                             "statistics"};
    (void)rq;
    (void)params;
    mote_json_out w;
    mote_out_begin(&w, rp->body);
    mote_out_object(&w, NULL);
    mote_out_str(&w, "name", api->server_name);
    mote_out_str(&w, "version", api->version);
    mote_out_array(&w, "extensions");
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
        mote_out_str(&w, NULL, extensions[i]);
    mote_out_end(&w);
    mote_out_end(&w);
    mote_out_finish(&w);
}

void mote_api_models(void *context, const mote_http_request *rq, const char *const *params,
                     mote_http_reply *rp)
{
    mote_api *api = context;
    (void)rq;
    (void)params;
    mote_model_set *set = mote_models_get(api->cfg.models);
    mote_json_out w;
    mote_out_begin(&w, rp->body);
    mote_out_object(&w, NULL);
    mote_out_array(&w, "models");
    for (int32_t i = 0; i < set->n; i++) /* an older version of a name is not listed again */
        if (mote_model_set_find(set, set->items[i]->name, NULL) == set->items[i])
            mote_out_str(&w, NULL, set->items[i]->name);
    mote_out_end(&w);
    mote_out_end(&w);
    mote_out_finish(&w);
    mote_model_set_unref(set);
}
