/* SPDX-License-Identifier: Apache-2.0 */
/* Pictures for a self-contained page: line charts as SVG, heat maps as PNG in a data address. */
#ifndef MOTE_WEB_CHART_H
#define MOTE_WEB_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

typedef struct {
    const char *name;
    const double *x, *y; /* [n]; NaN leaves a gap */
    size_t n;
    int color; /* 0..5 */
    bool dots; /* points instead of a line */
} mote_series;

typedef struct {
    const char *title, *x_label, *y_label;
    const mote_series *series;
    size_t n_series;
    bool log_x;        /* x above 0 */
    double y_lo, y_hi; /* y_lo < y_hi: fixed; else from the values */
    double threshold;  /* a dashed line; NaN: none */
} mote_chart;

/* Append an <svg>. Nothing to draw gives an empty frame. */
void mote_chart_svg(const mote_chart *c, mote_buf *out);

/* Append an <img> of values[rows][columns], low to high from dark blue to yellow, row 0 at the
 * bottom, scaled to width x height pixels by the browser. A value that is not finite is drawn as
 * the lowest. Nothing is appended when there are no values. */
void mote_heat_map(const float *values, size_t rows, size_t columns, int width, int height,
                   const char *alt, mote_buf *out);

#endif
