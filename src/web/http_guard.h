/* SPDX-License-Identifier: Apache-2.0 */
/* How many connections each address has, so that one of them cannot take every place.
 *
 * An IPv6 client owns a /64 and can come from any address in it, so those count as one (RFC 6177).
 * Private to web/http*.c; any thread. Depends on base/. */
#ifndef MOTE_WEB_HTTP_GUARD_H
#define MOTE_WEB_HTTP_GUARD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/status.h"

typedef struct http_guard http_guard;

/* Room for `max_clients` connections; max_each of one address. NOMEM. */
MOTE_MUST_USE mote_status http_guard_create(int32_t max_clients, int32_t max_each, http_guard **out,
                                            mote_err *err);
void http_guard_destroy(http_guard *g);

/* The key of a peer: its address, or what it shares with its neighbours. 0: not of the internet
 * (a socket pair of a test), which no limit holds. */
uint64_t http_guard_key(const struct sockaddr_storage *peer);

/* Count a connection; false when the address has more than it may have now: one must go. */
bool http_guard_enter(http_guard *g, uint64_t key);
void http_guard_leave(http_guard *g, uint64_t key);

#endif
