/* SPDX-License-Identifier: Apache-2.0 */
/* See keys.h. */
#include "cli/keys.h"

#include <poll.h>
#include <stddef.h>
#include <termios.h>
#include <unistd.h>

/* What the terminal was like: there is one, and a signal may end the program with it changed. */
static struct termios before;
static bool is_changed;

bool mote_keys_open(void)
{
    struct termios now;
    if (isatty(STDIN_FILENO) != 1 || tcgetattr(STDIN_FILENO, &before) != 0)
        return false;
    now = before;
    now.c_lflag &= (tcflag_t) ~(tcflag_t)(ICANON | ECHO);
    now.c_cc[VMIN] = 1;
    now.c_cc[VTIME] = 0;
    is_changed = tcsetattr(STDIN_FILENO, TCSANOW, &now) == 0;
    return is_changed;
}

void mote_keys_close(void)
{
    if (is_changed)
        (void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
    is_changed = false;
}

bool mote_keys_wait(bool is_open, int fd, int64_t wait_ms, char *key)
{
    struct pollfd fds[2] = {{.fd = fd, .events = POLLIN},
                            {.fd = is_open ? STDIN_FILENO : -1, .events = POLLIN}};
    *key = 0;
    if (poll(fds, 2, (int)wait_ms) <= 0)
        return false;
    if (fds[1].revents && read(STDIN_FILENO, key, 1) != 1)
        *key = 0;
    return fds[0].revents != 0;
}
