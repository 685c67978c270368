/* SPDX-License-Identifier: Apache-2.0 */
/* What a route of the project shall do, as the body of a request: a JSON object whose members the
 * route knows. One of another name is refused, so that a mistyped one does not widen what is done.
 *
 * Depends on base/json_pull, web/exchange.h. Used by web/project_review.c and project_outside.c. */
#ifndef MOTE_WEB_WISH_BODY_H
#define MOTE_WEB_WISH_BODY_H

#include "web/exchange.h"

/* Which route's body it is. */
typedef enum {
    MOTE_WISH_ADD = 1u << 0,   /* {"path": FOLDER or FILE, "who"} */
    MOTE_WISH_TAKE = 1u << 1,  /* {"numbers": [3, ..] or "all": true, "label", "who"} */
    MOTE_WISH_DROP = 1u << 2,  /* {"numbers": [3, ..] or "all": true} */
    MOTE_WISH_JUDGE = 1u << 3, /* {"on" or "hours": FOLDER, "model", "threshold" of hours}, or
                                  {"strangers": what a collection is} */
} mote_wish_route;

typedef struct {
    const char *path, *who, *label, *on, *hours, *strangers, *model; /* NULL: not said */
    int64_t *numbers;                                                /* [n] */
    size_t n;
    bool all;
    double threshold; /* 0: not said */
} mote_wish_body;

/* Lives as long as rq->arena. PARSE: it is no JSON, has a member that the route does not know, or
 * lacks one that it needs; RANGE a threshold. */
MOTE_MUST_USE mote_status mote_wish_body_read(const mote_http_request *rq, mote_wish_route route,
                                              mote_wish_body *out, mote_err *err);

#endif
