/* SPDX-License-Identifier: Apache-2.0 */
/* A picture as a thumbnail. See report_figure.h. */
#include "device/signal/mrt_resize.h"
#include "web/chart.h"
#include "web/report_figure.h"

#define SIDE 140 /* of the longer edge, on the page */

/* At most SIDE pixels high and wide: a page carries a few dozen, and none shows more. */
static mote_status shrink(mote_pixels *p, mote_arena *a, mote_err *err)
{
    const size_t longer = p->rows > p->columns ? p->rows : p->columns;
    if (longer <= SIDE)
        return MOTE_OK;
    mote_pixels small = {NULL, p->rows * SIDE / longer, p->columns * SIDE / longer, p->channels};
    small.rows += small.rows == 0;
    small.columns += small.columns == 0;
    unsigned char *to = NULL;
    MOTE_TRY(mote_arena_take(a, small.rows * small.columns * small.channels, 1, &to, err));
    const mrt_picture whole = {p->pixels, (int32_t)p->columns, (int32_t)p->rows,
                               (int32_t)p->channels};
    mrt_resize_area(&whole, (mrt_rect){0, 0, whole.width, whole.height}, to, (int32_t)small.columns,
                    (mrt_rect){0, 0, (int32_t)small.columns, (int32_t)small.rows});
    small.pixels = to;
    *p = small;
    return MOTE_OK;
}

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
    mote_pixels p = {pixels, rows, columns, channels};
    size_t longer = rows > columns ? rows : columns;
    if (channels == 1 || channels == 3)
        MOTE_TRY(shrink(&p, a, err));
    mote_buf_str(out, "<figure class=thumb>");
    mote_thumbnail(&p, (int)(columns * SIDE / longer), (int)(rows * SIDE / longer), sample->title,
                   out);
    report_caption(sample, out);
    mote_buf_str(out, "</figure>\n");
    return MOTE_OK;
}

const report_figure report_figure_image = {
    .title = "What it sees",
    .question = "Pictures of the test at the size that the network gets, and what it says of them. "
                "They are in the bundle: every device answers them with the same bits.",
    .are_small = true,
    .draw = draw,
};
