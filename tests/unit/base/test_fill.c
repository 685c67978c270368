/* SPDX-License-Identifier: Apache-2.0 */
/* Texts with holes: names, words, letters, ifs, and whole lines. */
#include "support.h"

#include "base/fill.h"

static bool write_name(const void *of, const char *name, const char *words, mote_buf *out)
{
    assert_string_equal(of, "handed on");
    if (strcmp(name, "lines") == 0)
        mote_buf_str(out, "1\n2\n");
    else if (strcmp(name, "word") == 0)
        mote_buf_str(out, "w");
    else if (strcmp(name, "echo") == 0)
        mote_buf_printf(out, "<%s>", words);
    else if (strcmp(name, "nothing") != 0)
        return false;
    return true;
}

static bool holds(const void *of, const char *name, bool *out)
{
    (void)of;
    *out = strcmp(name, "yes") == 0;
    return *out || strcmp(name, "no") == 0;
}

static const char *letter(const void *of, char x)
{
    (void)of;
    return x == 'm' ? "model" : NULL;
}

static void becomes(const char *text, const char *want)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 1 << 16);
    const mote_filling f = {"handed on", write_name, holds, letter};
    mote_buf_str(&b, "|");
    mote_fill(text, &f, &b);
    assert_int_equal(mote_buf_status(&b, NULL), MOTE_OK);
    assert_string_equal(b.data + 1, want);
}

static void names_letters_and_words_are_filled_in(void **state)
{
    (void)state;
    becomes("", "");
    becomes("plain\n", "plain\n");
    becomes("a @{word} b@{word}", "a w bw");
    becomes("@m.h @m_@{word}", "model.h model_w");
    becomes("@{echo}@{echo a b.h  c}", "<><a b.h  c>");
    becomes("{@{word}}", "{w}");
}

static void an_at_alone_is_kept(void **state)
{
    (void)state;
    becomes("$@ @x @", "$@ @x @");
    becomes("@@m", "@model");
}

static void ifs_choose_and_nest(void **state)
{
    (void)state;
    becomes("@{if yes}a@{else}b@{end}c", "ac");
    becomes("@{if no}a@{else}b@{end}c", "bc");
    becomes("@{if no}a@{end}c", "c");
    becomes("@{if no}@{if yes}a@{else}b@{end}@{else}c@{end}", "c");
    becomes("@{if yes}@{if no}a@{else}b@{end}@{else}c@{end}", "b");
    becomes("@{if no}@{if no}a@{end}x@{else}@{if yes}y@{end}@{end}", "y");
    becomes("@{if no}@{word}@m@{end}", "");
}

static void a_hole_alone_on_its_line_stands_for_lines(void **state)
{
    (void)state;
    becomes("a\n@{if yes}\nb\n@{else}\nc\n@{end}\nd\n", "a\nb\nd\n");
    becomes("@{if no}\nb\n@{end}\n", "");
    becomes("a\n@{lines}\nb", "a\n1\n2\nb");
    becomes("a\n@{nothing}\nb", "a\nb");
    becomes("a\n@{word}\nb", "a\nw\nb");
    becomes("a @{nothing}\n@{lines}b\n", "a \n1\n2\nb\n");
    becomes("@{if no}\n@{lines}\n@{end}\n@{lines}", "1\n2\n");
}

static void a_full_buffer_says_so(void **state)
{
    (void)state;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4);
    const mote_filling f = {"handed on", write_name, holds, letter};
    mote_fill("@{lines}\n@{lines}\n@{lines}\n", &f, &b);
    assert_int_not_equal(mote_buf_status(&b, NULL), MOTE_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_letters_and_words_are_filled_in),
        cmocka_unit_test(an_at_alone_is_kept),
        cmocka_unit_test(ifs_choose_and_nest),
        cmocka_unit_test(a_hole_alone_on_its_line_stands_for_lines),
        cmocka_unit_test(a_full_buffer_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
