/* SPDX-License-Identifier: Apache-2.0 */
/* A picture as a thumbnail. See report_figure.h. */
#include "web/chart.h"
#include "web/report_figure.h"

#define SIDE 140 /* of the longer edge, on the page */

static mote_status draw(const report_sample *sample, mote_arena *a, mote_buf *out, mote_err *err)
{
    const mote_shape *shape = &sample->signature->sample;
    size_t rows = (size_t)shape->dims[0], columns = shape->n_dims > 1 ? (size_t)shape->dims[1] : 1,
           channels = shape->n_dims > 2 ? (size_t)shape->dims[2] : 1;
    size_t n = rows * columns * channels;
    unsigned char *pixels = NULL;
    MOTE_TRY(mote_arena_take(a, n, 1, &pixels, err));
    for (size_t i = 0; i < n; i++) {
        float x = shape->dtype == MOTE_F32 ? ((const float *)sample->x)[i] * 255.0f
                                           : (float)((const unsigned char *)sample->x)[i];
        pixels[i] = (unsigned char)(x > 0 ? (x < 255 ? x : 255) : 0);
    }
    const mote_pixels p = {pixels, rows, columns, channels};
    size_t longer = rows > columns ? rows : columns;
    mote_buf_str(out, "<figure class=thumb>");
    mote_thumbnail(&p, (int)(columns * SIDE / longer), (int)(rows * SIDE / longer), sample->title,
                   out);
    mote_buf_str(out, "<figcaption>");
    mote_buf_html(out, sample->title);
    mote_buf_str(out, "</figcaption></figure>\n");
    return MOTE_OK;
}

const report_figure report_figure_image = {
    .title = "What it sees",
    .question = "Pictures at the size that the network gets, and what it says of them. They are in "
                "the bundle: every device answers them with the same bits.",
    .draw = draw,
};
