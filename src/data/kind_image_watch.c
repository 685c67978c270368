/* SPDX-License-Identifier: Apache-2.0 */
/* What of a picture is watched in use: how bright it is, how far its levels lie apart, how much
 * neighbours differ (a lens out of focus less, noise more), and of a coloured one the share of each
 * colour. */
#include <math.h>
#include <stdlib.h>

#include "base/text.h"
#include "data/kind_image.h"

enum { BRIGHTNESS, CONTRAST, DETAIL, COLOURS }; /* then red, green, blue */

static int32_t count(const mote_shape *sample)
{
    if (sample->n_dims != 3 || sample->dtype != MOTE_U8)
        return 0;
    return COLOURS + (sample->dims[2] == 3 ? 3 : 0);
}

/* Mean difference of neighbours in a row. */
static double detail(const mote_shape *sample, const uint8_t *x)
{
    size_t rows = (size_t)sample->dims[0], across = (size_t)sample->dims[1];
    size_t channels = (size_t)sample->dims[2], n = across * channels;
    int64_t sum = 0;
    if (across < 2)
        return 0;
    for (size_t row = 0; row < rows; row++)
        for (size_t i = channels; i < n; i++)
            sum += abs((int)x[row * n + i] - (int)x[row * n + i - channels]);
    return (double)sum / ((double)rows * (double)(n - channels));
}

static void values(const mote_shape *sample, const void *picture, float *out)
{
    const uint8_t *x = picture;
    size_t channels = (size_t)sample->dims[2], n = (size_t)mote_shape_elements(sample);
    int64_t sum = 0, squares = 0, of[4] = {0};
    for (size_t i = 0; i < n; i++) {
        sum += x[i];
        squares += (int64_t)x[i] * x[i];
        if (channels == 3)
            of[i % 3] += x[i];
    }
    double mean = (double)sum / (double)n;
    out[BRIGHTNESS] = (float)mean;
    out[CONTRAST] = (float)sqrt(fmax(0, (double)squares / (double)n - mean * mean));
    out[DETAIL] = (float)detail(sample, x);
    for (int c = 0; channels == 3 && c < 3; c++)
        out[COLOURS + c] = sum > 0 ? (float)((double)of[c] / (double)sum) : NAN;
}

static void words(const mote_sample_form *form, int32_t k, mote_kind_watched *out)
{
    static const struct {
        const char *name, *more, *less;
    } known[] = {{"brightness", "brighter", "darker"}, {"contrast", "harsher", "flatter"},
                 {"detail", "noisier", "blurrier"},    {"red", "redder", "less red"},
                 {"green", "greener", "less green"},   {"blue", "bluer", "less blue"}};
    (void)form;
    (void)mote_format(out->called, sizeof out->called, "pictures");
    (void)mote_format(out->name, sizeof out->name, "%s", known[k].name);
    out->more = known[k].more;
    out->less = known[k].less;
}

const mote_kind_watch mote_image_watch = {.count = count, .values = values, .words = words};
