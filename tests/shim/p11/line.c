/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/shim/p11/line.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void
line_die(const struct line *l, const char *what, const char *word)
{
	p11_die("line %u of the plan: %s: %s", l->number, what, word);
}

struct word *
line_next(struct line *l, const char *what)
{
	if (l->next >= l->num)
		line_die(l, "missing", what);
	return &l->words[l->next++];
}

char
line_unescape(const struct line *l, const char **p)
{
	const char *s = *p;
	char hex[3] = { 0 };

	*p = s + 1;
	if (s[0] != '\\')
		return s[0];
	*p = s + 2;
	if (s[1] == '\\' || s[1] == '"')
		return s[1];
	if (s[1] != 'x' || !isxdigit((unsigned char)s[2]) ||
	    !isxdigit((unsigned char)s[3]))
		line_die(l, "not an escape", s);
	*p = s + 4;
	memcpy(hex, s + 2, 2);
	return (char)strtoul(hex, NULL, 16);
}

/* A word ends at a blank; one in double quotes, at the second of them. */
static const char *
split_word(struct line *l, const char *s)
{
	struct word *w = &l->words[l->num];
	bool quoted = *s == '"';

	if (l->num == LINE_WORDS_MAX)
		line_die(l, "too many words", s);
	memset(w, 0, sizeof(*w));
	s += quoted ? 1 : 0;
	while (*s != '\0' && (quoted ? *s != '"' : !isspace((int)*s))) {
		if (w->len == RULE_TEXT_MAX)
			line_die(l, "too long", w->s);
		w->s[w->len++] = line_unescape(l, &s);
	}
	if (quoted && *s++ != '"')
		line_die(l, "no closing quote", w->s);
	l->num++;
	return s;
}

void
line_split(struct line *l, const char *s)
{
	l->num = 0;
	l->next = 0;
	for (;;) {
		while (isspace((unsigned char)*s))
			s++;
		if (*s == '\0' || *s == '#')
			return;
		s = split_word(l, s);
	}
}
