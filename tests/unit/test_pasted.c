/* SPDX-License-Identifier: Apache-2.0 */
/* Files as people have them, chains, and the names of extensions. */
#include "test.h"

#include "lab/mint.h"
#include "pki/chain.h"
#include "pki/pasted.h"

static struct buf pem, der;

/* A certificate of the lab, both ways. */
static int
setup(void **state)
{
	static const struct mint_attr cn = { "CN", "lab", MINT_UTF8 };
	struct mint_spec spec = { .subject = { &cn, 1 },
		.issuer = { &cn, 1 },
		.serial = { (const uint8_t *)"\x4a\x11", 2 },
		.not_after = 2000000000,
		.digest = MINT_SHA256,
		.ca = true };
	struct mint_key *key = NULL;
	char path[512];
	struct diag d;

	assert_non_null(getenv("SRC"));
	(void)snprintf(path, sizeof(path),
	    "%s/softhsm-fixtures/keys/rsa1024-a.pem", getenv("SRC"));
	assert_int_equal(mint_key_load(path, &key, &d), ERR_OK);
	spec.key = spec.issuer_key = key;
	assert_int_equal(mint_cert(&spec, &der, &d), ERR_OK);
	assert_int_equal(mint_pem(buf_bytes(&der), &pem, &d), ERR_OK);
	mint_key_free(&key);
	return 0;
}

static int
teardown(void **state)
{
	buf_clear(&pem);
	buf_clear(&der);
	return 0;
}

/* TEXT in place of %s's certificate, which read becomes P. */
static void
read_with(const char *before, const char *after, struct pasted *p)
{
	struct buf text = { 0 };
	struct diag d;

	buf_str(&text, before);
	buf_put(&text, buf_bytes(&pem));
	buf_str(&text, after);
	diag_init(&d);
	if (pasted_read(buf_bytes(&text), p, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	buf_clear(&text);
}

static void
test_traits(void **state)
{
	static const struct {
		const char *before, *after;
		unsigned traits;
	} rows[] = {
		{ "", "", PASTED_PEM },
		{ "\n\n", "\n", PASTED_PEM },
		{ "admin:\n", "", PASTED_PEM | PASTED_AROUND },
		{ "",
		    "admin:", PASTED_PEM | PASTED_AROUND | PASTED_NO_NEWLINE },
		{ "0 is no DER\n", "", PASTED_PEM | PASTED_AROUND },
		{ "\xef\xbb\xbf", "", PASTED_PEM | PASTED_BOM },
		{ "", "\r\n", PASTED_PEM | PASTED_CRLF },
	};
	struct pasted p;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_with(rows[i].before, rows[i].after, &p);
		if (p.traits != rows[i].traits)
			fail_msg("row %zu: %u", i, p.traits);
		assert_int_equal(p.num_certs, 1);
		assert_true(bytes_equal(cert_der(p.certs[0]), buf_bytes(&der)));
		pasted_clear(&p);
	}
}

static void
test_dates(void **state)
{
	static const struct {
		const char *text;
		int64_t when;
	} good[] = {
		{ "Thu Jan 01 00:00:00 UTC 1970", 0 },
		{ "Thu Jan  1 00:00:01 GMT 1970", 1 },
		{ "Tue Mar 30 02:19:31 PDT 2021", 1617070771 },
		{ "Fri Dec 31 23:59:59 CEST 9999", INT64_C(253402300799) },
	};
	static const char *const bad[] = { "", "Tue",
		"Tue Foo 30 02:19:31 PDT 2021",
		"Tue Mar 30 02:19:31 PDT 2021 x", "Tue Mar 30 02:19 PDT 2021",
		"Tue Mar 30 02:19:31 PDT 1821", "2021-03-30T02:19:31Z" };
	int64_t when;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		when = -1;
		assert_true(pasted_date(bytes_of_str(good[i].text), &when));
		assert_int_equal(when, good[i].when);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (pasted_date(bytes_of_str(bad[i]), &when))
			fail_msg("'%s' was taken", bad[i]);
}

/* Every cut and every flipped bit is refused, or still a file of certificates;
 * nothing is left behind on failure. */
static void
test_flips(void **state)
{
	struct pasted p = { .num_csrs = 77 };
	struct diag d;
	size_t i;
	enum err e;

	for (i = 0; i < 8 * der.len; i++) {
		der.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
		e = pasted_read(buf_bytes(&der), &p, &d);
		der.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
		if (e == ERR_OK)
			pasted_clear(&p);
		else
			assert_true(d.msg[0] != '\0' && d.code == e);
		p.num_csrs = 77;
	}
	for (i = 0; i < der.len; i++) {
		diag_init(&d);
		assert_int_not_equal(pasted_read(bytes_of(der.ptr, i), &p, &d),
		    ERR_OK);
		assert_int_equal(p.num_csrs, 77);
	}
}

static struct ext_name
name_of(enum ext_name_type type, const char *text, size_t len)
{
	return (struct ext_name){ type, bytes_of(text, len) };
}

static void
test_names(void **state)
{
	/* in order; those on one line are the same */
	const struct ext_name names[][2] = {
		{ name_of(EXT_NAME_DNS, "", 0), name_of(EXT_NAME_DNS, "", 0) },
		{ name_of(EXT_NAME_DNS, "a", 1),
		    name_of(EXT_NAME_DNS, "A", 1) },
		{ name_of(EXT_NAME_DNS, "A\0a", 3),
		    name_of(EXT_NAME_DNS, "a\0A", 3) },
		{ name_of(EXT_NAME_DNS, "a\0b", 3),
		    name_of(EXT_NAME_DNS, "A\0B", 3) },
		{ name_of(EXT_NAME_DNS, "a.b", 3),
		    name_of(EXT_NAME_DNS, "A.b", 3) },
		{ name_of(EXT_NAME_DNS, "b", 1),
		    name_of(EXT_NAME_DNS, "B", 1) },
		{ name_of(EXT_NAME_IP, "a", 1), name_of(EXT_NAME_IP, "a", 1) },
		{ name_of(EXT_NAME_EMAIL, "a@B", 3),
		    name_of(EXT_NAME_EMAIL, "a@b", 3) },
		{ name_of(EXT_NAME_URI, "A", 1),
		    name_of(EXT_NAME_URI, "A", 1) },
		{ name_of(EXT_NAME_URI, "a", 1),
		    name_of(EXT_NAME_URI, "a", 1) },
	};
	const size_t n = sizeof(names) / sizeof(names[0]);
	size_t i, j;
	int order;

	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++) {
			order = ext_name_compare(&names[i][0], &names[j][1]);
			if ((order > 0) - (order < 0) != (i > j) - (i < j))
				fail_msg("%zu and %zu: %d", i, j, order);
		}
}

static void
test_chain(void **state)
{
	struct cert *root = NULL;
	const struct cert *store[2];
	struct chain chain;
	struct diag d;

	assert_int_equal(cert_from_der(buf_bytes(&der), &root, &d), ERR_OK);
	/* a root is one where the store has it, not by itself */
	assert_int_equal(chain_find(root, NULL, 0, &chain, &d), ERR_OK);
	assert_int_equal(chain.end, CHAIN_ISSUER_GONE);
	assert_int_equal(chain.num, 1);
	store[0] = store[1] = root;
	assert_int_equal(chain_find(root, store, 2, &chain, &d), ERR_OK);
	assert_int_equal(chain.end, CHAIN_COMPLETE);
	assert_int_equal(chain.num, 1);
	cert_free(&root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_traits),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_chain),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
