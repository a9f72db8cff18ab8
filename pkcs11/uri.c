/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/uri.h"

#include <p11-kit/uri.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define SCHEME "pkcs11:"
#define SCHEME_LEN 7
#define URI_MAX 4096
/* The most of a name that a message quotes. */
#define QUOTE_MAX 40
#define PIN_VALUE "pin-value="
#define PIN_VALUE_LEN 10

enum part {
	PATH, /* before the "?" */
	QUERY
};

enum value {
	TEXT,
	STRING, /* text without NUL, not empty */
	ID,
	TYPE,
	VERSION
};

/* Attribute, its name, its part, the most bytes it has, what they are. */
#define URI_ATTRS(X)                                                        \
	X(URI_TOKEN, "token", PATH, 32, TEXT)                               \
	X(URI_MANUFACTURER, "manufacturer", PATH, 32, TEXT)                 \
	X(URI_SERIAL, "serial", PATH, 16, TEXT)                             \
	X(URI_MODEL, "model", PATH, 16, TEXT)                               \
	X(URI_LIBRARY_MANUFACTURER, "library-manufacturer", PATH, 32, TEXT) \
	X(URI_LIBRARY_DESCRIPTION, "library-description", PATH, 32, TEXT)   \
	X(URI_LIBRARY_VERSION, "library-version", PATH, 7, VERSION)         \
	X(URI_SLOT_DESCRIPTION, "slot-description", PATH, 64, TEXT)         \
	X(URI_SLOT_MANUFACTURER, "slot-manufacturer", PATH, 32, TEXT)       \
	X(URI_OBJECT, "object", PATH, URI_MAX, TEXT)                        \
	X(URI_TYPE, "type", PATH, URI_MAX, TYPE)                            \
	X(URI_ID, "id", PATH, URI_MAX, ID)                                  \
	X(URI_PIN_SOURCE, "pin-source", QUERY, URI_MAX, STRING)             \
	X(URI_MODULE_NAME, "module-name", QUERY, URI_MAX, STRING)           \
	X(URI_MODULE_PATH, "module-path", QUERY, URI_MAX, STRING)

enum uri_attr {
#define URI_ENUM(id, name, part, max, value) id,
	URI_ATTRS(URI_ENUM)
#undef URI_ENUM
	URI_NUM_ATTRS
};

static const struct attr {
	const char *name;
	enum part part;
	size_t max;
	enum value value;
} attrs[] = {
#define URI_ROW(id, name, part, max, value) { name, part, max, value },
	URI_ATTRS(URI_ROW)
#undef URI_ROW
};

struct tok_uri {
	P11KitUri *uri;
	unsigned has; /* bit 1u << enum uri_attr */
};

/* One attribute where it stands in the text. */
struct span {
	const char *text;        /* the whole URI */
	size_t name, value, end; /* offsets */
};

/* ---- Reading ------------------------------------------------------------- */

static enum err
fail(struct diag *d, size_t offset, enum err code)
{
	diag_at(d, offset, "%s", "");
	return code;
}

int
uri_decode(const char *p, size_t *ret_len)
{
	int hi, lo;

	*ret_len = 1;
	if (*p != '%')
		return (unsigned char)*p;
	hi = text_hex_value((uint8_t)p[1]);
	lo = hi < 0 ? -1 : text_hex_value((uint8_t)p[2]);
	if (lo < 0)
		return -1;
	*ret_len = 3;
	return hi * 16 + lo;
}

/* p11-kit drops blanks without a word. */
static bool
is_blank(char c)
{
	return (unsigned char)c <= ' ' || c == 0x7f;
}

/* Checks the escapes of S, whose value has *RET_LEN bytes. */
static enum err
check_escapes(const struct span *s, const struct attr *a, size_t *ret_len,
    struct diag *d)
{
	size_t i, step, len = 0;
	int c;

	for (i = s->value; i < s->end; i += step, len++) {
		c = uri_decode(s->text + i, &step);
		if (c < 0) {
			diag_set(d, ERR_SYNTAX,
			    "%s has a \"%%\" without two hex digits; a percent "
			    "sign itself is written %%25",
			    a->name);
			return fail(d, i, ERR_SYNTAX);
		}
		if (c == 0 && a->value == STRING) {
			diag_set(d, ERR_SYNTAX, "%s may not hold %%00",
			    a->name);
			return fail(d, i, ERR_SYNTAX);
		}
	}
	*ret_len = len;
	return ERR_OK;
}

static bool
span_is(const struct span *s, const char *text)
{
	return strlen(text) == s->end - s->value &&
	    memcmp(s->text + s->value, text, s->end - s->value) == 0;
}

static enum err
check_type(const struct span *s, struct diag *d)
{
	const char *type;
	int c;

	for (c = 0; c < TOK_OTHER_CLASS; c++) {
		type = tok_class_type((enum tok_class)c);
		if (type != NULL && span_is(s, type))
			return ERR_OK;
	}
	diag_set(d, ERR_SYNTAX,
	    "type is one of cert, data, private, public and secret-key");
	return fail(d, s->value, ERR_SYNTAX);
}

/* A number to 254: 255 is what p11-kit has for none. */
static bool
take_number(const char **p)
{
	unsigned n = 0, digits = 0;

	for (; **p >= '0' && **p <= '9' && digits < 4; (*p)++, digits++)
		n = n * 10 + (unsigned)(**p - '0');
	return digits > 0 && digits < 4 && n <= 254;
}

static enum err
check_version(const struct span *s, struct diag *d)
{
	const char *p = s->text + s->value;

	if (take_number(&p) && (*p != '.' || (p++, take_number(&p))) &&
	    p == s->text + s->end)
		return ERR_OK;
	diag_set(d, ERR_SYNTAX,
	    "library-version is two numbers to 254 as in 2.6, or one");
	return fail(d, s->value, ERR_SYNTAX);
}

static enum err
check_value(const struct span *s, const struct attr *a, struct diag *d)
{
	size_t len;
	enum err e = check_escapes(s, a, &len, d);

	if (e != ERR_OK)
		return e;
	if (len > a->max) {
		diag_set(d, ERR_TOO_BIG,
		    "%s has %zu bytes, and no token has more than %zu", a->name,
		    len, a->max);
		return fail(d, s->value, ERR_TOO_BIG);
	}
	if (len == 0 && (a->value == STRING || a->value == ID)) {
		diag_set(d, ERR_SYNTAX,
		    "%s is empty; give it a value or leave it out", a->name);
		return fail(d, s->value, ERR_SYNTAX);
	}
	if (a->value == TYPE)
		return check_type(s, d);
	if (a->value == VERSION)
		return check_version(s, d);
	return ERR_OK;
}

static size_t
find_attr(const struct span *s)
{
	size_t len = s->value - 1 - s->name;
	size_t i;

	for (i = 0; i < URI_NUM_ATTRS; i++)
		if (strlen(attrs[i].name) == len &&
		    memcmp(attrs[i].name, s->text + s->name, len) == 0)
			break;
	return i;
}

static bool
name_is(const struct span *s, const char *name)
{
	size_t len = s->value - 1 - s->name;

	return strlen(name) == len && memcmp(name, s->text + s->name, len) == 0;
}

/* Says why the name of S is none that we take. Its value is never quoted: it
 * may be a PIN. */
static enum err
refuse_name(const struct span *s, struct diag *d)
{
	size_t len = s->value - 1 - s->name;

	if (name_is(s, "slot-id"))
		diag_set(d, ERR_SYNTAX,
		    "slot-id is not taken, since slot numbers change; name the "
		    "token by serial and token");
	else if (name_is(s, "pin-value"))
		diag_set(d, ERR_SYNTAX,
		    "pin-value is not taken here; put the PIN into a file and "
		    "name it by pin-source");
	else
		diag_set(d, ERR_SYNTAX,
		    "there is no attribute \"%.*s\" that is understood here; "
		    "take it out",
		    (int)(len < QUOTE_MAX ? len : QUOTE_MAX),
		    s->text + s->name);
	return fail(d, s->name, ERR_SYNTAX);
}

static enum err
check_attr(const struct span *s, enum part part, unsigned *has, struct diag *d)
{
	size_t i = find_attr(s);

	if (i == URI_NUM_ATTRS)
		return refuse_name(s, d);
	if ((*has & 1u << i) != 0) {
		diag_set(d, ERR_SYNTAX, "%s stands twice; take one out",
		    attrs[i].name);
		return fail(d, s->name, ERR_SYNTAX);
	}
	if (attrs[i].part != part) {
		diag_set(d, ERR_SYNTAX, "%s belongs %s the \"?\"",
		    attrs[i].name, part == PATH ? "behind" : "before");
		return fail(d, s->name, ERR_SYNTAX);
	}
	*has |= 1u << i;
	return check_value(s, &attrs[i], d);
}

/* Finds the "=" of S, whose name and end are set. */
static enum err
split(struct span *s, struct diag *d)
{
	const char *eq = memchr(s->text + s->name, '=', s->end - s->name);

	if (eq == NULL) {
		diag_set(d, ERR_SYNTAX,
		    "an attribute is missing here, or its \"=\"");
		return fail(d, s->name, ERR_SYNTAX);
	}
	s->value = (size_t)(eq - s->text) + 1;
	return ERR_OK;
}

/* The scheme, the length, and no blank anywhere. */
static enum err
check_whole(const char *text, struct diag *d)
{
	size_t i;

	if (strncasecmp(text, SCHEME, SCHEME_LEN) != 0) {
		diag_set(d, ERR_SYNTAX, "a token's URI begins with \"%s\"",
		    SCHEME);
		return fail(d, 0, ERR_SYNTAX);
	}
	for (i = 0; text[i] != '\0'; i++)
		if (i == URI_MAX) {
			return diag_set(d, ERR_TOO_BIG,
			    "a token's URI has at most %d bytes", URI_MAX);
		} else if (is_blank(text[i])) {
			diag_set(d, ERR_SYNTAX,
			    "a blank or control character stands in the URI; "
			    "write it as %%%02X",
			    (unsigned)text[i]);
			return fail(d, i, ERR_SYNTAX);
		}
	return ERR_OK;
}

/* Checks TEXT as RFC 7512 has it, and notes which attributes it holds. */
static enum err
scan(const char *text, unsigned *has, struct diag *d)
{
	struct span s = { text, SCHEME_LEN, 0, 0 };
	enum part part = PATH;
	enum err e = check_whole(text, d);

	while (e == ERR_OK) {
		s.end = s.name +
		    strcspn(text + s.name, part == PATH ? ";?" : "&");
		/* both parts may be empty */
		if (s.end > s.name || text[s.end] == ';' ||
		    text[s.end] == '&' ||
		    (text[s.name - 1] != ':' && text[s.name - 1] != '?')) {
			e = split(&s, d);
			if (e == ERR_OK)
				e = check_attr(&s, part, has, d);
		}
		if (text[s.end] == '\0')
			break;
		if (text[s.end] == '?')
			part = QUERY;
		s.name = s.end + 1;
	}
	return e;
}

/* What p11-kit says of a text that scan() has let pass. */
static enum err
parse_failed(int n, struct diag *d)
{
	if (n == P11_KIT_URI_NO_MEMORY)
		return diag_nomem(d);
	return diag_set(d, ERR_SYNTAX, "p11-kit does not take the URI: %s",
	    p11_kit_uri_message(n));
}

static enum err
parse(P11KitUri *uri, const char *text, struct diag *d)
{
	char *copy = strdup(text);
	size_t i;
	int n;

	if (copy == NULL)
		return diag_nomem(d);
	for (i = 0; i < SCHEME_LEN; i++)
		copy[i] = SCHEME[i]; /* whatever its case */
	n = p11_kit_uri_parse(copy, P11_KIT_URI_FOR_ANY, uri);
	free(copy);
	if (n != P11_KIT_URI_OK)
		return parse_failed(n, d);
	if (p11_kit_uri_any_unrecognized(uri))
		return parse_failed(P11_KIT_URI_BAD_SYNTAX, d);
	return ERR_OK;
}

enum err
tok_uri_parse(const char *text, struct tok_uri **ret, struct diag *d)
{
	struct tok_uri *u = calloc(1, sizeof(*u));
	enum err e;

	if (u == NULL)
		return diag_nomem(d);
	e = scan(text, &u->has, d);
	if (e != ERR_OK)
		goto out;
	u->uri = p11_kit_uri_new();
	e = u->uri == NULL ? diag_nomem(d) : parse(u->uri, text, d);
out:
	if (e == ERR_OK)
		*ret = u;
	else
		tok_uri_free(&u);
	return e;
}

void
tok_uri_free(struct tok_uri **u)
{
	if (*u == NULL)
		return;
	p11_kit_uri_free((*u)->uri);
	free(*u);
	*u = NULL;
}

/* ---- The PIN in a URI ----------------------------------------------------- */

/* The next pin-value in TEXT from offset AT on. */
static bool
find_pin(const char *text, size_t at, struct span *ret)
{
	const char *query;
	size_t i;

	for (i = at; text[i] != '\0'; i++) {
		if (strncasecmp(text + i, PIN_VALUE, PIN_VALUE_LEN) != 0)
			continue;
		if (i > 0 && strchr(":;?&", text[i - 1]) == NULL)
			continue;
		query = memchr(text, '?', i);
		*ret = (struct span){ text, i, i + PIN_VALUE_LEN, 0 };
		ret->end = ret->value +
		    strcspn(text + ret->value, query == NULL ? ";?" : "&");
		return true;
	}
	return false;
}

/* Overwrites every pin-value from the first, S, on; returns how many there
 * are. */
static size_t
wipe(char *text, struct span s)
{
	size_t num = 0;

	do {
		memset(text + s.value, 'x', s.end - s.value);
		num++;
	} while (find_pin(text, s.end, &s));
	return num;
}

/* Whether a character of the value could be meant otherwise: a PIN that is
 * not the one that was meant costs a try. */
static bool
is_doubtful(char c)
{
	return c == '&' || c == ';' || c == '?' || is_blank(c);
}

/* Decodes S where it stands; *RET_LEN bytes then begin at its value. */
static enum err
decode_pin(char *text, const struct span *s, size_t *ret_len, struct diag *d)
{
	size_t i, step, len = 0;
	int c;

	for (i = s->value; i < s->end; i += step) {
		c = uri_decode(text + i, &step);
		if (c < 0 || is_doubtful(text[i])) {
			diag_set(d, ERR_SYNTAX,
			    "pin-value has a character that must be written as "
			    "\"%%\" and two hex digits: a percent sign is %%25, "
			    "a blank %%20, \"&\" %%26, \";\" %%3B, \"?\" %%3F");
			return fail(d, s->value, ERR_SYNTAX);
		}
		text[s->value + len++] = (char)c;
	}
	if (len == 0) {
		diag_set(d, ERR_SYNTAX, "pin-value is empty");
		return fail(d, s->value, ERR_SYNTAX);
	}
	*ret_len = len;
	return ERR_OK;
}

/* Takes S and one separator beside it out of TEXT. What was behind the end is
 * NULs then. */
static void
cut(char *text, const struct span *s)
{
	size_t from = s->name, to = s->end, len = strlen(text);
	bool leads = from > 0 && strchr(":?", text[from - 1]) != NULL;

	if (leads && (text[to] == ';' || text[to] == '&'))
		to++;
	else if (from > 0 && text[from - 1] != ':')
		from--;
	memmove(text + from, text + to, len - to);
	memset(text + from + (len - to), '\0', to - from);
}

enum err
tok_uri_take_pin(char *text, struct secret *pin, bool *ret_found,
    struct diag *d)
{
	struct secret taken = { 0 };
	struct span s, next;
	size_t len;
	enum err e;

	if (!find_pin(text, 0, &s)) {
		*ret_found = false;
		return ERR_OK;
	}
	if (find_pin(text, s.end, &next)) {
		(void)wipe(text, s);
		diag_set(d, ERR_SYNTAX, "pin-value stands twice");
		return fail(d, next.name, ERR_SYNTAX);
	}
	e = decode_pin(text, &s, &len, d);
	if (e == ERR_OK)
		e = secret_set(&taken, bytes_of(text + s.value, len), d);
	(void)wipe(text, s);
	if (e != ERR_OK)
		return e;
	cut(text, &s);
	secret_clear(pin);
	*pin = taken;
	*ret_found = true;
	return ERR_OK;
}

/* ---- What it asks for ----------------------------------------------------- */

static bool
has(const struct tok_uri *u, enum uri_attr a)
{
	return (u->has & 1u << a) != 0;
}

const char *
tok_uri_module_path(const struct tok_uri *u)
{
	return p11_kit_uri_get_module_path(u->uri);
}

const char *
tok_uri_pin_source(const struct tok_uri *u)
{
	return p11_kit_uri_get_pin_source(u->uri);
}

bool
tok_uri_names_object(const struct tok_uri *u)
{
	return has(u, URI_OBJECT) || has(u, URI_TYPE) || has(u, URI_ID);
}

struct bytes
uri_trim(struct bytes t)
{
	while (
	    t.len > 0 && (t.ptr[t.len - 1] == ' ' || t.ptr[t.len - 1] == '\0'))
		t.len--;
	return t;
}

static bool
same_text(const struct tok_uri *u, enum uri_attr a, struct bytes wanted,
    struct bytes found)
{
	return !has(u, a) || bytes_equal(uri_trim(wanted), uri_trim(found));
}

/* same_text() of an array in one of p11-kit's structures. */
#define SAME(u, a, wanted, found) \
	same_text(u, a, bytes_of(wanted, sizeof(wanted)), found)

static struct bytes
text_of(const struct tok_text *t)
{
	return bytes_of(t->byte, t->len);
}

bool
uri_matches_token(const struct tok_uri *u, const struct tok_info *i)
{
	const CK_TOKEN_INFO *t = p11_kit_uri_get_token_info(u->uri);
	const CK_SLOT_INFO *s = p11_kit_uri_get_slot_info(u->uri);

	return SAME(u, URI_TOKEN, t->label, text_of(&i->label)) &&
	    SAME(u, URI_MANUFACTURER, t->manufacturerID,
		text_of(&i->manufacturer)) &&
	    SAME(u, URI_MODEL, t->model, text_of(&i->model)) &&
	    SAME(u, URI_SERIAL, t->serialNumber, text_of(&i->serial)) &&
	    SAME(u, URI_SLOT_DESCRIPTION, s->slotDescription,
		text_of(&i->slot)) &&
	    SAME(u, URI_SLOT_MANUFACTURER, s->manufacturerID,
		text_of(&i->slot_maker));
}

/* PATH's file is NAME, libNAME, NAME.so... or libNAME.so... */
static bool
file_is(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	const char *file = slash == NULL ? path : slash + 1;
	size_t len = strlen(name);

	if (strncmp(file, name, len) != 0 && strncmp(file, "lib", 3) == 0)
		file += 3;
	if (strncmp(file, name, len) != 0)
		return false;
	return file[len] == '\0' || strncmp(file + len, ".so", 3) == 0;
}

static bool
same_version(const struct tok_uri *u, const CK_INFO *i)
{
	const CK_INFO *m = p11_kit_uri_get_module_info(u->uri);

	return !has(u, URI_LIBRARY_VERSION) ||
	    memcmp(&m->libraryVersion, &i->libraryVersion,
		sizeof(i->libraryVersion)) == 0;
}

bool
uri_matches_module(const struct tok_uri *u, const CK_INFO *i, const char *name,
    const char *path)
{
	const CK_INFO *m = p11_kit_uri_get_module_info(u->uri);
	const char *want_name = p11_kit_uri_get_module_name(u->uri);
	const char *want_path = p11_kit_uri_get_module_path(u->uri);

	if (want_path != NULL && (path == NULL || strcmp(want_path, path) != 0))
		return false;
	if (want_name != NULL &&
	    (name == NULL || strcmp(want_name, name) != 0) &&
	    (path == NULL || !file_is(path, want_name)))
		return false;
	return same_version(u, i) &&
	    SAME(u, URI_LIBRARY_MANUFACTURER, m->manufacturerID,
		bytes_of(i->manufacturerID, sizeof(i->manufacturerID))) &&
	    SAME(u, URI_LIBRARY_DESCRIPTION, m->libraryDescription,
		bytes_of(i->libraryDescription, sizeof(i->libraryDescription)));
}

/* An attribute of objects as the URI has it, or absent. */
static struct bytes
object_attr(const struct tok_uri *u, enum uri_attr a, CK_ATTRIBUTE_TYPE type)
{
	const CK_ATTRIBUTE *v;

	if (!has(u, a))
		return bytes_of(NULL, 0);
	v = p11_kit_uri_get_attribute(u->uri, type);
	if (v == NULL || v->pValue == NULL)
		return bytes_of("", 0);
	return bytes_of(v->pValue, v->ulValueLen);
}

struct bytes
uri_id(const struct tok_uri *u)
{
	return object_attr(u, URI_ID, CKA_ID);
}

struct bytes
uri_label(const struct tok_uri *u)
{
	return object_attr(u, URI_OBJECT, CKA_LABEL);
}

struct bytes
uri_serial(const struct tok_uri *u)
{
	const CK_TOKEN_INFO *t = p11_kit_uri_get_token_info(u->uri);

	if (!has(u, URI_SERIAL))
		return bytes_of(NULL, 0);
	return uri_trim(bytes_of(t->serialNumber, sizeof(t->serialNumber)));
}

bool
uri_class(const struct tok_uri *u, CK_OBJECT_CLASS *ret)
{
	struct bytes v = object_attr(u, URI_TYPE, CKA_CLASS);

	if (v.len != sizeof(*ret))
		return false;
	memcpy(ret, v.ptr, sizeof(*ret));
	return true;
}

bool
uri_matches_object(const struct tok_uri *u, CK_OBJECT_CLASS class,
    struct bytes label, struct bytes id)
{
	CK_OBJECT_CLASS wanted;

	if (uri_class(u, &wanted) && wanted != class)
		return false;
	if (has(u, URI_ID) && !bytes_equal(uri_id(u), id))
		return false;
	return same_text(u, URI_OBJECT, uri_label(u), label);
}

/* ---- Writing -------------------------------------------------------------- */

static bool
is_unreserved(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	    c == '~';
}

/* Appends the attribute A, unless it is empty; behind the scheme the first,
 * FROM being where that begins. */
static void
put(struct buf *out, size_t from, enum uri_attr a, struct bytes v)
{
	size_t i;

	if (v.len == 0)
		return;
	if (out->len - from > SCHEME_LEN)
		buf_u8(out, ';');
	buf_printf(out, "%s=", attrs[a].name);
	for (i = 0; i < v.len; i++)
		if (a != URI_ID && is_unreserved(v.ptr[i]))
			buf_u8(out, v.ptr[i]);
		else
			buf_printf(out, "%%%02X", v.ptr[i]);
}

static void
put_token(struct buf *out, size_t from, const struct tok_info *i)
{
	buf_str(out, SCHEME);
	put(out, from, URI_MODEL, uri_trim(text_of(&i->model)));
	put(out, from, URI_MANUFACTURER, uri_trim(text_of(&i->manufacturer)));
	put(out, from, URI_SERIAL, uri_trim(text_of(&i->serial)));
	put(out, from, URI_TOKEN, uri_trim(text_of(&i->label)));
}

void
tok_put_uri(struct buf *out, const struct tok_info *i)
{
	put_token(out, out->len, i);
}

void
tok_put_object_uri(struct buf *out, const struct tok_info *i,
    const struct tok_object *o)
{
	const char *type = tok_class_type(o->class);
	size_t from = out->len;

	put_token(out, from, i);
	put(out, from, URI_ID, o->id);
	put(out, from, URI_OBJECT, uri_trim(o->label));
	if (type != NULL)
		put(out, from, URI_TYPE, bytes_of_str(type));
}
