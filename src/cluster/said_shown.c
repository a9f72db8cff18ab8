/* SPDX-License-Identifier: Apache-2.0 */
/* One certificate, one request, the subject of those to come. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cluster/said_parts.h"
#include "pki/pasted.h"

/* ---- Numbers -------------------------------------------------------------------- */

#define SERIAL_DIGITS 64

/* Appends to the decimal number of the NUM digits in HEX, most significant
 * first and of values 0 to 15, one more digit. */
static void
add_digit(uint8_t *hex, size_t num, unsigned digit)
{
	unsigned carry = digit;
	size_t i;

	for (i = num; i > 0; i--) {
		carry += hex[i - 1] * 10U;
		hex[i - 1] = carry & 15U;
		carry >>= 4;
	}
}

/* A decimal number as hex in TO. */
static bool
hex_of_decimal(struct bytes word, char *to)
{
	uint8_t hex[SERIAL_DIGITS] = { 0 };
	size_t i, from = 0;

	if (word.len == 0 || word.len > SERIAL_DIGITS)
		return false;
	for (i = 0; i < word.len; i++) {
		if (word.ptr[i] < '0' || word.ptr[i] > '9')
			return false;
		add_digit(hex, sizeof(hex), (unsigned)(word.ptr[i] - '0'));
	}
	while (from + 2 < sizeof(hex) && hex[from] == 0 && hex[from + 1] == 0)
		from += 2;
	for (i = from; i < sizeof(hex); i++)
		*to++ = "0123456789ABCDEF"[hex[i]];
	*to = '\0';
	return true;
}

/* A number in hex, with or without separators and 0x, as pairs of digits. */
static bool
plain_hex(struct bytes word, char *to, size_t cap)
{
	struct bytes rest;
	size_t num = 0, i;

	if (said_starts(word, "0x", &rest))
		word = rest;
	for (i = 0; i < word.len; i++)
		num += text_hex_value(word.ptr[i]) >= 0;
	if (num == 0 || num + 2 > cap)
		return false;
	if (num % 2 != 0)
		*to++ = '0';
	for (i = 0; i < word.len; i++) {
		if (text_hex_value(word.ptr[i]) >= 0)
			*to++ = "0123456789ABCDEF"[text_hex_value(word.ptr[i])];
		else if (word.ptr[i] != ':' && word.ptr[i] != ' ')
			return false;
	}
	*to = '\0';
	return true;
}

/* The layout since 14SU2, whose words are those of another library, has the
 * serial number in decimal. */
static bool
has_decimal_serial(struct bytes text)
{
	struct bytes line;
	bool issuer = false, serial = false;

	while (pasted_line(&text, &line)) {
		issuer |= said_starts(line, "IssuerDN", NULL);
		serial |= said_starts(line, "SerialNumber", NULL);
	}
	return issuer && serial;
}

/* ---- show cert own, show cert trust ----------------------------------------------- */

struct shown {
	struct said_text t;
	struct pasted pasted;
	struct said_shown shown;
};

static enum err
fill_from_dump(struct shown *r, struct diag *diag)
{
	const struct pasted_dump *d = &r->pasted.dump;
	struct said_shown *s = &r->shown;
	enum err e;

	e = said_copy(&r->t, d->issuer, "the issuer", s->issuer,
	    sizeof(s->issuer), diag);
	if (e == ERR_OK)
		e = said_copy(&r->t, d->subject, "the subject", s->subject,
		    sizeof(s->subject), diag);
	if (e == ERR_OK)
		e = said_copy(&r->t, d->not_before, "a date", s->from,
		    sizeof(s->from), diag);
	if (e == ERR_OK)
		e = said_copy(&r->t, d->not_after, "a date", s->until,
		    sizeof(s->until), diag);
	if (e != ERR_OK || d->serial.len == 0)
		return e;
	if (has_decimal_serial(buf_bytes(&r->pasted.text))
		? hex_of_decimal(d->serial, s->serial)
		: plain_hex(d->serial, s->serial, sizeof(s->serial)))
		return ERR_OK;
	return said_wrong(&r->t, ERR_SYNTAX,
	    "the serial number of the certificate is no number", diag);
}

static enum err
fill_serial(const struct cert *c, struct said_shown *s, struct diag *diag)
{
	struct buf hex = { 0 };
	enum err e = ERR_OK;

	text_put_hex(&hex, cert_serial(c), "", TEXT_UPPER);
	if (!buf_ok(&hex))
		e = diag_nomem(diag);
	else if (hex.len >= sizeof(s->serial))
		e = diag_set(diag, ERR_TOO_BIG,
		    "the serial number has %zu bytes", hex.len / 2);
	else if (hex.len > 0)
		memcpy(s->serial, hex.ptr, hex.len);
	buf_clear(&hex);
	return e;
}

static enum err
fill(struct shown *r, struct diag *diag)
{
	const struct pasted *p = &r->pasted;
	struct said_shown *s = &r->shown;
	enum err e = ERR_OK;

	if (p->num_certs == 0 && !p->has_dump)
		return diag_set(diag, ERR_SYNTAX,
		    "the output shows no certificate");
	if (p->has_dump)
		e = fill_from_dump(r, diag);
	if (e != ERR_OK || p->num_certs == 0)
		return e;
	e = cert_put_pem(cert_der(p->certs[0]), &s->pem, diag);
	if (e == ERR_OK && s->serial[0] == '\0')
		e = fill_serial(p->certs[0], s, diag);
	return e;
}

enum err
said_shown(struct bytes text, struct said_shown *ret, struct diag *diag)
{
	struct shown r = { .t = { .line = 0 } };
	enum err e;

	e = said_begin(text, &r.t, diag);
	if (e != ERR_OK)
		return e;
	e = pasted_read(text, &r.pasted, diag);
	if (e == ERR_OK)
		e = fill(&r, diag);
	pasted_clear(&r.pasted);
	if (e == ERR_OK)
		*ret = r.shown;
	else
		said_shown_clear(&r.shown);
	return e;
}

void
said_shown_clear(struct said_shown *s)
{
	buf_clear(&s->pem);
	memset(s, 0, sizeof(*s));
}

/* ---- show csr own --------------------------------------------------------------------- */

enum err
said_csr(struct bytes text, struct buf *ret, struct diag *diag)
{
	struct pasted p = { .num_csrs = 0 };
	struct said_text t;
	enum err e;

	e = said_begin(text, &t, diag);
	if (e != ERR_OK)
		return e;
	if (!said_finds(text, "-----BEGIN", NULL))
		return diag_set(diag, ERR_ABSENT, "the output has no request");
	e = pasted_read(text, &p, diag);
	if (e == ERR_OK && p.num_csrs != 1)
		e = diag_set(diag, p.num_csrs == 0 ? ERR_ABSENT : ERR_SYNTAX,
		    "the output has %zu requests, not one", p.num_csrs);
	if (e == ERR_OK)
		e = csr_put_pem(p.csrs[0], ret, diag);
	pasted_clear(&p);
	return e;
}

/* ---- show web-security ------------------------------------------------------------------ */

/* What stands before a field: the names of attributes, and those of the
 * arguments of set web-security. The layout was never seen. */
static const struct key {
	const char *word;
	size_t offset, cap;
} keys[] = {
#define KEY(word, field)                                      \
	{                                                     \
		word, offsetof(struct said_subject, field),   \
		    sizeof(((struct said_subject *)0)->field) \
	}
	KEY("organizationalunit", ou),
	KEY("organizationunit", ou),
	KEY("orgunit", ou),
	KEY("ou", ou),
	KEY("organization", o),
	KEY("orgname", o),
	KEY("o", o),
	KEY("locality", l),
	KEY("location", l),
	KEY("l", l),
	KEY("state", st),
	KEY("st", st),
	KEY("country", c),
	KEY("c", c),
	KEY("alternatehostname", names),
	KEY("alternatehostnames", names),
	KEY("subjectalternativename", names),
	KEY("subjectalternatenames", names),
#undef KEY
};

/* WORD, the letters of which alone count, is KEY, with "name" behind it or
 * without. */
static bool
is_key(struct bytes word, const char *key)
{
	static const char *const tails[] = { "", "name", "names", "orprovince",
		"orprovincename" };
	char plain[64];
	size_t n = 0, i, len = strlen(key);

	for (i = 0; i < word.len && n + 1 < sizeof(plain); i++)
		if ((word.ptr[i] | 0x20) >= 'a' && (word.ptr[i] | 0x20) <= 'z')
			plain[n++] = (char)(word.ptr[i] | 0x20);
	plain[n] = '\0';
	if (strncmp(plain, key, len) != 0)
		return false;
	for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
		if (strcmp(plain + len, tails[i]) == 0)
			return true;
	return false;
}

static const struct key *
find_key(struct bytes word)
{
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (is_key(word, keys[i].word))
			return &keys[i];
	return NULL;
}

/* "orgunit: TAC", "OU = TAC"; *RET_KEY NULL where LINE is no such. */
static enum err
take_field(const struct said_text *t, struct bytes line, struct said_subject *s,
    const struct key **ret_key, struct diag *diag)
{
	size_t i = 0;
	char *to;

	while (i < line.len && line.ptr[i] != ':' && line.ptr[i] != '=')
		i++;
	*ret_key = i == line.len ? NULL : find_key(bytes_of(line.ptr, i));
	if (*ret_key == NULL)
		return ERR_OK;
	to = (char *)s + (*ret_key)->offset;
	if (to[0] != '\0')
		return said_wrong(t, ERR_SYNTAX,
		    "a part of the subject is there twice", diag);
	return said_copy(t, said_trimmed(said_from(line, i + 1)),
	    "a part of the subject", to, (*ret_key)->cap, diag);
}

enum err
said_subject(struct bytes text, struct said_subject *ret, struct diag *diag)
{
	struct said_subject s = { .ou = "" };
	const struct key *key = NULL;
	struct bytes line;
	struct said_text t;
	size_t num = 0;
	enum err e;

	e = said_begin(text, &t, diag);
	while (e == ERR_OK && said_full_line(&t, &line)) {
		e = take_field(&t, line, &s, &key, diag);
		num += key != NULL;
	}
	if (e == ERR_OK && num == 0)
		e = said_wrong(&t, ERR_SYNTAX, "the output has no subject",
		    diag);
	if (e == ERR_OK)
		*ret = s;
	return e;
}
