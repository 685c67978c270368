/* SPDX-License-Identifier: Apache-2.0 */
/* Filling in texts with holes. See fill.h. */
#include "base/fill.h"

#include <string.h>

enum { HOLE_BYTES = 160 };

/* Between its braces: a name, and the words behind it. */
typedef struct {
    char text[HOLE_BYTES];
    const char *name, *words;
    const char *end; /* behind it in the text */
} hole;

static void read_hole(const char *at, hole *h)
{
    const char *start = at + 2;
    const size_t n = strcspn(start, "}");
    MOTE_BUG_IF(start[n] != '}' || n >= sizeof h->text);
    memcpy(h->text, start, n);
    h->text[n] = '\0';
    char *space = strchr(h->text, ' ');
    if (space != NULL)
        *space++ = '\0';
    h->name = h->text;
    h->words = space != NULL ? space : "";
    h->end = start + n + 1;
}

/* How many ifs are open, and at which of them the text stopped being wanted; 0: it is wanted. */
typedef struct {
    int open, off;
} ifs;

/* An if, else or end; false: it is another hole. */
static bool branch(const hole *h, const mote_filling *f, ifs *s)
{
    bool holds = true;
    if (strcmp(h->name, "if") == 0) {
        s->open++;
        MOTE_BUG_IF(!f->holds(f->of, h->words, &holds));
        s->off = s->off == 0 && !holds ? s->open : s->off;
    } else if (strcmp(h->name, "else") == 0) {
        MOTE_BUG_IF(s->open == 0);
        s->off = s->off == 0 ? s->open : s->off == s->open ? 0 : s->off;
    } else if (strcmp(h->name, "end") == 0) {
        MOTE_BUG_IF(s->open == 0);
        s->off = s->off == s->open ? 0 : s->off;
        s->open--;
    } else {
        return false;
    }
    return true;
}

/* Fill the hole at `at`; behind it, and behind its line where it is one of its own and stands for
 * whole lines. */
static const char *fill_hole(const char *text, const char *at, const mote_filling *f, ifs *s,
                             mote_buf *out)
{
    hole h;
    const bool is_first = at == text || at[-1] == '\n';
    read_hole(at, &h);
    bool is_line = is_first && *h.end == '\n';
    if (!branch(&h, f, s) && s->off == 0) {
        const size_t before = out->len;
        MOTE_BUG_IF(!f->write(f->of, h.name, h.words, out));
        is_line = is_line && (out->len == before || out->data[out->len - 1] == '\n');
    }
    return h.end + is_line;
}

void mote_fill(const char *text, const mote_filling *f, mote_buf *out)
{
    const char *at = text;
    ifs s = {0, 0};
    while (*at != '\0') {
        if (at[0] == '@' && at[1] == '{') {
            at = fill_hole(text, at, f, &s, out);
            continue;
        }
        const char *name = at[0] == '@' ? f->letter(f->of, at[1]) : NULL;
        if (s.off == 0 && name != NULL)
            mote_buf_str(out, name);
        else if (s.off == 0)
            mote_buf_char(out, *at);
        at += name != NULL ? 2 : 1;
    }
    MOTE_BUG_IF(s.open != 0);
}
