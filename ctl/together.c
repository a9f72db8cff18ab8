/* SPDX-License-Identifier: Apache-2.0 */
/* The rules about the records of a list together (docs/findings.md). They work
 * on facts, so that a list and the text of one are judged by the same code. */
#include <stdlib.h>
#include <string.h>

#include "ctl/report.h"

#define NAME_MAX_LEN 255
#define SIZE_MAX_ITL 65536
#define CERTS_MAX_ITL 39

void
ctl_judge_name(struct ctl_report *r, struct ctl_place place, size_t len)
{
	if (len > NAME_MAX_LEN)
		ctl_report(r, CTL_RULE_NAME_LONG, place,
		    "it has %zu characters, more than %d", len, NAME_MAX_LEN);
}

void
ctl_judge_role(struct ctl_report *r, struct ctl_place place, bool has_role,
    unsigned code)
{
	if (!has_role)
		ctl_report(r, CTL_RULE_ROLE_MISSING, place,
		    "the record says no role (FUNCTION)");
	else if (ctl_role_function(code) == NULL)
		ctl_report(r, CTL_RULE_ROLE_UNKNOWN, place,
		    "role %u has no known meaning", code);
	else if (code == CTL_ROLE_TVS)
		ctl_report(r, CTL_RULE_TVS_IN_CTL, place,
		    "a record of the Trust Verification Service (TVS) stands "
		    "in a CTL");
}

static bool
has_role(const struct ctl_fact *f, unsigned role)
{
	return f->has_role && f->role == role;
}

/* CallManager and TFTP: what phones register with and load from. */
static bool
is_server(const struct ctl_fact *f)
{
	return has_role(f, CTL_ROLE_CCM_TFTP) || has_role(f, CTL_ROLE_CCM) ||
	    has_role(f, CTL_ROLE_TFTP);
}

static size_t
count_role(const struct ctl_facts *facts, unsigned role)
{
	size_t i, n = 0;

	for (i = 0; i < facts->num; i++)
		n += has_role(&facts->at[i], role);
	return n;
}

/* Compares what a phone finds a certificate by. */
static int
compare_bytes(struct bytes a, struct bytes b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int c = len == 0 ? 0 : memcmp(a.ptr, b.ptr, len);

	if (c != 0)
		return c;
	return (a.len > b.len) - (a.len < b.len);
}

static int
by_place(const struct ctl_fact *x, const struct ctl_fact *y)
{
	return (x->place.record > y->place.record) -
	    (x->place.record < y->place.record);
}

static int
by_serial(const void *a, const void *b)
{
	const struct ctl_fact *x = a, *y = b;
	int c = compare_bytes(x->serial, y->serial);

	if (c == 0)
		c = compare_bytes(x->issuer, y->issuer);
	return c != 0 ? c : by_place(x, y);
}

/* Compares whose records they are. Servers with one certificate for several
 * nodes have a record each; a SAST is a SAST. */
static int
compare_nodes(const struct ctl_fact *x, const struct ctl_fact *y)
{
	if (x->role == CTL_ROLE_SAST)
		return 0;
	return compare_bytes(x->dns, y->dns);
}

static int
by_role_and_id(const void *a, const void *b)
{
	const struct ctl_fact *x = a, *y = b;
	int c = (x->role > y->role) - (x->role < y->role);

	if (c == 0)
		c = compare_bytes(digest_bytes(&x->id), digest_bytes(&y->id));
	if (c == 0)
		c = compare_nodes(x, y);
	return c != 0 ? c : by_place(x, y);
}

static int
by_record(const void *a, const void *b)
{
	return by_place(a, b);
}

static void
sort(struct ctl_facts *facts, int (*by)(const void *, const void *))
{
	if (facts->num > 1)
		qsort(facts->at, facts->num, sizeof(facts->at[0]), by);
}

static bool
same_id(const struct ctl_fact *x, const struct ctl_fact *y)
{
	return x->id.len > 0 &&
	    bytes_equal(digest_bytes(&x->id), digest_bytes(&y->id));
}

/* What both say of a key differs. Without both keys, two certificates of one
 * issuer and serial number are taken to hold two. */
static bool
keys_differ(const struct ctl_fact *x, const struct ctl_fact *y)
{
	if (x->key.ptr != NULL && y->key.ptr != NULL)
		return !bytes_equal(x->key, y->key);
	return x->id.len > 0 && y->id.len > 0 && !same_id(x, y);
}

static void
judge_serials(struct ctl_facts *facts, struct ctl_report *r)
{
	const struct ctl_fact *first, *f;

	sort(facts, by_serial);
	for (first = f = facts->at; f < facts->at + facts->num; f++) {
		if (compare_bytes(f->serial, first->serial) != 0 ||
		    compare_bytes(f->issuer, first->issuer) != 0)
			first = f;
		if (f == first || f->serial.len == 0)
			continue;
		if (keys_differ(first, f))
			ctl_report(r, CTL_RULE_TWO_KEYS, f->place,
			    "it has issuer and serial number of record %zu, "
			    "but another %s",
			    first->place.record,
			    first->key.ptr != NULL && f->key.ptr != NULL
				? "key"
				: "certificate");
		else if (first->key.ptr == NULL && f->key.ptr != NULL)
			first = f; /* it has more to compare with */
	}
}

static void
judge_repeats(struct ctl_facts *facts, struct ctl_report *r)
{
	const struct ctl_fact *f;

	sort(facts, by_role_and_id);
	for (f = facts->at; f + 1 < facts->at + facts->num; f++)
		if (f->has_role && has_role(&f[1], f->role) &&
		    same_id(f, &f[1]) && compare_nodes(f, &f[1]) == 0)
			ctl_report(r, CTL_RULE_CERTIFICATE_TWICE, f[1].place,
			    "record %zu has the same certificate in the same "
			    "role",
			    f->place.record);
}

/* SAST records that hold different certificates; in the order of
 * by_role_and_id they stand together. */
static size_t
count_sast_keys(const struct ctl_facts *facts)
{
	const struct ctl_fact *f, *last = NULL;
	size_t n = 0;

	for (f = facts->at; f < facts->at + facts->num; f++) {
		if (!has_role(f, CTL_ROLE_SAST))
			continue;
		n += last == NULL || !same_id(last, f);
		last = f;
	}
	return n;
}

static void
judge_sasts(const struct ctl_facts *facts, struct ctl_report *r)
{
	size_t records = count_role(facts, CTL_ROLE_SAST);
	size_t keys = count_sast_keys(facts);

	if (records > 2)
		ctl_report(r, CTL_RULE_MANY_SAST, ctl_place_none(),
		    "the list has %zu SAST records, more than two", records);
	if (!facts->whole)
		return;
	if (keys == 0)
		ctl_report(r, CTL_RULE_NO_SAST, ctl_place_none(),
		    "the list has no SAST record");
	else if (keys == 1)
		ctl_report(r, CTL_RULE_ONE_SAST, ctl_place_none(),
		    "one key only stands in the list as SAST");
}

/* Roles that are missing. */
static void
judge_roles(const struct ctl_facts *facts, struct ctl_report *r)
{
	bool both = count_role(facts, CTL_ROLE_CCM_TFTP) > 0;
	bool tftp = count_role(facts, CTL_ROLE_TFTP) > 0;
	bool ccm = count_role(facts, CTL_ROLE_CCM) > 0;

	if (!facts->whole)
		return;
	if (count_role(facts, CTL_ROLE_CAPF) == 0)
		ctl_report(r, CTL_RULE_NO_CAPF, ctl_place_none(),
		    "the list has no CAPF record");
	if (!both && !(tftp && (ccm || r->kind == CTL_KIND_ITL)))
		ctl_report(r, CTL_RULE_NO_CCM_TFTP, ctl_place_none(),
		    "the list has no CCM+TFTP record");
}

/* Servers without certificate. Where none has one, the cluster is not in mixed
 * mode (format 4.2), or the ITL is one for a rollback. */
static void
judge_servers(const struct ctl_facts *facts, struct ctl_report *r)
{
	size_t i, servers = 0, bare = 0;
	const struct ctl_fact *f, *first = NULL;
	bool none;

	for (f = facts->at; f < facts->at + facts->num; f++) {
		servers += is_server(f);
		if (is_server(f) && !f->has_cert && bare++ == 0)
			first = f;
	}
	none = bare > 0 && bare == servers;
	if (none && facts->whole) {
		ctl_report(r, CTL_RULE_NON_SECURE, first->place,
		    "no CCM+TFTP record has a certificate: this is the list "
		    "of a cluster in non-secure mode");
		ctl_report(r, CTL_RULE_ROLLBACK, first->place,
		    "no TFTP record has a certificate: this is an ITL made to "
		    "prepare a rollback");
	}
	for (i = 0; i < facts->num; i++) {
		f = &facts->at[i];
		if (is_server(f) && !f->has_cert && !none)
			ctl_report(r, CTL_RULE_SERVER_WITHOUT_CERTIFICATE,
			    f->place,
			    "it is a server (%s) without its certificate, "
			    "while others have theirs",
			    ctl_role_function(f->role));
		else if (f->has_role && !is_server(f) && !f->has_key &&
		    !(none && has_role(f, CTL_ROLE_TVS)))
			ctl_report(r, CTL_RULE_KEY_MISSING, f->place,
			    "it has neither certificate nor key");
	}
}

static void
judge_size(const struct ctl_facts *facts, struct ctl_report *r)
{
	size_t i, certs = 0;

	for (i = 0; i < facts->num; i++)
		certs += facts->at[i].has_cert;
	if (facts->size > SIZE_MAX_ITL)
		ctl_report(r, CTL_RULE_SIZE_OVER_64K, ctl_place_none(),
		    "the file has %zu bytes, more than the %d (64 KiB) from "
		    "which on phones fail with an ITL",
		    facts->size, SIZE_MAX_ITL);
	if (certs > CERTS_MAX_ITL)
		ctl_report(r, CTL_RULE_CERTIFICATES_OVER_39, ctl_place_none(),
		    "it holds %zu certificates, more than the %d that Cisco "
		    "allows an ITL",
		    certs, CERTS_MAX_ITL);
}

void
ctl_judge_together(struct ctl_facts *facts, struct ctl_report *r)
{
	judge_serials(facts, r);
	judge_repeats(facts, r);
	judge_sasts(facts, r); /* in the order that judge_repeats() left */
	sort(facts, by_record);
	judge_roles(facts, r);
	judge_servers(facts, r);
	judge_size(facts, r);
}
