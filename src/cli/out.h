/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commands say. Data goes to stdout, as text or as one JSON array;
 * words for people go to stderr. Everything from outside is made safe for a
 * terminal here or before.
 */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include <jansson.h>

#include "base/buf.h"
#include "cli/cmd.h"

/* Prints to stderr: "ctlsmith: FILE: place: message". FILE may be NULL. */
void out_error(const char *file, const struct diag *d);

/* Appends the place in D (tag path, byte) and its message, made safe. */
void out_put_diag(struct buf *out, const struct diag *d);

/* Writes TEXT to stdout and empties it. CMD_FAILED, and said, where that
 * does not work. */
enum cmd_exit out_write(struct buf *text);

enum cmd_exit out_version(void);

/* A JSON array on its way to stdout, an element at a time. */
struct out_json {
	size_t num;
};

/* Writes ELEMENT, of which it takes the reference; NULL is the out of memory
 * of whoever built it. */
enum cmd_exit out_json_add(struct out_json *j, json_t *element);
/* Closes the array. */
enum cmd_exit out_json_end(struct out_json *j);

/* The worse of two ends: failed before policy before ok. */
enum cmd_exit out_worse(enum cmd_exit a, enum cmd_exit b);

#endif
