/* SPDX-License-Identifier: Apache-2.0 */
/* Lists that come to TFTP servers: one phone first, then a server at a time. */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "workflow/kinds_parts.h"

#define OURS "CTLFile.tlv"

/* The TFTP server NAME that is no node; NULL: it is one, or none. */
static const struct inventory_tftp *
other_server(const struct kinds *k, const char *name)
{
	const struct inventory_tftp *t = k->act->inventory->tftp_servers.item;
	size_t i;

	for (i = 0; name != NULL && i < k->act->inventory->tftp_servers.num;
	     i++)
		if (strcmp(t[i].name, name) == 0)
			return &t[i];
	return NULL;
}

/* FILE of the run, which a server is to give as NAME. */
struct parcel {
	const char *file, *name;
	struct bytes bytes;
};

/* By one way; one that cannot be had is not that list. */
static enum err
gives_by(const struct kinds *k, const char *node, const struct parcel *p,
    bool tftp, bool *ret, struct diag *d)
{
	struct buf got = { 0 };
	struct diag why;
	enum err e;

	diag_init(&why);
	e = k->act->fetch(k->act->arg, node, p->name, tftp, &got, &why);
	*ret = e == ERR_OK && bytes_equal(buf_bytes(&got), p->bytes);
	buf_clear(&got);
	return e == ERR_NOMEM ? diag_nomem(d) : ERR_OK;
}

enum err
kinds_gives(const struct kinds *k, const char *node, const char *name,
    struct bytes bytes, bool *ret, struct diag *d)
{
	const struct inventory_tftp *other = other_server(k, node);
	const struct parcel p = { .name = name, .bytes = bytes };
	enum err e = gives_by(k, node, &p, true, ret, d);

	if (e == ERR_OK && *ret && (other == NULL || other->http != 0))
		e = gives_by(k, node, &p, false, ret, d);
	return e;
}

static enum err
by_site(const struct kinds *k, struct run *r, const struct plan_step *s,
    const struct parcel *p, struct diag *d)
{
	char path[PATH_MAX] = "";
	const struct act_env env = { .node = s->node,
		.file = path,
		.name = p->name };
	enum err e = kinds_path(k, r, p->file, path, sizeof(path), d);

	return e == ERR_OK ? k->act->site(k->act->arg, ACT_UPLOAD_TFTP, &env, d)
			   : e;
}

static enum err
by_hand(const struct kinds *k, struct run *r, const struct plan_step *s,
    const struct parcel *p, struct diag *d)
{
	char md5[33], path[PATH_MAX], text[PATH_MAX + 500];
	enum err e = kinds_hex(DIGEST_MD5, p->bytes, md5, sizeof(md5), d);

	if (e == ERR_OK)
		e = kinds_path(k, r, p->file, path, sizeof(path), d);
	if (e != ERR_OK)
		return e;
	(void)snprintf(text, sizeof(text),
	    "%.100s: upload %s (MD5 %s) as %.100s: OS "
	    "Administration of that node > Software Upgrades > TFTP File "
	    "Management > Upload File, directory /. Type yes when it is done.",
	    s->node, path, md5, p->name);
	return kinds_ask(r, s, NULL, text, false, d);
}

enum err
kinds_send(const struct kinds *k, struct run *r, const struct plan_step *s,
    const char *file, const char *name, struct diag *d)
{
	const struct inventory_tftp *other = other_server(k, s->node);
	struct parcel p = { .file = file, .name = name };
	struct buf bytes = { 0 };
	bool gives = false;
	enum err e = run_kept(r, file, &bytes, d);

	p.bytes = buf_bytes(&bytes);
	if (e == ERR_OK)
		e = kinds_gives(k, s->node, name, p.bytes, &gives, d);
	if (e != ERR_OK || gives) {
		buf_clear(&bytes);
		return e;
	}
	if (other != NULL && other->sftp != NULL)
		e = k->act->put(k->act->arg, s->node, name, p.bytes, d);
	else if (k->act->has_site != NULL &&
	    k->act->has_site(k->act->arg, ACT_UPLOAD_TFTP))
		e = by_site(k, r, s, &p, d);
	else
		e = by_hand(k, r, s, &p, d);
	if (e == ERR_OK)
		e = kinds_gives(k, s->node, name, p.bytes, &gives, d);
	if (e == ERR_OK && !gives && other == NULL)
		e = kinds_restart_tftp(k, s->node, d);
	buf_clear(&bytes);
	return e;
}

/* Our list is what S's node gives as NAME. */
static enum err
is_given(const struct kinds *k, struct run *r, const struct plan_step *s,
    const char *name, bool *ret, struct diag *d)
{
	struct buf bytes = { 0 };
	enum err e = run_kept(r, OURS, &bytes, d);

	if (e == ERR_OK)
		e = kinds_gives(k, s->node, name, buf_bytes(&bytes), ret, d);
	buf_clear(&bytes);
	return e;
}

#define POLLS 24 /* of 5 s */

static enum err
wait_given(const struct kinds *k, struct run *r, const struct plan_step *s,
    const char *name, struct diag *d)
{
	bool given = false;
	unsigned i;
	enum err e = ERR_OK;

	for (i = 0; e == ERR_OK && !given && i < POLLS; i++) {
		if (i > 0)
			kinds_pause(k, 5);
		e = is_given(k, r, s, name, &given, d);
	}
	if (e == ERR_OK && !given)
		e = diag_set(d, ERR_WAITING,
		    "%.100s does not give the uploaded %.100s yet, by TFTP and "
		    "by HTTP; see that it is in directory / of TFTP File "
		    "Management and that Cisco Tftp was restarted, then resume",
		    s->node, name);
	return e;
}

/* ---- One phone first ------------------------------------------------------------ */

static const char *
canary_of(const struct kinds *k, const struct plan_step *s)
{
	if (s->argument != NULL)
		return s->argument;
	return k->num_canary > 0 ? k->canary[0] : NULL;
}

static void
canary_name(const char *device, char ret[KINDS_NAME_MAX])
{
	kinds_name(ret, "CTL%s.tlv", device);
}

enum err
kinds_canary_there(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, bool *ret, struct diag *d)
{
	const char *device = canary_of(arg, s);
	char name[KINDS_NAME_MAX];

	(void)begun;
	*ret = device == NULL;
	if (device == NULL)
		return ERR_OK;
	canary_name(device, name);
	return is_given(arg, r, s, name, ret, d);
}

enum err
kinds_canary_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	const char *device = canary_of(arg, s);
	char name[KINDS_NAME_MAX];

	if (device == NULL) {
		kinds_say(arg, "no canary was named (--canary): none is tried");
		return ERR_OK;
	}
	canary_name(device, name);
	return kinds_send(arg, r, s, OURS, name, d);
}

static enum err
reset_canary(const struct kinds *k, struct run *r, const struct plan_step *s,
    const char *device, struct diag *d)
{
	char path[PATH_MAX] = "", text[300];
	const struct act_env env = { .phones = path, .name = device };
	struct buf line = { 0 };
	enum err e = ERR_OK;

	if (k->act->has_site == NULL ||
	    !k->act->has_site(k->act->arg, ACT_RESET_PHONES)) {
		(void)snprintf(text, sizeof(text),
		    "Reset %.100s: Device > Phone > %.100s > Reset. Type yes "
		    "when it is done.",
		    device, device);
		return kinds_ask(r, s, NULL, text, true, d);
	}
	if (k->folder == NULL)
		return diag_set(d, ERR_USAGE, "the run has no folder");
	buf_printf(&line, "%s\n", device);
	e = buf_ok(&line) ? run_keep(r, "canary.txt", buf_bytes(&line), d)
			  : diag_nomem(d);
	if (e == ERR_OK)
		e = kinds_path(k, r, "canary.txt", path, sizeof(path), d);
	if (e == ERR_OK)
		e = k->act->site(k->act->arg, ACT_RESET_PHONES, &env, d);
	buf_clear(&line);
	return e;
}

static enum err
prove_canary(const struct kinds *k, struct run *r, const char *device,
    int64_t since, struct diag *d)
{
	char md5[33], sha1[41];
	const struct delivery_list held = { md5, sha1, since };
	const struct act_proof ask = { .lists = &held,
		.num_lists = 1,
		.devices = &device,
		.num = 1 };
	struct delivery *book = NULL;
	struct buf list = { 0 };
	enum err e = run_kept(r, OURS, &list, d);

	if (e == ERR_OK)
		e = kinds_hex(DIGEST_MD5, buf_bytes(&list), md5, sizeof(md5),
		    d);
	if (e == ERR_OK)
		e = kinds_hex(DIGEST_SHA1, buf_bytes(&list), sha1, sizeof(sha1),
		    d);
	buf_clear(&list);
	if (e == ERR_OK)
		e = k->act->phones(k->act->arg, &ask, &book, d);
	if (e == ERR_OK)
		e = delivery_judge(book, d);
	if (e == ERR_OK && delivery_count(book, DELIVERY_REFUSED) > 0)
		return diag_set(d, ERR_POLICY,
		    "the canary %.60s refuses the list; go no further, undo",
		    device);
	if (e == ERR_OK && delivery_count(book, DELIVERY_PROVEN) == 0)
		return diag_set(d, ERR_WAITING,
		    "the canary %.60s is not proven to hold the list yet; "
		    "reset it, and resume",
		    device);
	return e;
}

enum err
kinds_canary_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	const struct kinds *k = arg;
	const char *device = canary_of(k, s);
	char name[KINDS_NAME_MAX];
	enum err e;

	(void)begun;
	if (device == NULL)
		return ERR_OK;
	canary_name(device, name);
	e = wait_given(k, r, s, name, d);
	if (e == ERR_OK)
		e = reset_canary(k, r, s, device, d);
	return e == ERR_OK ? prove_canary(k, r, device,
				 kinds_begun(r, KINDS_MASK(PLAN_CANARY)), d)
			   : e;
}

enum err
kinds_canary_undo(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	const char *device = canary_of(arg, s);
	char name[KINDS_NAME_MAX];
	const struct command_arg file = { .name = "file", .value = name };
	enum err e;

	(void)r;
	if (device == NULL)
		return ERR_OK;
	canary_name(device, name);
	e = kinds_type(arg, s->node, "file-delete-tftp", &file, 1, NULL, d);
	return e == ERR_OK ? kinds_restart_tftp(arg, s->node, d) : e;
}

/* ---- All phones ----------------------------------------------------------------- */

/* What a server is to give out verifies by itself. */
enum err
kinds_distribute_before(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	struct ctl_file *f = NULL;
	struct buf bytes = { 0 };
	struct ctl_verdict v;
	const struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF };
	enum err e = run_kept(r, OURS, &bytes, d);

	(void)arg;
	(void)s;
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&bytes), CTL_KIND_CTL, &f, d);
	if (e == ERR_OK)
		e = ctl_verify(f, &self, &v, d);
	if (e == ERR_OK && v.status != CTL_VERIFIED)
		e = diag_set(d, ERR_CRYPTO, "the list does not verify: %.250s",
		    v.why.msg);
	ctl_free(&f);
	buf_clear(&bytes);
	return e;
}

enum err
kinds_distribute_there(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, bool *ret, struct diag *d)
{
	(void)begun;
	return is_given(arg, r, s, OURS, ret, d);
}

enum err
kinds_distribute_act(void *arg, struct run *r, const struct plan_step *s,
    struct diag *d)
{
	return kinds_send(arg, r, s, OURS, OURS, d);
}

enum err
kinds_distribute_check(void *arg, struct run *r, const struct plan_step *s,
    const struct run_facts *begun, struct diag *d)
{
	(void)begun;
	return wait_given(arg, r, s, OURS, d);
}
