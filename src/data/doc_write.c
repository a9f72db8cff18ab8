/* SPDX-License-Identifier: Apache-2.0 */
#include "data/doc_write.h"

#include <string.h>
#include <strings.h>
#include <yaml.h>

#include "base/text.h"

/* One run of doc_write(). */
struct writer {
	yaml_emitter_t emitter;
	struct diag *diag;
};

static enum err write_map(struct writer *w, const struct doc_table *table,
    const void *value);

static int
append(void *arg, unsigned char *text, size_t len)
{
	struct buf *out = arg;

	buf_put(out, bytes_of(text, len));
	return buf_ok(out);
}

/* Hands EVENT on, which libyaml says was MADE; both fail for want of memory
 * alone. */
static enum err
emit(struct writer *w, yaml_event_t *event, int made)
{
	if (made == 0 || yaml_emitter_emit(&w->emitter, event) == 0)
		return diag_nomem(w->diag);
	return ERR_OK;
}

static enum err
emit_text(struct writer *w, const char *text, yaml_scalar_style_t style)
{
	size_t len = strlen(text);
	yaml_event_t event;
	int made;

	/* libyaml takes an int */
	if (len > DOC_SIZE_MAX)
		return diag_set(w->diag, ERR_TOO_BIG,
		    "a text is longer than %zu bytes", DOC_SIZE_MAX);
	made = yaml_scalar_event_initialize(&event, NULL, NULL,
	    (const yaml_char_t *)text, (int)len, 1, 1, style);
	return emit(w, &event, made);
}

static enum err
emit_plain(struct writer *w, const char *text)
{
	return emit_text(w, text, YAML_PLAIN_SCALAR_STYLE);
}

/* Every reader takes TEXT without quotes for a string: a letter or a slash,
 * then nothing that means anything, and no word that YAML knows. */
static bool
is_word(const char *text)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "/0123456789 ._-";
	static const char *const taken[] = { "true", "false", "null", "yes",
		"no", "on", "off", "y", "n" };
	const size_t num_first = 2 * 26 + 1, len = strlen(text);
	size_t i;

	for (i = 0; i < DOC_NUM(taken); i++)
		if (strcasecmp(text, taken[i]) == 0)
			return false;
	return len > 0 && memchr(safe, text[0], num_first) != NULL &&
	    strspn(text, safe) == len && text[len - 1] != ' ';
}

static enum err
write_string(struct writer *w, const char *key, const char *text)
{
	if (text == NULL)
		return diag_set(w->diag, ERR_USAGE, "%s is missing", key);
	if (!text_is_utf8(bytes_of_str(text)))
		return diag_set(w->diag, ERR_SYNTAX, "%s is not UTF-8", key);
	return emit_text(w, text,
	    is_word(text) ? YAML_PLAIN_SCALAR_STYLE
			  : YAML_DOUBLE_QUOTED_SCALAR_STYLE);
}

/* Emits what TEXT holds, and frees it. */
static enum err
write_buf(struct writer *w, struct buf *text, yaml_scalar_style_t style)
{
	const char *s = buf_cstr(text);
	enum err e = s == NULL ? diag_nomem(w->diag) : emit_text(w, s, style);

	buf_clear(text);
	return e;
}

static enum err
write_unsigned(struct writer *w, unsigned n)
{
	struct buf text = { 0 };

	buf_printf(&text, "%u", n);
	return write_buf(w, &text, YAML_PLAIN_SCALAR_STYLE);
}

static enum err
write_time(struct writer *w, int64_t when)
{
	struct buf text = { 0 };

	text_put_rfc3339(&text, when);
	return write_buf(w, &text, YAML_PLAIN_SCALAR_STYLE);
}

/* In quotes: 123456 would be a number to others. */
static enum err
write_hex(struct writer *w, struct bytes bytes)
{
	struct buf text = { 0 };

	text_put_hex(&text, bytes, "", TEXT_LOWER);
	return write_buf(w, &text, YAML_DOUBLE_QUOTED_SCALAR_STYLE);
}

static enum err
write_enum(struct writer *w, const struct doc_field *f, int value)
{
	const struct doc_name *n;

	for (n = f->names; n->name != NULL; n++)
		if (n->value == value)
			return write_string(w, f->key, n->name);
	return diag_set(w->diag, ERR_USAGE, "%s has no name for %d", f->key,
	    value);
}

static enum err
begin_list(struct writer *w)
{
	yaml_event_t event;
	int made = yaml_sequence_start_event_initialize(&event, NULL, NULL, 1,
	    YAML_BLOCK_SEQUENCE_STYLE);

	return emit(w, &event, made);
}

static enum err
end_list(struct writer *w)
{
	yaml_event_t event;
	int made = yaml_sequence_end_event_initialize(&event);

	return emit(w, &event, made);
}

static enum err
write_strings(struct writer *w, const char *key, const struct doc_strings *list)
{
	enum err e = begin_list(w);
	size_t i;

	for (i = 0; e == ERR_OK && i < list->num; i++)
		e = write_string(w, key, list->item[i]);
	return e == ERR_OK ? end_list(w) : e;
}

static enum err
write_maps(struct writer *w, const struct doc_table *table,
    const struct doc_maps *list)
{
	enum err e = begin_list(w);
	size_t i;

	for (i = 0; e == ERR_OK && i < list->num; i++)
		e = write_map(w, table,
		    (const char *)list->item + i * table->size);
	return e == ERR_OK ? end_list(w) : e;
}

static enum err
write_value(struct writer *w, const struct doc_field *f, const void *member)
{
	const void *sub;
	int value;

	switch (f->type) {
	case DOC_STRING:
		return write_string(w, f->key, *(const char *const *)member);
	case DOC_BOOL:
		return emit_plain(w, *(const bool *)member ? "true" : "false");
	case DOC_UNSIGNED:
		return write_unsigned(w, *(const unsigned *)member);
	case DOC_TIME:
		return write_time(w, *(const int64_t *)member);
	case DOC_HEX:
		return write_hex(w, *(const struct bytes *)member);
	case DOC_ENUM:
		memcpy(&value, member, sizeof(value));
		return write_enum(w, f, value);
	case DOC_MAP:
		memcpy(&sub, member, sizeof(sub));
		return write_map(w, f->table, sub);
	case DOC_STRINGS:
		return write_strings(w, f->key, member);
	case DOC_MAPS:
		return write_maps(w, f->table, member);
	case DOC_PLACE:
		break;
	}
	return ERR_OK;
}

/* The bytes of a member of TYPE, where equal bytes are equal values. */
static size_t
plain_size(enum doc_type type)
{
	switch (type) {
	case DOC_BOOL:
		return sizeof(bool);
	case DOC_UNSIGNED:
		return sizeof(unsigned);
	case DOC_TIME:
		return sizeof(int64_t);
	case DOC_ENUM:
		return sizeof(int);
	case DOC_STRING:
	case DOC_MAP:
		return sizeof(void *);
	case DOC_HEX:
	case DOC_STRINGS:
	case DOC_MAPS:
	case DOC_PLACE:
		break;
	}
	return 0;
}

/* MEMBER is as it would be without its key; NORMAL is the same member of the
 * defaults. */
static bool
is_default(const struct doc_field *f, const void *member, const void *normal)
{
	static const char zero[sizeof(int64_t)];
	const char *text, *other;

	switch (f->type) {
	case DOC_STRING:
		memcpy(&text, member, sizeof(text));
		other = normal == NULL ? NULL : *(const char *const *)normal;
		return text == NULL ||
		    (other != NULL && strcmp(text, other) == 0);
	case DOC_HEX:
		return ((const struct bytes *)member)->ptr == NULL;
	case DOC_STRINGS:
		return ((const struct doc_strings *)member)->num == 0;
	case DOC_MAPS:
		return ((const struct doc_maps *)member)->num == 0;
	case DOC_PLACE:
		return true;
	case DOC_BOOL:
	case DOC_UNSIGNED:
	case DOC_TIME:
	case DOC_ENUM:
	case DOC_MAP:
		break;
	}
	return memcmp(member, normal == NULL ? zero : normal,
		   plain_size(f->type)) == 0;
}

static enum err
write_field(struct writer *w, const struct doc_table *table,
    const struct doc_field *f, const void *value)
{
	const void *member = (const char *)value + f->offset;
	const void *normal = NULL;
	enum err e;

	if (table->defaults != NULL)
		normal = (const char *)table->defaults + f->offset;
	if (f->type == DOC_PLACE ||
	    (!f->required && is_default(f, member, normal)))
		return ERR_OK;
	e = emit_plain(w, f->key);
	return e == ERR_OK ? write_value(w, f, member) : e;
}

static enum err
write_map(struct writer *w, const struct doc_table *table, const void *value)
{
	yaml_event_t event;
	enum err e;
	size_t i;

	e = emit(w, &event,
	    yaml_mapping_start_event_initialize(&event, NULL, NULL, 1,
		YAML_BLOCK_MAPPING_STYLE));
	for (i = 0; e == ERR_OK && i < table->num_fields; i++)
		e = write_field(w, table, &table->fields[i], value);
	if (e != ERR_OK)
		return e;
	return emit(w, &event, yaml_mapping_end_event_initialize(&event));
}

static enum err
write_all(struct writer *w, const struct doc_table *table, const void *value)
{
	yaml_event_t event;
	enum err e;

	e = emit(w, &event,
	    yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
	if (e == ERR_OK)
		e = emit(w, &event,
		    yaml_document_start_event_initialize(&event, NULL, NULL,
			NULL, 1));
	if (e == ERR_OK)
		e = write_map(w, table, value);
	if (e == ERR_OK)
		e = emit(w, &event,
		    yaml_document_end_event_initialize(&event, 1));
	if (e == ERR_OK)
		e = emit(w, &event, yaml_stream_end_event_initialize(&event));
	return e;
}

enum err
doc_write(const struct doc_table *table, const void *value, struct buf *out,
    struct diag *diag)
{
	struct writer w = { .diag = diag };
	size_t len = out->len;
	enum err e;

	if (yaml_emitter_initialize(&w.emitter) == 0)
		return diag_nomem(diag);
	yaml_emitter_set_output(&w.emitter, append, out);
	yaml_emitter_set_unicode(&w.emitter, 1);
	/* a folded line would be a blank more or less to some */
	yaml_emitter_set_width(&w.emitter, -1);
	e = write_all(&w, table, value);
	yaml_emitter_delete(&w.emitter);
	if (e != ERR_OK)
		out->len = len;
	return e;
}
