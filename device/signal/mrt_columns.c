/* SPDX-License-Identifier: Apache-2.0 */
/* Columns of a row to values. See mrt_columns.h. */
#include "device/signal/mrt_columns.h"

#include "device/mrt_exact.h"
#include "device/mrt_port.h"
#include "device/signal/mrt_math.h"

#define DAY_S 86400

static int is_missing(float x)
{
    return x != x;
}

/* ---- numbers ---- */

float mrt_column_log(float x)
{
    const double size = x < 0.0f ? -(double)x : (double)x;

    if (is_missing(x))
        return x;
    if (size > 3.4028234663852886e38) /* infinite */
        return x;
    const double y = size > 0.0 ? mrt_log(1.0 + size) : 0.0;
    return (float)(x < 0.0f ? -y : y);
}

/* Invariant: the edges below lo are at or below x, those from hi on are above. */
int32_t mrt_column_bin(float x, const float *edges, int32_t n)
{
    int32_t lo = 0, hi = n;

    while (lo < hi) {
        const int32_t mid = lo + (hi - lo) / 2;
        if (edges[mid] <= x)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

float mrt_column_scale(float x, float offset, float scale)
{
    return (float)(((double)x - (double)offset) * (double)scale);
}

/* ---- dates ---- */

/* cos(pi t) of t in [0, 1] as 1 - 2 sin^2(pi t / 2); Taylor of the sine to x^23. */
static double cos_pi(double t)
{
    const double x = t * 1.5707963267948966, x2 = x * x;
    double sum = 1.0;

    for (int32_t i = 22; i >= 2; i -= 2)
        sum = 1.0 - sum * x2 / (double)(i * (i + 1));
    return 1.0 - 2.0 * (x * sum) * (x * sum);
}

/* cos of the share t in [-1, 1) of a turn; the sine is that of a quarter before. */
static double turn_cos(double t)
{
    if (t < 0.0)
        t += 1.0;
    return cos_pi(t <= 0.5 ? 2.0 * t : 2.0 - 2.0 * t);
}

static float *put_wave(float *y, double t)
{
    *y++ = (float)turn_cos(t - 0.25);
    *y++ = (float)turn_cos(t);
    return y;
}

static int32_t days_before_year(int32_t y) /* since 1970 */
{
    y--;
    return y * 365 + y / 4 - y / 100 + y / 400 - 719162;
}

int32_t mrt_date_parts(int32_t day, int32_t second, int32_t mask, float *out)
{
    const int32_t z = day + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
    const int32_t doe = z - era * 146097;
    const int32_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int32_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
    const int32_t month = mp < 10 ? mp + 3 : mp - 9;
    const int32_t year = yoe + era * 400 + (month <= 2 ? 1 : 0);
    const int32_t weekday = ((day + 3) % 7 + 7) % 7, start = days_before_year(year);
    const int32_t plain[4] = {year, month, doy - (153 * mp + 2) / 5 + 1, weekday};
    float *y = out;

    for (int32_t i = 0; i < 4; i++)
        if ((mask & (1 << i)) != 0)
            *y++ = (float)plain[i];
    if ((mask & MRT_DATE_HOUR) != 0)
        *y++ = (float)((double)second / 3600.0);
    if ((mask & MRT_DATE_DAY_WAVE) != 0)
        y = put_wave(y, (double)second / (double)DAY_S);
    if ((mask & MRT_DATE_WEEK_WAVE) != 0)
        y = put_wave(y, (double)(weekday * DAY_S + second) / (double)(7 * DAY_S));
    if ((mask & MRT_DATE_YEAR_WAVE) != 0)
        y = put_wave(y, ((double)(day - start) + (double)second / (double)DAY_S) /
                            (double)(days_before_year(year + 1) - start));
    return (int32_t)(y - out);
}

/* ---- columns ---- */

static int32_t count_bits(int32_t mask)
{
    int32_t n = 0;

    for (; mask > 0; mask >>= 1)
        n += mask & 1;
    return n;
}

int32_t mrt_column_numbers(const mrt_column *c)
{
    return c->kind == MRT_COLUMN_DATE ? 2 : 1;
}

int32_t mrt_column_values(const mrt_column *c)
{
    if (c->kind == MRT_COLUMN_DATE)
        return count_bits(c->flags) + count_bits(c->flags >> MRT_DATE_PLAIN);
    if (c->kind == MRT_COLUMN_ONE_HOT)
        return c->n;
    return c->kind == MRT_COLUMN_NUMBER && (c->flags & MRT_COLUMN_INDICATOR) != 0 ? 2 : 1;
}

static float *put_number(const mrt_column *c, const float *pool, float x, float *y)
{
    float v = is_missing(x) ? c->fill : x;

    if ((c->flags & MRT_COLUMN_LOG) != 0)
        v = mrt_column_log(v);
    if ((c->flags & MRT_COLUMN_BIN) != 0)
        v = (float)mrt_column_bin(v, pool + c->first, c->n);
    *y++ = mrt_column_scale(v, c->offset, c->scale);
    if ((c->flags & MRT_COLUMN_INDICATOR) != 0)
        *y++ = is_missing(x) ? 1.0f : 0.0f;
    return y;
}

static float *put_category(const mrt_column *c, float x, float *y)
{
    const int is_one = x >= 0.0f && x < (float)c->n && (float)(int32_t)x >= x;

    if (c->kind == MRT_COLUMN_ORDINAL) {
        *y++ = mrt_column_scale(is_one ? x : c->fill, c->offset, c->scale);
        return y;
    }
    for (int32_t k = 0; k < c->n; k++)
        y[k] = 0.0f;
    if (is_one)
        y[(int32_t)x] = 1.0f;
    return y + c->n;
}

/* Days of the years 0 to 9999; what is outside is as good as missing. */
static float *put_date(const mrt_column *c, const float *pool, const float *x, float *y)
{
    const int is_there = x[0] >= -719528.0f && x[0] < 2932897.0f && x[1] >= 0.0f && x[1] < 86400.0f;
    const int32_t n = mrt_column_values(c);
    const int32_t n_plain = count_bits(c->flags & ((1 << MRT_DATE_PLAIN) - 1));

    if (!is_there) {
        for (int32_t i = 0; i < n; i++)
            y[i] = 0.0f;
        return y + n;
    }
    (void)mrt_date_parts((int32_t)x[0], (int32_t)x[1], c->flags, y);
    for (int32_t i = 0; i < n_plain; i++)
        y[i] = mrt_column_scale(y[i], pool[c->first + 2 * i], pool[c->first + 2 * i + 1]);
    return y + n;
}

void mrt_columns_f32(const mrt_columns_tables *t, const float *x, float *out)
{
    for (int32_t i = 0; i < t->n_columns; i++) {
        const mrt_column *c = &t->columns[i];
        if (c->kind == MRT_COLUMN_DATE)
            out = put_date(c, t->pool, x, out);
        else if (c->kind == MRT_COLUMN_NUMBER)
            out = put_number(c, t->pool, x[0], out);
        else
            out = put_category(c, x[0], out);
        x += mrt_column_numbers(c);
    }
}
