/* SPDX-License-Identifier: Apache-2.0 */
/* The row statistics: mean, root mean square, standard deviation, skewness, kurtosis, crossings of
 * the mean and quantiles of each channel in a frame, those of the list. */
#include "feature/frontend_series.h"

static void describe(const mote_frontend *f, char *out, size_t out_bytes)
{
    const series_settings s = series_settings_of(f);
    char frame[40] = "the whole sample";

    if (s.frame_ms > 0)
        (void)mote_format(frame, sizeof frame, "%g/%g ms", s.frame_ms,
                          s.hop_ms > 0 ? s.hop_ms : s.frame_ms);
    (void)mote_format(out, out_bytes, "%d statistics a channel, %s at %g Hz, %s",
                      (int)s.n_statistics, frame, s.rate_hz, s.is_fixed ? "fixed" : "float");
}

static void name(int32_t statistic, char *out, size_t n, const char **sounds_like)
{
    static const struct {
        const char *words, *like;
    } known[] = {
        {"mean", "the sensor lies otherwise, or its zero has moved"},
        {"strength", "stronger or weaker movement, or another range of the sensor"},
        {"standard deviation", "more or less movement, or another range of the sensor"},
        {"skewness", "movement that is no longer as even in both directions"},
        {"kurtosis", "blows or drop-outs"},
        {"rate of crossings of the mean", "faster or slower movement, or noise"},
    };

    if (statistic < (int32_t)(sizeof known / sizeof known[0])) {
        (void)mote_format(out, n, "%s", known[statistic].words);
        *sounds_like = known[statistic].like;
        return;
    }
    (void)mote_format(out, n, "%g %% quantile", (statistic - MRT_STATISTIC_QUANTILE) / 10.0);
    *sounds_like = "another position, strength or range";
}

/* Of a run of values the first names it. */
static void words(const mote_frontend *f, const mote_shape *in, int32_t first, int32_t last,
                  mote_value_words *out)
{
    const series_settings s = series_settings_of(f);
    char text[48];

    (void)in;
    (void)last;
    name(s.statistics[first % s.n_statistics], text, sizeof text, &out->like);
    (void)mote_format(out->what, sizeof out->what, "the %s of channel %d", text,
                      (int)(first / s.n_statistics) + 1);
}

const mote_frontend_class mote_frontend_row_statistics = {
    .name = "statistics",
    .doc = "statistics of each channel of a series in a frame",
    .describe = describe,
    .words = words,
    SERIES_CLASS,
};
