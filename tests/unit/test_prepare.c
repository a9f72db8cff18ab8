/* SPDX-License-Identifier: Apache-2.0 */
/* Headers, and what is refused before anybody signs. */
#include "test.h"

#include "cases.h"
#include "draft_world.h"
#include "lab/recipe.h"

/* The tags of the header of F, with brackets around containers' content. */
static void
expect_header(const struct ctl_file *f, const char *want)
{
	const struct ctl_header *h = ctl_header(f);
	char got[512] = "";
	size_t i, used = 0;

	for (i = 0; i < h->num_fields; i++)
		used += (size_t)snprintf(got + used, sizeof(got) - used,
		    "%s%.*s%u", i == 0 ? "" : " ", h->fields[i].depth, "((",
		    h->fields[i].tag);
	assert_string_equal(got, want);
}

static void
test_time(void **state)
{
	struct ctl_head head = { .has_timestamp = false };
	struct diag d;

	assert_int_equal(ctl_head_time(&head, -1, &d), ERR_TOO_BIG);
	assert_int_equal(ctl_head_time(&head, (int64_t)UINT32_MAX + 1, &d),
	    ERR_TOO_BIG);
	assert_false(head.has_timestamp);
	assert_int_equal(ctl_head_time(&head, UINT32_MAX, &d), ERR_OK);
	assert_true(head.has_timestamp);
	assert_int_equal(head.timestamp, UINT32_MAX);
	assert_int_equal(ctl_head_time(&head, 0, &d), ERR_OK);
	assert_int_equal(head.timestamp, 0);
}

#define USUAL "3 (4 (5 (6 7 (8 (9 ((10 ((11 12 14"

static void
test_header(void **state)
{
	struct ctl_unsigned u;
	struct world w;
	struct buf out = { 0 };
	struct ctl_file *f;
	uint32_t n;

	begin(&w, "rsa1024-a");
	prepare(&w, &u);
	f = seal(&w, &u, &out);
	expect_header(f, "1 2 " USUAL);
	assert_int_equal(ctl_header(f)->major, 1);
	assert_int_equal(ctl_header(f)->minor, 2);
	assert_int_equal(u.kind, CTL_KIND_CTL);
	assert_int_equal(u.digest, DIGEST_SHA1);
	assert_int_equal(u.gap,
	    ctl_header_field(ctl_header(f), CTL_HDR_SIGNATURE)->offset);
	ctl_free(&f);
	buf_clear(&out);
	ctl_unsigned_clear(&u);
	assert_null(u.preimage.ptr);
	w.head.has_timestamp = true;
	w.head.timestamp = 0x89abcdef;
	w.head.signer_version = true;
	w.head.order = CTL_DIALECT_BUILDER;
	w.head.major = 7;
	prepare(&w, &u);
	f = seal(&w, &u, &out);
	expect_header(f, "1 2 28 3 (4 (6 (5 7 (8 (9 ((10 ((11 12 14 15");
	assert_int_equal(ctl_header(f)->major, 7);
	assert_int_equal(ctl_header(f)->minor, 0);
	assert_true(ctl_header_number(ctl_header(f), CTL_HDR_TIMESTAMP, &n));
	assert_true(n == 0x89abcdef);
	assert_true(
	    ctl_header_number(ctl_header(f), CTL_HDR_SIGNER_VERSION, &n));
	assert_int_equal(n, 0x100);
	ctl_free(&f);
	buf_clear(&out);
	ctl_unsigned_clear(&u);
	end(&w);
}

/* A draft is of the kind that it was made for. */
static void
test_itl(void **state)
{
	struct ctl_unsigned u;
	struct world w;
	struct buf out = { 0 };
	struct ctl_file *f;

	begin(&w, "rsa1024-a");
	ctl_draft_free(&w.draft);
	assert_int_equal(ctl_draft_new(CTL_KIND_ITL, &w.draft, NULL), ERR_OK);
	add_sast(w.draft, w.pub.cert, CTL_DIALECT_APPLIANCE);
	w.head.filename = "ITLFile.tlv";
	prepare(&w, &u);
	assert_int_equal(u.kind, CTL_KIND_ITL);
	f = seal(&w, &u, &out);
	assert_int_equal(ctl_kind(f), CTL_KIND_ITL);
	assert_int_equal(ctl_header(f)->major, 1);
	assert_int_equal(ctl_header(f)->minor, 2);
	ctl_free(&f);
	ctl_unsigned_clear(&u);
	buf_clear(&out);
	end(&w);
}

/* File names of all lengths: no, one, two and three pads. */
static void
test_pads(void **state)
{
	static const char *const names[] = { "CTL.tlv", "CTL1.tlv", "CTL12.tlv",
		"CTL123.tlv", "CTL1234.tlv" };
	unsigned seen = 0;
	struct world w;
	size_t i;

	begin(&w, "rsa1024-a");
	for (i = 0; i < 5; i++) {
		struct ctl_unsigned u;
		struct buf out = { 0 };
		struct ctl_file *f;

		w.head.filename = names[i];
		prepare(&w, &u);
		f = seal(&w, &u, &out);
		assert_int_equal(ctl_header(f)->length % 4, 0);
		assert_in_range(ctl_header(f)->num_pads, 0, 3);
		seen |= 1U << ctl_header(f)->num_pads;
		ctl_free(&f);
		buf_clear(&out);
		ctl_unsigned_clear(&u);
	}
	assert_int_equal(seen, 15);
	end(&w);
}

/* Headers with more than they need, and what is written of them again. */
static const struct {
	const char *fields; /* of a recipe's header */
	const char *before, *after;
} kept[] = {
	{ "signer_version: '1.1'", "1 2 28 " USUAL " 15",
	    "1 2 28 " USUAL " 15" },
	{ "fields: [{op: add, tag: 28, hex: '0101', before: 14}]",
	    "1 2 3 (4 (5 (6 7 (8 (9 ((10 ((11 12 28 14 15",
	    "1 2 28 " USUAL " 15" },
	{ "fields: [{op: add, tag: 40, hex: '01', before: 3},"
	  " {op: add, tag: 40, hex: '02', before: 3}]",
	    "1 2 40 40 " USUAL " 15", "1 2 40 40 " USUAL " 15" },
	{ "signer_version: '1.1', "
	  "fields: [{op: add, tag: 40, hex: '', before: 28},"
	  " {op: add, tag: 41, hex: '02', before: 3}]",
	    "1 2 40 28 41 " USUAL " 15", "1 2 40 28 41 " USUAL " 15" },
	/* what is between 7 and 12 */
	{ "fields: [{op: add, tag: 40, hex: '01', before: 12}]",
	    "1 2 3 (4 (5 (6 7 (8 (9 ((10 ((11 40 12 14 15",
	    "1 2 3 (4 (5 (6 7 (8 (9 ((10 ((11 12 40 14 15" },
	/* within containers */
	{ "fields: [{op: add, tag: 40, hex: '01', before: 4},"
	  " {op: add, tag: 41, hex: '', before: 8},"
	  " {op: add, tag: 42, hex: '', before: 10},"
	  " {op: add, tag: 43, hex: '', before: 14}]",
	    "1 2 3 (40 (4 (5 (6 7 (41 (8 (9 ((42 ((10 ((11 12 43 14 15",
	    "1 2 3 (4 (5 (6 (40 7 (8 (9 ((10 ((11 ((42 (41 12 43 14 15" },
	/* lists are not encrypted */
	{ "encrypted: {iv: 000102030405060708090a0b0c0d0e0f, padding: 7, "
	  "key_bits: 1024, key: '00', digest: sha1, hash: '00'}, "
	  "fields: [{op: add, tag: 40, hex: '01', before: 18},"
	  " {op: add, tag: 41, hex: '01', before: 26}, "
	  " {op: add, tag: 42, hex: '01'}]",
	    "1 2 " USUAL
	    " 15 16 (17 ((40 ((18 ((19 ((20 (21 ((22 ((23 ((24 ((25 41 26 27 "
	    "42",
	    "1 2 " USUAL " 15 41 42" },
};

static struct recipe *
make_recipe(const char *header)
{
	struct recipe *recipe = NULL;
	struct buf yaml = { 0 };
	char keys[512];
	struct diag d;

	(void)snprintf(keys, sizeof(keys), "%s/softhsm-fixtures/keys",
	    getenv("SRC"));
	buf_printf(&yaml,
	    "certs:\n"
	    "- {name: pub, key: rsa1024-b, subject: [CN=p], serial: '1122'}\n"
	    "header: {filename: CTLFile.tlv, timestamp: 2024-05-01T12:00:00Z, "
	    "%s}\n"
	    "signer: {record: 1}\n"
	    "records:\n"
	    "- {cert: pub, role: SAST}\n",
	    header);
	if (recipe_make(buf_bytes(&yaml), keys, &recipe, &d) != ERR_OK)
		fail_msg("%s: %u: %s", header, d.line, d.msg);
	buf_clear(&yaml);
	return recipe;
}

/* The value of the first field with TAG in the header of F. */
static struct bytes
value_of(const struct ctl_file *f, uint8_t tag)
{
	const struct ctl_header *h = ctl_header(f);
	size_t i;

	for (i = 0; i < h->num_fields; i++)
		if (h->fields[i].tag == tag)
			return h->fields[i].value;
	return bytes_of(NULL, 0);
}

static void
compare_values(const struct ctl_file *a, const struct ctl_file *b)
{
	static const uint8_t tags[] = { 28, 40, 41, 42, 43 };
	size_t i;

	for (i = 0; i < sizeof(tags); i++)
		if (value_of(b, tags[i]).ptr != NULL)
			assert_true(bytes_equal(value_of(a, tags[i]),
			    value_of(b, tags[i])));
}

static void
test_kept(void **state)
{
	struct world w;
	size_t i;

	begin(&w, "rsa1024-a");
	ctl_draft_free(&w.draft);
	w.head.has_timestamp = true;
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		struct recipe *recipe = make_recipe(kept[i].fields);
		struct ctl_unsigned u;
		struct buf out = { 0 };
		struct ctl_file *f = NULL, *g;
		struct diag d;

		if (ctl_parse(recipe_file(recipe), CTL_KIND_AUTO, &f, &d) !=
			ERR_OK ||
		    ctl_draft_from(f, &w.draft, &d) != ERR_OK)
			fail_msg("%s", d.msg);
		expect_header(f, kept[i].before);
		/* a version of its own is not written a second time */
		w.head.signer_version = value_of(f, 28).ptr != NULL;
		prepare(&w, &u);
		g = seal(&w, &u, &out);
		expect_header(g, kept[i].after);
		compare_values(f, g);
		ctl_draft_free(&w.draft);
		ctl_unsigned_clear(&u);
		ctl_free(&f);
		ctl_free(&g);
		buf_clear(&out);
		recipe_free(&recipe);
	}
	end(&w);
}

/* What ctl_prepare() says, and that it says no more. */
static enum err
refusal(const struct world *w, struct diag *d)
{
	struct ctl_unsigned u = { .gap = 4711 };
	enum err e;

	diag_init(d);
	e = ctl_prepare(w->draft, &w->head, &u, d);
	assert_int_not_equal(e, ERR_OK);
	assert_int_equal(d->code, e);
	assert_int_equal(u.gap, 4711);
	assert_null(u.preimage.ptr);
	return e;
}

static void
test_keys_refused(void **state)
{
	static const struct {
		const char *key;
		enum digest digest;
		const char *says;
	} rows[] = {
		{ "rsa3072-a", DIGEST_SHA1, "no code for a modulus of 3072" },
		{ "rsa512-a", DIGEST_SHA512, "no room for sha512" },
		{ "rsa1024-a", DIGEST_MD5, "no code for md5" },
		{ "rsa1024-a", DIGEST_SHA224, "no code for sha224" },
		{ "rsa1024-a", DIGEST_SHA384, "no code for sha384" },
	};
	struct mint_key *ec = minted_key("ec256-a");
	struct mint_key *ca = minted_key("rsa1024-a");
	struct mint_spec spec = { .subject = { &pub_name, 1 },
		.issuer = { &pub_name, 1 },
		.serial = { (const uint8_t *)"1", 1 },
		.not_after = 2000000000,
		.key = ec,
		.issuer_key = ca };
	struct minted m;
	struct world w;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin(&w, rows[i].key);
		w.head.digest = rows[i].digest;
		assert_int_equal(refusal(&w, &d), ERR_UNSUPPORTED);
		if (strstr(d.msg, rows[i].says) == NULL)
			fail_msg("%s", d.msg);
		end(&w);
	}
	begin(&w, "rsa1024-a");
	minted_make(&m, &spec);
	w.head.cert = m.cert;
	assert_int_equal(refusal(&w, &d), ERR_UNSUPPORTED);
	assert_non_null(strstr(d.msg, "is EC"));
	assert_non_null(strstr(d.msg, "RSA"));
	minted_clear(&m);
	end(&w);
	mint_key_free(&ec);
	mint_key_free(&ca);
}

static void
test_names_refused(void **state)
{
	static const struct {
		const char *name;
		enum err e;
	} rows[] = {
		{ NULL, ERR_USAGE },
		{ "", ERR_USAGE },
		{ "CTL\nFile.tlv", ERR_USAGE },
		{ "CTLFile\x7f.tlv", ERR_USAGE },
	};
	struct ctl_unsigned u = { .gap = 0 };
	struct world w;
	struct diag d;
	size_t i;

	begin(&w, "rsa1024-a");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		w.head.filename = rows[i].name;
		assert_int_equal(refusal(&w, &d), rows[i].e);
		assert_non_null(strstr(d.msg, "name"));
	}
	/* names of other kinds, with records and without */
	for (i = 0; i < 6; i++) {
		static const char *const others[] = { "list.xml", "x.loads",
			"x.enc.sgn" };

		if (i == 3)
			ctl_draft_remove(w.draft, 1);
		w.head.filename = others[i % 3];
		assert_int_equal(refusal(&w, &d), ERR_USAGE);
		assert_non_null(strstr(d.msg, "of that name"));
	}
	w.head.filename = "any.tlv";
	assert_int_equal(ctl_prepare(w.draft, &w.head, &u, &d), ERR_OK);
	ctl_unsigned_clear(&u);
	/* values that are given must be fit to be read */
	add_sast(w.draft, w.pub.cert, CTL_DIALECT_APPLIANCE);
	w.head.filename = "CTLFile.tlv";
	w.head.name = bytes_of("CN=a\0b", 7);
	assert_int_equal(refusal(&w, &d), ERR_SYNTAX);
	end(&w);
}

static void
test_header_too_big(void **state)
{
	struct buf name = { 0 };
	struct ctl_unsigned u;
	struct world w;
	struct diag d;
	size_t i, rest;

	begin(&w, "rsa1024-a");
	prepare(&w, &u);
	/* the header less its file name and pads */
	rest = u.gap + 3 + u.signature_len + 3;
	ctl_unsigned_clear(&u);
	buf_str(&name, "CTL");
	while (rest + name.len + 5 < 65532)
		buf_u8(&name, 'x');
	buf_str(&name, ".tlv");
	w.head.filename = buf_cstr(&name);
	prepare(&w, &u);
	assert_int_equal(u.preimage.ptr[8] << 8 | u.preimage.ptr[9], 65532);
	ctl_unsigned_clear(&u);
	for (i = 0; i < 4; i++) {
		buf_u8(&name, 'x');
		w.head.filename = buf_cstr(&name);
		assert_int_equal(refusal(&w, &d), ERR_TOO_BIG);
		assert_non_null(strstr(d.msg, "header"));
	}
	buf_fill(&name, 100000, 'x');
	w.head.filename = buf_cstr(&name);
	assert_int_equal(refusal(&w, &d), ERR_TOO_BIG);
	buf_clear(&name);
	end(&w);
}

/* The identity of a record, copied whatever it is; what it lacks is made. */
static void
test_copy(void **state)
{
	struct ctl_draft *dr = NULL;
	struct ctl_file *f = NULL;
	struct ctl_head head = { .digest = DIGEST_SHA512 }, other = head;
	struct buf bytes = { 0 };
	const struct ctl_record *r;

	case_load("ok-token-5728", &bytes);
	assert_int_equal(ctl_parse(buf_bytes(&bytes), CTL_KIND_AUTO, &f, NULL),
	    ERR_OK);
	assert_int_equal(ctl_draft_from(f, &dr, NULL), ERR_OK);
	r = ctl_record(f, 5);
	ctl_head_copy(&head, f, 5);
	assert_ptr_equal(head.name.ptr,
	    ctl_record_value(r, CTL_REC_SUBJECT).ptr);
	assert_ptr_equal(head.serial.ptr,
	    ctl_record_value(r, CTL_REC_SERIAL).ptr);
	assert_ptr_equal(head.issuer.ptr,
	    ctl_record_value(r, CTL_REC_ISSUER).ptr);
	assert_int_equal(head.dialect, CTL_DIALECT_TOKEN);
	assert_int_equal(head.digest, DIGEST_SHA512);
	ctl_head_copy_draft(&other, dr, 5);
	assert_true(bytes_equal(head.name, other.name));
	assert_true(bytes_equal(head.serial, other.serial));
	assert_true(bytes_equal(head.issuer, other.issuer));
	assert_int_equal(other.dialect, CTL_DIALECT_TOKEN);
	ctl_head_copy(&head, f, 2);
	assert_int_equal(head.dialect, CTL_DIALECT_APPLIANCE);
	ctl_draft_free(&dr);
	ctl_free(&f);
	buf_clear(&bytes);
	/* a record without certificate names nobody */
	case_load("ok-server-empty-all", &bytes);
	assert_int_equal(ctl_parse(buf_bytes(&bytes), CTL_KIND_AUTO, &f, NULL),
	    ERR_OK);
	ctl_head_copy(&head, f, 4);
	assert_null(head.name.ptr);
	assert_null(head.serial.ptr);
	assert_null(head.issuer.ptr);
	ctl_free(&f);
	buf_clear(&bytes);
}

/* What is given is not made: a certificate whose names nobody can write. */
static void
test_given(void **state)
{
	static const struct mint_attr bad = { "CN", "a\x1b[0m", MINT_UTF8 };
	struct ctl_unsigned u = { .gap = 0 };
	struct minted m;
	struct world w;
	struct diag d;

	begin(&w, "rsa1024-a");
	minted_plain(&m, w.key, &bad);
	w.head.cert = m.cert;
	w.head.name = bytes_of("CN=x", 5);
	assert_int_equal(refusal(&w, &d), ERR_SYNTAX);
	w.head.issuer = bytes_of("CN=y", 5);
	assert_int_equal(ctl_prepare(w.draft, &w.head, &u, &d), ERR_OK);
	ctl_unsigned_clear(&u);
	w.head.name = bytes_of(NULL, 0);
	assert_int_equal(refusal(&w, &d), ERR_SYNTAX);
	minted_clear(&m);
	end(&w);
}

static void
test_signed_file(void **state)
{
	static const char name[] = "sub/SEP001122334455.cnf.xml.sgn";
	struct ctl_unsigned u, again = { .gap = 0 };
	struct ctl_file *f;
	struct buf out = { 0 }, second = { 0 };
	struct world w;
	struct diag d;

	begin(&w, "rsa2048-a");
	w.head.has_timestamp = true;
	w.head.digest = DIGEST_SHA512;
	assert_int_equal(
	    prepare_signed(&w, name, bytes_of_str("<xml/>"), &u, &d), ERR_OK);
	assert_int_equal(u.kind, CTL_KIND_SIGNED);
	f = seal(&w, &u, &out);
	assert_int_equal(ctl_kind(f), CTL_KIND_SIGNED);
	expect_header(f, "1 2 " USUAL " 15");
	assert_int_equal(ctl_header(f)->major, 1);
	assert_int_equal(ctl_header(f)->minor, 0);
	assert_true(bytes_equal(ctl_payload(f), bytes_of_str("<xml/>")));
	assert_true(
	    bytes_equal(ctl_header_text(ctl_header(f), CTL_HDR_FILENAME),
		bytes_of_str(name)));
	ctl_free(&f);
	/* away and back */
	assert_int_equal(
	    ctl_unsigned_read(buf_bytes(&u.preimage), w.pub.cert, &again, &d),
	    ERR_OK);
	f = seal(&w, &again, &second);
	assert_true(bytes_equal(buf_bytes(&out), buf_bytes(&second)));
	ctl_free(&f);
	ctl_unsigned_clear(&again);
	ctl_unsigned_clear(&u);
	/* no content at all */
	assert_int_equal(prepare_signed(&w, name, bytes_of(NULL, 0), &u, &d),
	    ERR_OK);
	ctl_unsigned_clear(&u);
	buf_clear(&out);
	buf_clear(&second);
	end(&w);
}

/* What others would take for something else. */
static void
test_kinds_refused(void **state)
{
	static const struct {
		const char *name, *says;
	} rows[] = {
		{ "SIP42.8-5-3S.loads", "firmware" },
		{ "x.sbn", "firmware" },
		{ "SEP001122334455.cnf.xml.enc.sgn", "encrypted" },
		{ "CTLFile.tlv", "trust list" },
		{ "x.tlv", "trust list" },
	};
	struct ctl_unsigned u;
	struct world w;
	struct diag d;
	size_t i;

	begin(&w, "rsa1024-a");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
		    prepare_signed(&w, rows[i].name, bytes_of(NULL, 0), &u, &d),
		    ERR_USAGE);
		if (strstr(d.msg, rows[i].says) == NULL)
			fail_msg("%s: %s", rows[i].name, d.msg);
		assert_null(u.preimage.ptr);
	}
	/* a record */
	assert_int_equal(prepare_signed(&w, "x.xml.sgn",
			     ctl_draft_bytes(w.draft, 1), &u, &d),
	    ERR_USAGE);
	assert_non_null(strstr(d.msg, "trust list"));
	/* a record, and more */
	assert_int_not_equal(
	    prepare_signed(&w, "x.xml.sgn", bytes_of("\1\0\2\0\5x", 6), &u, &d),
	    ERR_OK);
	assert_null(u.preimage.ptr);
	end(&w);
}

/* A signed file is content like any other. */
static void
test_signed_again(void **state)
{
	struct buf inner = { 0 };
	struct ctl_unsigned u;
	struct world w;
	struct diag d;

	begin(&w, "rsa1024-a");
	case_load("ok-cnf-sgn-sha1", &inner);
	assert_int_equal(
	    prepare_signed(&w, "a.xml.sgn", buf_bytes(&inner), &u, &d), ERR_OK);
	ctl_unsigned_clear(&u);
	buf_clear(&inner);
	end(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_itl),
		cmocka_unit_test(test_pads),
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_keys_refused),
		cmocka_unit_test(test_names_refused),
		cmocka_unit_test(test_header_too_big),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_given),
		cmocka_unit_test(test_signed_file),
		cmocka_unit_test(test_kinds_refused),
		cmocka_unit_test(test_signed_again),
	};

	return test_run(tests);
}
