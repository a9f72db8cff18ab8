/* SPDX-License-Identifier: Apache-2.0 */
/* A signer and a list with its SAST record, for tests of what is prepared and
 * sealed. Include it after test.h. */
#ifndef TESTS_UNIT_DRAFT_WORLD_H
#define TESTS_UNIT_DRAFT_WORLD_H

#include "minted.h"

/* A key and its certificate, and a draft with its SAST record. */
struct world {
	struct mint_key *key;
	struct minted pub;
	struct ctl_draft *draft;
	struct ctl_head head;
};

static const struct mint_attr pub_name = { "CN", "pub", MINT_UTF8 };

static inline void
add_sast(struct ctl_draft *dr, const struct cert *cert,
    enum ctl_dialect dialect)
{
	struct ctl_entry entry = { .role = CTL_ROLE_SAST,
		.cert = cert,
		.host = bytes_of_str("lab-pub"),
		.dialect = dialect };
	struct diag d;

	if (ctl_draft_add(dr, &entry, 0, &d) != ERR_OK)
		fail_msg("%s", d.msg);
}

static inline void
begin(struct world *w, const char *key)
{
	memset(w, 0, sizeof(*w));
	w->key = minted_key(key);
	minted_plain(&w->pub, w->key, &pub_name);
	assert_int_equal(ctl_draft_new(CTL_KIND_CTL, &w->draft, NULL), ERR_OK);
	add_sast(w->draft, w->pub.cert, CTL_DIALECT_APPLIANCE);
	w->head = (struct ctl_head){ .digest = DIGEST_SHA1,
		.filename = "CTLFile.tlv",
		.cert = w->pub.cert };
}

static inline void
end(struct world *w)
{
	ctl_draft_free(&w->draft);
	minted_clear(&w->pub);
	mint_key_free(&w->key);
}

static inline void
prepare(const struct world *w, struct ctl_unsigned *ret)
{
	struct diag d;

	memset(ret, 0, sizeof(*ret));
	if (ctl_prepare(w->draft, &w->head, ret, &d) != ERR_OK)
		fail_msg("%s", d.msg);
}

/* Seals U, and returns the file parsed; OUT has its bytes. */
static inline struct ctl_file *
seal(const struct world *w, const struct ctl_unsigned *u, struct buf *out)
{
	struct ctl_signer signer = { w->key, w->pub.cert, minted_sign };
	struct ctl_file *f = NULL;
	struct diag d;

	if (ctl_seal(u, &signer, "CTLFile.tlv", NULL, out, &d) != ERR_OK ||
	    ctl_parse(buf_bytes(out), CTL_KIND_AUTO, &f, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	return f;
}

/* What a signed file of that name is prepared as; DIGEST and so on are those of
 * W. */
static inline enum err
prepare_signed(const struct world *w, const char *name, struct bytes content,
    struct ctl_unsigned *ret, struct diag *d)
{
	struct ctl_head head = w->head;

	head.filename = name;
	memset(ret, 0, sizeof(*ret));
	diag_init(d);
	return ctl_prepare_signed(content, &head, ret, d);
}

#endif
