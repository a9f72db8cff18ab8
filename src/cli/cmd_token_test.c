/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/text.h"
#include "cli/cmd_token.h"
#include "cli/json_put.h"
#include "cli/out.h"
#include "cli/token.h"
#include "cli/token_print.h"
#include "cli/token_rate.h"
#include "cli/token_show.h"

struct test_opts {
	struct token_opts token;
	unsigned seconds, sessions;
};

static const struct opt opts[] = {
	TOKEN_OPTS(struct test_opts),
	TOKEN_LOGIN_OPTS(struct test_opts),
	TOKEN_SIGN_OPTS(struct test_opts),
	{ "seconds", "N", OPT_SECONDS, offsetof(struct test_opts, seconds),
	    "then sign for so long and print the rate", NULL, 0 },
	{ "sessions", "N", OPT_NUMBER, offsetof(struct test_opts, sessions),
	    "so many at once (default 1; with --seconds)", NULL, 0 },
	OPT_END,
};

static const struct table_column columns[] = {
	{ "MECHANISM", 0 },
	{ "DIGEST", 0 },
	{ "DIGEST BY", 0 },
	{ "RESULT", TABLE_WRAP },
};

/* What one way came to. */
struct result {
	struct tok_way way;
	enum err e;
	struct diag d;
};

struct results {
	struct result *item;
	size_t num, failed;
	bool has_rate;
	struct rate rate;
};

static enum err
sign_once(const struct tok_key *k, struct result *ret, struct diag *d)
{
	uint8_t message[64];
	struct buf sig = { 0 };

	if (getrandom(message, sizeof(message), 0) != (ssize_t)sizeof(message))
		return diag_errno(d, "getrandom", errno, "no random number");
	ret->e = tok_sign_way(NULL, k, &ret->way,
	    bytes_of(message, sizeof(message)), &sig, &ret->d);
	buf_clear(&sig);
	/* What touches the PIN is not tried with the next one. */
	if (ret->e == ERR_PIN || ret->e == ERR_NOMEM ||
	    (ret->e != ERR_OK && tok_is_gone(&ret->d))) {
		*d = ret->d;
		return ret->e;
	}
	return ERR_OK;
}

static enum err
try_each(const struct tok_key *k, const struct tok_way *ways, size_t num,
    struct results *rs, struct diag *d)
{
	enum err e = ERR_OK;
	size_t i;

	rs->item = calloc(num + 1, sizeof(*rs->item));
	if (rs->item == NULL)
		return diag_nomem(d);
	for (i = 0; e == ERR_OK && i < num; i++) {
		rs->item[i].way = ways[i];
		e = sign_once(k, &rs->item[i], d);
		rs->failed += rs->item[i].e != ERR_OK;
		rs->num = i + 1;
	}
	return e;
}

static enum err
try_ways(const struct tok_key *k, struct results *rs, struct diag *d)
{
	struct tok_way *ways = NULL;
	size_t num = 0;
	enum err e;

	e = tok_ways(k, &ways, &num, d);
	if (e == ERR_OK && num == 0)
		e = diag_set(d, ERR_TOKEN,
		    "the token offers no mechanism to sign with this key");
	if (e == ERR_OK)
		e = try_each(k, ways, num, rs, d);
	free(ways);
	return e;
}

static enum err
measure(struct tok *t, const struct tok_key *k, const struct test_opts *o,
    struct results *rs, struct diag *d)
{
	struct rate_plan plan = { t, k, NULL, o->seconds,
		o->sessions == 0 ? 1 : o->sessions };
	size_t i;

	for (i = 0; plan.way == NULL && i < rs->num; i++)
		if (rs->item[i].e == ERR_OK)
			plan.way = &rs->item[i].way;
	if (plan.way == NULL)
		return ERR_OK;
	rs->has_rate = true;
	return token_rate(&plan, &rs->rate, d);
}

/* ---- What is said ------------------------------------------------------------------- */

static void
put_rate(struct buf *text, const struct results *rs, const struct test_opts *o)
{
	const struct rate *r = &rs->rate;

	if (!rs->has_rate)
		return;
	buf_printf(text, "\n%.1f verified signatures a second in %u session%s",
	    (double)r->signatures / r->seconds, r->sessions,
	    r->sessions == 1 ? "" : "s");
	if (r->sessions < o->sessions)
		buf_printf(text, " (the token allows no more, of %u wanted)",
		    o->sessions);
	buf_str(text, "\n");
}

static enum cmd_exit
print_text(const struct tok_key *k, const struct results *rs,
    const struct test_opts *o, struct diag *d)
{
	struct table *t = table_new(columns,
	    sizeof(columns) / sizeof(columns[0]));
	struct buf text = { 0 };
	enum err e;
	size_t i;

	buf_str(&text, "Key '");
	text_put_safe(&text, tok_key_label(k));
	buf_str(&text, "', id ");
	text_put_hex(&text, tok_key_id(k), "", TEXT_LOWER);
	buf_str(&text, "\n\n");
	for (i = 0; i < rs->num; i++) {
		const struct result *r = &rs->item[i];

		table_row(t);
		table_str(t, 0, r->way.name);
		table_str(t, 1, digest_name(r->way.digest));
		table_str(t, 2, r->way.digests ? "token" : "us");
		table_str(t, 3,
		    r->e == ERR_OK ? "signed and verified" : r->d.msg);
		table_colour(t, 3, r->e == ERR_OK ? TABLE_GOOD : TABLE_BAD);
	}
	e = token_put_table(&t, &text, d);
	put_rate(&text, rs, o);
	return token_print_made(&text, e, d);
}

static json_t *
json_way(const struct result *r)
{
	struct json_sink s = { false };
	json_t *obj = json_object();

	json_put_str(&s, obj, "mechanism", r->way.name);
	json_put_str(&s, obj, "digest", digest_name(r->way.digest));
	json_put(&s, obj, "digest_by_token", json_boolean(r->way.digests));
	json_put(&s, obj, "ok", json_boolean(r->e == ERR_OK));
	json_put_str(&s, obj, "error", r->e == ERR_OK ? NULL : r->d.msg);
	if (s.failed) {
		json_decref(obj);
		return NULL;
	}
	return obj;
}

static json_t *
json_rate(const struct rate *r)
{
	return json_pack("{s:i,s:I,s:f}", "sessions", (int)r->sessions,
	    "signatures", (json_int_t)r->signatures, "per_second",
	    (double)r->signatures / r->seconds);
}

static enum cmd_exit
print_json(const struct tok *t, const struct tok_key *k,
    const struct results *rs)
{
	json_t *obj = json_object(), *list = json_array();
	struct json_sink s = { false };
	size_t i;

	json_put(&s, obj, "token", token_json(tok_info(t)));
	json_put_text(&s, obj, "label", tok_key_label(k));
	json_put_hex(&s, obj, "id", tok_key_id(k));
	for (i = 0; i < rs->num; i++)
		json_append(&s, list, json_way(&rs->item[i]));
	json_put(&s, obj, "ways", list);
	json_put(&s, obj, "rate",
	    rs->has_rate ? json_rate(&rs->rate) : json_null());
	if (s.failed) {
		json_decref(obj);
		obj = NULL;
	}
	return token_print_element("test", obj);
}

static void
results_clear(struct results *rs)
{
	free(rs->item);
	*rs = (struct results){ 0 };
}

/* From the beginning, each time that the token comes back. */
static enum err
try_all(struct token_run *r, struct tok *t, const struct test_opts *o,
    struct tok_key **k, struct results *rs, struct diag *d)
{
	enum err e;

	do {
		tok_key_free(k);
		results_clear(rs);
		e = tok_find_key(t, r->uri, k, d);
		if (e == ERR_OK)
			e = try_ways(*k, rs, d);
		if (e == ERR_OK && o->seconds != 0)
			e = measure(t, *k, o, rs, d);
	} while (e != ERR_OK && token_put_back(t, d) == ERR_OK);
	return e;
}

static enum cmd_exit
test(const struct cmd *cmd, struct token_run *r, const void *opts_given)
{
	const struct test_opts *o = opts_given;
	struct results rs = { 0 };
	struct tok_key *k = NULL;
	struct tok *t = NULL;
	enum cmd_exit end;
	struct diag d;
	enum err e;

	r->purpose = "test";
	e = token_open(r, TOK_READ, &t, &d);
	if (e == ERR_OK)
		e = try_all(r, t, o, &k, &rs, &d);
	if (e != ERR_OK)
		end = cmd_refuse(cmd, &d);
	else if (o->token.json)
		end = print_json(t, k, &rs);
	else
		end = print_text(k, &rs, o, &d);
	if (end == CMD_OK && rs.failed > 0)
		end = CMD_TOKEN;
	results_clear(&rs);
	tok_key_free(&k);
	tok_close(&t);
	return end;
}

static enum cmd_exit
run(const struct cmd *cmd, struct opt_line *line)
{
	static const struct token_look look = { TOKEN_URI_WANTED, false, test };
	struct test_opts o = { 0 };

	return token_look_run(cmd, line, &look, &o, &o.token);
}

const struct cmd cmd_token_test = {
	.name = "token test",
	.args = "URI",
	.summary = "Prove that a key signs, with each mechanism",
	.text = "Signs random data with every mechanism that the token offers "
		"for the key, and\nverifies each signature in software with "
		"the key's public half. Exit status 4\nwhere one does not "
		"work. --seconds measures how fast it is.\n",
	.opts = opts,
	.run = run,
};
