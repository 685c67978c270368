/* SPDX-License-Identifier: Apache-2.0 */
/* The row raw: the numbers of a series as they are, each channel scaled by what was seen in
 * training. */
#include "feature/frontend_series.h"

static void describe(const mote_frontend *f, char *out, size_t out_bytes)
{
    const series_settings s = series_settings_of(f);

    (void)mote_format(out, out_bytes, "raw series at %g Hz, %s", s.rate_hz,
                      s.is_fixed ? "fixed" : "float");
}

static void words(const mote_frontend *f, const mote_shape *in, int32_t first, int32_t last,
                  mote_value_words *out)
{
    (void)f;
    (void)in;
    if (first == last)
        (void)mote_format(out->what, sizeof out->what, "the level of channel %d", (int)first + 1);
    else
        (void)mote_format(out->what, sizeof out->what, "the level of channels %d to %d",
                          (int)first + 1, (int)last + 1);
    out->like = "another position, mounting or range of the sensor";
}

const mote_frontend_class mote_frontend_row_raw = {
    .name = "raw",
    .doc = "the numbers of a series, scaled per channel",
    .describe = describe,
    .words = words,
    SERIES_CLASS,
};
