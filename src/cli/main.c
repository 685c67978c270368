/* SPDX-License-Identifier: Apache-2.0 */
/* The program: hands the arguments to the dispatcher (dispatch.c). */
#include "cli/cli.h"

int main(int argc, char **argv)
{
    return mote_cli_main(argc, (const char *const *)argv, stdout, stderr);
}
