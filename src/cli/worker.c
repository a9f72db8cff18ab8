/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/worker.h"

#define KEEP_MAX ((size_t)64 * 1024)

enum err
worker_begin(struct worker *w, struct diag *d)
{
	return w->batch->begin(w->batch->context, &w->state, d);
}

void
worker_end(struct worker *w)
{
	if (w->state != NULL)
		w->batch->end(w->state);
	w->state = NULL;
	out_clear(&w->out);
}

void
worker_trim(struct out *out)
{
	if (out->text.cap > KEEP_MAX)
		out_clear(out);
}

/* Nothing could be done for FILE. */
static bool
nomem(struct worker *w, struct out_mark mark, const char *file)
{
	out_nomem(&w->out, mark, file);
	w->end = out_worse(w->end, CMD_FAILED);
	return w->flush(w);
}

/* Works on what is in the folder NAME, which was taken for a file. */
static bool
do_folder(struct worker *w, const char *name)
{
	struct paths *paths = NULL;
	struct path path;
	bool go_on = true;

	if (paths_of_folder(&paths, name, NULL) != ERR_OK)
		return nomem(w, out_mark(&w->out), name);
	while (go_on && paths_next(paths, &path))
		go_on = worker_do(w, &path);
	w->passed_over += paths_num_passed_over(paths);
	paths_free(&paths);
	return go_on;
}

bool
worker_do(struct worker *w, const struct path *path)
{
	struct out_mark mark = out_mark(&w->out);
	enum cmd_exit end = w->batch->work(w->state, path, &w->out);

	if (end == BATCH_FOLDER)
		return do_folder(w, path->name);
	if (!out_ok(&w->out))
		return nomem(w, mark, path->name);
	w->end = out_worse(w->end, end);
	return w->flush(w);
}
