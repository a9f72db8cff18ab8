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
#define DELIVERY_NUM_STATES 4

const char *delivery_state_name(enum delivery_state state);

#define DELIVERY_NAME_MAX 64   /* characters of a device's name */
#define DELIVERY_VALUE_MAX 256 /* bytes of a CTL_Signature */

/* Strangers (devices that nobody expects) and values that are kept; what comes
 * beyond is only counted. */
#define DELIVERY_STRANGERS_MAX 20000
#define DELIVERY_SIGNATURES_MAX 1000

/* One %UC_PHONE-6-DeviceTLInfo, borrowed from the text; what it does
 * not say is {NULL, 0}. */
struct delivery_alarm {
	struct bytes device, address; /* DeviceName, IPv4 or IPv6 */
	struct bytes ctl, ctl_server; /* CTL_Signature, CTL_TFTP_Server */
	struct bytes itl, itl_server;
	unsigned status; /* StatusCode; 0: there is none, which is success */
	bool has_raised; /* the text says when, and in UTC */
	int64_t raised;
};

/* Takes the first alarm off TEXT, one syslog message (RFC 3164, 5424, or as the
 * appliance relays it), in brackets as the appliance writes it or as the phone's own
 * XML; false: there is no DeviceTLInfo (any more) that names a device. */
bool delivery_alarm_next(struct bytes *text, struct delivery_alarm *ret);

/* "the new CTL was refused, the old one kept"; codes 5, 7, 8, 9 refuse. */
const char *delivery_status_text(unsigned status);
bool delivery_status_refuses(unsigned status);

/* ---- The book of all devices. One thread at a time. ---- */

struct delivery;

/* What they are to hold. */
struct delivery_list {
	const char *md5, *sha1; /* hex, or NULL: not known, and then nobody is
				 * proven by it */
	int64_t since; /* what was raised or read before does not count */
};

MUST_CHECK enum err delivery_new(const struct delivery_list *list,
    struct delivery **ret, struct diag *d);
void delivery_free(struct delivery **b);

/* Alarms of this sender (a node) count for any device. Without any, all do. */
MUST_CHECK enum err delivery_trust(struct delivery *b, const char *address,
    struct diag *d);
bool delivery_trusts(const struct delivery *b, const char *from);

/* What FROM says of the device NAME counts: it is trusted, or where that very device is
 * registered. */
bool delivery_believes(const struct delivery *b, const char *name,
    const char *from);

/* A device that is to be reported; GROUP may be NULL. NAME in any case; once
 * more does nothing. */
MUST_CHECK enum err delivery_expect(struct delivery *b, const char *name,
    const char *group, struct diag *d);

/* It is registered, at ADDRESS (or NULL). */
MUST_CHECK enum err delivery_registered(struct delivery *b, const char *name,
    const char *address, struct diag *d);

/* An alarm that came FROM an address at WHEN; its own time only says whether it is
 * from before SINCE. FROM NULL: nobody knows from where, and it counts. */
MUST_CHECK enum err delivery_alarm(struct delivery *b,
    const struct delivery_alarm *a, const char *from, int64_t when,
    struct diag *d);

/* What its web page said at WHEN: the hash of its CTL ("": nothing), and the
 * newest status message on trust lists. */
struct delivery_page {
	const char *name, *hash, *message;
	int64_t when;
};
MUST_CHECK enum err delivery_page(struct delivery *b,
    const struct delivery_page *page, struct diag *d);

struct delivery_device {
	const char *name, *group, *address;
	bool expected;
	enum delivery_state state;
	char why[160];    /* a sentence, safe for a terminal */
	int64_t when;     /* of the proof or refusal; 0: none */
	size_t signature; /* group of CTL_Signature values, from 1; 0: none */
};

/* Ends with the states of all, by name. Borrowed until the next change. */
MUST_CHECK enum err delivery_judge(struct delivery *b, struct diag *d);
size_t delivery_num(const struct delivery *b);
const struct delivery_device *delivery_at(const struct delivery *b, size_t i);

/* The device NAME in any case, or NULL; after delivery_judge(). */
const struct delivery_device *delivery_find(const struct delivery *b,
    const char *name);

/* Expected devices of STATE, after delivery_judge(). */
size_t delivery_count(const struct delivery *b, enum delivery_state state);

/* Alarms that did not count: of senders that nobody trusts, from before SINCE,
 * and beyond what is kept. */
struct delivery_ignored {
	uint64_t strangers, early, beyond;
};
struct delivery_ignored delivery_ignored(const struct delivery *b);

/* A value of CTL_Signature as it came, how many have it, and by whose page it is
 * known to be the list's (or another's). */
struct delivery_signature {
	struct bytes value;
	size_t num;
	bool named, same; /* named by a proof; it is that of the list */
	const char *by;   /* the device that named it; NULL: the value is
			   * the list's hash itself */
};
size_t delivery_num_signatures(const struct delivery *b);
const struct delivery_signature *delivery_signature(const struct delivery *b,
    size_t i);

#endif
