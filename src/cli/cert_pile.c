/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cert_pile.h"

#include <stdlib.h>
#include <string.h>

static enum err
add_certs(struct cert_pile *p, const struct pasted *pasted, struct diag *d)
{
	const struct cert **more;
	size_t i;

	if (pasted->num_certs == 0)
		return ERR_OK;
	more = reallocarray(p->cert, p->num_certs + pasted->num_certs,
	    sizeof(void *));
	if (more == NULL)
		return diag_nomem(d);
	p->cert = more;
	for (i = 0; i < pasted->num_certs; i++)
		p->cert[p->num_certs++] = pasted->certs[i];
	return ERR_OK;
}

/* Loads file I; of a FOLDER it is left out where that does not work. */
static enum err
load_one(struct cert_pile *p, size_t i, bool folder, struct out *out,
    struct diag *d)
{
	struct cert_file *f = &p->file[p->num];
	struct diag why;
	enum err e;

	diag_init(&why);
	e = cert_file_load(p->paths.at[i], f, &why);
	/* the content is not looked at again */
	buf_clear(&f->content);
	if (e == ERR_OK) {
		p->num++;
		return add_certs(p, &f->pasted, d);
	}
	cert_file_clear(f);
	if (folder && e != ERR_NOMEM) {
		out_error(out, p->paths.at[i], &why);
		return ERR_OK;
	}
	*d = why;
	return e;
}

enum err
cert_pile_load(const char *where, struct cert_pile *p, struct out *out,
    struct diag *d)
{
	bool folder = cert_paths_is_folder(where);
	enum err e;
	size_t i;

	memset(p, 0, sizeof(*p));
	e = cert_paths_add(&p->paths, where, d);
	if (e != ERR_OK || p->paths.num == 0)
		return e;
	p->file = calloc(p->paths.num, sizeof(*p->file));
	if (p->file == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < p->paths.num; i++)
		e = load_one(p, i, folder, out, d);
	return e;
}

void
cert_pile_clear(struct cert_pile *p)
{
	size_t i;

	for (i = 0; i < p->num; i++)
		cert_file_clear(&p->file[i]);
	free(p->file);
	free(p->cert);
	cert_paths_clear(&p->paths);
	memset(p, 0, sizeof(*p));
}
