/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What phones say about the lists that they hold: their web page, and the alarms
 * that they raise, as a syslog listener gets them. From these a state of each
 * device: proven, refused, alive only, absent. docs/delivery.md has the rules.
 */
#ifndef CLUSTER_DELIVERY_H
#define CLUSTER_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"

/* Best first: id, name. */
#define DELIVERY_STATES(X)              \
	X(DELIVERY_PROVEN, "proven")    \
	X(DELIVERY_REFUSED, "refused")  \
	X(DELIVERY_ALIVE, "alive-only") \
	X(DELIVERY_ABSENT, "absent")

enum delivery_state {
#define DELIVERY_ENUM(id, name) id,
	DELIVERY_STATES(DELIVERY_ENUM)
#undef DELIVERY_ENUM
};

const char *delivery_state_name(enum delivery_state state);

/* One message of %UC_PHONE-6-DeviceTLInfo, borrowed from the text; what it does
 * not say is {NULL, 0}. */
struct delivery_alarm {
	struct bytes device, address; /* DeviceName, IPv4 or IPv6 */
	struct bytes ctl, ctl_server; /* CTL_Signature, CTL_TFTP_Server */
	struct bytes itl, itl_server;
	unsigned status; /* StatusCode; 0: there is none, which is success */
};

/* TEXT is one syslog message (RFC 3164, 5424, or as the appliance relays it);
 * false: it is no DeviceTLInfo. */
bool delivery_alarm_read(struct bytes text, struct delivery_alarm *ret);

/* "5: the new CTL was refused, the old one kept"; codes 5, 7, 8, 9 refuse. */
const char *delivery_status_text(unsigned status);
bool delivery_status_refuses(unsigned status);

/* ---- The book of all devices. One thread at a time. ---- */

struct delivery;

/* MD5 and SHA1 (hex) of the list that they are to hold; NULL: not known, and
 * then nobody is proven by the web page. SINCE: alarms before do not count. */
MUST_CHECK enum err delivery_new(const char *md5, const char *sha1,
    struct delivery **ret, struct diag *d);
void delivery_free(struct delivery **b);

/* A device that is to be reported. NAME in any case, once. */
MUST_CHECK enum err delivery_expect(struct delivery *b, const char *name,
    const char *group, struct diag *d);

/* What came about a device; one that was not expected is added as such. */
MUST_CHECK enum err delivery_registered(struct delivery *b, const char *name,
    const char *address, struct diag *d);
MUST_CHECK enum err delivery_alarm(struct delivery *b,
    const struct delivery_alarm *a, int64_t when, struct diag *d);
MUST_CHECK enum err delivery_page(struct delivery *b, const char *name,
    const char *hash, const char *message, struct diag *d);

struct delivery_device {
	const char *name, *group, *address;
	bool expected;
	enum delivery_state state;
	char why[160];    /* a sentence */
	int64_t when;     /* of the proof or refusal; 0: none */
	size_t signature; /* group of CTL_Signature values, from 1; 0: none */
};

/* Ends with the states of all, by name. Borrowed until the next change. */
MUST_CHECK enum err delivery_judge(struct delivery *b, struct diag *d);
size_t delivery_num(const struct delivery *b);
const struct delivery_device *delivery_at(const struct delivery *b, size_t i);

/* A value of CTL_Signature as it came, how many have it, and by whose page it is
 * known to be the list's (or another's). */
struct delivery_signature {
	struct bytes value;
	size_t num;
	bool named, same; /* named by a proof; it is that of the list */
	const char *by;   /* the device that named it */
};
size_t delivery_num_signatures(const struct delivery *b);
const struct delivery_signature *delivery_signature(const struct delivery *b,
    size_t i);

#endif
