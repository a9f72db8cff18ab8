/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lab's side of HTTP/1.1: GET and HEAD of files that a function hands out,
 * requests one after another on a connection, with the misbehaviours of
 * lab/serve.h.
 */
#ifndef LAB_HTTPD_H
#define LAB_HTTPD_H

#include "base/buf.h"
#include "lab/serve.h"
#include "lab/stream.h"

struct httpd_files {
	/* Appends what stands under PATH, which begins with "/" and has its
	 * query, undone of %XX; ERR_ABSENT. */
	enum err (*get)(void *arg, const char *path, struct buf *ret,
	    struct diag *diag);
	void *arg;
	const char *type; /* of all files */
	enum serve_fault fault;
};

/* Answers the requests on S until its other side has no more. The number of files
 * that were given out. */
unsigned long httpd_serve(struct stream *s, const struct httpd_files *files);

#endif
