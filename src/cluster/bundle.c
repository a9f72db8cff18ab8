/* SPDX-License-Identifier: Apache-2.0 */
/* The bundle of cluster/evidence.h: a tar and its manifest. */
#include <archive.h>
#include <archive_entry.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cluster/evidence.h"
#include "pki/digest.h"

#define FOLDER "bundle/"
#define MANIFEST FOLDER "MANIFEST"
#define FIRST_LINE "ctlsmith bundle 1"
#define MANIFEST_MAX ((size_t)64 << 20)
#define HASH_HEX 64

static const char *const error_names[] = {
#define BUNDLE_NAME(id, text) #id,
	ERR_LIST(BUNDLE_NAME)
#undef BUNDLE_NAME
};

#define NUM_ERRORS (sizeof(error_names) / sizeof(error_names[0]))

static enum err
put_hash(struct bytes of, struct buf *out, struct diag *d)
{
	struct digest_value v;
	enum err err = digest_of(DIGEST_SHA256, &of, 1, &v, d);

	if (err == ERR_OK)
		text_put_hex(out, digest_bytes(&v), "", TEXT_LOWER);
	return err;
}

/* ---- Packing ---------------------------------------------------------------- */

/* "HASH SIZE WHEN ERROR NAME WHY": WHY may be empty, and is one line. */
static enum err
put_line(const struct evidence_piece *p, struct buf *out, struct diag *d)
{
	enum err err = put_hash(p->bytes, out, d);

	buf_printf(out, " %zu %" PRId64 " %s %s %s\n", p->bytes.len, p->when,
	    error_names[p->error], p->name, p->why);
	return err;
}

static enum err
put_manifest(const struct evidence *e, struct buf *out, struct diag *d)
{
	enum err err = ERR_OK;
	size_t i;

	buf_str(out, FIRST_LINE "\n");
	for (i = 0; err == ERR_OK && i < evidence_num(e); i++)
		err = put_line(evidence_at(e, i), out, d);
	if (err == ERR_OK && !buf_ok(out))
		err = diag_nomem(d);
	return err;
}

static enum err
tar_error(struct archive *a, struct diag *d)
{
	const char *text = archive_error_string(a);

	return diag_set(d, ERR_SYNTAX, "this is no bundle: %.200s",
	    text == NULL ? "no tar" : text);
}

static enum err
put_entry(struct archive *a, const char *name, int64_t when,
    struct bytes content, struct diag *d)
{
	struct archive_entry *entry = archive_entry_new();
	bool good;

	if (entry == NULL)
		return diag_nomem(d);
	archive_entry_set_pathname(entry, name);
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0644);
	archive_entry_set_mtime(entry, when, 0);
	archive_entry_set_size(entry, (la_int64_t)content.len);
	good = archive_write_header(a, entry) == ARCHIVE_OK &&
	    (content.len == 0 ||
		archive_write_data(a, content.ptr, content.len) ==
		    (la_ssize_t)content.len);
	archive_entry_free(entry);
	return good ? ERR_OK : tar_error(a, d);
}

static enum err
put_piece(struct archive *a, const struct evidence_piece *p, struct diag *d)
{
	struct buf name = { 0 };
	const char *text;
	enum err err;

	buf_printf(&name, FOLDER "%s", p->name);
	text = buf_cstr(&name);
	err = text == NULL ? diag_nomem(d)
			   : put_entry(a, text, p->when, p->bytes, d);
	buf_clear(&name);
	return err;
}

static la_ssize_t
write_buf(struct archive *a, void *arg, const void *data, size_t len)
{
	struct buf *out = arg;

	(void)a;
	buf_put(out, bytes_of(data, len));
	return buf_ok(out) ? (la_ssize_t)len : -1;
}

static enum err
put_entries(struct archive *a, const struct evidence *e, struct bytes manifest,
    struct diag *d)
{
	enum err err = put_entry(a, MANIFEST, 0, manifest, d);
	size_t i;

	for (i = 0; err == ERR_OK && i < evidence_num(e); i++)
		if (evidence_at(e, i)->error == ERR_OK)
			err = put_piece(a, evidence_at(e, i), d);
	if (err == ERR_OK && archive_write_close(a) != ARCHIVE_OK)
		err = tar_error(a, d);
	return err;
}

enum err
evidence_pack(const struct evidence *e, struct buf *ret, struct diag *d)
{
	struct buf manifest = { 0 }, tar = { 0 };
	struct archive *a = archive_write_new();
	enum err err = put_manifest(e, &manifest, d);

	if (err == ERR_OK && a == NULL)
		err = diag_nomem(d);
	if (err == ERR_OK &&
	    (archive_write_set_format_pax_restricted(a) != ARCHIVE_OK ||
		archive_write_open(a, &tar, NULL, write_buf, NULL) !=
		    ARCHIVE_OK))
		err = tar_error(a, d);
	if (err == ERR_OK)
		err = put_entries(a, e, buf_bytes(&manifest), d);
	/* a part that was not written fails the write that frees, too */
	if (a != NULL)
		archive_write_free(a);
	if (!buf_ok(&tar))
		err = diag_nomem(d);
	if (err == ERR_OK)
		buf_put(ret, buf_bytes(&tar));
	if (err == ERR_OK && !buf_ok(ret))
		err = diag_nomem(d);
	buf_clear(&tar);
	buf_clear(&manifest);
	return err;
}

/* ---- The manifest ------------------------------------------------------------ */

/* A line of it: what a piece must be. */
struct listed {
	struct bytes hash, name, why; /* of the manifest */
	uint64_t size;
	int64_t when;
	enum err error;
	bool came;
};

struct manifest {
	struct buf text;
	struct listed *item;
	size_t num;
};

static void
manifest_clear(struct manifest *m)
{
	free(m->item);
	buf_clear(&m->text);
}

/* Moves CUR behind the next END, or to its end; false where it is at it. */
static bool
take_until(struct bytes *cur, uint8_t end, struct bytes *ret)
{
	const uint8_t *at;
	struct bytes gone;
	size_t len = cur->len;

	if (cur->len == 0)
		return false;
	at = memchr(cur->ptr, end, cur->len);
	if (at != NULL)
		len = (size_t)(at - cur->ptr);
	return bytes_take(cur, len, ret) &&
	    (at == NULL || bytes_take(cur, 1, &gone));
}

/* Up to 18 digits. */
static bool
take_number(struct bytes *cur, int64_t *ret)
{
	struct bytes word;
	bool minus;
	size_t i;

	if (!take_until(cur, ' ', &word) || word.len == 0)
		return false;
	minus = word.ptr[0] == '-';
	if (word.len <= (size_t)minus || word.len > 18)
		return false;
	*ret = 0;
	for (i = minus; i < word.len; i++) {
		if (word.ptr[i] < '0' || word.ptr[i] > '9')
			return false;
		*ret = *ret * 10 + (word.ptr[i] - '0');
	}
	if (minus)
		*ret = -*ret;
	return true;
}

static bool
take_error(struct bytes *cur, enum err *ret)
{
	struct bytes word;
	size_t i;

	if (!take_until(cur, ' ', &word))
		return false;
	for (i = 0; i < NUM_ERRORS; i++)
		if (bytes_equal(word, bytes_of_str(error_names[i]))) {
			*ret = (enum err)i;
			return true;
		}
	return false;
}

static bool
take_listed(struct bytes line, struct listed *ret)
{
	int64_t size;

	if (!take_until(&line, ' ', &ret->hash) || ret->hash.len != HASH_HEX ||
	    !take_number(&line, &size) || size < 0 ||
	    !take_number(&line, &ret->when) ||
	    !take_error(&line, &ret->error) ||
	    !take_until(&line, ' ', &ret->name))
		return false;
	ret->size = (uint64_t)size;
	ret->why = line;
	return (ret->error == ERR_OK) == (ret->why.len == 0) &&
	    (ret->error == ERR_OK || size == 0) &&
	    memchr(ret->name.ptr, '\0', ret->name.len) == NULL;
}

static enum err
add_listed(struct manifest *m, struct bytes line, unsigned number,
    struct diag *d)
{
	struct listed one = { .size = 0 }, *more;

	if (!take_listed(line, &one)) {
		diag_set(d, ERR_SYNTAX, "this is no line of a manifest");
		diag_line(d, number, 1);
		return ERR_SYNTAX;
	}
	if (m->num == EVIDENCE_PIECES_MAX)
		return diag_set(d, ERR_TOO_BIG, "more than %d pieces",
		    EVIDENCE_PIECES_MAX);
	more = reallocarray(m->item, m->num + 1, sizeof(*more));
	if (more == NULL)
		return diag_nomem(d);
	m->item = more;
	m->item[m->num++] = one;
	return ERR_OK;
}

/* In the order of names, each once, as evidence_pack() writes them: so that a
 * name is found by halving. */
static enum err
check_order(const struct manifest *m, unsigned number, struct diag *d)
{
	if (m->num < 2 ||
	    bytes_order(m->item[m->num - 2].name, m->item[m->num - 1].name) < 0)
		return ERR_OK;
	diag_set(d, ERR_SYNTAX,
	    "the manifest is not in the order of names, or has one twice");
	diag_line(d, number, 1);
	return ERR_SYNTAX;
}

static enum err
read_manifest(struct manifest *m, struct diag *d)
{
	struct bytes cur = buf_bytes(&m->text), line;
	enum err err = ERR_OK;
	unsigned number = 1;

	if (!take_until(&cur, '\n', &line) ||
	    !bytes_equal(line, bytes_of_str(FIRST_LINE)))
		return diag_set(d, ERR_SYNTAX,
		    "the manifest does not begin with '" FIRST_LINE "'");
	while (err == ERR_OK && take_until(&cur, '\n', &line)) {
		err = add_listed(m, line, ++number, d);
		if (err == ERR_OK)
			err = check_order(m, number, d);
	}
	return err;
}

static struct listed *
find_listed(const struct manifest *m, struct bytes name)
{
	size_t low = 0, high = m->num, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (bytes_order(m->item[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < m->num && bytes_equal(m->item[low].name, name)
	    ? &m->item[low]
	    : NULL;
}

/* ---- Unpacking ---------------------------------------------------------------- */

static enum err
refuse(const char *name, struct diag *d, const char *what)
{
	struct buf safe = { 0 };

	text_put_safe(&safe, bytes_of_str(name == NULL ? "?" : name));
	diag_set(d, ERR_SYNTAX, "%.150s: %s",
	    buf_cstr(&safe) == NULL ? "?" : buf_cstr(&safe), what);
	buf_clear(&safe);
	return ERR_SYNTAX;
}

/* Appends the content of the entry at hand, which has SIZE bytes. */
static enum err
read_content(struct archive *a, const char *name, uint64_t size,
    struct buf *ret, struct diag *d)
{
	uint8_t part[16384];
	la_ssize_t got = 1;

	while (got > 0 && ret->len <= size) {
		got = archive_read_data(a, part, sizeof(part));
		if (got > 0)
			buf_put(ret, bytes_of(part, (size_t)got));
	}
	if (got < 0)
		return tar_error(a, d);
	if (!buf_ok(ret))
		return diag_nomem(d);
	if (ret->len != size)
		return refuse(name, d, "its size is not that of its header");
	return ERR_OK;
}

/* What a bundle never has, looked at before a byte is read. */
static enum err
check_entry(struct archive_entry *entry, size_t max, struct diag *d)
{
	const char *name = archive_entry_pathname(entry);

	if (name == NULL || strncmp(name, FOLDER, strlen(FOLDER)) != 0)
		return refuse(name, d, "this is no name of a bundle");
	if (archive_entry_filetype(entry) != AE_IFREG ||
	    archive_entry_hardlink(entry) != NULL ||
	    archive_entry_symlink(entry) != NULL)
		return refuse(name, d, "this is no regular file");
	if (!archive_entry_size_is_set(entry) || archive_entry_size(entry) < 0)
		return refuse(name, d, "it has no size");
	if ((uint64_t)archive_entry_size(entry) > max)
		return diag_set(d, ERR_TOO_BIG,
		    "a file of the bundle is larger than %zu bytes", max);
	return ERR_OK;
}

static enum err
next_entry(struct archive *a, struct archive_entry **ret, bool *ret_end,
    struct diag *d)
{
	int r = archive_read_next_header(a, ret);

	*ret_end = r == ARCHIVE_EOF;
	return r == ARCHIVE_OK || r == ARCHIVE_EOF ? ERR_OK : tar_error(a, d);
}

static enum err
take_manifest(struct archive *a, struct manifest *m, struct diag *d)
{
	struct archive_entry *entry;
	bool end;
	enum err err = next_entry(a, &entry, &end, d);

	if (err == ERR_OK && end)
		return diag_set(d, ERR_SYNTAX,
		    "this is no bundle: it is empty");
	if (err == ERR_OK)
		err = check_entry(entry, MANIFEST_MAX, d);
	if (err == ERR_OK &&
	    strcmp(archive_entry_pathname(entry), MANIFEST) != 0)
		err = refuse(archive_entry_pathname(entry), d,
		    MANIFEST " does not come first");
	if (err == ERR_OK)
		err = read_content(a, MANIFEST,
		    (uint64_t)archive_entry_size(entry), &m->text, d);
	return err == ERR_OK ? read_manifest(m, d) : err;
}

static enum err
check_hash(const struct listed *l, const char *name, struct bytes content,
    struct diag *d)
{
	struct buf hash = { 0 };
	enum err err = put_hash(content, &hash, d);

	if (err == ERR_OK && !bytes_equal(buf_bytes(&hash), l->hash))
		err = refuse(name, d,
		    "its SHA-256 is not that of the manifest");
	buf_clear(&hash);
	return err;
}

/* The piece that ENTRY is, into E. */
static enum err
take_entry(struct archive *a, struct archive_entry *entry, struct manifest *m,
    struct evidence *e, struct diag *d)
{
	const char *path = archive_entry_pathname(entry), *name;
	struct buf content = { 0 };
	struct listed *l;
	enum err err = check_entry(entry, EVIDENCE_TOTAL_MAX, d);

	if (err != ERR_OK)
		return err;
	name = path + strlen(FOLDER);
	l = find_listed(m, bytes_of_str(name));
	if (l == NULL || l->error != ERR_OK || l->came)
		return refuse(path, d,
		    l != NULL && l->came ? "it is there twice"
					 : "it is not in the manifest");
	l->came = true;
	if ((uint64_t)archive_entry_size(entry) != l->size)
		return refuse(path, d, "its size is not that of the manifest");
	err = read_content(a, path, l->size, &content, d);
	if (err == ERR_OK)
		err = check_hash(l, path, buf_bytes(&content), d);
	if (err == ERR_OK)
		err = evidence_put(e, name, l->when, buf_bytes(&content), d);
	if (err == ERR_USAGE)
		err = refuse(path, d, "this is no name of a piece");
	buf_clear(&content);
	return err;
}

/* What the manifest has beside the files: why something is not there. */
static enum err
take_missing(const struct manifest *m, struct evidence *e, struct diag *d)
{
	char name[EVIDENCE_NAME_MAX + 1];
	enum err err = ERR_OK;
	struct diag why;
	size_t i;

	for (i = 0; err == ERR_OK && i < m->num; i++) {
		const struct listed *l = &m->item[i];

		if (l->name.len > EVIDENCE_NAME_MAX)
			return refuse("MANIFEST", d, "a name is too long");
		memcpy(name, l->name.ptr, l->name.len);
		name[l->name.len] = '\0';
		if (l->error == ERR_OK && !l->came)
			err = refuse(name, d,
			    "it is in the manifest, and not in the bundle");
		if (l->error == ERR_OK)
			continue;
		diag_set(&why, l->error, "%.*s", (int)l->why.len,
		    (const char *)l->why.ptr);
		err = evidence_miss(e, name, l->when, &why, d);
		if (err == ERR_USAGE)
			err = refuse(name, d, "this is no name of a piece");
	}
	return err;
}

static enum err
take_all(struct archive *a, struct manifest *m, struct evidence *e,
    struct diag *d)
{
	struct archive_entry *entry;
	bool end = false;
	enum err err = take_manifest(a, m, d);

	while (err == ERR_OK && !end) {
		err = next_entry(a, &entry, &end, d);
		if (err == ERR_OK && !end)
			err = take_entry(a, entry, m, e, d);
	}
	return err == ERR_OK ? take_missing(m, e, d) : err;
}

enum err
evidence_unpack(struct bytes tar, struct evidence **ret, struct diag *d)
{
	struct manifest m = { .num = 0 };
	struct archive *a = archive_read_new();
	struct evidence *e = NULL;
	enum err err = evidence_new(&e, d);

	if (err == ERR_OK && a == NULL)
		err = diag_nomem(d);
	if (err == ERR_OK &&
	    (archive_read_support_format_tar(a) != ARCHIVE_OK ||
		archive_read_open_memory(a, tar.ptr, tar.len) != ARCHIVE_OK))
		err = tar_error(a, d);
	if (err == ERR_OK)
		err = take_all(a, &m, e, d);
	if (a != NULL)
		archive_read_free(a);
	manifest_clear(&m);
	if (err == ERR_OK)
		*ret = e;
	else
		evidence_free(&e);
	return err;
}
