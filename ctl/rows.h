/* SPDX-License-Identifier: Apache-2.0 */
/* Within ctl/ only: the lines that the layout of the appliance is made of,
 * whether they are told by a file or by a text (format 8.1 to 8.4). */
#ifndef CTL_ROWS_H
#define CTL_ROWS_H

#include "ctl/ctl.h"

/* How the appliance calls the file: "CTL" of "CTL file". */
const char *rows_noun(enum ctl_kind kind);

/* One checksum, "0c05...(MD5)". */
void rows_put_checksum(struct buf *out, struct bytes value, const char *name);
/* From "Parse CTL File" to the line before "Version:". */
void rows_put_parse(struct buf *out, const char *noun);
void rows_put_table_head(struct buf *out);
/* From the empty line to the head of the table. */
void rows_put_record_head(struct buf *out, const char *noun, size_t index);

/* Number, name and LENGTH of a row, without its end. */
void rows_put_row(struct buf *out, unsigned tag, const char *name, size_t len);

/* The VALUE of a row, with the tab before it; nothing where it is empty. */
void rows_put_text(struct buf *out, struct bytes value);
void rows_put_hex(struct buf *out, struct bytes value, const char *sep);
void rows_put_cert_hash(struct buf *out, struct bytes sha1);
void rows_put_signature(struct buf *out, struct bytes sig);

/* Which of its two sentences the record of a SAST ends with. */
void rows_put_mark(struct buf *out, const char *noun, bool is_signer);

#endif
