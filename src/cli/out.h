/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commands say. Data goes to stdout, as text or as one JSON array;
 * words for people go to stderr. Everything from outside is made safe for a
 * terminal here or before.
 *
 * A struct out collects what one piece of work has to say, for both streams
 * and in one order, so that a thread can say it and another print it when its
 * turn comes. All-zero is an empty one. Like a struct buf it has a sticky
 * error: after a failed allocation it says nothing of use, and whoever prints
 * it says so. A command that works on nothing but its own arguments needs
 * none: out_write() and out_complain() print at once.
 */
#ifndef CLI_OUT_H
#define CLI_OUT_H

#include <jansson.h>

#include "base/buf.h"
#include "cli/cmd.h"
#include "cli/progress.h"

struct out {
	struct buf text; /* of both streams, one behind the other */
	struct buf runs; /* of struct out_run: whose the text is */
	bool lost;       /* something could not even be said to be lost */
};

/* Frees the content; O is empty and usable again. */
void out_clear(struct out *o);

/* The bytes that O holds. */
size_t out_len(const struct out *o);

/* False once memory was short. */
MUST_CHECK bool out_ok(const struct out *o);

/* Appends TEXT for stdout. A TEXT that has failed makes O fail. */
void out_put(struct out *o, const struct buf *text);

/* Appends ELEMENT to the JSON array on stdout, and takes its reference; NULL
 * is the out of memory of whoever built it. A command prints either elements
 * or text. */
void out_json(struct out *o, json_t *element);

/* Appends for stderr: "ctlsmith: FILE: place: message". FILE may be NULL. */
void out_error(struct out *o, const char *file, const struct diag *d);

/* A place in O to come back to. */
struct out_mark {
	size_t text, runs;
};

struct out_mark out_mark(const struct out *o);

/* Takes back what was said since MARK; O is then as good as it was. */
void out_back(struct out *o, struct out_mark mark);

/* Makes O, which has failed, hold what it did at MARK, and that memory was
 * short for FILE. */
void out_nomem(struct out *o, struct out_mark mark, const char *file);

/* One command's output on its way out. All-zero prints text. */
struct out_printer {
	bool json;   /* an array, which out_close() ends */
	bool opened; /* its "[" is written */
	bool broken; /* stdout has failed, which was said; nothing follows */
	struct progress *progress; /* to be hidden from what is printed */
};

/* Prints O and empties it. CMD_FAILED, and said, where O has failed or where
 * stdout does. */
enum cmd_exit out_print(struct out_printer *p, struct out *o);

/* Ends the array, also an empty one. */
enum cmd_exit out_close(struct out_printer *p);

/* Prints O, all that a command has to say, and clears it; JSON: its elements are
 * the array. The worse of END and how that went. */
enum cmd_exit out_finish(struct out *o, bool json, enum cmd_exit end);

/* Waits for what is being written to stdout, and lets no more be: for a thread
 * that is about to end the program. */
void out_stop(void);

/* Prints TEXT to stdout at once and empties it. CMD_FAILED, and said, where
 * that does not work. */
enum cmd_exit out_write(struct buf *text);

/* Prints to stderr at once, as out_error(). */
void out_complain(const char *file, const struct diag *d);

/* Appends the place in D (tag path, byte) and its message, made safe. */
void out_put_diag(struct buf *out, const struct diag *d);

enum cmd_exit out_version(void);

/* The worse of two ends: usage before resume before token before failed before
 * policy before ok. */
enum cmd_exit out_worse(enum cmd_exit a, enum cmd_exit b);

#endif
