/* SPDX-License-Identifier: Apache-2.0 */
/*
 * docs/lab.md says which texts of the lab's command line nobody published: each
 * of them is in the sources.
 */
#include "tests/unit/test.h"

#include <ctype.h>
#include <glob.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

#define PIECE 400

/* Appends FILE, its string literals joined where they stand one behind the
 * other, without backslashes. */
static void
put_source(const char *file, struct buf *out)
{
	struct buf raw = { 0 };
	struct diag d;
	size_t i, next;

	assert_int_equal(file_load(file, FILE_MAX_DEFAULT, &raw, &d), ERR_OK);
	for (i = 0; i < raw.len; i++) {
		next = i + 1;
		while (raw.ptr[i] == '"' && next < raw.len &&
		    (isspace(raw.ptr[next]) || raw.ptr[next] == '\\') &&
		    raw.ptr[next + 1] != 'n')
			next++;
		if (raw.ptr[i] == '"' && next > i + 1 && next < raw.len &&
		    raw.ptr[next] == '"')
			i = next;
		else if (raw.ptr[i] != '\\')
			buf_u8(out, raw.ptr[i]);
	}
	buf_clear(&raw);
}

static void
load_sources(struct buf *out)
{
	char pattern[512];
	glob_t found;
	size_t i;

	(void)snprintf(pattern, sizeof(pattern), "%s/src/lab/console*.c",
	    getenv("SRC"));
	assert_int_equal(glob(pattern, 0, NULL, &found), 0);
	for (i = 0; i < found.gl_pathc; i++)
		put_source(found.gl_pathv[i], out);
	globfree(&found);
	assert_non_null(buf_cstr(out));
}

/* PIECE, or PIECE with the name of a list left to printf. */
static bool
is_there(const char *sources, char *piece)
{
	char *name = strstr(piece, "TL ");

	if (strstr(sources, piece) != NULL)
		return true;
	if (name == NULL || name == piece)
		return false;
	name[-1] = '%';
	name[0] = 's';
	memmove(name + 1, name + 2, strlen(name + 2) + 1);
	return strstr(sources, piece) != NULL;
}

/* The parts of TEXT between dots that stand for something. */
static size_t
check_text(const char *sources, const char *text, size_t len)
{
	char piece[PIECE], *wrap;
	const char *end = text + len, *dots;
	size_t n, num = 0;

	while (text < end) {
		dots = memmem(text, (size_t)(end - text), "...", 3);
		n = (size_t)((dots == NULL ? end : dots) - text);
		while (n > 0 && *text == ' ') {
			text++;
			n--;
		}
		while (n > 0 && text[n - 1] == ' ')
			n--;
		assert_true(n < sizeof(piece));
		memcpy(piece, text, n);
		piece[n] = '\0';
		while ((wrap = strchr(piece, '\n')) != NULL)
			*wrap = ' ';
		if (n > 0 && !is_there(sources, piece))
			fail_msg("nowhere: \"%s\"", piece);
		num += n > 0 ? 1 : 0;
		text = dots == NULL ? end : dots + 3;
	}
	return num;
}

static void
test_texts(void **state)
{
	struct buf sources = { 0 }, doc = { 0 };
	const char *at, *end, *last;
	char path[512];
	struct diag d;
	size_t num = 0;

	load_sources(&sources);
	(void)snprintf(path, sizeof(path), "%s/docs/lab.md", getenv("SRC"));
	assert_int_equal(file_load(path, FILE_MAX_DEFAULT, &doc, &d), ERR_OK);
	at = strstr(buf_cstr(&doc), "\n### Texts\n");
	assert_non_null(at);
	last = strstr(at, "\n`run sql` knows");
	assert_non_null(last);
	while ((at = strchr(at, '*')) != NULL && at < last) {
		end = strchr(at + 1, '*');
		assert_non_null(end);
		num += check_text(buf_cstr(&sources), at + 1,
		    (size_t)(end - at - 1));
		at = end + 1;
	}
	assert_true(num > 30);
	buf_clear(&sources);
	buf_clear(&doc);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
	};

	return test_run(tests);
}
