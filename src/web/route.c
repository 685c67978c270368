/* SPDX-License-Identifier: Apache-2.0 */
/* Matching of paths. */
#include "web/route.h"

#include <string.h>

/* Does `path` match? The raw places of the parameters go to at/n. */
static bool match(const char *pattern, const char *path, size_t path_bytes, const char **at,
                  size_t *n, size_t *n_params)
{
    const char *end = path + path_bytes;
    *n_params = 0;
    while (*pattern) {
        if (*pattern == '{') {
            const char *stop = path;
            while (stop < end && *stop != '/')
                stop++;
            if (stop == path || *n_params == MOTE_ROUTE_MAX_PARAMS)
                return false;
            at[*n_params] = path;
            n[(*n_params)++] = (size_t)(stop - path);
            path = stop;
            pattern = strchr(pattern, '}') + 1;
        } else {
            if (path == end || *path != *pattern)
                return false;
            path++;
            pattern++;
        }
    }
    return path == end;
}

void mote_route_find(const mote_route *table, size_t n, const mote_http_request *rq, size_t skip,
                     mote_route_match *out)
{
    *out = (mote_route_match){0};
    const char *path = rq->path + skip;
    size_t path_bytes = strlen(path);
    if (path_bytes > 1 && path[path_bytes - 1] == '/')
        path_bytes--;
    mote_http_method wanted = rq->method == MOTE_HTTP_HEAD ? MOTE_HTTP_GET : rq->method;
    for (size_t i = 0; i < n; i++) {
        const char *at[MOTE_ROUTE_MAX_PARAMS];
        size_t len[MOTE_ROUTE_MAX_PARAMS], n_params;
        if (!match(table[i].pattern, path, path_bytes, at, len, &n_params))
            continue;
        out->allowed |= 1u << table[i].method;
        if (table[i].method != wanted || out->route)
            continue;
        for (size_t k = 0; k < n_params; k++) {
            out->params[k] = mote_http_decode(rq->arena, at[k], len[k]);
            if (!out->params[k])
                return;
        }
        out->route = &table[i];
        return;
    }
}

void mote_route_allow(uint32_t allowed, char *out, size_t out_bytes)
{
    if (allowed & 1u << MOTE_HTTP_GET)
        allowed |= 1u << MOTE_HTTP_HEAD;
    allowed |= 1u << MOTE_HTTP_OPTIONS;
    size_t len = 0;
    out[0] = '\0';
    for (int m = 0; m < MOTE_HTTP_OTHER; m++)
        if (allowed & 1u << m) {
            (void)mote_format(out + len, out_bytes - len, "%s%s", len ? ", " : "",
                              mote_http_method_text((mote_http_method)m));
            len = strlen(out);
        }
}
