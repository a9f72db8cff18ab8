/* SPDX-License-Identifier: Apache-2.0 */
/* What the kinds of steps share: a look, a command, a question, facts. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "pki/digest.h"
#include "workflow/kinds_parts.h"

enum err
kinds_look(const struct kinds *k, bool phones, struct kinds_seen *ret,
    struct diag *d)
{
	return k->act->look(k->act->arg, phones, &ret->s, &ret->h, d);
}

bool
kinds_find_node(const struct survey *s, const char *node, size_t *ret)
{
	size_t i;

	for (i = 0; node != NULL && i < s->num_nodes; i++)
		if (strcmp(s->node[i].entry->name, node) == 0) {
			*ret = i;
			return true;
		}
	return false;
}

bool
kinds_is_server(const struct survey_node *n)
{
	return n->entry->role != INVENTORY_IMP;
}

struct bytes
kinds_list(const struct survey *s, size_t i, bool itl)
{
	const struct survey_node *n = &s->node[i];
	const struct survey_list *ways[] = { itl ? &n->http_itl : &n->http_ctl,
		itl ? &n->tftp_itl : &n->tftp_ctl };
	size_t w;

	for (w = 0; w < 2; w++)
		if (ways[w]->looked && ways[w]->error == ERR_OK)
			return ways[w]->bytes;
	return bytes_of(NULL, 0);
}

enum err
kinds_installed(const struct kinds_seen *seen, size_t *ret_node,
    const struct ctl_file **ret, struct diag *d)
{
	size_t i;

	for (i = 0; i < seen->s->num_nodes; i++)
		if (seen->s->node[i].entry->role == INVENTORY_PUBLISHER)
			break;
	if (i == seen->s->num_nodes || seen->h->node[i].ctl.file == NULL)
		return diag_set(d, ERR_POLICY,
		    "the publisher gives no CTL that can be read; see "
		    "`ctlsmith cluster status`");
	if (!seen->h->node[i].ctl.verified)
		return diag_set(d, ERR_POLICY,
		    "the CTL of the publisher does not verify: %.200s",
		    seen->h->node[i].ctl.why.msg);
	*ret_node = i;
	*ret = seen->h->node[i].ctl.file;
	return ERR_OK;
}

const struct ctl_file *
kinds_held(const struct kinds *k, struct run *r, const struct ctl_file *served)
{
	return k->installed != NULL &&
		kinds_begun(r, KINDS_MASK(PLAN_PROVE)) == 0
	    ? k->installed
	    : served;
}

/* ---- Commands ------------------------------------------------------------------- */

/* The last line of TEXT that says something, safe for a person. */
static void
last_line(struct bytes text, struct buf *out)
{
	struct bytes line = bytes_of(NULL, 0);
	size_t at = 0, i;

	for (i = 0; i <= text.len; i++) {
		if (i < text.len && text.ptr[i] != '\n')
			continue;
		if (i > at)
			line = bytes_of(text.ptr + at, i - at);
		at = i + 1;
	}
	if (line.len > 160)
		line.len = 160;
	text_put_safe(out, line);
}

static enum err
refused(const char *node, const char *id, const struct shell_said *said,
    struct diag *d)
{
	struct buf line = { 0 };
	const char *text;
	enum err e = ERR_IO;

	last_line(buf_bytes(&said->text), &line);
	text = buf_cstr(&line);
	if (said->failure == COMMAND_NO_LICENCE ||
	    said->failure == COMMAND_NOT_HERE)
		e = ERR_POLICY;
	if (said->failure == COMMAND_NO_LICENCE)
		diag_set(d, e,
		    "%.60s did not do %.40s: the cluster is not registered "
		    "with Allow export-controlled functionality; register it "
		    "so under Licensing, then resume",
		    node, id);
	else
		diag_set(d, e, "%.60s did not do %.40s (%s): %s", node, id,
		    command_failure_name(said->failure),
		    text == NULL ? "" : text);
	buf_clear(&line);
	return e;
}

enum err
/* NOLINTNEXTLINE(readability-function-size) */
kinds_type(const struct kinds *k, const char *node, const char *id,
    const struct command_arg *args, size_t num, struct buf *ret, struct diag *d)
{
	struct shell_said said = { .failure = COMMAND_WORKED };
	enum err e;

	e = k->act->type(k->act->arg, node, id, args, num, &said, d);
	if (e == ERR_OK && said.failure != COMMAND_WORKED)
		e = refused(node, id, &said, d);
	if (e == ERR_OK && ret != NULL) {
		buf_put(ret, buf_bytes(&said.text));
		if (!buf_ok(ret))
			e = diag_nomem(d);
	}
	shell_said_clear(&said);
	return e;
}

/* ---- People --------------------------------------------------------------------- */

void
kinds_say(const struct kinds *k, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (k->act->say == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	k->act->say(k->act->arg, text);
}

void
kinds_pause(const struct kinds *k, unsigned seconds)
{
	if (k->act->pause != NULL)
		k->act->pause(k->act->arg, seconds);
}

enum err
kinds_ask(struct run *r, const struct plan_step *s, const char *key,
    const char *text, bool routine, struct diag *d)
{
	const struct run_question q = { .key = key == NULL ? s->id : key,
		.text = text,
		.routine = routine };

	return run_ask(r, s, &q, d);
}

/* ---- Names and facts ------------------------------------------------------------ */

void
kinds_name(char ret[KINDS_NAME_MAX], const char *fmt, ...)
{
	va_list ap;
	char *at;

	va_start(ap, fmt);
	(void)vsnprintf(ret, KINDS_NAME_MAX, fmt, ap);
	va_end(ap);
	for (at = ret; *at != '\0'; at++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "abcdefghijklmnopqrstuvwxyz0123456789._-",
			*at) == NULL)
			*at = '_';
	if (ret[0] == '.')
		ret[0] = '_';
}

enum err
kinds_path(const struct kinds *k, const struct run *r, const char *name,
    char *ret, size_t size, struct diag *d)
{
	const char *file = run_kept_name(r, name);
	int len;

	if (k->folder == NULL)
		return diag_set(d, ERR_USAGE, "the run has no folder");
	if (file == NULL)
		return diag_set(d, ERR_ABSENT, "no step has kept %.100s", name);
	len = snprintf(ret, size, "%s/%s", k->folder, file);
	return len >= 0 && (size_t)len < size
	    ? ERR_OK
	    : diag_set(d, ERR_TOO_BIG, "the path of %.100s is too long", name);
}

enum err
kinds_hex(enum digest which, struct bytes of, char *ret, size_t size,
    struct diag *d)
{
	struct digest_value v;
	struct buf hex = { 0 };
	enum err e = digest_of(which, &of, 1, &v, d);

	if (e == ERR_OK)
		text_put_hex(&hex, digest_bytes(&v), "", TEXT_LOWER);
	if (e == ERR_OK && buf_cstr(&hex) == NULL)
		e = diag_nomem(d);
	if (e == ERR_OK)
		(void)snprintf(ret, size, "%s", buf_cstr(&hex));
	buf_clear(&hex);
	return e;
}

enum err
kinds_sha256(struct bytes of, char ret[65], struct diag *d)
{
	return kinds_hex(DIGEST_SHA256, of, ret, 65, d);
}

/* *RET: what is now, NOW, is not what BEGUN says under NAME. */
static enum err
differs(const struct run_facts *begun, const char *name, struct bytes now,
    bool *ret, struct diag *d)
{
	const char *then = begun == NULL ? NULL : run_facts_get(begun, name);
	char hex[65];
	enum err e;

	*ret = false;
	if (then == NULL || now.ptr == NULL)
		return ERR_OK;
	e = kinds_sha256(now, hex, d);
	if (e == ERR_OK)
		*ret = strcmp(hex, then) != 0;
	return e;
}

enum err
kinds_is_new_cert(const struct kinds_seen *seen, const struct plan_step *s,
    const struct run_facts *begun, bool *ret, struct diag *d)
{
	char name[600];
	size_t i;

	*ret = false;
	if (!kinds_find_node(seen->s, s->node, &i))
		return ERR_OK;
	(void)snprintf(name, sizeof(name), "cert/%s/%s", s->node, s->unit);
	return differs(begun, name, survey_own_der(seen->s, i, s->unit), ret,
	    d);
}

enum err
kinds_is_new_list(const struct kinds_seen *seen, const char *node,
    const struct run_facts *begun, bool *ret, struct diag *d)
{
	char name[600];
	size_t i;

	*ret = false;
	if (!kinds_find_node(seen->s, node, &i))
		return ERR_OK;
	(void)snprintf(name, sizeof(name), "ctl/%s", node);
	return differs(begun, name, kinds_list(seen->s, i, false), ret, d);
}

static const struct plan_step *
step_called(struct run *r, const char *id)
{
	size_t i;

	return id != NULL && plan_find(run_plan(r), id, &i)
	    ? plan_step(run_plan(r), i)
	    : NULL;
}

int64_t
kinds_begun(struct run *r, unsigned long kinds)
{
	const struct journal *j = run_journal(r);
	size_t i;

	for (i = journal_num(j); i > 0; i--) {
		const struct journal_line *l = journal_at(j, i - 1);
		const struct plan_step *s = step_called(r, l->step);

		if (l->event == JOURNAL_BEGIN && s != NULL &&
		    (kinds & KINDS_MASK(s->kind)) != 0)
			return l->at;
	}
	return 0;
}
