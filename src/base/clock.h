/* SPDX-License-Identifier: Apache-2.0 */
/* Time. Libraries take times as parameters; only cli/, serve/ and pipeline/ read the clock. */
#ifndef MOTE_BASE_CLOCK_H
#define MOTE_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Since 1970-01-01T00:00:00Z; MOTE_FIXED_TIME_MS in the environment overrides it, for tests. */
int64_t mote_clock_wall_ms(void);
int64_t mote_clock_mono_us(void); /* monotonic, for durations */
int64_t mote_clock_cpu_us(void);  /* CPU time of the process, user + system */
void mote_clock_sleep_ms(int64_t ms);
void mote_time_iso(int64_t wall_ms, char *out, size_t out_bytes); /* "2026-01-31T12:00:00Z" */

#endif
