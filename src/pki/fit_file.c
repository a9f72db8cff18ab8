/* SPDX-License-Identifier: Apache-2.0 */
/* The dates, and the file that a certificate stands in: E6, E8. */
#include "base/text.h"
#include "pki/fit_parts.h"

void
fit_judge_dates(struct fitting *f, int64_t from, int64_t to)
{
	bool early = from > f->in->now;
	bool late = to < f->in->now;
	struct fit_finding *finding;

	finding = fit_add(f, FIT_DATES,
	    early || late ? FIT_REFUSED : FIT_PASSED);
	buf_str(&finding->text,
	    late        ? "it has expired: valid from "
		: early ? "it is not valid yet: valid from "
			: "valid from ");
	text_put_rfc3339(&finding->text, from);
	buf_str(&finding->text, " to ");
	text_put_rfc3339(&finding->text, to);
	buf_str(&finding->text, ", judged at ");
	text_put_rfc3339(&finding->text, f->in->now);
	if (late)
		buf_str(&finding->remedy,
		    "have a new one made; if the clock of the node is wrong "
		    "(`show date`), set that right first");
	else if (early)
		buf_str(&finding->remedy,
		    "compare `show date` on the node with the clock of the "
		    "authority, or wait");
}

static void
judge_format(struct fitting *f)
{
	unsigned traits = f->in->traits;
	const unsigned bad = PASTED_PKCS7 | PASTED_UTF16 | PASTED_BOM;
	const unsigned odd = PASTED_AROUND | PASTED_CRLF | PASTED_NO_NEWLINE;
	struct fit_finding *finding;

	finding = fit_add(f, FIT_FORMAT,
	    (traits & bad) != 0       ? FIT_REFUSED
		: (traits & odd) != 0 ? FIT_WARNING
				      : FIT_PASSED);
	buf_str(&finding->text, (traits & PASTED_DER) != 0 ? "DER" : "PEM");
	if ((traits & PASTED_PKCS7) != 0)
		buf_str(&finding->text, ", in a PKCS#7 bundle");
	if ((traits & PASTED_UTF16) != 0)
		buf_str(&finding->text, ", as UTF-16");
	else if ((traits & PASTED_BOM) != 0)
		buf_str(&finding->text, ", behind a byte order mark");
	if ((traits & PASTED_AROUND) != 0)
		buf_str(&finding->text, ", with other text around it");
	if ((traits & PASTED_CRLF) != 0)
		buf_str(&finding->text, ", with line ends of Windows (CR LF)");
	if ((traits & PASTED_NO_NEWLINE) != 0)
		buf_str(&finding->text, ", without an end of the last line");
	if (finding->level != FIT_PASSED)
		buf_str(&finding->remedy,
		    "upload a file with nothing but the certificate, PEM or "
		    "DER: `ctlsmith cert show --pem` prints one");
}

static void
judge_number(struct fitting *f)
{
	if (f->in->num_in_file > 1)
		fit_say(f, FIT_ONE, FIT_REFUSED,
		    "upload each in a file of its own, the root first: "
		    "`ctlsmith cert show --pem` prints all of them",
		    "%zu certificates stand in the file; judged is that of the "
		    "request's key, else the first",
		    f->in->num_in_file);
	else
		fit_say(f, FIT_ONE, FIT_PASSED, NULL, "one certificate");
}

enum err
fit_file_checks(struct fitting *f)
{
	fit_judge_dates(f, cert_not_before(f->in->cert),
	    cert_not_after(f->in->cert));
	judge_format(f);
	judge_number(f);
	return ERR_OK;
}
