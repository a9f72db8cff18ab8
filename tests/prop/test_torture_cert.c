/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation fails once, and every one from the Nth on, while files of
 * certificates are read, shown and judged: it is said that memory ran out,
 * nothing is left in an output, nothing leaks. OpenSSL is warm before.
 */
#include "tests/unit/test.h"

#include <string.h>

#include <openssl/crypto.h>

#include "base/file.h"
#include "cli/calendar.h"
#include "cli/cert_check.h"
#include "cli/cert_show.h"
#include "tests/shim/faults.h"

/* Far above what any job below needs. */
#define MANY 60000

static char folder[512];
static struct fill fill;

typedef enum err job_fn(struct diag *d);

/* All the files that the folder has, as text, PEM and JSON. */
static enum err
show_file(const char *name, struct diag *d)
{
	struct buf text = { 0 };
	struct cert_file f;
	char path[600];
	json_t *json;
	enum err e;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	e = cert_file_load(path, &f, d);
	if (e == ERR_OK)
		e = cert_show_put(&f, 1700000000, &fill, &text, d);
	if (e == ERR_OK && !f.pasted.has_dump)
		e = cert_show_put_pem(&f, &text, d);
	if (e == ERR_OK) {
		json = cert_show_json(&f, 1700000000, NULL);
		if (json == NULL)
			e = diag_nomem(d);
		json_decref(json);
	}
	buf_clear(&text);
	cert_file_clear(&f);
	return e;
}

static enum err
show_all(struct diag *d)
{
	static const char *const names[] = { "certificate.der", "bundle.p7b",
		"utf16.txt", "dump.txt" };
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < sizeof(names) / sizeof(names[0]); i++)
		e = show_file(names[i], d);
	return e;
}

/* Whose allocations are libyaml's own affair. */
static struct profiles profiles;

static enum err
load(struct cert_check *c, const char *csr, struct out *out, struct diag *d)
{
	const struct cert_check_wish *w = c->wish;
	enum err e;

	e = profiles_find(&profiles, w->unit, w->release, &c->found, d);
	if (e == ERR_OK && csr != NULL)
		e = cert_file_load(csr, &c->csr_file, d);
	if (e == ERR_OK && w->trust != NULL)
		e = cert_pile_load(w->trust, &c->trust, out, d);
	if (e == ERR_OK && w->ledger != NULL)
		e = cert_ledger_load(w->ledger, &profiles, &c->ledger, out, d);
	return e;
}

/* Judges NAME as WISH wants it; what is left out of a folder is said to OUT. */
static enum err
judge(const struct cert_check_wish *wish, const char *name, struct diag *d)
{
	struct out out = { .lost = false };
	struct cert_check c = { .wish = wish };
	struct buf text = { 0 };
	char path[600];
	json_t *json;
	enum err e;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	e = load(&c, wish->csr, &out, d);
	if (e == ERR_OK)
		e = cert_check_judge(&c, path, d);
	if (e == ERR_OK)
		e = cert_check_put(&c, &fill, &text, d);
	if (e == ERR_OK) {
		json = cert_check_json(&c, NULL);
		if (json == NULL)
			e = diag_nomem(d);
		json_decref(json);
	}
	if (!out_ok(&out))
		e = diag_nomem(d);
	buf_clear(&text);
	out_clear(&out);
	cert_check_clear(&c);
	return e;
}

/* Paths in the folder. */
static char csr[600], root[600];

static enum err
judge_own(struct diag *d)
{
	const struct cert_check_wish wish = { .unit = "CallManager",
		.release = "14",
		.csr = csr,
		.trust = root };

	return judge(&wish, "certificate.der", d);
}

static enum err
judge_by_ledger(struct diag *d)
{
	const struct cert_check_wish own = { .unit = "CAPF", .ledger = csr };
	enum err e;

	e = judge(&own, "certificate.der", d);
	if (e == ERR_OK)
		e = judge(&own, "dump.txt", d);
	return e;
}

static enum err
judge_store(struct diag *d)
{
	const struct cert_check_wish store = { .unit = "CAPF-trust",
		.trust = root };

	return judge(&store, "root.pem", d);
}

/* The same of the table of stores. */
static struct stores stores;

static enum err
load_calendar(struct calendar *c, struct diag *d)
{
	static const char *const names[] = { "certificate.der", "utf16.txt",
		"dump.txt", "root.pem", "bundle.p7b",
		"../../alarms/two-in-a-line" };
	enum err e = ERR_OK;
	char path[600];
	size_t i;

	for (i = 0; e == ERR_OK && i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		e = calendar_load(c, path, strlen(folder), d);
	}
	return e == ERR_OK ? calendar_close(c, d) : e;
}

static enum err
make_calendar(struct diag *d)
{
	struct calendar c = { .stores = stores, .now = 1793491200 };
	struct calendar_view view = { &fill, true };
	struct buf text = { 0 };
	json_t *json;
	enum err e;

	e = load_calendar(&c, d);
	if (e == ERR_OK)
		e = calendar_put(&c, &view, &text, d);
	if (e == ERR_OK)
		e = calendar_put_ical(&c, true, &text, d);
	if (e == ERR_OK) {
		json = calendar_json(&c, true, NULL, 0);
		if (json == NULL)
			e = diag_nomem(d);
		json_decref(json);
	}
	buf_clear(&text);
	memset(&c.stores, 0, sizeof(c.stores));
	calendar_clear(&c);
	return e;
}

/* Returns how many failures were not called out of memory. */
static unsigned
torture_in(job_fn *fn, enum fault_mode mode, unsigned step, bool warm)
{
	struct faults faults = { 0 };
	unsigned n, seen, other = 0;
	struct diag d;
	enum err e;

	if (!faults_find(&faults)) {
		fail_msg("libfaults.so is not loaded");
		return 0;
	}
	for (n = 1; n < MANY; n += step) {
		diag_init(&d);
		OPENSSL_thread_stop();
		faults.arm(FAULT_MALLOC, n, mode);
		e = fn(&d);
		seen = faults.disarm();
		OPENSSL_thread_stop();
		if (warm && faults.balance() != 0)
			fail_msg("allocation %u: %ld are lost", n,
			    faults.balance());
		if (e != ERR_OK && e != ERR_NOMEM) {
			other++;
			print_message("allocation %u: %s\n", n, d.msg);
		}
		if (seen < n) {
			print_message("%u allocations\n", seen);
			return other;
		}
	}
	fail_msg("no end after %d allocations", MANY);
	return 0;
}

static void
torture(job_fn *fn, unsigned step)
{
	struct diag d;

	diag_init(&d);
	if (fn(&d) != ERR_OK)
		fail_msg("%s", d.msg);
	(void)torture_in(fn, FAULT_ONCE, step, false);
	assert_int_equal(torture_in(fn, FAULT_ONCE, step, true), 0);
	assert_int_equal(torture_in(fn, FAULT_ONWARD, step, true), 0);
}

static void
test_show(void **state)
{
	torture(show_all, 331);
}

static void
test_own(void **state)
{
	torture(judge_own, 11);
}

static void
test_ledger(void **state)
{
	torture(judge_by_ledger, 11);
}

static void
test_store(void **state)
{
	torture(judge_store, 3);
}

static void
test_calendar(void **state)
{
	torture(make_calendar, 131);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_show),
		cmocka_unit_test(test_own),
		cmocka_unit_test(test_ledger),
		cmocka_unit_test(test_store),
		cmocka_unit_test(test_calendar),
	};
	const char *src = getenv("SRC");

	if (src == NULL)
		return 1;
	(void)snprintf(folder, sizeof(folder), "%s/tests/fuzz/regress/pasted",
	    src);
	(void)snprintf(csr, sizeof(csr), "%s/request.pem", folder);
	(void)snprintf(root, sizeof(root), "%s/root.pem", folder);
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	if (profiles_load(NULL, &profiles, NULL) != ERR_OK ||
	    stores_load(NULL, &stores, NULL) != ERR_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
