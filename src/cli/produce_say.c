/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/text.h"
#include "cli/json.h"
#include "cli/out.h"
#include "cli/produce_parts.h"
#include "cli/token_print.h"

/* ---- Records -------------------------------------------------------------------- */

enum {
	COL_NUMBER,
	COL_ROLE,
	COL_HOST,
	COL_ADDRESS,
	COL_NAME,
	COL_KEY
};

static const struct table_column columns[] = { { "#", TABLE_RIGHT },
	{ "ROLE", 0 }, { "HOST", TABLE_CUT }, { "ADDRESS", 0 },
	{ "NAME", TABLE_CUT }, { "KEY", 0 } };

static void
put_address(struct table *t, const struct ctl_record *r)
{
	struct bytes ip = ctl_record_value(r, CTL_REC_ADDRESS);

	if (ip.len == 4)
		table_printf(t, COL_ADDRESS, "%u.%u.%u.%u", ip.ptr[0],
		    ip.ptr[1], ip.ptr[2], ip.ptr[3]);
}

/* The key of R; *RET_FAILED where memory is short. */
static void
put_key(struct table *t, const struct ctl_record *r, bool *ret_failed)
{
	struct bytes der = ctl_record_value(r, CTL_REC_CERTIFICATE);
	struct cert *c = NULL;
	const struct pubkey *k;

	if (der.ptr == NULL)
		return;
	*ret_failed |= cert_from_der(der, &c, NULL) == ERR_NOMEM;
	k = c != NULL ? cert_key(c) : NULL;
	if (k != NULL)
		table_printf(t, COL_KEY, "%s %u",
		    pubkey_type_name(pubkey_type(k)), pubkey_bits(k));
	cert_free(&c);
}

static void
put_name(struct table *t, const struct ctl_record *r)
{
	struct bytes subject = ctl_record_text(r, CTL_REC_SUBJECT);
	struct bytes cn = ctl_common_name(subject);

	table_put(t, COL_NAME, cn.ptr != NULL ? cn : subject);
}

static bool
put_record(struct table *t, const struct ctl_file *f, size_t index)
{
	const struct ctl_record *r = ctl_record(f, index);
	bool failed = false;

	table_row(t);
	table_printf(t, COL_NUMBER, "%zu", index);
	table_printf(t, COL_ROLE, "%s%s",
	    r->has_role ? ctl_role_name(r->role) : "-",
	    ctl_signer_record(f) == index ? ", signs" : "");
	table_put(t, COL_HOST, ctl_record_text(r, CTL_REC_DNS_NAME));
	put_address(t, r);
	put_name(t, r);
	put_key(t, r, &failed);
	return !failed;
}

enum err
produce_say_records(struct produce *p, struct diag *d)
{
	struct table *t = table_new(columns, DOC_NUM(columns));
	const struct records all = { .num = 0 };
	bool ok = true;
	enum err e;
	size_t i;

	json_put(&p->sink, p->json, "header",
	    json_of_header(&p->sink, ctl_header(p->preview)));
	json_put(&p->sink, p->json, "records",
	    json_of_records(&p->sink, p->preview, &all));
	for (i = 1; i <= ctl_num_records(p->preview); i++)
		ok &= put_record(t, p->preview, i);
	if (!ok) {
		table_free(&t);
		return diag_nomem(d);
	}
	e = token_put_table(&t, &p->text, d);
	p->judged_from = p->text.len;
	return e;
}

const char *
produce_digest(enum digest which)
{
	if (which == DIGEST_SHA1)
		return "SHA-1";
	return which == DIGEST_SHA512 ? "SHA-512" : digest_name(which);
}

/* ---- The outcome ---------------------------------------------------------------- */

/* What is sealed, or what would be. */
static struct bytes
whole(const struct produce *p)
{
	return p->file.len > 0 ? buf_bytes(&p->file)
			       : buf_bytes(&p->preview_bytes);
}

static void
pair(struct table *t, const char *key, struct buf *value, bool *failed)
{
	*failed |= !buf_ok(value);
	table_pair(t, key, buf_bytes(value));
	buf_clear(value);
}

static void
put_list(struct produce *p, struct table *t, bool *failed)
{
	const struct ctl_header *h = ctl_header(p->preview);
	struct buf line = { 0 };

	buf_printf(&line, "%s %u.%u, ",
	    p->unsigned_.kind == CTL_KIND_ITL ? "ITL" : "CTL", h->major,
	    h->minor);
	buf_put(&line, ctl_header_text(h, CTL_HDR_FILENAME));
	buf_printf(&line, ", %zu record%s, %zu bytes",
	    ctl_num_records(p->preview),
	    ctl_num_records(p->preview) == 1 ? "" : "s", whole(p).len);
	pair(t, "List", &line, failed);
	text_put_rfc3339(&line, p->head.timestamp);
	pair(t, "Time", &line, failed);
}

static void
put_key_name(const struct produce *p, struct buf *out)
{
	if (p->signer->opts->signer != NULL)
		signer_put_name(out, p->signer);
	else
		buf_str(out, "a key that is elsewhere");
}

static void
put_signer(struct produce *p, struct table *t, bool *failed)
{
	const struct ctl_header *h = ctl_header(p->preview);
	struct buf line = { 0 };

	buf_put(&line, ctl_header_text(h, CTL_HDR_SIGNER_NAME));
	pair(t, "Signer", &line, failed);
	buf_printf(&line, "%s, RSA %u, ", produce_digest(p->head.digest),
	    pubkey_bits(cert_key(p->signer->cert)));
	put_key_name(p, &line);
	pair(t, "Signature", &line, failed);
}

static void
put_digest(struct table *t, enum digest which, const char *key,
    struct bytes raw, bool *failed)
{
	struct digest_value value;
	struct buf line = { 0 };

	if (digest_of(which, &raw, 1, &value, NULL) != ERR_OK) {
		*failed = true;
		return;
	}
	text_put_hex(&line, digest_bytes(&value), "", TEXT_LOWER);
	pair(t, key, &line, failed);
}

/* Where it went, and what is left of the old one. */
static void
put_place(struct produce *p, struct table *t, bool *failed)
{
	const struct produce_opts *o = p->opts;

	if (o->dry_run || o->detached != NULL) {
		table_pair(t, o->dry_run ? "Not made" : "To be signed",
		    bytes_of_str(o->dry_run ? "dry run" : o->detached));
		return;
	}
	put_digest(t, DIGEST_MD5, "MD5", buf_bytes(&p->file), failed);
	put_digest(t, DIGEST_SHA1, "SHA-1", buf_bytes(&p->file), failed);
	table_pair(t, "Written", bytes_of_str(o->output));
	if (p->place.kept[0] != '\0')
		table_pair(t, "Old list", bytes_of_str(p->place.kept));
}

static void
put_path(struct produce *p, const char *key, const char *path)
{
	json_put_str(&p->sink, p->json, key, path);
}

static void
put_json(struct produce *p)
{
	const struct produce_opts *o = p->opts;
	struct buf name = { 0 };

	put_key_name(p, &name);
	json_put_buf(&p->sink, p->json, "signer", &name);
	json_put(&p->sink, p->json, "file",
	    json_of_file(&p->sink, o->output, buf_bytes(&p->file)));
	put_path(p, "backup", p->place.kept[0] != '\0' ? p->place.kept : NULL);
	put_path(p, "request", o->dry_run ? NULL : o->detached);
}

enum err
produce_say(struct produce *p, struct diag *d)
{
	struct table *t = table_new_pairs();
	bool failed = false;

	buf_str(&p->text, "\n");
	put_list(p, t, &failed);
	put_signer(p, t, &failed);
	put_place(p, t, &failed);
	put_json(p);
	if (failed) {
		table_free(&t);
		return diag_nomem(d);
	}
	return token_put_table(&t, &p->text, d);
}

/* ---- The end -------------------------------------------------------------------- */

static enum cmd_exit
print_json(struct produce *p, enum err e, const struct diag *d)
{
	json_t *made = p->json;

	json_put(&p->sink, made, "dry_run", json_boolean(p->opts->dry_run));
	if (p->unsigned_.kind != CTL_KIND_AUTO)
		json_put_str(&p->sink, made, "kind",
		    ctl_kind_name(p->unsigned_.kind));
	json_put_error(&p->sink, made, e == ERR_OK ? NULL : d);
	p->json = NULL;
	if (p->sink.failed) {
		json_decref(made);
		made = NULL;
	}
	return token_print_element("made", made);
}

/* What is to be said, on stderr where the list itself goes to stdout. */
static enum cmd_exit
print_text(struct produce *p)
{
	enum cmd_exit end = CMD_OK;
	const char *text;

	if (p->text.len == 0)
		return CMD_OK;
	if (p->opts->dry_run || !produce_to_stdout(p->opts)) {
		end = out_write(&p->text);
	} else {
		text = buf_cstr(&p->text);
		if (text != NULL)
			(void)fputs(text, stderr);
	}
	buf_clear(&p->text);
	return end;
}

enum err
produce_show(struct produce *p, struct diag *d)
{
	if (p->signer->opts->token.json || print_text(p) == CMD_OK)
		return ERR_OK;
	return diag_set(d, ERR_IO,
	    "what is to be said first could not be, and nothing is signed");
}

static enum cmd_exit
print(struct produce *p, bool json, enum err e, const struct diag *d)
{
	enum cmd_exit end;

	if (json && p->json != NULL)
		return print_json(p, e, d);
	if (e != ERR_OK && e != ERR_POLICY)
		return CMD_OK;
	end = print_text(p);
	/* a request has been written already */
	if (end == CMD_OK && p->file.len > 0 && !p->opts->dry_run &&
	    produce_to_stdout(p->opts))
		end = out_write(&p->file);
	return end;
}

enum cmd_exit
produce_end(struct produce *p, bool json, enum err e, const struct diag *d)
{
	enum cmd_exit end = CMD_OK;
	struct diag why;

	if (e != ERR_USAGE)
		end = print(p, json, e, d);
	if (e != ERR_OK)
		end = out_worse(end, cmd_refuse(p->cmd, d));
	if (end == CMD_OK || p->written == NULL)
		return end;
	diag_init(&why);
	(void)diag_set(&why, ERR_IO,
	    "%s is written, but not all could be said of it", p->written);
	return out_worse(end, cmd_refuse(p->cmd, &why));
}
