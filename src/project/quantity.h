/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers with units, as people write them: "64 kB", "20 ms", "92 %", "1.5".
 *
 * A bare number is in the unit of the key. kB, MB are powers of 1000 and KiB, MiB of 1024; "KB" is
 * refused because it means both. Depends on base/text. Used by the reader of mote.yaml. */
#ifndef MOTE_PROJECT_QUANTITY_H
#define MOTE_PROJECT_QUANTITY_H

#include <stddef.h>

#include "base/status.h"

/* What a number counts; the name is also the unit that it is kept in (RATIO: 0..1). */
typedef enum {
    MOTE_UNIT_NONE,
    MOTE_UNIT_RATIO, /* %, bare 0..1 */
    MOTE_UNIT_MS,    /* us ms s min h */
    MOTE_UNIT_S,     /* us ms s min h */
    MOTE_UNIT_HOURS, /* ms s min h days */
    MOTE_UNIT_DAYS,  /* h days weeks */
    MOTE_UNIT_BYTES, /* B kB KiB MB MiB GB GiB */
    MOTE_UNIT_HZ,    /* Hz kHz MHz */
    MOTE_UNIT_MHZ,   /* Hz kHz MHz GHz */
    MOTE_UNIT_DB,    /* dB */
    MOTE_UNIT_UJ,    /* pJ nJ uJ mJ J, per inference */
    MOTE_UNIT_PJ,    /* the same, per instruction */
    MOTE_UNIT_MONEY, /* bare, in value.currency */
    MOTE_N_UNITS
} mote_unit;

/* The unit's symbol ("ms", "bytes", "" for NONE) and what may be written, for messages ("a number,
 * or with us, ms, s, min, h"). Never NULL. */
const char *mote_unit_symbol(mote_unit unit);
const char *mote_unit_accepts(mote_unit unit);

/* Read the whole of s[0..n) as a number in `unit`. PARSE says what was expected and found. */
MOTE_MUST_USE mote_status mote_quantity_parse(const char *s, size_t n, mote_unit unit, double *out,
                                              mote_err *err);

/* The value for a person, with its unit: "92.0 %", "64.0 kB", "20 ms", "0.5". Always terminated. */
void mote_quantity_format(double value, mote_unit unit, char *out, size_t out_bytes);

#endif
