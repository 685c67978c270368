/* SPDX-License-Identifier: Apache-2.0 */
/* Speed of the CSV reader, every field parsed: numbers to correctly rounded doubles, the rest as
 * slices. One thread; MB/s of file per CPU second.
 *
 *   bench_csv                   makes three files of 64 MB in memory and reads each
 *   bench_csv make KIND MB FILE writes one: 'sensors' (floats of 6 digits), 'exact' (floats of 17
 *                               digits), 'mixed' (whole numbers, words, quoted text, dates, floats)
 *   bench_csv read FILE         reads it once: {"mb_per_s": .., "sum": .., "cells": ..} */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/rng.h"
#include "base/text.h"
#include "data/csv.h"

static void need(mote_status st, const mote_err *err)
{
    if (st == MOTE_OK)
        return;
    fprintf(stderr, "bench_csv: %s\n", err->text);
    exit(1);
}

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void add_row(mote_buf *b, mote_rng *r, const char *kind, int64_t row)
{
    static const char *const words[] = {"Private", "Self-emp-not-inc", "Local-gov", "Never-worked"};
    if (strcmp(kind, "sensors") == 0) {
        mote_buf_printf(b, "%lld", (long long)row * 10);
        for (int i = 0; i < 6; i++)
            mote_buf_printf(b, ",%.4f", mote_rng_normal(r) * 20);
    } else if (strcmp(kind, "exact") == 0) {
        for (int i = 0; i < 8; i++)
            mote_buf_printf(b, "%s%.17g", i ? "," : "", mote_rng_normal(r) * 20);
    } else {
        mote_buf_printf(b,
                        "%lld,%u,%s,%s,\"%s, or \"\"so\"\"\",2024-%02u-%02u %02u:00:00,%.2f,%.8g",
                        (long long)row, mote_rng_below(r, 90), words[mote_rng_below(r, 4)],
                        words[mote_rng_below(r, 4)], words[mote_rng_below(r, 4)],
                        1 + mote_rng_below(r, 12), 1 + mote_rng_below(r, 28), mote_rng_below(r, 24),
                        mote_rng_uniform(r) * 100, mote_rng_normal(r));
    }
    mote_buf_char(b, '\n');
}

static void make(const char *kind, size_t mb, mote_buf *b)
{
    mote_rng r;
    mote_rng_init(&r, 1);
    static const char *const headers[] = {"time_ms,ax,ay,az,gx,gy,gz\n", "a,b,c,d,e,f,g,h\n",
                                          "id,age,work,father,text,when,share,weight\n"};
    mote_buf_str(b, headers[strcmp(kind, "sensors") == 0 ? 0 : strcmp(kind, "exact") == 0 ? 1 : 2]);
    for (int64_t row = 0; b->len < mb * 1000000; row++)
        add_row(b, &r, kind, row);
}

/* Reads all; returns seconds. */
static double read_all(mote_csv *csv, double *sum, uint64_t *n_cells)
{
    mote_err err;
    mote_csv_row row;
    double start = cpu_s();
    *sum = 0;
    *n_cells = 0;
    for (;;) {
        need(mote_csv_next(csv, &row, &err), &err);
        if (!row.cells)
            return cpu_s() - start;
        for (uint32_t i = 0; i < row.n_cells; i++) {
            double x;
            *sum += mote_csv_number(csv, &row.cells[i], &x) ? x : (double)row.cells[i].n;
        }
        *n_cells += row.n_cells;
    }
}

static void read_file(const char *path)
{
    mote_err err;
    mote_csv *csv = NULL;
    mote_map map;
    double sum, start = cpu_s();
    uint64_t n_cells;
    need(mote_map_open(path, &map, &err), &err);
    need(mote_csv_open(path, NULL, &csv, &err), &err);
    double opened = cpu_s() - start;
    double took = opened + read_all(csv, &sum, &n_cells);
    printf("{\"mb_per_s\": %.0f, \"sum\": %.6g, \"cells\": %llu}\n", (double)map.len / 1e6 / took,
           sum, (unsigned long long)n_cells);
    mote_csv_destroy(csv);
    mote_map_release(&map);
}

static void read_made(const char *kind)
{
    mote_buf b;
    mote_err err;
    mote_buf_init(&b, (size_t)1 << 30);
    make(kind, 64, &b);
    double best = 1e9, sum;
    uint64_t n_cells;
    for (int i = 0; i < 3; i++) {
        mote_csv *csv = NULL;
        double start = cpu_s();
        need(mote_csv_open_bytes(&(mote_file_bytes){kind, b.data, b.len}, NULL, &csv, &err), &err);
        double took = cpu_s() - start;
        took += read_all(csv, &sum, &n_cells);
        best = took < best ? took : best;
        mote_csv_destroy(csv);
    }
    printf("{\"%s\": {\"mb_per_s\": %.0f, \"ns_per_cell\": %.1f}}\n", kind,
           (double)b.len / 1e6 / best, 1e9 * best / (double)n_cells);
    mote_buf_release(&b);
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "make") == 0) {
        mote_buf b;
        mote_err err;
        mote_buf_init(&b, (size_t)2 << 30);
        make(argv[2], (size_t)strtoul(argv[3], NULL, 10), &b);
        need(mote_file_write(argv[4], b.data, b.len, &err), &err);
        mote_buf_release(&b);
        return 0;
    }
    if (argc == 3 && strcmp(argv[1], "read") == 0) {
        read_file(argv[2]);
        return 0;
    }
    read_made("sensors");
    read_made("exact");
    read_made("mixed");
    return 0;
}
