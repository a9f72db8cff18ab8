/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/webpage.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cluster/fetch.h"

#define CELL_MAX 256 /* what of a cell is looked at */
#define ENTITY_MAX 10
#define PATH_NEW "CGI/Java/Serviceability?adapter="

/* ---- HTML as a row of cells ------------------------------------------------------ */

/* The text between two tags that are no mere style. */
struct cell {
	char text[CELL_MAX]; /* one blank between words; cut */
	size_t len;
	bool ends_row;
};

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static void
put_char(struct cell *cell, uint8_t c)
{
	if (is_space(c) || c == '\0') {
		if (cell->len == 0 || cell->text[cell->len - 1] == ' ')
			return;
		c = ' ';
	}
	if (cell->len < sizeof(cell->text) - 1)
		cell->text[cell->len++] = (char)c;
}

static void
end_cell(struct cell *cell)
{
	while (cell->len > 0 && cell->text[cell->len - 1] == ' ')
		cell->len--;
	cell->text[cell->len] = '\0';
}

static const struct {
	const char *name;
	char c;
} entities[] = {
	{ "amp", '&' },
	{ "lt", '<' },
	{ "gt", '>' },
	{ "quot", '"' },
	{ "apos", '\'' },
	{ "nbsp", ' ' },
};

/* The value of "#45" or "#x2D", where it is ASCII; else '?'. */
static char
number_of(const char *text)
{
	unsigned base = text[0] == 'x' || text[0] == 'X' ? 16 : 10, value = 0;
	int digit;

	if (base == 16)
		text++;
	for (; *text != '\0'; text++) {
		digit = text_hex_value((uint8_t)*text);
		if (digit < 0 || (unsigned)digit >= base)
			return '?';
		value = value * base + (unsigned)digit;
		if (value > 0xffff)
			return '?';
	}
	if (value == 0xa0) /* a blank that does not break */
		return ' ';
	return (char)(value > 0x7e ? '?' : value);
}

/* Steps over an entity at the start of CUR, which begins with '&'. */
static char
take_entity(struct bytes *cur)
{
	char name[ENTITY_MAX + 1];
	size_t i, len = 1;

	while (len < cur->len && len <= ENTITY_MAX && cur->ptr[len] != ';')
		len++;
	if (len >= cur->len || cur->ptr[len] != ';') {
		*cur = bytes_of(cur->ptr + 1, cur->len - 1);
		return '&';
	}
	memcpy(name, cur->ptr + 1, len - 1);
	name[len - 1] = '\0';
	*cur = bytes_of(cur->ptr + len + 1, cur->len - len - 1);
	if (name[0] == '#')
		return number_of(name + 1);
	for (i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		if (strcasecmp(name, entities[i].name) == 0)
			return entities[i].c;
	return '?';
}

static bool
starts(struct bytes text, const char *word)
{
	size_t len = strlen(word);

	return text.len >= len &&
	    strncasecmp((const char *)text.ptr, word, len) == 0;
}

/* The tag NAME, of either end, and nothing that only begins so. */
static bool
is_tag(struct bytes tag, const char *name)
{
	size_t len = strlen(name);

	if (starts(tag, "/"))
		tag = bytes_of(tag.ptr + 1, tag.len - 1);
	return starts(tag, name) && (tag.len == len || !isalnum(tag.ptr[len]));
}

/* Moves CUR behind WORD, or to the end. */
static void
skip_past(struct bytes *cur, const char *word)
{
	size_t len = strlen(word);
	const uint8_t *at = cur->len == 0
	    ? NULL
	    : memmem(cur->ptr, cur->len, word, len);
	size_t skip = at == NULL ? cur->len : (size_t)(at - cur->ptr) + len;

	*cur = bytes_of(cur->ptr + skip, cur->len - skip);
}

/* Steps over the tag at the start of CUR, which begins with '<'. *RET is what is
 * in it; empty for a comment. */
static void
take_tag(struct bytes *cur, struct bytes *ret)
{
	struct bytes in = bytes_of(cur->ptr + 1, cur->len - 1);
	const uint8_t *begin = in.ptr;

	if (starts(in, "!--")) {
		skip_past(cur, "-->");
		*ret = bytes_of(begin, 0);
		return;
	}
	skip_past(cur, ">");
	*ret = bytes_of(begin, (size_t)(cur->ptr - begin));
	if (starts(*ret, "script"))
		skip_past(cur, "</script>");
	else if (starts(*ret, "style"))
		skip_past(cur, "</style>");
}

/* Tags within the text of a cell. */
static bool
is_style(struct bytes tag)
{
	static const char *const names[] = { "b", "font", "i", "u", "strong",
		"em", "span", "small", "big", "a", "tt" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is_tag(tag, names[i]))
			return true;
	return tag.len == 0;
}

/* The next cell of CUR, which may be empty; false at the end. */
static bool
take_cell(struct bytes *cur, struct cell *ret)
{
	struct bytes tag;

	if (cur->len == 0)
		return false;
	ret->len = 0;
	ret->ends_row = false;
	while (cur->len > 0) {
		if (cur->ptr[0] == '&') {
			put_char(ret, (uint8_t)take_entity(cur));
		} else if (cur->ptr[0] != '<') {
			put_char(ret, cur->ptr[0]);
			*cur = bytes_of(cur->ptr + 1, cur->len - 1);
		} else {
			take_tag(cur, &tag);
			ret->ends_row = is_tag(tag, "tr");
			if (!is_style(tag))
				break;
		}
	}
	end_cell(ret);
	return true;
}

/* ---- The network page --------------------------------------------------------------- */

enum row {
	ROW_CTL,
	ROW_CTL_SIGNATURE,
	ROW_ITL,
	ROW_ITL_SIGNATURE,
	ROW_NAME,
	ROW_OTHER
};

/* Rows by their labels. Those that nothing is read from show that this is such a
 * page. */
static const struct {
	const char *label;
	enum row row;
} labels[] = {
	{ "CTL file", ROW_CTL },
	{ "CTL signature", ROW_CTL_SIGNATURE },
	{ "ITL file", ROW_ITL },
	{ "ITL signature", ROW_ITL_SIGNATURE },
	{ "Host name", ROW_NAME },
	{ "MAC address", ROW_OTHER },
	{ "DHCP server", ROW_OTHER },
	{ "IP address", ROW_OTHER },
	{ "Domain name", ROW_OTHER },
	{ "TFTP server 1", ROW_OTHER },
};

#define NUM_LABELS (sizeof(labels) / sizeof(labels[0]))

/* What was read: values of rows; BAD where they contradict each other. */
struct rows {
	char value[ROW_OTHER][CELL_MAX];
	bool bad[ROW_OTHER];
	bool any;
};

static size_t
label_of(struct cell *cell)
{
	size_t i;

	if (cell->len > 0 && cell->text[cell->len - 1] == ':') {
		cell->len--;
		end_cell(cell);
	}
	for (i = 0; i < NUM_LABELS; i++)
		if (strcasecmp(cell->text, labels[i].label) == 0)
			break;
	return i;
}

static void
set_row(struct rows *rows, enum row row, const char *value)
{
	if (rows->value[row][0] != '\0' &&
	    strcasecmp(rows->value[row], value) != 0)
		rows->bad[row] = true;
	(void)snprintf(rows->value[row], CELL_MAX, "%s", value);
}

static void
read_rows(struct bytes html, struct rows *ret)
{
	struct cell cell;
	size_t label;

	while (take_cell(&html, &cell)) {
		label = label_of(&cell);
		if (label == NUM_LABELS)
			continue;
		ret->any = true;
		if (labels[label].row == ROW_OTHER || cell.ends_row)
			continue;
		do {
			if (!take_cell(&html, &cell))
				return;
		} while (cell.len == 0 && !cell.ends_row);
		if (cell.len > 0)
			set_row(ret, labels[label].row, cell.text);
	}
}

static char
lower(char c)
{
	return (char)tolower((unsigned char)c);
}

/* VALUE as MD5, SHA-1 or SHA-256 in hex, with or without separators; else
 * RET stays. */
static void
read_hash(const struct rows *rows, enum row row, char *ret)
{
	const char *at;
	char hex[65];
	size_t len = 0;

	if (rows->bad[row])
		return;
	for (at = rows->value[row]; *at != '\0'; at++) {
		if (*at == ' ' || *at == ':' || *at == '-')
			continue;
		if (text_hex_value((uint8_t)*at) < 0 || len == sizeof(hex) - 1)
			return;
		hex[len++] = lower(*at);
	}
	if (len != 32 && len != 40 && len != 64)
		return;
	memcpy(ret, hex, len);
	ret[len] = '\0';
}

static bool
is_name(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) &&
		    strchr("._-", text[i]) == NULL)
			return false;
	return len > 0 && len < 64;
}

/* "Cisco IP Phone CP-8845 ( SEPAC7E8AB75190 )", the banner. */
static void
read_banner(struct bytes html, char *ret)
{
	const char *open, *close;
	struct cell cell;
	size_t len;

	while (take_cell(&html, &cell)) {
		open = strchr(cell.text, '(');
		if (open == NULL || strncasecmp(cell.text, "Cisco", 5) != 0)
			continue;
		open += open[1] == ' ' ? 2 : 1;
		close = strpbrk(open, " )");
		len = close == NULL ? 0 : (size_t)(close - open);
		if (!is_name(open, len))
			continue;
		memcpy(ret, open, len);
		ret[len] = '\0';
		return;
	}
}

/* ---- Status messages ------------------------------------------------------------------ */

static bool
has_word(const char *text, const char *word)
{
	size_t len = strlen(word);
	const char *at;

	for (at = text; (at = strcasestr(at, word)) != NULL; at++)
		if ((at == text || !isalnum((unsigned char)at[-1])) &&
		    !isalnum((unsigned char)at[len]))
			return true;
	return false;
}

/* Phones put the newest last. */
static enum err
read_message(struct bytes status, char *ret, size_t size, struct diag *d)
{
	struct buf safe = { 0 };
	char last[CELL_MAX] = "";
	struct cell cell;
	size_t len;

	while (take_cell(&status, &cell))
		if (has_word(cell.text, "trust list") ||
		    has_word(cell.text, "CTL") || has_word(cell.text, "ITL"))
			memcpy(last, cell.text, cell.len + 1);
	/* as much of it as fits once it is safe */
	for (len = strlen(last);; len--) {
		text_put_safe(&safe, bytes_of(last, len));
		if (!buf_ok(&safe) || buf_cstr(&safe) == NULL) {
			buf_clear(&safe);
			return diag_nomem(d);
		}
		if (safe.len < size)
			break;
		buf_clear(&safe);
	}
	(void)snprintf(ret, size, "%s", buf_cstr(&safe));
	buf_clear(&safe);
	return ERR_OK;
}

/* ---- The page ------------------------------------------------------------------------------ */

enum err
webpage_read(struct bytes html, struct bytes status, struct webpage *ret,
    struct diag *d)
{
	struct webpage page = { .ctl = "" };
	struct rows rows = { .any = false };
	size_t len;
	enum err e;

	if (html.len > WEBPAGE_MAX || status.len > WEBPAGE_MAX)
		return diag_set(d, ERR_TOO_BIG,
		    "larger than the limit of %zu bytes", WEBPAGE_MAX);
	read_rows(html, &rows);
	if (!rows.any)
		return diag_set(d, ERR_SYNTAX,
		    "this is no network page of a phone");
	read_hash(&rows, ROW_CTL, page.ctl);
	if (rows.value[ROW_CTL][0] == '\0')
		read_hash(&rows, ROW_CTL_SIGNATURE, page.ctl);
	read_hash(&rows, ROW_ITL, page.itl);
	if (rows.value[ROW_ITL][0] == '\0')
		read_hash(&rows, ROW_ITL_SIGNATURE, page.itl);
	len = strlen(rows.value[ROW_NAME]);
	if (is_name(rows.value[ROW_NAME], len) && !rows.bad[ROW_NAME])
		memcpy(page.name, rows.value[ROW_NAME], len + 1);
	else
		read_banner(html, page.name);
	e = read_message(status, page.message, sizeof(page.message), d);
	if (e == ERR_OK)
		*ret = page;
	return e;
}

/* Whose page it is. */
struct phone {
	const char *address;
	unsigned port;
	const atomic_bool *cancel;
};

static enum err
fetch_one(const struct phone *phone, const char *path, struct buf *ret,
    struct diag *d)
{
	const struct fetch_setup setup = { .max = WEBPAGE_MAX,
		.connect_limit = 5,
		.stall_limit = 5,
		.limit = 20,
		.cancel = phone->cancel };
	bool v6 = strchr(phone->address, ':') != NULL;
	struct buf url = { 0 };
	enum err e;

	buf_printf(&url, "http://%s%s%s:%u/%s", v6 ? "[" : "", phone->address,
	    v6 ? "]" : "", phone->port, path);
	if (buf_cstr(&url) == NULL)
		e = diag_nomem(d);
	else
		e = fetch_url(buf_cstr(&url), &setup, ret, d);
	buf_clear(&url);
	return e;
}

/* The first of PATHS (NULL ends them) that there is. */
static enum err
fetch_first(const struct phone *phone, const char *const *paths,
    struct buf *ret, struct diag *d)
{
	enum err e = ERR_ABSENT;

	for (; *paths != NULL && e == ERR_ABSENT; paths++)
		e = fetch_one(phone, *paths, ret, d);
	return e;
}

enum err
webpage_fetch(const char *address, unsigned port, const atomic_bool *cancel,
    struct webpage *ret, struct diag *d)
{
	static const char *const network[] = { PATH_NEW
		"device.statistics.configuration",
		"NetworkConfiguration", NULL };
	static const char *const messages[] = { PATH_NEW
		"device.settings.status.messages",
		PATH_NEW "device.statistics.statusmessages", "StatusMessages",
		"DeviceLog?2", NULL };
	const struct phone phone = { address, port == 0 ? 80 : port, cancel };
	struct buf html = { 0 }, status = { 0 };
	enum err e;

	e = fetch_first(&phone, network, &html, d);
	/* one that has no messages says nothing */
	if (e == ERR_OK &&
	    fetch_first(&phone, messages, &status, d) == ERR_NOMEM)
		e = ERR_NOMEM;
	if (e == ERR_OK)
		e = webpage_read(buf_bytes(&html), buf_bytes(&status), ret, d);
	buf_clear(&html);
	buf_clear(&status);
	return e;
}
