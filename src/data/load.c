/* SPDX-License-Identifier: Apache-2.0 */
#include "data/load.h"

#include <stdio.h>

#include "data/doc.h"

/* What the two passes over a text count. */
struct shape {
	size_t depth;
	size_t anchors;
};

/* The place of byte OFFSET. libyaml tells of a byte it cannot decode no more
 * than that. */
static struct doc_place
place_of_byte(struct bytes text, size_t offset)
{
	struct doc_place place = { 1, 1 };
	size_t i;

	for (i = 0; i < offset && i < text.len; i++) {
		if (text.ptr[i] == '\n') {
			place.line++;
			place.column = 1;
		} else if ((text.ptr[i] & 0xc0) != 0x80) {
			place.column++;
		}
	}
	return place;
}

static struct doc_place
place_of_mark(yaml_mark_t mark)
{
	struct doc_place place = { (unsigned)mark.line + 1,
		(unsigned)mark.column + 1 };

	return place;
}

static enum err
refuse_text(const yaml_parser_t *p, struct bytes text, struct diag *diag)
{
	const char *problem = p->problem != NULL ? p->problem : "not YAML";

	if (p->error == YAML_MEMORY_ERROR)
		return diag_nomem(diag);
	if (p->error == YAML_READER_ERROR)
		return doc_refuse(place_of_byte(text, p->problem_offset), diag,
		    "%s", problem);
	if (p->context == NULL)
		return doc_refuse(place_of_mark(p->problem_mark), diag, "%s",
		    problem);
	return doc_refuse(place_of_mark(p->problem_mark), diag, "%s %s",
	    p->context, problem);
}

static void
start(yaml_parser_t *p, struct bytes text)
{
	/* Without this a byte order mark could make UTF-16 of the text. */
	yaml_parser_set_encoding(p, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(p,
	    text.len > 0 ? text.ptr : (const uint8_t *)"", text.len);
}

static void
count(struct shape *shape, const yaml_event_t *e)
{
	if (e->type == YAML_SEQUENCE_START_EVENT ||
	    e->type == YAML_MAPPING_START_EVENT)
		shape->depth++;
	if (e->type == YAML_SEQUENCE_END_EVENT ||
	    e->type == YAML_MAPPING_END_EVENT)
		shape->depth--;
	if ((e->type == YAML_SCALAR_EVENT && e->data.scalar.anchor != NULL) ||
	    (e->type == YAML_SEQUENCE_START_EVENT &&
		e->data.sequence_start.anchor != NULL) ||
	    (e->type == YAML_MAPPING_START_EVENT &&
		e->data.mapping_start.anchor != NULL))
		shape->anchors++;
}

static enum err
next_event(yaml_parser_t *p, struct bytes text, struct shape *shape,
    bool *ret_end, struct diag *diag)
{
	struct doc_place place;
	yaml_event_t e;

	if (!yaml_parser_parse(p, &e))
		return refuse_text(p, text, diag);
	count(shape, &e);
	place = place_of_mark(e.start_mark);
	*ret_end = e.type == YAML_STREAM_END_EVENT;
	yaml_event_delete(&e);
	if (shape->depth <= DOC_DEPTH_MAX && shape->anchors <= DOC_ANCHORS_MAX)
		return ERR_OK;
	(void)diag_set(diag, ERR_TOO_BIG, "more than %d %s",
	    shape->depth > DOC_DEPTH_MAX ? DOC_DEPTH_MAX : DOC_ANCHORS_MAX,
	    shape->depth > DOC_DEPTH_MAX ? "levels of lists and maps"
					 : "anchors");
	diag_line(diag, place.line, place.column);
	return ERR_TOO_BIG;
}

/* A first pass, since libyaml's documents take time that grows with the
 * square of the depth and of the number of anchors: 100,000 brackets cost 10
 * seconds. */
static enum err
check_shape(struct bytes text, struct diag *diag)
{
	struct shape shape = { 0 };
	enum err err = ERR_OK;
	bool end = false;
	yaml_parser_t p;

	if (!yaml_parser_initialize(&p))
		return diag_nomem(diag);
	start(&p, text);
	while (err == ERR_OK && !end)
		err = next_event(&p, text, &shape, &end, diag);
	yaml_parser_delete(&p);
	return err;
}

/* Refuses whatever follows the first document. */
static enum err
expect_end(yaml_parser_t *p, struct bytes text, struct diag *diag)
{
	yaml_document_t more;
	enum err err = ERR_OK;

	if (!yaml_parser_load(p, &more))
		return refuse_text(p, text, diag);
	if (yaml_document_get_root_node(&more) != NULL)
		err = doc_refuse(place_of_mark(more.start_mark), diag,
		    "a second document; only one is read");
	yaml_document_delete(&more);
	return err;
}

enum err
load_yaml(struct bytes text, yaml_document_t *ret, struct diag *diag)
{
	struct doc_place first_byte = { 1, 1 };
	yaml_document_t first;
	yaml_parser_t p;
	enum err err;

	if (text.len > DOC_SIZE_MAX)
		return diag_set(diag, ERR_TOO_BIG,
		    "%zu bytes of text; at most %zu are read", text.len,
		    DOC_SIZE_MAX);
	err = check_shape(text, diag);
	if (err != ERR_OK)
		return err;
	if (!yaml_parser_initialize(&p))
		return diag_nomem(diag);
	start(&p, text);
	if (!yaml_parser_load(&p, &first)) {
		err = refuse_text(&p, text, diag);
		goto out;
	}
	if (yaml_document_get_root_node(&first) == NULL)
		err = doc_refuse(first_byte, diag, "the document is empty");
	else
		err = expect_end(&p, text, diag);
	if (err == ERR_OK)
		*ret = first;
	else
		yaml_document_delete(&first);
out:
	yaml_parser_delete(&p);
	return err;
}
