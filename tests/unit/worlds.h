/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Worlds of the lab for test programs. Include it after test.h.
 */
#ifndef TESTS_UNIT_WORLDS_H
#define TESTS_UNIT_WORLDS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/wire.h"
#include "lab/world.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))
#define WORLDS_OK(call) assert_int_equal(call, ERR_OK)

/* The pool of keys of this build folder, made where it is not there. */
static inline const char *
worlds_keys(void)
{
	static char path[512];
	char command[1200];

	if (path[0] != '\0')
		return path;
	assert_non_null(getenv("SRC"));
	assert_non_null(getenv("BUILD"));
	(void)snprintf(path, sizeof(path), "%s/lab-keys", getenv("BUILD"));
	(void)snprintf(command, sizeof(command),
	    "'%s/softhsm-fixtures/lab-keys.sh' '%s'", getenv("SRC"), path);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c) */
	return path;
}

/* A scenario with 3 nodes and 12 phones, at a time that is always the same. */
static inline struct scenario
worlds_scenario(unsigned release, int mode)
{
	struct scenario s;

	scenario_init(&s);
	s.release = release;
	s.mode = mode;
	s.num_nodes = 3;
	s.num_phones = 12;
	s.start = 1750000000;
	return s;
}

/* A world of S, which must live as long. */
static inline struct world *
worlds_new(const struct scenario *s)
{
	const struct world_setup setup = { .keys = worlds_keys(),
		.network = "127.64.8.",
		.scenario = s };
	struct world *w = NULL;
	struct diag d;

	if (world_new(&setup, &w, &d) != ERR_OK)
		fail_msg("%s", d.msg);
	return w;
}

/* The counts as text: trusting, current, working, refused of the total. */
static inline const char *
worlds_phones(struct world *w)
{
	static char text[100];
	struct world_count c;

	world_lock(w);
	world_count(w, &c);
	world_unlock(w);
	(void)snprintf(text, sizeof(text), "%zu trust %zu have %zu work %zu no",
	    c.trusting, c.current, c.working, c.refused);
	return text;
}

/* A list that NODE gives out, read by the twin. */
struct worlds_list {
	struct buf file;
	struct wire_list tlvs;
};

static inline bool
worlds_get(struct world *w, size_t node, const char *name,
    struct worlds_list *ret)
{
	struct diag d;

	*ret = (struct worlds_list){ .file = { 0 } };
	if (world_get(w, node, name, &ret->file, &d) != ERR_OK) {
		assert_int_equal(d.code, ERR_ABSENT);
		return false;
	}
	if (wire_read(buf_bytes(&ret->file), WIRE_RECORDS, &ret->tlvs, &d) !=
	    ERR_OK)
		fail_msg("%s: %s", name, d.msg);
	return true;
}

static inline void
worlds_put_back(struct worlds_list *l)
{
	wire_list_clear(&l->tlvs);
	buf_clear(&l->file);
}

/* What a TLV has, up to its NUL; "" where it is not there. */
static inline const char *
worlds_value(const struct worlds_list *l, size_t space, uint8_t tag)
{
	const struct wire_tlv *t = wire_find(&l->tlvs, space, tag);

	return t == NULL || t->value.len == 0 ? "" : (const char *)t->value.ptr;
}

/* The CN of the name in TAG; "-" where there is none. */
static inline struct bytes
worlds_cn(const struct worlds_list *l, size_t space, uint8_t tag)
{
	const char *name = worlds_value(l, space, tag);

	if (strlen(name) < 3)
		return bytes_of_str("-");
	return bytes_of(name + 3, strcspn(name + 3, ";"));
}

/* What list NAME of NODE is, in short: the signer, and of each record its role
 * and the CN of its subject, "-" for none. */
static inline const char *
worlds_show(struct world *w, size_t node, const char *name)
{
	static char text[2000];
	struct worlds_list l;
	const struct wire_tlv *role;
	struct bytes cn;
	size_t i, at;

	if (!worlds_get(w, node, name, &l))
		return "none";
	cn = worlds_cn(&l, 0, 4);
	at = (size_t)snprintf(text, sizeof(text), "%.*s:", (int)cn.len, cn.ptr);
	for (i = 1; i <= l.tlvs.num_records; i++) {
		role = wire_find(&l.tlvs, i, 4);
		assert_true(role != NULL && role->value.len == 2);
		cn = worlds_cn(&l, i, 3);
		at += (size_t)snprintf(text + at, sizeof(text) - at, " %u %.*s",
		    role->value.ptr[1], (int)cn.len, cn.ptr);
	}
	worlds_put_back(&l);
	return text;
}

/* FROM without what is different each time: CAPF's eight digits. */
static inline const char *
worlds_blank(const char *from)
{
	static char text[2000];
	char *at;
	size_t i;

	(void)snprintf(text, sizeof(text), "%s", from);
	for (at = text; (at = strstr(at, "CAPF-")) != NULL;)
		for (i = 0, at += 5; i < 8 && *at != '\0'; i++)
			*at++ = '#';
	return text;
}

/* The two lists as text are the same. */
#define WORLDS_SHOWS(w, node, name, want) \
	assert_string_equal(worlds_blank(worlds_show(w, node, name)), want)

#endif
