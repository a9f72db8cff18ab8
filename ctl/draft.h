/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making files: a draft of a trust list, or the content of a signed file,
 * becomes bytes with a gap for the signature, and these a finished file.
 *
 *   ctl_draft_new() or ctl_draft_from(file)
 *     -> ctl_draft_add(), _remove(), _replace()
 *     -> ctl_prepare()         the bytes, the digest that is to be signed
 *   content -> ctl_prepare_signed()      likewise
 *     -> ctl_foresee()         whether that will be let out once it is signed
 *     -> a signature, made wherever the key is
 *     -> ctl_finish()          the file, parsed and verified
 *   ctl_seal() does the last three in one, with a struct ctl_signer.
 *
 * The same draft, header, certificate and signature give the same bytes every
 * time. Nothing here reads a clock. Part of ctl/ctl.h.
 */
#ifndef CTL_DRAFT_H
#define CTL_DRAFT_H

#include "ctl/ctl.h"

/* ---- Records. ---- */

/* One record to be made. All is borrowed for the call. Format 10.1 says what is
 * written; the builder dialect has neither host nor address, and leaves them
 * out. */
struct ctl_entry {
	uint16_t role;           /* enum ctl_role, or any other code */
	const struct cert *cert; /* NULL: host and address alone (format 4.2,
				  * non-secure mode) */
	struct bytes host;       /* DNSNAME, without a NUL; absent: empty */
	struct bytes address;    /* IPADDRESS; absent: ctl_default_address() */
	enum ctl_dialect dialect;
};

/* Who writes a record about C so that phones find it: the token dialect for
 * what Cisco Manufacturing CA has issued, whatever its subject, the appliance's
 * for all else (format 10.1). ERR_NOMEM. */
MUST_CHECK enum err ctl_dialect_for(const struct cert *c, enum ctl_dialect *ret,
    struct diag *d);

/* The address of a record that was given none: the token's client writes
 * 0.0.0.0, others leave the tag out. Absent or 4 bytes, static. */
struct bytes ctl_default_address(enum ctl_dialect dialect);

/* ---- Drafts of lists. ---- */

struct ctl_draft;

/* An empty one: version 1.2, no record. KIND: CTL_KIND_CTL or CTL_KIND_ITL. */
MUST_CHECK enum err ctl_draft_new(enum ctl_kind kind, struct ctl_draft **ret,
    struct diag *d);

/* A copy of the list F, which is not needed afterwards: its records byte for
 * byte, its version, and what its header has that is not known. ERR_USAGE
 * where F is no list. */
MUST_CHECK enum err ctl_draft_from(const struct ctl_file *f,
    struct ctl_draft **ret, struct diag *d);

/* Frees *DR and sets it to NULL; NULL is allowed. */
void ctl_draft_free(struct ctl_draft **dr);

size_t ctl_draft_num(const struct ctl_draft *dr);

/* Record INDEX, from 1, and its bytes; borrowed until the next change of DR.
 * Offsets are within the record. NULL beyond. */
const struct ctl_record *ctl_draft_record(const struct ctl_draft *dr,
    size_t index);
struct bytes ctl_draft_bytes(const struct ctl_draft *dr, size_t index);

/* Adds a record: before record AT, or at the end where there is none. What a
 * record or a field cannot hold is ERR_TOO_BIG; a name of the certificate that
 * is no text, or a name or host that has a control character, ERR_SYNTAX;
 * CTL_MAX_RECORDS, ERR_TOO_BIG; a certificate without an attribute by which the
 * token dialect could be told, ERR_UNSUPPORTED. */
MUST_CHECK enum err ctl_draft_add(struct ctl_draft *dr,
    const struct ctl_entry *entry, size_t at, struct diag *d);

/* Takes record INDEX away; nothing where there is none. */
void ctl_draft_remove(struct ctl_draft *dr, size_t index);

/* Makes record INDEX anew about CERT in DIALECT: role, host, address and tags
 * that are not known stay as they are, and a record that had a CERTHASH gets
 * the new one by the same algorithm, and no tag of the certificate that it had
 * not. Errors as ctl_draft_add(), ERR_UNSUPPORTED where that algorithm is
 * unknown, ERR_USAGE where there is no such record. On failure DR is as it was.
 */
MUST_CHECK enum err ctl_draft_replace(struct ctl_draft *dr, size_t index,
    const struct cert *cert, enum ctl_dialect dialect, struct diag *d);

/* ---- Signing. ---- */

/* What the header says beside what follows from the rest. */
struct ctl_head {
	uint8_t major, minor; /* 0, 0: as the draft, 1.2, or for signed files
			       * 1.0 */
	enum digest digest;   /* one with a code: format 2.5 */
	const char *filename; /* with sub-folder, where phones ask for one */
	bool has_timestamp;
	uint32_t timestamp;
	bool signer_version;    /* write tag 28, 1.0 (certutils does), where
				 * the draft has none of its own */
	enum ctl_dialect order; /* CTL_DIALECT_BUILDER: 4, 6, 5 (format 2.2) */

	/* The signer's certificate: RSA of 512, 1024, 2048 or 4096 bits. */
	const struct cert *cert;

	/* Tags 4, 5 and 6, copied byte for byte where they are not absent:
	 * phones compare them with what they hold. Absent, they are what
	 * DIALECT makes of CERT. */
	struct bytes name, serial, issuer; /* values, with their NUL */
	enum ctl_dialect dialect;
};

/* Sets the time of HEAD to WHEN, seconds since 1970. ERR_TOO_BIG where the field
 * has no room for it, and HEAD is as it was. */
MUST_CHECK enum err ctl_head_time(struct ctl_head *head, int64_t when,
    struct diag *d);

/* Sets name, serial and issuer of HEAD to those of record INDEX of F, which
 * HEAD then borrows; a field that the record lacks is left absent. The dialect
 * becomes the record's. */
void ctl_head_copy(struct ctl_head *head, const struct ctl_file *f,
    size_t index);
/* The same with a record of a draft. */
void ctl_head_copy_draft(struct ctl_head *head, const struct ctl_draft *dr,
    size_t index);

/* The SAST record of F whose CERTIFICATE is C, or, without one, its PUBLICKEY,
 * issuer and serial number; 0 where there is none. */
MUST_CHECK enum err ctl_find_sast(const struct ctl_file *f,
    const struct cert *c, size_t *ret, struct diag *d);
/* The same, but of several one that DR has as well, byte for byte. */
MUST_CHECK enum err ctl_find_sast_kept(const struct ctl_file *f,
    const struct ctl_draft *dr, const struct cert *c, size_t *ret,
    struct diag *d);
/* The same of a draft. */
MUST_CHECK enum err ctl_draft_find_sast(const struct ctl_draft *dr,
    const struct cert *c, size_t *ret, struct diag *d);

/* A file that waits for its signature. All-zero is legal to clear. */
struct ctl_unsigned {
	struct buf preimage; /* what is signed: the file less the gap */
	size_t gap;          /* where the SIGNATURE TLV goes */
	size_t signature_len;
	enum digest digest;
	struct digest_value value; /* of preimage */
	enum ctl_kind kind;
};

void ctl_unsigned_clear(struct ctl_unsigned *u);

/*
 * Makes the bytes of a list. ERR_UNSUPPORTED: a signer that is not RSA (phones
 * verify RSA signatures alone), a modulus without a code (format 2.5), a digest
 * without one, or one that a signature of this length has no room for.
 * ERR_TOO_BIG: a header over 65535 bytes, more tags than ctl_parse() takes.
 * ERR_USAGE: no file name, one with a control character, or one that makes
 * readers take the file for another kind (format 1.3). ERR_SYNTAX: names of
 * HEAD that no file may hold. RET is all-zero, or cleared, before; untouched on
 * failure. What is returned has been parsed, with zeros for a signature.
 */
MUST_CHECK enum err ctl_prepare(const struct ctl_draft *dr,
    const struct ctl_head *head, struct ctl_unsigned *ret, struct diag *d);

/* The same of a signed file with this content. A trust list as content is
 * ERR_USAGE: the key of a TFTP server could sign lists by it. */
MUST_CHECK enum err ctl_prepare_signed(struct bytes content,
    const struct ctl_head *head, struct ctl_unsigned *ret, struct diag *d);

/* Reads PREIMAGE, as a struct ctl_unsigned has it, back: for one that was away
 * while it was signed. CERT is the signer's; its errors are those of
 * ctl_prepare(). ERR_SYNTAX where PREIMAGE is not, byte for byte, what would be
 * prepared of all that it says (format 10.3). */
MUST_CHECK enum err ctl_unsigned_read(struct bytes preimage,
    const struct cert *cert, struct ctl_unsigned *ret, struct diag *d);

/* The bytes with zeros for a signature, appended to OUT: for ctl_parse(), to
 * judge what is not signed yet. */
MUST_CHECK enum err ctl_preview(const struct ctl_unsigned *u, struct buf *out,
    struct diag *d);

/* Appends U with SIGNATURE in its gap to OUT, once it has been parsed and
 * verified: every file with CERT, and a list with itself too, if it has a SAST
 * record with CERT or one that its header names. ERR_CRYPTO where that is not
 * right, with the reason of ctl_verify(); what ctl_parse() says where the file
 * does not parse; OUT is then as it was. MEMO may be NULL. */
MUST_CHECK enum err ctl_finish(const struct ctl_unsigned *u,
    struct bytes signature, const struct cert *cert, struct ctl_memo *memo,
    struct buf *out, struct diag *d);

/* What ctl_finish() would say of U with a signature that is right: its errors,
 * before anybody signs. */
MUST_CHECK enum err ctl_foresee(const struct ctl_unsigned *u,
    const struct cert *cert, struct diag *d);

/* Who signs. */
struct ctl_signer {
	void *arg;
	const struct cert *cert;
	/* Appends the PKCS#1 v1.5 signature over U->value to RET. U->preimage
	 * is there for a token that wants to digest itself. PURPOSE: the file
	 * that it is for. */
	enum err (*sign)(void *arg, const struct ctl_unsigned *u,
	    const char *purpose, struct buf *ret, struct diag *d);
};

/* Has SIGNER sign U, and finishes it. */
MUST_CHECK enum err ctl_seal(const struct ctl_unsigned *u,
    const struct ctl_signer *signer, const char *purpose, struct ctl_memo *memo,
    struct buf *out, struct diag *d);

#endif
