/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures for a self-contained page: line charts as SVG, heat maps as PNG in a data address.
 *
 * A chart is drawn twice, for a wide and for a narrow page, and the page's style shows one: scaled
 * pictures would scale their letters too. Colours are classes (c1..c6, grid, limit), so that a page
 * has a light and a dark face; report.css has them. */
#ifndef MOTE_WEB_CHART_H
#define MOTE_WEB_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* A point of a series that is named: where the product works. */
typedef struct {
    const char *name; /* NULL: none */
    double x, y;
} mote_chart_mark;

typedef struct {
    const char *name;
    const double *x, *y; /* [n]; NaN leaves a gap */
    size_t n;
    int color; /* 0..5 */
    bool dots; /* points instead of a line */
    mote_chart_mark mark;
} mote_series;

typedef struct {
    const char *finding; /* what the chart shows, in a sentence: its name for screen readers */
    const char *x_label, *y_label;
    const mote_series *series;
    size_t n_series;
    bool log_x;             /* x >= 0; 0 has a place of its own on the left */
    bool y_is_share;        /* values are shares, ticks are percent */
    double y_lo, y_hi;      /* y_lo < y_hi: fixed; else from the values */
    double limit;           /* a dashed line; NaN: none */
    const char *limit_name; /* its words */
    bool limit_is_least;    /* the forbidden side is below, else above */
    double x_limit;         /* the same of x, which may be no more; not over 0: none */
    const char *x_limit_name;
} mote_chart;

/* Append both drawings. Nothing to draw gives an empty frame. */
void mote_chart_svg(const mote_chart *c, mote_buf *out);

/* The step between ticks, 1, 2 or 5 times a power of ten, that gives at most `most` of them over
 * hi - lo > 0; *decimals is how many each tick is written with. */
/* lint: unused_exports: a test looks at the ticks by themselves */
double mote_chart_step(double lo, double hi, int most, int *decimals);

/* Append an <img> of values[rows][columns], low to high from dark to bright, row 0 at the bottom.
 * A value that is not finite is drawn as the lowest. Nothing is appended when there are none. */
typedef struct {
    const float *values;
    size_t rows, columns;
} mote_grid;
void mote_heat_map(const mote_grid *g, int width, int height, const char *alt, mote_buf *out);

/* Append an <img> of pixels[rows][columns][channels], 1 (grey) or 3 channels, row 0 on top. */
typedef struct {
    const unsigned char *pixels;
    size_t rows, columns, channels;
} mote_pixels;
void mote_thumbnail(const mote_pixels *p, int width, int height, const char *alt, mote_buf *out);

/* Append bytes[0..n) in base 64 (RFC 4648, section 4). */
void mote_base64(const void *bytes, size_t n, mote_buf *out);

#endif
