/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of mote.yaml in the keys of stages, and the rules between the keys of a stream. */
#include "support.h"

#include "base/json.h"
#include "project/part.h"

typedef struct {
    mote_arena arena;
    mote_project *project;
    mote_err err;
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    mote_arena_init(&f->arena, 8u << 20);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    mote_arena_release(&f->arena);
    free(f);
    return 0;
}

static mote_status parse(fixture *f, const char *text)
{
    f->project = NULL;
    return mote_project_parse(&(mote_file_bytes){"mote.yaml", text, strlen(text)}, &f->arena,
                              &f->project, NULL, &f->err);
}

static void good(fixture *f, const char *text)
{
    if (parse(f, text) != MOTE_OK)
        fail_msg("refused: %s", f->err.text);
}

/* What the keys of stages were made of before there were these keys: not of these parts. */
static void keys_that_came_later_say_nothing_until_they_are_used(void **state)
{
    static const char *const parts[] = {"augmentation", "stream", "stream.events"};
    char text[160];
    fixture *f = *state;
    MOTE_SCOPED_JSON *still = NULL;
    good(f, "name: demo\ntask: gesture\n");
    assert_int_equal(mote_project_parts_json(f->project, parts, 3, &still, NULL), MOTE_OK);
    assert_int_equal(json_object_size(still), 0);
    for (size_t i = 0; i < 3; i++)
        assert_false(mote_project_has_part(f->project, parts[i]));
    static const struct {
        const char *part, *section;
    } used[] = {{"axis_noise: 1 %", "augmentation"}, {"magnitude: 0.1", "augmentation"},
                {"delay_ms: 20", "augmentation"},    {"turn_deg: 5", "augmentation"},
                {"events: [wave]", "stream"},        {"hop_ms: 50", "stream"}};
    for (size_t i = 0; i < sizeof used / sizeof used[0]; i++) {
        MOTE_SCOPED_JSON *j = NULL;
        (void)snprintf(text, sizeof text,
                       "name: demo\ntask: gesture\ndata: {window_ms: 1000, stride_ms: 200}\n"
                       "%s: {%s}\n",
                       used[i].section, used[i].part);
        good(f, text);
        assert_int_equal(mote_project_parts_json(f->project, parts, 2, &j, NULL), MOTE_OK);
        assert_int_equal(json_object_size(j), 1);
        assert_int_equal(json_object_size(json_object_get(j, used[i].section)), 1);
        assert_true(mote_project_has_part(f->project, used[i].section));
    }
    /* Keys of sections that were there: at their presets they are not in what is hashed, as before
     * there were these keys; used, they are. */
    static const struct {
        const char *part, *section, *key, *preset, *use;
    } among[] = {{"training", "training", "min_steps", "0", "9"},
                 {"data.time_column", "data", "time_column", "''", "t"},
                 {"data.group_column", "data", "group_column", "''", "who"},
                 {"data.axes", "data", "axes", "[]", "[x]"},
                 {"data.time_unit", "data", "time_unit", "auto", "ms"},
                 {"anomaly", "anomaly", "adapt_ms", "0", "5000"}};
    for (size_t i = 0; i < sizeof among / sizeof among[0]; i++) {
        const char *task = strcmp(among[i].part, "anomaly") == 0 ? "anomaly" : "gesture";
        for (int is_used = 0; is_used < 2; is_used++) {
            MOTE_SCOPED_JSON *j = NULL;
            (void)snprintf(text, sizeof text, "name: demo\ntask: %s\n%s: {%s: %s}\n", task,
                           among[i].section, among[i].key,
                           is_used ? among[i].use : among[i].preset);
            good(f, text);
            assert_int_equal(mote_project_parts_json(f->project, &among[i].part, 1, &j, NULL),
                             MOTE_OK);
            const json_t *section = json_object_get(j, among[i].section);
            assert_int_equal(json_object_get(section, among[i].key) != NULL, is_used);
        }
    }
    /* Effects of sound, which are one part with what was there. */
    static const char *const changed[] = {"augmentation"};
    for (int is_used = 0; is_used < 2; is_used++) {
        MOTE_SCOPED_JSON *j = NULL;
        (void)snprintf(text, sizeof text, "name: demo\ntask: keyword\nkeywords: [a, b]\n%s",
                       is_used ? "augmentation: {room: {rt60_ms: [200, 300]}}\n" : "");
        good(f, text);
        assert_int_equal(mote_project_parts_json(f->project, changed, 1, &j, NULL), MOTE_OK);
        const json_t *all = json_object_get(j, "augmentation");
        assert_int_equal(json_object_size(all), 7 + is_used); /* as of the first release */
        assert_int_equal(json_object_get(all, "room") != NULL, is_used);
    }
    /* Of keywords these are as they were. */
    good(f, "name: demo\ntask: keyword\nkeywords: [bed, cat, happy]\n");
    assert_true(mote_project_has_part(f->project, "stream"));
    assert_false(mote_project_has_part(f->project, "stream.events"));
    assert_false(mote_project_has_part(f->project, "data.few_words"));
    good(f, "name: demo\ntask: keyword\nkeywords: [bed, cat, happy]\ndata: {few_words: 20}\n");
    assert_true(mote_project_has_part(f->project, "data.few_words"));
}

/* `augmentation.world` */
static void a_world_is_presets_of_what_the_file_does_not_say(void **state)
{
    static const char least[] = "name: demo\ntask: keyword\nkeywords: [a, b]\n";
    fixture *f = *state;
    char text[200];
    good(f, least);
    const mote_project_effects *e = &f->project->augmentation.effects;
    assert_true(e->room.probability <= 0 && e->codec.probability <= 0);
    (void)snprintf(text, sizeof text, "%saugmentation: {world: home}\n", least);
    good(f, text);
    e = &f->project->augmentation.effects;
    assert_true(e->room.probability > 0 && e->microphone.probability > 0);
    assert_true(e->telephone.probability <= 0);
    (void)snprintf(text, sizeof text,
                   "%saugmentation: {world: everywhere, room: {probability: 0}, "
                   "level: {dbfs: [-30, -20]}}\n",
                   least);
    good(f, text);
    e = &f->project->augmentation.effects;
    assert_true(e->room.probability <= 0 && e->level.dbfs.lo == -30);
    assert_true(e->level.probability > 0 && e->telephone.probability > 0);
    assert_true(e->room.rt60_ms.hi > 700); /* of what is off too: nobody said otherwise */
    assert_true(f->project->augmentation.babble_probability > 0);
    /* Sounds that are no words: what only words have stays off, and training takes the rest. */
    good(f, "name: demo\ntask: sound\naugmentation: {world: everywhere}\n");
    assert_true(f->project->augmentation.effects.room.probability > 0);
    assert_true(f->project->augmentation.babble_probability <= 0);
    (void)snprintf(text, sizeof text, "%saugmentation: {world: hom}\n", least);
    assert_int_equal(parse(f, text), MOTE_PARSE);
    assert_non_null(strstr(f->err.text, "did you mean 'home'?"));
}

/* A stream of movements needs windows that overlap, and looks often enough. */
static void what_cannot_be_a_stream_is_refused(void **state)
{
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"stream: {events: [a]}\n", "'stream.events' needs data.window_ms"},
        {"data: {window_ms: 500, stride_ms: 100}\nstream: {events: [a], hop_ms: 600}\n",
         "'stream.hop_ms' (600) is more than data.window_ms (500)"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        fixture *f = *state;
        char text[300];
        (void)snprintf(text, sizeof text, "name: demo\ntask: gesture\n%s", rows[i].text);
        assert_int_not_equal(parse(f, text), MOTE_OK);
        if (!strstr(f->err.text, rows[i].words))
            fail_msg("%s: %s", rows[i].text, f->err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_world_is_presets_of_what_the_file_does_not_say, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(keys_that_came_later_say_nothing_until_they_are_used, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_a_stream_is_refused, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
