/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What phones tell by syslog when they have started: DeviceTLInfo, as the
 * appliance relays it. The form of a signature's value was never published:
 * here it is hex digits from the end of the list's signature.
 */
#ifndef LAB_ALARM_H
#define LAB_ALARM_H

#include "lab/world.h"

#define ALARM_SIGNATURE 8 /* bytes of it */

struct alarm_sender;

/* WHERE: ADDRESS:PORT, with udp:// (the usual) or tcp:// before it. */
MUST_CHECK enum err alarm_open(const char *where, struct alarm_sender **ret,
    struct diag *diag);
void alarm_close(struct alarm_sender **a);

/* Appends the message of PHONE, NUMBER in the order of the node's, without the
 * end of a line; locked. */
void alarm_put(const struct world *w, size_t phone, unsigned long number,
    struct buf *out);

/* Sends that of PHONE; a message that nobody takes is lost. Takes the world's
 * lock. One thread at a time. */
void alarm_send(struct alarm_sender *a, struct world *w, size_t phone);

#endif
