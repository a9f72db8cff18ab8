/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables that run sql knows, made of the world each time.
 */
#include <openssl/bn.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/text.h"
#include "lab/console_parts.h"

#define PHONE_INTERACTION_SINCE CONSOLE_SU(1400, 0)
#define CAPF_LONGER (3LL * 365 * 86400) /* s */

/* ---- processnode: the cluster itself is the first row. ---- */

static const char *const node_columns[] = { "name", "nodeid", "description",
	"ipv6name", "tknodeusage", "tkprocessnoderole", "systemnode", "pkid",
	NULL };

static size_t
num_nodes(struct console *c)
{
	return c->world->num_nodes + 1;
}

static void
put_pkid(struct buf *out, unsigned kind, size_t i)
{
	buf_printf(out, "%08x-0000-4000-8000-%012zx", kind, i);
}

static void
node_value(struct console *c, size_t row, size_t column, struct buf *out)
{
	const struct world_node *n = row == 0 ? NULL : &c->world->node[row - 1];

	switch (column) {
	case 0:
		buf_str(out, n == NULL ? "EnterpriseWideData" : n->name);
		break;
	case 1:
		buf_printf(out, "%zu", row + 1);
		break;
	case 2:
	case 3:
		break;
	case 4:
		buf_str(out,
		    n == NULL || n->role == WORLD_PUBLISHER ? "0" : "1");
		break;
	case 5:
		buf_str(out, n != NULL && n->role == WORLD_IMP ? "2" : "1");
		break;
	case 6:
		buf_str(out, n == NULL ? "t" : "f");
		break;
	default:
		put_pkid(out, 1, row);
		break;
	}
}

/* ---- processconfig. ---- */

static const char *const config_columns[] = { "paramname", "paramvalue",
	"tkservice", "fkprocessnode", NULL };

enum parameter {
	PARAMETER_MODE,
	PARAMETER_ROLLBACK,
	PARAMETER_ALGORITHM,
	PARAMETER_AUTO,
	PARAMETER_INTERACTION, /* the last one: not in old releases */
	NUM_PARAMETERS
};

static size_t
num_parameters(struct console *c)
{
	return c->release >= PHONE_INTERACTION_SINCE ? NUM_PARAMETERS
						     : PARAMETER_INTERACTION;
}

static void
put_parameter(const struct world *w, size_t row, struct buf *out)
{
	switch ((enum parameter)row) {
	case PARAMETER_MODE:
		buf_str(out, w->mixed ? "1" : "0");
		break;
	case PARAMETER_ROLLBACK:
		buf_str(out, w->rollback ? "T" : "F");
		break;
	case PARAMETER_ALGORITHM:
		buf_str(out, w->sha512 ? "SHA-512" : "SHA-1");
		break;
	case PARAMETER_AUTO:
		buf_str(out, w->auto_registration ? "T" : "F");
		break;
	case PARAMETER_INTERACTION:
		buf_str(out, w->phones_by_hand ? "Manual" : "Automatic");
		break;
	case NUM_PARAMETERS:
		break;
	}
}

static void
config_value(struct console *c, size_t row, size_t column, struct buf *out)
{
	static const char *const names[NUM_PARAMETERS] = {
		"ClusterSecurityMode", "RollBackToPreGrayback",
		"TFTPFileSignatureAlgorithm", "AutoRegistration",
		"PhoneInteractionOnCertificateUpdate"
	};

	switch (column) {
	case 0:
		buf_str(out, names[row]);
		break;
	case 1:
		put_parameter(c->world, row, out);
		break;
	case 2:
		buf_str(out, "11");
		break;
	default:
		put_pkid(out, 1, 0);
		break;
	}
}

/* ---- certificate, and what is joined to it. ---- */

static const char *const cert_columns[] = { "pkid", "subjectname", "issuername",
	"serialnumber", "certificate", "servername", "ipv4address",
	"timetolive", "tkcertificatedistribution",
	"typecertificateservice.name", "typecertificateservice.enum",
	"typecertificateservice.moniker", "typecertificatedistribution.name",
	"typecertificatedistribution.enum",
	"typecertificatedistribution.moniker",
	"certificateservicecertificatemap.tkcertificateservice",
	"certificateservicecertificatemap.fkcertificate",
	"certificatetrustrolemap.tktrustrole",
	"certificatetrustrolemap.fkcertificate",
	"certificateprocessnodemap.servername",
	"certificateprocessnodemap.fkcertificate", "processnode.name", NULL };

/* The services of TYPECERTIFICATESERVICE. */
static const struct {
	const char *name;
	unsigned number;
} services[] = { { "Phone-trust", 1 }, { "Phone-VPN-trust", 2 },
	{ "CallManager", 3 }, { "CallManager-trust", 4 }, { "tomcat", 5 },
	{ "tomcat-trust", 6 }, { "ipsec", 7 }, { "ipsec-trust", 8 },
	{ "CAPF", 9 }, { "CAPF-trust", 10 }, { "TVS", 11 }, { "TVS-trust", 12 },
	{ "directory-trust", 13 }, { "Phone-SAST-trust", 14 },
	{ "Phone-CTL-trust", 15 }, { "userlicensing-trust", 16 },
	{ "CallManager-ECDSA", 17 }, { "tomcat-ECDSA", 18 },
	{ "ITLRecovery", 19 } };

/* What a later node trusts, and the publisher does too, is one row. */
static bool
is_again(const struct world *w, size_t node, const struct world_trusted *t)
{
	const struct world_node *n = &w->node[0];
	size_t i;

	for (i = 0; node > 0 && i < n->num_trusted; i++)
		if (n->trusted[i].store == t->store &&
		    strcmp(n->trusted[i].file, t->file) == 0)
			return true;
	return false;
}

static bool
add_place(struct console *c, const struct console_place *place)
{
	struct console_place *more;
	size_t cap;

	if ((c->num_places & (c->num_places + 1)) == 0) {
		/* one less than a power of two: full */
		cap = 2 * (c->num_places + 1);
		more = realloc(c->place, cap * sizeof(*more));
		if (more == NULL) {
			c->over = true;
			return false;
		}
		c->place = more;
	}
	c->place[c->num_places++] = *place;
	return true;
}

static void
add_places(struct console *c, size_t node)
{
	const struct world_node *n = &c->world->node[node];
	struct console_place place;
	size_t i;
	int unit;

	for (unit = 0; unit < WORLD_NUM_UNITS; unit++) {
		place = (struct console_place){ n,
			world_unit_name((enum world_unit)unit),
			n->own[unit].cert, true };
		if (place.cert != NULL && !add_place(c, &place))
			return;
	}
	for (i = 0; i < n->num_trusted; i++) {
		place = (struct console_place){ NULL,
			world_store_name(n->trusted[i].store),
			n->trusted[i].cert, false };
		if (!is_again(c->world, node, &n->trusted[i]) &&
		    !add_place(c, &place))
			return;
	}
}

/* Gathers them, since looking each up anew takes its time with many nodes. */
static size_t
num_certs(struct console *c)
{
	size_t i;

	c->num_places = 0;
	for (i = 0; i < c->world->num_nodes; i++)
		add_places(c, i);
	return c->num_places;
}

static unsigned
service_number(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (strcasecmp(services[i].name, name) == 0)
			return services[i].number;
	return 255;
}

static void
put_dn(struct buf *out, X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long len;

	if (bio != NULL &&
	    X509_NAME_print_ex(bio, name, 0,
		XN_FLAG_DN_REV | XN_FLAG_SEP_COMMA_PLUS | XN_FLAG_FN_SN |
		    ASN1_STRFLGS_ESC_CTRL | ASN1_STRFLGS_UTF8_CONVERT) >= 0) {
		len = BIO_get_mem_data(bio, &text);
		buf_put(out, bytes_of(text, (size_t)len));
	}
	BIO_free(bio);
}

static void
put_serial(struct buf *out, X509 *x)
{
	BIGNUM *bn = ASN1_INTEGER_to_BN(X509_get0_serialNumber(x), NULL);
	char *text = bn == NULL ? NULL : BN_bn2hex(bn), *p;

	for (p = text; p != NULL && *p != '\0'; p++)
		buf_u8(out,
		    *p >= 'A' && *p <= 'F' ? (uint8_t)(*p - 'A' + 'a')
					   : (uint8_t)*p);
	OPENSSL_free(text);
	BN_free(bn);
}

/* Columns 1 to 4 and 7, which are of the certificate itself. */
static void
put_inside(struct buf *out, struct bytes der, size_t column)
{
	const uint8_t *p = der.ptr;
	X509 *x = d2i_X509(NULL, &p, (long)der.len);
	struct tm tm;

	if (x == NULL)
		return;
	if (column == 1)
		put_dn(out, X509_get_subject_name(x));
	else if (column == 2)
		put_dn(out, X509_get_issuer_name(x));
	else if (column == 3)
		put_serial(out, x);
	else if (ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) == 1)
		buf_printf(out, "%lld", (long long)timegm(&tm));
	X509_free(x);
}

/* Role 0, SAST, is what makes TVS vouch for a signer. */
static const char *
trust_role(const char *service)
{
	if (strcmp(service, "CallManager") == 0 ||
	    strcmp(service, "Phone-SAST-trust") == 0)
		return "0";
	if (strcmp(service, "CAPF") == 0)
		return "4";
	return strcmp(service, "TVS") == 0 ? "21" : "7";
}

static void
put_joined(const struct console_place *p, size_t row, size_t column,
    struct buf *out)
{
	const char *name = cert_columns[column];

	if (strstr(name, "fkcertificate") != NULL)
		put_pkid(out, 2, row);
	else if (strstr(name, "tktrustrole") != NULL)
		buf_str(out, trust_role(p->service));
	else if (strstr(name, "distribution.moniker") != NULL ||
	    strstr(name, "distribution.name") != NULL)
		buf_str(out, p->own ? "own-cert" : "trust-certs");
	else if (strstr(name, "distribution") != NULL)
		buf_str(out, p->own ? "1" : "2");
	else if (strstr(name, "enum") != NULL ||
	    strstr(name, "tkcertificateservice") != NULL)
		buf_printf(out, "%u", service_number(p->service));
	else if (strstr(name, "typecertificateservice") != NULL)
		buf_str(out, p->service);
	else if (p->node != NULL)
		buf_str(out, p->node->name);
}

static void
cert_value(struct console *c, size_t row, size_t column, struct buf *out)
{
	const struct console_place *p = &c->place[row];

	switch (column) {
	case 0:
		put_pkid(out, 2, row);
		break;
	case 1:
	case 2:
	case 3:
	case 7:
		put_inside(out, p->cert->der, column);
		break;
	case 4:
		console_put_pem(c, p->cert->der, "CERTIFICATE", out);
		if (out->len > 0)
			out->len--; /* its last newline is the row's */
		break;
	case 5:
		if (p->node != NULL)
			buf_str(out, p->node->name);
		break;
	case 6:
		if (p->node != NULL)
			buf_str(out, p->node->address);
		break;
	default:
		put_joined(p, row, column, out);
		break;
	}
}

/* ---- device, and what is joined to it. ---- */

static const char *const device_columns[] = { "name", "description",
	"lscissuername", "lscvaliduntil", "tkmodel", "tkclass", "pkid",
	"typemodel.name", "typeproduct.name", "devicepool.name",
	"callmanagergroup.name", "securityprofile.name", "lscissuervaliduntil",
	NULL };

static size_t
num_devices(struct console *c)
{
	return c->world->num_phones;
}

static void
device_value(struct console *c, size_t row, size_t column, struct buf *out)
{
	const struct world_phone *p = &c->world->phone[row];

	switch (column) {
	case 0:
	case 1:
		buf_str(out, p->name);
		break;
	case 2:
		buf_str(out, p->lsc_issuer);
		break;
	case 3:
		buf_printf(out, "%lld", (long long)p->lsc_until);
		break;
	case 4:
		buf_str(out, "36225");
		break;
	case 5:
		buf_str(out, "1");
		break;
	case 6:
		put_pkid(out, 3, row);
		break;
	case 7:
	case 8:
		buf_str(out, p->model);
		break;
	case 9:
		buf_str(out, p->pool);
		break;
	case 10:
		buf_str(out, p->group);
		break;
	case 11:
		buf_str(out, p->profile);
		break;
	default:
		/* CAPF's own certificate lasts longer than what it signs */
		buf_printf(out, "%lld",
		    p->lsc_until == 0 ? 0 : p->lsc_until + CAPF_LONGER);
		break;
	}
}

/* ---- All of them. ---- */

/* The first one that a statement names gives the rows. */
static const struct console_table tables[] = {
	{ "device", device_columns, num_devices, device_value },
	{ "certificate", cert_columns, num_certs, cert_value },
	{ "processconfig", config_columns, num_parameters, config_value },
	{ "processnode", node_columns, num_nodes, node_value },
};

#define NUM_TABLES (sizeof(tables) / sizeof(tables[0]))

const struct console_table *
console_table(bool (*named)(const void *arg, const char *table),
    const void *arg)
{
	size_t i;

	for (i = 0; i < NUM_TABLES; i++)
		if (named(arg, tables[i].name))
			return &tables[i];
	return NULL;
}

/* A column "TABLE.x" of one of them. */
static bool
is_joined(const struct console_table *t, const char *name)
{
	size_t i, len = strlen(name);

	for (i = 0; t->column[i] != NULL; i++)
		if (strncasecmp(t->column[i], name, len) == 0 &&
		    t->column[i][len] == '.')
			return true;
	return false;
}

bool
console_table_known(const char *name)
{
	size_t i;

	for (i = 0; i < NUM_TABLES; i++)
		if (strcasecmp(tables[i].name, name) == 0 ||
		    is_joined(&tables[i], name))
			return true;
	return false;
}
