/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Within trust/ only: what an order plays on. The anchors (who may sign lists
 * and ITLs) with their records, lists to come as synthetic files, and what
 * trust_judge() says of them, remembered.
 */
#ifndef TRUST_ORDER_MODEL_H
#define TRUST_ORDER_MODEL_H

#include <stdint.h>

#include "trust/order.h"

#define ORDER_GENERATIONS 3 /* of a certificate: installed, now, wanted */

/* Who may sign. A subscriber's CallManager signs ITLs up to 11.5; all of them
 * are alike. */
enum order_anchor {
	ANCHOR_CALLMANAGER, /* the publisher's, ORDER_GENERATIONS of it */
	ANCHOR_ITLRECOVERY = ORDER_GENERATIONS,
	ANCHOR_TOKEN = 2 * ORDER_GENERATIONS, /* of the installed list, all */
	ANCHOR_NEW_TOKEN,                     /* others, all */
	ANCHOR_SUBSCRIBER,
	ORDER_NUM_ANCHORS
};
#define ANCHOR_BIT(a) ((uint64_t)1 << (a))

/* A list, as far as acceptance goes: what it is judged by. */
struct order_offer {
	const struct ctl_file *real; /* judged by its bytes; else NULL */
	uint64_t sasts;              /* bits of anchors */
	enum order_anchor signer;
	bool itl;
};

/* How a phone asks. */
enum order_asking {
	ASKS_NOBODY,
	ASKS_TVS,
	ASKS_CHANGED_TVS /* whose certificate is not in its ITL */
};

struct order_question {
	uint64_t held; /* a key of order_key() */
	struct order_offer offer;
	enum order_asking asking;
	uint64_t database; /* bits of anchors */
	uint64_t disk;     /* a key: the CTL file on the nodes' disks */
};

#define ORDER_ANSWERS 4096 /* that are remembered; a power of 2 */

struct order_answer {
	uint64_t key[2];
	enum trust_verdict verdict;
	enum trust_rule rule;
	bool used;
};

/* It points into itself: never copied. */
struct order_model {
	struct order_input copy; /* with SERVED */
	const struct order_input *in;
	unsigned helps;                     /* that may be used */
	uint64_t tftp, ccm, multi;          /* nodes */
	size_t publisher;                   /* index */
	uint64_t wanted[ORDER_NUM_CHANGES]; /* nodes; 1 where not one a node */
	uint64_t done[ORDER_NUM_CHANGES];
	unsigned callmanager, itlrecovery; /* generation at the start */
	bool token_mode;                   /* at the start */
	unsigned unreadable; /* classes, bits, for which a digest or a key is
			      * too much: of the served list, and of all that
			      * the cluster makes after it */
	uint64_t installed_sasts, served_sasts;
	enum order_anchor served_signer;
	bool served_itlrecovery; /* the served list has another one than the
				  * installed one */
	struct buf record[ORDER_NUM_ANCHORS]; /* SASTs, the signer first */
	struct buf names[ORDER_NUM_ANCHORS];  /* issuer, then serial */
	size_t issuer_len[ORDER_NUM_ANCHORS];
	struct order_answer *answer; /* ORDER_ANSWERS */
};

/* Keys of lists: the bits of its anchors; and of one that is judged by its
 * bytes, the installed or the served one, a bit of these. */
#define ORDER_KEY_INSTALLED ((uint64_t)1 << 16)
#define ORDER_KEY_SERVED ((uint64_t)2 << 16)

/* Reads IN; all-zero M is legal to clear. ERR_USAGE, ERR_TOO_BIG, ERR_NOMEM. */
MUST_CHECK enum err order_model_init(struct order_model *m,
    const struct order_input *in, struct diag *d);
void order_model_clear(struct order_model *m);

/* Asks trust_judge(), once. ERR_NOMEM. */
MUST_CHECK enum err order_model_ask(struct order_model *m,
    const struct order_question *q, enum trust_verdict *ret,
    enum trust_rule *ret_rule, struct diag *d);

/* The CallManager certificate of NODE is the publisher's too. */
bool order_model_is_shared(const struct order_model *m, size_t node);

#endif
