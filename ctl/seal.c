/* SPDX-License-Identifier: Apache-2.0 */
/* From a signature to a file that is known to be right. */
#include <stdio.h>
#include <string.h>

#include "ctl/draft_parts.h"

/* One file that is finished. */
struct finish {
	const struct cert *cert;
	struct ctl_memo *memo;
	struct diag *d;
	bool foresee; /* it has no signature yet */
};

/* Appends U with SIGNATURE in its gap. */
static enum err
put_file(const struct ctl_unsigned *u, struct bytes signature, struct buf *out,
    struct diag *d)
{
	struct bytes all = buf_bytes(&u->preimage);
	size_t start = out->len;

	buf_reserve(out, all.len + 3 + signature.len);
	buf_put(out, bytes_of(all.ptr, u->gap));
	buf_u8(out, CTL_HDR_SIGNATURE);
	buf_u16(out, (uint16_t)signature.len);
	buf_put(out, signature);
	buf_put(out, bytes_of(all.ptr + u->gap, all.len - u->gap));
	if (buf_ok(out))
		return ERR_OK;
	out->len = start;
	return diag_nomem(d);
}

enum err
ctl_preview(const struct ctl_unsigned *u, struct buf *out, struct diag *d)
{
	struct buf zeros = { 0 };
	enum err e = ERR_OK;

	buf_fill(&zeros, u->signature_len, 0);
	if (!buf_ok(&zeros))
		e = diag_nomem(d);
	if (e == ERR_OK)
		e = put_file(u, buf_bytes(&zeros), out, d);
	buf_clear(&zeros);
	return e;
}

/* F is right by ANCHOR. */
static enum err
check_by(const struct finish *fi, const struct ctl_file *f,
    const struct ctl_anchor *anchor)
{
	struct ctl_verdict v;
	enum err e;

	e = fi->foresee ? ctl_verify_unsigned(f, anchor, &v, fi->d)
			: ctl_verify(f, anchor, &v, fi->d);
	if (e != ERR_OK || v.status == CTL_VERIFIED)
		return e;
	e = diag_set(fi->d, ERR_CRYPTO, "the finished file does not verify: %s",
	    v.why.msg);
	diag_at(fi->d, v.why.offset, "%s", v.why.path);
	return e;
}

/* A list is checked as phones do that hold nothing else, where it has its
 * signer: a header that spells the signer in another way than his record does
 * would not lead there. */
static enum err
check_by_itself(const struct finish *fi, const struct ctl_file *f)
{
	struct ctl_anchor self = { .kind = CTL_ANCHOR_SELF, .memo = fi->memo };
	size_t sast = 0;
	enum err e;

	e = ctl_find_sast(f, fi->cert, &sast, fi->d);
	if (e != ERR_OK || (sast == 0 && ctl_signer_record(f) == 0))
		return e;
	return check_by(fi, f, &self);
}

static enum err
check(const struct finish *fi, struct bytes file)
{
	struct ctl_anchor by_cert = { .kind = CTL_ANCHOR_CERT,
		.cert = fi->cert,
		.memo = fi->memo };
	struct ctl_file *f = NULL;
	enum err e;

	e = ctl_parse(file, CTL_KIND_AUTO, &f, fi->d);
	if (e != ERR_OK)
		return e;
	if (ctl_is_list(f))
		e = check_by_itself(fi, f);
	if (e == ERR_OK)
		e = check_by(fi, f, &by_cert);
	ctl_free(&f);
	return e;
}

enum err
ctl_finish(const struct ctl_unsigned *u, struct bytes signature,
    const struct cert *cert, struct ctl_memo *memo, struct buf *out,
    struct diag *d)
{
	struct finish fi = { .cert = cert, .memo = memo, .d = d };
	size_t start = out->len;
	enum err e;

	if (signature.len != u->signature_len)
		return diag_set(d, ERR_CRYPTO,
		    "the signature has %zu bytes, one by this key has %zu",
		    signature.len, u->signature_len);
	e = put_file(u, signature, out, d);
	if (e != ERR_OK)
		return e;
	e = check(&fi, bytes_of(out->ptr + start, out->len - start));
	if (e != ERR_OK)
		out->len = start;
	return e;
}

enum err
ctl_foresee(const struct ctl_unsigned *u, const struct cert *cert,
    struct diag *d)
{
	struct finish fi = { .cert = cert, .d = d, .foresee = true };
	struct buf bytes = { 0 };
	enum err e;

	e = ctl_preview(u, &bytes, d);
	if (e == ERR_OK)
		e = check(&fi, buf_bytes(&bytes));
	buf_clear(&bytes);
	return e;
}

enum err
ctl_seal(const struct ctl_unsigned *u, const struct ctl_signer *signer,
    const char *purpose, struct ctl_memo *memo, struct buf *out, struct diag *d)
{
	struct buf signature = { 0 };
	enum err e;

	e = signer->sign(signer->arg, u, purpose, &signature, d);
	if (e == ERR_OK && !buf_ok(&signature))
		e = diag_nomem(d);
	if (e == ERR_OK)
		e = ctl_finish(u, buf_bytes(&signature), signer->cert, memo,
		    out, d);
	buf_clear(&signature);
	return e;
}
