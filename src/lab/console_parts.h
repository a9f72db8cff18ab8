/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inside of lab/console.h, for its own files: the session, what it writes
 * and reads, and the commands, a function each.
 *
 * A command appends its text to struct console's out, lines with \n, under
 * world_lock() where it looks at the world; console_flush() sends it, and is
 * never called with the lock held, since a pager may wait there for ever.
 * What is appended after the session has ended, or after Control-C or the q of
 * the pager, goes nowhere; a command that does more than print looks at
 * console_live().
 */
#ifndef LAB_CONSOLE_PARTS_H
#define LAB_CONSOLE_PARTS_H

#include "lab/console.h"

#define CONSOLE_LINE_MAX 8192  /* a line that is typed */
#define CONSOLE_WORDS_MAX 64   /* words of it */
#define CONSOLE_AHEAD_MAX 4096 /* typed while a command runs */
#define CONSOLE_PAGE 24        /* lines */
#define CONSOLE_SLOW 100       /* virtual ms a character takes: S11 */

/* Releases with their SU: 140001 is 14SU1. */
#define CONSOLE_SU(release, su) ((release)*100U + (su))

/* A row of the table of certificates. */
struct console_place {
	const struct world_node *node; /* whose own it is, or NULL */
	const char *service;
	const struct world_cert *cert;
	bool own;
};

struct console {
	struct world *world;
	size_t node; /* for which it answers */
	const char *user;
	unsigned level; /* 0, 1 or 4 */
	const struct console_io *io;
	struct scenario_cli cli;
	unsigned release; /* CONSOLE_SU() */
	unsigned idle;    /* virtual seconds */
	bool over;        /* the session has ended */
	bool stopped;     /* the rest of this command is not wanted */
	bool pager, counter;
	bool pause_first; /* S2: the pager appears at once */
	bool cutting;     /* this command's output ends in its middle */
	bool after_cr;
	bool asks_help; /* the line ended with a ? */
	unsigned commands;
	size_t lines;   /* since the pager was there */
	struct buf out; /* not sent yet */
	uint8_t ahead[CONSOLE_AHEAD_MAX];
	size_t num_ahead;
	struct console_place *place; /* while a statement is answered */
	size_t num_places;
};

/* ---- What it writes: console_write.c. ---- */

/* Sends out, by pages where the pager is on. */
void console_flush(struct console *c);

/* Sends TEXT as it is. */
void console_raw(struct console *c, struct bytes text);

/* Sends the first half of out, and ends the connection. */
void console_cut(struct console *c);

/* Sends out; then MS of virtual time pass. Control-C is heard. */
void console_wait(struct console *c, unsigned ms);

/* "admin:", or what the scenario has. */
const char *console_prompt(const struct console *c);

/* The command goes on. */
bool console_live(const struct console *c);

/* The node that answers, and all of them; only under world_lock(). */
struct world_node *console_node(const struct console *c);

/* ---- What it reads: console_read.c. ---- */

/* A key; -1: the session has ended. */
int console_key(struct console *c);

/* Forgets what was typed so far. */
void console_forget(struct console *c);

enum console_reads {
	CONSOLE_COMMAND, /* Tab, ?, Control-D */
	CONSOLE_ANSWER,  /* loses what was typed ahead, where S11 says so */
	CONSOLE_SECRET,  /* is not echoed */
	CONSOLE_PASTE
};

/* Reads a line into RET, which it empties first. False: Control-C, or the
 * session has ended. */
bool console_line(struct console *c, enum console_reads reads, struct buf *ret);

/* Sends out, which ends with a question, and reads y or n, or yes or no; other
 * answers are asked again twice, and are no then. */
bool console_ask_letter(struct console *c, const char *question);
bool console_ask_word(struct console *c, const char *question);

/* Sends QUESTION, reads an answer, NUL-terminated, of at most SIZE - 1. */
bool console_ask_text(struct console *c, const char *question,
    enum console_reads reads, char *ret, size_t size);

/* ---- Hostile nodes: console_hostile.c. ---- */

bool console_is_hostile(const struct console *c, const char *how);

/* Before the prompt; false where there will be none. */
bool console_hostile_start(struct console *c);

/* Appends LINE, spoilt as the scenario wants it. */
void console_spoil(const struct console *c, struct bytes line, size_t number,
    struct buf *out);

/* ---- Commands. ---- */

struct console_args {
	const char *const *word; /* behind those of the command */
	size_t num;
	const char *rest; /* the same, as it was typed */
};

/* False: it ends with Executed command unsuccessfully. */
typedef bool console_fn(struct console *c, const struct console_args *a);

struct console_command {
	const char *words; /* "show cert list" */
	unsigned since;    /* CONSOLE_SU(), 0: always */
	unsigned until;    /* the first one without it; 0: none */
	unsigned level;
	size_t num_args; /* at least */
	const char *usage;
	console_fn *run;
};

/* The command that LINE begins with, the longest one that RELEASE has. *RET_LEN:
 * characters of the line that are its words. NULL where there is none. */
const struct console_command *console_find(unsigned release, const char *line,
    size_t *ret_len);

/* Appends the commands that begin with PREFIX; * marks those with more words.
 * Returns how many there are. */
size_t console_list_words(unsigned release, const char *prefix,
    struct buf *out);

console_fn console_help, console_quit, console_pagination,
    console_show_pagination, console_timeout, console_maxlimit,
    console_commandcount;
console_fn console_show_ctl, console_show_itl, console_mixed,
    console_non_secure, console_update_ctl, console_reset_ctl,
    console_reset_itl, console_reset_itl_name;
console_fn console_cert_list, console_cert_show, console_csr_list,
    console_csr_show, console_csr_gen, console_cert_import, console_cert_regen,
    console_cert_delete, console_web_security, console_show_web_security;
console_fn console_service_list, console_service_start, console_service_stop,
    console_service_restart;
console_fn console_file_list, console_file_delete, console_file_get,
    console_file_dump, console_file_search, console_file_view;
console_fn console_show_version, console_show_status, console_show_date,
    console_show_myself, console_show_cluster, console_show_phones,
    console_show_class, console_show_counter;
console_fn console_replication, console_backups, console_backup_status,
    console_restart;
console_fn console_sql;

/* The text of a refusal by the world that belongs to no command. False. */
bool console_refused(struct console *c, const struct diag *d);

/* Not the publisher: says so. */
bool console_only_publisher(struct console *c);

/* Appends DER as PEM to OUT; a hostile node puts a prompt inside. */
void console_put_pem(struct console *c, struct bytes der, const char *what,
    struct buf *out);

/* Appends the text of a certificate, as the release has it. */
void console_put_cert(struct console *c, struct bytes der);

/* ---- Files of a TFTP folder: console_file.c, console_sftp.c. ---- */

struct console_copy {
	const char *host;
	unsigned port;
	const char *user, *password, *folder;
};

/* Whether an unknown host key is taken: asks. */
typedef bool console_trust_fn(struct console *c, const char *fingerprint);

/* Puts FILE there as an SFTP client. */
MUST_CHECK enum err console_send(struct console *c,
    const struct console_copy *to, const char *name, struct bytes file,
    console_trust_fn *trust, struct diag *diag);

/* Appends a copy of the file NAME (the first one, where it has * or ?) as it is
 * now. False: there is none. */
bool console_copy_file(struct console *c, const char *name, struct buf *ret);

/* NAME fits PATTERN, with * and ?. */
bool console_like(const char *name, const char *pattern, char any, char one);

/* ---- The tables of run sql: console_tables.c. ---- */

/* A table, with the columns of those that are joined to it, too. Under the
 * lock. */
struct console_table {
	const char *name;
	const char *const *column; /* "name", "devicepool.name"; NULL ends */
	size_t (*num)(struct console *c);
	/* Appends the value; of a ROW that there is. */
	void (*value)(struct console *c, size_t row, size_t column,
	    struct buf *out);
};

/* The one that rows are taken from, where NAMED says which tables a statement
 * names; NULL: none of them. */
const struct console_table *console_table(
    bool (*named)(const void *arg, const char *table), const void *arg);

/* Whether there is a table of that name, also as one that is joined only. */
bool console_table_known(const char *name);

#endif
