/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/token/world.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

#ifdef TEST_WITH_ASAN
#include <sanitizer/lsan_interface.h>
#endif

static char root[64];
static struct world *shared;
static unsigned timeout; /* of the library, in seconds; 0: its own */

void
world_check(bool ok, const char *text, const char *file, int line)
{
	if (ok)
		return;
	(void)fprintf(stderr, "%s:%d: not so: %s\n", file, line, text);
	_exit(1);
}

void
world_check_err(const struct world *w, bool ok, const char *text,
    const char *file, int line)
{
	if (!ok)
		(void)fprintf(stderr, "%s: %s\n", diag_err_name(w->e),
		    w->e != ERR_OK ? w->d.msg : "");
	world_check(ok, text, file, line);
}

/* ---- The owner --------------------------------------------------------------- */

static void
on_hung(void *arg, const char *call, unsigned seconds)
{
	(void)fprintf(stderr, "%s hangs for %u s\n", call, seconds);
	_exit(2);
}

static void
on_tell(void *arg, enum tok_tell kind, const char *text)
{
	struct world *w = arg;
	size_t n = strlen(w->told);

	(void)snprintf(w->told + n, sizeof(w->told) - n, "%s\n", text);
}

static enum err
on_pin(void *arg, const struct tok_pin_request *r, struct secret *ret,
    bool *ret_again, struct diag *d)
{
	struct world *w = arg;

	w->asked[r->kind]++;
	if (w->pin[r->kind] == NULL)
		return diag_set(d, ERR_PIN, "nobody gives a PIN");
	*ret_again = w->again && r->attempt < 3;
	return secret_set(ret, bytes_of_str(w->pin[r->kind]), d);
}

static enum err
on_event(void *arg, const struct tok_event *e, struct diag *d)
{
	struct world *w = arg;

	CHECK(w->num_events < WORLD_MAX_EVENTS);
	(void)snprintf(w->event[w->num_events].operation,
	    sizeof(w->event[0].operation), "%s", e->operation);
	w->event[w->num_events++].failed = e->failed != NULL ? e->failed->code
							     : ERR_OK;
	if (w->event_fails && w->num_events > w->event_passes)
		return diag_set(d, ERR_IO, "the log is full");
	return ERR_OK;
}

/* ---- Cases ---------------------------------------------------------------------- */

static void
shell(const char *line)
{
	assert_int_equal(system(line), 0);
}

int
world_group_setup(void **state)
{
	char line[400];

	/* A ledger is flushed often, which takes its time on a disk. */
	(void)snprintf(root, sizeof(root), "%s/world-XXXXXX",
	    access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(root));
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	(void)snprintf(line, sizeof(line), "%s/softhsm-fixtures/setup.sh %s",
	    getenv("SRC"), "\"$BUILD/tokens\"");
	shell(line);
	return 0;
}

int
world_group_teardown(void **state)
{
	char line[100];

	(void)snprintf(line, sizeof(line), "rm -rf %s", root);
	shell(line);
	return 0;
}

int
world_setup(void **state)
{
	char line[400];

	(void)snprintf(line, sizeof(line),
	    "rm -rf %s/* && \"$SRC/softhsm-fixtures/setup.sh\" --copy "
	    "\"$BUILD/tokens\" %s/t",
	    root, root);
	shell(line);
	return 0;
}

static const char *
module_path(void)
{
	static const char *const paths[] = {
		"/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
		"/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
		"/usr/lib/softhsm/libsofthsm2.so",
		"/usr/lib64/pkcs11/libsofthsm2.so"
	};
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (access(paths[i], R_OK) == 0)
			return paths[i];
	world_check(false, "SoftHSM is there", __FILE__, __LINE__);
	return NULL;
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0);
}

static void
child(const char *plan, world_case *fn)
{
	static char conf[100], file[100], trace[100], state[100];
	static struct tok_owner owner = { .hung = on_hung,
		.tell = on_tell,
		.pin = on_pin,
		.event = on_event };
	static struct tok_setup setup = { .owner = &owner, .state = state };

	(void)snprintf(conf, sizeof(conf), "%s/t/softhsm2.conf", root);
	(void)snprintf(file, sizeof(file), "%s/plan", root);
	(void)snprintf(trace, sizeof(trace), "%s/trace", root);
	(void)snprintf(state, sizeof(state), "%s/state", root);
	(void)unlink(trace);
	CHECK(setenv("SOFTHSM2_CONF", conf, 1) == 0);
	setup.module = module_path();
	setup.timeout = timeout;
	if (plan != NULL) {
		write_file(file, plan);
		CHECK(setenv("P11FAULT_REAL", setup.module, 1) == 0 &&
		    setenv("P11FAULT_PLAN", file, 1) == 0 &&
		    setenv("P11FAULT_TRACE", trace, 1) == 0);
		setup.module = getenv("P11FAULT_LIB");
	}
	owner.arg = shared;
	diag_init(&shared->d);
	shared->e = tok_lib_open(&setup, &shared->lib, &shared->d);
	if (shared->e != ERR_OK)
		_exit(3);
	fn(shared);
	tok_lib_close(&shared->lib);
	(void)fflush(NULL);
#ifdef TEST_WITH_ASAN
	__lsan_do_leak_check();
#endif
	_exit(0);
}

static int
run(const char *plan, world_case *fn)
{
	int status = -1;
	pid_t pid;

	memset(shared, 0, sizeof(*shared));
	shared->pin[TOK_PIN_USER] = shared->pin[TOK_PIN_KEY] = WORLD_PIN;
	shared->pin[TOK_PIN_SO] = WORLD_SO_PIN;
	(void)fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		child(plan, fn);
	assert_true(waitpid(pid, &status, 0) == pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

const struct world *
world_run(const char *plan, world_case *fn)
{
	int status = run(plan, fn);

	if (status == 3)
		print_message("the library does not open: %s\n", shared->d.msg);
	assert_int_equal(status, 0);
	return shared;
}

const struct world *
world_run_any(const char *plan, world_case *fn)
{
	int status = run(plan, fn);

	assert_true(status == 0 || status == 3);
	return shared;
}

void
world_run_hangs(const char *plan, world_case *fn)
{
	int status;

	timeout = 1;
	status = run(plan, fn);
	timeout = 0;
	assert_int_equal(status, 2);
}

static unsigned
count_lines(const char *word)
{
	char path[100], line[400];
	unsigned num = 0;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/trace", root);
	f = fopen(path, "re");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strstr(line, word) != NULL)
			num++;
	assert_int_equal(fclose(f), 0);
	return num;
}

unsigned
world_calls(void)
{
	return count_lines("");
}

unsigned
world_calls_of(const char *function)
{
	char word[100];

	(void)snprintf(word, sizeof(word), " %s ", function);
	return count_lines(word);
}

/* ---- For cases ------------------------------------------------------------------- */

struct tok *
world_open(struct world *w, const char *uri)
{
	struct tok_uri *u = NULL;
	struct tok *t = NULL;

	CHECK_ERR(w, tok_uri_parse(uri, &u, &w->d), ERR_OK);
	CHECK_ERR(w, tok_open(w->lib, u, TOK_WRITE, &t, &w->d), ERR_OK);
	tok_uri_free(&u);
	return t;
}

bool
world_was_told(const struct world *w, const char *text)
{
	return strstr(w->told, text) != NULL;
}

static size_t
count_objects(struct world *w, struct tok *t, const struct bytes *id)
{
	struct tok_objects *o = NULL;
	size_t i, num = 0;

	CHECK_ERR(w, tok_login(t, TOK_USER, &w->d), ERR_OK);
	CHECK_ERR(w, tok_objects_read(t, NULL, &o, &w->d), ERR_OK);
	for (i = 0; i < tok_objects_num(o); i++)
		if (id == NULL || bytes_equal(tok_object(o, i)->id, *id))
			num++;
	tok_objects_free(&o);
	return num;
}

size_t
world_objects(struct world *w, struct tok *t)
{
	return count_objects(w, t, NULL);
}

size_t
world_objects_with(struct world *w, struct tok *t, struct bytes id)
{
	return count_objects(w, t, &id);
}
