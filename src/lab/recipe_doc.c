/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/recipe_doc.h"

/* A field named as its member. */
#define FIELD(st, member, kind) \
	.key = #member, .type = kind, .offset = offsetof(struct st, member)
#define PLACE(st) \
	.key = "", .type = DOC_PLACE, .offset = offsetof(struct st, place)

static const struct doc_name digests[] = { { "sha1", MINT_SHA1 },
	{ "sha256", MINT_SHA256 }, { "sha512", MINT_SHA512 }, { NULL, 0 } };

static const struct doc_name ops[] = { { "set", RECIPE_SET },
	{ "add", RECIPE_ADD }, { "drop", RECIPE_DROP }, { NULL, 0 } };

static const struct doc_name dialects[] = { { "appliance", DIALECT_APPLIANCE },
	{ "ctl-client", DIALECT_CLIENT }, { "token", DIALECT_TOKEN },
	{ "builder", DIALECT_BUILDER }, { "hash", DIALECT_HASHED },
	{ "empty", DIALECT_EMPTY }, { NULL, 0 } };

/* docs/ctl-format.md, "FUNCTION / role codes". */
static const struct doc_name roles[] = { { "SAST", 0 }, { "CCM", 1 },
	{ "CCM+TFTP", 2 }, { "TFTP", 3 }, { "CAPF", 4 }, { "SRST", 5 },
	{ "FIREWALL", 6 }, { "GEN-APP", 7 }, { "TVS", 21 }, { NULL, 0 } };

static const struct doc_name orders[] = { { "appliance", RECIPE_APPLIANCE },
	{ "builder", RECIPE_BUILDER }, { NULL, 0 } };

static const struct doc_name styles[] = { { "pkcs1", RECIPE_PKCS1 },
	{ "firmware", RECIPE_FIRMWARE }, { NULL, 0 } };

static const struct doc_name froms[] = { { "start", RECIPE_START },
	{ "header", RECIPE_HEADER }, { "end", RECIPE_END },
	{ "tlv", RECIPE_TLV }, { NULL, 0 } };

static const struct doc_field cert_fields[] = {
	{ FIELD(recipe_cert, name, DOC_STRING), .required = true },
	{ FIELD(recipe_cert, key, DOC_STRING), .required = true },
	{ FIELD(recipe_cert, subject, DOC_STRINGS), .required = true },
	{ FIELD(recipe_cert, serial, DOC_HEX), .required = true },
	{ FIELD(recipe_cert, issuer, DOC_STRING) },
	{ FIELD(recipe_cert, issuer_subject, DOC_STRINGS) },
	{ FIELD(recipe_cert, issuer_key, DOC_STRING) },
	{ FIELD(recipe_cert, not_before, DOC_TIME) },
	{ FIELD(recipe_cert, not_after, DOC_TIME) },
	{ FIELD(recipe_cert, digest, DOC_ENUM), .names = digests },
	{ FIELD(recipe_cert, der_length, DOC_UNSIGNED) },
	{ FIELD(recipe_cert, dns, DOC_STRINGS) },
	{ FIELD(recipe_cert, ca, DOC_BOOL) },
	{ FIELD(recipe_cert, repeat, DOC_UNSIGNED), .max = 255 },
	{ PLACE(recipe_cert) }
};

static const struct recipe_cert cert_defaults = { .not_before = 1420070400,
	.not_after = 2051222400,
	.digest = MINT_SHA256 };

static const struct doc_table cert_table = { .what = "cert",
	.size = sizeof(struct recipe_cert),
	.defaults = &cert_defaults,
	.fields = cert_fields,
	.num_fields = DOC_NUM(cert_fields) };

static const struct doc_field edit_fields[] = {
	{ FIELD(recipe_edit, op, DOC_ENUM), .names = ops },
	{ FIELD(recipe_edit, tag, DOC_UNSIGNED), .required = true, .max = 255 },
	{ FIELD(recipe_edit, text, DOC_STRING) },
	{ FIELD(recipe_edit, raw, DOC_STRING) },
	{ FIELD(recipe_edit, hex, DOC_HEX) },
	{ FIELD(recipe_edit, cert, DOC_STRING) },
	{ FIELD(recipe_edit, tail, DOC_HEX) },
	{ FIELD(recipe_edit, before, DOC_UNSIGNED), .max = 255 },
	{ FIELD(recipe_edit, length, DOC_UNSIGNED), .max = 65535 },
	{ FIELD(recipe_edit, repeat, DOC_UNSIGNED), .min = 1, .max = 255 },
	{ PLACE(recipe_edit) }
};

static const struct recipe_edit edit_defaults = { .before = RECIPE_NONE,
	.length = RECIPE_NONE,
	.repeat = 1 };

static const struct doc_table edit_table = { .what = "field edit",
	.size = sizeof(struct recipe_edit),
	.defaults = &edit_defaults,
	.fields = edit_fields,
	.num_fields = DOC_NUM(edit_fields) };

static const struct doc_field record_fields[] = { { FIELD(recipe_record, cert,
						      DOC_STRING) },
	{ FIELD(recipe_record, dialect, DOC_ENUM), .names = dialects },
	{ FIELD(recipe_record, role, DOC_ENUM), .names = roles },
	{ FIELD(recipe_record, role_code, DOC_UNSIGNED), .max = 65535 },
	{ FIELD(recipe_record, dns, DOC_STRING) },
	{ FIELD(recipe_record, ip, DOC_STRING) },
	{ FIELD(recipe_record, repeat, DOC_UNSIGNED), .max = 255 },
	{ FIELD(recipe_record, fields, DOC_MAPS), .table = &edit_table },
	{ PLACE(recipe_record) } };

static const struct recipe_record record_defaults = { .role_code = RECIPE_NONE,
	.dns = "" };

static const struct doc_table record_table = { .what = "record",
	.size = sizeof(struct recipe_record),
	.defaults = &record_defaults,
	.fields = record_fields,
	.num_fields = DOC_NUM(record_fields) };

static const struct doc_field encrypted_fields[] = {
	{ FIELD(recipe_encrypted, iv, DOC_HEX), .required = true },
	{ FIELD(recipe_encrypted, padding, DOC_UNSIGNED), .required = true,
	    .max = 65535 },
	{ FIELD(recipe_encrypted, key_bits, DOC_UNSIGNED), .required = true,
	    .max = 65535 },
	{ FIELD(recipe_encrypted, key, DOC_HEX), .required = true },
	{ FIELD(recipe_encrypted, digest, DOC_ENUM), .names = digests },
	{ FIELD(recipe_encrypted, hash, DOC_HEX), .required = true }
};

static const struct doc_table encrypted_table = { .what = "encrypted",
	.size = sizeof(struct recipe_encrypted),
	.fields = encrypted_fields,
	.num_fields = DOC_NUM(encrypted_fields) };

static const struct doc_field header_fields[] = { { FIELD(recipe_header,
						      version, DOC_STRING) },
	{ FIELD(recipe_header, order, DOC_ENUM), .names = orders },
	{ FIELD(recipe_header, digest, DOC_ENUM), .names = digests },
	{ FIELD(recipe_header, digest_code, DOC_UNSIGNED), .max = 255 },
	{ FIELD(recipe_header, algorithm_code, DOC_UNSIGNED), .max = 255 },
	{ FIELD(recipe_header, modulus_code, DOC_UNSIGNED), .max = 255 },
	{ FIELD(recipe_header, filename, DOC_STRING) },
	{ FIELD(recipe_header, timestamp, DOC_TIME) },
	{ FIELD(recipe_header, signer_version, DOC_STRING) },
	{ FIELD(recipe_header, pads, DOC_UNSIGNED), .max = 64 },
	{ FIELD(recipe_header, pad_byte, DOC_UNSIGNED), .max = 255 },
	{ FIELD(recipe_header, encrypted, DOC_MAP), .table = &encrypted_table },
	{ FIELD(recipe_header, fields, DOC_MAPS), .table = &edit_table },
	{ PLACE(recipe_header) } };

static const struct recipe_header header_defaults = { .version = "1.2",
	.digest_code = RECIPE_NONE,
	.modulus_code = RECIPE_NONE,
	.pads = RECIPE_NONE,
	.pad_byte = 0x0d };

static const struct doc_table header_table = { .what = "header",
	.size = sizeof(struct recipe_header),
	.defaults = &header_defaults,
	.fields = header_fields,
	.num_fields = DOC_NUM(header_fields) };

static const struct doc_field signer_fields[] = { { FIELD(recipe_signer, record,
						      DOC_UNSIGNED) },
	{ FIELD(recipe_signer, cert, DOC_STRING) },
	{ FIELD(recipe_signer, dialect, DOC_ENUM), .names = dialects },
	{ FIELD(recipe_signer, key, DOC_STRING) },
	{ FIELD(recipe_signer, name, DOC_STRING) },
	{ FIELD(recipe_signer, serial, DOC_HEX) },
	{ FIELD(recipe_signer, ca, DOC_STRING) },
	{ FIELD(recipe_signer, style, DOC_ENUM), .names = styles },
	{ FIELD(recipe_signer, when, DOC_TIME) },
	{ FIELD(recipe_signer, length, DOC_UNSIGNED), .max = 65535 },
	{ PLACE(recipe_signer) } };

static const struct recipe_signer signer_defaults = { .when = 1426559220,
	.length = RECIPE_NONE };

static const struct doc_table signer_table = { .what = "signer",
	.size = sizeof(struct recipe_signer),
	.defaults = &signer_defaults,
	.fields = signer_fields,
	.num_fields = DOC_NUM(signer_fields) };

static const struct doc_field patch_fields[] = {
	{ FIELD(recipe_patch, from, DOC_ENUM), .names = froms },
	{ FIELD(recipe_patch, space, DOC_UNSIGNED) },
	{ FIELD(recipe_patch, tag, DOC_UNSIGNED), .max = 255 },
	{ FIELD(recipe_patch, offset, DOC_UNSIGNED) },
	{ FIELD(recipe_patch, hex, DOC_HEX) },
	{ FIELD(recipe_patch, cut, DOC_UNSIGNED) },
	{ FIELD(recipe_patch, append, DOC_HEX) }, { PLACE(recipe_patch) }
};

static const struct doc_table patch_table = { .what = "patch",
	.size = sizeof(struct recipe_patch),
	.fields = patch_fields,
	.num_fields = DOC_NUM(patch_fields) };

static const struct doc_field doc_fields[] = {
	{ FIELD(recipe_doc, certs, DOC_MAPS), .table = &cert_table },
	{ FIELD(recipe_doc, header, DOC_MAP), .required = true,
	    .table = &header_table },
	{ FIELD(recipe_doc, signer, DOC_MAP), .required = true,
	    .table = &signer_table },
	{ FIELD(recipe_doc, records, DOC_MAPS), .table = &record_table },
	{ FIELD(recipe_doc, content, DOC_STRING) },
	{ FIELD(recipe_doc, content_hex, DOC_HEX) },
	{ FIELD(recipe_doc, after, DOC_MAPS), .table = &patch_table }
};

const struct doc_table recipe_table = { .what = "recipe",
	.size = sizeof(struct recipe_doc),
	.fields = doc_fields,
	.num_fields = DOC_NUM(doc_fields) };
