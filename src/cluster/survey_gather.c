/* SPDX-License-Identifier: Apache-2.0 */
/* Asking: one thread a node. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "cluster/fetch.h"
#include "cluster/survey_parts.h"
#include "pki/cert.h"

#define LIST_MAX ((size_t)8 << 20)
#define P12_MAX ((size_t)1 << 20)
#define CONNECT_LIMIT 10 /* s */
#define PROBE_LIMIT 15   /* s */
#define REOPENINGS 2     /* of the shell of a node whose answer nobody knows */

/* Seconds in vain; such a server is not waited for again. TFTP of a node whose port
 * 6970, which is of the same service, gave nothing, gets fewer. */
#define PATIENCE 8
#define LITTLE_PATIENCE 3

enum way {
	HTTP,
	TFTP,
	HTTPS,
	NUM_WAYS
};

/* One node's work. */
struct visit {
	const struct survey_setup *setup;
	const struct inventory_node *node;
	size_t index;
	struct evidence *ret;
	pthread_mutex_t *lock; /* of done() */
	const struct probe_client *probes;
	pthread_t thread;
	bool runs;
	struct diag ssh;     /* why it could not be reached so */
	bool http_silent;    /* no answer */
	bool slow[NUM_WAYS]; /* PATIENCE is at an end */
	unsigned reopenings;
	unsigned num_downloaded, num_probed;
	enum err e; /* ERR_NOMEM */
	struct diag d;
};

/* ---- Pieces --------------------------------------------------------------------- */

/* The first thing that went wrong with the evidence itself stays. */
static void
note_error(struct visit *v, enum err e, const struct diag *d)
{
	if (e == ERR_OK || v->e != ERR_OK)
		return;
	v->e = e;
	v->d = *d;
}

/* NODE/PIECE has BYTES; or, E, is missing for WHY. Where evidence is full, that
 * is why. */
static void
keep(struct visit *v, const char *piece, struct bytes bytes, enum err e,
    const struct diag *why)
{
	int64_t now = (int64_t)time(NULL);
	struct buf name = { 0 };
	const char *full;
	struct diag d;
	enum err kept;

	diag_init(&d);
	evidence_put_node(&name, v->node->name);
	buf_printf(&name, "/%s", piece);
	full = buf_cstr(&name);
	if (full == NULL)
		kept = diag_nomem(&d);
	else if (e == ERR_OK)
		kept = evidence_put(v->ret, full, now, bytes, &d);
	else
		kept = evidence_miss(v->ret, full, now, why, &d);
	if (kept == ERR_TOO_BIG && e == ERR_OK) {
		struct diag too_big = d;

		kept = evidence_miss(v->ret, full, now, &too_big, &d);
	}
	if (kept == ERR_NOMEM)
		note_error(v, kept, &d);
	buf_clear(&name);
}

static void
miss(struct visit *v, const char *piece, enum err e, const char *text)
{
	struct diag why;

	diag_set(&why, e, "%s", text);
	keep(v, piece, bytes_of(NULL, 0), e, &why);
}

/* ---- Downloads -------------------------------------------------------------------- */

static unsigned
connect_limit(const struct visit *v)
{
	return v->setup->connect_limit != 0 ? v->setup->connect_limit
					    : CONNECT_LIMIT;
}

struct download {
	const char *piece; /* "http/CTLFile.tlv": the scheme, the file */
	enum way way;
	unsigned port;
	bool drop; /* what comes is never kept */
};

static int64_t
seconds(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static unsigned
download_limit(const struct visit *v, enum way way)
{
	const unsigned limit = connect_limit(v);

	return way == TFTP && v->http_silent && limit > LITTLE_PATIENCE
	    ? LITTLE_PATIENCE
	    : limit;
}

static enum err
download(struct visit *v, const struct download *w)
{
	const unsigned limit = download_limit(v, w->way);
	const struct fetch_setup setup = { .max = w->drop ? P12_MAX : LIST_MAX,
		.connect_limit = limit,
		.ca = v->node->ca,
		.pin = v->node->pin };
	const char *slash = strchr(w->piece, '/');
	struct fetch_place place = { .host = v->node->addresses.item[0],
		.port = w->port };
	const int64_t before = seconds();
	struct buf content = { 0 };
	char scheme[16];
	struct diag why;
	enum err e;

	diag_init(&why);
	(void)snprintf(scheme, sizeof(scheme), "%.*s", (int)(slash - w->piece),
	    w->piece);
	place.scheme = scheme;
	e = fetch_file(&place, slash + 1, &setup, &content, &why);
	v->slow[w->way] = e != ERR_OK &&
	    seconds() - before >=
		(limit > LITTLE_PATIENCE ? PATIENCE : LITTLE_PATIENCE - 1);
	if (w->drop && (e == ERR_OK || e == ERR_TOO_BIG)) {
		if (content.ptr != NULL)
			explicit_bzero(content.ptr, content.cap);
		keep(v, w->piece, bytes_of_str("given out\n"), ERR_OK, &why);
	} else {
		keep(v, w->piece, buf_bytes(&content), e, &why);
	}
	buf_clear(&content);
	return e;
}

static void
download_or_miss(struct visit *v, const struct download *w, bool silent)
{
	if (silent)
		miss(v, w->piece, ERR_IO,
		    "not asked: the node answers neither over HTTP nor over "
		    "SSH");
	else if (v->slow[w->way])
		miss(v, w->piece, ERR_IO,
		    "not asked: its server was waited for in vain");
	else
		(void)download(v, w);
}

#define NUM_DOWNLOADS 6

/* The next one; false: there are no more. SILENT: the node answers nobody. */
static bool
download_next(struct visit *v, bool silent)
{
	const struct inventory_ports *p = &v->node->ports;
	const bool tls = v->node->ca != NULL || v->node->pin != NULL;
	const struct download all[NUM_DOWNLOADS] = { { "http/ITLFile.tlv", HTTP,
							 p->http, false },
		{ "tftp/CTLFile.tlv", TFTP, p->tftp, false },
		{ "tftp/ITLFile.tlv", TFTP, p->tftp, false },
		{ "https/CTLFile.tlv", HTTPS, p->https, false },
		{ "http/ITLRecovery.p12", HTTP, p->http, true },
		{ "tftp/ITLRecovery.p12", TFTP, p->tftp, true } };
	const struct download *w;

	while (v->num_downloaded < NUM_DOWNLOADS) {
		w = &all[v->num_downloaded++];
		if ((w->drop && !v->setup->probe_p12) ||
		    (w->port == p->https && !tls))
			continue;
		download_or_miss(v, w, silent);
		return true;
	}
	return false;
}

/* ---- Ports ------------------------------------------------------------------------ */

static enum err
put_chain(const struct probe *p, struct buf *out, struct diag *why)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < p->num; i++)
		e = cert_put_pem(buf_bytes(&p->der[i]), out, why);
	return e;
}

static void
probe_one(struct visit *v, unsigned port, enum probe_kind kind)
{
	struct probe p = { .num = 0 };
	struct buf pem = { 0 };
	char piece[64];
	struct diag why;
	enum err e;

	diag_init(&why);
	(void)snprintf(piece, sizeof(piece), "tls/%u-%s.pem", port,
	    probe_kind_name(kind));
	e = probe_port(v->probes, v->node->addresses.item[0], port, kind, &p,
	    &why);
	if (e == ERR_OK)
		e = put_chain(&p, &pem, &why);
	keep(v, piece, buf_bytes(&pem), e, &why);
	buf_clear(&pem);
	probe_clear(&p);
}

#define NUM_PORTS 7

/* The next one that was not looked at; false: there are no more. */
static bool
probe_next(struct visit *v)
{
	const struct inventory_ports *of = &v->node->ports;
	const unsigned ports[NUM_PORTS] = { of->sccp, of->sip, of->capf,
		of->tvs, of->web, of->https, of->https_mra };

	if (v->num_probed == 2 * NUM_PORTS)
		return false;
	probe_one(v, ports[v->num_probed / 2],
	    v->num_probed % 2 == 0 ? PROBE_RSA : PROBE_ECDSA);
	v->num_probed++;
	return true;
}

/* What is asked besides the command line, one after the other. False: that is
 * all. */
static bool
ask_besides(struct visit *v, bool silent)
{
	if (v->node->role == INVENTORY_IMP)
		return false;
	return download_next(v, silent) || (!silent && probe_next(v));
}

/* ---- The command line --------------------------------------------------------------- */

enum whom {
	OF_ALL,
	OF_SERVERS, /* not presence */
	OF_PUBLISHER,
	OF_DEVICES, /* of the publisher, where devices are wanted */
	OF_PHONES   /* of servers, likewise: each knows its own alone */
};

static const struct ask {
	const char *id, *unit;
	enum whom whom;
} asks[] = {
	{ "show-version", NULL, OF_ALL },
	{ "show-date", NULL, OF_ALL },
	{ "show-ctl", NULL, OF_SERVERS },
	{ "show-itl", NULL, OF_SERVERS },
	{ "service-list", NULL, OF_ALL },
	{ "cert-list-own", NULL, OF_ALL },
	{ "cert-list-trust", NULL, OF_ALL },
	{ "csr-list", NULL, OF_ALL },
#define ASK_UNIT(name) { "cert-own", name, OF_SERVERS },
	SURVEY_UNITS(ASK_UNIT)
#undef ASK_UNIT
	    { "show-network-cluster", NULL, OF_PUBLISHER },
	{ "sql-parameters", NULL, OF_PUBLISHER },
	{ "sql-nodes", NULL, OF_PUBLISHER },
	{ "sql-certificates", NULL, OF_PUBLISHER },
	{ "dbreplication", NULL, OF_PUBLISHER },
	{ "drs-history-backup", NULL, OF_PUBLISHER },
	{ "drs-history-restore", NULL, OF_PUBLISHER },
	{ "drs-status-backup", NULL, OF_PUBLISHER },
	{ "sql-devices", NULL, OF_DEVICES },
	{ "risdb-phones", NULL, OF_PHONES },
};

#define NUM_ASKS (sizeof(asks) / sizeof(asks[0]))

static bool
is_asked(const struct visit *v, const struct ask *a)
{
	switch (a->whom) {
	case OF_ALL:
		return true;
	case OF_SERVERS:
		return v->node->role != INVENTORY_IMP;
	case OF_PUBLISHER:
		return v->node->role == INVENTORY_PUBLISHER;
	case OF_DEVICES:
		return v->node->role == INVENTORY_PUBLISHER && v->setup->phones;
	case OF_PHONES:
		break;
	}
	return v->node->role != INVENTORY_IMP && v->setup->phones;
}

static void
piece_of(const struct ask *a, char *ret, size_t size)
{
	(void)snprintf(ret, size, "cli/%s%s%s", a->id,
	    a->unit == NULL ? "" : "-", a->unit == NULL ? "" : a->unit);
}

static enum err
failure_of(enum command_failure failure)
{
	switch (failure) {
	case COMMAND_WORKED:
		return ERR_OK;
	case COMMAND_ABSENT:
		return ERR_ABSENT;
	case COMMAND_UNKNOWN:
	case COMMAND_NOT_HERE:
		return ERR_UNSUPPORTED;
	case COMMAND_REFUSED:
	case COMMAND_NO_LICENCE:
	case COMMAND_NOT_ACTIVATED:
		break;
	}
	return ERR_POLICY;
}

/* That there is no list is what `show ctl` says, and is kept as it says it. */
static void
keep_said(struct visit *v, const struct ask *a, const char *piece,
    const struct shell_said *said)
{
	enum err e = failure_of(said->failure);
	struct diag why;

	diag_init(&why);
	if (e == ERR_ABSENT && strncmp(a->id, "show-", 5) == 0)
		e = ERR_OK;
	if (e != ERR_OK)
		diag_set(&why, e, "the appliance answers: %s",
		    command_failure_name(said->failure));
	keep(v, piece, buf_bytes(&said->text), e, &why);
}

/* An error is of the session, which then is of no use. */
static enum err
ask_one(struct visit *v, struct shell *s, const struct ask *a, struct diag *why)
{
	const struct command_arg arg = { "unit", a->unit };
	struct shell_said said = { .failure = COMMAND_WORKED };
	char piece[96];
	enum err e;

	diag_init(why);
	piece_of(a, piece, sizeof(piece));
	e = shell_run(s, a->id, &arg, a->unit != NULL, &said, why);
	if (e == ERR_OK)
		keep_said(v, a, piece, &said);
	else
		keep(v, piece, bytes_of(NULL, 0), e, why);
	shell_said_clear(&said);
	return e;
}

static enum err
open_shell(struct visit *v, struct shell **ret, struct diag *why)
{
	const struct survey_setup *s = v->setup;
	const struct shell_setup setup = { .host = v->node->addresses.item[0],
		.port = v->node->ports.ssh,
		.node = v->node->name,
		.ssh = &v->node->ssh,
		.known_hosts = s->known_hosts,
		.password = &s->passwords[v->index],
		.commands = s->commands,
		.connect_limit = connect_limit(v),
		.transcript = s->transcripts == NULL ? NULL
						     : s->transcripts[v->index],
		.trust = s->trust,
		.arg = s->arg };

	return shell_open(&setup, ret, why);
}

static void
keep_login(struct visit *v, const struct shell *s)
{
	struct buf text = { 0 };

	buf_printf(&text, "host-key %s\n", shell_host_key(s));
	if (shell_weak(s)[0] != '\0')
		buf_printf(&text, "weak %s\n", shell_weak(s));
	if (buf_ok(&text))
		keep(v, "cli/login", buf_bytes(&text), ERR_OK, &v->ssh);
	buf_clear(&text);
}

/* PIECE, since the session ended. */
static void
miss_for(struct visit *v, const char *piece, const struct diag *ended)
{
	struct diag why;

	diag_set(&why, ERR_IO, "not asked: the session ended before: %.250s",
	    ended->msg);
	keep(v, piece, bytes_of(NULL, 0), ERR_IO, &why);
}

/* After an answer that nobody knows the shell is of no use: another one goes on
 * with the next command. No two nodes begin with the same one, and what else
 * there is comes between any two: long lists and handshakes of many nodes at once
 * are more than a machine has time for. */
static void
ask_all(struct visit *v, struct shell *s)
{
	const struct ask *a;
	struct diag why;
	char piece[96];
	size_t i;

	diag_init(&why);
	for (i = 0; i < NUM_ASKS; i++) {
		a = &asks[(i + v->index) % NUM_ASKS];
		if (!is_asked(v, a))
			continue;
		piece_of(a, piece, sizeof(piece));
		/* a password that was refused is not sent again */
		if (s == NULL && v->reopenings++ < REOPENINGS &&
		    open_shell(v, &s, &why) != ERR_OK && why.code != ERR_IO)
			v->reopenings = REOPENINGS;
		if (s == NULL)
			miss_for(v, piece, &why);
		else if (ask_one(v, s, a, &why) != ERR_OK)
			shell_close(&s);
		(void)ask_besides(v, false);
	}
	shell_close(&s);
}

static void
talk(struct visit *v)
{
	struct shell *s = NULL;
	enum err e = open_shell(v, &s, &v->ssh);

	if (e != ERR_OK) {
		keep(v, "cli/login", bytes_of(NULL, 0), e, &v->ssh);
		return;
	}
	keep_login(v, s);
	ask_all(v, s);
}

/* ---- All nodes ------------------------------------------------------------------------- */

static void
visit(struct visit *v)
{
	const struct download first = { "http/CTLFile.tlv", HTTP,
		v->node->ports.http, false };
	bool silent;

	diag_init(&v->ssh);
	if (v->node->role != INVENTORY_IMP)
		v->http_silent = download(v, &first) == ERR_IO;
	talk(v);
	silent = v->http_silent && v->ssh.code == ERR_IO;
	while (ask_besides(v, silent))
		continue;
	if (v->setup->done == NULL)
		return;
	pthread_mutex_lock(v->lock);
	v->setup->done(v->setup->arg, v->index,
	    v->ssh.code == ERR_OK ? NULL : &v->ssh);
	pthread_mutex_unlock(v->lock);
}

#define BEHIND 10 /* nice(2) */

/* The publisher is asked the most, and all wait for it: where there are more threads
 * than processors the others stand back. */
static void *
run(void *arg)
{
	struct visit *v = arg;

	if (v->node->role != INVENTORY_PUBLISHER)
		(void)setpriority(PRIO_PROCESS, (id_t)gettid(), BEHIND);
	visit(v);
	return NULL;
}

static void
start_all(struct visit *all, size_t num)
{
	pthread_attr_t attr;
	size_t i;

	if (pthread_attr_init(&attr) != 0 ||
	    pthread_attr_setstacksize(&attr, SURVEY_STACK) != 0)
		return;
	for (i = 0; i < num; i++)
		all[i].runs = pthread_create(&all[i].thread, &attr, run,
				  &all[i]) == 0;
	pthread_attr_destroy(&attr);
}

/* Those that got no thread come one by one. */
static enum err
finish_all(struct visit *all, size_t num, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; i < num; i++)
		if (!all[i].runs)
			visit(&all[i]);
	for (i = 0; i < num; i++) {
		if (all[i].runs)
			pthread_join(all[i].thread, NULL);
		if (all[i].e != ERR_OK && e == ERR_OK) {
			e = all[i].e;
			*d = all[i].d;
		}
	}
	return e;
}

static enum err
put_now(struct evidence *ret, struct diag *d)
{
	int64_t now = (int64_t)time(NULL);
	struct buf text = { 0 };
	enum err e;

	text_put_rfc3339(&text, now);
	buf_str(&text, "\n");
	e = buf_ok(&text)
	    ? evidence_put(ret, "cluster/now", now, buf_bytes(&text), d)
	    : diag_nomem(d);
	buf_clear(&text);
	return e;
}

enum err
survey_gather(const struct survey_setup *setup, struct evidence *ret,
    struct diag *d)
{
	size_t i, num = inventory_num_nodes(setup->inventory);
	struct visit *all = calloc(num + 1, sizeof(*all));
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	struct probe_client *probes = NULL;
	enum err e;

	if (all == NULL)
		return diag_nomem(d);
	e = probe_client_new(PROBE_LIMIT, &probes, d);
	for (i = 0; i < num; i++)
		all[i] = (struct visit){ .setup = setup,
			.node = inventory_node(setup->inventory, i),
			.index = i,
			.ret = ret,
			.lock = &lock,
			.probes = probes };
	/* first: what nodes say may fill all there is room for */
	if (e == ERR_OK)
		e = put_now(ret, d);
	if (e == ERR_OK) {
		start_all(all, num);
		e = finish_all(all, num, d);
	}
	probe_client_free(&probes);
	free(all);
	return e;
}
