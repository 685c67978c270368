/* SPDX-License-Identifier: Apache-2.0 */
/* Which source there is for which input. See source.h. */
#include "pipeline/source.h"

#include <string.h>

extern const mote_source_row mote_source_plain;
#define SOURCE(input, symbol) extern const mote_source_row mote_source_##symbol;
#define PLAIN(input)
#include "pipeline/sources.def"
#undef SOURCE
#undef PLAIN

static const mote_source_row *const rows[MOTE_N_INPUTS] = {
#define SOURCE(input, symbol) [MOTE_INPUT_##input] = &mote_source_##symbol,
#define PLAIN(input)          [MOTE_INPUT_##input] = &mote_source_plain,
#include "pipeline/sources.def"
#undef SOURCE
#undef PLAIN
};

mote_status mote_source_init(const mote_source_config *cfg, mote_source *out, mote_err *err)
{
    mote_source s = {.row = rows[cfg->data->kind->input], .n_samples = (int32_t)cfg->data->n};
    MOTE_TRY(s.row->create(cfg, &s.own, err));
    *out = s;
    return MOTE_OK;
}

void mote_source_release(mote_source *s)
{
    if (s->row)
        s->row->destroy(s->own);
    *s = (mote_source){0};
}

mote_batch_source mote_source_batches(const mote_source *s)
{
    return (mote_batch_source){.n_samples = s->n_samples, .fill = s->row->fill, .arg = s->own};
}

void mote_source_target(const mote_source_config *cfg, uint32_t i, size_t row, int32_t n_outputs,
                        float *targets)
{
    const mote_dataset *d = cfg->data;
    const size_t n = (size_t)n_outputs;
    if (!targets)
        return;
    if (d->class_id) {
        targets[row * n + (size_t)d->class_id[i]] = 1.0f;
        return;
    }
    MOTE_BUG_IF(n_outputs != d->n_values);
    memcpy(targets + row * n, d->values + (size_t)i * n, n * sizeof *targets);
}
