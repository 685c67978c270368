/* SPDX-License-Identifier: Apache-2.0 */
/* Synthetic data: what is said by whom, and the way of it into the store. See synth.h.
 *
 * A round is one run of espeak-ng: one voice at one tempo and pitch says every keyword once and its
 * share of the other words. Round j uses voice j mod V of the shuffled voices, so every voice says
 * every keyword equally often (within one). Rounds run in parallel, are put into the store in their
 * order, and a portion of them is one transaction. */
#include "data/synth.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/audio.h"
#include "data/noise.h"
#include "data/sample.h"
#include "data/synth_internal.h"

#define STREAM_ORDER       0x73796e31u
#define STREAM_VOICE       0x73796e32u
#define STREAM_ROOM        0x73796e33u
#define STREAM_BACKGROUND  0x73796e34u
#define ROUNDS_PER_PORTION 16
#define MAX_KEYWORDS       200
#define N_TALKERS          6

/* Common words and names, long and short, for what is not a keyword. Those spelt like a keyword
 * of the project are left out. */
static const char *const other_words[] = {
    "house",  "tree",   "window", "river",    "paper",   "garden",  "seven",    "nine",
    "zero",   "coffee", "monday", "doctor",   "table",   "music",   "water",    "yellow",
    "summer", "letter", "orange", "mountain", "number",  "kitchen", "robot",    "picture",
    "today",  "bottle", "market", "forest",   "hello",   "maybe",   "question", "button",
    "silver", "never",  "winter", "people",   "story",   "dog",     "bird",     "wow",
    "three",  "six",    "book",   "light",    "fish",    "door",    "sun",      "milk",
    "chair",  "time",   "green",  "black",    "eight",   "four",    "marvin",   "sheila",
    "anna",   "peter",  "julia",  "thomas",   "forward", "follow",  "learn",    "visual",
};
#define N_OTHER (sizeof other_words / sizeof other_words[0])

mote_synth_config mote_synth_config_default(void)
{
    return (mote_synth_config){.parts = MOTE_SYNTH_ALL,
                               .language = "en",
                               .voices_to = 100,
                               .per_keyword = 100,
                               .n_unknown = -1,
                               .n_background = -1,
                               .background_s = 12.0,
                               .rate_hz = 16000,
                               .clip_ms = 1000.0};
}

/* ---- the plan ------------------------------------------------------------------------------ */

typedef struct {
    const mote_synth_config *cfg;
    mote_store *store;
    mote_arena *arena;
    mote_espeak espeak;
    uint32_t *voice_order; /* [espeak.n_variants], shuffled */
    const char **others;   /* [n_others] words that are no keywords, shuffled */
    size_t n_others;
    size_t n_rounds; /* 0: no words are wanted */
    size_t n_unknown, n_background;
    mote_synth_report report;
} synth;

static mote_status check(const mote_synth_config *c, mote_err *err)
{
    if (c->n_keywords == 0 || c->n_keywords > MAX_KEYWORDS)
        return mote_fail(err, MOTE_ARG, "synthesis of %zu keywords, possible are 1 to %d",
                         c->n_keywords, MAX_KEYWORDS);
    for (size_t i = 0; i < c->n_keywords; i++) {
        size_t n = strlen(c->keywords[i]);
        if (n == 0 || n > MOTE_LABEL_MAX_BYTES || !mote_utf8_valid(c->keywords[i], n))
            return mote_fail(err, MOTE_ARG,
                             "synthesis: keyword %zu is empty, too long or not "
                             "UTF-8",
                             i + 1);
    }
    if ((c->parts & MOTE_SYNTH_ALL) == 0)
        return mote_fail(err, MOTE_ARG,
                         "synthesis of nothing: keywords, other words and "
                         "backgrounds are all left out");
    if (c->per_keyword < 1 || c->per_keyword > 100000 || c->n_unknown > 1000000 ||
        c->n_background > 10000)
        return mote_fail(err, MOTE_ARG, "synthesis: a count is out of range");
    if (c->voices_from < 0 || c->voices_to > 100 || c->voices_from >= c->voices_to)
        return mote_fail(err, MOTE_ARG, "synthesis: voices %d-%d, expected two rising percentages",
                         (int)c->voices_from, (int)c->voices_to);
    if (!(c->background_s >= 1.0 && c->background_s <= 600.0))
        return mote_fail(err, MOTE_ARG, "synthesis: backgrounds of %g s, possible are 1 to 600",
                         c->background_s);
    if (!(c->clip_ms >= 100.0 && c->clip_ms <= 20000.0) || c->rate_hz < 4000 || c->rate_hz > 48000)
        return mote_fail(err, MOTE_ARG, "synthesis: clips of %g ms at %d Hz are not possible",
                         c->clip_ms, (int)c->rate_hz);
    return MOTE_OK;
}

static mote_status choose_others(synth *s, mote_rng *r, mote_err *err)
{
    uint32_t order[N_OTHER];
    for (uint32_t i = 0; i < N_OTHER; i++)
        order[i] = i;
    mote_rng_shuffle_u32(r, order, N_OTHER);
    MOTE_TRY(mote_arena_take(s->arena, N_OTHER, sizeof *s->others, &s->others, err));
    for (size_t i = 0; i < N_OTHER; i++) {
        const char *word = other_words[order[i]];
        bool is_near = mote_nearest(word, s->cfg->keywords, s->cfg->n_keywords) != NULL;
        for (size_t k = 0; k < s->cfg->n_keywords && !is_near; k++)
            is_near = strstr(s->cfg->keywords[k], word) || strstr(word, s->cfg->keywords[k]);
        if (!is_near)
            s->others[s->n_others++] = word;
    }
    return MOTE_OK;
}

typedef struct {
    mote_sha256 key;
    const char *name;
} keyed_voice;

static int compare_keys(const void *a, const void *b)
{
    return memcmp(((const keyed_voice *)a)->key.bytes, ((const keyed_voice *)b)->key.bytes,
                  sizeof(mote_sha256));
}

/* Keep the wanted share of the voices: in the order of the hash of their names, which no seed
 * changes and which does not follow the alphabet (f1, f2, ..). */
static mote_status choose_voices(synth *s, mote_err *err)
{
    mote_espeak *e = &s->espeak;
    keyed_voice *v = NULL;
    MOTE_TRY(mote_arena_take(s->arena, e->n_variants, sizeof *v, &v, err));
    for (size_t i = 0; i < e->n_variants; i++)
        v[i] =
            (keyed_voice){mote_sha256_of(e->variants[i], strlen(e->variants[i])), e->variants[i]};
    qsort(v, e->n_variants, sizeof *v, compare_keys);
    size_t from = e->n_variants * (size_t)s->cfg->voices_from / 100;
    size_t to = e->n_variants * (size_t)s->cfg->voices_to / 100;
    if (from == to)
        return mote_fail(err, MOTE_ARG,
                         "synthesis: there is no voice between %d and %d percent of "
                         "%zu",
                         (int)s->cfg->voices_from, (int)s->cfg->voices_to, e->n_variants);
    for (size_t i = from; i < to; i++)
        e->variants[i - from] = v[i].name;
    e->n_variants = to - from;
    return MOTE_OK;
}

static mote_status plan(synth *s, mote_err *err)
{
    const mote_synth_config *c = s->cfg;
    MOTE_TRY(check(c, err));
    MOTE_TRY(mote_espeak_find(c->language ? c->language : "en", s->arena, &s->espeak, err));
    MOTE_TRY(choose_voices(s, err));
    mote_rng r;
    mote_rng_init_stream(&r, c->seed, STREAM_ORDER, 0);
    size_t n = s->espeak.n_variants;
    MOTE_TRY(mote_arena_take(s->arena, n, sizeof *s->voice_order, &s->voice_order, err));
    for (size_t i = 0; i < n; i++)
        s->voice_order[i] = (uint32_t)i;
    mote_rng_shuffle_u32(&r, s->voice_order, n);
    MOTE_TRY(choose_others(s, &r, err));
    s->n_unknown = c->n_unknown < 0 ? 2 * (size_t)c->per_keyword : (size_t)c->n_unknown;
    if (s->n_others == 0 || !(c->parts & MOTE_SYNTH_UNKNOWN))
        s->n_unknown = 0;
    if (c->parts & MOTE_SYNTH_KEYWORDS || s->n_unknown > 0)
        s->n_rounds = (size_t)c->per_keyword;
    if (c->parts & MOTE_SYNTH_BACKGROUND)
        s->n_background = c->n_background < 0 ? 10 : (size_t)c->n_background;
    s->report.n_voices = n < s->n_rounds ? n : s->n_rounds;
    (void)mote_format(s->report.espeak, sizeof s->report.espeak, "%s", s->espeak.version);
    return MOTE_OK;
}

/* ---- products ------------------------------------------------------------------------------ */

void mote_synth_release(mote_synth_result *r)
{
    for (size_t i = 0; i < r->n; i++) {
        mote_sample_draft_release(&r->items[i].draft);
        mote_buf_release(&r->items[i].wav);
    }
    mote_free(r->items);
    *r = (mote_synth_result){0};
}

mote_status mote_synth_take(mote_synth_result *r, size_t n, mote_err *err)
{
    r->items = mote_alloc_zero(n, sizeof *r->items);
    if (!r->items)
        return mote_fail(err, MOTE_NOMEM, "synthesis");
    r->n = n;
    for (size_t i = 0; i < n; i++)
        mote_buf_init(&r->items[i].wav, MOTE_OBJECT_MAX_BYTES);
    return MOTE_OK;
}

/* Samples into the product's WAV file, and that into a draft ready for the store. */
mote_status mote_synth_finish(mote_synth_product *p, const int16_t *x, size_t n, int32_t rate_hz,
                              mote_err *err)
{
    const mote_kind *kind = mote_kind_of(MOTE_INPUT_AUDIO);
    mote_decoding cfg = kind->decoding();
    cfg.rate_hz = rate_hz;
    MOTE_TRY(mote_audio_encode_wav(x, n, rate_hz, &p->wav, err));
    mote_sample_draft_hash(&(mote_file_bytes){p->source, p->wav.data, p->wav.len}, &p->draft);
    MOTE_TRY(mote_sample_draft_decode(&p->draft, kind, &cfg, err));
    p->facts.origin = MOTE_ORIGIN_SYNTHETIC;
    p->facts.label = p->label;
    p->facts.group = p->group;
    p->facts.source = p->source;
    p->facts.provenance = p->provenance;
    return MOTE_OK;
}

/* ---- a round of words ---------------------------------------------------------------------- */

typedef struct {
    const char *words[MAX_KEYWORDS + N_OTHER];
    char marks[MAX_KEYWORDS + N_OTHER];
    size_t n;
    mote_espeak_voice voice;
    const char *variant;
    size_t round;       /* its number */
    mote_speech speech; /* of all the words, once they are spoken */
} turn;

/* What round j says and how. Other words are dealt round after round from the shuffled list. */
static void plan_turn(const synth *s, size_t j, turn *t)
{
    *t = (turn){.round = j};
    static const char marks[] = {'\0', '\0', '.', '.', '!', '?'};
    const mote_synth_config *c = s->cfg;
    mote_rng r;
    mote_rng_init_stream(&r, c->seed, STREAM_VOICE, j);
    t->variant = s->espeak.variants[s->voice_order[j % s->espeak.n_variants]];
    const char *accent = s->espeak.accents[mote_rng_below(&r, (uint32_t)s->espeak.n_accents)];
    (void)mote_format(t->voice.voice, sizeof t->voice.voice, "%s%s%s", accent,
                      t->variant[0] ? "+" : "", t->variant);
    t->voice.words_per_minute = (int32_t)mote_rng_range(&r, 115.0, 205.0);
    t->voice.pitch = (int32_t)mote_rng_range(&r, 25.0, 76.0);
    for (size_t k = 0; k < c->n_keywords && c->parts & MOTE_SYNTH_KEYWORDS; k++)
        t->words[t->n++] = c->keywords[k];
    size_t from = j * s->n_unknown / s->n_rounds, to = (j + 1) * s->n_unknown / s->n_rounds;
    for (size_t u = from; u < to && t->n < MAX_KEYWORDS + N_OTHER; u++)
        t->words[t->n++] = s->others[u % s->n_others];
    for (size_t i = 0; i < t->n; i++)
        t->marks[i] = marks[mote_rng_below(&r, sizeof marks)];
}

static const char *variant_name(const turn *t)
{
    return t->variant[0] ? t->variant : "plain";
}

static void describe(const synth *s, const turn *t, size_t i, const mote_room *room,
                     mote_synth_product *p)
{
    (void)mote_format(p->label, sizeof p->label, "%s", t->words[i]);
    (void)mote_format(p->group, sizeof p->group, "voice:%s", variant_name(t));
    (void)mote_format(p->source, sizeof p->source, "espeak-ng:%s/%s/%zu", t->voice.voice,
                      t->words[i], t->round);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, sizeof p->provenance - 1);
    mote_buf_str(&b, "{\"word\":");
    mote_buf_json_str(&b, t->words[i], strlen(t->words[i]));
    mote_buf_printf(&b,
                    ",\"by\":\"espeak-ng %s\",\"voice\":\"%s\",\"words_per_minute\":%d,"
                    "\"pitch\":%d,\"level_dbfs\":%.1f,\"wet_db\":%.1f,\"reverberation_s\":%.2f,"
                    "\"floor_db\":%.1f,\"seed\":%llu,\"round\":%zu}",
                    s->espeak.version, t->voice.voice, (int)t->voice.words_per_minute,
                    (int)t->voice.pitch, room->level_dbfs, room->wet_db, room->reverberation_s,
                    room->floor_db, (unsigned long long)s->cfg->seed, t->round);
    (void)mote_format(p->provenance, sizeof p->provenance, "%s", b.data ? b.data : "{}");
}

/* Word i of the turn as a recording. */
static mote_status make_clip(const synth *s, const turn *t, size_t i, mote_synth_product *p,
                             mote_err *err)
{
    const mote_synth_config *c = s->cfg;
    const mote_speech *speech = &t->speech;
    mote_word_place w = speech->words[i];
    const mote_wave spoken = {speech->samples + w.from, w.to - w.from, speech->rate_hz};
    mote_wave made = {0};
    MOTE_TRY(mote_audio_resample(&spoken, c->rate_hz, MOTE_RESAMPLE_FAST, &made, err));
    MOTE_SCOPED_FREE float *samples = made.samples; /* freed on every way out */
    const mote_wave word = {samples, made.n, made.rate_hz};
    size_t clip = (size_t)llround(c->clip_ms * c->rate_hz / 1000.0);
    clip = clip > word.n ? clip : word.n; /* a word longer than the clip is kept whole */
    MOTE_SCOPED_FREE float *scratch = mote_alloc(2 * clip, sizeof *scratch);
    MOTE_SCOPED_FREE int16_t *x = mote_alloc(clip, sizeof *x);
    if (!scratch || !x)
        return mote_fail(err, MOTE_NOMEM, "synthesis");
    mote_rng r;
    mote_room room;
    mote_rng_init_stream(&r, c->seed, STREAM_ROOM, t->round * (MAX_KEYWORDS + N_OTHER) + i);
    mote_room_record(&word, &r, scratch, x, clip, &room);
    p->facts.role = MOTE_ROLE_EXAMPLE;
    describe(s, t, i, &room, p);
    return mote_synth_finish(p, x, clip, c->rate_hz, err);
}

static mote_status make_round(const synth *s, size_t j, mote_synth_result *out, mote_err *err)
{
    turn t;
    plan_turn(s, j, &t);
    if (t.n == 0) /* fewer other words than rounds */
        return MOTE_OK;
    MOTE_TRY(mote_synth_take(out, t.n, err));
    mote_status st = mote_espeak_words(&t.voice, t.words, t.marks, t.n, &t.speech, err);
    for (size_t i = 0; st == MOTE_OK && i < t.n; i++)
        st = make_clip(s, &t, i, &out->items[i], err);
    mote_speech_release(&t.speech);
    return st;
}

/* ---- backgrounds --------------------------------------------------------------------------- */

/* One talker of a babble: all the words from a drawn start, added to x at a drawn level. */
static mote_status add_talker(const mote_babble *b, mote_rng *r, float *x, size_t n, mote_err *err)
{
    MOTE_SCOPED_FREE const char **words = mote_alloc(b->n_words, sizeof *words);
    if (!words)
        return mote_fail(err, MOTE_NOMEM, "synthesis");
    const mote_espeak *e = b->espeak;
    size_t first = mote_rng_below(r, (uint32_t)b->n_words);
    for (size_t i = 0; i < b->n_words; i++)
        words[i] = b->words[(first + i) % b->n_words];
    mote_espeak_voice v;
    const char *variant = e->variants[mote_rng_below(r, (uint32_t)e->n_variants)];
    const char *accent = e->accents[mote_rng_below(r, (uint32_t)e->n_accents)];
    (void)mote_format(v.voice, sizeof v.voice, "%s%s%s", accent, variant[0] ? "+" : "", variant);
    v.words_per_minute = (int32_t)mote_rng_range(r, 120.0, 190.0);
    v.pitch = (int32_t)mote_rng_range(r, 25.0, 76.0);
    mote_speech speech = {0};
    MOTE_TRY(mote_espeak_text(&v, words, b->n_words, &speech, err));
    const mote_wave spoken = {speech.samples, speech.n, speech.rate_hz};
    mote_wave made = {0};
    mote_status st = mote_audio_resample(&spoken, b->rate_hz, MOTE_RESAMPLE_FAST, &made, err);
    mote_speech_release(&speech);
    if (st != MOTE_OK)
        return st;
    float *y = made.samples;
    const size_t m = made.n;
    float gain = (float)mote_rng_range(r, 0.3, 1.0);
    size_t start = mote_rng_below(r, (uint32_t)(m < UINT32_MAX ? m : UINT32_MAX));
    for (size_t i = 0; i < n; i++)
        x[i] += gain * y[(start + i) % m];
    mote_free(y);
    return MOTE_OK;
}

mote_status mote_synth_babble(const mote_babble *b, mote_rng *r, int16_t *out, size_t n,
                              mote_err *err)
{
    MOTE_SCOPED_FREE float *x = mote_alloc_zero(n, sizeof *x);
    if (!x)
        return mote_fail(err, MOTE_NOMEM, "synthesis");
    for (int k = 0; k < N_TALKERS; k++)
        MOTE_TRY(add_talker(b, r, x, n, err));
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += (double)x[i] * (double)x[i];
    float gain = (float)(pow(10.0, MOTE_SYNTH_FULL_DBFS / 20.0) / sqrt(sum / (double)n + 1e-30));
    for (size_t i = 0; i < n; i++)
        out[i] = mote_audio_to_i16(x[i] * gain);
    return MOTE_OK;
}

void mote_synth_wander(mote_rng *r, int16_t *x, size_t n, int32_t rate_hz)
{
    const double low = MOTE_SYNTH_LOW_DBFS, high = MOTE_SYNTH_HIGH_DBFS;
    double from = mote_rng_range(r, low, high);
    for (size_t at = 0; at < n;) {
        double to = mote_rng_range(r, low, high);
        size_t step = (size_t)(mote_rng_range(r, 1.0, 3.0) * rate_hz) + 1;
        size_t end = n - at < step ? n : at + step;
        double ratio = pow(10.0, (to - from) / (20.0 * (double)step)); /* per sample */
        double gain = pow(10.0, (from - MOTE_SYNTH_FULL_DBFS) / 20.0);
        for (; at < end; at++, gain *= ratio)
            x[at] = mote_audio_to_i16((float)(gain * x[at] / 32768.0));
        from = to;
    }
}

static mote_status make_background(const synth *s, size_t k, mote_synth_result *out, mote_err *err)
{
    static const mote_noise_kind kinds[] = {MOTE_NOISE_PINK, MOTE_N_NOISES, MOTE_NOISE_FAN,
                                            MOTE_NOISE_HUM, MOTE_NOISE_WHITE};
    const mote_synth_config *c = s->cfg;
    mote_noise_kind kind = kinds[k % 5]; /* MOTE_N_NOISES stands for babble */
    bool is_babble = kind == MOTE_N_NOISES && s->n_others > 0;
    kind = kind == MOTE_N_NOISES ? MOTE_NOISE_PINK : kind;
    const char *name = is_babble ? "babble" : mote_noise_name(kind);
    size_t n = (size_t)llround(c->background_s * c->rate_hz);
    MOTE_TRY(mote_synth_take(out, 1, err));
    mote_synth_product *p = &out->items[0];
    MOTE_SCOPED_FREE int16_t *x = mote_alloc(n, sizeof *x);
    if (!x)
        return mote_fail(err, MOTE_NOMEM, "synthesis");
    mote_rng r;
    mote_rng_init_stream(&r, c->seed, STREAM_BACKGROUND, k);
    mote_babble babble = {&s->espeak, s->others, s->n_others, c->rate_hz};
    MOTE_TRY(is_babble ? mote_synth_babble(&babble, &r, x, n, err)
                       : mote_noise_make(&(mote_noise_recipe){kind, c->seed, k, c->rate_hz,
                                                              MOTE_SYNTH_FULL_DBFS},
                                         x, n, err));
    mote_synth_wander(&r, x, n, c->rate_hz);
    p->facts.role = MOTE_ROLE_BACKGROUND;
    (void)mote_format(p->group, sizeof p->group, "noise:%s:%zu", name, k);
    (void)mote_format(p->source, sizeof p->source, "synthetic:%s/%zu", name, k);
    (void)mote_format(p->provenance, sizeof p->provenance,
                      "{\"noise\":\"%s\","
                      "\"level_dbfs\":[%.0f,%.0f],\"seed\":%llu,\"index\":%zu}",
                      name, MOTE_SYNTH_LOW_DBFS, MOTE_SYNTH_HIGH_DBFS, (unsigned long long)c->seed,
                      k);
    return mote_synth_finish(p, x, n, c->rate_hz, err);
}

/* ---- into the store ------------------------------------------------------------------------ */

typedef struct {
    const synth *s;
    size_t first; /* piece of work number: rounds, then backgrounds */
    mote_synth_result results[ROUNDS_PER_PORTION];
} portion;

static void make_piece(void *arg, size_t piece, int32_t worker)
{
    (void)worker;
    portion *p = arg;
    mote_synth_result *r = &p->results[piece];
    size_t j = p->first + piece, rounds = p->s->n_rounds;
    r->status = j < rounds ? make_round(p->s, j, r, &r->err)
                           : make_background(p->s, j - rounds, r, &r->err);
}

static bool is_keyword(const synth *s, const char *label)
{
    for (size_t k = 0; k < s->cfg->n_keywords; k++) {
        if (strcmp(label, s->cfg->keywords[k]) == 0)
            return true;
    }
    return false;
}

static mote_status put_product(synth *s, const mote_synth_product *p, mote_err *err)
{
    bool added = false;
    MOTE_TRY(mote_sample_put(s->store, &p->draft, &p->facts, s->cfg->now_ms, &added, err));
    if (!added)
        s->report.n_known++;
    else if (p->facts.role == MOTE_ROLE_BACKGROUND)
        s->report.n_background++;
    else if (is_keyword(s, p->label))
        s->report.n_keyword++;
    else
        s->report.n_unknown++;
    return MOTE_OK;
}

static mote_status commit_portion(synth *s, const portion *p, size_t n, size_t *done, mote_err *err)
{
    size_t products = 0;
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s->store, &txn, err));
    for (size_t i = 0; i < n; i++) {
        const mote_synth_result *r = &p->results[i];
        if (r->status != MOTE_OK)
            return mote_fail(err, r->status, "%s", r->err.text);
        for (size_t k = 0; k < r->n; k++)
            MOTE_TRY(put_product(s, &r->items[k], err));
        products += r->n;
    }
    MOTE_TRY(mote_store_commit(&txn, err));
    *done += products;
    return MOTE_OK;
}

static mote_status stopped(const mote_synth_progress *now, mote_err *err)
{
    return mote_fail(err, MOTE_CANCELLED,
                     "synthesis stopped after %zu of %zu; run it again to "
                     "make the rest",
                     now->done, now->total);
}

static mote_status run(synth *s, mote_err *err)
{
    const mote_synth_config *c = s->cfg;
    MOTE_TRY(plan(s, err));
    const size_t pieces = s->n_rounds + s->n_background;
    const size_t n_said = c->parts & MOTE_SYNTH_KEYWORDS ? c->n_keywords * s->n_rounds : 0;
    mote_synth_progress now = {0, n_said + s->n_unknown + s->n_background};
    portion *p = NULL;
    MOTE_TRY(mote_arena_take(s->arena, 1, sizeof *p, &p, err));
    p->s = s;
    for (size_t first = 0; first < pieces; first += ROUNDS_PER_PORTION) {
        if (mote_cancelled(c->cancel))
            return stopped(&now, err);
        size_t n = pieces - first < ROUNDS_PER_PORTION ? pieces - first : ROUNDS_PER_PORTION;
        p->first = first;
        mote_pool_run(c->pool, n, make_piece, p);
        mote_synth_report before = s->report;
        mote_status st = commit_portion(s, p, n, &now.done, err);
        for (size_t i = 0; i < n; i++)
            mote_synth_release(&p->results[i]);
        if (st != MOTE_OK) {
            s->report = before; /* rolled back */
            /* Ctrl-C reaches espeak-ng too; what it then says is not the reason. */
            return mote_cancelled(c->cancel) ? stopped(&now, err) : st;
        }
        if (c->progress)
            c->progress(c->progress_arg, &now);
    }
    return MOTE_OK;
}

mote_status mote_data_synth(mote_store *s, const mote_synth_config *cfg, mote_synth_report *out,
                            mote_err *err)
{
    MOTE_SCOPED_ARENA arena;
    mote_arena_init(&arena, (size_t)64 << 20);
    synth job = {.cfg = cfg, .store = s, .arena = &arena};
    mote_status st = run(&job, err);
    *out = job.report;
    return st;
}
