/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inventory of a cluster, cluster.yaml: what a person says of it. What can
 * be observed (release, mode) is only compared when it stands there.
 * docs/inventory.md describes the file, docs/cluster.schema.json is its schema.
 * Errors have line and column. No secret has a place in it.
 */
#ifndef CLUSTER_INVENTORY_H
#define CLUSTER_INVENTORY_H

#include "data/doc.h"

#define INVENTORY_MAX_NODES 256
#define INVENTORY_NAME_MAX 255 /* bytes of a name or an address */

/* Roles: id, name. */
#define INVENTORY_ROLES(X)                    \
	X(INVENTORY_PUBLISHER, "publisher")   \
	X(INVENTORY_SUBSCRIBER, "subscriber") \
	X(INVENTORY_IMP, "imp")               \
	X(INVENTORY_TFTP, "tftp")

enum inventory_role {
#define INVENTORY_ENUM(id, name) id,
	INVENTORY_ROLES(INVENTORY_ENUM)
#undef INVENTORY_ENUM
};

const char *inventory_role_name(enum inventory_role role);

struct inventory_ports {
	unsigned ssh, tftp, http, https, https_mra; /* 22 69 6970 6971 6972 */
	unsigned sccp, sip, capf, tvs, web; /* 2443 5061 3804 2445 8443 */
};

struct inventory_ssh {
	const char *user;
	const char *host_key;     /* "SHA256:..." or NULL: known_hosts */
	const char *password_env; /* name of the variable; or NULL: asked */
	const char *key;          /* file of a private key, or NULL */
	const char *prompt;       /* regular expression, or NULL: the usual */
	unsigned delay;           /* ms between characters of an answer */
	unsigned slow_start;      /* s, 0: 300 */
	unsigned handshake;       /* s, 0: 30 */
	bool legacy;              /* old algorithms are allowed */
	struct doc_place at;
};

struct inventory_node {
	const char *name;
	struct doc_strings addresses; /* the first one is used */
	int role;                     /* enum inventory_role */
	struct inventory_ports ports;
	struct inventory_ssh ssh; /* what it does not say is the cluster's */
	const char *ca, *pin;     /* for https: a PEM file, or SHA256:... of
				   * the certificate */
	struct doc_place at;
};

/* What is no part of the cluster, and has to follow its changes: name, for
 * people. */
#define INVENTORY_KINDS(X)                        \
	X("unity-connection", "Unity Connection") \
	X("uccx", "UCCX")                         \
	X("expressway", "Expressway")             \
	X("cer", "Emergency Responder")           \
	X("cube", "CUBE")                         \
	X("idp", "identity provider")             \
	X("other", "other")

struct inventory_neighbour {
	const char *name, *kind;
	struct doc_place at;
};

/* "Emergency Responder" of "cer". */
const char *inventory_kind_text(const char *kind);

/* A TFTP server that is no node of the cluster. */
struct inventory_tftp {
	const char *name, *address;
	unsigned tftp, http; /* ports */
	const char *sftp;    /* sftp://user@host[:port]/path, or NULL */
	struct doc_place at;
};

struct inventory_window {
	const char *days;         /* "Sat Sun", of FROM; or NULL: any */
	const char *from, *until; /* "22:00"; UNTIL may be of the next day */
	const char *zone;         /* of the times, or NULL: this machine's */
	struct doc_place at;
};

struct inventory_commands { /* site_commands: argument vectors */
	struct doc_strings reset_phones, upload_tftp, backup;
};

struct inventory_policy {
	bool rsa_only;
	unsigned min_sasts;  /* 2 */
	unsigned backup_age; /* days, 0: any after the last change */
};

struct inventory {
	const char *name;
	const char *release;   /* compared only; or NULL */
	const char *mode;      /* "mixed", "non-secure"; or NULL */
	struct doc_maps nodes; /* struct inventory_node: what one does not say
				* of ssh is the cluster's, or the default */
	struct inventory_node *own; /* the same, for inventory.c */
	struct doc_maps neighbours, tftp_servers;
	struct doc_strings signing_keys; /* pkcs11: URIs */
	const char *tokens;              /* a file tokens.yaml; or NULL */
	const char *phones;              /* a file phones.csv; or NULL */
	const char *archive;  /* a folder for lists that were seen; or NULL */
	const char *commands; /* a table of commands in place of the built-in
			       * one (cluster/command.h); or NULL */
	const char *known_hosts;
	const char *sftp_get; /* sftp://user@host/path, where nodes put files
			       * (`file get`); or NULL */
	const char *sftp_get_env; /* variable with its password */
	struct inventory_ssh ssh;
	const struct inventory_window *window;          /* or NULL */
	const struct inventory_commands *site_commands; /* or NULL */
	const struct inventory_policy *policy;          /* never NULL */
};

extern const struct doc_table inventory_table;

/* Reads YAML. Exactly one publisher, names and addresses once each, are checked
 * too. What RET points at lives as long as *RET_DOC. Paths are as they stand
 * there. ERR_SYNTAX, ERR_TOO_BIG, ERR_NOMEM. */
MUST_CHECK enum err inventory_read(struct bytes yaml, struct inventory *ret,
    struct doc **ret_doc, struct diag *diag);

/* The same of the file PATH; each path in it that is relative is made one beside
 * PATH, and one that begins with "~/" one in the home folder. Errors of
 * file_load() too. */
MUST_CHECK enum err inventory_load(const char *path, struct inventory *ret,
    struct doc **ret_doc, struct diag *diag);

/* Old algorithms are allowed for every node. */
void inventory_allow_legacy(struct inventory *inv);

size_t inventory_num_nodes(const struct inventory *inv);
const struct inventory_node *inventory_node(const struct inventory *inv,
    size_t i);
const struct inventory_node *inventory_publisher(const struct inventory *inv);
/* Phones may register with it: it runs the call manager service. */
bool inventory_registers(const struct inventory_node *n);

#endif
