/* SPDX-License-Identifier: Apache-2.0 */
/* Dates and times as files write them, to seconds since 1970-01-01 00:00 UTC (proleptic Gregorian,
 * no leap seconds; POSIX.1-2017 section 4.16). Depends on nothing but the C language. Used by
 * data/table (which format a column has) and data/series_csv (timestamps).
 *
 * A format is how the date is written. A time may follow any of them behind a blank, ',' or 'T':
 * H:MM, H:MM:SS or H:MM:SS.fraction, then nothing (UTC is assumed), Z, or +HH, +HHMM, +HH:MM. */
#ifndef MOTE_DATA_TIME_TEXT_H
#define MOTE_DATA_TIME_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
    MOTE_TIME_YMD_DASH,  /* 2024-02-29 */
    MOTE_TIME_YMD_SLASH, /* 2024/02/29 */
    MOTE_TIME_DMY_DOT,   /* 29.02.2024 */
    MOTE_TIME_DMY_SLASH, /* 29/02/2024 */
    MOTE_TIME_MDY_SLASH, /* 02/29/2024 */
    MOTE_TIME_DMY_DASH,  /* 29-02-2024 */
    MOTE_TIME_MDY_DASH,  /* 02-29-2024 */
    MOTE_TIME_OF_DAY,    /* 17:51:00: seconds since midnight, no date */
    MOTE_N_TIME_FORMATS
} mote_time_format;

#define MOTE_TIME_ALL_FORMATS ((1u << MOTE_N_TIME_FORMATS) - 1)

/* "%Y-%m-%d", ..; a year of two digits is written the same. NULL-free. */
const char *mote_time_format_name(mote_time_format f);
bool mote_time_format_find(const char *name, mote_time_format *out);

/* The whole of s[0..n) in this format. A year of two digits is 1970 to 2069 (POSIX strptime's %y
 * has 69 as 1969; no sensor file does). False: it is none, *seconds untouched; also for dates that
 * do not exist. */
bool mote_time_parse(mote_time_format f, const char *s, size_t n, double *seconds);

/* Which of the formats in `mask` (bits 1u << format) s[0..n) fits. */
uint32_t mote_time_match(const char *s, size_t n, uint32_t mask);

#endif
