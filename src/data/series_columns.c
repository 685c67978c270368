/* SPDX-License-Identifier: Apache-2.0 */
/* Which column of a CSV file is the time, which the label, and which are axes.
 *
 * What mote.yaml names is that. Else, by the header and the first 200 rows:
 *   time   the first column whose cells are dates; or of numbers that hardly ever fall and whose
 *          name is a word for time (in the languages that spreadsheets speak) or ends in a unit of
 *          time: "Zeit [ms]", "t_us"
 *   label  the first one that is called label, class, activity, ..
 *   group  none: it must be named
 *   axes   every other column of numbers, but what counts the rows (a name like index, and each
 *          number one more than the last; none, as pandas writes it, and each as much more), and
 *          what names people (subject, user, ..: whole numbers): a model would learn the recording
 *          from them, not the movement
 * What is left out stands in the notes, for people. Columns without names are called column_1,
 * column_2, ..: mote.yaml can name them so. */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "data/series_internal.h"

#define JUDGED_ROWS 200

/* What the first rows say of a column. */
typedef struct {
    uint32_t n_numbers, n_texts;
    uint32_t n_steps, n_falls, n_ones; /* from a number to the next: all; down; exactly 1 */
    uint32_t n_even;                   /* the same as the first, upwards */
    double step;                       /* the first */
    bool is_whole;                     /* every number is */
    uint32_t formats;                  /* of time that all cells fit */
    double last;
} column_facts;

typedef struct {
    const char *name; /* of the file */
    mote_csv *csv;
    const mote_series_config *cfg;
    mote_series *s;
    mote_series_columns *to;
    column_facts *facts; /* [to->n] */
} finder;

const char *mote_series_column(const mote_csv *csv, uint32_t i)
{
    const char *const *header = mote_csv_get_header(csv);
    return header ? header[i] : "";
}

static const char *column_name(const finder *f, uint32_t i)
{
    return mote_series_column(f->csv, i);
}

double mote_series_unit_of(const char *name)
{
    static const struct {
        const char *end;
        double unit_s;
    } units[] = {{"ns", 1e-9},     {"us", 1e-6}, {"ms", 1e-3},   {"millis", 1e-3},
                 {"micros", 1e-6}, {"sec", 1},   {"seconds", 1}, {"s", 1}};
    size_t n = strlen(name);
    while (n > 0 && strchr(")] ", name[n - 1]))
        n--;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t k = strlen(units[i].end);
        bool is_end = n >= k && memcmp(name + n - k, units[i].end, k) == 0;
        if (is_end && (n == k || strchr("_([ -.", name[n - k - 1])))
            return units[i].unit_s;
    }
    return 0;
}

/* ---- names ---------------------------------------------------------------------------------- */

/* Letters of a name, ASCII without case, up to its end, a blank, '_', '(', '[', '.', '-' or ':'. */
static bool begins_with_word(const char *s, const char *word)
{
    while (*s == ' ' || *s == '"')
        s++;
    size_t i = 0;
    for (; word[i]; i++)
        if (((s[i] >= 'A' && s[i] <= 'Z') ? s[i] + 32 : s[i]) != word[i])
            return false;
    return s[i] == '\0' || strchr(" _([.-:", s[i]) != NULL;
}

static bool is_one_of(const char *name, const char *const *words)
{
    for (; *words; words++)
        if (begins_with_word(name, *words))
            return true;
    return false;
}

/* "accel_x (m/s2)" and "accel_x [m/s2]" say their unit: bytes of the name before it, and whether.
 */
static size_t bare_name(const char *full, bool *has_unit)
{
    size_t n = strlen(full), cut = strcspn(full, "([");
    const char last = n > 0 ? full[n - 1] : ' ';
    *has_unit = cut > 0 && cut < n && (last == ')' || last == ']');
    if (!*has_unit)
        return n;
    while (cut > 0 && full[cut - 1] == ' ')
        cut--;
    return cut;
}

/* "column_3" is the third. */
static int32_t find_numbered(const finder *f, const char *name)
{
    uint64_t number = 0;
    const size_t n = strlen(MOTE_SERIES_NAMELESS);
    if (strncmp(name, MOTE_SERIES_NAMELESS, n) != 0 ||
        !mote_parse_u64(name + n, strlen(name + n), &number) || number < 1 || number > f->to->n)
        return -1;
    return *column_name(f, (uint32_t)number - 1) ? -1 : (int32_t)number - 1;
}

/* A column by its name, with its unit or without; -1: there is none. */
static int32_t find_named(const finder *f, const char *name)
{
    bool has_unit;
    const int32_t numbered = find_numbered(f, name);
    if (numbered >= 0)
        return numbered;
    for (uint32_t i = 0; i < f->to->n; i++)
        if (strcmp(column_name(f, i), name) == 0)
            return (int32_t)i;
    for (uint32_t i = 0; i < f->to->n; i++) {
        const char *full = column_name(f, i);
        size_t n = bare_name(full, &has_unit);
        if (has_unit && n == strlen(name) && memcmp(full, name, n) == 0)
            return (int32_t)i;
    }
    return -1;
}

static mote_status need_named(const finder *f, const char *name, const char *what, int32_t *out,
                              mote_err *err)
{
    char names[160] = "";
    size_t len = 0;
    *out = find_named(f, name);
    if (*out >= 0)
        return MOTE_OK;
    if (!mote_csv_get_header(f->csv))
        return mote_fail(err, MOTE_NOT_FOUND,
                         "'%s' has no column '%s' %s: its columns have no names and are "
                         "called " MOTE_SERIES_NAMELESS "1 to " MOTE_SERIES_NAMELESS "%u",
                         f->name, name, what, f->to->n);
    for (uint32_t i = 0; i < f->to->n && len < 100; i++) {
        const char *sep = i ? ", " : "";
        (void)mote_format(names + len, sizeof names - len, "%s%.40s", sep, column_name(f, i));
        len = strlen(names);
    }
    return mote_fail(err, MOTE_NOT_FOUND, "'%s' has no column '%s' %s; it has: %s", f->name, name,
                     what, names);
}

/* ---- what the rows say ---------------------------------------------------------------------- */

static void judge_cell(const finder *f, column_facts *c, const mote_csv_cell *cell)
{
    double x;
    bool is_number = mote_csv_number(f->csv, cell, &x);
    c->n_texts += !is_number && cell->n > 0;
    c->formats = mote_time_match(cell->s, cell->n, c->formats);
    if (!is_number)
        return;
    if (c->n_numbers++) {
        c->n_steps++;
        c->n_falls += x < c->last;
        const double step = x - c->last;
        c->n_ones += step > 0.999999 && step < 1.000001;
        if (c->n_steps == 1)
            c->step = step;
        c->n_even += step > 0 && fabs(step - c->step) <= 1e-6 * c->step;
    }
    c->is_whole = c->is_whole && x > floor(x) - 1e-9 && x < floor(x) + 1e-9;
    c->last = x;
}

static mote_status judge(finder *f, mote_err *err)
{
    MOTE_TRY(mote_arena_take(&f->s->arena, f->to->n, sizeof *f->facts, &f->facts, err));
    for (uint32_t i = 0; i < f->to->n; i++)
        f->facts[i] = (column_facts){.formats = MOTE_TIME_ALL_FORMATS, .is_whole = true};
    for (int k = 0; k < JUDGED_ROWS; k++) {
        mote_csv_row row;
        MOTE_TRY(mote_csv_next(f->csv, &row, err));
        if (!row.cells)
            break;
        for (uint32_t i = 0; i < row.n_cells && i < f->to->n; i++)
            judge_cell(f, &f->facts[i], &row.cells[i]);
    }
    mote_csv_seek(f->csv, NULL);
    return MOTE_OK;
}

/* ---- time and label ------------------------------------------------------------------------- */

static bool is_time(const finder *f, uint32_t i)
{
    static const char *const words[] = {
        "timestamp",   "time",   "t",     "date",  "datetime",   "ts",      "ms",
        "millis",      "micros", "utc",   "epoch", "seconds",    "elapsed", "zeit",
        "zeitstempel", "datum",  "temps", "heure", "horodatage", "tiempo",  "fecha",
        "hora",        "tempo",  "tijd",  "tid",   "czas",       "zaman",   "waktu",
        "время",       "Время",  "时间",  "時間",  "時刻",       "시간",    NULL};
    const column_facts *c = &f->facts[i];
    const char *name = column_name(f, i);
    bool has_unit, says_time = mote_series_unit_of(name) > 0;
    (void)bare_name(name, &has_unit);
    if (c->formats && c->n_numbers == 0 && c->n_texts > 0)
        return true;
    if (c->formats && c->n_numbers > 0) /* 20240229 is a number too */
        return is_one_of(name, words);
    bool is_named = is_one_of(name, words) && (!has_unit || says_time); /* "T [C]" is none */
    return c->n_numbers > 0 && 4 * c->n_falls <= c->n_steps &&
           (is_named || (says_time && c->n_texts == 0));
}

static mote_status find_time(finder *f, mote_err *err)
{
    mote_series_columns *to = f->to;
    const char *wanted = f->cfg->time_column;
    to->time = -1;
    if (wanted && *wanted)
        MOTE_TRY(need_named(f, wanted, "of time", &to->time, err));
    for (uint32_t i = 0; i < to->n && to->time < 0 && !wanted; i++)
        if (is_time(f, i))
            to->time = (int32_t)i;
    if (to->time < 0)
        return MOTE_OK;
    const column_facts *c = &f->facts[to->time];
    to->is_date = c->formats != 0;
    for (int k = MOTE_N_TIME_FORMATS - 1; k >= 0; k--)
        if (c->formats & (1u << k))
            to->format = (mote_time_format)k;
    if (!to->is_date && !c->n_numbers)
        return mote_fail(err, MOTE_PARSE, "'%s': column '%s' holds no times that can be read",
                         f->name, column_name(f, (uint32_t)to->time));
    return MOTE_OK;
}

static mote_status find_label(finder *f, mote_err *err)
{
    static const char *const words[] = {"label",  "class",  "activity", "gesture",
                                        "target", "labels", "event",    NULL};
    mote_series_columns *to = f->to;
    const char *wanted = f->cfg->label_column;
    to->label = -1;
    if (wanted && *wanted)
        MOTE_TRY(need_named(f, wanted, "of labels", &to->label, err));
    for (uint32_t i = 0; i < to->n && to->label < 0 && !wanted; i++)
        if ((int32_t)i != to->time && is_one_of(column_name(f, i), words))
            to->label = (int32_t)i;
    return MOTE_OK;
}

static mote_status find_group(finder *f, mote_err *err)
{
    const char *wanted = f->cfg->group_column;
    f->to->group = -1;
    if (wanted && *wanted)
        MOTE_TRY(need_named(f, wanted, "of groups", &f->to->group, err));
    if (f->to->group >= 0 && (f->to->group == f->to->time || f->to->group == f->to->label))
        return mote_fail(err, MOTE_ARG, "'%s': column '%s' cannot be the groups and the %s as well",
                         f->name, wanted, f->to->group == f->to->time ? "times" : "labels");
    return MOTE_OK;
}

/* ---- axes ----------------------------------------------------------------------------------- */

static mote_status name_axis(const finder *f, uint32_t column, const char **name, const char **unit,
                             mote_err *err)
{
    const char *full = column_name(f, column);
    bool has_unit;
    size_t n = bare_name(full, &has_unit), cut = strcspn(full, "([");
    *unit = has_unit ? mote_series_text(f->s, full + cut + 1, strlen(full) - cut - 2) : "";
    *name = n ? mote_series_text(f->s, full, n)
              : mote_arena_printf(&f->s->arena, MOTE_SERIES_NAMELESS "%u", column + 1);
    return *name && *unit ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "the name of a channel");
}

static const char counts[] = "counts the rows";
static const char rises[] = "rises as a count or a time does";
static const char says_who[] = "says who, not what";

/* Why a column of numbers is no axis; NULL: it is one. */
static const char *no_axis(const finder *f, uint32_t i)
{
    static const char *const counters[] = {"index",  "idx",     "id",  "row", "unnamed",
                                           "sample", "frame",   "seq", "no",  "nr",
                                           "packet", "counter", NULL};
    static const char *const people[] = {"subject",   "user",      "person", "participant",
                                         "volunteer", "subjectid", "userid", "session",
                                         "trial",     NULL};
    const column_facts *c = &f->facts[i];
    const char *name = column_name(f, i);
    if (is_one_of(name, counters) && c->n_steps > 2 && c->n_ones == c->n_steps)
        return counts;
    if (!*name && c->n_steps > 2 && c->n_even == c->n_steps)
        return c->n_ones == c->n_steps ? counts : rises;
    if (c->is_whole && is_one_of(name, people))
        return says_who;
    return NULL;
}

static mote_status add_axis(finder *f, uint32_t i, mote_err *err)
{
    if (f->s->n_channels == MOTE_SERIES_MAX_CHANNELS)
        return mote_fail(err, MOTE_LIMIT, "'%s' has more than %d channels", f->name,
                         MOTE_SERIES_MAX_CHANNELS);
    f->to->axes[f->s->n_channels++] = i;
    return MOTE_OK;
}

static mote_status take_named_axes(finder *f, mote_err *err)
{
    for (size_t k = 0; k < f->cfg->axes.n; k++) {
        int32_t i = -1;
        MOTE_TRY(need_named(f, f->cfg->axes.items[k], "for an axis", &i, err));
        if (f->facts[i].n_numbers <= f->facts[i].n_texts)
            return mote_fail(err, MOTE_PARSE,
                             "'%s': column '%s' holds no numbers, so it is no axis", f->name,
                             f->cfg->axes.items[k]);
        MOTE_TRY(add_axis(f, (uint32_t)i, err));
    }
    return MOTE_OK;
}

static mote_status find_axes(finder *f, mote_err *err)
{
    const mote_series_columns *to = f->to;
    bool has_row_names = mote_csv_get_dialect(f->csv)->has_row_names;
    for (uint32_t i = 0; i < to->n; i++) {
        if ((int32_t)i == to->time || (int32_t)i == to->label || (int32_t)i == to->group ||
            (i == 0 && has_row_names))
            continue;
        const char *why =
            f->facts[i].n_numbers > f->facts[i].n_texts ? no_axis(f, i) : "holds no numbers";
        if (why)
            mote_series_note(f->s, "column %u '%.40s' %s and is left out%s", i + 1,
                             column_name(f, i), why,
                             why == rises      ? " (data.time_column can name it)"
                             : why == says_who ? " (data.group_column can name it)"
                                               : "");
        else
            MOTE_TRY(add_axis(f, i, err));
    }
    if (f->s->n_channels == 0)
        return mote_fail(err, MOTE_PARSE,
                         "'%s' has no column of numbers beside times and labels; cells are parted "
                         "by comma, semicolon, tab, '|' or blanks",
                         f->name);
    return MOTE_OK;
}

mote_status mote_series_find_columns(const char *name, mote_csv *csv, const mote_series_config *cfg,
                                     mote_series *s, mote_series_columns *out, mote_err *err)
{
    mote_series_columns found = {.n = mote_csv_get_dialect(csv)->n_columns};
    finder f = {.name = name, .csv = csv, .cfg = cfg, .s = s, .to = &found};
    const char **names, **units;
    MOTE_TRY(mote_arena_take(&s->arena, found.n, sizeof *found.axes, &found.axes, err));
    MOTE_TRY(judge(&f, err));
    MOTE_TRY(find_time(&f, err));
    MOTE_TRY(find_label(&f, err));
    MOTE_TRY(find_group(&f, err));
    MOTE_TRY(cfg->axes.n ? take_named_axes(&f, err) : find_axes(&f, err));
    MOTE_TRY(mote_arena_take(&s->arena, (size_t)s->n_channels, sizeof *names, &names, err));
    MOTE_TRY(mote_arena_take(&s->arena, (size_t)s->n_channels, sizeof *units, &units, err));
    for (int32_t c = 0; c < s->n_channels; c++)
        MOTE_TRY(name_axis(&f, found.axes[c], &names[c], &units[c], err));
    s->names = names;
    s->units = units;
    *out = found;
    return MOTE_OK;
}
