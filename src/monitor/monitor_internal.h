/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the watch share. */
#ifndef MOTE_MONITOR_MONITOR_INTERNAL_H
#define MOTE_MONITOR_MONITOR_INTERNAL_H

#define MOTE_MONITOR_TOP 5 /* contributors that a window keeps */

#endif
