/* SPDX-License-Identifier: Apache-2.0 */
/* The list of conditions: by name alone, like a known one, with effects, and as it always was. */
#include <math.h>

#include "support.h"

#include "base/json.h"
#include "project/part.h"
#include "project/schema.h"

#define LEAST "name: demo\ntask: keyword\nkeywords: [a, b]\n"

static mote_arena arena;
static mote_err err;

static mote_project *read_it(const char *text)
{
    mote_project *p = NULL;
    return mote_project_parse(&(mote_file_bytes){"mote.yaml", text, strlen(text)}, &arena, &p, NULL,
                              &err) == MOTE_OK
               ? p
               : NULL;
}

static const mote_project_condition *first(const char *text)
{
    const mote_project *p = read_it(text);
    if (!p)
        fail_msg("refused: %s", err.text);
    assert_true(p->conditions.n >= 1);
    return &p->conditions.items[0];
}

static void a_name_alone_is_a_known_one(void **state)
{
    (void)state;
    const mote_project_condition *c = first(LEAST "conditions: [telephone, far, kitchen]\n");
    assert_string_equal(c[0].name, "telephone");
    assert_string_equal(c[0].noise, "none");
    assert_true(c[0].effects.telephone.probability >= 1);
    assert_true(c[0].effects.room.probability <= 0);
    assert_true(c[1].effects.room.probability >= 1 && c[1].effects.room.distance_m.lo >= 2);
    assert_string_equal(c[2].noise, "fan");
    assert_null(read_it(LEAST "conditions: [telefone]\n"));
    assert_non_null(strstr(err.text, "did you mean 'telephone'?"));
    assert_null(read_it(LEAST "conditions: [far, far]\n"));
    assert_non_null(strstr(err.text, "there twice"));
    /* A requirement can speak of it. */
    assert_non_null(read_it(LEAST "conditions: [far]\nrequirements: [{metric: accuracy, "
                                  "at_least: 0.9, slice: far}]\n"));
}

/* The list of known ones is the list of words that may stand there, and each does something. */
static void every_known_one_can_be_named(void **state)
{
    (void)state;
    static const char *const names[] = {
#define CONDITION(name, ...) name,
#include "project/conditions.def"
#undef CONDITION
    };
    static const char path[] = "conditions[].like";
    const mote_schema_row *row = mote_schema_find(path, strlen(path));
    size_t n_words = 1;
    for (const char *at = row->choices; *at; at++)
        n_words += *at == '|';
    assert_int_equal(n_words, T_COUNT(names) + 1); /* and "none" */
    for (size_t k = 0; k < T_COUNT(names); k++) {
        static const char like[] = LEAST "conditions: [{name: a, like: %s}, {name: b}]\n";
        char text[200];
        (void)snprintf(text, sizeof text, like, names[k]);
        const mote_project_condition *c = first(text);
        assert_string_equal(c->like, names[k]);
        assert_true(strcmp(c[0].noise, c[1].noise) != 0 ||
                    memcmp(&c[0].effects, &c[1].effects, sizeof c->effects) != 0);
    }
}

static void keys_count_instead_of_those_of_the_known_one(void **state)
{
    (void)state;
    const mote_project_condition *c =
        first(LEAST "conditions: [{name: hall, like: far, noise: pink, room: {rt60_ms: [900, 1000],"
                    " probability: 0.7}, codec: {kind: adpcm}}]\n");
    assert_string_equal(c->name, "hall");
    assert_string_equal(c->noise, "pink");
    assert_true(c->effects.room.rt60_ms.lo >= 900 && c->effects.room.distance_m.lo >= 2);
    assert_true(fabs(c->effects.room.probability - 0.7) < 1e-9);
    assert_true(c->effects.codec.probability >= 1); /* spoken of: always */
    assert_string_equal(c->effects.codec.kind, "adpcm");
    c = first(LEAST "conditions: [{name: dull, microphone: {tilt_db: [-6, -6]}}]\n");
    assert_string_equal(c->noise, "none"); /* effects alone */
    assert_null(read_it(LEAST "conditions: [{name: a, room: {rt60: 4}}]\n"));
    assert_non_null(strstr(err.text, "'rt60'"));
    assert_null(read_it(LEAST "conditions: [{name: a, room: [1, 2]}]\n"));
    assert_non_null(strstr(err.text, "block of keys"));
    assert_null(read_it(LEAST "conditions: [{name: a, room: {rt60_ms: [1, 2]}}]\n"));
    assert_null(read_it(LEAST "conditions: [{name: a, room: {}, room: {}}]\n"));
    assert_non_null(strstr(err.text, "duplicate key 'room'"));
}

/* What is hashed of a condition of noise, and of training without conditions, is as it was. */
static void the_old_form_is_what_it_was(void **state)
{
    (void)state;
    static const struct {
        const char *part, *text, *json;
    } rows[] = {
        {"conditions", "conditions: [{name: fan, noise: fan, snr_db: [0, 5]}]\n",
         "{\"conditions\":[{\"name\":\"fan\",\"noise\":\"fan\",\"snr_db\":[0.0,5.0]}]}"},
        {"conditions", "conditions: [{name: far}]\n",
         "{\"conditions\":[{\"name\":\"far\",\"noise\":\"car\",\"snr_db\":[-5.0,15.0]}]}"},
        {"conditions", "conditions: [{name: far, level: {dbfs: [-40, -30]}}]\n",
         "{\"conditions\":[{\"level\":{\"dbfs\":[-40.0,-30.0],\"probability\":1.0},"
         "\"name\":\"far\","
         "\"noise\":\"none\",\"snr_db\":[-5.0,15.0]}]}"},
    };
    for (size_t k = 0; k < T_COUNT(rows); k++) {
        char text[256];
        MOTE_SCOPED_JSON *j = NULL;
        MOTE_SCOPED_BUF b;
        mote_buf_init(&b, 1 << 16);
        (void)snprintf(text, sizeof text, "%s%s", LEAST, rows[k].text);
        const mote_project *p = read_it(text);
        assert_non_null(p);
        T_OK(mote_project_parts_json(p, &rows[k].part, 1, &j, &err));
        mote_json_write(&b, j, false);
        assert_string_equal(b.data, rows[k].json);
    }
}

static void training_depends_on_conditions_only_when_it_meets_them(void **state)
{
    (void)state;
    static const char part[] = "augmentation";
    mote_sha256 h[4];
    static const char *const texts[] = {
        LEAST "conditions: [far]\n", LEAST "conditions: [telephone]\n",
        LEAST "conditions: [far]\naugmentation: {conditions: 0.2}\n",
        LEAST "conditions: [telephone]\naugmentation: {conditions: 0.2}\n"};
    for (size_t k = 0; k < 4; k++)
        T_OK(mote_project_part_hash(read_it(texts[k]), part, &h[k], &err));
    assert_true(mote_sha256_equal(&h[0], &h[1]));
    assert_false(mote_sha256_equal(&h[0], &h[2]));
    assert_false(mote_sha256_equal(&h[2], &h[3]));
}

static int begin(void **state)
{
    (void)state;
    mote_arena_init(&arena, 64u << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    mote_arena_release(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_alone_is_a_known_one),
        cmocka_unit_test(every_known_one_can_be_named),
        cmocka_unit_test(keys_count_instead_of_those_of_the_known_one),
        cmocka_unit_test(the_old_form_is_what_it_was),
        cmocka_unit_test(training_depends_on_conditions_only_when_it_meets_them),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
