/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and self-signed certificates; what the openssl command reads in
 * them is the second opinion. */
#include "test.h"

/* a token's key is an RSA or EC_KEY with methods of its own, and only the
 * deprecated calls can make one */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <string.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/file.h"
#include "pki/cert.h"
#include "pki/selfsign.h"

#define NOW INT64_C(1700000000) /* 2023-11-14T22:13:20Z */

static char dir[] = "/tmp/test_request.XXXXXX";

struct pair {
	EVP_PKEY *evp;
	struct pubkey *key;
};

static struct pair rsa, ec;

static void
pair_of(EVP_PKEY *evp, struct pair *ret)
{
	X509 *x = X509_new();
	X509_NAME *name = X509_NAME_new();
	unsigned char *der = NULL;
	struct cert *c = NULL;
	struct buf spki = { 0 };
	struct diag d;
	int len;

	/* a certificate is the way to a struct pubkey of any kind */
	assert_int_equal(X509_set_pubkey(x, evp), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 60);
	X509_set_issuer_name(x, name);
	assert_true(X509_sign(x, evp, EVP_sha256()) > 0);
	len = i2d_X509(x, &der);
	assert_int_equal(cert_from_der(bytes_of(der, (size_t)len), &c, &d),
	    ERR_OK);
	assert_true(bytes_equal(cert_der(c), bytes_of(der, (size_t)len)));
	ret->evp = evp;
	if (EVP_PKEY_get_base_id(evp) == EVP_PKEY_RSA) {
		assert_int_equal(
		    pubkey_from_rsa(cert_public_key_bytes(c), &ret->key, &d),
		    ERR_OK);
	} else {
		static const uint8_t p256[] = { 6, 8, 0x2a, 0x86, 0x48, 0xce,
			0x3d, 3, 1, 7 };

		assert_int_equal(pubkey_from_ec(bytes_of(p256, sizeof(p256)),
				     cert_public_key_bytes(c), &ret->key, &d),
		    ERR_OK);
	}
	assert_true(cert_has_key(c, ret->key));
	buf_clear(&spki);
	cert_free(&c);
	OPENSSL_free(der);
	X509_NAME_free(name);
	X509_free(x);
}

static int
setup(void **state)
{
	assert_non_null(mkdtemp(dir));
	pair_of(EVP_RSA_gen(2048), &rsa);
	pair_of(EVP_EC_gen("P-256"), &ec);
	return 0;
}

static int
teardown(void **state)
{
	char cmd[64];

	pubkey_free(&rsa.key);
	pubkey_free(&ec.key);
	EVP_PKEY_free(rsa.evp);
	EVP_PKEY_free(ec.evp);
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	return system(cmd);
}

/* Writes DER to the file "x.pem" as PEM. */
static void
save(struct bytes der, bool is_cert)
{
	struct file_save *s = NULL;
	struct buf pem = { 0 };
	char path[64];
	struct diag d;

	(void)snprintf(path, sizeof(path), "%s/x.pem", dir);
	assert_int_equal(is_cert ? cert_put_pem(der, &pem, &d)
				 : request_put_pem(der, &pem, &d),
	    ERR_OK);
	assert_int_equal(file_save_begin(&s, path, FILE_CLOBBER, &d), ERR_OK);
	assert_int_equal(file_save_write(s, buf_bytes(&pem), &d), ERR_OK);
	assert_int_equal(file_save_commit(&s, &d), ERR_OK);
	buf_clear(&pem);
}

/* What "openssl ARGS" says of that file, in OUT. */
static int
openssl(const char *args, char *out, size_t size)
{
	char cmd[512];
	FILE *f;
	size_t n;

	(void)snprintf(cmd, sizeof(cmd),
	    "cd %s && OPENSSL_CONF=/dev/null openssl %s 2>&1", dir, args);
	f = popen(cmd, "r");
	assert_non_null(f);
	n = fread(out, 1, size - 1, f);
	out[n] = '\0';
	return pclose(f);
}

static void
assert_says(const char *args, const char *wanted)
{
	static char out[65536];

	if (openssl(args, out, sizeof(out)) != 0 || strstr(out, wanted) == NULL)
		fail_msg("'%s' is not in what openssl %s says:\n%s", wanted,
		    args, out);
}

static void
assert_silent(const char *args, const char *unwanted)
{
	static char out[65536];

	assert_int_equal(openssl(args, out, sizeof(out)), 0);
	if (strstr(out, unwanted) != NULL)
		fail_msg("'%s' is in:\n%s", unwanted, out);
}

static void
make_request(const struct request_spec *spec, EVP_PKEY *signer,
    enum digest digest)
{
	struct buf der = { 0 };
	struct diag d;

	if (request_make(spec, signer, digest, &der, &d) != ERR_OK)
		fail_msg("%s: %s", spec->subject, d.msg);
	save(buf_bytes(&der), false);
	buf_clear(&der);
}

static void
make_cert(const struct request_spec *spec, EVP_PKEY *signer, enum digest digest,
    struct cert **ret)
{
	struct request_validity when = { NOW, 3650, { NULL, 0 } };
	struct buf der = { 0 };
	struct diag d;

	if (selfsign_make(spec, &when, signer, digest, &der, &d) != ERR_OK)
		fail_msg("%s: %s", spec->subject, d.msg);
	save(buf_bytes(&der), true);
	assert_int_equal(cert_from_der(buf_bytes(&der), ret, &d), ERR_OK);
	buf_clear(&der);
}

static void
test_request(void **state)
{
	struct request_spec spec = { "CN=a.example.org,OU=Voice,O=Example,C=DE",
		"DNS:a.example.org, IP:10.0.0.1,ip:2001:db8::1,email:x@y.org,"
		"URI:sip:a\\,b@y.org,DNS:*.example.org",
		REQUEST_CALLMANAGER, NULL };
	static const struct pair *const pairs[] = { &rsa, &ec };
	size_t i;

	for (i = 0; i < 2; i++) {
		spec.key = pairs[i]->key;
		make_request(&spec, pairs[i]->evp, DIGEST_SHA256);
		assert_says("req -in x.pem -verify -noout", "verify OK");
		assert_says("req -in x.pem -noout -subject",
		    "subject=C = DE, O = Example, OU = Voice, "
		    "CN = a.example.org\n");
		assert_says("req -in x.pem -noout -text",
		    "DNS:a.example.org, IP Address:10.0.0.1, IP Address:"
		    "2001:DB8:0:0:0:0:0:1, email:x@y.org, URI:sip:a,b@y.org, "
		    "DNS:*.example.org\n");
		assert_says("req -in x.pem -noout -text",
		    i == 0 ? "Key Usage: critical\n                    "
			     "Digital Signature, Key Encipherment, "
			     "Data Encipherment\n"
			   : "Key Usage: critical\n                    "
			     "Digital Signature\n");
		assert_says("req -in x.pem -noout -text",
		    "TLS Web Server Authentication, "
		    "TLS Web Client Authentication\n");
		assert_says("req -in x.pem -noout -text",
		    i == 0 ? "Signature Algorithm: sha256WithRSAEncryption"
			   : "Signature Algorithm: ecdsa-with-SHA256");
	}
}

static void
test_plain_request(void **state)
{
	struct request_spec spec = { "CN=x", NULL, REQUEST_PLAIN, rsa.key };

	make_request(&spec, rsa.evp, DIGEST_SHA512);
	assert_says("req -in x.pem -noout -text", "sha512WithRSA");
	assert_silent("req -in x.pem -noout -text", "X509v3");
}

static void
test_digests(void **state)
{
	static const enum digest digests[] = { DIGEST_SHA1, DIGEST_SHA224,
		DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512 };
	static const struct pair *const pairs[] = { &rsa, &ec };
	size_t i;

	for (i = 0; i < 10; i++) {
		const struct pair *p = pairs[i % 2];
		struct request_spec spec = { "CN=x", NULL, REQUEST_TVS,
			p->key };
		struct cert *c = NULL;

		make_cert(&spec, p->evp, digests[i / 2], &c);
		assert_true(cert_has_key(c, p->key));
		assert_false(cert_has_key(c, pairs[1 - i % 2]->key));
		cert_free(&c);
	}
}

/* What each preset says, in the words of openssl. */
static void
test_presets(void **state)
{
	static const struct {
		const char *name, *usage, *purposes;
		bool ca;
	} rows[] = {
		{ "sast", "Digital Signature\n", NULL, false },
		{ "CallManager",
		    "Digital Signature, Key Encipherment, Data Encipherment\n",
		    "TLS Web Server Authentication, "
		    "TLS Web Client Authentication\n",
		    false },
		{ "capf", "Digital Signature, Certificate Sign\n",
		    "TLS Web Server Authentication, "
		    "TLS Web Client Authentication\n",
		    true },
		{ "tvs",
		    "Digital Signature, Key Encipherment, Data Encipherment\n",
		    "TLS Web Server Authentication, "
		    "TLS Web Client Authentication\n",
		    false },
		{ "tftp", "Digital Signature, Key Encipherment\n",
		    "TLS Web Server Authentication\n", false },
	};
	enum request_preset none = REQUEST_TVS;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request_spec spec = { "CN=x", NULL, REQUEST_PLAIN,
			rsa.key };
		struct cert *c = NULL;

		assert_true(request_preset_of(rows[i].name, &spec.preset));
		make_cert(&spec, rsa.evp, DIGEST_SHA256, &c);
		assert_int_equal(cert_is_ca(c), rows[i].ca);
		assert_says("x509 -in x.pem -noout -ext keyUsage",
		    rows[i].usage);
		assert_says("x509 -in x.pem -noout -ext basicConstraints",
		    rows[i].ca ? "CA:TRUE, pathlen:0" : "CA:FALSE");
		if (rows[i].purposes != NULL)
			assert_says("x509 -in x.pem -noout -ext "
				    "extendedKeyUsage",
			    rows[i].purposes);
		else
			assert_silent("x509 -in x.pem -noout -text",
			    "Extended");
		assert_says("verify -no_check_time -CAfile x.pem x.pem",
		    "x.pem: OK");
		cert_free(&c);
	}
	assert_int_equal(i + 1, REQUEST_NUM_PRESETS);
	assert_false(request_preset_of("", &none));
	assert_false(request_preset_of("tomcat", &none));
	assert_int_equal(none, REQUEST_TVS);
	assert_string_equal(request_preset_name(REQUEST_CAPF), "capf");
}

static void
test_selfsigned(void **state)
{
	struct request_spec spec = {
		"CN=\"SAST-ADN008580ef        \";OU=IPCBU;O=\"Cisco Systems\"",
		NULL, REQUEST_SAST, rsa.key
	};
	struct cert *c = NULL;
	struct buf cn = { 0 }, id = { 0 };
	struct cert_attr a;
	char hex[80] = "";
	struct diag d;
	size_t i;

	make_cert(&spec, rsa.evp, DIGEST_SHA1, &c);
	assert_int_equal(cert_not_before(c), NOW);
	assert_int_equal(cert_not_after(c), NOW + INT64_C(3650) * 86400);
	assert_int_equal(cert_serial(c).len, 16);
	assert_true(cert_is_self_issued(c));
	assert_int_equal(cert_num_attrs(c, CERT_SUBJECT), 3);
	cert_attr(c, CERT_SUBJECT, 0, &a);
	assert_string_equal(a.key, "O");
	cert_attr(c, CERT_SUBJECT, 2, &a);
	assert_true(
	    bytes_equal(a.value, bytes_of_str("SAST-ADN008580ef        ")));
	assert_int_equal(cert_put_cn(c, CERT_ISSUER, &cn, &d), ERR_OK);
	assert_string_equal(buf_cstr(&cn), "SAST-ADN008580ef        ");
	assert_int_equal(pubkey_put_id(rsa.key, &id, &d), ERR_OK);
	for (i = 0; i < 20; i++)
		(void)snprintf(hex + 3 * i, 4, "%02X:", id.ptr[i]);
	hex[59] = '\0';
	assert_says("x509 -in x.pem -noout -ext subjectKeyIdentifier", hex);
	assert_says("x509 -in x.pem -noout -text", "Version: 3 (0x2)");
	buf_clear(&cn);
	buf_clear(&id);
	cert_free(&c);
}

static enum err
selfsign(const struct request_validity *when, struct cert **ret)
{
	struct request_spec spec = { "CN=x", NULL, REQUEST_SAST, ec.key };
	struct buf der = { 0 };
	struct diag d;
	enum err e;

	e = selfsign_make(&spec, when, ec.evp, DIGEST_SHA256, &der, &d);
	assert_int_equal(der.len != 0, e == ERR_OK);
	if (e == ERR_OK)
		assert_int_equal(cert_from_der(buf_bytes(&der), ret, &d),
		    ERR_OK);
	buf_clear(&der);
	return e;
}

static void
test_serial_and_dates(void **state)
{
	static const uint8_t twenty[20] = { 0x7f, 1 }, over[20] = { 0x80 },
			     zero[2];
	struct request_validity when = { NOW, 1, { twenty, 20 } };
	struct cert *c = NULL;

	assert_int_equal(selfsign(&when, &c), ERR_OK);
	assert_true(bytes_equal(cert_serial(c), when.serial));
	cert_free(&c);
	when.serial = bytes_of("\0\0\x83\xe9", 4);
	assert_int_equal(selfsign(&when, &c), ERR_OK);
	assert_true(bytes_equal(cert_serial(c), bytes_of("\x83\xe9", 2)));
	cert_free(&c);
	when.serial = bytes_of(over, 20);
	assert_int_equal(selfsign(&when, &c), ERR_USAGE);
	when.serial = bytes_of(zero, 2);
	assert_int_equal(selfsign(&when, &c), ERR_USAGE);
	when.serial = bytes_of(NULL, 0);
	when.days = 0;
	assert_int_equal(selfsign(&when, &c), ERR_USAGE);
	when.days = UINT32_MAX;
	assert_int_equal(selfsign(&when, &c), ERR_USAGE);
	when.from = INT64_MIN;
	assert_int_equal(selfsign(&when, &c), ERR_USAGE);
	when.from = INT64_C(253402300799) - 86400;
	when.days = 2;
	assert_int_equal(selfsign(&when, &c), ERR_USAGE);
	when.days = 1;
	assert_int_equal(selfsign(&when, &c), ERR_OK);
	assert_int_equal(cert_not_after(c), INT64_C(253402300799));
	cert_free(&c);
}

/* Two random serial numbers differ. */
static void
test_random_serial(void **state)
{
	struct request_validity when = { NOW, 1, { NULL, 0 } };
	struct cert *a = NULL, *b = NULL;

	assert_int_equal(selfsign(&when, &a), ERR_OK);
	assert_int_equal(selfsign(&when, &b), ERR_OK);
	assert_false(bytes_equal(cert_serial(a), cert_serial(b)));
	cert_free(&a);
	cert_free(&b);
}

/* Names as typed, and as RFC 4514 writes what became of them. */
static void
test_names(void **state)
{
	static const struct {
		const char *typed, *wanted;
	} rows[] = {
		{ "CN=x", "CN=x" },
		{ " cn = x , ou = y ", "CN=x,OU=y" },
		{ "CN=a\\, b", "CN=a\\, b" },
		{ "CN=a\\2C b", "CN=a\\, b" },
		{ "CN=\"a, b\"", "CN=a\\, b" },
		{ "CN=\"a \\\" b\",O=c", "CN=a \\\" b,O=c" },
		{ "CN=\\ a\\ ", "CN=\\ a\\ " },
		{ "CN=\\C3\\A9t\xc3\xa9,C=FR", "CN=\xc3\xa9t\xc3\xa9,C=FR" },
		{ "CN=a=b,O=c/d", "CN=a=b,O=c/d" },
		{ "OU=Sales+CN=J. Smith,DC=example,DC=net",
		    "CN=J. Smith+OU=Sales,DC=example,DC=net" },
		{ "2.5.4.3=x,1.2.3.4=y", "CN=x,1.2.3.4=#0C0179" },
		{ "UID=u,STREET=s,ST=t,L=l,E=a@b",
		    "UID=u,street=s,ST=t,L=l,emailAddress=a@b" },
		{ "/C=DE/O=Ex, Inc./CN=a b", "CN=a b,O=Ex\\, Inc.,C=DE" },
		{ "/CN=a\\/b ", "CN=a/b\\ " },
		{ "/O=x/CN=a+OU=b", "OU=b+CN=a,O=x" },
		{ "/CN=\"x\"", "CN=\\\"x\\\"" },
		{ "serialNumber=FCH1,title=t,SN=s,GN=g",
		    "serialNumber=FCH1,title=t,SN=s,GN=g" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request_spec spec = { rows[i].typed, NULL, REQUEST_PLAIN,
			ec.key };
		struct cert *c = NULL;
		struct buf name = { 0 };
		struct diag d;

		make_cert(&spec, ec.evp, DIGEST_SHA256, &c);
		assert_int_equal(cert_put_name(c, CERT_SUBJECT, &name, &d),
		    ERR_OK);
		assert_string_equal(buf_cstr(&name), rows[i].wanted);
		buf_clear(&name);
		cert_free(&c);
	}
}

/* The openssl command encodes the same name of the same text. */
static void
test_slash_as_openssl(void **state)
{
	static const char name[] =
	    "/C=DE/ST=B/L=c d/O=Ex, Inc./OU=a=b/CN=x\\/y/emailAddress=a@b";
	struct request_spec spec = { name, NULL, REQUEST_PLAIN, ec.key };
	char args[256], ours[1024], theirs[1024];

	make_request(&spec, ec.evp, DIGEST_SHA256);
	assert_int_equal(openssl("req -in x.pem -noout -subject -nameopt "
				 "RFC2253,show_type",
			     ours, sizeof(ours)),
	    0);
	(void)snprintf(args, sizeof(args),
	    "req -new -newkey rsa:1024 -nodes -keyout /dev/null -subj '%s' "
	    "-out y.pem",
	    name);
	/* with no configuration it wants to know the attributes */
	assert_int_equal(setenv("LC_ALL", "C", 1), 0);
	assert_int_equal(system("printf '[req]\\ndistinguished_name=d\\n[d]\\n'"
				" >/tmp/test_request.cnf"),
	    0);
	(void)snprintf(args + strlen(args), sizeof(args) - strlen(args),
	    " -config /tmp/test_request.cnf");
	assert_int_equal(openssl(args, theirs, sizeof(theirs)), 0);
	assert_int_equal(openssl("req -in y.pem -noout -subject -nameopt "
				 "RFC2253,show_type",
			     theirs, sizeof(theirs)),
	    0);
	(void)unlink("/tmp/test_request.cnf");
	assert_string_equal(ours, theirs);
}

static void
test_names_refused(void **state)
{
	static const struct {
		const char *typed, *says;
		unsigned column;
	} rows[] = {
		{ "", "empty", 1 },
		{ "/", "empty", 2 },
		{ "example.org", "needs an attribute", 1 },
		{ "CN=x,", "needs an attribute", 6 },
		{ "CN=x,,O=y", "needs an attribute", 6 },
		{ "CN=x,XY=y", "unknown attribute 'XY'", 6 },
		{ "CN=\xc3\xa9,XY=y", "unknown attribute 'XY'", 6 },
		{ "CN=x,1.99.1=y", "'1.99.1' in the name is no object", 6 },
		{ "CN=", "CN has no value", 4 },
		{ "O=a, CN=  ,C=DE", "CN has no value", 11 },
		{ "CN=x,C=DEU", "C has 3 characters, and may have at most 2",
		    8 },
		{ "CN=x,C=D", "C has 1 character(s), and must have 2", 8 },
		{ "CN=x,C=D_", "C may hold plain ASCII letters", 8 },
		{ "E=\xc3\xa9@x", "E may hold plain ASCII characters", 3 },
		{ "CN=\"x", "before the value of CN is never closed", 4 },
		{ "CN=\"x\"y", "goes on behind its quotation", 7 },
		{ "CN=x\"y", "within the value of CN", 5 },
		{ "CN=x\\", "ends with a backslash", 5 },
		{ "CN=#0c0178", "hex", 4 },
		{ "CN=\xff", "CN is no UTF-8", 4 },
		{ "CN=a\\00b", "CN is no UTF-8", 4 },
		{ "CN=a12345678901234567890123456789012345678901234567890123"
		  "45678901234",
		    "CN has 65 characters, and may have at most 64", 4 },
	};
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request_spec spec = { rows[i].typed, NULL, REQUEST_SAST,
			ec.key };

		if (request_check(&spec, &d) != ERR_USAGE)
			fail_msg("%s is taken", rows[i].typed);
		if (strstr(d.msg, rows[i].says) == NULL)
			fail_msg("%s: %s", rows[i].typed, d.msg);
		if (d.line != 1 || d.column != rows[i].column)
			fail_msg("%s: column %u, not %u", rows[i].typed,
			    d.column, rows[i].column);
	}
}

/* As long as it may be, counted in characters and not in bytes. */
static void
test_longest_name(void **state)
{
	char text[4 + 2 * 65] = "CN=";
	struct request_spec spec = { text, NULL, REQUEST_SAST, ec.key };
	char *huge = calloc(1, 5000);
	struct diag d;
	size_t i;

	for (i = 0; i < 64; i++)
		(void)snprintf(text + 3 + 2 * i, 3, "\xc3\xa9");
	assert_int_equal(request_check(&spec, &d), ERR_OK);
	/* nobody has the key yet */
	spec.key = NULL;
	assert_int_equal(request_check(&spec, &d), ERR_OK);
	text[3 + 2 * i] = 'x';
	assert_int_equal(request_check(&spec, &d), ERR_USAGE);
	memset(huge, 'x', 4999);
	spec.subject = huge;
	assert_int_equal(request_check(&spec, &d), ERR_USAGE);
	spec.subject = "CN=x";
	spec.alt_names = huge;
	assert_int_equal(request_check(&spec, &d), ERR_USAGE);
	for (i = 0; i < 65; i++)
		(void)snprintf(huge + 5 * i, 6, "OU=a,");
	(void)snprintf(huge + 5 * i, 5, "OU=a");
	spec.subject = huge;
	spec.alt_names = NULL;
	assert_int_equal(request_check(&spec, &d), ERR_USAGE);
	free(huge);
}

static void
test_alt_refused(void **state)
{
	static const struct {
		const char *typed, *says;
		unsigned column;
	} rows[] = {
		{ "", "unknown kind", 1 },
		{ "a.example.org", "unknown kind of alternative name 'a.ex",
		    1 },
		{ "DNS:a,", "unknown kind", 7 },
		{ "DNS:a, RID:1.2", "'RID'", 8 },
		{ "DNS:", "host name", 5 },
		{ "DNS:a..b", "host name", 5 },
		{ "DNS:.a", "host name", 5 },
		{ "DNS:a b", "host name", 5 },
		{ "DNS:*", "host name", 5 },
		{ "DNS:a12345678901234567890123456789012345678901234567890123"
		  "4567890123.org",
		    "host name", 5 },
		{ "DNS:\xc3\xa9", "host name", 5 },
		{ "DNS:a,IP:10.0.0", "IPv4 or IPv6", 10 },
		{ "IP:10.0.0.256", "IPv4 or IPv6", 4 },
		{ "IP:a", "IPv4 or IPv6", 4 },
		{ "email:x", "email", 7 },
		{ "email:x y@z", "email", 7 },
		{ "URI:x", "URI", 5 },
	};
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request_spec spec = { "CN=x", rows[i].typed,
			REQUEST_SAST, ec.key };

		if (request_check(&spec, &d) != ERR_USAGE)
			fail_msg("%s is taken", rows[i].typed);
		if (strstr(d.msg, rows[i].says) == NULL)
			fail_msg("%s: %s", rows[i].typed, d.msg);
		if (d.line != 1 || d.column != rows[i].column)
			fail_msg("%s: column %u, not %u", rows[i].typed,
			    d.column, rows[i].column);
	}
}

/* A signer with another key, or another kind of key. */
static void
test_foreign_signer(void **state)
{
	struct request_validity when = { NOW, 1, { NULL, 0 } };
	struct request_spec spec = { "CN=x", NULL, REQUEST_SAST, rsa.key };
	EVP_PKEY *other = EVP_RSA_gen(2048);
	EVP_PKEY *const signers[] = { other, ec.evp };
	struct buf out = { 0 };
	struct diag d;
	size_t i;

	for (i = 0; i < 2; i++) {
		assert_int_equal(
		    request_make(&spec, signers[i], DIGEST_SHA256, &out, &d),
		    ERR_CRYPTO);
		assert_non_null(strstr(d.msg, "does not verify"));
		assert_int_equal(selfsign_make(&spec, &when, signers[i],
				     DIGEST_SHA256, &out, &d),
		    ERR_CRYPTO);
	}
	assert_int_equal(request_make(&spec, rsa.evp, DIGEST_MD5, &out, &d),
	    ERR_UNSUPPORTED);
	assert_int_equal(out.len, 0);
	EVP_PKEY_free(other);
}

/* Keys as libp11 makes them: the public half and methods that sign. */
static unsigned num_signed;
static bool refuse;

static int
token_rsa(int flen, const unsigned char *from, unsigned char *to, RSA *key,
    int padding)
{
	size_t len = 256;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(rsa.evp, NULL);
	int ok = !refuse && EVP_PKEY_sign_init(ctx) == 1 &&
	    EVP_PKEY_CTX_set_rsa_padding(ctx, padding) == 1 &&
	    EVP_PKEY_sign(ctx, to, &len, from, (size_t)flen) == 1;

	EVP_PKEY_CTX_free(ctx);
	num_signed++;
	return ok ? (int)len : -1;
}

static ECDSA_SIG *
token_ec(const unsigned char *digest, int len, const BIGNUM *kinv,
    const BIGNUM *rp, EC_KEY *key)
{
	unsigned char der[100];
	const unsigned char *p = der;
	size_t size = sizeof(der);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(ec.evp, NULL);
	int ok = !refuse && EVP_PKEY_sign_init(ctx) == 1 &&
	    EVP_PKEY_sign(ctx, der, &size, digest, (size_t)len) == 1;

	EVP_PKEY_CTX_free(ctx);
	num_signed++;
	return ok ? d2i_ECDSA_SIG(NULL, &p, (long)size) : NULL;
}

/* OpenSSL says how many arguments it has. */
static int /* NOLINTNEXTLINE(readability-function-size) */
ec_sign(int type, const unsigned char *digest, int len, unsigned char *sig,
    unsigned *sig_len, const BIGNUM *kinv, const BIGNUM *r, EC_KEY *key)
{
	ECDSA_SIG *s = token_ec(digest, len, kinv, r, key);
	int n = s == NULL ? 0 : i2d_ECDSA_SIG(s, &sig);

	ECDSA_SIG_free(s);
	*sig_len = (unsigned)n;
	return n > 0;
}

static void
sign_with(EVP_PKEY *token, const struct pubkey *key)
{
	struct request_spec spec = { "CN=x", NULL, REQUEST_SAST, key };
	struct request_validity when = { NOW, 1, { NULL, 0 } };
	struct buf out = { 0 };
	struct diag d;

	num_signed = 0;
	refuse = false;
	make_request(&spec, token, DIGEST_SHA256);
	assert_says("req -in x.pem -verify -noout", "verify OK");
	assert_int_equal(num_signed, 1);
	assert_int_equal(
	    selfsign_make(&spec, &when, token, DIGEST_SHA384, &out, &d),
	    ERR_OK);
	assert_int_equal(num_signed, 2);
	buf_clear(&out);
	refuse = true;
	assert_int_equal(request_make(&spec, token, DIGEST_SHA256, &out, &d),
	    ERR_CRYPTO);
	assert_non_null(strstr(d.msg, "could not sign"));
	assert_int_equal(num_signed, 3);
	assert_int_equal(out.len, 0);
}

static void
test_token_rsa(void **state)
{
	RSA_METHOD *method = RSA_meth_dup(RSA_get_default_method());
	RSA *key = RSA_new();
	EVP_PKEY *token = EVP_PKEY_new();
	BIGNUM *n = NULL, *e = NULL;

	assert_int_equal(EVP_PKEY_get_bn_param(rsa.evp, "n", &n), 1);
	assert_int_equal(EVP_PKEY_get_bn_param(rsa.evp, "e", &e), 1);
	assert_int_equal(RSA_set0_key(key, n, e, NULL), 1);
	assert_int_equal(RSA_meth_set_priv_enc(method, token_rsa), 1);
	assert_int_equal(RSA_set_method(key, method), 1);
	assert_int_equal(EVP_PKEY_assign_RSA(token, key), 1);
	sign_with(token, rsa.key);
	EVP_PKEY_free(token);
	RSA_meth_free(method);
}

static void
test_token_ec(void **state)
{
	EC_KEY_METHOD *method = EC_KEY_METHOD_new(EC_KEY_OpenSSL());
	EC_KEY *key = EC_KEY_new_by_curve_name(NID_X9_62_prime256v1);
	EVP_PKEY *token = EVP_PKEY_new();
	unsigned char *point = NULL;
	int len = i2d_PublicKey(ec.evp, &point);

	assert_int_equal(EC_KEY_oct2key(key, point, (size_t)len, NULL), 1);
	EC_KEY_METHOD_set_sign(method, ec_sign, NULL, token_ec);
	assert_int_equal(EC_KEY_set_method(key, method), 1);
	assert_int_equal(EVP_PKEY_assign_EC_KEY(token, key), 1);
	sign_with(token, ec.key);
	OPENSSL_free(point);
	EVP_PKEY_free(token);
	EC_KEY_METHOD_free(method);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_plain_request),
		cmocka_unit_test(test_digests),
		cmocka_unit_test(test_presets),
		cmocka_unit_test(test_selfsigned),
		cmocka_unit_test(test_serial_and_dates),
		cmocka_unit_test(test_random_serial),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_slash_as_openssl),
		cmocka_unit_test(test_names_refused),
		cmocka_unit_test(test_longest_name),
		cmocka_unit_test(test_alt_refused),
		cmocka_unit_test(test_foreign_signer),
		cmocka_unit_test(test_token_rsa),
		cmocka_unit_test(test_token_ec),
	};

	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	return test_status(cmocka_run_group_tests(tests, setup, teardown));
}
