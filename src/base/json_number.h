/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of JSON text, for json_pull.c only: scanning, and the nearest float. */
#ifndef MOTE_BASE_JSON_NUMBER_H
#define MOTE_BASE_JSON_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

/* Behind the number of JSON's grammar that starts at `at`; NULL when none does. */
const char *mote_json_number_end(const char *at, const char *end);

/* The same, and the nearest float of it. NULL also when that is infinite: *out_of_range. */
const char *mote_json_f32(const char *at, const char *end, float *out, bool *out_of_range);

#endif
