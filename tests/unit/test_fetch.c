/* SPDX-License-Identifier: Apache-2.0 */
/* Downloads over TFTP and HTTP, from servers good and bad. */
#include "test.h"

#include <arpa/inet.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "cluster/fetch.h"
#include "tests/peer/peer.h"

#define BEFORE "before"
#define BLOCK 512
#define LARGE_BLOCK 1428

/* What is to come of it: ERR, and a message with WORDS, or LEN bytes. */
struct want {
	enum err err;
	const char *words;
	size_t len;
};

static void
assert_untouched(const struct buf *b)
{
	assert_true(buf_ok(b));
	assert_true(bytes_equal(buf_bytes(b), bytes_of_str(BEFORE)));
}

/* Messages go to terminals. */
static void
assert_clean(const char *msg)
{
	struct buf safe = { 0 };

	text_put_safe(&safe, bytes_of_str(msg));
	assert_string_equal(buf_cstr(&safe), msg);
	assert_null(strchr(msg, '\\'));
	buf_clear(&safe);
}

static void
assert_outcome(enum err e, const struct diag *d, const struct buf *b,
    const struct want *want)
{
	if (e != want->err)
		fail_msg("%s, not %s: %s", diag_err_name(e),
		    diag_err_name(want->err), e == ERR_OK ? "" : d->msg);
	if (e == ERR_OK) {
		assert_int_equal(b->len, strlen(BEFORE) + want->len);
		assert_memory_equal(b->ptr, BEFORE, strlen(BEFORE));
		return;
	}
	assert_untouched(b);
	assert_int_equal(d->code, e);
	if (strstr(d->msg, want->words) == NULL)
		fail_msg("'%s' lacks '%s'", d->msg, want->words);
	assert_clean(d->msg);
	print_message("%s\n", d->msg);
}

/* ---- TFTP ------------------------------------------------------------------------ */

enum manner {
	FILE_OF,    /* NUM bytes, as it should */
	TWICE,      /* the same, each block twice */
	ENDLESS,    /* full blocks for ever */
	SILENT,     /* nothing at all */
	STALL,      /* NUM blocks, and then nothing */
	GARBAGE,    /* an opcode that there is none of */
	SHORT,      /* a packet of one byte */
	EMPTY,      /* a packet of none */
	WRONG,      /* block 7 instead of the first */
	HUGE_BLOCK, /* 1400 bytes in a block that holds 512 */
	OPTIONS,    /* an answer to options that nobody asked for */
	LARGER,     /* NUM bytes in blocks of 1428, as agreed */
	AGREES,     /* to larger blocks, and sends its own; NUM bytes */
	REFUSES,    /* options, by code 8; NUM bytes without */
	REFUSES_0,  /* the same by code 0 */
	ERROR       /* code NUM */
};

struct tftp {
	enum manner manner;
	unsigned num;
	struct want want;
};

struct tftp_peer {
	struct peer *p;
	int fd;
	size_t request; /* where the last one begins, of what was heard */
	struct sockaddr_storage to;
	socklen_t to_len;
};

static void
tftp_send(const struct tftp_peer *t, const void *data, size_t len)
{
	assert_int_equal(sendto(t->fd, data, len, 0,
			     (const struct sockaddr *)&t->to, t->to_len),
	    (ssize_t)len);
}

static void
tftp_block(const struct tftp_peer *t, unsigned number, size_t len)
{
	uint8_t packet[4 + 2000] = { 0, 3, (uint8_t)(number >> 8),
		(uint8_t)number };

	memset(packet + 4, 'a' + (int)(number % 26), len);
	tftp_send(t, packet, 4 + len);
}

/* The next acknowledgement; false at the end, or for an error. */
static bool
tftp_acked(const struct tftp_peer *t, unsigned *ret)
{
	uint8_t packet[600];
	ssize_t n;

	if (!peer_wait(t->p, t->fd, POLLIN))
		return false;
	n = recv(t->fd, packet, sizeof(packet), 0);
	if (n < 4 || packet[1] != 4)
		return false;
	*ret = (unsigned)packet[2] << 8 | packet[3];
	return true;
}

/* Blocks up to LEN bytes, each when the one before was acknowledged. */
static void
tftp_blocks(const struct tftp_peer *t, size_t len, size_t block, unsigned times)
{
	unsigned number = 1, acked, i;
	size_t left = len, part;

	for (;;) {
		part = left > block ? block : left;
		for (i = 0; i < times; i++)
			tftp_block(t, number, part);
		do {
			if (!tftp_acked(t, &acked))
				return;
		} while (acked != (number & 0xffff));
		if (part < block)
			return;
		left -= part;
		number++;
	}
}

static void
tftp_file(const struct tftp_peer *t, size_t len, unsigned times)
{
	tftp_blocks(t, len, BLOCK, times);
}

/* What a server does with options that it was asked for, or not. */
static void
tftp_options(const struct tftp_peer *t, const struct tftp *how)
{
	static const char agreed[] = "\0\6blksize\0"
				     "1428";
	const struct bytes heard = buf_bytes(&t->p->heard);
	const bool asked = memmem(heard.ptr + t->request,
			       heard.len - t->request,
			       "blksize\0"
			       "1428",
			       13) != NULL;
	unsigned acked;

	if (!asked) {
		tftp_file(t, how->num, 1);
	} else if (how->manner == REFUSES) {
		tftp_send(t, "\0\5\0\10no", 7);
	} else if (how->manner == REFUSES_0) {
		tftp_send(t, "\0\5\0\0no", 7);
	} else {
		tftp_send(t, agreed, sizeof(agreed));
		if (!tftp_acked(t, &acked) || acked != 0)
			return;
		/* nobody acknowledges what would come after a short one */
		if (how->manner == LARGER)
			tftp_blocks(t, how->num, LARGE_BLOCK, 1);
		else
			tftp_block(t, 1, how->num < BLOCK ? how->num : BLOCK);
	}
}

static void
tftp_bad(const struct tftp_peer *t, const struct tftp *how)
{
	static const uint8_t garbage[] = { 0xff, 0xff, 'x', 27, '[', '2', 'J' };
	static const uint8_t options[] = "\0\6blksize\0"
					 "65464\0tsize\0-1";
	static const char text[] = "\0\5\0\0\33]0;owned\7\r\nError: all is "
				   "well";
	uint8_t error[sizeof(text)];

	memcpy(error, text, sizeof(text));
	error[3] = (uint8_t)how->num;
	if (how->manner == GARBAGE)
		tftp_send(t, garbage, sizeof(garbage));
	else if (how->manner == SHORT || how->manner == EMPTY)
		tftp_send(t, "", how->manner == SHORT ? 1 : 0);
	else if (how->manner == WRONG)
		tftp_block(t, 7, BLOCK);
	else if (how->manner == HUGE_BLOCK)
		tftp_block(t, 1, 1400);
	else if (how->manner == OPTIONS)
		tftp_send(t, options, sizeof(options));
	else if (how->manner == ERROR)
		tftp_send(t, error, sizeof(error));
	/* another request would be answered: what these send is no answer */
	if (how->manner != OPTIONS && how->manner != ERROR)
		peer_idle(t->p);
}

static void
tftp_answer(const struct tftp_peer *t, const struct tftp *how)
{
	unsigned i, acked;

	switch ((int)how->manner) {
	case SILENT:
		break;
	case FILE_OF:
		tftp_file(t, how->num, 1);
		break;
	case TWICE:
		tftp_file(t, how->num, 2);
		break;
	case ENDLESS:
		tftp_file(t, SIZE_MAX, 1);
		break;
	case LARGER:
	case AGREES:
	case REFUSES:
	case REFUSES_0:
		tftp_options(t, how);
		break;
	case STALL:
		for (i = 1; i <= how->num; i++) {
			tftp_block(t, i, BLOCK);
			if (!tftp_acked(t, &acked))
				return;
		}
		break;
	default:
		tftp_bad(t, how);
		break;
	}
}

static void
tftp_serve(struct peer *p)
{
	struct tftp_peer t = { .p = p, .fd = -1 };
	uint8_t request[2000];
	ssize_t n;

	while (peer_wait(p, p->sock, POLLIN)) {
		t.to_len = sizeof(t.to);
		n = recvfrom(p->sock, request, sizeof(request), 0,
		    (struct sockaddr *)&t.to, &t.to_len);
		t.request = p->heard.len;
		if (n > 0)
			buf_put(&p->heard, bytes_of(request, (size_t)n));
		if (t.fd >= 0)
			(void)close(t.fd);
		t.fd = socket(p->family, SOCK_DGRAM, 0);
		tftp_answer(&t, p->arg);
	}
	if (t.fd >= 0)
		(void)close(t.fd);
}

static void
tftp_try(const struct tftp *how)
{
	struct fetch_setup setup = { .max = 5000,
		.connect_limit = 1,
		.stall_limit = 1,
		.limit = 20 };
	struct buf got = { 0 };
	struct peer p;
	struct diag d;
	enum err e;

	buf_str(&got, BEFORE);
	peer_start(&p, AF_INET, SOCK_DGRAM, tftp_serve, how);
	e = fetch_file(&(struct fetch_place){ "tftp", "127.0.0.1", p.port },
	    "CTLFile.tlv", &setup, &got, &d);
	peer_stop(&p);
	assert_outcome(e, &d, &got, &how->want);
	buf_clear(&got);
}

static void
test_tftp(void **state)
{
	static const struct tftp rows[] = {
		{ FILE_OF, 0, { ERR_OK, "", 0 } },
		{ FILE_OF, 1, { ERR_OK, "", 1 } },
		{ FILE_OF, 511, { ERR_OK, "", 511 } },
		{ FILE_OF, 512, { ERR_OK, "", 512 } },
		{ FILE_OF, 3746, { ERR_OK, "", 3746 } },
		{ FILE_OF, 5000, { ERR_OK, "", 5000 } },
		{ FILE_OF, 5001, { ERR_TOO_BIG, "limit of 5000 bytes", 0 } },
		{ TWICE, 1300, { ERR_OK, "", 1300 } },
		{ ENDLESS, 0, { ERR_TOO_BIG, "limit of 5000 bytes", 0 } },
		{ SILENT, 0, { ERR_IO, "no answer in TFTP within 1 s", 0 } },
		{ STALL, 3,
		    { ERR_IO, "nothing more came for 1 s, after 1536 bytes",
			0 } },
		{ ERROR, 1, { ERR_ABSENT, "no such file", 0 } },
		{ ERROR, 2, { ERR_IO, "refuses access", 0 } },
		{ ERROR, 3, { ERR_IO, "full", 0 } },
		{ ERROR, 4, { ERR_IO, "an error that says nothing", 0 } },
		{ ERROR, 5, { ERR_IO, "does not know the transfer", 0 } },
		{ ERROR, 6, { ERR_IO, "makes no sense", 0 } },
		{ ERROR, 7, { ERR_IO, "makes no sense", 0 } },
		{ ERROR, 0, { ERR_IO, "an error that says nothing", 0 } },
		{ ERROR, 8, { ERR_IO, "an error that makes no sense", 0 } },
		{ ERROR, 200, { ERR_IO, "an error that makes no sense", 0 } },
		{ GARBAGE, 0, { ERR_IO, "no answer in TFTP within 1 s", 0 } },
		{ SHORT, 0, { ERR_IO, "no answer in TFTP within 1 s", 0 } },
		{ EMPTY, 0, { ERR_IO, "no answer in TFTP within 1 s", 0 } },
		{ WRONG, 0, { ERR_IO, "no answer in TFTP within 1 s", 0 } },
		{ HUGE_BLOCK, 0,
		    { ERR_IO, "nothing more came for 1 s, after 512", 0 } },
		{ LARGER, 0, { ERR_OK, "", 0 } },
		{ LARGER, 512, { ERR_OK, "", 512 } },
		{ LARGER, 1428, { ERR_OK, "", 1428 } },
		{ LARGER, 4999, { ERR_OK, "", 4999 } },
		{ LARGER, 5001, { ERR_TOO_BIG, "limit of 5000 bytes", 0 } },
		{ AGREES, 511, { ERR_OK, "", 511 } },
		{ AGREES, 1300, { ERR_OK, "", 1300 } },
		{ REFUSES, 1300, { ERR_OK, "", 1300 } },
		{ REFUSES, 5001, { ERR_TOO_BIG, "limit of 5000 bytes", 0 } },
		{ REFUSES_0, 1300, { ERR_OK, "", 1300 } },
		/* libcurl looks a second later, and so may our limit */
		{ OPTIONS, 0, { ERR_IO, "", 0 } },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("tftp %d %u\n", (int)rows[i].manner, rows[i].num);
		tftp_try(&rows[i]);
	}
}

/* Names as they are asked for: octet mode, and nothing else. */
static void
test_tftp_names(void **state)
{
	static const char *const names[] = { "CTLFile.tlv",
		"CTLSEP001122334455.tlv", "a b%20c;mode=netascii", "../x/./y",
		"\xc3\xa4\n?#" };
	static const struct tftp how = { FILE_OF, 9, { ERR_OK, "", 9 } };
	struct buf got = { 0 }, want = { 0 };
	struct peer p;
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		peer_start(&p, AF_INET, SOCK_DGRAM, tftp_serve, &how);
		if (fetch_file(
			&(struct fetch_place){ "tftp", "127.0.0.1", p.port },
			names[i], NULL, &got, &d) != ERR_OK)
			fail_msg("%s", d.msg);
		buf_put(&want, bytes_of("\0\1", 2));
		buf_put(&want, bytes_of(names[i], strlen(names[i]) + 1));
		buf_put(&want, bytes_of("octet", 6));
		if (p.heard.len < want.len ||
		    memcmp(p.heard.ptr, want.ptr, want.len) != 0)
			fail_msg("%s was asked for otherwise", names[i]);
		buf_clear(&want);
		peer_stop(&p);
	}
	buf_clear(&got);
}

static void
test_ipv6(void **state)
{
	static const struct tftp how = { FILE_OF, 600, { ERR_OK, "", 600 } };
	static const char *const hosts[] = { "::1", "[::1]" };
	struct buf got = { 0 }, url = { 0 };
	struct peer p;
	struct diag d;

	peer_start(&p, AF_INET6, SOCK_DGRAM, tftp_serve, &how);
	if (fetch_file(&(struct fetch_place){ "tftp", hosts[0], p.port }, "x",
		NULL, &got, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	peer_stop(&p);
	peer_start(&p, AF_INET6, SOCK_DGRAM, tftp_serve, &how);
	buf_printf(&url, "tftp://%s:%u/x", hosts[1], p.port);
	if (fetch_url(buf_cstr(&url), NULL, &got, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	peer_stop(&p);
	assert_int_equal(got.len, 1200);
	buf_clear(&got);
	buf_clear(&url);
}

/* ---- HTTP ------------------------------------------------------------------------ */

#define OK "HTTP/1.1 200 OK\r\n"

struct http {
	const char *head; /* what is said after the request */
	const char *drip; /* and then this, for ever; NULL: closes, "": keeps
			   * still */
	struct want want;
};

static void
http_serve(struct peer *p)
{
	const struct http *how = p->arg;
	int fd;

	while ((fd = peer_accept(p)) >= 0) {
		p->hits++;
		if (peer_hear_until(p, fd, "\r\n\r\n") &&
		    peer_say(p, fd, how->head, strlen(how->head))) {
			if (how->drip != NULL && how->drip[0] == '\0')
				peer_idle(p);
			while (how->drip != NULL && how->drip[0] != '\0' &&
			    peer_say(p, fd, how->drip, strlen(how->drip)))
				;
		}
		(void)close(fd);
	}
}

static void
http_try(const struct http *how)
{
	struct fetch_setup setup = { .max = 5000,
		.connect_limit = 1,
		.stall_limit = 1,
		.limit = 20 };
	struct buf got = { 0 };
	struct peer p;
	struct diag d;
	enum err e;

	buf_str(&got, BEFORE);
	peer_start(&p, AF_INET, SOCK_STREAM, http_serve, how);
	e = fetch_file(&(struct fetch_place){ "http", "127.0.0.1", p.port },
	    "CTLFile.tlv", &setup, &got, &d);
	peer_stop(&p);
	assert_outcome(e, &d, &got, &how->want);
	buf_clear(&got);
}

static void
test_http(void **state)
{
	static const struct http rows[] = {
		{ OK "Content-Length: 4\r\n\r\nfour", NULL, { ERR_OK, "", 4 } },
		{ OK "\r\nuntil the end", NULL, { ERR_OK, "", 13 } },
		{ OK "Content-Length: 0\r\n\r\n", NULL, { ERR_OK, "", 0 } },
		{ OK "Transfer-Encoding: chunked\r\n\r\n"
		     "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
		    NULL, { ERR_OK, "", 5 } },
		{ "HTTP/1.0 200 x\r\n\r\nold", NULL, { ERR_OK, "", 3 } },
		/* more than was announced is not ours */
		{ OK "Content-Length: 4\r\n\r\nfour and more", NULL,
		    { ERR_OK, "", 4 } },
		{ OK "Content-Length: 40\r\n\r\nfour", NULL,
		    { ERR_TRUNCATED, "before all that was announced", 0 } },
		{ OK "Transfer-Encoding: chunked\r\n\r\n30\r\nabc", NULL,
		    { ERR_TRUNCATED, "before all that was announced", 0 } },
		{ OK "Content-Length: 5001\r\n\r\n", "",
		    { ERR_TOO_BIG, "limit of 5000 bytes", 0 } },
		{ OK "Content-Length: 99999999999999999999999\r\n\r\n", "",
		    { ERR_TOO_BIG, "limit of 5000 bytes", 0 } },
		{ OK "Content-Length: -5\r\n\r\nabcde", NULL,
		    { ERR_IO, "no HTTP server", 0 } },
		{ OK "\r\n", "more and more ",
		    { ERR_TOO_BIG, "limit of 5000 bytes", 0 } },
		{ OK "Transfer-Encoding: chunked\r\n\r\n",
		    "a\r\n0123456789\r\n",
		    { ERR_TOO_BIG, "limit of 5000 bytes", 0 } },
		{ OK, "X-Header: and one more\r\n",
		    { ERR_TOO_BIG, "headers are too long", 0 } },
		{ OK "X-Long: ", "without an end ",
		    { ERR_TOO_BIG, "headers are too long", 0 } },
		{ "HTTP/1.1 100 Continue\r\n\r\n",
		    "HTTP/1.1 100 Continue\r\n\r\n",
		    { ERR_TOO_BIG, "headers are too long", 0 } },
		{ OK "Content-Length: 40\r\n\r\nfour", "",
		    { ERR_IO, "nothing more came for 1 s, after 4 bytes", 0 } },
		{ "", "", { ERR_IO, "no answer within 2 s", 0 } },
		{ "", NULL, { ERR_IO, "closed without an answer", 0 } },
		{ "SSH-2.0-OpenSSH_9.2\r\n", NULL,
		    { ERR_IO, "no HTTP server", 0 } },
		{ "\33]0;owned\7\r\n", "\33[2J", { ERR_IO, "no HTTP", 0 } },
		{ "HTTP/1.1 404 \33[31mNo\r\n\r\n", NULL,
		    { ERR_ABSENT, "no such file", 0 } },
		{ "HTTP/1.1 410 Gone\r\n\r\n", NULL,
		    { ERR_ABSENT, "no such file", 0 } },
		{ "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic\r\n\r\n", NULL,
		    { ERR_IO, "status 401", 0 } },
		{ "HTTP/1.1 500 \33[31mNo\r\nContent-Length: 3\r\n\r\nabc",
		    NULL, { ERR_IO, "status 500", 0 } },
		{ "HTTP/1.1 204 No Content\r\n\r\n", NULL,
		    { ERR_IO, "status 204", 0 } },
		{ "HTTP/1.1 206 Part\r\nContent-Length: 3\r\n\r\nabc", NULL,
		    { ERR_IO, "status 206", 0 } },
		{ "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n\r\n",
		    NULL, { ERR_IO, "points elsewhere (status 302)", 0 } },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("http %zu\n", i);
		http_try(&rows[i]);
	}
}

/* A redirect is not followed: nobody comes to where it points. */
static void
test_redirect(void **state)
{
	static const struct http there = { OK "\r\nx", NULL,
		{ ERR_OK, "", 1 } };
	struct buf got = { 0 }, head = { 0 };
	struct http how = { NULL, NULL, { ERR_IO, "points elsewhere", 0 } };
	struct peer other, p;
	struct diag d;
	enum err e;

	buf_str(&got, BEFORE);
	peer_start(&other, AF_INET, SOCK_STREAM, http_serve, &there);
	buf_printf(&head,
	    "HTTP/1.1 301 x\r\nLocation: http://127.0.0.1:%u/\r\n\r\n",
	    other.port);
	how.head = buf_cstr(&head);
	peer_start(&p, AF_INET, SOCK_STREAM, http_serve, &how);
	e = fetch_file(&(struct fetch_place){ "http", "127.0.0.1", p.port },
	    "x", NULL, &got, &d);
	peer_stop(&p);
	assert_outcome(e, &d, &got, &how.want);
	assert_int_equal(other.hits, 0);
	peer_stop(&other);
	buf_clear(&got);
	buf_clear(&head);
}

static void
write_file(const char *dir, const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* Proxies, passwords and settings of the person are none of ours. */
static void
test_settings(void **state)
{
	static const struct http there = { OK "\r\nx", NULL,
		{ ERR_OK, "", 1 } };
	char dir[] = "/tmp/ctlsmith-fetch-XXXXXX", proxy[64], path[PATH_MAX];
	struct buf got = { 0 };
	struct peer other, p;
	struct diag d;

	assert_non_null(mkdtemp(dir));
	write_file(dir, ".netrc", "default login admin password hunter2\n");
	write_file(dir, ".curlrc", "user = admin:hunter2\n");
	peer_start(&other, AF_INET, SOCK_STREAM, http_serve, &there);
	peer_start(&p, AF_INET, SOCK_STREAM, http_serve, &there);
	(void)snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u", other.port);
	assert_int_equal(setenv("http_proxy", proxy, 1), 0);
	assert_int_equal(setenv("ALL_PROXY", proxy, 1), 0);
	assert_int_equal(setenv("HOME", dir, 1), 0);
	if (fetch_file(&(struct fetch_place){ "http", "127.0.0.1", p.port },
		"a b", NULL, &got, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	assert_int_equal(other.hits, 0);
	assert_int_equal(p.hits, 1);
	buf_u8(&p.heard, 0);
	assert_non_null(strstr((char *)p.heard.ptr, "GET /a%20b HTTP/1.1\r\n"));
	assert_null(strstr((char *)p.heard.ptr, "Authorization"));
	assert_null(strstr((char *)p.heard.ptr, "Accept-Encoding"));
	peer_stop(&p);
	peer_stop(&other);
	(void)snprintf(path, sizeof(path), "%s/.netrc", dir);
	assert_int_equal(unlink(path), 0);
	(void)snprintf(path, sizeof(path), "%s/.curlrc", dir);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(dir), 0);
	assert_int_equal(unsetenv("http_proxy"), 0);
	assert_int_equal(unsetenv("ALL_PROXY"), 0);
	buf_clear(&got);
}

/* Bytes that keep coming, but slowly, end with the limit of the whole. */
static void
slow_serve(struct peer *p)
{
	struct pollfd stop = { p->stop[0], POLLIN, 0 };
	int fd = peer_accept(p);

	if (fd < 0)
		return;
	(void)peer_hear_until(p, fd, "\r\n\r\n");
	(void)peer_say(p, fd, OK "\r\n", strlen(OK "\r\n"));
	while (poll(&stop, 1, 50) == 0 && peer_say(p, fd, "x", 1))
		;
	(void)close(fd);
}

static void
test_slow(void **state)
{
	struct fetch_setup setup = { .limit = 2, .stall_limit = 5 };
	static const struct want want = { ERR_IO, "not done within 2 s", 0 };
	struct buf got = { 0 };
	struct peer p;
	struct diag d;
	enum err e;

	buf_str(&got, BEFORE);
	peer_start(&p, AF_INET, SOCK_STREAM, slow_serve, NULL);
	e = fetch_file(&(struct fetch_place){ "http", "127.0.0.1", p.port },
	    "x", &setup, &got, &d);
	peer_stop(&p);
	assert_outcome(e, &d, &got, &want);
	buf_clear(&got);
}

static void
test_nobody(void **state)
{
	static const struct want refused = { ERR_IO,
		"cannot connect: Connection refused", 0 };
	static const struct want unknown = { ERR_IO, "name is not known", 0 };
	struct buf got = { 0 };
	struct peer p;
	struct diag d;
	enum err e;

	buf_str(&got, BEFORE);
	peer_bind(&p, AF_INET, SOCK_STREAM);
	peer_unbind(&p);
	e = fetch_file(&(struct fetch_place){ "http", "127.0.0.1", p.port },
	    "x", NULL, &got, &d);
	assert_outcome(e, &d, &got, &refused);
	e = fetch_url("tftp://nobody.invalid/x", NULL, &got, &d);
	assert_outcome(e, &d, &got, &unknown);
	buf_clear(&got);
}

/* ---- URLs ------------------------------------------------------------------------ */

static void
test_urls(void **state)
{
	static const struct {
		const char *url, *words;
	} rows[] = {
		{ "", "begins with" },
		{ "CTLFile.tlv", "begins with" },
		{ "file:///etc/passwd", "begins with" },
		{ "ftp://127.0.0.1/x", "begins with" },
		{ "tftp:/127.0.0.1/x", "begins with" },
		{ "tftp://", "no URL" },
		{ "tftp:///x", "names no file" },
		{ "http://", "no URL" },
		{ "tftp://127.0.0.1", "names no file" },
		{ "tftp://127.0.0.1/", "names no file" },
		{ "TFTP://127.0.0.1/", "names no file" },
		{ "http://admin@127.0.0.1/x", "user" },
		{ "http://admin:hunter2@127.0.0.1/x", "user" },
		{ "http://127.0.0.1:0x/x", "port" },
		{ "http://127.0.0.1:65536/x", "port" },
		{ "http://[::1/x", "no URL" },
		{ "http://127.0.0.1/\r\nHost: x", "control" },
		{ "http://127.0.0.1/\33[2J", "control" },
		{ "tftp://127.0.0.1/a%00b", "no URL" },
		{ "https://127.0.0.1/x", "https needs a CA or a pin" },
		{ "HTTPS://127.0.0.1/x", "https needs a CA or a pin" },
	};
	struct buf got = { 0 }, far = { 0 };
	struct want want = { ERR_USAGE, NULL, 0 };
	struct diag d;
	size_t i;

	buf_str(&got, BEFORE);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		print_message("%s\n", rows[i].url);
		want.words = rows[i].words;
		assert_outcome(fetch_url(rows[i].url, NULL, &got, &d), &d, &got,
		    &want);
	}
	buf_str(&far, "http://127.0.0.1/");
	buf_fill(&far, 2048, 'a');
	want.words = "more than 2048";
	assert_outcome(fetch_url(buf_cstr(&far), NULL, &got, &d), &d, &got,
	    &want);
	buf_clear(&far);
	want.words = "no name to ask for";
	assert_outcome(
	    fetch_file(&(struct fetch_place){ "tftp", "127.0.0.1", 69 }, "",
		NULL, &got, &d),
	    &d, &got, &want);
	assert_outcome(fetch_file(&(struct fetch_place){ "tftp", "", 69 }, "x",
			   NULL, &got, &d),
	    &d, &got, &want);
	want.words = "no URL";
	assert_outcome(fetch_file(&(struct fetch_place){ "tftp", "a b/c", 69 },
			   "x", NULL, &got, &d),
	    &d, &got, &want);
	buf_clear(&got);
	assert_true(fetch_is_url("tftp://x"));
	assert_true(fetch_is_url("HTTP://x"));
	assert_true(fetch_is_url("https://"));
	assert_false(fetch_is_url("http:/x"));
	assert_false(fetch_is_url("ftp://x"));
	assert_false(fetch_is_url("./http://x"));
	assert_false(fetch_is_url(""));
}

static int
set_up(void **state)
{
	struct diag d;

	return fetch_init(&d) == ERR_OK ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tftp),
		cmocka_unit_test(test_tftp_names),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_http),
		cmocka_unit_test(test_redirect),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_urls),
	};

	return test_status(cmocka_run_group_tests(tests, set_up, NULL));
}
