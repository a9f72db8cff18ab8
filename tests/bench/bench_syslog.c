/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_syslog [NUM]
 *	20,000 alarms in a burst on loopback, sent by another process as fast as
 *	it can: none may be lost, and taking them (framing, parsing, the book of
 *	deliveries) is compared with a bare loop that only receives. Exits with 1
 *	where one is lost.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cluster/delivery.h"
#include "cluster/syslog.h"

#define NUM 20000
#define TEXT_MAX 512
#define QUIET 2000 /* ms: nothing comes any more */
#define WIDE (64 << 20)

struct taking {
	struct delivery *book;
	size_t num;
};

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(EXIT_FAILURE);
}

/* A child that sends NUM alarms to PORT. */
static pid_t
send_burst(unsigned port, unsigned num)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char text[TEXT_MAX];
	pid_t pid = fork();
	unsigned i;
	int fd, len;

	must(pid >= 0, "fork");
	if (pid > 0)
		return pid;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	must(fd >= 0, "socket");
	for (i = 0; i < num; i++) {
		len = snprintf(text, sizeof(text),
		    "<190>%u: cucm1: Nov 22 2026 22:31:17.123 UTC :  "
		    "%%UC_PHONE-6-DeviceTLInfo: %%[DeviceName=SEP%012u]"
		    "[IPv4Address=10.1.2.3][CTL_Signature=1B A1 C9 07 E9 9E "
		    "4D 3C 53 9D C8 14 24 AF 6C 9F 7D CE 4D 6D ]"
		    "[CTL_TFTP_Server=cucm1][ITL_Signature=00 11 22 33]"
		    "[ITL_TFTP_Server=cucm1][StatusCode=1][NodeID=cucm1]: x",
		    i, i);
		if (sendto(fd, text, (size_t)len, 0, (struct sockaddr *)&to,
			sizeof(to)) != len)
			_exit(EXIT_FAILURE);
	}
	_exit(EXIT_SUCCESS);
}

static void
wait_for(pid_t pid)
{
	int status = 0;

	must(waitpid(pid, &status, 0) == pid && status == 0, "the sender");
}

/* Seconds to receive and do nothing; *RET: how many came. */
static double
bare(unsigned num, size_t *ret)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0), wide = WIDE;
	socklen_t len = sizeof(at);
	struct pollfd p = { fd, POLLIN, 0 };
	double begin, last;
	char text[TEXT_MAX];
	pid_t pid;

	must(fd >= 0 && bind(fd, (struct sockaddr *)&at, len) == 0 &&
		getsockname(fd, (struct sockaddr *)&at, &len) == 0,
	    "bind");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &wide, sizeof(wide)) !=
	    0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &wide,
		    sizeof(wide));
	begin = last = now();
	pid = send_burst(ntohs(at.sin_port), num);
	*ret = 0;
	while (*ret < num && poll(&p, 1, QUIET) > 0) {
		if (recv(fd, text, sizeof(text), 0) > 0)
			(*ret)++;
		last = now();
	}
	wait_for(pid);
	(void)close(fd);
	return last - begin;
}

static void
on_message(void *arg, const char *from, struct bytes text)
{
	struct delivery_alarm a;
	struct taking *t = arg;
	struct diag d;

	t->num++;
	if (!delivery_alarm_next(&text, &a) ||
	    delivery_alarm(t->book, &a, from, 1, &d) != ERR_OK)
		must(false, "an alarm");
}

static double
ours(unsigned num, struct taking *t, struct syslog_count *ret)
{
	const struct syslog_hears hears = { on_message, t };
	struct syslog *s = NULL;
	double begin, heard;
	struct diag d;
	size_t before;
	pid_t pid;

	must(syslog_open("127.0.0.1:0", &s, &d) == ERR_OK, "syslog_open");
	begin = heard = now();
	pid = send_burst(syslog_port(s), num);
	while (t->num < num) {
		before = t->num;
		must(syslog_take(s, QUIET, &hears, &d) == ERR_OK,
		    "syslog_take");
		if (t->num == before)
			break;
		heard = now();
	}
	wait_for(pid);
	*ret = syslog_count(s);
	syslog_close(&s);
	return heard - begin;
}

int
main(int argc, char **argv)
{
	unsigned num = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : NUM;
	const struct delivery_list list = { NULL, NULL, 0 };
	struct taking t = { NULL, 0 };
	struct syslog_count count;
	double least, is;
	size_t came = 0;
	struct diag d;

	least = bare(num, &came);
	must(delivery_new(&list, &t.book, &d) == ERR_OK, "delivery_new");
	is = ours(num, &t, &count);
	must(delivery_judge(t.book, &d) == ERR_OK, "delivery_judge");
	printf(
	    "syslog: %u alarms in a burst: %zu taken, %llu lost, %zu devices, "
	    "%.0f ms; a bare loop takes %zu in %.0f ms\n",
	    num, t.num, (unsigned long long)count.lost, delivery_num(t.book),
	    is * 1e3, came, least * 1e3);
	delivery_free(&t.book);
	return t.num == num && count.lost == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
