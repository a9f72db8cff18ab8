/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a lab is to be, and how it misbehaves: a YAML file (lab up --scenario),
 * of which each part has a usual value, and the options of `lab up` above it.
 */
#ifndef LAB_SCENARIO_H
#define LAB_SCENARIO_H

#include "data/doc.h"
#include "lab/phone.h"

/* How the command line of a node misbehaves. S numbers: docs/lab.md. */
struct scenario_cli {
	unsigned banner_delay; /* S1: ms before the banner, and the prompt */
	bool double_prompt;    /* S1 */
	bool pager;            /* S2: on until it is set off */
	bool pager_anyway;     /* S2: once after it was set off */
	bool counter;          /* the prompt counts commands */
	bool ansi;             /* escape sequences around the prompt */
	const char *prompt;    /* "admin:" */
	bool drop_type_ahead;  /* S11 */
	const char *fails;     /* S12: this command ends with Executed command
				 * unsuccessfully */
	unsigned max_sessions; /* S13 */
	unsigned idle;         /* S14: virtual seconds, 0: 1800 */
	bool keyboard_only;    /* S15 */
	bool password_only;
	bool old_algorithms; /* SHA-1 key exchange and ssh-rsa alone */
	unsigned delay;      /* ms before each answer */
	const char *cut;     /* the connection ends in the middle of the
				 * output of this command */
	/* Hostile: "ssh-banner" (endless, before SSH begins), "banner"
	 * (behind the login), "no-prompt", "garbage", "escape",
	 * "utf8", "prompt-in-cert", "other-node", "host-key". */
	const char *hostile;
};

/* How its TFTP and HTTP servers misbehave: "", "garbage", "stall", "endless",
 * "wrong-block", "short". */
struct scenario_serves {
	const char *tftp, *http;
};

struct scenario_node {
	const char *name;
	int role; /* enum world_role */
	bool down;
	struct scenario_cli cli;
	struct scenario_serves serves;
	bool stale_list; /* S17: it has another CTL than the publisher, until
			  * the next one */
	bool cut_off;    /* no CTL that is made reaches it */
	const char *replication;
	struct doc_strings stopped; /* services that are not started */
};

/* A part of the phones. */
struct scenario_phones {
	const char *sort; /* of scenario_sort(): "sbd", "no-sbd", ... */
	unsigned percent;
	unsigned off;  /* percent of them that have no power */
	unsigned back; /* virtual minutes after which they are back; 0:
			    * they stay away */
};

struct scenario {
	unsigned release; /* 1250 is 12.5; 1050 is 10.5(2), 1051 10.5(1) */
	unsigned made_on; /* whose anchors the list has that is there at
			   * first; 0: the release's, the last one that can
			   * make such a list, and none in a cluster that is
			   * not secure and so never was */
	int mode;         /* enum scenario_mode */
	unsigned num_nodes, num_phones;
	uint64_t seed;
	unsigned speed;
	bool no_ctl;      /* S9 */
	bool stale_capf;  /* S10: the list has an older CAPF */
	bool tvs_list;    /* TVS vouches for the SASTs of the CTL on its disk,
			  * too: its leg (b) */
	bool ecdsa;       /* phones are shown CallManager-ECDSA, too */
	bool no_p12;      /* TFTP does not give out ITLRecovery.p12 */
	bool second_tftp; /* phones know a second TFTP server */
	bool no_licence;  /* S5 */
	bool rollback, phones_by_hand, sha512, auto_registration, multi_san;
	bool ca_signed;         /* CallManager and CAPF by a CA of the lab */
	bool shared_keys;       /* one key for each unit of all nodes: for large
			    * labs */
	unsigned service_delay; /* S8: virtual ms of a restart */
	unsigned sample;        /* phones that download through the wire */
	const char *syslog;     /* ADDRESS:PORT to which phones tell */
	bool random;            /* misbehaviour of nodes by the seed */
	struct doc_maps phones; /* of struct scenario_phones */
	struct doc_maps nodes;  /* of struct scenario_node; those that are not
				 * named are usual ones */
	struct scenario_cli cli; /* of every node that says nothing else */
	int64_t start;           /* virtual time of the start; 0: now */
};

/* The sort of phones called NAME, and a model of it; NULL: none is. */
const struct phone_sort *scenario_sort(const char *name,
    const char **ret_model);

enum scenario_mode {
	SCENARIO_TOKEN,
	SCENARIO_TOKENLESS,
	SCENARIO_NON_SECURE
};

/* "10.5", "12.5", "14", "15": *RET; false: the lab knows no such release. The
 * name of RELEASE, or NULL. */
bool scenario_release_named(const char *name, unsigned *ret);
const char *scenario_release_name(unsigned release);
bool scenario_mode_named(const char *name, int *ret);
const char *scenario_mode_name(int mode);

/* The usual one. */
void scenario_init(struct scenario *s);

/* Reads YAML over what RET has. What it hands out lives as long as *RET_DOC. */
MUST_CHECK enum err scenario_read(struct bytes yaml, struct scenario *ret,
    struct doc **ret_doc, struct diag *diag);

/* The keys that a file may have: docs/lab.md has the same. */
const struct doc_table *scenario_table(void);

/* What the options of `lab up` and a file say together can be: ERR_USAGE. */
MUST_CHECK enum err scenario_check(const struct scenario *s, struct diag *diag);

/* How node NUMBER behaves. A node without a name of its own has NULL, and one
 * without a role is the publisher, the first one, or a subscriber. */
struct scenario_node scenario_node(const struct scenario *s, size_t number);

#endif
