/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers with units: one table of symbols, see quantity.h. */
#include "project/quantity.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

/* Symbols are exact: a factor is what one of them is in the kept unit. */
typedef struct {
    mote_unit unit;
    const char *symbol;
    double factor;
} unit_symbol;

static const unit_symbol symbols[] = {
    {MOTE_UNIT_RATIO, "%", 0.01},
    {MOTE_UNIT_MS, "us", 0.001},
    {MOTE_UNIT_MS, "ms", 1},
    {MOTE_UNIT_MS, "s", 1000},
    {MOTE_UNIT_MS, "min", 60000},
    {MOTE_UNIT_MS, "h", 3600000},
    {MOTE_UNIT_S, "us", 1e-6},
    {MOTE_UNIT_S, "ms", 0.001},
    {MOTE_UNIT_S, "s", 1},
    {MOTE_UNIT_S, "min", 60},
    {MOTE_UNIT_S, "h", 3600},
    {MOTE_UNIT_HOURS, "s", 1.0 / 3600},
    {MOTE_UNIT_HOURS, "min", 1.0 / 60},
    {MOTE_UNIT_HOURS, "h", 1},
    {MOTE_UNIT_HOURS, "days", 24},
    {MOTE_UNIT_DAYS, "day", 1},
    {MOTE_UNIT_DAYS, "days", 1},
    {MOTE_UNIT_DAYS, "weeks", 7},
    {MOTE_UNIT_BYTES, "B", 1},
    {MOTE_UNIT_BYTES, "kB", 1000},
    {MOTE_UNIT_BYTES, "KiB", 1024},
    {MOTE_UNIT_BYTES, "MB", 1e6},
    {MOTE_UNIT_BYTES, "MiB", 1048576},
    {MOTE_UNIT_BYTES, "GB", 1e9},
    {MOTE_UNIT_BYTES, "GiB", 1073741824},
    {MOTE_UNIT_HZ, "Hz", 1},
    {MOTE_UNIT_HZ, "kHz", 1000},
    {MOTE_UNIT_HZ, "MHz", 1e6},
    {MOTE_UNIT_MHZ, "Hz", 1e-6},
    {MOTE_UNIT_MHZ, "kHz", 0.001},
    {MOTE_UNIT_MHZ, "MHz", 1},
    {MOTE_UNIT_MHZ, "GHz", 1000},
    {MOTE_UNIT_DB, "dB", 1},
    {MOTE_UNIT_UJ, "pJ", 1e-6},
    {MOTE_UNIT_UJ, "nJ", 0.001},
    {MOTE_UNIT_UJ, "uJ", 1},
    {MOTE_UNIT_UJ, "mJ", 1000},
    {MOTE_UNIT_UJ, "J", 1e6},
    {MOTE_UNIT_PJ, "pJ", 1},
    {MOTE_UNIT_PJ, "nJ", 1000},
    {MOTE_UNIT_PJ, "uJ", 1e6},
};
#define N_SYMBOLS (sizeof symbols / sizeof symbols[0])

typedef struct {
    const char *symbol, *accepts;
} unit_words;

static const unit_words words[MOTE_N_UNITS] = {
    [MOTE_UNIT_NONE] = {"", "a number"},
    [MOTE_UNIT_RATIO] = {"", "a share such as 0.92 or 92 %"},
    [MOTE_UNIT_MS] = {"ms", "a time in ms, or with us, ms, s, min or h"},
    [MOTE_UNIT_S] = {"s", "a time in s, or with us, ms, s, min or h"},
    [MOTE_UNIT_HOURS] = {"h", "a time in hours, or with s, min, h or days"},
    [MOTE_UNIT_DAYS] = {"days", "a time in days, or with days or weeks"},
    [MOTE_UNIT_BYTES] = {"bytes",
                         "a size in bytes, or with B, kB (1000), KiB (1024), MB, MiB, GB or GiB"},
    [MOTE_UNIT_HZ] = {"Hz", "a frequency in Hz, or with Hz, kHz or MHz"},
    [MOTE_UNIT_MHZ] = {"MHz", "a frequency in MHz, or with Hz, kHz, MHz or GHz"},
    [MOTE_UNIT_DB] = {"dB", "a number of dB"},
    [MOTE_UNIT_UJ] = {"uJ", "an energy in uJ, or with pJ, nJ, uJ, mJ or J"},
    [MOTE_UNIT_PJ] = {"pJ", "an energy in pJ, or with pJ, nJ or uJ"},
    [MOTE_UNIT_MONEY] = {"", "an amount, without currency"},
};

const char *mote_unit_symbol(mote_unit unit)
{
    return unit < MOTE_N_UNITS ? words[unit].symbol : "";
}

const char *mote_unit_accepts(mote_unit unit)
{
    return unit < MOTE_N_UNITS ? words[unit].accepts : "a number";
}

static const unit_symbol *find_symbol(mote_unit unit, const char *s, size_t n)
{
    for (size_t i = 0; i < N_SYMBOLS; i++)
        if (symbols[i].unit == unit && strlen(symbols[i].symbol) == n &&
            memcmp(symbols[i].symbol, s, n) == 0)
            return &symbols[i];
    return NULL;
}

static bool is_number_char(char c)
{
    return (c >= '0' && c <= '9') || c == '.' || c == '+' || c == '-';
}

/* Length of the number at the front: up to the first letter that is not an exponent with digits
 * behind it, so that "5e" is a number 5 with unit "e" and "5e3" is 5000. */
static size_t number_length(const char *s, size_t n)
{
    size_t i = 0;
    while (i < n) {
        if (is_number_char(s[i])) {
            i++;
        } else if ((s[i] == 'e' || s[i] == 'E') && i > 0 && i + 1 < n && is_number_char(s[i + 1])) {
            i += 2;
        } else {
            break;
        }
    }
    return i;
}

mote_status mote_quantity_parse(const char *s, size_t n, mote_unit unit, double *out, mote_err *err)
{
    const char *accepts = mote_unit_accepts(unit);
    int shown = n > 40 ? 40 : (int)n;
    size_t digits = number_length(s, n);
    double x;
    if (!mote_parse_f64(s, digits, &x))
        return mote_fail(err, MOTE_PARSE, "'%.*s' is not %s", shown, s, accepts);
    size_t at = digits;
    while (at < n && s[at] == ' ')
        at++;
    if (at == n && digits == n) {
        *out = x;
        return MOTE_OK;
    }
    const unit_symbol *u = find_symbol(unit, s + at, n - at);
    if (!u && unit == MOTE_UNIT_BYTES && n - at == 2 && memcmp(s + at, "KB", 2) == 0)
        return mote_fail(err, MOTE_PARSE, "'%.*s': write kB for 1000 or KiB for 1024 bytes", shown,
                         s);
    if (!u)
        return mote_fail(err, MOTE_PARSE, "'%.*s' is not %s", shown, s, accepts);
    /* Percent divides, which rounds once: 92 % is then the same number as 0.92. */
    x = unit == MOTE_UNIT_RATIO ? x / 100.0 : x * u->factor;
    if (!isfinite(x))
        return mote_fail(err, MOTE_PARSE, "'%.*s' is too large", shown, s);
    *out = x;
    return MOTE_OK;
}

static void format_bytes(double value, char *out, size_t out_bytes)
{
    const char *sign = value < 0 ? "-" : "";
    double x = fabs(value);
    if (x < 1000)
        (void)mote_format(out, out_bytes, "%s%.0f B", sign, x);
    else if (x < 1e6)
        (void)mote_format(out, out_bytes, "%s%.1f kB", sign, x / 1000);
    else
        (void)mote_format(out, out_bytes, "%s%.2f MB", sign, x / 1e6);
}

#define MINUTE_MS 6e4 /* from here on nobody counts in milliseconds */

void mote_quantity_format(double value, mote_unit unit, char *out, size_t out_bytes)
{
    if (!isfinite(value)) {
        (void)mote_format(out, out_bytes, "%s",
                          isnan(value) ? "unknown"
                          : value > 0  ? "unlimited"
                                       : "-unlimited");
    } else if (unit == MOTE_UNIT_RATIO) {
        (void)mote_format(out, out_bytes, "%.1f %%", value * 100);
    } else if (unit == MOTE_UNIT_BYTES) {
        format_bytes(value, out, out_bytes);
    } else if (unit == MOTE_UNIT_MONEY) {
        (void)mote_format(out, out_bytes, "%.2f", value);
    } else if (unit == MOTE_UNIT_MS && fabs(value) >= MINUTE_MS && fabs(value) < 1e15) {
        mote_human_duration(llround(value * 1000), out, out_bytes);
    } else {
        const char *symbol = mote_unit_symbol(unit);
        double x = fabs(value);
        bool is_whole = x < 1e15 && floor(value) == value;
        (void)mote_format(out, out_bytes,
                          is_whole               ? "%.0f%s%s"
                          : x >= 0.01 && x < 1e6 ? "%.2f%s%s"
                                                 : "%.3g%s%s",
                          value, *symbol ? " " : "", symbol);
    }
}
