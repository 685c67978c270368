/* SPDX-License-Identifier: Apache-2.0 */
/* The inference server as a whole: models and their source, prediction log, interface, HTTP.
 *
 * Depends on serve/, web/. Used by cli/cmd_serve.c. */
#ifndef MOTE_WEB_SERVER_H
#define MOTE_WEB_SERVER_H

#include "serve/infer.h"
#include "serve/models.h"
#include "serve/predlog.h"
#include "web/app.h"
#include "web/http.h"

typedef struct {
    const char *project;       /* folder with a store; NULL: none, so no registry and no log */
    const char *const *models; /* references (serve/source.h) */
    size_t n_models;           /* 0: every model of the registry */
    mote_http_config http;     /* limits and address; handler and arg are filled in */
    mote_site site;            /* other sites, and who this server is (web/app.h) */
    bool with_log;             /* keep predictions that come with a consent */
    mote_consent_policy policy;
    const char *server_name; /* NULL: "mote" */
    const char *version;
    int64_t poll_ms;               /* how often aliases are looked at; 0: 250 */
    mote_serve_observer *observer; /* told of every prediction; NULL: none */
    void *observer_arg;
    void (*metrics)(void *arg, mote_buf *out); /* further metrics; NULL: none */
    void *metrics_arg;
} mote_server_config;

typedef struct mote_server mote_server;

/* Load the models and listen. Errors name the model or the address. */
MOTE_MUST_USE mote_status mote_server_create(const mote_server_config *cfg, mote_server **out,
                                             mote_err *err);
void mote_server_destroy(mote_server *s);

/* Serve until stopped or, with http.catch_signals, SIGTERM or SIGINT. */
MOTE_MUST_USE mote_status mote_server_run(mote_server *s, mote_err *err);
/* From any thread. lint: unused_exports: tests stop it so, the program by a signal */
void mote_server_stop(mote_server *s);

int32_t mote_server_port(const mote_server *s);
int32_t mote_server_threads(const mote_server *s);
mote_models *mote_server_models(mote_server *s); /* borrowed */

#endif
