/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/tftpd_packet.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* One string of a request, with its NUL. */
static bool
take_string(struct bytes *in, const char **ret)
{
	const uint8_t *end;
	struct bytes text;

	if (in->len == 0)
		return false;
	end = memchr(in->ptr, 0, in->len);
	if (end == NULL || !bytes_take(in, (size_t)(end - in->ptr) + 1, &text))
		return false;
	*ret = (const char *)text.ptr;
	return true;
}

/* A number within its range, or 0. */
static unsigned
number(const char *text, unsigned min, unsigned max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || n < min || n > max)
		return 0;
	return (unsigned)n;
}

static void
read_option(struct tftpd_request *r, const char *name, const char *value)
{
	if (strcasecmp(name, "blksize") == 0)
		r->block = number(value, 8, TFTPD_BLOCK_MAX);
	else if (strcasecmp(name, "timeout") == 0)
		r->timeout = number(value, 1, 255);
	else if (strcasecmp(name, "tsize") == 0)
		r->size = true;
}

bool
tftpd_packet_request(struct bytes packet, struct tftpd_request *ret)
{
	struct tftpd_request r = { 0 };
	const char *name, *mode, *value;
	uint16_t op;

	if (!bytes_u16(&packet, &op) || (op != TFTPD_RRQ && op != TFTPD_WRQ) ||
	    !take_string(&packet, &name) || !take_string(&packet, &mode) ||
	    strlen(name) >= sizeof(r.name))
		return false;
	r.op = (enum tftpd_op)op;
	r.octet = strcasecmp(mode, "octet") == 0;
	memcpy(r.name, name, strlen(name) + 1);
	while (take_string(&packet, &name) && take_string(&packet, &value))
		read_option(&r, name, value);
	*ret = r;
	return true;
}

bool
tftpd_packet_ack(struct bytes packet, uint16_t *ret_block)
{
	uint16_t op, block;

	if (!bytes_u16(&packet, &op) || op != TFTPD_ACK ||
	    !bytes_u16(&packet, &block))
		return false;
	*ret_block = block;
	return true;
}

void
tftpd_packet_error(struct buf *out, enum tftpd_code code, const char *text)
{
	buf_u16(out, TFTPD_ERROR);
	buf_u16(out, (uint16_t)code);
	buf_str(out, text);
	buf_u8(out, 0);
}

static void
put_option(struct buf *out, const char *name, size_t value)
{
	buf_str(out, name);
	buf_u8(out, 0);
	buf_printf(out, "%zu", value);
	buf_u8(out, 0);
}

bool
tftpd_packet_options(struct buf *out, const struct tftpd_request *r,
    size_t size)
{
	if (r->block == 0 && r->timeout == 0 && !r->size)
		return false;
	buf_u16(out, TFTPD_OACK);
	if (r->block != 0)
		put_option(out, "blksize", r->block);
	if (r->timeout != 0)
		put_option(out, "timeout", r->timeout);
	if (r->size)
		put_option(out, "tsize", size);
	return true;
}
