/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libctl: the files that phones trust. Certificate trust lists (CTL), initial
 * trust lists (ITL), signed files (.sgn), firmware lists and the header of
 * encrypted files. docs/ctl-format.md describes the format; "format 2.1"
 * below is its section 2.1.
 *
 *   bytes -> ctl_parse() -> a struct ctl_file that keeps every byte
 *         -> ctl_emit()     the same bytes again
 *         -> ctl_verify()   a verdict
 *         -> ctl_validate() findings (ctl/validate.h)
 *         -> ctl_text_*()   the layout of the appliance's `show ctl`
 *   that layout -> ctl_listing_read() (ctl/listing.h)
 *   records, a signer -> ctl_seal() -> bytes (ctl/draft.h)
 *
 * A struct ctl_file borrows the bytes it was parsed from: they must live as
 * long as it does. What its accessors return is borrowed from it. Nothing
 * here reads a file, a clock or a locale, and nothing knows about phones or
 * releases.
 */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/diag.h"
#include "ctl/rules.h"
#include "pki/cert.h"
#include "pki/digest.h"

/* ---- Tables. Each code stands here once; docs/ctl-format.md is compared
 * with them by a test. ---- */

/* How the value of a tag is encoded. */
enum ctl_shape {
	CTL_BYTES, /* anything */
	CTL_TEXT,  /* characters and a NUL that is counted */
	CTL_U8,
	CTL_U16,  /* big-endian */
	CTL_U32,  /* big-endian */
	CTL_GROUP /* a container: TLVs */
};

/* Tags of the header: id, code, name as the appliance prints it, shape, the
 * container it stands in (0: none). Format 2.1. */
#define CTL_HEADER_TAGS(X)                                                  \
	X(CTL_HDR_VERSION, 1, "VERSION", CTL_U16, 0)                        \
	X(CTL_HDR_LENGTH, 2, "HEADERLENGTH", CTL_U16, 0)                    \
	X(CTL_HDR_SIGNER_ID, 3, "SIGNERID", CTL_GROUP, 0)                   \
	X(CTL_HDR_SIGNER_NAME, 4, "SIGNERNAME", CTL_TEXT, 3)                \
	X(CTL_HDR_SERIAL, 5, "SERIALNUMBER", CTL_BYTES, 3)                  \
	X(CTL_HDR_ISSUER, 6, "CANAME", CTL_TEXT, 3)                         \
	X(CTL_HDR_SIGNATURE_INFO, 7, "SIGNATUREINFO", CTL_GROUP, 0)         \
	X(CTL_HDR_DIGEST, 8, "DIGESTALGORTITHM", CTL_U8, 7)                 \
	X(CTL_HDR_SIGALG_INFO, 9, "SIGNATUREALGOINFO", CTL_GROUP, 7)        \
	X(CTL_HDR_SIGALG, 10, "SIGNATUREALGORTITHM", CTL_U8, 9)             \
	X(CTL_HDR_MODULUS, 11, "SIGNATUREMODULUS", CTL_U8, 9)               \
	X(CTL_HDR_SIGNATURE, 12, "SIGNATURE", CTL_BYTES, 0)                 \
	X(CTL_HDR_FILENAME, 14, "FILENAME", CTL_TEXT, 0)                    \
	X(CTL_HDR_TIMESTAMP, 15, "TIMESTAMP", CTL_U32, 0)                   \
	X(CTL_HDR_ENCRYPTION, 16, "ENCRYPTIONINFO", CTL_GROUP, 0)           \
	X(CTL_HDR_ENC_ALG_INFO, 17, "ENCRYPTIONALGOINFO", CTL_GROUP, 16)    \
	X(CTL_HDR_ENC_ALG, 18, "ENCRYPTIONALGORITHM", CTL_BYTES, 17)        \
	X(CTL_HDR_ENC_IV, 19, "ENCRYPTIONIV", CTL_BYTES, 17)                \
	X(CTL_HDR_ENC_PADDING, 20, "ENCRYPTIONPADDING", CTL_BYTES, 17)      \
	X(CTL_HDR_ENC_KEY_INFO, 21, "ENCRYPTIONKEYINFO", CTL_GROUP, 16)     \
	X(CTL_HDR_ENC_KEY_USAGE, 22, "ENCRYPTIONKEYUSAGE", CTL_BYTES, 21)   \
	X(CTL_HDR_ENC_KEY_SIZE, 23, "ENCRYPTIONKEYSIZE", CTL_BYTES, 21)     \
	X(CTL_HDR_ENC_KEY_SOURCE, 24, "ENCRYPTIONKEYSOURCE", CTL_BYTES, 21) \
	X(CTL_HDR_ENC_KEY, 25, "ENCRYPTIONKEY", CTL_BYTES, 21)              \
	X(CTL_HDR_ENC_DIGEST, 26, "CONTENTDIGESTALGO", CTL_BYTES, 0)        \
	X(CTL_HDR_ENC_HASH, 27, "CONTENTDIGEST", CTL_BYTES, 0)              \
	X(CTL_HDR_SIGNER_VERSION, 28, "SIGNERVERSION", CTL_U16, 0)

/* The bare byte that fills the header up to a multiple of 4. Format 2.3. */
#define CTL_PAD 13

/* Tags of a record: id, code, name, shape. Format 4.1. */
#define CTL_RECORD_TAGS(X)                                  \
	X(CTL_REC_LENGTH, 1, "RECORDLENGTH", CTL_U16)       \
	X(CTL_REC_DNS_NAME, 2, "DNSNAME", CTL_TEXT)         \
	X(CTL_REC_SUBJECT, 3, "SUBJECTNAME", CTL_TEXT)      \
	X(CTL_REC_ROLE, 4, "FUNCTION", CTL_U16)             \
	X(CTL_REC_ISSUER, 5, "ISSUERNAME", CTL_TEXT)        \
	X(CTL_REC_SERIAL, 6, "SERIALNUMBER", CTL_BYTES)     \
	X(CTL_REC_PUBLIC_KEY, 7, "PUBLICKEY", CTL_BYTES)    \
	X(CTL_REC_SIGNATURE, 8, "SIGNATURE", CTL_BYTES)     \
	X(CTL_REC_CERTIFICATE, 9, "CERTIFICATE", CTL_BYTES) \
	X(CTL_REC_ADDRESS, 10, "IPADDRESS", CTL_BYTES)      \
	X(CTL_REC_CERT_HASH, 11, "CERTHASH", CTL_BYTES)     \
	X(CTL_REC_HASH_ALG, 12, "HASH ALGORITHM", CTL_U8)

/* Roles: id, code, JSON name, name as the appliance prints it under
 * FUNCTION. Format 5. */
#define CTL_ROLES(X)                                                       \
	X(CTL_ROLE_SAST, 0, "sast", "System Administrator Security Token") \
	X(CTL_ROLE_CCM, 1, "ccm", "CCM")                                   \
	X(CTL_ROLE_CCM_TFTP, 2, "ccm+tftp", "CCM+TFTP")                    \
	X(CTL_ROLE_TFTP, 3, "tftp", "TFTP")                                \
	X(CTL_ROLE_CAPF, 4, "capf", "CAPF")                                \
	X(CTL_ROLE_SRST, 5, "srst", "SRST")                                \
	X(CTL_ROLE_FIREWALL, 6, "firewall", "FIREWALL")                    \
	X(CTL_ROLE_APP_SERVER, 7, "app-server", "APP-SERVER")              \
	X(CTL_ROLE_TVS, 21, "tvs", "TVS")

/* Digest codes: code, digest, name as the appliance prints it. Format 2.5. */
#define CTL_DIGESTS(X)                 \
	X(1, DIGEST_SHA1, "SHA-1")     \
	X(2, DIGEST_SHA256, "SHA-256") \
	X(3, DIGEST_SHA512, "SHA-512")

/* Modulus codes: code, bits. Format 2.5. */
#define CTL_MODULI(X) \
	X(0, 512)     \
	X(1, 1024)    \
	X(2, 2048)    \
	X(3, 4096)

/* Kinds of file: id, JSON name. */
#define CTL_KINDS(X)                      \
	X(CTL_KIND_CTL, "ctl")            \
	X(CTL_KIND_ITL, "itl")            \
	X(CTL_KIND_SIGNED, "signed-file") \
	X(CTL_KIND_FIRMWARE, "firmware")  \
	X(CTL_KIND_ENCRYPTED, "encrypted")

/* Who wrote a record, as far as its spelling tells: id, JSON name.
 * Format 6. */
#define CTL_DIALECTS(X)                       \
	X(CTL_DIALECT_APPLIANCE, "appliance") \
	X(CTL_DIALECT_TOKEN, "token")         \
	X(CTL_DIALECT_BUILDER, "builder")

/* How a trust list was signed: id, JSON name. */
#define CTL_ORIGINS(X)                                     \
	X(CTL_ORIGIN_TOKEN, "token")                       \
	X(CTL_ORIGIN_CALLMANAGER, "tokenless-callmanager") \
	X(CTL_ORIGIN_ITLRECOVERY, "tokenless-itlrecovery") \
	X(CTL_ORIGIN_OWN_KEY, "own-key")                   \
	X(CTL_ORIGIN_UNKNOWN, "unknown")

#define CTL_ENUM_CODE5(id, code, name, shape, parent) id = code,
#define CTL_ENUM_CODE4(id, code, name, shape) id = code,
#define CTL_ENUM2(id, name) id,
enum ctl_header_tag {
	CTL_HEADER_TAGS(CTL_ENUM_CODE5)
};
enum ctl_record_tag {
	CTL_RECORD_TAGS(CTL_ENUM_CODE4)
};
enum ctl_role {
	CTL_ROLES(CTL_ENUM_CODE4)
};
enum ctl_kind {
	CTL_KIND_AUTO,
	CTL_KINDS(CTL_ENUM2)
};
enum ctl_dialect {
	CTL_DIALECTS(CTL_ENUM2)
};
enum ctl_origin {
	CTL_ORIGINS(CTL_ENUM2)
};
#undef CTL_ENUM_CODE5
#undef CTL_ENUM_CODE4
#undef CTL_ENUM2

struct ctl_tag_info {
	uint8_t code;
	const char *name; /* as the appliance prints it */
	enum ctl_shape shape;
	uint8_t parent; /* header tags: the container's code, or 0 */
};

/* The entry of a tag, or NULL where the code is unknown. */
const struct ctl_tag_info *ctl_header_tag_info(uint8_t code);
const struct ctl_tag_info *ctl_record_tag_info(uint8_t code);

/* "sast" and so on, "unknown" for another code. */
const char *ctl_role_name(unsigned code);
/* "System Administrator Security Token" and so on; NULL for another code. */
const char *ctl_role_function(unsigned code);
/* True and *RET where FUNCTION is a role as the appliance prints it, or as
 * Cisco's parser for Windows does (format 8.5). */
bool ctl_role_of_function(struct bytes function, uint16_t *ret);
/* True and *RET where the digest code is known. */
bool ctl_digest_of_code(unsigned code, enum digest *ret);
/* "SHA-1" and so on; NULL for another code. */
const char *ctl_digest_print_name(unsigned code);
/* The bits of a modulus code, or 0. */
unsigned ctl_modulus_bits(unsigned code);

/* The JSON names. CTL_KIND_AUTO has none. */
const char *ctl_kind_name(enum ctl_kind kind);
const char *ctl_dialect_name(enum ctl_dialect dialect);
const char *ctl_origin_name(enum ctl_origin origin);
/* The kind of that name; CTL_KIND_AUTO where there is none. */
enum ctl_kind ctl_kind_of_name(const char *name);

/* ---- Parsing. ---- */

struct ctl_file;

/* One TLV. */
struct ctl_field {
	struct bytes value;
	size_t offset; /* of the tag byte, in the file */
	uint8_t tag;
	uint8_t depth; /* 0, or how many containers it stands in */
};

struct ctl_header {
	size_t length; /* HEADERLENGTH */
	uint8_t major, minor;
	const struct ctl_field *fields; /* in file order, without pads */
	size_t num_fields;
	size_t num_pads;
};

struct ctl_record {
	size_t offset;
	size_t length;                  /* RECORDLENGTH */
	const struct ctl_field *fields; /* in file order */
	size_t num_fields;
	enum ctl_dialect dialect;
	bool has_role;
	uint16_t role; /* the code, known or not */
};

/* Limits that no real list comes near, so that hostile ones cost little. */
#define CTL_MAX_RECORDS 10000
#define CTL_MAX_FIELDS 256 /* a record, or the header */
#define CTL_MAX_FIELDS_TOTAL 150000

/*
 * Parses IN, whole. KIND is what the caller knows the file to be, or
 * CTL_KIND_AUTO: then the header's file name decides, and where it says
 * nothing, the payload. A payload that begins with a record makes a list
 * whatever the name says (format 1.3).
 *
 * Refused, with offset and tag path: anything that does not add up (lengths,
 * containers, leftover bytes), a known tag that has the wrong size or occurs
 * twice in one place, and a control character inside a name, where a NUL
 * would make two readers see two names. Kept: unknown tags and roles, any
 * order, any number of pads, any dialect.
 *
 * Errors: ERR_TRUNCATED, ERR_SYNTAX, ERR_LEFTOVER (bytes that begin no
 * record), ERR_TOO_BIG (the limits above), ERR_NOMEM.
 */
MUST_CHECK enum err ctl_parse(struct bytes in, enum ctl_kind kind,
    struct ctl_file **ret, struct diag *d);

/* Frees *F and sets it to NULL; NULL is allowed. */
void ctl_free(struct ctl_file **f);

enum ctl_kind ctl_kind(const struct ctl_file *f);
/* A trust list: its payload is records. */
bool ctl_is_list(const struct ctl_file *f);
struct bytes ctl_raw(const struct ctl_file *f);
/* What follows the header. */
struct bytes ctl_payload(const struct ctl_file *f);
const struct ctl_header *ctl_header(const struct ctl_file *f);
size_t ctl_num_records(const struct ctl_file *f);
/* Record INDEX, counted from 1 as the appliance does; NULL beyond. */
const struct ctl_record *ctl_record(const struct ctl_file *f, size_t index);

/* The field with TAG, or NULL. */
const struct ctl_field *ctl_header_field(const struct ctl_header *h,
    enum ctl_header_tag tag);
const struct ctl_field *ctl_record_field(const struct ctl_record *r,
    enum ctl_record_tag tag);

/* Its value; {NULL, 0} where the tag is absent. */
struct bytes ctl_header_value(const struct ctl_header *h,
    enum ctl_header_tag tag);
struct bytes ctl_record_value(const struct ctl_record *r,
    enum ctl_record_tag tag);

/* The same for a CTL_TEXT tag, without its NUL. */
struct bytes ctl_header_text(const struct ctl_header *h,
    enum ctl_header_tag tag);
struct bytes ctl_record_text(const struct ctl_record *r,
    enum ctl_record_tag tag);

/* The same for a number; false where the tag is absent. */
bool ctl_header_number(const struct ctl_header *h, enum ctl_header_tag tag,
    uint32_t *ret);

/* ---- Writing. ---- */

/* Appends F as bytes: for every file that ctl_parse() accepts, the bytes it
 * was parsed from. Lengths are computed, not copied. */
MUST_CHECK enum err ctl_emit(const struct ctl_file *f, struct buf *out,
    struct diag *d);

/* What the signature covers: the file less the whole SIGNATURE TLV, in two
 * runs (format 3). Without that TLV the second is empty. */
void ctl_preimage(const struct ctl_file *f, struct bytes ret_parts[2]);

/* ---- Names and dialects. ---- */

/* Appends a name of C as a writer of DIALECT spells it today, without a NUL
 * (format 6). ERR_SYNTAX where the certificate's name is not text. */
MUST_CHECK enum err ctl_put_name(const struct cert *c, enum cert_name which,
    enum ctl_dialect dialect, struct buf *out, struct diag *d);

struct ctl_name_match {
	bool same;
	char dropped[100]; /* attributes that this spelling leaves out */
};

/* Whether TEXT is that name in any spelling that a writer of DIALECT is known
 * to have used. Errors as above. */
MUST_CHECK enum err ctl_name_is(const struct cert *c, enum cert_name which,
    enum ctl_dialect dialect, struct bytes text, struct ctl_name_match *ret,
    struct diag *d);

/* The common name within NAME, a name as some dialect spells it, without
 * quotes and without blanks at its end; {NULL, 0} where there is none. */
struct bytes ctl_common_name(struct bytes name);

/* The record's fields against its own CERTIFICATE. */
struct ctl_agreement {
	bool agrees;
	struct diag why; /* which field, where, what; where not */
	char note[160];  /* "" or what the dialect dropped or cut */
};

/* Compares SUBJECTNAME, ISSUERNAME, SERIALNUMBER, PUBLICKEY and CERTHASH of record
 * INDEX with CERT, which is its decoded CERTIFICATE (format 7). A field that
 * is absent disagrees with nothing. */
MUST_CHECK enum err ctl_agree(const struct ctl_file *f, size_t index,
    const struct cert *cert, struct ctl_agreement *ret, struct diag *d);

/* How a record and a certificate from elsewhere relate. The names of a record
 * are its ISSUERNAME and SERIALNUMBER; its content is CERTIFICATE, else
 * CERTHASH, else PUBLICKEY. */
enum ctl_identity {
	CTL_OTHER_CERT, /* neither is the certificate's */
	CTL_NAMED_CERT, /* the names are; the content is another's, or absent */
	CTL_HELD_CERT,  /* the content is; the names are another's */
	CTL_SAME_CERT   /* the content is, and no name says otherwise */
};

/* Compares record INDEX with CERT: names in the spellings, and the serial number
 * in the orders of bytes, that a writer of the record's dialect is known to
 * have used (format 6). ERR_NOMEM, ERR_CRYPTO. */
MUST_CHECK enum err ctl_identify(const struct ctl_file *f, size_t index,
    const struct cert *cert, enum ctl_identity *ret, struct diag *d);

/* The role of a CallManager or a TFTP server: CCM, CCM+TFTP, TFTP. */
bool ctl_record_is_server(const struct ctl_record *r);

/* The subject begins with CN=ITLRECOVERY_, as that of the certificate that the
 * appliance makes for ITLRecovery. */
bool ctl_record_is_itlrecovery(const struct ctl_record *r);

/* The record names the same signer as the header: issuer equal as bytes, and
 * serial equal as bytes or, for a token's record, reversed. */
bool ctl_record_is_named(const struct ctl_header *h,
    const struct ctl_record *r);

/* The first SAST record that the header names; 0 where there is none. */
size_t ctl_signer_record(const struct ctl_file *f);

/* How the list was signed, judged by its records alone, whether or not its
 * signature is right. */
enum ctl_origin ctl_origin(const struct ctl_file *f);

/* ---- Verifying. ---- */

#define CTL_STATUSES(X)             \
	X(CTL_VERIFIED, "verified") \
	X(CTL_FAILED, "failed")     \
	X(CTL_NOT_POSSIBLE, "not-possible")

#define CTL_ANCHORS(X)                        \
	X(CTL_ANCHOR_SELF, "self")            \
	X(CTL_ANCHOR_TRUSTED, "trusted-file") \
	X(CTL_ANCHOR_CERT, "certificate")

#define CTL_ENUM2(id, name) id,
enum ctl_status {
	CTL_STATUSES(CTL_ENUM2)
};
enum ctl_anchor_kind {
	CTL_ANCHORS(CTL_ENUM2)
};
#undef CTL_ENUM2

const char *ctl_status_name(enum ctl_status status);
const char *ctl_anchor_name(enum ctl_anchor_kind kind);

/* Remembers the signers' records that were found to be in order, so that many
 * files by few signers cost one decoding a signer, and keeps ready what checks
 * a signature. For one thread at a time, and for anchors with the same `cert`.
 */
struct ctl_memo;

MUST_CHECK enum err ctl_memo_new(struct ctl_memo **ret, struct diag *d);

/* Frees *M and sets it to NULL; NULL is allowed. */
void ctl_memo_free(struct ctl_memo **m);

/* Where the key comes from that a signature is checked with. */
struct ctl_anchor {
	enum ctl_anchor_kind kind;
	const struct ctl_file *trusted; /* CTL_ANCHOR_TRUSTED */
	const struct cert *cert;        /* CTL_ANCHOR_CERT */
	struct ctl_memo *memo;          /* or NULL */
};

struct ctl_verdict {
	enum ctl_status status;
	enum ctl_anchor_kind anchor;
	size_t signer_record; /* in the list that the anchor is, or 0 */
	size_t other_record;  /* that bears the signer's names too, or 0 */
	enum ctl_rule rule;   /* which finding it is, where not verified */
	bool reversed;   /* the header spells the signer's serial backwards */
	struct diag why; /* where not verified: what and where */
	char note[160];  /* "" or a remark that changes nothing */
};

/*
 * Judges the signature of F.
 *
 * CTL_ANCHOR_SELF: a list is checked with the SAST record of its own that the
 * header names; that proves that it agrees with itself, no more. Anything
 * else is CTL_NOT_POSSIBLE.
 * CTL_ANCHOR_TRUSTED: with a record of another list: a SAST for a list, a
 * TFTP or CCM+TFTP record for a signed or encrypted file.
 * CTL_ANCHOR_CERT: with a certificate, which must be the one that the header
 * names.
 *
 * The fields of the record that gives the key must agree with its
 * certificate (ctl_agree), and no two such records may name the signer with
 * different keys. A firmware list is CTL_NOT_POSSIBLE: its key is in the
 * phones.
 *
 * ERR_OK whenever there is a verdict; otherwise ERR_NOMEM or ERR_CRYPTO.
 */
MUST_CHECK enum err ctl_verify(const struct ctl_file *f,
    const struct ctl_anchor *anchor, struct ctl_verdict *ret, struct diag *d);

/* ---- The appliance's text. ---- */

/* What the parts below are told. */
struct ctl_text {
	const struct ctl_file *file;
	const struct ctl_verdict *verdict;
	bool hex; /* the bytes of every value under its row */
};

/* Appends checksums, length, date and the header table of `show ctl`. The
 * date is the header's TIMESTAMP in the process's time zone. */
MUST_CHECK enum err ctl_text_head(const struct ctl_text *t, struct buf *out,
    struct diag *d);

/* Appends record INDEX, with the line that says whether it signed. */
MUST_CHECK enum err ctl_text_record(const struct ctl_text *t, size_t index,
    struct buf *out, struct diag *d);

/* Appends the final verdict. */
MUST_CHECK enum err ctl_text_tail(const struct ctl_text *t, struct buf *out,
    struct diag *d);

/* ---- Making files; findings; the text of `show ctl`. ---- */

#include "ctl/draft.h"
#include "ctl/listing.h"
#include "ctl/validate.h"

#endif
