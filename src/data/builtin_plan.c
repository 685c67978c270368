/* SPDX-License-Identifier: Apache-2.0 */
/* Who says what in the built-in set. See builtin_internal.h.
 *
 *   words    a word that sounds like a keyword, or holds one, is left out; of the others the
 *            NEAR nearest to any keyword are said twice as often. A word's split is a function of
 *            its letters alone, 64 : 16 : 20, so no split hears the words of another.
 *   made up  a keyword with one of its sounds replaced by another consonant or another vowel
 *            ("hoppy" for "happy"), as phonemes, for training; where keywords are spoken also with
 *            a sound left out or put in, in every split, said by two voices. espeak-ng alone says
 *            phonemes.
 *   voices   espeak-ng's variants in the order of the hash of their names, 64 : 16 : 20. Where
 *            flite is installed (or else festival), the test is spoken by it alone, by nobody in
 *            training; festival beside flite speaks a fifth of training.
 *   keywords (data.spoken) every voice of a split says each of them, again and again, at another
 *            tempo, pitch and size. Then validation, too, is spoken by engines that training never
 *            hears (builtin_cast.c), and of espeak-ng's variants training has 84 in 100.
 *   parts    of a keyword of several words, each part alone and each in other company ("hey", "hey
 *            garden", "water mote"): other words like any
 *
 * Distance: insertions, deletions and replacements of phonemes (Levenshtein). */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"
#include "data/builtin_internal.h"

#define STREAM_ORDER   0x62696e32u
#define STREAM_ACCENT  0x62696e33u
#define NEAR           40
#define SAID_MADE_UP   2 /* voices of one, where keywords are spoken */
#define STREAM_COMPANY 0x62696e37u
#define MAX_PARTS      6   /* words of a phrase that are told apart */
#define COMPANY        4   /* other words beside its head, and beside its tail */
#define MAX_SAID       960 /* times that keywords are said for training, in all */

static const size_t n_clips_of[MOTE_N_SPLITS] = {440, 90, 120}; /* made-up words not counted */

/* How often a keyword is said: a function of how many there are. */
static size_t n_said_of(mote_split split, size_t n_keywords)
{
    size_t n = MAX_SAID / (n_keywords > 0 ? n_keywords : 1);
    n = n > 480 ? 480 : n < 120 ? 120 : n;
    return split == MOTE_SPLIT_TRAIN ? n : split == MOTE_SPLIT_VALIDATION ? n / 5 : n / 4;
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
    mote_builtin_inventions made_up;
    mote_builtin_other *others; /* where keywords are spoken: voices that validate and test */
    size_t n_others;
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
        size_t n = mote_phonemes_count(keyword);
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

mote_split mote_builtin_split_of(const mote_sha256 *key)
{
    return split_of_share((uint32_t)((key->bytes[0] << 8 | key->bytes[1]) % 100));
}

static mote_split split_of_word(const candidate *c)
{
    return mote_builtin_split_of(&c->key);
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

/* Number j of the other engines' voices that a split hears; NULL: it hears none. */
static const mote_builtin_other *other_of(const writer *w, mote_split split, size_t j)
{
    size_t n = 0;
    for (size_t i = 0; i < w->n_others; i++)
        n += w->others[i].split == split ? 1 : 0;
    for (size_t i = 0, k = n ? j % n : 0; n > 0 && i < w->n_others; i++)
        if (w->others[i].split == split && k-- == 0)
            return &w->others[i];
    return NULL;
}

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
    /* where others judge, few are kept from training: for made-up words */
    const bool others_judge =
        other_of(w, MOTE_SPLIT_VALIDATION, 0) && other_of(w, MOTE_SPLIT_TEST, 0);
    c->from[1] = e->n_variants * (others_judge ? 84 : 64) / 100;
    c->from[2] = e->n_variants * (others_judge ? 92 : 80) / 100;
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

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
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

/* A turn that every engine can say, by another than espeak-ng; false: espeak-ng says it. Number j
 * of its kind: of what training hears, every fifth. */
static bool cast_other(const writer *w, size_t j, mote_builtin_turn *t)
{
    const mote_builtin_script *s = w->script;
    const bool is_fifth = t->split == MOTE_SPLIT_TRAIN && j % 5 == 4;
    if (mote_builtin_is_spoken(w->cfg)) {
        const mote_builtin_other *o = other_of(w, t->split, is_fifth ? j / 5 : j);
        if (!o || (t->split == MOTE_SPLIT_TRAIN && !is_fifth))
            return false;
        t->engine = o->engine;
        t->voice = o->voice;
        return true;
    }
    const mote_engine_id test = held_out(s);
    const bool has_festival =
        test == MOTE_ENGINE_FLITE && s->engines[MOTE_ENGINE_FESTIVAL].n_voices > 0;
    if (t->split == MOTE_SPLIT_TEST)
        t->engine = test;
    else if (is_fifth && has_festival)
        t->engine = MOTE_ENGINE_FESTIVAL;
    if (t->engine == MOTE_ENGINE_ESPEAK)
        return false;
    t->voice = s->engines[t->engine].voices[j % s->engines[t->engine].n_voices];
    return true;
}

static void cast_turn(const writer *w, const casting *c, size_t j, bool main_accent,
                      mote_builtin_turn *t)
{
    const mote_builtin_script *s = w->script;
    t->engine = MOTE_ENGINE_ESPEAK;
    t->accent = "";
    if (is_plain_turn(t) && cast_other(w, j, t))
        return;
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

/* Where keywords are spoken a made-up word is said twice, else once. */
static mote_status add_made_up(writer *w, const casting *c, mote_err *err)
{
    const size_t times = mote_builtin_is_spoken(w->cfg) ? SAID_MADE_UP : 1;
    for (int split = 0; split < MOTE_N_SPLITS; split++) {
        word_list list = {0};
        MOTE_TRY(mote_arena_take(w->arena, w->made_up.n + 1, sizeof *list.items, &list.items, err));
        for (size_t i = 0; i < w->made_up.n; i++)
            if (w->made_up.items[i].split == (mote_split)split)
                list.items[list.n++] = w->made_up.items[i].word;
        MOTE_TRY(add_turns(w, c, (mote_split)split, &list, times * list.n, err));
    }
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
    most += SAID_MADE_UP * w->made_up.n / MOTE_BUILTIN_TURN_WORDS + 2 * MOTE_N_SPLITS +
            n_keyword_turns(w);
    MOTE_TRY(mote_arena_take(w->arena, most, sizeof *s->turns, &s->turns, err));
    for (int i = 0; i < MOTE_N_SPLITS; i++) {
        word_list words;
        MOTE_TRY(list_split(w, (mote_split)i, &words, err));
        MOTE_TRY(add_turns(w, &c, (mote_split)i, &words, n_clips_of[i], err));
    }
    MOTE_TRY(add_made_up(w, &c, err));
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
    const bool is_spoken = mote_builtin_is_spoken(cfg);
    MOTE_TRY(
        mote_builtin_make_up(w.keyword_sounds, cfg->n_keywords, is_spoken, a, &w.made_up, err));
    if (is_spoken)
        MOTE_TRY(mote_builtin_others(s.engines, a, &w.others, &w.n_others, err));
    MOTE_TRY(list_babble(&w, err));
    MOTE_TRY(write_turns(&w, err));
    *out = s;
    return MOTE_OK;
}
