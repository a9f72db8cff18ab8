/* SPDX-License-Identifier: Apache-2.0 */
/* Whose key may vouch for what: every anchor, every reason to refuse. */
#include "test.h"

#include "cases.h"
#include "ctl/ctl.h"

struct loaded {
	struct buf bytes;
	struct ctl_file *f;
};

static void
load(struct loaded *l, const char *name)
{
	struct diag d;

	memset(l, 0, sizeof(*l));
	case_load(name, &l->bytes);
	if (ctl_parse(buf_bytes(&l->bytes), CTL_KIND_AUTO, &l->f, &d) != ERR_OK)
		fail_msg("%s: %s: %s", name, d.path, d.msg);
}

static void
unload(struct loaded *l)
{
	ctl_free(&l->f);
	buf_clear(&l->bytes);
}

static void
load_cert(const char *name, const char *pem, struct cert **ret)
{
	struct buf content = { 0 };
	char path[512];
	struct diag d;

	(void)snprintf(path, sizeof(path), "%s/%s/%s.pem", getenv("CASES"),
	    name, pem);
	assert_int_equal(file_load(path, 65536, &content, &d), ERR_OK);
	assert_int_equal(cert_from_file(buf_bytes(&content), ret, &d), ERR_OK);
	buf_clear(&content);
}

/* ---- A list with itself. ---- */

struct expectation {
	const char *name;
	enum ctl_status status;
	size_t signer_record;
	const char *path; /* of the reason */
	const char *part; /* of the reason, or of the note */
};

static const struct expectation by_itself[] = {
	{ "ok-tokenless-4947", CTL_VERIFIED, 1, "", "" },
	{ "ok-tokenless-6113", CTL_VERIFIED, 1, "", "" },
	{ "ok-token-5728", CTL_VERIFIED, 5, "", "subject is cut" },
	{ "ok-token-3746", CTL_VERIFIED, 1, "", "subject is cut" },
	{ "ok-token-serial-two-orders", CTL_VERIFIED, 1, "", "backwards" },
	{ "ok-builder-sha1", CTL_VERIFIED, 1, "", "" },
	{ "ok-builder-sha512", CTL_VERIFIED, 1, "", "" },
	{ "ok-builder-semicolon", CTL_VERIFIED, 1, "", "" },
	{ "ok-builder-old", CTL_VERIFIED, 1, "", "leaves out DC" },
	{ "ok-signer-twice", CTL_VERIFIED, 1, "", "" },
	{ "ok-dns-two-nuls", CTL_VERIFIED, 1, "", "" },
	{ "bad-signer-twice", CTL_FAILED, 1, "header / SIGNERID (3)",
	    "records 1 and 2" },
	{ "ok-signer-hash-first", CTL_VERIFIED, 2, "", "" },
	{ "bad-signer-second-garbage", CTL_FAILED, 1, "header / SIGNERID (3)",
	    "records 1 and 2" },
	{ "bad-signer-second-hash", CTL_FAILED, 1, "header / SIGNERID (3)",
	    "records 1 and 2" },
	{ "bad-cert-hash-differs", CTL_FAILED, 1, "record 1 / CERTHASH (11)",
	    "not the hash" },
	{ "bad-list-as-encrypted", CTL_FAILED, 0, "header / SIGNERID (3)",
	    "record 2 of this list, whose FUNCTION is CCM+TFTP" },
	{ "bad-list-as-signed", CTL_FAILED, 0, "header / SIGNERID (3)",
	    "record 2 of this list, whose FUNCTION is CCM+TFTP" },
	{ "ok-mixed-dialects", CTL_VERIFIED, 2, "", "" },
	{ "ok-itl-callmanager", CTL_VERIFIED, 1, "", "" },
	{ "ok-itl-itlrecovery", CTL_VERIFIED, 1, "", "" },
	{ "ok-itl-cert-hashes", CTL_VERIFIED, 1, "", "" },
	{ "ok-ec-records", CTL_VERIFIED, 1, "", "" },
	{ "ok-sha256", CTL_VERIFIED, 1, "", "" },
	{ "ok-rsa512", CTL_VERIFIED, 1, "", "" },
	{ "ok-rsa4096-sha512", CTL_VERIFIED, 1, "", "" },
	{ "ok-every-role", CTL_VERIFIED, 1, "", "" },
	{ "ok-unknown-tags", CTL_VERIFIED, 1, "", "" },
	{ "ok-name-dropped-attributes", CTL_VERIFIED, 1, "", "leaves out" },
	{ "ok-name-bmp", CTL_VERIFIED, 1, "", "" },
	{ "ok-name-t61", CTL_VERIFIED, 1, "", "" },
	{ "ok-name-many-ous", CTL_VERIFIED, 1, "", "" },
	{ "ok-serial-high-bit-der", CTL_VERIFIED, 1, "", "" },
	{ "ok-serial-high-bit-bare", CTL_VERIFIED, 1, "", "" },
	{ "bad-modulus-unknown", CTL_VERIFIED, 1, "", "code is unknown" },
	{ "bad-signature", CTL_FAILED, 1, "header / SIGNATURE (12)",
	    "damaged" },
	{ "bad-content-changed", CTL_FAILED, 1, "header / SIGNATURE (12)",
	    "changed after it was signed" },
	{ "bad-signer-key-elsewhere", CTL_FAILED, 1, "header / SIGNATURE (12)",
	    "not made with the key" },
	{ "bad-signer-nobody", CTL_FAILED, 0, "header / SIGNERID (3)",
	    "does not hold as a System Administrator" },
	{ "bad-signer-not-sast", CTL_FAILED, 0, "header / SIGNERID (3)",
	    "record 4 of this list, whose FUNCTION is CAPF" },
	{ "bad-two-sast-one-serial", CTL_FAILED, 1, "header / SIGNERID (3)",
	    "records 1 and 5" },
	{ "bad-publickey-differs", CTL_FAILED, 1, "record 1 / PUBLICKEY (7)",
	    "another key" },
	{ "bad-publickey-signs", CTL_FAILED, 1, "record 1 / PUBLICKEY (7)",
	    "another key" },
	{ "bad-subject-differs", CTL_FAILED, 1, "record 1 / SUBJECTNAME (3)",
	    "does not agree" },
	{ "bad-issuer-differs", CTL_FAILED, 1, "record 1 / ISSUERNAME (5)",
	    "does not agree" },
	{ "bad-name-order-differs", CTL_FAILED, 1, "record 1 / SUBJECTNAME (3)",
	    "does not agree" },
	{ "bad-serial-differs", CTL_FAILED, 1, "record 1 / SERIALNUMBER (6)",
	    "does not agree" },
	{ "bad-serial-reversed", CTL_FAILED, 1, "record 1 / SERIALNUMBER (6)",
	    "does not agree" },
	{ "bad-header-serial-reversed", CTL_FAILED, 0, "header / SIGNERID (3)",
	    "does not hold" },
	{ "bad-token-cut-in-name", CTL_FAILED, 1, "record 1 / SUBJECTNAME (3)",
	    "does not agree" },
	{ "bad-token-issuer-cut", CTL_FAILED, 1, "record 1 / ISSUERNAME (5)",
	    "does not agree" },
	{ "bad-certificate-garbage-signer", CTL_FAILED, 1,
	    "record 1 / CERTIFICATE (9)", "not the DER" },
	{ "bad-modulus-code", CTL_FAILED, 1,
	    "header / SIGNATUREINFO (7) / SIGNATUREALGOINFO (9) / "
	    "SIGNATUREMODULUS (11)",
	    "says 2048 bits" },
	{ "bad-signature-length", CTL_FAILED, 1, "header / SIGNATURE (12)",
	    "has 127 bytes" },
	{ "bad-no-signature", CTL_FAILED, 0, "header / HEADERLENGTH (2)",
	    "no SIGNATURE" },
	{ "bad-digest-code-4", CTL_NOT_POSSIBLE, 0,
	    "header / SIGNATUREINFO (7) / DIGESTALGORTITHM (8)",
	    "digest code 4" },
	{ "bad-algorithm-1", CTL_NOT_POSSIBLE, 0,
	    "header / SIGNATUREINFO (7) / SIGNATUREALGOINFO (9) / "
	    "SIGNATUREALGORTITHM (10)",
	    "0, RSA" },
	{ "ok-empty-list", CTL_FAILED, 0, "header / SIGNERID (3)",
	    "does not hold" },
	{ "ok-firmware-loads", CTL_NOT_POSSIBLE, 0, "header / SIGNERID (3)",
	    "only the phones hold" },
	{ "ok-cnf-sgn-sha1", CTL_NOT_POSSIBLE, 0, "header / SIGNERID (3)",
	    "does not carry its signer" },
	{ "ok-enc-sgn", CTL_NOT_POSSIBLE, 0, "header / SIGNERID (3)",
	    "does not carry its signer" },
};

static void
check(const char *name, const struct ctl_verdict *v,
    const struct expectation *x)
{
	const char *said = v->status == CTL_VERIFIED ? v->note : v->why.msg;

	if (v->status != x->status)
		fail_msg("%s: %s: %s", name, ctl_status_name(v->status),
		    v->why.msg);
	assert_int_equal(v->signer_record, x->signer_record);
	if (strcmp(v->why.path, x->path) != 0)
		fail_msg("%s: '%s' is not '%s'", name, v->why.path, x->path);
	if (strstr(said, x->part) == NULL)
		fail_msg("%s: '%s' is not in '%s'", name, x->part, said);
	if (x->part[0] == '\0' && said[0] != '\0')
		fail_msg("%s: unexpected: '%s'", name, said);
}

static void
test_by_itself(void **state)
{
	struct ctl_anchor anchor = { .kind = CTL_ANCHOR_SELF };
	const struct expectation *x;
	struct ctl_verdict v;
	struct loaded l;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(by_itself) / sizeof(by_itself[0]); i++) {
		x = &by_itself[i];
		load(&l, x->name);
		assert_int_equal(ctl_verify(l.f, &anchor, &v, &d), ERR_OK);
		assert_int_equal(v.anchor, CTL_ANCHOR_SELF);
		check(x->name, &v, x);
		unload(&l);
	}
}

/* ---- A file with another list. ---- */

static void
with_trusted(const char *name, const char *trusted, const struct expectation *x)
{
	struct ctl_anchor anchor = { .kind = CTL_ANCHOR_TRUSTED };
	struct ctl_verdict v;
	struct loaded l, t;
	struct diag d;

	load(&l, name);
	load(&t, trusted);
	anchor.trusted = t.f;
	assert_int_equal(ctl_verify(l.f, &anchor, &v, &d), ERR_OK);
	assert_int_equal(v.anchor, CTL_ANCHOR_TRUSTED);
	check(name, &v, x);
	unload(&l);
	unload(&t);
}

static void
test_trusted(void **state)
{
	with_trusted("ok-cnf-sgn-sha1", "ok-itl-callmanager",
	    &(struct expectation){ NULL, CTL_VERIFIED, 3, "", "" });
	with_trusted("ok-cnf-sgn-sha512", "ok-itl-callmanager",
	    &(struct expectation){ NULL, CTL_VERIFIED, 3, "", "" });
	with_trusted("ok-enc-sgn", "ok-itl-callmanager",
	    &(struct expectation){ NULL, CTL_VERIFIED, 3, "", "" });
	with_trusted("ok-token-5728", "ok-token-5728",
	    &(struct expectation){ NULL, CTL_VERIFIED, 5, "", "is cut" });
	with_trusted("ok-tokenless-4947", "ok-token-5728",
	    &(struct expectation){ NULL, CTL_FAILED, 0, "header / SIGNERID (3)",
		"record 2 of the trusted list, whose FUNCTION is CCM+TFTP" });
	with_trusted("ok-token-5728", "ok-tokenless-4947",
	    &(struct expectation){ NULL, CTL_FAILED, 0, "header / SIGNERID (3)",
		"the trusted list does not hold" });
	with_trusted("ok-sgn-of-sgn", "ok-itl-callmanager",
	    &(struct expectation){ NULL, CTL_VERIFIED, 3, "", "" });
	with_trusted("bad-list-as-encrypted", "bad-list-as-signed",
	    &(struct expectation){ NULL, CTL_FAILED, 0, "header / SIGNERID (3)",
		"whose FUNCTION is CCM+TFTP" });
	with_trusted("bad-list-as-signed", "bad-list-as-signed",
	    &(struct expectation){ NULL, CTL_FAILED, 0, "header / SIGNERID (3)",
		"whose FUNCTION is CCM+TFTP" });
	with_trusted("bad-signature", "bad-publickey-differs",
	    &(struct expectation){ NULL, CTL_FAILED, 1,
		"trusted list / record 1 / PUBLICKEY (7)", "another key" });
	with_trusted("ok-cnf-sgn-sha1", "ok-tokenless-4947",
	    &(struct expectation){ NULL, CTL_FAILED, 0, "header / SIGNERID (3)",
		"TFTP or CCM+TFTP" });
}

/* A list that carries a forger's key in place of the one its header names
 * verifies with itself, and not with what phones hold. */
static void
test_forged(void **state)
{
	with_trusted("bad-forged-key", "bad-forged-key",
	    &(struct expectation){ NULL, CTL_VERIFIED, 1, "", "" });
	with_trusted("bad-forged-key", "bad-signature",
	    &(struct expectation){ NULL, CTL_FAILED, 1,
		"header / SIGNATURE (12)", "not made with the key" });
}

/* ---- A file with a certificate. ---- */

static void
with_cert(const char *name, const char *from, const char *pem,
    const struct expectation *x)
{
	struct ctl_anchor anchor = { .kind = CTL_ANCHOR_CERT };
	struct ctl_verdict v;
	struct cert *cert = NULL;
	struct loaded l;
	struct diag d;

	load(&l, name);
	load_cert(from, pem, &cert);
	anchor.cert = cert;
	assert_int_equal(ctl_verify(l.f, &anchor, &v, &d), ERR_OK);
	assert_int_equal(v.anchor, CTL_ANCHOR_CERT);
	check(name, &v, x);
	cert_free(&cert);
	unload(&l);
}

static void
test_cert(void **state)
{
	static const struct expectation good = { NULL, CTL_VERIFIED, 0, "",
		"" };
	static const struct expectation other = { NULL, CTL_FAILED, 0,
		"header / SIGNERID (3)", "another" };

	with_cert("ok-cnf-sgn-sha1", "ok-cnf-sgn-sha1", "pub", &good);
	with_cert("ok-enc-sgn", "ok-enc-sgn", "pub", &good);
	with_cert("ok-tokenless-4947", "ok-tokenless-4947", "pub", &good);
	with_cert("ok-builder-sha512", "ok-builder-sha512", "pub", &good);
	with_cert("ok-tokenless-4947", "ok-tokenless-4947", "capf", &other);
	with_cert("ok-tokenless-4947", "ok-builder-sha512", "pub", &other);
	/* one of the two is right, and so is the key */
	with_cert("bad-serial-differs", "bad-serial-differs", "pub", &other);
	with_cert("bad-issuer-differs", "bad-issuer-differs", "pub", &other);
}

/* ---- Origin and signer. ---- */

static void
test_origin(void **state)
{
	static const struct {
		const char *name;
		enum ctl_origin origin;
		size_t signer;
	} cases[] = {
		{ "ok-tokenless-4947", CTL_ORIGIN_CALLMANAGER, 1 },
		{ "ok-token-5728", CTL_ORIGIN_TOKEN, 5 },
		{ "ok-token-3746", CTL_ORIGIN_TOKEN, 1 },
		{ "ok-token-serial-two-orders", CTL_ORIGIN_TOKEN, 1 },
		{ "ok-builder-sha1", CTL_ORIGIN_OWN_KEY, 1 },
		{ "ok-itl-itlrecovery", CTL_ORIGIN_ITLRECOVERY, 1 },
		{ "ok-itl-callmanager", CTL_ORIGIN_CALLMANAGER, 1 },
		{ "ok-empty-list", CTL_ORIGIN_UNKNOWN, 0 },
		{ "bad-signer-not-sast", CTL_ORIGIN_UNKNOWN, 0 },
		{ "ok-firmware-loads", CTL_ORIGIN_UNKNOWN, 0 },
	};
	struct loaded l;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		load(&l, cases[i].name);
		if (ctl_origin(l.f) != cases[i].origin)
			fail_msg("%s: %s", cases[i].name,
			    ctl_origin_name(ctl_origin(l.f)));
		assert_int_equal(ctl_signer_record(l.f), cases[i].signer);
		unload(&l);
	}
}

static void
check_dialect(const char *name, size_t record, enum ctl_dialect dialect)
{
	struct loaded l;

	load(&l, name);
	assert_int_equal(ctl_record(l.f, record)->dialect, dialect);
	unload(&l);
}

static void
test_dialects(void **state)
{
	check_dialect("ok-token-5728", 1, CTL_DIALECT_TOKEN);
	check_dialect("ok-token-5728", 2, CTL_DIALECT_APPLIANCE);
	check_dialect("ok-token-3746", 3, CTL_DIALECT_APPLIANCE);
	check_dialect("ok-builder-sha1", 2, CTL_DIALECT_BUILDER);
	check_dialect("ok-mixed-dialects", 1, CTL_DIALECT_TOKEN);
	check_dialect("ok-mixed-dialects", 2, CTL_DIALECT_APPLIANCE);
	check_dialect("ok-mixed-dialects", 3, CTL_DIALECT_BUILDER);
}

static void
common_name_is(const char *name, const char *cn)
{
	struct bytes got = ctl_common_name(bytes_of_str(name));

	if (!bytes_equal(got, bytes_of_str(cn)))
		fail_msg("%s: '%.*s'", name, (int)got.len,
		    (const char *)got.ptr);
}

static void
test_common_name(void **state)
{
	common_name_is("CN=a.b;OU=x", "a.b");
	common_name_is("cn=\"SAST-ADN008580ef        \";ou=IPCBU",
	    "SAST-ADN008580ef");
	common_name_is("C=PL,CN=x", "x");
	common_name_is("CN=", "");
	common_name_is("cn=\"open", "open");
	assert_null(ctl_common_name(bytes_of_str("OU=CNN")).ptr);
	assert_null(ctl_common_name(bytes_of_str("")).ptr);
}

/* A memo answers as a decoding does, also when it is full many times over. */
static void
test_memo(void **state)
{
	struct ctl_anchor anchor = { .kind = CTL_ANCHOR_SELF };
	struct ctl_verdict v;
	struct loaded l;
	struct diag d;
	size_t i, round;

	assert_int_equal(ctl_memo_new(&anchor.memo, &d), ERR_OK);
	for (round = 0; round < 3; round++)
		for (i = 0; i < sizeof(by_itself) / sizeof(by_itself[0]); i++) {
			load(&l, by_itself[i].name);
			assert_int_equal(ctl_verify(l.f, &anchor, &v, &d),
			    ERR_OK);
			check(by_itself[i].name, &v, &by_itself[i]);
			unload(&l);
		}
	ctl_memo_free(&anchor.memo);
	assert_null(anchor.memo);
}

/* One memo, one certificate after the other: where the second stands in memory
 * where the first did, it still is another key. */
static void
test_memo_of_another_certificate(void **state)
{
	static const char *const owners[] = { "bad-forged-key",
		"bad-signature" };
	struct ctl_anchor anchor = { .kind = CTL_ANCHOR_CERT };
	struct cert *cert = NULL;
	struct ctl_verdict v;
	struct loaded l;
	struct diag d;
	unsigned i;

	load(&l, "bad-forged-key");
	assert_int_equal(ctl_memo_new(&anchor.memo, &d), ERR_OK);
	for (i = 0; i < 100; i++) {
		load_cert(owners[i % 2], "pub", &cert);
		anchor.cert = cert;
		assert_int_equal(ctl_verify(l.f, &anchor, &v, &d), ERR_OK);
		assert_int_equal(v.status,
		    i % 2 == 0 ? CTL_VERIFIED : CTL_FAILED);
		cert_free(&cert);
	}
	ctl_memo_free(&anchor.memo);
	unload(&l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_itself),
		cmocka_unit_test(test_trusted),
		cmocka_unit_test(test_forged),
		cmocka_unit_test(test_cert),
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_dialects),
		cmocka_unit_test(test_common_name),
		cmocka_unit_test(test_memo),
		cmocka_unit_test(test_memo_of_another_certificate),
	};

	return test_run(tests);
}
