/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cluster/said_parts.h"

struct reader {
	struct said_text t;
	struct said_list list;
	const char *word; /* "CTL", "ITL" */
	bool has_length;
};

/* TEMPLATE with the reader's word in place of "?TL" begins LINE. */
static bool
says(const struct reader *r, struct bytes line, const char *template,
    struct bytes *ret)
{
	char words[64];
	char *at;

	(void)strncpy(words, template, sizeof(words) - 1);
	words[sizeof(words) - 1] = '\0';
	at = strchr(words, '?');
	if (at != NULL)
		memcpy(at, r->word, 3);
	return said_starts(line, words, ret);
}

/* HEX(MD5): a checksum, of LEN digits, into TO; twice is an error. */
static enum err
take_sum(struct reader *r, struct bytes line, const char *name, size_t len,
    char *to, struct diag *diag)
{
	size_t i;

	if (line.len != len + strlen(name) ||
	    !said_equals(said_from(line, len), name))
		return ERR_ABSENT;
	for (i = 0; i < len; i++)
		if (text_hex_value(line.ptr[i]) < 0)
			return ERR_ABSENT;
	if (to[0] != '\0')
		return said_wrong(&r->t, ERR_SYNTAX,
		    "a second checksum of the list", diag);
	for (i = 0; i < len; i++)
		to[i] = "0123456789abcdef"[text_hex_value(line.ptr[i])];
	to[len] = '\0';
	return ERR_OK;
}

static enum err
take_length(struct reader *r, struct bytes value, struct diag *diag)
{
	uint64_t n;

	if (r->has_length || !said_number(value, &n) || n > UINT32_MAX)
		return said_wrong(&r->t, ERR_SYNTAX,
		    "the length of the list is no number, or there twice",
		    diag);
	r->list.length = (size_t)n;
	r->has_length = true;
	return ERR_OK;
}

/* What LINE says of the whole file; a good verdict is good only as the last
 * line, since names within the list could say anything. */
static void
take_verdict(struct reader *r, struct bytes line)
{
	struct said_list *l = &r->list;

	l->verified = says(r, line, "The ?TL file was verified successfully",
	    NULL);
	if (says(r, line, "?TL File not found", NULL))
		l->absent = true;
	else if (says(r, line, "Error parsing the ?TL File", NULL) ||
	    says(r, line, "Verification of the ?TL File failed", NULL))
		l->failed = true;
}

static enum err
take_line(struct reader *r, struct bytes line, struct diag *diag)
{
	struct bytes value;
	enum err e;

	e = take_sum(r, line, "(MD5)", 32, r->list.md5, diag);
	if (e == ERR_ABSENT)
		e = take_sum(r, line, "(SHA1)", 40, r->list.sha1, diag);
	if (e != ERR_ABSENT)
		return e;
	if (says(r, line, "Length of ?TL file:", &value))
		return take_length(r, value, diag);
	if (r->list.changed[0] == '\0' &&
	    says(r, line, "The ?TL File was last modified on ", &value))
		return said_copy(&r->t, value, "the date of the list",
		    r->list.changed, sizeof(r->list.changed), diag);
	take_verdict(r, line);
	return ERR_OK;
}

/* What is there makes sense. */
static enum err
settle(struct reader *r, struct diag *diag)
{
	struct said_list *l = &r->list;

	if (l->absent) {
		l->failed = false; /* it also says that it cannot parse it */
		if (l->md5[0] == '\0' && l->sha1[0] == '\0' && l->length == 0)
			return ERR_OK;
		return said_wrong(&r->t, ERR_SYNTAX,
		    "a list that is not there has a checksum or a length",
		    diag);
	}
	if (l->failed)
		return ERR_OK;
	if ((l->md5[0] == '\0' && l->sha1[0] == '\0') || !r->has_length)
		return said_wrong(&r->t, ERR_SYNTAX,
		    "the output has no checksum and length of a list", diag);
	return ERR_OK;
}

enum err
said_list(struct bytes text, bool itl, struct said_list *ret, struct diag *diag)
{
	struct reader r = { .word = itl ? "ITL" : "CTL" };
	struct bytes line;
	enum err e;

	e = said_begin(text, &r.t, diag);
	while (e == ERR_OK && said_full_line(&r.t, &line))
		e = take_line(&r, line, diag);
	if (e == ERR_OK)
		e = settle(&r, diag);
	if (e == ERR_OK)
		*ret = r.list;
	return e;
}
