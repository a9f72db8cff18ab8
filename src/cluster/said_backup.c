/* SPDX-License-Identifier: Apache-2.0 */
/* utils disaster_recovery. */
#include <stdlib.h>
#include <string.h>

#include "cluster/said_parts.h"

#define BACKUPS_MAX 10000

struct backups {
	struct said_text t;
	struct said_array all; /* of struct said_backup */
	bool known;            /* a header, or that there is nothing */
};

/* ---- History ------------------------------------------------------------------ */

static bool
is_tar(struct bytes word)
{
	return word.len > 4 &&
	    said_equals(said_from(word, word.len - 4), ".tar");
}

/* Where among WORDS a date begins, which *WHEN is then; NUM: there is none. */
static size_t
find_date(const struct bytes *words, size_t num, struct said_backup *b,
    size_t *ret_used)
{
	size_t i;

	for (i = 1; i < num; i++)
		if (said_when(words + i, num - i, &b->when, &b->zone_known,
			ret_used))
			break;
	return i;
}

/* FILE.tar NETWORK Fri Dec 12 13:45:19 PST 2025 SUCCESS ...; "TAR file not
 * created" stands for the file. */
static enum err
take_backup(struct backups *r, const struct bytes *words, size_t num,
    bool failed, struct diag *diag)
{
	struct said_backup *b;
	void *item = NULL;
	size_t at, used = 0;
	enum err e;

	e = said_add(&r->t, &r->all, &item, diag);
	if (e != ERR_OK)
		return e;
	b = item;
	at = find_date(words, num, b, &used);
	if (at == num || at + used >= num)
		return said_wrong(&r->t, ERR_SYNTAX,
		    "this is no backup with a date and a result", diag);
	if (!failed)
		e = said_copy(&r->t, words[0], "the name of a backup", b->file,
		    sizeof(b->file), diag);
	if (e == ERR_OK)
		e = said_copy(&r->t, words[at + used], "its result", b->status,
		    sizeof(b->status), diag);
	b->good = !failed && said_equals(words[at + used], "SUCCESS");
	return e;
}

static enum err
take_line(struct backups *r, struct bytes line, struct diag *diag)
{
	struct bytes words[SAID_WORDS_MAX];
	size_t num = said_words(line, words);
	bool failed = said_starts(line, "TAR file not created", NULL);

	if (failed || is_tar(words[0]))
		return take_backup(r, words, num, failed, diag);
	if (said_finds(line, "No history", NULL) ||
	    said_finds(line, "No backup history", NULL) ||
	    said_finds(line, "No restore history", NULL) ||
	    said_starts(line, "Tar Filename", NULL))
		r->known = true;
	return ERR_OK;
}

enum err
said_backups(struct bytes text, struct said_backups *ret, struct diag *diag)
{
	struct backups r = { .all = { .size = sizeof(struct said_backup),
				 .max = BACKUPS_MAX } };
	struct bytes line;
	enum err e;

	e = said_begin(text, &r.t, diag);
	while (e == ERR_OK && said_full_line(&r.t, &line))
		e = take_line(&r, line, diag);
	if (e == ERR_OK && r.all.num == 0 && !r.known)
		e = said_wrong(&r.t, ERR_SYNTAX,
		    "the output has no history of backups", diag);
	if (e == ERR_OK)
		*ret = (struct said_backups){ r.all.items, r.all.num };
	else
		free(r.all.items);
	return e;
}

void
said_backups_clear(struct said_backups *l)
{
	free(l->item);
	l->item = NULL;
	l->num = 0;
}

/* ---- Status ------------------------------------------------------------------- */

/* What the words of a status mean. */
static const struct {
	const char *word;
	bool running;
} states[] = {
	{ "SUCCESS", false },
	{ "ERROR", false },
	{ "FAIL", false },
	{ "COMPLETE", false },
	{ "CANCEL", false },
	{ "IDLE", false },
	{ "RUNNING", true },
	{ "IN PROGRESS", true },
	{ "IN_PROGRESS", true },
	{ "ACTIVE", true },
	{ "BACKUP IN PROGRESS", true },
	{ "RESTORE IN PROGRESS", true },
};

static bool
state_of(struct bytes value, bool *ret)
{
	size_t i;

	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (said_starts(value, states[i].word, NULL)) {
			*ret = states[i].running;
			return true;
		}
	return false;
}

enum err
said_backup_running(struct bytes text, bool *ret, struct diag *diag)
{
	struct bytes line, value;
	bool known = false, running = false;
	struct said_text t;
	uint64_t percent;
	enum err e;

	e = said_begin(text, &t, diag);
	if (e != ERR_OK)
		return e;
	while (!known && said_full_line(&t, &line)) {
		if (said_finds(line, "No backup", NULL) ||
		    said_finds(line, "No restore", NULL)) {
			known = true;
		} else if (said_starts(line, "Status:", &value)) {
			known = state_of(value, &running);
		} else if (said_starts(line, "Percentage Complete:", &value)) {
			if (value.len > 0 && value.ptr[value.len - 1] == '%')
				value.len--;
			known = said_number(value, &percent);
			running = known && percent < 100;
		}
	}
	if (!known)
		return said_wrong(&t, ERR_SYNTAX,
		    "the output has no state of a backup", diag);
	*ret = running;
	return ERR_OK;
}
