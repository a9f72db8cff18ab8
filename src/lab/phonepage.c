/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/phonepage.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define NEW "/CGI/Java/Serviceability?adapter=device.statistics."

enum page {
	PAGE_NETWORK,
	PAGE_MESSAGES
};

struct page_path {
	const char *path;
	enum page page;
	bool older; /* of the 7900 series alone; else of all others */
};

static const struct page_path paths[] = {
	{ NEW "configuration", PAGE_NETWORK, false },
	{ NEW "statusmessages", PAGE_MESSAGES, false },
	{ "/NetworkConfiguration", PAGE_NETWORK, true },
	{ "/StatusMessages", PAGE_MESSAGES, true },
};

static bool
is_old(const char *model)
{
	return strncmp(model, "Cisco 79", 8) == 0;
}

bool
phonepage_is_md5(const char *model)
{
	return !is_old(model);
}

static bool
put_hash(struct buf *out, struct bytes list, bool md5)
{
	uint8_t hash[EVP_MAX_MD_SIZE];
	unsigned len;

	if (EVP_Digest(list.ptr, list.len, hash, &len,
		md5 ? EVP_md5() : EVP_sha1(), NULL) != 1)
		return false;
	text_put_hex(out, bytes_of(hash, len), "", TEXT_UPPER);
	return true;
}

static void
put_row(struct buf *out, const char *name, const char *value)
{
	buf_printf(out,
	    "<TR><TD><B>%s</B></TD><td width=20></TD><TD><B>%s</B></TD></TR>\n",
	    name, value);
}

/* The hash of SHEET, or that there is none. */
static bool
put_list(struct buf *out, const char *name, const struct sheet *sheet, bool md5)
{
	struct buf hash = { 0 };
	const char *text = "Not Installed";
	bool fine = sheet == NULL || put_hash(&hash, sheet->file, md5);

	if (fine && sheet != NULL)
		text = buf_cstr(&hash);
	if (text == NULL)
		fine = false;
	else
		put_row(out, name, text);
	buf_clear(&hash);
	return fine;
}

static void
put_top(struct buf *out, const struct world_phone *p, const char *title)
{
	buf_printf(out,
	    "<HTML><HEAD><TITLE>Cisco Systems, Inc.</TITLE></HEAD><BODY>\n"
	    "<B>%s</B><P>Cisco Unified IP Phone %s ( %s )</P>\n<TABLE>\n",
	    title, p->model, p->name);
}

static bool
put_network(struct buf *out, const struct world *w, const struct world_phone *p)
{
	bool md5 = phonepage_is_md5(p->model);
	bool fine;

	put_top(out, p, "Network Setup");
	put_row(out, "MAC address", p->name + (strlen(p->name) > 3 ? 3 : 0));
	put_row(out, "Host name", p->name);
	put_row(out, "IP address", p->address);
	put_row(out, "TFTP server 1", w->node[p->phone.tftp].address);
	put_row(out, "CAPF server 1", w->node[0].address);
	fine = put_list(out, "CTL file", p->phone.ctl, md5) &&
	    put_list(out, "ITL file", p->phone.itl, md5) &&
	    put_list(out, "ITL signature", p->phone.itl, !md5);
	put_row(out, "TVS", w->node[p->phone.tvs].address);
	buf_str(out, "</TABLE></BODY></HTML>\n");
	return fine;
}

static const char *
message_of(const struct world_phone *p)
{
	if (p->refused)
		return "Trust List update failed";
	if (p->resets > 0)
		return "Trust List updated";
	return "CTL and ITL installed";
}

static void
put_messages(struct buf *out, const struct world_phone *p)
{
	put_top(out, p, "Status Messages");
	buf_printf(out, "<TR><TD>10:01:12a %s.cnf.xml.sgn(HTTP)</TD></TR>\n",
	    p->name);
	buf_printf(out, "<TR><TD>10:01:14a %s</TD></TR>\n", message_of(p));
	buf_str(out, "</TABLE></BODY></HTML>\n");
}

enum err
phonepage_get(struct world *w, size_t phone, const char *path, struct buf *ret,
    struct diag *diag)
{
	const struct world_phone *p = &w->phone[phone];
	bool fine = true, found = false;
	size_t i;

	world_lock(w);
	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		if (strcmp(path, paths[i].path) != 0 ||
		    paths[i].older != is_old(p->model))
			continue;
		found = true;
		if (paths[i].page == PAGE_NETWORK)
			fine = put_network(ret, w, p);
		else
			put_messages(ret, p);
	}
	world_unlock(w);
	if (!found)
		return diag_set(diag, ERR_ABSENT, "the phone has no such page");
	if (!fine)
		return diag_set(diag, ERR_CRYPTO, "no hash");
	return buf_ok(ret) ? ERR_OK : diag_nomem(diag);
}
