/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/papers.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "lab/sshd.h"

/* TEXT as YAML has it in double quotes. */
static void
put_yaml(struct buf *out, const char *text)
{
	buf_u8(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_u8(out, '\\');
		buf_u8(out, (uint8_t)*text);
	}
	buf_u8(out, '"');
}

/* NAME='TEXT', exported. */
static void
put_variable(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, "%s='", name);
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			buf_str(out, "'\\'");
		buf_u8(out, (uint8_t)*text);
	}
	buf_printf(out, "'\nexport %s\n", name);
}

static enum err
write_paper(const struct papers *p, const char *name, struct buf *text,
    struct diag *diag)
{
	enum err err = buf_ok(text)
	    ? home_write(p->home, name, buf_bytes(text), diag)
	    : diag_nomem(diag);

	buf_clear(text);
	return err;
}

/* ---- Nodes. ---- */

static const char *
role_name(enum world_role role)
{
	switch (role) {
	case WORLD_PUBLISHER:
		return "publisher";
	case WORLD_SUBSCRIBER:
		return "subscriber";
	case WORLD_IMP:
		return "imp";
	case WORLD_TFTP_ONLY:
		return "tftp";
	}
	return "subscriber";
}

/* Appends CERT and CHAIN, where there is one, as PEM. */
static enum err
put_chain(const struct world_cert *cert, const struct world_cert *chain,
    struct buf *out, struct diag *diag)
{
	enum err err = mint_pem(cert->der, out, diag);

	return err == ERR_OK && chain != NULL ? mint_pem(chain->der, out, diag)
					      : err;
}

/* What NODE's HTTPS shows, as the file NAME, and the pin of what a client gets that
 * takes both: the one with an elliptic key, where there is one. */
static enum err
write_cert(const struct papers *p, size_t node, const char *name,
    struct buf *ret_pin, struct diag *diag)
{
	const struct world_cert *rsa = NULL, *ec = NULL, *chain, *ec_chain;
	struct buf pem = { 0 }, hash = { 0 };
	enum err err;

	if (!world_shows(p->world, node, DOORS_HTTPS, false, &rsa, &chain))
		return ERR_OK;
	if (!world_shows(p->world, node, DOORS_HTTPS, true, &ec, &ec_chain))
		ec = rsa;
	err = put_chain(rsa, chain, &pem, diag);
	if (err == ERR_OK && ec != rsa)
		err = put_chain(ec, ec_chain, &pem, diag);
	if (err == ERR_OK)
		err = mint_hash(MINT_SHA256, ec->der, &hash, diag);
	if (err == ERR_OK)
		text_put_hex(ret_pin, buf_bytes(&hash), "", TEXT_LOWER);
	buf_clear(&hash);
	if (err != ERR_OK) {
		buf_clear(&pem);
		return err;
	}
	return write_paper(p, name, &pem, diag);
}

static enum err
put_node(const struct papers *p, size_t i, struct buf *out, struct diag *diag)
{
	const struct world_node *n = &p->world->node[i];
	struct scenario_cli cli = scenario_node(p->world->scenario, i).cli;
	struct buf line = { 0 }, print = { 0 }, pin = { 0 };
	char cert[256];
	enum err err;

	(void)snprintf(cert, sizeof(cert), "cert-%s.pem", n->name);
	err = write_cert(p, i, cert, &pin, diag);
	if (err == ERR_OK)
		err = sshd_host_key(doors_sshd(p->doors), i, &line, &print,
		    diag);
	if (err == ERR_OK) {
		buf_printf(out,
		    "- name: %s\n  addresses: [%s]\n  role: %s\n"
		    "  ports: {ssh: %d, tftp: %d}\n"
		    "  ssh:\n    host_key: \"%s\"\n",
		    n->name, n->address, role_name(n->role), DOORS_SSH,
		    DOORS_TFTP, buf_cstr(&print));
		if (cli.old_algorithms)
			buf_str(out, "    legacy: true\n");
		if (pin.len > 0)
			buf_printf(out, "  pin: \"%s\"\n", buf_cstr(&pin));
	}
	buf_clear(&line);
	buf_clear(&print);
	buf_clear(&pin);
	return err;
}

/* ---- The inventory. ---- */

static void
put_command(const struct papers *p, const char *key, const char *command,
    struct buf *out)
{
	buf_printf(out, "  %s:\n  - ", key);
	put_yaml(out, p->program);
	buf_printf(out, "\n  - %s\n  - --dir\n  - ", command);
	put_yaml(out, p->home->path);
	buf_str(out, "\n");
}

static void
put_tokens(const struct tokens *tokens, struct buf *out)
{
	size_t i;

	buf_str(out, "signing_keys:\n");
	for (i = 0; i < TOKENS_NUM; i++)
		buf_printf(out, "- \"pkcs11:token=%s;serial=%s\"\n",
		    tokens->token[i].label, tokens->token[i].serial);
}

static enum err
write_inventory(const struct papers *p, struct diag *diag)
{
	struct buf out = { 0 };
	enum err err = ERR_OK;
	size_t i;

	buf_str(&out,
	    "# A cluster that is not there, made by ctlsmith-lab: the\n"
	    "# inventory that ctlsmith reads. 'lab up' writes it anew.\n"
	    "name: lab\n"
	    "known_hosts: known_hosts\n"
	    "phones: phones.csv\n"
	    "ssh:\n");
	buf_printf(&out, "  user: %s\n  password_env: LAB_PASSWORD\n",
	    sshd_user(0));
	if (p->tokens != NULL)
		put_tokens(p->tokens, &out);
	buf_str(&out, "site_commands:\n");
	put_command(p, "reset_phones", "reset-phones", &out);
	put_command(p, "upload_tftp", "upload-tftp", &out);
	put_command(p, "backup", "backup", &out);
	buf_str(&out, "nodes:\n");
	for (i = 0; i < p->world->num_nodes && err == ERR_OK; i++)
		err = put_node(p, i, &out, diag);
	if (err != ERR_OK) {
		buf_clear(&out);
		return err;
	}
	return write_paper(p, "cluster.yaml", &out, diag);
}

/* ---- The others. ---- */

static enum err
write_phones(const struct papers *p, struct diag *diag)
{
	const struct world_phone *phone;
	struct buf out = { 0 };
	size_t i;

	buf_str(&out, "name,model,group,address\n");
	for (i = 0; i < p->world->num_phones; i++) {
		phone = &p->world->phone[i];
		buf_printf(&out, "%s,%s,%s,%s\n", phone->name, phone->model,
		    phone->group, phone->address);
	}
	return write_paper(p, "phones.csv", &out, diag);
}

static enum err
write_known_hosts(const struct papers *p, struct diag *diag)
{
	struct buf out = { 0 }, line = { 0 }, print = { 0 };
	enum err err = ERR_OK;
	size_t i;

	for (i = 0; i < p->world->num_nodes && err == ERR_OK; i++) {
		err = sshd_host_key(doors_sshd(p->doors), i, &line, &print,
		    diag);
		if (err == ERR_OK)
			buf_printf(&out, "[%s]:%d %s\n",
			    p->world->node[i].address, DOORS_SSH,
			    buf_cstr(&line));
		buf_clear(&line);
		buf_clear(&print);
	}
	if (err != ERR_OK) {
		buf_clear(&out);
		return err;
	}
	return write_paper(p, "known_hosts", &out, diag);
}

static void
put_token_variables(const struct papers *p, struct buf *out)
{
	const struct token *t;
	char name[32], text[128];
	size_t i;

	put_variable(out, "MODULE", p->tokens->module);
	for (i = 0; i < TOKENS_NUM; i++) {
		t = &p->tokens->token[i];
		(void)snprintf(name, sizeof(name), "LABEL_SAST_%zu", i + 1);
		put_variable(out, name, t->label);
		(void)snprintf(name, sizeof(name), "SERIAL_SAST_%zu", i + 1);
		put_variable(out, name, t->serial);
		(void)snprintf(name, sizeof(name), "PIN_SAST_%zu", i + 1);
		put_variable(out, name, t->pin);
		(void)snprintf(name, sizeof(name), "SO_PIN_SAST_%zu", i + 1);
		put_variable(out, name, t->so_pin);
		(void)snprintf(name, sizeof(name), "URI_SAST_%zu", i + 1);
		(void)snprintf(text, sizeof(text), "pkcs11:token=%s;serial=%s",
		    t->label, t->serial);
		put_variable(out, name, text);
	}
}

static void
put_url(struct buf *out, const char *name, const char *scheme,
    const char *address, unsigned port)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%s://%s:%u", scheme, address, port);
	put_variable(out, name, text);
}

static enum err
write_env(const struct papers *p, struct diag *diag)
{
	const char *address = p->world->node[0].address;
	struct buf out = { 0 }, path = { 0 };
	char port[16];

	(void)snprintf(port, sizeof(port), "%d", DOORS_SSH);
	buf_str(&out, "# Made by ctlsmith-lab; to be sourced.\n");
	put_variable(&out, "LAB_DIR", p->home->path);
	buf_printf(&path, "%s/cluster.yaml", p->home->path);
	if (buf_cstr(&path) != NULL)
		put_variable(&out, "LAB_INVENTORY", buf_cstr(&path));
	put_variable(&out, "LAB_USER", sshd_user(0));
	put_variable(&out, "LAB_PASSWORD", p->password);
	put_variable(&out, "LAB_ADDRESS", address);
	put_variable(&out, "LAB_SSH_PORT", port);
	(void)snprintf(port, sizeof(port), "%d", DOORS_PHONE);
	put_variable(&out, "LAB_PHONE_PORT", port);
	put_url(&out, "LAB_TFTP_URL", "tftp", address, DOORS_TFTP);
	put_url(&out, "LAB_HTTP_URL", "http", address, DOORS_HTTP);
	put_url(&out, "LAB_HTTPS_URL", "https", address, DOORS_HTTPS);
	buf_clear(&path);
	if (p->tokens != NULL) {
		buf_printf(&path, "%s/softhsm2.conf", p->home->path);
		if (buf_cstr(&path) != NULL)
			put_variable(&out, "SOFTHSM2_CONF", buf_cstr(&path));
		buf_clear(&path);
		put_token_variables(p, &out);
	}
	return write_paper(p, "env.sh", &out, diag);
}

enum err
papers_write(const struct papers *p, struct diag *diag)
{
	enum err err = write_inventory(p, diag);

	if (err == ERR_OK)
		err = write_phones(p, diag);
	if (err == ERR_OK)
		err = write_known_hosts(p, diag);
	if (err == ERR_OK)
		err = write_env(p, diag);
	return err;
}
