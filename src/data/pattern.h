/* SPDX-License-Identifier: Apache-2.0 */
/* Group patterns: which part of a file name is the speaker.
 *
 *     {group}_nohash_*        Google Speech Commands: 004ae714_nohash_0.wav
 *     {group}_NO_*            Arabic Speech Commands: 00000001_NO_04.wav
 *     {group}/take*           a folder per speaker: anna/take-1.wav
 *
 * A pattern is literal text with exactly one {group} and any number (at most 8) of '*'. It is
 * matched against the whole file name without its extension, or, when it holds a '/', against the
 * whole path relative to the folder that is imported, without extension. Neither {group} nor '*'
 * crosses a '/'; {group} is at least one character and as short as possible, '*' may be empty.
 * Upper and lower case differ. Pure functions; depends on base. */
#ifndef MOTE_DATA_PATTERN_H
#define MOTE_DATA_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* ARG, with the reason, when `pattern` is not as above. */
MOTE_MUST_USE mote_status mote_pattern_check(const char *pattern, mote_err *err);

/* Does `path` fit? Then *group (borrowed from path) and *group_bytes tell the part. The pattern
 * must have passed mote_pattern_check. */
bool mote_pattern_match(const char *pattern, const char *path, const char **group,
                        size_t *group_bytes);

/* Patterns for labels: exactly one {label}, and any of '*', {n} (digits) and {group}:
 *
 *     {label}_{n}.csv         wing_03.csv
 *     {label}{n}.csv          wingardium003.csv
 *
 * As above, but matched with the extension first, then without. ARG, with the reason. */
MOTE_MUST_USE mote_status mote_pattern_check_label(const char *pattern, mote_err *err);

/* Does `path` fit? Then *label (borrowed from path) and *n tell the part. */
bool mote_pattern_label(const char *pattern, const char *path, const char **label, size_t *n);

/* The patterns that are tried when none is given: text and what it is, ended by NULL. */
typedef struct {
    const char *pattern, *name;
} mote_pattern_known;
const mote_pattern_known *mote_pattern_known_list(void);

#endif
