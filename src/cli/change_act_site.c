/* SPDX-License-Identifier: Apache-2.0 */
/* The site's own programs, run without a shell. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/change_act.h"

#define OUTPUT_MAX ((size_t)16 << 20)
#define NUM_OWN 4

static const struct doc_strings *
command_of(const struct change_act *a, enum act_site what)
{
	const struct inventory_commands *c =
	    a->cluster->inventory.site_commands;

	if (c == NULL)
		return NULL;
	switch (what) {
	case ACT_RESET_PHONES:
		return &c->reset_phones;
	case ACT_UPLOAD_TFTP:
		return &c->upload_tftp;
	case ACT_BACKUP:
		return &c->backup;
	}
	return NULL;
}

bool
change_act_has_site(void *arg, enum act_site what)
{
	const struct doc_strings *argv = command_of(arg, what);

	return argv != NULL && argv->num > 0;
}

/* ---- Its environment ------------------------------------------------------------- */

static const char *const own_names[NUM_OWN] = { "CTLSMITH_NODE",
	"CTLSMITH_FILE", "CTLSMITH_NAME", "CTLSMITH_PHONES" };

static bool
is_own(const char *variable)
{
	size_t i, len;

	for (i = 0; i < NUM_OWN; i++) {
		len = strlen(own_names[i]);
		if (strncmp(variable, own_names[i], len) == 0 &&
		    variable[len] == '=')
			return true;
	}
	return false;
}

/* Ours, and what is of this step in place of what may stand there. */
static enum err
make_env(const struct act_env *env, struct buf own[NUM_OWN], char ***ret,
    struct diag *d)
{
	const char *const value[NUM_OWN] = { env->node, env->file, env->name,
		env->phones };
	size_t i, num = 0;
	char **list;

	for (i = 0; environ[i] != NULL; i++)
		num++;
	list = calloc(num + NUM_OWN + 1, sizeof(char *));
	if (list == NULL)
		return diag_nomem(d);
	for (i = num = 0; environ[i] != NULL; i++)
		if (!is_own(environ[i]))
			list[num++] = environ[i];
	for (i = 0; i < NUM_OWN; i++) {
		if (value[i] == NULL)
			continue;
		buf_printf(&own[i], "%s=%s", own_names[i], value[i]);
		if (buf_cstr(&own[i]) == NULL) {
			free((void *)list);
			return diag_nomem(d);
		}
		list[num++] = (char *)own[i].ptr;
	}
	*ret = list;
	return ERR_OK;
}

static char **
make_argv(const struct doc_strings *words)
{
	char **argv = calloc(words->num + 1, sizeof(char *));
	size_t i;

	for (i = 0; argv != NULL && i < words->num; i++)
		argv[i] = strdup(words->item[i]);
	return argv;
}

static void
free_argv(char **argv, size_t num)
{
	size_t i;

	for (i = 0; argv != NULL && i < num; i++)
		free(argv[i]);
	free((void *)argv);
}

/* ---- Running ---------------------------------------------------------------------- */

static int
spawn(char **argv, char **env, int out, pid_t *ret)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	int error;

	if (posix_spawn_file_actions_init(&files) != 0 ||
	    posix_spawnattr_init(&attr) != 0)
		return ENOMEM;
	(void)sigemptyset(&none);
	error = posix_spawn_file_actions_addopen(&files, STDIN_FILENO,
	    "/dev/null", O_RDONLY, 0);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&files, out,
		    STDOUT_FILENO);
	if (error == 0)
		error = posix_spawn_file_actions_adddup2(&files, out,
		    STDERR_FILENO);
	if (error == 0)
		error = posix_spawnattr_setsigmask(&attr, &none);
	(void)sigaddset(&none, SIGPIPE);
	if (error == 0)
		error = posix_spawnattr_setsigdefault(&attr, &none);
	if (error == 0)
		error = posix_spawnattr_setflags(&attr,
		    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	if (error == 0)
		error = posix_spawnp(ret, argv[0], &files, &attr, argv, env);
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&attr);
	return error;
}

/* The last line of TEXT. */
static void
put_last(struct buf *out, struct bytes text)
{
	size_t end = text.len, at;

	while (
	    end > 0 && (text.ptr[end - 1] == '\n' || text.ptr[end - 1] == ' '))
		end--;
	at = end;
	while (at > 0 && text.ptr[at - 1] != '\n' && end - at < 160)
		at--;
	text_put_safe(out, bytes_of(text.ptr + at, end - at));
}

static enum err
judge(const char *program, int state, struct bytes said, struct diag *d)
{
	struct buf last = { 0 };
	const char *text;

	if (WIFEXITED(state) && WEXITSTATUS(state) == 0)
		return ERR_OK;
	put_last(&last, said);
	text = buf_cstr(&last);
	diag_set(d, ERR_IO, "the site's command %.80s ended with %s %d: %s",
	    program, WIFEXITED(state) ? "status" : "signal",
	    WIFEXITED(state) ? WEXITSTATUS(state) : WTERMSIG(state),
	    text == NULL ? "" : text);
	buf_clear(&last);
	return ERR_IO;
}

static enum err
wait_for(pid_t pid, int from, struct buf *said, int *ret, struct diag *d)
{
	enum err e = file_load_fd(from, OUTPUT_MAX, said, d);

	(void)close(from); /* who writes more ends by that */
	while (waitpid(pid, ret, 0) == -1)
		if (errno != EINTR)
			return diag_errno(d, "waitpid", errno, "it was lost");
	return e;
}

static enum err
run(const struct change_act *a, char **argv, char **env, struct diag *d)
{
	struct buf said = { 0 };
	int ends[2], error, state = 0;
	pid_t pid;
	enum err e;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return diag_errno(d, "pipe2", errno, "no pipe");
	error = spawn(argv, env, ends[1], &pid);
	(void)close(ends[1]);
	if (error != 0) {
		(void)close(ends[0]);
		return diag_errno(d, "posix_spawnp", error,
		    "the site's command %.100s could not be begun", argv[0]);
	}
	e = wait_for(pid, ends[0], &said, &state, d);
	change_act_note(a, "site", buf_bytes(&said));
	if (e == ERR_OK)
		e = judge(argv[0], state, buf_bytes(&said), d);
	buf_clear(&said);
	return e;
}

static void
note_begin(const struct change_act *a, const struct doc_strings *words,
    const struct act_env *env)
{
	struct buf line = { 0 };
	size_t i;

	buf_str(&line, "#");
	for (i = 0; i < words->num; i++) {
		buf_str(&line, " ");
		text_put_safe(&line, bytes_of_str(words->item[i]));
	}
	if (env->node != NULL)
		buf_printf(&line, " (%s)", env->node);
	buf_str(&line, "\n");
	if (buf_ok(&line))
		change_act_note(a, "site", buf_bytes(&line));
	buf_clear(&line);
}

enum err
change_act_site(void *arg, enum act_site what, const struct act_env *env,
    struct diag *d)
{
	struct change_act *a = arg;
	const struct doc_strings *words = command_of(a, what);
	struct buf own[NUM_OWN] = { { 0 } };
	char **list = NULL, **argv = NULL;
	size_t i;
	enum err e;

	if (words == NULL || words->num == 0)
		return diag_set(d, ERR_ABSENT, "the site has no such command");
	a->seen_once = false;
	argv = make_argv(words);
	e = argv == NULL ? diag_nomem(d) : make_env(env, own, &list, d);
	if (e == ERR_OK && argv != NULL) {
		note_begin(a, words, env);
		e = run(a, argv, list, d);
	}
	free((void *)list);
	free_argv(argv, words->num);
	for (i = 0; i < NUM_OWN; i++)
		buf_clear(&own[i]);
	return e;
}
