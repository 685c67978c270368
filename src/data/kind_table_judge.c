/* SPDX-License-Identifier: Apache-2.0 */
/* Findings about tables: columns by rules of a list, rows that are there twice or contradict each
 * other, answers that are missing or rare. What was seen: kind_table_check.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/unicode.h"
#include "data/kind_table_check.h"

#define MUCH_MISSING  0.05 /* share of cells from which it is worth knowing .. */
#define MOST_MISSING  0.5  /* .. and from which the column probably says little */
#define MANY_OUTSIDE  0.01 /* share of numbers outside of the range of training */
#define LIKE_SHARE    0.95 /* of texts that look like something else */
#define FEW_LIKE      20   /* cells of which that says nothing */
#define LEAK          0.99 /* share of the errors that a column alone takes away */
#define MANY_CONTRARY 0.01 /* share of rows that contradict others */
#define MOST_BYTES    80   /* of a cell that is shown */

/* ---- columns --------------------------------------------------------------------------------- */

typedef struct {
    const char *id;
    mote_finding_severity severity, grave; /* grave: when it is so of one column at least */
    const char *what, *remedy;
    bool (*concerns)(const mote_seen_column *k);
    bool (*is_grave)(const mote_seen_column *k); /* NULL: never */
    void (*say)(const mote_seen_column *k, mote_buf *b);
} column_rule;

static void add_cell(mote_buf *b, const char *text)
{
    size_t n = strlen(text);
    mote_buf_char(b, '\'');
    mote_buf_shown(b, text, n < MOST_BYTES ? n : MOST_BYTES, false);
    mote_buf_char(b, '\'');
}

static double share_of(size_t n, size_t all)
{
    return all > 0 ? (double)n / (double)all : 0;
}

static bool is_constant(const mote_seen_column *k)
{
    const bool is_empty = k->n_missing == k->n_rows;
    return k->is_input || !k->is_stated ? is_empty || (!k->is_varied && k->n_missing == 0) : false;
}

static void say_constant(const mote_seen_column *k, mote_buf *b)
{
    mote_buf_str(b, *k->only ? "always " : "every cell is missing");
    if (*k->only)
        add_cell(b, k->only);
}

static bool is_lacking(const mote_seen_column *k)
{
    return k->is_input && k->n_missing < k->n_rows &&
           share_of(k->n_missing, k->n_rows) >= MUCH_MISSING;
}

static bool is_mostly_lacking(const mote_seen_column *k)
{
    return share_of(k->n_missing, k->n_rows) >= MOST_MISSING;
}

static void say_lacking(const mote_seen_column *k, mote_buf *b)
{
    mote_buf_printf(b, "%.1f %% missing (%zu of %zu)", 100 * share_of(k->n_missing, k->n_rows),
                    k->n_missing, k->n_rows);
}

static bool has_marker(const mote_seen_column *k)
{
    return k->is_input && k->marker != NULL;
}

static void say_marker(const mote_seen_column *k, mote_buf *b)
{
    add_cell(b, k->marker);
    mote_buf_printf(b, " is read as missing (missing cells: %zu)", k->n_missing);
}

static bool has_odd(const mote_seen_column *k)
{
    return k->n_odd > 0;
}

static bool is_numeric(const mote_seen_column *k)
{
    return k->field.type == MOTE_FIELD_NUMBER || k->field.type == MOTE_FIELD_INTEGER;
}

static void say_odd(const mote_seen_column *k, mote_buf *b)
{
    if (is_numeric(k)) { /* the hint says it all */
        mote_buf_shown(b, k->odd, strlen(k->odd), false);
        return;
    }
    add_cell(b, k->odd);
    mote_buf_printf(b, " is a value like others (cells: %zu)", k->n_odd);
}

static bool has_unfit(const mote_seen_column *k)
{
    return k->n_unfit > 0;
}

static void say_unfit(const mote_seen_column *k, mote_buf *b)
{
    mote_buf_printf(b, "%zu are no %s, such as ", k->n_unfit, mote_field_type_name(k->field.type));
    add_cell(b, k->unfit);
}

static bool is_like(const mote_seen_column *k, size_t n)
{
    bool is_code = k->found != MOTE_COLUMN_CATEGORY && k->found != MOTE_COLUMN_TEXT &&
                   k->found != MOTE_COLUMN_ID; /* numbers that are stated as categories */
    return !is_code && k->n_texts >= FEW_LIKE && share_of(n, k->n_texts) >= LIKE_SHARE;
}

static bool is_like_number(const mote_seen_column *k)
{
    double x;
    bool is_counter =
        k->found == MOTE_COLUMN_ID && k->like && mote_parse_f64(k->like, strlen(k->like), &x);
    return !is_counter && is_like(k, k->n_like_number);
}

static bool is_like_date(const mote_seen_column *k)
{
    return is_like(k, k->n_like_date);
}

static void say_like(const mote_seen_column *k, mote_buf *b)
{
    add_cell(b, k->like);
    mote_buf_str(b, k->is_input ? " is taken as a category" : " is taken as a text, and left out");
}

/* Rows of the other splits with a value that no training row has. */
static size_t count_unseen(const mote_seen_column *k)
{
    size_t n = 0;
    for (size_t i = 0; i < k->values.n; i++)
        n += k->values.items[i].text && k->values.items[i].n_train == 0 ? k->values.items[i].n_other
                                                                        : 0;
    return n;
}

static bool has_unseen(const mote_seen_column *k)
{
    return k->n_train > 0 && count_unseen(k) > 0;
}

static void say_unseen(const mote_seen_column *k, mote_buf *b)
{
    const size_t n = count_unseen(k);
    const mote_seen_value *v = k->values.items;
    while (v->n_train > 0)
        v++;
    add_cell(b, v->text);
    mote_buf_printf(b, "%s is in no training row (rows of the other splits: %zu)",
                    n > v->n_other ? " and others" : "", n);
}

static bool is_outside(const mote_seen_column *k, const mote_seen_value *v)
{
    return !v->text && (v->number < k->min || v->number > k->max);
}

static size_t count_outside(const mote_seen_column *k)
{
    size_t n = 0;
    for (size_t i = 0; i < k->values.n; i++)
        n += is_outside(k, &k->values.items[i]) ? k->values.items[i].n_other : 0;
    return n;
}

static bool has_outside(const mote_seen_column *k)
{
    return k->min <= k->max && count_outside(k) > 0;
}

static bool has_many_outside(const mote_seen_column *k)
{
    return share_of(count_outside(k), k->n_other) >= MANY_OUTSIDE;
}

static void say_outside(const mote_seen_column *k, mote_buf *b)
{
    const mote_seen_value *far = NULL;
    for (size_t i = 0; i < k->values.n; i++) {
        const mote_seen_value *v = &k->values.items[i];
        const double out = fmax(k->min - v->number, v->number - k->max);
        if (is_outside(k, v) && (!far || out > fmax(k->min - far->number, far->number - k->max)))
            far = v;
    }
    mote_buf_printf(b, "training has %g to %g, %zu of %zu others are outside, as far as %g", k->min,
                    k->max, count_outside(k), k->n_other, far ? far->number : 0.0);
}

static bool is_leak(const mote_seen_column *k)
{
    return k->alone >= LEAK;
}

static void say_leak(const mote_seen_column *k, mote_buf *b)
{
    mote_buf_printf(b, "it alone takes away %.1f %% of the errors of a constant answer",
                    100 * k->alone);
}

static const column_rule rules[] = {
    {"constant-column", MOTE_FINDING_NOTE, MOTE_FINDING_NOTE, "columns that never change",
     "leave them out with 'treat: [ignore]': nothing can be learned from them", is_constant, NULL,
     say_constant},
    {"missing-cells", MOTE_FINDING_NOTE, MOTE_FINDING_WARNING, "columns that lack cells",
     "find out why they are missing; 'treat: [missing]' tells the model that they are, and a "
     "column that is mostly empty can be left out with 'treat: [ignore]'",
     is_lacking, is_mostly_lacking, say_lacking},
    {"missing-marker", MOTE_FINDING_NOTE, MOTE_FINDING_NOTE,
     "columns with a marker for missing cells that mote.yaml does not name",
     "state it in table.columns, as in \"missing: '?'\"; if it is a value, write another word",
     has_marker, NULL, say_marker},
    {"value-like-marker", MOTE_FINDING_NOTE, MOTE_FINDING_WARNING,
     "columns with a value that looks like a marker for missing cells",
     "if it stands for nothing, state it in table.columns, as in \"missing: 'unknown'\"", has_odd,
     is_numeric, say_odd},
    {"not-of-type", MOTE_FINDING_WARNING, MOTE_FINDING_WARNING,
     "columns with cells that are not of their type, which are read as missing",
     "mend the cells, state the marker in 'missing', or another type", has_unfit, NULL, say_unfit},
    {"text-like-number", MOTE_FINDING_WARNING, MOTE_FINDING_WARNING,
     "columns of texts that look like numbers",
     "write plain numbers: no unit, no currency, no marks between thousands", is_like_number, NULL,
     say_like},
    {"text-like-date", MOTE_FINDING_WARNING, MOTE_FINDING_WARNING,
     "columns of texts that look like dates",
     "write all of them in one format, and state it: 'type: date, format: %Y-%m-%d'", is_like_date,
     NULL, say_like},
    {"unseen-category", MOTE_FINDING_WARNING, MOTE_FINDING_WARNING,
     "columns with a category that only validation or test has",
     "nothing is learned of it: add training rows that have it, or join rare categories",
     has_unseen, NULL, say_unseen},
    {"outside-training", MOTE_FINDING_NOTE, MOTE_FINDING_WARNING,
     "columns with numbers in validation or test outside of the range of training",
     "look whether they are errors; else training lacks such rows", has_outside, has_many_outside,
     say_outside},
    {"leak", MOTE_FINDING_WARNING, MOTE_FINDING_WARNING,
     "columns that give the answer away by themselves",
     "if it is only known once the answer is, leave it out with 'treat: [ignore]'", is_leak, NULL,
     say_leak},
};

static mote_status judge_columns(mote_checker *c, const column_rule *r, mote_err *err)
{
    const mote_seen_tables *s = c->own;
    size_t n = 0;
    bool is_grave = false;
    for (size_t i = 0; i < s->n_columns; i++) {
        const mote_seen_column *k = &s->columns[i];
        if (k->n_rows == 0 || !r->concerns(k))
            continue;
        n++;
        is_grave = is_grave || (r->is_grave && r->is_grave(k));
    }
    if (n == 0)
        return MOTE_OK;
    mote_finding *f;
    MOTE_TRY(mote_check_find(c,
                             &(mote_finding){.id = r->id,
                                             .severity = is_grave ? r->grave : r->severity,
                                             .count = n,
                                             .remedy = r->remedy},
                             &f, err, "%s: %zu", r->what, n));
    for (size_t i = 0; i < s->n_columns; i++) {
        const mote_seen_column *k = &s->columns[i];
        if (k->n_rows == 0 || !r->concerns(k))
            continue;
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 4096);
        mote_buf_shown(&b, k->name, strlen(k->name), false);
        mote_buf_str(&b, ": ");
        r->say(k, &b);
        MOTE_TRY(mote_buf_status(&b, err));
        MOTE_TRY(mote_check_example(c, f, err, "%s", b.data));
    }
    return MOTE_OK;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static int compare_whole(const void *a, const void *b)
{
    const mote_seen_row *x = a, *y = b;
    if (x->all != y->all)
        return x->all < y->all ? -1 : 1;
    if (x->split != y->split)
        return x->split < y->split ? -1 : 1;
    return x->file != y->file ? (x->file < y->file ? -1 : 1)
                              : (x->row > y->row) - (x->row < y->row);
}

static int compare_inputs(const void *a, const void *b)
{
    const mote_seen_row *x = a, *y = b;
    if (x->inputs != y->inputs)
        return x->inputs < y->inputs ? -1 : 1;
    if (x->class_id != y->class_id)
        return x->class_id < y->class_id ? -1 : 1;
    return x->file != y->file ? (x->file < y->file ? -1 : 1)
                              : (x->row > y->row) - (x->row < y->row);
}

/* Two rows that a finding shows beside each other. */
typedef struct {
    size_t n, n_pairs;
    const mote_seen_row *first[MOTE_FINDING_EXAMPLES], *second[MOTE_FINDING_EXAMPLES];
} row_pairs;

static void add_pair(row_pairs *p, size_t n, const mote_seen_row *first,
                     const mote_seen_row *second)
{
    p->n += n;
    if (n == 0 || p->n_pairs == MOTE_FINDING_EXAMPLES)
        return;
    p->first[p->n_pairs] = first;
    p->second[p->n_pairs++] = second;
}

static mote_status show_pairs(mote_checker *c, mote_finding *f, const row_pairs *p, mote_err *err)
{
    const mote_seen_tables *s = c->own;
    for (size_t i = 0; i < p->n_pairs; i++) {
        const mote_seen_row *x = p->first[i], *y = p->second[i];
        const bool is_class =
            x->class_id != y->class_id && x->class_id < s->n_classes && y->class_id < s->n_classes;
        MOTE_TRY(mote_check_example(
            c, f, err, "%s: row %zu (%s) = %s: row %zu (%s)", c->rows[x->file].source,
            (size_t)x->row + 1,
            is_class ? s->classes[x->class_id] : mote_split_name((mote_split)x->split),
            c->rows[y->file].source, (size_t)y->row + 1,
            is_class ? s->classes[y->class_id] : mote_split_name((mote_split)y->split)));
    }
    return MOTE_OK;
}

static mote_status judge_twins(mote_checker *c, mote_err *err)
{
    const mote_seen_tables *s = c->own;
    row_pairs same = {0}, across = {0};
    mote_finding *f;
    qsort(s->rows, s->n_rows, sizeof *s->rows, compare_whole);
    for (size_t i = 0, end; i < s->n_rows; i = end) {
        const mote_seen_row *first = &s->rows[i], *other = NULL;
        size_t n_other = 0;
        for (end = i + 1; end < s->n_rows && s->rows[end].all == first->all; end++) {
            bool is_across = s->rows[end].split != first->split;
            other = is_across && !other ? &s->rows[end] : other;
            n_other += is_across ? 1 : 0;
        }
        add_pair(&same, end - i - 1 - n_other, first, first + 1);
        add_pair(&across, n_other, first, other);
    }
    if (same.n > 0) {
        MOTE_TRY(mote_check_find(
            c,
            &(mote_finding){.id = "duplicate-rows",
                            .severity = MOTE_FINDING_NOTE,
                            .count = same.n,
                            .remedy =
                                "if they are the same thing twice, remove one; if many things are "
                                "alike, nothing needs to be done"},
            &f, err, "rows that are there more than once in a split: %zu", same.n));
        MOTE_TRY(show_pairs(c, f, &same, err));
    }
    if (across.n == 0)
        return MOTE_OK;
    MOTE_TRY(mote_check_find(
        c,
        &(mote_finding){.id = "duplicate-across-splits",
                        .severity = MOTE_FINDING_WARNING,
                        .count = across.n,
                        .remedy =
                            "if they are the same thing, remove one of them: the test must not "
                            "hold what was trained on"},
        &f, err, "rows of one split that are in another too: %zu", across.n));
    return show_pairs(c, f, &across, err);
}

/* Rows that are alike to the model and differ in their class: all but the commonest of each kind
 * are wrong, whatever the model is. */
static mote_status judge_contradictions(mote_checker *c, mote_err *err)
{
    const mote_seen_tables *s = c->own;
    row_pairs contrary = {0};
    mote_finding *f;
    qsort(s->rows, s->n_rows, sizeof *s->rows, compare_inputs);
    for (size_t i = 0, end; i < s->n_rows; i = end) {
        size_t n = 0, most = 0, same = 0;
        for (end = i; end < s->n_rows && s->rows[end].inputs == s->rows[i].inputs &&
                      s->rows[end].class_id != MOTE_TABLE_NO_CLASS;
             end++) {
            same = end > i && s->rows[end].class_id == s->rows[end - 1].class_id ? same + 1 : 1;
            most = same > most ? same : most;
            n++;
        }
        if (end == i) /* it says nothing */
            end++;
        else
            add_pair(&contrary, n - most, &s->rows[i], &s->rows[end - 1]);
    }
    if (contrary.n == 0)
        return MOTE_OK;
    const double share = share_of(contrary.n, s->n_rows);
    MOTE_TRY(mote_check_find(
        c,
        &(mote_finding){.id = "contradicting-rows",
                        .severity =
                            share > MANY_CONTRARY ? MOTE_FINDING_WARNING : MOTE_FINDING_NOTE,
                        .count = contrary.n,
                        .remedy = "find the column that tells them apart, or mend the answers"},
        &f, err,
        "rows that are like others in every column but the answer: %zu; no model is right in more "
        "than %.1f %% of all rows",
        contrary.n, 100 * (1 - share)));
    return show_pairs(c, f, &contrary, err);
}

/* ---- answers --------------------------------------------------------------------------------- */

/* How much there is of each label: those that are asked for, else those that are there. */
static mote_status judge_classes(mote_checker *c, mote_err *err)
{
    const mote_seen_tables *s = c->own;
    const mote_check_config *before = c->cfg;
    mote_check_config cfg = *before;
    mote_class_count *counts = s->counts;
    bool is_named = false;
    for (size_t i = 0; i < cfg.n_labels; i++) /* a table is called _rows_ */
        is_named = is_named || strcmp(cfg.labels[i], MOTE_LABEL_ROWS) != 0;
    if (!is_named) {
        cfg.labels = s->classes;
        cfg.n_labels = s->n_classes;
    } else {
        MOTE_TRY(mote_arena_take(c->arena, cfg.n_labels, sizeof *counts, &counts, err));
        for (size_t i = 0; i < cfg.n_labels; i++)
            for (size_t k = 0; k < s->n_classes; k++)
                if (strcmp(cfg.labels[i], s->classes[k]) == 0)
                    counts[i] = s->counts[k];
    }
    c->cfg = &cfg;
    mote_status st = mote_check_counts(c, counts, s->is_dealt, err);
    c->cfg = before;
    return st;
}

static mote_status judge_unanswered(mote_checker *c, mote_err *err)
{
    const mote_seen_tables *s = c->own;
    char asked[MOTE_ASKED_BYTES];
    if (s->n_unanswered == 0)
        return MOTE_OK;
    return mote_check_find(
        c,
        &(mote_finding){.id = "no-answer",
                        .severity = MOTE_FINDING_WARNING,
                        .count = s->n_unanswered,
                        .remedy = "fill in the answer, or remove the rows"},
        NULL, err, "rows without an answer in '%s', which are left out: %zu of %zu",
        mote_columns_asked(&c->cfg->cut.table, asked), s->n_unanswered, s->n_rows);
}

static mote_status judge_groups(mote_checker *c, mote_err *err)
{
    const mote_seen_tables *s = c->own;
    const int min = c->cfg->min_groups;
    if (!*c->cfg->cut.table.group || min <= 0 || s->groups.n >= (size_t)min)
        return MOTE_OK;
    MOTE_TRY(mote_check_find(
        c,
        &(mote_finding){.id = "few-groups",
                        .severity = MOTE_FINDING_ERROR,
                        .count = s->groups.n,
                        .remedy = "add rows of more groups, or lower data.require.min_groups"},
        NULL, err, "groups in '%s': %zu, required are %d", c->cfg->cut.table.group, s->groups.n,
        min));
    mote_check_must(c);
    return MOTE_OK;
}

mote_status mote_table_judge(mote_checker *c, mote_err *err)
{
    c->unit = "row";
    c->units = "rows";
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        MOTE_TRY(judge_columns(c, &rules[i], err));
    MOTE_TRY(judge_twins(c, err));
    MOTE_TRY(judge_unanswered(c, err));
    MOTE_TRY(judge_groups(c, err));
    if (!c->cfg->of_classes)
        return MOTE_OK;
    MOTE_TRY(judge_contradictions(c, err));
    return judge_classes(c, err);
}
