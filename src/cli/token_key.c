/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/token_key.h"

#include "base/text.h"

void
token_put_key_uri(struct buf *out, const struct tok_info *i,
    enum tok_class class, struct bytes label, struct bytes id)
{
	const struct tok_object o = { .class = class,
		.label = label,
		.id = id };

	tok_put_object_uri(out, i, &o);
}

void
token_put_public(struct buf *out, const struct pubkey *k)
{
	const char *curve = k != NULL ? pubkey_curve_name(k) : NULL;

	if (curve != NULL)
		buf_str(out, curve);
	else if (k != NULL)
		buf_printf(out, "%s %u", pubkey_type_name(pubkey_type(k)),
		    pubkey_bits(k));
	else
		buf_str(out, "unknown");
}

static json_t *
json_key(struct json_sink *s, const struct tok_info *i, const struct tok_key *k)
{
	const struct pubkey *public = tok_key_public(k);
	json_t *obj = json_object();
	struct buf text = { 0 };

	token_put_key_uri(&text, i, TOK_PRIVATE_KEY, tok_key_label(k),
	    tok_key_id(k));
	json_put_buf(s, obj, "uri", &text);
	json_put_text(s, obj, "label", tok_key_label(k));
	json_put_hex(s, obj, "id", tok_key_id(k));
	json_put_str(s, obj, "key_type",
	    public != NULL ? pubkey_type_name(pubkey_type(public)) : NULL);
	json_put(s, obj, "bits",
	    public != NULL ? json_integer(pubkey_bits(public)) : json_null());
	json_put_str(s, obj, "curve",
	    public != NULL ? pubkey_curve_name(public) : NULL);
	json_put(s, obj, "always_authenticate",
	    json_boolean(tok_key_always_authenticates(k)));
	return obj;
}

void
token_say_key(struct token_change *c, const char *verb, const struct tok_key *k)
{
	struct buf *out = &c->said.text;

	buf_printf(out, "%s ", verb);
	token_put_public(out, tok_key_public(k));
	buf_str(out, " key '");
	text_put_safe(out, tok_key_label(k));
	buf_str(out, "' (id ");
	text_put_hex(out, tok_key_id(k), "", TEXT_LOWER);
	buf_str(out, ") on ");
	token_put_name(out, tok_info(c->tok));
	buf_str(out, ".\n");
	token_put_key_uri(out, tok_info(c->tok), TOK_PRIVATE_KEY,
	    tok_key_label(k), tok_key_id(k));
	buf_str(out, "\n");
	json_put(&c->said.sink, c->said.json, "key",
	    json_key(&c->said.sink, tok_info(c->tok), k));
}
