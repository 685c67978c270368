/* SPDX-License-Identifier: Apache-2.0 */
/* Single keys from the terminal, while a command goes on. Depends on nothing; used by cli/. */
#ifndef MOTE_CLI_KEYS_H
#define MOTE_CLI_KEYS_H

#include <stdbool.h>
#include <stdint.h>

/* Keys come at once and are not shown from here on, where standard input is a terminal; false
 * where it is none. Ctrl-C stays what it is. */
bool mote_keys_open(void);
void mote_keys_close(void); /* the terminal as it was */

/* Wait until `fd` can be read (-1: there is none), a key comes (is_open), or the time is over.
 * *key: which, 0 for none. True: fd can be read, or has ended. */
bool mote_keys_wait(bool is_open, int fd, int64_t wait_ms, char *key);

#endif
