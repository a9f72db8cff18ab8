/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures that are made elsewhere, by a key that this machine cannot reach.
 *
 *	build, edit           detached_new(), detached_add() for each file,
 *	                      detached_write(): a request, as a file
 *	sign-request          detached_read(), detached_put_summary(): there,
 *	                      where the key is
 *	attach                detached_read(), detached_signatures(), and
 *	                      ctl_finish() for each item
 *
 * A request is JSON (docs/request.schema.json): the key, and for each file what
 * it is for, its bytes without the signature, their digest and DigestInfo.
 *
 * It travels, so it is read as hostile. Whatever can be computed of the bytes
 * is computed of them, and a request that says otherwise is refused. What only
 * it knows (command, target, what was judged) is text for people. Its summary
 * is not even read: detached_put_summary() makes it of the bytes.
 */
#ifndef CLI_DETACHED_H
#define CLI_DETACHED_H

#include "ctl/ctl.h"

#define DETACHED_MAX_ITEMS 4096
#define DETACHED_MAX_SIZE ((size_t)64 * 1024 * 1024) /* bytes of the file */
#define DETACHED_MAX_PATH 4095
#define DETACHED_MAX_SAID 1000 /* lines */

struct detached;

/* What a signature is for. All is borrowed for the call. */
struct detached_purpose {
	const char *command; /* "build", "edit" */
	const char *target;  /* where the file is to go, as it was typed */
	struct bytes base;   /* the content of the list that the new one was
			      * made from and replaces; else absent */
	struct bytes said;   /* what people were told of the change, made safe,
			      * whole lines; may be empty. Of more than
			      * DETACHED_MAX_SAID those in the middle are left
			      * out, and a line says so */
};

/* One file that waits. Borrowed from its request. */
struct detached_item {
	const char *command, *target;
	struct ctl_unsigned unsigned_;
	bool has_base;
	struct digest_value base; /* SHA-256 of the list that it replaces */
	const char *const *said;
	size_t num_said;
};

/* An empty request to the key of CERT, which is not needed afterwards. */
MUST_CHECK enum err detached_new(const struct cert *cert, struct detached **ret,
    struct diag *d);

/* Frees *R and sets it to NULL; NULL is allowed. */
void detached_free(struct detached **r);

/* Appends a copy of U, which waits for a signature by the key of R.
 * ERR_TOO_BIG: more than DETACHED_MAX_ITEMS, or than DETACHED_MAX_SIZE can
 * hold. For one thread at a time. */
MUST_CHECK enum err detached_add(struct detached *r,
    const struct detached_purpose *what, const struct ctl_unsigned *u,
    struct diag *d);

/* Appends R as it is written. ERR_TOO_BIG over DETACHED_MAX_SIZE: sign fewer
 * files at a time. */
MUST_CHECK enum err detached_put(const struct detached *r, struct buf *out,
    struct diag *d);

/* Saves R under PATH ("-": to standard output), whole or not at all. The same
 * items give the same bytes. ERR_EXISTS where PATH is there and CLOBBER does
 * not say to replace it; what is replaced stays as NAME.bak-TIME. ERR_TOO_BIG
 * as detached_put(). Messages name PATH, that one excepted. */
MUST_CHECK enum err detached_write(const struct detached *r, const char *path,
    bool clobber, struct diag *d);

/* The three in one, for one file. */
MUST_CHECK enum err detached_request(const char *path, bool clobber,
    const struct cert *cert, const struct detached_purpose *what,
    const struct ctl_unsigned *u, struct diag *d);

/* Reads TEXT. ERR_SYNTAX, ERR_TOO_BIG: it is no request, with line and column;
 * ERR_UNSUPPORTED: of a later version; ERR_POLICY: what it says is not true of
 * its bytes, or of its certificate. */
MUST_CHECK enum err detached_parse(struct bytes text, struct detached **ret,
    struct diag *d);

/* The same of the file PATH ("-": standard input), without a message that names
 * it. */
MUST_CHECK enum err detached_read(const char *path, struct detached **ret,
    struct diag *d);

const struct cert *detached_cert(const struct detached *r);
size_t detached_num(const struct detached *r);
/* Item I, from 0. */
const struct detached_item *detached_item(const struct detached *r, size_t i);

/* Appends what U is, line by line, made safe: kind, file name, digest,
 * timestamp, signer, and each record of a list with role, CN, host, serial. */
MUST_CHECK enum err detached_put_summary(const struct ctl_unsigned *u,
    struct buf *out, struct diag *d);

/* Appends what the request alone says of ITEM: command, target, judgement. Made
 * safe, each line with "| " before it, and a line before all that says that
 * nobody has checked it. */
void detached_put_said(const struct detached_item *item, struct buf *out);

/* ---- What is given to a tool that signs. ---- */

#define DETACHED_PARTS(X)                      \
	X(DETACHED_DIGEST, "digest")           \
	X(DETACHED_DIGEST_INFO, "digest-info") \
	X(DETACHED_PREIMAGE, "preimage")

enum detached_part {
#define DETACHED_ENUM(id, name) id,
	DETACHED_PARTS(DETACHED_ENUM)
#undef DETACHED_ENUM
};

/* Appends that part of ITEM: the digest (`openssl pkeyutl -sign -pkeyopt
 * digest:sha1`), the DER of DigestInfo (CKM_RSA_PKCS), the bytes that are
 * digested (CKM_SHA1_RSA_PKCS). */
MUST_CHECK enum err detached_put_part(const struct detached_item *item,
    enum detached_part part, struct buf *out, struct diag *d);

/* ---- Signatures. ---- */

/* Appends SIGNATURES, one for each item of R in their order, as a response in
 * JSON. */
MUST_CHECK enum err detached_put_response(const struct detached *r,
    const struct buf *signatures, struct buf *out, struct diag *d);

/*
 * Takes the signature out of CONTENT, a file, for item I of R: bytes as a tool
 * wrote them, or the same as base64 or hex; appends it to RET. It is checked
 * with the key, and what does not fit is refused with what it most probably is:
 * ERR_POLICY by another key, over another digest, without DigestInfo, padded
 * otherwise, or in the opposite order; ERR_TRUNCATED, ERR_TOO_BIG of the wrong
 * length; ERR_SYNTAX where it is no signature at all.
 */
MUST_CHECK enum err detached_take(const struct detached *r, size_t i,
    struct bytes content, struct buf *ret, struct diag *d);

/* CONTENT is a response, and not one signature. */
bool detached_is_response(struct bytes content);

/* Reads the response TEXT to R: appends the signature of item I to RET[I], for
 * all of them, each checked as detached_take() does. ERR_POLICY where one is
 * missing, or none of R's. */
MUST_CHECK enum err detached_take_response(const struct detached *r,
    struct bytes text, struct buf *ret, struct diag *d);

#endif
