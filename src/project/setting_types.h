/* SPDX-License-Identifier: Apache-2.0 */
/* Types of values in mote.yaml that C has no word for. Used by the headers of the
 * sections. */
#ifndef MOTE_PROJECT_SETTING_TYPES_H
#define MOTE_PROJECT_SETTING_TYPES_H

#include <stddef.h>
#include <stdint.h>

/* Everything a project points to lives as long as the arena it was read into. */
typedef struct {
    const char *const *items;
    size_t n;
} mote_names;
typedef struct {
    const int32_t *items;
    size_t n;
} mote_ints;
typedef struct {
    double lo, hi;
} mote_span; /* lo <= hi */
typedef struct {
    int32_t h, w;
} mote_size2; /* time, frequency; or height, width */

#endif
