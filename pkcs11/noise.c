/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/noise.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LINES_TOLD 5
#define BYTES_TOLD 2000

void
noise_begin(struct tok_lib *l)
{
	struct noise *n = &l->noise;

	(void)fflush(stderr);
	n->saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	n->caught = memfd_create("ctlsmith-module", MFD_CLOEXEC);
	if (n->saved >= 0 && n->caught >= 0)
		(void)dup2(n->caught, STDERR_FILENO);
}

void
noise_interrupt(const struct tok_lib *l)
{
	if (l->noise.saved >= 0 && l->noise.caught >= 0)
		(void)dup2(l->noise.saved, STDERR_FILENO);
}

static void
tell(const struct tok_lib *l, char *text)
{
	char *line, *rest = text;
	int i;

	for (i = 0; i < LINES_TOLD; i++) {
		line = strsep(&rest, "\n");
		if (line == NULL)
			return;
		if (line[0] != '\0')
			lib_tell(l, TOK_TELL_WARNING, "the module says: %s",
			    line);
	}
	if (rest != NULL && rest[0] != '\0')
		lib_tell(l, TOK_TELL_WARNING, "the module says more");
}

void
noise_end(struct tok_lib *l)
{
	struct noise *n = &l->noise;
	char text[BYTES_TOLD + 1];
	ssize_t len = 0;

	(void)fflush(stderr);
	noise_interrupt(l);
	if (n->caught >= 0)
		len = pread(n->caught, text, BYTES_TOLD, 0);
	if (n->saved >= 0)
		(void)close(n->saved);
	if (n->caught >= 0)
		(void)close(n->caught);
	*n = (struct noise){ -1, -1 };
	if (len > 0) {
		text[len] = '\0';
		tell(l, text);
	}
}
