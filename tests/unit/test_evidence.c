/* SPDX-License-Identifier: Apache-2.0 */
/* What was seen of a cluster, and the bundle of it: also bundles that somebody
 * made who means harm. */
#include "test.h"

#include <archive.h>
#include <archive_entry.h>
#include <pthread.h>
#include <string.h>

#include "base/text.h"
#include "cluster/evidence.h"
#include "pki/digest.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))

static struct evidence *
empty(void)
{
	struct evidence *e = NULL;

	assert_int_equal(evidence_new(&e, NULL), ERR_OK);
	return e;
}

static void
put(struct evidence *e, const char *name, int64_t when, const char *text)
{
	assert_int_equal(evidence_put(e, name, when, bytes_of_str(text), NULL),
	    ERR_OK);
}

static void
miss(struct evidence *e, const char *name, enum err code, const char *text)
{
	struct diag why;

	diag_set(&why, code, "%s", text);
	assert_int_equal(evidence_miss(e, name, 7, &why, NULL), ERR_OK);
}

/* ---- Pieces ---- */

static void
test_pieces_are_found_by_name(void **state)
{
	const struct evidence_piece *p;
	struct evidence *e = empty();

	put(e, "b/cli/show-ctl", 10, "two");
	put(e, "a/tftp/CTLFile.tlv", 11, "");
	miss(e, "a/http/CTLFile.tlv", ERR_ABSENT, "there is\nnone");
	assert_int_equal(evidence_num(e), 3);
	/* in the order of their names */
	assert_string_equal(evidence_at(e, 0)->name, "a/http/CTLFile.tlv");
	assert_string_equal(evidence_at(e, 2)->name, "b/cli/show-ctl");
	p = evidence_find(e, "b/cli/show-ctl");
	assert_int_equal(p->when, 10);
	assert_int_equal(p->error, ERR_OK);
	assert_true(bytes_equal(p->bytes, bytes_of_str("two")));
	p = evidence_find(e, "a/http/CTLFile.tlv");
	assert_int_equal(p->error, ERR_ABSENT);
	/* one line, as it is after a bundle */
	assert_string_equal(p->why, "there is\\x0anone");
	assert_null(evidence_find(e, "c/none"));
	evidence_drop(e, "b/cli/show-ctl");
	evidence_drop(e, "b/cli/show-ctl");
	assert_null(evidence_find(e, "b/cli/show-ctl"));
	assert_int_equal(evidence_num(e), 2);
	evidence_free(&e);
	assert_null(e);
}

static void
test_names_are_checked(void **state)
{
	static const char *const bad[] = { "", "a", "/a/b", "a//b", "a/b/",
		"../a", "a/../b", "a/.b", "a/b c", "a/b\nc", "a/\x01", "a\\b/c",
		"a/\xc3\xa9" };
	char long_name[EVIDENCE_NAME_MAX + 8];
	struct evidence *e = empty();
	struct buf node = { 0 };
	size_t i;

	for (i = 0; i < NUM(bad); i++)
		if (evidence_put(e, bad[i], 0, bytes_of(NULL, 0), NULL) !=
		    ERR_USAGE)
			fail_msg("'%s' is taken", bad[i]);
	memset(long_name, 'a', sizeof(long_name));
	long_name[1] = '/';
	long_name[EVIDENCE_NAME_MAX + 1] = '\0';
	assert_int_equal(evidence_put(e, long_name, 0, bytes_of(NULL, 0), NULL),
	    ERR_USAGE);
	long_name[EVIDENCE_NAME_MAX] = '\0';
	put(e, long_name, 0, "x");
	assert_int_equal(evidence_put(e, long_name, 0, bytes_of(NULL, 0), NULL),
	    ERR_EXISTS);
	/* every name of a node becomes one that is taken */
	evidence_put_node(&node, "../a b%\xc3\xa9:1");
	buf_str(&node, "/x");
	assert_string_equal(buf_cstr(&node), "%2E.%2Fa%20b%25%C3%A9:1/x");
	put(e, buf_cstr(&node), 0, "x");
	buf_clear(&node);
	evidence_free(&e);
}

#define THREADS 8
#define EACH 50

struct putter {
	struct evidence *e;
	unsigned number;
};

static void *
put_many(void *arg)
{
	struct putter *p = arg;
	char name[64];
	unsigned i;

	for (i = 0; i < EACH; i++) {
		(void)snprintf(name, sizeof(name), "n%u/p%u", p->number, i);
		if (evidence_put(p->e, name, i, bytes_of_str(name), NULL) !=
		    ERR_OK)
			abort();
	}
	return NULL;
}

static void
test_several_threads_put(void **state)
{
	struct putter putter[THREADS];
	pthread_t thread[THREADS];
	struct evidence *e = empty();
	size_t i;

	for (i = 0; i < THREADS; i++) {
		putter[i] = (struct putter){ e, (unsigned)i };
		assert_int_equal(
		    pthread_create(&thread[i], NULL, put_many, &putter[i]), 0);
	}
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	assert_int_equal(evidence_num(e), THREADS * EACH);
	for (i = 1; i < evidence_num(e); i++)
		assert_true(strcmp(evidence_at(e, i - 1)->name,
				evidence_at(e, i)->name) < 0);
	for (i = 0; i < evidence_num(e); i++)
		assert_true(bytes_equal(evidence_at(e, i)->bytes,
		    bytes_of_str(evidence_at(e, i)->name)));
	evidence_free(&e);
}

/* ---- Bundles ---- */

static void
test_a_bundle_comes_back(void **state)
{
	struct buf one = { 0 }, two = { 0 };
	struct evidence *e = empty(), *back = NULL;
	char long_name[300];
	size_t i;

	memset(long_name, 'n', sizeof(long_name));
	long_name[250] = '/';
	long_name[299] = '\0';
	put(e, long_name, 1, "behind what a plain tar can name");
	put(e, "a/b", 1448000000, "text\n");
	put(e, "a/empty", 0, "");
	miss(e, "z/gone", ERR_IO, "no answer within 10 s: \xff \\");
	assert_int_equal(evidence_pack(e, &one, NULL), ERR_OK);
	assert_int_equal(evidence_unpack(buf_bytes(&one), &back, NULL), ERR_OK);
	assert_int_equal(evidence_num(back), evidence_num(e));
	for (i = 0; i < evidence_num(e); i++) {
		const struct evidence_piece *p = evidence_at(e, i);
		const struct evidence_piece *q = evidence_at(back, i);

		assert_string_equal(p->name, q->name);
		assert_string_equal(p->why, q->why);
		assert_int_equal(p->when, q->when);
		assert_int_equal(p->error, q->error);
		assert_true(bytes_equal(p->bytes, q->bytes));
	}
	assert_int_equal(evidence_pack(back, &two, NULL), ERR_OK);
	assert_true(bytes_equal(buf_bytes(&one), buf_bytes(&two)));
	evidence_free(&e);
	evidence_free(&back);
	buf_clear(&one);
	buf_clear(&two);
}

/* ---- Bundles that somebody made by hand. ---- */

/* Entries of a tar; a NULL name ends them. */
struct entry {
	const char *name, *content;
	unsigned type;    /* 0: AE_IFREG */
	const char *link; /* hard link, or, of AE_IFLNK, symbolic */
};

static la_ssize_t
to_buf(struct archive *a, void *arg, const void *data, size_t len)
{
	buf_put(arg, bytes_of(data, len));
	return (la_ssize_t)len;
}

static void
tar_of(struct buf *out, const struct entry *entries)
{
	struct archive *a = archive_write_new();
	struct archive_entry *e;

	assert_int_equal(archive_write_set_format_pax_restricted(a), 0);
	assert_int_equal(archive_write_open(a, out, NULL, to_buf, NULL), 0);
	for (; entries->name != NULL; entries++) {
		size_t len = strlen(entries->content);

		e = archive_entry_new();
		archive_entry_set_pathname(e, entries->name);
		archive_entry_set_filetype(e,
		    entries->type == 0 ? AE_IFREG : entries->type);
		archive_entry_set_perm(e, 0644);
		archive_entry_set_size(e, (la_int64_t)len);
		if (entries->link != NULL && entries->type == AE_IFLNK)
			archive_entry_set_symlink(e, entries->link);
		else if (entries->link != NULL)
			archive_entry_set_hardlink(e, entries->link);
		assert_int_equal(archive_write_header(a, e), 0);
		if (len > 0 && entries->link == NULL)
			assert_int_equal(
			    archive_write_data(a, entries->content, len), len);
		archive_entry_free(e);
	}
	assert_int_equal(archive_write_free(a), 0);
	assert_true(buf_ok(out));
}

/* SHA-256 of "x", and of nothing. */
#define X "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
#define NIL "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define FIRST "ctlsmith bundle 1\n"
#define HAS_X FIRST X " 1 0 ERR_OK a/b \n"
#define M "bundle/MANIFEST"

/* What an entry does not say is zero. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

static const struct {
	const char *says;
	struct entry entry[4];
	enum err e;
} made[] = {
	{ NULL, { { M, HAS_X }, { "bundle/a/b", "x" } }, ERR_OK },
	{ NULL, { { M, FIRST } }, ERR_OK },
	{ "is empty", { { NULL } }, ERR_SYNTAX },
	{ "does not come first", { { "bundle/a/b", "x" }, { M, HAS_X } },
	    ERR_SYNTAX },
	{ "does not begin with", { { M, "hello\n" } }, ERR_SYNTAX },
	{ "does not begin with", { { M, "" } }, ERR_SYNTAX },
	{ "no line of a manifest", { { M, FIRST "x\n" } }, ERR_SYNTAX },
	{ "no line of a manifest",
	    { { M, FIRST X " -1 0 ERR_OK a/b \n" }, { "bundle/a/b", "x" } },
	    ERR_SYNTAX },
	{ "no line of a manifest",
	    { { M, FIRST X " 99999999999999999999 0 ERR_OK a/b \n" } },
	    ERR_SYNTAX },
	{ "no line of a manifest", { { M, FIRST X " 1 0 ERR_NO a/b \n" } },
	    ERR_SYNTAX },
	/* what is there says no why, what is not has no size */
	{ "no line of a manifest", { { M, FIRST X " 1 0 ERR_OK a/b why\n" } },
	    ERR_SYNTAX },
	{ "no line of a manifest", { { M, FIRST X " 1 0 ERR_IO a/b why\n" } },
	    ERR_SYNTAX },
	{ "no line of a manifest", { { M, FIRST NIL " 0 0 ERR_IO a/b \n" } },
	    ERR_SYNTAX },
	{ "order of names",
	    { { M,
		FIRST NIL " 0 0 ERR_IO b/b why\n" NIL
			  " 0 0 ERR_IO a/b why\n" } },
	    ERR_SYNTAX },
	{ "order of names",
	    { { M,
		FIRST NIL " 0 0 ERR_IO b/b why\n" NIL
			  " 0 0 ERR_IO b/b why\n" } },
	    ERR_SYNTAX },
	{ "not in the bundle", { { M, HAS_X } }, ERR_SYNTAX },
	{ "not in the manifest",
	    { { M, HAS_X }, { "bundle/a/b", "x" }, { "bundle/a/c", "x" } },
	    ERR_SYNTAX },
	{ "not in the manifest",
	    { { M, FIRST NIL " 0 0 ERR_IO a/b why\n" }, { "bundle/a/b", "" } },
	    ERR_SYNTAX },
	{ "there twice",
	    { { M, HAS_X }, { "bundle/a/b", "x" }, { "bundle/a/b", "x" } },
	    ERR_SYNTAX },
	{ "not in the manifest",
	    { { M, HAS_X }, { M, HAS_X }, { "bundle/a/b", "x" } }, ERR_SYNTAX },
	{ "SHA-256", { { M, HAS_X }, { "bundle/a/b", "y" } }, ERR_SYNTAX },
	{ "its size is not that of the manifest",
	    { { M, HAS_X }, { "bundle/a/b", "xx" } }, ERR_SYNTAX },
	{ "no name of a bundle", { { M, HAS_X }, { "../a/b", "x" } },
	    ERR_SYNTAX },
	{ "no name of a bundle", { { M, HAS_X }, { "/etc/x", "x" } },
	    ERR_SYNTAX },
	{ "no name of a piece",
	    { { M, FIRST X " 1 0 ERR_OK ../b \n" }, { "bundle/../b", "x" } },
	    ERR_SYNTAX },
	{ "no name of a piece", { { M, FIRST NIL " 0 0 ERR_IO ../b why\n" } },
	    ERR_SYNTAX },
	{ "no regular file",
	    { { M, HAS_X }, { "bundle/a/b", "", AE_IFLNK, "/etc/passwd" } },
	    ERR_SYNTAX },
	{ "no regular file",
	    { { M, HAS_X }, { "bundle/a/b", "", AE_IFREG, M } }, ERR_SYNTAX },
	{ "no regular file", { { M, HAS_X }, { "bundle/a", "", AE_IFDIR } },
	    ERR_SYNTAX },
	{ "no regular file", { { M, "", AE_IFIFO } }, ERR_SYNTAX },
};

static void
test_hostile_bundles_are_refused(void **state)
{
	struct evidence *e;
	struct buf tar;
	struct diag d;
	enum err got;
	size_t i;

	for (i = 0; i < NUM(made); i++) {
		buf_init(&tar);
		diag_init(&d);
		e = NULL;
		tar_of(&tar, made[i].entry);
		got = evidence_unpack(buf_bytes(&tar), &e, &d);
		if (got != made[i].e)
			fail_msg("%zu: %s", i, d.msg);
		if (made[i].says != NULL && strstr(d.msg, made[i].says) == NULL)
			fail_msg("%zu: '%s', not '%s'", i, d.msg, made[i].says);
		assert_true((e != NULL) == (got == ERR_OK));
		evidence_free(&e);
		buf_clear(&tar);
	}
}

/* Other formats and compressed tars are not even looked into. */
static void
test_a_bundle_is_a_tar(void **state)
{
	static const char gzip[] = "\x1f\x8b\x08\x00\x00\x00\x00\x00";
	static const char zip[] = "PK\x03\x04\x14\x00\x00\x00\x08\x00";
	static const char *const texts[] = { "", "x", gzip, zip,
		"!<arch>\ndebian-binary   " };
	struct evidence *e = NULL;
	struct buf tar = { 0 };
	struct diag d;
	size_t i;

	for (i = 0; i < NUM(texts); i++) {
		diag_init(&d);
		assert_int_equal(
		    evidence_unpack(bytes_of_str(texts[i]), &e, &d),
		    ERR_SYNTAX);
		assert_non_null(strstr(d.msg, "this is no bundle"));
		assert_null(e);
	}
	/* cut at any block: refused, or (behind the last file) whole */
	tar_of(&tar, made[0].entry);
	for (i = 0; i < tar.len; i += 512) {
		if (evidence_unpack(bytes_of(tar.ptr, i), &e, &d) == ERR_OK)
			assert_true(i >= 2048);
		evidence_free(&e);
	}
	buf_clear(&tar);
}

/* A header that promises 8 GiB costs no memory. */
static void
test_sizes_are_bounded(void **state)
{
	struct evidence *e = NULL;
	struct buf tar = { 0 };
	unsigned sum = 0;
	struct diag d;
	uint8_t *head;
	size_t i;

	tar_of(&tar, made[0].entry);
	head = tar.ptr + 1024; /* of bundle/a/b */
	memset(head + 124, '7', 11);
	memset(head + 148, ' ', 8);
	for (i = 0; i < 512; i++)
		sum += head[i];
	(void)snprintf((char *)head + 148, 8, "%06o", sum);
	assert_int_equal(evidence_unpack(buf_bytes(&tar), &e, &d), ERR_TOO_BIG);
	assert_non_null(strstr(d.msg, "larger than"));
	assert_null(e);
	buf_clear(&tar);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces_are_found_by_name),
		cmocka_unit_test(test_names_are_checked),
		cmocka_unit_test(test_several_threads_put),
		cmocka_unit_test(test_a_bundle_comes_back),
		cmocka_unit_test(test_hostile_bundles_are_refused),
		cmocka_unit_test(test_a_bundle_is_a_tar),
		cmocka_unit_test(test_sizes_are_bounded),
	};

	return test_run(tests);
}
