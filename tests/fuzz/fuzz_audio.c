/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an audio file: refused in words or decoded within the limits, never a crash. */
#include <stdlib.h>

#include "data/audio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libsndfile 1.2 forgets what it allocated for an OGG file that it then refuses. Not ours to mend;
 * leaks of our own still count. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libvorbis\nleak:libsndfile\nleak:libogg\nleak:libFLAC\nleak:libopus\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mote_audio_config cfg = mote_audio_config_default();
    cfg.max_bytes = 1 << 20;
    cfg.max_ms = 20000;
    mote_audio a;
    mote_err err;
    if (mote_audio_decode(&(mote_file_bytes){"fuzz", data, size}, &cfg, &a, &err) != MOTE_OK)
        return 0;
    /* Rounding to another rate may add a sample. */
    size_t most = (size_t)(cfg.max_ms * cfg.rate_hz / 1000) + 16;
    if (a.n == 0 || a.n > most || a.source.n_channels < 1 || a.source.rate_hz < 1000)
        abort();
    mote_audio_release(&a);
    return 0;
}
