/* SPDX-License-Identifier: Apache-2.0 */
/* The twin: what it writes it reads, what its recipes promise they make, and
 * openssl(1) agrees with its signatures. */
#include "test.h"

#include <dirent.h>
#include <openssl/crypto.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "lab/mint.h"
#include "lab/recipe.h"
#include "lab/wire.h"

#define NUM(array) (sizeof(array) / sizeof((array)[0]))
#define CASES_MIN 75 /* fewer means that the folder was not found */

static struct wire_field
value(uint8_t tag, unsigned depth, const char *text)
{
	struct wire_field f = { .tag = tag,
		.depth = depth,
		.value = bytes_of_str(text),
		.length = WIRE_TRUE };

	return f;
}

static struct wire_field
kind(uint8_t tag, unsigned depth, enum wire_kind kind, size_t size)
{
	struct wire_field f = { .tag = tag,
		.depth = depth,
		.kind = kind,
		.size = size,
		.length = WIRE_TRUE };

	return f;
}

/* A list of one record, with every kind of field. */
static void
put_list(struct wire *w)
{
	const struct wire_field header[] = { value(1, 0, "\1\2"),
		kind(2, 0, WIRE_TOTAL, 0), kind(3, 0, WIRE_CONTAINER, 0),
		value(4, 1, "me"), kind(7, 0, WIRE_CONTAINER, 0),
		value(8, 1, "\1"), kind(9, 1, WIRE_CONTAINER, 0),
		value(10, 2, "\1"), value(11, 2, "\1"),
		kind(12, 0, WIRE_GAP, 5), value(99, 0, ""),
		kind(13, 0, WIRE_PADS, WIRE_ALIGN) };
	const struct wire_field record[] = { kind(1, 0, WIRE_TOTAL, 0),
		value(3, 0, "abc"), value(13, 0, "x") };

	wire_put(w, header, NUM(header));
	wire_put(w, record, NUM(record));
	assert_true(buf_ok(&w->out));
}

static void
test_round_trip(void **state)
{
	static const struct wire_tlv want[] = {
		{ .tag = 1, .length = 2, .offset = 0 },
		{ .tag = 2, .length = 2, .offset = 5 },
		{ .tag = 3, .length = 5, .offset = 10 },
		{ .tag = 4, .length = 2, .offset = 13, .depth = 1 },
		{ .tag = 7, .length = 15, .offset = 18 },
		{ .tag = 8, .length = 1, .offset = 21, .depth = 1 },
		{ .tag = 9, .length = 8, .offset = 25, .depth = 1 },
		{ .tag = 10, .length = 1, .offset = 28, .depth = 2 },
		{ .tag = 11, .length = 1, .offset = 32, .depth = 2 },
		{ .tag = 12, .length = 5, .offset = 36 },
		{ .tag = 99, .length = 0, .offset = 44 },
		{ .tag = 13, .length = 0, .offset = 47 },
		{ .tag = 1, .length = 2, .offset = 48, .space = 1 },
		{ .tag = 3, .length = 3, .offset = 53, .space = 1 },
		{ .tag = 13, .length = 1, .offset = 59, .space = 1 }
	};
	struct wire w = { .gap_len = 0 };
	struct wire_list list;
	size_t i;

	(void)state;
	put_list(&w);
	assert_int_equal(wire_seal(&w, bytes_of_str("12345"), NULL), ERR_OK);
	assert_int_equal(
	    wire_read(buf_bytes(&w.out), WIRE_RECORDS, &list, NULL), ERR_OK);
	assert_int_equal(list.num, NUM(want));
	assert_int_equal(list.num_records, 1);
	assert_int_equal(list.header.len, 48);
	assert_int_equal(list.payload.len, 15);
	for (i = 0; i < NUM(want); i++) {
		assert_int_equal(list.item[i].tag, want[i].tag);
		assert_int_equal(list.item[i].length, want[i].length);
		assert_int_equal(list.item[i].offset, want[i].offset);
		assert_int_equal(list.item[i].depth, want[i].depth);
		assert_int_equal(list.item[i].space, want[i].space);
	}
	assert_memory_equal(wire_find(&list, 0, 12)->value.ptr, "12345", 5);
	assert_memory_equal(wire_find(&list, 0, 2)->value.ptr, "\0\x30", 2);
	assert_null(wire_find(&list, 1, 12));
	wire_list_clear(&list);
	wire_clear(&w);
}

static void
test_preimage(void **state)
{
	struct wire w = { .gap_len = 0 };
	struct buf pre = { 0 };

	(void)state;
	put_list(&w);
	assert_int_equal(w.gap_at, 36);
	wire_preimage(&w, &pre);
	assert_int_equal(pre.len, w.out.len - 8);
	assert_memory_equal(pre.ptr, w.out.ptr, 36);
	assert_memory_equal(pre.ptr + 36, w.out.ptr + 44, w.out.len - 44);
	assert_int_equal(wire_seal(&w, bytes_of_str("1234"), NULL), ERR_USAGE);
	assert_int_equal(wire_seal(&w, bytes_of_str("123456"), NULL),
	    ERR_USAGE);
	buf_clear(&pre);
	wire_clear(&w);
}

/* Every shorter piece of a list is refused, but for the one that ends where
 * its header does; and so is a list with a byte more. */
static void
test_cut(void **state)
{
	struct wire w = { .gap_len = 0 };
	struct wire_list list = { .num = 0 };
	struct diag diag;
	size_t n;

	(void)state;
	put_list(&w);
	for (n = 0; n < w.out.len; n++) {
		if (n == 48)
			continue;
		assert_int_equal(wire_read(bytes_of(w.out.ptr, n), WIRE_RECORDS,
				     &list, &diag),
		    ERR_SYNTAX);
		assert_true(diag.offset <= n);
		assert_null(list.item);
	}
	buf_u8(&w.out, 0);
	assert_int_equal(
	    wire_read(buf_bytes(&w.out), WIRE_RECORDS, &list, &diag),
	    ERR_SYNTAX);
	assert_int_equal(diag.offset, 63);
	assert_string_equal(diag.path, "record 2");
	wire_clear(&w);
}

static void
make_recipe(const char *name, struct recipe **ret)
{
	struct buf path = { 0 }, yaml = { 0 };
	struct diag diag;

	diag_init(&diag);
	buf_printf(&path, LAB_CASES "/%s", name);
	assert_int_equal(file_load(buf_cstr(&path), 1 << 20, &yaml, &diag),
	    ERR_OK);
	if (recipe_make(buf_bytes(&yaml), LAB_KEYS, ret, &diag) != ERR_OK)
		fail_msg("%s:%u: %s", name, diag.line, diag.msg);
	buf_clear(&path);
	buf_clear(&yaml);
}

/* Length of the value of TAG in SPACE. */
static size_t
length_of(const struct wire_list *list, size_t space, uint8_t tag)
{
	const struct wire_tlv *tlv = wire_find(list, space, tag);

	return tlv == NULL ? 0 : tlv->length;
}

/* The numbers of the published transcripts: docs/ctl-format.md. */
static const struct {
	const char *name;
	size_t len, header;
	size_t signer_name, serial, ca_name, signature;
	size_t record[5];
} transcripts[] = {
	{ "ok-tokenless-4947.yaml", 4947, 336, 62, 16, 62, 128,
	    { 1156, 1156, 1138, 1161 } },
	{ "ok-tokenless-6113.yaml", 6113, 464, 62, 16, 62, 256,
	    { 1675, 1675, 1138, 1161 } },
	{ "ok-token-5728.yaml", 5728, 304, 56, 10, 42, 128,
	    { 1186, 1022, 1004, 1026, 1186 } },
	{ "ok-token-3746.yaml", 3746, 304, 56, 10, 42, 128,
	    { 1186, 1186, 33, 1004, 33 } },
};

static void
test_transcripts(void **state)
{
	struct wire_list list;
	struct recipe *recipe;
	struct bytes total;
	uint16_t length;
	size_t i, n;

	(void)state;
	for (i = 0; i < NUM(transcripts); i++) {
		make_recipe(transcripts[i].name, &recipe);
		assert_int_equal(recipe_file(recipe).len, transcripts[i].len);
		assert_int_equal(
		    wire_read(recipe_file(recipe), WIRE_BY_NAME, &list, NULL),
		    ERR_OK);
		assert_int_equal(list.header.len, transcripts[i].header);
		assert_int_equal(length_of(&list, 0, 4),
		    transcripts[i].signer_name);
		assert_int_equal(length_of(&list, 0, 5), transcripts[i].serial);
		assert_int_equal(length_of(&list, 0, 6),
		    transcripts[i].ca_name);
		assert_int_equal(length_of(&list, 0, 12),
		    transcripts[i].signature);
		for (n = 0; n < list.num_records; n++) {
			total = wire_find(&list, n + 1, 1)->value;
			assert_true(bytes_u16(&total, &length));
			assert_int_equal(length, transcripts[i].record[n]);
		}
		assert_true(n == 5 || transcripts[i].record[n] == 0);
		wire_list_clear(&list);
		recipe_free(&recipe);
	}
}

/* A record of ok-tokenless-4947 and of ok-token-5728, field by field. */
static const struct {
	const char *name;
	size_t record;
	size_t length[11]; /* by tag; 0: not there */
} fields[] = {
	{ "ok-tokenless-4947.yaml", 1,
	    { 0, 2, 16, 62, 2, 62, 16, 140, 128, 694, 4 } },
	{ "ok-tokenless-4947.yaml", 3,
	    { 0, 2, 16, 60, 2, 60, 16, 140, 128, 680, 4 } },
	{ "ok-tokenless-4947.yaml", 4,
	    { 0, 2, 17, 63, 2, 63, 16, 140, 128, 696, 4 } },
	{ "ok-tokenless-6113.yaml", 2,
	    { 0, 2, 16, 62, 2, 62, 16, 270, 256, 955, 4 } },
	{ "ok-token-5728.yaml", 5, { 0, 2, 1, 56, 2, 42, 10, 140, 0, 902, 4 } },
	{ "ok-token-3746.yaml", 3, { 0, 2, 13, 0, 2, 0, 0, 0, 0, 0, 4 } },
	{ "ok-token-3746.yaml", 4,
	    { 0, 2, 13, 60, 2, 60, 16, 140, 0, 680, 4 } },
};

static void
test_fields(void **state)
{
	struct wire_list list;
	struct recipe *recipe;
	uint8_t tag;
	size_t i;

	(void)state;
	for (i = 0; i < NUM(fields); i++) {
		make_recipe(fields[i].name, &recipe);
		assert_int_equal(
		    wire_read(recipe_file(recipe), WIRE_BY_NAME, &list, NULL),
		    ERR_OK);
		for (tag = 1; tag <= 10; tag++)
			assert_int_equal(
			    length_of(&list, fields[i].record, tag),
			    fields[i].length[tag]);
		wire_list_clear(&list);
		recipe_free(&recipe);
	}
}

static void
test_token_name(void **state)
{
	static const char want[] =
	    "cn=\"SAST-ADN008580ef        \";ou=IPCBU;o=\"Cisco Systems";
	struct wire_list list;
	struct recipe *recipe;

	(void)state;
	make_recipe("ok-token-5728.yaml", &recipe);
	assert_int_equal(
	    wire_read(recipe_file(recipe), WIRE_BY_NAME, &list, NULL), ERR_OK);
	assert_int_equal(length_of(&list, 5, 3), sizeof(want));
	assert_memory_equal(wire_find(&list, 5, 3)->value.ptr, want,
	    sizeof(want));
	assert_memory_equal(wire_find(&list, 5, 6)->value.ptr,
	    "\x83\xe9\x08\0\0\0\x55\x45\xaf\x31", 10);
	wire_list_clear(&list);
	recipe_free(&recipe);
}

static int
is_recipe(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return len > 5 && strcmp(d->d_name + len - 5, ".yaml") == 0;
}

/* Every recipe makes the same bytes twice; what is called ok can be read. */
static void
test_all(void **state)
{
	struct recipe *one, *two;
	struct wire_list list;
	struct diag diag;
	struct dirent **entry;
	int i, num = scandir(LAB_CASES, &entry, is_recipe, alphasort);

	(void)state;
	assert_true(num >= CASES_MIN);
	for (i = 0; i < num; i++) {
		make_recipe(entry[i]->d_name, &one);
		make_recipe(entry[i]->d_name, &two);
		assert_true(bytes_equal(recipe_file(one), recipe_file(two)));
		diag_init(&diag);
		if (strncmp(entry[i]->d_name, "ok-", 3) == 0) {
			if (wire_read(recipe_file(one), WIRE_BY_NAME, &list,
				&diag) != ERR_OK)
				fail_msg("%s: %zu: %s", entry[i]->d_name,
				    diag.offset, diag.msg);
			wire_list_clear(&list);
		}
		recipe_free(&one);
		recipe_free(&two);
		free(entry[i]);
	}
	free(entry);
}

static void
save(const char *folder, const char *name, struct bytes data)
{
	struct buf path = { 0 };

	buf_printf(&path, "%s/%s", folder, name);
	assert_int_equal(file_write(buf_cstr(&path), data, FILE_CLOBBER, NULL),
	    ERR_OK);
	buf_clear(&path);
}

/* Exit status of COMMAND, a line for the shell, in FOLDER. */
static int
run_in(const char *folder, const char *command)
{
	char sh[] = "sh", dash_c[] = "-c", path[] = "PATH=/usr/bin:/bin";
	char conf[] = "OPENSSL_CONF=/dev/null";
	char *argv[] = { sh, dash_c, NULL, NULL };
	char *const env[] = { path, conf, NULL };
	struct buf line = { 0 };
	int status = -1;
	pid_t pid;

	buf_printf(&line, "cd %s && %s", folder, command);
	argv[2] = strdup(buf_cstr(&line));
	assert_int_equal(posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, env),
	    0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	free(argv[2]);
	buf_clear(&line);
	return status;
}

/* Puts the signature, the signed bytes and the signer's certificate where
 * openssl(1) finds them. */
static void
take_apart(const struct recipe *recipe, const char *folder, size_t signer)
{
	struct bytes file = recipe_file(recipe);
	struct buf pre = { 0 }, pem = { 0 };
	const struct wire_tlv *sig;
	struct wire_list list;
	const char *name;
	size_t after;

	assert_int_equal(wire_read(file, WIRE_BY_NAME, &list, NULL), ERR_OK);
	sig = wire_find(&list, 0, WIRE_SIGNATURE);
	assert_non_null(sig);
	after = sig->offset + 3 + sig->length;
	buf_put(&pre, bytes_of(file.ptr, sig->offset));
	buf_put(&pre, bytes_of(file.ptr + after, file.len - after));
	assert_int_equal(
	    mint_pem(recipe_cert(recipe, signer, &name), &pem, NULL), ERR_OK);
	save(folder, "sig", sig->value);
	save(folder, "pre", buf_bytes(&pre));
	save(folder, "cert.pem", buf_bytes(&pem));
	wire_list_clear(&list);
	buf_clear(&pre);
	buf_clear(&pem);
}

static const struct {
	const char *name;
	size_t signer; /* place in the recipe's certs */
	const char *digest;
	bool good;
} signatures[] = {
	{ "ok-tokenless-4947.yaml", 0, "sha1", true },
	{ "ok-tokenless-6113.yaml", 0, "sha1", true },
	{ "ok-token-5728.yaml", 1, "sha1", true },
	{ "ok-token-3746.yaml", 0, "sha1", true },
	{ "ok-builder-sha512.yaml", 0, "sha512", true },
	{ "ok-sha256.yaml", 0, "sha256", true },
	{ "ok-rsa512.yaml", 0, "sha1", true },
	{ "ok-rsa4096-sha512.yaml", 0, "sha512", true },
	{ "ok-itl-itlrecovery.yaml", 1, "sha512", true },
	{ "ok-enc-sgn.yaml", 0, "sha1", true },
	{ "bad-subject-differs.yaml", 0, "sha1", true },
	{ "bad-signature.yaml", 0, "sha1", false },
	{ "bad-content-changed.yaml", 0, "sha1", false },
	{ "bad-signer-key-elsewhere.yaml", 0, "sha1", false },
};

static void
test_openssl(void **state)
{
	char folder[] = "/tmp/test_wire.XXXXXX";
	struct buf command = { 0 };
	struct recipe *recipe;
	size_t i;

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (i = 0; i < NUM(signatures); i++) {
		make_recipe(signatures[i].name, &recipe);
		take_apart(recipe, folder, signatures[i].signer);
		recipe_free(&recipe);
		buf_clear(&command);
		buf_printf(&command,
		    "openssl x509 -in cert.pem -noout -pubkey >pub.pem && "
		    "openssl dgst -%s -verify pub.pem -signature sig pre "
		    ">out 2>&1",
		    signatures[i].digest);
		print_message("%s\n", signatures[i].name);
		if (signatures[i].good)
			assert_int_equal(run_in(folder, buf_cstr(&command)), 0);
		else
			assert_int_not_equal(run_in(folder, buf_cstr(&command)),
			    0);
	}
	assert_int_equal(run_in(folder, "rm -f sig pre cert.pem pub.pem out"),
	    0);
	assert_int_equal(rmdir(folder), 0);
	buf_clear(&command);
}

static struct mint_key *
load_key(const char *name)
{
	struct buf path = { 0 };
	struct mint_key *key = NULL;

	buf_printf(&path, LAB_KEYS "/%s.pem", name);
	assert_int_equal(mint_key_load(buf_cstr(&path), &key, NULL), ERR_OK);
	buf_clear(&path);
	return key;
}

/* Every size from 600 to 1500 bytes, and every seventh for other keys. */
static void
test_sizes(void **state)
{
	static const char *const keys[] = { "rsa1024-a", "ec384-a",
		"rsa2048-a" };
	static const size_t least[] = { 600, 600, 850 };
	const struct mint_attr attrs[] = { { "CN", "lab", MINT_UTF8 },
		{ "O", "Example", MINT_UTF8 } };
	struct mint_key *issuer = load_key("rsa1024-b"), *key;
	struct mint_spec spec = { .subject = { attrs, NUM(attrs) },
		.issuer = { attrs, 1 },
		.serial = bytes_of_str("\x7f\x01"),
		.not_before = 1420070400,
		.not_after = 2051222400,
		.issuer_key = issuer,
		.digest = MINT_SHA256 };
	struct buf der = { 0 };
	struct diag diag;
	size_t i;

	(void)state;
	for (i = 0; i < NUM(keys); i++) {
		spec.key = key = load_key(keys[i]);
		for (spec.der_length = least[i]; spec.der_length <= 1500;
		     spec.der_length += i == 0 ? 1 : 7) {
			buf_clear(&der);
			if (mint_cert(&spec, &der, &diag) != ERR_OK)
				fail_msg("%s", diag.msg);
			assert_int_equal(der.len, spec.der_length);
		}
		spec.der_length = 300;
		assert_int_equal(mint_cert(&spec, &der, &diag), ERR_USAGE);
		mint_key_free(&key);
	}
	mint_key_free(&issuer);
	buf_clear(&der);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_preimage),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_transcripts),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_token_name),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_openssl),
		cmocka_unit_test(test_sizes),
	};

	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return EXIT_FAILURE;
	return test_run(tests);
}
