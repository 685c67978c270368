/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies of the project's routes, see wish_body.h. */
#include "web/wish_body.h"

#include <string.h>

#include "base/json_pull.h"
#include "store/rows.h"

#define ADD   MOTE_WISH_ADD
#define TAKE  MOTE_WISH_TAKE
#define DROP  MOTE_WISH_DROP
#define JUDGE MOTE_WISH_JUDGE

typedef enum { TEXT, YES, NUMBERS, SHARE } member_type;

static const struct member {
    const char *name;
    member_type type;
    size_t offset;
    unsigned routes;
} members[] = {
    {"path", TEXT, offsetof(mote_wish_body, path), ADD},
    {"who", TEXT, offsetof(mote_wish_body, who), ADD | TAKE},
    {"numbers", NUMBERS, 0, TAKE | DROP},
    {"all", YES, offsetof(mote_wish_body, all), TAKE | DROP},
    {"label", TEXT, offsetof(mote_wish_body, label), TAKE},
    {"on", TEXT, offsetof(mote_wish_body, on), JUDGE},
    {"hours", TEXT, offsetof(mote_wish_body, hours), JUDGE},
    {"strangers", TEXT, offsetof(mote_wish_body, strangers), JUDGE},
    {"model", TEXT, offsetof(mote_wish_body, model), JUDGE},
    {"threshold", SHARE, offsetof(mote_wish_body, threshold), JUDGE},
};
#define N_MEMBERS (sizeof members / sizeof members[0])

static mote_status read_numbers(mote_json_pull *in, mote_arena *a, mote_wish_body *b, mote_err *err)
{
    size_t room = 0;
    b->n = 0;
    MOTE_TRY(mote_pull_array(in, err));
    while (mote_pull_item(in)) {
        MOTE_TRY(mote_rows_room(a, &b->numbers, b->n, &room, sizeof *b->numbers, err));
        MOTE_TRY(mote_pull_i64(in, &b->numbers[b->n], err));
        if (b->numbers[b->n] < 1)
            return mote_fail(err, MOTE_PARSE, "%lld is no number of a list",
                             (long long)b->numbers[b->n]);
        b->n++;
    }
    return MOTE_OK;
}

static mote_status read_member(mote_json_pull *in, const struct member *m, mote_arena *a,
                               mote_wish_body *b, mote_err *err)
{
    char *at = (char *)b + m->offset;
    if (m->type == NUMBERS)
        return read_numbers(in, a, b, err);
    if (m->type == YES)
        return mote_pull_bool(in, (bool *)(void *)at, err);
    if (m->type == TEXT)
        return mote_pull_string(in, a, (const char **)(void *)at, err);
    double x = 0;
    MOTE_TRY(mote_pull_f64(in, &x, err));
    if (!(x > 0 && x < 1))
        return mote_fail(err, MOTE_RANGE, "'%s' %g is not between 0 and 1", m->name, x);
    *(double *)(void *)at = x;
    return MOTE_OK;
}

/* "path, who" */
static mote_status unknown(mote_slice key, unsigned route, mote_err *err)
{
    char known[160] = "";
    size_t len = 0;
    for (size_t i = 0; i < N_MEMBERS; i++)
        if (members[i].routes & route) {
            (void)mote_format(known + len, sizeof known - len, "%s%s", len ? ", " : "",
                              members[i].name);
            len = strlen(known);
        }
    return mote_fail(err, MOTE_PARSE, "'%.*s' says nothing here: %s do",
                     (int)(key.n < 40 ? key.n : 40), key.at, known);
}

static mote_status check(const mote_wish_body *b, unsigned route, mote_err *err)
{
    const int n_places = (b->on != NULL) + (b->hours != NULL) + (b->strangers != NULL);
    if (route == ADD && !b->path)
        return mote_fail(err, MOTE_PARSE, "what is added? {\"path\": FOLDER}");
    if ((route & (TAKE | DROP)) && (b->n > 0) == b->all)
        return mote_fail(err, MOTE_PARSE, "which? {\"numbers\": [3, ..]} or {\"all\": true}");
    if (route == JUDGE && n_places != 1)
        return mote_fail(err, MOTE_PARSE, "where? one of on, hours and strangers");
    if (b->strangers && b->model)
        return mote_fail(err, MOTE_PARSE, "strangers are judged by models of their own");
    if (b->threshold > 0 && !b->hours)
        return mote_fail(err, MOTE_PARSE, "threshold says nothing without hours");
    return MOTE_OK;
}

mote_status mote_wish_body_read(const mote_http_request *rq, mote_wish_route route,
                                mote_wish_body *out, mote_err *err)
{
    mote_wish_body b = {.path = NULL};
    mote_json_pull in;
    mote_json_pull_init(&in, rq->body, rq->body_bytes);
    MOTE_TRY(mote_pull_object(&in, err));
    for (mote_slice key; mote_pull_member(&in, &key);) {
        size_t i = 0;
        while (i < N_MEMBERS &&
               !((members[i].routes & route) && mote_slice_is(key, members[i].name)))
            i++;
        if (i == N_MEMBERS)
            return unknown(key, route, err);
        MOTE_TRY(read_member(&in, &members[i], rq->arena, &b, err));
    }
    MOTE_TRY(mote_pull_end(&in, err));
    MOTE_TRY(check(&b, route, err));
    *out = b;
    return MOTE_OK;
}
