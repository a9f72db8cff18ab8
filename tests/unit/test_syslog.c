/* SPDX-License-Identifier: Apache-2.0 */
/* The syslog listener: datagrams and connections, right and hostile ones. */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "cluster/syslog.h"

#define TURNS_MAX 100000 /* only ends what hangs */

/* What was heard: "FROM TEXT\n" of each. */
struct heard {
	struct buf all;
	size_t num;
};

static void
on_message(void *arg, const char *from, struct bytes text)
{
	struct heard *h = arg;

	h->num++;
	buf_printf(&h->all, "%s ", from);
	buf_put(&h->all, text);
	buf_u8(&h->all, '\n');
}

static struct syslog *
listener(const char *where)
{
	struct syslog *s = NULL;
	struct diag d;

	if (syslog_open(where, &s, &d) != ERR_OK)
		fail_msg("%s: %s", where, d.msg);
	return s;
}

/* Takes until NUM were heard or refused. */
static void
take(struct syslog *s, struct heard *h, size_t num)
{
	const struct syslog_hears hears = { on_message, h };
	struct diag d;
	int i;

	for (i = 0; i < TURNS_MAX; i++) {
		if (h->num + syslog_count(s).refused >= num)
			break;
		assert_int_equal(syslog_take(s, 20000, &hears, &d), ERR_OK);
	}
	assert_int_equal(syslog_take(s, 0, &hears, &d), ERR_OK);
}

static int
dial(const struct syslog *s, int type)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)syslog_port(s)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, type, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static void
say(int fd, const void *data, size_t len)
{
	assert_int_equal(send(fd, data, len, MSG_NOSIGNAL), (ssize_t)len);
}

static void
assert_heard(struct heard *h, const char *want)
{
	if (!bytes_equal(buf_bytes(&h->all), bytes_of_str(want)))
		fail_msg("heard '%.*s'", (int)h->all.len,
		    h->all.ptr == NULL ? "" : (const char *)h->all.ptr);
	buf_clear(&h->all);
	h->num = 0;
}

/* ---- Where ------------------------------------------------------------------------------- */

static void
test_where(void **state)
{
	static const char *const good[] = { "0", "127.0.0.1:0", "[::1]:0",
		"[127.0.0.1]:0", "0.0.0.0:0" };
	static const char *const bad[] = { "", ":", ":514", "localhost:514",
		"127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
		"127.0.0.1:1x", "::1:514", "[::1]", "[::1:514", "[]:514",
		"999999", "514 ", "127.0.0.1:514:514" };
	struct syslog *s = NULL, *same = NULL;
	char where[64];
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		s = listener(good[i]);
		assert_true(syslog_port(s) > 0);
		syslog_close(&s);
		assert_null(s);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (syslog_open(bad[i], &s, &d) != ERR_USAGE)
			fail_msg("'%s' was taken", bad[i]);
		assert_null(s);
	}
	s = listener("127.0.0.1:0");
	(void)snprintf(where, sizeof(where), "127.0.0.1:%u", syslog_port(s));
	assert_int_equal(syslog_open(where, &same, &d), ERR_IO);
	assert_non_null(strstr(d.msg, "cannot listen"));
	assert_null(same);
	syslog_close(&s);
	syslog_close(&s);
}

/* ---- Datagrams --------------------------------------------------------------------------- */

static void
test_udp(void **state)
{
	struct syslog *s = listener("127.0.0.1:0");
	struct heard h = { .num = 0 };
	char far[SYSLOG_MESSAGE_MAX + 1];
	int fd = dial(s, SOCK_DGRAM);

	say(fd, "<13>one", 7);
	say(fd, "<13>two\n", 8);
	say(fd, "<13>three\r\n\0", 12);
	say(fd, "", 0);
	say(fd, "\n", 1);
	say(fd, "a\0b\nc", 5);
	take(s, &h, 4);
	assert_int_equal(h.all.len, 4 * 10 + 7 + 7 + 9 + 5 + 4);
	buf_clear(&h.all);
	h.num = 0;
	memset(far, 'x', sizeof(far));
	say(fd, far, sizeof(far));
	say(fd, far, sizeof(far) - 1);
	take(s, &h, 2);
	assert_int_equal(h.num, 1);
	assert_int_equal(h.all.len, 10 + SYSLOG_MESSAGE_MAX + 1);
	assert_int_equal(syslog_count(s).refused, 1);
	assert_int_equal(syslog_count(s).taken, 5);
	assert_int_equal(syslog_count(s).lost, 0);
	buf_clear(&h.all);
	(void)close(fd);
	syslog_close(&s);
}

/* All addresses: who comes over IPv4 is named so. */
static void
test_any(void **state)
{
	struct syslog *s = listener("0");
	struct heard h = { .num = 0 };
	int fd = dial(s, SOCK_DGRAM);

	say(fd, "x", 1);
	take(s, &h, 1);
	assert_heard(&h, "127.0.0.1 x\n");
	(void)close(fd);
	syslog_close(&s);
}

/* What the kernel had no room for is counted: a small room, and many. */
static void
test_lost(void **state)
{
	struct syslog *s = listener("127.0.0.1:0");
	struct heard h = { .num = 0 };
	char big[SYSLOG_MESSAGE_MAX];
	int fd = dial(s, SOCK_DGRAM);
	struct syslog_count count;
	size_t i, num = 30000;

	memset(big, 'x', sizeof(big));
	for (i = 0; i < num; i++)
		(void)!send(fd, big, sizeof(big), 0);
	take(s, &h, 1);
	count = syslog_count(s);
	print_message("taken %zu lost %zu\n", (size_t)count.taken,
	    (size_t)count.lost);
	assert_true(count.lost > 0);
	assert_int_equal(count.taken + count.lost, num);
	buf_clear(&h.all);
	(void)close(fd);
	syslog_close(&s);
}

/* ---- Connections ----------------------------------------------------------------------------- */

/* What comes of TEXT, sent in pieces of every length. */
struct framing {
	const char *text;
	size_t len;
	const char *heard; /* each with "127.0.0.1 " before it */
	uint64_t refused;
};

static void
try_framing(const struct framing *f, size_t step)
{
	struct syslog *s = listener("127.0.0.1:0");
	const struct syslog_hears hears = { on_message, NULL };
	struct syslog_hears to = hears;
	struct heard h = { .num = 0 };
	int fd = dial(s, SOCK_STREAM), turns;
	struct diag d;
	size_t at, len;

	to.arg = &h;
	for (at = 0; at < f->len; at += len) {
		len = f->len - at < step ? f->len - at : step;
		if (send(fd, f->text + at, len, MSG_NOSIGNAL) < 0)
			break; /* it was refused meanwhile */
		assert_int_equal(syslog_take(s, 0, &to, &d), ERR_OK);
	}
	(void)shutdown(fd, SHUT_WR);
	/* the other end closes when it has read the end */
	for (turns = 0; turns < TURNS_MAX; turns++) {
		char c;

		if (recv(fd, &c, 1, MSG_DONTWAIT) == 0)
			break;
		assert_int_equal(syslog_take(s, 1, &to, &d), ERR_OK);
	}
	assert_true(turns < TURNS_MAX);
	assert_int_equal(syslog_count(s).refused, f->refused);
	assert_heard(&h, f->heard);
	(void)close(fd);
	syslog_close(&s);
}

static void
test_framing(void **state)
{
#define TEXT(t) t, sizeof(t) - 1
	static const struct framing rows[] = {
		{ TEXT("<13>one\n<13>two\n"),
		    "127.0.0.1 <13>one\n127.0.0.1 <13>two\n", 0 },
		{ TEXT("<13>one\r\n\n\n<13>no end"),
		    "127.0.0.1 <13>one\n127.0.0.1 <13>no end\n", 0 },
		{ TEXT("7 <13>one7 <13>two"),
		    "127.0.0.1 <13>one\n127.0.0.1 <13>two\n", 0 },
		/* a count lets a message hold anything */
		{ TEXT("9 <13>a\nb c8 <13>three"),
		    "127.0.0.1 <13>a\nb c\n127.0.0.1 <13>thre\n127.0.0.1 e\n",
		    0 },
		/* both ways in one connection */
		{ TEXT("<13>one\n7 <13>two<13>three\n"),
		    "127.0.0.1 <13>one\n127.0.0.1 <13>two\n"
		    "127.0.0.1 <13>three\n",
		    0 },
		/* announced longer than it is */
		{ TEXT("20 <13>one"), "", 1 },
		{ TEXT("20"), "", 1 },
		/* no count */
		{ TEXT("41679: x\n"), "127.0.0.1 41679: x\n", 0 },
		{ TEXT("0 <13>one\n"), "127.0.0.1 0 <13>one\n", 0 },
		{ TEXT("123456 x\n"), "127.0.0.1 123456 x\n", 0 },
		/* too long: the connection is of no use any more */
		{ TEXT("8193 <13>one\nx\n"), "", 1 },
		{ TEXT("99999 <13>one\nx\n"), "", 1 },
		{ TEXT(""), "", 0 },
	};
	size_t i, step;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (step = 1; step < 12; step++)
			try_framing(&rows[i], step);
}

/* Lines that are too long are stepped over, and the next one counts. */
static void
test_long_lines(void **state)
{
	struct buf text = { 0 }, want = { 0 };
	struct framing f = { .refused = 2 };
	size_t step;

	buf_fill(&text, SYSLOG_MESSAGE_MAX, 'a');
	buf_str(&text, "\n");
	buf_fill(&text, SYSLOG_MESSAGE_MAX + 1, 'b');
	buf_str(&text, "\nshort\n");
	buf_fill(&text, 100000, 'c');
	buf_str(&text, "\nend\n");
	buf_str(&want, "127.0.0.1 ");
	buf_fill(&want, SYSLOG_MESSAGE_MAX, 'a');
	buf_str(&want, "\n127.0.0.1 short\n127.0.0.1 end\n");
	f.text = buf_cstr(&text);
	f.len = text.len;
	f.heard = buf_cstr(&want);
	for (step = 500; step < 40000; step = step * 2 + 1)
		try_framing(&f, step);
	buf_clear(&text);
	buf_clear(&want);
}

/* Whoever keeps connections open and says nothing makes room for others. */
static void
test_crowd(void **state)
{
	struct syslog *s = listener("127.0.0.1:0");
	struct heard h = { .num = 0 };
	int fd[SYSLOG_CLIENTS_MAX + 20];
	const struct syslog_hears hears = { on_message, &h };
	struct diag d;
	size_t i, num = sizeof(fd) / sizeof(fd[0]);

	for (i = 0; i < num; i++) {
		fd[i] = dial(s, SOCK_STREAM);
		assert_int_equal(syslog_take(s, 20000, &hears, &d), ERR_OK);
		if (i != 200)
			continue;
		say(fd[0], "first\n", 6);
		take(s, &h, 1);
		assert_heard(&h, "127.0.0.1 first\n");
	}
	/* the second has kept silent for longest, and is gone */
	(void)!send(fd[1], "x\n", 2, MSG_NOSIGNAL);
	say(fd[0], "again\n", 6);
	take(s, &h, 1 + 20);
	assert_heard(&h, "127.0.0.1 again\n");
	say(fd[num - 1], "last\n", 5);
	take(s, &h, 1 + 20);
	assert_heard(&h, "127.0.0.1 last\n");
	assert_int_equal(syslog_count(s).refused, 20);
	for (i = 0; i < num; i++)
		(void)close(fd[i]);
	syslog_close(&s);
}

/* A connection from the address 127.0.0.HOST. */
static int
dial_from(const struct syslog *s, unsigned host)
{
	struct sockaddr_in me = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x7f000000 + host) };
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)syslog_port(s)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&me, sizeof(me)), 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* One sender with many connections, and each of them talks, does not drive out
 * those who have one each and have been silent since they came. */
static void
test_one_against_all(void **state)
{
	struct syslog *s = listener("127.0.0.1:0");
	struct heard h = { .num = 0 };
	int node[4], fd[SYSLOG_CLIENTS_MAX + 20];
	const struct syslog_hears hears = { on_message, &h };
	struct diag d;
	size_t i, num = sizeof(fd) / sizeof(fd[0]);

	for (i = 0; i < 4; i++) {
		node[i] = dial_from(s, 3 + (unsigned)i);
		assert_int_equal(syslog_take(s, 20000, &hears, &d), ERR_OK);
	}
	for (i = 0; i < num; i++) {
		fd[i] = dial_from(s, 2);
		assert_int_equal(syslog_take(s, 20000, &hears, &d), ERR_OK);
		say(fd[i], "noise\n", 6);
		assert_int_equal(syslog_take(s, 20000, &hears, &d), ERR_OK);
	}
	assert_int_equal(h.num, num);
	assert_int_equal(syslog_count(s).refused, 24);
	buf_clear(&h.all);
	h.num = 0;
	for (i = 0; i < 4; i++) { /* it is still open */
		assert_int_equal(recv(node[i], &d, 1, MSG_DONTWAIT), -1);
		assert_int_equal(errno, EAGAIN);
	}
	say(node[0], "one\n", 4);
	take(s, &h, 24 + 1);
	assert_heard(&h, "127.0.0.3 one\n");
	say(node[3], "four\n", 5);
	take(s, &h, 24 + 1);
	assert_heard(&h, "127.0.0.6 four\n");
	for (i = 0; i < num; i++)
		(void)close(fd[i]);
	for (i = 0; i < 4; i++)
		(void)close(node[i]);
	syslog_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_where),
		cmocka_unit_test(test_udp),
		cmocka_unit_test(test_any),
		cmocka_unit_test(test_lost),
		cmocka_unit_test(test_framing),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_one_against_all),
	};

	return test_run(tests);
}
