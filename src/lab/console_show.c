/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a node tells of itself, of its cluster and of its phones.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/text.h"
#include "lab/console_parts.h"

#define OLD_CLUSTER_UNTIL CONSOLE_SU(1100, 0)
#define DOMAIN "lab.example"
#define SINCE "using TCP since Tue Nov  3 08:00:00 2015"

/* ---- show version, status, date. ---- */

bool
console_show_version(struct console *c, const struct console_args *a)
{
	bool active = strcmp(a->word[0], "active") == 0;

	if (!active && strcmp(a->word[0], "inactive") != 0) {
		buf_str(&c->out, "Incorrect syntax\n");
		return false;
	}
	if (!active) {
		buf_str(&c->out,
		    "No inactive version is installed on this system.\n");
		return true;
	}
	world_lock(c->world);
	buf_printf(&c->out,
	    "Active Master Version: %s\n"
	    "Active Version Installed Software Options:\n"
	    "No Installed Software Options Found.\n",
	    c->world->version);
	world_unlock(c->world);
	return true;
}

bool
console_show_status(struct console *c, const struct console_args *a)
{
	time_t now = (time_t)world_now(c->world);
	char date[64] = "", zone[32] = "", clock[16] = "";
	struct tm tm;

	(void)a;
	if (localtime_r(&now, &tm) != NULL) {
		(void)strftime(date, sizeof(date), "%a %b %d, %Y %H:%M:%S",
		    &tm);
		(void)strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
		(void)snprintf(zone, sizeof(zone), "%s", tm.tm_zone);
	}
	world_lock(c->world);
	buf_printf(&c->out,
	    "\nHost Name          : %s\n"
	    "Date               : %s\n"
	    "Time Zone          : %s\n"
	    "Locale             : en_US.UTF-8\n"
	    "Product Ver        : %s\n"
	    "Unified OS Version : 7.0.0.0-4\n\n"
	    "Uptime:\n %s up 19 days,  8:37,  1 user,  load average: 0.31, "
	    "0.35, 0.37\n\n"
	    "CPU Idle:   95.00%%  System:   02.00%%    User:   03.00%%\n"
	    "  IOWAIT:   00.00%%     IRQ:   00.00%%    Soft:   00.00%%\n\n"
	    "Memory Total:        6001460K\n"
	    "        Free:         318220K\n"
	    "        Used:        5683240K\n"
	    "      Cached:        2036332K\n"
	    "      Shared:              0K\n"
	    "     Buffers:         321764K\n\n"
	    "                        Total            Free            Used\n"
	    "Disk/active         14154228K         2014848K        11994460K "
	    "(86%%)\n"
	    "Disk/inactive       14154228K        13268384K          166844K "
	    "(2%%)\n"
	    "Disk/logging        49573612K        38152332K         8903012K "
	    "(19%%)\n",
	    console_node(c)->name, date, zone, c->world->version, clock);
	world_unlock(c->world);
	return true;
}

bool
console_show_date(struct console *c, const struct console_args *a)
{
	(void)a;
	text_put_date(&c->out, world_now(c->world));
	buf_str(&c->out, "\n");
	return true;
}

bool
console_show_myself(struct console *c, const struct console_args *a)
{
	(void)a;
	world_lock(c->world);
	buf_printf(&c->out,
	    "Machine Name    : %s\n"
	    "account name    : %s\n"
	    "privilege level : %u\n"
	    "command count   : %s\n"
	    "logging setting : disabled\n",
	    console_node(c)->name, c->user, c->level,
	    c->counter ? "enabled" : "disabled");
	world_unlock(c->world);
	return true;
}

/* ---- show network cluster. ---- */

static void
put_authenticated(struct console *c, const struct world_node *n, bool self)
{
	if (n->down)
		buf_str(&c->out, "not authenticated\n");
	else
		buf_printf(&c->out, "authenticated%s%s\n", self ? "" : " ",
		    self ? "" : SINCE);
}

static void
put_old(struct console *c, size_t i)
{
	const struct world_node *n = &c->world->node[i];

	buf_printf(&c->out, "%s %s %s ", n->address, n->name,
	    n->role == WORLD_PUBLISHER ? " Publisher" : "Subscriber");
	put_authenticated(c, n, i == c->node);
}

static void
put_new(struct console *c, size_t i)
{
	const struct world_node *n = &c->world->node[i];
	bool publisher = n->role == WORLD_PUBLISHER;

	buf_printf(&c->out, "%s %s.%s %s %s %s %s ", n->address, n->name,
	    DOMAIN, n->name, publisher ? "Publisher" : "Subscriber",
	    n->role == WORLD_IMP ? "cups" : "callmanager",
	    publisher ? "DBPub" : "DBSub");
	put_authenticated(c, n, i == c->node);
}

bool
console_show_cluster(struct console *c, const struct console_args *a)
{
	bool old = c->release < OLD_CLUSTER_UNTIL;
	size_t i;

	(void)a;
	world_lock(c->world);
	for (i = 0; i < c->world->num_nodes; i++) {
		if (old)
			put_old(c, i);
		else
			put_new(c, i);
	}
	if (!old) {
		buf_str(&c->out,
		    "\nServer Table (processnode) Entries\n"
		    "----------------------------------\n");
		for (i = 0; i < c->world->num_nodes; i++)
			buf_printf(&c->out, "%s\n", c->world->node[i].address);
	}
	world_unlock(c->world);
	return true;
}

/* ---- show risdb. ---- */

static size_t
num_registered(const struct world *w)
{
	size_t i, num = 0;

	for (i = 0; i < w->num_phones; i++)
		num += w->phone[i].registered ? 1 : 0;
	return num;
}

static void
put_phone(struct console *c, size_t i, int64_t now)
{
	const struct world_phone *p = &c->world->phone[i];

	buf_printf(&c->out,
	    "%s, %s, %s, , 3, 0, %s, %s, SIP, %s, yes, 0, 36225, , %zu, %lld, "
	    "0, , , , , %s, 0, 0, %lld,\n",
	    p->name, p->name, p->registered ? p->address : "",
	    p->name + (strncmp(p->name, "SEP", 3) == 0 ? 3 : 0),
	    p->registered ? "reg" : "unr", p->model, i + 1, (long long)now,
	    c->world->node[0].address, (long long)now);
}

bool
console_show_phones(struct console *c, const struct console_args *a)
{
	int64_t now = world_now(c->world);
	size_t i, total, there;

	if (strcmp(a->word[0], "phone") != 0) {
		buf_printf(&c->out, "Table %s is not known\n", a->word[0]);
		return false;
	}
	world_lock(c->world);
	total = c->world->num_phones;
	there = num_registered(c->world);
	buf_printf(&c->out,
	    "----------- Phone Information -----------\n"
	    "#TotalPhones, #TotalRegistered, #RegisteredSCCP, "
	    "#RegisteredSIP, #UnRegistered, #Rejected, "
	    "#PartiallyRegistered, StateID, #ExpUnreg\n"
	    "%zu, %zu, 0, %zu, %zu, 0, 0, 10, 0\n\n"
	    "DeviceName, Descr, Ipaddr, Ipv6addr, Ipv4Attr, Ipv6Attr, "
	    "MACaddr, RegStatus, PhoneProtocol, DeviceModel, HTTPsupport, "
	    "#regAttempts, prodId, username, seq#, RegStatusChg TimeStamp, "
	    "IpAddrType, LoadId, ActiveLoadId, InactiveLoadId, ReqLoadId, "
	    "DnldServer, DnldStatus, DnldFailReason, LastActTimeStamp, "
	    "Perfmon Object\n",
	    total, there, there, total - there);
	for (i = 0; i < total; i++)
		put_phone(c, i, now);
	world_unlock(c->world);
	buf_printf(&c->out, "Total count %zu\n", total);
	buf_str(&c->out, "----------------------------------\n");
	return true;
}

/* ---- show perf query. ---- */

/* Counters: class, instance, counter. */
enum counter {
	COUNT_REGISTERED,
	COUNT_MIXED,
	COUNT_REPLICATION
};

static const struct {
	const char *class, *instance, *name;
	enum counter what;
} counters[] = {
	{ "Cisco CallManager", "", "RegisteredHardwarePhones",
	    COUNT_REGISTERED },
	{ "Cisco CallManager", "", "ClusterSecurityMode", COUNT_MIXED },
	{ "Number of Replicates Created and State of Replication",
	    "ReplicateCount", "Replicate_State", COUNT_REPLICATION },
};

#define NUM_COUNTERS (sizeof(counters) / sizeof(counters[0]))

static size_t
count(const struct world *w, enum counter what)
{
	switch (what) {
	case COUNT_REGISTERED:
		return num_registered(w);
	case COUNT_MIXED:
		return w->mixed ? 1 : 0;
	case COUNT_REPLICATION:
		break;
	}
	return 2;
}

/* Those of CLASS, and of the name NAME where it is not NULL. */
static bool
put_counters(struct console *c, const char *class, const char *name)
{
	bool any = false;
	size_t i;

	world_lock(c->world);
	for (i = 0; i < NUM_COUNTERS; i++) {
		if (strcasecmp(counters[i].class, class) != 0 ||
		    (name != NULL && strcasecmp(counters[i].name, name) != 0))
			continue;
		if (!any)
			buf_printf(&c->out,
			    "- Perf class (%s) has instances and values:\n",
			    counters[i].class);
		any = true;
		buf_printf(&c->out, "    %-16s-> %-30s = %zu\n",
		    counters[i].instance[0] == '\0' ? console_node(c)->name
						    : counters[i].instance,
		    counters[i].name, count(c->world, counters[i].what));
	}
	world_unlock(c->world);
	if (!any)
		buf_printf(&c->out, "Perf class (%s) does not exist\n", class);
	return any;
}

bool
console_show_class(struct console *c, const struct console_args *a)
{
	bool good = true;
	size_t i;

	buf_str(&c->out, "==>query class :\n");
	for (i = 0; i < a->num; i++)
		good = put_counters(c, a->word[i], NULL) && good;
	return good;
}

bool
console_show_counter(struct console *c, const struct console_args *a)
{
	buf_str(&c->out, "==>query counter :\n");
	return put_counters(c, a->word[0], a->word[1]);
}
