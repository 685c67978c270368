/* SPDX-License-Identifier: Apache-2.0 */
/* The questions with which a project begins: their answers in mote.yaml, what stays open, and a
 * file that is otherwise left as somebody wrote it. */
#include "support.h"

#include "project/edit.h"
#include "project/scope.h"

static const char plain[] = "mote: 1\nname: p\ntask: keyword\nkeywords: [yes, no]\n";

/* An answer to each question, good for task keyword. */
static const mote_scope_answer good[] = {
    {"decision", "whether the lamp goes on: \"by\" the lamp"},
    {"volume", "1000 because so many were sold"},
    {"right", "0.05"},
    {"wrong", "-0.20 because it wakes the house"},
    {"missed", "-0.05"},
    {"metric", "accuracy 92 % because support counts calls"},
    {"before", "no"},
    {"data", "3 h of the team # and nothing else"},
    {"examples", "40"},
    {"groups", "12"},
    {"update", "30"},
    {"hardware", "cortex-m7"},
    {"speed", "150 ms because a light that comes later feels broken"},
    {"memory", "48 KiB"},
    {"flash", "200 KiB"},
};

typedef struct {
    mote_arena a;
    char *text;
    mote_project *p;
} scoped;

static void begin(scoped *s, const char *text)
{
    mote_arena_init(&s->a, 64u << 20);
    s->text = mote_arena_strdup(&s->a, text);
}

static void answer(scoped *s, const mote_scope_answer *answers, size_t n)
{
    mote_err err = {0};
    T_OK(mote_scope_apply(s->text, answers, n, &s->a, &s->text, &err));
    T_OK(mote_project_parse(&(mote_file_bytes){"mote.yaml", s->text, strlen(s->text)}, &s->a, &s->p,
                            NULL, &err));
}

static const mote_requirement *required(const mote_project *p, mote_metric metric)
{
    for (size_t i = 0; i < p->n_requirements; i++)
        if (p->requirements[i].metric == metric)
            return &p->requirements[i];
    return NULL;
}

static void assert_all_answered(const mote_project *p)
{
    assert_string_equal(p->scope.decision, "whether the lamp goes on: \"by\" the lamp");
    assert_string_equal(p->scope.data, "3 h of the team # and nothing else");
    assert_true(p->value.is_given && p->value.volume_per_day == 1000.0);
    assert_true(p->value.true_accept == 0.05 && p->value.false_accept == -0.20 &&
                p->value.false_reject == -0.05);
    assert_int_equal(p->data.min_per_class, 40);
    assert_int_equal(p->data.min_groups, 12);
    assert_int_equal(p->schedule.every_days, 30);
    assert_string_equal(p->device.target, "cortex-m7");
    assert_true(p->device.latency_ms == 150.0);
    assert_int_equal(p->device.ram_bytes, 48 * 1024);
    assert_int_equal(p->device.flash_bytes, 200 * 1024);
    const mote_requirement *q = required(p, MOTE_METRIC_accuracy);
    assert_non_null(q);
    assert_true(q->is_at_least && q->limit == 0.92 && q->where == MOTE_AT_FIELD);
    assert_int_equal(p->scope.open.n, 0);
}

static void each_answer_lands_at_its_key_with_its_reason_above(void **state)
{
    (void)state;
    scoped s;
    begin(&s, plain);
    answer(&s, good, T_COUNT(good));
    assert_all_answered(s.p);
    assert_non_null(strstr(s.text, "    # scope.speed: 150 ms because a light that comes later "
                                   "feels broken\n    latency_ms: 150 ms\n"));
    assert_non_null(strstr(s.text, "  # scope.metric: accuracy 92 % because support counts calls"));
    /* Once more changes nothing; another answer takes the place of the one before. */
    char *once = s.text;
    answer(&s, good, T_COUNT(good));
    assert_string_equal(s.text, once);
    const mote_scope_answer faster = {"speed", "20 ms because of the new lamp"};
    answer(&s, &faster, 1);
    assert_null(strstr(s.text, "150 ms"));
    assert_true(s.p->device.latency_ms == 20.0);
    mote_arena_release(&s.a);
}

static void a_question_without_answer_stays_open_and_so_do_those_that_need_it(void **state)
{
    (void)state;
    for (size_t out = 0; out < T_COUNT(good); out++) {
        mote_scope_answer some[T_COUNT(good)];
        size_t n = 0;
        scoped s;
        begin(&s, plain);
        for (size_t i = 0; i < T_COUNT(good); i++)
            if (i != out)
                some[n++] = good[i];
        answer(&s, some, n);
        for (size_t i = 0; i < T_COUNT(good); i++) {
            const mote_scope_question *q = mote_scope_find(good[i].id);
            assert_non_null(q);
            bool is_open = i == out || strcmp(q->needs, good[out].id) == 0;
            if (mote_scope_is_open(&s.p->scope, q) != is_open)
                fail_msg("without '%s', '%s' is %s", good[out].id, q->id,
                         is_open ? "not open" : "open");
        }
        /* What waited needs nothing but what it waited for. */
        answer(&s, &good[out], 1);
        assert_all_answered(s.p);
        mote_arena_release(&s.a);
    }
}

static void every_question_has_an_answer_here_and_leads_to_a_key(void **state)
{
    (void)state;
    size_t n = 0;
    const mote_scope_question *q = mote_scope_questions(&n);
    assert_int_equal(n, T_COUNT(good));
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(q[i].id, good[i].id);
        assert_true(!*q[i].needs || mote_scope_find(q[i].needs));
    }
}

static void refused(const char *id, const char *text, mote_status status, const char *words)
{
    scoped s;
    char *out = NULL;
    mote_err err = {0};
    const mote_scope_answer one = {id, text};
    begin(&s, plain);
    T_FAILS(mote_scope_apply(s.text, &one, 1, &s.a, &out, &err), status, words);
    assert_null(out);
    mote_arena_release(&s.a);
}

static void answers_that_are_none_are_refused_by_name(void **state)
{
    (void)state;
    char long_text[MOTE_SCOPE_ANSWER_MAX_BYTES + 2];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    refused("sped", "1 ms", MOTE_NOT_FOUND, "did you mean 'speed'");
    refused("speed", "fast", MOTE_ARG, "'speed': mote.yaml:");
    refused("speed", " ", MOTE_ARG, "is empty");
    refused("speed", "{a: 1}", MOTE_ARG, "is no value");
    refused("memory", "1 MB\nname: other", MOTE_ARG, "is no value");
    refused("decision", "\xff", MOTE_ARG, "'decision': ");
    refused("hardware", "cray-1", MOTE_ARG, "'hardware': mote.yaml:");
    refused("metric", "niceness 3", MOTE_ARG, "is not a metric");
    refused("metric", "accuracy", MOTE_ARG, "is not a metric");
    refused("metric", "accuracy 400 %", MOTE_ARG, "'metric': mote.yaml:");
    refused("decision", long_text, MOTE_ARG, "is longer than");
    scoped s;
    mote_err err = {0};
    const mote_scope_answer both[] = {{"metric", "accuracy 90 %"}, {"before", "perhaps"}};
    begin(&s, plain);
    T_FAILS(mote_scope_apply(s.text, both, 2, &s.a, &s.text, &err), MOTE_ARG,
            "neither 'yes' nor 'no'");
    mote_arena_release(&s.a);
}

static void a_reason_of_many_lines_becomes_one(void **state)
{
    (void)state;
    scoped s;
    const mote_scope_answer one = {"update",
                                   "30 because\nname: other\r\nand\xe2\x80\xa8name: more"};
    begin(&s, plain);
    answer(&s, &one, 1);
    assert_string_equal(s.p->name, "p");
    assert_non_null(strstr(s.text, "# scope.update: 30 because name: other  and   name: more\n"));
    mote_arena_release(&s.a);
}

/* ---- the editor -------------------------------------------------------------------------- */

static void set(const char *text, const char *path, const char *value, const char *wanted)
{
    mote_arena a;
    mote_err err = {0};
    mote_editor e = {&a, text};
    mote_arena_init(&a, 8u << 20);
    T_OK(mote_edit_set(&e, path, value, NULL, &err));
    assert_string_equal(e.text, wanted);
    mote_arena_release(&a);
}

static void a_value_changes_where_it_stands_and_nothing_else_does(void **state)
{
    (void)state;
    set("a: 1 # one\nb:\n  c: 'x''y'   # two\n", "b.c", "3", "a: 1 # one\nb:\n  c: 3   # two\n");
    set("b: {c: \"q\\\"}\", d: 2}\n", "b.c", "3", "b: {c: 3, d: 2}\n");
    set("b: {c: 1} # end\n", "b.d", "3", "b: {c: 1, d: 3} # end\n");
    set("b: {}\n", "b.d", "3", "b: {d: 3}\n");
    set("b: {c: 1}\n", "b.d.e", "3", "b: {c: 1, d: {e: 3}}\n");
    set("b: [1,\n  2]\nc: 3\n", "b", "[]", "b: []\nc: 3\n");
    set("\xc3\xa4: {\xc3\xb6: 1, c: 2}\n", "\xc3\xa4.c", "3", "\xc3\xa4: {\xc3\xb6: 1, c: 3}\n");
    set("b:\nc: 1\n", "b.d.e", "3", "b:\n  d:\n    e: 3\nc: 1\n");
    set("b:\n    c: 1 # kept\n# end\nd: 2\n", "b.e", "3",
        "b:\n    c: 1 # kept\n    e: 3\n# end\nd: 2\n");
    set("a: 1", "b.c", "3", "a: 1\n\nb:\n  c: 3\n");
    set("a:\nb: 2\n", "a", "3", "a: 3\nb: 2\n");
    set("a: 1\r\nb: 2\r\n", "a", "3", "a: 3\r\nb: 2\r\n");
}

static void what_it_cannot_change_is_left_to_a_person(void **state)
{
    static const char *const texts[] = {"b:\n  - 1\n", "b:\n  c: 1\n", "b: |\n  long\n",
                                        "b: two\n  lines\n"};
    (void)state;
    for (size_t i = 0; i < T_COUNT(texts); i++) {
        mote_arena a;
        mote_err err = {0};
        mote_editor e = {&a, texts[i]};
        mote_arena_init(&a, 8u << 20);
        T_FAILS(mote_edit_set(&e, "b", "3", NULL, &err), MOTE_UNSUPPORTED, "set it to 3 by hand");
        assert_ptr_equal(e.text, texts[i]);
        mote_arena_release(&a);
    }
}

static void a_requirement_is_changed_or_added_beside_the_others(void **state)
{
    (void)state;
    mote_arena a;
    mote_err err = {0};
    mote_edit_requirement q = {"accuracy", "at_least", "92 %", NULL};
    mote_editor e = {&a, "requirements:\n- metric: ece # x\n  at_most: 1\na: 1\n"};
    mote_arena_init(&a, 8u << 20);
    T_OK(mote_edit_require(&e, &q, NULL, &err));
    assert_string_equal(e.text, "requirements:\n- metric: ece # x\n  at_most: 1\n"
                                "- metric: accuracy\n  at_least: 92 %\na: 1\n");
    q.where = "field";
    q.limit = NULL;
    T_OK(mote_edit_require(&e, &q, &(mote_edit_note){"t", "why"}, &err));
    assert_non_null(
        strstr(e.text, "# t: why\n- metric: accuracy\n  at_least: 92 %\n  where: field\n"));
    /* One of a condition is another requirement. */
    q.limit = "80 %";
    e.text = "requirements:\n  - {metric: accuracy, at_least: 1, slice: car}\n";
    T_OK(mote_edit_require(&e, &q, NULL, &err));
    assert_non_null(
        strstr(e.text, "at_least: 1, slice: car}\n  - metric: accuracy\n    at_least: 80"));
    e.text = "requirements: [{metric: ece, at_most: 1}]\n";
    T_FAILS(mote_edit_require(&e, &q, NULL, &err), MOTE_UNSUPPORTED, "by hand");
    mote_arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_answer_lands_at_its_key_with_its_reason_above),
        cmocka_unit_test(a_question_without_answer_stays_open_and_so_do_those_that_need_it),
        cmocka_unit_test(every_question_has_an_answer_here_and_leads_to_a_key),
        cmocka_unit_test(answers_that_are_none_are_refused_by_name),
        cmocka_unit_test(a_reason_of_many_lines_becomes_one),
        cmocka_unit_test(a_value_changes_where_it_stands_and_nothing_else_does),
        cmocka_unit_test(what_it_cannot_change_is_left_to_a_person),
        cmocka_unit_test(a_requirement_is_changed_or_added_beside_the_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
