/* SPDX-License-Identifier: Apache-2.0 */
/* flite and festival as sources of English words: other voices than espeak-ng's, two of them cut
 * from recordings of people. See builtin_internal.h.
 *
 * Both are found at run time and run as programs. flite speaks a word in 10 ms, so each word is a
 * run of its own; festival needs 0.3 s to start, so it speaks all of them and writes one WAV file
 * after the other to its output. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/process.h"
#include "base/text.h"
#include "data/builtin_internal.h"

#define TIMEOUT_MS      60000
#define MAX_SOUND_BYTES ((size_t)64 << 20)
#define RATE_HZ         16000
#define GAP_MS          400.0
#define MAX_VOICES      32

static const char *const names[MOTE_N_ENGINES] = {"espeak-ng", "flite", "festival"};

const char *mote_engine_name(mote_engine_id id)
{
    return names[id];
}

/* Run a program that may be missing or broken: *ok tells whether it ended well. */
static mote_status try_run(const char *const *argv, const char *input, mote_buf *out, bool *ok,
                           mote_err *err)
{
    mote_process p = {.argv = argv, .timeout_ms = TIMEOUT_MS, .out = out};
    p.input = input;
    p.input_bytes = input ? strlen(input) : 0;
    int exit_code = 0;
    mote_err why = {0};
    mote_status st = mote_process_run(&p, &exit_code, &why);
    *ok = st == MOTE_OK && exit_code == 0;
    return st == MOTE_NOMEM ? mote_fail(err, st, "%s", why.text) : MOTE_OK;
}

/* ---- sounds -------------------------------------------------------------------------------- */

/* The stretch of x[0..n) that is not quiet. */
static mote_word_place find_word(float *x, size_t n)
{
    mote_word_place parts[8] = {{0, n}};
    size_t k = mote_speech_cut(&(mote_wave){x, n, RATE_HZ}, GAP_MS, parts, 8);
    k = k > 8 ? 8 : k;
    return (mote_word_place){parts[0].from, k ? parts[k - 1].to : n};
}

/* One WAV file, appended to *s as its next word. */
static mote_status append_wav(mote_speech *s, const char *wav, size_t n, const char *what,
                              mote_err *err)
{
    mote_audio_config cfg = mote_audio_config_default();
    cfg.rate_hz = RATE_HZ;
    mote_audio a;
    MOTE_TRY(mote_audio_decode(&(mote_file_bytes){what, wav, n}, &cfg, &a, err));
    float *grown = mote_realloc(s->samples, s->n + a.n, sizeof *grown);
    if (!grown) {
        mote_audio_release(&a);
        return mote_fail(err, MOTE_NOMEM, "speech");
    }
    s->samples = grown;
    for (size_t i = 0; i < a.n; i++)
        grown[s->n + i] = (float)a.samples[i] / 32768.0f;
    mote_word_place w = find_word(grown + s->n, a.n);
    s->words[s->n_words++] = (mote_word_place){s->n + w.from, s->n + w.to};
    s->n += a.n;
    mote_audio_release(&a);
    return MOTE_OK;
}

static mote_status no_sound(const mote_engine_voice *v, const char *word, mote_err *err)
{
    return mote_fail(err, MOTE_UNSUPPORTED, "'%s' made no sound of '%s' with voice '%s'",
                     names[v->engine], word, v->name);
}

static mote_status flite_word(const mote_engine_voice *v, const char *word, mote_speech *s,
                              mote_err *err)
{
    char duration[48];
    (void)mote_format(duration, sizeof duration, "duration_stretch=%.2f", v->stretch);
    const char *const argv[] = {"flite", "-voice", v->name, "--setf",      duration,
                                "-t",    word,     "-o",    "/dev/stdout", NULL};
    MOTE_SCOPED_BUF wav;
    mote_buf_init(&wav, MAX_SOUND_BYTES);
    bool ok = false;
    MOTE_TRY(try_run(argv, NULL, &wav, &ok, err));
    if (!ok || wav.len < 46)
        return no_sound(v, word, err);
    return append_wav(s, wav.data, wav.len, "flite", err);
}

/* Letters and blanks only: the words go into a program text. */
static bool is_plain(const char *word)
{
    for (const char *p = word; *p; p++) {
        if (!((*p >= 'a' && *p <= 'z') || *p == ' '))
            return false;
    }
    return *word != 0;
}

static mote_status festival_words(const mote_engine_voice *v, const char *const *words, size_t n,
                                  mote_speech *s, mote_err *err)
{
    MOTE_SCOPED_BUF program, out;
    mote_buf_init(&program, 1 << 20);
    mote_buf_init(&out, MAX_SOUND_BYTES);
    mote_buf_printf(&program,
                    "(voice_%s)\n(Parameter.set 'Duration_Stretch %.2f)\n"
                    "(define (say w) (utt.save.wave (utt.synth (eval (list 'Utterance 'Text w))) "
                    "\"-\"))\n",
                    v->name, v->stretch);
    for (size_t i = 0; i < n; i++) {
        if (!is_plain(words[i]))
            return mote_fail(err, MOTE_ARG, "festival: '%s' is no plain word", words[i]);
        mote_buf_printf(&program, "(say \"%s\")\n", words[i]);
    }
    MOTE_TRY(mote_buf_status(&program, err));
    const char *const argv[] = {"festival", "--pipe", NULL};
    bool ok = false;
    MOTE_TRY(try_run(argv, program.data, &out, &ok, err));
    const char *at = out.data, *end = out.data + out.len;
    for (size_t i = 0; i < n; i++) {
        size_t left = ok ? (size_t)(end - at) : 0, len = 0;
        if (left > 46 && memcmp(at, "RIFF", 4) == 0) {
            mote_reader r;
            mote_reader_init(&r, at + 4, 4);
            len = (size_t)mote_read_u32(&r) + 8;
        }
        if (len < 46 || len > left)
            return no_sound(v, words[i], err);
        MOTE_TRY(append_wav(s, at, len, "festival", err));
        at += len;
    }
    return MOTE_OK;
}

mote_status mote_engine_words(const mote_engine_voice *v, const char *const *words, size_t n,
                              mote_speech *out, mote_err *err)
{
    mote_speech s = {.rate_hz = RATE_HZ, .words = mote_alloc(n, sizeof *s.words)};
    if (!s.words)
        return mote_fail(err, MOTE_NOMEM, "speech");
    mote_status st = MOTE_OK;
    if (v->engine == MOTE_ENGINE_FESTIVAL)
        st = festival_words(v, words, n, &s, err);
    for (size_t i = 0; v->engine == MOTE_ENGINE_FLITE && st == MOTE_OK && i < n; i++)
        st = flite_word(v, words[i], &s, err);
    if (st != MOTE_OK) {
        mote_speech_release(&s);
        return st;
    }
    *out = s;
    return MOTE_OK;
}

/* ---- finding ------------------------------------------------------------------------------- */

static bool speaks(mote_engine_id id, const char *voice)
{
    static const char *const word[] = {"one"};
    mote_speech s = {0};
    mote_err why;
    const mote_engine_voice v = {id, voice, 1.0};
    bool ok = mote_engine_words(&v, word, 1, &s, &why) == MOTE_OK;
    mote_speech_release(&s);
    return ok;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in text[from..] up to `stop`, which speak; sorted. "kal" and "awb_time" of flite are
 * an 8 kHz voice and one that can only tell the time. */
static mote_status take_voices(mote_engine_id id, const char *text, char stop, mote_arena *a,
                               mote_engine *e, mote_err *err)
{
    MOTE_TRY(mote_arena_take(a, MAX_VOICES, sizeof *e->voices, &e->voices, err));
    while (*text && *text != stop && e->n_voices < MAX_VOICES) {
        size_t len = strcspn(text, " \n)");
        char *name = mote_arena_strndup(a, text, len);
        if (!name)
            return mote_fail(err, MOTE_NOMEM, "voices");
        bool wanted = len > 0 && strcmp(name, "kal") != 0 && strcmp(name, "awb_time") != 0;
        if (wanted && speaks(id, name))
            e->voices[e->n_voices++] = name;
        text += len + (text[len] == ' ' ? 1 : 0);
        if (len == 0 && *text && *text != stop)
            text++;
    }
    qsort(e->voices, e->n_voices, sizeof *e->voices, compare_texts);
    return MOTE_OK;
}

/* The first word of `text` that begins with a digit, up to a blank or ':'. */
static void take_version(const char *text, const char *mark, char *out, size_t out_bytes)
{
    const char *at = text ? strstr(text, mark) : NULL;
    at = at ? at + strlen(mark) : "";
    (void)mote_format(out, out_bytes, "%.*s", (int)strcspn(at, " :\n-"), at);
}

static mote_status find_flite(mote_arena *a, mote_engine *e, mote_err *err)
{
    static const char *const list[] = {"flite", "-lv", NULL}, *const ask[] = {"flite", "--version",
                                                                              NULL};
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 16);
    bool ok = false;
    MOTE_TRY(try_run(ask, NULL, &text, &ok, err));
    take_version(text.data, "flite-", e->version, sizeof e->version);
    mote_buf_reset(&text);
    MOTE_TRY(try_run(list, NULL, &text, &ok, err));
    const char *at = text.data ? strstr(text.data, "available:") : NULL;
    return at ? take_voices(MOTE_ENGINE_FLITE, at + strlen("available: "), '\n', a, e, err)
              : MOTE_OK;
}

static mote_status find_festival(mote_arena *a, mote_engine *e, mote_err *err)
{
    static const char *const ask[] = {"festival", "--version", NULL};
    static const char *const list[] = {"festival", "--pipe", NULL};
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 16);
    bool ok = false;
    MOTE_TRY(try_run(ask, NULL, &text, &ok, err));
    take_version(text.data, "System: ", e->version, sizeof e->version);
    mote_buf_reset(&text);
    MOTE_TRY(try_run(list, "(print (voice.list))\n", &text, &ok, err));
    const char *at = text.data ? strchr(text.data, '(') : NULL;
    return at ? take_voices(MOTE_ENGINE_FESTIVAL, at + 1, ')', a, e, err) : MOTE_OK;
}

mote_status mote_engine_find(mote_engine_id id, const char *language, mote_arena *a,
                             mote_engine *out, mote_err *err)
{
    *out = (mote_engine){0};
    bool is_english = strcmp(language, "en") == 0 || mote_str_starts(language, "en-");
    if (!is_english || !mote_process_in_path(names[id]))
        return MOTE_OK;
    return id == MOTE_ENGINE_FLITE ? find_flite(a, out, err) : find_festival(a, out, err);
}
