/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/alarm.h"

#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

#define TAG_SIGNATURE 12
#define LIMIT 5 /* s, to connect and to send */

enum alarm_status {
	STATUS_NONE = 0, /* all is well */
	STATUS_OLD_CTL = 5,
	STATUS_NO_TL = 6,
	STATUS_OLD_ITL = 8,
	STATUS_OLD_TL = 9
};

struct alarm_sender {
	struct addrinfo *to;
	bool tcp;
	int fd; /* -1: not connected */
	unsigned long number;
};

/* ---- The message. ---- */

static enum alarm_status
status_of(const struct world_phone *p)
{
	bool ctl = p->day.ctl == PHONE_TAKES || p->day.ctl == PHONE_THROUGH_TVS;

	if (!p->refused)
		return STATUS_NONE;
	if (p->phone.ctl == NULL && p->phone.itl == NULL)
		return STATUS_NO_TL;
	if (ctl)
		return STATUS_OLD_ITL;
	return p->day.itl ? STATUS_OLD_CTL : STATUS_OLD_TL;
}

static void
put_signature(struct buf *out, const char *name, const struct sheet *list)
{
	const struct wire_tlv *tlv;
	struct bytes value;

	if (list == NULL)
		return;
	tlv = wire_find(&list->tlvs, 0, TAG_SIGNATURE);
	if (tlv == NULL || tlv->value.len < ALARM_SIGNATURE)
		return;
	value = bytes_of(tlv->value.ptr + tlv->value.len - ALARM_SIGNATURE,
	    ALARM_SIGNATURE);
	buf_printf(out, "[%s=", name);
	text_put_hex(out, value, ":", TEXT_UPPER);
	buf_str(out, "]");
}

static void
put_time(struct buf *out, int64_t when)
{
	time_t t = (time_t)when;
	char text[64];
	struct tm tm;

	if (gmtime_r(&t, &tm) != NULL &&
	    strftime(text, sizeof(text), "%b %d %Y %H:%M:%S.000 UTC", &tm) > 0)
		buf_str(out, text);
}

void
alarm_put(const struct world *w, size_t phone, unsigned long number,
    struct buf *out)
{
	const struct world_phone *p = &w->phone[phone];
	const struct world_node *node = &w->node[p->phone.tftp];
	enum alarm_status status = status_of(p);

	/* local7, informational */
	buf_printf(out, "<190>%lu: %s: ", number, node->name);
	put_time(out, world_now(w));
	buf_printf(out,
	    " :  %%UC_PHONE-6-DeviceTLInfo: %%[DeviceName=%s][IPv4=%s]",
	    p->name, p->address);
	put_signature(out, "CTL_Signature", p->phone.ctl);
	buf_printf(out, "[CTL_TFTP_Server=%s]", node->address);
	put_signature(out, "ITL_Signature", p->phone.itl);
	buf_printf(out, "[ITL_TFTP_Server=%s]", node->address);
	if (status != STATUS_NONE)
		buf_printf(out, "[StatusCode=%d]", (int)status);
	buf_printf(out,
	    "[AppID=Cisco CallManager][ClusterID=StandAloneCluster]"
	    "[NodeID=%s]: Trust list information of the device",
	    node->name);
}

/* ---- On its way. ---- */

/* WHERE in two, with brackets around an IPv6 address undone. */
static bool
split(char *where, char **ret_host, char **ret_port)
{
	char *colon = strrchr(where, ':');

	if (colon == NULL || colon == where || colon[1] == '\0')
		return false;
	*colon = '\0';
	*ret_host = where;
	*ret_port = colon + 1;
	if (*where == '[' && colon[-1] == ']') {
		colon[-1] = '\0';
		*ret_host = where + 1;
	}
	return true;
}

static enum err
resolve(struct alarm_sender *a, const char *where, struct diag *diag)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = a->tcp ? SOCK_STREAM : SOCK_DGRAM };
	char *copy = strdup(where), *host, *port;
	int error;

	if (copy == NULL)
		return diag_nomem(diag);
	error = split(copy, &host, &port)
	    ? getaddrinfo(host, port, &hints, &a->to)
	    : EAI_NONAME;
	free(copy);
	if (error != 0)
		return diag_set(diag, ERR_USAGE,
		    "%s is no ADDRESS:PORT to send syslog to", where);
	return ERR_OK;
}

enum err
alarm_open(const char *where, struct alarm_sender **ret, struct diag *diag)
{
	struct alarm_sender *a = calloc(1, sizeof(*a));
	enum err err;

	if (a == NULL)
		return diag_nomem(diag);
	a->fd = -1;
	a->tcp = strncmp(where, "tcp://", 6) == 0;
	if (a->tcp || strncmp(where, "udp://", 6) == 0)
		where += 6;
	err = resolve(a, where, diag);
	if (err != ERR_OK)
		alarm_close(&a);
	else
		*ret = a;
	return err;
}

void
alarm_close(struct alarm_sender **a)
{
	if (*a == NULL)
		return;
	if ((*a)->fd >= 0)
		(void)close((*a)->fd);
	if ((*a)->to != NULL)
		freeaddrinfo((*a)->to);
	free(*a);
	*a = NULL;
}

static bool
connect_to(struct alarm_sender *a)
{
	const struct timeval limit = { .tv_sec = LIMIT };
	const struct addrinfo *to = a->to;

	if (a->fd >= 0)
		return true;
	a->fd = socket(to->ai_family, to->ai_socktype | SOCK_CLOEXEC, 0);
	if (a->fd < 0)
		return false;
	(void)setsockopt(a->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (connect(a->fd, to->ai_addr, to->ai_addrlen) == 0)
		return true;
	(void)close(a->fd);
	a->fd = -1;
	return false;
}

/* A UDP socket that was told of nobody's port tells so once: it is tried
 * again. */
static void
deliver(struct alarm_sender *a, struct bytes text)
{
	int tries;

	for (tries = 0; tries < 2; tries++) {
		if (!connect_to(a))
			return;
		if (send(a->fd, text.ptr, text.len, MSG_NOSIGNAL) ==
		    (ssize_t)text.len)
			return;
		(void)close(a->fd);
		a->fd = -1;
	}
}

void
alarm_send(struct alarm_sender *a, struct world *w, size_t phone)
{
	struct buf text = { 0 };

	world_lock(w);
	alarm_put(w, phone, ++a->number, &text);
	world_unlock(w);
	if (a->tcp)
		buf_str(&text, "\n");
	if (buf_ok(&text))
		deliver(a, buf_bytes(&text));
	buf_clear(&text);
}
