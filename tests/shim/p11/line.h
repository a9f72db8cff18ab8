/* SPDX-License-Identifier: Apache-2.0 */
/* A line of the plan, split into words. */
#ifndef TESTS_SHIM_P11_LINE_H
#define TESTS_SHIM_P11_LINE_H

#include "tests/shim/p11/p11fault.h"

#define LINE_WORDS_MAX 16

/* Its escapes are resolved, so that it may hold NULs; one follows it. */
struct word {
	char s[RULE_TEXT_MAX + 1];
	size_t len;
};

struct line {
	unsigned number;
	struct word words[LINE_WORDS_MAX];
	unsigned num;
	unsigned next;
};

/* Words end at blanks, those in double quotes at the second; # ends a line. */
void line_split(struct line *l, const char *s);

/* The next word; where there is none, ends the program: WHAT is missing. */
struct word *line_next(struct line *l, const char *what);

/* A character, or \xHH, \\, \": its value; *P goes beyond it. */
char line_unescape(const struct line *l, const char **p);

/* Ends the program, saying what is wrong with WORD. */
__attribute__((noreturn)) void line_die(const struct line *l, const char *what,
    const char *word);

#endif
