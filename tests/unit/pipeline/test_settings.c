/* SPDX-License-Identifier: Apache-2.0 */
/* No setting of mote.yaml is lost on its way, and no dependency is forgotten: every row of
 * config.def is changed, and the change is looked for in the key of a stage and in what that stage
 * hands to its libraries, or at the reader that the row is marked with. */
#include "pipeline/settings.h"

#include "pipeline/stages_internal.h"
#include "project/part.h"
#include "settings_bytes.h"
#include "support.h"

/* ---- projects from values ---------------------------------------------------------------- */

/* What the rows are changed from: settings in which every key has a say in something. Of a task
 * there are several, because what is chosen decides which keys count. */
typedef struct {
    mote_task_id task;
    const char *json;
    const char *architecture; /* NULL: that of a model to begin with */
    const char *front_end;    /* NULL: the task's own */
} variant;

#define WORDS         WORDS_OF("")
#define BY_PCEN       "\"features\":{\"kind\":\"logmel\",\"normalise\":\"pcen\"},"
#define WORDS_BY_PCEN WORDS_OF(BY_PCEN)
#define WORDS_OF(more)                                                                             \
    "{\"mote\":1," more "\"name\":\"base\",\"task\":\"keyword\","                                  \
    "\"keywords\":[\"yes\",\"no\"],"                                                               \
    "\"data\":{\"group_pattern\":\"{group}_*\"},"                                                  \
    "\"value\":{\"currency\":\"EUR\",\"true_accept\":2,\"false_accept\":-1,\"false_reject\":-1,"   \
    "\"volume_per_day\":10},"                                                                      \
    "\"schedule\":{\"promote\":{\"clean_at_least\":0.5}},"                                         \
    "\"requirements\":[{\"metric\":\"accuracy\",\"at_least\":0.8,\"where\":\"test\","              \
    "\"slice\":\"car-noise\",\"confidence\":0.9},"                                                 \
    "{\"metric\":\"ram_bytes\",\"at_most\":9000,\"where\":\"device\",\"target\":\"cortex-m4f\"}]}"
#define MOVEMENTS                                                                                  \
    "{\"mote\":1,\"name\":\"base\",\"task\":\"gesture\","                                          \
    "\"data\":{\"group_pattern\":\"{group}_*\",\"window_ms\":1000,\"stride_ms\":250},"             \
    "\"schedule\":{\"promote\":{\"clean_at_least\":0.5}}}"
#define SOUNDS         SOUNDS_OF("")
#define SOUNDS_BY_PCEN SOUNDS_OF(BY_PCEN)
#define SOUNDS_OF(more)                                                                            \
    "{\"mote\":1,\"name\":\"base\",\"task\":\"sound\"," more                                       \
    "\"data\":{\"group_pattern\":\"{group}_*\"},"                                                  \
    "\"schedule\":{\"promote\":{\"clean_at_least\":0.5}}}"
#define UNUSUAL_OF(more)                                                                           \
    "{\"mote\":1,\"name\":\"base\",\"task\":\"anomaly\"," more                                     \
    "\"data\":{\"group_pattern\":\"{group}_*\"}}"
#define UNUSUAL          UNUSUAL_OF("")
#define UNUSUAL_BY_HUBER UNUSUAL_OF("\"training\":{\"loss\":\"huber\"},")
#define UNUSUAL_SOUND    UNUSUAL_OF("\"input\":\"audio\",")
#define UNUSUAL_BY_PCEN  UNUSUAL_OF("\"input\":\"audio\"," BY_PCEN)
#define UNUSUAL_ROWS     UNUSUAL_OF("\"input\":\"table\",\"table\":{\"target\":\"y\"},")
#define PICTURES                                                                                   \
    "{\"mote\":1,\"name\":\"base\",\"task\":\"image\",\"data\":{\"group_pattern\":\"{group}_*\"}," \
    "\"schedule\":{\"promote\":{\"clean_at_least\":0.5}}}"

#define ROWS                                                                                       \
    "{\"mote\":1,\"name\":\"base\",\"task\":\"table\",\"data\":{\"group_pattern\":\"{group}_*\"}," \
    "\"table\":{\"target\":\"y\"},"                                                                \
    "\"schedule\":{\"promote\":{\"clean_at_least\":0.5}}}"

#define ROWS_OF_VALUES                                                                             \
    "{\"mote\":1,\"name\":\"base\",\"task\":\"table\",\"answer\":\"value\","                       \
    "\"table\":{\"target\":\"y\"},\"training\":{\"loss\":\"huber\"}}"

static const variant variants[] = {
    {MOTE_TASK_keyword, WORDS, "ds-cnn", NULL},
    {MOTE_TASK_keyword, WORDS, "dense", NULL},
    {MOTE_TASK_keyword, WORDS, "conv1d", NULL},
    {MOTE_TASK_keyword, WORDS, "tc-resnet", NULL},
    {MOTE_TASK_gesture, MOVEMENTS, "tc-resnet", "raw"},
    {MOTE_TASK_keyword, WORDS, NULL, NULL},
    {MOTE_TASK_keyword, WORDS_BY_PCEN, "ds-cnn", NULL},
    {MOTE_TASK_sound, SOUNDS, "ds-cnn", "mfcc"},
    {MOTE_TASK_sound, SOUNDS, NULL, NULL},
    {MOTE_TASK_sound, SOUNDS, "dense", "logmel"},
    {MOTE_TASK_sound, SOUNDS_BY_PCEN, "dense", NULL},
    {MOTE_TASK_sound, SOUNDS, "conv1d", "logmel"},
    {MOTE_TASK_sound, SOUNDS, "tc-resnet", "logmel"},
    {MOTE_TASK_keyword, WORDS, "bc-resnet", "logmel"},
    {MOTE_TASK_keyword, WORDS, "sparknet", "logmel"},
    {MOTE_TASK_gesture, MOVEMENTS, "conv1d", NULL},
    {MOTE_TASK_gesture, MOVEMENTS, NULL, NULL},
    {MOTE_TASK_gesture, MOVEMENTS, "ds-cnn", "raw"},
    {MOTE_TASK_gesture, MOVEMENTS, "dense", "statistics"},
    {MOTE_TASK_gesture, MOVEMENTS, "dense", "spectral"},
    {MOTE_TASK_anomaly, UNUSUAL, "autoencoder", "raw"},
    {MOTE_TASK_anomaly, UNUSUAL, "autoencoder", "statistics"},
    {MOTE_TASK_anomaly, UNUSUAL, "autoencoder", "spectral"},
    {MOTE_TASK_anomaly, UNUSUAL_BY_HUBER, "autoencoder", "raw"},
    {MOTE_TASK_anomaly, UNUSUAL, "gaussian", "statistics"},
    {MOTE_TASK_anomaly, UNUSUAL, "gaussian", NULL},
    {MOTE_TASK_anomaly, UNUSUAL_SOUND, "gaussian", "mfcc"},
    {MOTE_TASK_anomaly, UNUSUAL_SOUND, "autoencoder", "logmel"},
    {MOTE_TASK_anomaly, UNUSUAL_BY_PCEN, "gaussian", NULL},
    {MOTE_TASK_anomaly, UNUSUAL_ROWS, "gaussian", NULL},
    {MOTE_TASK_image, PICTURES, "ds-cnn", "pixels"},
    {MOTE_TASK_image, PICTURES, NULL, NULL},
    {MOTE_TASK_image, PICTURES, "mobilenet", "unit_pixels"},
    {MOTE_TASK_image, PICTURES, "dense", "pixels"},
    {MOTE_TASK_table, ROWS, "dense", NULL},
    {MOTE_TASK_table, ROWS, "linear", NULL},
    {MOTE_TASK_table, ROWS_OF_VALUES, "dense", NULL},
};

static json_t *base_of(const variant *v)
{
    json_t *j = json_loads(v->json, 0, NULL);
    assert_non_null(j);
    if (v->architecture)
        json_object_set_new(j, "model", json_pack("{s:s}", "architecture", v->architecture));
    else
        json_object_set_new(j, "training",
                            json_pack("{s:s, s:s}", "start", "base", "teacher", "y"));
    if (v->front_end)
        json_object_set_new(j, "features", json_pack("{s:s}", "kind", v->front_end));
    return j;
}

static json_t *base(const char *architecture)
{
    return base_of(&(variant){MOTE_TASK_keyword, WORDS, architecture, NULL});
}

/* A JSON document is YAML too. NULL when the reader refuses it. */
static mote_project *parse(const json_t *j, mote_arena *a)
{
    char *text = json_dumps(j, 0);
    assert_non_null(text);
    mote_err err = {0};
    mote_project *p = NULL;
    mote_status st =
        mote_project_parse(&(mote_file_bytes){"test", text, strlen(text)}, a, &p, NULL, &err);
    free(text);
    return st == MOTE_OK ? p : NULL;
}

/* Put a value at a path such as "augmentation.noise.probability". */
static void set_at(json_t *j, const char *path, json_t *value)
{
    char name[64];
    const char *dot;
    for (; (dot = strchr(path, '.')); path = dot + 1) {
        snprintf(name, sizeof name, "%.*s", (int)(dot - path), path);
        if (!json_object_get(j, name))
            json_object_set_new(j, name, json_object());
        j = json_object_get(j, name);
    }
    json_object_set_new(j, path, value);
}

/* Another value than the one that `p` has: the k-th to be tried; NULL: no more. Small steps first,
 * so that what must hold between keys goes on holding. */
static json_t *another(const mote_schema_row *row, const mote_project *p, int k)
{
    static const double steps[] = {1.0, -1.0, 5e-7, 0.25, -0.25, 4.0, -4.0, 100.0, 0.01};
    const void *field = (const char *)p + row->offset;
    double step = k < (int)T_COUNT(steps) ? steps[k] : 0.0;
    if (step == 0.0)
        return NULL;
    switch (row->type) {
    case MOTE_KEY_BOOL:
        return k ? NULL : json_boolean(!*(const bool *)field);
    case MOTE_KEY_INT:
        return json_integer(*(const int32_t *)field + (json_int_t)step);
    case MOTE_KEY_BIG:
        return json_integer(*(const int64_t *)field + (json_int_t)(2000.0 * step));
    case MOTE_KEY_NUM:
        return json_real(*(const double *)field + step);
    case MOTE_KEY_TEXT:
        return k ? NULL : json_sprintf("%s2", *(const char *const *)field);
    case MOTE_KEY_CHOICE: {
        const char *at = row->choices;
        for (int i = 0; i < k && at; i++)
            at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL;
        return at ? json_stringn(at, strcspn(at, "|")) : NULL;
    }
    case MOTE_KEY_SPAN: {
        const mote_span *s = field;
        return json_pack("[f,f]", s->lo - (k % 2 ? 0.0 : 0.25), s->hi + (k % 2 ? 0.25 : 0.0));
    }
    case MOTE_KEY_SIZE2: {
        const mote_size2 *s = field;
        return json_pack("[i,i]", (int)s->h + (k % 2 ? 0 : 1), (int)s->w + k % 2);
    }
    case MOTE_KEY_NAMES:
    case MOTE_KEY_TEXTS:
        if (strcmp(row->path, "features.statistics") == 0)
            return k ? NULL : json_pack("[s,s]", "q25", "mean");
        return k ? NULL : json_pack("[s,s,s]", "yes", "no", "up");
    case MOTE_KEY_SOME:
        return k ? NULL : json_string("y2");
    case MOTE_KEY_INTS:
        return k == 0   ? json_pack("[i,i]", 128, 128) /* hidden: as before, and one more */
               : k == 1 ? json_pack("[i,i,i,i]", 1, 2, 1, 1)
                        : NULL;
    case MOTE_KEY_SECTION:
    case MOTE_KEY_LIMIT:
        break;
    }
    return NULL;
}

static bool is_equal(const mote_schema_row *row, const mote_project *a, const mote_project *b)
{
    mote_err err = {0};
    mote_sha256 x, y;
    if (strcmp(row->path, "training.threads") == 0)
        return a->training.threads == b->training.threads;
    T_OK(mote_project_part_hash(a, row->path, &x, &err));
    T_OK(mote_project_part_hash(b, row->path, &y, &err));
    return mote_sha256_equal(&x, &y);
}

/* With the k-th other value of the row; NULL: it is refused, or none. *is_last: no k-th. */
static mote_project *changed(const mote_schema_row *row, int k, const variant *v,
                             const mote_project *p, mote_arena *a, bool *is_last)
{
    json_t *value = another(row, p, k);
    *is_last = !value;
    if (!value)
        return NULL;
    json_t *j = base_of(v);
    set_at(j, row->path, value);
    mote_project *q = parse(j, a);
    json_decref(j);
    return q && !is_equal(row, p, q) ? q : NULL;
}

/* The parts of mote.yaml that settings put into a key. */
static mote_sha256 in_key(unsigned settings, const mote_project *p)
{
    const char *parts[MOTE_SETTINGS_MAX_PARTS];
    mote_err err = {0};
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    for (size_t i = 0, n = mote_settings_parts(settings, parts); i < n; i++) {
        mote_sha256 h;
        T_OK(mote_project_part_hash(p, parts[i], &h, &err));
        mote_buf_add(&b, h.bytes, sizeof h.bytes);
    }
    return settings_digest(&b);
}

static bool is_same(mote_sha256 a, mote_sha256 b)
{
    return mote_sha256_equal(&a, &b);
}

/* A project, and what of it settings and readers hand on: found once, compared many times. */
typedef struct {
    mote_arena arena;
    const mote_project *project;
    mote_sha256 key[MOTE_N_SETTINGS], handed_on[MOTE_N_SETTINGS], read_by[MOTE_N_READERS];
} known;

static void find_known(const mote_project *p, known *out)
{
    out->project = p;
    for (int i = 0; i < MOTE_N_SETTINGS; i++) {
        out->key[i] = in_key(1u << i, p);
        out->handed_on[i] = settings_handed_on((mote_setting_id)i, p);
    }
    for (int r = 0; r < MOTE_N_READERS; r++)
        out->read_by[r] = settings_read_by((mote_reader_id)r, p);
}

/* Which settings change, and which must: those with the change in their part of a key. */
static void compare(const known *p, const known *q, bool changes[MOTE_N_SETTINGS],
                    bool must[MOTE_N_SETTINGS])
{
    for (int i = 0; i < MOTE_N_SETTINGS; i++) {
        bool key = !is_same(p->key[i], q->key[i]);
        bool hands = !is_same(p->handed_on[i], q->handed_on[i]);
        if (hands && !key)
            fail_msg("setting %d changes, and the keys of its stages do not", i);
        changes[i] = changes[i] || hands;
        must[i] = must[i] || key;
    }
}

/* Does a stage that runs see the setting? */
static bool is_listed(int setting)
{
    bool listed = false;
    for (int i = 0; i < MOTE_N_STAGES; i++)
        listed = listed || (mote_stage_defs[i].settings & (1u << setting)) != 0;
    return listed;
}

/* ---- the walk ---------------------------------------------------------------------------- */

static bool has_no_other_value(const mote_schema_row *row)
{
    if (strcmp(row->path, "task") == 0 || strcmp(row->path, "input") == 0)
        return true; /* the other keys would be those of another task, or of another input */
    return row->lo == row->hi && row->type == MOTE_KEY_INT
               ? true
               : row->type == MOTE_KEY_CHOICE && !strchr(row->choices, '|');
}

/* What becomes of changes of one row. */
typedef struct {
    bool is_tried;                  /* there was another value */
    bool changes[MOTE_N_SETTINGS];  /* the setting became another */
    bool must[MOTE_N_SETTINGS];     /* it had to */
    bool by_reader[MOTE_N_READERS]; /* the reader saw it */
} sight;

/* Try the k-th other value. false: there is none. */
static bool look(const mote_schema_row *row, int k, const variant *v, const known *p, sight *out)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64u << 20);
    bool is_last = false;
    known q;
    q.project = changed(row, k, v, p->project, &a, &is_last);
    if (!q.project)
        return !is_last;
    find_known(q.project, &q);
    out->is_tried = true;
    compare(p, &q, out->changes, out->must);
    for (int r = 0; r < MOTE_N_READERS; r++)
        if (!is_same(p->read_by[r], q.read_by[r]))
            out->by_reader[r] = true;
    return true;
}

/* All other values. A value of several numbers must be seen whichever of them changed; of one
 * number one change is enough, because small ones may be rounded away. */
static void look_at_all(const mote_schema_row *row, mote_task_id task, const known *p, sight *out)
{
    bool has_pieces = row->type == MOTE_KEY_SPAN || row->type == MOTE_KEY_SIZE2 ||
                      row->type == MOTE_KEY_INTS || row->type == MOTE_KEY_NAMES ||
                      row->type == MOTE_KEY_TEXTS;
    bool more = true;
    for (int k = 0; more; k++) {
        sight one = {0};
        more = false;
        for (size_t i = 0; i < T_COUNT(variants); i++)
            if (variants[i].task == task)
                more = look(row, k, &variants[i], &p[i], &one) || more;
        out->is_tried = out->is_tried || one.is_tried;
        for (int i = 0; i < MOTE_N_SETTINGS; i++) {
            if (has_pieces && one.must[i] && !one.changes[i])
                fail_msg("a piece of '%s' is lost on its way into setting %d", row->path, i);
            out->changes[i] = out->changes[i] || one.changes[i];
            out->must[i] = out->must[i] || one.must[i];
        }
        for (int r = 0; r < MOTE_N_READERS; r++)
            out->by_reader[r] = out->by_reader[r] || one.by_reader[r];
    }
}

/* A row of the table: every setting that is made of it and every reader that it is marked with sees
 * it, and somebody does. Returns whether a stage does. */
static bool judge(const mote_schema_row *row, const sight *s, size_t *n_marked)
{
    bool is_marked = false, by_stage = false;
    if (!s->is_tried)
        fail_msg("the test finds no other value for '%s'", row->path);
    for (int i = 0; i < MOTE_N_SETTINGS; i++) {
        if (!s->must[i] && mote_setting_holds((mote_setting_id)i, row) &&
            strcmp(row->path, "training.threads") != 0) /* changes no result: in no key */
            fail_msg("'%s' is not in the key of setting %d", row->path, i);
        if (s->must[i] && !s->changes[i])
            fail_msg("'%s' is lost on its way into setting %d of settings.def", row->path, i);
        by_stage = by_stage || (s->changes[i] && is_listed(i));
    }
    for (int r = 0; r < MOTE_N_READERS; r++) {
        bool is_reader = mote_reader_reads((mote_reader_id)r, row);
        is_marked = is_marked || is_reader;
        if (is_reader && !s->by_reader[r])
            fail_msg("reader %d does not see '%s'", r, row->path);
        if (!is_reader && s->by_reader[r])
            fail_msg("reader %d sees '%s', and config.def does not say so", r, row->path);
    }
    if (!by_stage && !is_marked)
        fail_msg("'%s' does nothing: no stage sees it, and config.def names no reader of it",
                 row->path);
    *n_marked += is_marked;
    return by_stage;
}

static void walk(mote_task_id task)
{
    static known bases[T_COUNT(variants)];
    size_t n, n_seen = 0, n_marked = 0, n_single = 0;
    for (size_t i = 0; i < T_COUNT(variants); i++) {
        mote_arena_init(&bases[i].arena, 64u << 20);
        if (variants[i].task != task)
            continue;
        json_t *j = base_of(&variants[i]);
        const mote_project *p = parse(j, &bases[i].arena);
        json_decref(j);
        assert_non_null(p);
        find_known(p, &bases[i]);
    }
    const mote_schema_row *rows = mote_schema_rows(&n);
    for (size_t i = 0; i < n; i++) {
        sight s = {0};
        if (rows[i].type == MOTE_KEY_SECTION || strchr(rows[i].path, '['))
            continue;
        if (!(mote_schema_tasks(&rows[i]) & MOTE_TASK_ANY(task)))
            continue;
        if (has_no_other_value(&rows[i])) {
            n_single++;
            continue;
        }
        look_at_all(&rows[i], task, bases, &s);
        if (!mote_task_get(task)->is_stream) /* made, and asked by nobody */
            s.changes[MOTE_SETTING_stream] = s.must[MOTE_SETTING_stream];
        n_seen += judge(&rows[i], &s, &n_marked);
    }
    for (size_t i = 0; i < T_COUNT(variants); i++)
        mote_arena_release(&bases[i].arena);
    print_message("%s: %zu keys in stages, %zu at readers, %zu without another value\n",
                  mote_task_get(task)->name, n_seen, n_marked, n_single);
    assert_int_equal(n_single, task == MOTE_TASK_anomaly ? 3 : 2); /* mote, task; input */
}

static void a_key_that_changes_is_seen_where_it_is_read(void **state)
{
    (void)state;
    for (int i = 0; i < MOTE_N_TASKS; i++)
        walk((mote_task_id)i);
}

/* A file of another task is another in every setting that is made of the keys at the top. */
static void another_task_is_another_setting(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64u << 20);
    json_t *words = base_of(&variants[0]),
           *movements = base_of(&(variant){MOTE_TASK_gesture, MOVEMENTS, "conv1d", NULL});
    const mote_project *p = parse(words, &a), *q = parse(movements, &a);
    bool changes[MOTE_N_SETTINGS] = {false}, must[MOTE_N_SETTINGS] = {false};
    assert_true(p && q);
    known x, y;
    find_known(p, &x), find_known(q, &y);
    compare(&x, &y, changes, must);
    assert_true(changes[MOTE_SETTING_task] && must[MOTE_SETTING_task]);
    assert_true(changes[MOTE_SETTING_dataset] && must[MOTE_SETTING_dataset]);
    json_decref(words), json_decref(movements);
    words = base_of(&(variant){MOTE_TASK_anomaly, UNUSUAL, "gaussian", NULL});
    movements = base_of(&(variant){MOTE_TASK_anomaly, UNUSUAL_SOUND, "gaussian", NULL});
    p = parse(words, &a), q = parse(movements, &a);
    bool inputs[MOTE_N_SETTINGS] = {false};
    find_known(p, &x), find_known(q, &y);
    compare(&x, &y, inputs, must);
    assert_true(inputs[MOTE_SETTING_task] && inputs[MOTE_SETTING_features]);
    json_decref(words);
    json_decref(movements);
}

/* Entries of lists: two lists that differ in this key alone. */
static void a_requirement_that_changes_is_seen(void **state)
{
    (void)state;
    static const struct {
        const char *path, *before, *after;
    } rows[] = {
        {"requirements[].metric", "{\"metric\":\"accuracy\",\"at_least\":0.8}",
         "{\"metric\":\"macro_f1\",\"at_least\":0.8}"},
        {"requirements[].at_least", "{\"metric\":\"accuracy\",\"at_least\":0.8}",
         "{\"metric\":\"accuracy\",\"at_least\":0.7}"},
        {"requirements[].at_most", "{\"metric\":\"ram_bytes\",\"at_most\":8000}",
         "{\"metric\":\"ram_bytes\",\"at_most\":7000}"},
        {"requirements[].where", "{\"metric\":\"accuracy\",\"at_least\":0.8}",
         "{\"metric\":\"accuracy\",\"at_least\":0.8,\"where\":\"device\"}"},
        {"requirements[].target", "{\"metric\":\"ram_bytes\",\"at_most\":8000}",
         "{\"metric\":\"ram_bytes\",\"at_most\":8000,\"target\":\"cortex-m7\"}"},
        {"requirements[].slice", "{\"metric\":\"accuracy\",\"at_least\":0.8}",
         "{\"metric\":\"accuracy\",\"at_least\":0.8,\"slice\":\"car-noise\"}"},
        {"conditions[].name", "{\"name\":\"a\"}", "{\"name\":\"b\"}"},
        {"conditions[].noise", "{\"name\":\"a\",\"noise\":\"car\"}",
         "{\"name\":\"a\",\"noise\":\"fan\"}"},
        {"conditions[].like", "{\"name\":\"a\",\"like\":\"far\"}",
         "{\"name\":\"a\",\"like\":\"kitchen\"}"},
        {"conditions[].room.rt60_ms", "{\"name\":\"a\",\"room\":{\"rt60_ms\":[200,300]}}",
         "{\"name\":\"a\",\"room\":{\"rt60_ms\":[200,301]}}"},
        {"conditions[].codec.kind", "{\"name\":\"a\",\"codec\":{\"kind\":\"adpcm\"}}",
         "{\"name\":\"a\",\"codec\":{\"kind\":\"mu-law\"}}"},
        {"conditions[].microphone.resonances", "{\"name\":\"a\",\"microphone\":{\"resonances\":2}}",
         "{\"name\":\"a\",\"microphone\":{\"resonances\":3}}"},
        {"conditions[].level.probability", "{\"name\":\"a\",\"level\":{}}",
         "{\"name\":\"a\",\"level\":{\"probability\":0.5}}"},
        {"conditions[].snr_db", "{\"name\":\"a\",\"snr_db\":[0,5]}",
         "{\"name\":\"a\",\"snr_db\":[0,6]}"},
        {"requirements[].confidence", "{\"metric\":\"accuracy\",\"at_least\":0.8}",
         "{\"metric\":\"accuracy\",\"at_least\":0.8,\"confidence\":0.9}"},
    };
    size_t n;
    const mote_schema_row *all = mote_schema_rows(&n);
    for (size_t i = 0; i < n; i++) {
        if (!strchr(all[i].path, '[') ||
            !(mote_schema_tasks(&all[i]) & MOTE_TASK_ANY(MOTE_TASK_keyword)))
            continue;
        size_t k = 0;
        while (k < T_COUNT(rows) && strcmp(rows[k].path, all[i].path) != 0)
            k++;
        if (k == T_COUNT(rows) && strchr(all[i].path, '.') != strrchr(all[i].path, '.'))
            continue; /* effects are read by one table: one of each type stands above */
        if (k == T_COUNT(rows))
            fail_msg("'%s' has no line in this test", all[i].path);
        MOTE_SCOPED_ARENA a;
        mote_arena_init(&a, 64u << 20);
        bool is_condition = mote_str_starts(all[i].path, "conditions[");
        mote_setting_id id = is_condition ? MOTE_SETTING_conditions : MOTE_SETTING_requirements;
        mote_project *both[2];
        for (int s = 0; s < 2; s++) {
            json_t *j = base("ds-cnn");
            json_t *entry = json_loads(s ? rows[k].after : rows[k].before, 0, NULL);
            if (is_condition)
                json_object_del(j, "requirements"); /* they speak of the usual one */
            json_object_set_new(j, is_condition ? "conditions" : "requirements",
                                json_pack("[o]", entry));
            both[s] = parse(j, &a);
            json_decref(j);
            if (!both[s])
                fail_msg("'%s': this test's example is refused", rows[k].path);
        }
        bool changes[MOTE_N_SETTINGS] = {false}, must[MOTE_N_SETTINGS] = {false};
        known x, y;
        find_known(both[0], &x), find_known(both[1], &y);
        compare(&x, &y, changes, must);
        if (!changes[id] || !must[id])
            fail_msg("'%s' does nothing", rows[k].path);
    }
}

/* Else a difference would prove nothing. */
static void the_same_file_read_twice_hands_on_the_same(void **state)
{
    (void)state;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64u << 20);
    json_t *j = base("ds-cnn");
    const mote_project *p = parse(j, &a), *q = parse(j, &a);
    json_decref(j);
    assert_true(p && q);
    for (int i = 0; i < MOTE_N_SETTINGS; i++) {
        mote_setting_id id = (mote_setting_id)i;
        if (!is_same(settings_handed_on(id, p), settings_handed_on(id, q)))
            fail_msg("setting %d: two readings differ", i);
        assert_true(is_same(in_key(1u << i, p), in_key(1u << i, q)));
        assert_true(is_listed(i)); /* else nobody needs it */
    }
    for (int r = 0; r < MOTE_N_READERS; r++)
        assert_true(is_same(settings_read_by((mote_reader_id)r, p),
                            settings_read_by((mote_reader_id)r, q)));
}

static void a_view_shows_its_parts_and_poisons_the_rest(void **state)
{
    (void)state;
    static const char *const parts[] = {"data.split_seed", "model", "unknown"};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64u << 20);
    json_t *j = base("dense");
    const mote_project *p = parse(j, &a);
    json_decref(j);
    mote_project v;
    mote_project_view(p, parts, T_COUNT(parts), &v);
    assert_true(v.data.split_seed == p->data.split_seed);
    assert_string_equal(v.model.architecture, "dense");
    assert_true(v.unknown);
    assert_true(v.data.train != v.data.train); /* NaN */
    assert_null(v.data.group_pattern);
    assert_int_equal(v.training.epochs, INT32_MIN);
    assert_true(v.training.seed == INT64_MIN);
    assert_null(v.words.items);
    assert_true(v.words.n == SIZE_MAX);
    assert_null(v.classes.items); /* made of three keys, of which two are not there */
    assert_null(v.requirements);
    assert_false(v.value.is_given);
    assert_true(v.stream.noise_snr_db.lo != v.stream.noise_snr_db.lo);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_that_changes_is_seen_where_it_is_read),
        cmocka_unit_test(another_task_is_another_setting),
        cmocka_unit_test(a_requirement_that_changes_is_seen),
        cmocka_unit_test(the_same_file_read_twice_hands_on_the_same),
        cmocka_unit_test(a_view_shows_its_parts_and_poisons_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
