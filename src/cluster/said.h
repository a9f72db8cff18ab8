/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commands of the appliance say, as values: one reader for each command,
 * from its output (struct shell_said's text) alone, so that a stored text and
 * one that just came are read alike. Releases differ; a reader takes all known
 * forms, in any of \n and \r\n, and refuses with ERR_SYNTAX and a line what it
 * does not know: a text that says nothing too. One that ends in the middle of a
 * line is ERR_TRUNCATED, more than 64 MiB or too many rows ERR_TOO_BIG. Strings
 * are copies within RET, cut never: what is too long is refused, and so are
 * control characters. RET is untouched after an error. Whether a command was
 * refused is not judged here (cluster/command.h). Sources: docs/appliance.md.
 */
#ifndef CLUSTER_SAID_H
#define CLUSTER_SAID_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"

#define SAID_NAME_MAX 255

/* ---- show ctl, show itl ---- */
struct said_list {
	bool absent;            /* there is no file */
	bool verified;          /* the appliance says so */
	bool failed;            /* it says that it does not verify, or parse */
	char md5[33], sha1[41]; /* lower case, of the whole file */
	size_t length;
	char changed[64]; /* "Tue Feb 24 16:37:45 CET 2015", or "" */
};
MUST_CHECK enum err said_list(struct bytes text, bool itl,
    struct said_list *ret, struct diag *diag);

/* ---- show version active ---- */
struct said_version {
	char active[64];  /* "12.5.1.16900-48" */
	unsigned release; /* 1250; su is not told */
};
MUST_CHECK enum err said_version(struct bytes text, struct said_version *ret,
    struct diag *diag);

/* ---- show date: RET in seconds. Letters of a zone but UTC and GMT mean several
 * and are taken for UTC: then *RET_ZONE_KNOWN is false. ---- */
MUST_CHECK enum err said_date(struct bytes text, int64_t *ret,
    bool *ret_zone_known, struct diag *diag);

/* ---- Lists of things: each is an array that said_free_*() frees. ---- */

struct said_node { /* show network cluster */
	char address[SAID_NAME_MAX + 1];
	char name[SAID_NAME_MAX + 1]; /* of the host */
	char fqdn[SAID_NAME_MAX + 1]; /* the host's, where no other is told */
	char product[64];             /* "callmanager", "cups", or "" */
	bool publisher, authenticated;
	char type[32]; /* "DBPub", "Publisher", ... as it stands there */
};
struct said_nodes {
	struct said_node *item;
	size_t num;
};
MUST_CHECK enum err said_nodes(struct bytes text, struct said_nodes *ret,
    struct diag *diag);
void said_nodes_clear(struct said_nodes *l);

struct said_cert {     /* show cert list own|trust, show csr list */
	char unit[64]; /* "CallManager-trust" */
	char file[SAID_NAME_MAX + 1]; /* "CAP-RTP-001.pem" */
	char text[SAID_NAME_MAX + 1]; /* "Self-signed certificate generated
					* by system" */
};
struct said_certs {
	struct said_cert *item;
	size_t num;
};
MUST_CHECK enum err said_certs(struct bytes text, struct said_certs *ret,
    struct diag *diag);
void said_certs_clear(struct said_certs *l);

struct said_service { /* utils service list, start, stop, restart */
	char name[128];
	bool started, stopped, changing, activated;
};
struct said_services {
	struct said_service *item;
	size_t num;
};
MUST_CHECK enum err said_services(struct bytes text, struct said_services *ret,
    struct diag *diag);
void said_services_clear(struct said_services *l);
/* NULL: there is none of that name, whatever its case. */
const struct said_service *said_service(const struct said_services *l,
    const char *name);

struct said_replica { /* utils dbreplication runtimestate */
	char name[SAID_NAME_MAX + 1], address[SAID_NAME_MAX + 1];
	bool has_state; /* it may be "(-)" */
	unsigned state; /* 2 is good */
	char status[SAID_NAME_MAX + 1];
};
struct said_replicas {
	struct said_replica *item;
	size_t num;
};
MUST_CHECK enum err said_replicas(struct bytes text, struct said_replicas *ret,
    struct diag *diag);
void said_replicas_clear(struct said_replicas *l);

struct said_backup { /* utils disaster_recovery history backup|restore */
	char file[SAID_NAME_MAX + 1]; /* "": none was made */
	int64_t when;
	bool zone_known; /* of WHEN; otherwise it is taken for UTC */
	bool good;
	char status[64];
};
struct said_backups {
	struct said_backup *item;
	size_t num;
};
MUST_CHECK enum err said_backups(struct bytes text, struct said_backups *ret,
    struct diag *diag);
void said_backups_clear(struct said_backups *l);
/* utils disaster_recovery status backup: whether one is running. */
MUST_CHECK enum err said_backup_running(struct bytes text, bool *ret,
    struct diag *diag);

/* ---- Commands that change something: set csr gen, set cert import, regen,
 * delete, set web-security, utils ctl, utils itl reset, utils system restart.
 * What was done: id, name, words that a line of the output begins with, whether
 * it goes on with what it was done to. ---- */
#define SAID_DEEDS(X)                                                         \
	X(SAID_MIXED, "mixed", "Cluster set to Mixed Mode", false)            \
	X(SAID_NON_SECURE, "non-secure", "Cluster set to Non Secure Mode",    \
	    false)                                                            \
	X(SAID_CTL_UPDATED, "ctl-updated", "CTL file Updated", false)         \
	X(SAID_CTL_RESET, "ctl-reset", "CTL file Reset", false)               \
	X(SAID_ITL_RESET, "itl-reset", "ITL file Reset", false)               \
	X(SAID_ITL_MADE, "itl-made",                                          \
	    "The reset ITL file was generated successfully", false)           \
	X(SAID_REGENERATED, "regenerated",                                    \
	    "Successfully Regenerated Certificate for", true)                 \
	X(SAID_REQUESTED, "requested", "Successfully Generated CSR", true)    \
	X(SAID_IMPORTED, "imported", "Successfully imported certificate for", \
	    true)                                                             \
	X(SAID_DELETED, "deleted", "Successfully deleted", true)              \
	X(SAID_RESTARTING, "restarting", "Appliance is being Restarted", false)

enum said_deed {
#define SAID_ENUM(id, name, words, named) id,
	SAID_DEEDS(SAID_ENUM)
#undef SAID_ENUM
};
const char *said_deed_name(enum said_deed deed);

struct said_done {
	enum said_deed deed;
	char what[SAID_NAME_MAX + 1]; /* "tomcat and tomcat-client", or "" */
	bool restart, reset; /* it asks for services to be restarted, for
			      * phones to be reset */
	bool has_servers;
	unsigned num_servers, num_sent; /* TFTP servers, and how many of them
					 * have the new list */
};
MUST_CHECK enum err said_done(struct bytes text, struct said_done *ret,
    struct diag *diag);

/* Folders are left out. ERR_TRUNCATED, ERR_SYNTAX where there are not as many as
 * its last line counts. */
struct said_file { /* file list tftp ... [detail] */
	char name[SAID_NAME_MAX + 1];
	bool has_size;
	uint64_t size;
};
struct said_files {
	struct said_file *item;
	size_t num;
};
MUST_CHECK enum err said_files(struct bytes text, struct said_files *ret,
    struct diag *diag);
void said_files_clear(struct said_files *l);

/* file delete tftp: ERR_SYNTAX where it says nothing of it. */
MUST_CHECK enum err said_deleted(struct bytes text, uint64_t *ret_found,
    uint64_t *ret_deleted, struct diag *diag);

struct said_sent { /* file get tftp */
	uint64_t num;
	bool has_size;
	uint64_t size; /* bytes */
	bool done;     /* "Transfer completed." */
};
MUST_CHECK enum err said_sent(struct bytes text, struct said_sent *ret,
    struct diag *diag);

struct said_phone { /* show risdb query phone */
	char name[128], address[64], status[64];
	bool registered; /* with all its lines, or with some */
};
struct said_phones {
	struct said_phone *item;
	size_t num;
};
MUST_CHECK enum err said_phones(struct bytes text, struct said_phones *ret,
    struct diag *diag);
void said_phones_clear(struct said_phones *l);

/* ---- show cert own|trust: the PEM within, or the facts of the dump; with PEM
 * alone the serial number is all that is taken out of it. A private key in it is
 * ERR_POLICY. ---- */
struct said_shown {
	struct buf pem;   /* empty where none was shown */
	char serial[128]; /* hex, upper case, no separators */
	char issuer[1024], subject[1024];
	char from[64], until[64]; /* as they stand there */
};
MUST_CHECK enum err said_shown(struct bytes text, struct said_shown *ret,
    struct diag *diag);
void said_shown_clear(struct said_shown *s);

/* ---- show csr own: appends its PEM. ERR_ABSENT. ---- */
MUST_CHECK enum err said_csr(struct bytes text, struct buf *ret,
    struct diag *diag);

/* ---- show web-security; show perf query. ERR_SYNTAX where none of the fields is
 * there. ---- */
struct said_subject {
	char ou[256], o[256], l[256], st[256], c[256], names[1024];
};
MUST_CHECK enum err said_subject(struct bytes text, struct said_subject *ret,
    struct diag *diag);
/* The value of the counter that ends with NAME. ERR_ABSENT. */
MUST_CHECK enum err said_counter(struct bytes text, const char *name,
    uint64_t *ret, struct diag *diag);

/* ---- file dump tftp ... hex: appends the bytes. ERR_UNSUPPORTED for groups of
 * digits whose order of bytes nothing tells. ---- */
MUST_CHECK enum err said_dump(struct bytes text, struct buf *ret,
    struct diag *diag);

/* ---- run sql: rows of named columns, cut by the widths of the line of =. A value
 * of several lines is taken where it is PEM; its lines are joined by \n. A row
 * whose values are all empty looks like no row and is none. "No records found"
 * has no rows and no columns. Values may have any bytes. ---- */
struct said_rows;
MUST_CHECK enum err said_rows(struct bytes text, struct said_rows **ret,
    struct diag *diag);
void said_rows_free(struct said_rows **r);
size_t said_rows_num(const struct said_rows *r);
/* Column NAME of row I, without blanks at its end; absent where there is no such
 * column. Borrowed. */
struct bytes said_rows_value(const struct said_rows *r, size_t i,
    const char *name);
/* There is such a column, or there are no rows at all. */
bool said_rows_has(const struct said_rows *r, const char *name);
/* Where row I begins, from 1. */
unsigned said_rows_line(const struct said_rows *r, size_t i);

#endif
