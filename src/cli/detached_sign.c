/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures that come back, as bytes or as text. */
#include <string.h>

#include "base/base64.h"
#include "cli/detached_parts.h"
#include "data/scalar.h"
#include "pki/sig.h"

/* ---- What a wrong signature is. ---- */

/* One signature on trial. */
struct trial {
	const struct detached *request;
	const struct ctl_unsigned *u;
	const struct pubkey *key;
	struct bytes sig;
	struct bytes info; /* DigestInfo */
};

static enum err
is_over(const struct trial *t, enum sig_scheme scheme, enum digest which,
    struct bytes digest, bool *ret, struct diag *d)
{
	struct sig_content what = { scheme, which, digest };

	return sig_check(t->key, &what, t->sig, ret, d);
}

/* The signature is that of the message PART, digested once more. */
static enum err
is_digested(const struct trial *t, struct bytes part, enum digest which,
    bool *ret, struct diag *d)
{
	struct digest_value v;
	enum err e = digest_of(which, &part, 1, &v, d);

	return e == ERR_OK
	    ? is_over(t, SIG_PKCS1, which, digest_bytes(&v), ret, d)
	    : e;
}

/* The signature is that of the block HEAD, FILL as often as needed, TAIL. */
static enum err
is_block(const struct trial *t, struct bytes head, uint8_t fill,
    struct bytes tail, bool *ret, struct diag *d)
{
	struct buf block = { 0 };
	enum err e = ERR_OK;

	*ret = false;
	if (t->sig.len >= head.len + tail.len + 1) {
		buf_put(&block, head);
		buf_fill(&block, t->sig.len - head.len - tail.len, fill);
		/* the byte before what is signed is 0 */
		if (fill != 0 && buf_ok(&block))
			block.ptr[block.len - 1] = 0;
		buf_put(&block, tail);
		e = buf_ok(&block) ? is_over(t, SIG_RAW, DIGEST_SHA1,
					 buf_bytes(&block), ret, d)
				   : diag_nomem(d);
	}
	buf_clear(&block);
	return e;
}

static const uint8_t pkcs1_head[] = { 0, 1 };

static enum err
is_bare(const struct trial *t, bool *ret, struct diag *d)
{
	return is_block(t, bytes_of(pkcs1_head, 2), 0xff,
	    digest_bytes(&t->u->value), ret, d);
}

static enum err
is_unpadded(const struct trial *t, bool *ret, struct diag *d)
{
	struct bytes none = { NULL, 0 };
	enum err e = is_block(t, none, 0, t->info, ret, d);

	if (e == ERR_OK && !*ret)
		e = is_block(t, none, 0, digest_bytes(&t->u->value), ret, d);
	return e;
}

/* By the same digest, but of what was digested before, or of its DigestInfo. */
static enum err
is_twice(const struct trial *t, bool *ret, struct diag *d)
{
	enum digest which = t->u->digest;
	enum err e;

	e = is_digested(t, digest_bytes(&t->u->value), which, ret, d);
	if (e == ERR_OK && !*ret)
		e = is_digested(t, t->info, which, ret, d);
	return e;
}

/* By another digest, of the bytes themselves or of what stands for them. */
static enum err
is_other_digest(const struct trial *t, bool *ret, struct diag *d)
{
	const struct bytes parts[] = { buf_bytes(&t->u->preimage), t->info,
		digest_bytes(&t->u->value) };
	enum err e = ERR_OK;
	size_t i;
	int k;

	*ret = false;
	for (k = DIGEST_SHA1; k <= DIGEST_SHA512; k++) {
		for (i = 0; i < 3 && e == ERR_OK && !*ret; i++)
			if ((enum digest)k != t->u->digest)
				e = is_digested(t, parts[i], (enum digest)k,
				    ret, d);
	}
	return e;
}

static enum err
is_pss(const struct trial *t, bool *ret, struct diag *d)
{
	/* a key may be too short for PSS with this digest */
	if (is_over(t, SIG_PSS, t->u->digest, digest_bytes(&t->u->value), ret,
		d) == ERR_NOMEM)
		return ERR_NOMEM;
	return ERR_OK;
}

static enum err
is_reversed(const struct trial *t, bool *ret, struct diag *d)
{
	struct trial back = *t;
	struct buf sig = { 0 };
	enum err e;
	size_t i;

	for (i = t->sig.len; i > 0; i--)
		buf_u8(&sig, t->sig.ptr[i - 1]);
	back.sig = buf_bytes(&sig);
	e = buf_ok(&sig) ? is_over(&back, SIG_PKCS1, t->u->digest,
			       digest_bytes(&t->u->value), ret, d)
			 : diag_nomem(d);
	buf_clear(&sig);
	return e;
}

/* It is that of another item of the request. */
static enum err
is_neighbour(const struct trial *t, bool *ret, struct diag *d)
{
	const struct ctl_unsigned *u;
	enum err e = ERR_OK;
	size_t i;

	*ret = false;
	for (i = 0; i < detached_num(t->request) && e == ERR_OK && !*ret; i++) {
		u = &detached_item(t->request, i)->unsigned_;
		e = is_over(t, SIG_PKCS1, u->digest, digest_bytes(&u->value),
		    ret, d);
	}
	return e;
}

/* What it may be in place of the signature, in this order, and what to say. */
static const struct guess {
	enum err (*is)(const struct trial *t, bool *ret, struct diag *d);
	const char *message;
} guesses[] = {
	{ is_bare,
	    "it signs the bare digest, without its DigestInfo: CKM_RSA_PKCS "
	    "is to be given digest-info, and openssl pkeyutl wants -pkeyopt "
	    "digest:NAME" },
	{ is_unpadded,
	    "it has no padding, as CKM_RSA_X_509 makes it; CKM_RSA_PKCS is "
	    "what is wanted" },
	{ is_twice,
	    "the tool digested once more what it was given: a mechanism that "
	    "digests (CKM_SHA1_RSA_PKCS, openssl dgst) is to be given the "
	    "preimage" },
	{ is_other_digest,
	    "the tool digested what it was given, by another digest than the "
	    "header names" },
	{ is_pss, "it is padded by PSS; phones know PKCS#1 v1.5 alone" },
	{ is_reversed,
	    "its bytes stand in the opposite order, the last one first" },
	{ is_neighbour, "it is the signature of another item of this request" },
};

/* Says what the signature, which is not right, is instead. */
static enum err
guess(const struct trial *t, struct diag *d)
{
	bool found = false;
	enum err e;
	size_t i;

	for (i = 0; i < sizeof(guesses) / sizeof(guesses[0]); i++) {
		e = guesses[i].is(t, &found, d);
		if (e != ERR_OK)
			return e;
		if (found)
			return diag_set(d, ERR_POLICY, "%s",
			    guesses[i].message);
	}
	return diag_set(d, ERR_POLICY,
	    "it is no signature by the key of the request over these bytes: "
	    "made by another key, for another request, or damaged");
}

static enum err
judge(struct trial *t, struct diag *d)
{
	struct buf info = { 0 };
	bool good = false;
	enum err e;

	e = is_over(t, SIG_PKCS1, t->u->digest, digest_bytes(&t->u->value),
	    &good, d);
	if (e == ERR_OK && !good)
		e = sig_put_digest_info(t->u->digest,
		    digest_bytes(&t->u->value), &info, d);
	if (e == ERR_OK && !good) {
		t->info = buf_bytes(&info);
		e = guess(t, d);
	}
	buf_clear(&info);
	return e;
}

/* ---- Bytes and text. ---- */

static bool
is_text(struct bytes in)
{
	size_t i;

	for (i = 0; i < in.len; i++)
		if ((in.ptr[i] < 0x20 || in.ptr[i] > 0x7e) &&
		    (in.ptr[i] == 0 || strchr("\t\r\n", in.ptr[i]) == NULL))
			return false;
	return in.len > 0;
}

/* TEXT without what divides lines and words. */
static void
put_unbroken(struct buf *out, struct bytes text)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (strchr(" \t\r\n", text.ptr[i]) == NULL)
			buf_u8(out, text.ptr[i]);
}

/* What the hex or base64 TEXT stands for; OUT is as it was, where it is
 * neither. */
static void
decode(struct bytes text, struct buf *out)
{
	size_t len, before = out->len;
	struct buf plain = { 0 };
	bool hex;

	put_unbroken(&plain, text);
	buf_fill(out, plain.len / 2 + 1, 0);
	if (buf_ok(&plain) && buf_ok(out)) {
		hex = plain.len > 0 &&
		    scalar_hex(buf_bytes(&plain), out->ptr + before, &len);
		out->len = hex ? before + len : before;
		if (!hex && !base64_take(buf_bytes(&plain), out))
			out->len = before;
	}
	if (!buf_ok(&plain))
		out->failed = true;
	buf_clear(&plain);
}

/* IN is of the length of a signature. */
static enum err
check_length(struct bytes in, const struct detached_item *it, struct diag *d)
{
	size_t want = it->unsigned_.signature_len;

	if (in.len == want)
		return ERR_OK;
	if (bytes_equal(in, digest_bytes(&it->unsigned_.value)))
		return diag_set(d, ERR_SYNTAX,
		    "this is the digest itself, and not a signature");
	if (bytes_equal(in, buf_bytes(&it->unsigned_.preimage)))
		return diag_set(d, ERR_SYNTAX,
		    "these are the bytes that are to be signed, and no "
		    "signature");
	if (in.len < want)
		return diag_set(d, ERR_TRUNCATED,
		    "%zu bytes, where a signature by this key has %zu: it was "
		    "cut short, or made by a smaller key",
		    in.len, want);
	return diag_set(d, ERR_TOO_BIG,
	    "%zu bytes, where a signature by this key has %zu: made by a "
	    "larger key, or not the signature alone",
	    in.len, want);
}

enum err
detached_check(const struct detached *r, size_t i, struct bytes sig,
    struct diag *d)
{
	struct trial t = { .request = r,
		.u = &detached_item(r, i)->unsigned_,
		.key = cert_key(detached_cert(r)),
		.sig = sig };
	enum err e = check_length(sig, detached_item(r, i), d);

	return e == ERR_OK ? judge(&t, d) : e;
}

enum err
detached_take(const struct detached *r, size_t i, struct bytes content,
    struct buf *ret, struct diag *d)
{
	struct buf sig = { 0 };
	enum err e = ERR_OK;

	if (content.len == 0)
		return diag_set(d, ERR_TRUNCATED, "the signature is empty");
	if (is_text(content))
		decode(content, &sig);
	else
		buf_put(&sig, content);
	if (!buf_ok(&sig))
		e = diag_nomem(d);
	else if (sig.len == 0)
		e = diag_set(d, ERR_SYNTAX,
		    "this is text, and neither hex nor base64 of a signature");
	if (e == ERR_OK)
		e = detached_check(r, i, buf_bytes(&sig), d);
	if (e == ERR_OK) {
		buf_put(ret, buf_bytes(&sig));
		if (!buf_ok(ret))
			e = diag_nomem(d);
	}
	buf_clear(&sig);
	return e;
}
