/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/repeat.h"

#include <stdio.h>
#include <string.h>

/* What one element of a list says of its own repetition. */
typedef unsigned times_fn(const void *item);
/* Makes the element at TO, a copy so far, number K of its kind. */
typedef enum err number_fn(void *to, unsigned k, struct doc *arena,
    struct diag *diag);

static enum err
number_name(const char **name, unsigned k, struct doc *arena, struct diag *diag)
{
	size_t size = strlen(*name) + 12;
	char *numbered = doc_alloc(arena, size);

	if (numbered == NULL)
		return diag_nomem(diag);
	(void)snprintf(numbered, size, "%s-%u", *name, k);
	*name = numbered;
	return ERR_OK;
}

static unsigned
cert_times(const void *item)
{
	return ((const struct recipe_cert *)item)->repeat;
}

static enum err
number_cert(void *to, unsigned k, struct doc *arena, struct diag *diag)
{
	struct recipe_cert *cert = to;
	uint8_t *serial = doc_alloc(arena, cert->serial.len + 1);

	if (serial == NULL)
		return diag_nomem(diag);
	memcpy(serial, cert->serial.ptr, cert->serial.len);
	serial[cert->serial.len] = (uint8_t)k;
	cert->serial = bytes_of(serial, cert->serial.len + 1);
	return number_name(&cert->name, k, arena, diag);
}

static unsigned
record_times(const void *item)
{
	return ((const struct recipe_record *)item)->repeat;
}

static enum err
number_record(void *to, unsigned k, struct doc *arena, struct diag *diag)
{
	struct recipe_record *record = to;

	if (record->cert == NULL)
		return ERR_OK;
	return number_name(&record->cert, k, arena, diag);
}

static size_t
count(const struct doc_maps *list, size_t size, times_fn *times)
{
	const uint8_t *item = list->item;
	size_t i, num = 0;
	unsigned n;

	for (i = 0; i < list->num; i++) {
		n = times(item + i * size);
		num += n == 0 ? 1 : n;
	}
	return num;
}

static enum err
repeat(struct doc_maps *list, size_t size, times_fn *times, number_fn *number,
    struct doc *arena, struct diag *diag)
{
	const uint8_t *item = list->item;
	size_t i, num = count(list, size, times);
	uint8_t *all = doc_alloc(arena, num * size), *to = all;
	enum err e = ERR_OK;
	unsigned k, n;

	if (all == NULL)
		return diag_nomem(diag);
	for (i = 0; i < list->num; i++, item += size) {
		n = times(item);
		for (k = 1; k <= n && e == ERR_OK; k++, to += size) {
			memcpy(to, item, size);
			e = number(to, k, arena, diag);
		}
		if (n > 0)
			continue;
		memcpy(to, item, size);
		to += size;
	}
	if (e == ERR_OK)
		*list = (struct doc_maps){ all, num };
	return e;
}

enum err
repeat_all(struct recipe_doc *doc, struct doc *arena, struct diag *diag)
{
	enum err e;

	e = repeat(&doc->certs, sizeof(struct recipe_cert), cert_times,
	    number_cert, arena, diag);
	if (e == ERR_OK)
		e = repeat(&doc->records, sizeof(struct recipe_record),
		    record_times, number_record, arena, diag);
	return e;
}
