/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in set: whether a project needs it, making it, and the way of it into the store. See
 * builtin.h.
 *
 * All of it is made in memory (about 60 MB), in parallel, and stored in one transaction, so a set
 * is there whole or not at all; the name of the set stands in the source of its samples. A set of
 * other keywords, another language or rate takes the place of the one before. */
#include "data/builtin.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "base/process.h"
#include "base/text.h"
#include "data/builtin_internal.h"
#include "data/noise.h"
#include "data/review.h"

#define SET_VERSION    1   /* another one makes every project's set anew */
#define SPOKEN_VERSION "2" /* of the keywords, where they are spoken too */
#define PORTION        16
#define NOISE_S        12.0
#define MAX_CLIP_MS    2000.0 /* long enough for any of the words; padded as recordings are */
#define STREAM_VOICE   0x62696e35u
#define STREAM_ROOM    0x62696e36u

mote_builtin_config mote_builtin_config_of(const mote_project *p)
{
    return (mote_builtin_config){
        .keywords = p->words.items,
        .n_keywords = p->words.n,
        .unknown = p->unknown,
        .use = p->data.builtin && *p->data.builtin ? p->data.builtin : "off",
        .spoken = p->data.spoken && *p->data.spoken ? p->data.spoken : "off",
        .language = p->data.language,
        .few = p->data.min_per_class,
        .few_words = p->data.few_words,
        .rate_hz = p->rate_hz,
        .clip_ms = p->clip_ms};
}

mote_builtin_config mote_builtin_config_for(const char *const *labels, size_t n, bool unknown)
{
    return (mote_builtin_config){.keywords = labels,
                                 .n_keywords = n,
                                 .unknown = unknown,
                                 .use = "off",
                                 .spoken = "off",
                                 .language = ""};
}

/* ---- what is wanted ------------------------------------------------------------------------ */

static bool is_keyword(const char *label, const char *const *keywords, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        if (strcmp(label, keywords[k]) == 0)
            return true;
    }
    return false;
}

/* An other word: neither a keyword nor a recording of silence. */
static bool is_other(const char *label, const char *const *keywords, size_t n)
{
    return !is_keyword(label, keywords, n) && strcmp(label, MOTE_CLASS_SILENCE) != 0;
}

/* The user's own recordings, without what came from the review list: that is training alone, and
 * must not change what the test is made of. */
typedef struct {
    size_t n;          /* of all kinds */
    size_t n_complete; /* keywords that have enough */
} own_count;

static size_t few_of(const mote_builtin_config *c)
{
    return c->few > 1 ? (size_t)c->few : 1;
}

/* n recordings of an other word, n_to_learn of which nobody set aside. */
static void count_other(const char *label, size_t n, size_t n_to_learn, mote_builtin_plan *plan)
{
    plan->n_own_words += n;
    const bool has_name = strcmp(label, MOTE_CLASS_UNKNOWN) != 0;
    plan->n_different += has_name && n_to_learn > 1 ? 1 : n_to_learn;
}

static mote_status count_own(mote_store *s, const mote_builtin_config *c, mote_builtin_plan *plan,
                             own_count *own, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT role, label, count(*), count(CASE WHEN grp NOT IN (SELECT "
                               "grp FROM data_split_provided WHERE part IN ('validation', 'test')) "
                               "THEN 1 END) FROM data_said WHERE " MOTE_SQL_IS_OWN
                               " AND substr(grp, 1, length('" MOTE_GROUP_REVIEW
                               "')) <> '" MOTE_GROUP_REVIEW "' GROUP BY role, label",
                               &q, err));
    for (;;) {
        bool row = false;
        MOTE_TRY(mote_stmt_step(q, &row, err));
        if (!row)
            return MOTE_OK;
        const char *role = mote_stmt_text(q, 0), *label = mote_stmt_text(q, 1);
        size_t n = (size_t)mote_stmt_i64(q, 2);
        own->n += n;
        if (mote_str_eq(role, mote_data_role_name(MOTE_ROLE_BACKGROUND)))
            plan->n_own_noises += n;
        else if (!mote_str_eq(role, mote_data_role_name(MOTE_ROLE_EXAMPLE)))
            continue; /* hours in which nothing is said are no words */
        else if (is_other(label ? label : "", c->keywords, c->n_keywords))
            count_other(label ? label : "", n, (size_t)mote_stmt_i64(q, 3), plan);
        else if (label && n >= few_of(c) && is_keyword(label, c->keywords, c->n_keywords))
            own->n_complete++;
    }
}

bool mote_builtin_is_spoken(const mote_builtin_config *c)
{
    return c->spoken && strcmp(c->spoken, "off") != 0;
}

/* The name of the set: of everything that it is made from. */
static void name_set(const mote_builtin_config *c, char out[20])
{
    char text[64], hex[MOTE_SHA256_HEX_BYTES];
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, (size_t)1 << 20);
    (void)mote_format(text, sizeof text, "%d %d %g", SET_VERSION, (int)c->rate_hz, c->clip_ms);
    mote_buf_str(&b, text);
    mote_buf_char(&b, '\n');
    mote_buf_str(&b, mote_builtin_language(c->language, c->keywords, c->n_keywords));
    for (size_t k = 0; k < c->n_keywords; k++) {
        mote_buf_char(&b, '\n');
        mote_buf_str(&b, c->keywords[k]);
    }
    if (mote_builtin_is_spoken(c))
        mote_buf_str(&b, "\n\nspoken " SPOKEN_VERSION);
    mote_sha256 h = mote_sha256_of(b.data, b.len);
    mote_sha256_hex(&h, hex);
    (void)mote_format(out, 20, "%.12s", hex);
}

mote_status mote_builtin_choose(mote_store *s, const mote_builtin_config *cfg,
                                mote_builtin_plan *out, mote_err *err)
{
    mote_builtin_plan p = {0};
    own_count own = {0};
    MOTE_TRY(count_own(s, cfg, &p, &own, err));
    name_set(cfg, p.set);
    const bool is_on = strcmp(cfg->use, "on") == 0, is_off = strcmp(cfg->use, "off") == 0;
    const bool is_short = p.n_own_words < few_of(cfg);
    const bool is_poor = strcmp(cfg->use, "auto") == 0 && cfg->few_words > 0 &&
                         p.n_different < (size_t)cfg->few_words;
    if (mote_builtin_is_spoken(cfg)) {
        const bool is_auto = strcmp(cfg->spoken, "auto") == 0;
        const bool everywhere =
            is_auto ? own.n_complete < cfg->n_keywords : strcmp(cfg->spoken, "on") == 0;
        p.take |= everywhere ? MOTE_BUILTIN_SPOKEN : MOTE_BUILTIN_SPOKEN_TRAIN;
    }
    if ((own.n > 0 || p.take) && !is_off) {
        if (cfg->unknown && (is_on || is_short))
            p.take |= MOTE_BUILTIN_WORDS;
        else if (cfg->unknown && (strcmp(cfg->use, "train") == 0 || is_poor))
            p.take |= MOTE_BUILTIN_WORDS_TRAIN;
        p.is_for_few = is_poor && (p.take & MOTE_BUILTIN_WORDS_TRAIN);
        if (is_on || p.n_own_noises == 0)
            p.take |= MOTE_BUILTIN_NOISES;
    }
    *out = p;
    return MOTE_OK;
}

void mote_builtin_why(const mote_builtin_config *cfg, const mote_builtin_plan *plan,
                      char out[static MOTE_BUILTIN_WHY_BYTES])
{
    out[0] = 0;
    if (plan->is_for_few)
        (void)mote_format(
            out, MOTE_BUILTIN_WHY_BYTES,
            "%zu different other word%s to learn from, fewer than %d (data.few_words)",
            plan->n_different, plan->n_different == 1 ? "" : "s", (int)cfg->few_words);
}

mote_status mote_builtin_why_now(mote_store *s, const mote_project *p,
                                 char out[static MOTE_BUILTIN_WHY_BYTES], mote_err *err)
{
    const mote_builtin_config cfg = mote_builtin_config_of(p);
    mote_builtin_plan plan;
    MOTE_TRY(mote_builtin_choose(s, &cfg, &plan, err));
    mote_builtin_why(&cfg, &plan, out);
    return MOTE_OK;
}

/* ---- words --------------------------------------------------------------------------------- */

typedef struct {
    const mote_builtin_config *cfg;
    const mote_builtin_plan *plan;
    mote_arena *arena;
    mote_builtin_script script;
    bool can_babble;
    size_t n_turns; /* of the script; 0: no words are wanted */
    size_t n_noises;
    mote_synth_result *results; /* [n_turns + n_noises] */
    size_t first;               /* of the portion in hand */
} maker;

/* How a turn is said: the draw is a function of its number alone. */
typedef struct {
    mote_espeak_voice voice;
    double stretch, size; /* size: of the talker; 1.05 sounds larger by as much */
    char name[96];
} manner;

static void draw_manner(const mote_builtin_turn *t, size_t j, mote_rng *r, manner *m)
{
    mote_rng_init_stream(r, MOTE_BUILTIN_SEED, STREAM_VOICE, j);
    m->voice.words_per_minute = (int32_t)mote_rng_range(r, 120.0, 215.0);
    m->voice.pitch = (int32_t)mote_rng_range(r, 25.0, 76.0);
    m->stretch = mote_rng_range(r, 0.8, 1.25);
    m->size =
        t->engine == MOTE_ENGINE_ESPEAK && !t->is_of_keywords ? 1.0 : mote_rng_range(r, 0.9, 1.1);
    (void)mote_format(m->voice.voice, sizeof m->voice.voice, "%s%s%s", t->accent,
                      t->voice[0] ? "+" : "", t->voice);
    (void)mote_format(m->name, sizeof m->name, "%s",
                      t->engine == MOTE_ENGINE_ESPEAK ? m->voice.voice : t->voice);
}

static mote_status speak(const mote_builtin_turn *t, const manner *m, mote_rng *r, mote_speech *out,
                         mote_err *err)
{
    static const char choice[] = {'\0', '\0', '.', '!', '?'};
    const char *words[MOTE_BUILTIN_TURN_WORDS];
    char marks[MOTE_BUILTIN_TURN_WORDS];
    for (size_t i = 0; i < t->n; i++) {
        const char *word = t->words[i].spoken;
        char mark = choice[mote_rng_below(r, sizeof choice)];
        words[i] = word;
        /* "17." is read as an ordinal number in some languages; phonemes take no mark. */
        marks[i] = word[0] == '[' || (word[0] >= '0' && word[0] <= '9') ? '\0' : mark;
    }
    if (t->engine == MOTE_ENGINE_ESPEAK)
        return mote_espeak_words(&m->voice, words, marks, t->n, out, err);
    const mote_engine_voice voice = {t->engine, t->voice, m->stretch};
    return mote_engine_words(&voice, words, t->n, out, err);
}

/* A turn, spoken. */
typedef struct {
    size_t j; /* its number in the script */
    const mote_builtin_turn *turn;
    manner manner;
    mote_speech speech; /* of all its words */
} spoken_turn;

static void describe_word(const maker *mk, const spoken_turn *spoken, size_t i,
                          mote_synth_product *p)
{
    const mote_builtin_turn *t = spoken->turn;
    const manner *m = &spoken->manner;
    const size_t j = spoken->j;
    const char *engine = mote_engine_name(t->engine);
    const char *version = t->engine == MOTE_ENGINE_ESPEAK ? mk->script.espeak.version
                                                          : mk->script.engines[t->engine].version;
    const mote_builtin_word *w = &t->words[i];
    (void)mote_format(p->label, sizeof p->label, "%s", w->label);
    (void)mote_format(p->group, sizeof p->group, MOTE_GROUP_BUILTIN "%s:%s:%s",
                      mote_split_name(t->split), engine, t->voice[0] ? t->voice : "plain");
    (void)mote_format(p->source, sizeof p->source, MOTE_GROUP_BUILTIN "%s/%s/%s/%s/%zu",
                      mk->plan->set, engine, m->name, w->label, j);
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, sizeof p->provenance - 1);
    mote_buf_str(&b, "{\"builtin\":");
    mote_buf_json_str(&b, mk->plan->set, strlen(mk->plan->set));
    mote_buf_str(&b, ",\"word\":");
    mote_buf_json_str(&b, w->spoken, strlen(w->spoken));
    mote_buf_printf(&b, ",\"by\":\"%s %s\",\"voice\":\"%s\",\"turn\":%zu}", engine, version,
                    m->name, j);
    (void)mote_format(p->provenance, sizeof p->provenance, "%s", b.data ? b.data : "{}");
    p->facts.role = MOTE_ROLE_EXAMPLE;
}

/* Word i of a turn as a recording in a room. */
static mote_status make_clip(const maker *mk, const spoken_turn *spoken, size_t i,
                             mote_synth_product *p, mote_err *err)
{
    const mote_builtin_config *c = mk->cfg;
    const mote_speech *speech = &spoken->speech;
    mote_word_place w = speech->words[i];
    const mote_wave said = {speech->samples + w.from, w.to - w.from,
                            (int32_t)lround(speech->rate_hz * spoken->manner.size)};
    mote_wave made = {0};
    MOTE_TRY(mote_audio_resample(&said, c->rate_hz, MOTE_RESAMPLE_FAST, &made, err));
    MOTE_SCOPED_FREE float *samples = made.samples; /* freed on every way out */
    const mote_wave word = {samples, made.n, made.rate_hz};
    double ms = c->clip_ms < MAX_CLIP_MS ? c->clip_ms : MAX_CLIP_MS;
    size_t clip = (size_t)llround(ms * c->rate_hz / 1000.0);
    clip = clip > word.n ? clip : word.n; /* a word longer than the clip is kept whole */
    MOTE_SCOPED_FREE float *scratch = mote_alloc(2 * clip, sizeof *scratch);
    MOTE_SCOPED_FREE int16_t *x = mote_alloc(clip, sizeof *x);
    if (!scratch || !x)
        return mote_fail(err, MOTE_NOMEM, "built-in words");
    mote_rng r;
    mote_room room;
    mote_rng_init_stream(&r, MOTE_BUILTIN_SEED, STREAM_ROOM,
                         spoken->j * MOTE_BUILTIN_TURN_WORDS + i);
    mote_room_record(&word, &r, scratch, x, clip, &room);
    return mote_synth_finish(p, x, clip, c->rate_hz, err);
}

static mote_status make_turn(const maker *mk, size_t j, mote_synth_result *out, mote_err *err)
{
    const mote_builtin_turn *t = &mk->script.turns[j];
    mote_rng r;
    spoken_turn spoken = {.j = j, .turn = t};
    draw_manner(t, j, &r, &spoken.manner);
    MOTE_TRY(mote_synth_take(out, t->n, err));
    mote_status st = speak(t, &spoken.manner, &r, &spoken.speech, err);
    for (size_t i = 0; st == MOTE_OK && i < t->n; i++) {
        describe_word(mk, &spoken, i, &out->items[i]);
        st = make_clip(mk, &spoken, i, &out->items[i], err);
    }
    mote_speech_release(&spoken.speech);
    return st;
}

/* ---- noises -------------------------------------------------------------------------------- */

static mote_status make_noise(const maker *mk, size_t k, mote_synth_result *out, mote_err *err)
{
    const mote_builtin_script *s = &mk->script;
    const mote_babble babble = {&s->espeak, s->train_words, mk->can_babble ? s->n_train_words : 0,
                                mk->cfg->rate_hz};
    size_t n = (size_t)llround(NOISE_S * mk->cfg->rate_hz);
    MOTE_SCOPED_FREE int16_t *x = mote_alloc(n, sizeof *x);
    if (!x)
        return mote_fail(err, MOTE_NOMEM, "built-in noises");
    const char *name = "";
    MOTE_TRY(mote_synth_take(out, 1, err));
    MOTE_TRY(mote_builtin_noise(k, &babble, x, n, &name, err));
    mote_synth_product *p = &out->items[0];
    p->facts.role = MOTE_ROLE_BACKGROUND;
    (void)mote_format(p->group, sizeof p->group, MOTE_GROUP_BUILTIN "noise:%s:%zu", name, k);
    (void)mote_format(p->source, sizeof p->source, MOTE_GROUP_BUILTIN "%s/noise/%s/%zu",
                      mk->plan->set, name, k);
    (void)mote_format(p->provenance, sizeof p->provenance,
                      "{\"builtin\":\"%s\",\"noise\":\"%s\",\"index\":%zu}", mk->plan->set, name,
                      k);
    return mote_synth_finish(p, x, n, mk->cfg->rate_hz, err);
}

/* ---- making -------------------------------------------------------------------------------- */

static void make_piece(void *arg, size_t piece, int32_t worker)
{
    (void)worker;
    maker *mk = arg;
    size_t j = mk->first + piece;
    mote_synth_result *r = &mk->results[j];
    r->status = j < mk->n_turns ? make_turn(mk, j, r, &r->err)
                                : make_noise(mk, j - mk->n_turns, r, &r->err);
}

static mote_status make_all(maker *mk, mote_err *err)
{
    const mote_builtin_config *c = mk->cfg;
    const size_t n = mk->n_turns + mk->n_noises;
    MOTE_TRY(mote_arena_take(mk->arena, n, sizeof *mk->results, &mk->results, err));
    for (mk->first = 0; mk->first < n; mk->first += PORTION) {
        if (c->progress)
            c->progress(c->progress_arg, mk->first, n);
        size_t now = n - mk->first < PORTION ? n - mk->first : PORTION;
        mote_pool_run(c->pool, now, make_piece, mk);
        /* Ctrl-C reaches the programs too; what they then say is not the reason. */
        if (mote_cancelled(c->cancel))
            return mote_fail(err, MOTE_CANCELLED,
                             "stopped while making the built-in words and "
                             "noises");
        for (size_t i = mk->first; i < mk->first + now; i++) {
            if (mk->results[i].status != MOTE_OK)
                return mote_fail(err, mk->results[i].status, "built-in set: %s",
                                 mk->results[i].err.text);
        }
    }
    if (c->progress)
        c->progress(c->progress_arg, n, n);
    return MOTE_OK;
}

static mote_status forget_old(mote_store *s, mote_data_role role, mote_err *err)
{
    MOTE_SCOPED_STMT *q = NULL;
    MOTE_TRY(mote_stmt_prepare(
        s, "DELETE FROM data_sample WHERE role = ?1 AND NOT (" MOTE_SQL_IS_OWN ")", &q, err));
    mote_stmt_bind_text(q, 1, mote_data_role_name(role));
    MOTE_TRY(mote_stmt_run(q, err));
    return mote_sample_sweep_labels(s, err);
}

static mote_status store_all(mote_store *s, maker *mk, mote_err *err)
{
    MOTE_SCOPED_TXN txn = {0};
    MOTE_TRY(mote_store_begin(s, &txn, err));
    if (mk->n_turns > 0)
        MOTE_TRY(forget_old(s, MOTE_ROLE_EXAMPLE, err));
    if (mk->n_noises > 0)
        MOTE_TRY(forget_old(s, MOTE_ROLE_BACKGROUND, err));
    for (size_t i = 0; i < mk->n_turns + mk->n_noises; i++) {
        const mote_synth_result *r = &mk->results[i];
        for (size_t k = 0; k < r->n; k++) {
            bool added = false;
            MOTE_TRY(mote_sample_put(s, &r->items[k].draft, &r->items[k].facts, mk->cfg->now_ms,
                                     &added, err));
        }
    }
    return mote_store_commit(&txn, err);
}

/* ---- what is missing ----------------------------------------------------------------------- */

static mote_status is_there(mote_store *s, const char *set, mote_data_role role, bool *there,
                            mote_err *err)
{
    char prefix[64];
    MOTE_SCOPED_STMT *q = NULL;
    (void)mote_format(prefix, sizeof prefix, MOTE_GROUP_BUILTIN "%s/", set);
    MOTE_TRY(mote_stmt_prepare(s,
                               "SELECT 1 FROM data_sample WHERE origin = 'synthetic' AND "
                               "role = ?1 AND substr(source, 1, length(?2)) = ?2 LIMIT 1",
                               &q, err));
    mote_stmt_bind_text(q, 1, mote_data_role_name(role));
    mote_stmt_bind_text(q, 2, prefix);
    return mote_stmt_step(q, there, err);
}

static mote_status explain(const maker *mk, mote_status st, const mote_err *why, mote_err *err)
{
    const mote_builtin_config *c = mk->cfg;
    if (st == MOTE_MISSING_TOOL && mote_builtin_is_spoken(c))
        return mote_fail(err, st,
                         "the keywords are to be spoken (data.spoken), and 'espeak-ng' is not "
                         "installed; install the packages espeak-ng and flite, and festival if you "
                         "can (apt-get install espeak-ng flite festival), or record them and set "
                         "data.spoken to off");
    if (mk->plan->is_for_few && (st == MOTE_MISSING_TOOL || st == MOTE_NOT_FOUND))
        return mote_fail(err, st,
                         "there are few other words than the keywords to learn from (%zu), and no "
                         "more can be spoken: %s; install the package espeak-ng (apt-get install "
                         "espeak-ng), set data.language, add recordings of other words with 'mote "
                         "data add FOLDER', or set data.few_words to 0",
                         mk->plan->n_different, why->text);
    if (st == MOTE_MISSING_TOOL)
        return mote_fail(err, st,
                         "there are too few recordings of other words than the keywords, "
                         "and 'espeak-ng', which would speak some, is not installed; install the "
                         "package espeak-ng (apt-get install espeak-ng), or add recordings of "
                         "other words with 'mote data add FOLDER'");
    if (st == MOTE_NOT_FOUND)
        return mote_fail(err, st,
                         "%s; set data.language, or add recordings of other words with "
                         "'mote data add FOLDER'",
                         why->text);
    return mote_fail(err, st, "built-in words in language '%s': %s",
                     mote_builtin_language(c->language, c->keywords, c->n_keywords), why->text);
}

static void list_engines(const mote_builtin_script *s, mote_builtin_report *out)
{
    (void)mote_format(out->engines, sizeof out->engines, "espeak-ng %s", s->espeak.version);
    for (int id = MOTE_ENGINE_FLITE; id < MOTE_N_ENGINES; id++) {
        const char *name = mote_engine_name((mote_engine_id)id);
        char *list = s->engines[id].n_voices ? out->engines : out->missing;
        size_t room = s->engines[id].n_voices ? sizeof out->engines : sizeof out->missing;
        size_t len = strlen(list);
        (void)mote_format(list + len, room - len, "%s%s%s%s", len ? ", " : "", name,
                          s->engines[id].n_voices ? " " : "", s->engines[id].version);
    }
}

static mote_status make(mote_store *s, maker *mk, bool words, bool noises, mote_builtin_report *out,
                        mote_err *err)
{
    mote_err why = {0};
    mote_status st = mote_builtin_write_script(mk->cfg, mk->arena, &mk->script, &why);
    if (st != MOTE_OK && (words || st != MOTE_MISSING_TOOL))
        return explain(mk, st, &why, err);
    mk->can_babble = st == MOTE_OK && mk->script.n_train_words > 0;
    mk->n_turns = words ? mk->script.n_turns : 0;
    mk->n_noises = noises ? MOTE_BUILTIN_N_NOISES : 0;
    st = make_all(mk, err);
    if (st == MOTE_OK)
        st = store_all(s, mk, err);
    for (size_t i = 0; mk->results && i < mk->n_turns + mk->n_noises; i++)
        mote_synth_release(&mk->results[i]);
    if (st != MOTE_OK)
        return st;
    out->n_words = words ? mk->script.n_clips : 0;
    out->n_spoken = words ? mk->script.n_keywords : 0;
    out->n_noises = mk->n_noises;
    if (words || mk->can_babble)
        list_engines(&mk->script, out);
    else
        (void)mote_format(out->missing, sizeof out->missing, "espeak-ng");
    return MOTE_OK;
}

mote_status mote_builtin_prepare(mote_store *s, const mote_builtin_config *cfg,
                                 mote_builtin_plan *plan, mote_builtin_report *out, mote_err *err)
{
    mote_builtin_plan p;
    mote_builtin_report r = {0};
    MOTE_TRY(mote_builtin_choose(s, cfg, &p, err));
    bool has_words = true, has_noises = true;
    if (p.take & ~(uint32_t)MOTE_BUILTIN_NOISES)
        MOTE_TRY(is_there(s, p.set, MOTE_ROLE_EXAMPLE, &has_words, err));
    if (p.take & MOTE_BUILTIN_NOISES)
        MOTE_TRY(is_there(s, p.set, MOTE_ROLE_BACKGROUND, &has_noises, err));
    if (!has_words || !has_noises) {
        MOTE_SCOPED_ARENA arena;
        mote_arena_init(&arena, (size_t)64 << 20);
        maker mk = {.cfg = cfg, .plan = &p, .arena = &arena};
        MOTE_TRY(make(s, &mk, !has_words, !has_noises, &r, err));
    }
    *plan = p;
    *out = r;
    return MOTE_OK;
}

/* ---- what a version holds ------------------------------------------------------------------ */
