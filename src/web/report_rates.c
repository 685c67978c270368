/* SPDX-License-Identifier: Apache-2.0 */
/* Misses and false accepts with what they say of other people, and what was promised of a folder:
 * the sentences of pipeline/rates.h, as `mote evaluate` prints them. */
#include "pipeline/rates.h"
#include "web/report_internal.h"

static void begin_line(mote_buf *out)
{
    mote_buf_str(out, "<p class=says>");
}

mote_status report_rates(const json_t *conditions, mote_buf *out, mote_err *err)
{
    const bool is_named = json_object_size(conditions) > 1;
    const char *name;
    json_t *one;
    /* jansson iterates over a const object without changing it, but does not say so. */
    json_object_foreach((json_t *)(uintptr_t)conditions, name, one)
    {
        MOTE_SCOPED_BUF line;
        mote_buf_init(&line, 4096);
        MOTE_TRY(mote_rates_tell(json_object_get(one, "rates"), &line, err));
        if (line.len == 0)
            continue;
        line.data[line.len - 1] = '\0'; /* its line feed */
        begin_line(out);
        if (is_named) {
            mote_buf_html(out, name);
            mote_buf_str(out, ": ");
            mote_buf_html(out, line.data);
            mote_buf_char(out, '.');
        } else {
            report_sentence(line.data, out);
        }
        mote_buf_str(out, "</p>\n");
    }
    return MOTE_OK;
}

void report_promised(const json_t *promised, mote_buf *out)
{
    for (size_t i = 0; i < json_array_size(promised); i++) {
        begin_line(out);
        report_sentence(report_text(json_array_get(promised, i), "text"), out);
        mote_buf_str(out, "</p>\n");
    }
}
