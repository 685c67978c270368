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

/* ---- labels -------------------------------------------------------------------------------- */

#define LABEL     "{label}"
#define MAX_WILDS 8

/* The wildcard that begins at p: 0 is a letter, else the bytes of it. */
static size_t wild_bytes(const char *p)
{
    static const char *const wilds[] = {"*", "{n}", GROUP, LABEL};
    for (size_t i = 0; i < sizeof wilds / sizeof wilds[0]; i++)
        if (strncmp(p, wilds[i], strlen(wilds[i])) == 0)
            return strlen(wilds[i]);
    return 0;
}

mote_status mote_pattern_check_label(const char *pattern, mote_err *err)
{
    size_t n_labels = 0, n_wilds = 0;
    if (strlen(pattern) > MAX_PATTERN)
        return mote_fail(err, MOTE_ARG, "label pattern: at most %d characters are possible",
                         MAX_PATTERN);
    for (const char *p = pattern; *p;) {
        size_t n = wild_bytes(p);
        if (n == 0 && (*p == '{' || *p == '}'))
            return mote_fail(err, MOTE_ARG,
                             "label pattern '%s': '%c' may only stand in {label}, {group} and {n}",
                             pattern, *p);
        n_wilds += n > 0;
        n_labels += strncmp(p, LABEL, sizeof LABEL - 1) == 0;
        p += n ? n : 1;
    }
    if (n_labels != 1 || n_wilds > MAX_WILDS)
        return mote_fail(err, MOTE_ARG,
                         "label pattern '%s': holds {label} %zu times and %zu wildcards; expected "
                         "once and at most %d, as in '{label}_{n}.csv'",
                         pattern, n_labels, n_wilds, MAX_WILDS);
    return MOTE_OK;
}

/* Each wildcard is as short as the rest allows; {n} takes digits alone. Depth: one level each. */
static bool fits_label(const char *p, const char *t, match *m)
{
    for (; wild_bytes(p) == 0; p++, t++) {
        if (*p == '\0')
            return t == m->end;
        if (t == m->end || *t != *p)
            return false;
    }
    bool is_label = strncmp(p, LABEL, sizeof LABEL - 1) == 0, is_number = p[1] == 'n';
    for (const char *stop = *p == '*' ? t : t + 1; stop <= m->end; stop++) {
        if (stop > t && (stop[-1] == '/' || (is_number && (stop[-1] < '0' || stop[-1] > '9'))))
            return false;
        if (!fits_label(p + wild_bytes(p), stop, m))
            continue;
        if (is_label) {
            m->group = t;
            m->group_bytes = (size_t)(stop - t);
        }
        return true;
    }
    return false;
}

bool mote_pattern_label(const char *pattern, const char *path, const char **label, size_t *n)
{
    const char *base = strrchr(path, '/');
    base = base ? base + 1 : path;
    const char *dot = strrchr(base, '.'), *start = strchr(pattern, '/') ? path : base;
    match m = {.end = base + strlen(base)};
    bool is_fit = fits_label(pattern, start, &m);
    if (!is_fit && dot && dot > base) {
        m.end = dot;
        is_fit = fits_label(pattern, start, &m);
    }
    if (!is_fit)
        return false;
    *label = m.group;
    *n = m.group_bytes;
    return true;
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
