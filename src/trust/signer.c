/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/signer.h"

#include <stdio.h>

#define NAME_MAX_SHOWN 32   /* bytes of a name in a sentence */
#define SERIAL_MAX_SHOWN 20 /* the most that RFC 5280 allows */

struct trust_names
signer_of_header(const struct ctl_file *f)
{
	const struct ctl_header *h = ctl_header(f);

	return (
	    struct trust_names){ .issuer = ctl_header_value(h, CTL_HDR_ISSUER),
		.serial = ctl_header_value(h, CTL_HDR_SERIAL) };
}

struct trust_names
signer_of_record(const struct ctl_record *r)
{
	return (
	    struct trust_names){ .issuer = ctl_record_value(r, CTL_REC_ISSUER),
		.serial = ctl_record_value(r, CTL_REC_SERIAL) };
}

bool
signer_is(struct trust_names a, struct trust_names b)
{
	return a.issuer.ptr != NULL && a.serial.ptr != NULL &&
	    b.issuer.ptr != NULL && b.serial.ptr != NULL &&
	    bytes_equal(a.issuer, b.issuer) && bytes_equal(a.serial, b.serial);
}

bool
signer_is_sast(const struct ctl_record *r)
{
	return r->has_role && r->role == CTL_ROLE_SAST;
}

size_t
signer_find(const struct ctl_file *f, struct trust_names names)
{
	const struct ctl_record *r;
	size_t i;

	for (i = 1; i <= ctl_num_records(f); i++) {
		r = ctl_record(f, i);
		if (signer_is_sast(r) && signer_is(names, signer_of_record(r)))
			return i;
	}
	return 0;
}

/* The beginning of NAME that fits a sentence; no character of UTF-8 is cut. */
static struct bytes
shortened(struct bytes name)
{
	size_t n = NAME_MAX_SHOWN;

	if (name.len <= n)
		return name;
	while (n > 0 && (name.ptr[n] & 0xc0) == 0x80)
		n--;
	return bytes_of(name.ptr, n);
}

/* Common name of the signer, else of its issuer. */
static struct bytes
common_name(const struct ctl_header *h)
{
	struct bytes cn = ctl_common_name(
	    ctl_header_text(h, CTL_HDR_SIGNER_NAME));

	if (cn.len == 0)
		cn = ctl_common_name(ctl_header_text(h, CTL_HDR_ISSUER));
	return cn.len == 0 ? bytes_of_str("no name") : cn;
}

/* The serial number as the certificate has it, most significant byte first and
 * without zeros before it. Token's writers turn it round (format 6), which
 * only the signer's record tells. *RET_TURN: read it backwards. */
static struct bytes
serial_number(const struct ctl_file *f, bool *ret_turn)
{
	struct bytes serial = signer_of_header(f).serial;
	size_t own = ctl_signer_record(f);

	*ret_turn = own != 0 &&
	    ctl_record(f, own)->dialect == CTL_DIALECT_TOKEN &&
	    bytes_equal(serial, signer_of_record(ctl_record(f, own)).serial);
	while (!*ret_turn && serial.len > 1 && serial.ptr[0] == 0)
		serial = bytes_of(serial.ptr + 1, serial.len - 1);
	while (*ret_turn && serial.len > 1 && serial.ptr[serial.len - 1] == 0)
		serial.len--;
	return serial;
}

struct signer_text
signer_text(const struct ctl_file *f)
{
	bool turn;
	struct bytes serial = serial_number(f, &turn);
	struct bytes all = common_name(ctl_header(f)), cn = shortened(all);
	struct signer_text ret;
	size_t i, at;

	at = (size_t)snprintf(ret.text, sizeof(ret.text), "\"%.*s%s\" (serial ",
	    (int)cn.len, (const char *)cn.ptr, cn.len < all.len ? "..." : "");
	for (i = 0; i < serial.len && i < SERIAL_MAX_SHOWN; i++)
		at += (size_t)snprintf(ret.text + at, sizeof(ret.text) - at,
		    "%s%02X", i > 0 ? ":" : "",
		    serial.ptr[turn ? serial.len - 1 - i : i]);
	(void)snprintf(ret.text + at, sizeof(ret.text) - at, "%s)",
	    serial.len == 0      ? "empty"
		: serial.len > i ? "..."
				 : "");
	return ret;
}

struct record_text
signer_record_text(const struct ctl_file *f, size_t index)
{
	struct bytes all = ctl_common_name(
	    ctl_record_text(ctl_record(f, index), CTL_REC_SUBJECT));
	struct bytes cn = shortened(all);
	struct record_text ret;

	if (all.len == 0)
		(void)snprintf(ret.text, sizeof(ret.text), "record %zu", index);
	else
		(void)snprintf(ret.text, sizeof(ret.text),
		    "record %zu (\"%.*s%s\")", index, (int)cn.len,
		    (const char *)cn.ptr, cn.len < all.len ? "..." : "");
	return ret;
}
