/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/tokens.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX 24
#define SAID_MAX 4096 /* of what a program prints */

/* ---- Programs. ---- */

/* What is done on the tokens, with the environment for it. */
struct job {
	const struct home *home;
	const char *module;
	char **env; /* NULL behind the last one */
	char said[SAID_MAX];
};

static void
read_output(int fd, char *said)
{
	size_t len = 0;
	char more[256];
	ssize_t n;

	while ((n = read(fd, said + len, SAID_MAX - 1 - len)) > 0)
		if ((len += (size_t)n) == SAID_MAX - 1)
			break;
	said[len] = '\0';
	while (n > 0)
		n = read(fd, more, sizeof(more));
}

static enum err
start(struct job *j, const char *const *argv, int out, pid_t *ret,
    struct diag *diag)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	char *args[ARGS_MAX + 1] = { NULL };
	sigset_t none;
	size_t num = 0;
	int error;

	while (num < ARGS_MAX && argv[num] != NULL)
		num++;
	/* posix_spawn() changes none of them, and yet wants them so */
	memcpy(args, argv, num * sizeof(*args));

	(void)sigemptyset(&none);
	if (posix_spawn_file_actions_init(&files) != 0)
		return diag_nomem(diag);
	if (posix_spawnattr_init(&attr) != 0) {
		(void)posix_spawn_file_actions_destroy(&files);
		return diag_nomem(diag);
	}
	/* the lab blocks signals; what it starts must not */
	(void)posix_spawnattr_setsigmask(&attr, &none);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	(void)posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	(void)posix_spawn_file_actions_adddup2(&files, out, STDERR_FILENO);
	error = posix_spawnp(ret, argv[0], &files, &attr, args, j->env);
	(void)posix_spawnattr_destroy(&attr);
	(void)posix_spawn_file_actions_destroy(&files);
	if (error == ENOENT)
		return diag_set(diag, ERR_ABSENT,
		    "%s is not installed (Debian has it in %s)", argv[0],
		    strcmp(argv[0], "pkcs11-tool") == 0 ? "opensc"
							: "softhsm2");
	if (error != 0)
		return diag_errno(diag, "posix_spawn", error, "%s", argv[0]);
	return ERR_OK;
}

/* Runs ARGV to its end; what it says is in j->said. */
static enum err
run(struct job *j, const char *const *argv, struct diag *diag)
{
	int ends[2], status = -1;
	pid_t pid = -1;
	enum err err;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return diag_errno(diag, "pipe2", errno, "%s", argv[0]);
	err = start(j, argv, ends[1], &pid, diag);
	(void)close(ends[1]);
	if (err == ERR_OK) {
		read_output(ends[0], j->said);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			err = diag_set(diag, ERR_TOKEN, "%s %s: %.200s",
			    argv[0], argv[1], j->said);
	}
	(void)close(ends[0]);
	return err;
}

/* ---- SoftHSM. ---- */

static enum err
find_module(char *ret, size_t size, struct diag *diag)
{
	static const char *const files[] = {
#ifdef __x86_64__
		"/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
#endif
#ifdef __aarch64__
		"/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
#endif
		"/usr/lib/softhsm/libsofthsm2.so",
		"/usr/lib64/pkcs11/libsofthsm2.so"
	};
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (access(files[i], R_OK) == 0) {
			(void)snprintf(ret, size, "%s", files[i]);
			return ERR_OK;
		}
	return diag_set(diag, ERR_ABSENT,
	    "SoftHSM's module is not installed (Debian has it in softhsm2)");
}

static enum err
write_conf(const struct home *home, struct diag *diag)
{
	struct buf text = { 0 };
	enum err err;

	if (mkdirat(home->dir, "tokens", 0700) != 0)
		return diag_errno(diag, "mkdir", errno, "%s/tokens",
		    home->path);
	buf_printf(&text,
	    "directories.tokendir = %s/tokens\n"
	    "objectstore.backend = file\n"
	    "objectstore.umask = 0077\n"
	    "log.level = ERROR\n"
	    "slots.removable = false\n"
	    "slots.mechanisms = ALL\n",
	    home->path);
	err = buf_ok(&text)
	    ? home_write(home, "softhsm2.conf", buf_bytes(&text), diag)
	    : diag_nomem(diag);
	buf_clear(&text);
	return err;
}

/* Ours, with SOFTHSM2_CONF in place of another's. */
static enum err
make_env(struct job *j, struct diag *diag)
{
	size_t num = 0, i, n = 0;

	while (environ[num] != NULL)
		num++;
	j->env = calloc(num + 2, sizeof(*j->env));
	if (j->env == NULL)
		return diag_nomem(diag);
	if (asprintf(&j->env[n++], "SOFTHSM2_CONF=%s/softhsm2.conf",
		j->home->path) < 0) {
		free(j->env);
		j->env = NULL;
		return diag_nomem(diag);
	}
	for (i = 0; i < num; i++)
		if (strncmp(environ[i], "SOFTHSM2_CONF=", 14) != 0)
			j->env[n++] = environ[i];
	return ERR_OK;
}

/* N digits; not below 4 of them. */
static enum err
make_pin(char *ret, size_t digits, struct diag *diag)
{
	uint8_t random[16];
	size_t i;

	if (getrandom(random, digits, 0) != (ssize_t)digits)
		return diag_errno(diag, "getrandom", errno, "no PIN");
	for (i = 0; i < digits; i++)
		ret[i] = (char)('0' + random[i] % 10);
	ret[digits] = '\0';
	return ERR_OK;
}

/* The serial number of the token with LABEL, from the list of all. */
static enum err
find_serial(const char *said, struct token *t, struct diag *diag)
{
	const char *label = said, *serial;
	char want[64];

	(void)snprintf(want, sizeof(want), "Label:            %s", t->label);
	label = strstr(said, want);
	serial = NULL;
	for (; label != NULL && said < label;) {
		said = strstr(said, "Serial number:");
		if (said == NULL || said > label)
			break;
		said += strlen("Serial number:");
		serial = said;
	}
	if (serial == NULL || sscanf(serial, " %31s", t->serial) != 1)
		return diag_set(diag, ERR_TOKEN,
		    "softhsm2-util does not show the token that it made");
	return ERR_OK;
}

static enum err
init_token(struct job *j, struct token *t, struct diag *diag)
{
	const char *const init[] = { "softhsm2-util", "--init-token", "--free",
		"--label", t->label, "--pin", t->pin, "--so-pin", t->so_pin,
		NULL };
	enum err err;

	err = make_pin(t->pin, 7, diag);
	if (err == ERR_OK)
		err = make_pin(t->so_pin, 8, diag);
	return err == ERR_OK ? run(j, init, diag) : err;
}

/* The serial numbers of all. */
static enum err
find_serials(struct job *j, struct tokens *tokens, struct diag *diag)
{
	static const char *const show[] = { "softhsm2-util", "--show-slots",
		NULL };
	enum err err = run(j, show, diag);
	size_t i;

	for (i = 0; i < TOKENS_NUM && err == ERR_OK; i++)
		err = find_serial(j->said, &tokens->token[i], diag);
	return err;
}

/* Key and certificate, from files that are there for a moment only. */
static enum err
fill_token(struct job *j, struct token *t, struct bytes cert,
    const struct mint_key *own, struct diag *diag)
{
	struct buf pem = { 0 }, key_path = { 0 }, cert_path = { 0 };
	enum err err;

	err = mint_key_pem(own, &pem, diag);
	if (err == ERR_OK)
		err = home_write(j->home, "token-key", buf_bytes(&pem), diag);
	if (err == ERR_OK)
		err = home_write(j->home, "token-cert", cert, diag);
	if (err == ERR_OK)
		err = home_path(j->home, "token-key", &key_path, diag);
	if (err == ERR_OK)
		err = home_path(j->home, "token-cert", &cert_path, diag);
	if (err == ERR_OK) {
		const char *const key[] = { "softhsm2-util", "--import",
			buf_cstr(&key_path), "--token", t->label, "--pin",
			t->pin, "--label", t->label, "--id", "01", NULL };

		err = run(j, key, diag);
	}
	if (err == ERR_OK) {
		const char *const object[] = { "pkcs11-tool", "--module",
			j->module, "--token-label", t->label, "--login",
			"--pin", t->pin, "--write-object", buf_cstr(&cert_path),
			"--type", "cert", "--id", "01", "--label", t->label,
			NULL };

		err = run(j, object, diag);
	}
	(void)unlinkat(j->home->dir, "token-key", 0);
	(void)unlinkat(j->home->dir, "token-cert", 0);
	buf_clear(&pem);
	buf_clear(&key_path);
	buf_clear(&cert_path);
	return err;
}

static enum err
make_token(struct job *j, struct world *w, size_t i, struct token *t,
    struct diag *diag)
{
	const struct mint_key *key;
	const struct world_cert *cert = world_token(w, i, &key);
	enum err err;

	if (cert == NULL || key == NULL)
		return diag_set(diag, ERR_ABSENT, "the lab has no such key");
	(void)snprintf(t->label, sizeof(t->label), "sast-%zu", i + 1);
	err = init_token(j, t, diag);
	return err == ERR_OK ? fill_token(j, t, cert->der, key, diag) : err;
}

enum err
tokens_make(const struct home *home, struct world *w, struct tokens *ret,
    struct diag *diag)
{
	struct tokens t = { .module = "" };
	struct job j = { .home = home, .module = t.module };
	enum err err;
	size_t i;

	err = find_module(t.module, sizeof(t.module), diag);
	if (err == ERR_OK)
		err = home_remove(home, "tokens", diag);
	if (err == ERR_OK)
		err = write_conf(home, diag);
	if (err == ERR_OK)
		err = make_env(&j, diag);
	for (i = 0; i < TOKENS_NUM && err == ERR_OK; i++)
		err = make_token(&j, w, i, &t.token[i], diag);
	if (err == ERR_OK)
		err = find_serials(&j, &t, diag);
	if (j.env != NULL)
		free(j.env[0]);
	free(j.env);
	if (err == ERR_OK)
		*ret = t;
	return err;
}
