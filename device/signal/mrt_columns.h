/* SPDX-License-Identifier: Apache-2.0 */
/* The front end of tables: the columns of a row, prepared for a network.
 *
 * A row is float32: one number a column, two for a date (days since 1970-01-01, and seconds of the
 * day); NaN is missing. Each column becomes, in order:
 *
 *   number    v = x, or fill when it is missing; with LOG sign(v) ln(1 + |v|); with BIN how many of
 *             its n edges are at or below v; then (v - offset) * scale. With INDICATOR a second
 *             value: 1 when it was missing, else 0
 *   one-hot   n values: 1 at the category x, 0 elsewhere; all 0 when it is missing or none of them
 *   ordinal   v = x, or fill when it is missing or none of 0..n-1; then (v - offset) * scale
 *   date      the parts of the mask in the order of their bits; year, month, day of the month,
 *             weekday (Monday 0) and hour each scaled by two numbers of the pool, offset and scale;
 *             a wave is the sine and the cosine of the share of a day, week or year that has
 * passed. All 0 when it is missing
 *
 * These are the graph's operators IMPUTE, LOG, BIN, SCALE, ONE_HOT, ORDINAL and DATE_PARTS in one
 * pass, the same bits (tests/unit/feature/test_columns.c). Scaling is in double and rounded once.
 * Days to dates: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
 *
 * Freestanding; the caller supplies all memory. Used by src/feature/, src/graph/ops/, the firmware.
 */
#ifndef MRT_COLUMNS_H
#define MRT_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Goes up whenever any output bit of any configuration changes: it is part of every cache key. */
#define MRT_COLUMNS_VERSION 1

typedef enum {
    MRT_COLUMN_NUMBER = 0,
    MRT_COLUMN_ONE_HOT = 1,
    MRT_COLUMN_ORDINAL = 2,
    MRT_COLUMN_DATE = 3
} mrt_column_kind;

enum { MRT_COLUMN_LOG = 1, MRT_COLUMN_BIN = 2, MRT_COLUMN_INDICATOR = 4 };

/* Parts of a date; as the graph's attribute numbers them. */
enum {
    MRT_DATE_YEAR = 1,
    MRT_DATE_MONTH = 2,
    MRT_DATE_DAY = 4,
    MRT_DATE_WEEKDAY = 8,
    MRT_DATE_HOUR = 16,
    MRT_DATE_DAY_WAVE = 32,
    MRT_DATE_WEEK_WAVE = 64,
    MRT_DATE_YEAR_WAVE = 128
};
#define MRT_DATE_PLAIN      5 /* parts that are no wave */
#define MRT_DATE_MAX_VALUES 11

typedef struct {
    int32_t kind;  /* mrt_column_kind */
    int32_t flags; /* of a number; of a date the mask of its parts */
    int32_t n;     /* edges of BIN, categories */
    int32_t first; /* in the pool: edges; offset and scale of each plain part of a date */
    float fill, offset, scale;
} mrt_column;

typedef struct {
    int32_t n_columns;
    int32_t n_numbers; /* of a row */
    int32_t n_values;  /* that it becomes */
    const mrt_column *columns;
    const float *pool;
} mrt_columns_tables;

/* Numbers that a column takes of a row, and values that it becomes. */
int32_t mrt_column_numbers(const mrt_column *c);
int32_t mrt_column_values(const mrt_column *c);

/* A row x [n_numbers] to out [n_values]. */
void mrt_columns_f32(const mrt_columns_tables *t, const float *x, float *out);

/* sign(x) ln(1 + |x|); NaN stays. */
float mrt_column_log(float x);

/* How many of the n ascending edges are at or below x. */
int32_t mrt_column_bin(float x, const float *edges, int32_t n);

/* (x - offset) * scale in double, rounded once. */
float mrt_column_scale(float x, float offset, float scale);

/* The parts of a time that is given, unscaled; returns how many were written. second 0..86399. */
int32_t mrt_date_parts(int32_t day, int32_t second, int32_t mask, float *out);

#ifdef __cplusplus
}
#endif

#endif
