/* SPDX-License-Identifier: Apache-2.0 */
/* libtoken's URIs: no PIN stays behind in the text or in a message, and what
 * is parsed asks for what it says. */
#include <string.h>

#include "pkcs11/tok.h"
#include "pkcs11/uri.h"
#include "tests/fuzz/fuzz.h"

/* One byte over what is taken. */
#define LONGEST 4098

/* No pin-value is left that still has one, and what was cut off is NULs. */
static void
check_rest(const char *text, size_t len, bool found)
{
	size_t left = strlen(text);

	FUZZ_CHECK(left <= len);
	for (; found && left < len; left++)
		FUZZ_CHECK(text[left] == '\0');
}

static void
check_pin(char *text, size_t len)
{
	struct secret pin = { 0 };
	struct diag d;
	bool found = false;
	enum err e;

	diag_init(&d);
	e = tok_uri_take_pin(text, &pin, &found, &d);
	FUZZ_CHECK(e == d.code);
	FUZZ_CHECK(found == (pin.len > 0));
	FUZZ_CHECK(e == ERR_OK || !found);
	check_rest(text, len, found);
	secret_clear(&pin);
	if (e != ERR_OK)
		return;
	FUZZ_CHECK(tok_uri_take_pin(text, &pin, &found, &d) == ERR_OK);
	FUZZ_CHECK(!found);
	secret_clear(&pin);
}

/* An object with the id and the label that U names is found by U, and by the
 * URI that is written for it. */
static void
check_parsed(const struct tok_uri *u)
{
	struct tok_object o = { .class = TOK_CERTIFICATE };
	struct tok_info info = { .flags = 0 };
	struct tok_uri *again = NULL;
	CK_OBJECT_CLASS class = CKO_CERTIFICATE;
	struct buf b = { 0 };

	o.id = uri_id(u);
	o.label = uri_label(u);
	(void)uri_class(u, &class);
	FUZZ_CHECK(uri_matches_object(u, class, o.label, o.id));
	(void)uri_matches_token(u, &info);
	tok_put_object_uri(&b, &info, &o);
	/* three characters a byte may be more than is taken */
	if (b.len <= 4096) {
		FUZZ_CHECK(tok_uri_parse(buf_cstr(&b), &again, NULL) == ERR_OK);
		FUZZ_CHECK(bytes_equal(uri_id(again), o.id));
		FUZZ_CHECK(bytes_equal(uri_label(again), uri_trim(o.label)));
	}
	buf_clear(&b);
	tok_uri_free(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tok_uri *u = NULL;
	struct diag d;
	char *text;

	if (len > LONGEST)
		len = LONGEST;
	text = calloc(1, len + 1);
	if (text == NULL)
		return 0;
	memcpy(text, data, len);
	len = strlen(text);
	diag_init(&d);
	check_pin(text, len);
	if (tok_uri_parse(text, &u, &d) == ERR_OK)
		check_parsed(u);
	else
		FUZZ_CHECK(u == NULL && d.code != ERR_OK && d.msg[0] != '\0');
	tok_uri_free(&u);
	free(text);
	return 0;
}
