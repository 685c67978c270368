/* SPDX-License-Identifier: Apache-2.0 */
/* Hours of sound: which models listen to them, and recordings as samples. See hours.h. */
#include "data/audio.h"
#include "data/kind.h"
#include "pipeline/hours_internal.h"

#define MAX_FILE_BYTES ((size_t)2 << 30)
#define MAX_MS         ((int64_t)24 * 3600 * 1000)

const mote_kind *mote_hours_kind(void)
{
    return mote_kind_of(MOTE_INPUT_AUDIO);
}

mote_status mote_hours_decode(const hours_work *w, const char *path, hours_sound *out,
                              mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    MOTE_SCOPED_FREE char *bytes = NULL;
    char *whole = NULL;
    size_t n = 0;
    mote_audio sound;
    mote_audio_config cfg = mote_audio_config_default();
    cfg.rate_hz = w->rate_hz;
    cfg.max_bytes = MAX_FILE_BYTES;
    cfg.max_ms = MAX_MS;
    mote_arena_init(&a, 1 << 16);
    MOTE_TRY(mote_path_join(&a, w->job->folder, path, &whole, err));
    MOTE_TRY(mote_file_read(whole, MAX_FILE_BYTES, &bytes, &n, err));
    MOTE_TRY(mote_audio_decode(&(mote_file_bytes){path, bytes, n}, &cfg, &sound, err));
    *out = (hours_sound){sound.samples, sound.n}; /* which is all that it owns */
    return MOTE_OK;
}
