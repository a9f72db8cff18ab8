/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/change_held.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

enum err
change_sha256(struct bytes of, char ret[65], struct diag *d)
{
	struct digest_value v;
	struct buf hex = { 0 };
	enum err e = digest_of(DIGEST_SHA256, &of, 1, &v, d);

	if (e == ERR_OK)
		text_put_hex(&hex, digest_bytes(&v), "", TEXT_LOWER);
	if (e == ERR_OK && buf_cstr(&hex) == NULL)
		e = diag_nomem(d);
	if (e == ERR_OK)
		memcpy(ret, hex.ptr, 65);
	buf_clear(&hex);
	return e;
}

/* A list that is forged or broken is none that phones hold. */
static enum err
verify(const struct change_held *h, struct diag *d)
{
	const struct ctl_anchor anchor = { .kind = CTL_ANCHOR_SELF };
	struct ctl_verdict v;
	enum err e;

	if (ctl_kind(h->file) != CTL_KIND_CTL)
		return diag_set(d, ERR_UNSUPPORTED, "this is no CTL");
	e = ctl_verify(h->file, &anchor, &v, d);
	if (e == ERR_OK && v.status != CTL_VERIFIED)
		e = diag_set(d, ERR_CRYPTO, "it does not verify: %.200s",
		    v.why.msg);
	return e;
}

static enum err
load(struct change_held *h, const char *path, const char *sha256,
    struct diag *d)
{
	enum err e = file_load(path, FILE_MAX_DEFAULT, &h->bytes, d);

	if (e == ERR_OK)
		e = change_sha256(buf_bytes(&h->bytes), h->sha256, d);
	if (e == ERR_OK && sha256 != NULL && strcmp(h->sha256, sha256) != 0)
		e = diag_set(d, ERR_POLICY,
		    "this is not the list any more that the plan was made "
		    "for; put that back, or plan again");
	if (e == ERR_OK)
		e = ctl_parse(buf_bytes(&h->bytes), CTL_KIND_AUTO, &h->file, d);
	return e == ERR_OK ? verify(h, d) : e;
}

enum err
change_held_load(struct change_held *h, const char *path, const char *sha256,
    struct diag *d)
{
	struct diag why;
	enum err e;

	h->path = realpath(path, NULL);
	if (h->path == NULL)
		return diag_errno(d, "realpath", errno, "%.200s", path);
	diag_init(&why);
	e = load(h, path, sha256, &why);
	return e == ERR_OK ? ERR_OK
			   : diag_set(d, e, "%.200s: %s", path, why.msg);
}

void
change_held_clear(struct change_held *h)
{
	ctl_free(&h->file);
	buf_clear(&h->bytes);
	free(h->path);
	*h = (struct change_held){ .path = NULL };
}
