/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/httpd.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define HEAD_MAX 8192
#define PATH_LEN 512
#define REQUESTS_MAX 1000 /* on one connection */

/* What came of a connection, and has not been looked at. */
struct input {
	struct stream *stream;
	uint8_t bytes[HEAD_MAX + 1];
	size_t len;
};

struct request {
	bool head_only, close;
	char path[PATH_LEN];
	unsigned status; /* 0: it can be answered */
};

/* The bytes up to the empty line, it included; 0: there is none. */
static size_t
head_len(const struct input *in)
{
	size_t i;

	for (i = 3; i < in->len; i++)
		if (memcmp(in->bytes + i - 3, "\r\n\r\n", 4) == 0)
			return i + 1;
	return 0;
}

/* Waits for the head of a request. False: none comes. */
static bool
read_head(struct input *in, size_t *ret_len)
{
	size_t n;

	while ((*ret_len = head_len(in)) == 0) {
		if (in->len == HEAD_MAX)
			return false;
		n = stream_read(in->stream, in->bytes + in->len,
		    HEAD_MAX - in->len);
		if (n == 0)
			return false;
		in->len += n;
	}
	return true;
}

/* IN to RET with %XX undone; false: it does not fit, or holds a NUL. */
static bool
decode(const char *in, char *ret, size_t size)
{
	size_t len = 0;
	int high, low;

	for (; *in != '\0' && len + 1 < size; in++) {
		ret[len] = *in;
		if (*in == '%') {
			high = text_hex_value((uint8_t)in[1]);
			low = high < 0 ? -1 : text_hex_value((uint8_t)in[2]);
			if (low < 0 || high * 16 + low == 0)
				return false;
			ret[len] = (char)(high * 16 + low);
			in += 2;
		}
		len++;
	}
	ret[len] = '\0';
	return *in == '\0';
}

static void
read_line(struct request *r, char *line)
{
	char *method = line, *path, *version;

	path = strchr(line, ' ');
	version = path != NULL ? strchr(path + 1, ' ') : NULL;
	if (version == NULL || strncmp(version + 1, "HTTP/1.", 7) != 0) {
		r->status = 400;
		r->close = true;
		return;
	}
	*path++ = '\0';
	*version++ = '\0';
	r->close = strcmp(version, "HTTP/1.1") != 0;
	r->head_only = strcmp(method, "HEAD") == 0;
	if (!r->head_only && strcmp(method, "GET") != 0) {
		r->status = 405;
		r->close = true; /* it may have a body */
	} else if (*path != '/' || !decode(path, r->path, sizeof(r->path)))
		r->status = 400;
}

/* HEAD, of LEN bytes, is changed. */
static struct request
read_request(char *head, size_t len)
{
	struct request r = { 0 };
	char *line, *rest = NULL;

	head[len - 1] = '\0';
	line = strtok_r(head, "\r\n", &rest);
	if (line == NULL) {
		r.status = 400;
		r.close = true;
		return r;
	}
	read_line(&r, line);
	while ((line = strtok_r(NULL, "\r\n", &rest)) != NULL)
		if (strncasecmp(line, "Connection:", 11) == 0 &&
		    strcasestr(line, "close") != NULL)
			r.close = true;
	return r;
}

static const char *
reason(unsigned status)
{
	switch (status) {
	case 200:
		return "OK";
	case 400:
		return "Bad Request";
	case 404:
		return "Not Found";
	case 405:
		return "Method Not Allowed";
	default:
		return "Internal Server Error";
	}
}

static void
put_head(struct buf *out, unsigned status, const char *type, size_t len)
{
	buf_printf(out,
	    "HTTP/1.1 %u %s\r\n"
	    "Content-Type: %s\r\n"
	    "Content-Length: %zu\r\n",
	    status, reason(status), type, len);
}

static bool
say(struct stream *s, const struct request *r, const char *type,
    unsigned status, struct bytes body)
{
	struct buf out = { 0 };
	bool fine;

	put_head(&out, status, type, body.len);
	buf_str(&out, r->close ? "Connection: close\r\n\r\n" : "\r\n");
	if (!r->head_only)
		buf_put(&out, body);
	fine = buf_ok(&out) && stream_write(s, buf_bytes(&out));
	buf_clear(&out);
	return fine;
}

static bool
say_status(struct stream *s, const struct request *r, unsigned status)
{
	char text[128];

	(void)snprintf(text, sizeof(text),
	    "<html><body><h1>%u %s</h1></body></html>\n", status,
	    reason(status));
	return say(s, r, "text/html", status, bytes_of_str(text));
}

/* ---- Misbehaviour: each is the end of its connection. ---- */

static void
garble(struct stream *s)
{
	uint8_t some[4096];
	size_t i;

	for (i = 0; i < sizeof(some); i++)
		some[i] = (uint8_t)(i * 167 + 91);
	(void)stream_write(s, bytes_of(some, sizeof(some)));
}

static void
never_end(struct stream *s)
{
	static const char head[] = "HTTP/1.1 200 OK\r\n"
				   "Content-Type: application/octet-stream\r\n"
				   "Connection: close\r\n\r\n";
	uint8_t some[4096];

	memset(some, 'x', sizeof(some));
	if (!stream_write(s, bytes_of_str(head)))
		return;
	while (stream_write(s, bytes_of(some, sizeof(some))))
		continue;
}

/* Half of BODY, as if all of it came; and then nothing, or the end. */
static void
half(struct stream *s, const struct httpd_files *files, struct bytes body)
{
	struct buf out = { 0 };

	put_head(&out, 200, files->type, body.len);
	buf_str(&out, "\r\n");
	buf_put(&out, bytes_of(body.ptr, body.len / 2));
	if (buf_ok(&out) && stream_write(s, buf_bytes(&out)) &&
	    files->fault == SERVE_STALL)
		stream_drain(s);
	buf_clear(&out);
}

static void
misbehave(struct stream *s, const struct httpd_files *files, struct bytes body)
{
	switch (files->fault) {
	case SERVE_GARBAGE:
		garble(s);
		break;
	case SERVE_ENDLESS:
		never_end(s);
		break;
	case SERVE_STALL:
	case SERVE_WRONG_BLOCK:
	case SERVE_SHORT:
		half(s, files, body);
		break;
	case SERVE_WELL:
		break;
	}
}

/* ---- Requests. ---- */

/* False: the connection is at its end. */
static bool
answer(struct stream *s, const struct httpd_files *files,
    const struct request *r, unsigned long *files_out)
{
	struct buf body = { 0 };
	enum err err;
	bool fine;

	if (r->status != 0)
		return say_status(s, r, r->status) && !r->close;
	err = files->get(files->arg, r->path, &body, NULL);
	if (err != ERR_OK) {
		fine = say_status(s, r, err == ERR_ABSENT ? 404 : 500);
	} else if (files->fault != SERVE_WELL) {
		misbehave(s, files, buf_bytes(&body));
		fine = false;
	} else {
		fine = say(s, r, files->type, 200, buf_bytes(&body));
		*files_out += fine && !r->head_only;
	}
	buf_clear(&body);
	return fine && !r->close;
}

unsigned long
httpd_serve(struct stream *s, const struct httpd_files *files)
{
	struct input in = { .stream = s };
	unsigned long files_out = 0;
	struct request r;
	unsigned num;
	size_t len;

	for (num = 0; num < REQUESTS_MAX && read_head(&in, &len); num++) {
		r = read_request((char *)in.bytes, len);
		in.len -= len;
		memmove(in.bytes, in.bytes + len, in.len);
		if (!answer(s, files, &r, &files_out))
			break;
	}
	return files_out;
}
