/* SPDX-License-Identifier: Apache-2.0 */
/* The model repository extension: what is loaded; load (again) and unload. */
#include "web/api_internal.h"

void mote_api_repo_index(void *context, const mote_http_request *rq, const char *const *params,
                         mote_http_reply *rp)
{
    mote_api *api = context;
    (void)rq;
    (void)params;
    mote_model_set *set = mote_models_get(api->cfg.models);
    mote_json_out w;
    mote_out_begin(&w, rp->body);
    mote_out_array(&w, NULL);
    for (int32_t i = 0; i < set->n; i++) {
        mote_out_object(&w, NULL);
        mote_out_str(&w, "name", set->items[i]->name);
        mote_out_str(&w, "version", set->items[i]->version);
        mote_out_str(&w, "state", "READY");
        mote_out_str(&w, "reason", "");
        mote_out_end(&w);
    }
    mote_out_end(&w);
    mote_out_finish(&w);
    mote_model_set_unref(set);
}

void mote_api_repo_load(void *context, const mote_http_request *rq, const char *const *params,
                        mote_http_reply *rp)
{
    mote_api *api = context;
    mote_err err = {0};
    (void)rq;
    if (!api->cfg.load) {
        mote_http_reply_error(
            rp, 403, "failed to load '%.120s': this server loads no models on request", params[0]);
        return;
    }
    if (api->cfg.load(api->cfg.load_arg, params[0], &err) != MOTE_OK)
        mote_http_reply_error(rp, mote_status_http_code(err.status), "failed to load '%.120s': %s",
                              params[0], err.text);
}

void mote_api_repo_unload(void *context, const mote_http_request *rq, const char *const *params,
                          mote_http_reply *rp)
{
    mote_api *api = context;
    mote_err err = {0};
    (void)rq;
    if (mote_models_remove(api->cfg.models, params[0], &err) != MOTE_OK)
        mote_http_reply_err(rp, &err);
}
