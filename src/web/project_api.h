/* SPDX-License-Identifier: Apache-2.0 */
/* A project over HTTP: what the command line can do with its data and its store, by the same
 * functions. Beside the inference interface, below /v1.
 *
 * These routes tell and change what is not for everybody who may ask for a prediction (recordings,
 * paths, whole models), and nobody is asked who he is: so they answer only on a server that listens
 * on this machine alone.
 *
 * Depends on data/, monitor/, track/, web/app.h. Used by web/server.c. */
#ifndef MOTE_WEB_PROJECT_API_H
#define MOTE_WEB_PROJECT_API_H

#include "web/app.h"

typedef struct mote_project_api mote_project_api;

/* dir: the project's folder; host: the address that the server listens on, NULL: 127.0.0.1. Both
 * are copied. ARG when one of them is too long. */
MOTE_MUST_USE mote_status mote_project_api_create(const char *dir, const char *host,
                                                  mote_project_api **out, mote_err *err);
void mote_project_api_destroy(mote_project_api *p); /* after the HTTP server has gone */

/* To be added to the server's door; lives as long as `p`. */
mote_app mote_project_api_app(mote_project_api *p);

#endif
