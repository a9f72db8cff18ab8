/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Within src/pki only: the little DER that is written and read by hand,
 * because it is secret, or not worth an object of OpenSSL's.
 */
#ifndef PKI_DER_H
#define PKI_DER_H

#include "base/bytes.h"

#define DER_INTEGER 0x02
#define DER_BIT_STRING 0x03
#define DER_OCTET_STRING 0x04
#define DER_OID 0x06
#define DER_PRINTABLE 0x13
#define DER_SEQUENCE 0x30
#define DER_CONTEXT_0 0xa0
#define DER_CONTEXT_1 0xa1

/*
 * A writer that fills the caller's memory from its end to its front, so that
 * no length must be known before: first the content, last part first, then
 * der_close() with the mark that was taken before it. Too little memory is a
 * sticky error.
 */
struct der {
	uint8_t *mem;
	size_t cap;
	size_t at; /* the first byte written; at once the mark */
	bool failed;
};

void der_init(struct der *w, uint8_t *mem, size_t cap);
void der_put(struct der *w, struct bytes in);
void der_put_u8(struct der *w, uint8_t v);

/* Puts TAG and length before what was written since MARK. */
void der_close(struct der *w, uint8_t tag, size_t mark);

/* An INTEGER of the number IN, big-endian, leading zeros allowed. */
void der_put_uint(struct der *w, struct bytes in);

/* TAG, length and IN. */
void der_put_value(struct der *w, uint8_t tag, struct bytes in);

/* What was written, borrowed from the memory; absent after a failure. */
struct bytes der_bytes(const struct der *w);

/* Moves the next value, which must have TAG (a single byte) and a length in
 * its shortest form, out of CUR; false, and both untouched, where it does
 * not. */
MUST_CHECK bool der_take(struct bytes *cur, uint8_t tag, struct bytes *ret);

/* The same of an INTEGER that is not negative, without its leading zero. */
MUST_CHECK bool der_take_uint(struct bytes *cur, struct bytes *ret);

/* IN without leading zero bytes; of the number 0 nothing is left. */
struct bytes der_magnitude(struct bytes in);

#endif
