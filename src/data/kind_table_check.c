/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at the rows of tables for a check: one decoded file after the other, columns by what
 * their different texts are, rows by hashes. What is judged of it: kind_table_judge.c. */
#include "data/kind_table_check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/provided.h"
#include "data/table_internal.h"

#define LOOKED_AT  20000 /* training rows from which it is found whether a column tells all */
#define FEW_ROWS   100   /* with which that is not asked */
#define FIRST_ROOM 64

/* What one file has, for the length of a look. */
typedef struct {
    mote_checker *c;
    mote_seen_tables *seen;
    const mote_table_rows *t;
    mote_arena scratch;
    const uint8_t *split;      /* [n_rows] */
    const uint32_t *class_ids; /* [n_rows] */
    const double *targets;     /* [n_rows][n_targets]; NaN: none */
    uint64_t *inputs;          /* [n_rows] hash so far of what the model takes */
    const mote_table_column *target[MOTE_TABLE_MAX_TARGETS]; /* of each that is asked for */
    size_t n_targets;
} look;

/* ---- which columns --------------------------------------------------------------------------- */

static const mote_project_table *table_of(const look *l)
{
    return &l->c->cfg->cut.table;
}

static mote_status add_column(look *l, const mote_table_column *in,
                              const mote_project_column *stated, mote_err *err)
{
    mote_seen_column *k = &l->seen->columns[l->seen->n_columns++];
    *k =
        (mote_seen_column){.name = mote_arena_strdup(l->c->arena, stated ? stated->name : in->name),
                           .is_stated = stated != NULL,
                           .found = in->found,
                           .only = "",
                           .min = HUGE_VAL,
                           .max = -HUGE_VAL,
                           .alone = NAN};
    k->is_input = mote_columns_takes(table_of(l), in, stated, &k->field);
    k->field.name = k->name;
    return k->name ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "data check");
}

/* The columns that are watched: those that are stated, else all. */
static mote_status begin(look *l, mote_err *err)
{
    const mote_project_columns *stated = &table_of(l)->columns;
    size_t n = stated->n > 0 ? stated->n : l->t->n_columns;
    MOTE_TRY(mote_arena_take(l->c->arena, n, sizeof *l->seen->columns, &l->seen->columns, err));
    for (size_t i = 0; i < n; i++) {
        const mote_project_column *s = stated->n > 0 ? &stated->items[i] : NULL;
        const mote_table_column *in =
            s ? mote_table_rows_find(l->t, stated, s->name, i) : &l->t->columns[i];
        if (in)
            MOTE_TRY(add_column(l, in, s, err));
    }
    return MOTE_OK;
}

/* ---- splits and answers ---------------------------------------------------------------------- */

static const mote_version_item *item_of(const mote_seen_tables *seen, const mote_sample_row *row)
{
    for (size_t i = 0; seen->version && i < seen->version->n; i++) {
        const mote_version_item *it = &seen->version->items[i];
        if (it->rows && mote_sha256_equal(&it->object, &row->object) &&
            strcmp(it->group, row->group) == 0)
            return it;
    }
    return NULL;
}

/* Where the rows are: as the latest version has them, else as the file was given, else all of them
 * in training until they are dealt. */
static mote_status find_splits(look *l, size_t i, mote_err *err)
{
    const mote_sample_row *row = &l->c->rows[i];
    const mote_version_item *it = item_of(l->seen, row);
    uint32_t provided = 0;
    uint8_t *split = NULL;
    MOTE_TRY(mote_arena_take(&l->scratch, l->t->n_rows, sizeof *split, &split, err));
    MOTE_TRY(mote_split_provided(l->c->store, row->group, &provided, err));
    bool is_of_version = it && it->n_rows == l->t->n_rows;
    if (is_of_version)
        memcpy(split, it->rows, l->t->n_rows);
    else if (provided != 0 && !(provided & 1u << MOTE_SPLIT_TRAIN))
        memset(split, provided & 1u << MOTE_SPLIT_TEST ? MOTE_SPLIT_TEST : MOTE_SPLIT_VALIDATION,
               l->t->n_rows);
    l->seen->is_dealt = l->seen->is_dealt && is_of_version;
    l->split = split;
    return MOTE_OK;
}

static mote_status class_of(look *l, const char *text, uint32_t *out, mote_err *err)
{
    mote_seen_tables *s = l->seen;
    for (*out = 0; *out < s->n_classes; ++*out)
        if (strcmp(s->classes[*out], text) == 0)
            return MOTE_OK;
    *out = MOTE_TABLE_NO_CLASS;
    if (s->n_classes == MOTE_TABLE_MAX_VALUES)
        return MOTE_OK;
    if (!(s->classes[s->n_classes] = mote_arena_strdup(l->c->arena, text)))
        return mote_fail(err, MOTE_NOMEM, "data check");
    *out = (uint32_t)s->n_classes++;
    return MOTE_OK;
}

/* False: the row lacks that value; *out is then NaN. Of classes any text is one. */
static bool read_target(const look *l, size_t row, size_t k, double *out)
{
    const mote_table_column *in = l->target[k];
    const uint32_t cell = mote_table_cell(in, row);
    *out = cell != MOTE_CELL_MISSING ? in->numbers[cell] : (double)NAN;
    return cell != MOTE_CELL_MISSING && (l->c->cfg->of_classes || isfinite(*out));
}

/* What each row says. */
static mote_status find_answers(look *l, mote_err *err)
{
    const mote_table_column *in = l->target[0];
    uint32_t *ids = NULL, *by_text = NULL;
    double *targets = NULL;
    MOTE_TRY(mote_arena_take(&l->scratch, l->t->n_rows, sizeof *ids, &ids, err));
    MOTE_TRY(
        mote_arena_take(&l->scratch, l->t->n_rows * l->n_targets, sizeof *targets, &targets, err));
    MOTE_TRY(mote_arena_take(&l->scratch, (size_t)in->n_texts + 1, sizeof *by_text, &by_text, err));
    for (uint32_t i = 0; l->c->cfg->of_classes && i < in->n_texts; i++)
        MOTE_TRY(class_of(l, in->texts[i], &by_text[i], err));
    for (size_t row = 0; row < l->t->n_rows; row++) {
        const uint32_t cell = mote_table_cell(in, row);
        bool is_there = true;
        for (size_t k = 0; k < l->n_targets; k++)
            is_there = read_target(l, row, k, &targets[row * l->n_targets + k]) && is_there;
        ids[row] = is_there && l->c->cfg->of_classes ? by_text[cell] : MOTE_TABLE_NO_CLASS;
        l->seen->n_unanswered += is_there ? 0 : 1;
        if (ids[row] == MOTE_TABLE_NO_CLASS)
            continue;
        l->seen->counts[ids[row]].n++;
        l->seen->counts[ids[row]].in_split[l->split[row]]++;
    }
    l->class_ids = ids;
    l->targets = targets;
    return MOTE_OK;
}

/* ---- a column -------------------------------------------------------------------------------- */

/* FNV-1a, 64 bits: www.isthe.com/chongo/tech/comp/fnv */
static uint64_t hash_text(const char *s)
{
    uint64_t h = 14695981039346656037u;
    for (; *s; s++)
        h = (h ^ (uint8_t)*s) * 1099511628211u;
    return h;
}

static bool is_of(const char *s, const char *const *list)
{
    for (; *list; list++) {
        size_t i = 0;
        while (s[i] && (s[i] >= 'A' && s[i] <= 'Z' ? s[i] + 32 : s[i]) == (*list)[i])
            i++;
        if (!s[i] && !(*list)[i])
            return true;
    }
    return false;
}

/* What people write for nothing and csv.c takes for a value. */
static bool is_odd_marker(const char *s)
{
    static const char *const markers[] = {
        "n.a.",    "n.a",   "n/d",     "nd",      "--",     "---",           ".",       "..", "...",
        "\\n",     "nil",   "none",    "(null)",  "<na>",   "undefined",     "missing", "??", "???",
        "unknown", "#ref!", "#value!", "#div/0!", "#name?", "not available", NULL};
    return is_of(s, markers);
}

/* "1,200", "$ 5.20", "12 kg", "5 %": digits, with a sign or currency before and a unit behind. */
static bool is_dressed_number(const char *s)
{
    static const char *const before[] = {"$", "\xe2\x82\xac", "\xc2\xa3", "+", "-", " "};
    size_t n_digits = 0, n_points = 0, n_letters = 0;
    for (size_t i = 0; i < sizeof before / sizeof before[0];) {
        if (mote_str_starts(s, before[i])) {
            s += strlen(before[i]);
            i = 0;
        } else {
            i++;
        }
    }
    if (*s < '0' || *s > '9')
        return false;
    for (; (*s >= '0' && *s <= '9') || *s == '.' || *s == ',' || *s == '\''; s++) {
        n_digits += *s >= '0' && *s <= '9' ? 1 : 0;
        n_points += *s == '.' ? 1 : 0;
    }
    while (*s == ' ')
        s++;
    for (; *s; s++, n_letters++)
        if (*s >= '0' && *s <= '9')
            return false;
    return n_digits > 0 && n_points <= 1 && n_letters <= 4;
}

static mote_status count_value(mote_checker *c, mote_seen_values *v, const mote_seen_value *one,
                               mote_err *err)
{
    if (v->n == MOTE_TABLE_CHECK_MANY && one->n_train == 0)
        return MOTE_OK; /* there is more than enough to tell */
    for (size_t i = 0; i < v->n; i++) {
        mote_seen_value *x = &v->items[i];
        if (one->text ? strcmp(x->text, one->text) == 0
                      : !(x->number < one->number) && !(x->number > one->number)) {
            x->n_train += one->n_train;
            x->n_other += one->n_other;
            return MOTE_OK;
        }
    }
    if (v->n == MOTE_TABLE_CHECK_MANY)
        return MOTE_OK;
    if (v->n == v->room) {
        mote_seen_value *more = NULL;
        size_t room = v->room ? 4 * v->room : FIRST_ROOM;
        MOTE_TRY(mote_arena_take(c->arena, room, sizeof *more, &more, err));
        if (v->n > 0)
            memcpy(more, v->items, v->n * sizeof *more);
        v->items = more;
        v->room = room;
    }
    v->items[v->n] = *one;
    if (one->text && !(v->items[v->n].text = mote_arena_strdup(c->arena, one->text)))
        return mote_fail(err, MOTE_NOMEM, "data check");
    v->n++;
    return MOTE_OK;
}

static mote_status keep_first(mote_checker *c, const char **first, const char *text, mote_err *err)
{
    if (*first && **first)
        return MOTE_OK;
    *first = mote_arena_strdup(c->arena, text);
    return *first ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "data check");
}

/* A cell that is taken as a text: could it be more? */
static mote_status look_at_text(look *l, mote_seen_column *k, const char *text, size_t n,
                                mote_err *err)
{
    bool is_number =
        is_dressed_number(text) && !mote_time_match(text, strlen(text), MOTE_TIME_ALL_FORMATS);
    bool is_date = !is_number && mote_time_match(text, strlen(text), MOTE_TIME_ALL_FORMATS);
    k->n_texts += n;
    k->n_like_number += is_number ? n : 0;
    k->n_like_date += is_date ? n : 0;
    return is_number || is_date ? keep_first(l->c, &k->like, text, err) : MOTE_OK;
}

static bool is_numeric(const mote_seen_column *k)
{
    return k->is_input &&
           (k->field.type == MOTE_FIELD_NUMBER || k->field.type == MOTE_FIELD_INTEGER);
}

/* Numbers: the range of training, and what of the others is outside of it so far. */
static mote_status look_at_number(look *l, mote_seen_column *k, const mote_seen_value *v,
                                  mote_err *err)
{
    if (v->n_train > 0) {
        k->min = v->number < k->min ? v->number : k->min;
        k->max = v->number > k->max ? v->number : k->max;
    }
    mote_seen_value outside = {.number = v->number, .n_other = v->n_other};
    if (v->n_other == 0 || (v->number >= k->min && v->number <= k->max))
        return MOTE_OK;
    return count_value(l->c, &k->values, &outside, err);
}

/* One different text of a column of this file, and how many rows have it. */
static mote_status look_at_value(look *l, mote_seen_column *k, const mote_seen_value *v,
                                 mote_err *err)
{
    const size_t n = v->n_train + v->n_other;
    if (!k->is_varied && *k->only && strcmp(k->only, v->text) != 0)
        k->is_varied = true;
    MOTE_TRY(keep_first(l->c, &k->only, v->text, err));
    bool is_date = k->is_input && k->field.type == MOTE_FIELD_DATE;
    double ignored;
    bool is_fit = is_numeric(k) ? isfinite(v->number)
                  : is_date ? mote_time_parse(k->field.format, v->text, strlen(v->text), &ignored)
                            : true;
    if (k->is_input && !is_numeric(k) && !is_date && is_odd_marker(v->text)) {
        k->n_odd += n;
        MOTE_TRY(keep_first(l->c, &k->odd, v->text, err));
    } else if (!is_fit) {
        k->n_unfit += n;
        MOTE_TRY(keep_first(l->c, &k->unfit, v->text, err));
    }
    if (is_numeric(k))
        return is_fit ? look_at_number(l, k, v, err) : MOTE_OK;
    if (!is_date && (!k->is_stated || k->is_input))
        MOTE_TRY(look_at_text(l, k, v->text, n, err));
    if (k->is_input && k->field.type == MOTE_FIELD_CATEGORY)
        return count_value(l->c, &k->values, v, err);
    return MOTE_OK;
}

/* How many rows of training and of the others have each text; [n_texts] is that of what is
 * missing. */
static mote_status count_texts(look *l, const mote_table_column *in, mote_seen_value **out,
                               mote_err *err)
{
    mote_seen_value *v = NULL;
    MOTE_TRY(mote_arena_take(&l->scratch, (size_t)in->n_texts + 1, sizeof *v, &v, err));
    for (uint32_t i = 0; i < in->n_texts; i++) {
        v[i].text = in->texts[i];
        v[i].number = in->numbers[i];
    }
    for (size_t row = 0; row < l->t->n_rows; row++) {
        const uint32_t cell = mote_table_cell(in, row);
        mote_seen_value *x = &v[cell == MOTE_CELL_MISSING ? in->n_texts : cell];
        if (l->split[row] == MOTE_SPLIT_TRAIN)
            x->n_train++;
        else
            x->n_other++;
    }
    *out = v;
    return MOTE_OK;
}

static mote_status hash_inputs(look *l, const mote_table_column *in, mote_err *err)
{
    uint64_t *hashes = NULL;
    MOTE_TRY(mote_arena_take(&l->scratch, (size_t)in->n_texts + 1, sizeof *hashes, &hashes, err));
    for (uint32_t i = 0; i < in->n_texts; i++)
        hashes[i] = hash_text(in->texts[i]);
    for (size_t row = 0; row < l->t->n_rows; row++) {
        const uint32_t cell = mote_table_cell(in, row);
        const uint64_t h = cell == MOTE_CELL_MISSING ? 1 : hashes[cell];
        l->inputs[row] = (l->inputs[row] ^ h) * 1099511628211u;
        l->inputs[row] ^= l->inputs[row] >> 29;
    }
    return MOTE_OK;
}

/* ---- does a column give the answer away? ----------------------------------------------------- */

typedef struct {
    double at; /* the number, or which text it is */
    double value;
    uint32_t class_id;
    bool is_asked; /* of the half that is foretold */
} told;

typedef struct {
    told *items;
    size_t n;
} told_list;

static int compare_told(const void *a, const void *b)
{
    const told *x = a, *y = b;
    if (x->at < y->at || x->at > y->at)
        return x->at < y->at ? -1 : 1;
    if (x->is_asked != y->is_asked)
        return x->is_asked ? 1 : -1;
    return (x->class_id > y->class_id) - (x->class_id < y->class_id);
}

/* Up to LOOKED_AT training rows with an answer, spread over the file; equal rows in one half. */
static mote_status gather_told(look *l, const mote_table_column *in, size_t target,
                               bool is_numeric_column, told_list *out, mote_err *err)
{
    const size_t step = l->t->n_rows / LOOKED_AT + 1;
    told *list = NULL;
    size_t n = 0;
    MOTE_TRY(mote_arena_take(&l->scratch, l->t->n_rows / step + 1, sizeof *list, &list, err));
    for (size_t row = 0; row < l->t->n_rows; row += step) {
        const uint32_t cell = mote_table_cell(in, row);
        const double value = l->targets[row * l->n_targets + target];
        bool is_there =
            l->c->cfg->of_classes ? l->class_ids[row] != MOTE_TABLE_NO_CLASS : isfinite(value);
        double at = cell == MOTE_CELL_MISSING ? -1 : (double)cell;
        if (is_numeric_column)
            at = cell == MOTE_CELL_MISSING || isnan(in->numbers[cell]) ? -HUGE_VAL
                                                                       : in->numbers[cell];
        if (l->split[row] == MOTE_SPLIT_TRAIN && is_there)
            list[n++] = (told){at, value, l->class_ids[row], (l->t->row_hash[row] >> 17 & 1) != 0};
    }
    qsort(list, n, sizeof *list, compare_told);
    *out = (told_list){list, n};
    return MOTE_OK;
}

/* What is said where a place is reached: the most frequent class there, or the mean. */
typedef struct {
    bool is_known;
    double value;
    uint32_t class_id;
} saying;

/* Of the rows [from, to), which have one place and are not asked; the list is in order of class. */
static saying say_there(const told *t, size_t from, size_t to)
{
    saying s = {.is_known = to > from};
    size_t best = 0;
    for (size_t i = from, end; i < to; i = end) {
        for (end = i; end < to && t[end].class_id == t[i].class_id; end++)
            s.value += t[end].value / (double)(to - from);
        if (end - i > best) {
            best = end - i;
            s.class_id = t[i].class_id;
        }
    }
    return s;
}

typedef struct {
    double wrong, base; /* errors with the column, and without one */
} errors;

static errors foretell(const told *t, size_t n, bool of_classes, bool by_neighbour,
                       const saying *always)
{
    errors e = {0, 0};
    saying last = *always;
    for (size_t i = 0, asked, end; i < n; i = end) {
        for (asked = i; asked < n && !(t[asked].at > t[i].at) && !t[asked].is_asked;)
            asked++;
        for (end = asked; end < n && !(t[end].at > t[i].at);)
            end++;
        saying here = say_there(t, i, asked);
        here = here.is_known ? here : by_neighbour ? last : *always;
        last = here;
        for (size_t k = asked; k < end; k++) {
            double d = t[k].value - here.value, without = t[k].value - always->value;
            e.wrong += !of_classes ? d * d : t[k].class_id != here.class_id ? 1 : 0;
            e.base += !of_classes ? without * without : t[k].class_id != always->class_id ? 1 : 0;
        }
    }
    return e;
}

/* The commonest class, or the mean, of the half that is not asked. */
static mote_status say_always(look *l, const told *t, size_t n, saying *out, mote_err *err)
{
    size_t *counts = NULL, n_known = 0, best = 0;
    *out = (saying){.is_known = true};
    MOTE_TRY(mote_arena_take(&l->scratch, l->seen->n_classes + 1, sizeof *counts, &counts, err));
    for (size_t i = 0; i < n; i++)
        n_known += t[i].is_asked ? 0 : 1;
    for (size_t i = 0; i < n; i++) {
        if (t[i].is_asked)
            continue;
        out->value += t[i].value / (double)n_known;
        if (t[i].class_id != MOTE_TABLE_NO_CLASS && ++counts[t[i].class_id] > best) {
            best = counts[t[i].class_id];
            out->class_id = t[i].class_id;
        }
    }
    return MOTE_OK;
}

/* The share of the errors of a constant that the column alone takes away; of several values that of
 * which it tells most. */
static mote_status look_for_leak(look *l, const mote_table_column *in, mote_seen_column *k,
                                 mote_err *err)
{
    double most = NAN;
    for (size_t target = 0; target < l->n_targets; target++) {
        told_list t;
        saying always;
        MOTE_TRY(gather_told(l, in, target, is_numeric(k), &t, err));
        MOTE_TRY(say_always(l, t.items, t.n, &always, err));
        errors e = foretell(t.items, t.n, l->c->cfg->of_classes, is_numeric(k), &always);
        if (t.n >= FEW_ROWS && e.base > 0)
            most = fmax(most, 1 - e.wrong / e.base); /* a NaN is no number to fmax */
    }
    if (!isnan(most))
        k->alone = fmin(k->alone, most);
    return MOTE_OK;
}

/* ---- all ------------------------------------------------------------------------------------- */

static mote_status look_at_column(look *l, size_t at, mote_err *err)
{
    mote_seen_column *k = &l->seen->columns[at];
    const mote_table_column *in = mote_table_rows_find(l->t, &table_of(l)->columns, k->name, at);
    mote_seen_value *values = NULL;
    if (!in)
        return MOTE_OK; /* the file was there before the column was named; the version says so */
    MOTE_TRY(count_texts(l, in, &values, err));
    k->n_rows += l->t->n_rows;
    const mote_seen_value *none = &values[in->n_texts];
    size_t n_missing = none->n_train + none->n_other;
    for (uint32_t i = 0; i < in->n_texts; i++) {
        const mote_seen_value *v = &values[i];
        k->n_train += v->n_train;
        k->n_other += v->n_other;
        if (*k->field.missing && strcmp(v->text, k->field.missing) == 0)
            n_missing += v->n_train + v->n_other;
        else
            MOTE_TRY(look_at_value(l, k, v, err));
    }
    k->n_missing += n_missing;
    if (in->marker && *in->marker && strcmp(in->marker, k->field.missing) != 0)
        MOTE_TRY(keep_first(l->c, &k->marker, in->marker, err));
    if (in->hint && is_numeric(k) && strstr(in->hint, "stand for 'missing'") &&
        !*k->field.missing) {
        MOTE_TRY(keep_first(l->c, &k->odd, in->hint, err));
        k->n_odd++;
    }
    if (!k->is_input)
        return MOTE_OK;
    MOTE_TRY(hash_inputs(l, in, err));
    return look_for_leak(l, in, k, err);
}

/* Whose rows they are: the different groups. */
static mote_status look_at_groups(look *l, mote_err *err)
{
    const mote_project_table *t = table_of(l);
    const mote_table_column *in =
        *t->group ? mote_table_rows_find(l->t, &t->columns, t->group, 0) : NULL;
    for (uint32_t i = 0; in && i < in->n_texts; i++) {
        mote_seen_value one = {.text = in->texts[i]};
        MOTE_TRY(count_value(l->c, &l->seen->groups, &one, err));
    }
    return MOTE_OK;
}

static mote_status keep_rows(look *l, size_t file, mote_err *err)
{
    mote_seen_tables *s = l->seen;
    if (s->room - s->n_rows < l->t->n_rows) {
        mote_seen_row *more = NULL;
        size_t room = s->n_rows + l->t->n_rows; /* one table is the rule */
        MOTE_TRY(mote_arena_take(l->c->arena, room, sizeof *more, &more, err));
        if (s->n_rows > 0)
            memcpy(more, s->rows, s->n_rows * sizeof *more);
        s->rows = more;
        s->room = room;
    }
    for (size_t row = 0; row < l->t->n_rows; row++)
        s->rows[s->n_rows++] = (mote_seen_row){.all = l->t->row_hash[row],
                                               .inputs = l->inputs[row],
                                               .class_id = l->class_ids[row],
                                               .row = (uint32_t)row,
                                               .file = (uint32_t)file,
                                               .split = l->split[row]};
    return MOTE_OK;
}

static mote_status look_at_file(look *l, size_t i, mote_err *err)
{
    const mote_project_table *t = table_of(l);
    for (l->n_targets = 0; l->n_targets < t->target.n; l->n_targets++) {
        const char *asked = t->target.items[l->n_targets];
        if (!(l->target[l->n_targets] = mote_table_rows_find(l->t, &t->columns, asked, 0)))
            return MOTE_OK; /* as above */
    }
    if (!l->seen->columns)
        MOTE_TRY(begin(l, err));
    MOTE_TRY(find_splits(l, i, err));
    MOTE_TRY(find_answers(l, err));
    MOTE_TRY(look_at_groups(l, err));
    MOTE_TRY(mote_arena_take(&l->scratch, l->t->n_rows, sizeof *l->inputs, &l->inputs, err));
    for (size_t k = 0; k < l->seen->n_columns; k++) {
        mote_arena_mark mark = mote_arena_save(&l->scratch);
        MOTE_TRY(look_at_column(l, k, err));
        mote_arena_rewind(&l->scratch, mark);
    }
    return keep_rows(l, i, err);
}

static mote_status make_seen(mote_checker *c, mote_err *err)
{
    mote_seen_tables *s = NULL;
    mote_data_version *v = NULL;
    MOTE_TRY(mote_arena_take(c->arena, 1, sizeof *s, &s, err));
    MOTE_TRY(mote_arena_take(c->arena, 1, sizeof *v, &v, err));
    MOTE_TRY(
        mote_arena_take(c->arena, MOTE_TABLE_MAX_VALUES, sizeof *s->classes, &s->classes, err));
    MOTE_TRY(mote_arena_take(c->arena, MOTE_TABLE_MAX_VALUES, sizeof *s->counts, &s->counts, err));
    mote_status st = mote_version_load(c->store, "latest", c->arena, v, err);
    if (st != MOTE_OK && st != MOTE_NOT_FOUND)
        return st;
    s->version = st == MOTE_OK ? v : NULL;
    s->is_dealt = true;
    c->own = s;
    return MOTE_OK;
}

mote_status mote_table_look(mote_checker *c, size_t i, const mote_decoded *d, mote_err *err)
{
    if (c->cfg->cut.table.target.n == 0)
        return MOTE_OK; /* nothing is asked for */
    if (!c->own)
        MOTE_TRY(make_seen(c, err));
    look l = {.c = c, .seen = c->own, .t = mote_decoded_table(d)};
    mote_arena_init(&l.scratch, (size_t)2 << 30);
    mote_status st = look_at_file(&l, i, err);
    mote_arena_release(&l.scratch);
    return st;
}
