/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signwith sign OPTION... FILE...
 *	is what all commands that sign have in common, and nothing else: prints
 *	the signer's certificate, the name of its key, and for each file
 *	"FILE HEX", the signature over its content.
 * signwith load CERT...
 *	loads certificates, and prints each one's name.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/certload.h"
#include "cli/out.h"
#include "cli/signer.h"

#define MAX_THREADS 16

struct with {
	struct signer_opts signer;
	const char *digest;
	unsigned jobs;
	bool find; /* the certificate alone */
};

static const struct opt opts[] = {
	{ "digest", "NAME", OPT_STRING, offsetof(struct with, digest),
	    "sha1 or sha512 (default)", "sha1 sha512", 0 },
	{ "jobs", "N", OPT_NUMBER, offsetof(struct with, jobs),
	    "sign on N threads", NULL, 0 },
	{ "find", NULL, OPT_FLAG, offsetof(struct with, find),
	    "find the certificate, and no more", NULL, 0 },
	SIGNER_OPTS(struct with),
	OPT_END,
};

/* One thread's share: every so manieth file. */
struct share {
	struct with *with;
	struct signer *signer;
	char **files;
	size_t from, step;
	struct buf out;
	enum err e;
	struct diag d;
};

static enum err
sign_file(const struct share *s, const struct ctl_signer *c, const char *file,
    struct buf *out, struct diag *d)
{
	struct ctl_unsigned u = { .digest = DIGEST_SHA512 };
	struct buf sig = { 0 };
	struct bytes part;
	enum err e;

	if (s->with->digest != NULL && strcmp(s->with->digest, "sha1") == 0)
		u.digest = DIGEST_SHA1;
	e = file_load(file, FILE_MAX_DEFAULT, &u.preimage, d);
	part = buf_bytes(&u.preimage);
	if (e == ERR_OK)
		e = digest_of(u.digest, &part, 1, &u.value, d);
	if (e == ERR_OK)
		e = c->sign(c->arg, &u, file, &sig, d);
	if (e == ERR_OK) {
		buf_printf(out, "%s ", file);
		text_put_hex(out, buf_bytes(&sig), "", TEXT_LOWER);
		buf_str(out, "\n");
	} else if (sig.len != 0) {
		(void)puts("a part of a signature was given out");
	}
	buf_clear(&sig);
	buf_clear(&u.preimage);
	return e;
}

/* With a token that is put back where it went. */
static enum err
sign_or_wait(const struct share *s, const struct ctl_signer *c,
    const char *file, struct buf *out, struct diag *d)
{
	enum err e;

	for (;;) {
		e = sign_file(s, c, file, out, d);
		if (e == ERR_OK || s->step > 1 || !tok_is_gone(d))
			return e;
		e = signer_put_back(s->signer, d);
		if (e != ERR_OK)
			return e;
	}
}

static void *
sign_share(void *arg)
{
	struct share *s = arg;
	struct signer_seat seat;
	size_t i;

	s->e = signer_seat(s->signer, s->step > 1, &seat, &s->d);
	if (s->e != ERR_OK)
		return NULL;
	for (i = 0; s->e == ERR_OK && s->files[i] != NULL; i++)
		if (i % s->step == s->from)
			s->e = sign_or_wait(s, &seat.ctl, s->files[i], &s->out,
			    &s->d);
	signer_leave(&seat);
	return NULL;
}

static enum err
sign_all(struct with *w, struct signer *s, char **files, struct diag *d)
{
	struct share share[MAX_THREADS] = { { .step = 0 } };
	pthread_t thread[MAX_THREADS];
	size_t i, num = w->jobs == 0 ? 1 : w->jobs;
	enum err e = ERR_OK;

	if (num > MAX_THREADS)
		num = MAX_THREADS;
	for (i = 0; i < num; i++) {
		share[i] = (struct share){ .with = w,
			.signer = s,
			.files = files,
			.from = i,
			.step = num };
		if (pthread_create(&thread[i], NULL, sign_share, &share[i]) !=
		    0)
			return diag_set(d, ERR_IO, "there is no thread");
	}
	for (i = 0; i < num; i++) {
		(void)pthread_join(thread[i], NULL);
		(void)fwrite(share[i].out.ptr, 1, share[i].out.len, stdout);
		buf_clear(&share[i].out);
		if (share[i].e != ERR_OK) {
			e = share[i].e;
			*d = share[i].d;
		}
	}
	return e;
}

static enum err
say_cert(const struct cert *c, struct diag *d)
{
	struct buf name = { 0 };
	enum err e;

	e = cert_put_name(c, CERT_SUBJECT, &name, d);
	(void)printf("certificate: %s\n", buf_cstr(&name));
	buf_clear(&name);
	return e;
}

static enum err
work(struct with *w, struct signer *s, char **files, struct diag *d)
{
	struct buf name = { 0 };
	enum err e;

	e = signer_find_cert(s, d);
	if (e == ERR_OK)
		e = say_cert(s->cert, d);
	if (e != ERR_OK || w->find)
		return e;
	e = signer_unlock(s, d);
	if (e != ERR_OK)
		return e;
	signer_put_name(&name, s);
	(void)printf("key: %s\n", buf_cstr(&name));
	buf_clear(&name);
	return sign_all(w, s, files, d);
}

static enum cmd_exit
run_sign(const struct cmd *cmd, struct opt_line *line)
{
	struct with w = { .digest = NULL };
	struct signer s;
	struct diag d;
	enum cmd_exit end;
	bool done;
	enum err e;

	end = cmd_options(cmd, line, &w, &done);
	if (done)
		return end;
	diag_init(&d);
	e = signer_begin(&s, &w.signer, line, &d);
	if (e == ERR_OK) {
		e = work(&w, &s, line->args, &d);
		signer_end(&s);
	}
	(void)fflush(stdout);
	return e == ERR_OK ? CMD_OK : cmd_refuse(cmd, &d);
}

/* As a command does that has but certificates. */
static enum cmd_exit
run_load(const struct cmd *cmd, struct opt_line *line)
{
	struct with w = { .digest = NULL };
	struct cert *c = NULL;
	struct signer s;
	struct diag d;
	enum cmd_exit end;
	bool done;
	enum err e;
	size_t i;

	end = cmd_options(cmd, line, &w, &done);
	if (done)
		return end;
	w.signer.cert = line->args[0];
	e = signer_begin(&s, &w.signer, line, &d);
	if (e != ERR_OK)
		return cmd_refuse(cmd, &d);
	for (i = 0; e == ERR_OK && line->args[i] != NULL; i++) {
		e = certload(line->args[i], &s.run, NULL, &c, &d);
		if (e == ERR_OK)
			e = say_cert(c, &d);
		cert_free(&c);
	}
	signer_end(&s);
	(void)fflush(stdout);
	return e == ERR_OK ? CMD_OK : cmd_refuse(cmd, &d);
}

static const struct cmd cmd_sign = {
	.name = "sign",
	.args = "FILE...",
	.summary = "Sign",
	.text = "Signs.\n",
	.opts = opts,
	.run = run_sign,
};

static const struct cmd cmd_load = {
	.name = "load",
	.args = "CERT...",
	.summary = "Load",
	.text = "Loads.\n",
	.opts = opts,
	.run = run_load,
};

static const struct cmd *const subs[] = { &cmd_sign, &cmd_load, NULL };

static const struct cmd root = {
	.name = "",
	.summary = "Sign with whatever --signer names",
	.subs = subs,
};

int
main(int argc, char **argv)
{
	return cmd_main(&root, argc, argv);
}
