/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a file for the calendar. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/calendar.h"
#include "cli/input.h"
#include "ctl/ctl.h"

/* One file at work. */
struct load {
	struct calendar *calendar;
	const char *path;
	size_t root;
	size_t begin; /* rows that were there before */
};

/* What is known of the place at hand, besides its path. */
struct where {
	const struct stores_store *store;
	enum calendar_teller by;
	size_t record;
	const char *role;
	struct bytes node;
};

/* ---- Rows ---------------------------------------------------------------------- */

/* The place that W and the path tell; --as goes before both. */
static enum err
set_place(const struct load *l, const struct where *w, struct calendar_place *p,
    struct diag *d)
{
	enum err e = ERR_OK;

	p->file = strdup(l->path);
	if (p->file == NULL)
		return diag_nomem(d);
	p->record = w->record;
	p->role = w->role;
	if (w->record == 0)
		e = calendar_read_path(&l->calendar->stores, l->path, l->root,
		    p, d);
	if (e == ERR_OK && w->node.len > 0) {
		free(p->node);
		p->node = strndup((const char *)w->node.ptr, w->node.len);
		if (p->node == NULL)
			e = diag_nomem(d);
	}
	if (w->by != CALENDAR_BY_NOTHING) {
		p->store = w->store;
		p->by = w->by;
	}
	if (l->calendar->as != NULL) {
		p->store = l->calendar->as;
		p->by = CALENDAR_BY_OPTION;
	}
	return e;
}

/* Adds R, with one place. */
static enum err
add_row(const struct load *l, const struct where *w, struct calendar_row *r,
    struct diag *d)
{
	enum err e = ERR_NOMEM;

	r->place = calloc(1, sizeof(*r->place));
	if (r->place == NULL)
		diag_nomem(d);
	else {
		r->num_places = 1;
		e = set_place(l, w, r->place, d);
	}
	if (e != ERR_OK) {
		calendar_row_clear(r);
		return e;
	}
	return calendar_add(l->calendar, r, d);
}

/* NAME is no text: its bytes go on as they are, in hex. */
static enum err
put_name(const struct cert *c, enum cert_name which, struct buf *out,
    struct diag *d)
{
	enum err e = cert_put_name(c, which, out, d);

	if (e == ERR_OK || e == ERR_NOMEM)
		return e;
	out->len = 0;
	buf_u8(out, '#');
	text_put_hex(out, cert_name_der(c, which), "", TEXT_LOWER);
	return ERR_OK;
}

/* Fills R from its certificate. */
static enum err
fill_row(struct calendar_row *r, struct diag *d)
{
	struct bytes der = cert_der(r->cert);
	enum err e;

	e = digest_of(DIGEST_SHA256, &der, 1, &r->id, d);
	if (e == ERR_OK)
		e = put_name(r->cert, CERT_SUBJECT, &r->subject, d);
	if (e == ERR_OK)
		e = put_name(r->cert, CERT_ISSUER, &r->issuer, d);
	if (e != ERR_OK)
		return e;
	e = cert_put_cn(r->cert, CERT_SUBJECT, &r->name, d);
	if (e == ERR_NOMEM)
		return e;
	if (e != ERR_OK || r->name.len == 0) {
		r->name.len = 0;
		buf_put(&r->name, buf_bytes(&r->subject));
	}
	buf_put(&r->serial, cert_serial(r->cert));
	r->until = cert_not_after(r->cert);
	r->dated = true;
	return ERR_OK;
}

/* Adds *C, which is taken over. */
static enum err
add_cert(const struct load *l, const struct where *w, struct cert **c,
    struct diag *d)
{
	struct calendar_row r = { .source = CALENDAR_CERT, .cert = *c };
	enum err e;

	*c = NULL;
	e = fill_row(&r, d);
	if (e == ERR_OK)
		return add_row(l, w, &r, d);
	calendar_row_clear(&r);
	return e;
}

/* ---- Texts of `show cert own` ------------------------------------------------------ */

/* Appends the bytes of a serial number in hex, without zeros before it. */
static void
put_serial(struct buf *out, struct bytes text)
{
	uint8_t byte = 0;
	size_t i, digits = 0;
	int value;

	for (i = 0; i < text.len; i++) /* an odd first digit is a byte */
		digits += text_hex_value(text.ptr[i]) >= 0;
	for (i = 0; i < text.len; i++) {
		value = text_hex_value(text.ptr[i]);
		if (value < 0)
			continue;
		byte = (uint8_t)(byte << 4 | value);
		if (--digits % 2 == 0) {
			if (byte != 0 || out->len > 0)
				buf_u8(out, byte);
			byte = 0;
		}
	}
}

static enum err
add_dump(const struct load *l, const struct where *w,
    const struct pasted_dump *dump, struct diag *d)
{
	struct calendar_row r = { .source = CALENDAR_DUMP, .zoneless = true };
	struct bytes name = ctl_common_name(dump->subject);
	const struct bytes parts[] = { bytes_of_str("dump\n"), dump->subject,
		bytes_of_str("\n"), dump->issuer, bytes_of_str("\n"),
		dump->serial, bytes_of_str("\n"), dump->not_after };
	enum err e;

	e = digest_of(DIGEST_SHA256, parts, sizeof(parts) / sizeof(parts[0]),
	    &r.id, d);
	if (e != ERR_OK)
		return e;
	buf_put(&r.name, name.len > 0 ? name : dump->subject);
	buf_put(&r.subject, dump->subject);
	buf_put(&r.issuer, dump->issuer);
	put_serial(&r.serial, dump->serial);
	r.dated = pasted_date(dump->not_after, &r.until);
	return add_row(l, w, &r, d);
}

/* ---- Alarms ---------------------------------------------------------------------------- */

/* TEXT as a string; NULL where it is absent or memory was short. */
static char *
copy_of(struct bytes text)
{
	return text.len == 0 ? NULL : strndup((const char *)text.ptr, text.len);
}

static enum err
set_alarm(struct calendar_row *r, const struct alarm *a, struct diag *d)
{
	r->alarm = calloc(1, sizeof(*r->alarm));
	if (r->alarm == NULL)
		return diag_nomem(d);
	r->num_alarms = 1;
	r->alarm->times = 1;
	r->alarm->over = alarm_is_over(a);
	r->alarm->has_raised = a->has_raised;
	r->alarm->raised = a->has_raised ? a->raised : 0;
	r->alarm->name = copy_of(a->name);
	r->alarm->node = copy_of(a->node);
	if (r->alarm->name == NULL ||
	    (r->alarm->node == NULL && a->node.len > 0))
		return diag_nomem(d);
	return ERR_OK;
}

/* Nodes have certificates of their own by the same name; what a trust store
 * holds is the same on all. */
static enum err
alarm_id(const struct alarm *a, struct digest_value *ret, struct diag *d)
{
	bool own = a->type.len == 0 ||
	    bytes_starts(a->type, bytes_of_str("own"));
	const struct bytes parts[] = { bytes_of_str("alarm\n"), a->unit,
		bytes_of_str("\n"), a->cert, bytes_of_str("\n"), a->expiration,
		bytes_of_str("\n"), own ? a->node : bytes_of(NULL, 0) };

	return digest_of(DIGEST_SHA256, parts, sizeof(parts) / sizeof(parts[0]),
	    ret, d);
}

static enum err
add_alarm(const struct load *l, const struct alarm *a, struct diag *d)
{
	struct calendar_row r = { .source = CALENDAR_ALARM, .zoneless = true };
	struct where w = { .by = CALENDAR_BY_ALARM, .node = a->node };
	enum err e;

	w.store = stores_named(&l->calendar->stores, a->unit);
	if (w.store == NULL)
		w.by = CALENDAR_BY_NOTHING;
	e = alarm_id(a, &r.id, d);
	if (e == ERR_OK)
		e = set_alarm(&r, a, d);
	if (e != ERR_OK) {
		calendar_row_clear(&r);
		return e;
	}
	buf_put(&r.name, a->cert.len > 0 ? a->cert : a->name);
	r.dated = alarm_until(a, l->calendar->now, &r.until, &r.deduced);
	return add_row(l, &w, &r, d);
}

/* ---- Text ------------------------------------------------------------------------------ */

static bool
holds(struct bytes text, const char *word)
{
	return text.len > 0 &&
	    memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

/* Of several certificates in one file of a unit the first is the unit's: its
 * authorities follow. */
static enum err
add_pasted(const struct load *l, const struct where *w, struct pasted *p,
    struct diag *d)
{
	static const struct where unknown = { .by = CALENDAR_BY_TWIN };
	enum err e = ERR_OK;
	struct calendar_place at = { .file = NULL };
	const struct stores_store *store = w->store;
	size_t i;

	if (store == NULL) {
		e = calendar_read_path(&l->calendar->stores, l->path, l->root,
		    &at, d);
		free(at.node);
		store = at.store;
	}
	for (i = 0; e == ERR_OK && i < p->num_certs; i++)
		e = add_cert(l,
		    i > 0 && store != NULL && store->kind == STORES_SERVICE
			? &unknown
			: w,
		    &p->certs[i], d);
	if (e == ERR_OK && p->has_dump)
		e = add_dump(l, w, &p->dump, d);
	return e;
}

/* What stands between two prompts, behind LINES lines. */
static enum err
read_section(const struct load *l, struct bytes text,
    const struct stores_store *store, unsigned lines, struct diag *d)
{
	struct where w = { .store = store };
	struct pasted p = { .num_certs = 0 };
	struct diag why;
	enum err e;

	if (store != NULL)
		w.by = CALENDAR_BY_PROMPT;
	diag_init(&why);
	e = pasted_read(text, &p, &why);
	if (e == ERR_OK)
		e = add_pasted(l, &w, &p, d);
	else if (e == ERR_SYNTAX && !holds(text, "-----BEGIN "))
		e = ERR_OK; /* nothing of the kind in it */
	else {
		if (why.line > 0)
			why.line += lines;
		*d = why;
	}
	pasted_clear(&p);
	return e;
}

/* The sections of TEXT, each begun by a prompt. */
static enum err
read_sections(const struct load *l, struct bytes text, struct diag *d)
{
	const struct stores_store *store = NULL, *next;
	struct bytes rest = text, line;
	const uint8_t *begin = text.ptr, *at = text.ptr;
	unsigned lines = 0, begun = 0;
	enum err e = ERR_OK;
	bool prompt;

	while (e == ERR_OK && pasted_line(&rest, &line)) {
		next = calendar_of_prompt(&l->calendar->stores, line, &prompt);
		if (prompt) {
			e = read_section(l,
			    bytes_of(begin, (size_t)(at - begin)), store, begun,
			    d);
			begin = at;
			store = next;
			begun = lines;
		}
		at = rest.ptr;
		lines++;
	}
	if (e == ERR_OK)
		e = read_section(l,
		    bytes_of(begin, (size_t)(text.ptr + text.len - begin)),
		    store, begun, d);
	return e;
}

static enum err
read_text(const struct load *l, struct bytes content, struct diag *d)
{
	struct buf text = { 0 };
	struct alarm a = { .kind = ALARM_OTHER };
	struct bytes rest;
	enum err e;

	e = pasted_put_text(content, &text, d);
	if (e == ERR_OK)
		e = read_sections(l, buf_bytes(&text), d);
	rest = buf_bytes(&text);
	while (e == ERR_OK && alarm_next(&rest, &a))
		e = add_alarm(l, &a, d);
	if (text.len > 0) /* it may have held a key */
		explicit_bzero(text.ptr, text.len);
	buf_clear(&text);
	return e;
}

/* ---- Lists ---------------------------------------------------------------------------- */

static enum err
add_record(const struct load *l, const struct ctl_file *f, size_t index,
    struct diag *d)
{
	const struct ctl_record *r = ctl_record(f, index);
	struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);
	struct where w = { .record = index,
		.node = ctl_record_text(r, CTL_REC_DNS_NAME) };
	struct cert *c = NULL;
	enum err e;

	if (der.len == 0)
		return ERR_OK;
	e = cert_from_der(der, &c, d);
	if (e != ERR_OK)
		return e;
	if (r->has_role) {
		w.role = ctl_role_name(r->role);
		w.store = stores_of_role(&l->calendar->stores, r->role,
		    cert_key(c) != NULL &&
			pubkey_type(cert_key(c)) == PUBKEY_EC);
		if (w.store != NULL)
			w.by = CALENDAR_BY_ROLE;
	}
	return add_cert(l, &w, &c, d);
}

/* What can be read of it stays: a record that cannot hides no other. */
static enum err
read_list(const struct load *l, struct bytes content, struct diag *d)
{
	struct ctl_file *f = NULL;
	struct diag why;
	size_t i;
	enum err e, ret;

	ret = ctl_parse(content, CTL_KIND_AUTO, &f, d);
	if (ret == ERR_OK && !ctl_is_list(f))
		ret = diag_set(d, ERR_SYNTAX,
		    "this is no trust list: nothing of it has a date");
	if (ret != ERR_OK) {
		ctl_free(&f);
		return ret;
	}
	l->calendar->has_list = true;
	for (i = 1; i <= ctl_num_records(f); i++) {
		diag_init(&why);
		e = add_record(l, f, i, &why);
		if (e == ERR_OK || ret != ERR_OK)
			continue;
		diag_at(&why, ctl_record(f, i)->offset, "record %zu", i);
		*d = why;
		ret = e;
	}
	ctl_free(&f);
	return ret;
}

/* ---- The whole --------------------------------------------------------------------------- */

/* It begins with the VERSION of a header. */
static bool
is_list(struct bytes content)
{
	static const uint8_t version[] = { 1, 0, 2 };

	return bytes_starts(content, bytes_of(version, sizeof(version)));
}

static enum err
read_der(const struct load *l, struct bytes content, struct diag *d)
{
	static const struct where w = { .store = NULL };
	struct pasted p = { .num_certs = 0 };
	enum err e;

	e = pasted_read(content, &p, d);
	if (e == ERR_OK)
		e = add_pasted(l, &w, &p, d);
	pasted_clear(&p);
	return e;
}

static enum err
read_any(const struct load *l, struct bytes content, struct diag *d)
{
	enum err e;

	if (is_list(content))
		e = read_list(l, content, d);
	else if (content.len > 1 && content.ptr[0] == 0x30 &&
	    content.ptr[1] >= 0x80)
		e = read_der(l, content, d);
	else
		e = read_text(l, content, d);
	if (e == ERR_OK && l->calendar->num == l->begin)
		e = diag_set(d, ERR_SYNTAX,
		    "nothing here ends on a date: no certificate, no trust "
		    "list with one, no alarm of the certificate monitor");
	return e;
}

enum err
calendar_load(struct calendar *c, const char *path, size_t root, struct diag *d)
{
	struct load l = { .calendar = c,
		.path = path,
		.root = root,
		.begin = c->num };
	struct buf content = { 0 };
	enum err e;

	e = input_load(path, CERT_FILE_MAX, &content, d);
	if (e == ERR_OK)
		e = read_any(&l, buf_bytes(&content), d);
	while (e != ERR_OK && !is_list(buf_bytes(&content)) && c->num > l.begin)
		calendar_row_clear(&c->row[--c->num]);
	if (e == ERR_POLICY)
		explicit_bzero(content.ptr, content.len);
	buf_clear(&content);
	return e;
}
