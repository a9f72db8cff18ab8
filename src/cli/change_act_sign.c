/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens of the inventory (signing_keys): which of them a list has as SAST, and a
 * list signed by one of those. The module is loaded for each of that and let go
 * again: nothing forks while it is there. The PIN is asked once, and kept.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/change_act.h"
#include "cli/signer.h"

/* A signer whose PINs come from the run. */
struct key {
	struct change_act *a;
	struct signer signer;
	struct signer_opts opts;
	struct tok_owner own; /* as the token's layer made it */
	char *uri;
};

/* ---- The PIN ----------------------------------------------------------------------- */

static bool
is_same(const struct tok_text *x, const struct tok_text *y)
{
	return bytes_equal(tok_text_bytes(x), tok_text_bytes(y));
}

static enum err
pin(void *arg, const struct tok_pin_request *r, struct secret *ret,
    bool *ret_again, struct diag *d)
{
	struct change_act *a = ((struct key *)arg)->a;
	enum err e;

	if (r->kind == TOK_PIN_USER && r->attempt == 1 && a->pin.len > 0 &&
	    is_same(&a->pin_serial, &r->token->serial)) {
		*ret_again = false;
		return secret_set(ret, secret_bytes(&a->pin), d);
	}
	e = pin_give(&a->pins, r, ret, ret_again, d);
	if (e != ERR_OK || r->kind != TOK_PIN_USER)
		return e;
	a->pin_serial = r->token->serial;
	return secret_set(&a->pin, secret_bytes(ret), d);
}

static void
hung(void *arg, const char *call, unsigned seconds)
{
	const struct key *k = arg;

	k->own.hung(k->own.arg, call, seconds);
}

static void
tell(void *arg, enum tok_tell kind, const char *text)
{
	/* which of several it is not is of no interest here */
	(void)arg;
	if (kind != TOK_TELL_CANDIDATE)
		token_tell(kind, text);
}

static enum err
event(void *arg, const struct tok_event *e, struct diag *d)
{
	const struct key *k = arg;

	return k->own.event(k->own.arg, e, d);
}

/* ---- One key ------------------------------------------------------------------------- */

static void
key_end(struct key *k)
{
	signer_end(&k->signer);
	free(k->uri);
	k->uri = NULL;
}

static enum err
key_begin(struct key *k, struct change_act *a, const char *uri, struct diag *d)
{
	char *argv[] = { NULL, NULL };
	struct opt_line line = { .argc = 1, .argv = argv };
	enum err e;

	*k = (struct key){ .a = a, .opts = { .token = a->opts->token } };
	/* these were taken when the run began */
	k->opts.token.pin = (struct pin_opts){ .user_env = NULL };
	k->uri = strdup(uri);
	if (k->uri == NULL)
		return diag_nomem(d);
	argv[0] = k->uri;
	k->opts.signer = k->uri;
	e = signer_begin(&k->signer, &k->opts, &line, d);
	if (e != ERR_OK) {
		free(k->uri);
		k->uri = NULL;
		return e;
	}
	k->own = k->signer.run.owner;
	k->signer.run.owner = (struct tok_owner){ k, hung, tell, pin, event };
	return ERR_OK;
}

/* What can be had without a PIN; *RET: it is a SAST of LIST. */
static enum err
key_is_sast(struct key *k, const struct ctl_file *list, bool *ret,
    struct diag *d)
{
	size_t index = 0;
	enum err e = signer_see_cert(&k->signer, d);

	*ret = false;
	if (e == ERR_OK && k->signer.cert != NULL && list != NULL)
		e = ctl_find_sast(list, k->signer.cert, &index, d);
	if (e == ERR_OK)
		*ret = index != 0;
	return e;
}

static const char *
key_at(const struct change_act *a, size_t i)
{
	return a->cluster->inventory.signing_keys.item[i];
}

static size_t
num_keys(const struct change_act *a)
{
	return a->cluster->inventory.signing_keys.num;
}

/* ---- Which are there ------------------------------------------------------------------ */

struct count {
	size_t listed, others;
	bool has_tries;
	unsigned tries; /* the fewest, of those that are listed */
};

static void
count_tries(struct count *c, const struct tok_info *i)
{
	unsigned tries;

	if (tok_has(i, TOK_PIN_LOCKED))
		tries = 0;
	else if (tok_has(i, TOK_PIN_FINAL))
		tries = 1;
	else if (i->tries >= 0)
		tries = (unsigned)i->tries;
	else
		return;
	if (!c->has_tries || tries < c->tries)
		c->tries = tries;
	c->has_tries = true;
}

/* A token that is not there is none that answers. */
static enum err
count_one(struct change_act *a, const char *uri, const struct ctl_file *list,
    struct count *c, struct diag *d)
{
	struct diag why;
	struct key k;
	bool listed = false;
	enum err e;

	diag_init(&why);
	e = key_begin(&k, a, uri, &why);
	if (e == ERR_OK) {
		e = key_is_sast(&k, list, &listed, &why);
		if (e == ERR_OK && listed) {
			c->listed++;
			count_tries(c, tok_info(k.signer.tok));
		} else if (e == ERR_OK && k.signer.cert != NULL) {
			c->others++;
		}
		key_end(&k);
	}
	if (e == ERR_TOKEN || e == ERR_ABSENT)
		return ERR_OK;
	return e == ERR_OK ? ERR_OK
			   : diag_set(d, e, "%.80s: %.220s", uri, why.msg);
}

static enum err
count(struct change_act *a, const struct ctl_file *list, struct count *c,
    struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	for (i = 0; e == ERR_OK && i < num_keys(a); i++)
		e = count_one(a, key_at(a, i), list, c, d);
	return e;
}

enum err
change_act_tokens(void *arg, const struct ctl_file *list, size_t *ret_present,
    bool *ret_has_tries, unsigned *ret_tries, struct diag *d)
{
	struct count c = { .listed = 0 };
	enum err e = count(arg, list, &c, d);

	if (e != ERR_OK)
		return e;
	*ret_present = c.listed;
	*ret_has_tries = c.has_tries;
	*ret_tries = c.tries;
	return ERR_OK;
}

enum err
change_act_new_tokens(struct change_act *a, const struct ctl_file *list,
    size_t *ret, struct diag *d)
{
	struct count c = { .listed = 0 };
	enum err e = count(a, list, &c, d);

	if (e == ERR_OK)
		*ret = c.others;
	return e;
}

/* ---- Signing ---------------------------------------------------------------------------- */

/* As LIST has them, where phones read that. */
static enum err
fill_head(const struct ctl_file *list, size_t index, struct ctl_head *head,
    struct diag *d)
{
	int64_t when = (int64_t)time(NULL);
	uint32_t number;

	head->digest = DIGEST_SHA1;
	if (ctl_header_number(ctl_header(list), CTL_HDR_DIGEST, &number) &&
	    (!ctl_digest_of_code(number, &head->digest) ||
		head->digest == DIGEST_SHA256))
		return diag_set(d, ERR_POLICY,
		    "the CTL is signed over a digest that no phone is known to "
		    "read; `ctlsmith edit --digest` makes one by hand");
	/* one list is newer than the other, whatever the clock says */
	if (ctl_header_number(ctl_header(list), CTL_HDR_TIMESTAMP, &number) &&
	    when <= (int64_t)number)
		when = (int64_t)number + 1;
	ctl_head_copy(head, list, index);
	head->order = head->dialect;
	head->signer_version = head->dialect == CTL_DIALECT_BUILDER;
	return ctl_head_time(head, when, d);
}

static enum err
seal(struct key *k, const struct ctl_unsigned *u, struct buf *ret,
    struct diag *d)
{
	struct signer_seat seat = { 0 };
	enum err e = signer_unlock(&k->signer, d);

	if (e == ERR_PIN)
		secret_clear(&k->a->pin); /* it is not tried again */
	if (e == ERR_OK)
		e = signer_seat(&k->signer, false, &seat, d);
	if (e != ERR_OK)
		return e;
	e = ctl_seal(u, &seat.ctl, "CTLFile.tlv", NULL, ret, d);
	signer_leave(&seat);
	return e;
}

static enum err
sign_by(struct key *k, struct ctl_draft *draft, const struct ctl_file *list,
    size_t index, struct buf *ret, struct diag *d)
{
	struct ctl_head head = { .cert = k->signer.cert };
	struct ctl_unsigned u = { 0 };
	struct buf filename = { 0 };
	enum err e = fill_head(list, index, &head, d);

	buf_put(&filename, ctl_header_text(ctl_header(list), CTL_HDR_FILENAME));
	if (filename.len == 0)
		buf_str(&filename, "CTLFile.tlv");
	head.filename = buf_cstr(&filename);
	if (e == ERR_OK && head.filename == NULL)
		e = diag_nomem(d);
	if (e == ERR_OK)
		e = ctl_prepare(draft, &head, &u, d);
	if (e == ERR_OK)
		e = ctl_foresee(&u, k->signer.cert, d);
	if (e == ERR_OK)
		e = seal(k, &u, ret, d);
	ctl_unsigned_clear(&u);
	buf_clear(&filename);
	return e;
}

/* What waits for a key that is a SAST of LIST and of DRAFT. */
struct sealing {
	struct ctl_draft *draft;
	const struct ctl_file *list;
	struct buf *ret;
	bool done;
};

static enum err
try_key(struct change_act *a, const char *uri, struct sealing *s,
    struct diag *d)
{
	size_t index = 0;
	struct key k;
	enum err e = key_begin(&k, a, uri, d);

	if (e != ERR_OK)
		return e;
	e = signer_see_cert(&k.signer, d);
	if (e == ERR_OK && k.signer.cert != NULL)
		e = ctl_find_sast_kept(s->list, s->draft, k.signer.cert, &index,
		    d);
	if (e == ERR_OK && index != 0) {
		e = sign_by(&k, s->draft, s->list, index, s->ret, d);
		s->done = true;
	}
	key_end(&k);
	return e;
}

enum err
change_act_sign(void *arg, struct ctl_draft *draft, const struct ctl_file *list,
    struct buf *ret, struct diag *d)
{
	struct sealing s = { .draft = draft, .list = list, .ret = ret };
	struct change_act *a = arg;
	struct diag why;
	enum err e = ERR_OK;
	size_t i;

	diag_init(&why);
	for (i = 0; i < num_keys(a) && !s.done; i++) {
		diag_init(&why);
		e = try_key(a, key_at(a, i), &s, &why);
		if (e == ERR_NOMEM)
			return diag_nomem(d);
	}
	if (!s.done)
		return diag_set(d, ERR_TOKEN,
		    "no token of signing_keys answers that both lists have as "
		    "SAST%s%.200s",
		    e == ERR_OK ? "" : ": ", e == ERR_OK ? "" : why.msg);
	return e == ERR_OK ? ERR_OK : diag_set(d, e, "%s", why.msg);
}
