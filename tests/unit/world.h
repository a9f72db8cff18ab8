/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes from a line of words, for tests of whether phones work. Include it
 * after test.h.
 *
 * Nodes are parted by ";", their words by " ". The first word is the name:
 *	tftp, ccm, pub     it is one; with "-" before it, it is none
 *	at=ADDRESS
 *	itl=W+W            its ITL: words of tests/unit/lists.h, the first signs
 *	cm=CERT, capf=CERT its certificates: of lists_certs
 *	on=CERT            what it serves; more than once
 */
#ifndef TESTS_UNIT_WORLD_H
#define TESTS_UNIT_WORLD_H

#include "lists.h"
#include "trust/works.h"

#define WORLD_CERTS "t1 t2 t3 pub pub2 itlr itlr2 node curve capf own odd big"
#define WORLD_MAX_CERTS 16
#define WORLD_MAX_NODES 4
#define WORLD_MAX_SERVED 4

struct world {
	char names[256];
	const char *name[WORLD_MAX_CERTS];
	struct cert *cert[WORLD_MAX_CERTS];
	size_t num_certs;

	char text[512];
	struct works_node node[WORLD_MAX_NODES];
	struct made itl[WORLD_MAX_NODES];
	struct works_served served[WORLD_MAX_NODES][WORLD_MAX_SERVED];
	size_t num;
};

/* Makes all certificates; no node yet. */
static inline void
world_init(struct world *w)
{
	char words[512] = "", *name, *rest = w->names;
	struct made m;
	size_t i, at = 0;

	memset(w, 0, sizeof(*w));
	(void)snprintf(w->names, sizeof(w->names), "%s", WORLD_CERTS);
	while ((name = strsep(&rest, " ")) != NULL) {
		w->name[w->num_certs++] = name;
		at += (size_t)snprintf(words + at, sizeof(words) - at, "%sM:%s",
		    at == 0 ? "" : " ", name);
	}
	made_by(&m, words, "cert: pub", "");
	for (i = 0; i < w->num_certs; i++)
		w->cert[i] = made_cert(&m, i + 1);
	made_clear(&m);
}

static inline struct cert *
world_cert(const struct world *w, const char *name)
{
	size_t i;

	for (i = 0; i < w->num_certs; i++)
		if (strcmp(w->name[i], name) == 0)
			return w->cert[i];
	fail_msg("%s is no certificate", name);
	return NULL;
}

/* Takes the nodes away. */
static inline void
world_empty(struct world *w)
{
	size_t i;

	for (i = 0; i < w->num; i++)
		made_clear(&w->itl[i]);
	memset(w->node, 0, sizeof(w->node));
	w->num = 0;
}

static inline void
world_clear(struct world *w)
{
	size_t i;

	world_empty(w);
	for (i = 0; i < w->num_certs; i++)
		cert_free(&w->cert[i]);
}

static inline void
world_put_itl(struct world *w, size_t i, const char *value)
{
	char words[256];
	size_t k;

	(void)snprintf(words, sizeof(words), "%s", value);
	for (k = 0; words[k] != '\0'; k++)
		if (words[k] == '+')
			words[k] = ' ';
	made_itl(&w->itl[i], words, 1);
	w->node[i].itl = w->itl[i].f;
}

static inline void
world_put_word(struct world *w, size_t i, const char *word)
{
	bool no = word[0] == '-';
	enum trust_known known = no ? TRUST_NO : TRUST_YES;
	const char *value = strchr(word, '=');
	struct works_node *n = &w->node[i];

	word += no;
	if (strcmp(word, "tftp") == 0)
		n->tftp = known;
	else if (strcmp(word, "ccm") == 0)
		n->ccm = known;
	else if (strcmp(word, "pub") == 0)
		n->publisher = known;
	else if (value == NULL)
		fail_msg("%s is no word", word);
	else if (word[0] == 'a')
		n->address = value + 1;
	else if (word[0] == 'i')
		world_put_itl(w, i, value + 1);
	else if (strncmp(word, "cm", 2) == 0)
		n->callmanager = world_cert(w, value + 1);
	else if (strncmp(word, "capf", 4) == 0)
		n->capf = world_cert(w, value + 1);
	else
		w->served[i][n->num_served++] = (struct works_served){ "5061",
			world_cert(w, value + 1) };
}

/* Takes the nodes of TEXT, in place of those before. */
static inline void
world_put(struct world *w, const char *text)
{
	char *rest = w->text, *line, *word;

	world_empty(w);
	(void)snprintf(w->text, sizeof(w->text), "%s", text);
	while (text[0] != '\0' && (line = strsep(&rest, ";")) != NULL) {
		assert_in_range(w->num, 0, WORLD_MAX_NODES - 1);
		w->node[w->num].name = strsep(&line, " ");
		w->node[w->num].served = w->served[w->num];
		while ((word = strsep(&line, " ")) != NULL)
			world_put_word(w, w->num, word);
		w->num++;
	}
}

#endif
