/* SPDX-License-Identifier: Apache-2.0 */
/* What differs between two lists. Lists are written as tests/unit/lists.h
 * says. */
#include "test.h"

#include <unistd.h>

#include "lists.h"
#include "trust/diff.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

/* One row a word: what became of it, record of OLD, record of NEW. */
static void
render(const struct diff *df, struct buf *out)
{
	const struct diff_row *r;
	size_t i;

	for (i = 0; i < df->num; i++) {
		r = &df->rows[i];
		buf_printf(out, "%s%s", i > 0 ? " " : "",
		    diff_kind_name(r->kind));
		if (r->old != 0)
			buf_printf(out, " %zu", r->old);
		if (r->new != 0)
			buf_printf(out, ":%zu", r->new);
		if (r->renamed)
			buf_str(out, "!");
		if (r->rekeyed)
			buf_str(out, "*");
	}
}

struct row {
	const char *old, *new, *rows;
};

static const struct row rows[] = {
	{ "S:t1 S:t2 C:pub", "S:t1 S:t2 C:pub", "same 1:1 same 2:2 same 3:3" },
	/* position does not count; the order is NEW's */
	{ "S:t1 S:t2 C:pub", "C:pub S:t1 S:t2", "same 3:1 same 1:2 same 2:3" },
	{ "S:t1 S:t2", "S:t1 S:t2 S:t3", "same 1:1 same 2:2 added:3" },
	{ "S:t1 S:t2", "S:t3 S:t1 S:t2", "added:1 same 1:2 same 2:3" },
	/* what was removed stands where it was */
	{ "S:t1 S:t2 S:t3", "S:t2 S:t3", "removed 1 same 2:1 same 3:2" },
	{ "S:t1 S:t2 S:t3", "S:t1 S:t3", "same 1:1 removed 2 same 3:2" },
	{ "S:t1 S:t2 S:t3", "S:t1 S:t2", "same 1:1 same 2:2 removed 3" },
	{ "S:t1 S:t2 S:t3 S:own", "S:own S:t1",
	    "same 4:1 same 1:2 removed 2 removed 3" },
	/* the same certificate, written otherwise */
	{ "S:t1 S:t2", "S:t1/a S:t2", "respelt 1:1! same 2:2" },
	{ "C:pub", "C:pub@else", "respelt 1:1" },
	/* a server's new certificate */
	{ "C:pub A:capf", "C:pub2 A:capf", "replaced 1:1 same 2:2" },
	{ "C:pub A:capf", "C:pub2@else A:capf", "removed 1 added:1 same 2:2" },
	/* a token has no host, and its common name is another's */
	{ "S:t1", "S:t2", "removed 1 added:1" },
	{ "S:t1", "S:forged", "replaced 1:1" },
	/* the same certificate in another role is another record */
	{ "C:pub", "M:pub", "removed 1 added:1" },
	{ "S:pub C:pub", "C:pub2 S:pub2", "replaced 2:1 replaced 1:2" },
	/* two at one host: the common name tells which */
	{ "S:pub S:itlr", "S:itlr2 S:pub2", "replaced 2:1 replaced 1:2" },
	{ "S:pub S:itlr", "S:itlr2 S:pub", "replaced 2:1 same 1:2" },
	{ "S:pub S:itlr", "S:own S:capf", "replaced 1:1 replaced 2:2" },
	/* one certificate at several hosts */
	{ "C:pub@a C:pub@b C:pub@c", "C:pub@b C:pub@c C:pub@d",
	    "same 2:1 same 3:2 respelt 1:3" },
	{ "C:pub@a C:pub@b", "C:pub2@b C:pub2@a", "replaced 2:1 replaced 1:2" },
	{ "C:pub@a/h C:pub@b", "C:pub@b/h C:pub@a", "respelt 1:1 respelt 2:2" },
	/* each is matched once */
	{ "S:t1 S:t1", "S:t1", "same 1:1 removed 2" },
	{ "S:t1", "S:t1 S:t1", "same 1:1 added:2" },
	{ "S:t1/a S:t1", "S:t1 S:t1", "same 2:1 respelt 1:2!" },
	{ "S:t1 S:t1/a S:t1/b", "S:t1/b S:t1/a S:t1",
	    "same 3:1 same 2:2 same 1:3" },
	/* the same place goes before the same position */
	{ "C:pub@a C:pub@b", "C:pub/b@b C:pub@a", "respelt 2:1 same 1:2" },
	{ "C:pub@a C:pub@b", "C:pub/e@b C:pub/e@a", "respelt 2:1 respelt 1:2" },
	/* without a certificate */
	{ "C:none C:none@b", "C:none@b C:none", "same 2:1 same 1:2" },
	{ "C:none", "C:pub", "replaced 1:1" },
	{ "C:pub", "C:none", "replaced 1:1" },
	{ "C:none@a", "C:none@b", "removed 1 added:1" },
	/* by its key */
	{ "S:pub/k S:t1", "S:t1 S:pub/k@else", "same 2:1 respelt 1:2" },
	{ "S:pub/k", "S:pub2/k", "replaced 1:1" },
	{ "S:pub/n", "S:pub2/n", "respelt 1:1!" },
	{ "S:pub/n", "S:pub/i", "respelt 1:1" },
	/* without host and common name there is the address, if it is one */
	{ "C:bare/x@", "C:bare2/x@", "replaced 1:1" },
	{ "C:bare@", "C:bare2@", "removed 1 added:1" },
	/* a host is no common name */
	{ "C:pub2@", "C:pub@pub", "removed 1 added:1" },
	{ "C:pub2@", "C:pub@", "replaced 1:1" },
	/* another key beside the certificate; a SAST without one is another */
	{ "C:pub A:capf", "C:pub/w A:capf", "respelt 1:1* same 2:2" },
	{ "S:own", "S:own/w", "respelt 1:1*" },
	{ "S:own/h", "S:own/h@else", "respelt 1:1" },
	{ "C:pub/h", "C:pub/h@else", "respelt 1:1" },
	/* by its hash */
	{ "S:pub/h", "S:pub", "replaced 1:1" },
	{ "S:pub/h S:itlr/h", "S:itlr/h S:pub/h", "same 2:1 same 1:2" },
};

static void
test_rows(void **state)
{
	struct made old, new;
	struct diff df;
	struct buf text = { 0 };
	size_t i;

	for (i = 0; i < NUM(rows); i++) {
		made_by(&old, rows[i].old, "cert: t1, dialect: token", "");
		made_by(&new, rows[i].new, "cert: t1, dialect: token", "");
		assert_int_equal(diff_of(old.f, new.f, &df, NULL), ERR_OK);
		text.len = 0;
		render(&df, &text);
		if (strcmp(buf_cstr(&text), rows[i].rows) != 0)
			fail_msg("%s -> %s: %s, not %s", rows[i].old,
			    rows[i].new, buf_cstr(&text), rows[i].rows);
		if (strpbrk(rows[i].rows, "*!") != NULL)
			assert_false(diff_is_same_trust(&df));
		assert_false(df.signer || df.digest || df.filename ||
		    df.timestamp || df.version);
		diff_clear(&df);
		assert_int_equal(df.num, 0);
		made_clear(&old);
		made_clear(&new);
	}
	buf_clear(&text);
}

/* A header, how it differs from the plain one, and the trust with it. */
static void
test_headers(void **state)
{
	static const struct {
		const char *header, *differs;
		bool same_trust;
	} heads[] = {
		{ "", "", true },
		{ ", timestamp: 2026-01-01T00:00:00Z", "timestamp ", true },
		{ ", digest: sha512", "digest ", false },
		{ ", version: '1.3'", "version ", true },
		{ ", fields: [{tag: 14, op: set, text: CTLSEP1.tlv}]",
		    "filename ", true },
		{ ", fields: [{tag: 14, op: drop}]", "filename ", true },
		{ ", fields: [{tag: 10, op: set, hex: '01'}]", "other ", true },
		{ ", fields: [{tag: 4, op: set, text: CN=x}]", "signer ",
		    false },
		{ ", fields: [{tag: 5, op: set, hex: '01'}]", "signer ",
		    false },
		{ ", fields: [{tag: 6, op: set, text: CN=x}]", "signer ",
		    false },
	};
	struct made old, new;
	struct diff df;
	char text[64];
	size_t i;

	made_of(&old, "S:t1 C:pub", 1);
	for (i = 0; i < NUM(heads); i++) {
		made_by(&new, "S:t1 C:pub", "record: 1", heads[i].header);
		assert_int_equal(diff_of(old.f, new.f, &df, NULL), ERR_OK);
		(void)snprintf(text, sizeof(text), "%s%s%s%s%s%s",
		    df.signer ? "signer " : "", df.digest ? "digest " : "",
		    df.filename ? "filename " : "",
		    df.timestamp ? "timestamp " : "",
		    df.version ? "version " : "",
		    df.other_fields ? "other " : "");
		assert_string_equal(text, heads[i].differs);
		assert_int_equal(diff_is_same_trust(&df), heads[i].same_trust);
		diff_clear(&df);
		made_clear(&new);
	}
	made_clear(&old);
}

/* Records in another order, whatever comes, goes or changes between them. */
static void
test_order(void **state)
{
	static const struct {
		const char *old, *new;
		bool order;
	} lists[] = {
		{ "S:t1 S:t2 C:pub", "S:t1 S:t2 C:pub", false },
		{ "S:t1 S:t2 C:pub", "S:t1 C:pub S:t2", true },
		{ "S:t1 S:t2 C:pub", "S:t3 S:t1 C:pub2 A:capf", false },
		{ "S:t1 C:pub A:capf", "S:t1 A:capf C:pub2", true },
		{ "S:t1 S:t2", "S:t2", false },
	};
	struct made old, new;
	struct diff df;
	size_t i;

	for (i = 0; i < NUM(lists); i++) {
		made_by(&old, lists[i].old, "cert: t1, dialect: token", "");
		made_by(&new, lists[i].new, "cert: t1, dialect: token", "");
		assert_int_equal(diff_of(old.f, new.f, &df, NULL), ERR_OK);
		if (df.order != lists[i].order)
			fail_msg("%s -> %s", lists[i].old, lists[i].new);
		diff_clear(&df);
		made_clear(&old);
		made_clear(&new);
	}
}

/* What is absent differs from what is empty. */
static void
test_absent(void **state)
{
	struct made old, new;
	struct diff df;

	made_by(&old, "S:t1", "record: 1",
	    ", fields: [{tag: 5, op: set, hex: ''}]");
	made_by(&new, "S:t1", "record: 1", ", fields: [{tag: 5, op: drop}]");
	assert_int_equal(diff_of(old.f, new.f, &df, NULL), ERR_OK);
	assert_true(df.signer);
	diff_clear(&df);
	made_clear(&old);
	made_clear(&new);
}

static void
test_same_trust(void **state)
{
	static const struct {
		const char *old, *new;
		bool same_trust, sast_names;
	} lists[] = {
		{ "S:t1 C:pub", "C:pub S:t1", true, false },
		/* a server is not found where it was; another name of it is no
		 * matter, nor is a certificate for several */
		{ "S:t1 C:pub", "S:t1 C:pub@else", false, false },
		{ "S:t1 C:pub@Pub", "S:t1 C:pub@pub.example.com", true, false },
		{ "S:t1 C:pub@pub", "S:t1 C:pub@public", false, false },
		{ "S:t1 C:pub@a C:pub@b", "S:t1 C:pub@a C:pub@c", true, false },
		{ "S:t1 A:pub", "S:t1 A:pub@else", true, false },
		{ "S:t1 C:pub", "S:t1 C:pub@10.0.0.1", true, false },
		{ "S:t1 C:pub@10.0.0.2", "S:t1 C:pub@10.0.0.1", false, false },
		/* respelt: a SAST may be under its names */
		{ "S:own C:pub", "S:own@else C:pub", true, false },
		{ "S:t1 C:pub", "S:t1 C:pub/b", true, false },
		{ "S:own C:pub", "S:own/t C:pub", false, true },
		{ "S:t1 C:pub", "S:t1 C:pub2", false, false },
		{ "S:t1 C:pub", "S:t1", false, false },
		{ "S:t1 C:pub", "S:t1 C:pub M:pub", false, false },
	};
	struct made old, new;
	struct diff df;
	size_t i;

	for (i = 0; i < NUM(lists); i++) {
		made_by(&old, lists[i].old, "cert: t1, dialect: token", "");
		made_by(&new, lists[i].new, "cert: t1, dialect: token", "");
		assert_int_equal(diff_of(old.f, new.f, &df, NULL), ERR_OK);
		if (diff_is_same_trust(&df) != lists[i].same_trust ||
		    df.sast_names != lists[i].sast_names)
			fail_msg("%s -> %s", lists[i].old, lists[i].new);
		diff_clear(&df);
		made_clear(&old);
		made_clear(&new);
	}
}

/* ---- Hostile lists. ---- */

static struct wire_field
field(uint8_t tag, const void *value, size_t len)
{
	return (struct wire_field){ .tag = tag,
		.value = bytes_of(value, len),
		.length = WIRE_TRUE };
}

/* As many records as a list may have, all SASTs, certificates that differ in
 * their last bytes alone; numbered from FIRST on. */
static void
make_large(struct made *ret, size_t num, size_t first)
{
	static const uint8_t version[] = { 1, 2 }, sast[] = { 0, 0 };
	const struct wire_field header[] = {
		field(1, version, sizeof(version)),
		{ .tag = 2, .kind = WIRE_TOTAL, .length = WIRE_TRUE },
		field(14, "CTLFile.tlv", sizeof("CTLFile.tlv")),
	};
	struct wire w = { .gap_len = 0 };
	uint8_t cert[1500] = { 0 }, number[4];
	struct diag d;
	size_t i, j;

	wire_put(&w, header, NUM(header));
	for (i = first; i < first + num; i++) {
		const struct wire_field record[] = {
			{ .tag = 1, .kind = WIRE_TOTAL, .length = WIRE_TRUE },
			field(2, "", 1),
			field(3, "CN=x", sizeof("CN=x")),
			field(4, sast, sizeof(sast)),
			field(5, "CN=y", sizeof("CN=y")),
			field(6, number, sizeof(number)),
			field(9, cert, sizeof(cert)),
		};

		for (j = 0; j < sizeof(number); j++)
			number[j] = (uint8_t)(i >> (24 - 8 * j));
		memcpy(cert + sizeof(cert) - sizeof(number), number,
		    sizeof(number));
		wire_put(&w, record, NUM(record));
	}
	assert_true(buf_ok(&w.out));
	*ret = (struct made){ .bytes = w.out };
	if (ctl_parse(buf_bytes(&ret->bytes), CTL_KIND_CTL, &ret->f, &d) !=
	    ERR_OK)
		fail_msg("%s", d.msg);
}

static size_t
count(const struct diff *df, enum diff_kind kind)
{
	size_t i, n = 0;

	for (i = 0; i < df->num; i++)
		n += df->rows[i].kind == kind ? 1 : 0;
	return n;
}

/* Compared one by one this would be 150 GB. */
static void
test_large(void **state)
{
	struct made old, new;
	struct diff df;
	struct trust_change change = { .old = NULL };
	struct trust_effect effect;

	make_large(&old, CTL_MAX_RECORDS, 0);
	make_large(&new, CTL_MAX_RECORDS, CTL_MAX_RECORDS - 1000);
	assert_int_equal(diff_of(old.f, new.f, &df, NULL), ERR_OK);
	assert_int_equal(count(&df, DIFF_SAME), 1000);
	/* all others are "x" */
	assert_int_equal(count(&df, DIFF_REPLACED), CTL_MAX_RECORDS - 1000);
	assert_int_equal(df.num, CTL_MAX_RECORDS);
	diff_clear(&df);
	change.old = old.f;
	change.new = new.f;
	assert_int_equal(trust_effect(&change, &effect, NULL), ERR_OK);
	assert_int_equal(effect.shared, 1000);
	assert_int_equal(effect.removed, CTL_MAX_RECORDS - 1000);
	assert_int_equal(effect.added, CTL_MAX_RECORDS - 1000);
	made_clear(&old);
	made_clear(&new);
}

/* Nothing against something, and no name anywhere. */
static void
test_bare(void **state)
{
	struct made none, one;
	struct diff df;

	make_large(&none, 0, 0);
	make_large(&one, 1, 0);
	assert_int_equal(diff_of(none.f, one.f, &df, NULL), ERR_OK);
	assert_int_equal(df.num, 1);
	assert_int_equal(df.rows[0].kind, DIFF_ADDED);
	assert_false(df.signer || df.digest || df.timestamp);
	diff_clear(&df);
	assert_int_equal(diff_of(one.f, none.f, &df, NULL), ERR_OK);
	assert_int_equal(df.num, 1);
	assert_int_equal(df.rows[0].kind, DIFF_REMOVED);
	diff_clear(&df);
	assert_int_equal(diff_of(none.f, none.f, &df, NULL), ERR_OK);
	assert_int_equal(df.num, 0);
	assert_true(diff_is_same_trust(&df));
	diff_clear(&df);
	made_clear(&none);
	made_clear(&one);
}

/* Random lists: every record stands in one row, and the rows say what is so. */
static void
make_random(struct made *m, unsigned *seed)
{
	static const char *const words[] = { "S:t1", "S:t1/a", "S:t2", "C:pub",
		"C:pub@b", "C:pub2", "C:none", "A:capf", "S:pub/h", "M:pub" };
	unsigned i, num = (unsigned)rand_r(seed) % 8 + 1;
	struct buf line = { 0 };

	for (i = 0; i < num; i++)
		buf_printf(&line, "%s%s", i > 0 ? " " : "",
		    words[(size_t)rand_r(seed) % NUM(words)]);
	made_by(m, buf_cstr(&line), "cert: t1, dialect: token", "");
	buf_clear(&line);
}

static void
check_row(const struct made *old, const struct made *new,
    const struct diff_row *r)
{
	const struct ctl_record *a = ctl_record(old->f, r->old);
	const struct ctl_record *b = ctl_record(new->f, r->new);

	assert_int_equal(a == NULL, r->kind == DIFF_ADDED);
	assert_int_equal(b == NULL, r->kind == DIFF_REMOVED);
	if (a == NULL || b == NULL)
		return;
	assert_int_equal(a->role, b->role);
	assert_int_equal(
	    bytes_equal(bytes_of(old->bytes.ptr + a->offset, a->length),
		bytes_of(new->bytes.ptr + b->offset, b->length)),
	    r->kind == DIFF_SAME);
	assert_int_equal(bytes_equal(ctl_record_value(a, CTL_REC_CERTIFICATE),
			     ctl_record_value(b, CTL_REC_CERTIFICATE)),
	    r->kind != DIFF_REPLACED);
}

static void
test_random(void **state)
{
	unsigned i, seed = (unsigned)getpid(), round;
	struct made old, new;
	struct diff df;
	size_t n, last;

	print_message("seed %u\n", seed);
	for (round = 0; round < test_rounds(150); round++) {
		make_random(&old, &seed);
		make_random(&new, &seed);
		assert_int_equal(diff_of(old.f, new.f, &df, NULL), ERR_OK);
		for (i = 0, n = 0, last = 0; i < df.num; i++) {
			check_row(&old, &new, &df.rows[i]);
			n += df.rows[i].old != 0 ? 1 : 0;
			if (df.rows[i].new != 0)
				assert_int_equal(df.rows[i].new, ++last);
		}
		assert_int_equal(n, ctl_num_records(old.f));
		assert_int_equal(last, ctl_num_records(new.f));
		diff_clear(&df);
		made_clear(&old);
		made_clear(&new);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_same_trust),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_random),
	};

	return test_run(tests);
}
