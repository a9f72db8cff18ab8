/* SPDX-License-Identifier: Apache-2.0 */
#include "workflow/journal_line.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "data/json.h"
#include "data/scalar.h"
#include "pki/digest.h"

#define SUM_KEY ",\"sum\":\""
#define SUM_END "\"}"
#define TAIL_LEN (sizeof(SUM_KEY) - 1 + JOURNAL_LINE_SUM + sizeof(SUM_END) - 1)

static const char *const events[] = {
#define NAME(id, name) [id] = name,
	JOURNAL_EVENTS(NAME)
};

enum key {
#define ID(id, name) id,
	JOURNAL_KEYS(ID) NUM_KEYS
#undef ID
};

static const char *const keys[] = { JOURNAL_KEYS(NAME)
#undef NAME
};

const char *
journal_event_name(enum journal_event event)
{
	return events[event];
}

void
journal_line_clear(struct journal_line_kept *k)
{
	json_decref(k->json);
	free(k->facts);
	free(k->files);
	/* the names themselves are JSON's */
	free((void *)k->names);
	*k = (struct journal_line_kept){ 0 };
}

/* ---- Out. ---- */

/* Members of JSON; false: out of memory. */
static bool
put_member(json_t *json, const char *key, json_t *value)
{
	return json_object_set_new(json, key, value) == 0;
}

static json_t *
text_of(const char *s)
{
	struct buf text = { 0 };
	json_t *ret = NULL;
	const char *clean;

	text_put_utf8(&text, bytes_of_str(s));
	clean = buf_cstr(&text);
	if (clean != NULL)
		ret = json_string(clean);
	buf_clear(&text);
	return ret;
}

static bool
put_text(json_t *json, enum key key, const char *s)
{
	return s == NULL || put_member(json, keys[key], text_of(s));
}

static bool
put_time(json_t *json, int64_t at)
{
	struct buf text = { 0 };
	bool ok;

	text_put_rfc3339(&text, at);
	ok = put_text(json, JOURNAL_KEY_AT, buf_cstr(&text)) && buf_ok(&text);
	buf_clear(&text);
	return ok;
}

static bool
put_pairs(json_t *json, enum key key, const struct journal_pair *pair,
    size_t num)
{
	json_t *obj = num == 0 ? NULL : json_object();
	size_t i;

	for (i = 0; i < num; i++) {
		if (!put_member(obj, pair[i].name, text_of(pair[i].value))) {
			json_decref(obj);
			return false;
		}
	}
	return num == 0 || put_member(json, keys[key], obj);
}

static bool
put_names(json_t *json, const char *const *name, size_t num)
{
	json_t *list = num == 0 ? NULL : json_array();
	size_t i;

	for (i = 0; i < num; i++) {
		if (json_array_append_new(list, text_of(name[i])) != 0) {
			json_decref(list);
			return false;
		}
	}
	return num == 0 || put_member(json, keys[JOURNAL_KEY_NAMES], list);
}

static bool
put_all(json_t *json, const struct journal_line *l)
{
	return (l->plan == NULL ||
		   put_member(json, keys[JOURNAL_KEY_V],
		       json_integer(JOURNAL_VERSION))) &&
	    put_member(json, keys[JOURNAL_KEY_N], json_integer(l->n)) &&
	    put_time(json, l->at) &&
	    put_text(json, JOURNAL_KEY_EVENT, events[l->event]) &&
	    put_text(json, JOURNAL_KEY_STEP, l->step) &&
	    put_text(json, JOURNAL_KEY_WHY, l->why) &&
	    put_text(json, JOURNAL_KEY_PLAN, l->plan) &&
	    put_pairs(json, JOURNAL_KEY_FACTS, l->facts, l->num_facts) &&
	    put_pairs(json, JOURNAL_KEY_FILES, l->files, l->num_files) &&
	    put_names(json, l->names, l->num_names);
}

/* The sum of TEXT behind the line whose sum is BEFORE. */
static enum err
sum_of(const char *before, struct bytes text, char ret[JOURNAL_LINE_SUM + 1],
    struct diag *d)
{
	struct bytes part[2] = { bytes_of_str(before), text };
	struct digest_value v;
	struct buf hex = { 0 };
	enum err e = digest_of(DIGEST_SHA256, part, 2, &v, d);

	if (e != ERR_OK)
		return e;
	text_put_hex(&hex, digest_bytes(&v), "", TEXT_LOWER);
	if (buf_ok(&hex)) {
		memcpy(ret, hex.ptr, JOURNAL_LINE_SUM);
		ret[JOURNAL_LINE_SUM] = '\0';
	} else {
		e = diag_nomem(d);
	}
	buf_clear(&hex);
	return e;
}

enum err
journal_line_put(const struct journal_line *line,
    char sum[JOURNAL_LINE_SUM + 1], struct buf *out, struct diag *d)
{
	json_t *json = json_object();
	struct buf text = { 0 };
	enum err e = ERR_OK;

	if (json == NULL || !put_all(json, line))
		e = diag_nomem(d);
	if (e == ERR_OK)
		e = doc_json_line(json, &text, d);
	if (e == ERR_OK) {
		text.len--; /* the brace comes behind the sum */
		e = sum_of(sum, buf_bytes(&text), sum, d);
	}
	if (e == ERR_OK) {
		buf_put(out, buf_bytes(&text));
		buf_printf(out, SUM_KEY "%s" SUM_END "\n", sum);
		if (!buf_ok(out))
			e = diag_nomem(d);
	}
	buf_clear(&text);
	json_decref(json);
	return e;
}

/* ---- In. ---- */

static enum err
refuse(unsigned n, struct diag *d, const char *what)
{
	enum err e = diag_set(d, ERR_SYNTAX,
	    "line %u of the journal %s: it was damaged, or changed by hand", n,
	    what);

	diag_line(d, n, 1);
	return e;
}

static bool
known(const char *name)
{
	size_t i;

	for (i = 0; i < NUM_KEYS; i++) {
		if (strcmp(keys[i], name) == 0)
			return true;
	}
	return false;
}

static bool
all_known(json_t *json)
{
	const char *key;
	json_t *value;

	json_object_foreach(json, key, value)
	{
		if (!known(key))
			return false;
	}
	return true;
}

/* Member KEY, a string or absent. */
static bool
get_text(json_t *json, enum key key, const char **ret)
{
	json_t *value = json_object_get(json, keys[key]);

	*ret = json_string_value(value);
	return value == NULL || *ret != NULL;
}

static bool
get_event(json_t *json, enum journal_event *ret)
{
	const char *name = NULL;
	int i;

	if (!get_text(json, JOURNAL_KEY_EVENT, &name) || name == NULL)
		return false;
	for (i = 0; i < JOURNAL_NUM_EVENTS; i++) {
		if (strcmp(events[i], name) == 0) {
			*ret = (enum journal_event)i;
			return true;
		}
	}
	return false;
}

static bool
get_number(json_t *json, enum key key, json_int_t want)
{
	json_t *value = json_object_get(json, keys[key]);

	return json_is_integer(value) && json_integer_value(value) == want;
}

static bool
get_time(json_t *json, int64_t *ret)
{
	const char *s = NULL;

	return get_text(json, JOURNAL_KEY_AT, &s) && s != NULL &&
	    scalar_time(bytes_of_str(s), ret);
}

static bool
get_pairs(json_t *json, enum key key, struct journal_pair **ret, size_t *num)
{
	json_t *obj = json_object_get(json, keys[key]), *value;
	const char *name;
	size_t i = 0, size = json_object_size(obj);

	if (obj == NULL)
		return true;
	if (!json_is_object(obj) ||
	    (*ret = calloc(size + 1, sizeof(**ret))) == NULL)
		return false;
	json_object_foreach(obj, name, value)
	{
		(*ret)[i].name = name;
		(*ret)[i].value = json_string_value(value);
		if ((*ret)[i++].value == NULL)
			return false;
	}
	*num = i;
	return true;
}

static bool
get_names(json_t *json, const char ***ret, size_t *num)
{
	json_t *list = json_object_get(json, keys[JOURNAL_KEY_NAMES]), *value;
	size_t i;

	if (list == NULL)
		return true;
	if (!json_is_array(list) ||
	    (*ret = calloc(json_array_size(list) + 1, sizeof(**ret))) == NULL)
		return false;
	json_array_foreach(list, i, value)
	{
		(*ret)[i] = json_string_value(value);
		if ((*ret)[i] == NULL)
			return false;
	}
	*num = json_array_size(list);
	return true;
}

static bool
get_all(struct journal_line_kept *k)
{
	struct journal_line *l = &k->line;

	if (!all_known(k->json) || !get_number(k->json, JOURNAL_KEY_N, l->n) ||
	    !get_time(k->json, &l->at) || !get_event(k->json, &l->event) ||
	    !get_text(k->json, JOURNAL_KEY_STEP, &l->step) ||
	    !get_text(k->json, JOURNAL_KEY_WHY, &l->why) ||
	    !get_text(k->json, JOURNAL_KEY_PLAN, &l->plan) ||
	    !get_pairs(k->json, JOURNAL_KEY_FACTS, &k->facts, &l->num_facts) ||
	    !get_pairs(k->json, JOURNAL_KEY_FILES, &k->files, &l->num_files) ||
	    !get_names(k->json, &k->names, &l->num_names))
		return false;
	l->facts = k->facts;
	l->files = k->files;
	l->names = k->names;
	return (l->event == JOURNAL_OPEN) == (l->plan != NULL) &&
	    (l->n > 1 || l->event == JOURNAL_OPEN);
}

/* TEXT ends with its sum, which is the one of the line. */
static enum err
check_sum(struct bytes text, unsigned n, char sum[JOURNAL_LINE_SUM + 1],
    struct diag *d)
{
	char want[TAIL_LEN + 1];
	struct bytes tail;
	struct buf expect = { 0 };
	enum err e;

	if (text.len <= TAIL_LEN)
		return refuse(n, d, "is too short");
	tail = bytes_of(text.ptr + text.len - TAIL_LEN, TAIL_LEN);
	e = sum_of(sum, bytes_of(text.ptr, text.len - TAIL_LEN), want, d);
	if (e != ERR_OK)
		return e;
	buf_printf(&expect, SUM_KEY "%s" SUM_END, want);
	if (!buf_ok(&expect))
		e = diag_nomem(d);
	else if (!bytes_equal(tail, buf_bytes(&expect)))
		e = refuse(n, d, "does not have the sum that it should");
	else
		memcpy(sum, want, JOURNAL_LINE_SUM + 1);
	buf_clear(&expect);
	return e;
}

/* The version, of a line that has one. */
static enum err
check_version(json_t *json, unsigned n, struct diag *d)
{
	json_t *v = json_object_get(json, keys[JOURNAL_KEY_V]);
	enum err e;

	if (v == NULL && n > 1)
		return ERR_OK;
	if (!json_is_integer(v))
		return refuse(n, d, "has no version");
	if (json_integer_value(v) == JOURNAL_VERSION)
		return ERR_OK;
	e = diag_set(d, ERR_UNSUPPORTED,
	    "the journal is of version %lld, and this program knows version "
	    "%d",
	    (long long)json_integer_value(v), JOURNAL_VERSION);
	diag_line(d, n, 1);
	return e;
}

enum err
journal_line_get(struct bytes text, unsigned n, char sum[JOURNAL_LINE_SUM + 1],
    struct journal_line_kept *ret, struct diag *d)
{
	struct journal_line_kept k = { .line.n = n };
	char now[JOURNAL_LINE_SUM + 1];
	json_error_t why = { 0 };
	enum err e;

	memcpy(now, sum, sizeof(now));
	k.json = json_loadb((const char *)text.ptr, text.len,
	    JSON_REJECT_DUPLICATES, &why);
	if (k.json == NULL && json_error_code(&why) == json_error_out_of_memory)
		e = diag_nomem(d);
	else if (!json_is_object(k.json))
		e = refuse(n, d, "is no JSON object");
	else
		e = check_version(k.json, n, d);
	if (e == ERR_OK)
		e = check_sum(text, n, now, d);
	if (e == ERR_OK && !get_all(&k))
		e = refuse(n, d, "is not what ctlsmith writes");
	if (e == ERR_OK) {
		*ret = k;
		memcpy(sum, now, sizeof(now));
	} else {
		journal_line_clear(&k);
	}
	return e;
}
