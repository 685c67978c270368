/* SPDX-License-Identifier: Apache-2.0 */
/* Replays a corpus through a fuzz target where libFuzzer is not linked in: every argument is a
 * file, or a folder whose files are all run. Ends with 'N inputs'; an input that is refused is
 * fine, one that crashes is the failure. Used by every tests/fuzz/fuzz_*.c built without -Dfuzz. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t n_inputs;

/* The bytes are copied to a block of exactly their length, so that a sanitizer sees one too far. */
static int run_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f) {
        fprintf(stderr, "%s: cannot open\n", path);
        return 1;
    }
    fseek(f, 0, SEEK_END);
    long len = ftell(f);
    rewind(f);
    size_t n = len > 0 ? (size_t)len : 0;
    uint8_t *data = malloc(n ? n : 1);
    size_t got = data ? fread(data, 1, n, f) : 0;
    fclose(f);
    if (!data || got != n) {
        fprintf(stderr, "%s: cannot read\n", path);
        free(data);
        return 1;
    }
    fprintf(stderr, "%s\n", path);
    (void)LLVMFuzzerTestOneInput(data, n);
    free(data);
    n_inputs++;
    return 0;
}

static int run_path(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0) {
        fprintf(stderr, "%s: not there\n", path);
        return 1;
    }
    if (!S_ISDIR(st.st_mode))
        return run_file(path);
    DIR *dir = opendir(path);
    if (!dir)
        return 1;
    int failed = 0;
    for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        if (e->d_name[0] == '.')
            continue;
        char full[4096];
        int n = snprintf(full, sizeof full, "%s/%s", path, e->d_name);
        failed |= n < 0 || (size_t)n >= sizeof full ? 1 : run_path(full);
    }
    closedir(dir);
    return failed;
}

int main(int argc, char **argv)
{
    int failed = 0;
    for (int i = 1; i < argc; i++)
        failed |= run_path(argv[i]);
    printf("%zu inputs\n", n_inputs);
    return failed || n_inputs == 0; /* a corpus that has gone missing must not look green */
}
