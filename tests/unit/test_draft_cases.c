/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every made list that is right, as a draft: prepared with what its header
 * says it is, and with the signature that it has, it is the same file again.
 * And the real one, made anew of its certificates, hosts and addresses.
 */
#include "test.h"

#include "cases.h"
#include "minted.h"

/* Right, but not as anybody writes them: 7 pads; no file name. */
static const char *const not_as_written[] = { "/ok-pads-7/",
	"/ok-header-bare/" };

static bool
is_as_written(const char *path)
{
	size_t i;

	for (i = 0; i < sizeof(not_as_written) / sizeof(char *); i++)
		if (strstr(path, not_as_written[i]) != NULL)
			return false;
	return true;
}

/* The certificate of the first of the case's PEM files that verifies F. */
static struct cert *
find_signer(const struct ctl_file *f, const char *path)
{
	struct ctl_anchor anchor = { .kind = CTL_ANCHOR_CERT };
	struct ctl_verdict v;
	struct cert *found = NULL;
	char pattern[512];
	glob_t pems;
	size_t i;

	(void)snprintf(pattern, sizeof(pattern), "%.*s/*.pem",
	    (int)(strrchr(path, '/') - path), path);
	assert_int_equal(glob(pattern, 0, NULL, &pems), 0);
	for (i = 0; found == NULL && i < pems.gl_pathc; i++) {
		struct buf pem = { 0 };
		struct cert *cert = NULL;

		assert_int_equal(
		    file_load(pems.gl_pathv[i], FILE_MAX_DEFAULT, &pem, NULL),
		    ERR_OK);
		if (cert_from_file(buf_bytes(&pem), &cert, NULL) == ERR_OK) {
			anchor.cert = cert;
			assert_int_equal(ctl_verify(f, &anchor, &v, NULL),
			    ERR_OK);
			if (v.status == CTL_VERIFIED)
				found = cert;
			else
				cert_free(&cert);
		}
		buf_clear(&pem);
	}
	globfree(&pems);
	return found;
}

/* What the header of F says; NAME is room for its file name. */
static struct ctl_head
head_of(const struct ctl_file *f, const struct cert *cert, char name[256])
{
	const struct ctl_header *h = ctl_header(f);
	struct bytes text = ctl_header_text(h, CTL_HDR_FILENAME);
	struct ctl_head head = { .cert = cert, .filename = name };
	uint32_t code = 0;

	assert_in_range(text.len, 1, 255);
	memcpy(name, text.ptr, text.len);
	name[text.len] = '\0';
	assert_true(ctl_header_number(h, CTL_HDR_DIGEST, &code));
	assert_true(ctl_digest_of_code(code, &head.digest));
	head.has_timestamp = ctl_header_number(h, CTL_HDR_TIMESTAMP,
	    &head.timestamp);
	head.name = ctl_header_value(h, CTL_HDR_SIGNER_NAME);
	head.serial = ctl_header_value(h, CTL_HDR_SERIAL);
	head.issuer = ctl_header_value(h, CTL_HDR_ISSUER);
	if (ctl_header_field(h, CTL_HDR_SERIAL)->offset >
	    ctl_header_field(h, CTL_HDR_ISSUER)->offset)
		head.order = CTL_DIALECT_BUILDER;
	return head;
}

static void
compare_bytes(struct bytes a, struct bytes b, const char *what)
{
	size_t i;

	for (i = 0; i < a.len && i < b.len && a.ptr[i] == b.ptr[i]; i++)
		;
	if (i != a.len || i != b.len)
		fail_msg("%s: %zu and %zu bytes, other from byte %zu on", what,
		    a.len, b.len, i);
}

/* The gap is found again in what was to be signed. */
static void
read_back(const struct ctl_unsigned *u, const struct cert *cert,
    const char *path)
{
	struct ctl_unsigned again = { .gap = 0 };
	struct diag d;

	if (ctl_unsigned_read(buf_bytes(&u->preimage), cert, &again, &d) !=
	    ERR_OK)
		fail_msg("%s: %s", path, d.msg);
	assert_int_equal(again.gap, u->gap);
	assert_int_equal(again.signature_len, u->signature_len);
	assert_int_equal(again.digest, u->digest);
	assert_true(
	    bytes_equal(digest_bytes(&again.value), digest_bytes(&u->value)));
	compare_bytes(buf_bytes(&again.preimage), buf_bytes(&u->preimage),
	    path);
	ctl_unsigned_clear(&again);
}

static void
make_again(const struct ctl_file *f, const struct cert *cert, const char *path)
{
	struct ctl_unsigned u = { .gap = 0 };
	struct ctl_draft *dr = NULL;
	struct buf out = { 0 };
	char name[256];
	struct ctl_head head = head_of(f, cert, name);
	struct diag d;

	assert_int_equal(ctl_draft_from(f, &dr, &d), ERR_OK);
	if (ctl_prepare(dr, &head, &u, &d) != ERR_OK ||
	    ctl_finish(&u, ctl_header_value(ctl_header(f), CTL_HDR_SIGNATURE),
		cert, NULL, &out, &d) != ERR_OK)
		fail_msg("%s: %s", path, d.msg);
	compare_bytes(buf_bytes(&out), ctl_raw(f), path);
	read_back(&u, cert, path);
	buf_clear(&out);
	ctl_unsigned_clear(&u);
	ctl_draft_free(&dr);
}

/* Returns whether PATH is such a list. */
static bool
try_case(const char *path)
{
	struct buf bytes = { 0 };
	struct ctl_file *f = NULL;
	struct cert *cert = NULL;
	bool made = false;

	assert_int_equal(file_load(path, FILE_MAX_DEFAULT, &bytes, NULL),
	    ERR_OK);
	assert_int_equal(ctl_parse(buf_bytes(&bytes), CTL_KIND_AUTO, &f, NULL),
	    ERR_OK);
	if (ctl_is_list(f) && is_as_written(path)) {
		cert = find_signer(f, path);
		if (cert == NULL)
			fail_msg("%s: nobody signed it", path);
		make_again(f, cert, path);
		made = true;
	}
	cert_free(&cert);
	ctl_free(&f);
	buf_clear(&bytes);
	return made;
}

static void
test_every_case(void **state)
{
	const char *cases = getenv("CASES");
	char pattern[512];
	glob_t found;
	size_t i, n = 0;

	assert_non_null(cases);
	(void)snprintf(pattern, sizeof(pattern), "%s/ok-*/*", cases);
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i++)
		if (!case_is_cert(found.gl_pathv[i]))
			n += try_case(found.gl_pathv[i]);
	globfree(&found);
	print_message("%zu lists\n", n);
	assert_true(n >= 50);
}

/* F, signed anew by M: the records are the same bytes. */
static void
sign_anew(const struct ctl_file *f, const struct minted *m, const char *path)
{
	struct ctl_head head = { .digest = DIGEST_SHA1,
		.filename = "CTLFile.tlv",
		.cert = m->cert };
	struct ctl_unsigned u = { .gap = 0 };
	struct ctl_draft *dr = NULL;
	struct ctl_file *g = NULL;
	struct buf out = { 0 };
	struct diag d;

	if (ctl_draft_from(f, &dr, &d) != ERR_OK ||
	    ctl_prepare(dr, &head, &u, &d) != ERR_OK ||
	    ctl_preview(&u, &out, &d) != ERR_OK ||
	    ctl_parse(buf_bytes(&out), CTL_KIND_AUTO, &g, &d) != ERR_OK)
		fail_msg("%s: %s", path, d.msg);
	compare_bytes(ctl_payload(f), ctl_payload(g), path);
	assert_int_equal(ctl_header(f)->major, ctl_header(g)->major);
	assert_int_equal(ctl_header(f)->minor, ctl_header(g)->minor);
	ctl_free(&g);
	buf_clear(&out);
	ctl_unsigned_clear(&u);
	ctl_draft_free(&dr);
}

/* However wrong a list is: if it is read, its records are kept. */
static void
test_any_case(void **state)
{
	static const struct mint_attr cn = { "CN", "anybody", MINT_UTF8 };
	struct mint_key *key = minted_key("rsa1024-a");
	struct minted m;
	char pattern[512];
	glob_t found;
	size_t i, n = 0;

	minted_plain(&m, key, &cn);
	(void)snprintf(pattern, sizeof(pattern), "%s/*/*", getenv("CASES"));
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i++) {
		struct buf bytes = { 0 };
		struct ctl_file *f = NULL;

		assert_int_equal(file_load(found.gl_pathv[i], FILE_MAX_DEFAULT,
				     &bytes, NULL),
		    ERR_OK);
		if (ctl_parse(buf_bytes(&bytes), CTL_KIND_AUTO, &f, NULL) ==
			ERR_OK &&
		    ctl_is_list(f)) {
			sign_anew(f, &m, found.gl_pathv[i]);
			n++;
		}
		ctl_free(&f);
		buf_clear(&bytes);
	}
	globfree(&found);
	minted_clear(&m);
	mint_key_free(&key);
	print_message("%zu lists\n", n);
	assert_true(n >= 100);
}

/* Adds to DR the record that R is, of what people know of it. */
static void
add_like(struct ctl_draft *dr, const struct ctl_record *r)
{
	struct ctl_entry entry = { .role = r->role,
		.host = ctl_record_text(r, CTL_REC_DNS_NAME),
		.address = ctl_record_value(r, CTL_REC_ADDRESS) };
	struct cert *cert = NULL;

	assert_int_equal(cert_from_der(ctl_record_value(r, CTL_REC_CERTIFICATE),
			     &cert, NULL),
	    ERR_OK);
	entry.cert = cert;
	assert_int_equal(ctl_dialect_for(cert, &entry.dialect, NULL), ERR_OK);
	assert_int_equal(ctl_draft_add(dr, &entry, 0, NULL), ERR_OK);
	cert_free(&cert);
}

static void
test_real_list(void **state)
{
	struct ctl_head head = { .digest = DIGEST_SHA1,
		.filename = "CTLFile.tlv" };
	struct ctl_unsigned u = { .gap = 0 };
	struct buf bytes = { 0 }, out = { 0 };
	struct ctl_draft *dr = NULL;
	struct ctl_file *f = NULL;
	struct cert *cert = NULL;
	struct diag d;
	size_t i;

	SAMPLE_OR_SKIP(sample_load("cisco_gigantic-6_CTLFile.tlv", &bytes));
	assert_int_equal(ctl_parse(buf_bytes(&bytes), CTL_KIND_AUTO, &f, &d),
	    ERR_OK);
	assert_int_equal(ctl_draft_new(CTL_KIND_CTL, &dr, &d), ERR_OK);
	for (i = 1; i <= ctl_num_records(f); i++)
		add_like(dr, ctl_record(f, i));
	assert_int_equal(cert_from_der(ctl_record_value(ctl_record(f, 1),
					   CTL_REC_CERTIFICATE),
			     &cert, &d),
	    ERR_OK);
	head.cert = cert;
	head.has_timestamp = ctl_header_number(ctl_header(f), CTL_HDR_TIMESTAMP,
	    &head.timestamp);
	assert_int_equal(ctl_prepare(dr, &head, &u, &d), ERR_OK);
	/* the real signature is over these very bytes */
	assert_int_equal(ctl_finish(&u,
			     ctl_header_value(ctl_header(f), CTL_HDR_SIGNATURE),
			     cert, NULL, &out, &d),
	    ERR_OK);
	compare_bytes(buf_bytes(&out), buf_bytes(&bytes), "the 2015 list");
	cert_free(&cert);
	ctl_unsigned_clear(&u);
	ctl_draft_free(&dr);
	ctl_free(&f);
	buf_clear(&out);
	buf_clear(&bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_case),
		cmocka_unit_test(test_any_case),
		cmocka_unit_test(test_real_list),
	};

	return test_run(tests);
}
