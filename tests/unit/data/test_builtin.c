/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in set: when a project takes it, what is in it, and that nobody counts it. */
#include "base/process.h"
#include "data/builtin.h"
#include "data/builtin_internal.h"
#include "data/check.h"
#include "data/provided.h"
#include "data/sample.h"
#include "data/summary.h"
#include "data/version.h"
#include "sample_add.h"
#include "store_fixture.h"
#include "support.h"

#define NEED_ESPEAK()                                                                              \
    do {                                                                                           \
        if (!mote_process_in_path("espeak-ng"))                                                    \
            T_SKIP("espeak-ng is not installed");                                                  \
    } while (0)

static const char *const keywords[] = {"bed", "cat", "happy"};

static mote_builtin_config config(void)
{
    return (mote_builtin_config){.keywords = keywords,
                                 .n_keywords = 3,
                                 .unknown = true,
                                 .use = "auto",
                                 .language = "",
                                 .few = 3,
                                 .rate_hz = 16000,
                                 .clip_ms = 1000};
}

/* A recording of half a second whose samples are a function of `seed`. */
static void add(fixture *f, mote_data_role role, const char *label, const char *group, int seed)
{
    mote_err err;
    int16_t x[8000];
    for (int i = 0; i < 8000; i++)
        x[i] = (int16_t)((i * 37 + seed * 101) % 4001 - 2000);
    MOTE_SCOPED_BUF wav;
    mote_buf_init(&wav, 1 << 20);
    T_OK(mote_audio_encode_wav(x, 8000, 16000, &wav, &err));
    mote_sample_facts facts = {.role = role, .label = label, .group = group, .source = "test"};
    bool added;
    T_OK(sample_add(f->store, MOTE_INPUT_AUDIO, &(mote_file_bytes){facts.source, wav.data, wav.len},
                    &facts, &added, &err));
}

static void add_keywords(fixture *f)
{
    static const char *const people[] = {"anna", "bert", "carl", "dora"};
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 4; i++)
            add(f, MOTE_ROLE_EXAMPLE, keywords[k], people[i], 10 * k + i);
    }
}

static uint32_t take(fixture *f, const char *use)
{
    mote_err err;
    mote_builtin_config c = config();
    mote_builtin_plan p;
    c.use = use;
    T_OK(mote_builtin_choose(f->store, &c, &p, &err));
    return p.take;
}

static void a_project_takes_what_it_lacks(void **state)
{
    fixture *f = *state;
    const uint32_t both = MOTE_BUILTIN_WORDS | MOTE_BUILTIN_NOISES;
    assert_int_equal(take(f, "auto"), 0); /* no data at all: nothing to stand beside */
    add_keywords(f);
    assert_int_equal(take(f, "auto"), both);
    assert_int_equal(take(f, "train"), both);
    assert_int_equal(take(f, "on"), both);
    assert_int_equal(take(f, "off"), 0);
    add(f, MOTE_ROLE_BACKGROUND, "", "room", 90);
    add(f, MOTE_ROLE_EXAMPLE, MOTE_CLASS_SILENCE, "room", 91);
    add(f, MOTE_ROLE_EXAMPLE, "dog", "anna", 92);
    add(f, MOTE_ROLE_EXAMPLE, "dog", "bert", 93);
    assert_int_equal(take(f, "auto"), MOTE_BUILTIN_WORDS); /* two words are fewer than 3 */
    add(f, MOTE_ROLE_EXAMPLE, "bird", "carl", 94);
    assert_int_equal(take(f, "auto"), 0);
    assert_int_equal(take(f, "train"), MOTE_BUILTIN_WORDS_TRAIN);
    assert_int_equal(take(f, "on"), both);
    mote_builtin_config c = config();
    mote_builtin_plan p;
    mote_err err;
    c.unknown = false;
    c.use = "on";
    T_OK(mote_builtin_choose(f->store, &c, &p, &err));
    assert_int_equal(p.take, MOTE_BUILTIN_NOISES);
}

/* What a project with data.few_words takes of words, and how many of its own it counts. */
static uint32_t take_few(fixture *f, int32_t few_words, const char *use, size_t n_different,
                         const char *said)
{
    mote_err err;
    mote_builtin_config c = config();
    mote_builtin_plan p;
    char why[MOTE_BUILTIN_WHY_BYTES];
    c.use = use;
    c.few_words = few_words;
    T_OK(mote_builtin_choose(f->store, &c, &p, &err));
    mote_builtin_why(&c, &p, why);
    assert_int_equal(p.n_different, n_different);
    assert_string_equal(why, said);
    return p.take & (uint32_t)~MOTE_BUILTIN_NOISES;
}

static void few_different_words_are_helped_in_training(void **state)
{
    fixture *f = *state;
    static const char few[] =
        "2 different other words to learn from, fewer than 4 (data.few_words)";
    add_keywords(f);
    add(f, MOTE_ROLE_EXAMPLE, "dog", "anna", 90);
    assert_int_equal(take_few(f, 4, "auto", 1, ""), MOTE_BUILTIN_WORDS); /* too few recordings */
    add(f, MOTE_ROLE_EXAMPLE, "dog", "bert", 91);
    add(f, MOTE_ROLE_EXAMPLE, "bird", "carl", 92);
    add(f, MOTE_ROLE_EXAMPLE, MOTE_CLASS_SILENCE, "room", 93);
    assert_int_equal(take_few(f, 4, "auto", 2, few), MOTE_BUILTIN_WORDS_TRAIN);
    assert_int_equal(take_few(f, 4, "train", 2, ""), MOTE_BUILTIN_WORDS_TRAIN);
    assert_int_equal(take_few(f, 4, "on", 2, ""), MOTE_BUILTIN_WORDS);
    assert_int_equal(take_few(f, 4, "off", 2, ""), 0);
    assert_int_equal(take_few(f, 2, "auto", 2, ""), 0);
    assert_int_equal(take_few(f, 0, "auto", 2, ""), 0);
    add(f, MOTE_ROLE_EXAMPLE, "tree", "dora", 94);
    add(f, MOTE_ROLE_EXAMPLE, "wow", "dora", 95);
    assert_int_equal(take_few(f, 4, "auto", 4, ""), 0);
}

/* Which word a recording of _unknown_ is cannot be known: each may be another. */
static void words_without_a_name_may_all_differ(void **state)
{
    fixture *f = *state;
    add_keywords(f);
    for (int i = 0; i < 3; i++)
        add(f, MOTE_ROLE_EXAMPLE, MOTE_CLASS_UNKNOWN, "anna", 90 + i);
    assert_int_equal(take_few(f, 3, "auto", 3, ""), 0);
    assert_int_equal(
        take_few(f, 4, "auto", 3,
                 "3 different other words to learn from, fewer than 4 (data.few_words)"),
        MOTE_BUILTIN_WORDS_TRAIN);
    add(f, MOTE_ROLE_EXAMPLE, "dog", "bert", 95);
    assert_int_equal(take_few(f, 4, "auto", 4, ""), 0);
}

/* Words that somebody set aside for the test are not learned from; what a version has dealt is not
 * looked at, or making one would change what the next one takes. */
static void words_of_the_test_are_not_counted(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_data_version v;
    mote_version_report r;
    mote_version_config cfg = mote_version_config_default();
    static const char *const words[] = {"dog", "bird", "tree", "wow"};
    static const char few[] =
        "3 different other words to learn from, fewer than 4 (data.few_words)";
    add_keywords(f);
    for (int i = 0; i < 4; i++)
        add(f, MOTE_ROLE_EXAMPLE, words[i], i == 3 ? "test" : "anna", 90 + i);
    T_OK(mote_split_provide(f->store, "anna", MOTE_PROVIDED_LEARN, 1, &err));
    assert_int_equal(take_few(f, 4, "auto", 4, ""), 0);
    T_OK(mote_split_provide(f->store, "test", MOTE_PROVIDED_TEST, 1, &err));
    assert_int_equal(take_few(f, 4, "auto", 3, few), MOTE_BUILTIN_WORDS_TRAIN);
    cfg.labels = keywords;
    cfg.n_labels = 3;
    cfg.of_words = cfg.words_apart = true;
    cfg.now_ms = 5;
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err));
    assert_int_equal(take_few(f, 4, "auto", 3, few), MOTE_BUILTIN_WORDS_TRAIN);
    add(f, MOTE_ROLE_EXAMPLE, "wow", "bert", 99); /* said by somebody to learn from too */
    assert_int_equal(take_few(f, 4, "auto", 4, ""), 0);
}

static const mote_finding *find(const mote_check_report *r, const char *id)
{
    for (size_t i = 0; i < r->n; i++)
        if (strcmp(r->findings[i].id, id) == 0)
            return &r->findings[i];
    return NULL;
}

static void the_check_says_why_words_come_in(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_check_report r;
    mote_check_config cfg = {.labels = keywords,
                             .n_labels = 3,
                             .of_words = true,
                             .of_classes = true,
                             .unknown = true,
                             .builtin = "auto",
                             .min_per_class = 3,
                             .few_words = 3};
    cfg.cut.rate_hz = 16000;
    add_keywords(f);
    for (int i = 0; i < 3; i++)
        add(f, MOTE_ROLE_EXAMPLE, i < 2 ? "dog" : "bird", "anna", 90 + i);
    T_OK(mote_data_check(f->store, &cfg, &f->arena, &r, &err));
    const mote_finding *said = find(&r, "few-different-words");
    assert_non_null(said);
    assert_int_equal(said->count, 2);
    assert_int_equal(said->severity, MOTE_FINDING_NOTE);
    assert_non_null(strstr(said->text, "2 different other words to learn from, fewer than 3"));
    cfg.few_words = 2;
    T_OK(mote_data_check(f->store, &cfg, &f->arena, &r, &err));
    assert_null(find(&r, "few-different-words"));
    cfg.few_words = 3;
    cfg.min_per_class = 4; /* then what is judged rests on them too, which is said */
    T_OK(mote_data_check(f->store, &cfg, &f->arena, &r, &err));
    assert_null(find(&r, "few-different-words"));
    assert_non_null(find(&r, "few-other-words"));
}

static uint32_t take_spoken(fixture *f, const char *spoken)
{
    mote_err err;
    mote_builtin_config c = config();
    mote_builtin_plan p;
    c.spoken = spoken;
    T_OK(mote_builtin_choose(f->store, &c, &p, &err));
    return p.take;
}

static void keywords_are_spoken_where_people_are_few(void **state)
{
    fixture *f = *state;
    const uint32_t others = MOTE_BUILTIN_WORDS | MOTE_BUILTIN_NOISES;
    assert_int_equal(take_spoken(f, "off"), 0);
    assert_int_equal(take_spoken(f, "auto"), MOTE_BUILTIN_SPOKEN | others);
    assert_int_equal(take_spoken(f, "train"), MOTE_BUILTIN_SPOKEN_TRAIN | others);
    add(f, MOTE_ROLE_EXAMPLE, "bed", "anna", 1);
    assert_int_equal(take_spoken(f, "auto"), MOTE_BUILTIN_SPOKEN | others);
    add_keywords(f); /* four of each, three are enough */
    assert_int_equal(take_spoken(f, "auto"), MOTE_BUILTIN_SPOKEN_TRAIN | others);
    assert_int_equal(take_spoken(f, "on"), MOTE_BUILTIN_SPOKEN | others);
    assert_int_equal(take_spoken(f, "off"), others);
}

static void the_script_of_the_keywords_tells_the_language(void **state)
{
    (void)state;
    static const char *const arabic[] = {"\xd9\x82\xd8\xb7"};
    static const char *const russian[] = {"ok", "\xd0\xb4\xd0\xb0"};
    assert_string_equal(mote_builtin_language("", keywords, 3), "en");
    assert_string_equal(mote_builtin_language("de", arabic, 1), "de");
    assert_string_equal(mote_builtin_language("", arabic, 1), "ar");
    assert_string_equal(mote_builtin_language("", russian, 2), "ru");
}

static void sounds_are_compared_one_by_one(void **state)
{
    (void)state;
    assert_int_equal(mote_phoneme_distance("b_E_d", "b_E_d"), 0);
    assert_int_equal(mote_phoneme_distance("b_E_d", "b_aI_d"), 1);
    assert_int_equal(mote_phoneme_distance("b_E_d", "b_E_d_I_N"), 2);
    assert_int_equal(mote_phoneme_distance("", "k_a_t"), 3);
    assert_true(mote_phonemes_contain("k_a_t_@_l", "k_a_t"));
    assert_false(mote_phonemes_contain("k_aI_t", "k_a_t"));
    assert_false(mote_phonemes_contain("k_a", "k_a_t"));
    assert_false(mote_phonemes_contain("k_a_t", ""));
}

/* The script of three English keywords, written once: finding the engines takes seconds. */
static mote_builtin_script script(void)
{
    static mote_arena arena;
    static mote_builtin_script s;
    if (s.n_turns == 0) {
        mote_err err;
        mote_builtin_config c = config();
        mote_arena_init(&arena, 256u << 20);
        T_OK(mote_builtin_write_script(&c, &arena, &s, &err));
    }
    return s;
}

static void splits_share_neither_words_nor_voices(void **state)
{
    (void)state;
    NEED_ESPEAK();
    mote_builtin_script s = script();
    size_t n_clips = 0, n_in[MOTE_N_SPLITS] = {0};
    for (size_t i = 0; i < s.n_turns; i++) {
        const mote_builtin_turn *x = &s.turns[i];
        n_clips += x->n;
        n_in[x->split] += x->n;
        for (size_t j = 0; j < i; j++) {
            const mote_builtin_turn *y = &s.turns[j];
            if (x->split == y->split)
                continue;
            assert_false(x->engine == y->engine && strcmp(x->voice, y->voice) == 0);
            for (size_t k = 0; k < x->n; k++) {
                for (size_t l = 0; l < y->n; l++)
                    assert_string_not_equal(x->words[k].label, y->words[l].label);
            }
        }
    }
    assert_int_equal(n_clips, s.n_clips);
    assert_in_range(n_clips, 400, 800);
    assert_in_range(n_in[MOTE_SPLIT_VALIDATION], 50, 200);
    assert_in_range(n_in[MOTE_SPLIT_TEST], 50, 200);
}

static void where_there_are_engines_the_test_has_its_own(void **state)
{
    (void)state;
    NEED_ESPEAK();
    mote_builtin_script s = script();
    if (s.engines[MOTE_ENGINE_FLITE].n_voices + s.engines[MOTE_ENGINE_FESTIVAL].n_voices == 0)
        T_SKIP("neither flite nor festival is installed");
    uint32_t in_test = 0, in_training = 0;
    for (size_t i = 0; i < s.n_turns; i++)
        *(s.turns[i].split == MOTE_SPLIT_TEST ? &in_test : &in_training) |= 1u << s.turns[i].engine;
    assert_int_not_equal(in_test, 0);
    assert_int_equal(in_test & in_training, 0);
}

static void no_word_is_or_holds_a_keyword(void **state)
{
    (void)state;
    NEED_ESPEAK();
    mote_builtin_script s = script();
    bool has_near = false, has_made_up = false;
    for (size_t i = 0; i < s.n_turns; i++) {
        for (size_t k = 0; k < s.turns[i].n; k++) {
            const char *label = s.turns[i].words[k].label;
            assert_string_not_equal(label, "cattle"); /* begins with "cat" */
            for (int j = 0; j < 3; j++)
                assert_string_not_equal(label, keywords[j]);
            has_near = has_near || strcmp(label, "cut") == 0 || strcmp(label, "bread") == 0;
            has_made_up = has_made_up || s.turns[i].words[k].spoken[0] == '[';
        }
    }
    assert_true(has_near);
    assert_true(has_made_up);
}

/* One phrase of two words that is spoken itself. */
static mote_builtin_script spoken_script(void)
{
    static mote_arena arena;
    static mote_builtin_script s;
    static const char *const phrase[] = {"Hey_mote"};
    if (s.n_turns == 0) {
        mote_err err;
        mote_builtin_config c = config();
        c.keywords = phrase;
        c.n_keywords = 1;
        c.spoken = "auto";
        mote_arena_init(&arena, 256u << 20);
        T_OK(mote_builtin_write_script(&c, &arena, &s, &err));
    }
    return s;
}

/* "kal" of "kal16" and "kal_diphone". */
static bool same_person(const char *x, const char *y)
{
    const size_t n = strcspn(x, "0123456789_");
    return n == strcspn(y, "0123456789_") && strncmp(x, y, n) == 0;
}

static void what_training_hears_neither_validates_nor_tests_a_phrase(void **state)
{
    (void)state;
    NEED_ESPEAK();
    mote_builtin_script s = spoken_script();
    size_t n = 0, n_in[MOTE_N_SPLITS] = {0};
    uint32_t by[MOTE_N_SPLITS] = {0};
    for (size_t i = 0; i < s.n_turns; i++) {
        const mote_builtin_turn *t = &s.turns[i];
        if (!t->is_of_keywords)
            continue;
        assert_int_equal(t->n, 1);
        assert_string_equal(t->words[0].label, "Hey_mote");
        assert_string_equal(t->words[0].spoken, "hey mote");
        n_in[t->split]++;
        n++;
        by[t->split] |= 1u << t->engine;
        for (size_t j = 0; j < i; j++) {
            const mote_builtin_turn *y = &s.turns[j];
            if (!y->is_of_keywords || y->split == t->split)
                continue;
            assert_false(y->engine == t->engine && strcmp(y->voice, t->voice) == 0);
            assert_false(y->engine != MOTE_ENGINE_ESPEAK && t->engine != MOTE_ENGINE_ESPEAK &&
                         same_person(y->voice, t->voice));
        }
    }
    assert_int_equal(n, s.n_keywords);
    assert_int_equal(n_in[MOTE_SPLIT_TRAIN], 480);
    assert_int_equal(n_in[MOTE_SPLIT_VALIDATION], 96);
    assert_int_equal(n_in[MOTE_SPLIT_TEST], 120);
    const size_t n_flite = s.engines[MOTE_ENGINE_FLITE].n_voices;
    if (n_flite < 4)
        T_SKIP("flite with its voices is not installed: %zu of them", n_flite);
    const uint32_t espeak = 1u << MOTE_ENGINE_ESPEAK;
    assert_true(by[MOTE_SPLIT_TRAIN] & espeak);
    assert_int_equal((by[MOTE_SPLIT_VALIDATION] | by[MOTE_SPLIT_TEST]) & espeak, 0);
}

static mote_split split_of_voice(const mote_builtin_other *all, size_t n, const char *voice)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].voice, voice) == 0)
            return all[i].split;
    fail_msg("voice '%s' is not dealt", voice);
    return MOTE_N_SPLITS;
}

/* Whole people are dealt, whichever engines have them. */
static void a_person_of_two_engines_is_in_one_split(void **state)
{
    fixture *f = *state;
    mote_err err;
    const char *flite[] = {"awb", "kal16", "rms", "slt"};
    const char *festival[] = {"cmu_us_slt_arctic_hts", "kal_diphone"};
    const char *more[] = {"don_diphone", "ked_diphone", "us1_mbrola"};
    mote_engine e[MOTE_N_ENGINES] = {0};
    mote_builtin_other *all = NULL;
    size_t n = 0;
    T_OK(mote_builtin_others(e, &f->arena, &all, &n, &err));
    assert_int_equal(n, 0);
    e[MOTE_ENGINE_FESTIVAL] = (mote_engine){.voices = festival + 1, .n_voices = 1};
    T_OK(mote_builtin_others(e, &f->arena, &all, &n, &err));
    assert_int_equal(n, 1);
    assert_int_equal(all[0].split, MOTE_SPLIT_TEST); /* one alone */
    e[MOTE_ENGINE_FLITE] = (mote_engine){.voices = flite, .n_voices = 4};
    e[MOTE_ENGINE_FESTIVAL] = (mote_engine){.voices = festival, .n_voices = 2};
    T_OK(mote_builtin_others(e, &f->arena, &all, &n, &err));
    assert_int_equal(n, 6);
    static const char *const validate[] = {"awb", "kal16", "kal_diphone"};
    static const char *const test[] = {"rms", "slt", "cmu_us_slt_arctic_hts"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(split_of_voice(all, n, validate[i]), MOTE_SPLIT_VALIDATION);
        assert_int_equal(split_of_voice(all, n, test[i]), MOTE_SPLIT_TEST);
    }
    e[MOTE_ENGINE_FESTIVAL] = (mote_engine){.voices = more, .n_voices = 3};
    T_OK(mote_builtin_others(e, &f->arena, &all, &n, &err)); /* seven people */
    size_t n_in[MOTE_N_SPLITS] = {0};
    for (size_t i = 0; i < n; i++)
        n_in[all[i].split]++;
    assert_int_equal(n_in[MOTE_SPLIT_TRAIN], 2);
    assert_int_equal(n_in[MOTE_SPLIT_VALIDATION], 2);
    assert_int_equal(n_in[MOTE_SPLIT_TEST], 3);
}

/* Sounds of a letter each, so that letters are counted: "[[b'edok]]" has 5 and a stress. */
static size_t n_sounds(const char *spoken)
{
    return strlen(spoken) - 5;
}

static void words_one_sound_away_are_made_in_every_way(void **state)
{
    fixture *f = *state;
    mote_err err;
    static const char *const sounds[] = {"b_e_d_o_k"};
    mote_builtin_inventions made = {0};
    size_t n_of[8] = {0}, n_in[MOTE_N_SPLITS] = {0};
    T_OK(mote_builtin_make_up(sounds, 1, false, &f->arena, &made, &err));
    assert_int_equal(made.n, 8);
    for (size_t i = 0; i < made.n; i++) {
        assert_int_equal(made.items[i].split, MOTE_SPLIT_TRAIN);
        assert_int_equal(n_sounds(made.items[i].word.spoken), 5);
    }
    T_OK(mote_builtin_make_up(sounds, 1, true, &f->arena, &made, &err));
    const size_t n = made.n;
    const mote_builtin_made_up *words = made.items;
    for (size_t i = 0; i < n; i++) {
        const char *spoken = words[i].word.spoken;
        assert_in_range(n_sounds(spoken), 4, 6);
        assert_string_not_equal(spoken, "[[b'edok]]");
        assert_null(strchr(words[i].word.label, '['));
        n_of[n_sounds(spoken)]++;
        n_in[words[i].split]++;
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(spoken, words[j].word.spoken);
    }
    assert_int_equal(n_of[4], 5); /* each sound left out; no more are possible */
    assert_int_equal(n_of[6], 12);
    assert_int_equal(n_of[5], 8 + 12);
    for (int i = 0; i < MOTE_N_SPLITS; i++)
        assert_in_range(n_in[i], 1, n);
}

static void parts_of_a_phrase_are_other_words(void **state)
{
    (void)state;
    NEED_ESPEAK();
    mote_builtin_script s = spoken_script();
    size_t n_head = 0, n_company = 0;
    for (size_t i = 0; i < s.n_turns; i++)
        for (size_t k = 0; !s.turns[i].is_of_keywords && k < s.turns[i].n; k++) {
            const char *label = s.turns[i].words[k].label;
            n_head += strcmp(label, "Hey") == 0 || strcmp(label, "mote") == 0;
            n_company += strncmp(label, "Hey ", 4) == 0 || strstr(label, " mote") != NULL;
            assert_string_not_equal(label, "Hey mote");
        }
    assert_in_range(n_head, 1, 20);
    assert_in_range(n_company, 4, 40);
    mote_builtin_script plain = script(); /* of words that are not spoken: the set as it was */
    assert_int_equal(plain.n_keywords, 0);
}

static mote_builtin_plan prepare(fixture *f, const char *use, mote_builtin_report *r)
{
    mote_err err;
    mote_builtin_config c = config();
    mote_builtin_plan p;
    c.use = use;
    T_OK(mote_builtin_prepare(f->store, &c, &p, r, &err));
    return p;
}

static mote_data_version version(fixture *f, uint32_t builtin)
{
    mote_err err;
    mote_version_config cfg = mote_version_config_default();
    mote_data_version v;
    mote_version_report r;
    cfg.builtin = builtin;
    T_OK(mote_version_create(f->store, &cfg, &f->arena, &v, &r, &err));
    return v;
}

static size_t n_builtin(const mote_data_version *v, mote_data_role role, mote_split split)
{
    size_t n = 0;
    for (size_t i = 0; i < v->n; i++)
        n += v->items[i].role == role && v->items[i].split == split &&
             mote_sample_is_builtin(v->items[i].group);
    return n;
}

static void it_is_made_once_for_the_keywords_and_counted_by_nobody(void **state)
{
    NEED_ESPEAK();
    fixture *f = *state;
    mote_err err;
    mote_builtin_report r;
    add_keywords(f);
    mote_builtin_plan p = prepare(f, "auto", &r);
    assert_in_range(r.n_words, 400, 800);
    assert_int_equal(r.n_noises, MOTE_BUILTIN_N_NOISES);
    assert_non_null(strstr(r.engines, "espeak-ng"));
    size_t n_words = r.n_words;
    prepare(f, "auto", &r);
    assert_int_equal(r.n_words + r.n_noises, 0);

    mote_data_summary sum;
    T_OK(mote_summary_of_store(f->store, NULL, 0, &f->arena, &sum, &err));
    assert_int_equal(sum.total.n, 12);
    assert_int_equal(sum.total.n_groups, 4);
    assert_int_equal(sum.n_background, 0);
    assert_int_equal(sum.n_builtin_words, n_words);
    assert_int_equal(sum.n_builtin_noises, MOTE_BUILTIN_N_NOISES);

    mote_data_version v = version(f, p.take);
    assert_int_equal(v.n, 12 + n_words + MOTE_BUILTIN_N_NOISES);
    assert_in_range(n_builtin(&v, MOTE_ROLE_EXAMPLE, MOTE_SPLIT_TEST), 50, 200);
    size_t n_noises = 0;
    for (int i = 0; i < MOTE_N_SPLITS; i++)
        n_noises += n_builtin(&v, MOTE_ROLE_BACKGROUND, (mote_split)i);
    assert_int_equal(n_noises, MOTE_BUILTIN_N_NOISES);
    size_t n_own[MOTE_N_SPLITS] = {0}; /* built-in groups fill no split for people */
    for (size_t i = 0; i < v.n; i++)
        n_own[v.items[i].split] += mote_sample_is_builtin(v.items[i].group) ? 0 : 1;
    for (int i = 0; i < MOTE_N_SPLITS; i++)
        assert_int_not_equal(n_own[i], 0);
    assert_int_equal(version(f, 0).n, 12);
    v = version(f, MOTE_BUILTIN_WORDS_TRAIN);
    assert_int_equal(n_builtin(&v, MOTE_ROLE_EXAMPLE, MOTE_SPLIT_TEST), 0);
    assert_in_range(n_builtin(&v, MOTE_ROLE_EXAMPLE, MOTE_SPLIT_TRAIN), 200, 800);

    /* Other keywords: another set in the place of this one, without the new keyword. */
    static const char *const others[] = {"bed", "window"};
    mote_builtin_config c = config();
    int64_t n = -1;
    c.keywords = others;
    c.n_keywords = 2;
    c.few = 100; /* "cat" and "happy" are other words now */
    T_OK(mote_builtin_prepare(f->store, &c, &p, &r, &err));
    assert_in_range(r.n_words, 400, 800);
    T_OK(mote_store_query_i64(f->store, "SELECT count(*) FROM data_said WHERE label = 'window'", &n,
                              &err));
    assert_int_equal(n, 0);
    T_OK(mote_store_query_i64(f->store,
                              "SELECT count(*) FROM data_sample WHERE role = 'example' "
                              "AND grp GLOB 'builtin:*'",
                              &n, &err));
    assert_int_equal(n, r.n_words);
}

static void without_espeak_it_says_what_to_install(void **state)
{
    fixture *f = *state;
    mote_err err;
    add_keywords(f);
    char *path = strdup(getenv("PATH"));
    setenv("PATH", "/nonexistent", 1);
    mote_builtin_config c = config();
    mote_builtin_plan p;
    mote_builtin_report r;
    mote_status st = mote_builtin_prepare(f->store, &c, &p, &r, &err);
    mote_err err3 = {0}, err4 = {0};
    c.few = 0; /* there are words enough, but few different ones */
    c.few_words = 5;
    add(f, MOTE_ROLE_EXAMPLE, "dog", "anna", 90);
    mote_status few = mote_builtin_prepare(f->store, &c, &p, &r, &err4);
    c.few = 3;
    c.few_words = 0;
    c.spoken = "auto";
    mote_status spoken = mote_builtin_prepare(f->store, &c, &p, &r, &err3);
    c.spoken = "off";
    c.unknown = false; /* noises need no voices */
    mote_err err2 = {0};
    mote_status noises = mote_builtin_prepare(f->store, &c, &p, &r, &err2);
    setenv("PATH", path, 1);
    free(path);
    assert_int_equal(st, MOTE_MISSING_TOOL);
    assert_non_null(strstr(err.text, "espeak-ng"));
    assert_non_null(strstr(err.text, "mote data add"));
    assert_int_equal(few, MOTE_MISSING_TOOL);
    assert_non_null(strstr(err4.text, "espeak-ng"));
    assert_non_null(strstr(err4.text, "set data.few_words to 0"));
    assert_int_equal(spoken, MOTE_MISSING_TOOL);
    assert_non_null(strstr(err3.text, "apt-get install espeak-ng flite festival"));
    assert_non_null(strstr(err3.text, "data.spoken"));
    assert_int_equal(noises, MOTE_OK);
    assert_int_equal(r.n_noises, MOTE_BUILTIN_N_NOISES);
    assert_string_equal(r.missing, "espeak-ng");
}

static void nobody_else_can_use_its_names(void **state)
{
    fixture *f = *state;
    mote_err err;
    mote_sample_facts facts = {
        .role = MOTE_ROLE_EXAMPLE, .label = "bed", .source = "a.wav", .group = "builtin:test:me"};
    int16_t x[1600] = {1, 2, 3};
    MOTE_SCOPED_BUF wav;
    mote_buf_init(&wav, 1 << 20);
    T_OK(mote_audio_encode_wav(x, 1600, 16000, &wav, &err));
    bool added;
    T_FAILS(sample_add(f->store, MOTE_INPUT_AUDIO,
                       &(mote_file_bytes){facts.source, wav.data, wav.len}, &facts, &added, &err),
            MOTE_ARG, "builtin:");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_project_takes_what_it_lacks),
        TEST(few_different_words_are_helped_in_training),
        TEST(words_without_a_name_may_all_differ),
        TEST(words_of_the_test_are_not_counted),
        TEST(the_check_says_why_words_come_in),
        TEST(keywords_are_spoken_where_people_are_few),
        TEST(the_script_of_the_keywords_tells_the_language),
        TEST(sounds_are_compared_one_by_one),
        TEST(splits_share_neither_words_nor_voices),
        TEST(where_there_are_engines_the_test_has_its_own),
        TEST(no_word_is_or_holds_a_keyword),
        TEST(what_training_hears_neither_validates_nor_tests_a_phrase),
        TEST(a_person_of_two_engines_is_in_one_split),
        TEST(words_one_sound_away_are_made_in_every_way),
        TEST(parts_of_a_phrase_are_other_words),
        TEST(it_is_made_once_for_the_keywords_and_counted_by_nobody),
        TEST(without_espeak_it_says_what_to_install),
        TEST(nobody_else_can_use_its_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
