/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands of the command line.
 */
#include <string.h>

#include "lab/console_parts.h"

/* words, since, until, level, arguments at least, usage, function */
static const struct console_command commands[] = {
	{ "help", 0, 0, 0, 0, "help [command]", console_help },
	{ "quit", 0, 0, 0, 0, "quit", console_quit },
	{ "exit", 0, 0, 0, 0, "exit", console_quit },
	{ "show ctl", 0, 0, 0, 0, "show ctl", console_show_ctl },
	{ "show itl", 0, 0, 0, 0, "show itl", console_show_itl },
	{ "show version", 0, 0, 0, 1, "show version {active|inactive}",
	    console_show_version },
	{ "show status", 0, 0, 0, 0, "show status", console_show_status },
	{ "show date", 0, 0, 0, 0, "show date", console_show_date },
	{ "show myself", 0, 0, 0, 0, "show myself", console_show_myself },
	{ "show network cluster", 0, 0, 0, 0, "show network cluster",
	    console_show_cluster },
	{ "show cert list", 0, 0, 1, 1, "show cert list {own|trust}",
	    console_cert_list },
	{ "show cert", 0, 0, 1, 2, "show cert {own|trust} filename",
	    console_cert_show },
	{ "show csr list", 0, 0, 1, 0, "show csr list [own]",
	    console_csr_list },
	{ "show csr own", 0, 0, 1, 1, "show csr own filename",
	    console_csr_show },
	{ "show web-security", 0, 0, 0, 0, "show web-security",
	    console_show_web_security },
	{ "show cli pagination", 0, 0, 0, 0, "show cli pagination",
	    console_show_pagination },
	{ "show risdb query", 0, 0, 1, 1, "show risdb query table1 ...",
	    console_show_phones },
	{ "show perf query class", 0, 0, 0, 1,
	    "show perf query class class-name ...", console_show_class },
	{ "show perf query counter", 0, 0, 0, 2,
	    "show perf query counter class-name counter-name",
	    console_show_counter },
	{ "set csr gen", 0, 0, 1, 1, "set csr gen name", console_csr_gen },
	{ "set cert import", 0, 0, 1, 2,
	    "set cert import {own|trust} name [caCert.pem]",
	    console_cert_import },
	{ "set cert regen", 0, 0, 1, 1, "set cert regen name",
	    console_cert_regen },
	{ "set cert delete", 0, 0, 1, 2, "set cert delete unit name",
	    console_cert_delete },
	{ "set web-security", 0, 0, 0, 4,
	    "set web-security orgunit orgname locality state [country] "
	    "[alternatehostname]",
	    console_web_security },
	{ "set cli pagination", 0, 0, 1, 1, "set cli pagination {on|off}",
	    console_pagination },
	{ "set cli session timeout", 0, 0, 1, 1,
	    "set cli session timeout minutes", console_timeout },
	{ "set session maxlimit", 0, 0, 1, 1, "set session maxlimit value",
	    console_maxlimit },
	{ "set commandcount", 0, 0, 1, 1, "set commandcount {enable|disable}",
	    console_commandcount },
	{ "utils ctl set-cluster mixed-mode", CONSOLE_SU(1000, 0), 0, 1, 0,
	    "utils ctl set-cluster mixed-mode", console_mixed },
	{ "utils ctl set-cluster non-secure-mode", CONSOLE_SU(1000, 0), 0, 1, 0,
	    "utils ctl set-cluster non-secure-mode", console_non_secure },
	{ "utils ctl update CTLFile", CONSOLE_SU(1000, 0), 0, 1, 0,
	    "utils ctl update CTLFile", console_update_ctl },
	{ "utils ctl reset localkey", CONSOLE_SU(1200, 0), 0, 4, 0,
	    "utils ctl reset localkey", console_reset_ctl },
	{ "utils itl reset", CONSOLE_SU(1000, 0), CONSOLE_SU(1400, 0), 4, 0,
	    "utils itl reset {localkey|remotekey}", console_reset_itl_name },
	{ "utils itl reset localkey", CONSOLE_SU(1400, 0), 0, 4, 0,
	    "utils itl reset localkey", console_reset_itl },
	{ "utils service list", 0, 0, 0, 0, "utils service list [page]",
	    console_service_list },
	{ "utils service start", 0, 0, 1, 1, "utils service start name",
	    console_service_start },
	{ "utils service stop", 0, 0, 1, 1, "utils service stop name",
	    console_service_stop },
	{ "utils service restart", 0, 0, 1, 1, "utils service restart name",
	    console_service_restart },
	{ "utils dbreplication runtimestate", 0, 0, 1, 0,
	    "utils dbreplication runtimestate", console_replication },
	{ "utils disaster_recovery history", 0, 0, 1, 1,
	    "utils disaster_recovery history {backup|restore}",
	    console_backups },
	{ "utils disaster_recovery status", 0, 0, 1, 1,
	    "utils disaster_recovery status {backup|restore}",
	    console_backup_status },
	{ "utils system restart", 0, 0, 1, 0, "utils system restart",
	    console_restart },
	{ "file list tftp", 0, 0, 0, 1,
	    "file list tftp file-spec [page|detail|reverse] [date|size]",
	    console_file_list },
	{ "file delete tftp", 0, 0, 1, 1,
	    "file delete tftp file-spec [detail] [noconfirm]",
	    console_file_delete },
	{ "file delete activelog", 0, 0, 1, 1,
	    "file delete activelog file-spec [detail] [noconfirm]",
	    console_file_delete },
	{ "file get tftp", 0, 0, 0, 1,
	    "file get tftp file-spec [reltime|abstime] [match] [recurs] "
	    "[compress]",
	    console_file_get },
	{ "file dump tftp", 0, 0, 1, 1,
	    "file dump tftp file-spec [detail] [hex]", console_file_dump },
	{ "file search tftp", 0, 0, 0, 2,
	    "file search tftp file-spec reg-exp [ignorecase]",
	    console_file_search },
	{ "file view tftp", 0, 0, 0, 1, "file view tftp file-spec",
	    console_file_view },
	{ "run sql", 0, 0, 0, 1, "run sql sql-statement", console_sql },
};

#define NUM_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static bool
has(unsigned release, const struct console_command *c)
{
	return release >= c->since && (c->until == 0 || release < c->until);
}

const struct console_command *
console_find(unsigned release, const char *line, size_t *ret_len)
{
	const struct console_command *found = NULL;
	size_t i, len, best = 0;

	for (i = 0; i < NUM_COMMANDS; i++) {
		len = strlen(commands[i].words);
		if (len > best && has(release, &commands[i]) &&
		    strncmp(line, commands[i].words, len) == 0 &&
		    (line[len] == '\0' || line[len] == ' ')) {
			found = &commands[i];
			best = len;
		}
	}
	*ret_len = best;
	return found;
}

/* The word of WORDS that PREFIX ends in, or before; *RET_LEN characters. NULL:
 * it begins otherwise. */
static const char *
next_word(const char *words, const char *prefix, size_t *ret_len)
{
	size_t len = strlen(prefix), at = len;
	const char *word;

	if (strncmp(words, prefix, len) != 0)
		return NULL;
	while (at > 0 && words[at - 1] != ' ')
		at--;
	word = words + at;
	*ret_len = strcspn(word, " ");
	return word;
}

static bool
is_first(size_t i, const char *prefix, const char *word, size_t len)
{
	const char *other;
	size_t j, other_len;

	for (j = 0; j < i; j++) {
		other = next_word(commands[j].words, prefix, &other_len);
		if (other != NULL && other_len == len &&
		    memcmp(other, word, len) == 0)
			return false;
	}
	return true;
}

size_t
console_list_words(unsigned release, const char *prefix, struct buf *out)
{
	size_t i, len, num = 0;
	const char *word;

	for (i = 0; i < NUM_COMMANDS; i++) {
		word = next_word(commands[i].words, prefix, &len);
		if (!has(release, &commands[i]) || word == NULL ||
		    !is_first(i, prefix, word, len))
			continue;
		buf_printf(out, "    %.*s%s\n", (int)len, word,
		    word[len] == ' ' ? "*" : "");
		num++;
	}
	return num;
}

bool
console_help(struct console *c, const struct console_args *a)
{
	const struct console_command *found;
	size_t len;

	if (a->num == 0) {
		(void)console_list_words(c->release, "", &c->out);
		return true;
	}
	found = console_find(c->release, a->rest, &len);
	if (found != NULL) {
		buf_printf(&c->out, "%s help:\n\nSyntax:\n    %s\n",
		    found->words, found->usage);
		return true;
	}
	if (console_list_words(c->release, a->rest, &c->out) == 0)
		buf_str(&c->out, "No valid command entered\n");
	return true;
}
