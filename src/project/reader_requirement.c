/* SPDX-License-Identifier: Apache-2.0 */
/* The list of requirements: each entry names a metric of metrics.def, which decides the unit of the
 * limit, where it can be measured and which side of it is the good one. */
#include <math.h>
#include <string.h>

#include "project/reader_internal.h"
#include "project/verdict.h"

/* The nodes of one entry, by key; NULL when absent. */
typedef struct {
    const mote_yaml_node *metric, *at_least, *at_most, *where, *target, *slice, *confidence;
} entry_nodes;

static const mote_schema_row *item_row(const char *name)
{
    char path[64];
    (void)mote_format(path, sizeof path, "requirements[].%s", name);
    const mote_schema_row *row = mote_schema_find(path, strlen(path));
    MOTE_BUG_IF(!row);
    return row;
}

static const mote_yaml_node **slot(entry_nodes *e, const char *name)
{
    struct {
        const char *name;
        const mote_yaml_node **node;
    } slots[] = {
        {"metric", &e->metric},         {"at_least", &e->at_least}, {"at_most", &e->at_most},
        {"where", &e->where},           {"target", &e->target},     {"slice", &e->slice},
        {"confidence", &e->confidence},
    };
    for (size_t i = 0; i < sizeof slots / sizeof slots[0]; i++)
        if (strcmp(slots[i].name, name) == 0)
            return slots[i].node;
    return NULL;
}

static bool sort_keys(mote_reader *r, const mote_yaml_node *map, entry_nodes *e)
{
    bool is_good = true;
    for (size_t i = 0; i < map->n; i++) {
        const mote_yaml_node *key = map->keys[i], **at = slot(e, key->text);
        if (!at) {
            mote_reader_unknown_key(r, key, "requirements[]");
            is_good = false;
        } else if (*at) {
            mote_reader_complain(r, key->line, key->column, "duplicate key '%s', first at line %d",
                                 key->text, (*at)->line);
            is_good = false;
        } else {
            *at = map->items[i];
        }
    }
    return is_good;
}

/* A number that does not exist for what the task says would be not yet known for ever. */
static bool is_answered(mote_reader *r, const mote_yaml_node *node, const mote_metric_row *m)
{
    if (!r->task || (m->answers & r->task->answers))
        return true;
    const char *of = "";
    for (int k = 0; k < MOTE_N_ANSWERS; k++)
        if (m->answers & MOTE_ONE_OF(k))
            of = mote_answer_name((mote_answer_kind)k);
    mote_reader_complain(r, node->line, node->column,
                         "'%s' is of answers of kind '%s', and task '%s' says '%s': see '%s'",
                         m->name, of, r->task->name, mote_answer_name(r->task->answer),
                         mote_metric_info(mote_metric_chief(r->task->answer))->name);
    return false;
}

static bool read_metric(mote_reader *r, const mote_yaml_node *entry, const entry_nodes *e,
                        mote_requirement *q)
{
    if (!e->metric) {
        mote_reader_complain(r, entry->line, entry->column,
                             "the requirement names no metric: add 'metric: accuracy'");
        return false;
    }
    const char *name = "";
    if (!mote_reader_set(r, item_row("metric"), e->metric, &name))
        return false;
    q->metric = mote_metric_find(name);
    if (q->metric < MOTE_N_METRICS)
        return is_answered(r, e->metric, mote_metric_info(q->metric));
    const char *names[MOTE_N_METRICS];
    for (size_t i = 0; i < MOTE_N_METRICS; i++)
        names[i] = mote_metric_info((mote_metric)i)->name;
    char shown[MOTE_SHOWN_BYTES];
    const char *near = mote_nearest(name, names, MOTE_N_METRICS);
    if (near)
        mote_reader_complain(r, e->metric->line, e->metric->column,
                             "unknown metric '%s', did you mean '%s'?",
                             mote_reader_shown(name, shown), near);
    else
        mote_reader_complain(
            r, e->metric->line, e->metric->column,
            "unknown metric '%s'; docs/mote-yaml.md lists them, such as 'accuracy' and 'ram_bytes'",
            mote_reader_shown(name, shown));
    return false;
}

static bool read_limit(mote_reader *r, const mote_yaml_node *entry, const entry_nodes *e,
                       mote_requirement *q)
{
    const mote_metric_row *m = mote_metric_info(q->metric);
    const mote_yaml_node *node = e->at_least ? e->at_least : e->at_most;
    if (!node || (e->at_least && e->at_most)) {
        mote_reader_complain(r, entry->line, entry->column,
                             "requirement '%s' needs one limit: '%s'", m->name,
                             m->is_higher_better ? "at_least" : "at_most");
        return false;
    }
    if (m->is_higher_better != (e->at_least != NULL)) {
        mote_reader_complain(
            r, node->line, node->column, "'%s' is better when it is %s: write '%s'", m->name,
            m->is_higher_better ? "higher" : "lower", m->is_higher_better ? "at_least" : "at_most");
        return false;
    }
    mote_err why;
    if (node->kind != MOTE_YAML_SCALAR || !node->is_plain ||
        mote_quantity_parse(node->text, node->len, m->unit, &q->limit, &why) != MOTE_OK) {
        mote_reader_complain(r, node->line, node->column, "the limit of '%s' must be %s", m->name,
                             mote_unit_accepts(m->unit));
        return false;
    }
    if (!(q->limit >= m->lo && q->limit <= m->hi)) {
        mote_reader_complain(r, node->line, node->column,
                             "the limit of '%s' must be from %g to %g, not %g", m->name, m->lo,
                             m->hi, q->limit);
        return false;
    }
    q->is_at_least = e->at_least != NULL;
    return true;
}

static bool read_place(mote_reader *r, const entry_nodes *e, mote_requirement *q)
{
    const mote_metric_row *m = mote_metric_info(q->metric);
    q->where = m->preset_place;
    if (!e->where)
        return true;
    const char *name = "";
    if (!mote_reader_set(r, item_row("where"), e->where, &name))
        return false;
    unsigned place = MOTE_AT_TEST;
    while (strcmp(mote_place_name((mote_place)place), name) != 0)
        place <<= 1;
    if (!((m->places | MOTE_AT_FIELD) & place)) {
        mote_reader_complain(r, e->where->line, e->where->column,
                             "'%s' is not measured at '%s' but at '%s'", m->name, name,
                             mote_place_name(m->preset_place));
        return false;
    }
    q->where = (mote_place)place;
    return true;
}

static bool read_rest(mote_reader *r, const entry_nodes *e, mote_requirement *q)
{
    q->target = "";
    q->slice = "";
    if (e->target && q->where != MOTE_AT_DEVICE) {
        mote_reader_complain(r, e->target->line, e->target->column,
                             "'target' belongs to 'where: device'");
        return false;
    }
    if (e->slice && q->where != MOTE_AT_TEST) {
        mote_reader_complain(r, e->slice->line, e->slice->column,
                             "'slice' belongs to 'where: test'");
        return false;
    }
    if (e->target && !mote_reader_set(r, item_row("target"), e->target, &q->target))
        return false;
    if (e->slice && !mote_reader_set(r, item_row("slice"), e->slice, &q->slice))
        return false;
    return !e->confidence ||
           mote_reader_set(r, item_row("confidence"), e->confidence, &q->confidence);
}

static bool set_id(mote_reader *r, mote_requirement *q)
{
    const mote_measured_at at = {q->metric, q->where, q->target, q->slice};
    if (mote_measurement_id(&at, r->arena, &q->id, NULL) != MOTE_OK)
        r->fatal = MOTE_NOMEM;
    return q->id != NULL;
}

static const mote_requirement *find_id(const mote_project *p, const char *id)
{
    for (size_t i = 0; i < p->n_requirements; i++)
        if (strcmp(p->requirements[i].id, id) == 0)
            return &p->requirements[i];
    return NULL;
}

static void read_entry(mote_reader *r, const mote_yaml_node *entry)
{
    mote_project *p = r->project;
    entry_nodes e = {0};
    mote_requirement q = {.line = entry->line, .column = entry->column};
    if (entry->kind != MOTE_YAML_MAP) {
        mote_reader_complain(r, entry->line, entry->column,
                             "a requirement is a block of keys such as '- metric: accuracy' with "
                             "'at_least: 92 %%' below");
        return;
    }
    bool is_sorted = sort_keys(r, entry, &e);
    if (!read_metric(r, entry, &e, &q) || !is_sorted)
        return;
    bool has_limit = read_limit(r, entry, &e, &q);
    if (!read_place(r, &e, &q) || !read_rest(r, &e, &q) || !has_limit)
        return;
    /* The id waits for the target when it is device.target, which may stand further down. */
    p->requirements[p->n_requirements++] = q;
}

void mote_reader_requirements(mote_reader *r, const mote_yaml_node *node)
{
    mote_project *p = r->project;
    if (node->kind == MOTE_YAML_SCALAR && node->is_plain && node->len == 0)
        return;
    if (node->kind != MOTE_YAML_LIST) {
        mote_reader_complain(r, node->line, node->column,
                             "'requirements' must be a list of '- metric: ...'");
        return;
    }
    if (node->n > MOTE_PROJECT_MAX_REQUIREMENTS) {
        mote_reader_complain(r, node->line, node->column, "more than %d requirements",
                             MOTE_PROJECT_MAX_REQUIREMENTS);
        return;
    }
    p->requirements =
        mote_reader_alloc(r, MOTE_PROJECT_MAX_REQUIREMENTS + 8, sizeof *p->requirements);
    for (size_t i = 0; i < node->n && r->fatal == MOTE_OK; i++)
        read_entry(r, node->items[i]);
}

/* Is the slice one of several values, and the metric one of values? */
static bool is_value(const mote_reader *r, const mote_requirement *q)
{
    const mote_project_table *t = &r->project->table;
    return t->target.n > 1 && mote_table_asks(t, q->slice) &&
           mote_metric_info(q->metric)->answers == MOTE_ONE_OF(MOTE_ANSWER_VALUE);
}

/* A slice that nobody measures would be not yet known for ever. */
static void check_slice(mote_reader *r, const mote_requirement *q)
{
    const mote_project_conditions *all = &r->project->conditions;
    char list[256] = "", shown[MOTE_SHOWN_BYTES];
    if (is_value(r, q))
        return;
    for (size_t i = 0; i < all->n; i++) {
        size_t used = strlen(list);
        if (strcmp(all->items[i].name, q->slice) == 0)
            return;
        (void)mote_format(list + used, sizeof list - used, "%s'%s'", used ? ", " : "",
                          all->items[i].name);
    }
    mote_reader_complain(r, q->line, q->column,
                         "no condition '%s' is tested%s%s: 'conditions' lists them",
                         mote_reader_shown(q->slice, shown), *list ? ", only " : "", list);
}

static void finish_written(mote_reader *r)
{
    mote_project *p = r->project;
    size_t n = p->n_requirements;
    p->n_requirements = 0; /* grows again, so that each is compared with those before */
    for (size_t i = 0; i < n; i++) {
        mote_requirement *q = &p->requirements[i];
        if (q->where == MOTE_AT_DEVICE && !*q->target)
            q->target = p->device.target;
        if (*q->slice && mote_reader_is_good(r, "conditions"))
            check_slice(r, q);
        if (!set_id(r, q))
            return;
        const mote_requirement *first = find_id(p, q->id);
        if (first)
            mote_reader_complain(r, q->line, q->column,
                                 "requirement '%s' is there twice, first at line %d", q->id,
                                 first->line);
        p->n_requirements++;
    }
}

void mote_reader_implied_requirements(mote_reader *r)
{
    mote_project *p = r->project;
    const mote_project_device *d = &p->device;
    const struct {
        mote_metric metric;
        const char *path;
        double limit;
    } implied[] = {
        {MOTE_METRIC_ram_bytes, "device.budget.ram", (double)d->ram_bytes},
        {MOTE_METRIC_flash_bytes, "device.budget.flash", (double)d->flash_bytes},
        {MOTE_METRIC_stack_bytes, "device.budget.stack", (double)d->stack_bytes},
        {MOTE_METRIC_latency_ms, "device.budget.latency_ms", d->latency_ms},
        {MOTE_METRIC_inferences_per_second, "device.budget.inferences_per_second",
         d->inferences_per_second},
        {MOTE_METRIC_energy_uj, "device.budget.energy_uj", d->energy_uj},
    };
    size_t n_implied = sizeof implied / sizeof implied[0];
    if (!p->requirements)
        p->requirements = mote_reader_alloc(r, n_implied, sizeof *p->requirements);
    if (r->fatal == MOTE_OK)
        finish_written(r);
    size_t n_rows;
    const mote_schema_row *rows = mote_schema_rows(&n_rows);
    for (size_t i = 0; i < n_implied && r->fatal == MOTE_OK; i++) {
        if (!(implied[i].limit > 0))
            continue;
        const mote_key_place *at =
            &r->places[mote_schema_find(implied[i].path, strlen(implied[i].path)) - rows];
        mote_requirement q = {.metric = implied[i].metric,
                              .limit = implied[i].limit,
                              .where = MOTE_AT_DEVICE,
                              .is_at_least = mote_metric_info(implied[i].metric)->is_higher_better,
                              .target = d->target,
                              .slice = "",
                              .line = at->line,
                              .column = at->column,
                              .is_implied = true};
        if (set_id(r, &q) && !find_id(p, q.id))
            p->requirements[p->n_requirements++] = q;
    }
}
