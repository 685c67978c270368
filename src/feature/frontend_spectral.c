/* SPDX-License-Identifier: Apache-2.0 */
/* The row spectral: logarithms of the energies of equally wide bands of each channel's spectrum in
 * a frame. */
#include "feature/frontend_series.h"

static double high_of(const series_settings *s)
{
    return s->high_hz > 0 ? s->high_hz : s->rate_hz / 2;
}

static void describe(const mote_frontend *f, char *out, size_t out_bytes)
{
    const series_settings s = series_settings_of(f);
    char frame[40] = "the whole sample";

    if (s.frame_ms > 0)
        (void)mote_format(frame, sizeof frame, "%g/%g ms", s.frame_ms,
                          s.hop_ms > 0 ? s.hop_ms : s.frame_ms);
    (void)mote_format(out, out_bytes, "%d bands a channel from %g to %g Hz, %s at %g Hz, %s",
                      (int)s.n_bands, s.low_hz, high_of(&s), frame, s.rate_hz,
                      s.is_fixed ? "fixed" : "float");
}

static void words(const mote_frontend *f, const mote_shape *in, int32_t first, int32_t last,
                  mote_value_words *out)
{
    const series_settings s = series_settings_of(f);
    const double width = (high_of(&s) - s.low_hz) / s.n_bands;
    const int32_t band = first % s.n_bands, channel = first / s.n_bands;
    int32_t end = last / s.n_bands == channel ? last % s.n_bands : s.n_bands - 1;

    (void)in;
    (void)mote_format(out->what, sizeof out->what,
                      "the strength of channel %d between %.3g and %.3g Hz", (int)channel + 1,
                      s.low_hz + band * width, s.low_hz + (end + 1) * width);
    out->like = "vibration that came or went, or another mounting";
}

const mote_frontend_class mote_frontend_row_spectral = {
    .name = "spectral",
    .doc = "band energies of each channel of a series in a frame",
    .describe = describe,
    .words = words,
    SERIES_CLASS,
};
