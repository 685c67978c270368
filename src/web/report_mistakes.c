/* SPDX-License-Identifier: Apache-2.0 */
/* What was answered wrongly, to look at: the samples that stage evaluate named
 * (pipeline/mistakes.h), found again in the data. See report_figure.h. */
#include <string.h>

#include "base/hash.h"
#include "data/dataset.h"
#include "web/report_figure.h"
#include "web/report_internal.h"

/* How samples are cut for the model: as mote.yaml says, if that is still what the model takes. */
typedef struct {
    const report_mistakes *m;
    const mote_kind *kind;
    mote_dataset_config cut;
} finding;

static const char *text_of(const json_t *o, const char *key)
{
    const char *text = json_string_value(json_object_get(o, key));
    return text ? text : "?";
}

/* The sample of a decoded object; false: it is not what the model takes, or not there. */
static bool cut_one(const finding *f, const mote_decoded *d, const json_t *o, void *out)
{
    const mote_piece piece = {d, json_integer_value(json_object_get(o, "from_us")),
                              json_integer_value(json_object_get(o, "to_us"))};
    const size_t which = (size_t)json_integer_value(json_object_get(o, "which"));
    mote_shape shape;
    if (f->kind->shape(d, &f->cut.cut, &shape, NULL) != MOTE_OK ||
        !mote_shape_equal(&shape, &f->m->signature->sample) ||
        which >= (f->kind->count ? f->kind->count(&piece, &f->cut.cut) : 1))
        return false;
    f->kind->cut(&piece, &f->cut.cut, which, out);
    return true;
}

static mote_status draw_one(const finding *f, const json_t *o, mote_buf *out, mote_err *err)
{
    const report_figure *figure = report_figure_of(f->m->signature);
    const mote_decoding decoding = mote_dataset_decoding(&f->cut);
    const mote_shape *shape = &f->m->signature->sample;
    mote_decoded d;
    mote_sha256 object;
    mote_err why = {0};
    void *x = NULL;
    if (!mote_sha256_parse(text_of(o, "object"), &object))
        return MOTE_OK;
    mote_status st = mote_sample_load(f->m->store, f->kind, &object, &decoding, &d, &why);
    if (st == MOTE_NOMEM)
        return mote_fail(err, st, "%s", why.text);
    if (st != MOTE_OK) /* erased, or damaged: there is nothing to see */
        return MOTE_OK;
    size_t bytes = (size_t)mote_shape_elements(shape) * mote_dtype_bytes(shape->dtype);
    const char *title = mote_arena_printf(
        f->m->arena, "'%s', %.0f %%: it is '%s'", text_of(o, "said"),
        100.0 * json_number_value(json_object_get(o, "score")), text_of(o, "true"));
    st = title ? mote_arena_take(f->m->arena, bytes, 1, &x, err)
               : mote_fail(err, MOTE_NOMEM, "no memory for the report");
    const report_sample sample = {f->m->signature, x, title, REPORT_WRONG};
    if (st == MOTE_OK && cut_one(f, &d, o, x))
        st = figure->draw(&sample, f->m->arena, out, err);
    mote_decoded_release(&d);
    return st;
}

mote_status report_mistakes_draw(const report_mistakes *m, mote_buf *out, mote_err *err)
{
    finding f = {.m = m, .kind = mote_kind_of(m->signature->input)};
    const json_t *list = report_member(m->evaluated, "mistakes/samples"), *o;
    size_t i;
    if (!f.kind || !f.kind->cut_of || f.kind->n_rows || !report_figure_of(m->signature))
        return MOTE_OK; /* the columns of rows are the version's, which may be gone */
    f.cut = mote_dataset_config_default(f.kind);
    f.cut.cut = f.kind->cut_of(m->project);
    if (m->signature->rate_hz > 0)
        f.cut.cut.rate_hz = m->signature->rate_hz;
    json_array_foreach(list, i, o) MOTE_TRY(draw_one(&f, o, out, err));
    return mote_buf_status(out, err);
}
