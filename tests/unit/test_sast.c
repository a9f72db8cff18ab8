/* SPDX-License-Identifier: Apache-2.0 */
/* Whose certificate is in which list, over the made cases. */
#include "test.h"

#include <string.h>

#include "cases.h"
#include "cli/sast.h"
#include "lab/mint.h"

/* A case's list, and one of its certificates. */
struct pair {
	struct buf bytes;
	struct ctl_file *file;
	struct cert *cert;
};

static void
load_list(struct pair *p, const char *name)
{
	struct diag d;

	case_load(name, &p->bytes);
	if (ctl_parse(buf_bytes(&p->bytes), CTL_KIND_AUTO, &p->file, &d) !=
	    ERR_OK)
		fail_msg("%s: %s", name, d.msg);
}

/* The certificate CERT.pem of case NAME. */
static void
load_cert(struct pair *p, const char *name, const char *cert)
{
	struct buf pem = { 0 };
	char path[512];
	struct diag d;

	(void)snprintf(path, sizeof(path), "%s/%s/%s.pem", getenv("CASES"),
	    name, cert);
	assert_int_equal(file_load(path, FILE_MAX_DEFAULT, &pem, &d), ERR_OK);
	assert_int_equal(cert_from_file(buf_bytes(&pem), &p->cert, &d), ERR_OK);
	buf_clear(&pem);
}

static void
pair_clear(struct pair *p)
{
	ctl_free(&p->file);
	cert_free(&p->cert);
	buf_clear(&p->bytes);
}

/* Certificate CERT of case OF in the list of case NAME. */
static const struct row {
	const char *name, *of, *cert;
	enum sast_standing standing;
	size_t record;
	enum ctl_identity identity;
} finds[] = {
	/* tokens, whose serials are backwards */
	{ "ok-token-5728", "ok-token-5728", "token2", SAST_SIGNER, 5,
	    CTL_SAME_CERT },
	{ "ok-token-5728", "ok-token-5728", "token1", SAST_LISTED, 1,
	    CTL_SAME_CERT },
	{ "ok-token-3746", "ok-token-5728", "token1", SAST_SIGNER, 1,
	    CTL_SAME_CERT },
	{ "ok-token-serial-two-orders", "ok-token-serial-two-orders", "token1",
	    SAST_SIGNER, 1, CTL_SAME_CERT },
	/* in the list, but no SAST */
	{ "ok-token-5728", "ok-token-5728", "pub", SAST_NOT_LISTED, 0,
	    CTL_OTHER_CERT },
	{ "ok-token-5728", "ok-tokenless-4947", "sub1", SAST_NOT_LISTED, 0,
	    CTL_OTHER_CERT },
	/* the appliance's, in which the same certificate stands as CCM+TFTP */
	{ "ok-tokenless-4947", "ok-tokenless-4947", "pub", SAST_SIGNER, 1,
	    CTL_SAME_CERT },
	{ "ok-itl-callmanager", "ok-itl-callmanager", "recovery", SAST_LISTED,
	    2, CTL_SAME_CERT },
	/* names as RFC 4514 spells them */
	{ "ok-builder-sha512", "ok-builder-sha512", "pub", SAST_SIGNER, 1,
	    CTL_SAME_CERT },
	/* records that lie about their certificate */
	{ "bad-issuer-differs", "bad-issuer-differs", "pub", SAST_NOT_LISTED, 1,
	    CTL_HELD_CERT },
	{ "bad-serial-differs", "bad-serial-differs", "pub", SAST_NOT_LISTED, 1,
	    CTL_HELD_CERT },
	/* one without a serial number says nothing wrong */
	{ "bad-sast-no-serial", "bad-sast-no-serial", "recovery", SAST_LISTED,
	    3, CTL_SAME_CERT },
	/* two with the same names */
	{ "bad-two-sast-one-serial", "bad-two-sast-one-serial", "pub",
	    SAST_SIGNER, 1, CTL_SAME_CERT },
	{ "bad-two-sast-one-serial", "bad-two-sast-one-serial", "double",
	    SAST_LISTED, 5, CTL_SAME_CERT },
	/* the names of a SAST, and another certificate */
	{ "ok-key-only", "bad-two-sast-one-serial", "double", SAST_NOT_LISTED,
	    1, CTL_NAMED_CERT },
	/* what is no list */
	{ "ok-cnf-sgn-sha1", "ok-cnf-sgn-sha1", "pub", SAST_NOT_LISTED, 0,
	    CTL_OTHER_CERT },
};

static void
test_find(void **state)
{
	const struct row *r;
	struct sast_match m;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(finds) / sizeof(finds[0]); i++) {
		struct pair p = { .file = NULL };

		r = &finds[i];
		load_list(&p, r->name);
		load_cert(&p, r->of, r->cert);
		assert_int_equal(sast_find(p.file, p.cert, &m, &d), ERR_OK);
		if (m.standing != r->standing || m.record != r->record ||
		    m.identity != r->identity)
			fail_msg("%s, %s: %d, record %zu, %d", r->name, r->cert,
			    (int)m.standing, m.record, (int)m.identity);
		pair_clear(&p);
	}
}

/* Records without a certificate: a key, a hash. */
static void
test_identify(void **state)
{
	static const struct {
		const char *name, *cert;
		size_t record;
		enum ctl_identity identity;
	} parts[] = { { "ok-key-only", "capf", 4, CTL_SAME_CERT },
		{ "ok-key-only", "pub", 4, CTL_OTHER_CERT },
		{ "ok-key-only", "ec256", 5, CTL_SAME_CERT },
		{ "ok-itl-cert-hashes", "capf", 5, CTL_SAME_CERT },
		{ "ok-itl-cert-hashes", "tvs", 6, CTL_SAME_CERT },
		{ "ok-itl-cert-hashes", "tvs", 5, CTL_OTHER_CERT },
		/* nothing to compare with */
		{ "ok-token-3746", "capf", 3, CTL_OTHER_CERT } };
	enum ctl_identity identity;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct pair p = { .file = NULL };

		load_list(&p, parts[i].name);
		load_cert(&p, parts[i].name, parts[i].cert);
		assert_int_equal(ctl_identify(p.file, parts[i].record, p.cert,
				     &identity, &d),
		    ERR_OK);
		if (identity != parts[i].identity)
			fail_msg("%s, %s: %d", parts[i].name, parts[i].cert,
			    (int)identity);
		pair_clear(&p);
	}
}

static void
test_list(void **state)
{
	static const uint8_t serial[] = { 0x83, 0xe9, 0x08, 0, 0, 0, 0x55, 0x45,
		0xaf, 0x31 };
	struct pair p = { .file = NULL };
	struct digest_value sha1;
	struct bytes der;
	struct sasts ss;
	struct diag d;

	load_list(&p, "ok-token-5728");
	load_cert(&p, "ok-token-5728", "token2");
	der = cert_der(p.cert);
	assert_int_equal(sast_of_list(p.file, &ss, &d), ERR_OK);
	assert_int_equal(ss.num, 2);
	assert_int_equal(ss.at[0].record, 1);
	assert_false(ss.at[0].signer);
	assert_int_equal(ss.at[1].record, 5);
	assert_true(ss.at[1].signer);
	assert_true(bytes_equal(ss.at[1].issuer,
	    bytes_of_str("cn=Cisco Manufacturing CA;o=Cisco Systems")));
	assert_true(
	    bytes_equal(ss.at[1].serial, bytes_of(serial, sizeof(serial))));
	assert_int_equal(digest_of(DIGEST_SHA1, &der, 1, &sha1, &d), ERR_OK);
	assert_true(ss.at[1].has_sha1);
	assert_true(
	    bytes_equal(digest_bytes(&ss.at[1].sha1), digest_bytes(&sha1)));
	sast_clear(&ss);
	pair_clear(&p);
}

/* The SASTs whose certificate nobody has. */
static void
test_missing(void **state)
{
	struct pair one = { .file = NULL }, two = { .file = NULL };
	const struct cert *certs[2];
	struct sasts ss;
	struct diag d;

	load_list(&one, "ok-token-5728");
	load_cert(&one, "ok-token-5728", "token1");
	load_cert(&two, "ok-token-5728", "token2");
	certs[0] = one.cert;
	certs[1] = two.cert;
	assert_int_equal(sast_missing(one.file, certs, 2, &ss, &d), ERR_OK);
	assert_int_equal(ss.num, 0);
	sast_clear(&ss);
	assert_int_equal(sast_missing(one.file, certs, 1, &ss, &d), ERR_OK);
	assert_int_equal(ss.num, 1);
	assert_int_equal(ss.at[0].record, 5);
	sast_clear(&ss);
	assert_int_equal(sast_missing(one.file, certs, 0, &ss, &d), ERR_OK);
	assert_int_equal(ss.num, 2);
	sast_clear(&ss);
	pair_clear(&one);
	pair_clear(&two);
}

/* The newest of the lists of cases A, B and C. */
static size_t
newest(const char *a, const char *b, const char *c)
{
	const char *const names[] = { a, b, c };
	struct pair pairs[3] = { { .file = NULL } };
	const struct ctl_file *files[3];
	size_t i, ret;

	for (i = 0; i < 3; i++) {
		load_list(&pairs[i], names[i]);
		files[i] = pairs[i].file;
	}
	ret = sast_newest(files, 3);
	assert_int_equal(sast_newest(files, 1), 0);
	for (i = 0; i < 3; i++)
		pair_clear(&pairs[i]);
	return ret;
}

static void
test_newest(void **state)
{
	/* of 2015 and of 2024 */
	static const char old[] = "ok-tokenless-4947", new[] = "ok-pads-0";
	static const char timeless[] = "ok-header-bare";

	assert_int_equal(newest(old, new, old), 1);
	assert_int_equal(newest(new, old, old), 0);
	assert_int_equal(newest(old, new, new), 2);
	assert_int_equal(newest(timeless, new, old), 2);
	assert_int_equal(newest(new, old, timeless), 2);
}

static struct mint_key *
load_key(void)
{
	struct mint_key *key = NULL;
	char path[512];

	(void)snprintf(path, sizeof(path),
	    "%s/softhsm-fixtures/keys/rsa1024-a.pem", getenv("SRC"));
	assert_int_equal(mint_key_load(path, &key, NULL), ERR_OK);
	return key;
}

/* What is said of a certificate with these common names, of which there may be
 * two. */
static bool
is_cisco(const struct mint_key *key, enum mint_string type,
    const char *const subjects[2], const char *issuer)
{
	const struct mint_attr subject[] = { { "CN", subjects[0], type },
		{ "CN", subjects[1], type } };
	const struct mint_attr from[] = { { "CN", issuer, type } };
	const struct mint_spec spec = {
		.subject = { subject, subjects[1] == NULL ? 1 : 2 },
		.issuer = { from, 1 },
		.serial = { (const uint8_t *)"1", 1 },
		.not_after = 2000000000,
		.key = key,
		.issuer_key = key,
	};
	struct cert *cert = NULL;
	struct buf der = { 0 };
	struct diag d;
	bool ret;

	if (mint_cert(&spec, &der, &d) != ERR_OK ||
	    cert_from_der(buf_bytes(&der), &cert, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	assert_int_equal(sast_is_cisco(cert, &ret, &d), ERR_OK);
	cert_free(&cert);
	buf_clear(&der);
	return ret;
}

static void
test_cisco(void **state)
{
	static const struct {
		const char *subjects[2], *issuer;
		bool wanted;
	} rows[] = {
		{ { "SAST-ADN0054f509        " }, "Cisco Manufacturing CA",
		    true },
		{ { "sast-1" }, "CISCO MANUFACTURING CA III", true },
		{ { "x", "SAST-1" }, "Cisco Manufacturing CA", true },
		{ { "SAST-1" }, "Cisco Manufacturing C", false },
		{ { "SAST-1" }, "Lab CA", false },
		{ { "SAST-1" }, "My Cisco Manufacturing CA", false },
		{ { "SAST" }, "Cisco Manufacturing CA", false },
		{ { "CP-7975-SEP001122334455" }, "Cisco Manufacturing CA",
		    false },
		{ { "x SAST-1" }, "Cisco Manufacturing CA", false },
	};
	struct mint_key *key = load_key();
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (is_cisco(key, MINT_UTF8, rows[i].subjects,
			rows[i].issuer) != rows[i].wanted ||
		    is_cisco(key, MINT_BMP, rows[i].subjects, rows[i].issuer) !=
			rows[i].wanted)
			fail_msg("%s, %s", rows[i].subjects[0], rows[i].issuer);
	mint_key_free(&key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_identify),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_newest),
		cmocka_unit_test(test_cisco),
	};

	return test_run(tests);
}
