/* SPDX-License-Identifier: Apache-2.0 */
/* Requests, and what comes back: a request that is read is written so that it
 * is read again, and nothing is taken for its signature that does not finish
 * the file. Behind a NUL stands a signature, or a response. */
#include <string.h>

#include "cli/detached.h"
#include "tests/fuzz/fuzz.h"

static void
check_refused(enum err e, const struct diag *d)
{
	FUZZ_CHECK(e == d->code);
	FUZZ_CHECK(d->msg[0] != '\0');
}

/* What R says it is about can be said, and stays so. */
static void
check_again(const struct detached *r)
{
	struct buf text = { 0 }, again = { 0 };
	struct detached *copy = NULL;
	struct diag d;

	FUZZ_CHECK(detached_put(r, &text, &d) == ERR_OK);
	FUZZ_CHECK(detached_parse(buf_bytes(&text), &copy, &d) == ERR_OK);
	FUZZ_CHECK(detached_num(copy) == detached_num(r));
	FUZZ_CHECK(detached_put(copy, &again, &d) == ERR_OK);
	FUZZ_CHECK(bytes_equal(buf_bytes(&text), buf_bytes(&again)));
	detached_free(&copy);
	buf_clear(&text);
	buf_clear(&again);
}

static void
check_finishes(const struct detached *r, const struct buf *sig)
{
	struct buf file = { 0 };
	struct diag d;

	FUZZ_CHECK(ctl_finish(&detached_item(r, 0)->unsigned_, buf_bytes(sig),
		       detached_cert(r), NULL, &file, &d) == ERR_OK);
	buf_clear(&file);
}

static void
take(const struct detached *r, struct bytes content)
{
	struct buf *sigs = calloc(detached_num(r), sizeof(*sigs));
	struct diag d;
	enum err e;
	size_t i;

	if (sigs == NULL)
		return;
	diag_init(&d);
	e = detached_is_response(content)
	    ? detached_take_response(r, content, sigs, &d)
	    : detached_take(r, 0, content, &sigs[0], &d);
	if (e == ERR_OK)
		check_finishes(r, &sigs[0]);
	else
		check_refused(e, &d);
	for (i = 0; i < detached_num(r); i++)
		buf_clear(&sigs[i]);
	free(sigs);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes text = bytes_of(data, len), content = { NULL, 0 };
	const uint8_t *nul = len == 0 ? NULL : memchr(data, 0, len);
	struct detached *r = NULL;
	struct diag d;
	enum err e;

	if (nul != NULL) {
		text.len = (size_t)(nul - data);
		content = bytes_of(nul + 1, len - text.len - 1);
	}
	diag_init(&d);
	e = detached_parse(text, &r, &d);
	if (e != ERR_OK) {
		FUZZ_CHECK(r == NULL);
		check_refused(e, &d);
		return 0;
	}
	check_again(r);
	if (nul != NULL)
		take(r, content);
	detached_free(&r);
	return 0;
}
