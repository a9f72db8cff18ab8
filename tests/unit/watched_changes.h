/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be wrong with a cluster that is watched (watched.h), each a function
 * that changes what is seen. Include it after watched.h.
 */
#ifndef TESTS_UNIT_WATCHED_CHANGES_H
#define TESTS_UNIT_WATCHED_CHANGES_H

#include "watched.h"

/* What is changed before anybody looks. */
typedef void changer(struct watched *w);

static void
nothing(struct watched *w)
{
}

/* R1 */
static void
renew_callmanager(struct watched *w)
{
	LABS_OK(cluster_renew(&w->c, SHELF_CALLMANAGER, 1, NULL));
	put_server(w, 1);
}

static void
renew_and_restart(struct watched *w)
{
	LABS_OK(cluster_renew(&w->c, SHELF_CALLMANAGER, 1, NULL));
	cluster_restart(&w->c, 1);
	put_server(w, 1);
}

/* The list has the new one, and phones do not see it yet. */
static void
renew_and_update(struct watched *w)
{
	size_t i;

	LABS_OK(cluster_renew(&w->c, SHELF_CALLMANAGER, 1, NULL));
	LABS_OK(cluster_update_ctl(&w->c, NULL));
	for (i = 0; i < 2; i++)
		put_server(w, i);
}

static void
renew_capf(struct watched *w)
{
	LABS_OK(cluster_renew(&w->c, SHELF_CAPF, 0, NULL));
	put_server(w, 0);
}

static void
renew_capf_that_is_off(struct watched *w)
{
	renew_capf(w);
	w->service[0][3].activated = false;
}

static void
renew_itlrecovery(struct watched *w)
{
	LABS_OK(cluster_renew(&w->c, SHELF_ITLRECOVERY, 0, NULL));
	put_server(w, 0);
}

static void
renew_publisher(struct watched *w)
{
	LABS_OK(cluster_renew(&w->c, SHELF_CALLMANAGER, 0, NULL));
	put_server(w, 0);
}

static void
hide_certificate(struct watched *w)
{
	w->node[1].has_own = false;
	w->node[1].num_own = 0;
	w->node[1].reached = false;
	w->node[1].why = "no answer within 10 s";
}

/* A dump alone: the serial number tells. */
static void
show_dump(struct watched *w, const char *serial)
{
	w->own[1][0].der = bytes_of(NULL, 0);
	(void)snprintf(w->own[1][0].shown.serial,
	    sizeof(w->own[1][0].shown.serial), "%s", serial);
}

static void
show_its_dump(struct watched *w)
{
	struct cert *c = NULL;
	struct buf hex = { 0 };

	LABS_OK(cert_from_der(w->own[1][0].der, &c, NULL));
	text_put_hex(&hex, cert_serial(c), "", TEXT_UPPER);
	show_dump(w, buf_cstr(&hex));
	cert_free(&c);
	buf_clear(&hex);
}

static void
show_other_dump(struct watched *w)
{
	show_dump(w, "0102030405");
}

/* In the database, where the node shows nothing. */
static void
find_in_database(struct watched *w)
{
	w->stored[0] = (struct survey_stored){ .unit = "CallManager",
		.server = "CUCM2",
		.der = w->own[1][0].der };
	w->s.num_stored = 1;
	hide_certificate(w);
}

/* R2, R4: what phones hold. */
static void
hold_first(struct watched *w)
{
	LABS_OK(
	    ctl_parse(w->c.node[0].ctl->file, CTL_KIND_CTL, &w->older, NULL));
	w->in.installed = w->older;
}

static void
hold_and_renew(struct watched *w)
{
	hold_first(w);
	renew_and_update(w);
}

static void
hold_other(struct watched *w)
{
	made_of(&w->installed, "S:t1 S:t2 C:pub", 1);
	w->in.installed = w->installed.f;
}

static void
hold_other_unseen(struct watched *w)
{
	hold_other(w);
	w->s.has_stored = false;
	w->own[0][0].der = w->own[1][0].der = bytes_of(NULL, 0);
}

/* R3 */
static void
let_years_pass(struct watched *w)
{
	w->in.now = MADE_AT + 500000000 + DAY;
}

static void
let_it_end_soon(struct watched *w)
{
	w->in.now = MADE_AT + 500000000 - 10 * DAY;
}

static void
be_before(struct watched *w)
{
	w->in.now = MADE_AT - 400 * DAY;
}

/* By all ways, and from its disk. */
static void
serve(struct watched *w, size_t i, struct survey_list l)
{
	struct sheet sheet = { .file = l.bytes };

	w->node[i].http_ctl = w->node[i].tftp_ctl = l;
	tell(l.error == ERR_OK ? &sheet : NULL, &w->node[i].has_told_ctl,
	    &w->node[i].told_ctl);
}

/* R5 */
static void
lose_list(struct watched *w)
{
	w->node[1].http_ctl = w->node[1].tftp_ctl = lost;
}

static void
lose_http(struct watched *w)
{
	w->node[1].http_ctl = lost;
}

static void
lack_list(struct watched *w)
{
	serve(w, 1, list_of(NULL));
}

static void
lack_all(struct watched *w)
{
	size_t i;

	for (i = 0; i < 2; i++)
		serve(w, i, list_of(NULL));
}

static void
lose_all(struct watched *w)
{
	size_t i;

	for (i = 0; i < 2; i++)
		w->node[i].http_ctl = w->node[i].tftp_ctl = lost;
}

static void
cut_off(struct watched *w)
{
	w->c.node[1].cut_off = true;
	renew_and_update(w);
}

static void
tell_other(struct watched *w)
{
	w->node[1].has_told_ctl = true;
	memset(w->node[1].told_ctl.sha1, 'a', 40);
}

static void
tell_nothing(struct watched *w)
{
	w->node[1].has_told_ctl = false;
}

static void
tell_other_itl(struct watched *w)
{
	memset(w->node[1].told_itl.sha1, 'b', 40);
}

static void
serve_other_itl(struct watched *w)
{
	w->node[1].tftp_itl = list_of(w->c.node[0].itl);
}

/* By HTTP there is none, and TFTP is silent. */
static void
lack_and_lose(struct watched *w)
{
	lack_all(w);
	w->s.mixed = false;
	w->node[1].tftp_ctl = lost;
}

static void
tell_none(struct watched *w)
{
	w->node[1].has_told_ctl = true;
	w->node[1].told_ctl.absent = true;
}

static const uint8_t junk[] = "no list at all";

static void
serve_junk(struct watched *w)
{
	struct survey_list l = { .looked = true,
		.why = "",
		.bytes = bytes_of(junk, sizeof(junk)) };

	serve(w, 1, l);
}

static uint8_t damaged[65536];

static void
serve_damaged(struct watched *w)
{
	struct bytes list = w->node[1].http_ctl.bytes;

	assert_true(list.len <= sizeof(damaged));
	memcpy(damaged, list.ptr, list.len);
	damaged[list.len - 30] ^= 1;
	serve(w, 1,
	    (struct survey_list){ .looked = true,
		.why = "",
		.bytes = bytes_of(damaged, list.len) });
}

/* W1 where there is no CTL */
static void
junk_itl(struct watched *w)
{
	lack_all(w);
	w->s.mixed = false;
	w->node[1].http_itl = w->node[1].tftp_itl = (struct survey_list){
		.looked = true,
		.why = "",
		.bytes = bytes_of(junk, sizeof(junk))
	};
}

static void
lose_itl_not_mixed(struct watched *w)
{
	lack_all(w);
	w->s.mixed = false;
	w->node[1].http_itl = w->node[1].tftp_itl = lost;
}

/* R6 */
static void
want_five(struct watched *w)
{
	w->policy.min_sasts = 5;
}

static void
serve_made(struct watched *w, const char *words, unsigned signer)
{
	struct survey_list l = { .looked = true, .why = "" };
	size_t i;

	made_of(&w->installed, words, signer);
	l.bytes = buf_bytes(&w->installed.bytes);
	for (i = 0; i < 2; i++)
		serve(w, i, l);
}

static void
serve_one_sast(struct watched *w)
{
	serve_made(w, "S:pub C:pub", 1);
}

/* One key twice is one. */
static void
serve_key_twice(struct watched *w)
{
	serve_made(w, "S:pub2 S:bare C:pub", 1);
}

/* A list with a CallManager-ECDSA, and nobody who shows a certificate. */
static void
list_curve(struct watched *w, const char *words)
{
	size_t i;

	serve_made(w, words, 1);
	for (i = 0; i < NODES; i++)
		w->node[i].num_own = w->node[i].num_served = 0;
	w->s.num_stored = 0;
}

static void
list_curve_of_first(struct watched *w)
{
	list_curve(w,
	    "S:pub S:itlr C:pub@10.0.0.0 C:node@10.0.1.0 C:curve@10.0.0.0");
}

static void
list_curve_of_second(struct watched *w)
{
	list_curve(w,
	    "S:pub S:itlr C:pub@10.0.0.0 C:node@10.0.1.0 C:curve@10.0.1.0");
}

/* R7 */
static void
not_mixed(struct watched *w)
{
	w->s.mixed = false;
}

static void
no_mode(struct watched *w)
{
	w->s.has_mode = false;
}

static void
serve_bare(struct watched *w)
{
	serve_made(w, "S:pub S:itlr C:none@10.0.0.0 C:node@10.0.1.0", 1);
}

static void
serve_bare_unknown(struct watched *w)
{
	serve_made(w, "S:pub S:itlr C:none@10.0.0.0 C:none@10.0.1.0", 1);
	w->s.has_mode = false;
}

static void
serve_bare_not_mixed(struct watched *w)
{
	serve_made(w, "S:pub S:itlr C:none@10.0.0.0 C:none@10.0.1.0", 1);
	w->s.mixed = false;
}

static void
neither(struct watched *w)
{
	lack_all(w);
	w->s.mixed = false;
}

/* R8 */
static void
serve_large_itl(struct watched *w)
{
	const struct sheet *sheet;
	struct shelf_plan plan = { .form = SHELF_ITL,
		.digest = MINT_SHA256,
		.signer = { SHELF_CALLMANAGER, 0, 0 } };
	unsigned i;

	for (i = 0; i < 41; i++)
		shelf_put(&plan,
		    (struct shelf_record){ .cert = { SHELF_CALLMANAGER, 0, 0 },
			.role = i == 0 ? 0 : 2 });
	LABS_OK(shelf_make(labs_shelf(), &plan, &sheet, NULL));
	w->node[1].http_itl = w->node[1].tftp_itl = list_of(sheet);
}

static void
see_nothing(struct watched *w)
{
	size_t i;

	for (i = 0; i < NODES; i++)
		w->node[i] = (struct survey_node){ .entry = &w->entry[i],
			.why = "no answer" };
	w->s.num_stored = 0;
	w->s.has_mode = w->s.has_rollback = w->s.has_backups = false;
	w->s.has_process_nodes = w->s.has_stored = false;
}

/* R16 */
static void
be_at_most_apart(struct watched *w)
{
	w->node[1].date += 300;
}

static void
be_behind(struct watched *w)
{
	w->node[1].date -= 301;
}

static void
be_ahead(struct watched *w)
{
	w->node[1].date += 301;
}

static void
be_ahead_of_us(struct watched *w)
{
	size_t i;

	for (i = 0; i < NODES; i++)
		w->node[i].date += 3601;
}

static void
tell_no_date(struct watched *w)
{
	w->node[1].has_date = false;
}

static void
be_silent(struct watched *w)
{
	w->node[1].has_date = w->node[1].reached = false;
}

/* R9 */
static void
no_nodes(struct watched *w)
{
	w->s.has_process_nodes = false;
}

static void
node_gone(struct watched *w)
{
	w->process[2] = "imp1";
	w->s.num_process_nodes = 3;
}

static void
node_gone_but_named(struct watched *w)
{
	static struct inventory_tftp other = { .name = "far",
		.address = "10.0.1.0" };

	node_gone(w);
	w->inv.tftp_servers = (struct doc_maps){ &other, 1 };
}

static void
node_new(struct watched *w)
{
	w->process[4] = "cucm9";
	w->s.num_process_nodes = 5;
}

static void
node_unlisted(struct watched *w)
{
	w->entry[2].role = INVENTORY_TFTP;
}

/* Its record has the name that it has, and the address 10.0.0.1. */
static void
node_moved(struct watched *w)
{
	serve_made(w, "S:pub S:itlr C:pub@cucm2", 1);
}

static void
node_is_there(struct watched *w)
{
	serve_made(w, "S:pub S:itlr C:pub@cucm2 C:pub@cucm1", 1);
	w->address[0] = w->address[1] = "10.0.0.1";
}

static void
node_of_the_inventory_alone(struct watched *w)
{
	w->entry[2].role = INVENTORY_SUBSCRIBER;
	w->entry[2].name = "cucm3";
	w->s.num_process_nodes = 3;
}

/* R10 */
static void
serve_tvs(struct watched *w)
{
	serve_made(w, "S:pub S:itlr C:node/3@10.0.0.0", 1);
}

/* R11 */
static void
ask_token(struct watched *w)
{
	w->token[0] = (struct health_token){ .name = "SAST-1",
		.has_tries = true,
		.tries = 15,
		.ends = w->in.now + (int64_t)100 * DAY };
	w->in.token = w->token;
	w->in.num_tokens = 1;
}

static void
ask_two_tokens(struct watched *w)
{
	ask_token(w);
	w->token[1] = (struct health_token){ .name = "SAST-2" };
	w->in.num_tokens = 2;
}

static void
ask_last_try(struct watched *w)
{
	ask_two_tokens(w);
	w->token[0].tries = 1;
}

static void
ask_no_try(struct watched *w)
{
	ask_two_tokens(w);
	w->token[0].tries = 0;
}

static void
ask_final(struct watched *w)
{
	ask_two_tokens(w);
	w->token[1].final_try = w->token[1].low = true;
}

static void
ask_locked(struct watched *w)
{
	ask_two_tokens(w);
	w->token[1].locked = w->token[1].final_try = true;
}

static void
ask_low(struct watched *w)
{
	ask_two_tokens(w);
	w->token[1].low = true;
}

static void
ask_absent(struct watched *w)
{
	ask_two_tokens(w);
	w->token[1].seen = HEALTH_TOKEN_ABSENT;
	w->token[1].locked = true; /* of which nobody knows */
}

static void
ask_broken(struct watched *w)
{
	ask_two_tokens(w);
	w->token[1].seen = HEALTH_TOKEN_FAILED;
}

static void
ask_without_module(struct watched *w)
{
	ask_two_tokens(w);
	w->token[0].seen = w->token[1].seen = HEALTH_TOKEN_NOT_ASKED;
}

static void
ask_ended(struct watched *w)
{
	ask_token(w);
	w->token[0].ends = w->in.now - 1;
}

static void
ask_ends_soon(struct watched *w)
{
	ask_token(w);
	w->token[0].ends = w->in.now + (int64_t)59 * DAY;
}

static void
ask_ends_later(struct watched *w)
{
	ask_token(w);
	w->token[0].ends = w->in.now + (int64_t)60 * DAY;
}

static void
ask_hostile(struct watched *w)
{
	ask_token(w);
	w->token[0].name = "a\x1b[2Jb";
}

/* R12 */
static void
no_history(struct watched *w)
{
	w->s.has_backups = false;
}

static void
no_backup(struct watched *w)
{
	w->backup[0].good = false;
}

static void
old_backup(struct watched *w)
{
	w->backup[0].when = MADE_AT - 10 * DAY;
}

static void
old_backup_runs(struct watched *w)
{
	old_backup(w);
	w->s.has_backup_running = w->s.backup_running = true;
}

static void
backup_beyond_policy(struct watched *w)
{
	w->policy.backup_age = 7;
	w->in.now = MADE_AT + 30 * DAY;
}

/* R13 */
static void
give_p12(struct watched *w)
{
	w->node[1].tftp_p12 = (struct survey_list){ .looked = true };
	w->node[0].tftp_p12 = w->node[0].http_p12 = list_of(NULL);
}

static void
keep_p12(struct watched *w)
{
	w->node[0].tftp_p12 = w->node[0].http_p12 = list_of(NULL);
}

static void
lose_p12(struct watched *w)
{
	keep_p12(w);
	w->node[1].http_p12 = lost;
}

/* R14 */
static void
stop_provider(struct watched *w)
{
	w->service[1][2].started = false;
}

static void
no_services(struct watched *w)
{
	w->node[1].has_services = false;
}

static void
no_release(struct watched *w)
{
	size_t i;

	for (i = 0; i < NODES; i++)
		w->node[i].has_version = false;
}

/* R15 */
static void
roll_back(struct watched *w)
{
	w->s.rollback = true;
}

static void
roll_back_not_mixed(struct watched *w)
{
	w->s.rollback = true;
	w->s.mixed = false;
}

static void
no_rollback(struct watched *w)
{
	w->s.has_rollback = false;
}

/* W */
static void
other_itl(struct watched *w)
{
	/* of a cluster of another time: its signer is no SAST here */
	LABS_OK(cluster_renew(&w->c, SHELF_ITLRECOVERY, 0, NULL));
	LABS_OK(cluster_make_itls(&w->c, NULL));
	w->node[1].http_itl = w->node[1].tftp_itl = list_of(w->c.node[1].itl);
}

static void
no_itl(struct watched *w)
{
	w->node[1].http_itl = w->node[1].tftp_itl = lost;
}

static void
no_ports(struct watched *w)
{
	w->node[1].num_served = 0;
}

static void
hold_no_key(struct watched *w)
{
	w->held = false;
}

static void
ask_for_no_key(struct watched *w)
{
	w->in.held = NULL;
}

static void
lose_capf(struct watched *w)
{
	w->node[0].num_own = 2;
}

static void
lose_itlrecovery(struct watched *w)
{
	w->node[0].num_own = 3;
}

static void
serve_odd_role(struct watched *w)
{
	serve_made(w, "S:pub S:itlr C:node/1@10.0.0.0 C:node/1@10.0.1.0", 1);
}

#endif
