/* SPDX-License-Identifier: Apache-2.0 */
/* Looking, fetching, saying; and the table. */
#include "cli/change_act.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/change_session.h"
#include "cli/out.h"
#include "cli/status.h"
#include "cluster/fetch.h"

#define LIST_MAX ((size_t)4 << 20)
#define REUSE 5 /* s */

static int64_t
now(void *arg)
{
	(void)arg;
	return (int64_t)time(NULL);
}

/* ---- What was said is kept ------------------------------------------------------- */

void
change_act_note(const struct change_act *a, const char *name, struct bytes text)
{
	char path[PATH_MAX];
	size_t done = 0;
	ssize_t n;
	int fd;

	if (a->folder == NULL || text.len == 0)
		return;
	(void)snprintf(path, sizeof(path), "%s/transcripts", a->folder);
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return;
	(void)snprintf(path, sizeof(path), "%s/transcripts/%s.txt", a->folder,
	    name);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
	    0600);
	if (fd == -1)
		return;
	while (done < text.len) {
		n = write(fd, text.ptr + done, text.len - done);
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	(void)close(fd);
}

/* ---- Looking ----------------------------------------------------------------------- */

static void
status_drop(struct status **s)
{
	if (*s != NULL)
		status_clear(*s);
	free(*s);
	*s = NULL;
}

enum err
change_act_look(struct change_act *a, bool phones, struct status **seen,
    struct diag *d)
{
	const struct status_wish w = { .cluster = a->cluster,
		.phones = phones };
	struct out_printer printer = { .json = false };
	struct out out = { .lost = false };
	struct evidence *e = NULL;
	struct status *is;
	enum err err;

	change_act_hear(a);
	err = status_look(&w, &e, &out, d);
	(void)out_print(&printer, &out);
	out_clear(&out);
	if (err != ERR_OK)
		return err;
	is = calloc(1, sizeof(*is));
	if (is == NULL) {
		evidence_free(&e);
		return diag_nomem(d);
	}
	err = status_judge(e, is, d);
	if (err != ERR_OK) {
		status_drop(&is);
		return err;
	}
	status_drop(seen);
	*seen = is;
	return ERR_OK;
}

/* What was seen a moment ago, and nothing was done since, is judged once more:
 * the reading of the world before a step, and the step's precondition. Not twice,
 * as two readings in a row are to be two. */
static bool
may_reuse(struct change_act *a, bool phones)
{
	bool may = a->seen != NULL && a->seen_once && !phones &&
	    now(NULL) - a->seen_at <= REUSE;

	a->seen_once = false;
	return may;
}

static enum err
look(void *arg, bool phones, const struct survey **ret,
    const struct health **ret_health, struct diag *d)
{
	struct change_act *a = arg;
	int64_t began = now(NULL);
	enum err e = ERR_OK;

	if (!may_reuse(a, phones)) {
		e = change_act_look(a, phones, &a->seen, d);
		a->seen_once = e == ERR_OK;
		a->seen_at = began;
	}
	if (e != ERR_OK)
		return e;
	*ret = &a->seen->survey;
	*ret_health = &a->seen->health;
	return ERR_OK;
}

/* ---- Fetching ---------------------------------------------------------------------- */

/* Where NODE, or the TFTP server of that name, gives files. */
static bool
find_place(const struct inventory *inv, const char *node, bool tftp,
    struct fetch_place *ret)
{
	const struct inventory_tftp *t = inv->tftp_servers.item;
	size_t i;

	ret->scheme = tftp ? "tftp" : "http";
	for (i = 0; i < inventory_num_nodes(inv); i++) {
		const struct inventory_node *n = inventory_node(inv, i);

		if (strcmp(n->name, node) != 0)
			continue;
		ret->host = n->addresses.item[0];
		ret->port = tftp ? n->ports.tftp : n->ports.http;
		return true;
	}
	for (i = 0; i < inv->tftp_servers.num; i++) {
		if (strcmp(t[i].name, node) != 0)
			continue;
		ret->host = t[i].address;
		ret->port = tftp ? t[i].tftp : t[i].http;
		return true;
	}
	return false;
}

static enum err
fetch(void *arg, const char *node, const char *name, bool tftp, struct buf *ret,
    struct diag *d)
{
	const struct fetch_setup setup = { .max = LIST_MAX,
		.connect_limit = 5,
		.stall_limit = 10,
		.limit = 60 };
	const struct change_act *a = arg;
	struct fetch_place at;

	if (!find_place(&a->cluster->inventory, node, tftp, &at))
		return diag_set(d, ERR_USAGE,
		    "the inventory has no node or TFTP server called %.100s",
		    node);
	return fetch_file(&at, name, &setup, ret, d);
}

/* ---- Saying, and waiting -------------------------------------------------------------- */

static void
say(void *arg, const char *text)
{
	struct buf line = { 0 };

	(void)arg;
	buf_str(&line, "  ");
	text_put_safe(&line, bytes_of_str(text));
	buf_str(&line, "\n");
	(void)out_write(&line);
	buf_clear(&line);
}

static void
pause_for(void *arg, unsigned seconds)
{
	struct change_act *a = arg;
	unsigned i;

	a->seen_once = false;
	for (i = 0; i < seconds; i++) {
		change_act_hear(a);
		(void)sleep(1);
	}
}

/* ---- Alarms -------------------------------------------------------------------------- */

static void
on_message(void *arg, const char *from, struct bytes text)
{
	struct change_act *a = arg;
	struct change_heard *more;
	size_t room;

	if (a->num_heard == CHANGE_HEARD_MAX)
		return;
	if (a->num_heard == a->room_heard) {
		room = a->room_heard == 0 ? 64 : a->room_heard * 2;
		more = reallocarray(a->heard, room, sizeof(*more));
		if (more == NULL)
			return;
		a->heard = more;
		a->room_heard = room;
	}
	more = &a->heard[a->num_heard];
	*more = (struct change_heard){ .when = now(NULL) };
	(void)snprintf(more->from, sizeof(more->from), "%s", from);
	buf_put(&more->text, text);
	if (buf_ok(&more->text))
		a->num_heard++;
	else
		buf_clear(&more->text);
}

void
change_act_hear(struct change_act *a)
{
	const struct syslog_hears hears = { on_message, a };
	struct diag d;
	int turn;

	for (turn = 0; a->syslog != NULL && turn < 3; turn++)
		if (syslog_take(a->syslog, 0, &hears, &d) != ERR_OK)
			return;
}

/* ---- Beginning and ending ---------------------------------------------------------------- */

bool
change_act_can_prove(const struct change_opts *o)
{
	return o->phones.web || o->phones.listen != NULL;
}

static enum err
read_web_port(struct change_act *a, struct diag *d)
{
	const char *text = a->opts->phones.web_port;
	unsigned long value = 0;
	char *end = NULL;

	a->web_port = 80;
	if (text == NULL)
		return ERR_OK;
	if (isdigit((unsigned char)text[0]) && strlen(text) <= 5)
		value = strtoul(text, &end, 10);
	if (value == 0 || value > 65535 || *end != '\0')
		return diag_set(d, ERR_USAGE,
		    "--web-port wants a port, 1 to 65535");
	a->web_port = (unsigned)value;
	return ERR_OK;
}

enum err
change_act_begin(struct change_act *a, const struct change_opts *o,
    struct cluster *c, const char *folder, struct diag *d)
{
	enum err e;

	*a = (struct change_act){ .opts = o, .cluster = c, .folder = folder };
	a->table = (struct act){ .arg = a,
		.inventory = &c->inventory,
		.now = now,
		.look = look,
		.type = change_act_type,
		.fetch = fetch,
		.put = change_act_put,
		.has_site = change_act_has_site,
		.site = change_act_site,
		.tokens = change_act_tokens,
		.sign = change_act_sign,
		.phones = change_act_phones,
		.say = say,
		.pause = pause_for };
	e = read_web_port(a, d);
	if (e == ERR_OK)
		e = pin_sources_init(&a->pins, &o->token.pin, d);
	if (e == ERR_OK)
		e = change_session_begin(a, d);
	if (e == ERR_OK && o->phones.listen != NULL)
		e = syslog_open(o->phones.listen, &a->syslog, d);
	return e;
}

void
change_act_end(struct change_act *a)
{
	size_t i;

	if (a->opts == NULL)
		return;
	change_session_end(a);
	status_drop(&a->seen);
	syslog_close(&a->syslog);
	for (i = 0; i < a->num_heard; i++)
		buf_clear(&a->heard[i].text);
	free(a->heard);
	for (i = 0; i < ACT_LISTS_MAX; i++)
		delivery_free(&a->book[i]);
	pin_sources_clear(&a->pins);
	secret_clear(&a->pin);
	*a = (struct change_act){ .opts = NULL };
}
