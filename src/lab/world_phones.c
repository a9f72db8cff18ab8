/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Phones: which there are, and when they start.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "lab/world_inner.h"

#define BOOT_MIN 30000 /* virtual ms that a start takes at least */
#define BOOT_MORE 90000
#define MINUTE 60000

/* The part of the phones to which NUMBER of TOTAL belongs; NULL: the rest. */
static const struct scenario_phones *
part_of(const struct scenario *s, size_t number, size_t *ret_first,
    size_t *ret_end)
{
	const struct scenario_phones *part = s->phones.item;
	size_t i, percent = 0;

	*ret_end = 0;
	for (i = 0; i < s->phones.num; i++) {
		percent += part[i].percent;
		*ret_first = *ret_end;
		*ret_end = s->num_phones * percent / 100;
		if (number < *ret_end)
			return &part[i];
	}
	return NULL;
}

static enum err
name_phone(struct world *w, size_t number, struct world_phone *p,
    struct diag *diag)
{
	char first[40];
	uint8_t ip[4];

	(void)snprintf(first, sizeof(first), "%s0", w->inner->network);
	if (inet_pton(AF_INET, first, ip) != 1)
		return diag_set(diag, ERR_USAGE, "%s is no network",
		    w->inner->network);
	p->name = world_text(w, "SEP0011AABB%04zX", number + 1);
	p->address = world_text(w, "%u.%u.%zu.%zu", ip[0], ip[1],
	    (ip[2] + 1 + number / 250) % 256, number % 250 + 1);
	p->profile = p->secure
	    ? world_text(w, "%s - Standard SIP Secure Profile", p->model)
	    : world_text(w, "%s - Standard SIP Non-Secure Profile", p->model);
	p->pool = "Default";
	p->group = "Default";
	return p->name == NULL || p->address == NULL || p->profile == NULL
	    ? diag_nomem(diag)
	    : ERR_OK;
}

/* The NUMBER-th node that has lists for phones. */
static uint8_t
home_of(const struct world *w, size_t number)
{
	size_t i, num = 0, turn;

	for (i = 0; i < w->num_nodes; i++)
		num += world_runs_ccm(&w->node[i]) ? 1 : 0;
	for (i = 0, turn = num == 0 ? 0 : number % num; i < w->num_nodes; i++)
		if (world_runs_ccm(&w->node[i]) && turn-- == 0)
			return (uint8_t)i;
	return 0;
}

static void
have_lsc(struct world *w, struct world_phone *p)
{
	const struct world_cert *capf = w->node[0].own[WORLD_CAPF].cert;

	if (!p->secure || capf == NULL)
		return;
	(void)snprintf(p->lsc_issuer, sizeof(p->lsc_issuer), "%s",
	    capf->subject_cn);
	p->lsc_until = world_now(w) + (int64_t)3 * 365 * 86400;
}

/* It holds what is served, where it can read that, and has started. */
static enum err
start_first(struct world *w, size_t number, struct diag *diag)
{
	struct world_phone *p = &w->phone[number];
	const struct site site = world_site(w);
	enum err err;

	p->phone.ctl = site.ctl(w, p->phone.tftp);
	if (p->phone.sort->has_itl)
		p->phone.itl = site.itl(w, p->phone.tftp);
	err = world_start_phone(w, number, diag);
	if (err != ERR_OK || p->day.readable)
		return err;
	p->phone.ctl = NULL;
	return world_start_phone(w, number, diag);
}

static enum err
make_phone(struct world *w, size_t number, struct diag *diag)
{
	size_t first = 0, end;
	const struct scenario_phones *part = part_of(w->scenario, number,
	    &first, &end);
	struct world_phone *p = &w->phone[number];
	enum err err;

	p->phone.sort = scenario_sort(part == NULL ? "sbd" : part->sort,
	    &p->model);
	p->secure = w->mixed;
	p->home = p->phone.tftp = p->phone.tvs = home_of(w, number);
	err = name_phone(w, number, p, diag);
	if (err == ERR_OK)
		err = start_first(w, number, diag);
	have_lsc(w, p);
	if (part == NULL || err != ERR_OK ||
	    number - first >= (end - first) * part->off / 100)
		return err;
	p->off = true;
	p->registered = false;
	if (part->back == 0)
		return ERR_OK;
	return world_put_event(w, part->back * MINUTE,
	    (struct world_event){ .kind = WORLD_EVENT_POWER,
		.what = number,
		.far = true },
	    diag);
}

enum err
world_make_phones(struct world *w, struct diag *diag)
{
	const size_t num = w->scenario->num_phones;
	enum err err = ERR_OK;
	size_t i;

	w->phone = world_alloc(w, (num + 1) * sizeof(*w->phone));
	if (w->phone == NULL)
		return diag_nomem(diag);
	w->num_phones = num;
	for (i = 0; i < num && err == ERR_OK; i++)
		err = make_phone(w, i, diag);
	return err;
}

/* Some CallManager is there, and known where the phone wants TLS. */
static bool
can_register(const struct world *w, const struct world_phone *p,
    const struct phone_day *day)
{
	bool there = false;
	size_t i;

	for (i = 0; i < w->num_nodes; i++)
		there |= !w->node[i].down &&
		    world_is_started(&w->node[i], "Cisco CallManager");
	return there && !p->off && !p->starting && (!p->secure || day->tls);
}

/* Who is to use TLS needs a CTL. */
static void
want_ctl(const struct world *w, const struct world_phone *p,
    struct phone_day *day)
{
	if (!w->mixed || !p->secure || p->phone.ctl != NULL)
		return;
	day->tls = false;
	day->works = false;
}

/* Whose refuses has another CTL than the one it holds made by a stranger. */
static bool
is_stranger(const struct world_phone *p, const struct site *site,
    const void *arg)
{
	return p->refuses && p->phone.ctl != NULL &&
	    site->ctl(arg, p->phone.tftp) != p->phone.ctl;
}

/* The first of its two servers that gives anything; its own, where neither does. */
static uint8_t
server_of(const struct world *w, const struct world_phone *p)
{
	const size_t next = (p->home + 1U) % w->num_nodes;

	if (!w->scenario->second_tftp ||
	    world_serves_files(&w->node[p->home]) ||
	    !world_serves_files(&w->node[next]))
		return p->home;
	return (uint8_t)next;
}

enum err
world_start_phone(struct world *w, size_t phone, struct diag *diag)
{
	struct world_phone *p = &w->phone[phone];
	const struct site site = world_site(w);
	bool stranger;
	enum err err;

	p->phone.tftp = server_of(w, p);
	stranger = is_stranger(p, &site, w);
	err = stranger ? phone_look(&p->phone, &site, &p->day, diag)
		       : phone_start_at(&p->phone, &site, &p->day, diag);
	if (err != ERR_OK)
		return err;
	if (stranger)
		p->day.ctl = PHONE_KNOWS_NOT;
	want_ctl(w, p, &p->day);
	p->refused = (p->day.ctl != PHONE_TAKES &&
			 p->day.ctl != PHONE_THROUGH_TVS) ||
	    !p->day.itl;
	p->starting = false;
	p->registered = can_register(w, p, &p->day);
	return ERR_OK;
}

enum err
world_reset_phone(struct world *w, size_t phone, struct diag *diag)
{
	struct world_phone *p = &w->phone[phone];
	const struct world_event e = { .kind = WORLD_EVENT_PHONE,
		.what = phone,
		.turn = p->resets + 1 };

	if (p->off)
		return ERR_OK;
	p->resets++;
	p->starting = true;
	p->registered = false;
	return world_put_event(w,
	    BOOT_MIN + (unsigned)(world_random(w) % BOOT_MORE), e, diag);
}

enum err
world_power_phone(struct world *w, size_t phone, struct diag *diag)
{
	w->phone[phone].off = false;
	return world_reset_phone(w, phone, diag);
}

enum err
world_disturb_phones(struct world *w, size_t node, bool all, struct diag *diag)
{
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < w->num_phones && err == ERR_OK; i++)
		if (all || w->phone[i].phone.tvs == node)
			err = world_reset_phone(w, i, diag);
	return err;
}

static bool
is_among(const char *name, const char *const *names)
{
	if (names == NULL)
		return true;
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

enum err
world_reset_phones(struct world *w, const char *const *names, struct diag *diag)
{
	enum err err = ERR_OK;
	size_t i;

	world_lock(w);
	for (i = 0; i < w->num_phones && err == ERR_OK; i++)
		if (is_among(w->phone[i].name, names))
			err = world_reset_phone(w, i, diag);
	world_unlock(w);
	return err;
}

enum err
world_look_phone(struct world *w, size_t phone, struct phone_day *ret,
    struct diag *diag)
{
	const struct site site = world_site(w);
	const struct world_phone *p = &w->phone[phone];
	struct phone_day day;
	enum err err = phone_look(&p->phone, &site, &day, diag);

	if (err != ERR_OK)
		return err;
	if (is_stranger(p, &site, w))
		day.ctl = PHONE_KNOWS_NOT;
	want_ctl(w, p, &day);
	*ret = day;
	return ERR_OK;
}

enum err
world_register_phones(struct world *w, struct diag *diag)
{
	struct phone_day day;
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < w->num_phones && err == ERR_OK; i++) {
		err = world_look_phone(w, i, &day, diag);
		if (err == ERR_OK)
			w->phone[i].registered = can_register(w, &w->phone[i],
			    &day);
	}
	return err;
}

void
world_count(struct world *w, struct world_count *ret)
{
	struct world_count c = { .total = w->num_phones };
	const struct site site = world_site(w);
	const struct world_phone *p;
	struct phone_day day;
	size_t i;

	for (i = 0; i < w->num_phones; i++) {
		p = &w->phone[i];
		c.refused += p->refused ? 1 : 0;
		c.off += p->off ? 1 : 0;
		c.registered += p->registered ? 1 : 0;
		if (world_look_phone(w, i, &day, NULL) != ERR_OK)
			continue;
		c.trusting += day.ctl == PHONE_TAKES ||
			day.ctl == PHONE_THROUGH_TVS
		    ? 1
		    : 0;
		c.current += site.ctl(w, p->phone.tftp) == p->phone.ctl ? 1 : 0;
		c.working += day.works ? 1 : 0;
	}
	*ret = c;
}
