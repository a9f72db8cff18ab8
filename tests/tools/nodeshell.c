/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nodeshell [OPTION VALUE]... COMMAND...: commands of the table on a node's command
 * line, one after the other, for tests. A COMMAND is ID, or ID,NAME=VALUE,... with
 * no comma in a value. Of each "== ID FAILURE" and its output are printed; what
 * fails is said as "ERROR: MESSAGE" on standard error, with exit status 1.
 *
 *	-h HOST -p PORT -u USER -e VARIABLE (of the password) -k KNOWN_HOSTS
 *	-f FINGERPRINT -n NAME -P PROMPT -d DELAY -s SLOW_START -t TRANSCRIPT
 *	-y (trust a new host key) -l (legacy)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cluster/shell.h"

struct run {
	struct inventory_ssh ssh;
	struct shell_setup setup;
	struct secret password;
	const char *transcript;
	struct command_table *table;
	struct shell *shell;
	struct diag d;
};

static bool
trust(void *arg, const char *host, const char *fingerprint)
{
	(void)arg;
	(void)fprintf(stderr, "trusted: %s %s\n", host, fingerprint);
	return true;
}

static unsigned
number(const char *s)
{
	return (unsigned)strtoul(s, NULL, 10);
}

static enum err
take_option(struct run *r, int c)
{
	switch (c) {
	case 'h':
		r->setup.host = optarg;
		break;
	case 'p':
		r->setup.port = number(optarg);
		break;
	case 'u':
		r->ssh.user = optarg;
		break;
	case 'k':
		r->setup.known_hosts = optarg;
		break;
	case 'f':
		r->ssh.host_key = optarg;
		break;
	case 'n':
		r->setup.node = optarg;
		break;
	case 'P':
		r->ssh.prompt = optarg;
		break;
	case 'd':
		r->ssh.delay = number(optarg);
		break;
	case 's':
		r->ssh.slow_start = number(optarg);
		break;
	case 't':
		r->transcript = optarg;
		break;
	case 'y':
		r->setup.trust = trust;
		break;
	case 'l':
		r->ssh.legacy = true;
		break;
	case 'e':
		return secret_from_env(&r->password, optarg, &r->d);
	default:
		return diag_set(&r->d, ERR_USAGE, "no such option");
	}
	return ERR_OK;
}

static enum err
run_one(struct run *r, char *text)
{
	struct command_arg args[COMMAND_ARGS_MAX];
	struct shell_said said = { 0 };
	char *save = NULL, *id = strtok_r(text, ",", &save), *value;
	size_t num = 0;
	enum err err;

	while (num < COMMAND_ARGS_MAX &&
	    (args[num].name = strtok_r(NULL, ",", &save)) != NULL) {
		value = strchr(args[num].name, '=');
		if (value == NULL)
			return diag_set(&r->d, ERR_USAGE, "NAME=VALUE");
		*value++ = '\0';
		args[num++].value = value;
	}
	err = shell_run(r->shell, id, args, num, &said, &r->d);
	if (err == ERR_OK) {
		(void)printf("== %s %s\n", id,
		    command_failure_name(said.failure));
		(void)fwrite(said.text.ptr, 1, said.text.len, stdout);
	}
	shell_said_clear(&said);
	return err;
}

static void
save_transcript(struct run *r)
{
	struct bytes text = transcript_text(r->setup.transcript);
	FILE *f = r->transcript == NULL ? NULL : fopen(r->transcript, "w");

	if (f == NULL)
		return;
	(void)fwrite(text.ptr, 1, text.len, f);
	(void)fclose(f);
}

static enum err
run_all(struct run *r, int argc, char **argv)
{
	enum err err;
	int i;

	err = command_load(bytes_of(NULL, 0), &r->table, &r->d);
	if (err == ERR_OK)
		err = transcript_new(0, &r->setup.transcript, &r->d);
	if (err != ERR_OK)
		return err;
	r->setup.commands = r->table;
	r->setup.ssh = &r->ssh;
	if (r->password.page != NULL)
		r->setup.password = &r->password;
	err = shell_open(&r->setup, &r->shell, &r->d);
	if (err == ERR_OK && *shell_weak(r->shell) != '\0')
		(void)fprintf(stderr, "weak: %s\n", shell_weak(r->shell));
	for (i = optind; err == ERR_OK && i < argc; i++)
		err = run_one(r, argv[i]);
	save_transcript(r);
	return err;
}

int
main(int argc, char **argv)
{
	struct run r = { .ssh.slow_start = 60, .setup.port = 22 };
	struct buf message = { 0 };
	enum err err = ERR_OK;
	int c;

	while (err == ERR_OK &&
	    (c = getopt(argc, argv, "h:p:u:k:f:n:P:d:s:t:e:yl")) != -1)
		err = take_option(&r, c);
	if (err == ERR_OK)
		err = run_all(&r, argc, argv);
	if (err != ERR_OK) {
		text_put_safe(&message, bytes_of_str(r.d.msg));
		(void)fprintf(stderr, "ERROR: %s: %s\n", diag_err_name(err),
		    buf_cstr(&message));
	}
	shell_close(&r.shell);
	transcript_free(&r.setup.transcript);
	command_free(&r.table);
	secret_clear(&r.password);
	buf_clear(&message);
	return err == ERR_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
