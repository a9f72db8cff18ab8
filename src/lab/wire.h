/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The twin: the trust-list and signed-file format a second time, written
 * from docs/ctl-format.md alone. It shares no code and no table with ctl/,
 * so that a misreading there does not make its own test pass.
 *
 * Writing is by lists of fields, in whatever order and however wrong the
 * caller wants them; nothing is checked. Reading is strict: a walk that
 * accepts only what the lengths say in one way.
 */
#ifndef LAB_WIRE_H
#define LAB_WIRE_H

#include "base/buf.h"

#define WIRE_PAD 13       /* the bare tag at the end of a header */
#define WIRE_SIGNATURE 12 /* header: the one TLV that is not signed */
#define WIRE_FILENAME 14

enum wire_kind {
	WIRE_VALUE,     /* the bytes of value */
	WIRE_CONTAINER, /* the fields that follow and are deeper */
	WIRE_TOTAL,     /* u16: all bytes of the header or record */
	WIRE_GAP,       /* size bytes, where wire_seal() puts the signature */
	WIRE_PADS       /* size times the tag alone; see WIRE_ALIGN */
};

#define WIRE_TRUE ((size_t)-1)  /* length: as long as it is */
#define WIRE_ALIGN ((size_t)-1) /* size of pads: up to a multiple of 4 */

struct wire_field {
	uint8_t tag;
	enum wire_kind kind;
	unsigned depth; /* 0: in no container */
	struct bytes value;
	size_t size;   /* WIRE_GAP, WIRE_PADS */
	size_t length; /* what the length field says, WIRE_TRUE normally */
};

/* A file in the making. All-zero is an empty one. */
struct wire {
	struct buf out;
	size_t gap_at;  /* offset of the signature's tag; and */
	size_t gap_len; /* length of that TLV, 0 where there is none */
};

void wire_clear(struct wire *w);

/* Appends a header, or a record: NUM FIELDS and no more. Out of memory and
 * lengths that do not fit show in buf_ok(&w->out). */
void wire_put(struct wire *w, const struct wire_field *fields, size_t num);

/* Appends raw bytes: the content of a signed file. */
void wire_put_raw(struct wire *w, struct bytes raw);

/* Appends to OUT what is signed: everything but the SIGNATURE TLV. */
void wire_preimage(const struct wire *w, struct buf *out);

/* Puts SIGNATURE into the gap. ERR_USAGE where its size is not the gap's. */
MUST_CHECK enum err wire_seal(struct wire *w, struct bytes signature,
    struct diag *diag);

/* One TLV as it was found. */
struct wire_tlv {
	size_t space;  /* 0: the header; n: record n, from 1 */
	size_t offset; /* of the tag, from the start of the file */
	unsigned depth;
	uint8_t tag;
	size_t length; /* of the value; 0 for a pad, which has no length */
	struct bytes value;
};

enum wire_payload {
	WIRE_BY_NAME, /* records where FILENAME ends in .tlv */
	WIRE_RECORDS,
	WIRE_CONTENT
};

/* All TLVs in the order of the file, a container before its content. */
struct wire_list {
	struct wire_tlv *item;
	size_t num;
	size_t cap;
	size_t num_records;
	struct bytes header;
	struct bytes payload;
};

/*
 * Walks FILE, which RET borrows. Refused, with offset and path:
 *   VERSION (1) and HEADERLENGTH (2) not first, or not 2 bytes each;
 *   HEADERLENGTH that is not where the header's fields end, or is beyond the
 *   file; a value that leaves its container, header or record; a container
 *   (header 3, 7, 9, 16, 17, 21) that its content does not fill; anything but
 *   0x0d after a pad; a record that does not start with RECORDLENGTH (1) of 2
 *   bytes; bytes left over behind the last record.
 * Not refused, since the walk is clear: unknown tags, tags that repeat, odd
 * orders, a header that does not end at a multiple of 4.
 */
MUST_CHECK enum err wire_read(struct bytes file, enum wire_payload payload,
    struct wire_list *ret, struct diag *diag);

void wire_list_clear(struct wire_list *list);

/* Appends to OUT what is signed of FILE, which LIST was read from. */
void wire_put_signed(struct bytes file, const struct wire_list *list,
    struct buf *out);

/* The number of the first item of SPACE, or of the first one behind it: they
 * stand in order. */
size_t wire_space(const struct wire_list *list, size_t space);

/* The first TLV with TAG in SPACE; NULL where there is none. */
const struct wire_tlv *wire_find(const struct wire_list *list, size_t space,
    uint8_t tag);

#endif
