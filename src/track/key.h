/* SPDX-License-Identifier: Apache-2.0 */
/* What may be the name of a parameter, metric, tag or artifact. For track/. */
#ifndef MOTE_TRACK_KEY_H
#define MOTE_TRACK_KEY_H

#include "base/status.h"

/* A key of a parameter, metric or tag, or the path of an artifact: 1..250 bytes of letters, digits,
 * "_-./: " and UTF-8, in normal form as a path. ARG names it; `what` says what it is. */
MOTE_MUST_USE mote_status mote_key_check(const char *what, const char *key, mote_err *err);

#endif
