/* SPDX-License-Identifier: Apache-2.0 */
/* What the book of deliveries holds; within delivery*.c only. */
#ifndef CLUSTER_DELIVERY_BOOK_H
#define CLUSTER_DELIVERY_BOOK_H

#include "cluster/delivery.h"

/* When something was said: of two at the same time the one that came later. */
struct delivery_when {
	int64_t time;
	uint64_t turn; /* 0: never */
};

struct delivery_entry {
	char *name, *group, *address;
	bool expected, registered;
	struct delivery_when alarmed, paged;
	unsigned status;           /* of its last alarm */
	size_t value;              /* group of that alarm, from 1; or 0 */
	bool no_list;              /* that alarm says that there is none */
	char hash[65];             /* of its page; "" */
	char *message;             /* of its page; or NULL */
	struct delivery_device is; /* the judgement */
};

struct delivery_value {
	uint8_t *bytes;
	/* the first device whose page had the list, or another one, when it was
	 * read behind an alarm with this value; or NULL */
	const char *same_by, *other_by;
	bool disputed; /* they contradict each other */
	struct delivery_signature is;
};

struct delivery {
	char md5[33], sha1[41]; /* "": not known */
	int64_t since;
	uint64_t turn;
	char **trusted;
	size_t num_trusted;
	struct delivery_entry **entry; /* by name, once judged */
	size_t num, cap, num_strangers;
	struct delivery_entry **slot; /* by a hash of the name */
	size_t num_slots;             /* a power of two */
	struct delivery_value *value;
	size_t num_values;
	struct delivery_ignored ignored;
};

/* What E's page and its last alarm say of that alarm's value, for good: an alarm
 * that was lost between two pages makes them contradict each other. */
void delivery_name_by(struct delivery *b, const struct delivery_entry *e);

#endif
