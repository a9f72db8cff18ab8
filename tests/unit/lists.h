/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists made by the twin from a line of words, for tests of what phones take.
 * Include it after test.h.
 *
 * A word is ROLE:CERT, and may end in /DIALECT and @HOST:
 *	ROLE     S SAST, C CCM+TFTP, M CCM, F TFTP, A CAPF
 *	CERT     one of lists_certs below; "none" in a record without
 *	DIALECT  a letter of lists_kinds below; not given it is t for t1 to t3
 *	         and forged, else a
 *	HOST     DNSNAME; without it none for the token dialect, else "pub"
 */
#ifndef TESTS_UNIT_LISTS_H
#define TESTS_UNIT_LISTS_H

#include <stdlib.h>
#include <string.h>

#include "ctl/ctl.h"
#include "lab/mint.h"
#include "lab/recipe.h"
#include "lab/wire.h"

#define LISTS_CISCO                                           \
	"issuer_subject: [O=Cisco Systems, CN=Cisco "         \
	"Manufacturing CA], issuer_key: rsa2048-h, subject: " \
	"['O=Cisco Systems, Inc.', OU=IPCBU, CN=SAST-"

/* pub2 and itlr2 are what pub and itlr are after a regeneration; forged has
 * the names and the serial number of t1, and another key. */
static const struct {
	const char *name, *key, *rest;
} lists_certs[] = {
	{ "t1", "rsa1024-d",
	    LISTS_CISCO "1], serial: 45:DA:A2:AF:00:00:00:27:F9:3C" },
	{ "t2", "rsa1024-e",
	    LISTS_CISCO "2], serial: 31:AF:45:55:00:00:00:08:E9:83" },
	{ "t3", "rsa1024-f",
	    LISTS_CISCO "3], serial: 31:AF:45:55:00:00:00:08:E9:84" },
	{ "forged", "rsa1024-h",
	    LISTS_CISCO "1], serial: 45:DA:A2:AF:00:00:00:27:F9:3C" },
	{ "pub", "rsa1024-a",
	    "subject: [CN=pub, O=Lab], serial: 70:CA:F6:4E:09:07:51:B9" },
	{ "pub2", "rsa1024-b",
	    "subject: [CN=pub, O=Lab], serial: 5B:1D:35:7B:68:41:74:0B" },
	{ "itlr", "rsa1024-c",
	    "subject: [CN=ITLRECOVERY_pub, O=Lab], serial: "
	    "6B:1D:35:7B:68:41:74:0B" },
	{ "itlr2", "rsa1024-g",
	    "subject: [CN=ITLRECOVERY_pub, O=Lab], serial: "
	    "6B:1D:35:7B:68:41:74:0C" },
	{ "node", "rsa2048-a",
	    "subject: [CN=node, O=Lab], serial: 7A:01:02:03" },
	{ "curve", "ec256-a",
	    "issuer_subject: [O=Lab, CN=CA], issuer_key: rsa2048-h, subject: "
	    "[CN=curve, O=Lab], serial: 7B:01" },
	{ "capf", "rsa2048-b",
	    "subject: [CN=CAPF-1, O=Lab], serial: 74:4B:49:99" },
	{ "own", "rsa2048-c", "subject: [CN=Own, O=Lab], serial: 11:22:33" },
	{ "bare", "rsa1024-b", "subject: [O=Lab], serial: 66:01" },
	{ "bare2", "rsa1024-c", "subject: [O=Lab], serial: 66:02" },
	{ "big", "rsa4096-a", "subject: [CN=big, O=Lab], serial: 7C:01" },
	/* the appliance copies its bytes, others write UTF-8 */
	{ "odd", "rsa1024-h",
	    "subject: ['CN:t61=Z\xc3\xbcrich', O=Lab], serial: 44:55:66" },
};

/* A list, as bytes and read. */
struct made {
	struct buf bytes;
	struct ctl_file *f;
};

static inline void
made_clear(struct made *m)
{
	ctl_free(&m->f);
	buf_clear(&m->bytes);
}

/* By the letter behind "/": appliance, token, builder; and of the appliance with
 * CERTHASH, with the key alone, without both, without both and at another
 * address, with an address whatever the host is, with an RSA key of exponent 1, with an
 * empty SERIALNUMBER; at no address, at another, with an issuer of somebody
 * else, with role 8, 20, 21, 22, without a role; of a token with the serial
 * number of t1 turned round. */
static const struct lists_kind {
	char letter;
	const char *dialect, *changes;
} lists_kinds[] = {
	{ 'a', "appliance", "" },
	{ 't', "token", "" },
	{ 'b', "builder", "" },
	{ 'h', "hash", "" },
	{ 'k', "appliance", "{op: drop, tag: 9}" },
	{ 'n', "appliance", "{op: drop, tag: 9}, {op: drop, tag: 7}" },
	{ 'i', "appliance",
	    "{op: drop, tag: 9}, {op: drop, tag: 7}, {op: set, tag: 10, hex: "
	    "'0A000002'}" },
	{ 'x', "appliance", "{op: set, tag: 10, hex: '0A000001'}" },
	{ 'w', "appliance", "{op: set, tag: 7, hex: '3006020103020101'}" },
	{ 'e', "appliance", "{op: set, tag: 6, hex: ''}" },
	{ 'r', "token", "{op: set, tag: 6, hex: '45DAA2AF00000027F93C'}" },
	{ 'o', "appliance", "{op: set, tag: 10, hex: '00000000'}" },
	{ 'y', "appliance", "{op: set, tag: 10, hex: '0A000002'}" },
	{ 'z', "appliance", "{op: set, tag: 5, text: 'CN=Somebody'}" },
	{ '1', "appliance", "{op: set, tag: 4, hex: '0008'}" },
	{ '2', "appliance", "{op: set, tag: 4, hex: '0014'}" },
	{ '3', "appliance", "{op: set, tag: 4, hex: '0015'}" },
	{ '4', "appliance", "{op: set, tag: 4, hex: '0016'}" },
	{ '5', "appliance", "{op: drop, tag: 4}" },
};

/* GIVEN: the letter, or NUL. */
static inline const struct lists_kind *
lists_kind(const char *cert, char given)
{
	size_t i;

	if (given == '\0')
		given = cert[0] == 't' || cert[0] == 'f' ? 't' : 'a';
	for (i = 0; lists_kinds[i].letter != given; i++)
		assert_true(
		    i + 1 < sizeof(lists_kinds) / sizeof(lists_kinds[0]));
	return &lists_kinds[i];
}

/* Appends the record that WORD describes. */
static inline void
lists_put_record(struct buf *out, const char *word)
{
	static const char *const roles[] = { "SSAST", "CCCM+TFTP", "MCCM",
		"FTFTP", "ACAPF" };
	char cert[16] = "", host[32] = "pub", given = '\0';
	const struct lists_kind *kind;
	const char *at = strchr(word, '@'), *slash = strchr(word, '/');
	size_t i, len = strcspn(word + 2, "/@");

	assert_int_equal(word[1], ':');
	(void)snprintf(cert, sizeof(cert), "%.*s", (int)len, word + 2);
	if (slash != NULL)
		given = slash[1];
	kind = lists_kind(cert, given);
	if (at != NULL)
		(void)snprintf(host, sizeof(host), "%s", at + 1);
	else if (strcmp(kind->dialect, "token") == 0)
		host[0] = '\0';
	for (i = 0; roles[i][0] != word[0]; i++)
		assert_true(i + 1 < sizeof(roles) / sizeof(roles[0]));
	if (strcmp(cert, "none") == 0)
		buf_printf(out,
		    "- {dialect: empty, role: %s, dns: '%s', ip: 10.0.0.1}\n",
		    roles[i] + 1, host);
	else
		buf_printf(out,
		    "- {cert: %s, dialect: %s, role: %s, dns: '%s', ip: %s, "
		    "fields: [%s]}\n",
		    cert, kind->dialect, roles[i] + 1, host,
		    host[0] == '\0' ? "0.0.0.0" : "10.0.0.1", kind->changes);
}

/* Appends the certs that WORDS or SIGNER may mean: making one takes its time.
 */
static inline void
lists_put_certs(struct buf *out, const char *words, const char *signer)
{
	size_t i;

	buf_str(out, "certs:\n");
	for (i = 0; i < sizeof(lists_certs) / sizeof(lists_certs[0]); i++)
		if (strstr(words, lists_certs[i].name) != NULL ||
		    strstr(signer, lists_certs[i].name) != NULL)
			buf_printf(out, "- {name: %s, key: %s, %s}\n",
			    lists_certs[i].name, lists_certs[i].key,
			    lists_certs[i].rest);
}

/* Makes the list of WORDS, signed as SIGNER, a line of a recipe, says.
 * HEADER: more of the header, or "". */
static inline void
made_by(struct made *m, const char *words, const char *signer,
    const char *header)
{
	struct recipe *rc = NULL;
	struct buf yaml = { 0 };
	char copy[1024], keys[512], *word, *rest = copy;
	struct diag d;

	(void)snprintf(copy, sizeof(copy), "%s", words);
	(void)snprintf(keys, sizeof(keys), "%s/softhsm-fixtures/keys",
	    getenv("SRC"));
	lists_put_certs(&yaml, words, signer);
	buf_printf(&yaml, "header: {filename: CTLFile.tlv%s}\nsigner: {%s}\n",
	    header, signer);
	buf_str(&yaml, "records:\n");
	while ((word = strsep(&rest, " ")) != NULL)
		lists_put_record(&yaml, word);
	assert_non_null(buf_cstr(&yaml));
	if (recipe_make(buf_bytes(&yaml), keys, &rc, &d) != ERR_OK)
		fail_msg("%s: %s", words, d.msg);
	*m = (struct made){ .f = NULL };
	buf_put(&m->bytes, recipe_file(rc));
	assert_true(buf_ok(&m->bytes));
	if (ctl_parse(buf_bytes(&m->bytes), CTL_KIND_CTL, &m->f, &d) != ERR_OK)
		fail_msg("%s: %s", words, d.msg);
	recipe_free(&rc);
	buf_clear(&yaml);
}

/* The same, signed by record SIGNER of WORDS. */
static inline void
made_of(struct made *m, const char *words, unsigned signer)
{
	char line[32];

	(void)snprintf(line, sizeof(line), "record: %u", signer);
	made_by(m, words, line, "");
}

/* The same as an ITL. */
static inline void
made_itl(struct made *m, const char *words, unsigned signer)
{
	made_of(m, words, signer);
	ctl_free(&m->f);
	assert_int_equal(
	    ctl_parse(buf_bytes(&m->bytes), CTL_KIND_ITL, &m->f, NULL), ERR_OK);
}

/* The certificate of record INDEX. */
static inline struct cert *
made_cert(const struct made *m, size_t index)
{
	struct cert *c = NULL;

	assert_int_equal(cert_from_der(ctl_record_value(ctl_record(m->f, index),
					   CTL_REC_CERTIFICATE),
			     &c, NULL),
	    ERR_OK);
	return c;
}

/* Where the value of TAG stands in record SPACE of a list, or (0) in its
 * header. */
static inline struct wire_tlv
made_find(struct bytes list, size_t space, uint8_t tag)
{
	struct wire_list tlvs;
	const struct wire_tlv *t;
	struct wire_tlv ret;

	assert_int_equal(wire_read(list, WIRE_RECORDS, &tlvs, NULL), ERR_OK);
	t = wire_find(&tlvs, space, tag);
	assert_non_null(t);
	ret = *t;
	ret.offset += 3; /* of the value */
	wire_list_clear(&tlvs);
	return ret;
}

/* Signs LIST anew with softhsm-fixtures/keys/KEY.pem, SHA-1. */
static inline void
made_sign(struct buf *list, const char *key)
{
	struct buf message = { 0 }, signature = { 0 };
	struct wire_tlv gap = made_find(buf_bytes(list), 0, WIRE_SIGNATURE);
	struct mint_key *k = NULL;
	struct wire_list tlvs;
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/softhsm-fixtures/keys/%s.pem",
	    getenv("SRC"), key);
	assert_int_equal(mint_key_load(path, &k, NULL), ERR_OK);
	assert_int_equal(wire_read(buf_bytes(list), WIRE_RECORDS, &tlvs, NULL),
	    ERR_OK);
	wire_put_signed(buf_bytes(list), &tlvs, &message);
	assert_int_equal(
	    mint_sign(k, MINT_SHA1, buf_bytes(&message), &signature, NULL),
	    ERR_OK);
	assert_int_equal(signature.len, gap.length);
	memcpy(list->ptr + gap.offset, signature.ptr, signature.len);
	wire_list_clear(&tlvs);
	buf_clear(&message);
	buf_clear(&signature);
	mint_key_free(&k);
}

#endif
