/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/out.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "data/json.h"

/* A stretch of an out's text, which begins where the one before it ends. */
struct out_run {
	size_t end;
	int fd;
};

static const char no_memory[] = "ctlsmith: out of memory\n";

void
out_clear(struct out *o)
{
	buf_clear(&o->text);
	buf_clear(&o->runs);
	o->lost = false;
}

size_t
out_len(const struct out *o)
{
	return o->text.len;
}

bool
out_ok(const struct out *o)
{
	return buf_ok(&o->text) && buf_ok(&o->runs);
}

static size_t
num_runs(const struct out *o)
{
	return o->runs.len / sizeof(struct out_run);
}

static struct out_run
run_at(const struct out *o, size_t i)
{
	struct out_run run;

	memcpy(&run, o->runs.ptr + i * sizeof(run), sizeof(run));
	return run;
}

/* What was appended to the text since the last run is for FD. */
static void
end_run(struct out *o, int fd)
{
	size_t num = num_runs(o);
	struct out_run run = { o->text.len, fd };

	if (num > 0 && run_at(o, num - 1).fd == fd)
		o->runs.len -= sizeof(run);
	buf_put(&o->runs, bytes_of(&run, sizeof(run)));
}

void
out_put(struct out *o, const struct buf *text)
{
	if (!buf_ok(text))
		o->text.failed = true;
	if (text->len == 0)
		return;
	buf_put(&o->text, buf_bytes(text));
	end_run(o, STDOUT_FILENO);
}

void
out_json(struct out *o, json_t *element)
{
	if (element == NULL) {
		o->text.failed = true;
		return;
	}
	/* out_print() makes a bracket of the first comma. A newline ends each
	 * element, so that what else is written begins a line of its own. */
	buf_str(&o->text, ",\n");
	if (doc_json_dump(element, &o->text, NULL) != ERR_OK)
		o->text.failed = true;
	json_decref(element);
	end_run(o, STDOUT_FILENO);
}

void
out_put_diag(struct buf *out, const struct diag *d)
{
	if (d->path[0] != '\0') {
		text_put_safe(out, bytes_of_str(d->path));
		buf_str(out, ", ");
	}
	if (d->offset != DIAG_NOWHERE)
		buf_printf(out, "byte %zu: ", d->offset);
	if (d->line > 0)
		buf_printf(out, "line %u, column %u: ", d->line, d->column);
	text_put_safe(out, bytes_of_str(d->msg));
}

void
out_error(struct out *o, const char *file, const struct diag *d)
{
	buf_str(&o->text, "ctlsmith: ");
	if (file != NULL) {
		text_put_safe(&o->text, bytes_of_str(file));
		buf_str(&o->text, ": ");
	}
	out_put_diag(&o->text, d);
	buf_str(&o->text, "\n");
	end_run(o, STDERR_FILENO);
}

struct out_mark
out_mark(const struct out *o)
{
	return (struct out_mark){ o->text.len, o->runs.len };
}

void
out_back(struct out *o, struct out_mark mark)
{
	size_t num;

	o->text.len = mark.text;
	o->runs.len = mark.runs;
	o->text.failed = o->runs.failed = false;
	/* the run at hand may have grown behind the mark */
	num = num_runs(o);
	if (num > 0 && run_at(o, num - 1).end > mark.text) {
		struct out_run run = { mark.text, run_at(o, num - 1).fd };

		o->runs.len -= sizeof(run);
		buf_put(&o->runs, bytes_of(&run, sizeof(run)));
	}
}

void
out_nomem(struct out *o, struct out_mark mark, const char *file)
{
	struct diag d;

	out_back(o, mark);
	diag_nomem(&d);
	out_error(o, file, &d);
	if (out_ok(o))
		return;
	out_back(o, mark);
	o->lost = true;
}

/* Writes all of DATA, also to a descriptor that does not block. */
static bool
write_all(int fd, struct bytes data)
{
	struct pollfd room = { .fd = fd, .events = POLLOUT };
	struct bytes done;
	ssize_t n;

	while (data.len > 0) {
		n = write(fd, data.ptr, data.len);
		if (n < 0 && errno == EAGAIN)
			(void)poll(&room, 1, -1);
		else if ((n < 0 && errno != EINTR) ||
		    (n >= 0 && !bytes_take(&data, (size_t)n, &done)))
			return false;
	}
	return true;
}

/* Held by whoever writes to stdout, and for ever by whoever ends the program:
 * an exit would cut a write of another thread in two. */
static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER;

void
out_stop(void)
{
	(void)pthread_mutex_lock(&writing);
}

/* A closed stderr changes nothing. */
static void
say(struct bytes text)
{
	(void)write_all(STDERR_FILENO, text);
}

void
out_complain(const char *file, const struct diag *d)
{
	struct out o = { 0 };

	out_error(&o, file, d);
	say(out_ok(&o) ? buf_bytes(&o.text) : bytes_of_str(no_memory));
	out_clear(&o);
}

static enum cmd_exit
out_of_memory(struct progress *p)
{
	if (p != NULL)
		progress_hide(p, STDERR_FILENO);
	say(bytes_of_str(no_memory));
	return CMD_FAILED;
}

static enum cmd_exit
write_stdout(struct out_printer *p, struct bytes text)
{
	bool written;
	struct diag d;

	if (p->progress != NULL)
		progress_hide(p->progress, STDOUT_FILENO);
	(void)pthread_mutex_lock(&writing);
	written = write_all(STDOUT_FILENO, text);
	if (!written)
		diag_errno(&d, "write", errno,
		    "cannot write to standard output");
	(void)pthread_mutex_unlock(&writing);
	if (written)
		return CMD_OK;
	p->broken = true;
	if (p->progress != NULL)
		progress_hide(p->progress, STDERR_FILENO);
	out_complain(NULL, &d);
	return CMD_FAILED;
}

static enum cmd_exit
print_run(struct out_printer *p, struct out *o, size_t from, struct out_run run)
{
	struct bytes text = bytes_of(o->text.ptr + from, run.end - from);

	if (run.fd == STDERR_FILENO) {
		if (p->progress != NULL)
			progress_hide(p->progress, run.fd);
		say(text);
		return CMD_OK;
	}
	if (p->json && !p->opened) {
		o->text.ptr[from] = '[';
		p->opened = true;
	}
	return write_stdout(p, text);
}

enum cmd_exit
out_print(struct out_printer *p, struct out *o)
{
	enum cmd_exit end = CMD_OK;
	struct out_run run;
	size_t i, from = 0;

	if (!out_ok(o)) {
		out_clear(o);
		o->lost = true;
	}
	for (i = 0; !p->broken && i < num_runs(o); i++) {
		run = run_at(o, i);
		end = out_worse(end, print_run(p, o, from, run));
		from = run.end;
	}
	if (o->lost && !p->broken)
		end = out_worse(end, out_of_memory(p->progress));
	o->text.len = 0;
	o->runs.len = 0;
	o->lost = false;
	return end;
}

enum cmd_exit
out_close(struct out_printer *p)
{
	if (!p->json || p->broken)
		return CMD_OK;
	return write_stdout(p, bytes_of_str(p->opened ? "]\n" : "[]\n"));
}

enum cmd_exit
out_finish(struct out *o, bool json, enum cmd_exit end)
{
	struct out_printer p = { .json = json };

	end = out_worse(end, out_print(&p, o));
	end = out_worse(end, out_close(&p));
	out_clear(o);
	return end;
}

enum cmd_exit
out_write(struct buf *text)
{
	struct out_printer p = { 0 };
	enum cmd_exit end;

	if (buf_ok(text))
		end = write_stdout(&p, buf_bytes(text));
	else
		end = out_of_memory(NULL);
	text->len = 0;
	return end;
}

enum cmd_exit
out_version(void)
{
	struct buf text = { 0 };
	enum cmd_exit end;

	buf_str(&text, "ctlsmith " CTLSMITH_VERSION "\n");
	end = out_write(&text);
	buf_clear(&text);
	return end;
}

enum cmd_exit
out_worse(enum cmd_exit a, enum cmd_exit b)
{
	static const int rank[] = { [CMD_OK] = 0,
		[CMD_POLICY] = 1,
		[CMD_FAILED] = 2,
		[CMD_TOKEN] = 3,
		[CMD_RESUME] = 4,
		[CMD_USAGE] = 5 };

	return rank[a] >= rank[b] ? a : b;
}
