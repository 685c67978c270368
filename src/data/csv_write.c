/* SPDX-License-Identifier: Apache-2.0 */
/* Writing cells of CSV (RFC 4180). */
#include "data/csv_write.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/bytes.h"

static bool needs_quotes(const char *s, size_t n)
{
    bool found = n == 0 || s[0] == ' ' || s[n - 1] == ' ' || s[0] == '#';
    for (size_t i = 0; i < n && !found; i++)
        found = s[i] == '\0' || strchr(",;\t|\"\r\n", s[i]);
    return found;
}

void mote_csv_put_text(mote_buf *out, const char *s, size_t n)
{
    bool is_quoted = needs_quotes(s, n);
    if (is_quoted)
        mote_buf_u8(out, '"');
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '"')
            mote_buf_u8(out, '"');
        mote_buf_u8(out, (uint8_t)s[i]);
    }
    if (is_quoted)
        mote_buf_u8(out, '"');
}

void mote_csv_put_number(mote_buf *out, float x)
{
    char text[32];
    if (!isfinite(x))
        return;
    for (int digits = 6; digits <= 9; digits++) {
        double back = 0;
        (void)mote_format(text, sizeof text, "%.*g", digits, (double)x);
        if (mote_parse_f64(text, strlen(text), &back) && !((float)back < x) && !((float)back > x))
            break;
    }
    mote_buf_str(out, text);
}
