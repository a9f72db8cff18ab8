/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/origin.h"

#include <string.h>

/* One table: what each origin means (docs/ctl-format.md, section 4.2). */
static const struct {
	const char *maker;
	const char *reason;
	const char *updater; /* %s: where the other SASTs stand */
} words[] = {
	[CTL_ORIGIN_TOKEN] = { "hardware token",
	    "the signer's record is spelt as a token's",
	    "the next version needs this token or another SAST %s, or, from "
	    "10.0, utils ctl update CTLFile" },
	[CTL_ORIGIN_CALLMANAGER] = { "CallManager's server key",
	    "the signer's key stands in the list as a server's too",
	    "the next version comes from utils ctl update CTLFile on the "
	    "publisher" },
	[CTL_ORIGIN_ITLRECOVERY] = { "ITLRecovery's server key",
	    "the signer's name begins with ITLRECOVERY_",
	    "the next version comes from utils ctl update CTLFile on the "
	    "publisher" },
	[CTL_ORIGIN_OWN_KEY] = { "a key of its owner",
	    "the signer is neither spelt as a token nor a server of the list",
	    "the next version needs this key or another SAST %s" },
	[CTL_ORIGIN_UNKNOWN] = { "unknown",
	    "no SAST record is the signer that the header names",
	    "nothing here says who can make the next version" },
};

/* Nobody signs an ITL by hand: the TFTP service of the node does. */
static const char itl_updater[] =
    "the next version comes from the Cisco Tftp service of the node, by "
    "itself";
static const char no_list[] = "this is no trust list";

void
origin_put_maker(const struct ctl_file *f, struct buf *out)
{
	size_t index = ctl_signer_record(f);
	const struct ctl_record *signer = ctl_record(f, index);

	buf_str(out, words[ctl_origin(f)].maker);
	if (signer == NULL)
		return;
	buf_u8(out, ' ');
	buf_put(out, ctl_common_name(ctl_record_text(signer, CTL_REC_SUBJECT)));
	buf_printf(out, " (record %zu)", index);
}

void
origin_put_reason(const struct ctl_file *f, struct buf *out)
{
	buf_str(out, ctl_is_list(f) ? words[ctl_origin(f)].reason : no_list);
}

/* Appends TEXT with WHERE in place of its %s, if it has one. */
static void
put_filled(struct buf *out, const char *text, const char *where)
{
	const char *gap = strstr(text, "%s");

	if (gap == NULL) {
		buf_str(out, text);
		return;
	}
	buf_put(out, bytes_of(text, (size_t)(gap - text)));
	buf_str(out, where);
	buf_str(out, gap + 2);
}

void
origin_put_updater(const struct ctl_file *f, const char *where, struct buf *out)
{
	enum ctl_origin origin = ctl_origin(f);
	bool by_itself = ctl_kind(f) == CTL_KIND_ITL &&
	    (origin == CTL_ORIGIN_CALLMANAGER ||
		origin == CTL_ORIGIN_ITLRECOVERY);

	if (!ctl_is_list(f))
		buf_str(out, no_list);
	else if (by_itself)
		buf_str(out, itl_updater);
	else
		put_filled(out, words[origin].updater, where);
}
