/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many files, one piece of work each, over the cores of the machine.
 *
 *	arguments -> paths -> chunks -> threads -> struct out -> printed
 *
 * Threads take the paths a chunk at a time and say what they have to say into
 * a struct out; the caller's thread prints it in the order of the paths,
 * so that the output does not tell how many threads there were. One failure
 * never stops the rest; only stdout does, when it takes no more.
 *
 * What waits to be printed is bounded: a thread takes no other file while
 * there is too much of it, unless everybody waits for that very file. So no
 * more than the files at work, what is said of them, and a fixed amount of
 * output are in memory, however many files there are. What is said of one file
 * is held whole, and `show` says several times as much as the file has.
 *
 * One file alone, or one job, is worked on without a thread, and printed as
 * soon as it is done.
 */
#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include "cli/out.h"
#include "cli/paths.h"

#define BATCH_FOLDER ((enum cmd_exit) - 1)

struct batch {
	unsigned jobs; /* threads at most; 0: as many as there are cores */
	bool json;     /* the output is one array of elements */
	const void *context;

	/* Makes the state of one thread. It runs in any thread, but for one
	 * after the other. */
	enum err (
	    *begin)(const void *context, void **ret_state, struct diag *d);

	/* Does the work for PATH, or says PATH->error. Threads call it at the
	 * same time, each with a state of its own; all that CONTEXT leads to
	 * is only read. BATCH_FOLDER where PATH turns out to be a folder:
	 * nothing is said then, and it is called for the files in it. */
	enum cmd_exit (
	    *work)(void *state, const struct path *path, struct out *out);

	/* Frees the state. */
	void (*end)(void *state);
};

/* Works on all that ARGS names and prints it, and how many files in folders
 * were passed over. The worst of all ends; CMD_FAILED where stdout or memory
 * failed, which is said. The JSON array is complete unless stdout failed, or an
 * allocation of OpenSSL's, which ends the program (main.c). Where stdout failed
 * while threads were at work this ends the program too: one may be in a read
 * that never ends. */
enum cmd_exit batch_run(const struct batch *b, char *const *args);

#endif
