/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inventories of clusters: whatever stands there is refused with a place, or has
 * one publisher, names and addresses once, ports, and no value that would be more
 * than one line of a terminal.
 */
#include <string.h>
#include <strings.h>

#include "cluster/inventory.h"
#include "tests/fuzz/fuzz.h"

static void
check_text(const char *text)
{
	for (; text != NULL && *text != '\0'; text++)
		FUZZ_CHECK((unsigned char)*text >= 0x20 && *text != 0x7f);
}

static void
check_ports(const struct inventory_ports *p)
{
	const unsigned ports[] = { p->ssh, p->tftp, p->http, p->https,
		p->https_mra, p->sccp, p->sip, p->capf, p->tvs, p->web };
	size_t i;

	for (i = 0; i < DOC_NUM(ports); i++)
		FUZZ_CHECK(ports[i] > 0 && ports[i] < 65536);
}

static void
check_node(const struct inventory *inv, size_t i)
{
	const struct inventory_node *n = inventory_node(inv, i);
	size_t j;

	FUZZ_CHECK(n->name[0] != '\0' && strchr(n->name, '/') == NULL);
	FUZZ_CHECK(n->addresses.num > 0);
	FUZZ_CHECK(inventory_role_name((enum inventory_role)n->role) != NULL);
	check_text(n->name);
	check_text(n->addresses.item[0]);
	check_text(n->ca);
	check_text(n->ssh.user);
	check_text(n->ssh.prompt);
	check_ports(&n->ports);
	for (j = 0; j < i; j++)
		FUZZ_CHECK(
		    strcasecmp(n->name, inventory_node(inv, j)->name) != 0);
}

static void
check(const struct inventory *inv)
{
	size_t i, num = 0;

	FUZZ_CHECK(inventory_num_nodes(inv) <= INVENTORY_MAX_NODES);
	for (i = 0; i < inventory_num_nodes(inv); i++) {
		check_node(inv, i);
		num += inventory_node(inv, i)->role == INVENTORY_PUBLISHER;
	}
	FUZZ_CHECK(num == 1 && inventory_publisher(inv) != NULL);
	FUZZ_CHECK(inv->policy != NULL && inv->policy->min_sasts > 0);
	for (i = 0; i < inv->signing_keys.num; i++)
		FUZZ_CHECK(
		    strcasestr(inv->signing_keys.item[i], "pin-value") == NULL);
	check_text(inv->sftp_get);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct inventory inv;
	struct doc *doc = NULL;
	struct diag d;
	enum err e;

	diag_init(&d);
	e = inventory_read(bytes_of(data, len), &inv, &doc, &d);
	if (e != ERR_OK) {
		FUZZ_CHECK(d.code == e && d.msg[0] != '\0');
		FUZZ_CHECK(e == ERR_TOO_BIG ||
		    (e == ERR_SYNTAX && (d.line > 0 || len == 0)));
		FUZZ_CHECK(doc == NULL);
		return 0;
	}
	check(&inv);
	doc_free(&doc);
	return 0;
}
