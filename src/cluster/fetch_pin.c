/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/fetch_pin.h"

#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/text.h"
#include "pki/digest.h"

#define PREFIX "SHA256:"
#define BASE64_LEN 44 /* of 32 bytes, with its padding */

static bool
read_hex(const char *text, uint8_t *ret)
{
	uint8_t raw[FETCH_PIN_LEN];
	size_t i;

	for (i = 0; i < FETCH_PIN_LEN; i++) {
		int high, low;

		if (i > 0 && *text == ':')
			text++;
		high = text_hex_value((uint8_t)text[0]);
		low = high < 0 ? -1 : text_hex_value((uint8_t)text[1]);
		if (low < 0)
			return false;
		raw[i] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	if (*text != '\0')
		return false;
	memcpy(ret, raw, sizeof(raw));
	return true;
}

static bool
read_base64(const char *text, uint8_t *ret)
{
	struct buf padded = { 0 }, raw = { 0 };
	bool ok;

	if (strlen(text) > BASE64_LEN)
		return false;
	buf_str(&padded, text);
	if (padded.len == BASE64_LEN - 1)
		buf_u8(&padded, '=');
	ok = buf_ok(&padded) && base64_take(buf_bytes(&padded), &raw) &&
	    buf_ok(&raw) && raw.len == FETCH_PIN_LEN;
	if (ok)
		memcpy(ret, raw.ptr, FETCH_PIN_LEN);
	buf_clear(&padded);
	buf_clear(&raw);
	return ok;
}

bool
fetch_pin_read(const char *text, uint8_t *ret)
{
	if (strncasecmp(text, PREFIX, strlen(PREFIX)) == 0)
		text += strlen(PREFIX);
	return read_hex(text, ret) || read_base64(text, ret);
}

bool
fetch_pin_fits(const uint8_t *raw, struct bytes der)
{
	struct digest_value is;

	return digest_of(DIGEST_SHA256, &der, 1, &is, NULL) == ERR_OK &&
	    bytes_equal(digest_bytes(&is), bytes_of(raw, FETCH_PIN_LEN));
}
