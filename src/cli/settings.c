/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of commands. See settings.h. */
#include "cli/settings.h"

#include "project/part.h"

int32_t mote_cli_threads(const mote_project *p, int64_t given)
{
    if (given > 0 || !p)
        return (int32_t)given;
    mote_project view;
    mote_reader_view(p, MOTE_READER_threads, &view);
    return view.training.threads;
}

void mote_cli_server(const mote_project *p, mote_server_config *cfg)
{
    mote_project view;
    mote_reader_view(p, MOTE_READER_server, &view);
    cfg->policy = mote_consent_policy_of(&view);
    cfg->with_log = cfg->policy.retention_days > 0;
    cfg->http.port = view.serving.port;
    cfg->http.max_clients = view.serving.max_clients;
    cfg->http.max_per_address = view.serving.max_clients_per_address;
    cfg->site.hosts = view.serving.hosts.items;
    cfg->site.n_hosts = view.serving.hosts.n;
    cfg->site.origins = view.serving.origins.items;
    cfg->site.n_origins = view.serving.origins.n;
    cfg->http.max_body_bytes = (size_t)view.serving.max_body_bytes;
    cfg->http.head_timeout_ms = (int64_t)view.serving.deadline_ms;
    cfg->http.body_timeout_ms = cfg->http.write_timeout_ms = cfg->http.head_timeout_ms;
}

mote_live_config mote_cli_live(const mote_project *p)
{
    mote_project view;
    mote_reader_view(p, MOTE_READER_monitor, &view);
    return (mote_live_config){.window = view.monitor.window,
                              .min_predictions = view.monitor.min_predictions,
                              .false_alarm = view.monitor.false_alarm,
                              .seed = (uint64_t)view.training.seed};
}
