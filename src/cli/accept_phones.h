/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The phones that `ctlsmith accept` is about: phones.csv, and what its rows
 * mean. A question is asked once for all phones that are the same to a list:
 * of one class, with one installed list, in one CallManager group.
 *
 * The columns of phones.csv, by data/csv.h, name alone is needed; a row has a
 * model or a class:
 *	name   (or "device name")
 *	model  (or "device type") as the appliance has it: cli/models.h
 *	group  the CallManager group, as --groups has it
 *	hash   MD5, SHA-1, SHA-256 or SHA-512 of the list that is installed, or
 *	       "none": the class is nothing-installed then, unless its own has a
 *	       limit, or is MRA; empty: it is that of --installed
 *	class  as trust/class.h has it, whatever the model
 * Those of --groups: group, and node (or "nodes"): one or several.
 */
#ifndef CLI_ACCEPT_PHONES_H
#define CLI_ACCEPT_PHONES_H

#include "cli/accept_nodes.h"
#include "cli/intern.h"
#include "cli/models.h"

#define ACCEPT_NONE ((size_t)-1)
#define ACCEPT_NOTHING ((size_t)-2) /* in place of a list: none is installed */
#define ACCEPT_GROUPS_MAX 1000

/* A question; all that it names are indices. */
struct accept_question {
	enum class class;
	size_t list;       /* of the lists, or ACCEPT_NONE: not known, or
			    * ACCEPT_NOTHING */
	size_t group;      /* of the groups, or ACCEPT_NONE */
	size_t num, first; /* its phones, in `order` */
	struct accept answer;
};

/* A CallManager group. The last one of all is that of phones whose group
 * nobody has said the nodes of. */
struct accept_team {
	size_t *node;
	size_t num;
	struct trust_tvs *tvs;
	struct accept_group g;
};

/* All-zero is legal to clear. */
struct accept_phones {
	struct accept_file *list; /* --installed, the new one, of the archive */
	size_t num_lists;
	size_t num_installed;
	struct models models;
	bool is_given; /* there is a phones.csv */
	struct intern names, groups, hashes, questions;
	size_t *question_of; /* of each phone, by row */
	size_t *name_of;
	size_t num;
	size_t *order; /* phones by question */
	struct accept_team *team;
	size_t num_teams; /* those of --groups */
	bool has_groups;
	struct accept_question *question;
	size_t num_questions;
	size_t num_no_list; /* phones with a hash that no file has */
	struct buf notes;   /* lines */
};

struct accept_phones_wish {
	const struct opt_strings *installed;
	const char *offer; /* the new list */
	const char *phones, *groups, *models, *archive;
};

/* Loads what W says but the archive, and groups' nodes into NS. Errors as of
 * csv_open(), file_load(), accept_file_load(); *RET_WHERE is the file. P is to
 * be cleared whatever the outcome. */
MUST_CHECK enum err accept_phones_load(struct accept_phones *p,
    const struct accept_phones_wish *w, struct accept_nodes *ns,
    const char **ret_where, struct diag *d);

/* Once NS is ready: looks for the lists in the archive of W, and makes the
 * questions: those of the phones, or, without phones, one for each class. OUT
 * gets what of the archive could not be read. */
MUST_CHECK enum err accept_phones_ready(struct accept_phones *p,
    const struct accept_phones_wish *w, const struct accept_nodes *ns,
    struct out *out, struct diag *d);

/* The new list. */
const struct ctl_file *accept_phones_offer(const struct accept_phones *p);

/* The name of the phone in place I of `order`. */
struct bytes accept_phones_name(const struct accept_phones *p, size_t i);

void accept_phones_clear(struct accept_phones *p);

#endif
