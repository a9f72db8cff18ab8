/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cluster_status.h"

#include <unistd.h>

#include "base/file.h"
#include "cli/again.h"
#include "cli/net.h"
#include "cli/status.h"

#define EVERY 60 /* s */

struct run {
	const struct cluster_status_opts *o;
	struct cluster cluster;
	struct buf before; /* lines of the last time, with --batch */
	bool again;
};

static enum err
load_bundle(const char *path, struct evidence **ret, struct diag *d)
{
	struct buf tar = { 0 };
	struct diag why;
	enum err e;

	diag_init(&why);
	e = file_load(path, (size_t)2 << 30, &tar, &why);
	if (e == ERR_OK)
		e = evidence_unpack(buf_bytes(&tar), ret, &why);
	if (e != ERR_OK)
		diag_set(d, e, "%.150s: %s", path, why.msg);
	buf_clear(&tar);
	return e;
}

static enum err
get_evidence(struct run *r, struct evidence **ret, struct out *out,
    struct diag *d)
{
	const struct status_wish w = { .cluster = &r->cluster,
		.transcripts = r->o->transcripts,
		.module = r->o->module,
		.probe_p12 = r->o->probe_p12,
		.live = !r->o->watch && !r->o->cluster.batch &&
		    isatty(STDERR_FILENO) };
	enum err e;

	if (r->o->offline != NULL)
		return load_bundle(r->o->offline, ret, d);
	e = status_look(&w, ret, out, d);
	if (e == ERR_OK && r->o->save != NULL)
		e = status_save(*ret, r->o->save, r->again, d);
	if (e != ERR_OK)
		evidence_free(ret);
	return e;
}

static enum cmd_exit
end_of(const struct status *s)
{
	const struct survey_node *n;
	size_t i;

	if (!status_reached_any(s))
		return CMD_FAILED;
	/* what could not be seen of a server is unknown */
	for (i = 0; i < s->survey.num_nodes; i++) {
		n = &s->survey.node[i];
		if (!n->reached && n->entry->role != INVENTORY_IMP)
			return CMD_POLICY;
	}
	return s->health.stale ? CMD_POLICY : CMD_OK;
}

static enum err
put_text(struct run *r, const struct status *s, struct out *out, struct diag *d)
{
	const struct fill fill = fill_for_stdout();
	struct buf text = { 0 }, lines = { 0 };
	enum err e = ERR_OK;

	if (r->o->watch && r->o->cluster.batch) {
		status_put_lines(s, &lines);
		again_put_changes(buf_bytes(&r->before), buf_bytes(&lines),
		    s->now, &text);
		buf_clear(&r->before);
		r->before = lines;
	} else {
		if (r->o->watch)
			again_put_clear(&text);
		e = status_put(s, &fill, &text, d);
	}
	out_put(out, &text);
	buf_clear(&text);
	return e;
}

/* Looks once and says it. */
static enum err
look_once(struct run *r, struct out *out, enum cmd_exit *ret, struct diag *d)
{
	struct evidence *e = NULL;
	struct status s = { .evidence = NULL };
	enum err err = get_evidence(r, &e, out, d);

	if (err == ERR_OK)
		err = status_judge(e, &s, d);
	if (err == ERR_OK && r->o->json)
		out_json(out, status_json(&s));
	else if (err == ERR_OK)
		err = put_text(r, &s, out, d);
	if (err == ERR_OK)
		*ret = end_of(&s);
	status_clear(&s);
	return err;
}

static enum err
look_again(struct run *r, enum cmd_exit *ret, struct diag *d)
{
	struct out_printer p = { .json = false };
	struct out out = { .lost = false };
	struct again w;
	enum err e = again_begin(&w, d);

	while (e == ERR_OK) {
		e = look_once(r, &out, ret, d);
		r->again = true;
		if (out_print(&p, &out) != CMD_OK)
			break;
		if (e == ERR_OK &&
		    !again_wait(&w, r->o->every != 0 ? r->o->every : EVERY))
			break;
	}
	out_clear(&out);
	again_end(&w);
	return e;
}

static enum err
check(const struct cluster_status_opts *o, struct diag *d)
{
	if (o->offline != NULL &&
	    (o->watch || o->save != NULL || o->transcripts != NULL ||
		o->probe_p12 || o->module != NULL))
		return diag_set(d, ERR_USAGE,
		    "--offline asks nobody: it goes with none of --watch, "
		    "--save, --transcripts, --module and --probe-p12");
	if (o->watch && o->json)
		return diag_set(d, ERR_USAGE,
		    "--watch and --json do not go together");
	if (o->every != 0 && !o->watch)
		return diag_set(d, ERR_USAGE, "--every needs --watch");
	return ERR_OK;
}

enum cmd_exit
cluster_status_run(const struct cmd *cmd, struct opt_line *line)
{
	struct cluster_status_opts o = { .every = 0 };
	struct run r = { .o = &o };
	struct out out = { .lost = false };
	enum cmd_exit end;
	struct diag d;
	bool done;
	enum err e;

	end = cmd_options(cmd, line, &o, &done);
	if (done)
		return end;
	diag_init(&d);
	e = check(&o, &d);
	if (e == ERR_OK && o.offline == NULL)
		e = cluster_open(&r.cluster, &o.cluster, &d);
	if (e == ERR_OK && o.offline == NULL)
		e = cluster_login(&r.cluster, &d);
	if (e == ERR_OK)
		e = o.watch ? look_again(&r, &end, &d)
			    : look_once(&r, &out, &end, &d);
	if (o.offline == NULL && r.cluster.opts != NULL)
		cluster_close(&r.cluster);
	buf_clear(&r.before);
	if (e != ERR_OK) {
		out_clear(&out);
		return cmd_refuse(cmd, &d);
	}
	return o.watch ? end : out_finish(&out, o.json, end);
}
