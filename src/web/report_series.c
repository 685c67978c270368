/* SPDX-License-Identifier: Apache-2.0 */
/* A window of a series as curves, one a channel. See report_figure.h. */
#include <math.h>

#include "web/chart.h"
#include "web/report_figure.h"

#define MOST_CHANNELS 6 /* that are told apart by colour */

static float number(const mote_signature *s, const void *x, size_t i)
{
    return s->sample.dtype == MOTE_I16 ? (float)((const int16_t *)x)[i] : ((const float *)x)[i];
}

static mote_status draw(const report_sample *sample, mote_arena *a, mote_buf *out, mote_err *err)
{
    const mote_signature *s = sample->signature;
    size_t n = (size_t)s->sample.dims[0];
    size_t n_channels = n > 0 ? (size_t)mote_shape_elements(&s->sample) / n : 0;
    size_t n_shown = n_channels < MOST_CHANNELS ? n_channels : MOST_CHANNELS;
    mote_series series[MOST_CHANNELS];
    double *time = NULL;
    MOTE_TRY(mote_arena_take(a, n, sizeof *time, &time, err));
    for (size_t i = 0; i < n; i++)
        time[i] = s->rate_hz > 0 ? (double)i / s->rate_hz : (double)i;
    for (size_t c = 0; c < n_shown; c++) {
        double *y = NULL;
        MOTE_TRY(mote_arena_take(a, n, sizeof *y, &y, err));
        for (size_t i = 0; i < n; i++)
            y[i] = (double)number(s, sample->x, i * n_channels + c);
        const char *name =
            (int32_t)c < s->n_columns ? s->columns[c] : mote_arena_printf(a, "channel %zu", c + 1);
        series[c] = (mote_series){.name = name, .x = time, .y = y, .n = n, .color = (int)c};
    }
    const mote_chart chart = {.finding = sample->title,
                              .x_label = s->rate_hz > 0 ? "seconds" : "steps",
                              .y_label = "value",
                              .series = series,
                              .n_series = n_shown,
                              .limit = (double)NAN};
    mote_buf_str(out, "<figure>");
    mote_chart_svg(&chart, out);
    report_caption(sample, out);
    mote_buf_str(out, "</figure>\n");
    return MOTE_OK;
}

const report_figure report_figure_series = {
    .title = "What it sees",
    .question = "Windows as they come in, one curve a channel, and what the network says of them. "
                "They are in the bundle: every device answers them with the same bits.",
    .draw = draw,
};
