/* SPDX-License-Identifier: Apache-2.0 */
/* Time from the operating system, and its ISO 8601 text. Depends on text and file (environment). */
#include "base/clock.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/text.h"

static int64_t read_clock_us(clockid_t id)
{
    struct timespec ts;
    int failed = clock_gettime(id, &ts);
    MOTE_BUG_IF(failed);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t mote_clock_wall_ms(void)
{
    const char *fixed = mote_env("MOTE_FIXED_TIME_MS");
    int64_t ms;
    if (fixed && mote_parse_i64(fixed, strlen(fixed), &ms))
        return ms;
    return read_clock_us(CLOCK_REALTIME) / 1000;
}

int64_t mote_clock_mono_us(void)
{
    return read_clock_us(CLOCK_MONOTONIC);
}
int64_t mote_clock_cpu_us(void)
{
    return read_clock_us(CLOCK_PROCESS_CPUTIME_ID);
}

void mote_clock_sleep_ms(int64_t ms)
{
    if (ms <= 0)
        return;
    struct timespec left = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (ms % 1000) * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        continue;
}

/* Days since 1970-01-01 to a date of the proleptic Gregorian calendar, in eras of 400 years that
 * begin on 1 March: Howard Hinnant, "chrono-compatible low-level date algorithms",
 * civil_from_days. */
void mote_time_iso(int64_t wall_ms, char *out, size_t out_bytes)
{
    const int64_t day_ms = 86400000;
    int64_t days = wall_ms / day_ms - (wall_ms % day_ms < 0 ? 1 : 0);
    int64_t s = (wall_ms - days * day_ms) / 1000;
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t doe = z - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int64_t day = doy - (153 * mp + 2) / 5 + 1;
    int64_t month = mp < 10 ? mp + 3 : mp - 9;
    int64_t year = yoe + era * 400 + (month <= 2 ? 1 : 0);
    (void)mote_format(out, out_bytes, "%04lld-%02d-%02dT%02d:%02d:%02dZ", (long long)year,
                      (int)month, (int)day, (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
}
