/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/status.h"

#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "pki/digest.h"

void
status_clear(struct status *s)
{
	health_clear(&s->health);
	ctl_free(&s->installed);
	doc_free(&s->token_doc);
	survey_clear(&s->survey);
	doc_free(&s->doc);
	evidence_free(&s->evidence);
	memset(s, 0, sizeof(*s));
}

/* LINE is in TEXT, which has one of its length on each line. */
static bool
has_line(struct bytes text, struct bytes line)
{
	size_t i;

	for (i = 0; i + line.len < text.len; i += line.len + 1)
		if (memcmp(text.ptr + i, line.ptr, line.len) == 0)
			return true;
	return false;
}

/* As works_input has it: by the SHA-1 of the certificate. */
static bool
is_held(void *arg, const struct ctl_file *f, size_t index)
{
	const struct status *s = arg;
	struct bytes der = ctl_record_value(ctl_record(f, index),
	    CTL_REC_CERTIFICATE);
	struct digest_value v;
	struct buf hex = { 0 };
	bool held = false;

	if (der.ptr == NULL ||
	    digest_of(DIGEST_SHA1, &der, 1, &v, NULL) != ERR_OK)
		return false;
	text_put_hex(&hex, digest_bytes(&v), "", TEXT_LOWER);
	if (buf_ok(&hex))
		held = has_line(s->held, buf_bytes(&hex));
	buf_clear(&hex);
	return held;
}

static enum err
read_inventory(struct status *s, struct diag *d)
{
	const struct evidence_piece *p = evidence_find(s->evidence,
	    "cluster/inventory.yaml");
	struct diag why;
	enum err e;

	if (p == NULL || p->error != ERR_OK || survey_time(s->evidence) == 0)
		return diag_set(d, ERR_SYNTAX,
		    "this bundle is not whole: it has no inventory, or does "
		    "not say when it was made");
	diag_init(&why);
	e = inventory_read(p->bytes, &s->inventory, &s->doc, &why);
	if (e != ERR_OK)
		return diag_set(d, e, "the inventory of the bundle: %s",
		    why.msg);
	s->now = survey_time(s->evidence);
	return ERR_OK;
}

/* The list that phones hold; one that does not read is as good as none. */
static enum err
read_installed(struct status *s, struct diag *d)
{
	const struct evidence_piece *p = evidence_find(s->evidence,
	    "cluster/installed.tlv");
	struct diag why;

	if (p == NULL || p->error != ERR_OK)
		return ERR_OK;
	if (ctl_parse(p->bytes, CTL_KIND_CTL, &s->installed, &why) == ERR_NOMEM)
		return diag_nomem(d);
	return ERR_OK;
}

static enum err
judge(struct status *s, struct diag *d)
{
	const struct evidence_piece *held = evidence_find(s->evidence,
	    "cluster/held");
	struct health_input in = { .survey = &s->survey,
		.inventory = &s->inventory,
		.now = s->now,
		.installed = s->installed,
		.token = s->tokens.item,
		.num_tokens = s->tokens.num };

	if (held != NULL && held->error == ERR_OK) {
		s->held = held->bytes;
		in.held = is_held;
		in.arg = s;
	}
	return health_judge(&in, &s->health, d);
}

enum err
status_judge(struct evidence *e, struct status *ret, struct diag *d)
{
	enum err err;

	memset(ret, 0, sizeof(*ret));
	ret->evidence = e;
	err = read_inventory(ret, d);
	if (err == ERR_OK)
		err = survey_read(e, &ret->inventory, &ret->survey,
		    &ret->doubts, d);
	if (err == ERR_OK)
		err = health_compare(&ret->survey, &ret->inventory, d);
	if (err == ERR_OK)
		err = read_installed(ret, d);
	if (err == ERR_OK)
		err = status_read_tokens(ret, d);
	return err == ERR_OK ? judge(ret, d) : err;
}

static bool
came(const struct survey_list *l)
{
	return l->looked && l->error == ERR_OK;
}

bool
status_reached_any(const struct status *s)
{
	size_t i;

	for (i = 0; i < s->survey.num_nodes; i++) {
		const struct survey_node *n = &s->survey.node[i];

		if (n->reached || came(&n->http_ctl) || came(&n->tftp_ctl) ||
		    came(&n->http_itl) || came(&n->tftp_itl))
			return true;
	}
	return false;
}

enum err
status_save(const struct evidence *e, const char *path, bool force,
    struct diag *d)
{
	struct buf tar = { 0 };
	enum err err = evidence_pack(e, &tar, d);

	if (err == ERR_OK)
		err = file_write(path, buf_bytes(&tar),
		    FILE_PRIVATE | (force ? FILE_CLOBBER : 0), d);
	buf_clear(&tar);
	return err;
}
