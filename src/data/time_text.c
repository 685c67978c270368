/* SPDX-License-Identifier: Apache-2.0 */
/* See time_text.h. Days since 1970 by Howard Hinnant's days_from_civil ("chrono-Compatible
 * Low-Level Date Algorithms", 2013): years begin in March, so that the leap day is the last of its
 * year. */
#include "data/time_text.h"

#include <string.h>

static const struct {
    const char *name;
    char separator;
    char order[3]; /* Y, M, D */
} formats[MOTE_N_TIME_FORMATS] = {
    {"%Y-%m-%d", '-', {'Y', 'M', 'D'}}, {"%Y/%m/%d", '/', {'Y', 'M', 'D'}},
    {"%d.%m.%Y", '.', {'D', 'M', 'Y'}}, {"%d/%m/%Y", '/', {'D', 'M', 'Y'}},
    {"%m/%d/%Y", '/', {'M', 'D', 'Y'}}, {"%d-%m-%Y", '-', {'D', 'M', 'Y'}},
    {"%m-%d-%Y", '-', {'M', 'D', 'Y'}}, {"%H:%M:%S", ':', {0}},
};

const char *mote_time_format_name(mote_time_format f)
{
    return formats[f].name;
}

bool mote_time_format_find(const char *name, mote_time_format *out)
{
    for (int f = 0; f < MOTE_N_TIME_FORMATS; f++) {
        if (strcmp(formats[f].name, name) == 0) {
            *out = (mote_time_format)f;
            return true;
        }
    }
    return false;
}

typedef struct {
    const char *at, *end;
} cursor;

static bool is_digit(char c)
{
    return (unsigned char)(c - '0') <= 9;
}

/* A whole number of lo to hi digits. */
static bool take_number(cursor *c, int lo, int hi, int *out, int *n_digits)
{
    int n = 0, x = 0;
    while (n < hi && c->at < c->end && is_digit(*c->at)) {
        x = x * 10 + (*c->at++ - '0');
        n++;
    }
    *out = x;
    *n_digits = n;
    return n >= lo;
}

static bool take_char(cursor *c, char want)
{
    if (c->at == c->end || *c->at != want)
        return false;
    c->at++;
    return true;
}

static int64_t days_of(int y, int m, int d)
{
    y -= m <= 2;
    int era = (y >= 0 ? y : y - 399) / 400;
    int year = y - era * 400;
    int day = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    int64_t in_era = (int64_t)year * 365 + year / 4 - year / 100 + day;
    return (int64_t)era * 146097 + in_era - 719468;
}

static bool exists(int y, int m, int d)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
    return m >= 1 && m <= 12 && d >= 1 && d <= days[m - 1] + (m == 2 && is_leap);
}

static bool take_date(cursor *c, mote_time_format f, double *seconds)
{
    int part[3] = {0, 0, 0}; /* year, month, day */
    for (int i = 0; i < 3; i++) {
        char what = formats[f].order[i];
        int n = 0, x = 0;
        bool is_year = what == 'Y', first_year = is_year && i == 0;
        if ((i > 0 && !take_char(c, formats[f].separator)) ||
            !take_number(c,
                         first_year ? 4
                         : is_year  ? 2
                                    : 1,
                         is_year ? 4 : 2, &x, &n) ||
            (is_year && n == 3))
            return false;
        if (is_year && n == 2)
            x += x < 70 ? 2000 : 1900;
        part[is_year ? 0 : what == 'M' ? 1 : 2] = x;
    }
    if (!exists(part[0], part[1], part[2]))
        return false;
    *seconds = 86400.0 * (double)days_of(part[0], part[1], part[2]);
    return true;
}

/* H:MM[:SS[.f]] */
static bool take_time(cursor *c, double *seconds)
{
    int h, m, s = 0, n;
    if (!take_number(c, 1, 2, &h, &n) || !take_char(c, ':') || !take_number(c, 2, 2, &m, &n))
        return false;
    double fraction = 0.0;
    if (take_char(c, ':')) {
        if (!take_number(c, 2, 2, &s, &n))
            return false;
        if (take_char(c, '.') || take_char(c, ',')) {
            if (c->at == c->end || !is_digit(*c->at))
                return false;
            int64_t digits = 0,
                    scale = 1; /* 15 digits are more than a double of today's time has */
            for (; c->at < c->end && is_digit(*c->at); c->at++) {
                if (scale < 1000000000000000) {
                    digits = digits * 10 + (*c->at - '0');
                    scale *= 10;
                }
            }
            fraction = (double)digits / (double)scale;
        }
    }
    if (h > 23 || m > 59 || s > 60)
        return false;
    *seconds = 3600.0 * h + 60.0 * m + s + fraction;
    return true;
}

/* Nothing, Z, or an offset east of Greenwich, which is taken off. */
static bool take_zone(cursor *c, double *seconds)
{
    int h, m = 0, n;
    if (c->at == c->end || take_char(c, 'Z') || take_char(c, 'z'))
        return true;
    bool is_east = *c->at == '+';
    if (!take_char(c, '+') && !take_char(c, '-'))
        return false;
    if (!take_number(c, 2, 2, &h, &n))
        return false;
    if (c->at < c->end && ((void)take_char(c, ':'), !take_number(c, 2, 2, &m, &n)))
        return false;
    if (h > 14 || m > 59)
        return false;
    *seconds -= (is_east ? 60.0 : -60.0) * (60.0 * h + m);
    return true;
}

bool mote_time_parse(mote_time_format f, const char *s, size_t n, double *seconds)
{
    cursor c = {s, s + n};
    double date = 0.0, time = 0.0;
    if (f == MOTE_TIME_OF_DAY) {
        if (!take_time(&c, &time) || c.at != c.end)
            return false;
        *seconds = time;
        return true;
    }
    if (!take_date(&c, f, &date))
        return false;
    if (c.at < c.end) {
        bool is_comma = take_char(&c, ',');
        if (!(take_char(&c, ' ') || (!is_comma && (take_char(&c, 'T') || take_char(&c, 't')))))
            return false;
        if (!take_time(&c, &time) || !take_zone(&c, &time) || c.at != c.end)
            return false;
    }
    *seconds = date + time;
    return true;
}

uint32_t mote_time_match(const char *s, size_t n, uint32_t mask)
{
    uint32_t fits = 0;
    double ignored;
    if (n < 4 || n > 40 || !is_digit(s[0]))
        return 0;
    for (int f = 0; f < MOTE_N_TIME_FORMATS; f++)
        if ((mask & (1u << f)) && mote_time_parse((mote_time_format)f, s, n, &ignored))
            fits |= 1u << f;
    return fits;
}
