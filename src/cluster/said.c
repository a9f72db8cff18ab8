/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/said.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cluster/said_parts.h"

#define TEXT_MAX ((size_t)64 << 20)

/* ---- Lines ------------------------------------------------------------------ */

enum err
said_begin(struct bytes text, struct said_text *ret, struct diag *diag)
{
	size_t i;

	if (text.len > TEXT_MAX)
		return diag_set(diag, ERR_TOO_BIG,
		    "the output has %zu bytes, more than %zu", text.len,
		    TEXT_MAX);
	for (i = 0; i < text.len; i++)
		if (text.ptr[i] > ' ')
			break;
	if (i == text.len)
		return diag_set(diag, ERR_SYNTAX, "the output says nothing");
	if (text.ptr[text.len - 1] != '\n')
		return diag_set(diag, ERR_TRUNCATED,
		    "the output ends in the middle of a line");
	ret->rest = text;
	ret->line = 0;
	return ERR_OK;
}

bool
said_is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

bool
said_line(struct said_text *t, struct bytes *ret)
{
	const uint8_t *end;
	struct bytes line;
	size_t len = t->rest.len;

	if (len == 0)
		return false;
	end = memchr(t->rest.ptr, '\n', len);
	if (end != NULL)
		len = (size_t)(end - t->rest.ptr) + 1;
	if (!bytes_take(&t->rest, len, &line))
		return false;
	while (line.len > 0 &&
	    (said_is_blank(line.ptr[line.len - 1]) ||
		line.ptr[line.len - 1] == '\n' ||
		line.ptr[line.len - 1] == '\r'))
		line.len--;
	t->line++;
	*ret = line;
	return true;
}

bool
said_full_line(struct said_text *t, struct bytes *ret)
{
	while (said_line(t, ret)) {
		*ret = said_trimmed(*ret);
		if (ret->len > 0)
			return true;
	}
	return false;
}

enum err
said_wrong(const struct said_text *t, enum err code, const char *msg,
    struct diag *diag)
{
	(void)diag_set(diag, code, "%s", msg);
	diag_line(diag, t->line, 0);
	return code;
}

/* ---- Words ------------------------------------------------------------------ */

struct bytes
said_from(struct bytes text, size_t skip)
{
	if (skip > text.len)
		skip = text.len;
	return bytes_of(text.ptr + skip, text.len - skip);
}

struct bytes
said_trimmed(struct bytes text)
{
	while (text.len > 0 && said_is_blank(text.ptr[0]))
		text = said_from(text, 1);
	while (text.len > 0 && said_is_blank(text.ptr[text.len - 1]))
		text.len--;
	return text;
}

bool
said_starts(struct bytes in, const char *words, struct bytes *ret)
{
	size_t len = strlen(words);

	if (in.len < len || strncasecmp((const char *)in.ptr, words, len) != 0)
		return false;
	if (ret != NULL)
		*ret = said_trimmed(said_from(in, len));
	return true;
}

bool
said_equals(struct bytes in, const char *words)
{
	return in.len == strlen(words) && said_starts(in, words, NULL);
}

bool
said_finds(struct bytes in, const char *words, size_t *ret)
{
	size_t len = strlen(words), i;

	for (i = 0; i + len <= in.len; i++)
		if (strncasecmp((const char *)in.ptr + i, words, len) == 0) {
			if (ret != NULL)
				*ret = i;
			return true;
		}
	return false;
}

size_t
said_words(struct bytes line, struct bytes *ret)
{
	size_t num = 0, i = 0, from;

	while (num < SAID_WORDS_MAX) {
		while (i < line.len && said_is_blank(line.ptr[i]))
			i++;
		if (i == line.len)
			break;
		for (from = i; i < line.len && !said_is_blank(line.ptr[i]);)
			i++;
		ret[num++] = bytes_of(line.ptr + from, i - from);
	}
	return num;
}

enum err
said_copy(const struct said_text *t, struct bytes value, const char *what,
    char *to, size_t cap, struct diag *diag)
{
	enum err e = ERR_OK;
	size_t i;

	if (value.len >= cap)
		e = diag_set(diag, ERR_TOO_BIG,
		    "%s has %zu bytes, more than %zu", what, value.len,
		    cap - 1);
	for (i = 0; e == ERR_OK && i < value.len; i++)
		if (value.ptr[i] < ' ' || value.ptr[i] == 0x7f)
			e = diag_set(diag, ERR_SYNTAX,
			    "%s has a control character", what);
	if (e != ERR_OK) {
		diag_line(diag, t->line, 0);
		return e;
	}
	if (value.len > 0)
		memcpy(to, value.ptr, value.len);
	to[value.len] = '\0';
	return ERR_OK;
}

bool
said_number(struct bytes word, uint64_t *ret)
{
	uint64_t n = 0;
	size_t i;

	if (word.len == 0 || word.len > 24 || word.ptr[0] == ',' ||
	    word.ptr[word.len - 1] == ',')
		return false;
	for (i = 0; i < word.len; i++) {
		if (word.ptr[i] == ',')
			continue;
		if (word.ptr[i] < '0' || word.ptr[i] > '9' ||
		    n > (UINT64_MAX - 9) / 10)
			return false;
		n = n * 10 + (uint64_t)(word.ptr[i] - '0');
	}
	*ret = n;
	return true;
}

bool
said_is_address(struct bytes word)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr out;

	if (word.len == 0 || word.len >= sizeof(text) ||
	    memchr(word.ptr, 0, word.len) != NULL)
		return false;
	memcpy(text, word.ptr, word.len);
	text[word.len] = '\0';
	return inet_pton(AF_INET, text, &out) == 1 ||
	    inet_pton(AF_INET6, text, &out) == 1;
}

/* ---- Arrays ----------------------------------------------------------------- */

enum err
said_add(const struct said_text *t, struct said_array *a, void **ret,
    struct diag *diag)
{
	size_t more = a->cap == 0 ? 16 : a->cap * 2;
	void *p;

	if (a->num >= a->max)
		return said_wrong(t, ERR_TOO_BIG,
		    "the output has too many rows", diag);
	if (a->num == a->cap) {
		p = reallocarray(a->items, more, a->size);
		if (p == NULL)
			return diag_nomem(diag);
		a->items = p;
		a->cap = more;
	}
	*ret = (char *)a->items + a->num++ * a->size;
	memset(*ret, 0, a->size);
	return ERR_OK;
}
