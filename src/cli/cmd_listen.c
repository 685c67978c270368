/* SPDX-License-Identifier: Apache-2.0 */
/* mote listen: a model hears a microphone, raw sound or a file, as a device would. The hearing is
 * serve/ear.h; here are where sound comes from (cli/sound.h), the terminal and its keys. */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/cli.h"
#include "cli/keys.h"
#include "cli/sound.h"
#include "model/predictor.h"
#include "serve/ear.h"
#include "track/model_ref.h"

#define METER_CELLS 20
#define METER_DBFS  60.0 /* of the whole meter */

typedef struct {
    const char *input, *record;
    bool fast, levels;
} listen_values;

typedef struct {
    mote_cli *cli;
    const listen_values *v;
    mote_model *model;
    const mote_signature *signature;
    mote_predictor *predictor;
    mote_ear *ear;
    mote_sound sound;
    bool is_live; /* a line that is written over and over */
    bool has_keys;
    bool is_cut; /* there was no memory for a line */
} session;

/* ---- showing ------------------------------------------------------------------------------- */

/* One JSON document on a line of its own, at once: who reads it waits for it. Takes the reference.
 */
static void say_line(session *s, json_t *o)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 20);
    if (o)
        mote_json_write(&b, o, false);
    s->is_cut = s->is_cut || !o || b.status != MOTE_OK;
    if (!s->is_cut)
        mote_print(s->cli->out, "%s\n", b.data);
    fflush(s->cli->out);
    json_decref(o);
}

static void clear_line(const session *s)
{
    if (s->is_live)
        fputs("\r\033[K", s->cli->messages);
}

/* The keyword, or whatever reacts, that is most probable now. */
static int32_t likeliest(const session *s, const mote_ear_hop *h)
{
    int32_t best = -1;
    for (int32_t i = 0; i < h->n_labels; i++)
        if (mote_signature_reacts(s->signature, i) &&
            (best < 0 || h->average[i] > h->average[best]))
            best = i;
    return best;
}

static void show_meter(const session *s, const mote_ear_hop *h)
{
    char bar[METER_CELLS + 1];
    const double share = (h->level_dbfs + METER_DBFS) / METER_DBFS;
    const int n = share <= 0 ? 0 : share >= 1 ? METER_CELLS : (int)(share * METER_CELLS);
    const int32_t best = likeliest(s, h);
    memset(bar, ' ', sizeof bar - 1);
    memset(bar, '#', (size_t)n);
    bar[METER_CELLS] = 0;
    clear_line(s);
    mote_print(s->cli->messages, "[%s] %4.0f dBFS", bar, h->level_dbfs);
    if (best >= 0)
        mote_print(s->cli->messages, "  %s %3.0f %%", s->signature->labels[best],
                   h->average[best] * 100.0 / 65536.0);
    fflush(s->cli->messages);
}

static json_t *averages_json(const session *s, const mote_ear_hop *h)
{
    json_t *o = json_object();
    for (int32_t i = 0; o && i < h->n_labels; i++)
        json_object_set_new(o, s->signature->labels[i], json_real(h->average[i] / 65536.0));
    return o;
}

static void on_hop(void *arg, const mote_ear_hop *h)
{
    session *s = arg;
    if (s->v->levels && s->cli->json)
        say_line(s, json_pack("{s:s, s:f, s:f, s:o}", "event", "hop", "at_s", h->at_s, "level_dbfs",
                              h->level_dbfs, "probabilities", averages_json(s, h)));
    if (h->is_hit && s->cli->json) {
        say_line(s,
                 json_pack("{s:s, s:f, s:s, s:f}", "event", "detection", "at_s", h->at_s, "label",
                           s->signature->labels[h->class_id], "probability", h->probability));
    } else if (h->is_hit) {
        clear_line(s);
        mote_say(s->cli, "%8.2f s  %s  %.2f\n", h->at_s, s->signature->labels[h->class_id],
                 h->probability);
        fflush(s->cli->out);
    }
    if (s->is_live)
        show_meter(s, h);
}

/* ---- marks --------------------------------------------------------------------------------- */

static void say_mark(session *s, const char *what, const mote_ear_mark *m)
{
    clear_line(s);
    if (s->cli->json)
        say_line(s, json_pack("{s:s, s:s, s:s, s:f, s:f, s:s}", "event", what, "file", m->file,
                              "label", m->label, "start_s", m->start_s, "end_s", m->end_s, "dir",
                              s->v->record));
    mote_tell(s->cli, "kept %s/%s: %s%s%s\n", s->v->record, m->file,
              strcmp(what, "miss") == 0 ? "missed" : "woke falsely", *m->label ? ", " : "",
              m->label);
}

/* The n-th label that reacts, from '1'; NULL: there is none. */
static const char *label_of_key(const session *s, char key)
{
    int32_t n = key - '0';
    for (int32_t i = 0; n > 0 && i < s->signature->n_labels; i++)
        if (mote_signature_reacts(s->signature, i) && --n == 0)
            return s->signature->labels[i];
    return NULL;
}

static void take_key(session *s, char key)
{
    const bool is_digit = key >= '1' && key <= '9';
    mote_ear_mark m;
    mote_err why = {0};
    mote_status st = MOTE_OK;
    if (key == 'q') {
        s->sound.is_ended = true;
    } else if (key == 'm' || (is_digit && label_of_key(s, key))) {
        st = mote_ear_miss(s->ear, is_digit ? label_of_key(s, key) : NULL, mote_clock_wall_ms(), &m,
                           &why);
        if (st == MOTE_OK)
            say_mark(s, "miss", &m);
    } else if (key == 'f') {
        st = mote_ear_false(s->ear, mote_clock_wall_ms(), &m, &why);
        if (st == MOTE_OK)
            say_mark(s, "false", &m);
    }
    if (st != MOTE_OK) {
        clear_line(s);
        mote_tell(s->cli, "%s%s\n", why.text, s->v->record ? "" : "; begin with --record DIR");
    }
}

/* ---- listening ----------------------------------------------------------------------------- */

static void say_begin(session *s)
{
    mote_tell(s->cli, "%s listens to %s at %d Hz; Ctrl-C ends\n", mote_model_name(s->model),
              s->sound.name, (int)s->signature->rate_hz);
    if (s->v->record)
        mote_tell(
            s->cli,
            "what you mark is kept in '%s': the %.0f s before a miss (key m), and what woke it "
            "falsely (key f); nothing else is, and deleting the folder deletes it\n",
            s->v->record, MOTE_EAR_MISS_S);
}

static mote_status hear(session *s, mote_err *err)
{
    int16_t piece[1600];
    while (!s->sound.is_ended && !mote_cancelled(s->cli->cancel)) {
        char key = 0;
        size_t n = 0;
        const bool is_ready =
            mote_keys_wait(s->has_keys, s->sound.fd, mote_sound_wait_ms(&s->sound), &key);
        if (key)
            take_key(s, key);
        if (s->sound.fd >= 0 && !is_ready)
            continue;
        MOTE_TRY(mote_sound_read(&s->sound, piece, MOTE_COUNT_OF(piece), &n, err));
        MOTE_TRY(mote_ear_push(s->ear, piece, n, err));
    }
    return MOTE_OK;
}

static void say_end(session *s)
{
    const mote_ear_summary r = mote_ear_summarise(s->ear);
    clear_line(s);
    if (s->cli->json)
        say_line(s, json_pack("{s:s, s:f, s:I, s:I, s:I}", "event", "end", "heard_s", r.heard_s,
                              "detections", (json_int_t)r.n_hits, "misses", (json_int_t)r.n_misses,
                              "false", (json_int_t)r.n_false));
    s->cli->has_result = s->cli->json && !s->is_cut;
    mote_say(s->cli, "heard %.1f s: %zu detection%s", r.heard_s, r.n_hits,
             r.n_hits == 1 ? "" : "s");
    if (r.n_misses + r.n_false > 0)
        mote_say(s->cli, "; marked: %zu missed, %zu false; mote data review add %s", r.n_misses,
                 r.n_false, s->v->record);
    mote_say(s->cli, "\n");
}

static mote_status listen(session *s, mote_err *err)
{
    const mote_ear_config cfg = {.dir = s->v->record, .hop = on_hop, .arg = s};
    MOTE_TRY(mote_predictor_create(s->model, &s->predictor, err));
    MOTE_TRY(mote_ear_create(s->predictor, &cfg, &s->ear, err));
    MOTE_TRY(
        mote_sound_open(&s->sound, s->v->input, (int32_t)s->signature->rate_hz, s->v->fast, err));
    s->is_live = s->cli->is_terminal && !s->cli->quiet && !s->cli->json;
    s->has_keys = strcmp(s->v->input, "-") != 0 && mote_keys_open();
    say_begin(s);
    mote_status st = hear(s, err);
    if (st == MOTE_OK)
        st = mote_ear_end(s->ear, err);
    say_end(s);
    return st;
}

/* The model that is named, or the project's: its champion, else its newest. */
static mote_status find_model(mote_cli *cli, const char *const *args, size_t n_args,
                              mote_resolved_model *m, mote_err *err)
{
    if (n_args > 0)
        return mote_model_resolve(cli->store, args[0], m, err);
    if (!cli->project)
        return mote_fail(err, MOTE_USAGE,
                         "name a model, or listen in a project, which has its own");
    const char *champion = mote_arena_printf(&cli->arena, "%s@champion", cli->project->name);
    if (!champion)
        return mote_fail(err, MOTE_NOMEM, "no memory for a name");
    mote_err none = {0};
    if (mote_model_resolve(cli->store, champion, m, &none) == MOTE_OK)
        return MOTE_OK;
    MOTE_TRY(mote_model_resolve(cli->store, cli->project->name, m, err));
    mote_tell(cli, "no version is promoted: this is the newest\n");
    return MOTE_OK;
}

static mote_status run(mote_cli *cli, const void *values, const char *const *args, size_t n_args,
                       mote_err *err)
{
    mote_resolved_model m;
    MOTE_TRY(find_model(cli, args, n_args, &m, err));
    session s = {.cli = cli, .v = values, .model = m.model, .sound = {.fd = -1}};
    s.signature = mote_model_signature(m.model);
    mote_status st = listen(&s, err);
    mote_keys_close();
    mote_sound_close(&s.sound);
    mote_ear_destroy(s.ear);
    mote_predictor_destroy(s.predictor);
    mote_model_unref(m.model);
    return st;
}

static const mote_option options[] = {
    {"input", 'i', MOTE_OPT_STRING, offsetof(listen_values, input), 0, 0, "SOUND",
     "a file; '-' for raw 16-bit sound on standard input; default: the microphone"},
    {"fast", 0, MOTE_OPT_FLAG, offsetof(listen_values, fast), 0, 0, NULL,
     "a file as fast as it can be heard, not as long as it lasts"},
    {"levels", 0, MOTE_OPT_FLAG, offsetof(listen_values, levels), 0, 0, NULL,
     "with --json: a line for every hop, with level and probabilities"},
    {"record", 0, MOTE_OPT_STRING, offsetof(listen_values, record), 0, 0, "DIR",
     "keep what you mark: key m a miss (1 to 9: of that word), key f a false wake"},
};
static const listen_values defaults = {.input = "default"};

const mote_command mote_cmd_listen = {
    .usage = "[MODEL] [options]",
    .about =
        "A model hears the microphone, as the device would: its front end, its int8 network every\n"
        "hop, its detector. MODEL is a file, a registry name[@alias|/version] or a run; without,\n"
        "the project's champion, or its newest version where none is promoted. The microphone is\n"
        "read by arecord, parec or ffmpeg, whichever is installed. On a terminal there is a level\n"
        "meter and what is most probable; detections are lines; with --json each is a JSON\n"
        "document on a line of its own, and the last line is the summary. Nothing is kept,\n"
        "unless --record names a folder; then what you mark is.",
    .examples = "mote listen\n"
                "mote listen kws@champion --record marked\n"
                "mote listen --input meeting.flac --fast\n"
                "arecord -q -t raw -f S16_LE -r 16000 | mote listen --input - --json",
    .options = options,
    .n_options = MOTE_COUNT_OF(options),
    .max_args = 1,
    .values_bytes = sizeof(listen_values),
    .defaults = &defaults,
    .run = run,
};
