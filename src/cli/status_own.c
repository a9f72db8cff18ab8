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
#include "data/json.h"
#include "pki/digest.h"

static enum err
put(struct evidence *e, const char *name, struct bytes bytes, struct diag *d)
{
	return evidence_put(e, name, survey_time(e), bytes, d);
}

/* ---- The inventory ------------------------------------------------------------ */

/* JSON is YAML: inventory_read() takes it. */
static json_t *
of_ports(struct json_sink *s, const struct inventory_ports *p)
{
	json_t *obj = json_object();

	json_put_number(s, obj, "ssh", p->ssh);
	json_put_number(s, obj, "tftp", p->tftp);
	json_put_number(s, obj, "http", p->http);
	json_put_number(s, obj, "https", p->https);
	json_put_number(s, obj, "https_mra", p->https_mra);
	json_put_number(s, obj, "sccp", p->sccp);
	json_put_number(s, obj, "sip", p->sip);
	json_put_number(s, obj, "capf", p->capf);
	json_put_number(s, obj, "tvs", p->tvs);
	json_put_number(s, obj, "web", p->web);
	return obj;
}

static json_t *
of_nodes(struct json_sink *s, const struct inventory *inv)
{
	json_t *list = json_array();
	size_t i, k;

	for (i = 0; i < inventory_num_nodes(inv); i++) {
		const struct inventory_node *n = inventory_node(inv, i);
		json_t *obj = json_object(), *addresses = json_array();

		json_put_str(s, obj, "name", n->name);
		for (k = 0; k < n->addresses.num; k++)
			json_append(s, addresses,
			    json_string(n->addresses.item[k]));
		json_put(s, obj, "addresses", addresses);
		json_put_str(s, obj, "role",
		    inventory_role_name((enum inventory_role)n->role));
		json_put(s, obj, "ports", of_ports(s, &n->ports));
		json_append(s, list, obj);
	}
	return list;
}

static json_t *
of_tftp_servers(struct json_sink *s, const struct inventory *inv)
{
	const struct inventory_tftp *t = inv->tftp_servers.item;
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < inv->tftp_servers.num; i++) {
		json_t *obj = json_object();

		json_put_str(s, obj, "name", t[i].name);
		json_put_str(s, obj, "address", t[i].address);
		json_append(s, list, obj);
	}
	return list;
}

static json_t *
of_policy(struct json_sink *s, const struct inventory_policy *p)
{
	json_t *obj = json_object();

	json_put(s, obj, "rsa_only", json_boolean(p->rsa_only));
	json_put_number(s, obj, "min_sasts", p->min_sasts);
	json_put_number(s, obj, "backup_age", p->backup_age);
	return obj;
}

/* What is judged by, and no path, URI, command or user of this machine. */
static enum err
add_inventory(struct evidence *e, const struct inventory *inv, struct diag *d)
{
	struct json_sink s = { .failed = false };
	json_t *obj = json_object();
	struct buf text = { 0 };
	enum err err;

	json_put_str(&s, obj, "name", inv->name);
	if (inv->release != NULL)
		json_put_str(&s, obj, "release", inv->release);
	if (inv->mode != NULL)
		json_put_str(&s, obj, "mode", inv->mode);
	json_put(&s, obj, "nodes", of_nodes(&s, inv));
	if (inv->tftp_servers.num > 0)
		json_put(&s, obj, "tftp_servers", of_tftp_servers(&s, inv));
	json_put(&s, obj, "policy", of_policy(&s, inv->policy));
	err = s.failed ? diag_nomem(d) : doc_json_dump(obj, &text, d);
	json_decref(obj);
	if (err == ERR_OK)
		err = put(e, "cluster/inventory.yaml", buf_bytes(&text), d);
	buf_clear(&text);
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
