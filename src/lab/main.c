/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "base/file.h"
#include "base/text.h"
#include "lab/args.h"
#include "lab/control.h"
#include "lab/up.h"

#define NODES_MAX 256
#define NODES_USUAL 4
#define PHONES_USUAL 500
#define PHONES_MAX 100000

/* ---- up ---- */

struct up_options {
	const char *dir, *release, *made_on, *mode, *scenario, *syslog, *keys;
	struct args_number nodes, phones, seed, speed;
};

#define UP(member) offsetof(struct up_options, member)

static const struct args_opt up_opts[] = {
	{ "dir", "DIR", ARGS_TEXT, UP(dir), 0, 0,
	    "the folder of the lab; made where it is not there" },
	{ "nodes", "N", ARGS_NUMBER, UP(nodes), 1, NODES_MAX,
	    "how many nodes (default 4)" },
	{ "phones", "N", ARGS_NUMBER, UP(phones), 0, PHONES_MAX,
	    "how many phones (default 500)" },
	{ "release", "REL", ARGS_TEXT, UP(release), 0, 0,
	    "10.5, 11.5, 12.5, 14 or 15 (default 12.5)" },
	{ "list-made-on", "REL", ARGS_TEXT, UP(made_on), 0, 0,
	    "the release that made the CTL that is there" },
	{ "mode", "MODE", ARGS_TEXT, UP(mode), 0, 0,
	    "token, tokenless or non-secure" },
	{ "scenario", "FILE", ARGS_TEXT, UP(scenario), 0, 0,
	    "what else it is, and how it misbehaves (YAML)" },
	{ "seed", "N", ARGS_SEED, UP(seed), 0, 0,
	    "of all that is left to chance" },
	{ "speed", "N", ARGS_NUMBER, UP(speed), 1, 1000000,
	    "how much faster than the clock its time runs" },
	{ "syslog", "ADDR:PORT", ARGS_TEXT, UP(syslog), 0, 0,
	    "where phones send alarms (before it tcp:// or udp://)" },
	{ "keys", "DIR", ARGS_TEXT, UP(keys), 0, 0,
	    "keys to take instead of making some" },
	{ .name = NULL },
};

static enum err
load_scenario(const char *path, struct scenario *ret, struct doc **doc,
    struct diag *diag)
{
	struct buf text = { 0 };
	enum err err;

	if (path == NULL)
		return ERR_OK;
	err = file_load(path, DOC_SIZE_MAX, &text, diag);
	if (err == ERR_OK)
		err = scenario_read(buf_bytes(&text), ret, doc, diag);
	buf_clear(&text);
	return err;
}

static enum err
set_release(const char *option, const char *name, unsigned *ret,
    struct diag *diag)
{
	if (name == NULL || scenario_release_named(name, ret))
		return ERR_OK;
	return diag_set(diag, ERR_USAGE,
	    "--%s: the lab knows no release %s; it knows 10.5, 11.5, 12.5, 14 "
	    "and 15",
	    option, name);
}

/* The options stand above the file. */
static enum err
set_options(const struct up_options *o, struct scenario *s, struct diag *diag)
{
	enum err err = set_release("release", o->release, &s->release, diag);

	if (err == ERR_OK)
		err = set_release("list-made-on", o->made_on, &s->made_on,
		    diag);
	if (err == ERR_OK && o->mode != NULL &&
	    !scenario_mode_named(o->mode, &s->mode))
		err = diag_set(diag, ERR_USAGE,
		    "--mode: %s is none of token, tokenless and non-secure",
		    o->mode);
	if (o->nodes.given)
		s->num_nodes = (unsigned)o->nodes.value;
	if (o->phones.given)
		s->num_phones = (unsigned)o->phones.value;
	if (o->speed.given)
		s->speed = (unsigned)o->speed.value;
	if (o->seed.given)
		s->seed = o->seed.value;
	if (o->syslog != NULL)
		s->syslog = o->syslog;
	return err == ERR_OK ? scenario_check(s, diag) : err;
}

/* The path of this program, absolute. */
static const char *
own_path(char path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (n <= 0)
		return "ctlsmith-lab";
	path[n] = '\0';
	return path;
}

/* BASE and each folder behind it in NAMES, cut at slashes, made where they are not
 * there; false: there is no such folder. */
static bool
make_folders(const char *base, const char *names, char path[PATH_MAX])
{
	const char *end = names;
	int len;

	if (base == NULL || base[0] != '/')
		return false;
	while (end != NULL) {
		end = strchr(end, '/');
		len = snprintf(path, PATH_MAX, "%s/%.*s", base,
		    end == NULL ? (int)strlen(names) : (int)(end - names),
		    names);
		if (len < 0 || len >= PATH_MAX ||
		    (mkdir(path, 0700) != 0 && errno != EEXIST))
			return false;
		end = end == NULL ? NULL : end + 1;
	}
	return true;
}

/* Where keys are: what was said; else a folder of ours, made once. */
static void
find_keys(const struct up_options *o, struct up_setup *s, char path[PATH_MAX])
{
	s->keys = o->keys != NULL ? o->keys : getenv("CTLSMITH_LAB_KEYS");
	if (s->keys != NULL)
		return;
	s->save_keys = make_folders(getenv("XDG_CACHE_HOME"),
			   "ctlsmith/lab-keys", path) ||
	    make_folders(getenv("HOME"), ".cache/ctlsmith/lab-keys", path);
	s->keys = s->save_keys ? path : NULL;
}

static int
run_up(const void *target, char **args)
{
	const struct up_options *o = target;
	struct scenario scenario;
	struct doc *doc = NULL;
	char path[PATH_MAX], keys[PATH_MAX];
	struct up_setup setup = { .dir = o->dir, .scenario = &scenario };
	struct diag diag;
	enum err err;

	(void)args;
	diag_init(&diag);
	if (o->dir == NULL)
		err = diag_set(&diag, ERR_USAGE, "--dir DIR is missing");
	else {
		scenario_init(&scenario);
		scenario.num_nodes = NODES_USUAL;
		scenario.num_phones = PHONES_USUAL;
		err = load_scenario(o->scenario, &scenario, &doc, &diag);
	}
	if (err == ERR_OK)
		err = set_options(o, &scenario, &diag);
	if (err == ERR_OK)
		find_keys(o, &setup, keys);
	setup.program = own_path(path);
	if (err == ERR_OK)
		err = up_run(&setup, &diag);
	doc_free(&doc);
	return err == ERR_OK ? 0 : args_fail(&diag);
}

/* ---- What asks a lab that is up. ---- */

struct ask_options {
	const char *dir;
	bool json;
};

#define ASK(member) offsetof(struct ask_options, member)

static const struct args_opt ask_opts[] = {
	{ "dir", "DIR", ARGS_TEXT, ASK(dir), 0, 0, "the folder of the lab" },
	{ .name = NULL },
};

static const struct args_opt status_opts[] = {
	{ "dir", "DIR", ARGS_TEXT, ASK(dir), 0, 0, "the folder of the lab" },
	{ "json", NULL, ARGS_FLAG, ASK(json), 0, 0,
	    "JSON, with each node and each phone" },
	{ .name = NULL },
};

static enum err
print(struct bytes text, struct diag *diag)
{
	if (fwrite(text.ptr, 1, text.len, stdout) == text.len &&
	    fflush(stdout) == 0)
		return ERR_OK;
	return diag_set(diag, ERR_IO, "the answer could not be written");
}

/* Asks WORDS and prints the answer; the exit status. */
static int
ask(const struct ask_options *o, const char *const *words, struct bytes bytes)
{
	struct buf answer = { 0 };
	struct diag diag;
	enum err err;

	diag_init(&diag);
	if (o->dir == NULL)
		err = diag_set(&diag, ERR_USAGE, "--dir DIR is missing");
	else
		err = control_ask(o->dir, words, bytes, &answer, &diag);
	if (err == ERR_OK && answer.len > 0)
		err = print(buf_bytes(&answer), &diag);
	buf_clear(&answer);
	return err == ERR_OK ? 0 : args_fail(&diag);
}

static int
run_status(const void *target, char **args)
{
	const struct ask_options *o = target;
	const char *const words[] = { "status", o->json ? "json" : NULL, NULL };

	(void)args;
	return ask(o, words, bytes_of(NULL, 0));
}

static int
run_down(const void *target, char **args)
{
	const char *const words[] = { "down", NULL };

	(void)args;
	return ask(target, words, bytes_of(NULL, 0));
}

static int
run_backup(const void *target, char **args)
{
	const char *const words[] = { "backup", NULL };

	(void)args;
	return ask(target, words, bytes_of(NULL, 0));
}

static int
run_settle(const void *target, char **args)
{
	const char *const words[] = { "settle", NULL };

	(void)args;
	return ask(target, words, bytes_of(NULL, 0));
}

/* The words of TEXT, cut at blanks and commas, behind those in WORDS. */
static size_t
split_names(char *text, const char **words, size_t num)
{
	char *rest = NULL, *name = strtok_r(text, " ,\t\r\n", &rest);

	for (; name != NULL && num < CONTROL_WORDS; num++) {
		words[num] = name;
		name = strtok_r(NULL, " ,\t\r\n", &rest);
	}
	return num;
}

/* The names that the environment gives: words, or the path of a file with a name
 * a line, as a site command of ctlsmith gets it. */
static enum err
load_names(struct buf *ret, struct diag *diag)
{
	const char *given = getenv("CTLSMITH_PHONES");
	enum err err = ERR_OK;

	if (given != NULL && given[0] == '/')
		err = file_load(given, FILE_MAX_DEFAULT, ret, diag);
	else
		buf_str(ret, given != NULL ? given : "");
	return err == ERR_OK && buf_cstr(ret) == NULL ? diag_nomem(diag) : err;
}

static int
run_reset(const void *target, char **args)
{
	const char **words = calloc(CONTROL_WORDS + 1, sizeof(*words));
	struct buf text = { 0 };
	struct diag diag;
	int status = 1;
	size_t num = 1;

	diag_init(&diag);
	if (words == NULL)
		(void)diag_nomem(&diag);
	else if (args[0] != NULL || load_names(&text, &diag) == ERR_OK) {
		words[0] = "reset-phones";
		for (; *args != NULL && num < CONTROL_WORDS; args++)
			words[num++] = *args;
		if (num == 1 && text.len > 0)
			(void)split_names((char *)text.ptr, words, num);
		status = ask(target, words, bytes_of(NULL, 0));
	}
	if (diag.code != ERR_OK)
		status = args_fail(&diag);
	buf_clear(&text);
	free(words);
	return status;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static int
run_upload(const void *target, char **args)
{
	const char *node = args[0], *path = node != NULL ? args[1] : NULL;
	const char *words[] = { "upload-tftp", NULL, NULL, NULL };
	struct buf file = { 0 };
	struct diag diag;
	int status;

	diag_init(&diag);
	if (node == NULL)
		node = getenv("CTLSMITH_NODE");
	if (path == NULL)
		path = getenv("CTLSMITH_FILE");
	if (node == NULL || path == NULL) {
		(void)diag_set(&diag, ERR_USAGE,
		    "NODE and FILE, or CTLSMITH_NODE and CTLSMITH_FILE in the "
		    "environment, are missing");
		return args_fail(&diag);
	}
	words[1] = node;
	words[2] = getenv("CTLSMITH_NAME");
	if (words[2] == NULL)
		words[2] = base_name(path);
	if (file_load(path, FILE_MAX_DEFAULT, &file, &diag) == ERR_OK)
		status = ask(target, words, buf_bytes(&file));
	else
		status = args_fail(&diag);
	buf_clear(&file);
	return status;
}

static int
run_trouble(const void *target, char **args)
{
	const char *words[] = { "trouble", args[0], args[1], args[2], NULL };

	return ask(target, words, bytes_of(NULL, 0));
}

static const struct args_command commands[] = {
	{ "up", "", "Be a cluster until `down`",
	    "Stays in the foreground. DIR/ready appears when all of it answers;\n"
	    "DIR/cluster.yaml is its inventory, DIR/env.sh holds its passwords.\n",
	    0, 0, up_opts, sizeof(struct up_options), run_up },
	{ "down", "", "End a lab, and wait until it has ended", NULL, 0, 0,
	    ask_opts, sizeof(struct ask_options), run_down },
	{ "status", "", "Say how its nodes and phones are", NULL, 0, 0,
	    status_opts, sizeof(struct ask_options), run_status },
	{ "reset-phones", "[NAME...]", "Reset phones, or all of them",
	    "Without NAME: those of CTLSMITH_PHONES, where it is set.\n", 0,
	    CONTROL_WORDS - 1, ask_opts, sizeof(struct ask_options),
	    run_reset },
	{ "upload-tftp", "[NODE FILE]", "Put a file into a node's TFTP folder",
	    "Without NODE and FILE: CTLSMITH_NODE and CTLSMITH_FILE; its name\n"
	    "there is CTLSMITH_NAME, or the file's own.\n",
	    0, 2, ask_opts, sizeof(struct ask_options), run_upload },
	{ "backup", "", "Make a backup of the cluster", NULL, 0, 0, ask_opts,
	    sizeof(struct ask_options), run_backup },
	{ "settle", "", "Wait until nothing is to come any more", NULL, 0, 0,
	    ask_opts, sizeof(struct ask_options), run_settle },
	{ "trouble", "NODE WHAT [HOW]", "Make a node misbehave from now on",
	    "WHAT is down, up, stale-list, no-licence, refuse-half, disk-full or\n"
	    "clear; or, with HOW, cut COMMAND, fails COMMAND, dead-service NAME,\n"
	    "replication broken or replication good.\n",
	    2, 3, ask_opts, sizeof(struct ask_options), run_trouble },
	{ .name = NULL },
};

/* Whoever started us with descriptors 0 to 2 closed must not make a file that
 * we open one of them. */
static void
open_standard(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1)
			(void)open("/dev/null", O_RDWR);
}

int
main(int argc, char **argv)
{
	open_standard();
	/* old TLS is spoken here, whatever a configuration file says */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return 1;
	return args_main(commands, argc, argv);
}
