/* SPDX-License-Identifier: Apache-2.0 */
/* What a column is: gathering in one pass, deciding at its end. See table.h for the rules. */
#include <math.h>
#include <string.h>

#include "data/table_internal.h"

#define MIN_UNIQUE    20 /* rows before "no value twice" means anything */
#define ODD_PER_MILLE 20 /* cells that are no number in a column of numbers */

const char *mote_column_type_name(mote_column_type t)
{
    static const char *const names[] = {"constant", "bool", "int",  "float",
                                        "category", "time", "text", "id"};
    return names[t];
}

/* ASCII letters in any case; `word` in lower case. */
static bool is_word(const char *s, size_t n, const char *word)
{
    if (strlen(word) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char c = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] + 32) : s[i];
        if (c != word[i])
            return false;
    }
    return true;
}

const char *mote_table_marker(const mote_csv_cell *c)
{
    static const char *const markers[] = {"na", "n/a", "#n/a", "?", "null", "nan", "-"};
    static const char *const shown[] = {"NA", "N/A", "#N/A", "?", "null", "NaN", "-"};
    if (c->n == 0)
        return "";
    if (c->n > 4)
        return NULL;
    for (size_t i = 0; i < sizeof markers / sizeof markers[0]; i++)
        if (is_word(c->s, c->n, markers[i]))
            return shown[i];
    return NULL;
}

static const char *const bool_pairs[][2] = {{"false", "true"}, {"no", "yes"}, {"n", "y"},
                                            {"f", "t"},        {"off", "on"}, {"0", "1"}};
enum { N_PAIRS = sizeof bool_pairs / sizeof bool_pairs[0] };

int mote_table_bool_word(const char *s, size_t n, int *pair)
{
    for (int i = 0; n <= 5 && i < N_PAIRS; i++) {
        for (int k = 0; k < 2; k++) {
            if (is_word(s, n, bool_pairs[i][k])) {
                *pair = i;
                return k;
            }
        }
    }
    return -1;
}

/* ---- gathering ---- */

void mote_column_state_init(mote_column_state *s, uint32_t max_different)
{
    *s = (mote_column_state){.max_slots = max_different * 2,
                             .rises_by_one = true,
                             .bool_words = (1u << N_PAIRS) - 1,
                             .formats = MOTE_TIME_ALL_FORMATS,
                             .min = INFINITY,
                             .max = -INFINITY,
                             .second_min = INFINITY,
                             .second_max = -INFINITY};
}

void mote_column_state_release(mote_column_state *s)
{
    mote_free(s->seen);
    s->seen = NULL;
}

static uint64_t hash_of(const char *s, size_t n)
{
    uint64_t h = 1469598103934665603u; /* FNV-1a, then mixed so that low bits depend on all */
    for (size_t i = 0; i < n; i++)
        h = (h ^ (uint8_t)s[i]) * 1099511628211u;
    h ^= h >> 32;
    h *= 0xd6e8feb86659fd93u;
    return h ^ h >> 32;
}

static mote_status grow(mote_column_state *s, mote_err *err)
{
    uint32_t n = s->n_slots ? s->n_slots * 2 : 64;
    mote_seen *more = mote_alloc_zero(n, sizeof *more);
    if (!more)
        return mote_fail(err, MOTE_NOMEM, "%u different values", n);
    for (uint32_t i = 0; i < s->n_slots; i++) {
        if (s->seen[i].count == 0)
            continue;
        uint32_t at = (uint32_t)s->seen[i].hash & (n - 1);
        while (more[at].count)
            at = (at + 1) & (n - 1);
        more[at] = s->seen[i];
    }
    mote_free(s->seen);
    s->seen = more;
    s->n_slots = n;
    return MOTE_OK;
}

static mote_status keep_text(mote_column_state *s, const mote_csv_cell *c, mote_arena *a,
                             uint32_t *index, mote_err *err)
{
    *index = UINT32_MAX;
    if (s->n_texts > MOTE_TABLE_MAX_VALUES || c->n > 4096)
        return MOTE_OK;
    if (s->n_texts == s->texts_room) {
        uint32_t room = s->texts_room ? s->texts_room * 4 : 16;
        const char **more;
        MOTE_TRY(mote_arena_take(a, room, sizeof *more, &more, err));
        if (s->n_texts)
            memcpy(more, s->texts, s->n_texts * sizeof *more);
        s->texts = more;
        s->texts_room = room;
    }
    const char *text = mote_arena_strndup(a, c->s, c->n);
    if (!text)
        return mote_fail(err, MOTE_NOMEM, "a value of %u bytes", c->n);
    *index = s->n_texts;
    s->texts[s->n_texts++] = text;
    return MOTE_OK;
}

/* Count the value. Two texts of one hash of 64 bits would be taken for one. */
static mote_status add_seen(mote_column_state *s, const mote_csv_cell *c, mote_arena *a,
                            mote_err *err)
{
    uint64_t h = hash_of(c->s, c->n);
    if (s->n_slots == 0 || (s->n_different * 2 >= s->n_slots && s->n_slots < s->max_slots))
        MOTE_TRY(grow(s, err));
    uint32_t at = (uint32_t)h & (s->n_slots - 1);
    while (s->seen[at].count && s->seen[at].hash != h)
        at = (at + 1) & (s->n_slots - 1);
    if (s->seen[at].count) {
        s->seen[at].count += s->seen[at].count < UINT32_MAX;
        s->has_twice = true;
        return MOTE_OK;
    }
    if (s->n_different * 2 >= s->n_slots) {
        s->is_full = true;
        return MOTE_OK;
    }
    uint32_t text;
    MOTE_TRY(keep_text(s, c, a, &text, err));
    s->seen[at] = (mote_seen){h, 1, text};
    s->n_different++;
    return MOTE_OK;
}

/* Extremes with how often they came, and the next different value: what 9999 stands out from. */
static void add_number(mote_column_state *s, double x)
{
    s->n_numbers++;
    s->n_whole += x == floor(x) && fabs(x) < 9e15;
    s->sum += x;
    if (x < s->min) {
        s->second_min = s->min;
        s->min = x;
        s->n_min = 0;
    } else if (x > s->min && x < s->second_min) {
        s->second_min = x;
    }
    if (x > s->max) {
        s->second_max = s->max;
        s->max = x;
        s->n_max = 0;
    } else if (x < s->max && x > s->second_max) {
        s->second_max = x;
    }
    s->n_min += x <= s->min;
    s->n_max += x >= s->max;
    if (s->n_present > 1 && !(x == s->last + 1)) /* exact: both are whole where it matters */
        s->rises_by_one = false;
    s->last = x;
}

static void add_odd(mote_column_state *s, const mote_csv_cell *c, uint64_t line)
{
    if (s->n_odd == 0)
        (void)mote_format(s->odd, sizeof s->odd, "%.*s", c->n < 40 ? (int)c->n : 40, c->s);
    if (s->n_odd < MOTE_TABLE_NAMED)
        s->odd_line[s->n_odd] = line;
    s->n_odd++;
    s->rises_by_one = false;
}

static void add_time(mote_column_state *s, const mote_csv_cell *c)
{
    s->formats = mote_time_match(c->s, c->n, s->formats);
    for (int f = 0; s->formats && f < MOTE_N_TIME_FORMATS; f++) {
        double t;
        if (!(s->formats & (1u << f)) || !mote_time_parse((mote_time_format)f, c->s, c->n, &t))
            continue;
        s->n_back[f] += s->n_present > 1 && t < s->last_time[f];
        s->last_time[f] = t;
    }
}

mote_status mote_column_state_add(mote_column_state *s, const mote_csv *csv, const mote_csv_cell *c,
                                  uint64_t line, mote_arena *a, mote_err *err)
{
    const char *marker = mote_table_marker(c);
    if (marker) {
        s->n_missing++;
        s->marker = s->marker ? s->marker : marker;
        s->rises_by_one = false;
        return MOTE_OK;
    }
    double x;
    int pair = 0;
    s->n_present++;
    if (mote_csv_number(csv, c, &x))
        add_number(s, x);
    else
        add_odd(s, c, line);
    s->bool_words &= mote_table_bool_word(c->s, c->n, &pair) >= 0 ? 1u << pair : 0u;
    if (s->formats)
        add_time(s, c);
    s->has_blank |= memchr(c->s, ' ', c->n) != NULL;
    return add_seen(s, c, a, err);
}

/* ---- deciding ---- */

/* Do the letters of a name say that it numbers things? */
static bool is_id_name(const char *name)
{
    static const char *const ends[] = {"id",    "no",  "nr",      "number",
                                       "index", "key", "instant", "row"};
    size_t n = strlen(name);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        size_t k = strlen(ends[i]);
        if (n >= k && is_word(name + n - k, k, ends[i]) &&
            (n == k || strchr("_- .", name[n - k - 1]) ||
             (name[n - k] >= 'A' && name[n - k] <= 'Z')))
            return true;
    }
    return false;
}

static bool all_numbers(const mote_column_state *s)
{
    return s->n_numbers > 0 && s->n_odd * 1000 <= s->n_present * ODD_PER_MILLE;
}

static mote_column_type find_type(const mote_column_state *s, const char *name)
{
    bool is_unique = !s->has_twice && s->n_present >= MIN_UNIQUE;
    bool is_whole = s->n_whole == s->n_numbers && all_numbers(s);
    if (s->n_different <= 1 && !s->is_full)
        return MOTE_COLUMN_CONSTANT;
    if (s->n_different == 2 && s->bool_words)
        return MOTE_COLUMN_BOOL;
    if (all_numbers(s)) {
        if (is_whole && s->n_odd == 0 && s->n_missing == 0 && is_unique &&
            (s->rises_by_one || is_id_name(name)))
            return MOTE_COLUMN_ID;
        return is_whole ? MOTE_COLUMN_INT : MOTE_COLUMN_FLOAT;
    }
    if (s->formats)
        return MOTE_COLUMN_TIME;
    if (s->n_different <= MOTE_TABLE_MAX_VALUES && !s->is_full &&
        s->n_different * (uint64_t)2 <= s->n_present && s->n_texts == s->n_different)
        return MOTE_COLUMN_CATEGORY;
    return is_unique && !s->has_blank ? MOTE_COLUMN_ID : MOTE_COLUMN_TEXT;
}

/* The format in which time runs back least; the first of several. -1: none fits. */
static int best_format(const mote_column_state *s, bool *is_open)
{
    int best = -1;
    *is_open = false;
    for (int f = 0; f < MOTE_N_TIME_FORMATS; f++) {
        if (!(s->formats & (1u << f)))
            continue;
        if (best >= 0 && s->n_back[f] == s->n_back[best])
            *is_open = true;
        if (best < 0 || s->n_back[f] < s->n_back[best]) {
            *is_open = false;
            best = f;
        }
    }
    return best;
}

static int by_bytes(const char *a, const char *b)
{
    return strcmp(a, b);
}

/* The texts in the order of their bytes: a heap sort, which needs no memory. */
static void sort_texts(const char **t, uint32_t n)
{
    for (uint32_t end = n, start = n / 2; end > 1;) {
        if (start > 0) {
            start--;
        } else {
            const char *top = t[0];
            end--;
            t[0] = t[end];
            t[end] = top;
        }
        for (uint32_t at = start, child; (child = 2 * at + 1) < end; at = child) {
            if (child + 1 < end && by_bytes(t[child], t[child + 1]) < 0)
                child++;
            if (by_bytes(t[at], t[child]) >= 0)
                break;
            const char *swap = t[at];
            t[at] = t[child];
            t[child] = swap;
        }
    }
}

static bool keep_values(mote_column_state *s, mote_column *out)
{
    bool has_values = out->type == MOTE_COLUMN_CATEGORY || out->type == MOTE_COLUMN_BOOL ||
                      out->type == MOTE_COLUMN_CONSTANT;
    if (!has_values)
        return true;
    sort_texts(s->texts, s->n_texts);
    out->values = s->texts;
    out->n_values = s->n_texts;
    int pair = 0;
    if (out->type == MOTE_COLUMN_BOOL && s->n_texts == 2 &&
        mote_table_bool_word(s->texts[0], strlen(s->texts[0]), &pair) == 1) {
        const char *no = s->texts[1];
        s->texts[1] = s->texts[0];
        s->texts[0] = no;
    }
    return s->n_texts == s->n_different && !s->is_full;
}

static char *why_of(const mote_column_state *s, const mote_column *c, mote_arena *a)
{
    const char *least = c->is_at_least ? "at least " : "";
    unsigned long long n = (unsigned long long)c->n_different;
    switch (c->type) {
    case MOTE_COLUMN_CONSTANT:
        return s->n_present == 0 ? mote_arena_printf(a, "every cell is missing")
                                 : mote_arena_printf(a, "always '%.40s'", s->texts[0]);
    case MOTE_COLUMN_BOOL:
        return c->n_values == 2
                   ? mote_arena_printf(a, "'%.20s' and '%.20s'", c->values[0], c->values[1])
                   : mote_arena_printf(a, "%llu different values", n);
    case MOTE_COLUMN_INT:
    case MOTE_COLUMN_FLOAT:
        return mote_arena_printf(a, "%.9g to %.9g, %s%llu different", c->min, c->max, least, n);
    case MOTE_COLUMN_ID:
        return s->n_numbers && s->rises_by_one
                   ? mote_arena_printf(a, "%.15g to %.15g, one more in each row", c->min, c->max)
                   : mote_arena_printf(a, "no value comes twice%s%s",
                                       s->is_full ? " among the first " : "",
                                       s->is_full ? "ones" : "");
    case MOTE_COLUMN_TIME:
        return mote_arena_printf(a, "%s%llu different times", least, n);
    case MOTE_COLUMN_CATEGORY:
    case MOTE_COLUMN_TEXT:
    case MOTE_N_COLUMN_TYPES:
    default:
        return mote_arena_printf(a, "%s%llu different texts", least, n);
    }
}

/* -99, 999, -9999, ..: two or more nines and nothing else. */
static bool is_nines(double x)
{
    x = fabs(x);
    for (int64_t nines = 99; nines < 1000000000; nines = nines * 10 + 9)
        if (x == (double)nines)
            return true;
    return false;
}

/* A value of nines that comes more than once and stands apart from all others by more than they do
 * from each other. */
static char *hint_of_nines(const mote_column_state *s, mote_arena *a)
{
    double x = 0, next = 0;
    uint64_t n = 0;
    if (s->n_max > 1 && is_nines(s->max) && s->max - s->second_max > s->second_max - s->min) {
        x = s->max, next = s->second_max, n = s->n_max;
    } else if (s->n_min > 1 && is_nines(s->min) &&
               s->second_min - s->min > s->max - s->second_min) {
        x = s->min, next = s->second_min, n = s->n_min;
    } else {
        return NULL;
    }
    return mote_arena_printf(a,
                             "%.9g comes %llu times, the next value is %.9g: does it stand for "
                             "'missing'?",
                             x, (unsigned long long)n, next);
}

static char *hint_of(const mote_column_state *s, const mote_column *c, bool is_open, mote_arena *a)
{
    bool is_number = c->type == MOTE_COLUMN_INT || c->type == MOTE_COLUMN_FLOAT;
    char *nines = is_number ? hint_of_nines(s, a) : NULL;
    if (nines)
        return nines;
    if (c->type == MOTE_COLUMN_TIME && is_open)
        return mote_arena_printf(a, "day and month cannot be told apart: state the format");
    if (c->type == MOTE_COLUMN_INT && !c->is_at_least && c->n_different <= 12)
        return mote_arena_printf(a, "few values: 'category' if they are codes and no amounts");
    if (c->type == MOTE_COLUMN_CATEGORY && s->n_numbers * 2 > s->n_present)
        return mote_arena_printf(a, "%llu of %llu are numbers; '%s' in line %llu is none",
                                 (unsigned long long)s->n_numbers, (unsigned long long)s->n_present,
                                 s->odd, (unsigned long long)s->odd_line[0]);
    return NULL;
}

static mote_status take_stated(const char *name, const mote_column_stated *stated, mote_column *out,
                               mote_err *err)
{
    mote_time_format f;
    out->type = stated->type;
    if (stated->type != MOTE_COLUMN_TIME || !stated->format)
        return MOTE_OK;
    if (!mote_time_format_find(stated->format, &f))
        return mote_fail(err, MOTE_ARG, "column '%s': '%s' is no format of time; '%s' is one", name,
                         stated->format, mote_time_format_name(MOTE_TIME_YMD_DASH));
    out->format = mote_time_format_name(f);
    return MOTE_OK;
}

mote_status mote_column_decide(mote_column_state *s, const char *name,
                               const mote_column_stated *stated, mote_arena *a, mote_column *out,
                               mote_err *err)
{
    mote_column c = {.type = find_type(s, name),
                     .is_stated = stated != NULL,
                     .n_rows = s->n_present + s->n_missing,
                     .n_missing = s->n_missing,
                     .missing = s->marker,
                     .n_different = s->n_different,
                     .is_at_least = s->is_full};
    bool is_open = false;
    int format = best_format(s, &is_open);
    if (stated)
        MOTE_TRY(take_stated(name, stated, &c, err));
    if (c.type == MOTE_COLUMN_TIME && !c.format)
        c.format =
            mote_time_format_name(format < 0 ? MOTE_TIME_YMD_DASH : (mote_time_format)format);
    if (s->n_numbers) {
        c.min = s->min;
        c.max = s->max;
        c.mean = s->sum / (double)s->n_numbers;
    }
    if (!keep_values(s, &c) && c.type == MOTE_COLUMN_CATEGORY)
        return mote_fail(err, MOTE_LIMIT,
                         "column '%s' has more than %d different values: no category", name,
                         MOTE_TABLE_MAX_VALUES);
    c.why = why_of(s, &c, a);
    c.hint = hint_of(s, &c, is_open && !(stated && stated->format), a);
    if (!c.why)
        return mote_fail(err, MOTE_NOMEM, "column '%s'", name);
    *out = c;
    return MOTE_OK;
}
