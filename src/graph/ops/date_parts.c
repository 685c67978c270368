/* SPDX-License-Identifier: Apache-2.0 */
/* DATE_PARTS: in [..,c] (int32, seconds since 1970-01-01 00:00 UTC) -> [..,c * parts]: for each
 * time the parts that the attribute `parts` names (mote_date_part, in the order of its bits). A
 * wave is the sine and the cosine of the share of a day, week or year that has passed, so that
 * midnight is beside midnight. INT32_MIN is missing: every part is NaN. On the host.
 *
 * Days to dates: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days. */
#include <math.h>

#include "base/num.h"
#include "graph/ops/common.h"

#define DAY_S  86400
#define WEEK_S (7 * DAY_S)

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

static int64_t days_before_year(int64_t y) /* since 1970 */
{
    y--;
    return y * 365 + y / 4 - y / 100 + y / 400 - 719162;
}

/* The share t in [0, 1) of a turn: cos(2 pi t), and the sine a quarter of a turn before. */
static double turn_cos(double t)
{
    t -= floor(t);
    return mote_num_cos_pi(t <= 0.5 ? 2.0 * t : 2.0 - 2.0 * t);
}

static float *put_wave(float *y, double t)
{
    *y++ = (float)turn_cos(t - 0.25);
    *y++ = (float)turn_cos(t);
    return y;
}

static float *put_parts(float *y, int32_t seconds, int32_t parts)
{
    int64_t t = seconds, day = (t - (t % DAY_S + DAY_S) % DAY_S) / DAY_S, in_day = t - day * DAY_S;
    int64_t z = day + 719468, era = z / 146097, doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9, year = yoe + era * 400 + (month <= 2);
    int64_t weekday = ((day + 3) % 7 + 7) % 7, start = days_before_year(year);
    int64_t year_days = days_before_year(year + 1) - start;
    int64_t month_day = doy - (153 * mp + 2) / 5 + 1;
    const float plain[] = {(float)year, (float)month, (float)month_day, (float)weekday,
                           (float)((double)in_day / 3600.0)};
    for (int32_t i = 0; i < 5; i++)
        if (parts & (1 << i))
            *y++ = plain[i];
    if (parts & MOTE_DATE_DAY_WAVE)
        y = put_wave(y, (double)in_day / DAY_S);
    if (parts & MOTE_DATE_WEEK_WAVE)
        y = put_wave(y, (double)(weekday * DAY_S + in_day) / WEEK_S);
    if (parts & MOTE_DATE_YEAR_WAVE)
        y = put_wave(y, ((double)(day - start) + (double)in_day / DAY_S) / (double)year_days);
    return y;
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
