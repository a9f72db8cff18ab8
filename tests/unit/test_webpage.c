/* SPDX-License-Identifier: Apache-2.0 */
/* Phones' web pages: as they are, and as somebody else may serve them. */
#include "test.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cluster/fetch.h"
#include "cluster/webpage.h"
#include "tests/peer/peer.h"

#define MD5 "00112233445566778899aabbccddeeff"
#define SHA1 "1ba1c907e99e4d3c539dc81424af6c9f7dce4d6d"
#define SPACED "1B A1 C9 07 E9 9E 4D 3C 53 9D C8 14 24 AF 6C 9F 7D CE 4D 6D "

/* A row as the 8800 series writes it. */
#define ROW(label, value)                                               \
	"<TR><TD><B> " label "</B></TD><td width=20></TD><TD><B>" value \
	"</B></TD></TR>"
#define BANNER                                                          \
	"<B><font color=\"#FFFFFF\" size=\"4\">Cisco IP Phone CP-8845 " \
	"( SEPAC7E8AB75190 )</FONT></FONT></B>"

struct page {
	const char *html, *status;
	enum err err;
	const char *ctl, *itl, *name, *message;
};

static void
assert_page(const struct page *want)
{
	struct webpage page = { .ctl = "kept" };
	struct diag d;
	enum err e;

	e = webpage_read(bytes_of_str(want->html),
	    bytes_of_str(want->status == NULL ? "" : want->status), &page, &d);
	if (e != want->err)
		fail_msg("%s: %s", want->html, diag_err_name(e));
	if (e != ERR_OK) {
		assert_string_equal(page.ctl, "kept");
		return;
	}
	if (want->ctl != NULL)
		assert_string_equal(page.ctl, want->ctl);
	if (want->itl != NULL)
		assert_string_equal(page.itl, want->itl);
	if (want->name != NULL)
		assert_string_equal(page.name, want->name);
	if (want->message != NULL)
		assert_string_equal(page.message, want->message);
}

static void
test_pages(void **state)
{
	static const struct page pages[] = {
		/* 8800 */
		{ "<HTML>" BANNER "<TABLE>" ROW("DHCP server", "10.0.0.1")
			ROW("CTL file", MD5) ROW("ITL file", SHA1) "</TABLE>",
		    NULL, ERR_OK, MD5, SHA1, "SEPAC7E8AB75190", "" },
		{ "<TABLE>" ROW("Host name", "SEPAC7E8AB75190")
			ROW("CTL signature", SPACED) ROW("ITL file", "")
			    ROW("ITL signature", SPACED),
		    NULL, ERR_OK, SHA1, SHA1, "SEPAC7E8AB75190", "" },
		/* older: another case, colons, one cell beside the other */
		{ "<tr><td>Host Name:</td><td>SEP001122334455</td></tr>"
		  "<tr><td>CTL File:</td><td>00:11:22:33:44:55:66:77:88:99:"
		  "AA:BB:CC:DD:EE:FF</td></tr>",
		    NULL, ERR_OK, MD5, "", "SEP001122334455", "" },
		{ ROW("CTL file",
		      "00&#x2D;11&#45;22-33-44-55-66-77-88-99-aa-"
		      "bb-cc-dd-ee-ff"),
		    NULL, ERR_OK, MD5, "", "", "" },
		/* there is none */
		{ ROW("CTL file", "Not Installed") ROW("MAC address", "x"),
		    NULL, ERR_OK, "", "", "", "" },
		{ ROW("CTL file", ""), NULL, ERR_OK, "", "", "", "" },
		{ "<TR><TD>CTL file</TD></TR><TR><TD>" MD5 "</TD></TR>", NULL,
		    ERR_OK, "", "", "", "" },
		/* the row is there, and so its neighbour is not asked */
		{ ROW("CTL file", "No") ROW("CTL signature", SHA1), NULL,
		    ERR_OK, "", "", "", "" },
		{ ROW("CTL file", "0011") ROW("ITL file", MD5 "0"), NULL,
		    ERR_OK, "", "", "", "" },
		/* the same twice is one, two that differ are none */
		{ ROW("CTL file", MD5) ROW("CTL file", MD5), NULL, ERR_OK, MD5,
		    "", "", "" },
		{ ROW("CTL file", MD5) ROW("CTL file", SHA1), NULL, ERR_OK, "",
		    "", "", "" },
		/* what nobody sees is not there */
		{ "<!-- " ROW("CTL file", MD5) " -->" ROW("MAC address", "x"),
		    NULL, ERR_OK, "", "", "", "" },
		{ "<script>" ROW("CTL file", MD5) "</script>" ROW("IP address",
		      "x"),
		    NULL, ERR_OK, "", "", "", "" },
		/* no such page */
		{ "", NULL, ERR_SYNTAX, NULL, NULL, NULL, NULL },
		{ "<html>404</html>", NULL, ERR_SYNTAX, NULL, NULL, NULL,
		    NULL },
		{ "CTL files are nice", NULL, ERR_SYNTAX, NULL, NULL, NULL,
		    NULL },
		{ "<!-- MAC address", NULL, ERR_SYNTAX, NULL, NULL, NULL,
		    NULL },
		/* names that are none */
		{ ROW("Host name", "a b") ROW("MAC address", "x"), NULL, ERR_OK,
		    "", "", "", "" },
		{ "Cisco IP Phone ( \33[2J )" ROW("MAC address", "x"), NULL,
		    ERR_OK, "", "", "", "" },
		/* broken off in every way */
		{ ROW("MAC address", "x") "<TR><TD>CTL file", NULL, ERR_OK, "",
		    "", "", "" },
		{ ROW("MAC address", "x") "<", NULL, ERR_OK, "", "", "", "" },
		{ ROW("MAC address", "x") "&", NULL, ERR_OK, "", "", "", "" },
		{ ROW("MAC address", "x") "&#x", NULL, ERR_OK, "", "", "", "" },
		{ ROW("MAC address", "x") "&#;&#x;&;&#xffffffffff;", NULL,
		    ERR_OK, "", "", "", "" },
	};
	size_t i;

	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		assert_page(&pages[i]);
}

static void
test_messages(void **state)
{
#define PAGE ROW("MAC address", "x"),
	static const struct page pages[] = {
		{ PAGE "<TR><TD>[8:52:30am 10/01/19] ITL installed</TD></TR>"
		       "<TR><TD>[8:53:30am 10/01/19] Trust List update failed"
		       "</TD></TR><TR><TD>[8:54:30am] DHCP timeout</TD></TR>",
		    ERR_OK, "", "", "",
		    "[8:53:30am 10/01/19] Trust List update failed" },
		{ PAGE "<status>1:33:26a Trust List updated</status>"
		       "<status>File Not Found &lt;CTLFile.tlv&gt;</status>",
		    ERR_OK, "", "", "", "1:33:26a Trust List updated" },
		{ PAGE "CTL Installed", ERR_OK, "", "", "", "CTL Installed" },
		{ PAGE "CTLFile.tlv<br>SUBTITLES", ERR_OK, "", "", "", "" },
		{ PAGE "\33]0;owned\7 CTL \xff", ERR_OK, "", "", "",
		    "\\x1b]0;owned\\x07 CTL \\xff" },
	};
	struct webpage page;
	struct buf far = { 0 };
	struct diag d;
	size_t i;

	for (i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		assert_page(&pages[i]);
	buf_str(&far, "CTL ");
	buf_fill(&far, 1000, 0x1b);
	assert_int_equal(webpage_read(bytes_of_str(ROW("MAC address", "x")),
			     buf_bytes(&far), &page, &d),
	    ERR_OK);
	assert_true(strlen(page.message) > 100);
	assert_true(strlen(page.message) < sizeof(page.message));
	buf_clear(&far);
}

static void
test_big(void **state)
{
	struct buf html = { 0 };
	struct webpage page;
	struct diag d;

	buf_str(&html, ROW("CTL file", MD5));
	buf_fill(&html, WEBPAGE_MAX - html.len, '<');
	assert_int_equal(
	    webpage_read(buf_bytes(&html), bytes_of("", 0), &page, &d), ERR_OK);
	assert_string_equal(page.ctl, MD5);
	buf_u8(&html, ' ');
	assert_int_equal(
	    webpage_read(buf_bytes(&html), bytes_of("", 0), &page, &d),
	    ERR_TOO_BIG);
	buf_clear(&html);
}

/* ---- A phone ---------------------------------------------------------------------------- */

struct phone {
	const char *path, *body; /* what of it there is */
	const char *path2, *body2;
};

static void
answer(struct peer *p, int fd, const struct phone *phone)
{
	char request[300], text[2000];
	const char *body = NULL;
	size_t len = p->heard.len < 299 ? p->heard.len : 299;

	memcpy(request, p->heard.ptr, len);
	request[len] = '\0';
	if (strstr(request, phone->path) != NULL)
		body = phone->body;
	else if (phone->path2 != NULL && strstr(request, phone->path2) != NULL)
		body = phone->body2;
	(void)snprintf(text, sizeof(text),
	    "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s",
	    body == NULL ? "404 No" : "200 OK", body == NULL ? 0 : strlen(body),
	    body == NULL ? "" : body);
	(void)peer_say(p, fd, text, strlen(text));
}

static void
serve(struct peer *p)
{
	int fd;

	while ((fd = peer_accept(p)) >= 0) {
		buf_clear(&p->heard);
		if (peer_hear_until(p, fd, "\r\n\r\n"))
			answer(p, fd, p->arg);
		p->hits++;
		(void)close(fd);
	}
}

static void
test_fetch(void **state)
{
	static const struct {
		struct phone phone;
		enum err err;
		const char *ctl, *message;
	} rows[] = {
		{ { "device.statistics.configuration", ROW("CTL file", MD5),
		      "device.settings.status.messages", "CTL Installed" },
		    ERR_OK, MD5, "CTL Installed" },
		{ { "device.statistics.configuration", ROW("CTL file", MD5),
		      "device.statistics.statusmessages", "CTL Installed" },
		    ERR_OK, MD5, "CTL Installed" },
		{ { "GET /NetworkConfiguration ", ROW("CTL file", SHA1),
		      "GET /DeviceLog?2 ", "Trust List updated" },
		    ERR_OK, SHA1, "Trust List updated" },
		{ { "device.statistics.configuration", ROW("CTL file", MD5),
		      NULL, NULL },
		    ERR_OK, MD5, "" },
		{ { "nothing", "", NULL, NULL }, ERR_ABSENT, "", "" },
		{ { "device.statistics.configuration", "<html>login</html>",
		      NULL, NULL },
		    ERR_SYNTAX, "", "" },
	};
	struct webpage page;
	struct peer p;
	struct diag d;
	size_t i;
	enum err e;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		peer_start(&p, AF_INET, SOCK_STREAM, serve, &rows[i].phone);
		e = webpage_fetch("127.0.0.1", p.port, NULL, &page, &d);
		peer_stop(&p);
		assert_int_equal(e, rows[i].err);
		if (e != ERR_OK)
			continue;
		assert_string_equal(page.ctl, rows[i].ctl);
		assert_string_equal(page.message, rows[i].message);
	}
	peer_start(&p, AF_INET6, SOCK_STREAM, serve, &rows[0].phone);
	assert_int_equal(webpage_fetch("::1", p.port, NULL, &page, &d), ERR_OK);
	peer_stop(&p);
}

static int
set_up(void **state)
{
	struct diag d;

	return fetch_init(&d) == ERR_OK ? 0 : -1;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_big),
		cmocka_unit_test(test_fetch),
	};

	return test_status(cmocka_run_group_tests(tests, set_up, NULL));
}
