/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every reader of cluster/said.h and cluster/database.h behind one kind of
 * function, which writes what it read as lines of text: for tests that do the
 * same with all of them, and for the fuzz target.
 */
#ifndef TESTS_UNIT_SAID_ALL_H
#define TESTS_UNIT_SAID_ALL_H

#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "cluster/database.h"
#include "cluster/said.h"

static void
all_put(struct buf *out, const char *name, const char *value)
{
	if (value[0] != '\0')
		buf_printf(out, "%s %s\n", name, value);
}

static enum err
all_list(struct bytes text, bool itl, struct buf *out, struct diag *d)
{
	struct said_list l;
	enum err e = said_list(text, itl, &l, d);

	if (e != ERR_OK)
		return e;
	if (l.absent)
		buf_str(out, "absent\n");
	if (l.verified)
		buf_str(out, "verified\n");
	if (l.failed)
		buf_str(out, "failed\n");
	if (l.md5[0] != '\0')
		buf_printf(out, "md5 %s\n", l.md5);
	if (l.sha1[0] != '\0')
		buf_printf(out, "sha1 %s\n", l.sha1);
	buf_printf(out, "length %zu\n", l.length);
	if (l.changed[0] != '\0')
		buf_printf(out, "changed %s\n", l.changed);
	return ERR_OK;
}

static enum err
all_ctl(struct bytes text, struct buf *out, struct diag *d)
{
	return all_list(text, false, out, d);
}

static enum err
all_itl(struct bytes text, struct buf *out, struct diag *d)
{
	return all_list(text, true, out, d);
}

static enum err
all_version(struct bytes text, struct buf *out, struct diag *d)
{
	struct said_version v;
	enum err e = said_version(text, &v, d);

	if (e == ERR_OK)
		buf_printf(out, "%s is %u\n", v.active, v.release);
	return e;
}

static void
all_put_time(struct buf *out, int64_t t, bool known)
{
	text_put_rfc3339(out, t);
	buf_str(out, known ? "" : " in an unknown zone");
}

static enum err
all_date(struct bytes text, struct buf *out, struct diag *d)
{
	bool known = false;
	int64_t t = 0;
	enum err e = said_date(text, &t, &known, d);

	if (e != ERR_OK)
		return e;
	all_put_time(out, t, known);
	buf_str(out, "\n");
	return ERR_OK;
}

static enum err
all_nodes(struct bytes text, struct buf *out, struct diag *d)
{
	struct said_nodes l;
	enum err e = said_nodes(text, &l, d);
	size_t i;

	if (e != ERR_OK)
		return e;
	for (i = 0; i < l.num; i++)
		buf_printf(out, "%s|%s|%s|%s|%s%s%s\n", l.item[i].address,
		    l.item[i].name, l.item[i].fqdn, l.item[i].type,
		    l.item[i].product, l.item[i].publisher ? "|publisher" : "",
		    l.item[i].authenticated ? "|authenticated" : "");
	said_nodes_clear(&l);
	return ERR_OK;
}

static enum err
all_certs(struct bytes text, struct buf *out, struct diag *d)
{
	struct said_certs l;
	enum err e = said_certs(text, &l, d);
	size_t i;

	if (e != ERR_OK)
		return e;
	for (i = 0; i < l.num; i++)
		buf_printf(out, "%s|%s|%s\n", l.item[i].unit, l.item[i].file,
		    l.item[i].text);
	if (l.num == 0)
		buf_str(out, "none\n");
	said_certs_clear(&l);
	return ERR_OK;
}

static enum err
all_services(struct bytes text, struct buf *out, struct diag *d)
{
	struct said_services l;
	enum err e = said_services(text, &l, d);
	size_t i;

	if (e != ERR_OK)
		return e;
	for (i = 0; i < l.num; i++)
		buf_printf(out, "%s|%s%s%s%s\n", l.item[i].name,
		    l.item[i].started ? "started" : "",
		    l.item[i].stopped ? "stopped" : "",
		    l.item[i].changing ? "changing" : "",
		    l.item[i].activated ? "" : "|not activated");
	said_services_clear(&l);
	return ERR_OK;
}

static enum err
all_replicas(struct bytes text, struct buf *out, struct diag *d)
{
	struct said_replicas l;
	enum err e = said_replicas(text, &l, d);
	size_t i;

	if (e != ERR_OK)
		return e;
	for (i = 0; i < l.num; i++) {
		buf_printf(out, "%s|%s|", l.item[i].name, l.item[i].address);
		if (l.item[i].has_state)
			buf_printf(out, "%u", l.item[i].state);
		buf_printf(out, "|%s\n", l.item[i].status);
	}
	if (l.num == 0)
		buf_str(out, "none\n");
	said_replicas_clear(&l);
	return ERR_OK;
}

static enum err
all_backups(struct bytes text, struct buf *out, struct diag *d)
{
	struct said_backups l;
	enum err e = said_backups(text, &l, d);
	size_t i;

	if (e != ERR_OK)
		return e;
	for (i = 0; i < l.num; i++) {
		buf_printf(out, "%s|%s%s|", l.item[i].file, l.item[i].status,
		    l.item[i].good ? "|good" : "");
		all_put_time(out, l.item[i].when, l.item[i].zone_known);
		buf_str(out, "\n");
	}
	said_backups_clear(&l);
	return ERR_OK;
}

static enum err
all_running(struct bytes text, struct buf *out, struct diag *d)
{
	bool running = false;
	enum err e = said_backup_running(text, &running, d);

	if (e == ERR_OK)
		buf_str(out, running ? "running\n" : "not running\n");
	return e;
}

static enum err
all_done(struct bytes text, struct buf *out, struct diag *d)
{
	struct said_done s;
	enum err e = said_done(text, &s, d);

	if (e != ERR_OK)
		return e;
	buf_printf(out, "%s %s\n", said_deed_name(s.deed), s.what);
	if (s.restart)
		buf_str(out, "services\n");
	if (s.reset)
		buf_str(out, "phones\n");
	if (s.has_servers)
		buf_printf(out, "%u servers\n", s.num_servers);
	if (s.num_sent > 0)
		buf_printf(out, "%u sent\n", s.num_sent);
	return ERR_OK;
}

static enum err
all_files(struct bytes text, struct buf *out, struct diag *d)
{
	struct said_files l;
	enum err e = said_files(text, &l, d);
	size_t i;

	if (e != ERR_OK)
		return e;
	for (i = 0; i < l.num; i++) {
		buf_str(out, l.item[i].name);
		if (l.item[i].has_size)
			buf_printf(out, "|%" PRIu64, l.item[i].size);
		buf_str(out, "\n");
	}
	if (l.num == 0)
		buf_str(out, "none\n");
	said_files_clear(&l);
	return ERR_OK;
}

static enum err
all_deleted(struct bytes text, struct buf *out, struct diag *d)
{
	uint64_t found = 0, deleted = 0;
	enum err e = said_deleted(text, &found, &deleted, d);

	if (e == ERR_OK)
		buf_printf(out, "%" PRIu64 " of %" PRIu64 " deleted\n", deleted,
		    found);
	return e;
}

static enum err
all_sent(struct bytes text, struct buf *out, struct diag *d)
{
	struct said_sent s;
	enum err e = said_sent(text, &s, d);

	if (e != ERR_OK)
		return e;
	buf_printf(out, "%" PRIu64 " files\n", s.num);
	if (s.has_size)
		buf_printf(out, "%" PRIu64 " bytes\n", s.size);
	if (s.done)
		buf_str(out, "done\n");
	return ERR_OK;
}

static enum err
all_phones(struct bytes text, struct buf *out, struct diag *d)
{
	struct said_phones l;
	enum err e = said_phones(text, &l, d);
	size_t i;

	if (e != ERR_OK)
		return e;
	for (i = 0; i < l.num; i++)
		buf_printf(out, "%s|%s|%s%s\n", l.item[i].name,
		    l.item[i].address, l.item[i].status,
		    l.item[i].registered ? "|registered" : "");
	said_phones_clear(&l);
	return ERR_OK;
}

static enum err
all_shown(struct bytes text, struct buf *out, struct diag *d)
{
	struct said_shown s;
	enum err e = said_shown(text, &s, d);

	if (e != ERR_OK)
		return e;
	all_put(out, "serial", s.serial);
	all_put(out, "issuer", s.issuer);
	all_put(out, "subject", s.subject);
	all_put(out, "from", s.from);
	all_put(out, "until", s.until);
	buf_put(out, buf_bytes(&s.pem));
	said_shown_clear(&s);
	return ERR_OK;
}

static enum err
all_subject(struct bytes text, struct buf *out, struct diag *d)
{
	struct said_subject s;
	enum err e = said_subject(text, &s, d);

	if (e != ERR_OK)
		return e;
	all_put(out, "ou", s.ou);
	all_put(out, "o", s.o);
	all_put(out, "l", s.l);
	all_put(out, "st", s.st);
	all_put(out, "c", s.c);
	all_put(out, "names", s.names);
	return ERR_OK;
}

static enum err
all_counter(struct bytes text, struct buf *out, struct diag *d)
{
	uint64_t n = 0;
	enum err e = said_counter(text, "RegisteredHardwarePhones", &n, d);

	if (e == ERR_OK)
		buf_printf(out, "%" PRIu64 "\n", n);
	return e;
}

static enum err
all_dump(struct bytes text, struct buf *out, struct diag *d)
{
	struct buf bytes = { 0 };
	enum err e = said_dump(text, &bytes, d);

	if (e == ERR_OK)
		text_put_hex(out, buf_bytes(&bytes), "\n", TEXT_LOWER);
	if (e == ERR_OK)
		buf_str(out, "\n");
	buf_clear(&bytes);
	return e;
}

static enum err
all_rows(struct bytes text, struct buf *out, struct diag *d)
{
	struct said_rows *rows = NULL;
	enum err e = said_rows(text, &rows, d);
	size_t i;

	if (e != ERR_OK)
		return e;
	for (i = 0; i < said_rows_num(rows); i++) {
		buf_put(out, said_rows_value(rows, i, "name"));
		buf_str(out, "\n");
	}
	said_rows_free(&rows);
	return ERR_OK;
}

static enum err
all_parameters(struct bytes text, struct buf *out, struct diag *d)
{
	struct database_parameters p;
	enum err e = database_parameters(text, &p, d);

	if (e != ERR_OK)
		return e;
	if (p.has_mode)
		buf_printf(out, "mixed %d\n", p.mixed);
	if (p.has_rollback)
		buf_printf(out, "rollback %d\n", p.rollback);
	if (p.has_interaction)
		buf_printf(out, "automatic %d\n", p.interaction_auto);
	if (p.has_digest)
		buf_printf(out, "sha512 %d\n", p.sha512);
	return ERR_OK;
}

static enum err
all_process_nodes(struct bytes text, struct buf *out, struct diag *d)
{
	struct database_nodes l;
	enum err e = database_nodes(text, &l, d);
	size_t i;

	if (e != ERR_OK)
		return e;
	for (i = 0; i < l.num; i++)
		buf_printf(out, "%s\n", l.name[i]);
	database_nodes_clear(&l);
	return ERR_OK;
}

static enum err
all_certificates(struct bytes text, struct buf *out, struct diag *d)
{
	struct cert_shelf *shelf = NULL;
	struct database_certs l;
	enum err e = cert_shelf_new(&shelf, d);
	size_t i;

	if (e == ERR_OK)
		e = database_certs(text, shelf, &l, d);
	if (e != ERR_OK) {
		cert_shelf_free(&shelf);
		return e;
	}
	for (i = 0; i < l.num; i++)
		buf_printf(out, "%s|%s|%zu bytes\n", l.item[i].unit,
		    l.item[i].server, cert_der(l.item[i].cert).len);
	database_certs_clear(&l);
	cert_shelf_free(&shelf);
	return ERR_OK;
}

static enum err
all_devices(struct bytes text, struct buf *out, struct diag *d)
{
	struct database_devices l;
	enum err e = database_devices(text, &l, d);
	size_t i;

	if (e != ERR_OK)
		return e;
	for (i = 0; i < l.num; i++)
		buf_printf(out, "%s|%s|%s|%s|%s|%s|%" PRId64 "\n",
		    l.item[i].name, l.item[i].model, l.item[i].pool,
		    l.item[i].group, l.item[i].profile, l.item[i].lsc_issuer,
		    l.item[i].lsc_until);
	database_devices_clear(&l);
	return ERR_OK;
}

struct all_reader {
	const char *name;
	/* Appends lines of what TEXT says to OUT. */
	enum err (*read)(struct bytes text, struct buf *out, struct diag *d);
};

static const struct all_reader all_readers[] = {
	{ "ctl", all_ctl },
	{ "itl", all_itl },
	{ "version", all_version },
	{ "date", all_date },
	{ "nodes", all_nodes },
	{ "certs", all_certs },
	{ "services", all_services },
	{ "replicas", all_replicas },
	{ "backups", all_backups },
	{ "running", all_running },
	{ "done", all_done },
	{ "files", all_files },
	{ "deleted", all_deleted },
	{ "sent", all_sent },
	{ "phones", all_phones },
	{ "shown", all_shown },
	{ "csr", said_csr },
	{ "subject", all_subject },
	{ "counter", all_counter },
	{ "dump", all_dump },
	{ "rows", all_rows },
	{ "parameters", all_parameters },
	{ "process_nodes", all_process_nodes },
	{ "certificates", all_certificates },
	{ "devices", all_devices },
};
#define ALL_NUM (sizeof(all_readers) / sizeof(all_readers[0]))

#endif
