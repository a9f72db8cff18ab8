/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/shim/p11/p11fault.h"

static const char *const fn_names[] = { [FN_NONE] = "?",
#define FN_NAME(name, kind, params, args) [FN_##name] = #name,
	P11_FUNCTIONS(FN_NAME) };

static int trace_fd = -1;

/* Under the lock. */
static unsigned num_calls;
static unsigned num_calls_of[FN_COUNT];

static _Thread_local struct p11_call *current;

const char *
p11_fn_name(enum p11_fn fn)
{
	return fn_names[fn];
}

void
call_setup(const char *trace_path)
{
	if (trace_path == NULL)
		return;
	trace_fd = open(trace_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
	    0600);
	if (trace_fd == -1)
		p11_die("%s: cannot be written", trace_path);
}

void
call_note(const char *fmt, ...)
{
	size_t used;
	va_list ap;

	if (current == NULL)
		return;
	used = strlen(current->note);
	if (used + 2 >= sizeof(current->note))
		return;
	current->note[used++] = ' ';
	va_start(ap, fmt);
	(void)vsnprintf(current->note + used, sizeof(current->note) - used, fmt,
	    ap);
	va_end(ap);
}

/* One write, so that lines of threads and processes do not mix. */
static void
trace(const struct p11_call *c, const char *result)
{
	char line[256];
	int n;

	if (trace_fd == -1)
		return;
	n = snprintf(line, sizeof(line), "%u C_%s %s%s\n", c->number,
	    fn_names[c->fn], result, c->note);
	if (write(trace_fd, line, (size_t)n) != n)
		p11_die("the trace cannot be written");
}

static void
make_noise(const struct p11_call *c)
{
	char line[80];
	int n;

	if (plan_find(RULE_NOISE) == NULL)
		return;
	n = snprintf(line, sizeof(line), "p11fault: noise: C_%s\n",
	    fn_names[c->fn]);
	if (write(STDERR_FILENO, line, (size_t)n) != n)
		p11_die("no noise is possible");
}

/* The rule of the kind for this function and this call of it. */
static const struct rule *
find_by_function(const struct p11_call *c, enum rule_kind kind)
{
	const struct rule *r = NULL;

	while ((r = plan_next(kind, r)) != NULL)
		if (r->fn == c->fn && rule_holds(r, c->fn_number))
			return r;
	return NULL;
}

static const struct rule *
find_by_number(const struct p11_call *c, enum rule_kind kind)
{
	const struct rule *r = NULL;

	while ((r = plan_next(kind, r)) != NULL)
		if (r->number == c->number)
			return r;
	return NULL;
}

static _Noreturn void
hang(const struct p11_call *c)
{
	trace(c, "hangs");
	for (;;)
		pause();
}

void
call_begin(struct p11_call *c, enum p11_fn fn)
{
	memset(c, 0, sizeof(*c));
	c->fn = fn;
	p11_lock();
	c->number = ++num_calls;
	c->fn_number = ++num_calls_of[fn];
	p11_unlock();
	current = c;
}

bool
call_goes_on(struct p11_call *c, CK_RV *ret_rv)
{
	const struct rule *r;

	make_noise(c);
	if (find_by_function(c, RULE_HANG) != NULL)
		hang(c);
	r = find_by_function(c, RULE_FAIL);
	if (r == NULL)
		r = find_by_number(c, RULE_FAIL_NTH);
	if (r == NULL)
		return true;
	call_note("fault=fail");
	*ret_rv = r->rv;
	return false;
}

CK_RV
call_end(struct p11_call *c, CK_RV rv)
{
	const struct rule *r;
	char result[32];

	r = find_by_function(c, RULE_FAIL_AFTER);
	if (r == NULL)
		r = find_by_number(c, RULE_FAIL_AFTER_NTH);
	if (r != NULL) {
		call_note("fault=fail-after really=0x%lx", rv);
		rv = r->rv;
	}
	device_called(c);
	(void)snprintf(result, sizeof(result), "0x%lx", rv);
	trace(c, result);
	current = NULL;
	return rv;
}
