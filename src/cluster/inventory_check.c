/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/inventory_check.h"

#include <regex.h>
#include <string.h>
#include <strings.h>

#include "cluster/fetch_pin.h"

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool
is_of(const char *value, const char *set)
{
	return value[0] != '\0' && value[strspn(value, set)] == '\0';
}

/* A control character is none of any value: it would be typed, printed, or end a
 * line. */
static bool
fits_text(const char *value)
{
	for (; *value != '\0'; value++)
		if ((unsigned char)*value < 0x20 || *value == 0x7f)
			return false;
	return true;
}

/* Pieces of evidence are called NODE/..., and cluster/... */
static bool
fits_name(const char *value)
{
	return is_of(value, LETTERS DIGITS "._-") && value[0] != '.' &&
	    value[0] != '-' && strcasecmp(value, "cluster") != 0;
}

static bool
fits_address(const char *value)
{
	return is_of(value, LETTERS DIGITS ".:_-%") && value[0] != '-';
}

static bool
fits_host_key(const char *value)
{
	uint8_t raw[FETCH_PIN_LEN];

	return strncmp(value, "SHA256:", 7) == 0 && strlen(value) == 7 + 43 &&
	    fetch_pin_read(value, raw);
}

static bool
fits_pin(const char *value)
{
	uint8_t raw[FETCH_PIN_LEN];

	return fetch_pin_read(value, raw);
}

static bool
fits_variable(const char *value)
{
	return is_of(value, LETTERS DIGITS "_") &&
	    strchr(DIGITS, value[0]) == NULL;
}

static bool
fits_user(const char *value)
{
	return value[0] != '\0' && fits_text(value) &&
	    strpbrk(value, ":@ ") == NULL;
}

static bool
fits_prompt(const char *value)
{
	regex_t re;

	if (!fits_text(value) ||
	    regcomp(&re, value, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	regfree(&re);
	return true;
}

static bool
fits_release(const char *value)
{
	return is_of(value, LETTERS DIGITS ".()-") &&
	    strchr(DIGITS, value[0]) != NULL;
}

static bool
fits_mode(const char *value)
{
	return strcmp(value, "mixed") == 0 || strcmp(value, "non-secure") == 0;
}

#define KIND_ROW(id, text) { id, text },
static const struct {
	const char *name, *text;
} kinds[] = { INVENTORY_KINDS(KIND_ROW) };
#undef KIND_ROW

static size_t
find_kind(const char *name)
{
	size_t i;

	for (i = 0; i < DOC_NUM(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			break;
	return i;
}

static bool
fits_neighbour(const char *value)
{
	return find_kind(value) < DOC_NUM(kinds);
}

const char *
inventory_kind_text(const char *kind)
{
	size_t i = find_kind(kind);

	return i < DOC_NUM(kinds) ? kinds[i].text : kind;
}

static bool
is_day(const char *text, size_t len)
{
	static const char days[] = "Mon Tue Wed Thu Fri Sat Sun ";
	size_t i;

	for (i = 0; len == 3 && days[i] != '\0'; i += 4)
		if (strncmp(days + i, text, 3) == 0)
			return true;
	return false;
}

static bool
fits_days(const char *value)
{
	size_t len;

	for (;;) {
		len = strcspn(value, " ");
		if (!is_day(value, len))
			return false;
		if (value[len] == '\0')
			return true;
		value += len + 1;
	}
}

/* "22:00" */
static bool
fits_time(const char *value)
{
	static const char shape[] = "dd:dd";
	size_t i;

	for (i = 0; shape[i] != '\0'; i++)
		if (shape[i] == 'd' ? value[i] < '0' || value[i] > '9'
				    : value[i] != shape[i])
			return false;
	return value[i] == '\0' && value[3] < '6' &&
	    (value[0] < '2' || (value[0] == '2' && value[1] < '4'));
}

static bool
fits_zone(const char *value)
{
	return is_of(value, LETTERS DIGITS "/_+-") && value[0] != '/';
}

/* sftp://user@host[:port]/path */
static bool
fits_sftp(const char *value)
{
	static const char scheme[] = "sftp://";
	const char *user = value + strlen(scheme), *at, *path;

	if (strncmp(value, scheme, strlen(scheme)) != 0 || !fits_text(value))
		return false;
	path = strchr(user, '/');
	at = strchr(user, '@');
	if (path == NULL || at == NULL || at == user || at > path ||
	    path == at + 1 || strchr(at + 1, '@') != NULL)
		return false;
	/* no password: what a colon stands before would be one */
	return memchr(user, ':', (size_t)(at - user)) == NULL;
}

static bool
fits_key(const char *value)
{
	return strncasecmp(value, "pkcs11:", 7) == 0 && fits_text(value) &&
	    strcasestr(value, "pin-value") == NULL;
}

const struct inventory_check_kind
    inventory_check_name = { fits_name,
	    "a name of letters, digits, '.', '_' and '-', and not 'cluster'" },
    inventory_check_address = { fits_address,
	    "a host name or an IP address, without brackets and port" },
    inventory_check_host_key = { fits_host_key,
	    "the fingerprint of a host key, SHA256: and 43 characters, as "
	    "ssh-keygen -l prints it" },
    inventory_check_pin = { fits_pin,
	    "SHA256: and the digest of a certificate, base64 or 64 hex "
	    "digits" },
    inventory_check_variable = { fits_variable,
	    "the name of an environment variable; the password is its "
	    "value" },
    inventory_check_user = { fits_user,
	    "the name of a user, without ':', '@' and blanks" },
    inventory_check_prompt = { fits_prompt, "an extended regular expression" },
    inventory_check_release = { fits_release, "a release, such as 12.5(1)SU6" },
    inventory_check_mode = { fits_mode, "mixed or non-secure" },
    inventory_check_neighbour = { fits_neighbour,
	    "unity-connection, uccx, expressway, cer, cube, idp or other" },
    inventory_check_days = { fits_days, "days of the week, such as Sat Sun" },
    inventory_check_time = { fits_time, "a time of day, such as 22:00" },
    inventory_check_zone = { fits_zone,
	    "a time zone, such as Europe/Brussels" },
    inventory_check_sftp = { fits_sftp,
	    "sftp://USER@HOST[:PORT]/PATH, without a password" },
    inventory_check_key = { fits_key,
	    "a pkcs11: URI, without pin-value: no PIN stands in a file" },
    inventory_check_text = { fits_text, "text without control characters" };

enum err
inventory_check_value(const struct doc *doc, const char *value,
    const struct inventory_check_kind *kind, struct diag *d)
{
	if (value == NULL || kind->fits(value))
		return ERR_OK;
	/* VALUE is not said: it may be a PIN that stands where none belongs */
	return doc_refuse(doc_place_of(doc, value), d, "this is to be %s",
	    kind->wanted);
}

enum err
inventory_check_values(const struct doc *doc, const struct doc_strings *values,
    const struct inventory_check_kind *kind, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < values->num; i++)
		e = inventory_check_value(doc, values->item[i], kind, d);
	return e;
}

/* ---- Once each. ---- */

/* What a name or an address may not be again, where the loops below have come
 * to. */
struct once {
	const struct doc *doc;
	const char *value;
	const char *what;
};

static enum err
differ(const struct once *o, const char *other, struct diag *d)
{
	if (strcasecmp(o->value, other) != 0)
		return ERR_OK;
	return doc_refuse(doc_place_of(o->doc, o->value), d,
	    "'%.100s' is the %s of another one too (line %u)", o->value,
	    o->what, doc_place_of(o->doc, other).line);
}

/* O's address is none of the first NUM of N. */
static enum err
differ_from(const struct once *o, const struct inventory_node *n, size_t num,
    struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < num; i++)
		e = differ(o, n->addresses.item[i], d);
	return e;
}

/* An address of node I. */
static enum err
check_address(const struct inventory *inv, size_t i, size_t a, struct once *o,
    struct diag *d)
{
	const struct inventory_node *n = inventory_node(inv, i), *before;
	enum err e;
	size_t j;

	o->value = n->addresses.item[a];
	e = differ_from(o, n, a, d);
	for (j = 0; e == ERR_OK && j < i; j++) {
		before = inventory_node(inv, j);
		e = differ_from(o, before, before->addresses.num, d);
	}
	return e;
}

static enum err
check_node(const struct doc *doc, const struct inventory *inv, size_t i,
    struct diag *d)
{
	const struct inventory_node *n = inventory_node(inv, i);
	struct once o = { doc, n->name, "name" };
	enum err e = ERR_OK;
	size_t j;

	for (j = 0; e == ERR_OK && j < i; j++)
		e = differ(&o, inventory_node(inv, j)->name, d);
	o.what = "address";
	for (j = 0; e == ERR_OK && j < n->addresses.num; j++)
		e = check_address(inv, i, j, &o, d);
	return e;
}

static enum err
check_server(const struct doc *doc, const struct inventory *inv, size_t i,
    struct diag *d)
{
	const struct inventory_tftp *t = inv->tftp_servers.item;
	const struct inventory_node *n;
	struct once o = { doc, t[i].address, "address" };
	enum err e = ERR_OK;
	size_t j;

	for (j = 0; e == ERR_OK && j < inventory_num_nodes(inv); j++) {
		n = inventory_node(inv, j);
		e = differ_from(&o, n, n->addresses.num, d);
	}
	for (j = 0; e == ERR_OK && j < i; j++)
		e = differ(&o, t[j].address, d);
	o = (struct once){ doc, t[i].name, "name" };
	for (j = 0; e == ERR_OK && j < inventory_num_nodes(inv); j++)
		e = differ(&o, inventory_node(inv, j)->name, d);
	for (j = 0; e == ERR_OK && j < i; j++)
		e = differ(&o, t[j].name, d);
	return e;
}

enum err
inventory_check_once(const struct doc *doc, const struct inventory *inv,
    struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < inventory_num_nodes(inv); i++)
		e = check_node(doc, inv, i, d);
	for (i = 0; e == ERR_OK && i < inv->tftp_servers.num; i++)
		e = check_server(doc, inv, i, d);
	return e;
}
