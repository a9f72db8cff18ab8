/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The structs that a recipe's YAML is read into. How a recipe is written
 * stands in tests/cases/README.md; what becomes of it in lab/recipe.h.
 */
#ifndef LAB_RECIPE_DOC_H
#define LAB_RECIPE_DOC_H

#include "data/doc.h"
#include "lab/dialect.h"

#define RECIPE_NONE UINT32_MAX /* an optional number that is not there */

struct recipe_cert {
	const char *name;
	const char *key;            /* file in the folder of keys, no .pem */
	struct doc_strings subject; /* CN=..., OU:t61=... */
	struct bytes serial;
	const char *issuer;                /* name of a cert before this one */
	struct doc_strings issuer_subject; /* or a name that is none's, */
	const char *issuer_key;            /* and its key */
	int64_t not_before;
	int64_t not_after;
	enum mint_digest digest;
	unsigned der_length;
	struct doc_strings dns;
	bool ca;
	unsigned repeat; /* 0: once, and not numbered */
	struct doc_place place;
};

enum recipe_op {
	RECIPE_SET,
	RECIPE_ADD,
	RECIPE_DROP
};

/* One change to a list of fields. */
struct recipe_edit {
	enum recipe_op op;
	unsigned tag;
	const char *text;  /* the value, a NUL is added; or */
	const char *raw;   /* as it is; or */
	struct bytes hex;  /* or */
	const char *cert;  /* what the dialect has of this cert */
	struct bytes tail; /* behind any of these */
	unsigned before;   /* RECIPE_ADD: before the first with this tag */
	unsigned length;   /* what the length field says */
	unsigned repeat;   /* RECIPE_ADD: so many times */
	struct doc_place place;
};

struct recipe_record {
	const char *cert;
	enum dialect dialect;
	unsigned role;
	unsigned role_code;
	const char *dns;
	const char *ip;
	unsigned repeat; /* 0: once, and its cert is not numbered */
	struct doc_maps fields;
	struct doc_place place;
};

enum recipe_order {
	RECIPE_APPLIANCE,
	RECIPE_BUILDER
};

struct recipe_encrypted {
	struct bytes iv;
	unsigned padding;
	unsigned key_bits;
	struct bytes key;
	enum mint_digest digest;
	struct bytes hash;
};

struct recipe_header {
	const char *version;
	enum recipe_order order;
	enum mint_digest digest;
	unsigned digest_code;
	unsigned algorithm_code;
	unsigned modulus_code;
	const char *filename;
	int64_t timestamp; /* 0: none */
	const char *signer_version;
	unsigned pads;
	unsigned pad_byte;
	const struct recipe_encrypted *encrypted;
	struct doc_maps fields;
	struct doc_place place;
};

enum recipe_style {
	RECIPE_PKCS1,
	RECIPE_FIRMWARE
};

struct recipe_signer {
	unsigned record;  /* from 1; or */
	const char *cert; /* or only what follows, which goes before both */
	enum dialect dialect;
	const char *key;
	const char *name;
	struct bytes serial;
	const char *ca;
	enum recipe_style style;
	int64_t when;    /* RECIPE_FIRMWARE: in the signed block */
	unsigned length; /* bytes of SIGNATURE, cut or filled up with zeros */
	struct doc_place place;
};

enum recipe_from {
	RECIPE_START,
	RECIPE_HEADER,
	RECIPE_END,
	RECIPE_TLV
};

/* One change to the signed file. */
struct recipe_patch {
	enum recipe_from from;
	unsigned space; /* RECIPE_TLV: 0 header, n record */
	unsigned tag;
	unsigned offset;
	struct bytes hex;
	unsigned cut; /* bytes off the end */
	struct bytes append;
	struct doc_place place;
};

struct recipe_doc {
	struct doc_maps certs;
	const struct recipe_header *header;
	const struct recipe_signer *signer;
	struct doc_maps records;
	const char *content;
	struct bytes content_hex;
	struct doc_maps after;
};

extern const struct doc_table recipe_table;

#endif
