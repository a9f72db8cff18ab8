/* SPDX-License-Identifier: Apache-2.0 */
/* show risdb query phone, show perf query. */
#include <stdlib.h>
#include <string.h>

#include "cluster/said_parts.h"

#define PHONES_MAX 300000
#define FIELDS_MAX 128

struct phones {
	struct said_text t;
	struct said_array all; /* of struct said_phone */
	size_t num_fields, name, descr, address, status; /* columns */
	bool header;
};

/* ---- Fields --------------------------------------------------------------------- */

/* The fields of LINE between commas; at most FIELDS_MAX. */
static size_t
split(struct bytes line, struct bytes *ret)
{
	const uint8_t *comma;
	size_t num = 0, len;

	for (;;) {
		comma = memchr(line.ptr, ',', line.len);
		len = comma == NULL ? line.len : (size_t)(comma - line.ptr);
		ret[num++] = said_trimmed(bytes_of(line.ptr, len));
		if (comma == NULL || num == FIELDS_MAX)
			return num;
		line = said_from(line, len + 1);
	}
}

/* Where NAME is among the FIELDS; NUM: nowhere. */
static size_t
find_field(const struct bytes *fields, size_t num, const char *name)
{
	size_t i;

	for (i = 0; i < num; i++)
		if (said_equals(fields[i], name))
			break;
	return i;
}

/* DeviceName, Descr, Ipaddr, ..., RegStatus, ... */
static bool
is_header(struct phones *r, const struct bytes *fields, size_t num)
{
	r->name = find_field(fields, num, "DeviceName");
	r->descr = find_field(fields, num, "Descr");
	r->address = find_field(fields, num, "Ipaddr");
	r->status = find_field(fields, num, "RegStatus");
	r->num_fields = num;
	return r->name < num && r->address < num && r->status < num;
}

static bool
is_status(struct bytes word)
{
	static const char *const known[] = { "reg", "unr", "rej", "par",
		"unk" };
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (said_starts(word, known[i], NULL))
			return true;
	return false;
}

static bool
is_place(struct bytes word)
{
	return word.len == 0 || said_is_address(word) ||
	    said_equals(word, "unknown") || said_equals(word, "none");
}

/* How many fields too many stand before the address: a description may have
 * commas. False where no number fits. */
static bool
find_shift(const struct phones *r, const struct bytes *fields, size_t num,
    size_t *ret)
{
	size_t more = num < r->num_fields ? 0 : num - r->num_fields, i, s;

	if (num <= r->status || r->name != 0)
		return false;
	/* all of them, or some, and others behind */
	for (i = 0; i <= more; i++) {
		s = r->descr < r->address ? more - i : 0;
		if (is_place(fields[r->address + s]) &&
		    is_status(fields[r->status + s])) {
			*ret = s;
			return true;
		}
	}
	return false;
}

static enum err
take_phone(struct phones *r, const struct bytes *fields, size_t num,
    struct diag *diag)
{
	struct said_phone *p;
	void *item = NULL;
	size_t shift = 0;
	enum err e;

	if (!find_shift(r, fields, num, &shift) || fields[0].len == 0)
		return said_wrong(&r->t, ERR_SYNTAX,
		    "this row does not fit the columns of the phones", diag);
	e = said_add(&r->t, &r->all, &item, diag);
	if (e != ERR_OK)
		return e;
	p = item;
	e = said_copy(&r->t, fields[0], "the name of a phone", p->name,
	    sizeof(p->name), diag);
	if (e == ERR_OK)
		e = said_copy(&r->t, fields[r->address + shift],
		    "the address of a phone", p->address, sizeof(p->address),
		    diag);
	if (e == ERR_OK)
		e = said_copy(&r->t, fields[r->status + shift],
		    "the state of a phone", p->status, sizeof(p->status), diag);
	p->registered = said_starts(fields[r->status + shift], "reg", NULL) ||
	    said_starts(fields[r->status + shift], "par", NULL);
	return e;
}

/* ---- Lines ------------------------------------------------------------------------ */

/* "Total count 4": as many came. */
static enum err
check_total(const struct phones *r, struct bytes rest, struct diag *diag)
{
	uint64_t n;

	while (rest.len > 0 &&
	    (rest.ptr[0] == ':' || rest.ptr[0] == '=' ||
		said_is_blank(rest.ptr[0])))
		rest = said_from(rest, 1);
	if (said_number(rest, &n) && n != r->all.num)
		return said_wrong(&r->t, ERR_SYNTAX,
		    "there are not as many phones as the output counts", diag);
	return ERR_OK;
}

static enum err
read_phones(struct phones *r, struct diag *diag)
{
	struct bytes fields[FIELDS_MAX], line, rest;
	bool over = false;
	enum err e = ERR_OK;
	size_t num;

	while (e == ERR_OK && said_full_line(&r->t, &line)) {
		num = split(line, fields);
		if (!r->header) {
			r->header = is_header(r, fields, num);
		} else if (said_starts(line, "Total count", &rest)) {
			e = check_total(r, rest, diag);
			over = true;
		} else if (!over && !said_starts(line, "---", NULL)) {
			e = take_phone(r, fields, num, diag);
		}
	}
	if (e == ERR_OK && !r->header)
		e = said_wrong(&r->t, ERR_SYNTAX,
		    "the output is no table of phones", diag);
	return e;
}

enum err
said_phones(struct bytes text, struct said_phones *ret, struct diag *diag)
{
	struct phones r = { .all = { .size = sizeof(struct said_phone),
				.max = PHONES_MAX } };
	enum err e;

	e = said_begin(text, &r.t, diag);
	if (e == ERR_OK)
		e = read_phones(&r, diag);
	if (e == ERR_OK)
		*ret = (struct said_phones){ r.all.items, r.all.num };
	else
		free(r.all.items);
	return e;
}

void
said_phones_clear(struct said_phones *l)
{
	free(l->item);
	l->item = NULL;
	l->num = 0;
}

/* ---- show perf query ------------------------------------------------------------- */

/* LINE up to its = is a name that ends with NAME as a whole word. */
static bool
is_counter(struct bytes line, const char *name, struct bytes *ret)
{
	const uint8_t *equal = memrchr(line.ptr, '=', line.len);
	struct bytes left;
	size_t len = strlen(name);

	if (equal == NULL)
		return false;
	left = said_trimmed(bytes_of(line.ptr, (size_t)(equal - line.ptr)));
	*ret = said_trimmed(said_from(line, (size_t)(equal - line.ptr) + 1));
	return left.len >= len &&
	    said_equals(said_from(left, left.len - len), name) &&
	    (left.len == len ||
		strchr(" \t>\\/)", left.ptr[left.len - len - 1]) != NULL);
}

enum err
said_counter(struct bytes text, const char *name, uint64_t *ret,
    struct diag *diag)
{
	struct bytes line, value;
	struct said_text t;
	uint64_t n;
	enum err e;

	e = said_begin(text, &t, diag);
	if (e != ERR_OK)
		return e;
	while (said_full_line(&t, &line)) {
		if (!is_counter(line, name, &value))
			continue;
		if (!said_number(value, &n))
			return said_wrong(&t, ERR_SYNTAX,
			    "the value of the counter is no number", diag);
		*ret = n;
		return ERR_OK;
	}
	return diag_set(diag, ERR_ABSENT, "the output has no counter %s", name);
}
