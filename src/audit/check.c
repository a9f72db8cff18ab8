/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/line.h"
#include "audit/lines.h"
#include "base/buf.h"

/* A walk along the chain. */
struct walk {
	struct digest_kit *kit;
	struct bytes want;
	struct audit_verdict v;
	struct buf since; /* the last whole line, and torn ones behind it */
	size_t whole_len; /* of that line in since */
	struct digest_value hash; /* of since: what the next line must know */
	bool torn;                /* the line before was cut short */
};

static void
broken(struct walk *w, enum audit_break what, const struct lines_one *one)
{
	w->v.what = what;
	w->v.line = w->v.num_lines + 1;
	w->v.offset = one->offset;
}

static void
break_fault(struct walk *w, const struct line_fault *fault,
    const struct lines_one *one)
{
	broken(w, fault->what, one);
	w->v.why = fault->why;
}

static void
break_long(struct walk *w, const struct lines_one *one)
{
	broken(w, AUDIT_LONG, one);
	diag_set(&w->v.why, ERR_TOO_BIG,
	    "the line, or what was cut short before it, is longer than %zu "
	    "bytes",
	    AUDIT_LINE_MAX);
}

static enum err
hash_since(struct walk *w, struct diag *d)
{
	struct bytes since = buf_bytes(&w->since);

	if (!buf_ok(&w->since))
		return diag_nomem(d);
	return digest_with(w->kit, DIGEST_SHA256, &since, 1, &w->hash, d);
}

/* Goes on over a line that was cut short. */
static enum err
pass_torn(struct walk *w, const struct lines_one *one, struct diag *d)
{
	struct audit_torn t = { w->v.num_lines + 1, one->offset, !one->closed };

	if (w->since.len - w->whole_len + 1 + one->text.len > AUDIT_TORN_MAX) {
		break_long(w, one);
		return ERR_OK;
	}
	if (w->v.num_torn < AUDIT_NOTES_MAX)
		w->v.torn[w->v.num_torn] = t;
	w->v.num_torn++;
	w->v.num_lines++;
	w->torn = true;
	buf_str(&w->since, "\n");
	buf_put(&w->since, one->text);
	return hash_since(w, d);
}

/* A record in itself right: does it belong here? False where it does not. */
static bool
follows(struct walk *w, const struct line *l, const struct lines_one *one)
{
	uint64_t here = w->v.num_lines + 1, says = line_number(l->number);
	bool torn = l->torn.ptr != NULL;

	if (says != here) {
		broken(w, AUDIT_NUMBER, one);
		diag_set(&w->v.why, ERR_SYNTAX,
		    "here should be line %llu, and the line says that it is "
		    "%llu",
		    (unsigned long long)here, (unsigned long long)says);
	} else if (torn != w->torn) {
		broken(w, AUDIT_TEAR, one);
		diag_set(&w->v.why, ERR_SYNTAX,
		    torn ? "it says that the line before was cut short, and "
			   "that one is whole"
			 : "the line before was cut short, and this one does "
			   "not know it");
	} else if (!line_is_hash(l->prev, &w->hash)) {
		broken(w, AUDIT_PREV, one);
		diag_set(&w->v.why, ERR_SYNTAX,
		    "the hash of the line before is not the one that this "
		    "line was written behind");
	}
	return w->v.what == AUDIT_WHOLE;
}

static void
copy(char *ret, struct bytes text)
{
	memcpy(ret, text.ptr, text.len);
	ret[text.len] = '\0';
}

static void
note_times(struct audit_verdict *v, const struct line *l)
{
	if (v->num_lines == 0) {
		copy(v->id, l->id);
		copy(v->created, l->time);
		return;
	}
	if (v->num_records++ == 0)
		copy(v->first, l->time);
	copy(v->last_time, l->time);
}

static enum err
pass_whole(struct walk *w, const struct line *l, const struct lines_one *one,
    struct diag *d)
{
	struct audit_verdict *v = &w->v;
	enum err e;

	if (v->num_lines > 0 && !follows(w, l, one))
		return ERR_OK;
	note_times(v, l);
	v->num_lines++;
	w->torn = false;
	w->since.len = 0;
	buf_put(&w->since, one->text);
	w->whole_len = w->since.len;
	e = hash_since(w, d);
	if (e != ERR_OK)
		return e;
	v->last.line = v->num_lines;
	v->last.hash = w->hash;
	if (v->wanted == 0 && w->want.len > 0 &&
	    bytes_equal(w->want, digest_bytes(&w->hash)))
		v->wanted = v->num_lines;
	return ERR_OK;
}

static enum err
pass(struct walk *w, const struct lines_one *one, struct diag *d)
{
	bool header = w->v.num_lines == 0;
	struct line_fault fault;
	struct line l;
	enum err e;

	if (one->too_long) {
		break_long(w, one);
		return ERR_OK;
	}
	e = line_read(w->kit, one->text, header, &l, &fault, d);
	if (e != ERR_OK)
		return e;
	if (fault.what == AUDIT_WHOLE)
		return pass_whole(w, &l, one, d);
	if (!header &&
	    (one->closed ? line_is_torn(one->text) : line_is_cut(one->text)))
		return pass_torn(w, one, d);
	break_fault(w, &fault, one);
	return ERR_OK;
}

static enum err
walk(struct walk *w, struct lines *lines, struct diag *d)
{
	struct lines_one one = { 0 };
	enum err e;

	for (;;) {
		e = lines_next(lines, &one, d);
		if (e != ERR_OK || one.text.ptr == NULL)
			break;
		e = pass(w, &one, d);
		if (e != ERR_OK || w->v.what != AUDIT_WHOLE)
			return e;
	}
	if (e == ERR_OK && w->v.num_lines == 0) {
		broken(w, AUDIT_EMPTY, &one);
		diag_set(&w->v.why, ERR_SYNTAX,
		    "the file is empty: not even the header is there");
	}
	return e;
}

/* How many bytes there are to read. What is appended later is not looked at,
 * and nothing is that is being written: whoever appends holds the lock. Where
 * there are no locks there may be none. */
static uint64_t
end_of(int fd)
{
	uint64_t left = UINT64_MAX;
	struct stat st;
	off_t at;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return left;
	(void)flock(fd, LOCK_SH);
	at = lseek(fd, 0, SEEK_CUR);
	if (fstat(fd, &st) == 0 && at >= 0)
		left = st.st_size > at ? (uint64_t)(st.st_size - at) : 0;
	(void)flock(fd, LOCK_UN);
	return left;
}

enum err
audit_check(int fd, struct bytes want, struct audit_verdict *ret,
    struct diag *d)
{
	struct lines lines = { .fd = fd, .left = end_of(fd) };
	struct walk w = { .want = want };
	enum err e;

	diag_init(&w.v.why);
	e = digest_kit_new(&w.kit, d);
	if (e == ERR_OK)
		e = walk(&w, &lines, d);
	if (e == ERR_OK)
		*ret = w.v;
	digest_kit_free(&w.kit);
	buf_clear(&w.since);
	lines_clear(&lines);
	return e;
}
