/* SPDX-License-Identifier: Apache-2.0 */
/* How a project reads a folder, see importing.h. */
#include "loop/importing.h"

#include "project/part.h"
#include "project/schema.h"

mote_status mote_importing_of(const mote_importing_by *by, mote_importing *out, mote_err *err)
{
    const mote_project *p = by->project;
    const mote_kind *kind = mote_kind_of(mote_project_input(p));
    mote_project view;
    if (!kind)
        return mote_fail(err, MOTE_UNSUPPORTED, "samples of task '%s' cannot be added yet",
                         p->task);
    mote_reader_view(p, MOTE_READER_import, &view);
    *out = (mote_importing){.cfg = mote_import_config_default(kind)};
    mote_import_config *cfg = &out->cfg;
    if (p->table.target.n > 0)
        cfg->decoding.table = &p->table;
    if (kind->cut_of)
        out->cut = kind->cut_of(p);
    cfg->decoding.rate_hz = out->cut.rate_hz;
    cfg->decoding.cut = &out->cut;
    cfg->label_from = view.data.label_from;
    cfg->group_pattern = by->group_pattern          ? by->group_pattern
                         : *view.data.group_pattern ? view.data.group_pattern
                                                    : NULL;
    cfg->labels = p->words.items;
    cfg->n_labels = p->words.n;
    cfg->who = by->who;
    cfg->now_ms = by->now_ms;
    cfg->pool = by->pool;
    cfg->cancel = by->cancel;
    return MOTE_OK;
}
