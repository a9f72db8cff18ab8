/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pages of phones, network and status, parted by the first NUL: hashes are hex of
 * a digest, the name is one, the message is safe.
 */
#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "cluster/webpage.h"
#include "tests/fuzz/fuzz.h"

static void
check_hash(const char *hash)
{
	size_t len = strlen(hash), i;

	FUZZ_CHECK(len == 0 || len == 32 || len == 40 || len == 64);
	for (i = 0; i < len; i++)
		FUZZ_CHECK(isdigit((unsigned char)hash[i]) ||
		    (hash[i] >= 'a' && hash[i] <= 'f'));
}

static void
check_safe(const char *text)
{
	size_t i;

	for (i = 0; text[i] != '\0'; i++)
		FUZZ_CHECK((unsigned char)text[i] >= 0x20 && text[i] != 0x7f);
	FUZZ_CHECK(text_is_utf8(bytes_of_str(text)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t *end = len == 0 ? NULL : memchr(data, 0, len);
	size_t first = end == NULL ? len : (size_t)(end - data);
	struct bytes status = bytes_of("", 0);
	struct webpage page;
	struct diag d;
	enum err e;

	if (end != NULL)
		status = bytes_of(end + 1, len - first - 1);
	e = webpage_read(bytes_of(data, first), status, &page, &d);
	FUZZ_CHECK(e == ERR_OK || e == ERR_SYNTAX || e == ERR_TOO_BIG);
	if (e != ERR_OK)
		return 0;
	check_hash(page.ctl);
	check_hash(page.itl);
	check_safe(page.name);
	check_safe(page.message);
	return 0;
}
