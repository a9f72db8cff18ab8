/* SPDX-License-Identifier: Apache-2.0 */
/* What trust stores must hold: SASTs of lists in use, issuers of LSCs. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli/input.h"
#include "cli/sast.h"
#include "cli/store_check.h"
#include "data/scalar.h"

/* More have issued no LSCs: the text is something else. */
#define ISSUERS_NUM_MAX 10000
/* A file of issuers is no longer. */
#define ISSUERS_MAX ((size_t)16 * 1024 * 1024)

/* ---- SASTs -------------------------------------------------------------------------- */

/* A record that says ISSUER and SERIAL means F: its issuer's CN, and the serial
 * number in any order of bytes; a guard takes too many rather than too few. */
static bool
means(struct bytes issuer, struct bytes serial, const struct store_facts *f)
{
	struct bytes cn = ctl_common_name(issuer), own = buf_bytes(&f->serial);

	/* a zero is its sign, in the end where it is reversed */
	while (serial.len > own.len && serial.ptr[0] == 0)
		serial = bytes_of(serial.ptr + 1, serial.len - 1);
	while (serial.len > own.len && serial.ptr[serial.len - 1] == 0)
		serial.len--;
	if (own.len == 0 ||
	    (!bytes_equal(serial, own) && !bytes_equal_reversed(serial, own)))
		return false;
	return f->issuer_cn.len == 0 || cn.ptr == NULL ||
	    store_name_same(cn, buf_bytes(&f->issuer_cn));
}

static enum err
find_in_file(const struct store_trust_list *l, const struct store_facts *f,
    size_t *ret, struct diag *d)
{
	const struct ctl_record *r;
	struct sast_match match;
	enum err e;
	size_t i;

	if (f->cert != NULL) {
		e = sast_find(l->file, f->cert, &match, d);
		if (e == ERR_OK && match.identity != CTL_OTHER_CERT)
			*ret = match.record;
		return e;
	}
	for (i = 1; i <= ctl_num_records(l->file); i++) {
		r = ctl_record(l->file, i);
		if (r->has_role && r->role == CTL_ROLE_SAST &&
		    means(ctl_record_text(r, CTL_REC_ISSUER),
			ctl_record_value(r, CTL_REC_SERIAL), f)) {
			*ret = i;
			return ERR_OK;
		}
	}
	return ERR_OK;
}

static enum err
find_in_text(const struct store_trust_list *l, const struct store_facts *f,
    size_t *ret, struct diag *d)
{
	struct digest_value sha1 = { .len = 0 };
	const struct ctl_row *issuer, *serial;
	const struct ctl_listed *r;
	struct bytes der;
	enum err e;
	size_t i;

	if (f->cert != NULL) {
		der = cert_der(f->cert);
		e = digest_of(DIGEST_SHA1, &der, 1, &sha1, d);
		if (e != ERR_OK)
			return e;
	}
	for (i = 0; (r = ctl_listing_at(l->listing, i)) != NULL; i++) {
		if (!r->has_role || r->role != CTL_ROLE_SAST)
			continue;
		issuer = ctl_row_find(r->rows, r->num_rows, CTL_REC_ISSUER);
		serial = ctl_row_find(r->rows, r->num_rows, CTL_REC_SERIAL);
		if ((sha1.len > 0 && r->sha1.ptr != NULL &&
			bytes_equal(digest_bytes(&sha1), r->sha1)) ||
		    (serial != NULL &&
			means(issuer == NULL ? bytes_of(NULL, 0) : issuer->text,
			    serial->data, f))) {
			*ret = r->index;
			break;
		}
	}
	return ERR_OK;
}

static enum err
hold_one(const struct store_check *c, struct store_item *item, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i, record = 0;

	for (i = 0; e == ERR_OK && record == 0 && i < c->num_lists; i++) {
		if (c->list[i].file != NULL)
			e = find_in_file(&c->list[i], &item->facts, &record, d);
		else
			e = find_in_text(&c->list[i], &item->facts, &record, d);
		if (record > 0) {
			item->sast_list = c->list[i].path;
			item->sast_record = record;
		}
	}
	return e;
}

enum err
store_check_hold(struct store_check *c, struct diag *d)
{
	const struct store_rule *rule;
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < c->num; i++) {
		rule = store_rule_of(&c->rules.rules, c->item[i].store);
		if (rule != NULL && rule->sast)
			e = hold_one(c, &c->item[i], d);
	}
	return e;
}

/* ---- LSCs ------------------------------------------------------------------------------ */

/* CN: of the issuer. */
static enum err
add_issuer(struct store_check *c, struct bytes cn, uint64_t count,
    struct diag *d)
{
	struct store_lsc *more;
	const char *kept;
	size_t i;

	for (i = 0; i < c->num_lsc; i++)
		if (bytes_equal(c->lsc[i].issuer, cn)) {
			c->lsc[i].count += count;
			return ERR_OK;
		}
	if (c->num_lsc == ISSUERS_NUM_MAX)
		return diag_set(d, ERR_TOO_BIG,
		    "more than %d issuers of LSCs: give what `run sql select "
		    "lscissuername, count(*) from device group by "
		    "lscissuername` prints",
		    ISSUERS_NUM_MAX);
	kept = store_check_keep(c, cn);
	if (kept != NULL && c->num_lsc == c->max_lsc) {
		c->max_lsc = c->max_lsc == 0 ? 16 : c->max_lsc * 2;
		more = reallocarray(c->lsc, c->max_lsc, sizeof(*more));
		if (more != NULL)
			c->lsc = more;
		else
			kept = NULL;
	}
	if (kept == NULL)
		return diag_nomem(d);
	c->lsc[c->num_lsc++] = (struct store_lsc){ .issuer = bytes_of(kept,
						       cn.len),
		.count = count };
	return ERR_OK;
}

static enum err
add_lscs(struct store_check *c, const char *path, struct out *out,
    struct diag *d)
{
	struct cert_pile pile;
	struct buf cn = { 0 };
	enum err e;
	size_t i;

	c->where = path;
	e = cert_pile_load(path, &pile, out, d);
	c->unread |= pile.num < pile.paths.num;
	for (i = 0; e == ERR_OK && i < pile.num_certs; i++) {
		e = cert_put_cn(pile.cert[i], CERT_ISSUER, &cn, d);
		if (e == ERR_OK && !buf_ok(&cn))
			e = diag_nomem(d);
		if (e == ERR_OK)
			e = add_issuer(c, buf_bytes(&cn), 1, d);
		buf_clear(&cn);
	}
	if (e == ERR_OK && pile.num_certs == 0)
		e = diag_set(d, ERR_ABSENT,
		    "there is no LSC in it: that none is outstanding it does "
		    "not say");
	cert_pile_clear(&pile);
	return e;
}

static bool
is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '"' || c == '\'';
}

static struct bytes
trim(struct bytes t)
{
	while (t.len > 0 && is_blank(t.ptr[t.len - 1]))
		t.len--;
	while (t.len > 0 && is_blank(t.ptr[0]))
		t = bytes_of(t.ptr + 1, t.len - 1);
	return t;
}

/* What an issuer is called: its CN, or all of NAME where it has no keys. */
static struct bytes
cn_of(struct bytes name)
{
	size_t i, end;

	for (i = 0; i + 3 <= name.len; i++) {
		if (strncasecmp((const char *)name.ptr + i, "CN=", 3) != 0 ||
		    (i > 0 && isalnum(name.ptr[i - 1])))
			continue;
		for (end = i + 3; end < name.len && name.ptr[end] != ',' &&
		     name.ptr[end] != ';' && name.ptr[end] != '/';
		     end++)
			;
		return trim(bytes_of(name.ptr + i + 3, end - i - 3));
	}
	return name;
}

/* Takes a number off the end of LINE, behind a blank; 1 where there is none. */
static uint64_t
take_count(struct bytes *line)
{
	size_t from = line->len;
	uint64_t n;

	while (from > 0 && isdigit(line->ptr[from - 1]))
		from--;
	if (from == line->len ||
	    (from > 0 && !is_blank(line->ptr[from - 1]) &&
		line->ptr[from - 1] != ','))
		return 1;
	if (!scalar_number(bytes_of(line->ptr + from, line->len - from), &n))
		return 1;
	while (from > 0 &&
	    (is_blank(line->ptr[from - 1]) || line->ptr[from - 1] == ','))
		from--;
	line->len = from;
	return n;
}

/* A heading, its rule, a prompt: nothing of a table's content. */
static bool
is_frame(struct bytes line)
{
	static const char *const words[] = { "lscissuername", "name ",
		"issuer" };
	static const char prompt[] = "admin:";
	size_t i;

	if (line.len == 0 || line.ptr[0] == '=' || line.ptr[0] == '-')
		return true;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (line.len >= strlen(words[i]) &&
		    strncasecmp((const char *)line.ptr, words[i],
			strlen(words[i])) == 0 &&
		    memchr(line.ptr, '=', line.len) == NULL)
			return true;
	return line.len >= sizeof(prompt) - 1 &&
	    strncasecmp((const char *)line.ptr, prompt, sizeof(prompt) - 1) ==
	    0;
}

static bool
is_word_char(uint8_t c)
{
	return isalnum(c) || c == '-' || c == '_' || c == '.';
}

/* The next CAPF-... of LINE, wherever it stands. */
static bool
take_word(struct bytes *line, struct bytes *ret)
{
	size_t i, len;

	for (i = 0; i + 5 < line->len; i++) {
		if (strncasecmp((const char *)line->ptr + i, "CAPF-", 5) != 0 ||
		    (i > 0 && is_word_char(line->ptr[i - 1])))
			continue;
		for (len = 5;
		     i + len < line->len && is_word_char(line->ptr[i + len]);
		     len++)
			;
		*ret = bytes_of(line->ptr + i, len);
		*line = bytes_of(line->ptr + i + len, line->len - i - len);
		return true;
	}
	return false;
}

/* Takes all of LINE that is called as CAPF is: what else stands in a line, and
 * in which order, is as the query was. */
static enum err
add_words(struct store_check *c, struct bytes line, uint64_t n, struct diag *d)
{
	struct bytes word;
	enum err e = ERR_OK;

	while (e == ERR_OK && take_word(&line, &word))
		e = add_issuer(c, word, n, d);
	return e;
}

/* add_words() has taken NAME from LINE. */
static bool
has_word(struct bytes name, struct bytes line)
{
	struct bytes word;

	while (take_word(&line, &word))
		if (bytes_equal(word, name))
			return true;
	return false;
}

/* One line with a name, and a count or none: a number behind a single blank may
 * be the name's, so that both names are taken. */
static enum err
add_line(struct store_check *c, struct bytes line, struct diag *d)
{
	struct bytes name = line;
	uint64_t n = take_count(&name);
	enum err e = ERR_OK;

	if (n > 0)
		e = add_words(c, line, n, d);
	if (is_frame(line))
		return e;
	if (e == ERR_OK && name.len > 0 &&
	    !(n > 0 && has_word(cn_of(name), line)))
		e = add_issuer(c, cn_of(name), n, d);
	if (e == ERR_OK && n > 0 && !bytes_equal(cn_of(name), cn_of(line)) &&
	    !has_word(cn_of(line), line))
		e = add_issuer(c, cn_of(line), n, d);
	return e;
}

/* Where the line at the start of TEXT ends, with what ends it. */
static size_t
line_length(struct bytes text)
{
	size_t i;

	for (i = 0; i < text.len; i++)
		if (text.ptr[i] == '\n' || text.ptr[i] == '\r')
			return i + 1;
	return text.len;
}

static enum err
read_issuers(struct store_check *c, struct bytes rest, struct diag *d)
{
	struct bytes line;
	enum err e = ERR_OK;
	bool any = false;

	if (bytes_starts(rest, bytes_of_str("\xef\xbb\xbf")))
		rest = bytes_of(rest.ptr + 3, rest.len - 3);
	if (rest.len > 0 && memchr(rest.ptr, 0, rest.len) != NULL)
		return diag_set(d, ERR_SYNTAX,
		    "this is no text; of UTF-16 make UTF-8 (iconv -f UTF-16 "
		    "-t UTF-8)");
	while (e == ERR_OK && bytes_take(&rest, line_length(rest), &line) &&
	    line.len > 0) {
		if (line.ptr[line.len - 1] == '\n' ||
		    line.ptr[line.len - 1] == '\r')
			line.len--;
		line = trim(line);
		any |= line.len > 0;
		e = add_line(c, line, d);
	}
	if (e == ERR_OK && !any)
		return diag_set(d, ERR_ABSENT,
		    "it is empty: that no LSC is outstanding it does not say");
	return e;
}

static enum err
add_issuers(struct store_check *c, const char *path, struct diag *d)
{
	struct buf content = { 0 };
	enum err e;

	c->where = path;
	e = input_load(path, ISSUERS_MAX, &content, d);
	if (e == ERR_OK)
		e = read_issuers(c, buf_bytes(&content), d);
	buf_clear(&content);
	return e;
}

enum err
store_check_lsc(struct store_check *c, struct out *out, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < c->wish->lsc.num; i++)
		e = add_lscs(c, c->wish->lsc.at[i], out, d);
	if (e == ERR_OK && c->wish->lsc_issuers != NULL)
		e = add_issuers(c, c->wish->lsc_issuers, d);
	return e;
}
