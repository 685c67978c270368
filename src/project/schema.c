/* SPDX-License-Identifier: Apache-2.0 */
/* config.def and metrics.def expanded to tables; the field of every key is checked against the
 * key's type here, at compile time. */
#include "project/schema.h"

#include <string.h>

#include "project/targets.h"

/* Does a field have the C type of its key type? 1 or 0. */
#define FIELD_BOOL(f)   _Generic((f), bool : 1, default : 0)
#define FIELD_INT(f)    _Generic((f), int32_t : 1, default : 0)
#define FIELD_BIG(f)    _Generic((f), int64_t : 1, default : 0)
#define FIELD_NUM(f)    _Generic((f), double : 1, default : 0)
#define FIELD_TEXT(f)   _Generic((f), const char * : 1, default : 0)
#define FIELD_CHOICE(f) _Generic((f), const char * : 1, default : 0)
#define FIELD_SPAN(f)   _Generic((f), mote_span : 1, default : 0)
#define FIELD_SIZE2(f)  _Generic((f), mote_size2 : 1, default : 0)
#define FIELD_NAMES(f)  _Generic((f), mote_names : 1, default : 0)
#define FIELD_TEXTS(f)  _Generic((f), mote_names : 1, default : 0)
#define FIELD_SOME(f)   _Generic((f), mote_names : 1, default : 0)
#define FIELD_INTS(f)   _Generic((f), mote_ints : 1, default : 0)

#define REQUIRED MOTE_SCHEMA_REQUIRED
#define SECTION(path, doc)
#define ITEM(path, tasks, type, unit, lo, hi, choices, preset, field, doc)
#define KEY(path, tasks, type, unit, lo, hi, choices, preset, field, doc)                          \
    _Static_assert(FIELD_##type(((mote_project *)0)->field), path ": the field has another type");
#include "project/config.def"
#undef SECTION
#undef ITEM
#undef KEY

/* "keyword|sound|..": the choices of `task`, behind the first character. */
static const char task_choices[] =
#define TASK(id, ...) "|" #id
#include "project/tasks.def"
    ;
#define MOTE_TASK_CHOICES (task_choices + 1)

/* The same of `device.target`. */
static const char target_choices[] =
#define TARGET(name, ...) "|" name
#include "project/targets.def"
#undef TARGET
    ;
#define MOTE_TARGET_CHOICES (target_choices + 1)

/* The same of `model.architecture`. */
static const char arch_choices[] =
#define ARCH(id, name, ...) "|" name
#include "project/archs.def"
#undef ARCH
    ;
#define MOTE_ARCH_CHOICES (arch_choices + 1)

/* The same of `training.loss`. */
static const char loss_choices[] =
#define LOSS(id, name, ...) "|" #name
#include "project/losses.def"
#undef LOSS
    ;
#define MOTE_LOSS_CHOICES (loss_choices + 1)

/* The same of `conditions[].like`; the first is that it is like none. */
static const char condition_choices[] = "none"
#define CONDITION(name, ...) "|" name
#include "project/conditions.def"
#undef CONDITION
    ;
#define MOTE_CONDITION_CHOICES condition_choices

static const mote_schema_row rows[] = {
#define SECTION(path, doc) {path, MOTE_KEY_SECTION, MOTE_UNIT_NONE, 0, 0, NULL, NULL, 0, doc, 0},
#define KEY(path, tasks, type, unit, lo, hi, choices, preset, field, doc)                          \
    {path,                                                                                         \
     MOTE_KEY_##type,                                                                              \
     MOTE_UNIT_##unit,                                                                             \
     lo,                                                                                           \
     hi,                                                                                           \
     choices,                                                                                      \
     preset,                                                                                       \
     offsetof(mote_project, field),                                                                \
     doc,                                                                                          \
     tasks},
#define ITEM(path, tasks, type, unit, lo, hi, choices, preset, field, doc)                         \
    {path, MOTE_KEY_##type, MOTE_UNIT_##unit, lo, hi, choices, preset, 0, doc, tasks},
#include "project/config.def"
#undef SECTION
#undef KEY
#undef ITEM
};
#define N_ROWS (sizeof rows / sizeof rows[0])

static const struct {
    const char *path;
    uint32_t tasks;
    const char *words;
} insteads[] = {
#define SECTION(path, doc)
#define ITEM(path, tasks, type, unit, lo, hi, choices, preset, field, doc)
#define KEY(path, tasks, type, unit, lo, hi, choices, preset, field, doc)
#define INSTEAD(path, tasks, words) {path, tasks, words},
#include "project/config.def"
#undef SECTION
#undef ITEM
#undef KEY
};

#define HIGHER        true
#define LOWER         false
#define LOWEST_BIT(x) ((x) & (0u - (x)))
static const mote_metric_row metrics[MOTE_N_METRICS] = {
#define METRIC(id, answers, unit, better, nature, places, lo, hi, doc)                             \
    {#id,    MOTE_UNIT_##unit,                                                                     \
     better, MOTE_NATURE_##nature,                                                                 \
     places, (mote_place)LOWEST_BIT((unsigned)(places)),                                           \
     lo,     hi,                                                                                   \
     doc,    answers},
#include "project/metrics.def"
#undef METRIC
};

static const mote_metric chiefs[MOTE_N_ANSWERS] = {
#define METRIC(id, answers, unit, better, nature, places, lo, hi, doc)
#define CHIEF(answer, id) [MOTE_ANSWER_##answer] = MOTE_METRIC_##id,
#include "project/metrics.def"
#undef METRIC
};

const mote_schema_row *mote_schema_rows(size_t *n)
{
    *n = N_ROWS;
    return rows;
}

const mote_schema_row *mote_schema_find(const char *path, size_t len)
{
    for (size_t i = 0; i < N_ROWS; i++)
        if (strlen(rows[i].path) == len && memcmp(rows[i].path, path, len) == 0)
            return &rows[i];
    return NULL;
}

const char *mote_schema_name(const mote_schema_row *row)
{
    const char *dot = strrchr(row->path, '.');
    return dot ? dot + 1 : row->path;
}

bool mote_schema_is_child(const mote_schema_row *row, const char *parent)
{
    size_t len = (size_t)(mote_schema_name(row) - row->path);
    size_t parent_len = strlen(parent);
    if (parent_len == 0)
        return len == 0;
    return len == parent_len + 1 && memcmp(row->path, parent, parent_len) == 0;
}

uint32_t mote_schema_tasks(const mote_schema_row *row)
{
    if (row->type != MOTE_KEY_SECTION)
        return row->tasks;
    uint32_t tasks = 0;
    size_t len = strlen(row->path);
    for (size_t i = 0; i < N_ROWS; i++) {
        const char *path = rows[i].path;
        if (strncmp(path, row->path, len) == 0 && (path[len] == '.' || path[len] == '['))
            tasks |= rows[i].tasks;
    }
    return tasks;
}

bool mote_schema_is_of(const mote_schema_row *row, const mote_task *task, mote_input_kind input)
{
    return !task || (mote_schema_tasks(row) & MOTE_TASK_ABOUT(mote_task_index(task), input)) != 0;
}

mote_input_kind mote_project_input(const mote_project *p)
{
    mote_input_kind input = MOTE_N_INPUTS;
    MOTE_BUG_IF(mote_input_parse(p->input, &input, NULL) != MOTE_OK); /* checked when it was read */
    return input;
}

bool mote_schema_is_of_project(const mote_schema_row *row, const mote_project *p)
{
    const mote_task *task = mote_task_find(p->task);
    return !task || mote_schema_is_of(row, task, mote_project_input(p));
}

const char *mote_schema_instead(const mote_schema_row *row, const mote_task *task)
{
    uint32_t flag = MOTE_TASK_ANY(mote_task_index(task));
    for (size_t i = 0; i < sizeof insteads / sizeof insteads[0]; i++)
        if ((insteads[i].tasks & flag) && strcmp(insteads[i].path, row->path) == 0)
            return insteads[i].words;
    return NULL;
}

const mote_metric_row *mote_metric_info(mote_metric metric)
{
    MOTE_BUG_IF(metric >= MOTE_N_METRICS);
    return &metrics[metric];
}

mote_metric mote_metric_chief(mote_answer_kind answer)
{
    MOTE_BUG_IF((int)answer < 0 || answer >= MOTE_N_ANSWERS);
    return chiefs[answer];
}

mote_metric mote_metric_find(const char *name)
{
    size_t i = 0;
    while (i < MOTE_N_METRICS && strcmp(metrics[i].name, name) != 0)
        i++;
    return (mote_metric)i;
}

const char *mote_place_name(mote_place place)
{
    switch (place) {
    case MOTE_AT_TEST:
        return "test";
    case MOTE_AT_STREAM:
        return "stream";
    case MOTE_AT_DEVICE:
        return "device";
    case MOTE_AT_SERVING:
        return "serving";
    case MOTE_AT_FIELD:
        return "field";
    }
    return "?";
}

static const char *space_unit(mote_unit unit, char *out, size_t out_bytes)
{
    const char *symbol = mote_unit_symbol(unit);
    (void)mote_format(out, out_bytes, "%s%s", *symbol ? " " : "", symbol);
    return out;
}

void mote_schema_describe(const mote_schema_row *row, char *out, size_t out_bytes)
{
    char unit[32];
    (void)space_unit(row->unit, unit, sizeof unit);
    switch (row->type) {
    case MOTE_KEY_SECTION:
        (void)mote_format(out, out_bytes, "a block of keys");
        break;
    case MOTE_KEY_BOOL:
        (void)mote_format(out, out_bytes, "true or false");
        break;
    case MOTE_KEY_INT:
    case MOTE_KEY_BIG:
        if (row->lo < row->hi)
            (void)mote_format(out, out_bytes, "a whole number from %.17g to %.17g%s", row->lo,
                              row->hi, unit);
        else
            (void)mote_format(out, out_bytes, "the number %.17g", row->lo);
        break;
    case MOTE_KEY_NUM:
        (void)mote_format(out, out_bytes, "a number from %.12g to %.12g%s", row->lo, row->hi, unit);
        break;
    case MOTE_KEY_TEXT:
        (void)mote_format(out, out_bytes, "a text of %.0f to %.0f bytes", row->lo, row->hi);
        break;
    case MOTE_KEY_CHOICE:
        (void)mote_format(out, out_bytes, "%s%s", strchr(row->choices, '|') ? "one of " : "",
                          row->choices);
        break;
    case MOTE_KEY_SPAN:
        (void)mote_format(out, out_bytes, "[low, high], each from %.12g to %.12g%s", row->lo,
                          row->hi, unit);
        break;
    case MOTE_KEY_SIZE2:
        (void)mote_format(out, out_bytes, "two whole numbers, each from %.0f to %.0f", row->lo,
                          row->hi);
        break;
    case MOTE_KEY_NAMES:
        (void)mote_format(out, out_bytes, "a list of %.0f to %.0f names", row->lo, row->hi);
        break;
    case MOTE_KEY_TEXTS:
        (void)mote_format(out, out_bytes, "a list of %.0f to %.0f texts", row->lo, row->hi);
        break;
    case MOTE_KEY_SOME:
        (void)mote_format(out, out_bytes, "a text of %.0f to %.0f bytes, or a list of at most %d",
                          row->lo, row->hi, MOTE_KEY_MAX_SOME);
        break;
    case MOTE_KEY_INTS:
        (void)mote_format(out, out_bytes, "a list of at most %d numbers from %.0f to %.0f",
                          MOTE_KEY_MAX_INTS, row->lo, row->hi);
        break;
    case MOTE_KEY_LIMIT:
        (void)mote_format(out, out_bytes, "a number in the unit of the metric");
        break;
    }
}

/* '|' would end the cell of a table. */
static void add_cell(mote_buf *out, const char *s)
{
    for (; *s; s++) {
        if (*s == '|')
            mote_buf_str(out, " \\");
        mote_buf_char(out, *s);
        if (*s == '|')
            mote_buf_char(out, ' ');
    }
}

static void add_tasks(mote_buf *out, const mote_schema_row *row)
{
    if (row->tasks == (1u << MOTE_N_TASKS * MOTE_N_INPUTS) - 1) {
        mote_buf_str(out, "all");
        return;
    }
    const char *comma = "";
    for (int i = 0; i < MOTE_N_TASKS; i++) {
        const mote_task *task = mote_task_get((mote_task_id)i);
        if (!(row->tasks & MOTE_TASK_ANY(i)))
            continue;
        mote_buf_printf(out, "%s%s", comma, task->name);
        comma = ", ";
        for (int k = 0; k < MOTE_N_INPUTS && (row->tasks & MOTE_TASK_ANY(i)) != MOTE_TASK_ANY(i);
             k++)
            if (row->tasks & MOTE_TASK_ABOUT(i, k))
                mote_buf_printf(out, " (%s)", mote_input_name((mote_input_kind)k));
    }
}

static void add_task_table(mote_buf *out)
{
    mote_buf_str(out, "\n### Tasks\n\n| task | comes in | is said | what it is |\n"
                      "|---|---|---|---|\n");
    for (int i = 0; i < MOTE_N_TASKS; i++) {
        const mote_task *task = mote_task_get((mote_task_id)i);
        mote_buf_printf(out, "| `%s` |", task->name);
        for (int k = 0; k < MOTE_N_INPUTS; k++)
            if (task->inputs & MOTE_ONE_OF(k))
                mote_buf_printf(out, "%s %s", task->inputs & (MOTE_ONE_OF(k) - 1) ? "," : "",
                                mote_input_name((mote_input_kind)k));
        mote_buf_str(out, " |");
        for (int k = 0; k < MOTE_N_ANSWERS; k++)
            if (task->answers & MOTE_ONE_OF(k))
                mote_buf_printf(out, "%s %s", task->answers & (MOTE_ONE_OF(k) - 1) ? "," : "",
                                mote_answer_name((mote_answer_kind)k));
        mote_buf_printf(out, " | %s |\n", task->doc);
    }
}

static void add_key_row(mote_buf *out, const mote_schema_row *row)
{
    char what[200];
    mote_schema_describe(row, what, sizeof what);
    mote_buf_printf(out, "| `%s` | ", row->path);
    add_cell(out, what);
    mote_buf_str(out, " | ");
    if (!row->preset)
        mote_buf_str(out, "");
    else if (strcmp(row->preset, MOTE_SCHEMA_REQUIRED) == 0)
        mote_buf_str(out, "required");
    else
        mote_buf_printf(out, "`%s`", *row->preset ? row->preset : "\"\"");
    mote_buf_str(out, " | ");
    add_cell(out, row->doc);
    mote_buf_str(out, " | ");
    add_tasks(out, row);
    mote_buf_str(out, " |\n");
}

static void add_metrics(mote_buf *out)
{
    mote_buf_str(out, "\n### Metrics\n\n| metric | unit | limit | where | answers | what it is |\n"
                      "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < MOTE_N_METRICS; i++) {
        const mote_metric_row *m = &metrics[i];
        const char *unit = m->unit == MOTE_UNIT_RATIO   ? "share or %"
                           : m->unit == MOTE_UNIT_MONEY ? "currency"
                                                        : mote_unit_symbol(m->unit);
        mote_buf_printf(out, "| `%s` | %s | %s |", m->name, unit,
                        m->is_higher_better ? "at_least" : "at_most");
        const char *comma = " ";
        for (unsigned place = 1; place <= MOTE_AT_SERVING; place <<= 1)
            if (m->places & place) {
                mote_buf_printf(out, "%s%s", comma, mote_place_name((mote_place)place));
                comma = ", ";
            }
        mote_buf_str(out, " |");
        if (m->answers == (1u << MOTE_N_ANSWERS) - 1)
            mote_buf_str(out, " all");
        for (int k = 0; k < MOTE_N_ANSWERS; k++)
            if (m->answers == MOTE_ONE_OF(k))
                mote_buf_printf(out, " %s", mote_answer_name((mote_answer_kind)k));
        mote_buf_printf(out, " | %s |\n", m->doc);
    }
}

void mote_schema_reference(mote_buf *out)
{
    static const char head[] = "| key | value | preset | meaning | tasks |\n"
                               "|---|---|---|---|---|\n";
    mote_buf_str(out, "### Top level\n\n");
    mote_buf_str(out, head);
    for (size_t i = 0; i < N_ROWS; i++) {
        const mote_schema_row *row = &rows[i];
        bool is_top_section = row->type == MOTE_KEY_SECTION && !strchr(row->path, '.');
        if (is_top_section) {
            mote_buf_printf(out, "\n### %s\n\n%s.\n\n%s", row->path, row->doc, head);
        } else if (row->type == MOTE_KEY_SECTION) {
            mote_buf_printf(out, "| `%s` | | | ", row->path);
            add_cell(out, row->doc);
            mote_buf_str(out, " | |\n");
        } else {
            add_key_row(out, row);
        }
    }
    add_task_table(out);
    add_metrics(out);
}
