/* SPDX-License-Identifier: Apache-2.0 */
/* See spoken.h. The tempos are the ends and the middle of those in which the built-in set says
 * keywords (builtin.c), so what it will say fits. */
#include "data/spoken.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/builtin_internal.h"

#define N_VARIANTS  6 /* of espeak-ng, spread over all that it has */
#define AROUND_MS   200.0
#define STEP_MS     100.0
#define LEAST_MS    1000.0
#define MOST_MS     10000.0 /* of clip_ms in mote.yaml */
#define MAX_PORTION 12      /* words of one process */

static const int32_t tempos[] = {120, 165, 215};         /* words a minute */
static const double stretches[] = {1.25, 1.0, 1 / 1.25}; /* the same of flite and festival */
#define N_TEMPOS (sizeof tempos / sizeof tempos[0])

typedef struct {
    const char *const *words;
    size_t n_words;
    mote_arena *arena;
    const char **spelled; /* [n_words] as flite and festival take it; NULL: they cannot say one */
    double *ms;
    size_t n, room;
    double longest_ms;
    size_t longest; /* index of the word */
} measuring;

static void note(measuring *m, const mote_speech *s, size_t first)
{
    for (size_t i = 0; i < s->n_words && m->n < m->room; i++) {
        double ms = 1000.0 * (double)(s->words[i].to - s->words[i].from) / s->rate_hz;
        m->ms[m->n++] = ms;
        if (ms > m->longest_ms) {
            m->longest_ms = ms;
            m->longest = first + i;
        }
    }
}

static mote_status hear_espeak(measuring *m, const mote_espeak *e, mote_err *err)
{
    const char no_marks[MAX_PORTION] = {0};
    for (size_t v = 0; v < N_VARIANTS; v++)
        for (size_t t = 0; t < N_TEMPOS; t++)
            for (size_t i = 0; i < m->n_words; i += MAX_PORTION) {
                const size_t left = m->n_words - i, now = left < MAX_PORTION ? left : MAX_PORTION;
                const char *variant = e->variants[v * e->n_variants / N_VARIANTS];
                mote_espeak_voice voice = {.words_per_minute = tempos[t], .pitch = 50};
                (void)mote_format(voice.voice, sizeof voice.voice, "%s%s%s", e->accents[0],
                                  variant[0] ? "+" : "", variant);
                mote_speech s = {0};
                MOTE_TRY(mote_espeak_words(&voice, m->words + i, no_marks, now, &s, err));
                note(m, &s, i);
                mote_speech_release(&s);
            }
    return MOTE_OK;
}

static mote_status hear_engine(measuring *m, mote_engine_id id, const mote_engine *e, mote_err *err)
{
    for (size_t v = 0; v < e->n_voices; v++)
        for (size_t t = 0; t < N_TEMPOS; t++) {
            const mote_engine_voice voice = {id, e->voices[v], stretches[t]};
            mote_speech s = {0};
            MOTE_TRY(mote_engine_words(&voice, m->spelled, m->n_words, &s, err));
            note(m, &s, 0);
            mote_speech_release(&s);
        }
    return MOTE_OK;
}

static mote_status spell(measuring *m, mote_err *err)
{
    MOTE_TRY(mote_arena_take(m->arena, m->n_words, sizeof *m->spelled, &m->spelled, err));
    for (size_t i = 0; i < m->n_words; i++) {
        bool is_plain = false;
        MOTE_TRY(mote_builtin_spell(m->words[i], m->arena, &m->spelled[i], &is_plain, err));
        if (!is_plain) {
            m->spelled = NULL;
            return MOTE_OK;
        }
    }
    return MOTE_OK;
}

/* An engine in one of the lists of the report. */
static void name_engine(mote_spoken_length *out, const char *name, const char *version,
                        bool is_there)
{
    char *list = is_there ? out->engines : out->missing;
    const size_t room = is_there ? sizeof out->engines : sizeof out->missing;
    const size_t len = strlen(list);
    (void)mote_format(list + len, room - len, "%s%s%s%s", len ? ", " : "", name,
                      is_there ? " " : "", is_there ? version : "");
}

static mote_status hear_all(measuring *m, const char *language, mote_spoken_length *out,
                            mote_err *err)
{
    mote_espeak espeak;
    mote_engine engines[MOTE_N_ENGINES] = {0};
    size_t n_voices = N_VARIANTS;
    MOTE_TRY(mote_espeak_find(language, m->arena, &espeak, err));
    MOTE_TRY(spell(m, err));
    name_engine(out, mote_engine_name(MOTE_ENGINE_ESPEAK), espeak.version, true);
    for (int id = MOTE_ENGINE_FLITE; id < MOTE_N_ENGINES; id++) {
        MOTE_TRY(mote_engine_find((mote_engine_id)id, language, m->arena, &engines[id], err));
        n_voices += engines[id].n_voices;
        name_engine(out, mote_engine_name((mote_engine_id)id), engines[id].version,
                    engines[id].n_voices > 0);
    }
    m->room = n_voices * N_TEMPOS * m->n_words;
    MOTE_TRY(mote_arena_take(m->arena, m->room, sizeof *m->ms, &m->ms, err));
    MOTE_TRY(hear_espeak(m, &espeak, err));
    for (int id = MOTE_ENGINE_FLITE; m->spelled && id < MOTE_N_ENGINES; id++)
        MOTE_TRY(hear_engine(m, (mote_engine_id)id, &engines[id], err));
    return MOTE_OK;
}

static int compare_doubles(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

mote_status mote_spoken_measure(const char *const *words, size_t n, const char *language,
                                mote_spoken_length *out, mote_err *err)
{
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, (size_t)16 << 20);
    measuring m = {.words = words, .n_words = n, .arena = &a};
    mote_spoken_length r = {0};
    mote_err why = {0};
    mote_status st = hear_all(&m, mote_builtin_language(language, words, n), &r, &why);
    if (st == MOTE_MISSING_TOOL)
        return mote_fail(err, st,
                         "to measure how long '%s' lasts it is spoken, and 'espeak-ng' is not "
                         "installed; install the packages espeak-ng and flite, and festival if you "
                         "can (apt-get install espeak-ng flite festival)",
                         words[0]);
    if (st != MOTE_OK)
        return mote_fail(err, st, "%s", why.text);
    qsort(m.ms, m.n, sizeof *m.ms, compare_doubles);
    r.n = m.n;
    r.shortest_ms = m.ms[0];
    r.middle_ms = m.ms[m.n / 2];
    r.longest_ms = m.longest_ms;
    r.longest = words[m.longest];
    r.clip_ms = fmax(LEAST_MS, STEP_MS * ceil((m.longest_ms + AROUND_MS) / STEP_MS));
    if (r.clip_ms > MOST_MS)
        return mote_fail(err, MOTE_RANGE,
                         "'%s' lasts %.1f s; a clip is %.0f s at most: choose a shorter phrase",
                         r.longest, m.longest_ms / 1000, MOST_MS / 1000);
    *out = r;
    return MOTE_OK;
}
