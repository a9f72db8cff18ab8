/* SPDX-License-Identifier: Apache-2.0 */
/* The file plan.yaml: what is refused, with its line, what comes back as it was
 * written, and that docs/plan.md and docs/plan.schema.json tell of all of it. */
#include "test.h"

#include <stdlib.h>

#include "base/file.h"
#include "schema.h"
#include "workflow/plan.h"

#define HEAD                                                              \
	"version: 1\ncluster: lab\npublisher: cucm1\ninventory: c.yaml\n" \
	"made: 2026-11-23T10:00:00Z\nrelease: \"12.5.1\"\n"               \
	"wishes: [CAPF]\nsteps:\n"
#define REST                                                         \
	", who: ctlsmith, title: t, why: w, source: s, touches: x, " \
	"check: c, back: nothing, back_text: b}\n"

static enum err
read_text(const char *text, struct plan *ret, struct doc **doc, struct diag *d)
{
	diag_init(d);
	return plan_read(bytes_of_str(text), ret, doc, d);
}

static const struct refused {
	const char *text;
	unsigned line;
	const char *says;
} refusals[] = {
	{ HEAD "  - {id: a, kind: observe" REST "  - {id: a, kind: final" REST,
	    10, "a step a is there already (line 9)" },
	{ HEAD "  - {id: a b, kind: observe" REST, 9, "letters, digits" },
	{ HEAD "  - {id: .a, kind: observe" REST, 9, "letters, digits" },
	{ HEAD "  - {id: a, kind: look" REST, 9, "look" },
	{ HEAD "  - {id: a, kind: csr, node: n" REST, 9, "csr wants unit" },
	{ HEAD "  - {id: a, kind: csr, unit: u" REST, 9, "csr wants node" },
	{ HEAD "  - {id: a, kind: final, node: n" REST, 9,
	    "final has no node" },
	{ HEAD "  - {id: a, kind: restart, node: n" REST, 9,
	    "restart wants services" },
	{ HEAD "  - {id: a, kind: final, services: [a]" REST, 9,
	    "final has no services" },
	{ HEAD "  - {id: a, kind: update-ctl, node: cucm2" REST, 9,
	    "done on the publisher cucm1 alone" },
	{ HEAD "  - {id: a, kind: update-ctl" REST, 9, "wants node" },
	{ HEAD "  - {id: a, kind: prove, argument: or" REST, 9,
	    "its argument is ctl or itl" },
	{ HEAD "  - {id: a, kind: prove" REST, 9, "wants argument" },
	{ HEAD "  - {id: a, kind: set-mode, node: cucm1, argument: secure" REST,
	    9, "mixed or non-secure" },
	{ HEAD "  - {id: a, kind: canary, node: n" REST, 9, "sign-ctl" },
	{ HEAD "  - {id: a, kind: distribute, node: n" REST
	       "  - {id: b, kind: sign-ctl" REST,
	    9, "there is none before it" },
	{ HEAD "  - {id: a, kind: by-hand" REST, 9, "wants todo" },
	{ HEAD "  - {id: a, kind: observe, strands: all" REST, 9,
	    "strands_num how many" },
	{ HEAD "  - {id: a, kind: observe, strands_num: 2" REST, 9,
	    "strands_num how many" },
	{ HEAD "  - {id: a, kind: observe, colour: red" REST, 9, "colour" },
};

static void
test_refused(void **state)
{
	struct plan p;
	struct doc *doc;
	struct diag d;
	size_t i;

	(void)state;
	for (i = 0; i < DOC_NUM(refusals); i++) {
		doc = NULL;
		if (read_text(refusals[i].text, &p, &doc, &d) != ERR_SYNTAX)
			fail_msg("taken: %s", refusals[i].text);
		assert_null(doc);
		if (d.line != refusals[i].line ||
		    strstr(d.msg, refusals[i].says) == NULL)
			fail_msg("%s\nline %u: %s", refusals[i].text, d.line,
			    d.msg);
	}
}

static void
test_words_of_arguments(void **state)
{
	static const char *const good[] = {
		HEAD "  - {id: a, kind: prove, argument: ctl" REST,
		HEAD "  - {id: a, kind: prove, argument: itl" REST,
		HEAD
		"  - {id: a, kind: set-mode, node: cucm1, argument: mixed" REST,
		HEAD "  - {id: a, kind: set-mode, node: cucm1, argument: "
		     "non-secure" REST,
	};
	struct plan p;
	struct doc *doc = NULL;
	struct diag d;
	size_t i;

	(void)state;
	for (i = 0; i < DOC_NUM(good); i++) {
		if (read_text(good[i], &p, &doc, &d) != ERR_OK)
			fail_msg("%s", d.msg);
		assert_int_equal(p.steps.num, 1);
		doc_free(&doc);
	}
}

/* Each key of TABLE is in the document TEXT, in backquotes. */
static void
are_told(const struct doc_table *table, const char *text)
{
	char key[64];
	size_t i;

	for (i = 0; i < table->num_fields; i++) {
		if (table->fields[i].type == DOC_PLACE)
			continue;
		(void)snprintf(key, sizeof(key), "`%s`", table->fields[i].key);
		if (strstr(text, key) == NULL)
			fail_msg("docs/plan.md does not tell of %s", key);
		if (table->fields[i].table != NULL)
			are_told(table->fields[i].table, text);
	}
}

#define KIND_NAME(id, name, changes, phones) "`" name "`",
#define NAME(id, name) "`" name "`",
static const char *const words[] = { PLAN_KINDS(KIND_NAME) PLAN_ACTORS(NAME)
	    PLAN_BACKS(NAME) };

static void
test_document(void **state)
{
	struct buf text = { 0 }, again = { 0 };
	const char *begin, *end;
	struct plan p, q;
	struct doc *doc = NULL, *doc2 = NULL;
	struct diag d;
	char path[512];
	size_t i;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/docs/plan.md", getenv("SRC"));
	assert_int_equal(file_load(path, 1 << 20, &text, NULL), ERR_OK);
	assert_non_null(buf_cstr(&text));
	are_told(&plan_table, buf_cstr(&text));
	for (i = 0; i < DOC_NUM(words); i++)
		if (strstr(buf_cstr(&text), words[i]) == NULL)
			fail_msg("docs/plan.md does not tell of %s", words[i]);
	begin = strstr(buf_cstr(&text), "```yaml\n");
	assert_non_null(begin);
	begin += strlen("```yaml\n");
	end = strstr(begin, "```");
	assert_non_null(end);
	diag_init(&d);
	if (plan_read(bytes_of(begin, (size_t)(end - begin)), &p, &doc, &d) !=
	    ERR_OK)
		fail_msg("line %u of the example: %s", d.line, d.msg);
	assert_int_equal(p.steps.num, 2);
	assert_int_equal(p.made, 1795428000);
	/* what is written reads the same */
	assert_int_equal(plan_write(&p, &again, &d), ERR_OK);
	assert_int_equal(buf_bytes(&again).ptr[0], '#');
	assert_int_equal(plan_read(buf_bytes(&again), &q, &doc2, &d), ERR_OK);
	assert_int_equal(q.steps.num, 2);
	assert_string_equal(((const struct plan_step *)q.steps.item)[1].id,
	    "regenerate-ipsec-cucm-pub");
	doc_free(&doc);
	doc_free(&doc2);
	buf_clear(&text);
	buf_clear(&again);
}

static void
test_schema(void **state)
{
	(void)state;
	schema_is_table("plan.schema.json", &plan_table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_words_of_arguments),
		cmocka_unit_test(test_document),
		cmocka_unit_test(test_schema),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
