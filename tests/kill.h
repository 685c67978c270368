/* SPDX-License-Identifier: Apache-2.0 */
/* Killing a child at a random instant, so that every machine has something to lose. */
#ifndef MOTE_TESTS_KILL_H
#define MOTE_TESTS_KILL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <time.h>

/* SIGKILL `child` `us` microseconds from now or, when `awaited`, from the moment it first writes to
 * the pipe that `fd` reads (which is not read here): how long a child takes to come that far is the
 * machine's affair, and one that was always killed before would test nothing. The child must not
 * end by itself. */
static inline void t_kill_after(pid_t child, int fd, int64_t us, bool awaited)
{
    struct pollfd said = {.fd = fd, .events = POLLIN};
    if (awaited)
        assert_int_equal(poll(&said, 1, 120000), 1);
    struct timespec t = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
    (void)nanosleep(&t, NULL);
    assert_int_equal(kill(child, SIGKILL), 0);
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

#endif
