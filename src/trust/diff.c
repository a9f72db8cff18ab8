/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/diff.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "trust/match.h"
#include "trust/signer.h"

/* What is tried, one after the other, on what is left. */
static const struct pass {
	enum match_by by;
	enum diff_kind kind;
} passes[] = {
	{ MATCH_RECORD, DIFF_SAME },
	{ MATCH_CERT_AT, DIFF_RESPELT },
	{ MATCH_CERT, DIFF_RESPELT },
	{ MATCH_SERVER_CN, DIFF_REPLACED },
	{ MATCH_SERVER, DIFF_REPLACED },
};

struct work {
	const struct ctl_file *old, *new;
	size_t *new_of;       /* by record of OLD; 0: none yet */
	size_t *old_of;       /* by record of NEW */
	enum diff_kind *kind; /* by record of NEW */
};

/* Records without a certificate replace none. */
static enum diff_kind
kind_of(const struct work *w, size_t old, size_t new, enum diff_kind kind)
{
	struct match_key key;

	if (kind == DIFF_REPLACED &&
	    !match_key_of(w->old, old, MATCH_CERT, &key) &&
	    !match_key_of(w->new, new, MATCH_CERT, &key))
		return DIFF_RESPELT;
	return kind;
}

static void
pair(struct work *w, size_t old, size_t new, enum diff_kind kind)
{
	w->new_of[old] = new;
	w->old_of[new] = old;
	w->kind[new] = kind_of(w, old, new, kind);
}

static void
pair_all(struct work *w, const struct match_index *a,
    const struct match_index *b, enum diff_kind kind)
{
	size_t i = 0, j = 0;
	int c;

	while (i < a->num && j < b->num) {
		c = match_order(&a->key[i], &b->key[j]);
		if (c == 0)
			pair(w, a->key[i].record, b->key[j].record, kind);
		i += c <= 0 ? 1 : 0;
		j += c >= 0 ? 1 : 0;
	}
}

static enum err
run_pass(struct work *w, const struct pass *p, struct diag *d)
{
	struct match_index a = { .num = 0 }, b = { .num = 0 };
	enum err e;

	e = match_sort(w->old, p->by, w->new_of, &a, d);
	if (e == ERR_OK)
		e = match_sort(w->new, p->by, w->old_of, &b, d);
	if (e == ERR_OK)
		pair_all(w, &a, &b, p->kind);
	match_index_clear(&a);
	match_index_clear(&b);
	return e;
}

static void
put_row(struct diff *df, enum diff_kind kind, size_t old, size_t new)
{
	df->rows[df->num++] = (struct diff_row){ .kind = kind,
		.old = old,
		.new = new };
}

/* A SAST of which phones think that it is another one. */
static bool
is_renamed(const struct work *w, size_t new)
{
	const struct ctl_record *r = ctl_record(w->new, new);
	size_t old = w->old_of[new];

	return old != 0 && w->kind[new] == DIFF_RESPELT && signer_is_sast(r) &&
	    !signer_is(signer_of_record(r),
		signer_of_record(ctl_record(w->old, old)));
}

/* The certificate is the same, but the key beside it is another. */
static bool
is_rekeyed(const struct work *w, size_t new)
{
	const struct ctl_record *r = ctl_record(w->new, new);
	size_t old = w->old_of[new];
	struct bytes a, b;

	if (old == 0 || w->kind[new] != DIFF_RESPELT)
		return false;
	a = ctl_record_value(ctl_record(w->old, old), CTL_REC_PUBLIC_KEY);
	b = ctl_record_value(r, CTL_REC_PUBLIC_KEY);
	if ((a.len == 0 || b.len == 0) && !signer_is_sast(r))
		return false;
	return !bytes_equal(a, b);
}

/* Both say which, and not the same. */
static bool
is_other_address(struct bytes a, struct bytes b)
{
	static const uint8_t nowhere[16];

	if (a.len != b.len || (a.len != 4 && a.len != sizeof(nowhere)) ||
	    bytes_equal(a, bytes_of(nowhere, a.len)) ||
	    bytes_equal(b, bytes_of(nowhere, b.len)))
		return false;
	return !bytes_equal(a, b);
}

/* An address as text: the last part of a host name is no number. */
static bool
is_address(struct bytes host)
{
	uint8_t last = host.len == 0 ? 0 : host.ptr[host.len - 1];

	if (host.len == 0)
		return false;
	return memchr(host.ptr, ':', host.len) != NULL ||
	    (last >= '0' && last <= '9' &&
		memchr(host.ptr, '.', host.len) != NULL);
}

/* Capitals do not count, nor a domain that one of them lacks; a name and an
 * address cannot be compared. */
static bool
is_other_host(struct bytes a, struct bytes b)
{
	struct bytes longer = a.len > b.len ? a : b;
	size_t n = a.len > b.len ? b.len : a.len;

	return n > 0 && is_address(a) == is_address(b) &&
	    (strncasecmp((const char *)a.ptr, (const char *)b.ptr, n) != 0 ||
		(longer.len > n && longer.ptr[n] != '.'));
}

/* Record NEW, whose certificate no other record there has, is for another
 * server now. */
static bool
is_moved(const struct work *w, size_t new)
{
	const struct ctl_record *b = ctl_record(w->new, new), *a;
	size_t old = w->old_of[new];

	if (old == 0 || w->kind[new] != DIFF_RESPELT ||
	    !ctl_record_is_server(b))
		return false;
	a = ctl_record(w->old, old);
	return is_other_address(ctl_record_value(a, CTL_REC_ADDRESS),
		   ctl_record_value(b, CTL_REC_ADDRESS)) ||
	    is_other_host(ctl_record_text(a, CTL_REC_DNS_NAME),
		ctl_record_text(b, CTL_REC_DNS_NAME));
}

/* Into RET, by record of NEW: its server has moved. */
static enum err
find_moved(const struct work *w, bool *ret, struct diag *d)
{
	struct match_index ix;
	enum err e = match_sort(w->new, MATCH_CERT, NULL, &ix, d);
	const struct match_key *k;
	size_t i;

	for (i = 0; e == ERR_OK && i < ix.num; i++) {
		k = &ix.key[i];
		if ((i == 0 || match_order(k - 1, k) != 0) &&
		    (i + 1 == ix.num || match_order(k, k + 1) != 0))
			ret[k->record] = is_moved(w, k->record);
	}
	if (e == ERR_OK)
		match_index_clear(&ix);
	return e;
}

static enum err
mark_moved(const struct work *w, struct diff *df, struct diag *d)
{
	bool *moved = calloc(ctl_num_records(w->new) + 1, sizeof(*moved));
	enum err e;
	size_t i;

	if (moved == NULL)
		return diag_nomem(d);
	e = find_moved(w, moved, d);
	for (i = 0; e == ERR_OK && i < df->num; i++) {
		df->rows[i].moved = moved[df->rows[i].new];
		df->moved |= df->rows[i].moved;
	}
	free(moved);
	return e;
}

/* The records of OLD behind record AFTER that were removed. */
static void
put_removed(const struct work *w, size_t after, struct diff *df)
{
	size_t i;

	for (i = after + 1; i <= ctl_num_records(w->old); i++) {
		if (w->new_of[i] != 0)
			break;
		put_row(df, DIFF_REMOVED, i, 0);
	}
}

static enum err
put_rows(const struct work *w, struct diff *df, struct diag *d)
{
	size_t j, last = 0, num = ctl_num_records(w->new);

	df->rows = calloc(ctl_num_records(w->old) + num + 1, sizeof(*df->rows));
	if (df->rows == NULL)
		return diag_nomem(d);
	put_removed(w, 0, df);
	for (j = 1; j <= num; j++) {
		if (w->old_of[j] == 0) {
			put_row(df, DIFF_ADDED, 0, j);
			continue;
		}
		put_row(df, w->kind[j], w->old_of[j], j);
		df->rows[df->num - 1].renamed = is_renamed(w, j);
		df->rows[df->num - 1].rekeyed = is_rekeyed(w, j);
		df->sast_names |= df->rows[df->num - 1].renamed;
		df->keys |= df->rows[df->num - 1].rekeyed;
		df->order |= w->old_of[j] < last;
		last = w->old_of[j];
		put_removed(w, w->old_of[j], df);
	}
	return ERR_OK;
}

static bool
differs(const struct work *w, enum ctl_header_tag tag)
{
	struct bytes a = ctl_header_value(ctl_header(w->old), tag);
	struct bytes b = ctl_header_value(ctl_header(w->new), tag);

	return (a.ptr == NULL) != (b.ptr == NULL) || !bytes_equal(a, b);
}

/* Its value is compared on its own, or follows from what is. */
static bool
is_compared(uint8_t tag)
{
	static const enum ctl_header_tag tags[] = { CTL_HDR_VERSION,
		CTL_HDR_LENGTH, CTL_HDR_SIGNER_ID, CTL_HDR_SIGNER_NAME,
		CTL_HDR_SERIAL, CTL_HDR_ISSUER, CTL_HDR_SIGNATURE_INFO,
		CTL_HDR_SIGALG_INFO, CTL_HDR_DIGEST, CTL_HDR_MODULUS,
		CTL_HDR_SIGNATURE, CTL_HDR_FILENAME, CTL_HDR_TIMESTAMP };
	size_t i;

	for (i = 0; i < sizeof(tags) / sizeof(tags[0]); i++)
		if (tag == tags[i])
			return true;
	return false;
}

/* The field of H behind *AT that counts; NULL: none. One that is compared on
 * its own counts only where OTHER has it, too. */
static const struct ctl_field *
next_field(const struct ctl_header *h, const struct ctl_header *other,
    size_t *at)
{
	const struct ctl_field *f;

	while (*at < h->num_fields) {
		f = &h->fields[(*at)++];
		if (!is_compared(f->tag) ||
		    ctl_header_field(other, (enum ctl_header_tag)f->tag) !=
			NULL)
			return f;
	}
	return NULL;
}

/* The rest of the headers, the order of all fields, and the pads. */
static bool
has_other_fields(const struct ctl_header *a, const struct ctl_header *b)
{
	const struct ctl_field *x, *y;
	size_t i = 0, j = 0;

	if (a->num_pads != b->num_pads &&
	    a->length - a->num_pads == b->length - b->num_pads)
		return true;
	for (;;) {
		x = next_field(a, b, &i);
		y = next_field(b, a, &j);
		if (x == NULL || y == NULL)
			return x != y;
		if (x->tag != y->tag || x->depth != y->depth ||
		    (!is_compared(x->tag) && !bytes_equal(x->value, y->value)))
			return true;
	}
}

static void
compare_headers(const struct work *w, struct diff *df)
{
	df->signer = differs(w, CTL_HDR_SIGNER_NAME) ||
	    differs(w, CTL_HDR_SERIAL) || differs(w, CTL_HDR_ISSUER);
	df->digest = differs(w, CTL_HDR_DIGEST);
	df->filename = differs(w, CTL_HDR_FILENAME);
	df->timestamp = differs(w, CTL_HDR_TIMESTAMP);
	df->version = differs(w, CTL_HDR_VERSION);
	df->other_fields = has_other_fields(ctl_header(w->old),
	    ctl_header(w->new));
}

static enum err
work_new(const struct ctl_file *old, const struct ctl_file *new,
    struct work *ret, struct diag *d)
{
	size_t num_old = ctl_num_records(old), num_new = ctl_num_records(new);

	*ret = (struct work){ .old = old, .new = new };
	ret->new_of = calloc(num_old + 1, sizeof(*ret->new_of));
	ret->old_of = calloc(num_new + 1, sizeof(*ret->old_of));
	ret->kind = calloc(num_new + 1, sizeof(*ret->kind));
	if (ret->new_of == NULL || ret->old_of == NULL || ret->kind == NULL)
		return diag_nomem(d);
	return ERR_OK;
}

enum err
diff_of(const struct ctl_file *old, const struct ctl_file *new,
    struct diff *ret, struct diag *d)
{
	struct diff df = { .num = 0 };
	struct work w;
	enum err e = work_new(old, new, &w, d);
	size_t i;

	for (i = 0; e == ERR_OK && i < sizeof(passes) / sizeof(passes[0]); i++)
		e = run_pass(&w, &passes[i], d);
	if (e == ERR_OK)
		e = put_rows(&w, &df, d);
	if (e == ERR_OK)
		e = mark_moved(&w, &df, d);
	if (e != ERR_OK) {
		diff_clear(&df);
		goto out;
	}
	compare_headers(&w, &df);
	*ret = df;
out:
	free(w.new_of);
	free(w.old_of);
	free(w.kind);
	return e;
}

void
diff_clear(struct diff *df)
{
	free(df->rows);
	df->rows = NULL;
	df->num = 0;
}

bool
diff_is_same_trust(const struct diff *df)
{
	size_t i;

	for (i = 0; i < df->num; i++)
		if (df->rows[i].kind != DIFF_SAME &&
		    df->rows[i].kind != DIFF_RESPELT)
			return false;
	return !df->signer && !df->digest && !df->sast_names && !df->keys &&
	    !df->moved;
}
