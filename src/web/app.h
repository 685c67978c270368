/* SPDX-License-Identifier: Apache-2.0 */
/* Apps: what a server can be asked, as tables of routes, each table below a prefix and with a
 * context of its own; and what holds for all of them: what pages of other sites may do, what goes
 * to a worker, how an unknown path is refused.
 *
 *     request -> target readable? -> app and route -> may it change something? -> app's own guard
 *             -> here, or by a worker -> handler -> what other sites may read of it
 *
 * Depends on web/route.h. Used by web/api.c, web/project_api.c. */
#ifndef MOTE_WEB_APP_H
#define MOTE_WEB_APP_H

#include "web/route.h"

/* Other sites, and who this server is (web/site.c). All borrowed. */
typedef struct {
    /* Names by which clients reach this server, besides its addresses and 'localhost'; a changing
     * route answers to no other. */
    const char *const *hosts;
    size_t n_hosts;
    /* Origins ("https://example.org") whose pages may read answers and change things; "*": any page
     * may read. None: CORS is off. */
    const char *const *origins;
    size_t n_origins;
} mote_site;

typedef struct {
    const char *prefix; /* of every pattern; "" or "/v1/project" */
    const mote_route *routes;
    size_t n_routes;
    void *context; /* given to the handlers and to guard */
    /* Who may ask this. NULL: everyone. False: the refusal is in the reply. */
    bool (*guard)(void *context, const mote_http_request *rq, const mote_route *route,
                  mote_http_reply *rp);
} mote_app;

#define MOTE_MAX_APPS 8

typedef struct {
    mote_site site;
    mote_app apps[MOTE_MAX_APPS];
    size_t n_apps; /* the first that has the path answers */
} mote_door;

/* For mote_http_config: handler; `door` is a mote_door, which must not change while it serves. */
bool mote_door_handle(void *door, const mote_http_request *rq, mote_http_reply *rp);

/* web/site.c (Fetch standard, RFC 6454) */

/* May this request change something? False, and the refusal is in the reply, when a page of another
 * site may stand behind it: by Origin, Sec-Fetch-Site, Host, or a type of content that a page can
 * send without asking. */
bool mote_site_may_change(const mote_site *site, const mote_http_request *rq, mote_http_reply *rp);
/* Add what lets pages of the origins that the server knows read the answer (CORS). */
void mote_site_share(const mote_site *site, const mote_http_request *rq, uint32_t allowed,
                     mote_http_reply *rp);

#endif
