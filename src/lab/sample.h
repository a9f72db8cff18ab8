/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What phones do on the wire when they start: the sample of the scenario fetches
 * its lists from its TFTP node, HTTP first, then TFTP; all tell by syslog. A
 * thread of its own does it, in the order of their starts.
 */
#ifndef LAB_SAMPLE_H
#define LAB_SAMPLE_H

#include "lab/alarm.h"

struct sample;

/* The first NUM phones are the sample. SYSLOG as alarm_open() takes it, or NULL.
 * Listens to the world's phones from now on, until sample_stop(). */
MUST_CHECK enum err sample_start(struct world *w, size_t num,
    const char *syslog, struct sample **ret, struct diag *diag);

/* After world_stop(). NULL is allowed. */
void sample_stop(struct sample **s);

/* Waits until all that has started so far is through. */
void sample_settle(struct sample *s);

/* What came of downloads: by which way; not at all; and lists that are not the
 * bytes that the node's TFTP folder has. */
struct sample_count {
	unsigned long http, tftp, failed, different, alarms;
};
struct sample_count sample_count(struct sample *s);

#endif
