/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "pki/pasted_parts.h"

const char *
pasted_trait_name(unsigned i)
{
	static const char *const names[] = {
#define PASTED_NAME(id, bit, name) (name),
		PASTED_TRAITS(PASTED_NAME)
#undef PASTED_NAME
	};

	return i < sizeof(names) / sizeof(names[0]) ? names[i] : NULL;
}

/* ---- Encodings and lines ------------------------------------------------------- */

/* Appends one character of two bytes as UTF-8. Halves of a pair, which no
 * certificate's text has, become U+FFFD. */
static void
put_wide(struct buf *out, unsigned c)
{
	if (c >= 0xd800 && c < 0xe000)
		c = 0xfffd;
	if (c < 0x80) {
		buf_u8(out, (uint8_t)c);
	} else if (c < 0x800) {
		buf_u8(out, (uint8_t)(0xc0 | c >> 6));
		buf_u8(out, (uint8_t)(0x80 | (c & 0x3f)));
	} else {
		buf_u8(out, (uint8_t)(0xe0 | c >> 12));
		buf_u8(out, (uint8_t)(0x80 | (c >> 6 & 0x3f)));
		buf_u8(out, (uint8_t)(0x80 | (c & 0x3f)));
	}
}

static void
put_utf16(struct buf *out, struct bytes in, bool little)
{
	size_t i;

	for (i = 0; i + 1 < in.len; i += 2)
		put_wide(out,
		    little ? (unsigned)in.ptr[i] | (unsigned)in.ptr[i + 1] << 8
			   : (unsigned)in.ptr[i] << 8 | in.ptr[i + 1]);
}

enum err
pasted_decode(struct bytes content, struct pasted *p, struct diag *d)
{
	static const uint8_t little[] = { 0xff, 0xfe }, big[] = { 0xfe, 0xff },
			     utf8[] = { 0xef, 0xbb, 0xbf };
	struct bytes mark;
	bool marked = true;

	if (bytes_starts(content, bytes_of(utf8, 3)) &&
	    bytes_take(&content, 3, &mark)) {
		buf_put(&p->text, content);
	} else if (bytes_starts(content, bytes_of(little, 2)) &&
	    bytes_take(&content, 2, &mark)) {
		p->traits |= PASTED_UTF16;
		put_utf16(&p->text, content, true);
	} else if (bytes_starts(content, bytes_of(big, 2)) &&
	    bytes_take(&content, 2, &mark)) {
		p->traits |= PASTED_UTF16;
		put_utf16(&p->text, content, false);
	} else {
		marked = false;
		buf_put(&p->text, content);
	}
	if (marked)
		p->traits |= PASTED_BOM;
	return buf_ok(&p->text) ? ERR_OK : diag_nomem(d);
}

enum err
pasted_put_text(struct bytes content, struct buf *out, struct diag *d)
{
	struct pasted p = { .num_certs = 0 };
	enum err e = pasted_decode(content, &p, d);

	if (e == ERR_OK) {
		buf_put(out, buf_bytes(&p.text));
		e = buf_ok(out) ? ERR_OK : diag_nomem(d);
	}
	pasted_clear(&p);
	return e;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

bool
pasted_line(struct bytes *cur, struct bytes *ret)
{
	const uint8_t *end;
	size_t len = cur->len;

	if (cur->len == 0)
		return false;
	end = memchr(cur->ptr, '\n', cur->len);
	if (end != NULL)
		len = (size_t)(end - cur->ptr) + 1;
	if (!bytes_take(cur, len, ret))
		return false;
	if (end != NULL)
		ret->len--;
	while (ret->len > 0 && is_blank(ret->ptr[ret->len - 1]))
		ret->len--;
	while (ret->len > 0 && is_blank(ret->ptr[0]))
		*ret = bytes_of(ret->ptr + 1, ret->len - 1);
	return true;
}

/* ---- The dump ---------------------------------------------------------------------- */

/* What the appliance prints before a field, of all releases that are known
 * (before 14SU2, and since), and whose it is. */
static const struct {
	const char *key;
	size_t offset;
} keys[] = {
	{ "Issuer Name", offsetof(struct pasted_dump, issuer) },
	{ "IssuerDN", offsetof(struct pasted_dump, issuer) },
	{ "Subject Name", offsetof(struct pasted_dump, subject) },
	{ "SubjectDN", offsetof(struct pasted_dump, subject) },
	{ "Serial Number", offsetof(struct pasted_dump, serial) },
	{ "SerialNumber", offsetof(struct pasted_dump, serial) },
	{ "Validity From", offsetof(struct pasted_dump, not_before) },
	{ "Start Date", offsetof(struct pasted_dump, not_before) },
	{ "To", offsetof(struct pasted_dump, not_after) },
	{ "Final Date", offsetof(struct pasted_dump, not_after) },
	{ "Key value", offsetof(struct pasted_dump, key) },
	{ "Modulus", offsetof(struct pasted_dump, key) },
	{ "SHA1 Fingerprint", offsetof(struct pasted_dump, sha1) },
	{ "SHA256 Fingerprint", offsetof(struct pasted_dump, sha256) },
};
#define NUM_KEYS (sizeof(keys) / sizeof(keys[0]))

/* What stands behind KEY, a colon, and blanks; false where LINE does not begin
 * so. */
static bool
value_of(struct bytes line, const char *key, struct bytes *ret)
{
	size_t len = strlen(key);

	if (line.len <= len ||
	    strncasecmp((const char *)line.ptr, key, len) != 0)
		return false;
	line = bytes_of(line.ptr + len, line.len - len);
	while (line.len > 0 && is_blank(line.ptr[0]))
		line = bytes_of(line.ptr + 1, line.len - 1);
	if (line.len == 0 || line.ptr[0] != ':')
		return false;
	line = bytes_of(line.ptr + 1, line.len - 1);
	while (line.len > 0 && is_blank(line.ptr[0]))
		line = bytes_of(line.ptr + 1, line.len - 1);
	*ret = line;
	return true;
}

bool
pasted_read_dump(struct bytes text, struct pasted_dump *ret)
{
	struct pasted_dump dump = { .subject = { NULL, 0 } };
	struct bytes line, value, *field;
	size_t k;

	while (pasted_line(&text, &line))
		for (k = 0; k < NUM_KEYS; k++) {
			field = (struct bytes *)(void *)((char *)&dump +
			    keys[k].offset);
			/* the first of each; a chain may follow */
			if (field->ptr == NULL &&
			    value_of(line, keys[k].key, &value))
				*field = value;
		}
	if (dump.subject.ptr == NULL || dump.issuer.ptr == NULL ||
	    dump.not_after.ptr == NULL)
		return false;
	*ret = dump;
	return true;
}

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

bool
pasted_date(struct bytes text, int64_t *ret)
{
	char line[64], month[4], zone[16];
	struct tm tm = { .tm_sec = 0 };
	int year, n = 0;

	if (text.len == 0 || text.len >= sizeof(line) ||
	    memchr(text.ptr, 0, text.len) != NULL)
		return false;
	memcpy(line, text.ptr, text.len);
	line[text.len] = '\0';
	/* widths bound the numbers, timegm() takes any */
	if (sscanf(line, /* NOLINT(cert-err34-c) */
		"%*3s %3s %2d %2d:%2d:%2d %15s %4d%n", month, &tm.tm_mday,
		&tm.tm_hour, &tm.tm_min, &tm.tm_sec, zone, &year, &n) != 7 ||
	    (size_t)n != text.len)
		return false;
	for (tm.tm_mon = 0; tm.tm_mon < 12; tm.tm_mon++)
		if (strcmp(months[tm.tm_mon], month) == 0)
			break;
	if (tm.tm_mon == 12 || year < 1900)
		return false;
	tm.tm_year = year - 1900;
	*ret = (int64_t)timegm(&tm);
	return true;
}
