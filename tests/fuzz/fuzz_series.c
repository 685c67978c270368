/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a sensor recording: refused in words, or recordings whose spans and findings lie
 * inside them; never a crash. */
#include <stdlib.h>

#include "data/series.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const mote_series *s, const mote_series_one *o)
{
    mote_arena a;
    mote_series_report r;
    mote_err err;
    mote_series_check_config cfg = mote_series_check_default();
    cfg.stuck_samples = 4;
    cfg.saturated_samples = 2;
    mote_arena_init(&a, 64u << 20);
    if (o->n == 0 || o->n_channels != s->n_channels)
        abort();
    for (size_t i = 0; i < o->n_spans; i++)
        if (o->spans[i].first + o->spans[i].n > o->n || !o->spans[i].label)
            abort();
    if (mote_series_check(o, &cfg, &a, &r, &err) != MOTE_OK)
        abort();
    for (size_t i = 0; i < r.n_kept; i++) {
        mote_buf b;
        mote_buf_init(&b, 4096);
        if (r.kept[i].first + r.kept[i].n > o->n)
            abort();
        mote_series_describe(s, &r.kept[i], &b);
        mote_buf_release(&b);
    }
    mote_arena_release(&a);
}

/* Recordings by a column of groups stand where they are said to, in order. */
static void look_at_places(const mote_file_bytes *file, mote_series_config cfg)
{
    const size_t size = file->n;
    mote_arena a;
    mote_series_places places = {0};
    mote_series s = {0};
    mote_err err;
    cfg.group_column = "column_1";
    mote_arena_init(&a, 64u << 20);
    (void)mote_series_csv_says_labels(file, &cfg);
    if (mote_series_csv_places(file, &cfg, &a, &places, &err) == MOTE_OK) {
        size_t at = places.head;
        if (at > size)
            abort();
        for (size_t i = 0; i < places.n; i++) {
            if (places.items[i].from < at || places.items[i].from > size ||
                places.items[i].n > size - places.items[i].from || !places.items[i].group)
                abort();
            at = places.items[i].from + places.items[i].n;
        }
        if (mote_series_read_csv(file, &cfg, &s, &err) == MOTE_OK) {
            if (s.n_items != places.n)
                abort();
            mote_series_release(&s);
        }
    }
    mote_arena_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mote_series_config cfg = mote_series_config_default();
    mote_series s = {0};
    mote_err err;
    cfg.max_bytes = 1 << 20;
    cfg.max_values = 1 << 16;
    look_at_places(&(mote_file_bytes){"fuzz", data, size}, cfg);
    if (mote_series_read(&(mote_file_bytes){"fuzz", data, size}, &cfg, &s, &err) != MOTE_OK)
        return 0;
    if (s.n_items == 0 || s.n_channels < 1)
        abort();
    for (size_t i = 0; i < s.n_items && i < 16; i++)
        look(&s, &s.items[i]);
    mote_series_release(&s);
    return 0;
}
