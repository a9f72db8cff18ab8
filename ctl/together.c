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
ctl_judge_name(struct ctl_report *r, struct ctl_place place, size_t num)
{
	if (num > NAME_MAX_LEN)
		ctl_report(r, CTL_RULE_NAME_LONG, place,
		    "it has %zu characters, more than %d", num, NAME_MAX_LEN);
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
	int c;

	if (x->role == CTL_ROLE_SAST)
		return 0;
	c = compare_bytes(x->dns, y->dns);
	if (c == 0)
		c = compare_bytes(x->ip, y->ip);
	/* without a name, and with addresses that nobody knows */
	if (c == 0 && x->dns.len == 0 && x->ip_unknown)
		c = by_place(x, y);
	return c;
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
is_known(const struct digest_value *v)
{
	return v->len > 0;
}

static bool
same(const struct digest_value *x, const struct digest_value *y)
{
	return is_known(x) && bytes_equal(digest_bytes(x), digest_bytes(y));
}

static bool
differ(const struct digest_value *x, const struct digest_value *y)
{
	return is_known(x) && is_known(y) && !same(x, y);
}

/* Records of one issuer and serial number, as they come: the first that tells
 * its key, and the first that tells its certificate. */
struct serial_run {
	const struct ctl_fact *any, *key, *id;
};

/* Which of the records before F holds another key, as far as is known, or
 * NULL. Two certificates without known keys are taken to hold two. */
static const struct ctl_fact *
clash(const struct serial_run *run, const struct ctl_fact *f)
{
	if (run->key != NULL && is_known(&f->key))
		return differ(&run->key->key, &f->key) ? run->key : NULL;
	if (run->id != NULL && differ(&run->id->id, &f->id))
		return run->id;
	return NULL;
}

static void
judge_serials(struct ctl_facts *facts, struct ctl_report *r)
{
	struct serial_run run = { NULL, NULL, NULL };
	const struct ctl_fact *f, *other;

	sort(facts, by_serial);
	for (f = facts->at; f < facts->at + facts->num; f++) {
		if (f->serial.len == 0 || f->issuer.len == 0)
			continue;
		if (run.any == NULL ||
		    compare_bytes(f->serial, run.any->serial) != 0 ||
		    compare_bytes(f->issuer, run.any->issuer) != 0)
			run = (struct serial_run){ f, NULL, NULL };
		other = clash(&run, f);
		if (other != NULL)
			ctl_report(r, CTL_RULE_TWO_KEYS, f->place,
			    "it has issuer and serial number of record %zu, "
			    "but another %s",
			    other->place.record,
			    other == run.key && is_known(&f->key)
				? "key"
				: "certificate");
		if (run.key == NULL && is_known(&f->key))
			run.key = f;
		if (run.id == NULL && is_known(&f->id))
			run.id = f;
	}
}

static void
judge_repeats(struct ctl_facts *facts, struct ctl_report *r)
{
	const struct ctl_fact *f;

	sort(facts, by_role_and_id);
	for (f = facts->at; f + 1 < facts->at + facts->num; f++)
		if (f->has_role && has_role(&f[1], f->role) &&
		    same(&f->id, &f[1].id) && compare_nodes(f, &f[1]) == 0)
			ctl_report(r, CTL_RULE_CERTIFICATE_TWICE, f[1].place,
			    "record %zu has the same certificate in the same "
			    "role",
			    f->place.record);
}

/* A SAST that a header can name and whose key can sign. */
static bool
is_usable(const struct ctl_fact *f)
{
	return f->can_sign && f->issuer.len > 0 && f->serial.len > 0;
}

static bool
same_key(const struct ctl_fact *x, const struct ctl_fact *y)
{
	return same(&x->key, &y->key) || same(&x->id, &y->id);
}

/* 0, 1, or 2 for more: how many keys the usable SASTs have between them. */
static size_t
count_sast_keys(const struct ctl_facts *facts)
{
	const struct ctl_fact *f, *first = NULL;
	size_t n = 0;

	/* the one that can best be compared with */
	for (f = facts->at; f < facts->at + facts->num; f++)
		if (has_role(f, CTL_ROLE_SAST) && is_usable(f) &&
		    (first == NULL ||
			(!is_known(&first->key) && is_known(&f->key))))
			first = f;
	n = first != NULL;
	for (f = facts->at; f < facts->at + facts->num; f++)
		if (has_role(f, CTL_ROLE_SAST) && is_usable(f) && f != first &&
		    !same_key(f, first))
			n = 2;
	return n;
}

static void
judge_sast(const struct ctl_fact *f, struct ctl_report *r)
{
	if (!has_role(f, CTL_ROLE_SAST) || !f->whole || !f->has_key ||
	    is_usable(f))
		return;
	ctl_report(r, CTL_RULE_SAST_UNUSABLE, f->place,
	    f->can_sign ? "no header can name this SAST, which lacks issuer "
			  "or serial number"
			: "the key of this SAST can sign no list: only a "
			  "readable RSA key with an odd exponent above 1 can");
}

static void
judge_sasts(const struct ctl_facts *facts, struct ctl_report *r)
{
	size_t records = count_role(facts, CTL_ROLE_SAST);
	size_t i, keys = count_sast_keys(facts);

	for (i = 0; i < facts->num; i++)
		judge_sast(&facts->at[i], r);
	if (records > 2)
		ctl_report(r, CTL_RULE_MANY_SAST, ctl_place_none(),
		    "the list has %zu SAST records, more than two", records);
	if (!facts->whole)
		return;
	if (records == 0)
		ctl_report(r, CTL_RULE_NO_SAST, ctl_place_none(),
		    "the list has no SAST record");
	else if (keys < 2)
		ctl_report(r, CTL_RULE_ONE_SAST, ctl_place_none(),
		    keys == 1 ? "one key only stands in the list as SAST"
			      : "no key stands in the list as SAST that could "
				"sign the next one");
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
		if (!f->whole)
			continue;
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
		certs += facts->at[i].has_der;
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
	sort(facts, by_record);
	judge_sasts(facts, r);
	judge_roles(facts, r);
	judge_servers(facts, r);
	judge_size(facts, r);
}
