/* SPDX-License-Identifier: Apache-2.0 */
/* DATE_PARTS: in [..,c] (int32, seconds since 1970-01-01 00:00 UTC) -> [..,c * parts]: for each
 * time the parts that the attribute `parts` names (mote_date_part, in the order of its bits). A
 * wave is the sine and the cosine of the share of a day, week or year that has passed, so that
 * midnight is beside midnight. INT32_MIN is missing: every part is NaN. On the host.
 *
 * Days to dates: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days. */
#include <math.h>

#include "device/signal/mrt_columns.h"
#include "graph/ops/common.h"

#define DAY_S 86400

static int32_t n_parts(int32_t parts)
{
    int32_t n = 0;
    for (int32_t bit = 1; bit <= MOTE_DATE_ALL; bit *= 2)
        n += parts & bit ? (bit >= MOTE_DATE_DAY_WAVE ? 2 : 1) : 0;
    return n;
}

static mote_status shape(const mote_graph *g, const mote_op *op, mote_shape *out, mote_err *err)
{
    if (op->attrs.parts < 1 || op->attrs.parts > MOTE_DATE_ALL)
        return mote_fail(err, MOTE_ARG, "date_parts: parts is %d, 1 to %d are possible",
                         op->attrs.parts, MOTE_DATE_ALL);
    MOTE_TRY(op_same_shape(g, op, out, err));
    int64_t width = (int64_t)out->dims[out->n_dims - 1] * n_parts(op->attrs.parts);
    if (width > MOTE_MAX_TENSOR_ELEMENTS)
        return mote_fail(err, MOTE_LIMIT, "date_parts: a row of %lld values", (long long)width);
    out->dims[out->n_dims - 1] = (int32_t)width;
    return MOTE_OK;
}

static mote_status check(const mote_graph *g, const mote_op *op, mote_err *err)
{
    if (op_in(g, op, 0)->dtype != MOTE_I32 || op_out(g, op)->dtype != MOTE_F32)
        return mote_fail(err, MOTE_UNSUPPORTED, "date_parts '%s': takes int32 and gives float32",
                         op_out(g, op)->name);
    return MOTE_OK;
}

static float *put_parts(float *y, int32_t seconds, int32_t parts)
{
    const int32_t in_day = (seconds % DAY_S + DAY_S) % DAY_S;
    const int32_t day = (int32_t)(((int64_t)seconds - in_day) / DAY_S);
    return y + mrt_date_parts(day, in_day, parts, y);
}

static void run(const mote_run *r, const mote_op *op)
{
    const int32_t *x = r->values[op->inputs[0]];
    float *y = run_out(r, op);
    for (int64_t i = 0, n = mote_tensor_elements(op_in(r->g, op, 0)); i < n; i++) {
        if (x[i] != INT32_MIN) {
            y = put_parts(y, x[i], op->attrs.parts);
            continue;
        }
        for (int32_t k = 0; k < n_parts(op->attrs.parts); k++)
            *y++ = NAN;
    }
}

const mote_op_class mote_op_date_parts = {
    .n_activations = 1, .n_outputs = 1, .shape = shape, .check = check, .run = run};
