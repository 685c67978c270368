/* SPDX-License-Identifier: Apache-2.0 */
/* Sounds of words as espeak-ng writes them ("b_E_d"): how far two words are apart, and words that
 * do not exist, one sound away from a keyword. See builtin_internal.h. */
#include <string.h>

#include "base/text.h"
#include "data/builtin_internal.h"

#define STREAM_MADE_UP      0x62696e31u
#define STREAM_EDITS        0x62696e38u
#define MADE_UP_PER_KEYWORD 8
#define MAX_MADE_UP         80 /* replaced, for training alone */
#define MAX_EDITS           90 /* left out, put in, replaced: for every split */
#define EDITS_PER_KEYWORD   12 /* of a kind */
#define MAX_PHONEMES        64
#define MAX_INVENTORY       256

/* ---- phonemes ------------------------------------------------------------------------------ */

/* A phoneme as espeak-ng writes it: s[0..len), not terminated. */
typedef struct {
    const char *s;
    size_t len;
} phoneme;

/* Those of a word. */
typedef struct {
    phoneme items[MAX_PHONEMES];
    size_t n;
} phonemes;

static phonemes cut(const char *text)
{
    phonemes p = {.n = 0};
    while (*text && p.n < MAX_PHONEMES) {
        p.items[p.n].s = text;
        p.items[p.n].len = strcspn(text, "_");
        text += p.items[p.n].len;
        text += *text == '_' ? 1 : 0;
        p.n++;
    }
    return p;
}

static bool same(const phonemes *x, size_t i, const phonemes *y, size_t j)
{
    return x->items[i].len == y->items[j].len &&
           memcmp(x->items[i].s, y->items[j].s, x->items[i].len) == 0;
}

size_t mote_phoneme_distance(const char *x, const char *y)
{
    phonemes a = cut(x), b = cut(y);
    size_t row[MAX_PHONEMES + 1];
    for (size_t j = 0; j <= b.n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t diagonal = row[0]; /* invariant: row[j] for i - 1 right of j */
        row[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            size_t replace = diagonal + (same(&a, i - 1, &b, j - 1) ? 0 : 1);
            size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            diagonal = row[j];
            row[j] = replace < least ? replace : least;
        }
    }
    return row[b.n];
}

size_t mote_phonemes_count(const char *x)
{
    return cut(x).n;
}

bool mote_phonemes_contain(const char *whole, const char *part)
{
    phonemes a = cut(whole), b = cut(part);
    for (size_t i = 0; b.n > 0 && i + b.n <= a.n; i++) {
        size_t k = 0;
        while (k < b.n && same(&a, i + k, &b, k))
            k++;
        if (k == b.n)
            return true;
    }
    return false;
}

/* ---- made-up words ------------------------------------------------------------------------- */

typedef struct {
    const char *const *sounds; /* [n_keywords] */
    size_t n_keywords;
    mote_arena *arena;
    mote_builtin_made_up *words; /* [MAX_MADE_UP + MAX_EDITS] */
    size_t n;
    phoneme inventory[MAX_INVENTORY]; /* what a sound can be replaced by */
    size_t n_inventory;
} inventor;

static bool is_vowel(const char *sound)
{
    return strchr("aeiouAEIOUV@30yY&", *sound) != NULL;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The sounds as a word: "[[..]]" with a pause of nothing between them. */
static mote_status spell(const inventor *v, const phonemes *p, mote_builtin_word *out,
                         mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 512);
    bool has_stress = false;
    mote_buf_str(&b, "[[");
    for (size_t i = 0; i < p->n; i++) {
        const phoneme now = p->items[i];
        if (!has_stress && is_vowel(now.s))
            mote_buf_char(&b, '\'');
        has_stress = has_stress || is_vowel(now.s);
        mote_buf_add(&b, now.s, now.len);
    }
    mote_buf_str(&b, "]]");
    MOTE_TRY(mote_buf_status(&b, err));
    out->spoken = mote_arena_strdup(v->arena, b.data);
    out->label = mote_arena_printf(v->arena, "(%.*s)", (int)(b.len - 4), b.data + 2);
    return out->spoken && out->label ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "built-in words");
}

/* The sounds of the keywords, each once, and usual ones. */
static void take_inventory(inventor *v)
{
    size_t n = 0;
    phoneme *out = v->inventory;
    for (size_t k = 0; k < v->n_keywords; k++) {
        phonemes p = cut(v->sounds[k]);
        for (size_t i = 0; i < p.n && n < MAX_INVENTORY; i++) {
            const phoneme *x = &p.items[i];
            size_t j = 0;
            while (j < n && (out[j].len != x->len || memcmp(out[j].s, x->s, x->len) != 0))
                j++;
            if (j == n)
                out[n++] = *x;
        }
    }
    static const char *const usual[] = {"p", "t", "k", "b", "d", "g", "m", "n",
                                        "s", "f", "l", "a", "i", "u", "e", "o"};
    for (size_t i = 0; i < sizeof usual / sizeof usual[0] && n < MAX_INVENTORY; i++)
        out[n++] = (phoneme){usual[i], strlen(usual[i])};
    v->n_inventory = n;
}

static bool is_taken(const inventor *v, const char *spoken)
{
    for (size_t i = 0; i < v->n; i++) {
        if (strcmp(v->words[i].word.spoken, spoken) == 0)
            return true;
    }
    return false;
}

/* Is `spoken` ("[[b'Vd]]") a keyword after all, when written without stress? */
static bool is_keyword_sound(const inventor *v, const char *spoken)
{
    for (size_t k = 0; k < v->n_keywords; k++) {
        const char *x = spoken + 2, *y = v->sounds[k];
        for (;;) {
            x += *x == '\'' ? 1 : 0;
            y += *y == '_' ? 1 : 0;
            if (*x != *y)
                break;
            x++;
            y++;
        }
        if (*x == ']' && *y == 0)
            return true;
    }
    return false;
}

/* Take the word, unless it is there or is a keyword. A split of MOTE_N_SPLITS: by its sounds. */
static mote_status take(inventor *v, const phonemes *p, mote_split split, mote_err *err)
{
    mote_builtin_word word;
    MOTE_TRY(spell(v, p, &word, err));
    if (is_taken(v, word.spoken) || is_keyword_sound(v, word.spoken))
        return MOTE_OK;
    const mote_sha256 key = mote_sha256_of(word.spoken, strlen(word.spoken));
    v->words[v->n++] =
        (mote_builtin_made_up){word, split == MOTE_N_SPLITS ? mote_builtin_split_of(&key) : split};
    return MOTE_OK;
}

/* A drawn sound in the place of a drawn one of its kind; false: the draw does not fit. */
static bool replace(const inventor *v, mote_rng *r, phonemes *p)
{
    const size_t at = mote_rng_below(r, (uint32_t)p->n);
    const phoneme now = p->items[at];
    const phoneme other = v->inventory[mote_rng_below(r, (uint32_t)v->n_inventory)];
    p->items[at] = other;
    return is_vowel(now.s) == is_vowel(other.s) && lower(now.s[0]) != lower(other.s[0]);
}

/* A drawn sound before a drawn one, or behind all. */
static bool put_in(const inventor *v, mote_rng *r, phonemes *p)
{
    const size_t at = mote_rng_below(r, (uint32_t)p->n + 1);
    if (p->n == MAX_PHONEMES)
        return false;
    memmove(p->items + at + 1, p->items + at, (p->n - at) * sizeof *p->items);
    p->items[at] = v->inventory[mote_rng_below(r, (uint32_t)v->n_inventory)];
    p->n++;
    return true;
}

static bool leave_out(const inventor *v, mote_rng *r, phonemes *p)
{
    (void)v;
    const size_t at = mote_rng_below(r, (uint32_t)p->n);
    memmove(p->items + at, p->items + at + 1, (p->n - at - 1) * sizeof *p->items);
    p->n--;
    return p->n > 1;
}

/* How many, and for whom; MOTE_N_SPLITS: each by its sounds. */
typedef struct {
    size_t most;
    mote_split split;
} quota_of;

typedef bool edit(const inventor *v, mote_rng *r, phonemes *p);

/* Words, each by one edit of a keyword that has several sounds. */
static mote_status make_some(inventor *v, edit *change, mote_rng *r, const char *keyword,
                             const quota_of *quota, mote_err *err)
{
    const phonemes whole = cut(keyword);
    const size_t enough = v->n + quota->most;
    for (int tries = 0; whole.n > 1 && tries < 200 && v->n < enough; tries++) {
        phonemes p = whole;
        if (change(v, r, &p))
            MOTE_TRY(take(v, &p, quota->split, err));
    }
    return MOTE_OK;
}

static size_t at_most(size_t a, size_t b)
{
    return a < b ? a : b;
}

static mote_status make_all(inventor *v, bool every_way, mote_err *err)
{
    static edit *const kinds[] = {leave_out, put_in, replace};
    const quota_of replaced = {at_most(MAX_MADE_UP / v->n_keywords, MADE_UP_PER_KEYWORD),
                               MOTE_SPLIT_TRAIN};
    const quota_of edited = {at_most(MAX_EDITS / (3 * v->n_keywords), EDITS_PER_KEYWORD),
                             MOTE_N_SPLITS};
    mote_rng r;
    for (size_t k = 0; k < v->n_keywords; k++) {
        mote_rng_init_stream(&r, MOTE_BUILTIN_SEED, STREAM_MADE_UP, k);
        MOTE_TRY(make_some(v, replace, &r, v->sounds[k], &replaced, err));
    }
    for (size_t k = 0; every_way && k < v->n_keywords; k++) {
        mote_rng_init_stream(&r, MOTE_BUILTIN_SEED, STREAM_EDITS, k);
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
            MOTE_TRY(make_some(v, kinds[i], &r, v->sounds[k], &edited, err));
    }
    return MOTE_OK;
}

mote_status mote_builtin_make_up(const char *const *sounds, size_t n_keywords, bool every_way,
                                 mote_arena *a, mote_builtin_inventions *out, mote_err *err)
{
    inventor *v = NULL;
    MOTE_TRY(mote_arena_take(a, 1, sizeof *v, &v, err));
    *v = (inventor){.sounds = sounds, .n_keywords = n_keywords, .arena = a};
    MOTE_TRY(mote_arena_take(a, MAX_MADE_UP + MAX_EDITS, sizeof *v->words, &v->words, err));
    take_inventory(v);
    MOTE_TRY(make_all(v, every_way, err));
    *out = (mote_builtin_inventions){v->words, v->n};
    return MOTE_OK;
}
