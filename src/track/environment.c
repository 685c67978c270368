/* SPDX-License-Identifier: Apache-2.0 */
/* Captures the machine and the state of the source code. */
#include "track/environment.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json_write.h"
#include "base/process.h"

#define GIT_TIMEOUT_MS       10000
#define GIT_ANSWER_MAX_BYTES ((size_t)1 << 20)

/* ---- git ---- */

/* Run git in `dir`; *answered tells whether it ended with 0 within the limits of `out`. Only
 * running out of memory is an error. */
static mote_status ask_git(const char *dir, const char *const *words, mote_buf *out, bool *answered,
                           mote_err *err)
{
    const char *argv[12] = {"git", "-C", dir, "--no-optional-locks"};
    size_t n = 4;
    for (; *words != NULL; words++) {
        MOTE_BUG_IF(n + 1 >= sizeof argv / sizeof argv[0]);
        argv[n++] = *words;
    }
    mote_process p = {.argv = argv, .timeout_ms = GIT_TIMEOUT_MS, .out = out};
    int exit_code = 1;
    mote_status st = mote_process_run(&p, &exit_code, err);
    *answered = st == MOTE_OK && exit_code == 0;
    return st == MOTE_NOMEM ? st : MOTE_OK;
}

static mote_status copy_line(mote_arena *a, const mote_buf *b, const char **out, mote_err *err)
{
    size_t n = b->len > 0 ? strcspn(b->data, "\n") : 0;
    char *line = mote_arena_strndup(a, b->len > 0 ? b->data : "", n);
    if (line == NULL)
        return mote_fail(err, MOTE_NOMEM, "out of memory for what git says");
    *out = line;
    return MOTE_OK;
}

static mote_status capture_branch(const char *dir, mote_arena *a, mote_git_state *g, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, GIT_ANSWER_MAX_BYTES);
    bool answered = false;
    const char *const words[] = {"symbolic-ref", "--short", "-q", "HEAD", NULL};
    MOTE_TRY(ask_git(dir, words, &b, &answered, err));
    return answered ? copy_line(a, &b, &g->branch, err) : MOTE_OK;
}

static mote_status capture_diff(const char *dir, mote_arena *a, mote_git_state *g, mote_err *err)
{
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, MOTE_GIT_DIFF_MAX_BYTES);
    bool answered = false;
    const char *const words[] = {"diff", "--no-color", "--no-ext-diff", "--binary", "HEAD", NULL};
    MOTE_TRY(ask_git(dir, words, &b, &answered, err));
    if (!answered || b.len == 0)
        return MOTE_OK;
    char *diff = mote_arena_strndup(a, b.data, b.len);
    if (diff == NULL)
        return mote_fail(err, MOTE_NOMEM, "out of memory for what git says");
    g->diff = diff;
    g->diff_bytes = b.len;
    return MOTE_OK;
}

mote_status mote_git_capture(const char *dir, mote_arena *a, mote_git_state *out, mote_err *err)
{
    mote_git_state g = {0};
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, GIT_ANSWER_MAX_BYTES);
    bool answered = false;
    const char *const head[] = {"rev-parse", "--verify", "-q", "HEAD", NULL};
    MOTE_TRY(ask_git(dir, head, &b, &answered, err));
    if (!answered) {
        *out = g;
        return MOTE_OK;
    }
    MOTE_TRY(copy_line(a, &b, &g.commit, err));
    MOTE_TRY(capture_branch(dir, a, &g, err));
    mote_buf_reset(&b);
    const char *const status[] = {"status", "--porcelain", NULL};
    MOTE_TRY(ask_git(dir, status, &b, &answered, err));
    g.is_dirty = !answered || b.len > 0; /* an answer too long to read is not a clean tree */
    if (g.is_dirty)
        MOTE_TRY(capture_diff(dir, a, &g, err));
    *out = g;
    return MOTE_OK;
}

/* ---- machine ---- */

/* The value of the first "model name : ..." line of /proc/cpuinfo; *n 0 when there is none. */
static const char *find_cpu_model(const char *text, size_t *n)
{
    static const char key[] = "model name";
    *n = 0;
    const char *line = strstr(text, key);
    if (line == NULL)
        return NULL;
    const char *value = line + sizeof key - 1;
    value += strspn(value, "\t :");
    *n = strcspn(value, "\n");
    return value;
}

static void add_cpu_model(mote_json_out *w)
{
    MOTE_SCOPED_FREE char *text = NULL;
    size_t n_text = 0;
    size_t n = 0;
    const char *model = NULL;
    if (mote_file_read("/proc/cpuinfo", (size_t)16 << 20, &text, &n_text, NULL) == MOTE_OK)
        model = find_cpu_model(text, &n);
    if (model != NULL)
        mote_out_strn(w, "cpu", model, n);
    else
        mote_out_null(w, "cpu");
}

void mote_machine_json(mote_buf *out)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    long pages = sysconf(_SC_PHYS_PAGES);
    long page_bytes = sysconf(_SC_PAGESIZE);
    struct utsname os;
    mote_json_out w;
    mote_out_begin(&w, out);
    mote_out_object(&w, NULL);
    mote_out_str(&w, "compiler", "" __VERSION__);
    mote_out_i64(&w, "cores", cores);
    add_cpu_model(&w);
    mote_out_i64(&w, "memory_bytes", (int64_t)pages * page_bytes);
    if (uname(&os) == 0)
        mote_out_format(&w, "os", "%s %s %s", os.sysname, os.release, os.machine);
    else
        mote_out_null(&w, "os");
    mote_out_end(&w);
    mote_out_finish(&w);
}
