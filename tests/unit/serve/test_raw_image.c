/* SPDX-License-Identifier: Apache-2.0 */
/* What the disk really holds after a withdrawal: a server logs a person's recordings to a project
 * on an ext4 image of its own, is killed many times, and then the raw bytes of the image are
 * searched.
 *
 * MOTE_RAW_KILLS sets the number of kills (default 25), T_SEED the seed. Needs root and a loop
 * device, or fuse2fs; is skipped without. */
#include "tests/support.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/rng.h"
#include "base/seal.h"
#include "data/audio.h"
#include "serve/predlog.h"
#include "tests/http_client.h"
#include "tests/tiny_model.h"

#define IMAGE_MB     64
#define SUBJECT      "needle-subject-zq81"
#define OTHER        "someone-else-xk42"
#define REQUEST      "needle-request-"
#define NEEDLE_BYTES 12 /* of a recording, or three probabilities: no accident finds them */
#define MAX_NEEDLES  200000
#define CLIP_SAMPLES 16000

typedef struct {
    char image[300], mount[300], project[320], said[320];
    const char *program;
    mote_rng rng;
    uint8_t (*needles)[NEEDLE_BYTES];
    size_t n_needles;
    bool is_fuse;
} world;

/* ---- the image ---- */

/* "program a b", quietly; its exit code. */
static int shell(const char *program, const char *a, const char *b)
{
    char line[1024];
    snprintf(line, sizeof line, "%s '%s' %s%s%s >/dev/null 2>&1", program, a, *b ? "'" : "", b,
             *b ? "'" : "");
    int status = system(line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static bool mount_image(world *w)
{
    if (shell("mount -o loop", w->image, w->mount) == 0)
        return true;
    w->is_fuse = shell("fuse2fs", w->image, w->mount) == 0;
    return w->is_fuse;
}

static int unmount_image(world *w)
{
    return shell(w->is_fuse ? "fusermount -u" : "umount", w->mount, "");
}

/* ---- the server ---- */

static pid_t run(world *w, const char *const *args)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        const char *argv[16] = {w->program};
        for (int i = 0; args[i]; i++)
            argv[i + 1] = args[i];
        int out = open(w->said, O_WRONLY | O_CREAT | O_TRUNC, 0600);
        if (out < 0 || chdir(w->project) != 0 || dup2(out, 1) < 0)
            _exit(120);
        execv(w->program, (char *const *)(uintptr_t)argv);
        _exit(121);
    }
    return pid;
}

static int finish(pid_t pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void nap_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static int dial(world *w)
{
    for (int i = 0; i < 2000; i++) {
        MOTE_SCOPED_FREE char *text = NULL;
        size_t len = 0;
        const char *at = NULL;
        if (mote_file_read(w->said, 1 << 16, &text, &len, NULL) == MOTE_OK)
            at = strstr(text, "\"port\": ");
        struct sockaddr_in a = {.sin_family = AF_INET};
        a.sin_port = htons((uint16_t)(at ? atoi(at + 8) : 0));
        a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        if (at && connect(fd, (const struct sockaddr *)(const void *)&a, sizeof a) == 0)
            return fd;
        close(fd);
        nap_ms(5);
    }
    fail_msg("mote serve does not listen");
    return -1;
}

/* ---- needles ---- */

static void add_needle(world *w, const void *bytes)
{
    if (w->n_needles < MAX_NEEDLES)
        memcpy(w->needles[w->n_needles++], bytes, NEEDLE_BYTES);
}

static int compare(const void *a, const void *b)
{
    return memcmp(a, b, NEEDLE_BYTES);
}

/* How often any of the (sorted) needles is in these bytes. */
static int64_t search(world *w, const uint8_t *bytes, size_t n)
{
    static uint8_t starts[1 << 21]; /* a bit for the first 3 bytes of each needle */
    int64_t found = 0;
    memset(starts, 0, sizeof starts);
    for (size_t i = 0; i < w->n_needles; i++) {
        const uint8_t *x = w->needles[i];
        uint32_t k = x[0] | (uint32_t)x[1] << 8 | (uint32_t)x[2] << 16;
        starts[k / 8] |= (uint8_t)(1u << k % 8);
    }
    for (size_t i = 0; i + NEEDLE_BYTES <= n; i++) {
        uint32_t k = bytes[i] | (uint32_t)bytes[i + 1] << 8 | (uint32_t)bytes[i + 2] << 16;
        if (starts[k / 8] & (1u << k % 8))
            found += bsearch(bytes + i, w->needles, w->n_needles, NEEDLE_BYTES, compare) != NULL;
    }
    return found;
}

static int64_t search_text(const uint8_t *bytes, size_t n, const void *text, size_t n_text)
{
    int64_t found = 0;
    for (size_t i = 0; i + n_text <= n; i++)
        found += bytes[i] == *(const uint8_t *)text && memcmp(bytes + i, text, n_text) == 0;
    return found;
}

/* ---- the story ---- */

/* Recordings of noise, so that any piece of one is its own. */
static void send_recording(world *w, int fd, const char *subject, bool is_needle)
{
    static int16_t pcm[CLIP_SAMPLES];
    char headers[256];
    const char *answer = NULL;
    mote_err err = {0};
    MOTE_SCOPED_BUF wav;
    mote_buf_init(&wav, 1 << 20);
    for (size_t i = 0; i < CLIP_SAMPLES; i++)
        pcm[i] = (int16_t)mote_rng_range(&w->rng, -30000, 30000);
    for (size_t i = 0; i + 8 < CLIP_SAMPLES && is_needle; i += 2000)
        add_needle(w, &pcm[i]);
    T_OK(mote_audio_encode_wav(pcm, CLIP_SAMPLES, 16000, &wav, &err));
    snprintf(headers, sizeof headers,
             "Content-Type: audio/wav\r\nX-Request-Id: %s%llu\r\n"
             "Mote-Consent: improvement; subject=%s\r\n",
             is_needle ? REQUEST : "r", (unsigned long long)mote_rng_u64(&w->rng), subject);
    assert_int_equal(t_ask(fd, "POST", "/v1/classify", headers, wav.data, wav.len, &answer), 200);
}

static void serve_and_kill(world *w)
{
    static const char *const args[] = {"serve",     "m.mote", "--port", "0",
                                       "--threads", "1",      "--json", NULL};
    mote_err err = {0};
    T_OK(mote_file_write(w->said, "", 0, &err)); /* no port of an earlier server */
    pid_t pid = run(w, args);
    int fd = dial(w);
    int n = 2 + (int)mote_rng_below(&w->rng, 12);
    for (int i = 0; i < n; i++)
        send_recording(w, fd, i % 4 == 3 ? OTHER : SUBJECT, i % 4 != 3);
    nap_ms((long)mote_rng_below(&w->rng, 40));
    kill(pid, SIGKILL);
    assert_int_equal(finish(pid), -1);
    close(fd);
}

/* The probabilities of the subject, and how much of whom can be read. */
static void look(world *w, int64_t *n_subject, int64_t *n_other)
{
    mote_err err = {0};
    MOTE_SCOPED_STORE *s = NULL;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 28);
    mote_predlog_record *r = NULL;
    size_t n = 0, len = 0;
    *n_subject = *n_other = 0;
    T_OK(mote_store_open(w->project, false, &s, &err));
    T_OK(mote_predlog_list(s, &(mote_predlog_page){.max = 100000}, &a, &r, &n, &err));
    for (size_t i = 0; i < n; i++) {
        char *bytes = NULL;
        bool is_subject = strcmp(r[i].subject, SUBJECT) == 0;
        T_OK(mote_predlog_input(s, r[i].id, 1 << 20, &bytes, &len, &err));
        assert_true(len > CLIP_SAMPLES);
        mote_free(bytes);
        *(is_subject ? n_subject : n_other) += 1;
        assert_int_equal((size_t)r[i].n_labels * sizeof(float), NEEDLE_BYTES);
        if (is_subject)
            add_needle(w, r[i].probabilities);
    }
}

static void set_up(world *w)
{
    mote_err err = {0};
    MOTE_SCOPED_BUF bundle;
    static const char *const init[] = {"init", "words", NULL};
    char path[400];
    snprintf(w->project, sizeof w->project, "%s", w->mount);
    assert_int_equal(finish(run(w, init)), 0);
    snprintf(w->project, sizeof w->project, "%s/words", w->mount);
    snprintf(path, sizeof path, "%s/m.mote", w->project);
    mote_buf_init(&bundle, 1 << 24);
    tiny_audio_bundle(1, &bundle);
    T_OK(mote_file_write(path, bundle.data, bundle.len, &err));
    mote_store *s = NULL; /* the store is there before the server is: without one it has no log */
    T_OK(mote_store_open(w->project, true, &s, &err));
    mote_store_close(s);
}

static void search_image(world *w, const uint8_t *master, const uint8_t *control)
{
    mote_map image = {0};
    mote_err err = {0};
    T_OK(mote_map_open(w->image, &image, &err));
    assert_int_equal(image.len, (size_t)IMAGE_MB << 20);
    qsort(w->needles, w->n_needles, NEEDLE_BYTES, compare);
    int64_t found = search(w, image.data, image.len);
    print_message("%zu pieces of recordings and answers searched for in %zu bytes: %lld found\n",
                  w->n_needles, image.len, (long long)found);
    assert_int_equal(found, 0);
    assert_int_equal(search_text(image.data, image.len, SUBJECT, strlen(SUBJECT)), 0);
    assert_int_equal(search_text(image.data, image.len, REQUEST, strlen(REQUEST)), 0);
    assert_int_equal(search_text(image.data, image.len, master, 32), 0);
    /* The search finds what is there: a file beside the store, and the head of the key file. */
    assert_true(search_text(image.data, image.len, control, 32) >= 1);
    assert_true(search_text(image.data, image.len, "MOTEMKEY", 8) >= 1);
    mote_map_release(&image);
}

static void kill_and_withdraw(world *w)
{
    static const char *const withdraw[] = {"data", "withdraw", SUBJECT, NULL};
    const char *wish = getenv("MOTE_RAW_KILLS");
    int kills = wish ? atoi(wish) : 25;
    int64_t n_subject = 0, n_other = 0, n_other_before = 0;
    uint8_t control[32], *master = NULL;
    char path[400];
    size_t len = 0;
    mote_err err = {0};
    set_up(w);
    for (int i = 0; i < kills; i++)
        serve_and_kill(w);
    look(w, &n_subject, &n_other_before);
    assert_true(n_subject > kills && n_other_before > 0);
    snprintf(path, sizeof path, "%s/.mote/keys/master", w->project);
    T_OK(mote_file_read(path, 1 << 16, (char **)&master, &len, &err));
    assert_int_equal(finish(run(w, withdraw)), 0);
    look(w, &n_subject, &n_other);
    assert_int_equal(n_subject, 0);
    assert_int_equal(n_other, n_other_before);
    T_OK(mote_random_bytes(control, sizeof control, &err));
    snprintf(path, sizeof path, "%s/control", w->mount);
    T_OK(mote_file_write(path, control, sizeof control, &err));
    assert_int_equal(unmount_image(w), 0);
    search_image(w, master + 24, control);
    mote_free(master);
}

static void nothing_of_a_person_is_on_the_disk_after_a_withdrawal(void **state)
{
    (void)state;
    world w = {.program = getenv("MOTE_PROGRAM")};
    if (!w.program)
        T_SKIP("MOTE_PROGRAM is not set");
    if (geteuid() != 0)
        T_SKIP("only root mounts images");
    snprintf(w.image, sizeof w.image, "%s", t_path("disk.img"));
    snprintf(w.mount, sizeof w.mount, "%s", t_path("disk"));
    snprintf(w.said, sizeof w.said, "%s", t_path("said"));
    mote_err err = {0};
    T_OK(mote_dir_make(w.mount, &err));
    T_OK(mote_file_write(w.image, "", 0, &err));
    assert_int_equal(truncate(w.image, (off_t)IMAGE_MB << 20), 0);
    if (shell("mkfs.ext4 -q -F", w.image, "") != 0)
        T_SKIP("there is no mkfs.ext4");
    if (!mount_image(&w))
        T_SKIP("neither a loop device nor fuse2fs mounts an image here");
    w.needles = malloc(MAX_NEEDLES * sizeof *w.needles);
    assert_non_null(w.needles);
    mote_rng_init(&w.rng, t_seed());
    kill_and_withdraw(&w);
    free(w.needles);
}

/* A test that failed half way leaves nothing mounted. */
static int clean_up(void **state)
{
    (void)state;
    (void)shell("umount -l", t_path("disk"), "");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(nothing_of_a_person_is_on_the_disk_after_a_withdrawal, clean_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
