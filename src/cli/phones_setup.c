/* SPDX-License-Identifier: Apache-2.0 */
/* The settings that make phones talk: docs/delivery.md says where each is from. */
#include <string.h>

#include "base/text.h"
#include "cli/fill.h"
#include "cli/phones.h"

#define WIDTH 80

/* How sure a step is. */
enum sure {
	SURE,   /* the appliance's guides have it */
	UNSURE, /* nobody tried it on real equipment, or no guide says it */
	HEADING
};

/* {host} and {port} are those of --listen. */
static const struct {
	enum sure sure;
	const char *text;
} steps[] = {
	{ HEADING, "1. Alarms of phones, on the cluster" },
	{ SURE,
	    "Cisco Unified Serviceability > Alarm > Configuration. Server: "
	    "any node that runs CallManager, Go. Service Group: CM Services, "
	    "Go. Service: Cisco CallManager, Go." },
	{ SURE,
	    "Remote Syslogs: check Enable Alarm; Alarm Event Level: "
	    "Informational (DeviceTLInfo is raised at level 6); Server Name 1: "
	    "{host}. A node of the cluster is no destination." },
	{ SURE,
	    "Exclude End Point Alarms must not be checked: with it phones' "
	    "alarms go to no remote server." },
	{ SURE, "Check Apply to All Nodes, Save." },
	{ UNSURE,
	    "The appliance sends to UDP port 514; no guide at hand names a "
	    "place to change that for alarms. ctlsmith then listens on port "
	    "514 itself, which wants root or CAP_NET_BIND_SERVICE, or your "
	    "syslog server forwards to {host}:{port} (name it with --from)." },
	{ UNSURE,
	    "`utils remotesyslog show protocol` on each node says udp, tcp or "
	    "tls, of remote audit logs at least; tls is not taken here. "
	    "`utils remotesyslog set protocol udp` wants a restart of the "
	    "node." },
	{ HEADING, "2. Alarms of the certificate monitor (%UC_CERT)" },
	{ SURE,
	    "Cisco Unified CM Administration > System > Enterprise "
	    "Parameters, Cisco Syslog Agent: Remote Syslog Server Name 1: "
	    "{host}; Syslog Severity For Remote Syslog Messages: "
	    "Informational. Save, Apply Config." },
	{ UNSURE,
	    "These parameters may bring messages of phones too: nobody tried "
	    "whether they alone do." },
	{ HEADING, "3. Web pages of phones (--web)" },
	{ SURE,
	    "Web Access is off by default. Cisco Unified CM Administration > "
	    "System > Enterprise Phone Configuration (or Device > Common "
	    "Phone Profile, or the phone): Web Access: Enabled. Save, Apply "
	    "Config." },
	{ SURE,
	    "A phone that trusts no list of the cluster takes no "
	    "configuration, and so stays as it is." },
	{ HEADING, "4. When phones talk" },
	{ SURE,
	    "A phone raises DeviceTLInfo when it has fetched its lists, after "
	    "a restart or a reset: begin to listen before phones are reset." },
	{ UNSURE,
	    "A phone's own syslog (Product Specific Configuration: Log "
	    "Server) is taken too, from the address at which it is "
	    "registered; nobody tried whether DeviceTLInfo is in it." },
	{ HEADING, "5. Here" },
	{ SURE,
	    "ctlsmith cluster phones --listen {listen} --web, and let UDP and "
	    "TCP port {port} through the firewall." },
};

struct place {
	struct buf host, port, listen;
};

/* ADDR:PORT in two; 0.0.0.0, :: and a port alone are no address to send to. */
static void
read_place(const char *listen, struct place *ret)
{
	const char *colon = listen == NULL ? NULL : strrchr(listen, ':');
	struct bytes host = bytes_of("", 0);

	if (colon != NULL)
		host = bytes_of(listen, (size_t)(colon - listen));
	if (host.len > 2 && host.ptr[0] == '[')
		host = bytes_of(host.ptr + 1, host.len - 2);
	if (host.len == 0 || bytes_equal(host, bytes_of_str("0.0.0.0")) ||
	    bytes_equal(host, bytes_of_str("::")))
		buf_str(&ret->host, "this machine's address");
	else
		text_put_safe(&ret->host, host);
	text_put_safe(&ret->port,
	    bytes_of_str(colon != NULL ? colon + 1
		    : listen != NULL   ? listen
				       : "514"));
	text_put_safe(&ret->listen,
	    bytes_of_str(listen != NULL ? listen : "0.0.0.0:514"));
}

static void
put_step(struct buf *out, const char *text, const struct place *place)
{
	const struct {
		const char *name;
		const struct buf *value;
	} words[] = { { "{host}", &place->host }, { "{port}", &place->port },
		{ "{listen}", &place->listen } };
	size_t i;

	while (*text != '\0') {
		for (i = 0; i < 3; i++)
			if (strncmp(text, words[i].name,
				strlen(words[i].name)) == 0)
				break;
		if (i < 3) {
			buf_put(out, buf_bytes(words[i].value));
			text += strlen(words[i].name);
		} else {
			buf_u8(out, (uint8_t)*text++);
		}
	}
}

void
phones_setup(const char *listen, struct out *out)
{
	struct fill fill = fill_for_stdout();
	struct buf text = { 0 }, step = { 0 };
	struct place place;
	size_t i;

	if (fill.width == 0) /* in a file it is read too */
		fill.width = WIDTH;
	memset(&place, 0, sizeof(place));
	read_place(listen, &place);
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i].sure == HEADING && i > 0)
			buf_str(&text, "\n");
		if (steps[i].sure != HEADING)
			buf_str(&step,
			    steps[i].sure == SURE ? "   - " : "   ? ");
		put_step(&step, steps[i].text, &place);
		if (!buf_ok(&step))
			text.failed = true;
		fill_put(&fill, &text, buf_bytes(&step), 5);
		buf_clear(&step);
	}
	buf_str(&text, "\n");
	buf_str(&step,
	    "Lines with ? were not confirmed: no guide says so, and nobody "
	    "tried it on real equipment.");
	fill_put(&fill, &text, buf_bytes(&step), 0);
	out_put(out, &text);
	buf_clear(&text);
	buf_clear(&step);
	buf_clear(&place.host);
	buf_clear(&place.port);
	buf_clear(&place.listen);
}
