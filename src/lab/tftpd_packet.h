/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packets of TFTP: a request read, answers written. Private to the TFTP
 * server.
 */
#ifndef LAB_TFTPD_PACKET_H
#define LAB_TFTPD_PACKET_H

#include <stdbool.h>

#include "base/buf.h"

#define TFTPD_BLOCK 512 /* without blksize */
#define TFTPD_BLOCK_MAX 65464
#define TFTPD_PACKET_MAX (TFTPD_BLOCK_MAX + 4)
#define TFTPD_NAME_MAX 128

enum tftpd_op {
	TFTPD_RRQ = 1,
	TFTPD_WRQ,
	TFTPD_DATA,
	TFTPD_ACK,
	TFTPD_ERROR,
	TFTPD_OACK
};

enum tftpd_code {
	TFTPD_UNDEFINED,
	TFTPD_NOT_FOUND,
	TFTPD_ACCESS,
	TFTPD_FULL,
	TFTPD_ILLEGAL,
	TFTPD_UNKNOWN_ID,
	TFTPD_EXISTS_ALREADY,
	TFTPD_NO_USER,
	TFTPD_OPTIONS
};

struct tftpd_request {
	enum tftpd_op op;
	char name[TFTPD_NAME_MAX];
	bool octet;
	unsigned block;   /* 0: not asked for */
	unsigned timeout; /* s, likewise */
	bool size;
};

/* False: PACKET is no request that can be understood. Options that are unknown,
 * or out of their range, are left out. */
bool tftpd_packet_request(struct bytes packet, struct tftpd_request *ret);

/* *RET_BLOCK of an ACK; false: it is none. */
bool tftpd_packet_ack(struct bytes packet, uint16_t *ret_block);

void tftpd_packet_error(struct buf *out, enum tftpd_code code,
    const char *text);

/* What was accepted of R, for a file of SIZE bytes; false: there is nothing to
 * acknowledge, and data come at once. */
bool tftpd_packet_options(struct buf *out, const struct tftpd_request *r,
    size_t size);

#endif
