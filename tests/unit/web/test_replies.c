/* SPDX-License-Identifier: Apache-2.0 */
/* web/api: every reply of the interface, byte for byte as tests/golden/replies.txt has it; times
 * and hashes are masked. T_RECORD=FILE writes such a file instead: look at the difference before
 * you keep it, since clients have read the old bytes. */
#include "tests/support.h"

#include "tests/api_fixture.h"

/* A body that names no input is sent as it is. */
typedef struct {
    const char *method, *path, *headers, *body;
} exchange;

#define INPUT(shape, data)                                                                         \
    "{\"inputs\":[{\"name\":\"input\",\"shape\":" shape ",\"datatype\":\"FP32\",\"data\":" data "}]"
#define EIGHT "[0.5,-1,0.25,0.75,1,-0.125,0,0.3]"

static const exchange exchanges[] = {
    {"GET", "/", "", ""},
    {"GET", "/v2/health/live", "", ""},
    {"GET", "/v2/health/ready", "", ""},
    {"GET", "/v2", "", ""},
    {"GET", "/v2/models", "", ""},
    {"GET", "/v2/models/tiny", "", ""},
    {"GET", "/v2/models/sound", "", ""},
    {"GET", "/v2/models/tiny/versions/1", "", ""},
    {"GET", "/v2/models/tiny/versions/2", "", ""},
    {"GET", "/v2/models/none", "", ""},
    {"GET", "/v2/models/tiny/ready", "", ""},
    {"GET", "/v2/models/tiny/config", "", ""},
    {"GET", "/v2/models/sound/config", "", ""},
    {"POST", "/v2/repository/index", "", ""},
    {"POST", "/v2/repository/models/tiny/load", "", ""},
    {"POST", "/v2/repository/models/none/unload", "", ""},
    {"DELETE", "/v2/models/tiny", "", ""},
    {"GET", "/nothing/\"here\"", "", ""},
    {"POST", "/v2/models/tiny/infer", "", INPUT("[1,8]", EIGHT) "}"},
    {"POST", "/v2/models/tiny/infer", "",
     INPUT("[8]", EIGHT) ",\"id\":\"a \\\"b\\\" \\u00e9\\n\"}"},
    {"POST", "/v2/models/tiny/infer", "",
     INPUT("[2,8]", "[" EIGHT "," EIGHT "]") ",\"outputs\":[{\"name\":\"label\"}]}"},
    {"POST", "/v2/models/tiny/infer", "",
     INPUT("[2,8]", "[" EIGHT "," EIGHT "]") ",\"outputs\":[{\"name\":\"probabilities\","
                                             "\"parameters\":{\"classification\":2}},"
                                             "{\"name\":\"label\"}]}"},
    {"POST", "/v2/models/tiny/infer", "",
     INPUT("[1,8]", EIGHT) ",\"parameters\":{\"binary_data_output\":true}}"},
    {"POST", "/v2/models/tiny/infer", "",
     INPUT("[1,8]", EIGHT) ",\"outputs\":[{\"name\":\"label\",\"parameters\":{\"binary_data\":true}"
                           "},{\"name\":\"probabilities\",\"parameters\":{\"classification\":3,"
                           "\"binary_data\":true}}]}"},
    {"POST", "/v2/models/tiny/infer", "", INPUT("[1,7]", "[1,2,3,4,5,6,7]") "}"},
    {"POST", "/v2/models/tiny/infer", "", "{\"inputs\":[]}"},
    {"POST", "/v2/models/tiny/infer", "", "{\"inputs\":[],\"inputs\":[]}"},
    {"POST", "/v2/models/tiny/infer", "",
     "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,8],\"datatype\":\"FP32\",\"data\":" EIGHT "}]}"},
    {"POST", "/v2/models/tiny/infer", "",
     INPUT("[1,8]", EIGHT) ",\"outputs\":[{\"name\":\"loudness\"}]}"},
    {"POST", "/v2/models/none/infer", "", "{}"},
    {"POST", "/v2/models/tiny/infer", "Mote-Consent: =\r\n", INPUT("[1,8]", EIGHT) "}"},
    {"POST", "/v1/classify", "", "no sound"},
    {"POST", "/v1/classify", "", ""},
    {"POST", "/v2/models/tiny/classify", "", "no sound"},
    {"POST", "/v2/models/tiny/classify?windows=1", "", EIGHT},
    {"POST", "/v2/models/tiny/classify", "", "[[[0.5],[-1],[0.25],[0.75],[1],[-0.125],[0],[0.3]]]"},
    {"POST", "/v2/models/tiny/classify", "", "[1,2,3]"},
    {"POST", "/v2/models/tiny/classify", "Mote-Consent: =\r\n", EIGHT},
    {"POST", "/v1/classify", "", NULL}, /* NULL: a recording */
    {"POST", "/v1/classify?windows=1", "", NULL},
    {"POST", "/v2/models/sound/classify?label_only=1", "", NULL},
    {"POST", "/v2/models/sound/versions/7/classify", "", NULL},
    {"GET", "/v2/models/sound/stats", "", ""},
    {"GET", "/v2/models/stats", "", ""},
    {"GET", "/metrics", "", ""},
};

static bool is_digit(char c)
{
    return (c >= '0' && c <= '9') || c == '.';
}

/* What differs from run to run becomes one '#': times, and the hash of a model. */
static bool mask(const char **at, mote_buf *out)
{
    static const char *const names[] = {
        "\"ns\":",       "\"latency_us\":", "\"last_inference\":", "\"sha256\":\"", "sha256=\"",
        "_bytes_total ", "_duration_us{",   "_seconds_bucket{",    "_seconds_sum ", "_secs{",
    };
    for (size_t i = 0; i < T_COUNT(names); i++) {
        if (!mote_str_starts(*at, names[i]))
            continue;
        mote_buf_str(out, names[i]);
        *at += strlen(names[i]);
        if (mote_str_ends(names[i], "{")) { /* a value behind labels */
            size_t n = strcspn(*at, "}") + 2;
            mote_buf_add(out, *at, n);
            *at += n;
        }
        bool is_hash = strstr(names[i], "sha256") != NULL;
        while (is_digit(**at) || (is_hash && **at >= 'a' && **at <= 'f'))
            (*at)++;
        mote_buf_char(out, '#');
        return true;
    }
    return false;
}

static void add_masked(mote_buf *out, const char *body, size_t n)
{
    for (const char *at = body, *end = body + n; at < end;) {
        unsigned char c = (unsigned char)*at;
        if (mask(&at, out))
            continue;
        if ((c < 0x20 && c != '\n') || c >= 0x7f)
            mote_buf_printf(out, "<%02x>", c);
        else
            mote_buf_char(out, (char)c);
        at++;
    }
    mote_buf_char(out, '\n');
}

static void add_header(mote_buf *out, const char *name)
{
    const char *at = strstr(t_answer, name), *end = strstr(t_answer, "\r\n\r\n");
    if (at && at < end)
        mote_buf_printf(out, "%.*s\n", (int)strcspn(at, "\r"), at);
}

static void write_all(fixture *f, mote_buf *out)
{
    MOTE_SCOPED_BUF wav;
    mote_buf_init(&wav, 1 << 20);
    make_wav(24000, 16000, 5, &wav);
    for (size_t i = 0; i < T_COUNT(exchanges); i++) {
        const exchange *x = &exchanges[i];
        const char *body = x->body ? x->body : wav.data;
        size_t n = x->body ? strlen(x->body) : wav.len;
        int code = t_ask(f->fd, x->method, x->path, x->headers, body, n, &f->body);
        size_t n_body = (size_t)atoi(strstr(t_answer, "Content-Length: ") + 16);
        mote_buf_printf(out, "## %s %s %s\n%d\n", x->method, x->path,
                        x->body ? x->body : "(recording)", code);
        add_header(out, "Content-Type: ");
        add_header(out, "Inference-Header-Content-Length: ");
        add_masked(out, f->body, n_body);
    }
}

static void every_reply_has_the_bytes_it_had(void **state)
{
    fixture *f = *state;
    mote_err err = {0};
    MOTE_SCOPED_BUF got;
    mote_buf_init(&got, 1 << 20);
    write_all(f, &got);
    const char *record = getenv("T_RECORD");
    if (record) {
        T_OK(mote_file_write(record, got.data, got.len, &err));
        T_SKIP("written to %s", record);
    }
    char path[512], *want = NULL;
    size_t n = 0;
    snprintf(path, sizeof path, "%s/tests/golden/replies.txt", getenv("MOTE_SOURCE_ROOT"));
    T_OK(mote_file_read(path, 1 << 20, &want, &n, &err));
    for (size_t i = 0, line = 1, start = 0; i <= n; i++) {
        if (i > got.len || want[i] != got.data[i])
            fail_msg("line %zu:\n%.*s\nbut was:\n%.*s", line, (int)strcspn(got.data + start, "\n"),
                     got.data + start, (int)strcspn(want + start, "\n"), want + start);
        if (want[i] == '\n') {
            line++;
            start = i + 1;
        }
    }
    mote_free(want);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_reply_has_the_bytes_it_had, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
