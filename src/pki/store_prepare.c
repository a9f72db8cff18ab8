/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "pki/store_parts.h"

/* A way from a certificate to its root is no longer. */
#define DEPTH_MAX 16

bool
store_list_has(const struct buf *list, const struct buf *text, bool cn)
{
	struct bytes rest = buf_bytes(list);
	const char *one;

	if (text->len == 0)
		return false;
	while (store_next_host(&rest, &one)) {
		if (bytes_equal(bytes_of_str(one), buf_bytes(text)))
			return true;
		if (cn && store_name_same(bytes_of_str(one), buf_bytes(text)))
			return true;
	}
	return false;
}

static void
list_add(struct buf *list, const struct buf *text)
{
	if (text->len == 0 || memchr(text->ptr, 0, text->len) != NULL ||
	    store_list_has(list, text, false))
		return;
	buf_put(list, buf_bytes(text));
	buf_u8(list, 0);
}

bool
store_is_needed(const struct storing *s, const struct store_facts *f)
{
	return (f->subject.len > 0 &&
		   memchr(f->subject.ptr, 0, f->subject.len) != NULL) ||
	    store_list_has(&s->needed, &f->subject, false) ||
	    store_list_has(&s->needed_cns, &f->cn, false);
}

static void
add_needed(struct storing *s, const struct store_facts *f)
{
	list_add(&s->needed, &f->issuer);
	list_add(&s->needed_cns, &f->issuer_cn);
}

static void
add_names(struct storing *s)
{
	const struct store_input *in = s->in;
	size_t i;

	for (i = 0; i < in->num_nodes; i++)
		store_put_host(&s->names, bytes_of_str(in->nodes[i]));
	for (i = 0; i < in->num_own; i++)
		buf_put(&s->names, buf_bytes(&in->own[i].facts.hosts));
}

/* F was not issued by itself, as far as is known. */
static bool
is_issued(const struct store_facts *f)
{
	if (f->issuer.len > 0)
		return !bytes_equal(buf_bytes(&f->subject),
		    buf_bytes(&f->issuer));
	return f->issuer_cn.len > 0 &&
	    !bytes_equal(buf_bytes(&f->cn), buf_bytes(&f->issuer_cn));
}

/* Adds to both lists who issued those that are in them. */
static void
add_issuers(struct storing *s)
{
	const struct store_facts *f;
	size_t i, before;
	int depth;

	for (depth = 0; depth < DEPTH_MAX; depth++) {
		before = s->needed.len + s->needed_cns.len + s->issuers.len;
		for (i = 0; i < s->in->num + s->in->num_own; i++) {
			f = i < s->in->num ? &s->in->item[i].facts
					   : &s->in->own[i - s->in->num].facts;
			if (!is_issued(f))
				continue;
			if (store_is_needed(s, f))
				add_needed(s, f);
			if (store_list_has(&s->issuers, &f->cn, true))
				list_add(&s->issuers, &f->issuer_cn);
		}
		if (s->needed.len + s->needed_cns.len + s->issuers.len ==
		    before)
			break;
	}
}

enum err
store_prepare(struct storing *s)
{
	const struct store_input *in = s->in;
	struct buf cn = { 0 };
	size_t i;

	add_names(s);
	for (i = 0; i < in->num_own; i++)
		if (is_issued(&in->own[i].facts))
			add_needed(s, &in->own[i].facts);
	for (i = 0; i < in->num_lsc; i++) {
		if (in->lsc[i].count == 0)
			continue;
		buf_put(&cn, in->lsc[i].issuer);
		list_add(&s->issuers, &cn);
		s->issuers.failed |= cn.failed;
		buf_clear(&cn);
	}
	add_issuers(s);
	return buf_ok(&s->names) && buf_ok(&s->needed) &&
		buf_ok(&s->needed_cns) && buf_ok(&s->issuers)
	    ? ERR_OK
	    : diag_nomem(s->d);
}

void
store_storing_clear(struct storing *s)
{
	buf_clear(&s->names);
	buf_clear(&s->needed);
	buf_clear(&s->needed_cns);
	buf_clear(&s->issuers);
}

/* ---- Hosts ------------------------------------------------------------------------- */

static size_t
label_length(const char *host)
{
	return strcspn(host, ".");
}

/* Which of STORE_HOME, STORE_DOMAIN and STORE_STRANGE HOST is. */
static enum store_home
home_of(const struct storing *s, const char *host)
{
	struct bytes rest = buf_bytes(&s->names);
	enum store_home home = STORE_STRANGE;
	size_t len = label_length(host);
	const char *one;

	while (store_next_host(&rest, &one)) {
		if (label_length(one) != len || memcmp(one, host, len) != 0)
			continue;
		/* one without a domain is of any */
		if (one[len] == '\0' || host[len] == '\0' ||
		    strcmp(one + len, host + len) == 0)
			return STORE_HOME;
		home = STORE_DOMAIN;
	}
	return home;
}

enum store_home
store_home_of(const struct storing *s, const struct store_facts *f)
{
	struct bytes rest = buf_bytes(&f->hosts);
	enum store_home home = STORE_NO_HOST, next;
	const char *one;

	while (store_next_host(&rest, &one)) {
		next = home_of(s, one);
		if (home == STORE_NO_HOST || next < home)
			home = next;
	}
	return home;
}
