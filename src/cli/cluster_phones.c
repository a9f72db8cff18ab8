/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cluster_phones.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/net.h"
#include "cli/phones.h"

#define WEB_PORT 80

void
phones_clear(struct phones *p)
{
	size_t i;

	for (i = 0; i < p->num_places; i++) {
		free(p->place[i].name);
		free(p->place[i].address);
	}
	free(p->place);
	intern_clear(&p->names);
	buf_clear(&p->list.bytes);
	buf_clear(&p->notes);
	delivery_free(&p->book);
	syslog_close(&p->syslog);
	if (p->has_cluster)
		cluster_close(&p->cluster);
}

static enum err
read_web_port(struct phones *p, struct diag *d)
{
	const char *text = p->o->web_port;
	unsigned long value;
	char *end;

	p->web_port = WEB_PORT;
	if (text == NULL)
		return ERR_OK;
	value = isdigit((unsigned char)text[0]) && strlen(text) <= 5
	    ? strtoul(text, &end, 10)
	    : 0;
	if (value == 0 || value > 65535 || *end != '\0')
		return diag_set(d, ERR_USAGE,
		    "--web-port wants a port, 1 to 65535");
	p->web_port = (unsigned)value;
	return ERR_OK;
}

/* What is missing, before anything is asked for. */
static enum err
check(const struct phones *p, struct diag *d)
{
	if (p->o->no_login && p->o->csv == NULL &&
	    p->cluster.inventory.phones == NULL)
		return diag_set(d, ERR_USAGE,
		    "without a login the phones are those of --csv, or of the "
		    "inventory's phones");
	return ERR_OK;
}

static void
say(const char *text)
{
	size_t len = strlen(text);

	(void)!write(STDERR_FILENO, text, len);
}

/* The listener is there before anything takes its time: what comes meanwhile
 * waits in the kernel. */
static enum err
listen_there(struct phones *p, struct diag *d)
{
	char text[80];
	enum err e;

	if (p->o->listen == NULL)
		return ERR_OK;
	e = syslog_open(p->o->listen, &p->syslog, d);
	if (e != ERR_OK)
		return e;
	(void)snprintf(text, sizeof(text),
	    "ctlsmith: listening on port %u, UDP and TCP\n",
	    syslog_port(p->syslog));
	say(text);
	return ERR_OK;
}

static enum err
load(struct phones *p, struct diag *d)
{
	enum err e = cluster_open(&p->cluster, &p->o->cluster, d);

	p->has_cluster = true;
	if (e == ERR_OK)
		e = check(p, d);
	if (e == ERR_OK)
		e = listen_there(p, d);
	if (e == ERR_OK)
		e = phones_load_list(p, d);
	if (e == ERR_OK)
		e = phones_load_senders(p, d);
	if (e == ERR_OK)
		e = phones_load_csv(p, d);
	if (e == ERR_OK)
		e = phones_load_publisher(p, d);
	return e;
}

static enum cmd_exit
end_of(const struct phones *p)
{
	size_t i, num = 0;

	for (i = 0; i < DELIVERY_NUM_STATES; i++)
		num += delivery_count(p->book, (enum delivery_state)i);
	return num > 0 && delivery_count(p->book, DELIVERY_PROVEN) == num
	    ? CMD_OK
	    : CMD_POLICY;
}

static enum cmd_exit
report(const struct cmd *cmd, struct phones *p)
{
	struct out out = { 0 };
	struct diag d;

	diag_init(&d);
	if (load(p, &d) != ERR_OK)
		return cmd_refuse(cmd, &d);
	if (p->notes.len > 0 && buf_cstr(&p->notes) != NULL)
		say(buf_cstr(&p->notes));
	if (phones_watch(p, &d) != ERR_OK)
		return cmd_refuse(cmd, &d);
	if (p->o->json)
		phones_tell_json(p, &out);
	else
		phones_tell_text(p, &out);
	return out_finish(&out, p->o->json, end_of(p));
}

enum cmd_exit
cluster_phones_run(const struct cmd *cmd, struct opt_line *line)
{
	struct cluster_phones_opts o = { .since = INT64_MIN };
	struct phones *p;
	struct out out = { 0 };
	enum cmd_exit end;
	struct diag d;
	bool done;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	diag_init(&d);
	if (line->args[0] != NULL) {
		(void)diag_set(&d, ERR_USAGE, "there are no arguments");
		return cmd_usage(cmd, &d);
	}
	if (o.setup) {
		phones_setup(o.listen, &out);
		return out_finish(&out, false, CMD_OK);
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL) {
		(void)diag_nomem(&d);
		return cmd_refuse(cmd, &d);
	}
	p->o = &o;
	end = read_web_port(p, &d) == ERR_OK ? report(cmd, p)
					     : cmd_refuse(cmd, &d);
	phones_clear(p);
	free(p);
	return end;
}
