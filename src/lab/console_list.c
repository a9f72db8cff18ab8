/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `show ctl` and `show itl` print, from the bytes of the file, by the
 * published transcripts: "BYTEPOS" is the tag, columns are set apart by tabs,
 * a group prints the length of its length field and its own length as value.
 */
#include <openssl/evp.h>

#include "base/text.h"
#include "lab/console_parts.h"
#include "lab/mint.h"
#include "lab/shelf.h"

/* How the value of a row is shown. */
enum show {
	SHOW_NOTHING,
	SHOW_GROUP,
	SHOW_TEXT,
	SHOW_SERIAL,
	SHOW_LINES, /* of the signature */
	SHOW_ROLE,
	SHOW_CERT,
	SHOW_HASH,
	SHOW_HASH_NAME
};

struct row {
	uint8_t tag;
	const char *name;
	enum show show;
};

static const struct row header_rows[] = {
	{ 3, "SIGNERID", SHOW_GROUP },
	{ 4, "SIGNERNAME", SHOW_TEXT },
	{ 5, "SERIALNUMBER", SHOW_SERIAL },
	{ 6, "CANAME\t", SHOW_TEXT },
	{ 7, "SIGNATUREINFO", SHOW_GROUP },
	{ 8, "DIGESTALGORTITHM", SHOW_NOTHING },
	{ 9, "SIGNATUREALGOINFO", SHOW_GROUP },
	{ 10, "SIGNATUREALGORTITHM", SHOW_NOTHING },
	{ 11, "SIGNATUREMODULUS", SHOW_NOTHING },
	{ 12, "SIGNATURE", SHOW_LINES },
	{ 14, "FILENAME", SHOW_NOTHING },
	{ 15, "TIMESTAMP", SHOW_NOTHING },
};

static const struct row record_rows[] = {
	{ 1, "RECORDLENGTH", SHOW_GROUP },
	{ 2, "DNSNAME\t", SHOW_TEXT },
	{ 3, "SUBJECTNAME", SHOW_TEXT },
	{ 4, "FUNCTION", SHOW_ROLE },
	{ 5, "ISSUERNAME", SHOW_TEXT },
	{ 6, "SERIALNUMBER", SHOW_SERIAL },
	{ 7, "PUBLICKEY", SHOW_NOTHING },
	{ 8, "SIGNATURE", SHOW_NOTHING },
	{ 9, "CERTIFICATE", SHOW_CERT },
	{ 10, "IPADDRESS", SHOW_NOTHING },
	{ 11, "CERTHASH", SHOW_HASH },
	{ 12, "HASH ALGORITHM", SHOW_HASH_NAME },
};

static const struct {
	unsigned code;
	const char *name;
} roles[] = {
	{ 0, "System Administrator Security Token" },
	{ 1, "CCM" },
	{ 2, "CCM+TFTP" },
	{ 3, "TFTP" },
	{ 4, "CAPF" },
	{ 5, "SRST" },
	{ 6, "FIREWALL" },
	{ 7, "APPLICATION SERVER" },
	{ 20, "CA" },
	{ 21, "TVS" },
};

#define NUM(array) (sizeof(array) / sizeof((array)[0]))
#define SAST 0
#define NO_ROLE 0x10000
#define A_LINE 8 /* values of a signature */

/* A list while it is printed. */
struct listing {
	struct sheet sheet;
	const char *word; /* "CTL" */
	struct buf *out;
	struct diag *diag;
};

/* ---- Values. ---- */

static enum err
put_digest(const EVP_MD *md, struct bytes in, const char *name, struct buf *out,
    struct diag *diag)
{
	uint8_t value[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (EVP_Digest(in.ptr, in.len, value, &len, md, NULL) != 1)
		return diag_set(diag, ERR_CRYPTO, "no %s", name);
	text_put_hex(out, bytes_of(value, len), "", TEXT_LOWER);
	buf_printf(out, "(%s)\n", name);
	return ERR_OK;
}

static void
put_name(struct buf *out, struct bytes value)
{
	while (value.len > 0 && value.ptr[value.len - 1] == '\0')
		value.len--;
	buf_put(out, value);
}

static void
put_signature(struct buf *out, struct bytes value)
{
	size_t i;

	for (i = 0; i < value.len; i++)
		buf_printf(out, "%s%x", i % A_LINE == 0 ? "\n\t\t" : "  ",
		    value.ptr[i]);
}

static unsigned
number_of(struct bytes value)
{
	return value.len == 2 ? (unsigned)value.ptr[0] << 8 | value.ptr[1]
			      : NO_ROLE;
}

static void
put_role(struct buf *out, struct bytes value)
{
	unsigned role = number_of(value);
	size_t i;

	for (i = 0; i < NUM(roles); i++)
		if (roles[i].code == role) {
			buf_str(out, roles[i].name);
			return;
		}
	buf_printf(out, "UNKNOWN (%u)", role);
}

static void
put_hash_name(struct buf *out, struct bytes value)
{
	static const char *const names[] = { "SHA-1", "SHA-256", "SHA-512" };

	if (value.len == 1 && value.ptr[0] >= 1 && value.ptr[0] <= NUM(names))
		buf_str(out, names[value.ptr[0] - 1]);
}

static enum err
put_cert(const struct listing *l, struct bytes der)
{
	struct buf hash = { 0 };
	enum err e = mint_hash(MINT_SHA1, der, &hash, l->diag);

	if (e == ERR_OK) {
		text_put_hex(l->out, buf_bytes(&hash), " ", TEXT_UPPER);
		buf_str(l->out, " (SHA1 Hash HEX)");
	}
	buf_clear(&hash);
	return e;
}

static enum err
put_value(const struct listing *l, const struct row *row,
    const struct wire_tlv *t)
{
	switch (row->show) {
	case SHOW_GROUP:
		buf_printf(l->out, "%zu",
		    t->tag == 1 ? (size_t)number_of(t->value) : t->length);
		break;
	case SHOW_TEXT:
		put_name(l->out, t->value);
		break;
	case SHOW_SERIAL:
		text_put_hex(l->out, t->value, ":", TEXT_UPPER);
		break;
	case SHOW_LINES:
		put_signature(l->out, t->value);
		break;
	case SHOW_ROLE:
		put_role(l->out, t->value);
		break;
	case SHOW_CERT:
		return put_cert(l, t->value);
	case SHOW_HASH:
		text_put_hex(l->out, t->value, " ", TEXT_UPPER);
		break;
	case SHOW_HASH_NAME:
		put_hash_name(l->out, t->value);
		break;
	case SHOW_NOTHING:
		break;
	}
	return ERR_OK;
}

/* ---- Rows. ---- */

static const struct row *
row_of(const struct wire_tlv *t)
{
	const struct row *rows = t->space == 0 ? header_rows : record_rows;
	size_t i, num = t->space == 0 ? NUM(header_rows) : NUM(record_rows);

	for (i = 0; i < num; i++)
		if (rows[i].tag == t->tag)
			return &rows[i];
	return NULL;
}

/* Nothing but the NUL at its end. */
static bool
is_empty(struct bytes value)
{
	return value.len == 0 || (value.len == 1 && value.ptr[0] == '\0');
}

static enum err
put_row(const struct listing *l, const struct wire_tlv *t)
{
	const struct row *row = row_of(t);
	enum err e;

	if (row == NULL)
		return ERR_OK;
	buf_printf(l->out, "%u\t%s\t%zu", t->tag, row->name,
	    row->show == SHOW_GROUP ? (size_t)2 : t->length);
	if (row->show != SHOW_NOTHING && row->show != SHOW_LINES &&
	    !is_empty(t->value))
		buf_u8(l->out, '\t');
	e = put_value(l, row, t);
	buf_u8(l->out, '\n');
	return e;
}

static enum err
put_rows(const struct listing *l, size_t space)
{
	const struct wire_list *tlvs = &l->sheet.tlvs;
	enum err e = ERR_OK;
	size_t i;

	buf_str(l->out,
	    "BYTEPOS\tTAG\t\tLENGTH\tVALUE\n"
	    "-------\t---\t\t------\t-----\n");
	for (i = wire_space(tlvs, space);
	     e == ERR_OK && i < tlvs->num && tlvs->item[i].space == space; i++)
		e = put_row(l, &tlvs->item[i]);
	return e;
}

/* ---- Who signed. ---- */

static struct bytes
value_of(const struct listing *l, size_t space, uint8_t tag)
{
	const struct wire_tlv *t = wire_find(&l->sheet.tlvs, space, tag);

	return t == NULL ? bytes_of(NULL, 0) : t->value;
}

static bool
is_sast(const struct listing *l, size_t record)
{
	return number_of(value_of(l, record, DIALECT_ROLE)) == SAST;
}

/* The header's names are those of RECORD. */
static bool
is_signer(const struct listing *l, size_t record)
{
	struct bytes serial = value_of(l, 0, 5), issuer = value_of(l, 0, 6);

	return serial.ptr != NULL && issuer.ptr != NULL &&
	    bytes_equal(serial, value_of(l, record, DIALECT_SERIAL)) &&
	    bytes_equal(issuer, value_of(l, record, DIALECT_ISSUER));
}

static enum err
is_verified(const struct listing *l, bool *ret)
{
	struct bytes key;
	enum err e = ERR_OK;
	size_t i;

	*ret = false;
	for (i = 1; i <= l->sheet.tlvs.num_records && e == ERR_OK; i++) {
		key = value_of(l, i, DIALECT_KEY);
		if (*ret || !is_sast(l, i) || !is_signer(l, i) ||
		    key.ptr == NULL)
			continue;
		e = shelf_check(&l->sheet, key, ret, l->diag);
	}
	return e;
}

/* ---- The whole. ---- */

static enum err
put_record(const struct listing *l, size_t record)
{
	enum err e;

	buf_printf(l->out, "\n\t%s Record #:%zu\n\t\t ----\n", l->word, record);
	e = put_rows(l, record);
	if (is_sast(l, record))
		buf_printf(l->out,
		    "This etoken was %sused to sign the %s file.\n",
		    is_signer(l, record) ? "" : "not ", l->word);
	return e;
}

static enum err
put_content(const struct listing *l)
{
	struct bytes version = value_of(l, 0, 1);
	bool verified = false;
	enum err e;
	size_t i;

	buf_printf(l->out, "\nParse %s File\n----------------\n\n", l->word);
	buf_printf(l->out, "Version:\t%u.%u\nHeaderLength:\t%u (BYTES)\n\n",
	    version.ptr[0], version.ptr[1], number_of(value_of(l, 0, 2)));
	e = put_rows(l, 0);
	for (i = 1; i <= l->sheet.tlvs.num_records && e == ERR_OK; i++)
		e = put_record(l, i);
	if (e == ERR_OK)
		e = is_verified(l, &verified);
	if (e != ERR_OK)
		return e;
	if (verified)
		buf_printf(l->out, "\nThe %s file was verified successfully.\n",
		    l->word);
	else
		buf_printf(l->out,
		    "\nVerification of the %s File failed.\n"
		    "Error parsing the %s File!!\n",
		    l->word, l->word);
	return ERR_OK;
}

static enum err
put_head(const struct listing *l, struct bytes file, int64_t changed)
{
	enum err e;

	buf_printf(l->out, "The checksum value of the %s file:\n", l->word);
	e = put_digest(EVP_md5(), file, "MD5", l->out, l->diag);
	if (e == ERR_OK)
		e = put_digest(EVP_sha1(), file, "SHA1", l->out, l->diag);
	if (e != ERR_OK)
		return e;
	buf_printf(l->out, "\nLength of %s file: %zu\n", l->word, file.len);
	buf_printf(l->out, "The %s File was last modified on ", l->word);
	text_put_date(l->out, changed);
	buf_u8(l->out, '\n');
	return ERR_OK;
}

static void
put_absent(const struct listing *l, bool itl)
{
	buf_printf(l->out, "Length of %s file: 0\n", l->word);
	if (itl)
		buf_str(l->out, "ITL File not found.\n");
	else
		buf_str(l->out,
		    "CTL File not found. Please run CTLClient plugin or run "
		    "the CLI - utils ctl.. to generate the CTL file.\n");
	buf_printf(l->out, "Error parsing the %s File.\n", l->word);
}

enum err
console_show_list(struct bytes file, bool itl, int64_t changed, struct buf *out,
    struct diag *diag)
{
	struct listing l = { .word = itl ? "ITL" : "CTL",
		.out = out,
		.diag = diag };
	struct diag unread;
	enum err e;

	diag_init(&unread);
	if (file.ptr == NULL || file.len == 0) {
		put_absent(&l, itl);
		return buf_ok(out) ? ERR_OK : diag_nomem(diag);
	}
	e = put_head(&l, file, changed);
	if (e != ERR_OK)
		return e;
	l.sheet.file = file;
	e = wire_read(file, WIRE_RECORDS, &l.sheet.tlvs, &unread);
	if (e == ERR_OK)
		e = put_content(&l);
	else if (e == ERR_NOMEM)
		*diag = unread;
	else
		buf_printf(out, "\nError parsing the %s File!!\n", l.word);
	wire_list_clear(&l.sheet.tlvs);
	if (e == ERR_NOMEM || !buf_ok(out))
		return diag_nomem(diag);
	return ERR_OK;
}
