/* SPDX-License-Identifier: Apache-2.0 */
/*
 * auditlog FILE COUNT [LABEL]
 *	appends COUNT records to the audit log FILE, which is made where it is
 *	not there: a key is generated, and then signs. The same arguments make
 *	the same log. LABEL is the label of the key.
 */
#include <stdio.h>
#include <stdlib.h>

#include "audit/audit.h"

#define BEGIN 1714564800 /* 2024-05-01T12:00:00Z */

static const struct audit_birth birth = { BEGIN,
	{ 0x3a, 0x9d, 0x51, 0x0c, 0x77, 0xe2, 0x4f, 0xb8, 0x96, 0x1d, 0xc3,
	    0x60, 0x2b, 0xf4, 0x8e, 0x15 },
	"0.1.0" };

/* The record that becomes line LINE or, behind torn ones, a later one. */
static struct audit_record
record(uint64_t line, const char *label)
{
	static const uint8_t key[] = { 0x01 };
	static uint8_t digest[20];
	struct audit_record r = { .time = BEGIN + 60 * (int64_t)line,
		.op = line == 2 ? AUDIT_KEY_GENERATE : AUDIT_SIGN,
		.version = "0.1.0" };

	r.token_label = bytes_of_str("SAST 1");
	r.token_serial = bytes_of_str("5b0c1d3a");
	r.key_id = bytes_of(key, sizeof(key));
	r.key_label = bytes_of_str(label);
	if (r.op == AUDIT_KEY_GENERATE)
		return r;
	digest[0] = (uint8_t)line;
	r.mechanism = "RSA-PKCS";
	r.digest = DIGEST_SHA1;
	r.digest_value = bytes_of(digest, sizeof(digest));
	r.file = "CTLFile.tlv";
	if (line % 4 == 0)
		r.error = "the PIN is wrong";
	return r;
}

static enum err
append(const char *path, unsigned long num, const char *label, struct diag *d)
{
	struct audit_log *log = NULL;
	struct audit_record r;
	enum err e;

	e = audit_open(path, &birth, &log, d);
	for (; e == ERR_OK && num > 0; num--) {
		r = record(audit_last(log).line + 1, label);
		e = audit_append(log, &r, d);
	}
	audit_close(&log);
	return e;
}

int
main(int argc, char *argv[])
{
	struct diag d;

	diag_init(&d);
	if (argc < 3) {
		(void)fputs("usage: auditlog FILE COUNT [LABEL]\n", stderr);
		return 2;
	}
	if (append(argv[1], strtoul(argv[2], NULL, 10),
		argc > 3 ? argv[3] : "lab-sast", &d) == ERR_OK)
		return 0;
	(void)fprintf(stderr, "auditlog: %s\n", d.msg);
	return 1;
}
