/* SPDX-License-Identifier: Apache-2.0 */
/* What was answered wrongly is named: the surest first, with what is true and where it lies. */
#include "pipeline/mistakes.h"

#include "support.h"

enum { N = 40, CLASSES = 3 };
static const char *const names[CLASSES] = {"cat", "dog", "owl"};

typedef struct {
    float said[N][CLASSES];
    int32_t class_id[N];
    mote_dataset_place place[N];
    mote_dataset d;
    mote_answers x;
} material;

/* Every other one is wrong, ever surer; number 39 was made. */
static void fill(material *m)
{
    memset(m, 0, sizeof *m);
    for (int i = 0; i < N; i++) {
        m->class_id[i] = i % CLASSES;
        m->said[i][(i + i % 2) % CLASSES] = 0.5f + (float)i / 100;
        m->place[i].object.bytes[0] = (uint8_t)(i == 39 ? 0 : i + 1);
        m->place[i].which = (size_t)i;
        m->place[i].from_us = 10 * i;
        m->place[i].to_us = 10 * i + 5;
    }
    m->d = (mote_dataset){.n = N, .class_id = m->class_id, .place = m->place};
    m->x = (mote_answers){.kind = MOTE_ANSWER_CLASS,
                          .n = N,
                          .width = CLASSES,
                          .said = m->said[0],
                          .class_id = m->class_id};
}

static void the_surest_mistakes_come_first_and_can_be_found(void **state)
{
    (void)state;
    static material m;
    mote_err err = {0};
    MOTE_SCOPED_JSON *found = NULL;
    fill(&m);
    T_OK(mote_mistakes_find(&m.d, &m.x, names, &found, &err));
    assert_int_equal(json_integer_value(json_object_get(found, "n")), 20);
    assert_int_equal(json_integer_value(json_object_get(found, "of")), N);
    const json_t *list = json_object_get(found, "samples");
    assert_int_equal(json_array_size(list), MOTE_MISTAKES_MAX);
    for (size_t k = 0; k < MOTE_MISTAKES_MAX; k++) {
        const json_t *o = json_array_get(list, k);
        int i = 37 - 2 * (int)k; /* 39 cannot be shown, and counts all the same */
        mote_sha256 object;
        assert_true(mote_sha256_parse(json_string_value(json_object_get(o, "object")), &object));
        assert_true(mote_sha256_equal(&object, &m.place[i].object));
        assert_int_equal(json_integer_value(json_object_get(o, "which")), i);
        assert_int_equal(json_integer_value(json_object_get(o, "from_us")), 10 * i);
        assert_int_equal(json_integer_value(json_object_get(o, "to_us")), 10 * i + 5);
        assert_string_equal(json_string_value(json_object_get(o, "true")), names[i % CLASSES]);
        assert_string_equal(json_string_value(json_object_get(o, "said")),
                            names[(i + 1) % CLASSES]);
        double score = json_number_value(json_object_get(o, "score"));
        assert_true(score > 0.5 + i / 100.0 - 1e-6 && score < 0.5 + i / 100.0 + 1e-6);
    }
}

static void of_equals_the_earlier_is_taken(void **state)
{
    (void)state;
    static material m;
    mote_err err = {0};
    MOTE_SCOPED_JSON *found = NULL;
    fill(&m);
    for (int i = 1; i < N; i += 2)
        m.said[i][(i + 1) % CLASSES] = 0.75f;
    T_OK(mote_mistakes_find(&m.d, &m.x, names, &found, &err));
    const json_t *list = json_object_get(found, "samples");
    for (size_t k = 0; k < MOTE_MISTAKES_MAX; k++)
        assert_int_equal(json_integer_value(json_object_get(json_array_get(list, k), "which")),
                         2 * (int)k + 1);
}

static void without_mistakes_or_places_there_is_nothing_to_show(void **state)
{
    (void)state;
    static material m;
    mote_err err = {0};
    MOTE_SCOPED_JSON *found = NULL, *none = NULL, *other = NULL;
    fill(&m);
    m.d.place = NULL;
    T_OK(mote_mistakes_find(&m.d, &m.x, names, &found, &err));
    assert_int_equal(json_integer_value(json_object_get(found, "n")), 20);
    assert_int_equal(json_array_size(json_object_get(found, "samples")), 0);
    m.x.n = 1; /* the first is right */
    T_OK(mote_mistakes_find(&m.d, &m.x, names, &none, &err));
    assert_int_equal(json_integer_value(json_object_get(none, "n")), 0);
    m.x.kind = MOTE_ANSWER_VALUE;
    T_OK(mote_mistakes_find(&m.d, &m.x, names, &other, &err));
    assert_null(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_surest_mistakes_come_first_and_can_be_found),
        cmocka_unit_test(of_equals_the_earlier_is_taken),
        cmocka_unit_test(without_mistakes_or_places_there_is_nothing_to_show),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
