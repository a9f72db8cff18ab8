/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/text.h"
#include "cli/cert_facts.h"
#include "cli/cert_show.h"
#include "cli/table.h"

#define DAY ((int64_t)24 * 60 * 60)
#define SOON 30        /* days */
#define NAMES_SHOWN 32 /* JSON has all of them */

/* One certificate or request at work: rows of names and values. */
struct section {
	struct table *table;
	struct buf value; /* of the row at hand */
};

/* The value built in S, unless it is empty. */
static void
row(struct section *s, const char *name)
{
	if (s->value.len > 0)
		table_pair(s->table, name, buf_bytes(&s->value));
	buf_clear(&s->value);
}

static void
row_str(struct section *s, const char *name, const char *value)
{
	table_pair(s->table, name, bytes_of_str(value));
}

static void
row_hex(struct section *s, const char *name, struct bytes value,
    const char *separator)
{
	text_put_hex(&s->value, value, separator,
	    separator[0] == '\0' ? TEXT_LOWER : TEXT_UPPER);
	row(s, name);
}

/* ---- What both have --------------------------------------------------------------- */

static void
put_list(struct buf *out, const char *item)
{
	buf_printf(out, "%s%s", out->len > 0 ? ", " : "", item);
}

static void
put_usage(struct buf *out, const struct ext *x)
{
	int i;

	for (i = 0; i < EXT_NUM_KEY_USAGES; i++)
		if ((x->key_usage_bits & 1u << i) != 0)
			put_list(out,
			    ext_key_usage_name((enum ext_key_usage)i));
}

static void
put_purposes(struct buf *out, const struct ext *x)
{
	int i;

	for (i = 0; i < EXT_NUM_PURPOSES; i++)
		if ((x->purpose_bits & 1u << i) != 0)
			put_list(out, ext_purpose_name((enum ext_purpose)i));
	if (x->other_purposes.len > 0) {
		buf_str(out, out->len > 0 ? ", " : "");
		buf_put(out, buf_bytes(&x->other_purposes));
	}
}

static const char *
state_text(enum ext_state state)
{
	return state == EXT_BROKEN ? "DOES NOT DECODE, or stands twice"
				   : "not said";
}

/* The value built in S, in a row that goes on with the one before. */
static void
row_more(struct section *s)
{
	table_row(s->table);
	table_put(s->table, 1, buf_bytes(&s->value));
	buf_clear(&s->value);
}

static void
put_names(struct section *s, const struct ext *x)
{
	size_t i;

	if (x->alt_names == EXT_BROKEN) {
		row_str(s, "Other names", state_text(EXT_BROKEN));
		return;
	}
	for (i = 0; i < x->num_names && i < NAMES_SHOWN; i++) {
		ext_put_name(&s->value, &x->names[i]);
		if (i == 0)
			row(s, "Other names");
		else
			row_more(s);
	}
	if (x->num_names > NAMES_SHOWN) {
		buf_printf(&s->value, "and %zu more",
		    x->num_names - NAMES_SHOWN);
		row_more(s);
	}
	if (x->num_repeats > 0) {
		buf_printf(&s->value, "%zu names stand there more than once",
		    x->num_repeats);
		row_more(s);
	}
}

static void
put_constraints(struct section *s, const struct ext *x)
{
	if (x->constraints == EXT_BROKEN) {
		row_str(s, "CA", state_text(EXT_BROKEN));
		return;
	}
	buf_str(&s->value, x->ca ? "yes" : "no");
	if (x->ca && x->path_len >= 0)
		buf_printf(&s->value, ", at most %ld below it", x->path_len);
	row(s, "CA");
}

static void
put_ext(struct section *s, const struct cert_facts *f)
{
	const struct ext *x = f->ext;

	if (x == NULL) {
		row_str(s, "Extensions", f->why_no_ext.msg);
		return;
	}
	put_names(s, x);
	put_usage(&s->value, x);
	if (x->key_usage != EXT_PRESENT)
		buf_str(&s->value, state_text(x->key_usage));
	row(s, "Key usage");
	put_purposes(&s->value, x);
	if (x->purposes != EXT_PRESENT)
		buf_str(&s->value, state_text(x->purposes));
	row(s, "Extended");
	put_constraints(s, x);
	buf_put(&s->value, buf_bytes(&x->other_critical));
	row(s, "Also critical");
	row_hex(s, "Subject key", buf_bytes(&x->subject_key), "");
	row_hex(s, "Issuer's key", buf_bytes(&x->authority_key), "");
}

static void
put_key(struct section *s, const struct cert_facts *f)
{
	const char *curve;

	if (f->key == NULL) {
		row_str(s, "Key", "of a kind that is not known");
		return;
	}
	curve = pubkey_curve_name(f->key);
	buf_printf(&s->value, "%s, %u bits%s%s",
	    pubkey_type_name(pubkey_type(f->key)), pubkey_bits(f->key),
	    curve == NULL ? "" : ", ", curve == NULL ? "" : curve);
	row(s, "Key");
	row_hex(s, "Key id", buf_bytes(&f->key_id), "");
	row_hex(s, "Key SHA-256", buf_bytes(&f->spki), "");
}

static enum err
put_digest(struct section *s, enum digest which, const char *name,
    struct bytes der, struct diag *d)
{
	struct digest_value value;
	enum err e;

	e = digest_of(which, &der, 1, &value, d);
	if (e == ERR_OK)
		row_hex(s, name, digest_bytes(&value), "");
	return e;
}

static void
put_name(struct section *s, const char *which, const struct buf *name,
    bool no_text)
{
	if (no_text)
		row_str(s, which, "is no text");
	else if (name->len == 0)
		row_str(s, which, "empty");
	else
		table_pair(s->table, which, buf_bytes(name));
}

/* ---- A certificate ------------------------------------------------------------------- */

static void
put_validity(struct section *s, const struct cert *c, int64_t now)
{
	int64_t from = cert_not_before(c), until = cert_not_after(c);
	enum table_colour colour = TABLE_PLAIN;

	text_put_rfc3339(&s->value, from);
	buf_str(&s->value, now < from ? ", NOT YET VALID" : "");
	row(s, "Valid from");
	table_colour(s->table, 1, now < from ? TABLE_BAD : TABLE_PLAIN);
	text_put_rfc3339(&s->value, until);
	if (now > until) {
		buf_printf(&s->value, ", EXPIRED %lld days ago",
		    (long long)((now - until) / DAY));
		colour = TABLE_BAD;
	} else {
		buf_printf(&s->value, ", %lld days left",
		    (long long)((until - now) / DAY));
		if ((until - now) / DAY <= SOON)
			colour = TABLE_WARN;
	}
	row(s, "Valid until");
	table_colour(s->table, 1, colour);
}

static void
put_serial(struct section *s, const struct cert *c)
{
	struct bytes serial = cert_serial(c);
	struct buf reversed = { 0 };
	size_t i;

	buf_str(&s->value, cert_serial_is_negative(c) ? "-" : "");
	row_hex(s, "Serial", serial, ":");
	for (i = serial.len; i > 0; i--)
		buf_u8(&reversed, serial.ptr[i - 1]);
	row_hex(s, "Reversed", buf_bytes(&reversed), ":");
	s->value.failed |= reversed.failed;
	buf_clear(&reversed);
}

static enum err
put_cert(struct section *s, const struct cert *c, int64_t now, struct diag *d)
{
	struct cert_facts f;
	enum err e;

	e = cert_facts_of(c, &f, d);
	if (e != ERR_OK)
		return e;
	put_name(s, "Subject", &f.subject, f.no_subject);
	put_name(s, "Issuer", &f.issuer, f.no_issuer);
	if (cert_is_self_issued(c))
		row_str(s, "Signed by",
		    f.good_signature ? "itself"
				     : "its own name, but not its own key");
	put_serial(s, c);
	put_validity(s, c, now);
	put_key(s, &f);
	cert_put_signature_name(c, &s->value);
	row(s, "Signature");
	put_ext(s, &f);
	e = put_digest(s, DIGEST_SHA1, "SHA-1", cert_der(c), d);
	if (e == ERR_OK)
		e = put_digest(s, DIGEST_SHA256, "SHA-256", cert_der(c), d);
	cert_facts_clear(&f);
	return e;
}

static enum err
put_csr(struct section *s, const struct csr *c, struct diag *d)
{
	struct cert_facts f;
	enum err e;

	e = cert_facts_of_csr(c, &f, d);
	if (e != ERR_OK)
		return e;
	put_name(s, "Subject", &f.subject, f.no_subject);
	put_key(s, &f);
	row_str(s, "Signature",
	    f.good_signature ? "right: whoever made it had the key"
			     : "WRONG: it was damaged or changed");
	put_ext(s, &f);
	e = put_digest(s, DIGEST_SHA256, "SHA-256", csr_der(c), d);
	cert_facts_clear(&f);
	return e;
}

/* ---- A text dump --------------------------------------------------------------------- */

static void
put_field(struct section *s, const char *name, struct bytes value)
{
	buf_put(&s->value, value);
	row(s, name);
}

static void
put_dump(struct section *s, const struct pasted_dump *dump)
{
	row_str(s, "Note",
	    "a text with fields of a certificate; the certificate itself is "
	    "not in it");
	put_field(s, "Subject", dump->subject);
	put_field(s, "Issuer", dump->issuer);
	put_field(s, "Serial", dump->serial);
	put_field(s, "Valid from", dump->not_before);
	put_field(s, "Valid until", dump->not_after);
	put_field(s, "SHA-1", dump->sha1);
	put_field(s, "SHA-256", dump->sha256);
}

/* ---- The whole ----------------------------------------------------------------------- */

/* What the file is, beside what it should be. */
static void
put_traits(struct section *s, const struct cert_file *f)
{
	unsigned i;

	for (i = 0; pasted_trait_name(i) != NULL; i++)
		if ((f->pasted.traits & 1u << i) != 0)
			put_list(&s->value, pasted_trait_name(i));
	row(s, "File");
}

/* One thing in a file that has NUM of its kind. */
struct place {
	const struct cert_file *file;
	const char *what;
	size_t i, num;
};

static void
begin(struct section *s, const struct place *at, struct buf *out)
{
	if (out->len > 0)
		buf_str(out, "\n");
	text_put_safe(out, bytes_of_str(at->file->path));
	buf_printf(out, ": %s", at->what);
	if (at->num > 1)
		buf_printf(out, " %zu of %zu", at->i + 1, at->num);
	buf_str(out, "\n");
	*s = (struct section){ .table = table_new_pairs() };
}

static enum err
end(struct section *s, const struct fill *fill, enum err e, struct buf *out,
    struct diag *d)
{
	if (e == ERR_OK && !buf_ok(&s->value))
		e = diag_nomem(d);
	if (e == ERR_OK)
		e = table_print(s->table, fill, out, d);
	table_free(&s->table);
	buf_clear(&s->value);
	return e;
}

static enum err
put_dump_of(const struct cert_file *f, const struct fill *fill, struct buf *out,
    struct diag *d)
{
	struct place at = { f, "text", 0, 1 };
	struct section s;

	begin(&s, &at, out);
	put_dump(&s, &f->pasted.dump);
	put_traits(&s, f);
	return end(&s, fill, ERR_OK, out, d);
}

enum err
cert_show_put(const struct cert_file *f, int64_t now, const struct fill *fill,
    struct buf *out, struct diag *d)
{
	const struct pasted *p = &f->pasted;
	struct section s;
	struct place at;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < p->num_certs; i++) {
		at = (struct place){ f, "certificate", i, p->num_certs };
		begin(&s, &at, out);
		e = put_cert(&s, p->certs[i], now, d);
		put_traits(&s, f);
		e = end(&s, fill, e, out, d);
	}
	for (i = 0; e == ERR_OK && i < p->num_csrs; i++) {
		at = (struct place){ f, "request", i, p->num_csrs };
		begin(&s, &at, out);
		e = put_csr(&s, p->csrs[i], d);
		put_traits(&s, f);
		e = end(&s, fill, e, out, d);
	}
	if (e == ERR_OK && p->has_dump)
		e = put_dump_of(f, fill, out, d);
	return e;
}

enum err
cert_show_put_pem(const struct cert_file *f, struct buf *out, struct diag *d)
{
	const struct pasted *p = &f->pasted;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < p->num_certs; i++)
		e = cert_put_pem(cert_der(p->certs[i]), out, d);
	for (i = 0; e == ERR_OK && i < p->num_csrs; i++)
		e = csr_put_pem(p->csrs[i], out, d);
	if (e == ERR_OK && p->num_certs + p->num_csrs == 0)
		e = diag_set(d, ERR_SYNTAX,
		    "this is a text with fields of a certificate; there is "
		    "none in it to print as PEM");
	return e;
}
