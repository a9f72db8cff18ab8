/* SPDX-License-Identifier: Apache-2.0 */
/* Within trust/ only: who signed, as phones see it. */
#ifndef TRUST_SIGNER_H
#define TRUST_SIGNER_H

#include "trust/trust.h"

/* What phones find a signer by. */
struct trust_names signer_of_header(const struct ctl_file *f);
struct trust_names signer_of_record(const struct ctl_record *r);

/* Both are whole, and the same bytes. */
bool signer_is(struct trust_names a, struct trust_names b);

bool signer_is_sast(const struct ctl_record *r);

/* The first SAST of F with these names, byte for byte; 0: none. */
size_t signer_find(const struct ctl_file *f, struct trust_names names);

/* For a sentence: "SAST-ADN0054f509" (serial 45:DA:...), the number as the
 * certificate has it, where the list has the signer's record. */
struct signer_text {
	char text[128];
};
struct signer_text signer_text(const struct ctl_file *f);

/* For a sentence: record 2 ("SAST-ADN0054f509"); or record 2. */
struct record_text {
	char text[96];
};
struct record_text signer_record_text(const struct ctl_file *f, size_t index);

#endif
