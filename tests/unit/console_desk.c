/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include "tests/unit/console_desk.h"

#include <string.h>

#include "lab/mint.h"
#include "tests/unit/cases.h"

#define START 1448379465 /* Tue Nov 24 15:37:45 UTC 2015 */

/* One test runs at a time, and the functions of the world know of one. */
static struct desk *here;

/* ---- The world. ---- */

const char *
world_unit_name(enum world_unit unit)
{
	static const char *const names[] = {
#define WORLD_NAME(id, name, since) name,
		WORLD_UNITS(WORLD_NAME)
#undef WORLD_NAME
	};

	return names[unit];
}

bool
world_unit_named(const char *name, enum world_unit *ret)
{
	int i;

	for (i = 0; i < WORLD_NUM_UNITS; i++)
		if (strcmp(world_unit_name((enum world_unit)i), name) == 0) {
			*ret = (enum world_unit)i;
			return true;
		}
	return false;
}

const char *
world_store_name(enum world_store store)
{
	static const char *const names[] = {
#define WORLD_NAME(id, name) name,
		WORLD_STORES(WORLD_NAME)
#undef WORLD_NAME
	};

	return names[store];
}

bool
world_store_named(const char *name, enum world_store *ret)
{
	int i;

	for (i = 0; i < WORLD_NUM_STORES; i++)
		if (strcmp(world_store_name((enum world_store)i), name) == 0) {
			*ret = (enum world_store)i;
			return true;
		}
	return false;
}

struct scenario_node
scenario_node(const struct scenario *s, size_t number)
{
	(void)s;
	(void)number;
	return (struct scenario_node){ .cli = here->cli };
}

void
world_lock(struct world *w)
{
	(void)w;
	assert_false(here->locked);
	here->locked = true;
}

void
world_unlock(struct world *w)
{
	(void)w;
	assert_true(here->locked);
	here->locked = false;
}

int64_t
world_now(const struct world *w)
{
	(void)w;
	return START + here->slept / 1000;
}

/* The way of a service that begins something. */
static void
go_on(void)
{
	struct world_service *s = here->busy;

	if (s == NULL || here->slept < here->busy_until)
		return;
	switch (s->state) {
	case WORLD_STOPPING:
		s->state = here->action == WORLD_RESTART ? WORLD_STARTING
							 : WORLD_STOPPED;
		break;
	case WORLD_STARTING:
		s->state = WORLD_STARTED;
		break;
	case WORLD_STARTED:
	case WORLD_STOPPED:
		return;
	}
	here->busy_until = here->slept + here->service_ms;
}

void
world_sleep(struct world *w, unsigned ms)
{
	(void)w;
	assert_false(here->locked);
	here->slept += ms;
	go_on();
}

static enum err
did(const char *what, size_t node, const char *name, struct diag *diag)
{
	assert_true(here->locked);
	if (here->refuses != ERR_OK)
		return diag_set(diag, here->refuses, "refused");
	(void)snprintf(here->did, sizeof(here->did), "%s %zu %s", what, node,
	    name);
	return ERR_OK;
}

enum err
world_set_mode(struct world *w, size_t node, bool mixed, struct diag *diag)
{
	enum err e = did("mode", node, mixed ? "mixed" : "non-secure", diag);

	if (e == ERR_OK)
		w->mixed = mixed;
	return e;
}

enum err
world_update_ctl(struct world *w, size_t node, struct diag *diag)
{
	(void)w;
	return did("update", node, "ctl", diag);
}

enum err
world_reset_ctl(struct world *w, size_t node, struct diag *diag)
{
	(void)w;
	return did("reset", node, "ctl", diag);
}

enum err
world_reset_itl(struct world *w, size_t node, struct diag *diag)
{
	(void)w;
	return did("reset", node, "itl", diag);
}

enum err
world_regenerate(struct world *w, size_t node, enum world_unit unit,
    struct diag *diag)
{
	(void)w;
	return did("regenerate", node, world_unit_name(unit), diag);
}

enum err
world_make_csr(struct world *w, size_t node, enum world_unit unit,
    struct diag *diag)
{
	(void)w;
	return did("csr", node, world_unit_name(unit), diag);
}

enum err
world_import_own(struct world *w, size_t node, enum world_unit unit,
    struct bytes pem, struct diag *diag)
{
	char text[200];

	(void)w;
	(void)unit;
	(void)snprintf(text, sizeof(text), "%.*s", (int)pem.len,
	    (const char *)pem.ptr);
	return did("import", node, text, diag);
}

enum err
world_import_trust(struct world *w, size_t node, enum world_store store,
    struct bytes pem, struct diag *diag)
{
	(void)w;
	(void)pem;
	return did("trust", node, world_store_name(store), diag);
}

enum err
world_delete_trust(struct world *w, size_t node, enum world_store store,
    const char *file, struct diag *diag)
{
	(void)w;
	(void)store;
	return did("untrust", node, file, diag);
}

enum err
world_subject(struct world *w, size_t node, const char *const field[5],
    struct diag *diag)
{
	(void)w;
	return did("subject", node, field[1], diag);
}

enum err
world_service_act(struct world *w, size_t node, const char *name,
    enum world_action action, struct diag *diag)
{
	enum err e = did("service", node, name, diag);
	size_t i;

	if (e != ERR_OK)
		return e;
	for (i = 0; i < w->node[node].num_services; i++)
		if (strcmp(w->node[node].service[i].name, name) == 0)
			here->busy = &w->node[node].service[i];
	here->action = action;
	here->busy->state = action == WORLD_START ? WORLD_STARTING
						  : WORLD_STOPPING;
	here->busy_until = here->slept + here->service_ms;
	return ERR_OK;
}

enum err
world_restart_node(struct world *w, size_t node, struct diag *diag)
{
	(void)w;
	return did("restart", node, "node", diag);
}

enum err
world_delete_file(struct world *w, size_t node, const char *name,
    struct diag *diag)
{
	(void)w;
	return did("delete", node, name, diag);
}

/* ---- The terminal. ---- */

static enum console_key
read_key(void *arg, unsigned ms, uint8_t *ret)
{
	struct desk *d = arg;

	assert_false(d->locked);
	if (*d->keys == '\0')
		return ms == 0 || d->stays ? CONSOLE_NOTHING : CONSOLE_GONE;
	if (*d->keys == *DESK_REST) {
		if (ms == 0)
			return CONSOLE_NOTHING;
		d->keys++;
		return ms <= 100 ? CONSOLE_NOTHING : read_key(arg, ms, ret);
	}
	*ret = (uint8_t)*d->keys++;
	return CONSOLE_BYTE;
}

static bool
write_text(void *arg, struct bytes text)
{
	struct desk *d = arg;

	assert_false(d->locked);
	assert_false(d->cut);
	buf_put(&d->wrote, text);
	return d->max_writes == 0 || ++d->num_writes < d->max_writes;
}

static void
cut(void *arg)
{
	((struct desk *)arg)->cut = true;
}

const char *
desk_type_at(struct desk *d, size_t node, const char *keys)
{
	const struct console_io io = { read_key, write_text, cut, d };

	here = d;
	buf_clear(&d->wrote);
	d->keys = keys;
	d->cut = false;
	d->did[0] = '\0';
	d->num_writes = 0;
	console_run(&d->world, node, d->user, &io);
	assert_false(d->locked);
	return buf_cstr(&d->wrote);
}

const char *
desk_type(struct desk *d, const char *keys)
{
	return desk_type_at(d, 0, keys);
}

void
desk_says(struct desk *d, const char *text)
{
	if (strstr(buf_cstr(&d->wrote), text) == NULL)
		fail_msg("not said: \"%s\"; but:\n%s", text,
		    buf_cstr(&d->wrote));
}

void
desk_says_not(struct desk *d, const char *text)
{
	if (strstr(buf_cstr(&d->wrote), text) != NULL)
		fail_msg("said: \"%s\" in:\n%s", text, buf_cstr(&d->wrote));
}

size_t
desk_count(struct desk *d, const char *text)
{
	const char *at = buf_cstr(&d->wrote);
	size_t num = 0;

	while ((at = strstr(at, text)) != NULL) {
		num++;
		at += strlen(text);
	}
	return num;
}

/* ---- What is in the world. ---- */

/* A certificate of CN, by itself or by the lab's CA. */
static void
make_cert(const char *cn, const char *issuer, uint8_t serial, struct buf *ret)
{
	const struct mint_attr subject_attr[] = { { "CN", cn, MINT_UTF8 },
		{ "OU", "TAC", MINT_UTF8 }, { "O", "Cisco", MINT_UTF8 },
		{ "L", "Krakow", MINT_UTF8 }, { "ST", "Malopolska", MINT_UTF8 },
		{ "C", "PL", MINT_PRINTABLE } };
	const struct mint_attr issuer_attr[] = { { "CN", issuer, MINT_UTF8 } };
	const uint8_t number[] = { 0x6b, 0x1d, 0x35, serial };
	struct mint_key *key = NULL;
	struct mint_spec spec = { .subject = { subject_attr, 6 },
		.issuer = { subject_attr, 6 },
		.serial = bytes_of(number, sizeof(number)),
		.not_before = 1425664513,
		.not_after = 1583344513,
		.digest = MINT_SHA256 };
	struct diag d;

	diag_init(&d);
	if (issuer != NULL)
		spec.issuer = (struct mint_name){ issuer_attr, 1 };
	assert_int_equal(mint_key_load(LAB_KEYS "/rsa1024-a.pem", &key, &d),
	    ERR_OK);
	spec.key = spec.issuer_key = key;
	assert_int_equal(mint_cert(&spec, ret, &d), ERR_OK);
	mint_key_free(&key);
}

static void
furnish_node(struct desk *d, size_t i)
{
	struct world_node *n = &d->node[i];

	n->name = i == 0 ? "cucm1" : "cucm2";
	n->address = i == 0 ? "10.1.1.10" : "10.1.1.11";
	n->role = i == 0 ? WORLD_PUBLISHER : WORLD_SUBSCRIBER;
	n->subject[0] = "TAC";
	n->subject[1] = "Cisco";
	n->own[WORLD_CALLMANAGER].cert = &d->own_cert;
	n->own[WORLD_TOMCAT].cert = &d->ca_signed;
	n->own[WORLD_CAPF].cert = &d->own_cert;
	n->own[WORLD_ITLRECOVERY].cert = &d->own_cert;
	n->own[WORLD_TOMCAT].csr = &d->csr;
	n->trusted = d->trusted;
	n->num_trusted = 2;
	n->service[0] = (struct world_service){ .name = "Cisco Tftp",
		.activated = true,
		.state = WORLD_STARTED };
	n->service[1] = (struct world_service){ .name = "Cisco DirSync" };
	n->num_services = 2;
	n->file = d->file;
	n->num_files = 4;
}

static void
furnish_files(struct desk *d)
{
	case_load("ok-tokenless-4947", &d->ctl);
	d->file[0] = (struct world_file){ "CTLFile.tlv", buf_bytes(&d->ctl),
		START };
	d->file[1] = (struct world_file){ "ITLFile.tlv", buf_bytes(&d->ctl),
		START };
	d->file[2] = (struct world_file){ "ITLRecovery.p12",
		bytes_of_str("\x30\x82 key bag"), START };
	d->file[3] = (struct world_file){ "readme.txt", bytes_of_str("hello"),
		START };
}

void
desk_open(struct desk *d, unsigned release, const char *version)
{
	memset(d, 0, sizeof(*d));
	here = d;
	d->user = "admin";
	make_cert("cucm1", NULL, 0xaa, &d->der[0]);
	make_cert("tomcat1", "Lab CA", 0xbb, &d->der[1]);
	make_cert("CAP-RTP-001", NULL, 0xcc, &d->der[2]);
	d->own_cert = (struct world_cert){ .der = buf_bytes(&d->der[0]),
		.subject_cn = "cucm1",
		.issuer_cn = "cucm1",
		.self_signed = true };
	d->ca_signed = (struct world_cert){ .der = buf_bytes(&d->der[1]),
		.subject_cn = "tomcat1",
		.issuer_cn = "Lab CA" };
	d->trust_cert = (struct world_cert){ .der = buf_bytes(&d->der[2]),
		.subject_cn = "CAP-RTP-001",
		.self_signed = true };
	d->csr.der = buf_bytes(&d->der[1]);
	d->trusted[0] = (struct world_trusted){ WORLD_CALLMANAGER_TRUST,
		"CAP-RTP-001.pem", &d->trust_cert };
	d->trusted[1] = (struct world_trusted){ WORLD_PHONE_SAST_TRUST,
		"CAP-RTP-001.pem", &d->trust_cert };
	furnish_files(d);
	furnish_node(d, 0);
	furnish_node(d, 1);
	d->phone[0] = (struct world_phone){ .name = "SEP001122334455",
		.model = "Cisco 8845",
		.pool = "Pool A",
		.group = "Group A",
		.profile = "Secure 8845",
		.address = "10.2.0.1",
		.registered = true,
		.lsc_issuer = "CN=CAPF-1",
		.lsc_until = START + 1000 };
	d->phone[1] = (struct world_phone){ .name = "SEP001122334466",
		.model = "Cisco 7962",
		.pool = "Pool B",
		.group = "Group B",
		.profile = "Plain 7962",
		.address = "10.2.0.2" };
	d->backup[0] = (struct world_backup){ START - 5000, "SUCCESS", false };
	d->world = (struct world){ .scenario = &d->scenario,
		.release = release,
		.version = version,
		.mixed = true,
		.licensed = true,
		.node = d->node,
		.num_nodes = 2,
		.phone = d->phone,
		.num_phones = 2,
		.backup = d->backup,
		.num_backups = 1 };
	d->service_ms = 300;
}

void
desk_close(struct desk *d)
{
	size_t i;

	assert_int_equal(d->node[0].sessions, 0);
	assert_int_equal(d->node[1].sessions, 0);
	for (i = 0; i < 3; i++)
		buf_clear(&d->der[i]);
	buf_clear(&d->ctl);
	buf_clear(&d->wrote);
}
