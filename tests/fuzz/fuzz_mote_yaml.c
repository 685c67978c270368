/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: any bytes as mote.yaml are either a project whose sections can all be written and
 * that reads back, or complaints with places inside the text. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "project/project.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_problems(const mote_project_problems *problems)
{
    if (problems->n == 0 || problems->n > MOTE_PROJECT_MAX_PROBLEMS)
        abort();
    for (size_t i = 0; i < problems->n; i++)
        if (problems->items[i].line < 1 || problems->items[i].column < 1 ||
            !memchr(problems->items[i].text, 0, sizeof problems->items[i].text) ||
            strncmp(problems->items[i].text, "f:", 2) != 0)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static mote_project_problems problems;
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, 16u << 20);
    mote_project *p = NULL;
    problems.n = 0;
    mote_status st = mote_project_parse(&(mote_file_bytes){"f", (const char *)data, size}, &arena,
                                        &p, &problems, NULL);
    if (st == MOTE_PARSE)
        check_problems(&problems);
    if (st != MOTE_OK)
        return 0;
    size_t n;
    const char *const *names = mote_project_sections(&n);
    for (size_t i = 0; i < n; i++) {
        MOTE_SCOPED_BUF out;
        mote_buf_init(&out, 8u << 20);
        if (mote_project_section_json(p, names[i], &out, NULL) != MOTE_OK)
            abort();
    }
    return 0;
}
