/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster/fetch.h"

#include <curl/curl.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/file.h"
#include "cluster/fetch_pin.h"
#include "cluster/pipe.h"

#define URL_MAX 2048
#define HEADERS_MAX ((size_t)64 * 1024)
#define SCHEMES "tftp,http,https"
#define TFTP_BLOCK 512     /* of a server that knows no options */
#define TFTP_BLKSIZE 1428L /* what fits an Ethernet frame, asked for */

/* Why we ended it ourselves. */
enum why {
	WHY_NONE,
	WHY_BODY,    /* too long */
	WHY_HEADERS, /* too long */
	WHY_SILENT,  /* no answer at all */
	WHY_STALLED,
	WHY_LATE,
	WHY_PIN,
	WHY_CANCELLED,
	WHY_NOMEM
};

/* One download on its way. */
struct job {
	const struct fetch_setup *setup;
	size_t max;
	unsigned connect_limit, stall_limit, limit; /* s */
	bool is_tftp, is_https, has_pin;
	uint8_t pin[FETCH_PIN_LEN];
	CURL *curl;
	struct buf body;
	size_t headers;      /* bytes */
	bool heard;          /* something came */
	int64_t began, last; /* ms: when; or when it began */
	enum why why;
};

/* ---- What libcurl asks us --------------------------------------------------- */

static int64_t
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void
hear(struct job *job)
{
	job->heard = true;
	job->last = now();
}

/* Libcurl ends a transfer when fewer bytes are taken than came. */
static size_t
on_body(char *data, size_t size, size_t num, void *arg)
{
	struct job *job = arg;
	size_t len = size * num;

	hear(job);
	if (len > job->max - job->body.len) {
		job->why = WHY_BODY;
		return 0;
	}
	buf_put(&job->body, bytes_of(data, len));
	if (!buf_ok(&job->body)) {
		job->why = WHY_NOMEM;
		return 0;
	}
	return len;
}

static size_t
/* NOLINTNEXTLINE(readability-non-const-parameter) */
on_header(char *data, size_t size, size_t num, void *arg)
{
	struct job *job = arg;
	size_t len = size * num;

	(void)data;
	hear(job);
	if (len > HEADERS_MAX - job->headers) {
		job->why = WHY_HEADERS;
		return 0;
	}
	job->headers += len;
	return len;
}

/* Called at least once a second. TFTP has no connection whose building libcurl
 * would bound, and over HTTP the limit of that is over when this one counts. */
static int
on_progress(void *arg, curl_off_t total, curl_off_t got, curl_off_t to_send,
    curl_off_t sent)
{
	struct job *job = arg;
	unsigned limit = job->heard ? job->stall_limit : job->connect_limit;

	(void)total;
	(void)got;
	(void)to_send;
	(void)sent;
	if (job->setup->cancel != NULL && atomic_load(job->setup->cancel)) {
		job->why = WHY_CANCELLED;
		return 1;
	}
	if (!job->is_tftp && !job->heard)
		limit += job->stall_limit;
	if (now() - job->last < (int64_t)limit * 1000)
		return 0;
	job->why = job->heard ? WHY_STALLED : WHY_SILENT;
	return 1;
}

/* Stands for the verification of the server's certificate, within the handshake:
 * not a byte is asked for where this says no. */
static int
on_certificate(X509_STORE_CTX *ctx, void *arg)
{
	struct job *job = arg;
	X509 *cert = X509_STORE_CTX_get0_cert(ctx);
	unsigned char *der = NULL;
	int len = cert == NULL ? -1 : i2d_X509(cert, &der);
	bool fits;

	fits = len > 0 && fetch_pin_fits(job->pin, bytes_of(der, (size_t)len));
	OPENSSL_free(der);
	if (!fits) {
		job->why = WHY_PIN;
		X509_STORE_CTX_set_error(ctx, X509_V_ERR_CERT_REJECTED);
		return 0;
	}
	if (job->setup->ca != NULL)
		return X509_verify_cert(ctx);
	X509_STORE_CTX_set_error(ctx, X509_V_OK);
	return 1;
}

/* Messages that OpenSSL skips (HelloRequest) keep libcurl within it for as long
 * as they come, and no limit of its own counts: behind ours nothing more is
 * read. */
static void
/* NOLINTNEXTLINE(readability-function-size): OpenSSL's */
on_message(int sent, int version, int type, const void *data, size_t len,
    SSL *ssl, void *arg)
{
	struct job *job = arg;
	const atomic_bool *cancel = job->setup->cancel;

	(void)sent;
	(void)version;
	(void)type;
	(void)data;
	(void)len;
	if (cancel != NULL && atomic_load(cancel))
		job->why = WHY_CANCELLED;
	else if (job->heard ? now() - job->began >= (int64_t)job->limit * 1000
			    : now() - job->began >=
		    ((int64_t)job->connect_limit + job->stall_limit) * 1000)
		job->why = job->heard ? WHY_LATE : WHY_SILENT;
	else
		return;
	pipe_stop_reading(SSL_get_rbio(ssl));
}

static CURLcode
on_context(CURL *curl, void *context, void *arg)
{
	struct job *job = arg;

	(void)curl;
	SSL_CTX_set_msg_callback(context, on_message);
	SSL_CTX_set_msg_callback_arg(context, job);
	if (job->has_pin)
		SSL_CTX_set_cert_verify_callback(context, on_certificate, job);
	return CURLE_OK;
}

/* ---- What came of it ------------------------------------------------------------ */

/* What libcurl ends with, for us. Its own texts are not: of TFTP they name an
 * error that did not happen. */
static const struct {
	CURLcode code;
	enum err err;
	const char *text;
} outcomes[] = {
	{ CURLE_TFTP_NOTFOUND, ERR_ABSENT, "the server has no such file" },
	{ CURLE_TFTP_PERM, ERR_IO, "the server refuses access to it" },
	{ CURLE_TFTP_ILLEGAL, ERR_IO,
	    "the server ended it with an error that says nothing" },
	{ CURLE_ABORTED_BY_CALLBACK,
	    ERR_IO, /* by a code that there is none of */
	    "the server ended it with an error that makes no sense" },
	{ CURLE_TFTP_UNKNOWNID, ERR_IO,
	    "the server does not know the transfer any more" },
	{ CURLE_REMOTE_DISK_FULL, ERR_IO, "the server says that it is full" },
	{ CURLE_REMOTE_FILE_EXISTS, ERR_IO,
	    "the server ended it with an error that makes no sense" },
	{ CURLE_TFTP_NOSUCHUSER, ERR_IO,
	    "the server ended it with an error that makes no sense" },
	{ CURLE_COULDNT_RESOLVE_HOST, ERR_IO, "the host's name is not known" },
	{ CURLE_PARTIAL_FILE, ERR_TRUNCATED,
	    "it ended before all that was announced had come" },
	{ CURLE_GOT_NOTHING, ERR_IO, "the server closed without an answer" },
	{ CURLE_RECV_ERROR, ERR_IO, "the connection was lost" },
	{ CURLE_SEND_ERROR, ERR_IO, "the connection was lost" },
	{ CURLE_FILESIZE_EXCEEDED, ERR_TOO_BIG, NULL },
	{ CURLE_UNSUPPORTED_PROTOCOL, ERR_IO,
	    "what answers there is no HTTP server" },
	{ CURLE_WEIRD_SERVER_REPLY, ERR_IO,
	    "what answers there is no HTTP server" },
	{ CURLE_SSL_CACERT_BADFILE, ERR_USAGE,
	    "the file of the CA cannot be read, or holds no certificate" },
	{ CURLE_URL_MALFORMAT, ERR_USAGE,
	    "this is no URL that can be asked for" },
};

static enum err
too_big(const struct job *job, struct diag *d)
{
	return diag_set(d, ERR_TOO_BIG, "larger than the limit of %zu bytes",
	    job->max);
}

/* Also where what came is none, libcurl waits for one. */
static enum err
fail_silent(const struct job *job, struct diag *d)
{
	if (job->is_tftp)
		return diag_set(d, ERR_IO, "no answer in TFTP within %u s",
		    job->connect_limit);
	return diag_set(d, ERR_IO, "no answer within %u s",
	    job->connect_limit + job->stall_limit);
}

static enum err
fail_time(const struct job *job, struct diag *d)
{
	if (!job->heard)
		return diag_set(d, ERR_IO, "no answer within %u s",
		    job->connect_limit);
	return diag_set(d, ERR_IO, "not done within %u s, after %zu bytes",
	    job->limit, job->body.len);
}

static enum err
fail_ours(const struct job *job, struct diag *d)
{
	switch (job->why) {
	case WHY_BODY:
		return too_big(job, d);
	case WHY_HEADERS:
		return diag_set(d, ERR_TOO_BIG,
		    "the answer's headers are too long");
	case WHY_SILENT:
		return fail_silent(job, d);
	case WHY_STALLED:
		return diag_set(d, ERR_IO,
		    "nothing more came for %u s, after %zu bytes",
		    job->stall_limit, job->body.len);
	case WHY_LATE:
		return fail_time(job, d);
	case WHY_PIN:
		return diag_set(d, ERR_CRYPTO,
		    "the server's certificate is not the one that is pinned");
	case WHY_CANCELLED:
		return diag_set(d, ERR_IO, "it was given up");
	case WHY_NONE:
	case WHY_NOMEM:
	default:
		return diag_nomem(d);
	}
}

static enum err
fail_certificate(const struct job *job, struct diag *d)
{
	long result = X509_V_OK;

	(void)curl_easy_getinfo(job->curl, CURLINFO_SSL_VERIFYRESULT, &result);
	/* the latter is what libcurl begins with; it looks at names first */
	if (result == X509_V_OK || result == X509_V_ERR_UNSPECIFIED)
		return diag_set(d, ERR_CRYPTO,
		    "the server's certificate is of another name");
	diag_set(d, ERR_CRYPTO,
	    "the server's certificate does not fit the CA that was given: %s",
	    X509_verify_cert_error_string(result));
	if (d != NULL)
		d->native = result;
	return ERR_CRYPTO;
}

static enum err
fail_connect(const struct job *job, struct diag *d)
{
	long number = 0;

	(void)curl_easy_getinfo(job->curl, CURLINFO_OS_ERRNO, &number);
	if (job->is_tftp || number == 0)
		return fail_time(job, d);
	return diag_errno(d, "connect", (int)number, "cannot connect");
}

/* A line of a header that goes on and on is out of memory, for libcurl. */
static enum err
fail_memory(const struct job *job, struct diag *d)
{
	curl_off_t first = 0;

	(void)curl_easy_getinfo(job->curl, CURLINFO_STARTTRANSFER_TIME_T,
	    &first);
	if (first == 0 || job->is_tftp || job->body.len > 0)
		return diag_nomem(d);
	return diag_set(d, ERR_TOO_BIG,
	    "the answer's headers are too long for the memory that there is");
}

static enum err
fail_listed(const struct job *job, CURLcode code, struct diag *d)
{
	size_t i;

	for (i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		if (outcomes[i].code != code)
			continue;
		if (outcomes[i].text == NULL)
			return too_big(job, d);
		return diag_set(d, outcomes[i].err, "%s", outcomes[i].text);
	}
	diag_set(d, ERR_IO, "the download failed (libcurl's error %d)",
	    (int)code);
	if (d != NULL)
		d->native = code;
	return ERR_IO;
}

/* As of TLS 1.3 a client learns afterwards that its certificate was wanted. */
static enum err
fail_handshake(struct diag *d)
{
	return diag_set(d, ERR_IO,
	    "the TLS handshake failed (the server may want a certificate of "
	    "ours, or only know what is no longer safe)");
}

static enum err
fail(const struct job *job, CURLcode code, struct diag *d)
{
	if (job->why != WHY_NONE)
		return fail_ours(job, d);
	if (code == CURLE_OPERATION_TIMEDOUT)
		return fail_time(job, d);
	if (code == CURLE_COULDNT_CONNECT)
		return fail_connect(job, d);
	if (code == CURLE_PEER_FAILED_VERIFICATION)
		return fail_certificate(job, d);
	if (code == CURLE_SSL_CONNECT_ERROR ||
	    (job->is_https && !job->heard &&
		(code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR)))
		return fail_handshake(d);
	if (code == CURLE_OUT_OF_MEMORY)
		return fail_memory(job, d);
	return fail_listed(job, code, d);
}

static enum err
judge_status(const struct job *job, struct diag *d)
{
	long status = 0;

	(void)curl_easy_getinfo(job->curl, CURLINFO_RESPONSE_CODE, &status);
	if (job->is_tftp || status == 200)
		return ERR_OK;
	if (status == 404 || status == 410)
		return diag_set(d, ERR_ABSENT, "the server has no such file");
	if (status >= 300 && status < 400)
		return diag_set(d, ERR_IO,
		    "the server points elsewhere (status %ld), and that is "
		    "not followed",
		    status);
	return diag_set(d, ERR_IO, "the server answers with status %ld",
	    status);
}

/* ---- The way there ------------------------------------------------------------------ */

/* Sticky: the first option that fails. */
#define SET(option, value)                                                   \
	do {                                                                 \
		if (code == CURLE_OK)                                        \
			code = curl_easy_setopt(job->curl, CURLOPT_##option, \
			    value);                                          \
	} while (0)

/* Nothing of this machine's or this person's settings counts. */
static CURLcode
set_common(struct job *job)
{
	CURLcode code = CURLE_OK;

	SET(PROTOCOLS_STR, SCHEMES);
	SET(FOLLOWLOCATION, 0L);
	SET(PROXY, "");
	SET(NOPROXY, "*");
	SET(NETRC, (long)CURL_NETRC_IGNORED);
	SET(NOSIGNAL, 1L);
	SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(FRESH_CONNECT, 1L);
	SET(FORBID_REUSE, 1L);
	SET(USERAGENT, "ctlsmith");
	SET(TFTP_BLKSIZE, TFTP_BLKSIZE);
	SET(MAXFILESIZE_LARGE, (curl_off_t)job->max);
	SET(CONNECTTIMEOUT, (long)job->connect_limit);
	SET(TIMEOUT, (long)job->limit);
	SET(NOPROGRESS, 0L);
	SET(XFERINFODATA, job);
	SET(XFERINFOFUNCTION, on_progress);
	SET(WRITEDATA, job);
	SET(WRITEFUNCTION, on_body);
	SET(HEADERDATA, job);
	SET(HEADERFUNCTION, on_header);
	return code;
}

/* Only what the setup names vouches for a server, not the system's store. */
static CURLcode
set_tls(struct job *job)
{
	CURLcode code = CURLE_OK;

	SET(CAPATH, NULL);
	SET(CAINFO, job->setup->ca);
	SET(SSL_VERIFYPEER, 1L);
	SET(SSL_VERIFYHOST, job->setup->ca == NULL ? 0L : 2L);
	SET(SSL_SESSIONID_CACHE, 0L);
	SET(SSL_CTX_DATA, job);
	SET(SSL_CTX_FUNCTION, on_context);
	return code;
}

static CURLcode
transfer(struct job *job)
{
	struct pipe_guard guard;
	CURLcode code;

	pipe_guard(&guard);
	code = curl_easy_perform(job->curl);
	pipe_unguard(&guard);
	return code;
}

/* A TFTP server that knows no options leaves them unanswered, says so by some
 * error, or agrees to larger blocks and sends its own: the first of those is the
 * end, then. */
static bool
needs_second(const struct job *job, CURLcode code)
{
	if (!job->is_tftp || job->why != WHY_NONE)
		return false;
	if (code == CURLE_OK)
		return job->body.len == TFTP_BLOCK;
	return job->body.len == 0 &&
	    (code == CURLE_TFTP_ILLEGAL || code == CURLE_ABORTED_BY_CALLBACK);
}

/* The same without options, within what is left of the time. */
static CURLcode
try_second(struct job *job)
{
	const int64_t left = job->began + (int64_t)job->limit * 1000 - now();
	CURLcode code = CURLE_OK;

	if (left <= 0)
		return CURLE_OPERATION_TIMEDOUT;
	SET(TFTP_NO_OPTIONS, 1L);
	SET(TIMEOUT_MS, (long)left);
	if (code != CURLE_OK)
		return CURLE_OUT_OF_MEMORY;
	buf_clear(&job->body);
	job->heard = false;
	job->last = now();
	return transfer(job);
}

static enum err
perform(struct job *job, CURLU *url, struct diag *d)
{
	CURLcode code;

	job->curl = curl_easy_init();
	if (job->curl == NULL)
		return diag_nomem(d);
	code = set_common(job);
	if (code == CURLE_OK)
		code = curl_easy_setopt(job->curl, CURLOPT_CURLU, url);
	if (code == CURLE_OK && job->is_https)
		code = set_tls(job);
	if (code != CURLE_OK)
		return diag_nomem(d);
	job->began = job->last = now();
	code = transfer(job);
	if (needs_second(job, code))
		code = try_second(job);
	/* of TFTP libcurl at times ends well what it was told to end */
	if (code != CURLE_OK || job->why != WHY_NONE)
		return fail(job, code, d);
	return judge_status(job, d);
}

/* ---- URLs ------------------------------------------------------------------------------ */

bool
fetch_is_url(const char *text)
{
	static const char *const schemes[] = { "tftp://", "http://",
		"https://" };
	size_t i;

	for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strncasecmp(text, schemes[i], strlen(schemes[i])) == 0)
			return true;
	return false;
}

static bool
has_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

static enum err
refuse(CURLUcode code, struct diag *d)
{
	if (code == CURLUE_OUT_OF_MEMORY)
		return diag_nomem(d);
	if (code == CURLUE_USER_NOT_ALLOWED)
		return diag_set(d, ERR_USAGE,
		    "a URL with a user's name: nothing is logged in to");
	if (code == CURLUE_BAD_PORT_NUMBER)
		return diag_set(d, ERR_USAGE, "the port is no port number");
	return diag_set(d, ERR_USAGE, "this is no URL that can be asked for");
}

/* A TFTP server wants the name of a file. */
static enum err
check_path(CURLU *url, struct diag *d)
{
	char *path = NULL;
	bool ok;

	if (curl_url_get(url, CURLUPART_PATH, &path, 0) != CURLUE_OK)
		return diag_nomem(d);
	ok = strcmp(path, "/") != 0;
	curl_free(path);
	return ok ? ERR_OK : diag_set(d, ERR_USAGE, "the URL names no file");
}

static enum err
read_url(const char *text, CURLU *url, struct diag *d)
{
	CURLUcode code;

	if (!fetch_is_url(text))
		return diag_set(d, ERR_USAGE,
		    "a URL begins with tftp://, http:// or https://");
	if (strlen(text) > URL_MAX)
		return diag_set(d, ERR_USAGE,
		    "a URL of more than %d characters", URL_MAX);
	if (has_control(text))
		return diag_set(d, ERR_USAGE, "a URL with a control character");
	code = curl_url_set(url, CURLUPART_URL, text,
	    CURLU_DISALLOW_USER | CURLU_PATH_AS_IS | CURLU_URLENCODE);
	if (code != CURLUE_OK)
		return refuse(code, d);
	if (strncasecmp(text, "tftp:", 5) == 0)
		return check_path(url, d);
	return ERR_OK;
}

static enum err
set_up(struct job *job, const char *url, const struct fetch_setup *setup,
    struct diag *d)
{
	job->setup = setup;
	job->is_tftp = strncasecmp(url, "tftp:", 5) == 0;
	job->is_https = strncasecmp(url, "https:", 6) == 0;
	job->max = setup->max == 0 ? FILE_MAX_DEFAULT : setup->max;
	job->connect_limit = setup->connect_limit == 0 ? 10
						       : setup->connect_limit;
	job->stall_limit = setup->stall_limit == 0 ? 15 : setup->stall_limit;
	job->limit = setup->limit == 0 ? 120 : setup->limit;
	job->has_pin = job->is_https && setup->pin != NULL;
	if (job->has_pin && !fetch_pin_read(setup->pin, job->pin))
		return diag_set(d, ERR_USAGE,
		    "the pin is not SHA256: and the base64, or the 64 hex "
		    "digits, of a certificate's SHA-256");
	if (job->is_https && setup->pin == NULL && setup->ca == NULL)
		return diag_set(d, ERR_USAGE,
		    "https needs a CA or a pin, so that the server is known");
	return ERR_OK;
}

enum err
fetch_init(struct diag *d)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return diag_set(d, ERR_IO, "libcurl cannot be used");
	return ERR_OK;
}

enum err
fetch_url(const char *url, const struct fetch_setup *setup, struct buf *ret,
    struct diag *d)
{
	static const struct fetch_setup none;
	struct job job = { .why = WHY_NONE };
	CURLU *parsed = curl_url();
	struct pipe_guard guard;
	enum err e;

	if (parsed == NULL)
		return diag_nomem(d);
	e = read_url(url, parsed, d);
	if (e == ERR_OK)
		e = set_up(&job, url, setup == NULL ? &none : setup, d);
	if (e == ERR_OK)
		e = perform(&job, parsed, d);
	if (e == ERR_OK) {
		buf_reserve(ret, job.body.len);
		buf_put(ret, buf_bytes(&job.body));
		if (!buf_ok(ret)) {
			ret->failed = false;
			e = diag_nomem(d);
		}
	}
	pipe_guard(&guard); /* connections that are closed say so */
	curl_easy_cleanup(job.curl);
	pipe_unguard(&guard);
	curl_url_cleanup(parsed);
	buf_clear(&job.body);
	return e;
}

/* What needs no %XX in a path, and in a host's name or address. */
static bool
is_plain(char c, bool in_path)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9'))
		return true;
	return c != '\0' && strchr(in_path ? "-._~/" : "-._:", c) != NULL;
}

static void
put_part(struct buf *out, const char *text, bool in_path)
{
	for (; *text != '\0'; text++)
		if (is_plain(*text, in_path))
			buf_u8(out, (uint8_t)*text);
		else
			buf_printf(out, "%%%02X", (unsigned char)*text);
}

enum err
fetch_file(const struct fetch_place *at, const char *name,
    const struct fetch_setup *setup, struct buf *ret, struct diag *d)
{
	bool v6 = strchr(at->host, ':') != NULL && at->host[0] != '[';
	struct buf url = { 0 };
	const char *text;
	enum err e;

	buf_printf(&url, "%s://%s", at->scheme, v6 ? "[" : "");
	put_part(&url, at->host, false);
	buf_printf(&url, "%s:%u/", v6 ? "]" : "", at->port);
	put_part(&url, name, true);
	text = buf_cstr(&url);
	if (text == NULL)
		e = diag_nomem(d);
	else if (name[0] == '\0' || at->host[0] == '\0')
		e = diag_set(d, ERR_USAGE, "there is no name to ask for");
	else
		e = fetch_url(text, setup, ret, d);
	buf_clear(&url);
	return e;
}
