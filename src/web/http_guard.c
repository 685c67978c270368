/* SPDX-License-Identifier: Apache-2.0 */
/* A hash table of addresses, open addressing with linear probing; there are never more entries than
 * connections, and the table is at least twice as large. */
#include "web/http_guard.h"

#include <netinet/in.h>
#include <pthread.h>
#include <string.h>

#include "base/mem.h"

typedef struct {
    uint64_t key; /* 0: free */
    int32_t n;
} entry;

struct http_guard {
    pthread_mutex_t lock;
    int32_t max_each;
    size_t mask;
    entry *entries;
};

mote_status http_guard_create(int32_t max_clients, int32_t max_each, http_guard **out,
                              mote_err *err)
{
    http_guard *g = mote_alloc_zero(1, sizeof *g);
    size_t n = 64;
    /* Connections that are refused or wait to be closed are counted too: room for some more. */
    while (n < 2 * ((size_t)max_clients + 512))
        n *= 2;
    if (g)
        g->entries = mote_alloc_zero(n, sizeof *g->entries);
    if (!g || !g->entries) {
        mote_free(g);
        return mote_fail(err, MOTE_NOMEM, "out of memory for %d clients", (int)max_clients);
    }
    if (pthread_mutex_init(&g->lock, NULL) != 0) {
        mote_free(g->entries);
        mote_free(g);
        return mote_fail(err, MOTE_NOMEM, "no lock for the table of clients");
    }
    g->mask = n - 1;
    g->max_each = max_each;
    *out = g;
    return MOTE_OK;
}

void http_guard_destroy(http_guard *g)
{
    if (!g)
        return;
    (void)pthread_mutex_destroy(&g->lock);
    mote_free(g->entries);
    mote_free(g);
}

uint64_t http_guard_key(const struct sockaddr_storage *peer)
{
    uint64_t key = 0;
    if (peer->ss_family == AF_INET) {
        struct sockaddr_in a;
        memcpy(&a, peer, sizeof a);
        return (uint64_t)1 << 32 | ntohl(a.sin_addr.s_addr);
    }
    if (peer->ss_family != AF_INET6)
        return 0;
    struct sockaddr_in6 a;
    memcpy(&a, peer, sizeof a);
    if (IN6_IS_ADDR_V4MAPPED(&a.sin6_addr)) {
        for (int i = 12; i < 16; i++)
            key = key << 8 | a.sin6_addr.s6_addr[i];
        return (uint64_t)1 << 32 | key;
    }
    for (int i = 0; i < 8; i++)
        key = key << 8 | a.sin6_addr.s6_addr[i];
    return key ? key : (uint64_t)1 << 33; /* ::1 and its like */
}

/* splitmix64's finaliser: neighbours in the net do not share a place in the table. */
static size_t home(const http_guard *g, uint64_t key)
{
    key = (key ^ key >> 30) * 0xbf58476d1ce4e5b9u;
    key = (key ^ key >> 27) * 0x94d049bb133111ebu;
    return (size_t)(key ^ key >> 31) & g->mask;
}

static size_t place(const http_guard *g, uint64_t key)
{
    size_t i = home(g, key);
    while (g->entries[i].key != 0 && g->entries[i].key != key)
        i = (i + 1) & g->mask;
    return i;
}

bool http_guard_enter(http_guard *g, uint64_t key)
{
    if (key == 0)
        return true;
    (void)pthread_mutex_lock(&g->lock);
    entry *e = &g->entries[place(g, key)];
    e->key = key;
    bool has_room = ++e->n <= g->max_each;
    (void)pthread_mutex_unlock(&g->lock);
    return has_room;
}

/* Take entry i out; those behind it that would no longer be found move up. */
static void take_out(http_guard *g, size_t i)
{
    g->entries[i] = (entry){0, 0};
    for (size_t k = (i + 1) & g->mask; g->entries[k].key != 0; k = (k + 1) & g->mask) {
        size_t from = home(g, g->entries[k].key);
        if (((k - from) & g->mask) >= ((k - i) & g->mask)) {
            g->entries[i] = g->entries[k];
            g->entries[k] = (entry){0, 0};
            i = k;
        }
    }
}

void http_guard_leave(http_guard *g, uint64_t key)
{
    if (key == 0)
        return;
    (void)pthread_mutex_lock(&g->lock);
    size_t i = place(g, key);
    MOTE_BUG_IF(g->entries[i].n < 1);
    if (--g->entries[i].n == 0)
        take_out(g, i);
    (void)pthread_mutex_unlock(&g->lock);
}
