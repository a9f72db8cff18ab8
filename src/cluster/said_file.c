/* SPDX-License-Identifier: Apache-2.0 */
/* file list, file delete, file get. */
#include <stdlib.h>
#include <string.h>

#include "cluster/said_parts.h"

#define FILES_MAX 200000
#define DIR "<dir>"

struct files {
	struct said_text t;
	struct said_array all; /* of struct said_file */
	uint64_t num_folders;
};

static enum err
add_file(struct files *r, struct bytes name, const uint64_t *size,
    struct diag *diag)
{
	struct said_file *f;
	void *item = NULL;
	enum err e;

	e = said_add(&r->t, &r->all, &item, diag);
	if (e != ERR_OK)
		return e;
	f = item;
	f->has_size = size != NULL;
	f->size = size == NULL ? 0 : *size;
	return said_copy(&r->t, name, "the name of a file", f->name,
	    sizeof(f->name), diag);
}

/* 16 Nov,2004 21:45:43        8,557  enGui.log: false where LINE is not of this
 * form. */
static bool
is_detail(struct bytes line, struct bytes *ret_size, struct bytes *ret_name)
{
	struct bytes words[SAID_WORDS_MAX];
	size_t num = said_words(line, words), used, end;
	int64_t when;
	uint64_t n;
	bool known;

	if (!said_when(words, num, &when, &known, &used) || used + 1 >= num)
		return false;
	*ret_size = words[used];
	end = (size_t)(words[used].ptr + words[used].len - line.ptr);
	*ret_name = said_trimmed(said_from(line, end));
	return said_equals(*ret_size, DIR) || said_number(*ret_size, &n);
}

/* Names without detail: several a line, with two blanks or a tab between; that
 * of a folder is behind "<dir>". */
static enum err
take_names(struct files *r, struct bytes line, struct diag *diag)
{
	struct bytes name;
	enum err e = ERR_OK;
	bool folder;
	size_t i;

	while (e == ERR_OK && line.len > 0) {
		folder = said_starts(line, DIR, &line);
		for (i = 0; i < line.len; i++)
			if (line.ptr[i] == '\t' ||
			    (line.ptr[i] == ' ' && i + 1 < line.len &&
				said_is_blank(line.ptr[i + 1])))
				break;
		name = bytes_of(line.ptr, i);
		line = said_trimmed(said_from(line, i));
		if (folder)
			r->num_folders++;
		else
			e = add_file(r, name, NULL, diag);
	}
	return e;
}

static enum err
take_line(struct files *r, struct bytes line, struct diag *diag)
{
	struct bytes size, name;
	uint64_t n = 0;

	if (!is_detail(line, &size, &name))
		return take_names(r, line, diag);
	if (said_number(size, &n))
		return add_file(r, name, &n, diag);
	r->num_folders++;
	return ERR_OK;
}

/* "dir count = 2, file count = 2": what came is what there is. */
static enum err
check_count(const struct files *r, struct bytes counts, struct diag *diag)
{
	size_t at = 0;
	struct bytes folders, files;
	uint64_t n, m;

	if (!said_finds(counts, ", file count =", &at))
		return said_wrong(&r->t, ERR_SYNTAX,
		    "the output has no count of files", diag);
	folders = said_trimmed(bytes_of(counts.ptr, at));
	files = said_trimmed(said_from(counts, at + strlen(", file count =")));
	if (!said_number(folders, &n) || !said_number(files, &m) ||
	    n != r->num_folders || m != r->all.num)
		return said_wrong(&r->t, ERR_SYNTAX,
		    "there are not as many files as the output counts", diag);
	return ERR_OK;
}

static enum err
read_files(struct files *r, struct diag *diag)
{
	struct bytes line, counts;
	enum err e = ERR_OK;

	while (e == ERR_OK && said_full_line(&r->t, &line)) {
		if (said_starts(line, "dir count =", &counts))
			return check_count(r, counts, diag);
		e = take_line(r, line, diag);
	}
	if (e == ERR_OK)
		e = said_wrong(&r->t, ERR_TRUNCATED,
		    "the list of files has no end, the count of them", diag);
	return e;
}

enum err
said_files(struct bytes text, struct said_files *ret, struct diag *diag)
{
	struct files r = { .all = { .size = sizeof(struct said_file),
			       .max = FILES_MAX } };
	enum err e;

	e = said_begin(text, &r.t, diag);
	if (e == ERR_OK)
		e = read_files(&r, diag);
	if (e == ERR_OK)
		*ret = (struct said_files){ r.all.items, r.all.num };
	else
		free(r.all.items);
	return e;
}

void
said_files_clear(struct said_files *l)
{
	free(l->item);
	l->item = NULL;
	l->num = 0;
}

/* ---- file delete, file get ------------------------------------------------------ */

enum err
said_deleted(struct bytes text, uint64_t *ret_found, uint64_t *ret_deleted,
    struct diag *diag)
{
	struct bytes line, rest;
	struct said_text t;
	uint64_t n, m;
	size_t at = 0;
	enum err e;

	e = said_begin(text, &t, diag);
	if (e != ERR_OK)
		return e;
	while (said_full_line(&t, &line)) {
		if (!said_starts(line, "files: found =", &rest) ||
		    !said_finds(rest, ", deleted =", &at))
			continue;
		if (!said_number(said_trimmed(bytes_of(rest.ptr, at)), &n) ||
		    !said_number(said_trimmed(said_from(rest,
				     at + strlen(", deleted ="))),
			&m) ||
		    m > n)
			break;
		*ret_found = n;
		*ret_deleted = m;
		return ERR_OK;
	}
	return said_wrong(&t, ERR_SYNTAX,
	    "the output has no count of files that were deleted", diag);
}

enum err
said_sent(struct bytes text, struct said_sent *ret, struct diag *diag)
{
	struct said_sent s = { .num = 0 };
	struct bytes line, value;
	bool has_num = false;
	struct said_text t;
	enum err e;

	e = said_begin(text, &t, diag);
	if (e != ERR_OK)
		return e;
	while (said_full_line(&t, &line)) {
		if (said_starts(line, "Number of files affected:", &value))
			has_num = said_number(value, &s.num);
		else if (said_starts(line, "Total size in Bytes", &value)) {
			if (value.len > 0 && value.ptr[0] == ':')
				value = said_trimmed(said_from(value, 1));
			s.has_size = said_number(value, &s.size);
		} else if (said_finds(line, "Transfer completed", NULL))
			s.done = true;
	}
	if (!has_num)
		return said_wrong(&t, ERR_SYNTAX,
		    "the output has no number of files", diag);
	*ret = s;
	return ERR_OK;
}
