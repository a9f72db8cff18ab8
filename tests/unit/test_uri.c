/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/uri.h"

#include <string.h>
#include <sys/mman.h>

#include "tests/unit/test.h"

static struct tok_uri *
parsed(const char *text)
{
	struct tok_uri *u = NULL;
	struct diag d;

	diag_init(&d);
	if (tok_uri_parse(text, &u, &d) != ERR_OK)
		fail_msg("%s: %s", text, d.msg);
	return u;
}

static void
test_accepted(void **state)
{
	static const char *const table[] = { "pkcs11:", "pkcs11:?",
		"PKCS11:token=a", "pkcs11:token=", "pkcs11:token=a=b&c",
		"pkcs11:token=%41%00%2f;serial=1", "pkcs11:token=\xc3\xa9",
		"pkcs11:manufacturer=m;model=m;type=secret-key;object=o;id=%00",
		"pkcs11:library-manufacturer=m;library-description=d",
		"pkcs11:slot-description=s;slot-manufacturer=s",
		"pkcs11:library-version=2", "pkcs11:library-version=254.10",
		"pkcs11:type=cert", "pkcs11:type=data", "pkcs11:type=private",
		"pkcs11:type=public", "pkcs11:id=abc",
		"pkcs11:token=12345678901234567890123456789012",
		"pkcs11:serial=1234567890123456",
		"pkcs11:?pin-source=file:/p&module-name=n&module-path=/m?;" };
	struct tok_uri *u;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		u = parsed(table[i]);
		tok_uri_free(&u);
		assert_null(u);
	}
	tok_uri_free(&u);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *text;
		size_t offset;
		const char *says;
		enum err code;
	} table[] = {
		{ "", 0, "begins with \"pkcs11:\"", ERR_SYNTAX },
		{ "pkcs12:token=a", 0, "begins with", ERR_SYNTAX },
		{ "pkcs11:colour=red", 7, "\"colour\"", ERR_SYNTAX },
		{ "pkcs11:x-colour=red", 7, "\"x-colour\"", ERR_SYNTAX },
		{ "pkcs11:Token=red", 7, "\"Token\"", ERR_SYNTAX },
		{ "pkcs11:token=a?x-a=b", 15, "\"x-a\"", ERR_SYNTAX },
		{ "pkcs11:token=a;token=a", 15, "token stands twice",
		    ERR_SYNTAX },
		{ "pkcs11:?module-name=a&module-name=b", 22, "module-name",
		    ERR_SYNTAX },
		{ "pkcs11:slot-id=1", 7, "numbers change", ERR_SYNTAX },
		{ "pkcs11:token=a?pin-value=s3cr3t", 15, "pin-source",
		    ERR_SYNTAX },
		{ "pkcs11:token=a;pin-value=s3cr3t", 15, "pin-value",
		    ERR_SYNTAX },
		{ "pkcs11:pin-source=/p", 7, "behind the \"?\"", ERR_SYNTAX },
		{ "pkcs11:?token=a", 8, "token belongs before", ERR_SYNTAX },
		{ "pkcs11:token=ab%4", 15, "token has a \"%\"", ERR_SYNTAX },
		{ "pkcs11:token=ab%", 15, "two hex digits", ERR_SYNTAX },
		{ "pkcs11:id=%zz", 10, "id has", ERR_SYNTAX },
		{ "pkcs11:id=%1g;token=a", 10, "id has", ERR_SYNTAX },
		{ "pkcs11:id=", 10, "id is empty", ERR_SYNTAX },
		{ "pkcs11:?pin-source=", 19, "pin-source is empty",
		    ERR_SYNTAX },
		{ "pkcs11:?module-path=/a%00b", 22, "%00", ERR_SYNTAX },
		{ "pkcs11:type=bogus", 12,
		    "cert, data, private, public and secret-key", ERR_SYNTAX },
		{ "pkcs11:type=", 12, "type is one of", ERR_SYNTAX },
		{ "pkcs11:type=certs", 12, "type is one of", ERR_SYNTAX },
		{ "pkcs11:library-version=1.", 23, "library-version",
		    ERR_SYNTAX },
		{ "pkcs11:library-version=255", 23, "254", ERR_SYNTAX },
		{ "pkcs11:library-version=1.2.3", 23, "254", ERR_SYNTAX },
		{ "pkcs11:library-version=", 23, "254", ERR_SYNTAX },
		{ "pkcs11:token", 7, "\"=\"", ERR_SYNTAX },
		{ "pkcs11:token=a;", 15, "missing", ERR_SYNTAX },
		{ "pkcs11:;token=a", 7, "missing", ERR_SYNTAX },
		{ "pkcs11:token=a;;id=1", 15, "missing", ERR_SYNTAX },
		{ "pkcs11:?&module-name=a", 8, "missing", ERR_SYNTAX },
		{ "pkcs11:?module-name=a&", 22, "missing", ERR_SYNTAX },
		{ "pkcs11:token=a b", 14, "%20", ERR_SYNTAX },
		{ "pkcs11:token=a\tb", 14, "%09", ERR_SYNTAX },
		{ "pkcs11:token=a\x7f", 14, "%7F", ERR_SYNTAX },
		{ "pkcs11:token=123456789012345678901234567890123", 13,
		    "token has 33 bytes", ERR_TOO_BIG },
		{ "pkcs11:serial=12345678901234567", 14, "more than 16",
		    ERR_TOO_BIG },
	};
	struct tok_uri *u = NULL;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		diag_init(&d);
		if (tok_uri_parse(table[i].text, &u, &d) != table[i].code ||
		    d.code != table[i].code || d.offset != table[i].offset ||
		    strstr(d.msg, table[i].says) == NULL)
			fail_msg("%s: %d at %zu: %s", table[i].text, d.code,
			    d.offset, d.msg);
		assert_null(u);
		assert_null(strstr(d.msg, "s3cr3t"));
		assert_int_equal(tok_uri_parse(table[i].text, &u, NULL),
		    table[i].code);
	}
}

static void
test_length(void **state)
{
	char text[4098] = "pkcs11:object=";
	struct tok_uri *u = NULL;
	size_t len = strlen(text);

	memset(text + len, 'a', sizeof(text) - len);
	text[4097] = '\0';
	assert_int_equal(tok_uri_parse(text, &u, NULL), ERR_TOO_BIG);
	text[4096] = '\0';
	u = parsed(text);
	tok_uri_free(&u);
}

static void
test_accessors(void **state)
{
	struct tok_uri *u = parsed(
	    "pkcs11:token=t;serial=0%41;id=%00%ff;object=my%20key;type=private"
	    "?pin-source=file:/p%20q&module-path=/lib/m.so");
	CK_OBJECT_CLASS class = 99;

	assert_string_equal(tok_uri_pin_source(u), "file:/p q");
	assert_string_equal(tok_uri_module_path(u), "/lib/m.so");
	assert_true(tok_uri_names_object(u));
	assert_true(bytes_equal(uri_id(u), bytes_of("\0\xff", 2)));
	assert_true(bytes_equal(uri_label(u), bytes_of_str("my key")));
	assert_true(bytes_equal(uri_serial(u), bytes_of_str("0A")));
	assert_true(uri_class(u, &class));
	assert_int_equal(class, CKO_PRIVATE_KEY);
	tok_uri_free(&u);

	u = parsed("pkcs11:token=t");
	class = 99;
	assert_null(tok_uri_pin_source(u));
	assert_null(tok_uri_module_path(u));
	assert_false(tok_uri_names_object(u));
	assert_null(uri_id(u).ptr);
	assert_null(uri_label(u).ptr);
	assert_null(uri_serial(u).ptr);
	assert_false(uri_class(u, &class));
	assert_int_equal(class, 99);
	tok_uri_free(&u);

	u = parsed("pkcs11:object=");
	assert_true(tok_uri_names_object(u));
	assert_non_null(uri_label(u).ptr);
	assert_int_equal(uri_label(u).len, 0);
	tok_uri_free(&u);
	u = parsed("pkcs11:id=1");
	assert_true(tok_uri_names_object(u));
	tok_uri_free(&u);
	u = parsed("pkcs11:type=public");
	assert_true(tok_uri_names_object(u));
	tok_uri_free(&u);
}

static void
set(struct tok_text *t, const char *s)
{
	t->len = strlen(s);
	memcpy(t->byte, s, t->len);
}

/* What fills a field of PKCS#11: blanks. */
static void
pad(unsigned char *field, size_t len, const char *s)
{
	size_t i;

	memset(field, ' ', len);
	for (i = 0; s[i] != '\0'; i++)
		field[i] = (unsigned char)s[i];
}

static void
test_matches_token(void **state)
{
	static const struct {
		const char *text;
		bool matches;
	} table[] = {
		{ "pkcs11:", true },
		{ "pkcs11:token=lab", true },
		{ "pkcs11:token=lab%20%20", true },
		{ "pkcs11:token=lab%00", true },
		{ "pkcs11:token=lab%00x", false },
		{ "pkcs11:token=Lab", false },
		{ "pkcs11:token=la", false },
		{ "pkcs11:token=labe", false },
		{ "pkcs11:token=", false },
		{ "pkcs11:model=", true },
		{ "pkcs11:model=m", false },
		{ "pkcs11:manufacturer=Aladdin", true },
		{ "pkcs11:manufacturer=x", false },
		{ "pkcs11:serial=0041", true },
		{ "pkcs11:serial=41", false },
		{ "pkcs11:token=lab;serial=1", false },
		{ "pkcs11:slot-description=R%201", true },
		{ "pkcs11:slot-description=R", false },
		{ "pkcs11:object=x;id=1;type=cert", true },
	};
	struct tok_info info = { .flags = 0 };
	struct tok_uri *u;
	size_t i;

	set(&info.label, "lab");
	set(&info.manufacturer, "Aladdin");
	set(&info.serial, "0041");
	set(&info.slot, "R 1");
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		u = parsed(table[i].text);
		if (uri_matches_token(u, &info) != table[i].matches)
			fail_msg("%s", table[i].text);
		tok_uri_free(&u);
	}
}

static void
test_matches_slot(void **state)
{
	static const struct {
		const char *text;
		bool matches;
	} table[] = {
		{ "pkcs11:", true },
		{ "pkcs11:slot-description=R", true },
		{ "pkcs11:slot-description=S", false },
		{ "pkcs11:slot-manufacturer=M", true },
		{ "pkcs11:slot-manufacturer=N", false },
	};
	struct tok_info info;
	struct tok_uri *u;
	size_t i;

	memset(&info, 0, sizeof(info));
	info.slot = (struct tok_text){ .byte = "R", .len = 1 };
	info.slot_maker = (struct tok_text){ .byte = "M", .len = 1 };
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		u = parsed(table[i].text);
		if (uri_matches_token(u, &info) != table[i].matches)
			fail_msg("%s", table[i].text);
		tok_uri_free(&u);
	}
}

static void
test_matches_module(void **state)
{
	static const struct {
		const char *text;
		bool matches;
	} table[] = {
		{ "pkcs11:", true },
		{ "pkcs11:library-manufacturer=M", true },
		{ "pkcs11:library-manufacturer=N", false },
		{ "pkcs11:library-description=D", true },
		{ "pkcs11:library-description=E", false },
		{ "pkcs11:library-version=2.6", true },
		{ "pkcs11:library-version=2.7", false },
		{ "pkcs11:library-version=3.6", false },
		{ "pkcs11:?module-path=/l/libsoft.so.1", true },
		{ "pkcs11:?module-path=/l/libsoft.so", false },
		{ "pkcs11:?module-name=reg", true },
		{ "pkcs11:?module-name=soft", true },
		{ "pkcs11:?module-name=libsoft", true },
		{ "pkcs11:?module-name=libsoft.so.1", true },
		{ "pkcs11:?module-name=lib", false },
		{ "pkcs11:?module-name=sof", false },
		{ "pkcs11:?module-name=so", false },
	};
	CK_INFO info, *m = &info;
	struct tok_uri *u;
	size_t i;

	memset(&info, 0, sizeof(info));
	pad(m->manufacturerID, sizeof(m->manufacturerID), "M");
	pad(m->libraryDescription, sizeof(m->libraryDescription), "D");
	m->libraryVersion = (CK_VERSION){ 2, 6 };
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		u = parsed(table[i].text);
		if (uri_matches_module(u, &info, "reg", "/l/libsoft.so.1") !=
		    table[i].matches)
			fail_msg("%s", table[i].text);
		assert_int_equal(uri_matches_module(u, &info, NULL, NULL),
		    table[i].matches && strchr(table[i].text, '?') == NULL);
		tok_uri_free(&u);
	}
}

static void
test_matches_object(void **state)
{
	struct bytes id = bytes_of("\x01", 1);
	struct bytes label = bytes_of("key\0", 4);
	struct tok_uri *u = parsed("pkcs11:token=t");

	assert_true(uri_matches_object(u, CKO_DATA, label, id));
	tok_uri_free(&u);
	u = parsed("pkcs11:id=%01;object=key;type=private");
	assert_true(uri_matches_object(u, CKO_PRIVATE_KEY, label, id));
	assert_false(uri_matches_object(u, CKO_PUBLIC_KEY, label, id));
	assert_false(uri_matches_object(u, CKO_PRIVATE_KEY, id, id));
	assert_false(uri_matches_object(u, CKO_PRIVATE_KEY, label,
	    bytes_of("\x01\0", 2)));
	assert_false(
	    uri_matches_object(u, CKO_PRIVATE_KEY, label, bytes_of(NULL, 0)));
	tok_uri_free(&u);
}

static void
test_put(void **state)
{
	struct tok_object o = { .class = TOK_PRIVATE_KEY };
	struct tok_info info = { .flags = 0 };
	struct buf b = { 0 };

	tok_put_uri(&b, &info);
	assert_string_equal(buf_cstr(&b), "pkcs11:");
	buf_clear(&b);
	buf_str(&b, "at ");
	set(&info.label, "a;b/%\xc3\xa9 ");
	set(&info.serial, "00-1");
	tok_put_uri(&b, &info);
	assert_string_equal(buf_cstr(&b),
	    "at pkcs11:serial=00-1;token=a%3Bb%2F%25%C3%A9");
	buf_clear(&b);
	set(&info.model, "M 1");
	set(&info.manufacturer, "Al");
	o.label = bytes_of_str("k=1");
	o.id = bytes_of("\0A", 2);
	tok_put_object_uri(&b, &info, &o);
	assert_string_equal(buf_cstr(&b),
	    "pkcs11:model=M%201;manufacturer=Al;serial=00-1;"
	    "token=a%3Bb%2F%25%C3%A9;id=%00%41;object=k%3D1;type=private");
	buf_clear(&b);
	o = (struct tok_object){ .class = TOK_OTHER_CLASS };
	info = (struct tok_info){ .flags = 0 };
	tok_put_object_uri(&b, &info, &o);
	assert_string_equal(buf_cstr(&b), "pkcs11:");
	buf_clear(&b);
}

/* What is written is read again as it was, and finds what it names. */
static void
test_round(void **state)
{
	struct tok_object o = { .class = TOK_CERTIFICATE };
	struct tok_info info = { .flags = 0 };
	struct buf b = { 0 };
	struct tok_uri *u;
	uint8_t every[256];
	unsigned i;

	for (i = 0; i < 256; i++)
		every[i] = (uint8_t)i;
	for (i = 0; i < 256; i += 32) {
		memcpy(info.label.byte, every + i, 32);
		info.label.len = 32;
		o.id = bytes_of(every, sizeof(every));
		o.label = bytes_of(every, sizeof(every));
		tok_put_object_uri(&b, &info, &o);
		u = parsed(buf_cstr(&b));
		assert_true(uri_matches_token(u, &info));
		assert_true(bytes_equal(uri_id(u), o.id));
		assert_true(
		    uri_matches_object(u, CKO_CERTIFICATE, o.label, o.id));
		assert_false(uri_matches_object(u, CKO_CERTIFICATE,
		    bytes_of(every, 255), o.id));
		info.label.byte[7] ^= 1;
		assert_false(uri_matches_token(u, &info));
		tok_uri_free(&u);
		buf_clear(&b);
	}
}

#define SIZE 128

static void
test_take_pin(void **state)
{
	static const struct {
		const char *text, *rest, *pin;
	} table[] = {
		{ "pkcs11:token=a?pin-value=1234", "pkcs11:token=a", "1234" },
		{ "pkcs11:token=a;pin-value=1234", "pkcs11:token=a", "1234" },
		{ "pkcs11:pin-value=1234;token=a", "pkcs11:token=a", "1234" },
		{ "pkcs11:pin-value=1234", "pkcs11:", "1234" },
		{ "pkcs11:?pin-value=1234", "pkcs11:", "1234" },
		{ "pkcs11:pin-value=1234?module-name=n",
		    "pkcs11:?module-name=n", "1234" },
		{ "pkcs11:id=1;pin-value=1234;token=a?module-name=n",
		    "pkcs11:id=1;token=a?module-name=n", "1234" },
		{ "pkcs11:?pin-value=1234&module-name=n",
		    "pkcs11:?module-name=n", "1234" },
		{ "pkcs11:?module-name=n&pin-value=1234",
		    "pkcs11:?module-name=n", "1234" },
		{ "pkcs11:?module-path=m&pin-value=1234&module-name=n",
		    "pkcs11:?module-path=m&module-name=n", "1234" },
		{ "pkcs11:token=a?PIN-Value=1234", "pkcs11:token=a", "1234" },
		{ "pkcs11:?pin-value=%31%3b%26%25%20=%ff",
		    "pkcs11:", "1;&% =\xff" },
	};
	char text[SIZE], zero[SIZE] = { 0 };
	struct secret pin = { 0 };
	unsigned char vec;
	void *before;
	struct tok_uri *u;
	size_t i, len;
	bool found;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		memset(text, 0, sizeof(text));
		len = strlen(table[i].text);
		memcpy(text, table[i].text, len);
		found = false;
		before = pin.page;
		assert_int_equal(tok_uri_take_pin(text, &pin, &found, NULL),
		    ERR_OK);
		assert_true(found);
		/* the page of the PIN before is given back */
		if (before != NULL)
			assert_int_equal(mincore(before, 1, &vec), -1);
		assert_string_equal(text, table[i].rest);
		len = strlen(text);
		assert_memory_equal(text + len, zero, SIZE - len);
		assert_true(bytes_equal(secret_bytes(&pin),
		    bytes_of_str(table[i].pin)));
		u = parsed(text);
		tok_uri_free(&u);
	}
	secret_clear(&pin);
}

static void
test_take_no_pin(void **state)
{
	static const char *const table[] = { "", "pkcs11:", "pkcs11:token=a",
		"pkcs11:token=pin-value=1", "pkcs11:xpin-value=1",
		"pkcs11:pin-value", "/some/file" };
	struct secret pin = { 0 };
	char text[SIZE];
	bool found;
	size_t i;

	assert_int_equal(secret_set(&pin, bytes_of_str("old"), NULL), ERR_OK);
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s", table[i]);
		found = true;
		assert_int_equal(tok_uri_take_pin(text, &pin, &found, NULL),
		    ERR_OK);
		assert_false(found);
		assert_string_equal(text, table[i]);
	}
	assert_true(bytes_equal(secret_bytes(&pin), bytes_of_str("old")));
	secret_clear(&pin);
}

/* Whatever is wrong, no PIN is left behind, nor said. */
static void
test_take_pin_refused(void **state)
{
	static const struct {
		const char *text, *says;
		size_t offset;
	} table[] = {
		{ "pkcs11:?pin-value=SEC%zz", "%25", 18 },
		{ "pkcs11:?pin-value=SEC%4", "%25", 18 },
		{ "pkcs11:;pin-value=SEC&SEC=1", "%26", 18 },
		{ "pkcs11:?pin-value=SEC;SEC=1", "%3B", 18 },
		{ "pkcs11:?pin-value=SEC?SEC", "%3F", 18 },
		{ "pkcs11:?pin-value=SEC SEC", "%20", 18 },
		{ "pkcs11:?pin-value=", "empty", 18 },
		{ "pkcs11:pin-value=SEC?pin-value=SEC", "twice", 21 },
		{ "pkcs11:pin-value=SEC;pin-value=SEC;pin-value=SEC", "twice",
		    21 },
	};
	struct secret pin = { 0 };
	char text[SIZE];
	struct diag d;
	size_t i;
	bool found = false;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		diag_init(&d);
		(void)snprintf(text, sizeof(text), "%s", table[i].text);
		assert_int_equal(tok_uri_take_pin(text, &pin, &found, &d),
		    ERR_SYNTAX);
		assert_false(found);
		assert_null(pin.page);
		assert_null(strstr(text, "SEC"));
		assert_null(strstr(d.msg, "SEC"));
		assert_non_null(strstr(d.msg, table[i].says));
		assert_int_equal(d.offset, table[i].offset);
	}
}

static void
test_take_long_pin(void **state)
{
	char text[SECRET_MAX + 64] = "pkcs11:?pin-value=";
	struct secret pin = { 0 };
	bool found = false;
	size_t len = strlen(text);

	memset(text + len, 'S', SECRET_MAX + 1);
	assert_int_equal(tok_uri_take_pin(text, &pin, &found, NULL),
	    ERR_TOO_BIG);
	assert_null(strchr(text, 'S'));
	assert_null(pin.page);
	assert_false(found);
}

static void
test_class_type(void **state)
{
	assert_string_equal(tok_class_type(TOK_DATA), "data");
	assert_string_equal(tok_class_type(TOK_SECRET_KEY), "secret-key");
	assert_null(tok_class_type(TOK_OTHER_CLASS));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_accessors),
		cmocka_unit_test(test_matches_token),
		cmocka_unit_test(test_matches_slot),
		cmocka_unit_test(test_matches_module),
		cmocka_unit_test(test_matches_object),
		cmocka_unit_test(test_put),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_take_pin),
		cmocka_unit_test(test_take_no_pin),
		cmocka_unit_test(test_take_pin_refused),
		cmocka_unit_test(test_take_long_pin),
		cmocka_unit_test(test_class_type),
	};

	return test_run(tests);
}
