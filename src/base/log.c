/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines on standard error, one write each so that threads do not mix. Depends on clock, text
 * and file (environment). The level is the one changing global of Mote. */
#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json_write.h"
#include "base/text.h"
#include "base/unicode.h"

#define LONGEST_LINE ((size_t)64 << 10)

static const char *const names[] = {"error", "warn", "info", "debug"};

/* The level + 1, 0 while nobody has asked yet; json in bit 8. */
static _Atomic int setting;
#define AS_JSON 0x100

static int start_setting(void)
{
    const char *wish = mote_env("MOTE_LOG");
    for (int i = 0; wish && i < (int)(sizeof names / sizeof names[0]); i++) {
        if (mote_str_eq(wish, names[i]))
            return i + 1;
    }
    return MOTE_LOG_INFO + 1;
}

static int get_setting(void)
{
    int s = atomic_load_explicit(&setting, memory_order_relaxed);
    if (s == 0) {
        int start = start_setting();
        if (atomic_compare_exchange_strong(&setting, &s, start))
            s = start;
    }
    return s;
}

void mote_log_set(mote_log_level level, bool as_json)
{
    atomic_store(&setting, ((int)level + 1) | (as_json ? AS_JSON : 0));
}

static bool is_shown(mote_log_level level)
{
    return (int)level < (get_setting() & ~AS_JSON);
}

void mote_log(mote_log_level level, const char *area, const char *fmt, ...)
{
    if (!is_shown(level))
        return;
    char when[40];
    int64_t ms = mote_clock_wall_ms();
    mote_time_iso(ms, when, sizeof when);
    when[strlen(when) - 1] = '\0'; /* the milliseconds go before the 'Z' */

    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, LONGEST_LINE);
    va_list ap;
    va_start(ap, fmt);
    mote_buf_vprintf(&text, fmt, ap);
    va_end(ap);
    const char *words = text.status == MOTE_OK && text.data ? text.data : fmt;

    MOTE_SCOPED_BUF line;
    mote_buf_init(&line, 8 * LONGEST_LINE);
    int milli = (int)((ms % 1000 + 1000) % 1000);
    if (get_setting() & AS_JSON) {
        mote_json_out w;
        mote_out_begin(&w, &line);
        mote_out_object(&w, NULL);
        mote_out_format(&w, "time", "%s.%03dZ", when, milli);
        mote_out_str(&w, "level", names[level]);
        mote_out_str(&w, "area", area);
        mote_out_str(&w, "text", words);
        mote_out_end(&w);
        mote_out_finish(&w);
        mote_buf_char(&line, '\n');
    } else {
        mote_buf_printf(&line, "%s.%03dZ %s %s: ", when, milli, names[level], area);
        mote_buf_shown(&line, words, strlen(words), false);
        mote_buf_char(&line, '\n');
    }
    if (line.status == MOTE_OK && write(STDERR_FILENO, line.data, line.len) < 0)
        return; /* nowhere left to say it */
}
