/* SPDX-License-Identifier: Apache-2.0 */
/* What a person sees: results, tables and progress. See cli.h. */
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/unicode.h"
#include "cli/cli.h"

#define TERMINAL_INTERVAL_US 100000
#define PIPE_INTERVAL_US     10000000
#define BAR_CELLS            24

/* ---- the one place where text goes to a person -------------------------------------------- */

/* Whatever stands in file names, labels and messages, no terminal obeys it: only line feeds and
 * tabs pass. Colours are added behind this, by mote_say_colored and the progress bar. */
/* False: there was no memory for it. */
MOTE_PRINTF(2, 0)
static bool put_text(FILE *f, const char *fmt, va_list ap)
{
    mote_buf raw, shown;
    mote_buf_init(&raw, (size_t)1 << 30);
    mote_buf_init(&shown, (size_t)1 << 31);
    mote_buf_vprintf(&raw, fmt, ap);
    if (raw.status == MOTE_OK && raw.data)
        mote_buf_shown(&shown, raw.data, raw.len, true);
    bool whole = raw.status == MOTE_OK && shown.status == MOTE_OK;
    if (!whole)
        fputs("(no memory to show this)\n", f);
    else if (shown.len > 0)
        fwrite(shown.data, 1, shown.len, f);
    mote_buf_release(&raw);
    mote_buf_release(&shown);
    return whole;
}

void mote_print(FILE *f, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    (void)put_text(f, fmt, ap);
    va_end(ap);
}

const char *mote_shown(mote_cli *cli, const char *text)
{
    mote_buf b;
    mote_buf_init(&b, (size_t)1 << 20);
    mote_buf_shown(&b, text, strlen(text), false);
    const char *copy = b.status == MOTE_OK ? mote_arena_strndup(&cli->arena, b.data, b.len) : NULL;
    mote_buf_release(&b);
    return copy ? copy : "(no memory for this name)";
}

/* ---- results ----------------------------------------------------------------------------- */

void mote_say(mote_cli *cli, const char *fmt, ...)
{
    if (cli->json)
        return;
    va_list ap;
    va_start(ap, fmt);
    cli->is_cut |= !put_text(cli->out, fmt, ap);
    va_end(ap);
}

void mote_say_colored(mote_cli *cli, const char *color, const char *fmt, ...)
{
    if (cli->json)
        return;
    bool on = cli->color && *color;
    if (on)
        fprintf(cli->out, "\033[%sm", color);
    va_list ap;
    va_start(ap, fmt);
    cli->is_cut |= !put_text(cli->out, fmt, ap);
    va_end(ap);
    if (on)
        fputs("\033[0m", cli->out);
}

mote_status mote_normal_name(mote_cli *cli, const char **name, mote_err *err)
{
    char *normal = NULL;
    if (!*name || !mote_utf8_valid(*name, strlen(*name)))
        return MOTE_OK;
    MOTE_TRY(mote_text_nfc(*name, strlen(*name), &cli->arena, &normal, err));
    *name = normal;
    return MOTE_OK;
}

const char *mote_who(mote_cli *cli, const char *given)
{
    if (given == NULL)
        given = mote_env("USER");
    if (given != NULL && *given)
        return given;
    struct passwd entry, *found = NULL;
    char text[4096];
    const char *name = NULL;
    if (getpwuid_r(getuid(), &entry, text, sizeof text, &found) == 0 && found != NULL)
        name = mote_arena_strdup(&cli->arena, found->pw_name);
    if (name == NULL)
        name = mote_arena_printf(&cli->arena, "user %ld", (long)getuid());
    return name != NULL ? name : "unnamed user";
}

void mote_say_json(mote_cli *cli, json_t *document)
{
    if (cli->json && document) {
        MOTE_BUG_IF(cli->has_result);
        mote_buf b;
        mote_buf_init(&b, (size_t)1 << 30);
        mote_json_write(&b, document, true);
        mote_buf shown;
        mote_buf_init(&shown, (size_t)1 << 31);
        if (b.status == MOTE_OK)
            mote_buf_shown_json(&shown, b.data, b.len);
        if (b.status == MOTE_OK && shown.status == MOTE_OK) {
            fwrite(shown.data, 1, shown.len, cli->out);
            cli->has_result = true;
        }
        mote_buf_release(&b);
        mote_buf_release(&shown);
    }
    json_decref(document);
}

void mote_tell(mote_cli *cli, const char *fmt, ...)
{
    if (cli->quiet)
        return;
    va_list ap;
    va_start(ap, fmt);
    (void)put_text(cli->messages, fmt, ap);
    va_end(ap);
}

/* ---- tables ------------------------------------------------------------------------------ */

void mote_table_init(mote_table *t, size_t n_columns, const char *const *titles)
{
    MOTE_BUG_IF(n_columns == 0 || n_columns > 32);
    *t = (mote_table){.n_columns = n_columns};
    mote_buf_init(&t->cells, (size_t)64 << 20);
    for (size_t i = 0; i < n_columns; i++) {
        bool right = titles[i][0] == '>';
        if (right)
            t->right |= 1u << i;
        mote_table_cell(t, "%s", titles[i] + (right ? 1 : 0));
    }
}

void mote_table_cell(mote_table *t, const char *fmt, ...)
{
    mote_buf raw;
    mote_buf_init(&raw, (size_t)1 << 20);
    va_list ap;
    va_start(ap, fmt);
    mote_buf_vprintf(&raw, fmt, ap);
    va_end(ap);
    if (raw.status == MOTE_OK && raw.data)
        mote_buf_shown(&t->cells, raw.data, raw.len, false);
    else if (raw.status != MOTE_OK)
        t->cells.status = raw.status;
    mote_buf_release(&raw);
    mote_buf_add(&t->cells, "", 1);
    t->n_cells++;
}

/* Columns on the screen of UTF-8 text: bytes that do not continue a character. */
static size_t width(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += ((unsigned char)*s & 0xc0u) != 0x80u;
    return n;
}

void mote_table_say(mote_table *t, mote_cli *cli)
{
    size_t widths[32] = {0};
    const char *cell = t->cells.data;
    size_t n = t->cells.status == MOTE_OK ? t->n_cells : 0;
    cli->is_cut |= t->cells.status != MOTE_OK;
    for (size_t i = 0; i < n; i++, cell += strlen(cell) + 1) {
        size_t w = width(cell), column = i % t->n_columns;
        widths[column] = w > widths[column] ? w : widths[column];
    }
    cell = t->cells.data;
    for (size_t i = 0; i < n; i++, cell += strlen(cell) + 1) {
        size_t column = i % t->n_columns;
        int pad = (int)(widths[column] - width(cell));
        bool last = column + 1 == t->n_columns, right = (t->right >> column & 1u) != 0;
        mote_say(cli, "%*s%s%*s%s", right ? pad : 0, "", cell, right || last ? 0 : pad, "",
                 last ? "\n" : "  ");
    }
    mote_buf_release(&t->cells);
}

/* ---- progress ---------------------------------------------------------------------------- */

void mote_progress_start(mote_progress *p, mote_cli *cli, const char *label, int64_t total)
{
    *p = (mote_progress){.cli = cli,
                         .label = label,
                         .total = total,
                         .start_us = mote_clock_mono_us(),
                         .is_open = true};
}

static void draw(mote_progress *p, const char *note)
{
    FILE *f = p->cli->messages;
    const int64_t now_us = mote_clock_mono_us(),
                  left_us = mote_pace_left_us(&p->pace, p->total, now_us);
    const double per_s = mote_pace_per_s(&p->pace, now_us);
    char left[32] = "", rate[32] = "";
    if (per_s > 0.0)
        (void)mote_format(rate, sizeof rate, " %.0f/s", per_s);
    if (left_us >= 0)
        mote_human_duration(left_us, left, sizeof left);
    if (p->cli->is_terminal) {
        int filled = p->total > 0 ? (int)(BAR_CELLS * p->pace.done / p->total) : 0;
        filled = filled > BAR_CELLS ? BAR_CELLS : filled;
        fputs("\r\033[K", f);
        mote_print(f, "%s ", p->label);
        if (p->total > 0) {
            fputc('[', f);
            for (int i = 0; i < BAR_CELLS; i++)
                fputc(i < filled ? '#' : '.', f);
            fprintf(f, "] %lld/%lld", (long long)p->pace.done, (long long)p->total);
        } else {
            fprintf(f, "%lld", (long long)p->pace.done);
        }
    } else {
        mote_print(f, "%s %lld/%lld", p->label, (long long)p->pace.done, (long long)p->total);
    }
    mote_print(f, "%s%s%s%s%s", rate, left[0] ? ", left " : "", left, note[0] ? ", " : "", note);
    fputs(p->cli->is_terminal ? "" : "\n", f);
    fflush(f);
}

void mote_progress_update(mote_progress *p, int64_t done, const char *note, ...)
{
    int64_t now = mote_clock_mono_us();
    mote_pace_hear(&p->pace, done, now);
    if (p->cli->quiet || !p->is_open)
        return;
    int64_t interval = p->cli->is_terminal ? TERMINAL_INTERVAL_US : PIPE_INTERVAL_US;
    if (now - (p->shown_us ? p->shown_us : p->start_us) < interval)
        return;
    p->shown_us = now;
    char text[200] = "";
    if (note) {
        va_list ap;
        va_start(ap, note);
        (void)vsnprintf(text, sizeof text, note, ap);
        va_end(ap);
    }
    draw(p, text);
}

void mote_progress_end(mote_progress *p, const char *note, ...)
{
    if (!p->is_open)
        return;
    p->is_open = false;
    if (p->cli->quiet)
        return;
    char text[200] = "", took[32];
    if (note) {
        va_list ap;
        va_start(ap, note);
        (void)vsnprintf(text, sizeof text, note, ap);
        va_end(ap);
    }
    mote_human_duration(mote_clock_mono_us() - p->start_us, took, sizeof took);
    if (p->cli->is_terminal)
        fputs("\r\033[K", p->cli->messages);
    mote_print(p->cli->messages, "%s: %s%s%s\n", p->label, text, text[0] ? ", " : "", took);
}
