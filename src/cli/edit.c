/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/edit.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *option;
	enum edit_kind kind;
} kinds[] = {
	{ "add", EDIT_ADD },
	{ "remove", EDIT_REMOVE },
	{ "replace", EDIT_REPLACE },
};

/* ---- Options -------------------------------------------------------------------- */

static enum edit_kind
kind_of(const char *option)
{
	size_t i = 0;

	while (strcmp(kinds[i].option, option) != 0)
		i++;
	return kinds[i].kind;
}

/* Puts the option in front of what D says. */
static enum err
about(const struct edit_step *st, struct diag *d)
{
	struct diag why = *d;

	(void)diag_set(d, why.code, "--%s: %s", st->option, why.msg);
	return why.code;
}

/* The certificate and what stands behind it begin at REST of the value. */
static enum err
parse_entry(struct edit_step *st, const char *rest, uint16_t role,
    struct diag *d)
{
	struct buf what = { 0 };
	enum err e;

	buf_printf(&what, "--%s %.*s", st->option, (int)(rest - st->value),
	    st->value);
	e = buf_cstr(&what) == NULL
	    ? diag_nomem(d)
	    : entry_parse(buf_cstr(&what), rest, role, &st->entry, d);
	buf_clear(&what);
	return e;
}

static enum err
parse_add(struct edit_step *st, struct diag *d)
{
	const char *eq = strchr(st->value, '=');
	uint16_t role;
	enum err e;

	if (eq == NULL)
		return diag_set(d, ERR_USAGE,
		    "--add wants ROLE=CERT, such as ccm+tftp=cucm2.pem, not "
		    "'%.80s'",
		    st->value);
	e = select_role(bytes_of(st->value, (size_t)(eq - st->value)), &role,
	    d);
	if (e != ERR_OK)
		return about(st, d);
	return parse_entry(st, eq + 1, role, d);
}

/* ",host=NAME" behind the certificate, as --add has it, says what it says in
 * front; host and address of the record stay. */
static enum err
take_host(struct edit_step *st, struct diag *d)
{
	const struct entry *in = &st->entry;

	if (in->where.len == 0)
		return diag_set(d, ERR_USAGE, "--replace %.80s lacks CERT",
		    st->value);
	if (in->has_address)
		return diag_set(d, ERR_USAGE,
		    "--replace leaves a record's address as it is; --remove "
		    "and --add make another");
	if (!in->has_host)
		return ERR_OK;
	if (st->select.host.len > 0)
		return diag_set(d, ERR_USAGE,
		    "--replace %.80s says host= twice", st->value);
	buf_put(&st->select.host, buf_bytes(&in->host));
	return buf_ok(&st->select.host) ? ERR_OK : diag_nomem(d);
}

static enum err
parse_replace(struct edit_step *st, struct diag *d)
{
	const char *rest;
	enum err e;

	e = select_parse(st->value, &st->select, &rest, d);
	if (e != ERR_OK)
		return about(st, d);
	e = parse_entry(st, rest, 0, d);
	return e == ERR_OK ? take_host(st, d) : e;
}

static enum err
parse_step(struct edit_step *st, struct diag *d)
{
	enum err e;

	switch (st->kind) {
	case EDIT_ADD:
		return parse_add(st, d);
	case EDIT_REPLACE:
		return parse_replace(st, d);
	case EDIT_REMOVE:
		break;
	}
	e = select_parse(st->value, &st->select, NULL, d);
	return e == ERR_OK ? ERR_OK : about(st, d);
}

enum err
edit_parse(const struct opt_ordered *options, struct edit *ret, struct diag *d)
{
	struct edit ed = { .num = 0 };
	enum err e = ERR_OK;

	ed.steps = calloc(options->num + 1, sizeof(*ed.steps));
	if (ed.steps == NULL)
		return diag_nomem(d);
	while (e == ERR_OK && ed.num < options->num) {
		struct edit_step *st = &ed.steps[ed.num];

		st->option = options->at[ed.num].opt->name;
		st->value = options->at[ed.num].value;
		st->kind = kind_of(st->option);
		ed.num++;
		e = parse_step(st, d);
	}
	if (e == ERR_OK)
		*ret = ed;
	else
		edit_clear(&ed);
	return e;
}

void
edit_clear(struct edit *ed)
{
	size_t i;

	for (i = 0; i < ed->num; i++) {
		select_clear(&ed->steps[i].select);
		entry_clear(&ed->steps[i].entry);
		select_found_clear(&ed->steps[i].found);
	}
	free(ed->steps);
	memset(ed, 0, sizeof(*ed));
}

enum err
edit_load(struct edit *ed, struct token_run *run, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < ed->num; i++)
		if (ed->steps[i].kind != EDIT_REMOVE)
			e = entry_load(&ed->steps[i].entry, run, d);
	return e;
}

/* ---- Records -------------------------------------------------------------------- */

/* Record INDEX of F holds this certificate as it is. */
static bool
has_cert(const struct ctl_file *f, size_t index, const struct cert *c)
{
	return bytes_equal(
	    ctl_record_value(ctl_record(f, index), CTL_REC_CERTIFICATE),
	    cert_der(c));
}

/* A record that holds the new certificate already is not touched. */
static void
leave_same(struct edit_step *st, const struct ctl_file *f)
{
	size_t i, num = 0;

	for (i = 0; i < st->found.num; i++)
		if (!has_cert(f, st->found.at[i], st->entry.cert))
			st->found.at[num++] = st->found.at[i];
	st->same = num < st->found.num;
	st->found.num = num;
}

static enum err
resolve_one(struct edit_step *st, const struct ctl_file *f, struct diag *d)
{
	size_t index;
	enum err e;

	if (st->kind == EDIT_ADD)
		return ERR_OK;
	if (st->kind == EDIT_REPLACE) {
		e = select_replaced(&st->select, f, st->entry.cert, &st->found,
		    d);
		if (e == ERR_OK)
			leave_same(st, f);
		return e == ERR_OK ? ERR_OK : about(st, d);
	}
	e = select_one(&st->select, f, &index, d);
	if (e != ERR_OK)
		return about(st, d);
	st->found.at = calloc(1, sizeof(*st->found.at));
	if (st->found.at == NULL)
		return diag_nomem(d);
	st->found.at[0] = index;
	st->found.num = 1;
	return ERR_OK;
}

/* Notes in TAKEN that ST has its records; refuses one that another has. */
static enum err
take(const struct edit_step *st, const struct edit_step **taken,
    const struct ctl_file *f, struct diag *d)
{
	struct buf name = { 0 };
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < st->found.num; i++) {
		const struct edit_step **who = &taken[st->found.at[i]];

		if (*who != NULL) {
			select_put_record(&name, f, st->found.at[i]);
			e = buf_cstr(&name) == NULL
			    ? diag_nomem(d)
			    : diag_set(d, ERR_USAGE,
				  "--%s %.60s and --%s %.60s both want %s",
				  (*who)->option, (*who)->value, st->option,
				  st->value, buf_cstr(&name));
		}
		*who = st;
	}
	buf_clear(&name);
	return e;
}

enum err
edit_resolve(struct edit *ed, const struct ctl_file *f, struct diag *d)
{
	const struct edit_step **taken;
	enum err e = ERR_OK;
	size_t i;

	taken = calloc(ctl_num_records(f) + 1,
	    sizeof(const struct edit_step *));
	if (taken == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < ed->num; i++) {
		e = resolve_one(&ed->steps[i], f, d);
		if (e == ERR_OK)
			e = take(&ed->steps[i], taken, f, d);
	}
	free(taken);
	return e;
}

/* ---- The draft ------------------------------------------------------------------ */

static enum err
dialect_of(const struct edit_step *st, const struct produce_opts *o,
    enum ctl_dialect *ret, struct diag *d)
{
	if (!st->entry.has_dialect)
		return produce_dialect(o, st->entry.cert, ret, d);
	*ret = st->entry.dialect;
	return ERR_OK;
}

static enum err
replace(const struct edit_step *st, const struct produce_opts *o,
    struct ctl_draft *dr, struct diag *d)
{
	enum ctl_dialect dialect;
	enum err e;
	size_t i;

	e = dialect_of(st, o, &dialect, d);
	for (i = 0; e == ERR_OK && i < st->found.num; i++)
		e = ctl_draft_replace(dr, st->found.at[i], st->entry.cert,
		    dialect, d);
	return entry_about(&st->entry, e, d);
}

static bool
is_removed(const struct edit *ed, size_t index)
{
	size_t i;

	for (i = 0; i < ed->num; i++)
		if (ed->steps[i].kind == EDIT_REMOVE &&
		    ed->steps[i].found.at[0] == index)
			return true;
	return false;
}

/* From the last on, so that numbers stay what they were. */
static void
remove_all(const struct edit *ed, struct ctl_draft *dr)
{
	size_t i;

	for (i = ctl_draft_num(dr); i > 0; i--)
		if (is_removed(ed, i))
			ctl_draft_remove(dr, i);
}

/* Record INDEX of DR is what IN says. */
static bool
is_there(const struct ctl_draft *dr, size_t index, const struct entry *in)
{
	const struct ctl_record *r = ctl_draft_record(dr, index);
	struct bytes der = bytes_of(NULL, 0);

	if (in->cert != NULL)
		der = cert_der(in->cert);
	return r->has_role && r->role == in->role &&
	    bytes_equal(ctl_record_value(r, CTL_REC_CERTIFICATE), der) &&
	    bytes_equal(ctl_record_text(r, CTL_REC_DNS_NAME),
		buf_bytes(&in->host));
}

static enum err
add(const struct edit_step *st, const struct produce_opts *o,
    struct ctl_draft *dr, struct diag *d)
{
	enum ctl_dialect dialect;
	enum err e;
	size_t i;

	for (i = 1; i <= ctl_draft_num(dr); i++)
		if (is_there(dr, i, &st->entry))
			return diag_set(d, ERR_EXISTS,
			    "--add %.80s: the list has this record already, "
			    "and would have it twice",
			    st->value);
	e = dialect_of(st, o, &dialect, d);
	return e == ERR_OK ? entry_add(&st->entry, dialect, dr, 0, d) : e;
}

enum err
edit_apply(const struct edit *ed, const struct produce_opts *o,
    struct ctl_draft *dr, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < ed->num; i++)
		if (ed->steps[i].kind == EDIT_REPLACE)
			e = replace(&ed->steps[i], o, dr, d);
	if (e == ERR_OK)
		remove_all(ed, dr);
	for (i = 0; e == ERR_OK && i < ed->num; i++)
		if (ed->steps[i].kind == EDIT_ADD)
			e = add(&ed->steps[i], o, dr, d);
	return e;
}

/* ---- Notes ---------------------------------------------------------------------- */

/* Some record that ST did not find holds the certificate that the first of its
 * records had. */
static size_t
left_with_old(const struct edit_step *st, const struct ctl_file *f)
{
	struct bytes old = ctl_record_value(ctl_record(f, st->found.at[0]),
	    CTL_REC_CERTIFICATE);
	size_t i, k, n = ctl_num_records(f);

	for (i = 1; old.ptr != NULL && i <= n; i++) {
		if (!bytes_equal(
			ctl_record_value(ctl_record(f, i), CTL_REC_CERTIFICATE),
			old))
			continue;
		for (k = 0; k < st->found.num && st->found.at[k] != i; k++)
			;
		if (k == st->found.num)
			return i;
	}
	return 0;
}

static void
note_left(const struct edit_step *st, const struct ctl_file *f,
    struct produce *p)
{
	struct buf name = { 0 };
	size_t i = left_with_old(st, f);

	if (i == 0)
		return;
	select_put_record(&name, f, i);
	if (buf_cstr(&name) != NULL)
		produce_note(p, "old-certificate-stays",
		    "%s of the old list has the certificate, too, that "
		    "--replace %.80s takes out of record %zu; it stays there",
		    buf_cstr(&name), st->value, st->found.at[0]);
	p->text.failed |= !buf_ok(&name);
	buf_clear(&name);
}

void
edit_note(const struct edit *ed, const struct ctl_file *f, struct produce *p)
{
	size_t i;

	for (i = 0; i < ed->num; i++) {
		const struct edit_step *st = &ed->steps[i];

		if (st->kind != EDIT_REPLACE)
			continue;
		if (st->same)
			produce_note(p, "same-certificate",
			    "--replace %.80s: a record holds this certificate "
			    "already and stays as it is",
			    st->value);
		if (st->found.num > 0)
			note_left(st, f, p);
	}
}
