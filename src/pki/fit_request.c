/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate against the request that it was made of: E2, E3, E4. */
#include "pki/fit_parts.h"

/* The request of the ledger that the certificate's key is of, or NULL. */
static const struct fit_request *
whose(const struct fit_input *in)
{
	const struct fit_request *r;

	for (r = in->ledger; r < in->ledger + in->num_ledger; r++)
		if (csr_key(r->csr) != NULL &&
		    cert_has_key(in->cert, csr_key(r->csr)))
			return r;
	return NULL;
}

static void
no_request(struct fitting *f)
{
	const struct fit_request *r = whose(f->in);

	if (r != NULL)
		fit_say(f, FIT_NO_CSR, FIT_NOTE,
		    "upload it there, and see with `show csr list own` that "
		    "the node still has that request: a new one replaces it, "
		    "and an upload uses it up",
		    "the certificate fits the request of node %s (%s)", r->node,
		    r->file);
	else
		fit_say(f, FIT_NO_CSR, FIT_NOT_CHECKED,
		    "give the request with --csr (`show csr own UNIT` on the "
		    "node prints it)",
		    "no request to compare with: without one on the node the "
		    "upload is refused");
}

static void
judge_key(struct fitting *f)
{
	const struct fit_request *r;

	if (csr_key(f->in->csr) != NULL &&
	    cert_has_key(f->in->cert, csr_key(f->in->csr))) {
		fit_say(f, FIT_KEY, FIT_PASSED, NULL,
		    "the key is that of the request");
		return;
	}
	r = whose(f->in);
	if (r != NULL)
		fit_say(f, FIT_KEY, FIT_REFUSED,
		    "upload it on that node, where the request must still be "
		    "in place",
		    "the key is not that of this request, but of the request "
		    "of node %s (%s)",
		    r->node, r->file);
	else
		fit_say(f, FIT_KEY, FIT_REFUSED,
		    "it belongs to another node, another unit or an older "
		    "request: a new request replaces the one before; have the "
		    "present request (`show csr own UNIT`) signed",
		    "the key of the certificate is not that of the request");
}

/* ---- SANs -------------------------------------------------------------------- */

/* Appends the names of A, those alone that B has not where B is given. */
static size_t
put_names(struct buf *out, const struct ext *a, const struct ext *b)
{
	size_t i, n = 0;

	for (i = 0; i < a->num_names; i++) {
		if (b != NULL && ext_has_name(b, &a->names[i]))
			continue;
		buf_str(out, n++ == 0 ? "" : ", ");
		ext_put_name(out, &a->names[i]);
	}
	if (n == 0)
		buf_str(out, "none");
	return n;
}

/* The five ways out, which the appliance's guides name. */
static const char san_remedies[] =
    "1. have the authority sign the request with exactly its names, none added "
    "and none left out;\n"
    "2. or make a new request whose names are those that the authority puts in "
    "(set web-security, or the parent domain and the list of names in OS "
    "Administration);\n"
    "3. or turn off what adds the name: authorities often add the CN, www. or "
    "an address by a template;\n"
    "4. or, where the authority refuses -ms in the CN, give the multi-server "
    "request a CN of your own;\n"
    "5. or ask for a request without names at all: the names in the "
    "certificate are then not compared.";

static void
judge_san(struct fitting *f)
{
	const struct ext *csr = csr_ext(f->in->csr);
	struct fit_finding *finding;
	struct buf scratch = { 0 };
	size_t differ;

	if (csr->num_names == 0) {
		fit_say(f, FIT_SAN, FIT_PASSED, NULL,
		    "the request has no names, so those of the certificate "
		    "are not compared");
		return;
	}
	differ = put_names(&scratch, csr, &f->ext) +
	    put_names(&scratch, &f->ext, csr);
	buf_clear(&scratch);
	if (differ == 0) {
		fit_say(f, FIT_SAN, FIT_PASSED, NULL,
		    "both have the same %zu names", csr->num_names);
		return;
	}
	finding = fit_add(f, FIT_SAN, FIT_REFUSED);
	buf_str(&finding->text, "the names differ.\nrequest:     ");
	(void)put_names(&finding->text, csr, NULL);
	buf_str(&finding->text, "\ncertificate: ");
	(void)put_names(&finding->text, &f->ext, NULL);
	buf_str(&finding->text, "\nadded:       ");
	(void)put_names(&finding->text, &f->ext, csr);
	buf_str(&finding->text, "\nleft out:    ");
	(void)put_names(&finding->text, csr, &f->ext);
	buf_str(&finding->remedy, san_remedies);
}

enum err
fit_request_checks(struct fitting *f)
{
	if (f->in->csr == NULL) {
		no_request(f);
		return ERR_OK;
	}
	judge_key(f);
	judge_san(f);
	return ERR_OK;
}
