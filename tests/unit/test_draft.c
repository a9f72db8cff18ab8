/* SPDX-License-Identifier: Apache-2.0 */
/* Drafts of lists: which dialect, what comes, goes, changes and stays. */
#include "test.h"

#include "cases.h"
#include "lab/recipe.h"
#include "minted.h"

static const struct bytes absent = { NULL, 0 };

/* A draft of case NAME, which is right without it. */
static struct ctl_draft *
draft_case(const char *name)
{
	struct ctl_draft *dr = NULL;
	struct ctl_file *f = NULL;
	struct buf bytes = { 0 };
	struct diag d;

	case_load(name, &bytes);
	if (ctl_parse(buf_bytes(&bytes), CTL_KIND_AUTO, &f, &d) != ERR_OK ||
	    ctl_draft_from(f, &dr, &d) != ERR_OK)
		fail_msg("%s: %s", name, d.msg);
	ctl_free(&f);
	memset(bytes.ptr, 0xee, bytes.len);
	buf_clear(&bytes);
	return dr;
}

/* The certificate CERT.pem of case NAME. */
static struct cert *
cert_case(const char *name, const char *cert)
{
	struct cert *c = NULL;
	struct buf pem = { 0 };
	char path[512];
	struct diag d;

	(void)snprintf(path, sizeof(path), "%s/%s/%s.pem", getenv("CASES"),
	    name, cert);
	assert_int_equal(file_load(path, FILE_MAX_DEFAULT, &pem, &d), ERR_OK);
	assert_int_equal(cert_from_file(buf_bytes(&pem), &c, &d), ERR_OK);
	buf_clear(&pem);
	return c;
}

/* The tags of R, in order, are those of WANT. */
static void
expect_tags(const struct ctl_record *r, const char *want)
{
	char got[256] = "";
	size_t i, used = 0;

	for (i = 0; i < r->num_fields; i++)
		used += (size_t)snprintf(got + used, sizeof(got) - used, "%s%u",
		    i == 0 ? "" : " ", r->fields[i].tag);
	assert_string_equal(got, want);
}

static void
expect_text(struct bytes got, const char *want)
{
	if (!bytes_equal(got, bytes_of_str(want)))
		fail_msg("'%.*s', not '%s'", (int)got.len,
		    (const char *)got.ptr, want);
}

static enum ctl_dialect
dialect_for(const struct mint_key *key, const char *subject, const char *issuer,
    enum mint_string type)
{
	const struct mint_attr names[] = { { "CN", subject, type },
		{ "O", "Cisco Manufacturing CA", type },
		{ "CN", issuer, type } };
	const struct mint_spec spec = { .subject = { names, 1 },
		.issuer = { names + 1, 2 },
		.serial = { (const uint8_t *)"1", 1 },
		.not_after = 2000000000,
		.key = key,
		.issuer_key = key };
	enum ctl_dialect ret = CTL_DIALECT_BUILDER;
	struct minted m;

	minted_make(&m, &spec);
	assert_int_equal(ctl_dialect_for(m.cert, &ret, NULL), ERR_OK);
	minted_clear(&m);
	return ret;
}

static void
test_dialect(void **state)
{
	static const struct {
		const char *subject, *issuer;
		enum ctl_dialect dialect;
	} rows[] = {
		{ "SAST-ADN0054f509        ", "Cisco Manufacturing CA",
		    CTL_DIALECT_TOKEN },
		{ "SAST-1", "CISCO manufacturing ca SHA2", CTL_DIALECT_TOKEN },
		{ "a server", "Cisco Manufacturing CA", CTL_DIALECT_TOKEN },
		{ "SAST-1", "Cisco Manufacturing C", CTL_DIALECT_APPLIANCE },
		{ "SAST-1", "A Cisco Manufacturing CA", CTL_DIALECT_APPLIANCE },
		{ "Cisco Manufacturing CA", "Cisco Root CA 2048",
		    CTL_DIALECT_APPLIANCE },
	};
	static const enum mint_string types[] = { MINT_UTF8, MINT_BMP,
		MINT_UNIVERSAL, MINT_T61, MINT_PRINTABLE };
	struct mint_key *key = minted_key("rsa1024-a");
	size_t i, k;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (k = 0; k < sizeof(types) / sizeof(types[0]); k++)
			if (dialect_for(key, rows[i].subject, rows[i].issuer,
				types[k]) != rows[i].dialect)
				fail_msg("%s, %s, %zu", rows[i].subject,
				    rows[i].issuer, k);
	mint_key_free(&key);
	assert_null(ctl_default_address(CTL_DIALECT_APPLIANCE).ptr);
	assert_null(ctl_default_address(CTL_DIALECT_BUILDER).ptr);
	assert_true(bytes_equal(ctl_default_address(CTL_DIALECT_TOKEN),
	    bytes_of("\0\0\0\0", 4)));
}

/* Adds a record without a certificate, which is known by its role. */
static void
add_bare(struct ctl_draft *dr, uint16_t role, size_t at)
{
	struct ctl_entry entry = { .role = role, .host = absent };

	assert_int_equal(ctl_draft_add(dr, &entry, at, NULL), ERR_OK);
}

static void
expect_roles(const struct ctl_draft *dr, const char *want)
{
	char got[64] = "";
	size_t i, used = 0;

	for (i = 1; i <= ctl_draft_num(dr); i++)
		used += (size_t)snprintf(got + used, sizeof(got) - used, "%u",
		    ctl_draft_record(dr, i)->role);
	assert_string_equal(got, want);
}

static void
test_order(void **state)
{
	struct ctl_draft *dr = NULL;

	assert_int_equal(ctl_draft_new(CTL_KIND_CTL, &dr, NULL), ERR_OK);
	assert_int_equal(ctl_draft_num(dr), 0);
	assert_null(ctl_draft_record(dr, 0));
	assert_null(ctl_draft_record(dr, 1));
	assert_null(ctl_draft_bytes(dr, 1).ptr);
	ctl_draft_remove(dr, 1);
	add_bare(dr, 1, 0);
	add_bare(dr, 2, 0);
	add_bare(dr, 3, 1);
	add_bare(dr, 4, 3);
	expect_roles(dr, "3142");
	add_bare(dr, 5, 5);
	add_bare(dr, 6, 77);
	expect_roles(dr, "314256");
	ctl_draft_remove(dr, 1);
	ctl_draft_remove(dr, 3);
	ctl_draft_remove(dr, 0);
	ctl_draft_remove(dr, 5);
	expect_roles(dr, "1456");
	ctl_draft_remove(dr, 4);
	expect_roles(dr, "145");
	assert_null(ctl_draft_record(dr, 4));
	assert_null(ctl_draft_record(dr, 0));
	ctl_draft_free(&dr);
	assert_null(dr);
	ctl_draft_free(&dr);
}

/* The 33 bytes of the published output. */
static void
test_without_certificate(void **state)
{
	static const uint8_t want[] = "\1\0\2\0\x21\2\0\x0d"
				      "10.48.47.153\0\4\0\2\0\2\x0a\0\4"
				      "\x0a\x30\x2f\x99";
	static const enum ctl_dialect dialects[] = { CTL_DIALECT_APPLIANCE,
		CTL_DIALECT_TOKEN, CTL_DIALECT_BUILDER };
	struct ctl_entry entry = { .role = CTL_ROLE_CCM_TFTP,
		.host = bytes_of_str("10.48.47.153"),
		.address = bytes_of("\x0a\x30\x2f\x99", 4) };
	struct ctl_draft *dr = NULL;
	size_t i;

	assert_int_equal(ctl_draft_new(CTL_KIND_CTL, &dr, NULL), ERR_OK);
	for (i = 0; i < 3; i++) {
		entry.dialect = dialects[i];
		assert_int_equal(ctl_draft_add(dr, &entry, 0, NULL), ERR_OK);
		assert_true(bytes_equal(ctl_draft_bytes(dr, i + 1),
		    bytes_of(want, 33)));
		assert_int_equal(ctl_draft_record(dr, i + 1)->length, 33);
		assert_int_equal(ctl_draft_record(dr, i + 1)->offset, 0);
	}
	ctl_draft_free(&dr);
}

/* Absent host and address, by dialect. */
static void
test_defaults(void **state)
{
	const struct mint_attr cn = { "CN", "x", MINT_UTF8 };
	struct mint_key *key = minted_key("rsa1024-a");
	struct ctl_entry entry = { .role = 0, .host = absent };
	struct ctl_draft *dr = NULL;
	struct minted m;

	minted_plain(&m, key, &cn);
	entry.cert = m.cert;
	assert_int_equal(ctl_draft_new(CTL_KIND_CTL, &dr, NULL), ERR_OK);
	assert_int_equal(ctl_draft_add(dr, &entry, 0, NULL), ERR_OK);
	expect_tags(ctl_draft_record(dr, 1), "1 2 3 4 5 6 7 8 9");
	assert_int_equal(
	    ctl_record_value(ctl_draft_record(dr, 1), CTL_REC_DNS_NAME).len, 1);
	entry.dialect = CTL_DIALECT_TOKEN;
	assert_int_equal(ctl_draft_add(dr, &entry, 0, NULL), ERR_OK);
	expect_tags(ctl_draft_record(dr, 2), "1 2 3 4 5 6 7 9 10");
	entry.dialect = CTL_DIALECT_BUILDER;
	entry.host = bytes_of_str("left-out");
	entry.address = bytes_of("\1\2\3\4", 4);
	assert_int_equal(ctl_draft_add(dr, &entry, 0, NULL), ERR_OK);
	expect_tags(ctl_draft_record(dr, 3), "1 3 5 6 4 7 8 9");
	ctl_draft_free(&dr);
	minted_clear(&m);
	mint_key_free(&key);
}

/* What ctl_draft_add() says of it, which adds nothing. */
static enum err
refusal(const struct ctl_entry *entry, struct diag *d)
{
	struct ctl_draft *dr = NULL;
	enum err e;

	assert_int_equal(ctl_draft_new(CTL_KIND_CTL, &dr, NULL), ERR_OK);
	add_bare(dr, 1, 0);
	diag_init(d);
	e = ctl_draft_add(dr, entry, 1, d);
	assert_int_equal(d->code, e);
	expect_roles(dr, "1");
	ctl_draft_free(&dr);
	return e;
}

static enum err
refusal_of_name(const struct mint_key *key, const char *attr, const char *value,
    enum ctl_dialect dialect)
{
	const struct mint_attr cn = { attr, value, MINT_UTF8 };
	struct ctl_entry entry = { .dialect = dialect };
	struct minted m;
	struct diag d;
	enum err e;

	minted_plain(&m, key, &cn);
	entry.cert = m.cert;
	e = refusal(&entry, &d);
	minted_clear(&m);
	return e;
}

static void
test_names_refused(void **state)
{
	struct mint_key *key = minted_key("rsa1024-a");
	struct ctl_entry entry = { .role = 0 };
	struct diag d;

	assert_int_equal(
	    refusal_of_name(key, "CN", "a\x1b[0m", CTL_DIALECT_APPLIANCE),
	    ERR_SYNTAX);
	assert_int_equal(refusal_of_name(key, "CN", "a\nb", CTL_DIALECT_TOKEN),
	    ERR_SYNTAX);
	assert_int_equal(
	    refusal_of_name(key, "CN", "a\x7f", CTL_DIALECT_BUILDER),
	    ERR_SYNTAX);
	/* nobody could tell that such a record is a token's */
	assert_int_equal(refusal_of_name(key, "DC", "a", CTL_DIALECT_TOKEN),
	    ERR_UNSUPPORTED);
	mint_key_free(&key);
	entry.host = bytes_of("a\0b", 3);
	assert_int_equal(refusal(&entry, &d), ERR_SYNTAX);
	entry.host = bytes_of_str("a\tb");
	assert_int_equal(refusal(&entry, &d), ERR_SYNTAX);
	assert_int_equal(d.offset, DIAG_NOWHERE);
	assert_string_equal(d.path, "");
}

/* A name that is no text is copied, where it is not converted. */
static void
test_no_text(void **state)
{
	struct buf bytes = { 0 };
	struct ctl_entry entry = { .dialect = CTL_DIALECT_BUILDER };
	struct ctl_file *f = NULL;
	struct cert *cert = NULL;
	struct diag d;

	case_load("bad-certificate-not-text", &bytes);
	assert_int_equal(ctl_parse(buf_bytes(&bytes), CTL_KIND_AUTO, &f, &d),
	    ERR_OK);
	assert_int_equal(cert_from_der(ctl_record_value(ctl_record(f, 4),
					   CTL_REC_CERTIFICATE),
			     &cert, &d),
	    ERR_OK);
	entry.cert = cert;
	assert_int_equal(refusal(&entry, &d), ERR_SYNTAX);
	cert_free(&cert);
	ctl_free(&f);
	buf_clear(&bytes);
}

/* A host of N bytes. */
static enum err
add_long(struct ctl_draft *dr, size_t n, const struct cert *cert,
    struct diag *d)
{
	struct ctl_entry entry = { .cert = cert };
	struct buf host = { 0 };
	enum err e;

	buf_fill(&host, n, 'a');
	entry.host = buf_bytes(&host);
	diag_init(d);
	e = ctl_draft_add(dr, &entry, 0, d);
	buf_clear(&host);
	return e;
}

static void
test_too_big(void **state)
{
	/* a record without certificate has 14 bytes beside its host */
	const size_t most = 65535 - 14;
	struct ctl_draft *dr = NULL;
	struct diag d;
	size_t i;

	assert_int_equal(ctl_draft_new(CTL_KIND_CTL, &dr, NULL), ERR_OK);
	assert_int_equal(add_long(dr, most, NULL, &d), ERR_OK);
	assert_int_equal(ctl_draft_record(dr, 1)->length, 65535);
	assert_int_equal(add_long(dr, most + 1, NULL, &d), ERR_TOO_BIG);
	assert_non_null(strstr(d.msg, "record"));
	assert_int_equal(add_long(dr, 65535, NULL, &d), ERR_TOO_BIG);
	assert_non_null(strstr(d.msg, "DNSNAME (2)"));
	assert_int_equal(ctl_draft_num(dr), 1);
	for (i = 1; i < CTL_MAX_RECORDS; i++)
		add_bare(dr, 1, 0);
	assert_int_equal(add_long(dr, 1, NULL, &d), ERR_TOO_BIG);
	assert_int_equal(ctl_draft_num(dr), CTL_MAX_RECORDS);
	ctl_draft_free(&dr);
}

static void
replace(struct ctl_draft *dr, size_t index, const struct cert *cert,
    enum ctl_dialect dialect)
{
	struct diag d;

	if (ctl_draft_replace(dr, index, cert, dialect, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	assert_int_equal(ctl_draft_record(dr, index)->dialect, dialect);
}

/* Role, host, address and unknown tags stay where they are. */
static void
test_replace(void **state)
{
	struct ctl_draft *dr = draft_case("ok-unknown-tags");
	struct cert *cert = cert_case("ok-token-5728", "token1");
	const struct ctl_record *r;

	replace(dr, 2, cert, CTL_DIALECT_APPLIANCE);
	r = ctl_draft_record(dr, 2);
	expect_tags(r, "1 2 99 3 4 5 6 7 8 9 10 255");
	assert_int_equal(r->role, CTL_ROLE_CCM_TFTP);
	expect_text(ctl_record_text(r, CTL_REC_DNS_NAME), "lab-pub");
	expect_text(ctl_record_text(r, CTL_REC_ISSUER),
	    "CN=Cisco Manufacturing CA;O=Cisco Systems");
	assert_true(bytes_equal(ctl_record_value(r, CTL_REC_ADDRESS),
	    bytes_of("\xc0\0\2\x0a", 4)));
	assert_true(bytes_equal(ctl_record_value(r, CTL_REC_CERTIFICATE),
	    cert_der(cert)));
	assert_true(bytes_equal(r->fields[2].value, bytes_of("\1\2", 2)));
	/* 13 stands behind 8, which a token's record has not */
	expect_tags(ctl_draft_record(dr, 4), "1 2 3 4 5 6 7 8 13 9 10");
	replace(dr, 4, cert, CTL_DIALECT_TOKEN);
	r = ctl_draft_record(dr, 4);
	expect_tags(r, "1 2 3 4 5 6 7 13 9 10");
	assert_int_equal(r->role, CTL_ROLE_CAPF);
	expect_text(ctl_record_text(r, CTL_REC_SUBJECT),
	    "cn=\"SAST-ADN0054f509        \";ou=IPCBU;o=\"Cisco Systems");
	/* host and address stay in a builder's record too */
	replace(dr, 2, cert, CTL_DIALECT_BUILDER);
	expect_tags(ctl_draft_record(dr, 2), "1 2 99 3 5 6 4 7 8 9 10 255");
	assert_int_equal(ctl_draft_num(dr), 4);
	cert_free(&cert);
	ctl_draft_free(&dr);
}

/* What a record lacks, and what its new dialect always has. */
static void
test_replace_sparse(void **state)
{
	struct ctl_draft *dr = draft_case("ok-server-empty-all");
	struct cert *cert = cert_case("ok-server-empty-all", "pub");
	const struct ctl_record *r;

	replace(dr, 4, cert, CTL_DIALECT_APPLIANCE);
	r = ctl_draft_record(dr, 4);
	expect_tags(r, "1 2 3 4 5 6 7 8 9 10");
	expect_text(ctl_record_text(r, CTL_REC_DNS_NAME), "lab-sub");
	assert_int_equal(r->role, CTL_ROLE_CCM_TFTP);
	ctl_draft_free(&dr);
	dr = draft_case("ok-builder-sha1");
	replace(dr, 1, cert, CTL_DIALECT_APPLIANCE);
	r = ctl_draft_record(dr, 1);
	expect_tags(r, "1 2 3 4 5 6 7 8 9");
	assert_int_equal(ctl_record_value(r, CTL_REC_DNS_NAME).len, 1);
	replace(dr, 1, cert, CTL_DIALECT_TOKEN);
	expect_tags(ctl_draft_record(dr, 1), "1 2 3 4 5 6 7 9 10");
	replace(dr, 2, cert, CTL_DIALECT_BUILDER);
	expect_tags(ctl_draft_record(dr, 2), "1 3 5 6 4 7 8 9");
	ctl_draft_free(&dr);
	dr = draft_case("bad-role-missing");
	replace(dr, 4, cert, CTL_DIALECT_APPLIANCE);
	expect_tags(ctl_draft_record(dr, 4), "1 2 3 5 6 7 8 9 10");
	assert_false(ctl_draft_record(dr, 4)->has_role);
	ctl_draft_free(&dr);
	cert_free(&cert);
}

/* The hash of record INDEX of DR is that of CERT by WHICH. */
static void
expect_hash(const struct ctl_draft *dr, size_t index, const struct cert *cert,
    enum digest which)
{
	const struct ctl_record *r = ctl_draft_record(dr, index);
	struct bytes der = cert_der(cert);
	struct digest_value value;

	assert_int_equal(digest_of(which, &der, 1, &value, NULL), ERR_OK);
	assert_true(bytes_equal(ctl_record_value(r, CTL_REC_CERT_HASH),
	    digest_bytes(&value)));
}

static void
test_replace_hash(void **state)
{
	static const enum digest digests[] = { DIGEST_SHA1, DIGEST_SHA256,
		DIGEST_SHA512 };
	struct ctl_draft *dr = draft_case("ok-hash-algorithms");
	struct cert *cert = cert_case("ok-token-5728", "pub");
	size_t i;

	expect_tags(ctl_draft_record(dr, 4), "1 2 3 4 5 6 7 8 11 10");
	for (i = 0; i < 3; i++) {
		replace(dr, 4 + i, cert, CTL_DIALECT_APPLIANCE);
		expect_tags(ctl_draft_record(dr, 4 + i),
		    i == 0 ? "1 2 3 4 5 6 7 8 11 10"
			   : "1 2 3 4 5 6 7 8 11 12 10");
		expect_hash(dr, 4 + i, cert, digests[i]);
	}
	cert_free(&cert);
	ctl_draft_free(&dr);
}

/* A list of one record, NUM bytes of it at BYTES. */
static struct ctl_draft *
draft_of_record(struct bytes record)
{
	static const uint8_t header[] = { 1, 0, 2, 1, 2, 2, 0, 2, 0, 10 };
	struct ctl_draft *dr = NULL;
	struct ctl_file *f = NULL;
	struct buf file = { 0 };

	buf_put(&file, bytes_of(header, sizeof(header)));
	buf_put(&file, record);
	assert_int_equal(ctl_parse(buf_bytes(&file), CTL_KIND_CTL, &f, NULL),
	    ERR_OK);
	assert_int_equal(ctl_draft_from(f, &dr, NULL), ERR_OK);
	ctl_free(&f);
	buf_clear(&file);
	return dr;
}

/* Hashes by an unknown algorithm; a hash and little else; 256 tags. */
static void
test_replace_odd(void **state)
{
	struct bytes unknown = bytes_of("\1\0\2\0\x0d\x0b\0\1x\x0c\0\1\x09",
	    13);
	struct cert *cert = cert_case("ok-token-5728", "pub");
	struct ctl_draft *dr = draft_of_record(unknown);
	struct diag d;

	assert_int_equal(
	    ctl_draft_replace(dr, 1, cert, CTL_DIALECT_APPLIANCE, &d),
	    ERR_UNSUPPORTED);
	assert_non_null(strstr(d.msg, "algorithm 9"));
	assert_true(bytes_equal(ctl_draft_bytes(dr, 1), unknown));
	assert_int_equal(
	    ctl_draft_replace(dr, 2, cert, CTL_DIALECT_APPLIANCE, &d),
	    ERR_USAGE);
	assert_int_equal(
	    ctl_draft_replace(dr, 0, cert, CTL_DIALECT_APPLIANCE, &d),
	    ERR_USAGE);
	ctl_draft_free(&dr);
	dr = draft_of_record(bytes_of("\1\0\2\0\x0c\x06\0\0\x0b\0\1x", 12));
	replace(dr, 1, cert, CTL_DIALECT_APPLIANCE);
	expect_tags(ctl_draft_record(dr, 1), "1 2 6 11");
	expect_hash(dr, 1, cert, DIGEST_SHA1);
	ctl_draft_free(&dr);
	/* 246 unknown tags and ten known ones */
	dr = draft_case("ok-tags-256");
	replace(dr, 4, cert, CTL_DIALECT_APPLIANCE);
	ctl_draft_free(&dr);
	cert_free(&cert);
}

/* A record that has no room for what is new. */
static void
test_replace_full(void **state)
{
	struct buf record = { 0 };
	struct cert *cert = cert_case("ok-token-5728", "pub");
	struct ctl_draft *dr;
	struct diag d;
	size_t i;

	buf_put(&record, bytes_of("\1\0\2\0\0", 5));
	for (i = 1; i < 256; i++)
		buf_put(&record, bytes_of("\x63\0\0", 3));
	buf_fill16(&record, 3, record.len);
	dr = draft_of_record(buf_bytes(&record));
	assert_int_equal(
	    ctl_draft_replace(dr, 1, cert, CTL_DIALECT_APPLIANCE, &d),
	    ERR_TOO_BIG);
	assert_int_equal(d.offset, DIAG_NOWHERE);
	assert_true(bytes_equal(ctl_draft_bytes(dr, 1), buf_bytes(&record)));
	ctl_draft_free(&dr);
	cert_free(&cert);
	buf_clear(&record);
}

/* Where CERT of case OF is a SAST in the list NAME. */
static void
expect_sast(const char *name, const char *of, const char *cert, size_t want,
    size_t in_draft)
{
	struct ctl_draft *dr = draft_case(name);
	struct cert *c = cert_case(of, cert);
	struct ctl_file *f = NULL;
	struct buf bytes = { 0 };
	size_t found = 77, drafted = 77;

	case_load(name, &bytes);
	assert_int_equal(ctl_parse(buf_bytes(&bytes), CTL_KIND_AUTO, &f, NULL),
	    ERR_OK);
	assert_int_equal(ctl_find_sast(f, c, &found, NULL), ERR_OK);
	assert_int_equal(ctl_draft_find_sast(dr, c, &drafted, NULL), ERR_OK);
	if (found != want || drafted != in_draft)
		fail_msg("%s, %s: %zu, %zu", name, cert, found, drafted);
	ctl_free(&f);
	buf_clear(&bytes);
	cert_free(&c);
	ctl_draft_free(&dr);
}

static void
test_find_sast(void **state)
{
	expect_sast("ok-token-5728", "ok-token-5728", "token1", 1, 1);
	expect_sast("ok-token-5728", "ok-token-5728", "token2", 5, 5);
	expect_sast("ok-token-5728", "ok-token-5728", "pub", 0, 0);
	/* record 1 is no SAST */
	expect_sast("ok-signer-builder-first", "ok-signer-builder-first", "pub",
	    2, 2);
	/* its names lie, but its certificate counts */
	expect_sast("bad-issuer-differs", "bad-issuer-differs", "pub", 1, 1);
	/* its names, but another certificate */
	expect_sast("ok-key-only", "bad-two-sast-one-serial", "double", 0, 0);
	/* a hash alone is no key */
	expect_sast("ok-signer-hash-first", "ok-signer-hash-first", "pub", 2,
	    2);
	/* a bare key with its names */
	expect_sast("bad-sast-exponent-1", "bad-sast-exponent-1", "recovery", 0,
	    0);
}

/* A certificate twice as SAST, in two dialects, and once as a bare key; the
 * header names the second. */
static const char twice[] =
    "certs:\n"
    "- {name: pub, key: rsa1024-a, subject: [CN=p, O=x], serial: '1122'}\n"
    "- {name: sub, key: rsa1024-b, subject: [CN=s, O=x], serial: '3344'}\n"
    "- {name: odd, key: rsa1024-c, subject: [CN=o, O=x], serial: '5566'}\n"
    "header: {filename: CTLFile.tlv, timestamp: 2024-05-01T12:00:00Z}\n"
    "signer: {record: 2}\n"
    "records:\n"
    "- {cert: pub, dialect: token, role: SAST, ip: 0.0.0.0}\n"
    "- {cert: pub, role: SAST}\n"
    "- {cert: sub, role: SAST, fields: [{op: drop, tag: 9}]}\n"
    "- {cert: odd, role: SAST, fields: [{op: drop, tag: 9}, {op: drop, tag: "
    "5}]}\n"
    "- {cert: odd, role: SAST, fields: [{op: drop, tag: 9}, {op: drop, tag: "
    "6}]}\n"
    "- {cert: odd, role: SAST, fields: [{op: drop, tag: 9}, {tag: 6, hex: "
    "'77'}]}\n"
    "- {cert: odd, role: SAST, fields: [{op: drop, tag: 9}, {op: drop, tag: "
    "7}]}\n";

static void
test_find_sast_twice(void **state)
{
	static const size_t want[] = { 2, 3, 0 }, drafted[] = { 1, 3, 0 };
	struct ctl_draft *dr = NULL;
	struct recipe *recipe = NULL;
	struct ctl_file *f = NULL;
	struct cert *c = NULL;
	char keys[512];
	size_t i, found = 77;
	struct diag d;

	(void)snprintf(keys, sizeof(keys), "%s/softhsm-fixtures/keys",
	    getenv("SRC"));
	if (recipe_make(bytes_of_str(twice), keys, &recipe, &d) != ERR_OK)
		fail_msg("%u: %s", d.line, d.msg);
	assert_int_equal(ctl_parse(recipe_file(recipe), CTL_KIND_AUTO, &f, &d),
	    ERR_OK);
	assert_int_equal(ctl_signer_record(f), 2);
	assert_int_equal(ctl_draft_from(f, &dr, &d), ERR_OK);
	for (i = 0; i < 3; i++) {
		const char *name;

		assert_int_equal(
		    cert_from_der(recipe_cert(recipe, i, &name), &c, &d),
		    ERR_OK);
		assert_int_equal(ctl_find_sast(f, c, &found, &d), ERR_OK);
		assert_int_equal(found, want[i]);
		assert_int_equal(ctl_draft_find_sast(dr, c, &found, &d),
		    ERR_OK);
		assert_int_equal(found, drafted[i]);
		cert_free(&c);
	}
	ctl_draft_free(&dr);
	ctl_free(&f);
	recipe_free(&recipe);
}

/* What is no list has no draft. */
static void
test_no_list(void **state)
{
	struct ctl_draft *dr = NULL;
	struct ctl_file *f = NULL;
	struct buf bytes = { 0 };
	struct diag d;

	case_load("ok-cnf-sgn-sha1", &bytes);
	assert_int_equal(ctl_parse(buf_bytes(&bytes), CTL_KIND_AUTO, &f, &d),
	    ERR_OK);
	assert_int_equal(ctl_draft_from(f, &dr, &d), ERR_USAGE);
	assert_null(dr);
	ctl_free(&f);
	buf_clear(&bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dialect),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_without_certificate),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_names_refused),
		cmocka_unit_test(test_no_text),
		cmocka_unit_test(test_too_big),
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_replace_sparse),
		cmocka_unit_test(test_replace_hash),
		cmocka_unit_test(test_replace_odd),
		cmocka_unit_test(test_replace_full),
		cmocka_unit_test(test_find_sast),
		cmocka_unit_test(test_find_sast_twice),
		cmocka_unit_test(test_no_list),
	};

	return test_run(tests);
}
