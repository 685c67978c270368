/* SPDX-License-Identifier: Apache-2.0 */
/* Sections and parts of mote.yaml as canonical JSON, and as what a reader of them sees. */
#include "project/part.h"

#include <math.h>
#include <string.h>

#include "base/json.h"
#include "project/quantity.h"

/* ---- which keys ---- */

static const char *const sections[] = {
    "project", "task",         "image",        "data",     "anomaly",    "table",    "features",
    "model",   "training",     "augmentation", "compress", "conditions", "stream",   "value",
    "device",  "requirements", "consent",      "serving",  "monitor",    "schedule",
};

const char *const *mote_project_sections(size_t *n)
{
    *n = sizeof sections / sizeof sections[0];
    return sections;
}

static bool is_about(const mote_schema_row *row)
{
    return strcmp(row->path, "mote") == 0 || strcmp(row->path, "name") == 0;
}

/* The name of a row's section: its block at the top; "project" or "task" for a key there. */
static void section_of(const mote_schema_row *row, char out[static 64])
{
    size_t len = strcspn(row->path, ".[");
    if (row->path[len])
        (void)mote_format(out, 64, "%.*s", (int)len, row->path);
    else
        (void)mote_format(out, 64, "%s", is_about(row) ? "project" : "task");
}

bool mote_part_holds(const char *part, const mote_schema_row *row)
{
    if (row->type == MOTE_KEY_SECTION || strchr(row->path, '['))
        return false;
    if (!strchr(row->path, '.') && (strcmp(part, "project") == 0 || strcmp(part, "task") == 0))
        return is_about(row) == (strcmp(part, "project") == 0);
    size_t len = strlen(part);
    return strncmp(row->path, part, len) == 0 && (row->path[len] == 0 || row->path[len] == '.');
}

static bool hold(const char *const *parts, size_t n, const mote_schema_row *row)
{
    for (size_t i = 0; i < n; i++)
        if (mote_part_holds(parts[i], row))
            return true;
    return false;
}

/* ---- views ---- */

static void poison(const mote_schema_row *row, void *field)
{
    switch (row->type) {
    case MOTE_KEY_BOOL:
        *(bool *)field = false;
        break;
    case MOTE_KEY_INT:
        *(int32_t *)field = INT32_MIN;
        break;
    case MOTE_KEY_BIG:
        *(int64_t *)field = INT64_MIN;
        break;
    case MOTE_KEY_NUM:
        *(double *)field = (double)NAN;
        break;
    case MOTE_KEY_TEXT:
    case MOTE_KEY_CHOICE:
        *(const char **)field = NULL;
        break;
    case MOTE_KEY_SPAN:
        *(mote_span *)field = (mote_span){(double)NAN, (double)NAN};
        break;
    case MOTE_KEY_SIZE2:
        *(mote_size2 *)field = (mote_size2){INT32_MIN, INT32_MIN};
        break;
    case MOTE_KEY_NAMES:
    case MOTE_KEY_TEXTS:
    case MOTE_KEY_SOME:
        *(mote_names *)field = (mote_names){NULL, SIZE_MAX};
        break;
    case MOTE_KEY_INTS:
        *(mote_ints *)field = (mote_ints){NULL, SIZE_MAX};
        break;
    case MOTE_KEY_SECTION:
    case MOTE_KEY_LIMIT:
        break;
    }
}

static bool hold_key(const char *const *parts, size_t n, const char *path)
{
    const mote_schema_row *row = mote_schema_find(path, strlen(path));
    MOTE_BUG_IF(!row);
    return hold(parts, n, row);
}

/* Does training put clips under conditions? Then their list belongs to augmentation too. */
static bool trains_under(const mote_project *p)
{
    return p->augmentation.conditions > 0;
}

void mote_project_view(const mote_project *all, const char *const *parts, size_t n,
                       mote_project *out)
{
    size_t n_rows;
    const mote_schema_row *rows = mote_schema_rows(&n_rows);
    bool has_value = false, has_requirements = false, has_conditions = false;
    memcpy(out, all, sizeof *out); /* with the bytes between the fields */
    for (size_t i = 0; i < n_rows; i++) {
        if (rows[i].type == MOTE_KEY_SECTION || strchr(rows[i].path, '['))
            continue;
        bool is_held = hold(parts, n, &rows[i]);
        has_value = has_value || (is_held && strncmp(rows[i].path, "value.", 6) == 0);
        if (!is_held)
            poison(&rows[i], (char *)out + rows[i].offset);
    }
    for (size_t i = 0; i < n; i++)
        has_requirements = has_requirements || strcmp(parts[i], "requirements") == 0;
    for (size_t i = 0; i < n; i++)
        has_conditions = has_conditions || strcmp(parts[i], "conditions") == 0;
    has_conditions =
        has_conditions || (hold_key(parts, n, "augmentation.conditions") && trains_under(all));
    if (!has_conditions)
        out->conditions = (mote_project_conditions){NULL, SIZE_MAX};
    if (!hold_key(parts, n, "table.target"))
        out->table.columns = (mote_project_columns){NULL, SIZE_MAX};
    if (!hold_key(parts, n, "keywords") || !hold_key(parts, n, "unknown") ||
        !hold_key(parts, n, "silence"))
        out->classes = (mote_names){NULL, SIZE_MAX};
    if (!has_value)
        out->value.is_given = false;
    if (!has_requirements) {
        out->requirements = NULL;
        out->n_requirements = SIZE_MAX;
    }
}

static const struct {
    const char *part;
    mote_reader_id reader;
} readers[] = {
#define SECTION(path, doc)
#define ITEM(path, tasks, type, unit, lo, hi, choices, preset, field, doc)
#define KEY(path, tasks, type, unit, lo, hi, choices, preset, field, doc)
#define READ_BY(part, reader) {part, MOTE_READER_##reader},
#include "project/config.def"
#undef SECTION
#undef ITEM
#undef KEY
};
#define N_READ (sizeof readers / sizeof readers[0])

void mote_reader_view(const mote_project *all, mote_reader_id reader, mote_project *out)
{
    const char *parts[N_READ];
    size_t n = 0;
    for (size_t i = 0; i < N_READ; i++)
        if (readers[i].reader == reader)
            parts[n++] = readers[i].part;
    mote_project_view(all, parts, n, out);
}

bool mote_reader_reads(mote_reader_id reader, const mote_schema_row *row)
{
    for (size_t i = 0; i < N_READ; i++)
        if (readers[i].reader == reader && mote_part_holds(readers[i].part, row))
            return true;
    return false;
}

/* ---- JSON ---- */

/* Takes the reference of `value`, also when it fails; NULL means out of memory. */
static mote_status put(json_t *object, const char *key, json_t *value, mote_err *err)
{
    if (json_object_set_new(object, key, value) != 0)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of '%s'", key);
    return MOTE_OK;
}

static json_t *names_json(const mote_names *names)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < names->n; i++)
        if (json_array_append_new(list, json_string(names->items[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *ints_json(const mote_ints *ints)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < ints->n; i++)
        if (json_array_append_new(list, json_integer(ints->items[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *value_json(const mote_schema_row *row, const void *field)
{
    switch (row->type) {
    case MOTE_KEY_BOOL:
        return json_boolean(*(const bool *)field);
    case MOTE_KEY_INT:
        return json_integer(*(const int32_t *)field);
    case MOTE_KEY_BIG:
        return json_integer(*(const int64_t *)field);
    case MOTE_KEY_NUM:
        return json_real(*(const double *)field);
    case MOTE_KEY_TEXT:
    case MOTE_KEY_CHOICE:
        return json_string(*(const char *const *)field);
    case MOTE_KEY_SPAN: {
        const mote_span *s = field;
        return json_pack("[f,f]", s->lo, s->hi);
    }
    case MOTE_KEY_SIZE2: {
        const mote_size2 *s = field;
        return json_pack("[i,i]", (int)s->h, (int)s->w);
    }
    case MOTE_KEY_NAMES:
    case MOTE_KEY_TEXTS:
        return names_json(field);
    case MOTE_KEY_SOME: { /* one is a text, as it was when there could be but one */
        const mote_names *some = field;
        return some->n > 1 ? names_json(some) : json_string(some->n ? some->items[0] : "");
    }
    case MOTE_KEY_INTS:
        return ints_json(field);
    case MOTE_KEY_SECTION:
    case MOTE_KEY_LIMIT:
        break;
    }
    return NULL;
}

/* The object that holds the row's key: blocks inside the section are objects inside its object. */
static mote_status holder_of(json_t *object, const mote_schema_row *row, json_t **out,
                             mote_err *err)
{
    const char *s = strchr(row->path, '.');
    for (s = s ? s + 1 : row->path; strchr(s, '.'); s = strchr(s, '.') + 1) {
        char name[64];
        (void)mote_format(name, sizeof name, "%.*s", (int)strcspn(s, "."), s);
        json_t *inner = json_object_get(object, name);
        if (!inner) {
            MOTE_TRY(put(object, name, json_object(), err));
            inner = json_object_get(object, name);
        }
        object = inner;
    }
    *out = object;
    return MOTE_OK;
}

/* A range as its preset "[lo, hi]" says. */
static bool is_preset_span(const mote_schema_row *row, const void *field)
{
    mote_span value, preset = {0, 0};
    const char *lo = row->preset + 1, *hi = strchr(lo, ',');
    memcpy(&value, field, sizeof value);
    MOTE_BUG_IF(!hi);
    hi += 1 + (hi[1] == ' ');
    return mote_quantity_parse(lo, strcspn(lo, ","), row->unit, &preset.lo, NULL) == MOTE_OK &&
           mote_quantity_parse(hi, strcspn(hi, "]"), row->unit, &preset.hi, NULL) == MOTE_OK &&
           value.lo >= preset.lo && value.lo <= preset.lo && value.hi >= preset.hi &&
           value.hi <= preset.hi;
}

/* A text, a number, a range or an empty list as it is without the key. */
static bool is_preset_field(const mote_schema_row *row, const void *field)
{
    const char *text = NULL;
    int32_t number = 0;
    if (row->type == MOTE_KEY_SOME) {
        mote_names some;
        memcpy(&some, field, sizeof some);
        return some.n == 0 && !*row->preset;
    }
    if (row->type == MOTE_KEY_NAMES) { /* only empty lists are presets of what came later */
        mote_names names;
        memcpy(&names, field, sizeof names);
        return names.n == 0 && strcmp(row->preset, "[]") == 0;
    }
    if (row->type == MOTE_KEY_NUM) {
        double value = 0, preset = 0;
        memcpy(&value, field, sizeof value);
        return mote_quantity_parse(row->preset, strlen(row->preset), row->unit, &preset, NULL) ==
                   MOTE_OK &&
               value >= preset && value <= preset;
    }
    if (row->type == MOTE_KEY_SPAN)
        return is_preset_span(row, field);
    if (row->type == MOTE_KEY_INT) {
        memcpy(&number, field, sizeof number);
        return number == strtol(row->preset, NULL, 10);
    }
    memcpy(&text, field, sizeof text);
    return text && strcmp(text, row->preset) == 0;
}

/* The number of threads changes no result; and a key that came when there were projects already
 * says at its preset what held before, so that nothing that they have done becomes stale. */
static bool changes_nothing(const mote_project *p, const mote_schema_row *row)
{
    static const struct {
        const char *part;
        const char *task; /* NULL: whatever the task is */
    } later[] = {
        /* clang-format off */
        {"data.splits.by", NULL},
        {"data.time_column", NULL},
        {"data.time_unit", NULL},
        {"features.normalise", NULL},
        {"features.normalise_ms", NULL},
        {"features.pcen_gain", NULL},
        {"features.pcen_bias", NULL},
        {"features.pcen_power", NULL},
        {"data.axes", NULL},
        {"data.group_column", NULL},
        {"data.spoken", NULL}, {"data.few_words", NULL},
        {"model.kernel_steps", NULL},
        {"model.width", "keyword"},
        {"model.width", "sound"},
        {"model.width", "gesture"},
        {"augmentation.axis_noise", NULL},
        {"augmentation.magnitude", NULL},
        {"augmentation.delay_ms", NULL},
        {"augmentation.turn_deg", NULL},
        {"augmentation.position", NULL},
        {"augmentation.tempo", NULL},
        {"augmentation.vocal_tract", NULL},
        {"augmentation.world", NULL},
        {"augmentation.conditions", NULL},
        {"augmentation.babble", NULL},
#define EFFECT(key, ...) {"augmentation." key, NULL},
#include "project/effects.def"
        {"anomaly.adapt_ms", NULL},
        {"training.min_steps", NULL},
        {"training.head", NULL},
        {"training.seeds", NULL},
        {"training.average", NULL},
        {"training.average_span", NULL},
        {"stream", "gesture"},
        {"training.start", NULL},
        {"training.mining_rounds", NULL},
        {"training.mining_windows", NULL},
        {"training.freeze", NULL},
        {"training.views", NULL},
        {"training.thaw_epochs", NULL},
        {"training.thaw_rate", NULL},
        {"training.teacher", NULL},
        {"training.teacher_weight", NULL},
        {"training.teacher_temperature", NULL},
        /* clang-format on */
    };
    if (strcmp(row->path, "training.threads") == 0)
        return true;
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
        if (!mote_part_holds(later[i].part, row) ||
            (later[i].task && strcmp(later[i].task, p->task) != 0))
            continue;
        return is_preset_field(row, (const char *)p + row->offset);
    }
    return false;
}

/* Is it a key of this part, in this section? */
static bool is_in(const mote_schema_row *row, const char *part, const char *section)
{
    char of[64];
    section_of(row, of);
    return mote_part_holds(part, row) && strcmp(of, section) == 0;
}

/* The first key of a part, in a section (NULL: in any); NULL: there is none. */
static const mote_schema_row *first_key(const char *part, const char *section)
{
    size_t n;
    const mote_schema_row *rows = mote_schema_rows(&n);
    for (size_t i = 0; i < n; i++)
        if (section ? is_in(&rows[i], part, section) : mote_part_holds(part, &rows[i]))
            return &rows[i];
    return NULL;
}

/* Add the keys of a part to the object of their section. */
static mote_status add_keys(const mote_project *p, const char *part, const char *section,
                            bool for_hash, json_t *object, mote_err *err)
{
    size_t n;
    const mote_schema_row *rows = mote_schema_rows(&n);
    for (size_t i = 0; i < n; i++) {
        if (!is_in(&rows[i], part, section))
            continue;
        if (!mote_schema_is_of_project(&rows[i], p)) /* it means nothing to this project */
            continue;
        if (for_hash && changes_nothing(p, &rows[i]))
            continue;
        json_t *holder = NULL;
        MOTE_TRY(holder_of(object, &rows[i], &holder, err));
        MOTE_TRY(put(holder, mote_schema_name(&rows[i]),
                     value_json(&rows[i], (const char *)p + rows[i].offset), err));
    }
    return MOTE_OK;
}

/* The columns of a table belong to its section. */
static mote_status add_columns(const mote_project *p, const char *section, json_t *object,
                               mote_err *err)
{
    static const char target[] = "table.target";
    const mote_schema_row *row = mote_schema_find(target, strlen(target));
    if (strcmp(section, "table") != 0 || !mote_schema_is_of_project(row, p))
        return MOTE_OK;
    json_t *list = json_array();
    MOTE_TRY(put(object, "columns", list, err));
    for (size_t i = 0; i < p->table.columns.n; i++) {
        const mote_project_column *c = &p->table.columns.items[i];
        json_t *o =
            json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", c->name, "type", c->type, "format",
                      c->format, "missing", c->missing, "treat", names_json(&c->treat));
        if (json_array_append_new(list, o) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of the columns");
    }
    return MOTE_OK;
}

static mote_status no_part(const char *part, mote_err *err)
{
    return mote_fail(err, MOTE_NOT_FOUND, "no section '%s' in %s", part, MOTE_PROJECT_FILE);
}

static mote_status section_object(const mote_project *p, const char *section, json_t **out,
                                  mote_err *err)
{
    MOTE_SCOPED_JSON *top = json_object();
    if (!top)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of '%s'", section);
    if (!first_key(section, section))
        return no_part(section, err);
    MOTE_TRY(add_keys(p, section, section, false, top, err));
    MOTE_TRY(add_columns(p, section, top, err));
    *out = json_incref(top);
    return MOTE_OK;
}

static mote_status requirements_array(const mote_project *p, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *list = json_array();
    if (!list)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of the requirements");
    for (size_t i = 0; i < p->n_requirements; i++) {
        const mote_requirement *q = &p->requirements[i];
        json_t *o = json_object();
        if (!o || json_array_append_new(list, o) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of the requirements");
        MOTE_TRY(put(o, "id", json_string(q->id), err));
        MOTE_TRY(put(o, "metric", json_string(mote_metric_info(q->metric)->name), err));
        MOTE_TRY(put(o, q->is_at_least ? "at_least" : "at_most", json_real(q->limit), err));
        MOTE_TRY(put(o, "where", json_string(mote_place_name(q->where)), err));
        if (*q->target)
            MOTE_TRY(put(o, "target", json_string(q->target), err));
        if (*q->slice)
            MOTE_TRY(put(o, "slice", json_string(q->slice), err));
        if (q->confidence > 0)
            MOTE_TRY(put(o, "confidence", json_real(q->confidence), err));
    }
    *out = json_incref(list);
    return MOTE_OK;
}

/* The effects of a condition, as keys of effects.def. */
static const struct {
    const char *path;
    size_t offset;
} effects[] = {
#define EFFECT(key, type, unit, lo, hi, choices, preset, field, doc)                               \
    {"conditions[]." key, offsetof(mote_project_effects, field)},
#include "project/effects.def"
};

/* Those that are not at their presets: a condition of noise alone is what it was without them. */
static mote_status add_effects(const mote_project_condition *c, json_t *o, mote_err *err)
{
    for (size_t i = 0; i < sizeof effects / sizeof effects[0]; i++) {
        const mote_schema_row *row = mote_schema_find(effects[i].path, strlen(effects[i].path));
        const void *field = (const char *)&c->effects + effects[i].offset;
        MOTE_BUG_IF(!row);
        if (is_preset_field(row, field))
            continue;
        json_t *holder = NULL;
        MOTE_TRY(holder_of(o, row, &holder, err));
        MOTE_TRY(put(holder, mote_schema_name(row), value_json(row, field), err));
    }
    return MOTE_OK;
}

static mote_status conditions_array(const mote_project *p, json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *list = json_array();
    for (size_t i = 0; i < p->conditions.n; i++) {
        const mote_project_condition *c = &p->conditions.items[i];
        json_t *o = json_pack("{s:s, s:s, s:[f,f]}", "name", c->name, "noise", c->noise, "snr_db",
                              c->snr_db.lo, c->snr_db.hi);
        if (json_array_append_new(list, o) != 0)
            return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of the conditions");
        MOTE_TRY(add_effects(c, o, err));
    }
    *out = json_incref(list);
    return *out ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "no memory for the JSON of the conditions");
}

/* The sections that are lists: how one is written; NULL for a block of keys. */
typedef mote_status list_writer(const mote_project *p, json_t **out, mote_err *err);
static list_writer *list_of(const char *section)
{
    if (strcmp(section, "conditions") == 0)
        return conditions_array;
    return strcmp(section, "requirements") == 0 ? requirements_array : NULL;
}

static mote_status write_section(const mote_project *p, const char *section, mote_buf *out,
                                 mote_err *err)
{
    MOTE_SCOPED_JSON *j = NULL;
    list_writer *list = list_of(section);
    if (list)
        MOTE_TRY(list(p, &j, err));
    else
        MOTE_TRY(section_object(p, section, &j, err));
    mote_json_write(out, j, false);
    return mote_buf_status(out, err);
}

mote_status mote_project_section_json(const mote_project *p, const char *section, mote_buf *out,
                                      mote_err *err)
{
    return write_section(p, section, out, err);
}

/* The member of `all` for the section, made if it is not there. */
static mote_status section_in(json_t *all, const char *section, json_t **out, mote_err *err)
{
    *out = json_object_get(all, section);
    if (*out)
        return MOTE_OK;
    MOTE_TRY(put(all, section, json_object(), err));
    *out = json_object_get(all, section);
    return MOTE_OK;
}

/* Does any key of the part mean something to the project, and is not one that came later and says
 * what held before? */
static bool says_something(const char *part, const mote_project *p)
{
    size_t n;
    const mote_schema_row *rows = mote_schema_rows(&n);
    for (size_t i = 0; i < n; i++)
        if (mote_part_holds(part, &rows[i]) && mote_schema_is_of_project(&rows[i], p) &&
            !changes_nothing(p, &rows[i]))
            return true;
    return false;
}

static mote_status add_part(const mote_project *p, const char *part, json_t *all, mote_err *err)
{
    list_writer *writer = list_of(part);
    if (writer) {
        json_t *list = NULL;
        MOTE_TRY(writer(p, &list, err));
        return put(all, part, list, err);
    }
    const mote_schema_row *first = first_key(part, NULL);
    if (!first)
        return no_part(part, err);
    if (!says_something(part, p)) /* a part that came later makes nothing stale */
        return MOTE_OK;
    char section[64];
    json_t *object = NULL;
    section_of(first, section); /* of all its keys */
    MOTE_TRY(section_in(all, section, &object, err));
    MOTE_TRY(add_keys(p, part, section, true, object, err));
    if (strcmp(part, "augmentation") == 0 && trains_under(p)) {
        json_t *list = NULL;
        MOTE_TRY(conditions_array(p, &list, err));
        MOTE_TRY(put(object, "under", list, err));
    }
    return add_columns(p, part, object, err);
}

mote_status mote_project_parts_json(const mote_project *p, const char *const *parts, size_t n,
                                    json_t **out, mote_err *err)
{
    MOTE_SCOPED_JSON *all = json_object();
    if (!all)
        return mote_fail(err, MOTE_NOMEM, "no memory for the JSON of %s", MOTE_PROJECT_FILE);
    for (size_t i = 0; i < n; i++)
        MOTE_TRY(add_part(p, parts[i], all, err));
    *out = json_incref(all);
    return MOTE_OK;
}

bool mote_project_has_part(const mote_project *p, const char *part)
{
    return list_of(part) != NULL || says_something(part, p);
}

mote_status mote_project_part_hash(const mote_project *p, const char *part, mote_sha256 *out,
                                   mote_err *err)
{
    MOTE_SCOPED_JSON *j = NULL;
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1u << 20);
    MOTE_TRY(mote_project_parts_json(p, &part, 1, &j, err));
    mote_json_write(&text, j, false);
    MOTE_TRY(mote_buf_status(&text, err));
    *out = mote_sha256_of(text.data, text.len);
    return MOTE_OK;
}
