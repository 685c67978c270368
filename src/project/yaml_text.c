/* SPDX-License-Identifier: Apache-2.0 */
/* Characters that are not what they look like. See yaml_text.h. */
#include "project/yaml_text.h"

#include <string.h>

#include "base/text.h"

#define CTRL_Z 0x1a

const char *mote_yaml_text_trim(const char *text, size_t *n)
{
    while (*n > 0 && (text[*n - 1] == 0 || text[*n - 1] == CTRL_Z))
        --*n;
    size_t mark = mote_utf8_mark(text, *n);
    *n -= mark;
    return text + mark;
}

/* One character of UTF-8 at s; its length, 0 when the bytes are none. */
static size_t decode(const char *s, size_t n, uint32_t *out)
{
    const unsigned char c = (unsigned char)s[0];
    size_t len = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
    if (len > n || !mote_utf8_valid(s, len))
        return 0;
    uint32_t x = len == 1 ? c : c & (0x7fu >> len);
    for (size_t i = 1; i < len; i++)
        x = x << 6 | ((unsigned char)s[i] & 0x3fu);
    *out = x;
    return len;
}

/* ---- the whole text ---------------------------------------------------------------------- */

static const char *wide_encoding(const char *text, size_t n)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *name;
    } marks[] = {{"\xff\xfe\0\0", 4, "UTF-32"},
                 {"\0\0\xfe\xff", 4, "UTF-32"},
                 {"\xff\xfe", 2, "UTF-16"},
                 {"\xfe\xff", 2, "UTF-16"}};
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
        if (n >= marks[i].n && memcmp(text, marks[i].bytes, marks[i].n) == 0)
            return marks[i].name;
    /* Without a mark: every other byte of the first ones is zero. */
    if (n >= 4 && (text[0] == 0) != (text[1] == 0) && (text[0] == 0) == (text[2] == 0) &&
        (text[1] == 0) == (text[3] == 0))
        return "UTF-16";
    return NULL;
}

static const char *control_name(uint32_t c)
{
    switch (c) {
    case 0x00:
        return "a zero byte, as a crash of the editor or of the machine leaves behind";
    case 0x08:
        return "a backspace";
    case 0x0b:
        return "a vertical tab";
    case 0x0c:
        return "a form feed";
    case 0x1a:
        return "Ctrl-Z";
    case 0x1b:
        return "an escape character";
    case 0x7f:
        return "a delete character";
    default:
        return "a control character";
    }
}

static bool is_control(uint32_t c)
{
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f ||
           (c > 0x7f && c < 0xa0 && c != 0x85) || c == 0xfffe || c == 0xffff;
}

/* Step over one character: '\r\n' and each of '\n', '\r' and NEL, LS, PS end a line, as in YAML. */
static void advance(const char *text, size_t n, size_t i, uint32_t c, mote_yaml_wrong *at)
{
    bool is_pair = c == '\r' && i + 1 < n && text[i + 1] == '\n';
    if (!is_pair && (c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029)) {
        at->line++;
        at->column = 1;
    } else {
        at->column++;
    }
}

bool mote_yaml_text_is_wrong(const char *text, size_t n, mote_yaml_wrong *out)
{
    mote_yaml_wrong at = {.line = 1, .column = 1};
    const char *wide = wide_encoding(text, n);
    if (wide) {
        (void)mote_format(at.text, sizeof at.text, "the file is %s: save it as UTF-8", wide);
        *out = at;
        return true;
    }
    for (size_t i = 0; i < n;) {
        uint32_t c = 0;
        size_t len = decode(text + i, n - i, &c);
        if (len == 0) {
            (void)mote_format(at.text, sizeof at.text,
                              "not plain text in UTF-8: the byte 0x%02x is of another encoding "
                              "(Latin-1, Windows-1252): save the file as UTF-8",
                              (unsigned)(unsigned char)text[i]);
            *out = at;
            return true;
        }
        if (is_control(c)) {
            (void)mote_format(at.text, sizeof at.text, "%s (U+%04X): remove it", control_name(c),
                              (unsigned)c);
            *out = at;
            return true;
        }
        advance(text, n, i, c, &at);
        i += len;
    }
    return false;
}

/* ---- characters that look like others ---------------------------------------------------- */

static const char *odd_blank(uint32_t c)
{
    if (c == 0xa0 || c == 0x202f || c == 0x2007)
        return "a non-breaking space";
    if ((c >= 0x2000 && c <= 0x200a) || c == 0x205f || c == 0x3000 || c == 0x1680)
        return "a space that is no ordinary one";
    if ((c >= 0x200b && c <= 0x200d) || c == 0x2060)
        return "an invisible character";
    if (c == 0xfeff)
        return "a byte-order mark, which may stand at the start of the file only,";
    return NULL;
}

static bool is_odd_quote(uint32_t c)
{
    return (c >= 0x2018 && c <= 0x201f) || c == 0xab || c == 0xbb || c == 0x2039 || c == 0x203a;
}

static bool is_odd_dash(uint32_t c)
{
    return (c >= 0x2010 && c <= 0x2015) || c == 0x2212;
}

/* What is to be said of a character of a plain scalar; false: nothing. */
static bool describe(uint32_t c, bool is_first, bool is_last,
                     char words[static MOTE_YAML_WORDS_BYTES])
{
    const char *blank = odd_blank(c);
    if (blank)
        return mote_format(words, MOTE_YAML_WORDS_BYTES,
                           "%s (U+%04X) stands here: type an ordinary space, or remove it", blank,
                           (unsigned)c);
    if ((is_first || is_last) && is_odd_quote(c))
        return mote_format(words, MOTE_YAML_WORDS_BYTES,
                           "a typographic quotation mark (U+%04X) stands here: type a plain \" or "
                           "'",
                           (unsigned)c);
    if (is_first && is_odd_dash(c))
        return mote_format(words, MOTE_YAML_WORDS_BYTES,
                           "a typographic dash (U+%04X) stands here: type a plain -", (unsigned)c);
    if (c == 0xff1a)
        return mote_format(words, MOTE_YAML_WORDS_BYTES,
                           "a full-width colon (U+FF1A) stands here: type a plain : and a space");
    return false;
}

bool mote_yaml_plain_is_wrong(const char *s, size_t n, int32_t *at,
                              char words[static MOTE_YAML_WORDS_BYTES])
{
    int32_t place = 0;
    for (size_t i = 0; i < n; place++) {
        uint32_t c = 0;
        size_t len = decode(s + i, n - i, &c);
        if (len == 0)
            return false;
        if (describe(c, i == 0, i + len == n, words)) {
            *at = place;
            return true;
        }
        i += len;
    }
    return false;
}

/* ---- a line that cannot be read ---------------------------------------------------------- */

/* The line from 1, without its end; NULL: there is none. */
static const char *find_line(const char *text, size_t n, int32_t line, size_t *len)
{
    mote_yaml_wrong at = {.line = 1, .column = 1};
    size_t start = 0, i = 0;
    while (i < n) {
        uint32_t c = 0;
        size_t step = decode(text + i, n - i, &c);
        int32_t before = at.line;
        advance(text, n, i, c, &at);
        if (at.line > before) {
            if (before == line)
                break;
            start = i + step;
        }
        i += step ? step : 1;
    }
    *len = i - start;
    return at.line >= line ? text + start : NULL;
}

/* is_here: it is the line itself, so that a tab on an otherwise empty one is what is wrong. */
static bool look_at(const char *s, size_t n, bool is_here, mote_yaml_wrong *out)
{
    size_t i = 0;
    while (i < n && (s[i] == ' ' || s[i] == '\t'))
        i++;
    const char *tab = memchr(s, '\t', i);
    if (tab && (i < n || is_here)) {
        out->column = (int32_t)(tab - s) + 1;
        return mote_format(out->text, sizeof out->text,
                           "a tab cannot indent: replace it by blanks, as in the lines around it");
    }
    for (size_t k = 0; k < 3; k++)
        if (n >= 7 && memcmp(s, &"<<<<<<<=======>>>>>>>"[k * 7], 7) == 0) {
            out->column = 1;
            return mote_format(out->text, sizeof out->text,
                               "the mark of a merge conflict: decide, and remove the marks");
        }
    int32_t at = 0;
    if (mote_yaml_plain_is_wrong(s + i, n - i, &at, out->text)) {
        out->column = (int32_t)i + at + 1;
        return true;
    }
    return false;
}

bool mote_yaml_line_is_wrong(const char *text, size_t n, int32_t line, mote_yaml_wrong *out)
{
    for (int32_t l = line; l >= line - 1 && l >= 1; l--) {
        size_t len = 0;
        const char *s = find_line(text, n, l, &len);
        mote_yaml_wrong found = {.line = l};
        if (s && look_at(s, len, l == line, &found)) {
            *out = found;
            return true;
        }
    }
    return false;
}
