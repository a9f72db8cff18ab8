/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is written, and what the twin says that it should be: field by field in
 * every record, and the header, over dialects, roles, kinds of key, digests and
 * moduli; names and serial numbers of all odd kinds.
 */
#include "test.h"

#include "lab/wire.h"
#include "minted.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	enum ctl_dialect ours;
	enum dialect twin;
} dialects[] = { { CTL_DIALECT_APPLIANCE, DIALECT_APPLIANCE },
	{ CTL_DIALECT_TOKEN, DIALECT_TOKEN },
	{ CTL_DIALECT_BUILDER, DIALECT_BUILDER } };

/* All roles, and one that nobody knows. */
static const uint16_t roles[] = { 0, 1, 2, 3, 4, 5, 6, 7, 21, 77 };

static const char *const subjects[] = { "rsa512-a", "rsa1024-b", "rsa2048-b",
	"rsa3072-a", "rsa4096-b", "ec256-a", "ec384-a" };

static const struct {
	const char *key;
	uint8_t code;
	size_t len;
} signers[] = { { "rsa512-a", 0, 64 }, { "rsa1024-a", 1, 128 },
	{ "rsa2048-a", 2, 256 }, { "rsa4096-a", 3, 512 } };

static const struct {
	enum digest digest;
	uint8_t code;
} digests[] = { { DIGEST_SHA1, 1 }, { DIGEST_SHA256, 2 },
	{ DIGEST_SHA512, 3 } };

/* A list in the making, as both see it. */
struct both {
	struct ctl_draft *draft;
	struct dialect_record record[NUM(roles) * NUM(subjects) + 1];
	size_t num;
};

/* Adds a record to both. An absent ADDRESS is the dialect's. */
static void
add(struct both *b, size_t dialect, uint16_t role, const struct minted *m,
    struct bytes address)
{
	static const char host[] = "host-1.example.org";
	struct ctl_entry entry = { .role = role,
		.cert = m->cert,
		.host = bytes_of_str(host),
		.address = address,
		.dialect = dialects[dialect].ours };
	struct diag d;

	if (ctl_draft_add(b->draft, &entry, 0, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	b->record[b->num++] = (struct dialect_record){
		.dialect = dialects[dialect].twin,
		.cert = &m->twin,
		.role = role,
		.dns = host,
		.ip = address.ptr != NULL ? address
		    : entry.dialect == CTL_DIALECT_TOKEN
		    ? bytes_of("\0\0\0\0", 4)
		    : address,
	};
}

/* TLV *NEXT of LIST is TAG in SPACE with VALUE. */
static void
expect(const struct wire_list *list, size_t *next, size_t space, uint8_t tag,
    struct bytes value)
{
	const struct wire_tlv *t = &list->item[*next];

	assert_true(*next < list->num);
	if (t->space != space || t->tag != tag || !bytes_equal(t->value, value))
		fail_msg("TLV %zu, tag %u of %zu: not tag %u of %zu, or it "
			 "has another value: '%.*s', not '%.*s'",
		    *next, t->tag, t->space, tag, space, (int)t->value.len,
		    (const char *)t->value.ptr, (int)value.len,
		    (const char *)value.ptr);
	(*next)++;
}

static void
compare_record(const struct wire_list *list, size_t *next, size_t space,
    const struct dialect_record *r)
{
	const uint8_t *tags;
	size_t i, n;

	tags = dialect_tags(r->dialect, &n);
	for (i = 0; i < n; i++) {
		struct buf value = { 0 };

		if (!dialect_has(r, tags[i]))
			continue;
		if (tags[i] == DIALECT_LENGTH) { /* wire_read() checks it */
			(*next)++;
			continue;
		}
		assert_int_equal(dialect_value(r, tags[i], &value, NULL),
		    ERR_OK);
		expect(list, next, space, tags[i], buf_bytes(&value));
		buf_clear(&value);
	}
}

/* What a header is to say. */
struct header {
	const struct dialect_record *signer;
	uint8_t digest, modulus;
	struct bytes signature;
	bool builder;
};

static void
expect_name(const struct wire_list *list, size_t *next, const struct header *h,
    uint8_t tag)
{
	static const uint8_t record_tags[] = { [4] = DIALECT_SUBJECT,
		[5] = DIALECT_SERIAL,
		[6] = DIALECT_ISSUER };
	struct buf value = { 0 };

	assert_int_equal(
	    dialect_value(h->signer, record_tags[tag], &value, NULL), ERR_OK);
	expect(list, next, 0, tag, buf_bytes(&value));
	buf_clear(&value);
}

static size_t
compare_header(const struct wire_list *list, const struct header *h)
{
	size_t next = 0, pads = 0;

	expect(list, &next, 0, 1, bytes_of("\1\2", 2));
	assert_int_equal(list->item[next++].tag, 2);
	if (h->builder)
		expect(list, &next, 0, 28, bytes_of("\1\0", 2));
	assert_int_equal(list->item[next++].tag, 3);
	expect_name(list, &next, h, 4);
	expect_name(list, &next, h, h->builder ? 6 : 5);
	expect_name(list, &next, h, h->builder ? 5 : 6);
	assert_int_equal(list->item[next].tag, 7);
	assert_int_equal(list->item[next++].length, 15);
	expect(list, &next, 0, 8, bytes_of(&h->digest, 1));
	assert_int_equal(list->item[next].tag, 9);
	assert_int_equal(list->item[next++].length, 8);
	expect(list, &next, 0, 10, bytes_of("\0", 1));
	expect(list, &next, 0, 11, bytes_of(&h->modulus, 1));
	expect(list, &next, 0, 12, h->signature);
	expect(list, &next, 0, 14, bytes_of("CTLFile.tlv", 12));
	expect(list, &next, 0, 15, bytes_of("\x12\x34\x56\x78", 4));
	for (; next < list->num && list->item[next].space == 0; next++) {
		assert_int_equal(list->item[next].tag, WIRE_PAD);
		pads++;
	}
	assert_in_range(pads, 0, 3);
	assert_int_equal(list->header.len % 4, 0);
	return next;
}

/* The signature of FILE, which the twin has read, by KEY. */
static void
sign_again(const struct wire_list *list, struct bytes file,
    const struct mint_key *key, enum digest digest, struct buf *ret)
{
	const struct wire_tlv *sig = wire_find(list, 0, 12);
	size_t end = sig->offset + 3 + sig->length;
	struct buf rest = { 0 };

	buf_put(&rest, bytes_of(file.ptr, sig->offset));
	buf_put(&rest, bytes_of(file.ptr + end, file.len - end));
	assert_int_equal(
	    mint_sign(key, minted_digest(digest), buf_bytes(&rest), ret, NULL),
	    ERR_OK);
	buf_clear(&rest);
}

static void
compare_file(const struct both *b, struct bytes file, const struct header *h)
{
	struct wire_list list = { 0 };
	struct diag d;
	size_t i, next;

	if (wire_read(file, WIRE_RECORDS, &list, &d) != ERR_OK)
		fail_msg("the twin: %s, at %zu", d.msg, d.offset);
	next = compare_header(&list, h);
	for (i = 0; i < b->num; i++)
		compare_record(&list, &next, i + 1, &b->record[i]);
	assert_int_equal(next, list.num);
	assert_int_equal(list.num_records, b->num);
	wire_list_clear(&list);
}

/* Seals B with signer S, by the certificate M, and compares. */
static void
seal(const struct both *b, size_t dialect, size_t s, size_t digest,
    const struct minted *m)
{
	struct mint_key *key = minted_key(signers[s].key);
	struct ctl_signer signer = { key, m->cert, minted_sign };
	bool builder = dialects[dialect].ours == CTL_DIALECT_BUILDER;
	struct ctl_head head = { .digest = digests[digest].digest,
		.filename = "CTLFile.tlv",
		.has_timestamp = true,
		.timestamp = 0x12345678,
		.signer_version = builder,
		.order = dialects[dialect].ours,
		.cert = m->cert,
		.dialect = dialects[dialect].ours };
	struct header h = { &b->record[0], digests[digest].code,
		signers[s].code, { NULL, 0 }, builder };
	struct ctl_unsigned u = { .gap = 0 };
	struct wire_list list = { 0 };
	struct buf out = { 0 }, sig = { 0 };
	struct diag d;

	if (ctl_prepare(b->draft, &head, &u, &d) != ERR_OK ||
	    ctl_seal(&u, &signer, "CTLFile.tlv", NULL, &out, &d) != ERR_OK)
		fail_msg("%s, %s: %s", signers[s].key, digest_name(head.digest),
		    d.msg);
	assert_int_equal(u.signature_len, signers[s].len);
	assert_int_equal(wire_read(buf_bytes(&out), WIRE_RECORDS, &list, &d),
	    ERR_OK);
	sign_again(&list, buf_bytes(&out), key, head.digest, &sig);
	wire_list_clear(&list);
	h.signature = buf_bytes(&sig);
	compare_file(b, buf_bytes(&out), &h);
	ctl_unsigned_clear(&u);
	buf_clear(&out);
	buf_clear(&sig);
	mint_key_free(&key);
}

static const struct mint_attr token_ca[] = { { "O", "Cisco Systems",
						 MINT_UTF8 },
	{ "CN", "Cisco Manufacturing CA", MINT_UTF8 } };

/* Certificates for all SUBJECTS, by the CA of tokens; PUB has room. */
static void
make_subjects(struct minted *pub, const struct mint_key *ca)
{
	static const uint8_t serials[NUM(subjects)][3] = { { 0x11, 1, 2 },
		{ 0x83, 1, 2 }, { 0x11, 1, 3 }, { 0x83, 1, 3 }, { 0xff, 1, 0 },
		{ 0x7f, 0, 0 }, { 0x80, 0, 0 } };
	static const struct mint_attr name[] = { { "O", "Cisco Systems, Inc.",
						     MINT_UTF8 },
		{ "OU", "IPCBU", MINT_UTF8 },
		{ "CN", "SAST-ADN0054f509        ", MINT_UTF8 } };
	size_t i;

	for (i = 0; i < NUM(subjects); i++) {
		struct mint_key *key = minted_key(subjects[i]);
		struct mint_spec spec = { .subject = { name, NUM(name) },
			.issuer = { token_ca, NUM(token_ca) },
			.serial = bytes_of(serials[i], sizeof(serials[i])),
			.not_after = 2000000000,
			.key = key,
			.issuer_key = ca,
			.digest = MINT_SHA256 };

		minted_make(&pub[i], &spec);
		mint_key_free(&key);
	}
}

/* One list of every signer's with all roles and keys. */
static void
try_dialect(size_t dialect, const struct minted *pub,
    const uint8_t (*serial)[3])
{
	struct mint_attr cn = { "CN", "the signer", MINT_UTF8 };
	struct both b = { .num = 0 };
	size_t s, g, i, k;

	for (s = 0; s < NUM(signers); s++) {
		struct mint_key *key = minted_key(signers[s].key);
		struct mint_spec spec = { .subject = { &cn, 1 },
			.issuer = { &cn, 1 },
			.serial = bytes_of(*serial, sizeof(*serial)),
			.not_after = 2000000000,
			.key = key,
			.issuer_key = key };
		struct minted m;

		b.num = 0;
		minted_make(&m, &spec);
		assert_int_equal(ctl_draft_new(CTL_KIND_CTL, &b.draft, NULL),
		    ERR_OK);
		add(&b, dialect, CTL_ROLE_SAST, &m, bytes_of(NULL, 0));
		for (k = 0; k < NUM(subjects); k++)
			for (i = 0; i < NUM(roles); i++)
				add(&b, dialect, roles[i], &pub[k],
				    i % 2 ? bytes_of("\xc0\0\2\1", 4)
					  : bytes_of(NULL, 0));
		for (g = 0; g < NUM(digests); g++)
			if (signers[s].len > 64 ||
			    digests[g].digest != DIGEST_SHA512)
				seal(&b, dialect, s, g, &m);
		ctl_draft_free(&b.draft);
		minted_clear(&m);
		mint_key_free(&key);
	}
}

static void
test_everything(void **state)
{
	static const uint8_t serials[][3] = { { 0x11, 0x22, 0x33 },
		{ 0x91, 0x22, 0x33 } };
	struct mint_key *ca = minted_key("rsa2048-h");
	struct minted pub[NUM(subjects)];
	size_t i;

	make_subjects(pub, ca);
	for (i = 0; i < NUM(dialects); i++) {
		try_dialect(i, pub, &serials[0]);
		try_dialect(i, pub, &serials[1]);
	}
	for (i = 0; i < NUM(subjects); i++)
		minted_clear(&pub[i]);
	mint_key_free(&ca);
}

#define ATTRS_MAX 6

/* Odd names: the attributes, and how many of the first are one set. */
static const struct {
	size_t joined;
	struct mint_attr attr[ATTRS_MAX];
} odd[] = {
	{ 0, { { "CN", "M\xc3\xbcller", MINT_T61 } } },
	{ 0, { { "CN", "M\xc3\xbcller", MINT_BMP }, { "O", "x", MINT_BMP } } },
	{ 0, { { "CN", "M\xc3\xbcller", MINT_UTF8 } } },
	{ 0, { { "CN", "\xe6\x97\xa5\xe6\x9c\xac", MINT_BMP } } },
	{ 0, { { "CN", "\xf0\x9f\x93\x9e phone", MINT_UNIVERSAL } } },
	{ 0, { { "CN", "a;b=c", MINT_UTF8 }, { "O", "d=e;f", MINT_UTF8 } } },
	{ 0, { { "CN", "", MINT_UTF8 }, { "O", "x", MINT_UTF8 } } },
	{ 0, { { "O", "no common name", MINT_UTF8 } } },
	{ 0,
	    { { "CN", "one", MINT_UTF8 }, { "CN", "two", MINT_UTF8 },
		{ "OU", "a", MINT_UTF8 }, { "OU", "b", MINT_UTF8 } } },
	{ 0,
	    { { "C", "DE", MINT_PRINTABLE }, { "DC", "example", MINT_IA5 },
		{ "CN", "x", MINT_UTF8 },
		{ "emailAddress", "a@example.org", MINT_IA5 },
		{ "serialNumber", "7", MINT_PRINTABLE } } },
	{ 2,
	    { { "CN", "a", MINT_UTF8 }, { "OU", "b", MINT_UTF8 },
		{ "O", "c", MINT_UTF8 } } },
	{ 3,
	    { { "CN", "a;", MINT_UTF8 }, { "OU", "b,", MINT_UTF8 },
		{ "OU", "c=", MINT_UTF8 } } },
	{ 0,
	    { { "CN", "in \"quotes\"", MINT_UTF8 },
		{ "O", "\"", MINT_UTF8 } } },
	{ 0, { { "CN", " blanks ", MINT_UTF8 }, { "O", " ", MINT_UTF8 } } },
	{ 0, { { "CN", "#1", MINT_UTF8 }, { "O", "a\\b", MINT_UTF8 } } },
	{ 0, { { "CN", "<a>", MINT_UTF8 }, { "O", "b+c", MINT_UTF8 } } },
	{ 0, { { "CN", "a, b", MINT_UTF8 }, { "OU", "c", MINT_UTF8 } } },
	{ 0,
	    { { "CN", "a, b", MINT_UTF8 }, { "OU", "c, d", MINT_UTF8 },
		{ "O", "e, f", MINT_UTF8 } } },
	{ 0,
	    { { "O", "a, b", MINT_UTF8 }, { "L", "c", MINT_UTF8 },
		{ "ST", "d", MINT_UTF8 }, { "OU", "e", MINT_UTF8 } } },
};

static const struct bytes odd_serials[] = {
	{ (const uint8_t *)"\x01", 1 },
	{ (const uint8_t *)"\x7f", 1 },
	{ (const uint8_t *)"\x80", 1 },
	{ (const uint8_t *)"\xff\xff", 2 },
	{ (const uint8_t *)"\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 20 },
	{ (const uint8_t *)"\x31\xaf\x45\x55\0\0\0\x08\xe9\x83", 10 },
};

static size_t
num_attrs(size_t row)
{
	size_t n = 0;

	while (n < ATTRS_MAX && odd[row].attr[n].key != NULL)
		n++;
	return n;
}

/* A list of one record, which signs, and is verified. */
static void
try_one(const struct mint_spec *spec, size_t dialect)
{
	struct both b = { .num = 0 };
	struct minted m;

	minted_make(&m, spec);
	assert_int_equal(ctl_draft_new(CTL_KIND_CTL, &b.draft, NULL), ERR_OK);
	add(&b, dialect, CTL_ROLE_SAST, &m, bytes_of(NULL, 0));
	assert_int_equal(ctl_draft_record(b.draft, 1)->dialect,
	    dialects[dialect].ours);
	seal(&b, dialect, 1, 0, &m);
	ctl_draft_free(&b.draft);
	minted_clear(&m);
}

static void
test_odd_names(void **state)
{
	static const struct mint_attr plain[] = { { "CN", "CA", MINT_UTF8 } };
	struct mint_key *key = minted_key("rsa1024-a");
	size_t i, k;

	for (i = 0; i < NUM(odd) * NUM(dialects); i++) {
		size_t row = i / NUM(dialects), dialect = i % NUM(dialects);
		struct mint_name name = { odd[row].attr, num_attrs(row) };
		struct mint_spec spec = { .subject = name,
			.issuer = { plain, 1 },
			.joined = odd[row].joined,
			.not_after = 2000000000,
			.key = key,
			.issuer_key = key };

		for (k = 0; k < NUM(odd_serials); k++) {
			spec.serial = odd_serials[k];
			try_one(&spec, dialect);
		}
		spec.issuer = name;
		try_one(&spec, dialect);
	}
	mint_key_free(&key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everything),
		cmocka_unit_test(test_odd_names),
	};

	return test_run(tests);
}
