/* SPDX-License-Identifier: Apache-2.0 */
/* The program: hands the arguments to a command. Depends on everything, used by nobody. */
#include <stdio.h>
#include <string.h>

#include "base/status.h"

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        puts("mote " MOTE_VERSION);
        return 0;
    }
    fputs("usage: mote --version\n", stderr);
    return 2;
}
