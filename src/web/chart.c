/* SPDX-License-Identifier: Apache-2.0 */
/* Line charts. See chart.h. */
#include "web/chart.h"

#include <math.h>
#include <string.h>

#define TOP    30
#define BOTTOM 40
#define LEFT   52
#define RIGHT  28
#define TICKS  6

/* ---- the frame ---- */

typedef struct {
    int width, height;
    double x_lo, x_hi, y_lo, y_hi; /* of what is drawn; x after `place_of` */
    double zero;                   /* log_x: where 0 stands */
} frame;

double mote_chart_step(double lo, double hi, int most, int *decimals)
{
    static const double factors[] = {1, 2, 5, 10};
    double power = pow(10.0, floor(log10((hi - lo) / most)));
    size_t i = 0;
    while (i < 3 && (hi - lo) / (factors[i] * power) > most)
        i++;
    double step = factors[i] * power;
    int n = (int)-floor(log10(step) + 1e-9);
    *decimals = n > 0 ? n : 0;
    return step;
}

/* Where x stands before it is scaled to the width. */
static double place_of(const mote_chart *c, const frame *f, double x)
{
    if (!c->log_x)
        return x;
    return x > 0 ? fmax(log10(x), f->zero) : f->zero;
}

/* The decade of the smallest positive x; 0 stands two thirds of a decade before it. */
static double zero_of(const mote_chart *c)
{
    double least = c->x_limit > 0 ? c->x_limit : (double)INFINITY;
    for (size_t s = 0; s < c->n_series; s++)
        for (size_t i = 0; i < c->series[s].n; i++)
            if (c->series[s].x[i] > 0 && c->series[s].x[i] < least)
                least = c->series[s].x[i];
    return isfinite(least) ? floor(log10(least)) - 0.67 : 0.0;
}

static void spread(double *lo, double *hi)
{
    if (*lo < *hi)
        return;
    *lo = isfinite(*lo) ? *lo - 0.5 : 0.0;
    *hi = *lo + 1.0;
}

static frame frame_of(const mote_chart *c, int width, int height)
{
    const double most = (double)INFINITY;
    frame f = {width, height, most, -most, most, -most, c->log_x ? zero_of(c) : 0.0};
    for (size_t s = 0; s < c->n_series; s++)
        for (size_t i = 0; i < c->series[s].n; i++) {
            double x = place_of(c, &f, c->series[s].x[i]), y = c->series[s].y[i];
            if (!isfinite(c->series[s].x[i]) || !isfinite(y))
                continue;
            f.x_lo = fmin(f.x_lo, x);
            f.x_hi = fmax(f.x_hi, x);
            f.y_lo = fmin(f.y_lo, y);
            f.y_hi = fmax(f.y_hi, y);
        }
    if (c->x_limit > 0 && f.x_lo <= f.x_hi) {
        f.x_lo = fmin(f.x_lo, place_of(c, &f, c->x_limit));
        f.x_hi = fmax(f.x_hi, place_of(c, &f, c->x_limit));
    }
    if (isfinite(c->limit) && f.y_lo <= f.y_hi) {
        f.y_lo = fmin(f.y_lo, c->limit);
        f.y_hi = fmax(f.y_hi, c->limit);
    }
    if (c->y_lo < c->y_hi) {
        f.y_lo = c->y_lo;
        f.y_hi = c->y_hi;
    }
    spread(&f.x_lo, &f.x_hi);
    spread(&f.y_lo, &f.y_hi);
    if (!(c->y_lo < c->y_hi)) { /* the frame ends at ticks */
        int decimals;
        double step = mote_chart_step(f.y_lo, f.y_hi, TICKS, &decimals);
        f.y_lo = floor(f.y_lo / step + 1e-9) * step;
        f.y_hi = ceil(f.y_hi / step - 1e-9) * step;
    }
    if (c->log_x)
        f.x_hi = fmax(ceil(f.x_hi - 1e-9), f.zero + 1.0);
    return f;
}

static double px(const frame *f, double x)
{
    return LEFT + (x - f->x_lo) / (f->x_hi - f->x_lo) * (f->width - LEFT - RIGHT);
}

static double py(const frame *f, double y)
{
    return f->height - BOTTOM - (y - f->y_lo) / (f->y_hi - f->y_lo) * (f->height - TOP - BOTTOM);
}

/* ---- axes ---- */

static void y_ticks(const mote_chart *c, const frame *f, mote_buf *out)
{
    double factor = c->y_is_share ? 100.0 : 1.0;
    int decimals;
    double step = mote_chart_step(f->y_lo * factor, f->y_hi * factor, TICKS, &decimals);
    for (double k = ceil(f->y_lo * factor / step - 1e-9);
         k * step <= f->y_hi * factor + step * 1e-6; k += 1.0) {
        double y = k * step / factor;
        mote_buf_printf(out, "<line class=\"%s\" x1=%d x2=%d y1=%.1f y2=%.1f />",
                        fabs(k) < 0.5 ? "axis" : "grid", LEFT, f->width - RIGHT, py(f, y),
                        py(f, y));
        mote_buf_printf(out, "<text x=%d y=%.1f text-anchor=end>%.*f</text>", LEFT - 6,
                        py(f, y) + 4, decimals, k * step + 0.0);
    }
}

static void x_tick(const frame *f, double place, const char *text, mote_buf *out)
{
    mote_buf_printf(out, "<text x=%.1f y=%d text-anchor=middle>%s</text>", px(f, place),
                    f->height - BOTTOM + 16, text);
}

static void x_ticks(const mote_chart *c, const frame *f, mote_buf *out)
{
    char text[40];
    if (c->log_x) {
        if (f->x_lo <= f->zero + 1e-9)
            x_tick(f, f->zero, "0", out);
        const int last = (int)floor(f->x_hi + 1e-9);
        for (int d = (int)ceil(f->x_lo - 1e-9); d <= last; d++) {
            (void)mote_format(text, sizeof text, "%.*f", d < 0 ? -d : 0, pow(10.0, d));
            x_tick(f, d, text, out);
        }
        return;
    }
    int decimals;
    double step = mote_chart_step(f->x_lo, f->x_hi, f->width > 400 ? 8 : 5, &decimals);
    for (double k = ceil(f->x_lo / step - 1e-9); k * step <= f->x_hi + step * 1e-6; k += 1.0) {
        (void)mote_format(text, sizeof text, "%.*f", decimals, k * step + 0.0);
        x_tick(f, k * step, text, out);
    }
}

static void axes(const mote_chart *c, const frame *f, mote_buf *out)
{
    y_ticks(c, f, out);
    mote_buf_printf(out, "<line class=axis x1=%d x2=%d y1=%d y2=%d />", LEFT, f->width - RIGHT,
                    f->height - BOTTOM, f->height - BOTTOM);
    x_ticks(c, f, out);
    mote_buf_printf(out, "<text class=name x=%d y=%d text-anchor=middle>",
                    (LEFT + f->width - RIGHT) / 2, f->height - 6);
    mote_buf_html(out, c->x_label);
    mote_buf_str(out, "</text><text class=name x=0 y=12>");
    mote_buf_html(out, c->y_label);
    mote_buf_str(out, "</text>");
}

static void limit(const mote_chart *c, const frame *f, mote_buf *out)
{
    if (!(c->limit >= f->y_lo && c->limit <= f->y_hi))
        return;
    double y = py(f, c->limit), from = c->limit_is_least ? y : TOP,
           to = c->limit_is_least ? f->height - BOTTOM : y;
    mote_buf_printf(out, "<rect class=bad x=%d y=%.1f width=%d height=%.1f />", LEFT, from,
                    f->width - LEFT - RIGHT, to - from);
    mote_buf_printf(out, "<line class=limit x1=%d x2=%d y1=%.1f y2=%.1f />", LEFT, f->width - RIGHT,
                    y, y);
    if (!c->limit_name)
        return;
    mote_buf_printf(out, "<text class=\"limit-name halo\" x=%d y=%.1f text-anchor=end>",
                    f->width - RIGHT, y - 5);
    mote_buf_html(out, c->limit_name);
    mote_buf_str(out, "</text>");
}

static void x_limit(const mote_chart *c, const frame *f, mote_buf *out)
{
    if (!(c->x_limit > 0))
        return;
    const double x = px(f, place_of(c, f, c->x_limit));
    const bool is_right = x < f->width / 2.0;
    mote_buf_printf(out, "<rect class=bad x=%.1f y=%d width=%.1f height=%d />", x, TOP,
                    f->width - RIGHT - x, f->height - TOP - BOTTOM);
    mote_buf_printf(out, "<line class=limit x1=%.1f x2=%.1f y1=%d y2=%d />", x, x, TOP,
                    f->height - BOTTOM);
    if (!c->x_limit_name)
        return;
    mote_buf_printf(out, "<text class=\"limit-name halo\" x=%.1f y=%d text-anchor=%s>",
                    is_right ? x + 5 : x - 5, f->height - BOTTOM - 6, is_right ? "start" : "end");
    mote_buf_html(out, c->x_limit_name);
    mote_buf_str(out, "</text>");
}

/* ---- series ---- */

static int class_of(const mote_series *s)
{
    return (int)((unsigned)s->color % 6u) + 1;
}

static void one_series(const mote_chart *c, const mote_series *s, const frame *f, mote_buf *out)
{
    bool open = false;
    for (size_t i = 0; i < s->n; i++) {
        double x = place_of(c, f, s->x[i]), y = fmin(fmax(s->y[i], f->y_lo), f->y_hi);
        bool drawn = isfinite(s->x[i]) && isfinite(s->y[i]);
        if (s->dots && drawn)
            mote_buf_printf(out, "<circle class=\"dot k%d\" cx=%.1f cy=%.1f r=3.5 />", class_of(s),
                            px(f, x), py(f, y));
        if (s->dots)
            continue;
        if (drawn && !open)
            mote_buf_printf(out, "<polyline class=\"line k%d\" points=\"", class_of(s));
        if (drawn)
            mote_buf_printf(out, "%.1f,%.1f ", px(f, x), py(f, y));
        if (!drawn && open)
            mote_buf_str(out, "\" />");
        open = drawn;
    }
    if (open)
        mote_buf_str(out, "\" />");
}

static void mark(const mote_chart *c, const mote_series *s, const frame *f, size_t row,
                 mote_buf *out)
{
    if (!s->mark.name || !isfinite(s->mark.x) || !isfinite(s->mark.y))
        return;
    double x = px(f, fmin(fmax(place_of(c, f, s->mark.x), f->x_lo), f->x_hi)),
           y = py(f, fmin(fmax(s->mark.y, f->y_lo), f->y_hi));
    bool is_right = x < f->width / 2.0;
    mote_buf_printf(out, "<circle class=\"mark k%d\" cx=%.1f cy=%.1f r=6 />", class_of(s), x, y);
    mote_buf_printf(out, "<text class=\"value halo\" x=%.1f y=%.1f text-anchor=%s>",
                    is_right ? x + 10 : x - 10, y + (row % 2 ? 16.0 : -8.0),
                    is_right ? "start" : "end");
    mote_buf_html(out, s->mark.name);
    mote_buf_str(out, "</text>");
}

/* Above the drawing; the second cue beside colour is the dash of the line. */
static void legend(const mote_chart *c, const frame *f, mote_buf *out)
{
    double x = f->width - RIGHT;
    for (size_t s = c->n_series; s-- > 0;) {
        const mote_series *one = &c->series[s];
        x -= 6.4 * (double)strlen(one->name) + 30.0;
        if (one->dots)
            mote_buf_printf(out, "<circle class=\"dot k%d\" cx=%.0f cy=20 r=3.5 />", class_of(one),
                            x + 12);
        else
            mote_buf_printf(out, "<line class=\"line k%d\" x1=%.0f x2=%.0f y1=20 y2=20 />",
                            class_of(one), x, x + 20);
        mote_buf_printf(out, "<text class=name x=%.0f y=24>", x + 25);
        mote_buf_html(out, one->name);
        mote_buf_str(out, "</text>");
    }
}

static void draw(const mote_chart *c, const char *class, int width, int height, mote_buf *out)
{
    frame f = frame_of(c, width, height);
    mote_buf_printf(out,
                    "<svg class=\"chart %s\" viewBox=\"0 0 %d %d\" width=%d height=%d role=img>"
                    "<title>",
                    class, width, height, width, height);
    mote_buf_html(out, c->finding);
    mote_buf_str(out, "</title>");
    limit(c, &f, out);
    x_limit(c, &f, out);
    axes(c, &f, out);
    legend(c, &f, out);
    for (size_t s = 0; s < c->n_series; s++)
        one_series(c, &c->series[s], &f, out);
    for (size_t s = 0; s < c->n_series; s++)
        mark(c, &c->series[s], &f, s, out);
    mote_buf_str(out, "</svg>\n");
}

void mote_chart_svg(const mote_chart *c, mote_buf *out)
{
    draw(c, "wide", 500, 270, out);
    draw(c, "narrow", 330, 240, out);
}
