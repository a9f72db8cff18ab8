/* SPDX-License-Identifier: Apache-2.0 */
/* What a command says that has changed something. */
#include <stdlib.h>
#include <string.h>

#include "cluster/said_parts.h"

/* What a line begins with that says what was done. */
static const struct {
	enum said_deed deed;
	const char *words;
	bool named; /* what it was done to follows */
} deeds[] = {
#define DEED(id, name, words, named) { id, words, named },
	SAID_DEEDS(DEED)
#undef DEED
};

static const char *const names[] = {
#define DEED(id, name, words, named) [id] = name,
	SAID_DEEDS(DEED)
#undef DEED
};

const char *
said_deed_name(enum said_deed deed)
{
	return names[deed];
}

struct reader {
	struct said_text t;
	struct said_done done;
	bool known;
	uint64_t num_servers;
};

static bool
ends_with(struct bytes in, const char *word)
{
	size_t len = strlen(word);

	return in.len >= len && said_equals(said_from(in, in.len - len), word);
}

/* "tomcat and tomcat-client." without its full stop. */
static enum err
take_name(struct reader *r, struct bytes name, struct diag *diag)
{
	/* "CSR  for tomcat": blanks of any number */
	(void)said_starts(name, "for ", &name);
	while (name.len > 0 && name.ptr[name.len - 1] == '.')
		name.len--;
	if (ends_with(name, ".pem"))
		name.len -= 4;
	return said_copy(&r->t, said_trimmed(name), "what was changed",
	    r->done.what, sizeof(r->done.what), diag);
}

/* The first line that says what was done. */
static enum err
take_deed(struct reader *r, struct bytes line, struct diag *diag)
{
	struct bytes rest;
	size_t i;

	for (i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		if (!said_starts(line, deeds[i].words, &rest))
			continue;
		r->known = true;
		r->done.deed = deeds[i].deed;
		return deeds[i].named ? take_name(r, rest, diag) : ERR_OK;
	}
	return ERR_OK;
}

/* What a person should do now. */
static void
take_advice(struct reader *r, struct bytes line)
{
	if (said_starts(line, "Please restart ", NULL) ||
	    said_starts(line, "You must restart ", NULL))
		r->done.restart = true;
	else if (said_starts(line, "Please reset ", NULL) ||
	    said_starts(line, "You must reset ", NULL))
		r->done.reset = true;
}

static enum err
take_line(struct reader *r, struct bytes line, struct diag *diag)
{
	struct bytes rest;

	take_advice(r, line);
	if (said_starts(line, "Number of Active TFTP servers in the cluster",
		&rest)) {
		if (rest.len > 0 && rest.ptr[0] == ':')
			rest = said_trimmed(said_from(rest, 1));
		r->done.has_servers = said_number(rest, &r->num_servers);
		return ERR_OK;
	}
	if (said_starts(line, "Successfully transferred reset ", NULL))
		r->done.num_sent++;
	return r->known ? ERR_OK : take_deed(r, line, diag);
}

enum err
said_done(struct bytes text, struct said_done *ret, struct diag *diag)
{
	struct reader r = { .known = false };
	struct bytes line;
	enum err e;

	e = said_begin(text, &r.t, diag);
	while (e == ERR_OK && said_full_line(&r.t, &line))
		e = take_line(&r, line, diag);
	if (e != ERR_OK)
		return e;
	if (!r.known)
		return said_wrong(&r.t, ERR_SYNTAX,
		    "the output does not say what was done", diag);
	if (r.num_servers > UINT16_MAX)
		return said_wrong(&r.t, ERR_SYNTAX,
		    "the output counts too many servers", diag);
	r.done.num_servers = (unsigned)r.num_servers;
	*ret = r.done;
	return ERR_OK;
}
