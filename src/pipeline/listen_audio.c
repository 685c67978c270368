/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of sound from the clips of a split, see listen.h. */
#include "data/kind_audio.h"
#include "evaluate/stream_audio.h"
#include "pipeline/listen.h"

mote_status mote_listen_track_noise(const mote_listen_material *m, mote_arena *a,
                                    mote_stream_track *out, mote_err *err)
{
    const mote_task_setting *task = m->task;
    const mote_dataset *d = m->d;
    mote_stream_material clips = {.rate_hz = mote_audio_of(d)->rate_hz,
                                  .n = d->n,
                                  .clip_samples = mote_dataset_elements(d),
                                  .pcm = d->x,
                                  .class_id = d->class_id,
                                  .n_keywords = (int32_t)task->labels.n,
                                  .silence_class =
                                      task->silence ? (int32_t)task->classes.n - 1 : -1,
                                  .noise = mote_audio_of(d)->background};
    mote_stream_config cfg = m->stream->config;
    cfg.seed = m->seed;
    return mote_stream_build(&clips, &cfg, a, out, err);
}
