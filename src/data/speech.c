/* SPDX-License-Identifier: Apache-2.0 */
/* espeak-ng as a source of words: see synth_internal.h.
 *
 * Starting the program costs as much as speaking ten words, so a list of words is spoken by one
 * process, with 0.7 s of pause between them (SSML <break>), and cut apart where it is quiet. Should
 * the number of pieces not be the number of words (a voice with a long echo), the words are spoken
 * one by one: slower, and never wrong. */
#include <math.h>
#include <string.h>

#include "base/process.h"
#include "base/text.h"
#include "data/synth_internal.h"

#define PROGRAM         "espeak-ng"
#define TIMEOUT_MS      60000
#define MAX_SOUND_BYTES ((size_t)256 << 20)
#define MAX_LIST_BYTES  ((size_t)1 << 20)
#define PAUSE_MS        700
#define GAP_MS          400.0 /* quiet that ends a word; stops within a word last under 150 ms */
#define FRAME_MS        10
#define QUIET           3.2e-5 /* energy of a quiet frame against the loudest: -45 dB */

/* ---- running ------------------------------------------------------------------------------- */

static mote_status run(const char *const *argv, const mote_buf *input, mote_buf *out, mote_err *err)
{
    MOTE_SCOPED_BUF complaint;
    mote_buf_init(&complaint, 4096);
    mote_process p = {.argv = argv, .timeout_ms = TIMEOUT_MS, .out = out, .err_out = &complaint};
    if (input) {
        p.input = input->data;
        p.input_bytes = input->len;
    }
    int exit_code = 0;
    mote_status st = mote_process_run(&p, &exit_code, err);
    if (st == MOTE_MISSING_TOOL)
        return mote_fail(err, MOTE_MISSING_TOOL,
                         "'" PROGRAM "' is not installed; install the "
                         "package espeak-ng (apt-get install espeak-ng), or add recordings of your "
                         "own with 'mote data add'");
    if (st != MOTE_OK)
        return mote_wrap(err, st, PROGRAM);
    if (exit_code != 0) {
        size_t n = complaint.len;
        while (n > 0 && complaint.data[n - 1] == '\n')
            n--;
        return mote_fail(err, exit_code < 128 ? MOTE_NOT_FOUND : MOTE_IO,
                         PROGRAM " ended with code %d: %.*s", exit_code, (int)n,
                         n ? complaint.data : "");
    }
    return MOTE_OK;
}

/* ---- what it has --------------------------------------------------------------------------- */

/* Variants that sound like no person: effects, whispers, tests. Compared as prefixes. */
static const char *const strange[] = {
    "whisper", "Demonic", "UniRobot",   "robosoft", "announcer", "fast", "anikaRobot", "Tweaky",
    "Rici",    "Anxious", "kaukovalta", "Storm",    "croak",     "iven", "klatt",      "Mr",
};

static bool is_strange(const char *variant)
{
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        if (mote_str_starts(variant, strange[i]))
            return true;
    }
    return false;
}

typedef struct {
    const char *s;
    size_t n;
} column;

/* The blank-separated columns of a line; returns how many, at most max. */
static size_t columns_of(const char *line, size_t n, column *out, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < n && count < max;) {
        while (i < n && line[i] == ' ')
            i++;
        size_t start = i;
        while (i < n && line[i] != ' ')
            i++;
        if (i > start)
            out[count++] = (column){line + start, i - start};
    }
    return count;
}

/* A line of `--voices`: "Pty Language Age/Gender VoiceName File ..". NULL name: not wanted. */
static mote_status name_in_line(const char *line, size_t n, bool variants, mote_arena *a,
                                const char **name, mote_err *err)
{
    column c[5];
    *name = NULL;
    if (columns_of(line, n, c, 5) < 5 || c[0].s[0] < '0' || c[0].s[0] > '9')
        return MOTE_OK;
    bool is_variant = c[1].n == 7 && memcmp(c[1].s, "variant", 7) == 0;
    if (is_variant != variants || (c[4].n > 3 && memcmp(c[4].s, "mb/", 3) == 0))
        return MOTE_OK; /* mbrola voices need data that is not free */
    column wanted = variants ? (column){c[4].s + 3, c[4].n - 3} : c[1];
    if (variants && (c[4].n <= 3 || memcmp(c[4].s, "!v/", 3) != 0))
        return MOTE_OK;
    char *copy = mote_arena_strndup(a, wanted.s, wanted.n);
    if (!copy)
        return mote_fail(err, MOTE_NOMEM, "list of voices");
    *name = variants && is_strange(copy) ? NULL : copy;
    return MOTE_OK;
}

static bool is_in(const char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(list[i], name) == 0)
            return true;
    }
    return false;
}

/* Names sorted by bytes: the order in which the program lists them is that of a folder. */
static void insert_sorted(const char **list, size_t *n, const char *name)
{
    size_t at = *n;
    for (; at > 0 && strcmp(list[at - 1], name) > 0; at--)
        list[at] = list[at - 1];
    list[at] = name;
    (*n)++;
}

static mote_status list_voices(const char *which, bool variants, mote_arena *a, const char ***out,
                               size_t *n, mote_err *err)
{
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, MAX_LIST_BYTES);
    char option[80];
    if (!mote_format(option, sizeof option, "--voices=%s", which))
        return mote_fail(err, MOTE_ARG, "language '%s': the name is too long", which);
    const char *const argv[] = {PROGRAM, option, NULL};
    MOTE_TRY(run(argv, NULL, &text, err));
    size_t n_lines = 1;
    for (size_t i = 0; i < text.len; i++)
        n_lines += text.data[i] == '\n' ? 1 : 0;
    MOTE_TRY(mote_arena_take(a, n_lines + 1, sizeof **out, out, err));
    *n = 0;
    for (size_t at = 0; at < text.len;) {
        const char *stop = memchr(text.data + at, '\n', text.len - at);
        size_t len = stop ? (size_t)(stop - text.data) - at : text.len - at;
        const char *name;
        MOTE_TRY(name_in_line(text.data + at, len, variants, a, &name, err));
        if (name && !is_in(*out, *n, name))
            insert_sorted(*out, n, name);
        at += len + 1;
    }
    return MOTE_OK;
}

static mote_status find_version(char out[64], mote_err *err)
{
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 4096);
    const char *const argv[] = {PROGRAM, "--version", NULL};
    MOTE_TRY(run(argv, NULL, &text, err));
    /* "eSpeak NG text-to-speech: 1.51  Data at: /usr/lib/..." */
    const char *colon = text.len ? strchr(text.data, ':') : NULL;
    const char *start = colon ? colon + 1 : "";
    start += strspn(start, " ");
    (void)mote_format(out, 64, "%.*s", (int)strcspn(start, " \n"), start);
    return MOTE_OK;
}

mote_status mote_espeak_find(const char *language, mote_arena *a, mote_espeak *out, mote_err *err)
{
    mote_espeak e = {.n_accents = 0};
    MOTE_TRY(find_version(e.version, err));
    MOTE_TRY(list_voices(language, false, a, &e.accents, &e.n_accents, err));
    if (e.n_accents == 0)
        return mote_fail(err, MOTE_NOT_FOUND,
                         PROGRAM " has no voice for language '%s'; "
                                 "'espeak-ng --voices' lists what there is",
                         language);
    MOTE_TRY(list_voices("variant", true, a, &e.variants, &e.n_variants, err));
    insert_sorted(e.variants, &e.n_variants, "");
    *out = e;
    return MOTE_OK;
}

/* ---- phonemes ------------------------------------------------------------------------------ */

/* "h_'a_p_i" of one line without marks of stress, without "(en)" where it changes its language and
 * without pauses; the result lives in `a`. */
static mote_status clean_phonemes(const char *line, size_t n, mote_arena *a, const char **out,
                                  mote_err *err)
{
    char *text = mote_arena_alloc(a, n + 1, 1);
    if (!text)
        return mote_fail(err, MOTE_NOMEM, "phonemes");
    size_t len = 0;
    for (size_t i = 0; i < n;) {
        size_t end = i, first = len;
        while (end < n && line[end] != '_' && line[end] != ' ')
            end++;
        bool is_sound = end > i && line[i] != '(' && line[i] != ':' && line[i] != '|';
        if (is_sound && len > 0)
            text[len++] = '_';
        for (size_t k = i; is_sound && k < end; k++) {
            if (!strchr("',%=|", line[k]))
                text[len++] = line[k];
        }
        if (is_sound && len == first + 1 && first > 0)
            len = first; /* nothing but a mark */
        i = end + 1;
    }
    text[len] = 0;
    *out = text;
    return MOTE_OK;
}

/* Lines with sounds in them, at most max; returns how many there are. */
static mote_status phoneme_lines(const char *voice, const mote_names *words, mote_arena *a,
                                 const char **out, size_t *n_lines, mote_err *err)
{
    MOTE_SCOPED_BUF text, said;
    mote_buf_init(&text, 1 << 20);
    mote_buf_init(&said, 1 << 20);
    for (size_t i = 0; i < words->n; i++) { /* a paragraph each */
        for (const char *p = words->items[i]; *p; p++)
            mote_buf_char(&text, *p == '_' || *p == '-' || *p == '\n' ? ' ' : *p);
        mote_buf_str(&text, "\n\n");
    }
    MOTE_TRY(mote_buf_status(&text, err));
    const char *const argv[] = {PROGRAM, "-q", "-x", "--sep=_", "-v", voice, "--stdin", NULL};
    MOTE_TRY(run(argv, &text, &said, err));
    *n_lines = 0;
    for (const char *at = said.data; at && *at;) {
        size_t len = strcspn(at, "\n");
        size_t blank = strspn(at, " ");
        if (blank < len && (*n_lines)++ < words->n)
            MOTE_TRY(clean_phonemes(at + blank, len - blank, a, &out[*n_lines - 1], err));
        at += len + (at[len] ? 1 : 0);
    }
    return MOTE_OK;
}

mote_status mote_espeak_phonemes(const char *voice, const char *const *words, size_t n,
                                 mote_arena *a, const char ***out, mote_err *err)
{
    size_t n_lines = 0;
    MOTE_TRY(mote_arena_take(a, n + 1, sizeof **out, out, err));
    MOTE_TRY(phoneme_lines(voice, &(mote_names){words, n}, a, *out, &n_lines, err));
    if (n_lines == n)
        return MOTE_OK;
    for (size_t i = 0; i < n; i++) { /* a word of two sentences, or of none: alone */
        n_lines = 0;
        (*out)[i] = "";
        MOTE_TRY(phoneme_lines(voice, &(mote_names){&words[i], 1}, a, &(*out)[i], &n_lines, err));
    }
    return MOTE_OK;
}

/* ---- speaking ------------------------------------------------------------------------------ */

static mote_status speak(const mote_espeak_voice *v, const mote_buf *ssml, mote_speech *out,
                         mote_err *err)
{
    MOTE_SCOPED_BUF sound;
    mote_buf_init(&sound, MAX_SOUND_BYTES);
    char speed[16], pitch[16];
    (void)mote_format(speed, sizeof speed, "%d", (int)v->words_per_minute);
    (void)mote_format(pitch, sizeof pitch, "%d", (int)v->pitch);
    const char *const argv[] = {PROGRAM, "-m", "-b",  "1",        "-v",      v->voice, "-s",
                                speed,   "-p", pitch, "--stdout", "--stdin", NULL};
    MOTE_TRY(mote_buf_status(ssml, err));
    MOTE_TRY(run(argv, ssml, &sound, err));
    /* A streamed WAV file: a header of 44 bytes whose lengths mean nothing, then the samples. */
    if (sound.len < 46 || memcmp(sound.data, "RIFF", 4) != 0)
        return mote_fail(err, MOTE_UNSUPPORTED, PROGRAM " made no sound with voice '%s'", v->voice);
    const unsigned char *b = (const unsigned char *)sound.data;
    uint32_t rate = b[24] | (uint32_t)b[25] << 8 | (uint32_t)b[26] << 16 | (uint32_t)b[27] << 24;
    if (rate != MOTE_ESPEAK_RATE_HZ || b[22] != 1 || b[34] != 16)
        return mote_fail(err, MOTE_UNSUPPORTED, PROGRAM " gave %lu Hz, %d bits; expected %d, 16",
                         (unsigned long)rate, b[34], MOTE_ESPEAK_RATE_HZ);
    size_t n = (sound.len - 44) / 2;
    float *x = mote_alloc(n, sizeof *x);
    if (!x)
        return mote_fail(err, MOTE_NOMEM, "%zu samples of speech", n);
    for (size_t i = 0; i < n; i++)
        x[i] = (float)(int16_t)(uint16_t)(b[44 + 2 * i] | b[45 + 2 * i] << 8) / 32768.0f;
    *out = (mote_speech){.samples = x, .n = n, .rate_hz = MOTE_ESPEAK_RATE_HZ};
    return MOTE_OK;
}

static void add_word(mote_buf *ssml, const char *word, char mark)
{
    char plain[128];
    (void)mote_format(plain, sizeof plain, "%s", word);
    bool is_phonemes = mote_str_starts(plain, "[[");
    for (char *p = plain; *p && !is_phonemes; p++)
        *p = *p == '_' || *p == '-' ? ' ' : *p;
    mote_buf_html(ssml, plain);
    if (mark)
        mote_buf_char(ssml, mark);
}

void mote_speech_release(mote_speech *s)
{
    mote_free(s->samples);
    mote_free(s->words);
    *s = (mote_speech){0};
}

size_t mote_speech_cut(const mote_wave *sound, double gap_ms, mote_word_place *out, size_t max)
{
    const float *x = sound->samples;
    const size_t n = sound->n;
    const size_t frame = (size_t)sound->rate_hz * FRAME_MS / 1000;
    const size_t gap = (size_t)(gap_ms / FRAME_MS), margin = 3 * frame;
    double loudest = 0.0;
    for (int pass = 0; pass < 2; pass++) {
        size_t count = 0, last = 0;
        for (size_t f = 0; (f + 1) * frame <= n; f++) {
            double e = 0.0;
            for (size_t i = f * frame; i < (f + 1) * frame; i++)
                e += (double)x[i] * (double)x[i];
            if (pass == 0) {
                loudest = e > loudest ? e : loudest;
                continue;
            }
            if (!(e > loudest * QUIET))
                continue;
            if (count == 0 || f - last > gap) {
                if (count < max)
                    out[count].from = f * frame > margin ? f * frame - margin : 0;
                count++;
            }
            if (count <= max)
                out[count - 1].to = (f + 1) * frame + margin < n ? (f + 1) * frame + margin : n;
            last = f;
        }
        if (pass == 1)
            return count;
    }
    return 0;
}

/* One word by a process of its own, appended to *all. */
static mote_status speak_alone(const mote_espeak_voice *v, const char *word, char mark,
                               mote_speech *all, mote_err *err)
{
    MOTE_SCOPED_BUF ssml;
    mote_buf_init(&ssml, 4096);
    mote_buf_str(&ssml, "<speak>");
    add_word(&ssml, word, mark);
    mote_buf_str(&ssml, "</speak>");
    mote_speech one = {0};
    mote_status st = speak(v, &ssml, &one, err);
    mote_word_place parts[8];
    size_t n_parts = 0;
    if (st == MOTE_OK)
        n_parts = mote_speech_cut(&(mote_wave){one.samples, one.n, MOTE_ESPEAK_RATE_HZ}, GAP_MS,
                                  parts, 8);
    if (st == MOTE_OK && n_parts == 0)
        st = mote_fail(err, MOTE_UNSUPPORTED, PROGRAM ": voice '%s' has no sound for '%s'",
                       v->voice, word);
    float *grown = st == MOTE_OK ? mote_realloc(all->samples, all->n + one.n, sizeof *grown) : NULL;
    if (st == MOTE_OK && !grown)
        st = mote_fail(err, MOTE_NOMEM, "speech");
    if (st == MOTE_OK) {
        memcpy(grown + all->n, one.samples, one.n * sizeof *grown);
        size_t last = (n_parts < 8 ? n_parts : 8) - 1;
        all->words[all->n_words].from = all->n + parts[0].from;
        all->words[all->n_words++].to = all->n + parts[last].to;
        all->samples = grown;
        all->n += one.n;
    }
    mote_speech_release(&one);
    return st;
}

mote_status mote_espeak_words(const mote_espeak_voice *v, const char *const *words,
                              const char *marks, size_t n, mote_speech *out, mote_err *err)
{
    MOTE_SCOPED_BUF ssml;
    mote_buf_init(&ssml, 1 << 20);
    mote_buf_str(&ssml, "<speak>");
    for (size_t i = 0; i < n; i++) {
        add_word(&ssml, words[i], marks[i]);
        mote_buf_printf(&ssml, "<break time=\"%dms\"/>\n", PAUSE_MS);
    }
    mote_buf_str(&ssml, "</speak>");
    mote_speech s = {0};
    mote_word_place *parts = mote_alloc(n, sizeof *parts);
    if (!parts)
        return mote_fail(err, MOTE_NOMEM, "speech");
    mote_status st = speak(v, &ssml, &s, err);
    s.words = parts;
    s.n_words = n;
    if (st == MOTE_OK &&
        mote_speech_cut(&(mote_wave){s.samples, s.n, MOTE_ESPEAK_RATE_HZ}, GAP_MS, parts, n) != n) {
        mote_free(s.samples);
        s = (mote_speech){.words = parts, .rate_hz = MOTE_ESPEAK_RATE_HZ};
        for (size_t i = 0; st == MOTE_OK && i < n; i++)
            st = speak_alone(v, words[i], marks[i], &s, err);
    }
    if (st != MOTE_OK) {
        mote_speech_release(&s);
        return st;
    }
    *out = s;
    return MOTE_OK;
}

mote_status mote_espeak_text(const mote_espeak_voice *v, const char *const *words, size_t n,
                             mote_speech *out, mote_err *err)
{
    MOTE_SCOPED_BUF ssml;
    mote_buf_init(&ssml, 1 << 20);
    mote_buf_str(&ssml, "<speak>");
    for (size_t i = 0; i < n; i++) {
        add_word(&ssml, words[i], 0);
        mote_buf_char(&ssml, ' ');
    }
    mote_buf_str(&ssml, "</speak>");
    return speak(v, &ssml, out, err);
}
