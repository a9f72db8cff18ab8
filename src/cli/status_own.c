/* SPDX-License-Identifier: Apache-2.0 */
/* What this machine knows, as evidence; and the archive of lists. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/archive.h"
#include "cli/status.h"
#include "cli/tokenfile.h"
#include "data/doc_write.h"
#include "pki/digest.h"

static enum err
put(struct evidence *e, const char *name, struct bytes bytes, struct diag *d)
{
	return evidence_put(e, name, survey_time(e), bytes, d);
}

/* ---- The inventory ------------------------------------------------------------ */

/* Nodes and TFTP servers without how one logs in to them. */
static enum err
strip_lists(const struct inventory *inv, struct inventory *ret, struct diag *d)
{
	struct inventory_node *node;
	struct inventory_tftp *tftp;
	size_t i;

	node = calloc(inv->nodes.num + 1, sizeof(*node));
	tftp = calloc(inv->tftp_servers.num + 1, sizeof(*tftp));
	ret->nodes.item = node;
	ret->tftp_servers.item = tftp;
	if (node == NULL || tftp == NULL)
		return diag_nomem(d);
	for (i = 0; i < inv->nodes.num; i++) {
		node[i] = *inventory_node(inv, i);
		node[i].ca = NULL;
		node[i].ssh = (struct inventory_ssh){
			.user = node[i].ssh.user
		};
	}
	for (i = 0; i < inv->tftp_servers.num; i++) {
		tftp[i] = ((
		    const struct inventory_tftp *)inv->tftp_servers.item)[i];
		tftp[i].sftp = NULL;
	}
	return ERR_OK;
}

/* What is judged by, and no path, URI, command or user of this machine. */
static enum err
add_inventory(struct evidence *e, const struct inventory *inv, struct diag *d)
{
	struct inventory part = { .name = inv->name,
		.release = inv->release,
		.mode = inv->mode,
		.nodes = { NULL, inv->nodes.num },
		.neighbours = inv->neighbours,
		.tftp_servers = { NULL, inv->tftp_servers.num },
		.ssh = { .user = inv->ssh.user },
		.policy = inv->policy };
	struct buf yaml = { 0 };
	enum err err = strip_lists(inv, &part, d);

	if (err == ERR_OK)
		err = doc_write(&inventory_table, &part, &yaml, d);
	if (err == ERR_OK)
		err = put(e, "cluster/inventory.yaml", buf_bytes(&yaml), d);
	free((void *)(uintptr_t)part.nodes.item);
	free((void *)(uintptr_t)part.tftp_servers.item);
	buf_clear(&yaml);
	return err;
}

/* ---- Tokens ------------------------------------------------------------------- */

static enum err
add_held(struct evidence *e, const struct inventory *inv, struct out *out,
    struct diag *d)
{
	struct tokenfile tokens = { .num_tokens = 0 };
	struct buf lines = { 0 };
	struct diag why;
	size_t i, k;
	enum err err;

	if (inv->tokens == NULL)
		return ERR_OK;
	diag_init(&why);
	err = tokenfile_load(inv->tokens, &tokens, &why);
	if (err != ERR_OK) {
		out_error(out, inv->tokens, &why);
		return err == ERR_NOMEM ? diag_nomem(d) : ERR_OK;
	}
	for (i = 0; i < tokens.num_tokens; i++) {
		const struct doc_maps *l = &tokens.tokens[i].certificates;
		const struct tokenfile_cert *c = l->item;

		for (k = 0; k < l->num; k++) {
			text_put_hex(&lines, c[k].sha1, "", TEXT_LOWER);
			buf_str(&lines, "\n");
		}
	}
	err = buf_ok(&lines) ? put(e, "cluster/held", buf_bytes(&lines), d)
			     : diag_nomem(d);
	tokenfile_clear(&tokens);
	buf_clear(&lines);
	return err;
}

/* ---- The archive ---------------------------------------------------------------- */

static bool
ends_with(const char *name, const char *end)
{
	size_t a = strlen(name), b = strlen(end);

	return a >= b && strcmp(name + a - b, end) == 0;
}

/* A list that verifies by itself. */
static bool
is_good_list(struct bytes bytes, enum ctl_kind kind)
{
	struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF };
	struct ctl_file *f = NULL;
	struct ctl_verdict v;
	bool good;

	if (ctl_parse(bytes, kind, &f, NULL) != ERR_OK)
		return false;
	good = ctl_is_list(f) && ctl_verify(f, &self, &v, NULL) == ERR_OK &&
	    v.status == CTL_VERIFIED;
	ctl_free(&f);
	return good;
}

static enum err
keep_list(const char *folder, struct bytes bytes, struct diag *d)
{
	struct digest_value v;
	struct buf path = { 0 };
	enum err err = digest_of(DIGEST_SHA256, &bytes, 1, &v, d);

	if (err != ERR_OK)
		return err;
	buf_printf(&path, "%s/", folder);
	text_put_hex(&path, digest_bytes(&v), "", TEXT_LOWER);
	buf_str(&path, ".tlv");
	if (buf_cstr(&path) == NULL)
		err = diag_nomem(d);
	else
		err = file_write(buf_cstr(&path), bytes, 0, d);
	buf_clear(&path);
	return err == ERR_EXISTS ? ERR_OK : err;
}

enum err
status_keep_lists(const struct evidence *e, const struct inventory *inv,
    struct diag *d)
{
	enum err err = ERR_OK;
	size_t i;

	if (inv->archive == NULL)
		return ERR_OK;
	if (mkdir(inv->archive, 0777) != 0 && errno != EEXIST)
		return diag_errno(d, "mkdir", errno, "%.200s", inv->archive);
	for (i = 0; err == ERR_OK && i < evidence_num(e); i++) {
		const struct evidence_piece *p = evidence_at(e, i);
		bool ctl = ends_with(p->name, "/CTLFile.tlv");

		if (p->error == ERR_OK &&
		    (ctl || ends_with(p->name, "/ITLFile.tlv")) &&
		    is_good_list(p->bytes, ctl ? CTL_KIND_CTL : CTL_KIND_ITL))
			err = keep_list(inv->archive, p->bytes, d);
	}
	return err;
}

/* ---- The list that phones hold ------------------------------------------------------ */

/* What the publisher serves, else any node. */
static struct bytes
served_list(const struct evidence *e, const struct inventory *inv)
{
	static const char *const ways[] = { "http", "tftp" };
	size_t way, i, k, num = inventory_num_nodes(inv);

	for (i = 0; i <= num; i++)
		for (way = 0; way < 2; way++) {
			const struct inventory_node *n = i == 0
			    ? inventory_publisher(inv)
			    : inventory_node(inv, i - 1);
			struct buf name = { 0 };
			const struct evidence_piece *p = NULL;

			evidence_put_node(&name, n->name);
			buf_printf(&name, "/%s/CTLFile.tlv", ways[way]);
			if (buf_cstr(&name) != NULL)
				p = evidence_find(e, buf_cstr(&name));
			buf_clear(&name);
			k = p == NULL || p->error != ERR_OK ? 0 : p->bytes.len;
			if (k > 0)
				return p->bytes;
		}
	return bytes_of(NULL, 0);
}

/* List I was before SERVED; where either has no TIMESTAMP, nobody knows. */
static bool
is_before(const struct archive_list *l, const struct ctl_file *served)
{
	uint32_t mine, his;

	return l->verified && ctl_kind(l->f) == CTL_KIND_CTL &&
	    !bytes_equal(buf_bytes(&l->bytes), ctl_raw(served)) &&
	    archive_time(l, &mine) &&
	    ctl_header_number(ctl_header(served), CTL_HDR_TIMESTAMP, &his) &&
	    mine < his;
}

static enum err
find_installed(struct evidence *e, const struct archive *a,
    const struct ctl_file *served, struct diag *d)
{
	const struct archive_list *found = NULL;
	size_t i;

	/* from the oldest on */
	for (i = 0; i < a->num; i++)
		if (is_before(&a->list[i], served))
			found = &a->list[i];
	return found == NULL
	    ? ERR_OK
	    : put(e, "cluster/installed.tlv", buf_bytes(&found->bytes), d);
}

/* An archive that is not there yet, or cannot be read, has none. */
static enum err
add_installed(struct evidence *e, const struct inventory *inv, struct out *out,
    struct diag *d)
{
	struct bytes served = served_list(e, inv);
	struct archive a = { .num = 0 };
	struct ctl_file *f = NULL;
	struct diag why;
	enum err err;

	if (inv->archive == NULL || served.ptr == NULL ||
	    ctl_parse(served, CTL_KIND_CTL, &f, NULL) != ERR_OK)
		return ERR_OK;
	diag_init(&why);
	err = archive_load(&a, inv->archive, FILE_MAX_DEFAULT, out, &why);
	if (err == ERR_OK)
		err = find_installed(e, &a, f, d);
	else if (err == ERR_NOMEM)
		*d = why;
	else if (err != ERR_ABSENT)
		out_error(out, inv->archive, &why);
	archive_clear(&a);
	ctl_free(&f);
	return err == ERR_NOMEM ? err : ERR_OK;
}

enum err
status_add_own(struct evidence *e, const struct inventory *inv, struct out *out,
    struct diag *d)
{
	enum err err = add_inventory(e, inv, d);

	if (err == ERR_OK)
		err = add_held(e, inv, out, d);
	return err == ERR_OK ? add_installed(e, inv, out, d) : err;
}
