/* SPDX-License-Identifier: Apache-2.0 */
/* Who says what in the built-in set. See builtin_internal.h.
 *
 *   words    a word that sounds like a keyword, or holds one, is left out; of the others the
 *            NEAR nearest to any keyword are said twice as often. A word's split is a function of
 *            its letters alone, 64 : 16 : 20, so no split hears the words of another.
 *   made up  a keyword with one of its sounds replaced by another consonant or another vowel
 *            ("hoppy" for "happy"), as phonemes; for training only
 *   voices   espeak-ng's variants in the order of the hash of their names, 64 : 16 : 20. Where
 *            flite is installed (or else festival), the test is spoken by it alone, by nobody in
 *            training; festival beside flite speaks a fifth of training.
 *   keywords (data.spoken) every voice of a split says each of them, again and again, at another
 *            tempo, pitch and size. A speaker whom both flite and festival have is not in the test.
 *   parts    of a keyword of several words, each part alone and each in other company ("hey", "hey
 *            garden", "water mote"): other words like any
 *
 * Distance: insertions, deletions and replacements of phonemes (Levenshtein). */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "data/builtin_internal.h"

#define STREAM_MADE_UP      0x62696e31u
#define STREAM_ORDER        0x62696e32u
#define STREAM_ACCENT       0x62696e33u
#define NEAR                40
#define MADE_UP_PER_KEYWORD 8
#define MAX_MADE_UP         80
#define MAX_PHONEMES        64
#define STREAM_COMPANY      0x62696e37u
#define MAX_PARTS           6   /* words of a phrase that are told apart */
#define COMPANY             4   /* other words beside its head, and beside its tail */
#define MAX_SAID            960 /* times that keywords are said for training, in all */

static const size_t n_clips_of[MOTE_N_SPLITS] = {440, 90, 120}; /* made-up words not counted */

/* How often a keyword is said: a function of how many there are. */
static size_t n_said_of(mote_split split, size_t n_keywords)
{
    size_t n = MAX_SAID / n_keywords;
    n = n > 480 ? 480 : n < 120 ? 120 : n;
    return split == MOTE_SPLIT_TRAIN ? n : split == MOTE_SPLIT_VALIDATION ? n / 5 : n / 4;
}

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

/* ---- words --------------------------------------------------------------------------------- */

typedef struct {
    const char *text;
    double nearness; /* distance to the nearest keyword as a share of its length */
    mote_sha256 key;
} candidate;

typedef struct {
    const mote_builtin_config *cfg;
    mote_arena *arena;
    mote_builtin_script *script;
    const char **keyword_sounds; /* [cfg->n_keywords] */
    candidate *words;
    size_t n_words;
    mote_builtin_word *made_up;
    size_t n_made_up;
} writer;

static int compare_near(const void *a, const void *b)
{
    const candidate *x = a, *y = b;
    int c = (x->nearness > y->nearness) - (x->nearness < y->nearness);
    return c ? c : memcmp(x->key.bytes, y->key.bytes, sizeof x->key.bytes);
}

/* Spelt like a keyword, but for case? Such a word would be one of the class. */
static bool is_keyword(const mote_builtin_config *c, const char *word)
{
    for (size_t k = 0; k < c->n_keywords; k++) {
        const char *x = c->keywords[k], *y = word;
        while (*x && (*x == *y || (*x >= 'A' && *x <= 'Z' && *x - 'A' + 'a' == *y))) {
            x++;
            y++;
        }
        if (*x == *y)
            return true;
    }
    return false;
}

/* How near to a keyword; negative: it is one, or one is heard in it. */
static double nearness_of(const writer *w, const char *sounds)
{
    double best = 1.0;
    for (size_t k = 0; k < w->cfg->n_keywords; k++) {
        const char *keyword = w->keyword_sounds[k];
        size_t n = cut(keyword).n;
        if (n == 0)
            continue;
        if (mote_phonemes_contain(sounds, keyword))
            return -1.0;
        double d = (double)mote_phoneme_distance(sounds, keyword) / (double)n;
        best = d < best ? d : best;
    }
    return best;
}

/* ---- phrases ------------------------------------------------------------------------------- */

/* Words of a phrase: of[i] is s[i], len[i] long. */
typedef struct {
    const char *s[MAX_PARTS];
    size_t len[MAX_PARTS], n;
} phrase;

static phrase cut_phrase(const char *text)
{
    phrase p = {.n = 0};
    while (p.n < MAX_PARTS) {
        text += strspn(text, " _-");
        if (!*text)
            break;
        p.s[p.n] = text;
        p.len[p.n] = strcspn(text, " _-");
        text += p.len[p.n++];
    }
    return p;
}

/* Words [from, to) of a phrase, between `before` and `behind`, with blanks; "" for none. */
static const char *join(mote_arena *a, const phrase *p, size_t from, size_t to, const char *before,
                        const char *behind)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    mote_buf_str(&b, before);
    for (size_t i = from; i < to; i++) {
        if (b.len > 0)
            mote_buf_char(&b, ' ');
        mote_buf_add(&b, p->s[i], p->len[i]);
    }
    if (*behind)
        mote_buf_char(&b, ' ');
    mote_buf_str(&b, behind);
    return b.data ? mote_arena_strdup(a, b.data) : NULL;
}

/* Parts of keywords of several words, alone and in other company, behind the n words of the
 * list. */
static mote_status add_parts(writer *w, const char ***words, size_t *n, mote_err *err)
{
    const size_t most = MAX_PARTS * MAX_PARTS + 2 * COMPANY, n_words = *n;
    const char **all = NULL;
    bool is_whole = true;
    MOTE_TRY(
        mote_arena_take(w->arena, n_words + most * w->cfg->n_keywords, sizeof *all, &all, err));
    memcpy(all, *words, n_words * sizeof *all);
    for (size_t k = 0; k < w->cfg->n_keywords && n_words > 0; k++) {
        const phrase p = cut_phrase(w->cfg->keywords[k]);
        mote_rng r;
        mote_rng_init_stream(&r, MOTE_BUILTIN_SEED, STREAM_COMPANY, k);
        for (size_t from = 0; p.n > 1 && from < p.n; from++)
            for (size_t to = from + 1; to <= p.n; to++)
                if (to - from < p.n)
                    all[(*n)++] = join(w->arena, &p, from, to, "", "");
        for (size_t i = 0; p.n > 1 && i < COMPANY; i++) {
            const char *x = all[mote_rng_below(&r, (uint32_t)n_words)];
            const char *y = all[mote_rng_below(&r, (uint32_t)n_words)];
            all[(*n)++] = join(w->arena, &p, 0, p.n - 1, "", x);
            all[(*n)++] = join(w->arena, &p, 1, p.n, y, "");
        }
    }
    for (size_t i = n_words; i < *n; i++)
        is_whole = is_whole && all[i];
    *words = all;
    return is_whole ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "built-in words");
}

static mote_status choose_words(writer *w, mote_err *err)
{
    const char **words = NULL, **sounds = NULL;
    const char *voice = w->script->espeak.accents[0];
    size_t n = 0;
    MOTE_TRY(mote_builtin_words(w->script->language, w->arena, &words, &n, err));
    if (mote_builtin_is_spoken(w->cfg))
        MOTE_TRY(add_parts(w, &words, &n, err));
    MOTE_TRY(mote_espeak_phonemes(voice, w->cfg->keywords, w->cfg->n_keywords, w->arena,
                                  &w->keyword_sounds, err));
    MOTE_TRY(mote_espeak_phonemes(voice, words, n, w->arena, &sounds, err));
    MOTE_TRY(mote_arena_take(w->arena, n + 1, sizeof *w->words, &w->words, err));
    for (size_t i = 0; i < n; i++) {
        double nearness = sounds[i][0] ? nearness_of(w, sounds[i]) : -1.0;
        if (nearness < 0 || is_keyword(w->cfg, words[i]))
            continue;
        w->words[w->n_words++] =
            (candidate){words[i], nearness, mote_sha256_of(words[i], strlen(words[i]))};
    }
    qsort(w->words, w->n_words, sizeof *w->words, compare_near);
    if (w->n_words < 20)
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "voice '%s' of espeak-ng says too few of the "
                         "built-in words; set data.language, or add recordings of other words",
                         voice);
    return MOTE_OK;
}

/* A share of 0 .. 99 as a split. */
static mote_split split_of_share(uint32_t share)
{
    return share < 64 ? MOTE_SPLIT_TRAIN : share < 80 ? MOTE_SPLIT_VALIDATION : MOTE_SPLIT_TEST;
}

static mote_split split_of_word(const candidate *c)
{
    return split_of_share((uint32_t)((c->key.bytes[0] << 8 | c->key.bytes[1]) % 100));
}

/* ---- made-up words ------------------------------------------------------------------------- */

static bool is_vowel(const char *sound)
{
    return strchr("aeiouAEIOUV@30yY&", *sound) != NULL;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Replace phoneme `at` of p by `other`; "[[..]]" with a pause of nothing between the sounds. */
static mote_status spell(writer *w, const phonemes *p, size_t at, phoneme other,
                         mote_builtin_word *out, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 256);
    bool has_stress = false;
    mote_buf_str(&b, "[[");
    for (size_t i = 0; i < p->n; i++) {
        const phoneme now = i == at ? other : p->items[i];
        if (!has_stress && is_vowel(now.s))
            mote_buf_char(&b, '\'');
        has_stress = has_stress || is_vowel(now.s);
        mote_buf_add(&b, now.s, now.len);
    }
    mote_buf_str(&b, "]]");
    MOTE_TRY(mote_buf_status(&b, err));
    out->spoken = mote_arena_strdup(w->arena, b.data);
    out->label = mote_arena_printf(w->arena, "(%.*s)", (int)(b.len - 4), b.data + 2);
    return out->spoken && out->label ? MOTE_OK : mote_fail(err, MOTE_NOMEM, "built-in words");
}

/* The sounds of all words, each once: what a sound can be replaced by. */
static size_t inventory(const writer *w, phoneme *out, size_t max)
{
    size_t n = 0;
    for (size_t k = 0; k < w->cfg->n_keywords; k++) {
        phonemes p = cut(w->keyword_sounds[k]);
        for (size_t i = 0; i < p.n && n < max; i++) {
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
    for (size_t i = 0; i < sizeof usual / sizeof usual[0] && n < max; i++)
        out[n++] = (phoneme){usual[i], strlen(usual[i])};
    return n;
}

static bool is_taken(const writer *w, const char *spoken)
{
    for (size_t i = 0; i < w->n_made_up; i++) {
        if (strcmp(w->made_up[i].spoken, spoken) == 0)
            return true;
    }
    return false;
}

/* Is `spoken` ("[[b'Vd]]") a keyword after all, when written without stress? */
static bool is_keyword_sound(const writer *w, const char *spoken)
{
    for (size_t k = 0; k < w->cfg->n_keywords; k++) {
        const char *x = spoken + 2, *y = w->keyword_sounds[k];
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

static mote_status make_up(writer *w, mote_err *err)
{
    phoneme all[256];
    size_t n = inventory(w, all, 256);
    size_t per_keyword = MAX_MADE_UP / w->cfg->n_keywords;
    per_keyword = per_keyword > MADE_UP_PER_KEYWORD ? MADE_UP_PER_KEYWORD : per_keyword;
    MOTE_TRY(mote_arena_take(w->arena, MAX_MADE_UP, sizeof *w->made_up, &w->made_up, err));
    for (size_t k = 0; k < w->cfg->n_keywords; k++) {
        phonemes p = cut(w->keyword_sounds[k]);
        mote_rng r;
        mote_rng_init_stream(&r, MOTE_BUILTIN_SEED, STREAM_MADE_UP, k);
        size_t enough = w->n_made_up + per_keyword;
        for (int tries = 0; p.n > 1 && tries < 200 && w->n_made_up < enough; tries++) {
            size_t at = mote_rng_below(&r, (uint32_t)p.n);
            const phoneme now = p.items[at], other = all[mote_rng_below(&r, (uint32_t)n)];
            bool fits =
                is_vowel(now.s) == is_vowel(other.s) && lower(now.s[0]) != lower(other.s[0]);
            mote_builtin_word word;
            if (!fits)
                continue;
            MOTE_TRY(spell(w, &p, at, other, &word, err));
            if (!is_taken(w, word.spoken) && !is_keyword_sound(w, word.spoken))
                w->made_up[w->n_made_up++] = word;
        }
    }
    return MOTE_OK;
}

/* ---- voices -------------------------------------------------------------------------------- */

typedef struct {
    mote_sha256 key;
    const char *name;
} keyed_voice;

static int compare_keys(const void *a, const void *b)
{
    return memcmp(((const keyed_voice *)a)->key.bytes, ((const keyed_voice *)b)->key.bytes,
                  sizeof(mote_sha256));
}

/* The voices of a split: of[i] .. of[i + 1] of the list. */
typedef struct {
    const char **names;
    size_t from[MOTE_N_SPLITS + 1];
} casting;

static mote_status cast_espeak(writer *w, casting *c, mote_err *err)
{
    const mote_espeak *e = &w->script->espeak;
    keyed_voice *v = NULL;
    MOTE_TRY(mote_arena_take(w->arena, e->n_variants, sizeof *v, &v, err));
    MOTE_TRY(mote_arena_take(w->arena, e->n_variants, sizeof *c->names, &c->names, err));
    for (size_t i = 0; i < e->n_variants; i++)
        v[i] =
            (keyed_voice){mote_sha256_of(e->variants[i], strlen(e->variants[i])), e->variants[i]};
    qsort(v, e->n_variants, sizeof *v, compare_keys);
    for (size_t i = 0; i < e->n_variants; i++)
        c->names[i] = v[i].name;
    c->from[1] = e->n_variants * 64 / 100;
    c->from[2] = e->n_variants * 80 / 100;
    c->from[3] = e->n_variants;
    if (c->from[1] == 0 || c->from[2] == c->from[1])
        return mote_fail(err, MOTE_UNSUPPORTED,
                         "espeak-ng has %zu voices, too few to keep some "
                         "for the test; install it whole (apt-get install espeak-ng)",
                         e->n_variants);
    return MOTE_OK;
}

/* The engine that only the test hears; MOTE_ENGINE_ESPEAK when there is no other. */
static mote_engine_id held_out(const mote_builtin_script *s)
{
    return s->engines[MOTE_ENGINE_FLITE].n_voices      ? MOTE_ENGINE_FLITE
           : s->engines[MOTE_ENGINE_FESTIVAL].n_voices ? MOTE_ENGINE_FESTIVAL
                                                       : MOTE_ENGINE_ESPEAK;
}

static bool is_plain(const char *text)
{
    return text[strspn(text, "abcdefghijklmnopqrstuvwxyz ")] == 0;
}

mote_status mote_builtin_spell(const char *word, mote_arena *a, const char **out, bool *plain,
                               mote_err *err)
{
    char *text = mote_arena_strdup(a, word);
    if (!text)
        return mote_fail(err, MOTE_NOMEM, "words to be spoken");
    for (char *p = text; *p; p++)
        *p = *p == '_' || *p == '-' ? ' ' : lower(*p);
    *out = text;
    *plain = is_plain(text);
    return MOTE_OK;
}

static bool is_plain_turn(const mote_builtin_turn *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (!is_plain(t->words[i].spoken))
            return false;
    return true;
}

/* Is a voice of flite ("kal16") also one of festival ("kal_diphone")? */
static bool is_heard_in_training(const mote_builtin_script *s, const char *voice)
{
    char root[32];
    const mote_engine *festival = &s->engines[MOTE_ENGINE_FESTIVAL];
    (void)mote_format(root, sizeof root, "%.*s", (int)strcspn(voice, "0123456789"), voice);
    for (size_t i = 0; *root && i < festival->n_voices; i++)
        if (strstr(festival->voices[i], root))
            return true;
    return false;
}

/* Voice number j of an engine for a turn: where keywords are judged, nobody whom another engine
 * has. */
static const char *voice_of(const mote_builtin_script *s, const mote_builtin_turn *t, size_t j)
{
    const mote_engine *e = &s->engines[t->engine];
    for (size_t i = 0; i < e->n_voices && t->is_of_keywords && t->split == MOTE_SPLIT_TEST; i++) {
        const char *voice = e->voices[(j + i) % e->n_voices];
        if (!is_heard_in_training(s, voice))
            return voice;
    }
    return e->voices[j % e->n_voices];
}

static void cast_turn(const writer *w, const casting *c, size_t j, bool main_accent,
                      mote_builtin_turn *t)
{
    const mote_builtin_script *s = w->script;
    const mote_engine_id test = held_out(s);
    const mote_engine *festival = &s->engines[MOTE_ENGINE_FESTIVAL];
    bool can_all = is_plain_turn(t); /* every engine */
    t->engine = MOTE_ENGINE_ESPEAK;
    if (t->split == MOTE_SPLIT_TEST && can_all)
        t->engine = test;
    else if (t->split == MOTE_SPLIT_TRAIN && can_all && test == MOTE_ENGINE_FLITE && j % 5 == 4 &&
             festival->n_voices > 0)
        t->engine = MOTE_ENGINE_FESTIVAL;
    if (t->engine != MOTE_ENGINE_ESPEAK) {
        t->voice = voice_of(s, t, j);
        t->accent = "";
        return;
    }
    size_t first = c->from[t->split], n = c->from[t->split + 1] - first;
    mote_rng r;
    mote_rng_init_stream(&r, MOTE_BUILTIN_SEED, STREAM_ACCENT, j);
    t->voice = c->names[first + j % n];
    t->accent =
        s->espeak.accents[main_accent ? 0 : mote_rng_below(&r, (uint32_t)s->espeak.n_accents)];
}

/* ---- turns --------------------------------------------------------------------------------- */

/* Words to be said; they live in the arena of the writer. */
typedef struct {
    mote_builtin_word *items;
    size_t n;
} word_list;

/* Words of a split in the order in which they are given out: the near ones twice. */
static mote_status list_split(writer *w, mote_split split, word_list *out, mote_err *err)
{
    word_list list = {0};
    MOTE_TRY(mote_arena_take(w->arena, 2 * w->n_words + 1, sizeof *list.items, &list.items, err));
    for (size_t i = 0; i < w->n_words; i++) {
        if (split_of_word(&w->words[i]) != split)
            continue;
        for (size_t k = 0; k < (i < NEAR ? 2u : 1u); k++)
            list.items[list.n++] = (mote_builtin_word){w->words[i].text, w->words[i].text};
    }
    *out = list;
    return MOTE_OK;
}

/* n_clips clips of the words as turns, the words in a drawn order; all of them come before one
 * comes again. */
static mote_status add_turns(writer *w, const casting *c, mote_split split, const word_list *words,
                             size_t n_clips, mote_err *err)
{
    const size_t n = words->n;
    mote_builtin_script *s = w->script;
    uint32_t *order = NULL;
    size_t first = s->n_turns;
    MOTE_TRY(mote_arena_take(w->arena, n + 1, sizeof *order, &order, err));
    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    mote_rng r;
    mote_rng_init_stream(&r, MOTE_BUILTIN_SEED, STREAM_ORDER, (uint64_t)split);
    mote_rng_shuffle_u32(&r, order, n);
    for (size_t i = 0; n > 0 && i < n_clips; i++) {
        if (i % MOTE_BUILTIN_TURN_WORDS == 0)
            s->turns[s->n_turns++] = (mote_builtin_turn){.split = split};
        mote_builtin_turn *t = &s->turns[s->n_turns - 1];
        t->words[t->n++] = words->items[order[i % n]];
    }
    for (size_t j = first; j < s->n_turns; j++)
        cast_turn(w, c, j - first, words->items[0].spoken[0] == '[', &s->turns[j]);
    s->n_clips += n > 0 ? n_clips : 0;
    return MOTE_OK;
}

/* Turn after turn says the keywords, each turn in another voice. */
static mote_status add_keywords(writer *w, const casting *c, mote_err *err)
{
    mote_builtin_script *s = w->script;
    const size_t n = w->cfg->n_keywords;
    mote_builtin_word *words = NULL;
    MOTE_TRY(mote_arena_take(w->arena, n, sizeof *words, &words, err));
    for (size_t k = 0; k < n; k++) {
        bool is_plain = false;
        words[k].label = w->cfg->keywords[k];
        MOTE_TRY(mote_builtin_spell(words[k].label, w->arena, &words[k].spoken, &is_plain, err));
    }
    for (int split = 0; split < MOTE_N_SPLITS; split++) {
        const size_t n_said = n_said_of((mote_split)split, n);
        for (size_t j = 0; j < n_said; j++)
            for (size_t k = 0; k < n; k++) {
                if (k % MOTE_BUILTIN_TURN_WORDS == 0)
                    s->turns[s->n_turns++] =
                        (mote_builtin_turn){.split = (mote_split)split, .is_of_keywords = true};
                mote_builtin_turn *t = &s->turns[s->n_turns - 1];
                t->words[t->n++] = words[k];
                if (k + 1 == n || t->n == MOTE_BUILTIN_TURN_WORDS)
                    cast_turn(w, c, j, false, t);
            }
        s->n_keywords += n_said * n;
    }
    return MOTE_OK;
}

/* Turns that say the keywords. */
static size_t n_keyword_turns(const writer *w)
{
    const size_t n = w->cfg->n_keywords;
    size_t turns = 0;
    for (int split = 0; mote_builtin_is_spoken(w->cfg) && split < MOTE_N_SPLITS; split++)
        turns += n_said_of((mote_split)split, n) * (n / MOTE_BUILTIN_TURN_WORDS + 1);
    return turns;
}

static mote_status write_turns(writer *w, mote_err *err)
{
    mote_builtin_script *s = w->script;
    casting c = {0};
    MOTE_TRY(cast_espeak(w, &c, err));
    size_t most = MOTE_N_SPLITS + 1;
    for (int i = 0; i < MOTE_N_SPLITS; i++)
        most += n_clips_of[i] / MOTE_BUILTIN_TURN_WORDS + 1;
    most += MAX_MADE_UP / MOTE_BUILTIN_TURN_WORDS + 1 + n_keyword_turns(w);
    MOTE_TRY(mote_arena_take(w->arena, most, sizeof *s->turns, &s->turns, err));
    for (int i = 0; i < MOTE_N_SPLITS; i++) {
        word_list words;
        MOTE_TRY(list_split(w, (mote_split)i, &words, err));
        MOTE_TRY(add_turns(w, &c, (mote_split)i, &words, n_clips_of[i], err));
    }
    const word_list made_up = {w->made_up, w->n_made_up};
    MOTE_TRY(add_turns(w, &c, MOTE_SPLIT_TRAIN, &made_up, made_up.n, err));
    return mote_builtin_is_spoken(w->cfg) ? add_keywords(w, &c, err) : MOTE_OK;
}

static mote_status list_babble(writer *w, mote_err *err)
{
    mote_builtin_script *s = w->script;
    MOTE_TRY(
        mote_arena_take(w->arena, w->n_words + 1, sizeof *s->train_words, &s->train_words, err));
    for (size_t i = NEAR; i < w->n_words && s->n_train_words < 60; i++) {
        if (split_of_word(&w->words[i]) == MOTE_SPLIT_TRAIN)
            s->train_words[s->n_train_words++] = w->words[i].text;
    }
    return MOTE_OK;
}

mote_status mote_builtin_write_script(const mote_builtin_config *cfg, mote_arena *a,
                                      mote_builtin_script *out, mote_err *err)
{
    mote_builtin_script s = {
        .language = mote_builtin_language(cfg->language, cfg->keywords, cfg->n_keywords)};
    writer w = {.cfg = cfg, .arena = a, .script = &s};
    MOTE_TRY(mote_espeak_find(s.language, a, &s.espeak, err));
    for (int id = MOTE_ENGINE_FLITE; id < MOTE_N_ENGINES; id++)
        MOTE_TRY(mote_engine_find((mote_engine_id)id, s.language, a, &s.engines[id], err));
    MOTE_TRY(choose_words(&w, err));
    MOTE_TRY(make_up(&w, err));
    MOTE_TRY(list_babble(&w, err));
    MOTE_TRY(write_turns(&w, err));
    *out = s;
    return MOTE_OK;
}
