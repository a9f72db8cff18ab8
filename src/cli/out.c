/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/out.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "data/json.h"

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
out_error(const char *file, const struct diag *d)
{
	struct buf line = { 0 };
	const char *text;

	buf_str(&line, "ctlsmith: ");
	if (file != NULL) {
		text_put_safe(&line, bytes_of_str(file));
		buf_str(&line, ": ");
	}
	out_put_diag(&line, d);
	text = buf_cstr(&line);
	(void)fprintf(stderr, "%s\n",
	    text == NULL ? "ctlsmith: out of memory" : text);
	buf_clear(&line);
}

static enum cmd_exit
fail(enum err code, const char *why)
{
	struct diag d;

	diag_set(&d, code, "%s", why);
	out_error(NULL, &d);
	return CMD_FAILED;
}

static enum cmd_exit
write_failed(void)
{
	struct diag d;

	diag_errno(&d, "fwrite", errno, "cannot write to standard output");
	out_error(NULL, &d);
	return CMD_FAILED;
}

enum cmd_exit
out_write(struct buf *text)
{
	enum cmd_exit end = CMD_OK;

	if (!buf_ok(text))
		end = fail(ERR_NOMEM, "out of memory");
	else if (text->len > 0 &&
	    (fwrite(text->ptr, 1, text->len, stdout) != text->len ||
		fflush(stdout) != 0))
		end = write_failed();
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
out_json_add(struct out_json *j, json_t *element)
{
	struct buf text = { 0 };
	struct diag d;
	enum cmd_exit end;

	if (element == NULL)
		return fail(ERR_NOMEM, "out of memory");
	buf_str(&text, j->num == 0 ? "[\n" : ",\n");
	if (doc_json_dump(element, &text, &d) != ERR_OK) {
		out_error(NULL, &d);
		end = CMD_FAILED;
	} else {
		text.len--; /* the newline stands behind the comma */
		end = out_write(&text);
		j->num++;
	}
	json_decref(element);
	buf_clear(&text);
	return end;
}

enum cmd_exit
out_json_end(struct out_json *j)
{
	if (fputs(j->num == 0 ? "[]\n" : "\n]\n", stdout) < 0 ||
	    fflush(stdout) != 0)
		return write_failed();
	return CMD_OK;
}

enum cmd_exit
out_worse(enum cmd_exit a, enum cmd_exit b)
{
	static const int rank[] = { [CMD_OK] = 0,
		[CMD_POLICY] = 1,
		[CMD_FAILED] = 2,
		[CMD_USAGE] = 3 };

	return rank[a] >= rank[b] ? a : b;
}
