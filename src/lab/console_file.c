/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of the TFTP folder: file list, delete, get, dump, search.
 */
#include <ctype.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "lab/console_parts.h"

#define FILES_MAX 1024
#define NAME_LEN 256
#define DUMP_ROW 16
#define SSH_PORT 22
#define RECOVERY "ITLRecovery.p12"
#define MAIN_ADMINISTRATOR 4
#define KNOWS_HOSTS_SINCE CONSOLE_SU(1200, 0)

/* What activelog calls the same folder. */
#define TFTP_FOLDER "cm/tftpdata/"

static bool
has_word(const struct console_args *a, const char *word)
{
	size_t i;

	for (i = 1; i < a->num; i++)
		if (strcmp(a->word[i], word) == 0)
			return true;
	return false;
}

bool
console_like(const char *name, const char *pattern, char any, char one)
{
	const char *star = NULL, *back = NULL;

	while (*name != '\0') {
		if (*pattern == any && any != '\0') {
			star = ++pattern;
			back = name;
		} else if (*pattern != '\0' &&
		    (*pattern == *name || *pattern == one)) {
			pattern++;
			name++;
		} else if (star != NULL) {
			pattern = star;
			name = ++back;
		} else {
			return false;
		}
	}
	while (*pattern == any)
		pattern++;
	return *pattern == '\0';
}

/* ---- Which files: under the lock. ---- */

/* Those of the node that fit SPEC, at most FILES_MAX; a file as another node
 * has it is another's. */
static size_t
find_files(struct console *c, const char *spec, const struct world_file **ret)
{
	const struct world_node *n = console_node(c);
	size_t i, num = 0;

	for (i = 0; i < n->num_files && num < FILES_MAX; i++)
		if (console_like(n->file[i].name, spec, '*', '?'))
			ret[num++] = &n->file[i];
	return num;
}

static int
by_name(const void *a, const void *b)
{
	const struct world_file *const *l = a, *const *r = b;

	return strcmp((*l)->name, (*r)->name);
}

/* ---- file list. ---- */

/* 8,557 */
static void
put_grouped(char *ret, size_t size, size_t number)
{
	char digits[32];
	size_t i, at = 0, len;

	(void)snprintf(digits, sizeof(digits), "%zu", number);
	len = strlen(digits);
	for (i = 0; i < len && at + 2 < size; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			ret[at++] = ',';
		ret[at++] = digits[i];
	}
	ret[at] = '\0';
}

static void
put_detail(struct console *c, const struct world_file *f)
{
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	time_t when = (time_t)f->changed;
	char size[48];
	struct tm tm;

	if (localtime_r(&when, &tm) == NULL)
		memset(&tm, 0, sizeof(tm));
	put_grouped(size, sizeof(size), f->bytes.len);
	buf_printf(&c->out, "%02d %s,%d %02d:%02d:%02d %12s  %s\n", tm.tm_mday,
	    months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, size, f->name);
}

bool
console_file_list(struct console *c, const struct console_args *a)
{
	const struct world_file *file[FILES_MAX];
	bool detail = has_word(a, "detail"), back = has_word(a, "reverse");
	size_t i, num;

	world_lock(c->world);
	num = find_files(c, a->word[0], file);
	qsort(file, num, sizeof(struct world_file *), by_name);
	for (i = 0; i < num; i++) {
		if (detail)
			put_detail(c, file[back ? num - 1 - i : i]);
		else
			buf_printf(&c->out, "%s\n",
			    file[back ? num - 1 - i : i]->name);
	}
	world_unlock(c->world);
	if (num == 0)
		buf_str(&c->out, "no such file or directory can be found\n");
	else
		buf_printf(&c->out, "dir count = 0, file count = %zu\n", num);
	return true;
}

/* ---- file delete. ---- */

/* One file; *RET_GONE counts. False: the person said no. */
static bool
delete_one(struct console *c, const char *name, bool ask, size_t *ret_gone)
{
	char question[NAME_LEN + 128];
	struct diag d;
	enum err e;

	diag_init(&d);
	if (ask) {
		(void)snprintf(question, sizeof(question),
		    "Delete the File %s?\nEnter \"y\" followed by return to "
		    "continue: ",
		    name);
		if (!console_ask_letter(c, question))
			return false;
	}
	world_lock(c->world);
	e = world_delete_file(c->world, c->node, name, &d);
	world_unlock(c->world);
	if (e == ERR_OK)
		++*ret_gone;
	else if (e != ERR_ABSENT)
		(void)console_refused(c, &d);
	return true;
}

/* The names of those that fit, copied, since the lock is given back. */
static size_t
copy_names(struct console *c, const char *spec, char (**ret)[NAME_LEN])
{
	const struct world_file *file[FILES_MAX];
	size_t i, num;

	world_lock(c->world);
	num = find_files(c, spec, file);
	*ret = calloc(num + 1, sizeof(**ret));
	for (i = 0; *ret != NULL && i < num; i++)
		(void)snprintf((*ret)[i], NAME_LEN, "%s", file[i]->name);
	world_unlock(c->world);
	if (*ret == NULL)
		c->over = true;
	return *ret == NULL ? 0 : num;
}

bool
console_file_delete(struct console *c, const struct console_args *a)
{
	const char *spec = a->word[0];
	char(*name)[NAME_LEN];
	size_t i, num, gone = 0;

	if (strncmp(spec, TFTP_FOLDER, strlen(TFTP_FOLDER)) == 0)
		spec += strlen(TFTP_FOLDER);
	num = copy_names(c, spec, &name);
	for (i = 0; i < num && console_live(c); i++)
		if (!delete_one(c, name[i], !has_word(a, "noconfirm"), &gone))
			break;
	free(name);
	buf_printf(&c->out, "files: found = %zu, deleted = %zu\n", num, gone);
	return true;
}

/* ---- file dump. ---- */

static void
put_row(struct console *c, size_t at, struct bytes row)
{
	size_t i;

	buf_printf(&c->out, "%08zx  ", at);
	for (i = 0; i < DUMP_ROW; i++) {
		if (i < row.len)
			buf_printf(&c->out, "%02x ", row.ptr[i]);
		else
			buf_str(&c->out, "   ");
	}
	buf_str(&c->out, " |");
	for (i = 0; i < row.len; i++)
		buf_u8(&c->out, isprint(row.ptr[i]) ? row.ptr[i] : '.');
	buf_str(&c->out, "|\n");
}

static void
put_dump(struct console *c, struct bytes bytes)
{
	size_t at = 0;
	struct bytes row;

	while (bytes.len > 0) {
		if (!bytes_take(&bytes,
			bytes.len < DUMP_ROW ? bytes.len : DUMP_ROW, &row))
			break;
		put_row(c, at, row);
		at += row.len;
	}
}

static bool
none_found(struct console *c)
{
	buf_str(&c->out, "no such file or directory can be found\n");
	return false;
}

/* Prints the files that fit SPEC. */
static bool
print_files(struct console *c, const char *spec, bool hex)
{
	const struct world_file *file[FILES_MAX];
	size_t i, num;

	world_lock(c->world);
	num = find_files(c, spec, file);
	for (i = 0; i < num; i++) {
		if (hex)
			put_dump(c, file[i]->bytes);
		else
			text_put_safe(&c->out, file[i]->bytes);
	}
	world_unlock(c->world);
	if (num > 0 && !hex)
		buf_str(&c->out, "\n");
	return num > 0 || none_found(c);
}

bool
console_file_dump(struct console *c, const struct console_args *a)
{
	return print_files(c, a->word[0], has_word(a, "hex"));
}

/* ---- file search. ---- */

/* Whether RE is in what can be printed of BYTES. */
static bool
is_in(const regex_t *re, struct bytes bytes)
{
	struct buf text = { 0 };
	const char *s;
	bool found;

	text_put_safe(&text, bytes);
	s = buf_cstr(&text);
	found = s != NULL && regexec(re, s, 0, NULL, 0) == 0;
	buf_clear(&text);
	return found;
}

bool
console_file_search(struct console *c, const struct console_args *a)
{
	const struct world_file *file[FILES_MAX];
	int flags = REG_EXTENDED | REG_NOSUB;
	size_t i, num;
	regex_t re;

	if (has_word(a, "ignorecase"))
		flags |= REG_ICASE;
	if (regcomp(&re, a->word[1], flags) != 0) {
		buf_str(&c->out, "Invalid regular expression\n");
		return false;
	}
	buf_str(&c->out, "Searching path: /usr/local/cm/tftp\n");
	world_lock(c->world);
	num = find_files(c, a->word[0], file);
	for (i = 0; i < num; i++)
		if (is_in(&re, file[i]->bytes))
			buf_printf(&c->out, "%s: binary file matches\n",
			    file[i]->name);
	world_unlock(c->world);
	regfree(&re);
	buf_str(&c->out, "Search completed\n");
	return true;
}

/* ---- file get. ---- */

/* Who the files are sent to. */
struct answers {
	char host[NAME_LEN], port[16], user[NAME_LEN], password[NAME_LEN],
	    folder[NAME_LEN];
};

static bool
ask_where(struct console *c, struct answers *a)
{
	return console_ask_text(c, "SFTP server IP: ", CONSOLE_ANSWER, a->host,
		   sizeof(a->host)) &&
	    console_ask_text(c, "SFTP server port [22]: ", CONSOLE_ANSWER,
		a->port, sizeof(a->port)) &&
	    console_ask_text(c, "User ID: ", CONSOLE_ANSWER, a->user,
		sizeof(a->user)) &&
	    console_ask_text(c, "Password: ", CONSOLE_SECRET, a->password,
		sizeof(a->password)) &&
	    console_ask_text(c, "Download directory: ", CONSOLE_ANSWER,
		a->folder, sizeof(a->folder));
}

static bool
trusts(struct console *c, const char *fingerprint)
{
	char question[512];

	if (c->release >= KNOWS_HOSTS_SINCE)
		return true;
	(void)snprintf(question, sizeof(question),
	    "The authenticity of host cannot be established.\n"
	    "RSA key fingerprint is %s.\n"
	    "Are you sure you want to continue connecting (yes/no)? ",
	    fingerprint);
	return console_ask_word(c, question);
}

bool
console_copy_file(struct console *c, const char *name, struct buf *ret)
{
	const struct world_file *file[FILES_MAX];
	bool there;

	world_lock(c->world);
	there = find_files(c, name, file) > 0;
	if (there)
		buf_put(ret, file[0]->bytes);
	world_unlock(c->world);
	return there && buf_ok(ret);
}

static enum err
send_one(struct console *c, const struct answers *a, const char *name,
    struct diag *d)
{
	unsigned long port = a->port[0] == '\0' ? SSH_PORT
						: strtoul(a->port, NULL, 10);
	struct console_copy to = { a->host, (unsigned)port, a->user,
		a->password, a->folder };
	struct buf bytes = { 0 };
	enum err e;

	if (!console_copy_file(c, name, &bytes))
		e = diag_set(d, ERR_ABSENT, "%s is not there any more", name);
	else
		e = console_send(c, &to, name, buf_bytes(&bytes), trusts, d);
	buf_clear(&bytes);
	return e;
}

static bool
send_all(struct console *c, char (*name)[NAME_LEN], size_t num)
{
	struct answers a = { 0 };
	enum err e = ERR_OK;
	struct diag d;
	size_t i;

	diag_init(&d);
	if (!ask_where(c, &a))
		return !console_live(c);
	for (i = 0; i < num && e == ERR_OK && console_live(c); i++) {
		e = send_one(c, &a, name[i], &d);
		if (e == ERR_OK)
			buf_str(&c->out, ".");
	}
	explicit_bzero(&a, sizeof(a));
	if (e == ERR_OK)
		buf_str(&c->out, "\nTransfer completed.\n");
	else
		buf_printf(&c->out, "\nTransfer failed: %s\n", d.msg);
	return e == ERR_OK;
}

/* What is to be sent, and the bytes of it; not ITLRecovery.p12 for somebody who
 * is not the main administrator. */
static size_t
gather(struct console *c, char (*name)[NAME_LEN], size_t num, size_t *ret_size)
{
	const struct world_file *file[FILES_MAX];
	size_t i, kept = 0;

	*ret_size = 0;
	world_lock(c->world);
	for (i = 0; i < num; i++) {
		if ((strcmp(name[i], RECOVERY) == 0 &&
			c->level < MAIN_ADMINISTRATOR) ||
		    find_files(c, name[i], file) == 0)
			continue;
		*ret_size += file[0]->bytes.len;
		memmove(name[kept++], name[i], NAME_LEN);
	}
	world_unlock(c->world);
	return kept;
}

bool
console_file_get(struct console *c, const struct console_args *a)
{
	char(*name)[NAME_LEN];
	size_t num, size;
	bool good = true;

	num = copy_names(c, a->word[0], &name);
	num = gather(c, name, num, &size);
	buf_str(&c->out,
	    "Please wait while the system is gathering files info ...done.\n");
	if (!has_word(a, "recurs"))
		buf_str(&c->out, "Sub-directories were not traversed.\n");
	buf_printf(&c->out,
	    "Number of files affected: %zu\n"
	    "Total size in Bytes: %zu\n"
	    "Total size in Kbytes: %zu.%02zu\n",
	    num, size, size / 1024, size % 1024 * 100 / 1024);
	if (num == 0)
		good = none_found(c);
	else if (console_ask_letter(c, "Would you like to proceed [y/n]? "))
		good = send_all(c, name, num);
	else
		buf_str(&c->out, "Files transfer cancelled.\n");
	free(name);
	return good;
}
