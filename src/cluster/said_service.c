/* SPDX-License-Identifier: Apache-2.0 */
/* Services, and the replication of the database. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cluster/said_parts.h"

#define SERVICES_MAX 10000
#define REPLICAS_MAX 1000

/* ---- utils service ----------------------------------------------------------- */

struct services {
	struct said_text t;
	struct said_array all; /* of struct said_service */
};

/* Parts "Cisco Tftp[STARTED]  Service Not Activated". */
static bool
split_service(struct bytes line, struct bytes *name, struct bytes *state,
    struct bytes *note)
{
	const uint8_t *open, *close;
	size_t i;

	open = memchr(line.ptr, '[', line.len);
	if (open == NULL)
		return false;
	*name = said_trimmed(bytes_of(line.ptr, (size_t)(open - line.ptr)));
	line = said_from(line, (size_t)(open - line.ptr) + 1);
	close = memchr(line.ptr, ']', line.len);
	if (close == NULL || name->len == 0)
		return false;
	*state = bytes_of(line.ptr, (size_t)(close - line.ptr));
	*note = said_trimmed(said_from(line, state->len + 1));
	for (i = 0; i < state->len; i++)
		if (state->ptr[i] != ' ' &&
		    (state->ptr[i] < 'A' || state->ptr[i] > 'Z'))
			return false;
	return state->len > 0;
}

static void
set_state(struct said_service *s, struct bytes state, struct bytes note)
{
	s->started = said_equals(state, "STARTED");
	s->stopped = said_equals(state, "STOPPED") ||
	    said_equals(state, "NOT STARTED") ||
	    said_equals(state, "NOTRUNNING");
	s->changing = said_equals(state, "STARTING") ||
	    said_equals(state, "STOPPING") || said_equals(state, "RESTARTING");
	s->activated = !said_finds(note, "Not Activated", NULL) &&
	    !said_equals(state, "NOT ACTIVATED");
}

/* The element of R that came last, if it is that of NAME. */
static struct said_service *
last_of(const struct services *r, const char *name)
{
	struct said_service *last = r->all.items;

	if (r->all.num == 0)
		return NULL;
	last += r->all.num - 1;
	return strcmp(last->name, name) == 0 ? last : NULL;
}

static enum err
take_service(struct services *r, struct bytes line, struct diag *diag)
{
	struct bytes name, state, note;
	struct said_service *s;
	char copy[sizeof(s->name)];
	void *item = NULL;
	enum err e;

	if (!split_service(line, &name, &state, &note))
		return ERR_OK;
	e = said_copy(&r->t, name, "the name of a service", copy, sizeof(copy),
	    diag);
	if (e != ERR_OK)
		return e;
	/* while it changes it is told several times: the last one counts */
	s = last_of(r, copy);
	if (s == NULL) {
		e = said_add(&r->t, &r->all, &item, diag);
		if (e != ERR_OK)
			return e;
		s = item;
		memcpy(s->name, copy, strlen(copy) + 1);
	}
	set_state(s, state, note);
	return ERR_OK;
}

enum err
said_services(struct bytes text, struct said_services *ret, struct diag *diag)
{
	struct services r = { .all = { .size = sizeof(struct said_service),
				  .max = SERVICES_MAX } };
	struct bytes line;
	enum err e;

	e = said_begin(text, &r.t, diag);
	while (e == ERR_OK && said_full_line(&r.t, &line))
		e = take_service(&r, line, diag);
	if (e == ERR_OK && r.all.num == 0)
		e = said_wrong(&r.t, ERR_SYNTAX, "the output has no service",
		    diag);
	if (e == ERR_OK)
		*ret = (struct said_services){ r.all.items, r.all.num };
	else
		free(r.all.items);
	return e;
}

void
said_services_clear(struct said_services *l)
{
	free(l->item);
	l->item = NULL;
	l->num = 0;
}

const struct said_service *
said_service(const struct said_services *l, const char *name)
{
	size_t i;

	for (i = l->num; i > 0; i--)
		if (strcasecmp(l->item[i - 1].name, name) == 0)
			return &l->item[i - 1];
	return NULL;
}

/* ---- utils dbreplication runtimestate ------------------------------------------ */

struct replicas {
	struct said_text t;
	struct said_array all; /* of struct said_replica */
};

/* The last word of the NUM that is a state in brackets, "(2)" or "(-)"; a group,
 * "(g_2)", is none. NUM: there is none. */
static size_t
find_state(const struct bytes *words, size_t num, struct bytes *ret)
{
	struct bytes in;
	uint64_t n;
	size_t i;

	for (i = num; i > 2; i--) {
		in = words[i - 1];
		if (in.len < 3 || in.ptr[0] != '(' || in.ptr[in.len - 1] != ')')
			continue;
		in = bytes_of(in.ptr + 1, in.len - 2);
		if (said_number(in, &n) || said_equals(in, "-") ||
		    said_equals(in, "?")) {
			*ret = in;
			return i - 1;
		}
	}
	return num;
}

/* NAME ADDRESS ... (2) Setup Completed */
static enum err
take_replica(struct replicas *r, struct bytes line, struct diag *diag)
{
	struct bytes words[SAID_WORDS_MAX], state;
	size_t num = said_words(line, words), at, end;
	struct said_replica *p;
	void *item = NULL;
	uint64_t n = 0;
	enum err e;

	at = find_state(words, num, &state);
	if (at == num || !said_is_address(words[1]))
		return said_wrong(&r->t, ERR_SYNTAX,
		    "this is no state of a replication", diag);
	e = said_add(&r->t, &r->all, &item, diag);
	if (e != ERR_OK)
		return e;
	p = item;
	p->has_state = said_number(state, &n) && n < 100;
	p->state = p->has_state ? (unsigned)n : 0;
	end = (size_t)(words[at].ptr + words[at].len - line.ptr);
	e = said_copy(&r->t, words[0], "the name of a node", p->name,
	    sizeof(p->name), diag);
	if (e == ERR_OK)
		e = said_copy(&r->t, words[1], "an address", p->address,
		    sizeof(p->address), diag);
	return e != ERR_OK
	    ? e
	    : said_copy(&r->t, said_trimmed(said_from(line, end)),
		  "the state of a replication", p->status, sizeof(p->status),
		  diag);
}

/* Rows stand behind the line of dashes below SERVER-NAME, up to an empty
 * line. */
static enum err
read_replicas(struct replicas *r, struct diag *diag)
{
	bool header = false, rows = false;
	enum err e = ERR_OK;
	struct bytes line;

	while (e == ERR_OK && said_line(&r->t, &line)) {
		line = said_trimmed(line);
		if (said_finds(line, "single active node", NULL))
			return ERR_OK; /* nothing to replicate to */
		if (rows && line.len == 0)
			return ERR_OK;
		if (rows)
			e = take_replica(r, line, diag);
		else if (header && said_starts(line, "---", NULL))
			rows = true;
		else
			header = said_starts(line, "SERVER-NAME", NULL);
	}
	if (e == ERR_OK && r->all.num == 0)
		e = said_wrong(&r->t, ERR_SYNTAX,
		    "the output has no state of a replication", diag);
	return e;
}

enum err
said_replicas(struct bytes text, struct said_replicas *ret, struct diag *diag)
{
	struct replicas r = { .all = { .size = sizeof(struct said_replica),
				  .max = REPLICAS_MAX } };
	enum err e;

	e = said_begin(text, &r.t, diag);
	if (e == ERR_OK)
		e = read_replicas(&r, diag);
	if (e == ERR_OK)
		*ret = (struct said_replicas){ r.all.items, r.all.num };
	else
		free(r.all.items);
	return e;
}

void
said_replicas_clear(struct said_replicas *l)
{
	free(l->item);
	l->item = NULL;
	l->num = 0;
}
