/* SPDX-License-Identifier: Apache-2.0 */
#include "ctl/rows.h"

#include <string.h>

#include "base/text.h"

#define SIGNATURE_PER_ROW 8

const char *
rows_noun(enum ctl_kind kind)
{
	switch (kind) {
	case CTL_KIND_CTL:
		return "CTL";
	case CTL_KIND_ITL:
		return "ITL";
	case CTL_KIND_FIRMWARE:
		return "firmware";
	case CTL_KIND_ENCRYPTED:
		return "encrypted";
	case CTL_KIND_SIGNED:
	case CTL_KIND_AUTO:
		break;
	}
	return "signed";
}

void
rows_put_checksum(struct buf *out, struct bytes value, const char *name)
{
	text_put_hex(out, value, "", TEXT_LOWER);
	buf_printf(out, "(%s)\n", name);
}

void
rows_put_parse(struct buf *out, const char *noun)
{
	buf_printf(out, "\n\tParse %s File\n\t----------------\n\n", noun);
}

void
rows_put_table_head(struct buf *out)
{
	buf_str(out, "BYTEPOS\tTAG\t\tLENGTH\tVALUE\n");
	buf_str(out, "-------\t---\t\t------\t-----\n");
}

void
rows_put_record_head(struct buf *out, const char *noun, size_t index)
{
	buf_printf(out, "\n\t%s Record #:%zu\n\t  \t  ----\n", noun, index);
	rows_put_table_head(out);
}

/* Two tabs after a short name. */
void
rows_put_row(struct buf *out, unsigned tag, const char *name, size_t len)
{
	buf_printf(out, "%u\t%s\t%s%zu", tag, name,
	    strlen(name) < 8 ? "\t" : "", len);
}

void
rows_put_text(struct buf *out, struct bytes value)
{
	if (value.len > 0)
		buf_u8(out, '\t');
	text_put_safe(out, value);
}

void
rows_put_hex(struct buf *out, struct bytes value, const char *sep)
{
	if (value.len > 0)
		buf_u8(out, '\t');
	text_put_hex(out, value, sep, TEXT_UPPER);
}

void
rows_put_cert_hash(struct buf *out, struct bytes sha1)
{
	rows_put_hex(out, sha1, " ");
	buf_str(out, " (SHA1 Hash HEX)");
}

/* The appliance prints a signature without leading zeros. */
void
rows_put_signature(struct buf *out, struct bytes sig)
{
	size_t i;

	for (i = 0; i < sig.len; i++)
		buf_printf(out, "%s%x",
		    i % SIGNATURE_PER_ROW == 0 ? "\n\t\t" : "  ", sig.ptr[i]);
}

void
rows_put_mark(struct buf *out, const char *noun, bool is_signer)
{
	buf_printf(out, "This etoken was %sused to sign the %s file.\n",
	    is_signer ? "" : "not ", noun);
}
