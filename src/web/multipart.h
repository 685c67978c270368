/* SPDX-License-Identifier: Apache-2.0 */
/* The one file of a multipart/form-data body (RFC 7578), as a form or `curl -F` sends it.
 *
 * Nothing is copied: the file is a view into the body. Depends on base/. Used by
 * web/api_classify.c. */
#ifndef MOTE_WEB_MULTIPART_H
#define MOTE_WEB_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* Is this the type of a form with files? NULL is not. */
bool mote_multipart_is(const char *content_type);

/* Find the part that is a file: the only one with a file name, or the only part there is. *bytes
 * and *n are a view into body. PARSE: no boundary in the type, or not the form that RFC 2046
 * section 5.1.1 gives; ARG: no file, or more than one. */
MOTE_MUST_USE mote_status mote_multipart_file(const char *content_type, const char *body,
                                              size_t body_bytes, const char **bytes, size_t *n,
                                              mote_err *err);

#endif
