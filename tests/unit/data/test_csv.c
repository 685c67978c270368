/* SPDX-License-Identifier: Apache-2.0 */
/* The CSV reader: dialects, encodings, quoting, damage, places to come back to. */
#include "tests/support.h"

#include "base/rng.h"
#include "base/text.h"
#include "data/csv.h"
#include "data/csv_internal.h"

/* All rows as "[a|b][c|d]", quoted empty cells as ''. */
static char *all_rows(mote_csv *csv, mote_err *err)
{
    mote_buf b;
    mote_csv_row row;
    mote_buf_init(&b, 1 << 20);
    mote_buf_str(&b, "");
    for (;;) {
        if (mote_csv_next(csv, &row, err) != MOTE_OK) {
            mote_buf_str(&b, "!");
            break;
        }
        if (!row.cells)
            break;
        mote_buf_char(&b, '[');
        for (uint32_t i = 0; i < row.n_cells; i++) {
            mote_buf_str(&b, i ? "|" : "");
            mote_buf_add(&b, row.cells[i].s, row.cells[i].n);
            if (row.cells[i].is_quoted && row.cells[i].n == 0)
                mote_buf_str(&b, "''");
        }
        mote_buf_char(&b, ']');
    }
    return mote_buf_take(&b, NULL);
}

static void expect(const char *text, size_t n, const mote_csv_config *cfg, const char *rows)
{
    mote_err err;
    mote_csv *csv = NULL;
    T_OK(mote_csv_open_bytes(&(mote_file_bytes){"t.csv", text, n}, cfg, &csv, &err));
    char *got = all_rows(csv, &err);
    if (strcmp(got, rows) != 0)
        fail_msg("'%s' gives '%s', not '%s'", text, got, rows);
    mote_free(got);
    mote_csv_destroy(csv);
}

static void cells_are_taken_apart_as_rfc_4180_says(void **state)
{
    (void)state;
    static const struct {
        const char *text, *rows;
    } cases[] = {
        {"1,2\n3,4\n", "[1|2][3|4]"},
        {"1,2\n3,4", "[1|2][3|4]"},
        {"1,2\r\n3,4\r\n", "[1|2][3|4]"},
        {"1,2\r3,4\r", "[1|2][3|4]"},
        {"\xef\xbb\xbf"
         "1,2\n3,4\n",
         "[1|2][3|4]"},
        {"1,\"a,b\"\n2,\"c\"\n", "[1|a,b][2|c]"},
        {"1,\"a\nb\"\n2,c\n", "[1|a\nb][2|c]"},
        {"1,\"say \"\"hi\"\"\"\n2,\"\"\"\"\n", "[1|say \"hi\"][2|\"]"},
        {"1,\"\"\n2,\n", "[1|''][2|]"},
        {"1, x \n2,\ty\n", "[1|x][2|y]"},
        {"1, \" x \" \n2,y\n", "[1| x ][2|y]"},
        {"1,5\" pipe\n2,6\" pipe\n", "[1|5\" pipe][2|6\" pipe]"},
        {"1,\"a\"b\n2,c\n", "[1|ab][2|c]"},
        {"1,2\n\n\n3,4\n\n", "[1|2][3|4]"},
        {"1;2,5\n3;4,5\n", "[1|2,5][3|4,5]"},
        {"1\t2\n3\t4\n", "[1|2][3|4]"},
        {"1|2\n3|4\n", "[1|2][3|4]"},
        {"1,\"a;b\"\n2,\"c;d\"\n", "[1|a;b][2|c;d]"},
        {"sep=;\r\n1;2\r\n3;4\r\n", "[1|2][3|4]"},
        {"7\n8\n", "[7][8]"},
        {"  1.5e-001 -2\n 3   4  \n\n  \n5 6", "[1.5e-001|-2][3|4][5|6]"},
        {"1,5 2,5\n3,5 4,5\n", "[1,5|2,5][3,5|4,5]"},
        {"1, 2\n3, 4\n", "[1|2][3|4]"},
        {"1 2 \"to go\"\n3 4 \"\"\n", "[1|2|to go][3|4|'']"},
        {"5 kg\n6 kg\n", "[6 kg]"},
        {"1 2\n3\n4 5\n6 7\n8 9\n1 2\n3 4\n5 6\n7 8\n9 1\n",
         "[1|2][3][4|5][6|7][8|9][1|2][3|4][5|6][7|8][9|1]"},
        {"1,2\n3\n4,5\n6,7,8\n", "[1|2][3][4|5][6|7|8]"},
        {"1,\n2,\n", "[1|][2|]"},
        {",1\n,2\n", "[|1][|2]"},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++)
        expect(cases[i].text, strlen(cases[i].text), NULL, cases[i].rows);
}

static const mote_csv_dialect *open_text(const char *text, mote_csv **csv)
{
    mote_err err;
    T_OK(mote_csv_open_bytes(&(mote_file_bytes){"t.csv", text, strlen(text)}, NULL, csv, &err));
    return mote_csv_get_dialect(*csv);
}

static void the_header_is_found_or_not(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool has_header, has_row_names;
        uint32_t n_columns;
        const char *first, *why;
    } cases[] = {
        {"a,b\n1,2\n3,4\n", true, false, 2, "a", "row 1 holds no number, the rows below do in 2"},
        {"1,2\n3,4\n", false, false, 2, NULL, "row 1 holds numbers in 2 columns"},
        {"t x  y\n1 2 3\n2 3 4\n", true, false, 3, "t", "in 3 columns"},
        {"new york\nlos angeles\n", true, false, 1, "new york", "do not come again"},
        {"id,name\nx,y\nz,w\n", true, false, 2, "id", "texts that do not come again"},
        {"red,yes\nblue,no\nred,no\n", false, false, 2, NULL, "text like the rows below"},
        {"when,v\n2020-01-01,a\n2020-01-02,b\n", true, false, 2, "when", "in 1 columns"},
        {"\"x\",\"y\"\n\"1\",2,3\n\"2\",4,5\n", true, true, 3, "", "in 2 columns"},
        {"x,y\n1,2,\n3,4,\n", true, false, 3, "x", "in 2 columns"},
        {"a,b,c\n", true, false, 3, "a", "the only row holds no number"},
        {"1,b,c\n", false, false, 3, NULL, "holds numbers in 1 columns"},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_csv *csv = NULL;
        const mote_csv_dialect *d = open_text(cases[i].text, &csv);
        if (d->has_header != cases[i].has_header || d->has_row_names != cases[i].has_row_names ||
            d->n_columns != cases[i].n_columns || !strstr(d->header_why, cases[i].why))
            fail_msg("'%s': header %d, row names %d, %u columns, '%s'", cases[i].text,
                     d->has_header, d->has_row_names, d->n_columns, d->header_why);
        if (cases[i].first)
            assert_string_equal(mote_csv_get_header(csv)[0], cases[i].first);
        else
            assert_null(mote_csv_get_header(csv));
        mote_csv_destroy(csv);
    }
}

static void a_header_that_does_not_fit_is_named(void **state)
{
    (void)state;
    mote_err err;
    mote_csv *csv = NULL;
    static const char text[] = "a,b,c,d\n1,2\n3,4\n";
    T_FAILS(
        mote_csv_open_bytes(&(mote_file_bytes){"t.csv", text, sizeof text - 1}, NULL, &csv, &err),
        MOTE_PARSE, "the header in line 1 has 4 names, 2 of 3 rows have 2 cells");
    assert_null(csv);
}

static void a_decimal_comma_is_found(void **state)
{
    (void)state;
    mote_csv *csv = NULL;
    mote_csv_row row;
    mote_err err;
    assert_int_equal(open_text("a;b\n1,5;2\n-0,25;3\n", &csv)->decimal, ',');
    T_OK(mote_csv_next(csv, &row, &err));
    double x = 0;
    assert_true(mote_csv_number(csv, &row.cells[0], &x) && x == 1.5);
    assert_true(mote_csv_number(csv, &row.cells[1], &x) && x == 2.0);
    mote_csv_destroy(csv);
    assert_int_equal(open_text("a;b\n1.5;2\n0.25;x\n", &csv)->decimal, '.');
    mote_csv_destroy(csv);
}

/* "Ä,ž,€,𝄞" once in each encoding, behind a header. */
static void every_encoding_gives_the_same_text(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t n;
        mote_csv_encoding encoding;
        const char *rows;
    } cases[] = {
        {"a,b\n1,\xc3\x84\xe2\x82\xac\n", 12, MOTE_CSV_UTF8, "[1|\xc3\x84\xe2\x82\xac]"},
        {"a,b\n1,\xc4\x80\x9e\n", 10, MOTE_CSV_WINDOWS_1252, "[1|\xc3\x84\xe2\x82\xac\xc5\xbe]"},
        {"\xff\xfe"
         "a\0,\0b\0\n\0"
         "1\0,\0\xc4\0\xac\x20\x34\xd8\x1e\xdd\n\0",
         24, MOTE_CSV_UTF16LE, "[1|\xc3\x84\xe2\x82\xac\xf0\x9d\x84\x9e]"},
        {"\xfe\xff"
         "\0a\0,\0b\0\n\0"
         "1\0,\0\xc4\x20\xac\xd8\x34\xdd\x1e\0\n",
         24, MOTE_CSV_UTF16BE, "[1|\xc3\x84\xe2\x82\xac\xf0\x9d\x84\x9e]"},
        {"a\0,\0b\0\n\0"
         "1\0,\0"
         "2\0\n\0",
         16, MOTE_CSV_UTF16LE, "[1|2]"},
        {"\0a\0,\0b\0\n\0"
         "1\0,\0"
         "2\0\n",
         16, MOTE_CSV_UTF16BE, "[1|2]"},
        {"a,b\n1,\xc3\x84\xc3\x96\xc3\x9c\xff\n", 14, MOTE_CSV_UTF8_DAMAGED,
         "[1|\xc3\x84\xc3\x96\xc3\x9c\xef\xbf\xbd]"},
        {"\xff\xfe"
         "a\0,\0b\0\n\0"
         "1\0,\0\x34\xd8x\0\n\0",
         20, MOTE_CSV_UTF16LE, "[1|\xef\xbf\xbdx]"},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_err err;
        mote_csv *csv = NULL;
        T_OK(mote_csv_open_bytes(&(mote_file_bytes){"t", cases[i].text, cases[i].n}, NULL, &csv,
                                 &err));
        assert_int_equal(mote_csv_get_dialect(csv)->encoding, cases[i].encoding);
        char *got = all_rows(csv, &err);
        if (strcmp(got, cases[i].rows) != 0)
            fail_msg("case %zu gives '%s'", i, got);
        mote_free(got);
        mote_csv_destroy(csv);
    }
}

static void what_is_no_table_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        mote_status st;
        const char *words;
    } cases[] = {
        {"", 0, MOTE_PARSE, "'t.csv' is empty"},
        {"\xef\xbb\xbf", 3, MOTE_PARSE, "empty but for a byte order mark"},
        {"\n\n\r\n", 4, MOTE_PARSE, "holds no row"},
        {"PK\3\4aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 40, MOTE_PARSE, "a ZIP archive"},
        {"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16, MOTE_PARSE, "a PNG image"},
        {"a,b\n1,2\0\n", 9, MOTE_PARSE, "byte 7 is 0"},
        {"\xff\xfe\0\0a\0\0\0", 8, MOTE_UNSUPPORTED, "UTF-32"},
        {"a,b\n1,\"2\n3,4\n", 13, MOTE_PARSE, "the quote that opens in line 2 is never closed"},
    };
    for (size_t i = 0; i < T_COUNT(cases); i++) {
        mote_err err;
        mote_csv *csv = NULL;
        mote_csv_row row = {0};
        mote_status st = mote_csv_open_bytes(
            &(mote_file_bytes){"t.csv", cases[i].bytes, cases[i].n}, NULL, &csv, &err);
        while (st == MOTE_OK) {
            st = mote_csv_next(csv, &row, &err);
            if (st == MOTE_OK && !row.cells)
                break;
        }
        if (st != cases[i].st || !strstr(err.text, cases[i].words))
            fail_msg("case %zu: %s: %s", i, mote_status_name(st), err.text);
        mote_csv_destroy(csv);
    }
}

static void limits_hold_and_say_where(void **state)
{
    (void)state;
    mote_err err;
    mote_csv *csv = NULL;
    mote_csv_row row;
    mote_csv_config cfg = mote_csv_config_default();
    cfg.max_columns = 3;
    T_FAILS(mote_csv_open_bytes(&(mote_file_bytes){"t", "1,2,3,4\n", 8}, &cfg, &csv, &err),
            MOTE_LIMIT, "line 1 has more than 3 columns");
    cfg = mote_csv_config_default();
    cfg.max_row_bytes = 64;
    char text[600] = "1,2\n3,4\n5,\"";
    memset(text + 11, 'x', sizeof text - 11);
    T_OK(mote_csv_open_bytes(&(mote_file_bytes){"t", text, sizeof text}, &cfg, &csv, &err));
    T_OK(mote_csv_next(csv, &row, &err));
    T_OK(mote_csv_next(csv, &row, &err));
    T_FAILS(mote_csv_next(csv, &row, &err), MOTE_LIMIT,
            "begins in line 3 is longer than 64 bytes: a quote that opens in line 3 is not closed");
    T_FAILS(mote_csv_next(csv, &row, &err), MOTE_PARSE, "line 3 could not be read");
    mote_csv_seek(csv, NULL);
    T_OK(mote_csv_next(csv, &row, &err));
    assert_int_equal(row.line, 1);
    mote_csv_destroy(csv);
    cfg.max_row_bytes = 1;
    T_FAILS(mote_csv_open_bytes(&(mote_file_bytes){"t", "1\n", 2}, &cfg, &csv, &err), MOTE_ARG,
            "max_row_bytes");
    cfg = mote_csv_config_default();
    cfg.delimiter = '"';
    T_FAILS(mote_csv_open_bytes(&(mote_file_bytes){"t", "1\n", 2}, &cfg, &csv, &err), MOTE_ARG,
            "delimiter");
    cfg.delimiter = cfg.decimal = ',';
    T_FAILS(mote_csv_open_bytes(&(mote_file_bytes){"t", "1\n", 2}, &cfg, &csv, &err), MOTE_ARG,
            "decimal");
}

static void findings_name_their_lines(void **state)
{
    (void)state;
    mote_err err;
    mote_csv *csv = NULL;
    (void)open_text("a,b\n1,2\n3\n\n\"x\ny\",4\n5,6,7\n\"8\"z,9\n", &csv);
    char *rows = all_rows(csv, &err);
    assert_string_equal(rows, "[1|2][3][x\ny|4][5|6|7][8z|9]");
    const mote_csv_findings *f = mote_csv_get_findings(csv);
    assert_int_equal(f->n_rows, 5);
    assert_int_equal(f->n_ragged, 2);
    assert_int_equal(f->ragged_line[0], 3);
    assert_int_equal(f->ragged_line[1], 7);
    assert_int_equal(f->ragged_cells[1], 3);
    assert_int_equal(f->n_blank_lines, 1);
    assert_int_equal(f->n_behind_quote, 1);
    assert_int_equal(f->behind_quote_line, 8);
    mote_buf b;
    mote_buf_init(&b, 1 << 16);
    mote_csv_describe(csv, &b);
    assert_non_null(strstr(b.data, "2 rows have another number of cells than 2: line 3 has 1, "
                                   "line 7 has 3\n"));
    mote_buf_release(&b);
    mote_free(rows);
    mote_csv_destroy(csv);
}

/* ---- properties ---- */

static void vectors_and_the_portable_way_find_the_same_marks(void **state)
{
    (void)state;
    mote_rng r;
    mote_rng_init(&r, t_seed());
    for (int i = 0; i < 20000; i++) {
        char p[64];
        static const char some[] = ",;\"\n\rab\0\x80\xff,-\x2d\x21";
        for (size_t k = 0; k < sizeof p; k++)
            p[k] = some[mote_rng_below(&r, sizeof some)];
        mote_csv_chars c = {',', '\n'};
        uint64_t want = 0;
        for (size_t k = 0; k < sizeof p; k++)
            want |= (uint64_t)(p[k] == ',' || p[k] == '\n' || p[k] == '"') << k;
        assert_true(mote_csv_marks(p, c) == want);
        assert_true(mote_csv_marks_portable(p, c) == want);
    }
}

typedef struct {
    char cells[40][8][40];
    int n_rows, n_columns;
    char delimiter;
    mote_csv_encoding encoding;
} made;

/* A table of random cells, written with random quoting. */
static void write_made(made *m, mote_rng *r, mote_buf *b)
{
    static const char *const parts[] = {"a",  "\"", "\n", ",",        ";",
                                        "\t", " ",  "1",  "\xc3\xa4", "xyz"};
    static const char delimiters[] = {',', ';', '\t', '|', ' '};
    m->n_rows = 1 + (int)mote_rng_below(r, 39);
    m->n_columns = 2 + (int)mote_rng_below(r, 6);
    m->delimiter = delimiters[mote_rng_below(r, T_COUNT(delimiters))];
    m->encoding = (mote_csv_encoding)mote_rng_below(r, 5);
    for (int i = 0; i < m->n_rows; i++) {
        for (int k = 0; k < m->n_columns; k++) {
            char *cell = m->cells[i][k];
            cell[0] = '\0';
            uint32_t n = mote_rng_below(r, 9);
            for (uint32_t j = 0; j < n; j++)
                strcat(cell, parts[mote_rng_below(r, T_COUNT(parts))]);
            bool must = strpbrk(cell, "\",;\t|\n ") || cell[0] == '\0';
            if (k)
                mote_buf_char(b, m->delimiter);
            if (must || mote_rng_below(r, 3) == 0) {
                mote_buf_char(b, '"');
                for (const char *s = cell; *s; s++)
                    mote_buf_str(b, *s == '"' ? "\"\"" : (char[]){*s, '\0'});
                mote_buf_char(b, '"');
            } else {
                mote_buf_str(b, cell);
            }
        }
        mote_buf_char(b, '\n');
    }
}

/* UTF-8 to the encoding: the texts hold ASCII and U+00E4 only. */
static size_t encode(const mote_buf *b, mote_csv_encoding e, char *out)
{
    size_t n = 0;
    if (e == MOTE_CSV_UTF16LE || e == MOTE_CSV_UTF16BE) {
        out[n++] = e == MOTE_CSV_UTF16LE ? '\xff' : '\xfe';
        out[n++] = e == MOTE_CSV_UTF16LE ? '\xfe' : '\xff';
    }
    for (size_t i = 0; i < b->len; i++) {
        char c = b->data[i];
        bool is_wide = c == '\xc3' && e >= MOTE_CSV_UTF16LE;
        c = is_wide ? '\xe4' : c;
        i += is_wide;
        if (e == MOTE_CSV_UTF16BE)
            out[n++] = '\0';
        out[n++] = c;
        if (e == MOTE_CSV_UTF16LE)
            out[n++] = '\0';
    }
    return n;
}

/* Wherever a row begins, in the file or in a window of converted text. */
static void the_limit_of_a_row_is_exact(void **state)
{
    (void)state;
    mote_csv_config cfg = mote_csv_config_default();
    cfg.max_row_bytes = 64;
    for (int before = 0; before < 70; before++) {
        for (int over = 0; over < 4; over++) { /* the last with a line end and without */
            char text[300];
            mote_csv *csv = NULL;
            mote_csv_row row;
            mote_err err = {0};
            const int n = snprintf(text, sizeof text, "1,2\n3,%0*d\n5,%0*d%s", before % 60 + 1, 4,
                                   62 + over / 2, 6, over % 2 ? "" : "\n");
            const mote_file_bytes file = {"t.csv", text, (size_t)n};
            T_OK(mote_csv_open_bytes(&file, &cfg, &csv, &err));
            T_OK(mote_csv_next(csv, &row, &err));
            T_OK(mote_csv_next(csv, &row, &err));
            mote_status st = mote_csv_next(csv, &row, &err);
            assert_int_equal(st, over / 2 ? MOTE_LIMIT : MOTE_OK);
            mote_csv_destroy(csv);
        }
    }
}

static void random_tables_read_back_the_same(void **state)
{
    (void)state;
    mote_rng r;
    static made m;
    mote_rng_init(&r, t_seed());
    for (int round = 0; round < 1500; round++) {
        mote_err err;
        mote_buf b;
        mote_csv *csv = NULL;
        mote_csv_config cfg = mote_csv_config_default();
        mote_buf_init(&b, 1 << 20);
        write_made(&m, &r, &b);
        char *bytes = malloc(2 * b.len + 2);
        size_t n = encode(&b, m.encoding, bytes);
        cfg.delimiter = m.delimiter;
        cfg.header = MOTE_CSV_HEADER_NO;
        T_OK(mote_csv_open_bytes(&(mote_file_bytes){"t", bytes, n}, &cfg, &csv, &err));
        mote_csv_mark marks[41];
        for (int pass = 0; pass < 2; pass++) {
            for (int i = 0; i <= m.n_rows; i++) {
                mote_csv_row row;
                if (pass == 0)
                    marks[i] = mote_csv_tell(csv);
                else
                    mote_csv_seek(csv, &marks[m.n_rows - i]);
                int at = pass == 0 ? i : m.n_rows - i;
                T_OK(mote_csv_next(csv, &row, &err));
                assert_true((row.cells == NULL) == (at == m.n_rows));
                if (!row.cells)
                    continue;
                assert_int_equal(row.n_cells, m.n_columns);
                assert_int_equal(row.row, at);
                for (int k = 0; k < m.n_columns; k++) {
                    const char *want = m.cells[at][k];
                    if (row.cells[k].n != strlen(want) ||
                        memcmp(row.cells[k].s, want, row.cells[k].n) != 0)
                        fail_msg("round %d row %d column %d: '%.*s', not '%s'", round, at, k,
                                 (int)row.cells[k].n, row.cells[k].s, want);
                }
            }
        }
        mote_csv_destroy(csv);
        free(bytes);
        mote_buf_release(&b);
    }
}

/* Rows longer than the window, and many windows: 3 MB of UTF-16 with a 400 kB row inside. */
static void converted_text_is_read_window_by_window(void **state)
{
    (void)state;
    mote_err err;
    mote_buf b;
    mote_csv *csv = NULL;
    mote_buf_init(&b, 8u << 20);
    mote_buf_str(&b, "n,text\n");
    for (int i = 0; i < 60000; i++) {
        mote_buf_printf(&b, "%d,\"row \"\"%d\"\"", i, i);
        for (int k = 0; i == 30000 && k < 50000; k++)
            mote_buf_str(&b, "12345678");
        mote_buf_str(&b, "\"\n");
    }
    char *bytes = malloc(2 * b.len + 2);
    size_t n = encode(&b, MOTE_CSV_UTF16LE, bytes);
    T_OK(mote_csv_open_bytes(&(mote_file_bytes){"t", bytes, n}, NULL, &csv, &err));
    mote_csv_row row;
    mote_csv_mark mark = {0};
    for (uint64_t i = 0; i < 60000; i++) {
        if (i == 45678)
            mark = mote_csv_tell(csv);
        T_OK(mote_csv_next(csv, &row, &err));
        double x = -1;
        assert_true(mote_csv_number(csv, &row.cells[0], &x) && x == (double)i);
        assert_true(row.cells[1].n > 6 && row.cells[1].s[4] == '"');
    }
    T_OK(mote_csv_next(csv, &row, &err));
    assert_null(row.cells);
    mote_csv_seek(csv, &mark);
    T_OK(mote_csv_next(csv, &row, &err));
    assert_int_equal(row.line, 45680);
    assert_memory_equal(row.cells[0].s, "45678", 5);
    mote_csv_destroy(csv);
    free(bytes);
    mote_buf_release(&b);
}

static void a_file_is_mapped_and_a_missing_one_named(void **state)
{
    (void)state;
    mote_err err;
    mote_csv *csv = NULL;
    T_FAILS(mote_csv_open(t_path("none.csv"), NULL, &csv, &err), MOTE_NOT_FOUND, "none.csv");
    T_OK(mote_file_write(t_path("a.csv"), "a,b\n1,2\n", 8, &err));
    T_OK(mote_csv_open(t_path("a.csv"), NULL, &csv, &err));
    char *rows = all_rows(csv, &err);
    assert_string_equal(rows, "[1|2]");
    mote_free(rows);
    mote_csv_destroy(csv);
}

static mote_status open_and_read(mote_err *err)
{
    static const char text[] = "\xff\xfe"
                               "a\0,\0b\0\n\0"
                               "1\0,\0\"\0\"\0\"\0\"\0\n\0";
    mote_csv *csv = NULL;
    mote_csv_row row;
    MOTE_TRY(mote_csv_open_bytes(&(mote_file_bytes){"t", text, sizeof text - 1}, NULL, &csv, err));
    mote_status st = mote_csv_next(csv, &row, err);
    mote_csv_destroy(csv);
    return st;
}

static void a_refused_allocation_is_an_error(void **state)
{
    (void)state;
    mote_err err;
    T_ALLOC_SWEEP(open_and_read(&err), (void)0);
}

/* ---- real files ---- */

static void real_tables_have_the_rows_they_should(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        uint64_t n_rows;
        uint32_t n_columns;
        bool has_header, has_row_names;
    } files[] = {{"adult/adult-train.csv", 32561, 15, false, false},
                 {"adult/adult-test.csv", 16281, 15, false, false},
                 {"occupancy/datatraining.txt", 8143, 8, true, true},
                 {"bike-sharing/hour.csv", 17379, 17, true, false},
                 {"wine-quality/winequality-white.csv", 4898, 12, false, false},
                 {"imu-wand-gestures/trim_ms.csv", 200, 2, true, false}};
    T_NEED_DATA();
    for (size_t i = 0; i < T_COUNT(files); i++) {
        char path[512];
        mote_err err;
        mote_csv *csv = NULL;
        mote_csv_row row;
        snprintf(path, sizeof path, "%s/%s", t_data(), files[i].file);
        T_OK(mote_csv_open(path, NULL, &csv, &err));
        do {
            T_OK(mote_csv_next(csv, &row, &err));
        } while (row.cells);
        const mote_csv_dialect *d = mote_csv_get_dialect(csv);
        const mote_csv_findings *f = mote_csv_get_findings(csv);
        if (f->n_rows != files[i].n_rows || f->n_ragged || d->n_columns != files[i].n_columns ||
            d->has_header != files[i].has_header || d->has_row_names != files[i].has_row_names)
            fail_msg("%s: %llu rows, %llu ragged, %u columns, header %d (%s)", files[i].file,
                     (unsigned long long)f->n_rows, (unsigned long long)f->n_ragged, d->n_columns,
                     d->has_header, d->header_why);
        mote_csv_destroy(csv);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cells_are_taken_apart_as_rfc_4180_says),
        cmocka_unit_test(the_header_is_found_or_not),
        cmocka_unit_test(a_header_that_does_not_fit_is_named),
        cmocka_unit_test(a_decimal_comma_is_found),
        cmocka_unit_test(every_encoding_gives_the_same_text),
        cmocka_unit_test(what_is_no_table_is_named),
        cmocka_unit_test(limits_hold_and_say_where),
        cmocka_unit_test(findings_name_their_lines),
        cmocka_unit_test(vectors_and_the_portable_way_find_the_same_marks),
        cmocka_unit_test(the_limit_of_a_row_is_exact),
        cmocka_unit_test(random_tables_read_back_the_same),
        cmocka_unit_test(converted_text_is_read_window_by_window),
        cmocka_unit_test(a_file_is_mapped_and_a_missing_one_named),
        cmocka_unit_test(a_refused_allocation_is_an_error),
        cmocka_unit_test(real_tables_have_the_rows_they_should),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
