/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `ctlsmith build --spec` is given: a list as YAML.
 * docs/build.schema.json describes the file, and a test compares it with the
 * table here.
 */
#ifndef CLI_SPEC_H
#define CLI_SPEC_H

#include "cli/entry.h"
#include "data/doc.h"

struct spec {
	enum ctl_kind kind; /* CTL_KIND_AUTO: not said */
	const char *digest; /* these may be NULL */
	const char *filename;
	bool has_timestamp;
	uint32_t timestamp;
	uint8_t major, minor;  /* 0, 0: not said */
	struct entry *entries; /* in the order of the file */
	size_t num_entries;
	struct doc *doc; /* owns the texts */
};

/* The table of the file, for the test of its schema. */
extern const struct doc_table spec_table;

/* Reads TEXT. PATH is the file it stands in: names of certificates are beside
 * it. ERR_SYNTAX with line and column, ERR_TOO_BIG, ERR_NOMEM. */
MUST_CHECK enum err spec_read(struct bytes text, const char *path,
    struct spec *ret, struct diag *d);

/* The same for the file PATH ("-": standard input), and the errors of
 * file_load(). */
MUST_CHECK enum err spec_load(const char *path, struct spec *ret,
    struct diag *d);

/* Frees what SP owns; it is all-zero again. */
void spec_clear(struct spec *sp);

#endif
