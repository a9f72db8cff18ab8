/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: what a command that works with tokens need not be told
 * each time. Commands that need none never look for it. It is YAML, in the
 * file that $CTLSMITH_CONFIG names (no file at all where that is set and
 * empty); else $XDG_CONFIG_HOME/ctlsmith/config.yaml, with ~/.config for a
 * variable that is not set; else /etc/ctlsmith/config.yaml. The first that
 * there is counts, alone. docs/man/ctlsmith.1.scd has the keys.
 *
 * It names a module that is loaded into the process. So a file that anybody
 * but its owner may write to, that stands in a folder where others may put
 * another in its place, or that belongs to neither the user nor root, is
 * refused (ERR_POLICY).
 */
#ifndef CLI_CONFIG_H
#define CLI_CONFIG_H

#include "base/diag.h"
#include "cli/cmd.h"
#include "data/doc.h"

#define CONFIG_TIMEOUT 0      /* where nothing is said: as libtoken has it */
#define CONFIG_PIN_FAILURES 2 /* likewise */

/* All-zero is one that nobody has filled. Strings are NULL where the file has
 * none; paths are as the file means them (base/beside.h). A module without a
 * slash is a name as it stands. */
struct config {
	char *path; /* of the file, or NULL: there is none */
	const char *module;
	const char *audit;     /* the audit log */
	const char *state;     /* a folder */
	const char *inventory; /* tokens.yaml */
	unsigned timeout;      /* seconds to wait for a token */
	/* failures in the PIN ledger after which a token that says nothing of
	 * its own needs --final-try */
	unsigned pin_failures;
	struct doc *doc; /* owns the strings */
};

/* The table of the file, for the test of its manual. */
extern const struct doc_table config_table;

/* Finds the file and reads it into RET; without a file all is as where none of
 * its keys is set. Where it fails RET has the path alone, for the message.
 * ERR_ABSENT for a $CTLSMITH_CONFIG that is not there, ERR_POLICY as above,
 * ERR_SYNTAX with line and column, and those of file_load(). */
MUST_CHECK enum err config_load(struct config *ret, struct diag *d);

/* The same for a command: a failure is said, and what the command ends with is
 * returned. */
enum cmd_exit config_open(struct config *ret);

/* Frees what C owns; C is all-zero again. */
void config_clear(struct config *c);

#endif
