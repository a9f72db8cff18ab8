/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A desk with a terminal at which the lab's command line is tried: keys that
 * come from a string, what it wrote in a buffer, and a world of two nodes in
 * which nothing happens but what a test wants. Its functions stand for those of
 * lab/world.h. Include it after test.h.
 */
#ifndef TESTS_UNIT_CONSOLE_DESK_H
#define TESTS_UNIT_CONSOLE_DESK_H

#include "lab/console.h"

/* In what is typed: the person waits, longer than a character takes. */
#define DESK_REST "\x01"

struct desk {
	struct world world;
	struct scenario scenario;
	struct scenario_cli cli; /* of both nodes */
	struct world_node node[2];
	struct world_phone phone[2];
	struct world_backup backup[2];
	struct world_file file[4];
	struct world_trusted trusted[2];
	struct world_cert own_cert, ca_signed, trust_cert;
	struct world_csr csr;
	struct buf ctl; /* bytes of CTLFile.tlv */
	struct buf der[3];
	const char *user;
	/* What is typed, and what came of it. */
	const char *keys;
	bool stays; /* when all is typed nobody leaves: silence */
	struct buf wrote;
	size_t num_writes, max_writes; /* 0: any; then the other has left */
	bool cut;
	/* What the world was asked to do. */
	char did[256];
	enum err refuses; /* what each of them says */
	unsigned slept;   /* virtual ms */
	unsigned service_ms;
	struct world_service *busy;
	enum world_action action;
	unsigned busy_until;
	bool locked;
};

void desk_open(struct desk *d, unsigned release, const char *version);
void desk_close(struct desk *d);

/* A session on node 0 (1: the subscriber) in which KEYS are typed; what was
 * written, lines with \r\n. */
const char *desk_type(struct desk *d, const char *keys);
const char *desk_type_at(struct desk *d, size_t node, const char *keys);

/* Fails unless TEXT is, or is not, in what the last session wrote. */
void desk_says(struct desk *d, const char *text);
void desk_says_not(struct desk *d, const char *text);

/* How often it is there. */
size_t desk_count(struct desk *d, const char *text);

#endif
