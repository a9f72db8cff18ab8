/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/archive.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/input.h"
#include "cli/paths.h"
#include "data/scalar.h"

/* What phones show of a list. */
static const enum digest hashes[] = { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256,
	DIGEST_SHA512 };

#define NUM_HASHES (sizeof(hashes) / sizeof(hashes[0]))

static void
list_clear(struct archive_list *l)
{
	ctl_free(&l->f);
	buf_clear(&l->bytes);
	buf_clear(&l->names);
}

void
archive_clear(struct archive *a)
{
	size_t i;

	for (i = 0; i < a->num; i++)
		list_clear(&a->list[i]);
	free(a->list);
	ctl_memo_free(&a->memo);
	*a = (struct archive){ .list = NULL };
}

const char *
archive_name(const struct archive_list *l)
{
	return (const char *)l->names.ptr;
}

const char *
archive_name_at(const struct archive_list *l, size_t i)
{
	const char *name = archive_name(l);

	while (i-- > 0)
		name += strlen(name) + 1;
	return name;
}

bool
archive_time(const struct archive_list *l, uint32_t *ret)
{
	return ctl_header_number(ctl_header(l->f), CTL_HDR_TIMESTAMP, ret);
}

struct bytes
archive_signer(const struct archive_list *l)
{
	struct bytes name = ctl_header_text(ctl_header(l->f),
	    CTL_HDR_SIGNER_NAME);
	struct bytes cn = ctl_common_name(name);

	return cn.len > 0 ? cn : name;
}

/* ---- Loading. ---- */

/* Whether the list in L is in order by itself. */
static enum err
verify(struct archive *a, struct archive_list *l, struct diag *d)
{
	struct ctl_anchor anchor = { .kind = CTL_ANCHOR_SELF };
	struct ctl_verdict v;
	enum err e = ERR_OK;

	if (a->memo == NULL)
		e = ctl_memo_new(&a->memo, d);
	anchor.memo = a->memo;
	if (e == ERR_OK)
		e = ctl_verify(l->f, &anchor, &v, d);
	if (e != ERR_OK)
		return e;
	l->verified = v.status == CTL_VERIFIED;
	l->why = v.why;
	return ERR_OK;
}

/* Parses what was loaded into L. */
static enum err
read_list(struct archive *a, struct archive_list *l, struct diag *d)
{
	enum err e;

	if (ctl_is_listing(buf_bytes(&l->bytes)))
		return diag_set(d, ERR_UNSUPPORTED,
		    "this is the text of a list; only the file itself can be "
		    "served to a phone");
	e = ctl_parse(buf_bytes(&l->bytes), CTL_KIND_AUTO, &l->f, d);
	if (e == ERR_OK && !ctl_is_list(l->f))
		e = diag_set(d, ERR_UNSUPPORTED, "this is no CTL and no ITL");
	return e == ERR_OK ? verify(a, l, d) : e;
}

static enum err
make_room(struct archive *a, struct diag *d)
{
	size_t cap = a->cap == 0 ? 16 : 2 * a->cap;
	struct archive_list *more;

	if (a->num < a->cap)
		return ERR_OK;
	more = reallocarray(a->list, cap, sizeof(*more));
	if (more == NULL)
		return diag_nomem(d);
	a->list = more;
	a->cap = cap;
	return ERR_OK;
}

/* Takes L, read from PATH, over into A. */
static enum err
take(struct archive *a, struct archive_list *l, const char *path,
    struct diag *d)
{
	buf_put(&l->names, bytes_of(path, strlen(path) + 1));
	l->num_names = 1;
	if (!buf_ok(&l->names))
		return diag_nomem(d);
	if (make_room(a, d) != ERR_OK)
		return ERR_NOMEM;
	a->list[a->num++] = *l;
	*l = (struct archive_list){ .f = NULL };
	return ERR_OK;
}

static enum err
load_file(struct archive *a, const struct path *p, size_t max, struct diag *d)
{
	struct archive_list l = { .f = NULL };
	enum err e;

	if (!p->found)
		e = input_load(p->name, max, &l.bytes, d);
	else
		e = file_load_at(AT_FDCWD, p->name, p->found, max, &l.bytes, d);
	e = input_raise(e, d);
	if (e == ERR_OK)
		e = read_list(a, &l, d);
	if (e == ERR_OK)
		e = take(a, &l, p->name, d);
	list_clear(&l);
	return e;
}

/* The same of what stands in a folder, where not all are lists. */
static enum err
load_found(struct archive *a, const struct path *p, size_t max, struct out *out,
    struct diag *d)
{
	struct diag why;
	enum err e;

	if (p->error != NULL) { /* a folder within */
		out_error(out, p->name, p->error);
		a->failed = true;
		return ERR_OK;
	}
	diag_init(&why);
	e = load_file(a, p, max, &why);
	if (e == ERR_NOMEM || (e != ERR_OK && !p->found)) {
		*d = why;
		return e;
	}
	if (e == ERR_UNSUPPORTED) {
		a->num_passed_over++;
	} else if (e != ERR_OK) {
		out_error(out, p->name, &why);
		a->failed = true;
	}
	if (a->num > HISTORY_MAX)
		return diag_set(d, ERR_TOO_BIG,
		    "there are more than %d files with lists, too many to be "
		    "judged together",
		    HISTORY_MAX);
	return ERR_OK;
}

/* ---- Order. ---- */

static int
compare_bytes(const void *a, const void *b)
{
	const struct archive_list *x = a, *y = b;
	int c = bytes_order(buf_bytes(&x->bytes), buf_bytes(&y->bytes));

	return c != 0 ? c : strcmp(archive_name(x), archive_name(y));
}

static int
compare_age(const void *a, const void *b)
{
	const struct archive_list *x = a, *y = b;
	uint32_t t = 0, u = 0;
	bool has_t = archive_time(x, &t), has_u = archive_time(y, &u);

	if (has_t != has_u)
		return has_t ? 1 : -1;
	if (t != u)
		return t < u ? -1 : 1;
	return strcmp(archive_name(x), archive_name(y));
}

/* Makes files with the same bytes one, and puts all in their order. */
static enum err
arrange(struct archive *a, struct diag *d)
{
	size_t i, n = 0;
	struct archive_list *l;
	bool ok = true;

	if (a->num == 0)
		return ERR_OK;
	qsort(a->list, a->num, sizeof(*a->list), compare_bytes);
	for (i = 0; i < a->num; i++) {
		l = &a->list[i];
		if (n == 0 ||
		    !bytes_equal(buf_bytes(&a->list[n - 1].bytes),
			buf_bytes(&l->bytes))) {
			a->list[n++] = *l;
			continue;
		}
		buf_put(&a->list[n - 1].names, buf_bytes(&l->names));
		a->list[n - 1].num_names += l->num_names;
		ok = ok && buf_ok(&a->list[n - 1].names);
		list_clear(l);
	}
	a->num = n;
	qsort(a->list, a->num, sizeof(*a->list), compare_age);
	return ok ? ERR_OK : diag_nomem(d);
}

/* FOLDER may also be one file. */
enum err
archive_load(struct archive *a, const char *folder, size_t max, struct out *out,
    struct diag *d)
{
	char *args[] = { NULL, NULL };
	char *name = strdup(folder);
	struct paths *paths = NULL;
	struct path p;
	enum err e;

	if (name == NULL)
		return diag_nomem(d);
	args[0] = name;
	e = paths_new(&paths, args, d);
	while (e == ERR_OK && paths_next(paths, &p)) {
		if (p.error != NULL && strcmp(p.name, folder) == 0) {
			*d = *p.error;
			e = d->code;
		} else {
			e = load_found(a, &p, max, out, d);
		}
	}
	if (e == ERR_OK)
		a->num_passed_over += paths_num_passed_over(paths);
	paths_free(&paths);
	free(name);
	if (e == ERR_OK)
		e = arrange(a, d);
	if (e == ERR_OK && a->num == 0)
		e = diag_set(d, ERR_ABSENT, "there is no CTL and no ITL in it");
	return e;
}

void
archive_say_passed_over(const struct archive *a, const char *folder,
    struct out *out)
{
	struct diag d;

	if (a->num_passed_over == 0)
		return;
	diag_init(&d);
	(void)diag_set(&d, ERR_UNSUPPORTED,
	    "passed over %zu %s no CTL and no ITL", a->num_passed_over,
	    a->num_passed_over == 1 ? "file that is" : "files that are");
	out_error(out, folder, &d);
}

enum err
archive_add(struct archive *a, const char *path, size_t max, size_t *ret,
    struct diag *d)
{
	const struct path p = { .name = path };
	struct archive_list *last;
	size_t i;
	enum err e = load_file(a, &p, max, d);

	if (e != ERR_OK)
		return e;
	last = &a->list[a->num - 1];
	for (i = 0; !bytes_equal(buf_bytes(&a->list[i].bytes),
		 buf_bytes(&last->bytes));
	     i++)
		continue;
	if (i < a->num - 1) {
		list_clear(last);
		a->num--;
	}
	*ret = i;
	return ERR_OK;
}

/* ---- Hashes. ---- */

bool
archive_is_hash(const char *text, struct archive_hash *ret)
{
	struct bytes in = bytes_of_str(text);
	uint8_t byte[2 * (size_t)DIGEST_MAX_LEN];
	size_t i, len;

	if (in.len > 3 * (size_t)DIGEST_MAX_LEN || !scalar_hex(in, byte, &len))
		return false;
	for (i = 0; i < NUM_HASHES; i++) {
		if (digest_len(hashes[i]) != len)
			continue;
		ret->which = hashes[i];
		memcpy(ret->byte, byte, len);
		return true;
	}
	return false;
}

enum err
archive_find(const struct archive *a, const struct archive_hash *h, size_t *ret,
    struct diag *d)
{
	struct bytes wanted = bytes_of(h->byte, digest_len(h->which));
	struct digest_value v;
	struct bytes raw;
	enum err e;
	size_t i;

	for (i = 0; i < a->num; i++) {
		raw = buf_bytes(&a->list[i].bytes);
		e = digest_of(h->which, &raw, 1, &v, d);
		if (e != ERR_OK)
			return e;
		if (bytes_equal(digest_bytes(&v), wanted))
			break;
	}
	*ret = i;
	return ERR_OK;
}

/* ---- What is judged together. ---- */

enum err
archive_choose(const struct archive *a, enum ctl_kind kind,
    const size_t keep[2], struct archive_choice *ret, struct diag *d)
{
	struct archive_choice c = { .num = 0 };
	const struct archive_list *l;
	size_t i;

	c.lists = calloc(a->num + 1, sizeof(*c.lists));
	c.of = calloc(a->num + 1, sizeof(*c.of));
	c.at = calloc(a->num + 1, sizeof(*c.at));
	if (c.lists == NULL || c.of == NULL || c.at == NULL) {
		archive_choice_clear(&c);
		return diag_nomem(d);
	}
	for (i = 0; i < a->num; i++) {
		l = &a->list[i];
		c.at[i] = ARCHIVE_LEFT;
		if (ctl_kind(l->f) != kind ||
		    (!l->verified && i != keep[0] && i != keep[1]))
			continue;
		c.at[i] = c.num;
		c.of[c.num] = i;
		c.lists[c.num++] = (struct history_list){ l->f,
			archive_name(l) };
	}
	*ret = c;
	return ERR_OK;
}

void
archive_choice_clear(struct archive_choice *c)
{
	free(c->lists);
	free(c->of);
	free(c->at);
	*c = (struct archive_choice){ .num = 0 };
}

void
archive_put_left(const struct archive *a, size_t i, struct buf *out)
{
	const struct archive_list *l = &a->list[i];

	if (l->verified)
		buf_printf(out, "it is of another kind, %s",
		    ctl_kind_name(ctl_kind(l->f)));
	else
		buf_printf(out, "it does not verify by itself: %s", l->why.msg);
}

void
archive_put_all_left(const struct archive *a, const struct archive_choice *c,
    const struct fill *fill, struct buf *out)
{
	struct buf why = { 0 }, line = { 0 };
	size_t i;

	for (i = 0; i < a->num; i++) {
		if (c->at[i] != ARCHIVE_LEFT)
			continue;
		why.len = line.len = 0;
		archive_put_left(a, i, &why);
		buf_str(&line, "Left out: ");
		text_put_safe(&line, bytes_of_str(archive_name(&a->list[i])));
		buf_str(&line, ": ");
		text_put_safe(&line, buf_bytes(&why));
		out->failed |= why.failed || line.failed;
		fill_put(fill, out, buf_bytes(&line), 0);
	}
	buf_clear(&why);
	buf_clear(&line);
}
