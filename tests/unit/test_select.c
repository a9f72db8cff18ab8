/* SPDX-License-Identifier: Apache-2.0 */
/* Records by name, over the made cases. */
#include "test.h"

#include <string.h>

#include "cases.h"
#include "cli/select.h"
#include "lab/mint.h"

struct list {
	struct buf bytes;
	struct ctl_file *file;
};

static void
list_load(struct list *l, const char *name)
{
	struct diag d;

	memset(l, 0, sizeof(*l));
	case_load(name, &l->bytes);
	if (ctl_parse(buf_bytes(&l->bytes), CTL_KIND_AUTO, &l->file, &d) !=
	    ERR_OK)
		fail_msg("%s: %s", name, d.msg);
}

static void
list_clear(struct list *l)
{
	ctl_free(&l->file);
	buf_clear(&l->bytes);
}

/* ---- Grammar -------------------------------------------------------------------- */

/* A selector and what is behind it; "-": there is to be nothing. What it means
 * is spelt "number/role/host/cn/serial". */
static const struct good {
	const char *text, *rest, *means;
} goods[] = {
	{ "3", "-", "3/-///" },
	{ "record=3", "-", "3/-///" },
	{ "10000", "-", "10000/-///" },
	{ "sast", "-", "0/0///" },
	{ "SAST", "-", "0/0///" },
	{ "ccm+tftp", "-", "0/2///" },
	{ "ccm", "-", "0/1///" },
	{ "tvs", "-", "0/21///" },
	{ "host=lab-pub", "-", "0/-/lab-pub//" },
	{ "cn=SAST 1", "-", "0/-//SAST 1/" },
	{ "serial=31AF", "-", "0/-///31af" },
	{ "serial=31:aF", "-", "0/-///31af" },
	{ "serial=00:00:31:00", "-", "0/-///3100" },
	{ "sast,cn=x", "-", "0/0//x/" },
	{ "cn=x,sast", "-", "0/0//x/" },
	{ "1,sast,host=a,cn=b,serial=0c", "-", "1/0/a/b/0c" },
	{ "cn=a\\,b\\=c\\\\d\\e", "-", "0/-//a,b=c\\de/" },
	{ "host=host\\=1", "-", "0/-/host=1//" },
	{ "capf=new.pem", "new.pem", "0/4///" },
	{ "3=new.pem", "new.pem", "3/-///" },
	{ "record=3=new.pem", "new.pem", "3/-///" },
	{ "ccm+tftp,host=a=b=c,d.pem", "b=c,d.pem", "0/2/a//" },
	{ "cn=a\\=b=c", "c", "0/-//a=b/" },
	{ "serial=0a=pkcs11:token=x;object=y", "pkcs11:token=x;object=y",
	    "0/-///0a" },
	{ "host=a==b", "=b", "0/-/a//" },
};

static void
spell(const struct select *s, struct buf *out)
{
	size_t i;

	buf_printf(out, "%zu/", s->record);
	if (s->has_role)
		buf_printf(out, "%u/", s->role);
	else
		buf_str(out, "-/");
	buf_put(out, buf_bytes(&s->host));
	buf_str(out, "/");
	buf_put(out, buf_bytes(&s->cn));
	buf_str(out, "/");
	for (i = 0; i < s->serial.len; i++)
		buf_printf(out, "%02x", s->serial.ptr[i]);
}

static void
test_good(void **state)
{
	const char *rest;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
		const struct good *g = &goods[i];
		struct select s = { .record = 0 };
		struct buf means = { 0 };
		bool whole = g->rest != NULL && strcmp(g->rest, "-") == 0;

		rest = NULL;
		if (select_parse(g->text, &s, whole ? NULL : &rest, &d) !=
		    ERR_OK)
			fail_msg("%s: %s", g->text, d.msg);
		spell(&s, &means);
		assert_string_equal(buf_cstr(&means), g->means);
		if (!whole)
			assert_string_equal(rest, g->rest);
		assert_int_equal(s.text.len,
		    strlen(g->text) - (whole ? 0 : strlen(g->rest) + 1));
		assert_ptr_equal(s.text.ptr, g->text);
		buf_clear(&means);
		select_clear(&s);
		assert_int_equal(s.cn.cap, 0);
	}
}

/* What is refused, and words that say why. */
static void
test_bad(void **state)
{
	static const struct {
		const char *text, *why;
		bool has_rest;
	} bads[] = {
		{ "", "lacks the name of a record", false },
		{ ",", "lacks the name of a record", false },
		{ "sast,", "lacks the name of a record", false },
		{ ",sast", "lacks the name of a record", false },
		{ "=x", "lacks the name of a record", true },
		{ "host=", "lacks what stands behind", false },
		{ "host=,sast", "lacks what stands behind", false },
		{ "0", "no number of a record", false },
		{ "03", "no number of a record", false },
		{ "3x", "no number of a record", false },
		{ "1-3", "no number of a record", false },
		{ "10001", "no number of a record", false },
		{ "99999999999999999999", "no number of a record", false },
		{ "record=x", "no number of a record", false },
		{ "record=sast", "no number of a record", false },
		{ "sats", "there is no role 'sats'; did you mean \"sast\"",
		    false },
		{ "HOST=x", "there is no role 'HOST'", false },
		{ "role=sast", "there is no role 'role'", false },
		{ "serial=0", "no serial number", false },
		{ "serial=0x31", "no serial number", false },
		{ "serial=31:AF3", "no serial number", false },
		{ "serial=00", "no serial number", false },
		{ "serial=zz", "no serial number", false },
		{ "1,2", "says a number twice", false },
		{ "1,record=1", "says a number twice", false },
		{ "sast,ccm", "says a role twice", false },
		{ "host=a,host=a", "says host= twice", false },
		{ "cn=a,cn=b", "says cn= twice", false },
		{ "serial=01,serial=02", "says serial= twice", false },
		{ "cn=x\\", "that nothing follows", false },
		{ "cn=a=b", "that belongs to nothing", false },
		{ "sast=new.pem", "that belongs to nothing", false },
		{ "sast", "lacks \"=CERT\"", true },
		{ "sast=", "lacks \"=CERT\"", true },
		{ "host=a", "lacks \"=CERT\"", true },
	};
	struct select s = { .record = 77 };
	const char *rest = "untouched";
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
		if (select_parse(bads[i].text, &s,
			bads[i].has_rest ? &rest : NULL, &d) != ERR_USAGE)
			fail_msg("'%s' passes", bads[i].text);
		if (strstr(d.msg, bads[i].why) == NULL)
			fail_msg("'%s': %s", bads[i].text, d.msg);
		assert_int_equal(s.record, 77);
		assert_string_equal(rest, "untouched");
	}
}

/* ---- Which records ---------------------------------------------------------------- */

static void
put_numbers(struct buf *out, const struct select_found *found)
{
	size_t i;

	for (i = 0; i < found->num; i++)
		buf_printf(out, "%s%zu", i == 0 ? "" : " ", found->at[i]);
}

static const struct find {
	const char *list, *text, *records;
} finds[] = {
	{ "ok-token-5728", "1", "1" },
	{ "ok-token-5728", "5", "5" },
	{ "ok-token-5728", "6", "" },
	{ "ok-token-5728", "sast", "1 5" },
	{ "ok-token-5728", "ccm+tftp", "2 4" },
	{ "ok-token-5728", "ccm", "" },
	{ "ok-token-5728", "capf", "3" },
	{ "ok-token-5728", "3,capf", "3" },
	{ "ok-token-5728", "3,sast", "" },
	{ "ok-token-5728", "host=10.48.47.153", "2 3" },
	{ "ok-token-5728", "host=10.48.47.15", "" },
	{ "ok-token-5728", "host=10.48.47.153,capf", "3" },
	{ "ok-tokenless-4947", "host=CUCM-1051-a-pub", "1 2 3" },
	{ "ok-tokenless-4947", "host=cucm-1051-a-pub ", "" },
	{ "ok-token-5728", "cn=cucm-1051-a-pub", "2" },
	{ "ok-token-5728", "cn=cucm-1051-a-PUB", "2" },
	{ "ok-token-5728", "cn=cucm-1051-a-pub  ", "2" },
	{ "ok-token-5728", "cn=cucm-1051-a-pu", "" },
	/* blanks at the end are in the certificate */
	{ "ok-token-5728", "cn=SAST-ADN008580ef", "5" },
	{ "ok-token-5728", "cn=SAST-ADN008580ef        ", "5" },
	/* a token's record spells the number backwards */
	{ "ok-token-5728", "serial=31AF455500000008E983", "5" },
	{ "ok-token-5728", "serial=83:e9:08:00:00:00:55:45:af:31", "5" },
	{ "ok-token-5728", "serial=0031AF455500000008E983", "5" },
	{ "ok-token-5728", "serial=AF455500000008E983", "" },
	/* others do not */
	{ "ok-token-5728", "serial=70CAF64E090751B9DF22F49F754FC5BB", "2" },
	{ "ok-token-5728", "serial=BBC54F759FF422DFB95107094EF6CA70", "" },
	{ "ok-serial-high-bit-bare", "host=nobody", "" },
	{ "ok-serial-high-bit-der", "host=nobody", "" },
	/* records without a certificate go by their own word */
	{ "ok-key-only", "cn=CAPF-1a2b3c4d", "4" },
	{ "ok-key-only", "serial=4C11223344556677,capf", "4" },
	{ "ok-itl-cert-hashes", "tvs,host=lab-pub", "6" },
	{ "ok-token-3746", "cn=x", "" },
	{ "ok-odd-names", "cn=../../etc/passwd", "1" },
	{ "ok-odd-names", "cn=.hidden $(reboot) `x` *", "3" },
	{ "ok-empty-list", "sast", "" },
};

static void
test_find(void **state)
{
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(finds) / sizeof(finds[0]); i++) {
		const struct find *row = &finds[i];
		struct select_found found = { .num = 0 };
		struct buf numbers = { 0 };
		struct select s;
		struct list l;

		list_load(&l, row->list);
		assert_int_equal(select_parse(row->text, &s, NULL, &d), ERR_OK);
		assert_int_equal(select_find(&s, l.file, &found, &d), ERR_OK);
		put_numbers(&numbers, &found);
		buf_u8(&numbers, 0);
		if (strcmp((const char *)numbers.ptr, row->records) != 0)
			fail_msg("%s, %s: %s", row->list, row->text,
			    (const char *)numbers.ptr);
		buf_clear(&numbers);
		select_found_clear(&found);
		assert_null(found.at);
		select_clear(&s);
		list_clear(&l);
	}
}

/* Every serial number of every list finds its record, forwards, and of tokens
 * backwards; so do those with a high bit. */
static void
test_find_serials(void **state)
{
	static const char *const names[] = { "ok-serial-high-bit-bare",
		"ok-serial-high-bit-der", "ok-token-serial-two-orders",
		"ok-mixed-dialects", "ok-builder-sha512", "ok-three-sast" };
	size_t i, k, n;
	struct diag d;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct list l;

		list_load(&l, names[i]);
		for (k = 1; k <= ctl_num_records(l.file); k++) {
			struct bytes serial = ctl_record_value(
			    ctl_record(l.file, k), CTL_REC_SERIAL);
			struct buf text = { 0 };
			struct select s;
			size_t at = 0;

			buf_printf(&text, "%zu,serial=", k);
			for (n = 0; n < serial.len; n++)
				buf_printf(&text, "%02X", serial.ptr[n]);
			assert_int_equal(
			    select_parse(buf_cstr(&text), &s, NULL, &d),
			    ERR_OK);
			if (select_one(&s, l.file, &at, &d) != ERR_OK)
				fail_msg("%s: %s", names[i], d.msg);
			assert_int_equal(at, k);
			select_clear(&s);
			buf_clear(&text);
		}
		list_clear(&l);
	}
}

static void
one(const char *name, const char *text, enum err wanted, const char *why)
{
	struct select s;
	struct list l;
	size_t at = 99;
	struct diag d;

	diag_init(&d);
	list_load(&l, name);
	assert_int_equal(select_parse(text, &s, NULL, &d), ERR_OK);
	if (select_one(&s, l.file, &at, &d) != wanted)
		fail_msg("%s, %s: %s", name, text, d.msg);
	if (wanted == ERR_OK)
		assert_int_equal(at, (size_t)(why[0] - '0'));
	else if (at != 99 || strcmp(d.msg, why) != 0)
		fail_msg("%s, %s: %s", name, text, d.msg);
	select_clear(&s);
	list_clear(&l);
}

static void
test_one(void **state)
{
	one("ok-token-5728", "capf", ERR_OK, "3");
	one("ok-token-5728", "sast,cn=sast-adn0054f509", ERR_OK, "1");
	one("ok-token-5728", "sast", ERR_USAGE,
	    "'sast' is more than one record; a number says which: "
	    "record 1 (sast, SAST-ADN0054f509), "
	    "record 5 (sast, SAST-ADN008580ef)");
	one("ok-token-5728", "host=10.48.47.153", ERR_USAGE,
	    "'host=10.48.47.153' is more than one record; a number says which: "
	    "record 2 (ccm+tftp, 10.48.47.153), "
	    "record 3 (capf, 10.48.47.153)");
	/* what there is: with the role, or else all */
	one("ok-token-5728", "sast,cn=nobody", ERR_ABSENT,
	    "no record is 'sast,cn=nobody'; there are "
	    "record 1 (sast, SAST-ADN0054f509), "
	    "record 5 (sast, SAST-ADN008580ef)");
	one("ok-token-5728", "capf,cn=nobody", ERR_ABSENT,
	    "no record is 'capf,cn=nobody'; there is "
	    "record 3 (capf, 10.48.47.153)");
	one("ok-token-5728", "tvs", ERR_ABSENT,
	    "no record is 'tvs'; there are record 1 (sast, SAST-ADN0054f509), "
	    "record 2 (ccm+tftp, 10.48.47.153), "
	    "record 3 (capf, 10.48.47.153), "
	    "record 4 (ccm+tftp, 10.48.47.154), "
	    "record 5 (sast, SAST-ADN008580ef)");
	one("ok-empty-list", "9", ERR_ABSENT,
	    "no record is '9'; there are none at all");
	/* a message takes so many */
	one("ok-certificates-39", "ccm+tftp", ERR_USAGE,
	    "'ccm+tftp' is more than one record; a number says which: "
	    "record 3 (ccm+tftp, lab-sub), record 4 (ccm+tftp, lab-sub), "
	    "record 5 (ccm+tftp, lab-sub), record 6 (ccm+tftp, lab-sub), "
	    "record 7 (ccm+tftp, lab-sub), record 8 (ccm+tftp, lab-sub), "
	    "record 9 (ccm+tftp, lab-sub), and 30 more");
}

/* ---- What a new certificate replaces ------------------------------------------------ */

/* The certificate that a test replaces by: of a case, or made with the common
 * name CN and the name DNS (may be NULL). */
static struct cert *
cert_of_case(const char *name, const char *cert)
{
	struct buf pem = { 0 };
	struct cert *c = NULL;
	char path[512];
	struct diag d;

	(void)snprintf(path, sizeof(path), "%s/%s/%s.pem", getenv("CASES"),
	    name, cert);
	assert_int_equal(file_load(path, FILE_MAX_DEFAULT, &pem, &d), ERR_OK);
	assert_int_equal(cert_from_file(buf_bytes(&pem), &c, &d), ERR_OK);
	buf_clear(&pem);
	return c;
}

static struct cert *
cert_made(const char *cn, const char *dns)
{
	const struct mint_attr name[] = { { "CN", cn, MINT_UTF8 } };
	const char *const dnses[] = { "other.example.com", dns };
	struct mint_spec spec = {
		.subject = { name, 1 },
		.issuer = { name, 1 },
		.serial = { (const uint8_t *)"1", 1 },
		.not_after = 2000000000,
		.dns = dnses,
		.num_dns = dns == NULL ? 0 : 2,
	};
	struct mint_key *key = NULL;
	struct cert *c = NULL;
	struct buf der = { 0 };
	char path[512];
	struct diag d;

	(void)snprintf(path, sizeof(path),
	    "%s/softhsm-fixtures/keys/rsa1024-a.pem", getenv("SRC"));
	assert_int_equal(mint_key_load(path, &key, &d), ERR_OK);
	spec.key = spec.issuer_key = key;
	if (mint_cert(&spec, &der, &d) != ERR_OK ||
	    cert_from_der(buf_bytes(&der), &c, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	buf_clear(&der);
	mint_key_free(&key);
	return c;
}

static const struct replaced {
	const char *list, *text, *cn, *dns; /* CN and DNS of the new one */
	const char *records;                /* or what the refusal says */
} replaceds[] = {
	/* in every role that it holds */
	{ "ok-tokenless-4947", "ccm+tftp", "cucm-1051-a-pub", NULL, "1 2" },
	{ "ok-tokenless-4947", "ccm+tftp", "CUCM-1051-A-PUB", NULL, "1 2" },
	{ "ok-tokenless-4947", "sast", "whoever", NULL, "1 2" },
	{ "ok-tokenless-4947", "cn=cucm-1051-a-pub", "whoever", NULL, "1 2" },
	{ "ok-tokenless-4947", "serial=70CAF64E090751B9DF22F49F754FC5BB",
	    "whoever", NULL, "1 2" },
	{ "ok-tokenless-4947", "ccm+tftp", "cucm-1051-a-sub1", NULL, "4" },
	{ "ok-tokenless-4947", "capf", "CAPF-00000000", NULL, "3" },
	/* a number is that record alone */
	{ "ok-tokenless-4947", "2", "whoever", NULL, "2" },
	{ "ok-tokenless-4947", "2,ccm+tftp", "whoever", NULL, "2" },
	{ "ok-tokenless-4947", "2,sast", "x", NULL, "no record is '2,sast'" },
	/* several nodes, and the new one's names */
	{ "ok-tokenless-4947", "ccm+tftp", "whoever", NULL,
	    "is more than one record, with different certificates" },
	{ "ok-tokenless-4947", "ccm+tftp", "whoever", "cucm-1051-a-sub1", "4" },
	{ "ok-tokenless-4947", "ccm+tftp", "whoever", "cucm-1051-a-pub",
	    "1 2" },
	{ "ok-tokenless-4947", "ccm+tftp", "cucm-1051-a-sub1",
	    "cucm-1051-a-pub", "is more than one record" },
	{ "ok-tokenless-4947", "ccm+tftp,host=cucm-1051-a-sub1", "whoever",
	    NULL, "4" },
	/* the host's name says it, whatever the new one's names */
	{ "ok-tokenless-4947", "host=cucm-1051-a-pub", "whoever", NULL,
	    "is more than one record" },
	{ "ok-tokenless-4947", "host=cucm-1051-a-pub", "CAPF-e41e7d87", NULL,
	    "3" },
	/* hosts by address: the common names of old and new */
	{ "ok-token-5728", "ccm+tftp", "cucm-1051-a-sub1", NULL, "4" },
	{ "ok-token-5728", "ccm+tftp", "whoever", "cucm-1051-a-sub1",
	    "is more than one record" },
	{ "ok-token-5728", "sast", "SAST-ADN008580ef", NULL, "5" },
	{ "ok-token-5728", "sast", "SAST-ADN00000000", NULL,
	    "is more than one record" },
	/* one certificate on several hosts */
	{ "ok-multi-server", "ccm+tftp", "lab-pub-ms", NULL, "1 2 5" },
	{ "ok-multi-server", "ccm+tftp", "whoever", NULL, "1 2 5" },
	{ "ok-multi-server", "ccm+tftp,host=lab-sub", "whoever", NULL, "5" },
	{ "ok-multi-server", "ccm+tftp,host=LAB-pub", "whoever", NULL, "1 2" },
	{ "ok-multi-server", "sast", "ITLRECOVERY_lab-pub", NULL, "3" },
	/* a hash, a key: the same certificate all the same */
	{ "ok-itl-cert-hashes", "capf", "whoever", NULL, "5" },
	{ "ok-itl-cert-hashes", "tftp", "whoever", NULL, "1 3 4" },
	{ "ok-key-only", "capf", "whoever", NULL, "4" },
	{ "ok-itl-cert-hashes", "host=lab-pub,cn=lab-tvs", "whoever", NULL,
	    "6" },
	{ "ok-every-role", "srst", "whoever", NULL,
	    "2 4 5 6 7 8 9 10 11 12 13" },
};

static void
replaced_one(const struct replaced *row)
{
	struct cert *c = cert_made(row->cn, row->dns);
	struct select_found found = { .num = 77 };
	struct buf numbers = { 0 };
	struct select s;
	struct list l;
	struct diag d;
	enum err e;

	list_load(&l, row->list);
	assert_int_equal(select_parse(row->text, &s, NULL, &d), ERR_OK);
	e = select_replaced(&s, l.file, c, &found, &d);
	if (e == ERR_OK)
		put_numbers(&numbers, &found);
	else
		buf_str(&numbers, d.msg);
	if (e == ERR_OK ? strcmp(buf_cstr(&numbers), row->records) != 0
			: found.num != 77 ||
		    strstr(buf_cstr(&numbers), row->records) == NULL)
		fail_msg("%s, %s by %s: %s", row->list, row->text, row->cn,
		    buf_cstr(&numbers));
	buf_clear(&numbers);
	if (e == ERR_OK)
		select_found_clear(&found);
	select_clear(&s);
	list_clear(&l);
	cert_free(&c);
}

static void
test_replaced(void **state)
{
	size_t i;

	for (i = 0; i < sizeof(replaceds) / sizeof(replaceds[0]); i++)
		replaced_one(&replaceds[i]);
}

/* A certificate of two hosts says of neither that it is meant. */
static void
test_replaced_multi(void **state)
{
	struct cert *c = cert_of_case("ok-multi-server", "pub");
	struct select_found found = { .num = 0 };
	struct select s;
	struct list l;
	struct diag d;

	list_load(&l, "ok-fresh-list");
	assert_int_equal(select_parse("ccm+tftp", &s, NULL, &d), ERR_OK);
	assert_int_equal(select_replaced(&s, l.file, c, &found, &d), ERR_USAGE);
	assert_string_equal(d.msg,
	    "'ccm+tftp' is more than one record, with different certificates, "
	    "and the names of the new one do not tell which; say host=, cn= or "
	    "a number: record 2 (ccm+tftp, lab-pub), "
	    "record 5 (ccm+tftp, lab-sub)");
	select_clear(&s);
	list_clear(&l);
	cert_free(&c);
}

/* Names of servers: of one without any, with a wildcard, in capitals. */
static void
test_host(void **state)
{
	static const struct {
		const char *cn, *dns, *host;
		bool wanted;
	} rows[] = {
		{ "lab-pub", NULL, "lab-pub", true },
		{ "lab-pub", NULL, "LAB-pub", true },
		{ "lab-pub", NULL, "lab-pu", false },
		{ "lab-pub", NULL, "", false },
		{ "x", "lab-pub", "lab-PUB", true },
		{ "x", "lab-pub", "other.example.com", true },
		{ "x", "*.example.com", "a.example.com", false },
	};
	struct diag d;
	size_t i;
	bool is;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct cert *c = cert_made(rows[i].cn, rows[i].dns);

		assert_int_equal(
		    cert_is_of_host(c, bytes_of_str(rows[i].host), &is, &d),
		    ERR_OK);
		if (is != rows[i].wanted)
			fail_msg("row %zu", i);
		cert_free(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_find_serials),
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_replaced_multi),
		cmocka_unit_test(test_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
