/* SPDX-License-Identifier: Apache-2.0 */
/* The baseline of a run, read back for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/change_tell.h"

#define BASELINE_MOST ((size_t)16 << 20)

static bool
is_waived(const struct journal *j, const char *name)
{
	size_t i, k;

	for (i = 0; i < journal_num(j); i++) {
		const struct journal_line *l = journal_at(j, i);

		for (k = 0; l->event == JOURNAL_WAIVED && k < l->num_names; k++)
			if (strcmp(l->names[k], name) == 0)
				return true;
	}
	return false;
}

/* It is told only where a step has kept it. */
static bool
is_kept(const struct journal *j)
{
	size_t i, k;

	for (i = 0; i < journal_num(j); i++)
		for (k = 0; k < journal_at(j, i)->num_files; k++)
			if (strcmp(journal_at(j, i)->files[k].name,
				"baseline.txt") == 0)
				return true;
	return false;
}

/* Lines of NAME TAB STATE TAB last proof. */
static enum err
read_lines(const struct journal *j, struct change_devices *l, struct diag *d)
{
	char *rest = (char *)l->text.ptr, *line, *state;
	size_t i, most = 0;

	for (i = 0; i < l->text.len; i++)
		most += l->text.ptr[i] == '\n';
	l->item = calloc(most + 1, sizeof(*l->item));
	if (l->item == NULL)
		return diag_nomem(d);
	while ((line = strsep(&rest, "\n")) != NULL && l->num < most) {
		state = strchr(line, '\t');
		if (state == NULL)
			continue;
		*state++ = '\0';
		state[strcspn(state, "\t")] = '\0';
		l->item[l->num++] = (struct change_device){ line, state,
			is_waived(j, line) };
	}
	return ERR_OK;
}

enum err
change_tell_devices(const struct change_run *r, struct change_devices *ret,
    struct diag *d)
{
	struct change_devices l = { .num = 0 };
	struct buf path = { 0 };
	enum err e = ERR_OK;

	if (is_kept(r->journal)) {
		buf_printf(&path, "%s/baseline.txt",
		    (const char *)r->folder.ptr);
		e = buf_cstr(&path) == NULL
		    ? diag_nomem(d)
		    : file_load(buf_cstr(&path), BASELINE_MOST, &l.text, d);
		if (e == ERR_OK && buf_cstr(&l.text) == NULL)
			e = diag_set(d, ERR_SYNTAX, "baseline.txt is no text");
		if (e == ERR_OK)
			e = read_lines(r->journal, &l, d);
	}
	buf_clear(&path);
	if (e == ERR_OK)
		*ret = l;
	else
		change_devices_clear(&l);
	return e;
}

void
change_devices_clear(struct change_devices *l)
{
	free(l->item);
	buf_clear(&l->text);
	l->item = NULL;
	l->num = 0;
}
