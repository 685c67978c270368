/* SPDX-License-Identifier: Apache-2.0 */
/* How a project reads a folder, see importing.h. */
#include "cli/importing.h"

#include "base/clock.h"
#include "cli/settings.h"
#include "project/schema.h"

mote_status mote_importing_of(mote_cli *cli, const char *group_pattern, mote_importing *out,
                              mote_err *err)
{
    const mote_project *p = cli->project;
    const mote_kind *kind = mote_kind_of(mote_project_input(p));
    if (!kind)
        return mote_fail(err, MOTE_UNSUPPORTED, "samples of task '%s' cannot be added yet",
                         p->task);
    *out = (mote_importing){.cfg = mote_import_config_default(kind)};
    mote_import_config *cfg = &out->cfg;
    if (p->table.target.n > 0)
        cfg->decoding.table = &p->table;
    if (kind->cut_of)
        out->cut = kind->cut_of(p);
    cfg->decoding.rate_hz = out->cut.rate_hz;
    cfg->decoding.cut = &out->cut;
    cfg->label_from = mote_cli_label_from(p);
    cfg->group_pattern = mote_cli_group_pattern(p, group_pattern);
    cfg->labels = p->words.items;
    cfg->n_labels = p->words.n;
    cfg->who = mote_who(cli, NULL);
    cfg->now_ms = mote_clock_wall_ms();
    cfg->pool = cli->pool;
    cfg->cancel = cli->cancel;
    return MOTE_OK;
}
