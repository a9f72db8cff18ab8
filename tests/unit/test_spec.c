/* SPDX-License-Identifier: Apache-2.0 */
/* Records as people name them, on the command line and in a specification. */
#include <string.h>

#include "test.h"

#include "schema.h"

#include "cli/spec.h"

/* ---- The command line. ---- */

static const struct good {
	const char *text, *where, *host, *address;
	int dialect; /* or -1 */
} goods[] = {
	{ "a.pem", "a.pem", NULL, NULL, -1 },
	{ "a.pem,host=h", "a.pem", "h", NULL, -1 },
	{ "a.pem,ip=10.0.0.1,host=h", "a.pem", "h", "\x0a\0\0\x01", -1 },
	{ "a.pem,host=", "a.pem", "", NULL, -1 },
	{ "a.pem,dialect=token,ip=255.255.255.255", "a.pem", NULL,
	    "\xff\xff\xff\xff", CTL_DIALECT_TOKEN },
	{ "a.pem,dialect=builder", "a.pem", NULL, NULL, CTL_DIALECT_BUILDER },
	/* commas, keys in the middle, an equals sign */
	{ "a,b.pem", "a,b.pem", NULL, NULL, -1 },
	{ "a,host=b,c.pem,host=h", "a,host=b,c.pem", "h", NULL, -1 },
	{ "a=b,host=h=i", "a=b", "h=i", NULL, -1 },
	{ ",host=h", NULL, NULL, NULL, -1 },
	{ "./host=a", "./host=a", NULL, NULL, -1 },
	{ "pkcs11:token=a;object=b,host=h", "pkcs11:token=a;object=b", "h",
	    NULL, -1 },
	{ "host=h,ip=10.0.0.1", "", "h", "\x0a\0\0\x01", -1 },
	{ "ip=0.0.0.0", "", NULL, "\0\0\0\0", -1 },
	{ "host=a b\xc3\xa4", "", "a b\xc3\xa4", NULL, -1 },
};

static void
same_entry(const struct entry *en, const struct good *g)
{
	assert_int_equal(en->role, CTL_ROLE_CAPF);
	assert_true(bytes_equal(buf_bytes(&en->where), bytes_of_str(g->where)));
	assert_int_equal(en->has_host, g->host != NULL);
	if (g->host != NULL)
		assert_true(
		    bytes_equal(buf_bytes(&en->host), bytes_of_str(g->host)));
	assert_int_equal(en->has_address, g->address != NULL);
	if (g->address != NULL)
		assert_memory_equal(en->address, g->address, 4);
	assert_int_equal(en->has_dialect, g->dialect >= 0);
	if (g->dialect >= 0)
		assert_int_equal(en->dialect, g->dialect);
}

static void
test_entry(void **state)
{
	struct diag d;
	size_t i;

	for (i = 0; i < DOC_NUM(goods); i++) {
		struct entry en = { .role = 0 };
		enum err e = entry_parse("--capf", goods[i].text, CTL_ROLE_CAPF,
		    &en, &d);

		if (goods[i].where == NULL) {
			assert_int_equal(e, ERR_USAGE);
		} else {
			if (e != ERR_OK)
				fail_msg("%s: %s", goods[i].text, d.msg);
			same_entry(&en, &goods[i]);
		}
		entry_clear(&en);
	}
}

static const struct bad {
	const char *text, *says;
} bads[] = {
	{ "", "--capf : the certificate has no name" },
	{ ",host=h", "the certificate has no name" },
	{ "dialect=token", "neither a certificate nor a host" },
	{ "a.pem,host=h,host=i", "host is there twice" },
	{ "a.pem,ip=1.2.3.4,host=h,ip=1.2.3.4", "ip is there twice" },
	{ "a.pem,dialect=token,dialect=token", "dialect is there twice" },
	{ "a.pem,dialect=cisco", "appliance, token or builder, not 'cisco'" },
	{ "a.pem,dialect=", "appliance, token or builder, not ''" },
	{ "a.pem,ip=", "'' is no IPv4 address" },
	{ "a.pem,ip=10.0.0", "'10.0.0' is no IPv4 address" },
	{ "a.pem,ip=10.0.0.256", "no IPv4 address" },
	{ "a.pem,ip=010.0.0.1", "no IPv4 address" },
	{ "a.pem,ip=10.0.0.1 ", "no IPv4 address" },
	{ "a.pem,ip=fe80::1", "'fe80::1' is an IPv6 address" },
	{ "a.pem,ip=::", "is an IPv6 address" },
	{ "a.pem,host=a\nb", "without control characters" },
	{ "a.pem,host=a\x7f", "without control characters" },
	{ "a.pem,host=\xff", "without control characters" },
	{ "a.pem,ip="
	  "11111111111111111111111111111111111111111111111111111111111111111",
	    "no IPv4 address" },
};

static void
test_entry_refused(void **state)
{
	struct diag d;
	size_t i;

	for (i = 0; i < DOC_NUM(bads); i++) {
		struct entry en = { .role = 0 };

		assert_int_equal(
		    entry_parse("--capf", bads[i].text, CTL_ROLE_CAPF, &en, &d),
		    ERR_USAGE);
		if (strstr(d.msg, bads[i].says) == NULL)
			fail_msg("%s: '%s' is not in '%s'", bads[i].text,
			    bads[i].says, d.msg);
		entry_clear(&en);
	}
}

static void
test_names(void **state)
{
	enum ctl_dialect dialect;
	uint16_t role;

	assert_true(entry_role(bytes_of_str("ccm+tftp"), &role));
	assert_int_equal(role, CTL_ROLE_CCM_TFTP);
	assert_true(entry_role(bytes_of_str("ccm-tftp"), &role));
	assert_int_equal(role, CTL_ROLE_CCM_TFTP);
	assert_true(entry_role(bytes_of_str("tvs"), &role));
	assert_int_equal(role, CTL_ROLE_TVS);
	assert_true(entry_role(bytes_of_str("sast"), &role));
	assert_int_equal(role, CTL_ROLE_SAST);
	assert_false(entry_role(bytes_of_str("SAST"), &role));
	assert_false(entry_role(bytes_of_str("sas"), &role));
	assert_false(entry_role(bytes_of_str(""), &role));
	assert_true(entry_dialect("token", &dialect));
	assert_int_equal(dialect, CTL_DIALECT_TOKEN);
	assert_false(entry_dialect("tokens", &dialect));
}

/* ---- The specification. ---- */

static void
test_spec_whole(void **state)
{
	static const char text[] =
	    "kind: itl\n"
	    "digest: sha512\n"
	    "filename: ITLFile.tlv\n"
	    "timestamp: 2015-03-06T18:45:13Z\n"
	    "version: \"1.1\"\n"
	    "records:\n"
	    "  - role: sast\n"
	    "    cert: certs/a.pem\n"
	    "  - role: ccm-tftp\n"
	    "    cert: /etc/b.pem\n"
	    "    host: cucm1\n"
	    "    ip: 10.0.0.1\n"
	    "    dialect: token\n"
	    "  - {role: tvs, cert: \"pkcs11:object=x\"}\n"
	    "  - {role: ccm+tftp, host: cucm2}\n";
	struct spec sp;
	struct diag d;

	assert_int_equal(spec_read(bytes_of_str(text), "lists/a.yaml", &sp, &d),
	    ERR_OK);
	assert_int_equal(sp.kind, CTL_KIND_ITL);
	assert_string_equal(sp.digest, "sha512");
	assert_string_equal(sp.filename, "ITLFile.tlv");
	assert_true(sp.has_timestamp);
	assert_int_equal(sp.timestamp, 1425667513);
	assert_int_equal(sp.major, 1);
	assert_int_equal(sp.minor, 1);
	assert_int_equal(sp.num_entries, 4);
	assert_string_equal(buf_cstr(&sp.entries[0].where),
	    "lists/certs/a.pem");
	assert_false(sp.entries[0].has_host);
	assert_false(sp.entries[0].has_address);
	assert_false(sp.entries[0].has_dialect);
	assert_int_equal(sp.entries[0].at.line, 7);
	assert_int_equal(sp.entries[1].role, CTL_ROLE_CCM_TFTP);
	assert_string_equal(buf_cstr(&sp.entries[1].where), "/etc/b.pem");
	assert_string_equal(buf_cstr(&sp.entries[1].host), "cucm1");
	assert_memory_equal(sp.entries[1].address, "\x0a\0\0\x01", 4);
	assert_int_equal(sp.entries[1].dialect, CTL_DIALECT_TOKEN);
	assert_string_equal(buf_cstr(&sp.entries[2].where), "pkcs11:object=x");
	assert_int_equal(sp.entries[3].where.len, 0);
	spec_clear(&sp);
	assert_int_equal(sp.num_entries, 0);
}

static void
test_spec_empty(void **state)
{
	struct spec sp;
	struct diag d;

	assert_int_equal(spec_read(bytes_of_str("{}"), "a", &sp, &d), ERR_OK);
	assert_int_equal(sp.kind, CTL_KIND_AUTO);
	assert_null(sp.digest);
	assert_null(sp.filename);
	assert_false(sp.has_timestamp);
	assert_int_equal(sp.major + sp.minor, 0);
	assert_int_equal(sp.num_entries, 0);
	spec_clear(&sp);
}

static const struct bad_spec {
	const char *text;
	unsigned line, column;
	const char *says;
} bad_specs[] = {
	{ "kind: ctl\nkinds: itl\n", 2, 1, "kind" },
	{ "kind: firmware\n", 1, 7, "ctl" },
	{ "digest: md5\n", 1, 9, "sha1" },
	{ "digest: sha256\n", 1, 9, "sha1" },
	{ "filename: \"\"\n", 1, 11, "filename" },
	{ "timestamp: yesterday\n", 1, 12, "timestamp" },
	{ "timestamp: 1969-12-31T23:59:59Z\n", 1, 1, "1970" },
	{ "timestamp: 2106-02-07T06:28:16Z\n", 1, 1, "2106" },
	{ "version: \"1\"\n", 1, 1, "two numbers" },
	{ "version: \"1.2.3\"\n", 1, 1, "two numbers" },
	{ "version: \"1.256\"\n", 1, 1, "two numbers" },
	{ "version: \"-1.2\"\n", 1, 1, "two numbers" },
	{ "version: \"0.0\"\n", 1, 1, "two numbers" },
	{ "version: \" 1.2\"\n", 1, 1, "two numbers" },
	{ "records: x\n", 1, 10, "records" },
	{ "records:\n  - cert: a\n", 2, 5, "role" },
	{ "records:\n  - role: boss\n    cert: a\n", 2, 11, "sast" },
	{ "records:\n  - role: sast\n", 2, 5, "a cert, or a host" },
	{ "records:\n  - role: sast\n    cert: \"\"\n", 3, 11, "cert" },
	{ "records:\n  - role: sast\n    certs: a\n", 3, 5, "cert" },
	{ "records:\n  - role: capf\n    cert: a\n    ip: fe80::1\n", 2, 5,
	    "IPv6" },
	{ "records:\n  - role: capf\n    cert: a\n    ip: 10.1\n", 2, 5,
	    "IPv4" },
	{ "records:\n  - role: capf\n    cert: a\n    host: \"a\\tb\"\n", 2, 5,
	    "control" },
	{ "records:\n  - role: capf\n    cert: a\n    dialect: x\n", 4, 14,
	    "appliance" },
	{ "records:\n  - role: capf\n    role: sast\n", 3, 5, "role" },
	{ "kind: !mine ctl\n", 1, 7, "tag" },
	{ "kind: [\n", 2, 1, "" },
	{ "---\nkind: ctl\n---\nkind: itl\n", 3, 1, "document" },
};

static void
test_spec_refused(void **state)
{
	const struct bad_spec *b;
	struct spec sp;
	struct diag d;
	size_t i;

	for (i = 0; i < DOC_NUM(bad_specs); i++) {
		b = &bad_specs[i];
		diag_init(&d);
		if (spec_read(bytes_of_str(b->text), "a", &sp, &d) == ERR_OK)
			fail_msg("%s: read", b->text);
		assert_int_equal(d.code, ERR_SYNTAX);
		if (d.line != b->line || d.column != b->column ||
		    strstr(d.msg, b->says) == NULL)
			fail_msg("%s: %u:%u %s", b->text, d.line, d.column,
			    d.msg);
	}
}

static void
test_schema(void **state)
{
	schema_is_table("build.schema.json", &spec_table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entry),
		cmocka_unit_test(test_entry_refused),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_spec_whole),
		cmocka_unit_test(test_spec_empty),
		cmocka_unit_test(test_spec_refused),
		cmocka_unit_test(test_schema),
	};

	return test_run(tests);
}
