/* SPDX-License-Identifier: Apache-2.0 */
/*
 * twin make RECIPE.yaml... -o DIR [--keys DIR]
 *	writes DIR/<recipe>/<file> and the recipe's certificates beside it,
 *	as <cert>.pem; all are the same bytes every time.
 * twin dump FILE
 *	one line a TLV: <space> <offset> <depth> <tag> <length> <hex value>,
 *	space 0 for the header and n for record n; the content of a signed
 *	file that holds no records is one more line, "content <offset>
 *	<length> <hex>".
 */
#include <errno.h>
#include <getopt.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "lab/mint.h"
#include "lab/recipe.h"
#include "lab/wire.h"

#define INPUT_MAX ((size_t)16 * 1024 * 1024)

struct options {
	const char *out;
	const char *keys;
};

static int
usage(void)
{
	(void)fputs("usage: twin make RECIPE.yaml... -o DIR [--keys DIR]\n"
		    "       twin dump FILE\n",
	    stderr);
	return 2;
}

static int
complain(const char *file, const struct diag *diag)
{
	struct buf text = { 0 };

	text_put_safe(&text, bytes_of_str(diag->msg));
	(void)fprintf(stderr, "twin: %s", file);
	if (diag->line != 0)
		(void)fprintf(stderr, ":%u:%u", diag->line, diag->column);
	if (diag->offset != DIAG_NOWHERE)
		(void)fprintf(stderr, ": byte %zu (%s)", diag->offset,
		    diag->path);
	(void)fprintf(stderr, ": %s\n",
	    buf_ok(&text) ? buf_cstr(&text) : "out of memory");
	buf_clear(&text);
	return EXIT_FAILURE;
}

static enum err
make_folder(const char *path, struct diag *diag)
{
	if (mkdir(path, 0777) == 0 || errno == EEXIST)
		return ERR_OK;
	return diag_errno(diag, "mkdir", errno, "cannot make %s", path);
}

/* Writes DATA to FOLDER/NAME and SUFFIX. */
static enum err
write_to(const char *folder, const char *name, const char *suffix,
    struct bytes data, struct diag *diag)
{
	struct buf path = { 0 };
	enum err err;

	buf_printf(&path, "%s/%s%s", folder, name, suffix);
	if (buf_cstr(&path) == NULL)
		err = diag_nomem(diag);
	else
		err = file_write(buf_cstr(&path), data, FILE_CLOBBER, diag);
	buf_clear(&path);
	return err;
}

static enum err
write_cert(const struct recipe *recipe, size_t i, const char *folder,
    struct diag *diag)
{
	struct buf pem = { 0 };
	const char *name;
	struct bytes der = recipe_cert(recipe, i, &name);
	enum err err = mint_pem(der, &pem, diag);

	if (err == ERR_OK)
		err = write_to(folder, name, ".pem", buf_bytes(&pem), diag);
	buf_clear(&pem);
	return err;
}

static enum err
write_recipe(const struct recipe *recipe, const char *folder, struct diag *diag)
{
	enum err err = make_folder(folder, diag);
	size_t i;

	if (err == ERR_OK)
		err = write_to(folder, recipe_file_name(recipe), "",
		    recipe_file(recipe), diag);
	for (i = 0; i < recipe_num_certs(recipe) && err == ERR_OK; i++)
		err = write_cert(recipe, i, folder, diag);
	return err;
}

/* DIR and the recipe's name without folder and ".yaml". */
static enum err
folder_of(const struct options *opt, const char *path, struct buf *out,
    struct diag *diag)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	size_t len = strlen(name);

	if (len <= 5 || strcmp(name + len - 5, ".yaml") != 0)
		return diag_set(diag, ERR_USAGE,
		    "the name of a recipe ends in .yaml");
	buf_printf(out, "%s/%.*s", opt->out, (int)(len - 5), name);
	return buf_cstr(out) != NULL ? ERR_OK : diag_nomem(diag);
}

static enum err
make_one(const struct options *opt, const char *path, struct diag *diag)
{
	struct buf yaml = { 0 }, folder = { 0 };
	struct recipe *recipe = NULL;
	enum err err = folder_of(opt, path, &folder, diag);

	if (err == ERR_OK)
		err = file_load(path, INPUT_MAX, &yaml, diag);
	if (err == ERR_OK)
		err = recipe_make(buf_bytes(&yaml), opt->keys, &recipe, diag);
	if (err == ERR_OK)
		err = write_recipe(recipe, buf_cstr(&folder), diag);
	recipe_free(&recipe);
	buf_clear(&yaml);
	buf_clear(&folder);
	return err;
}

static int
make(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "keys", required_argument, NULL, 'k' }, { NULL, 0, NULL, 0 }
	};
	struct options opt = { .keys = "softhsm-fixtures/keys" };
	struct diag diag;
	int c, status = EXIT_SUCCESS;

	while ((c = getopt_long(argc, argv, "o:k:", longs, NULL)) != -1) {
		if (c == 'o')
			opt.out = optarg;
		else if (c == 'k')
			opt.keys = optarg;
		else
			return usage();
	}
	if (opt.out == NULL || optind == argc)
		return usage();
	diag_init(&diag);
	if (make_folder(opt.out, &diag) != ERR_OK)
		return complain(opt.out, &diag);
	for (; optind < argc; optind++) {
		diag_init(&diag);
		if (make_one(&opt, argv[optind], &diag) != ERR_OK)
			status = complain(argv[optind], &diag);
	}
	return status;
}

static void
put_tlvs(const struct wire_list *list, struct buf *out)
{
	const struct wire_tlv *tlv;
	size_t i;

	for (i = 0; i < list->num; i++) {
		tlv = &list->item[i];
		buf_printf(out, "%zu %zu %u %u %zu ", tlv->space, tlv->offset,
		    tlv->depth, tlv->tag, tlv->length);
		text_put_hex(out, tlv->value, "", TEXT_LOWER);
		buf_u8(out, '\n');
	}
	if (list->num_records > 0 || list->payload.len == 0)
		return;
	buf_printf(out, "content %zu %zu ", list->header.len,
	    list->payload.len);
	text_put_hex(out, list->payload, "", TEXT_LOWER);
	buf_u8(out, '\n');
}

static int
dump(const char *path)
{
	struct buf file = { 0 }, text = { 0 };
	struct wire_list list = { .num = 0 };
	struct diag diag;
	enum err err;

	diag_init(&diag);
	err = file_load(path, INPUT_MAX, &file, &diag);
	if (err == ERR_OK)
		err = wire_read(buf_bytes(&file), WIRE_BY_NAME, &list, &diag);
	if (err == ERR_OK) {
		put_tlvs(&list, &text);
		if (!buf_ok(&text) ||
		    fwrite(text.ptr, 1, text.len, stdout) != text.len ||
		    fflush(stdout) != 0)
			err = diag_set(&diag, ERR_IO, "cannot write");
	}
	wire_list_clear(&list);
	buf_clear(&text);
	buf_clear(&file);
	return err == ERR_OK ? EXIT_SUCCESS : complain(path, &diag);
}

int
main(int argc, char **argv)
{
	/* Before any other call: no OPENSSL_CONF changes what is made. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1) {
		(void)fputs("twin: libcrypto does not start\n", stderr);
		return EXIT_FAILURE;
	}
	if (argc >= 2 && strcmp(argv[1], "make") == 0)
		return make(argc - 1, argv + 1);
	if (argc == 3 && strcmp(argv[1], "dump") == 0)
		return dump(argv[2]);
	return usage();
}
