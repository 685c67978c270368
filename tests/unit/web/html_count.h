/* SPDX-License-Identifier: Apache-2.0 */
/* What a test looks for in a page. */
#ifndef MOTE_TESTS_HTML_COUNT_H
#define MOTE_TESTS_HTML_COUNT_H

#include <stddef.h>
#include <string.h>

/* How often the words are in it. */
static inline size_t count(const char *html, const char *words)
{
    size_t n = 0;
    for (const char *at = html; (at = strstr(at, words)) != NULL; at++)
        n++;
    return n;
}

#endif
