/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan is written into: memory, lists of words, and steps with all that
 * is usual for their kind. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "workflow/planner_parts.h"

struct planner_block {
	struct planner_block *next;
	max_align_t data[];
};

/* ---- Memory. ---- */

void *
planner_memory(struct planner *p, size_t size)
{
	struct planner_block *b = calloc(1, sizeof(*b) + size);

	if (b == NULL) {
		p->nomem = true;
		return NULL;
	}
	b->next = p->blocks;
	p->blocks = b;
	return b->data;
}

void
planner_clear(struct planner *p)
{
	struct planner_block *b;

	while ((b = p->blocks) != NULL) {
		p->blocks = b->next;
		free(b);
	}
	free(p->step);
	free(p->warnings.item);
	free(p->class_names.item);
	free(p->follow_up.item);
	free(p->wishes.item);
	services_free(&p->services);
}

static const char *
keep(struct planner *p, struct buf *text)
{
	const char *s = buf_cstr(text);
	char *copy = s == NULL ? NULL : planner_memory(p, text->len + 1);

	if (copy != NULL)
		memcpy(copy, s, text->len + 1);
	else
		p->nomem = true;
	buf_clear(text);
	return copy == NULL ? "" : copy;
}

const char *
planner_text(struct planner *p, const char *fmt, ...)
{
	char small[1024];
	struct buf text = { 0 };
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	/* what is longer is of hostile names: it is cut */
	if (n < 0)
		p->nomem = true;
	else
		buf_str(&text, small);
	return keep(p, &text);
}

void
planner_put_word(struct planner *p, struct planner_words *w, const char *word)
{
	size_t i, cap = w->cap == 0 ? 16 : w->cap * 2;
	const char **item;

	for (i = 0; i < w->num; i++)
		if (strcmp(w->item[i], word) == 0)
			return;
	if (w->num == w->cap) {
		item = realloc(w->item, cap * sizeof(*item));
		if (item == NULL) {
			p->nomem = true;
			return;
		}
		w->item = item;
		w->cap = cap;
	}
	w->item[w->num++] = word;
}

void
planner_warn(struct planner *p, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	planner_put_word(p, &p->warnings, planner_text(p, "%s", text));
}

/* ---- Steps. ---- */

#define NOTHING_BACK "nothing was changed"
#define NO_BACK "it needs none"
#define OLD_KEY                                                            \
	"the old key comes back by a DRS restore alone, which is an "      \
	"outage; else the certificate is made anew, and all goes on from " \
	"there"

static const struct usual {
	const char *verb;
	enum plan_actor who;
	enum plan_back back;
	unsigned minutes;
	const char *touches, *check, *back_text;
} usual[PLAN_NUM_KINDS] = {
	[PLAN_OBSERVE] = { "look at the cluster", PLAN_CTLSMITH, PLAN_NOTHING,
	    2, "nothing",
	    "no finding of cluster status forbids to go on: replication is "
	    "good, no backup or restore runs, clocks agree, the rollback "
	    "parameter is False",
	    NOTHING_BACK },
	[PLAN_BASELINE] = { "list the phones", PLAN_CTLSMITH, PLAN_NOTHING, 5,
	    "nothing",
	    "every device is listed as registered or absent, with its last "
	    "proof",
	    NOTHING_BACK },
	[PLAN_SAVE] = { "save lists and certificates", PLAN_CTLSMITH,
	    PLAN_NOTHING, 3, "nothing on the cluster",
	    "CTL, ITL and certificates of every node, and ITLRecovery.p12, "
	    "are kept beside the journal",
	    NOTHING_BACK },
	[PLAN_BACKUP] = { "back up", PLAN_ADMINISTRATOR, PLAN_NOTHING, 30,
	    "a new backup of DRS",
	    "the history of DRS shows one that succeeded, newer than the last "
	    "change, and none is running",
	    NOTHING_BACK },
	[PLAN_TOKEN] = { "look for a token", PLAN_CTLSMITH, PLAN_NOTHING, 1,
	    "nothing",
	    "a token that the CTL has as SAST answers, and has two tries or "
	    "more left",
	    NOTHING_BACK },
	[PLAN_CSR] = { "make a request for", PLAN_CTLSMITH, PLAN_NOTHING, 2,
	    "a new key and a request, which nothing uses yet",
	    "show csr list has it, and its key is the one that was kept",
	    "the request changes nothing by itself; it may stay" },
	[PLAN_WAIT_CA] = { "wait for the CA to sign", PLAN_ADMINISTRATOR,
	    PLAN_NOTHING, 1, "nothing",
	    "the certificate and its issuers lie in from-ca, its key is the "
	    "request's, and the node will take it",
	    NOTHING_BACK },
	[PLAN_UPLOAD_TRUST] = { "import issuers into", PLAN_CTLSMITH,
	    PLAN_COMMAND, 2, "a trust store, of all nodes",
	    "show cert list trust has them", "they are deleted again" },
	[PLAN_DELETE_TRUST] = { "delete from", PLAN_CTLSMITH, PLAN_FILE, 2,
	    "a trust store, of all nodes",
	    "show cert list trust has it no more",
	    "the certificate is imported again" },
	[PLAN_UPLOAD_OWN] = { "import", PLAN_CTLSMITH, PLAN_RESTORE, 2, NULL,
	    "the node says that it took it", OLD_KEY },
	[PLAN_REGENERATE] = { "regenerate", PLAN_CTLSMITH, PLAN_RESTORE, 2,
	    NULL, "the node says that it made it", OLD_KEY },
	[PLAN_POST_CHECK] = { "check", PLAN_CTLSMITH, PLAN_NOTHING, 1,
	    "nothing",
	    "the certificate on disk is the new one, its request has gone, "
	    "copies are where they belong",
	    NOTHING_BACK },
	[PLAN_UPDATE_CTL] = { "update the CTL", PLAN_CTLSMITH, PLAN_FILE, 3,
	    "CTLFile.tlv of all nodes",
	    "the new list has the certificates in use, phones that hold the "
	    "old one accept it and work with it, and nothing else changed",
	    "the list of before is put back by hand (OS Administration > "
	    "Software Upgrades > TFTP File Management); phones that have the "
	    "new one keep it" },
	[PLAN_RESET_LOCALKEY] = { "sign the CTL with CallManager's key",
	    PLAN_CTLSMITH, PLAN_COMMAND, 3, "CTLFile.tlv of all nodes",
	    "the list is signed by CallManager, which phones know, and has "
	    "the new ITLRecovery",
	    "utils ctl update CTLFile, as long as phones know ITLRecovery" },
	[PLAN_SIGN_CTL] = { "sign a new CTL with a token", PLAN_CTLSMITH,
	    PLAN_NOTHING, 2, "a file here",
	    "phones that hold the old list accept it and work with it (W1 to "
	    "W6), and its signature verifies",
	    "the file is not used" },
	[PLAN_CANARY] = { "try the new CTL on one phone at", PLAN_CTLSMITH,
	    PLAN_FILE, 15, "CTLSEP<mac>.tlv of this node, and one phone",
	    "the node gives these bytes, and the phone is proven to hold "
	    "them",
	    "the file is deleted (file delete tftp CTLSEP<mac>.tlv); the "
	    "phone keeps the list" },
	[PLAN_DISTRIBUTE] = { "bring the new CTL to", PLAN_ADMINISTRATOR,
	    PLAN_FILE, 10, "CTLFile.tlv of this server",
	    "it gives these bytes by TFTP and by HTTP",
	    "the list of before is put back; phones that have the new one "
	    "keep it" },
	[PLAN_SET_MODE] = { "set the security mode", PLAN_CTLSMITH,
	    PLAN_COMMAND, 5, "the mode of the cluster and its CTL",
	    "ClusterSecurityMode is the new one, and the CTL is of that mode",
	    "utils ctl set-cluster back" },
	[PLAN_STOP] = { "stop services of", PLAN_CTLSMITH, PLAN_COMMAND, 2,
	    "what runs on the node", "they are STOPPED",
	    "they are started again" },
	[PLAN_START] = { "start services of", PLAN_CTLSMITH, PLAN_COMMAND, 2,
	    "what runs on the node", "they are STARTED",
	    "they are stopped again" },
	[PLAN_RESTART] = { "restart services of", PLAN_CTLSMITH, PLAN_NOTHING,
	    5,
	    "what runs on the node; phones that are registered with it "
	    "go to another node meanwhile",
	    "they are STARTED again", NO_BACK },
	[PLAN_RESET_PHONES] = { "reset all phones", PLAN_ADMINISTRATOR,
	    PLAN_NOTHING, 15, "every phone: calls end",
	    "phones register again; which list they took the next step tells",
	    NO_BACK },
	[PLAN_PROVE] = { "prove what phones hold", PLAN_CTLSMITH, PLAN_NOTHING,
	    15, "nothing",
	    "every phone of the baseline is proven to hold it, or is waived; "
	    "none refused it",
	    NOTHING_BACK },
	[PLAN_BY_HAND] = { "by hand", PLAN_ADMINISTRATOR, PLAN_NONE, 10,
	    "what the text says", "a person says that it is done", "by hand" },
	[PLAN_FINAL] = { "look at the cluster again", PLAN_CTLSMITH,
	    PLAN_NOTHING, 5, "nothing",
	    "no finding of cluster status is worse than before", NOTHING_BACK },
};

/* Room for one more; where there is none, the one that is never read. */
static struct plan_step *
add(struct planner *p)
{
	size_t cap = p->cap_steps == 0 ? 64 : p->cap_steps * 2;
	struct plan_step *step;

	if (p->num_steps == p->cap_steps) {
		step = realloc(p->step, cap * sizeof(*step));
		if (step == NULL) {
			p->nomem = true;
			return &p->spare;
		}
		p->step = step;
		p->cap_steps = cap;
	}
	return &p->step[p->num_steps++];
}

static void
put_id(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		buf_u8(out,
		    c < 0x80 && (isalnum(c) || c == '.' || c == '_')
			? (uint8_t)tolower(c)
			: '-');
	}
}

static bool
is_taken(const struct planner *p, const struct plan_step *s, const char *id)
{
	size_t i;

	for (i = 0; i < p->num_steps; i++)
		if (&p->step[i] != s && p->step[i].id != NULL &&
		    strcmp(p->step[i].id, id) == 0)
			return true;
	return false;
}

/* Ids are short: a plan of long names has them cut. */
#define ID_MAX 100

void
planner_name(struct planner *p, struct plan_step *s, const char *prefix)
{
	struct buf text = { 0 };
	const char *id;
	unsigned n = 1;

	put_id(&text, prefix);
	if (s->unit != NULL) {
		buf_str(&text, "-");
		put_id(&text, s->unit);
	}
	if (s->node != NULL) {
		buf_str(&text, "-");
		put_id(&text, s->node);
	}
	id = planner_text(p, "%.*s", ID_MAX, keep(p, &text));
	s->id = id;
	while (!p->nomem && is_taken(p, s, s->id))
		s->id = planner_text(p, "%s-%u", id, ++n);
}

static const char *
title_of(struct planner *p, const char *verb, const struct plan_step *s)
{
	if (s->unit != NULL && s->node != NULL)
		return planner_text(p, "%s %s of %s", verb, s->unit, s->node);
	if (s->unit != NULL || s->node != NULL)
		return planner_text(p, "%s %s", verb,
		    s->unit != NULL ? s->unit : s->node);
	return verb;
}

/* What acts on the publisher for all has no node in its title. */
static bool
is_cluster_wide(enum plan_kind kind)
{
	return kind == PLAN_UPDATE_CTL || kind == PLAN_RESET_LOCALKEY ||
	    kind == PLAN_SET_MODE;
}

struct plan_step *
planner_step(struct planner *p, enum plan_kind kind, const char *node,
    const char *unit, const char *why, const char *source)
{
	static const char *const names[] = {
#define PLAN_ROW(id, name, changes, phones) name,
		PLAN_KINDS(PLAN_ROW)
#undef PLAN_ROW
	};
	const struct usual *u = &usual[kind];
	struct plan_step *s = add(p);

	*s = (struct plan_step){ .kind = kind,
		.who = u->who,
		.unit = unit,
		.why = why,
		.source = source,
		.touches = u->touches,
		.check = u->check,
		.back = u->back,
		.back_text = u->back_text,
		.minutes = u->minutes };
	if (!is_cluster_wide(kind))
		s->node = node;
	s->title = title_of(p, u->verb, s);
	planner_name(p, s, names[kind]);
	s->node = node;
	if (s->touches == NULL)
		s->touches = planner_text(p, "the %s certificate of %s", unit,
		    node);
	return s;
}

struct plan_step *
planner_by_hand(struct planner *p, const char *id, const char *title,
    const char *todo, const char *why, const char *source)
{
	struct plan_step *s = planner_step(p, PLAN_BY_HAND, NULL, NULL, why,
	    source);

	s->title = title;
	s->todo = todo;
	planner_name(p, s, id);
	return s;
}

void
planner_strand(struct planner *p, struct plan_step *s, const char *why,
    unsigned classes)
{
	unsigned num = 0;
	size_t c;

	for (c = 0; p->in->class_phones != NULL && c < CLASS_NUM; c++)
		if ((classes & 1u << c) != 0)
			num += p->in->class_phones[c];
	if (num == 0)
		num = p->phones;
	s->strands = why;
	s->strands_num = num == 0 ? 1 : num;
}
