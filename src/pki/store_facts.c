/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "pki/ext.h"
#include "pki/store_parts.h"

/* Attributes of one name that are read at most. */
#define ATTRS_MAX 64
/* Zones differ from UTC by no more. */
#define ZONES ((int64_t)14 * 60 * 60)
/* A serial number is no longer in any file's name. */
#define SERIAL_DIGITS_MAX 64

/* ---- Names of files ------------------------------------------------------------ */

static uint8_t
plain(uint8_t c)
{
	if (isalnum(c))
		return (uint8_t)tolower(c);
	return c == '-' || c == '.' ? c : '_';
}

bool
store_name_same(struct bytes a, struct bytes b)
{
	size_t i;

	if (a.len == 0 || a.len != b.len)
		return false;
	for (i = 0; i < a.len; i++)
		if (plain(a.ptr[i]) != plain(b.ptr[i]))
			return false;
	return true;
}

/* ---- Hosts ---------------------------------------------------------------------- */

static bool
may_be_host(struct bytes name)
{
	bool letter = false;
	size_t i;

	for (i = 0; i < name.len; i++) {
		if (!isalnum(name.ptr[i]) && name.ptr[i] != '-' &&
		    name.ptr[i] != '.' && name.ptr[i] != '_')
			return false;
		letter |= isalpha(name.ptr[i]) != 0;
	}
	return letter && name.ptr[0] != '.' && name.len <= 255;
}

/* How much of the first label is left without the appliance's ending. */
static size_t
without_ending(struct bytes label)
{
	static const char *const endings[] = { "-ms", "-ec" };
	size_t i;

	for (i = 0; i < 2; i++)
		if (label.len > 3 &&
		    strncasecmp((const char *)label.ptr + label.len - 3,
			endings[i], 3) == 0)
			return label.len - 3;
	return label.len;
}

static bool
starts(struct bytes name, const char *with)
{
	size_t len = strlen(with);

	return name.len > len &&
	    strncasecmp((const char *)name.ptr, with, len) == 0;
}

void
store_put_host(struct buf *hosts, struct bytes name)
{
	static const char recovery[] = "ITLRECOVERY_";
	const size_t len = sizeof(recovery) - 1;
	const uint8_t *dot;
	size_t label, i;

	if (!may_be_host(name) || starts(name, "CAPF-"))
		return;
	if (starts(name, recovery))
		name = bytes_of(name.ptr + len, name.len - len);
	dot = memchr(name.ptr, '.', name.len);
	label = dot == NULL ? name.len : (size_t)(dot - name.ptr);
	for (i = 0; i < without_ending(bytes_of(name.ptr, label)); i++)
		buf_u8(hosts, (uint8_t)tolower(name.ptr[i]));
	for (i = label; i < name.len; i++)
		buf_u8(hosts, (uint8_t)tolower(name.ptr[i]));
	buf_u8(hosts, 0);
}

bool
store_next_host(struct bytes *hosts, const char **ret)
{
	struct bytes name;
	size_t len;

	if (hosts->len == 0)
		return false;
	len = strnlen((const char *)hosts->ptr, hosts->len);
	*ret = (const char *)hosts->ptr;
	return bytes_take(hosts, len + 1, &name);
}

/* ---- Names ----------------------------------------------------------------------- */

/* The attributes of a name, "CN=x". */
struct attrs {
	struct buf at[ATTRS_MAX];
	size_t num;
};

static void
attrs_clear(struct attrs *a)
{
	size_t i;

	for (i = 0; i < a->num; i++)
		buf_clear(&a->at[i]);
	a->num = 0;
}

static int
attr_order(const void *a, const void *b)
{
	return bytes_order(buf_bytes(a), buf_bytes(b));
}

/* The value of the first attribute KEY= in A. */
static void
put_value(const struct attrs *a, const char *key, struct buf *out)
{
	size_t len = strlen(key), i;

	for (i = 0; i < a->num; i++)
		if (a->at[i].len > len && memcmp(a->at[i].ptr, key, len) == 0) {
			buf_put(out,
			    bytes_of(a->at[i].ptr + len, a->at[i].len - len));
			return;
		}
}

/* The lines of A, sorted, but those that begin with BUT (NULL: all). */
static void
put_lines(struct attrs *a, const char *but, struct buf *out)
{
	size_t i;

	qsort(a->at, a->num, sizeof(a->at[0]), attr_order);
	for (i = 0; i < a->num; i++) {
		if (but != NULL &&
		    bytes_starts(buf_bytes(&a->at[i]), bytes_of_str(but)))
			continue;
		buf_put(out, buf_bytes(&a->at[i]));
		buf_u8(out, '\n');
	}
}

static void
use_subject(struct attrs *a, struct store_facts *f)
{
	put_value(a, "CN=", &f->cn);
	put_value(a, "O=", &f->org);
	put_lines(a, NULL, &f->subject);
	put_lines(a, "CN=", &f->rest);
}

static void
use_issuer(struct attrs *a, struct store_facts *f)
{
	put_value(a, "CN=", &f->issuer_cn);
	put_value(a, "O=", &f->issuer_org);
	put_lines(a, NULL, &f->issuer);
}

static enum err
all_well(const struct store_facts *f, struct diag *d)
{
	const struct buf *const all[] = { &f->cn, &f->issuer_cn, &f->org,
		&f->issuer_org, &f->subject, &f->issuer, &f->rest, &f->serial,
		&f->hosts };
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (!buf_ok(all[i]))
			return diag_nomem(d);
	return ERR_OK;
}

void
store_facts_clear(struct store_facts *f)
{
	buf_clear(&f->cn);
	buf_clear(&f->issuer_cn);
	buf_clear(&f->org);
	buf_clear(&f->issuer_org);
	buf_clear(&f->subject);
	buf_clear(&f->issuer);
	buf_clear(&f->rest);
	buf_clear(&f->serial);
	buf_clear(&f->hosts);
	memset(f, 0, sizeof(*f));
}

/* ---- A certificate --------------------------------------------------------------- */

/* Texts spell keys in capitals. */
static void
put_key(struct buf *line, const char *key)
{
	for (; *key != '\0'; key++)
		buf_u8(line, (uint8_t)toupper((uint8_t)*key));
	buf_u8(line, '=');
}

static enum err
read_name(const struct cert *c, enum cert_name which, struct attrs *a,
    struct diag *d)
{
	size_t i, num = cert_num_attrs(c, which);
	struct cert_attr attr;
	struct buf *line;
	struct diag why;
	enum err e;

	for (i = 0; i < num && a->num < ATTRS_MAX; i++) {
		cert_attr(c, which, i, &attr);
		line = &a->at[a->num++];
		*line = (struct buf){ 0 };
		put_key(line, attr.key);
		e = cert_put_attr_utf8(c, which, i, line, &why);
		if (e == ERR_NOMEM || !buf_ok(line))
			return diag_nomem(d);
	}
	return ERR_OK;
}

static enum err
read_hosts(const struct cert *c, struct store_facts *f, struct diag *d)
{
	struct ext ext;
	enum err e;
	size_t i;

	store_put_host(&f->hosts, buf_bytes(&f->cn));
	e = ext_of_cert(c, &ext, d);
	if (e != ERR_OK)
		return e;
	f->ca = ext.ca;
	for (i = 0; i < ext.num_names; i++)
		if (ext.names[i].type == EXT_NAME_DNS)
			store_put_host(&f->hosts, ext.names[i].value);
	ext_clear(&ext);
	return ERR_OK;
}

enum err
store_facts_of_cert(const struct cert *c, struct store_facts *ret,
    struct diag *d)
{
	struct attrs a = { .num = 0 };
	enum err e;

	memset(ret, 0, sizeof(*ret));
	ret->cert = c;
	ret->known = true;
	ret->has_dates = true;
	ret->not_before = cert_not_before(c);
	ret->not_after = cert_not_after(c);
	buf_put(&ret->serial, cert_serial(c));
	e = read_name(c, CERT_SUBJECT, &a, d);
	if (e == ERR_OK)
		use_subject(&a, ret);
	attrs_clear(&a);
	if (e == ERR_OK)
		e = read_name(c, CERT_ISSUER, &a, d);
	if (e == ERR_OK)
		use_issuer(&a, ret);
	attrs_clear(&a);
	if (e == ERR_OK)
		e = read_hosts(c, ret, d);
	return e == ERR_OK ? all_well(ret, d) : e;
}

/* ---- A text dump ----------------------------------------------------------------- */

/* "CN=", "2.5.4.5=" begins TEXT; its length, or 0. */
static size_t
key_length(struct bytes text)
{
	size_t n = 0;

	while (n < text.len && n < 32 &&
	    (isalnum(text.ptr[n]) || text.ptr[n] == '.'))
		n++;
	return n > 0 && n < text.len && text.ptr[n] == '=' ? n + 1 : 0;
}

/* Where the attribute at the start of TEXT ends: at a comma with the next key
 * behind it. */
static size_t
attr_length(struct bytes text)
{
	size_t i, next;

	for (i = 0; i < text.len; i++) {
		if (text.ptr[i] != ',')
			continue;
		for (next = i + 1; next < text.len && text.ptr[next] == ' ';
		     next++)
			;
		if (key_length(bytes_of(text.ptr + next, text.len - next)) > 0)
			return i;
	}
	return text.len;
}

/* False where there is no memory. */
static bool
put_attr(struct attrs *a, struct bytes attr)
{
	size_t key = key_length(attr), i;
	struct buf *line = &a->at[a->num++];
	struct bytes value = bytes_of(attr.ptr + key, attr.len - key);

	*line = (struct buf){ 0 };
	for (i = 0; i < key; i++)
		buf_u8(line, (uint8_t)toupper(attr.ptr[i]));
	if (value.len > 1 && value.ptr[0] == '"' &&
	    value.ptr[value.len - 1] == '"')
		value = bytes_of(value.ptr + 1, value.len - 2);
	for (i = 0; i < value.len; i++)
		if (value.ptr[i] != '\\' || ++i < value.len)
			buf_u8(line, value.ptr[i]);
	return buf_ok(line);
}

/* Reads "CN=x, OU=y" into A; a part without a key belongs to the one before. */
static enum err
read_text(struct bytes text, struct attrs *a, struct diag *d)
{
	struct bytes attr;

	while (text.len > 0 && a->num < ATTRS_MAX) {
		if (text.ptr[0] == ' ' || text.ptr[0] == ',') {
			text = bytes_of(text.ptr + 1, text.len - 1);
			continue;
		}
		if (!bytes_take(&text, attr_length(text), &attr))
			break;
		if (!put_attr(a, attr))
			return diag_nomem(d);
	}
	return ERR_OK;
}

/* "63:A4..", "63a4", hex in any spelling. False where it is something else. */
static bool
read_hex(struct bytes text, struct buf *out)
{
	int high = -1, v;
	size_t i, digits = 0;

	for (i = 0; i < text.len; i++)
		digits += text_hex_value(text.ptr[i]) >= 0;
	if (digits % 2 != 0)
		high = 0;
	for (i = 0; i < text.len; i++) {
		v = text_hex_value(text.ptr[i]);
		if (v < 0 && (text.ptr[i] == ':' || text.ptr[i] == ' '))
			continue;
		if (v < 0)
			return false;
		if (high < 0) {
			high = v;
			continue;
		}
		if (out->len > 0 || high > 0 || v > 0)
			buf_u8(out, (uint8_t)(high << 4 | v));
		high = -1;
	}
	return digits > 0;
}

/* The zone of TEXT, "Tue Mar 30 02:19:31 PDT 2021", is that of Greenwich. */
static bool
is_utc(struct bytes text)
{
	return text.len > 0 &&
	    (memmem(text.ptr, text.len, " UTC ", 5) != NULL ||
		memmem(text.ptr, text.len, " GMT ", 5) != NULL);
}

enum err
store_facts_of_dump(const struct pasted_dump *dump, struct store_facts *ret,
    struct diag *d)
{
	struct attrs a = { .num = 0 };
	enum err e;
	bool serial;

	memset(ret, 0, sizeof(*ret));
	e = read_text(dump->subject, &a, d);
	use_subject(&a, ret);
	attrs_clear(&a);
	if (e == ERR_OK)
		e = read_text(dump->issuer, &a, d);
	use_issuer(&a, ret);
	attrs_clear(&a);
	if (e != ERR_OK)
		return e;
	serial = read_hex(dump->serial, &ret->serial);
	if (!serial)
		buf_clear(&ret->serial);
	ret->has_dates = pasted_date(dump->not_after, &ret->not_after);
	if (!pasted_date(dump->not_before, &ret->not_before))
		ret->has_dates = false;
	if (!is_utc(dump->not_after))
		ret->apart = ZONES;
	ret->known = serial && ret->has_dates;
	store_put_host(&ret->hosts, buf_bytes(&ret->cn));
	return all_well(ret, d);
}

/* ---- A file's name ---------------------------------------------------------------- */

/* How long the CN is in STEM, "CN_SERIAL" or "CN". */
static size_t
cn_length(struct bytes stem)
{
	size_t i = stem.len, digits;

	while (i > 0 && text_hex_value(stem.ptr[i - 1]) >= 0)
		i--;
	digits = stem.len - i;
	if (i < 2 || stem.ptr[i - 1] != '_' || digits < 2 || digits % 2 != 0 ||
	    digits > SERIAL_DIGITS_MAX)
		return stem.len;
	return i - 1;
}

enum err
store_facts_of_name(const char *name, struct store_facts *ret, struct diag *d)
{
	struct bytes stem = bytes_of_str(name);
	size_t len;

	memset(ret, 0, sizeof(*ret));
	if (stem.len > 4 && strcasecmp(name + stem.len - 4, ".pem") == 0)
		stem.len -= 4;
	len = cn_length(stem);
	buf_put(&ret->cn, bytes_of(stem.ptr, len));
	if (len < stem.len)
		(void)read_hex(bytes_of(stem.ptr + len + 1, stem.len - len - 1),
		    &ret->serial);
	store_put_host(&ret->hosts, buf_bytes(&ret->cn));
	return all_well(ret, d);
}

/* ---- Comparing --------------------------------------------------------------------- */

static bool
both(const struct buf *a, const struct buf *b)
{
	return a->len > 0 && b->len > 0;
}

enum store_same
store_same(const struct store_facts *a, const struct store_facts *b)
{
	bool serial = both(&a->serial, &b->serial);

	if (a->cert != NULL && b->cert != NULL)
		return bytes_equal(cert_der(a->cert), cert_der(b->cert))
		    ? STORE_SAME
		    : STORE_OTHER;
	if (serial &&
	    !bytes_equal(buf_bytes(&a->serial), buf_bytes(&b->serial)))
		return STORE_OTHER;
	if (serial && both(&a->issuer, &b->issuer) &&
	    bytes_equal(buf_bytes(&a->issuer), buf_bytes(&b->issuer)))
		return STORE_SAME;
	/* a text may spell the issuer otherwise */
	if (serial && both(&a->issuer, &b->issuer))
		return bytes_equal(buf_bytes(&a->issuer_cn),
			   buf_bytes(&b->issuer_cn))
		    ? STORE_PERHAPS
		    : STORE_OTHER;
	if (both(&a->cn, &b->cn) &&
	    !store_name_same(buf_bytes(&a->cn), buf_bytes(&b->cn)))
		return STORE_OTHER;
	if (serial && both(&a->cn, &b->cn))
		return STORE_SAME;
	return STORE_PERHAPS;
}
