/* SPDX-License-Identifier: Apache-2.0 */
/* Group patterns: see pattern.h. Matching is the usual wildcard walk with backtracking; at most 9
 * wildcards and names of a few hundred bytes keep it short. */
#include "data/pattern.h"

#include <stdint.h>
#include <string.h>

#define GROUP       "{group}"
#define GROUP_LEN   (sizeof GROUP - 1)
#define MAX_STARS   8
#define MAX_PATTERN 200

static const mote_pattern_known known[] = {
    {"{group}_nohash_*", "Google Speech Commands"},
    {"{group}_NO_*", "Arabic Speech Commands"},
    {NULL, NULL},
};

const mote_pattern_known *mote_pattern_known_list(void)
{
    return known;
}

mote_status mote_pattern_check(const char *pattern, mote_err *err)
{
    size_t n = strlen(pattern);
    if (n > MAX_PATTERN)
        return mote_fail(err, MOTE_ARG, "group pattern: %zu characters, at most %d are possible", n,
                         MAX_PATTERN);
    int n_groups = 0, n_stars = 0;
    for (size_t i = 0; i < n; i++) {
        if (pattern[i] == '*') {
            n_stars++;
        } else if (strncmp(pattern + i, GROUP, GROUP_LEN) == 0) {
            n_groups++;
            i += GROUP_LEN - 1;
        } else if (pattern[i] == '{' || pattern[i] == '}') {
            return mote_fail(err, MOTE_ARG, "group pattern '%s': '%c' may only stand in {group}",
                             pattern, pattern[i]);
        }
    }
    if (n_groups != 1)
        return mote_fail(err, MOTE_ARG,
                         "group pattern '%s': holds {group} %d times, expected once, as in"
                         " '{group}_nohash_*'",
                         pattern, n_groups);
    if (n_stars > MAX_STARS)
        return mote_fail(err, MOTE_ARG, "group pattern '%s': %d times '*', at most %d are possible",
                         pattern, n_stars, MAX_STARS);
    if (strstr(pattern, "*" GROUP) || strstr(pattern, GROUP "*") || strstr(pattern, "**"))
        return mote_fail(err, MOTE_ARG,
                         "group pattern '%s': some text must stand between {group} "
                         "and '*'",
                         pattern);
    return MOTE_OK;
}

typedef struct {
    const char *end; /* of the text */
    const char *group;
    size_t group_bytes;
} match;

/* Does the rest of the pattern fit the rest of the text? Depth: one level per wildcard. */
static bool fits(const char *p, const char *t, match *m)
{
    for (;; p++, t++) {
        if (*p == '\0')
            return t == m->end;
        bool is_group = strncmp(p, GROUP, GROUP_LEN) == 0;
        if (!is_group && *p != '*') {
            if (t == m->end || *t != *p)
                return false;
            continue;
        }
        const char *rest = p + (is_group ? GROUP_LEN : 1);
        for (const char *stop = is_group ? t + 1 : t; stop <= m->end; stop++) {
            if (stop > t && stop[-1] == '/')
                return false;
            if (is_group) {
                m->group = t;
                m->group_bytes = (size_t)(stop - t);
            }
            if (fits(rest, stop, m))
                return true;
        }
        return false;
    }
}

bool mote_pattern_match(const char *pattern, const char *path, const char **group,
                        size_t *group_bytes)
{
    const char *base = strrchr(path, '/');
    base = base ? base + 1 : path;
    const char *dot = strrchr(base, '.');
    match m = {.end = dot && dot > base ? dot : base + strlen(base)};
    const char *start = strchr(pattern, '/') ? path : base;
    if (!fits(pattern, start, &m))
        return false;
    *group = m.group;
    *group_bytes = m.group_bytes;
    return true;
}
