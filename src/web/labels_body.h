/* SPDX-License-Identifier: Apache-2.0 */
/* A body that says what is true of predictions:
 *
 *     {"labels": [{"id": 12, "label": "yes"}, {"request": "a-7", "label": "3.5, 4"}]}
 *
 * A member that is of the other route, or of none, is refused by name. Depends on loop/kept.h. Used
 * by project_kept.c (kept inputs into the data) and project_truths.c. */
#ifndef MOTE_WEB_LABELS_BODY_H
#define MOTE_WEB_LABELS_BODY_H

#include "loop/kept.h"
#include "web/http.h"

typedef enum { MOTE_LABELS_OF_KEPT, MOTE_LABELS_OF_TRUTHS } mote_labels_route;

/* Texts live as long as the request. */
typedef struct {
    mote_kept_labels labels;
    bool truths;       /* of kept inputs: all whose truth came, instead of labels */
    const char *model; /* of truths: whose they are; NULL: the champion's */
    bool close;        /* of truths: judge the last, shorter window too */
} mote_labels_body;

/* PARSE: what is wrong, by name; NOMEM. */
MOTE_MUST_USE mote_status mote_labels_body_read(const mote_http_request *rq,
                                                mote_labels_route route, mote_labels_body *out,
                                                mote_err *err);

#endif
