/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/relay.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/url.h"

#define PLACES 3

/* Where the program may be. */
struct places {
	char path[PLACES][PATH_MAX];
	size_t num;
};

static void
add(struct places *p, const char *folder, const char *below)
{
	int n = snprintf(p->path[p->num], PATH_MAX, "%s%s/ctlsmith-net", folder,
	    below);

	if (n > 0 && n < PATH_MAX)
		p->num++;
}

static void
find_places(struct places *p)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	p->num = 0;
	if (len > 0) {
		self[len] = '\0';
		slash = strrchr(self, '/');
		if (slash != NULL) {
			*slash = '\0';
			add(p, self, "");
			add(p, self, "/../libexec/ctlsmith");
		}
	}
	add(p, CTLSMITH_LIBEXEC, "");
}

void
relay_exec(char *const *argv)
{
	struct places p;
	size_t i;

	find_places(&p);
	for (i = 0; i < p.num; i++)
		(void)execv(p.path[i], argv);
}

enum err
relay_missing(const char *what, struct diag *d)
{
	const char *why = "is not there";
	struct buf text = { 0 };
	struct places p;
	enum err e;
	size_t i;

	find_places(&p);
	for (i = 0; i < p.num; i++) {
		buf_str(&text, i == 0 ? "" : ", ");
		text_put_safe(&text, bytes_of_str(p.path[i]));
		if (access(p.path[i], F_OK) == 0)
			why = "cannot be run";
	}
	e = !buf_ok(&text)
	    ? diag_nomem(d)
	    : diag_set(d, ERR_UNSUPPORTED,
		  "%s needs ctlsmith-net, the part of ctlsmith for networks, "
		  "which %s: install it, or the whole of ctlsmith (looked for "
		  "%s)",
		  what, why, buf_cstr(&text));
	buf_clear(&text);
	return e;
}

/* ARG is a URL, or an option or a term with one: --trusted=tftp://... */
static bool
has_url(const char *arg)
{
	while (arg != NULL) {
		if (url_is(arg))
			return true;
		arg = strchr(arg, '=');
		if (arg != NULL)
			arg++;
	}
	return false;
}

bool
relay_wants(const struct cmd *root, int argc, char *const *argv)
{
	const struct cmd *cmd = root;
	int i;

	for (i = 1; i < argc && cmd != NULL && cmd->subs != NULL; i++)
		cmd = cmd_find(cmd, argv[i]);
	if (cmd == NULL || cmd->subs != NULL)
		return false;
	if (cmd->net)
		return true;
	for (; i < argc; i++)
		if (has_url(argv[i]))
			return true;
	return false;
}
