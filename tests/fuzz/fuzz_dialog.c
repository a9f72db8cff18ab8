/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session on a command line: whatever comes, in whatever pieces, what is typed is
 * bounded and of the table, what was said has no control characters, and the end
 * comes.
 */
#include <string.h>

#include "cluster/dialog.h"
#include "cluster/transcript.h"
#include "tests/fuzz/fuzz.h"

#define STEPS_MAX 20000

static const struct command_arg args[] = {
	{ "unit", "CAPF" },
	{ "service", "Cisco Tftp" },
	{ "file", "CTLFile.tlv" },
	{ "sftp_host", "h" },
	{ "sftp_port", "22" },
	{ "sftp_user", "u" },
	{ "sftp_password", "p" },
	{ "sftp_folder", "/" },
};

struct game {
	struct command_table *table;
	struct dialog *dialog;
	struct transcript *transcript;
	struct bytes data;
	unsigned commands, steps;
	bool over;
};

static void
check_text(struct bytes text)
{
	size_t i;

	FUZZ_CHECK(text.len == 0 || text.ptr[text.len - 1] == '\n');
	for (i = 0; i < text.len; i++)
		FUZZ_CHECK(text.ptr[i] == '\n' || text.ptr[i] == '\t' ||
		    (text.ptr[i] >= 0x20 && text.ptr[i] != 0x7f));
}

/* The arguments that C has, of those above. */
static size_t
take_args(const struct command *c, struct command_arg *ret)
{
	const struct command_ask *ask = c->asks.item;
	size_t i, j, num = 0;
	char name[64];
	bool has;

	for (i = 0; i < sizeof(args) / sizeof(args[0]); i++) {
		(void)snprintf(name, sizeof(name), "{%s}", args[i].name);
		has = strstr(c->line, name) != NULL;
		for (j = 0; j < c->asks.num; j++)
			has = has || strstr(ask[j].answer, name) != NULL;
		if (has)
			ret[num++] = args[i];
	}
	return num;
}

static void
begin(struct game *g, unsigned which)
{
	static struct command_arg used[COMMAND_ARGS_MAX];
	const struct command *c = command_at(g->table,
	    which % command_num(g->table));
	struct diag d;
	size_t num;

	num = take_args(c, used);
	if (dialog_begin(g->dialog, c, used, num, &d) != ERR_OK)
		FUZZ_CHECK(d.code == ERR_USAGE);
	g->commands++;
}

static void
next(struct game *g, unsigned silence)
{
	struct dialog_step step;
	struct diag d;

	if (dialog_next(g->dialog, silence, &step, &d) != ERR_OK) {
		FUZZ_CHECK(d.code == ERR_SYNTAX || d.code == ERR_USAGE);
		g->over = true;
		return;
	}
	FUZZ_CHECK(
	    step.what != DIALOG_WAIT || step.wait == 0 || step.wait > silence);
	if (step.what == DIALOG_TYPE) {
		FUZZ_CHECK(step.type.len > 0 && step.type.len < 4096);
		transcript_typed(g->transcript, step.type);
		/* an honest node echoes */
		if (silence % 2 == 0 && step.type.ptr[0] != '\r' &&
		    dialog_came(g->dialog, step.type, &d) != ERR_OK)
			g->over = true;
	}
	if (step.what == DIALOG_DONE && g->commands > 0)
		check_text(dialog_text(g->dialog));
}

/* One byte says how much comes next, or for how long nothing does. */
static void
play(struct game *g)
{
	static const unsigned silences[] = { 0, 29, 30, 41, 151, 501, 1600,
		7000 };
	struct bytes part;
	struct diag d;
	uint8_t how;

	while (!g->over && g->steps++ < STEPS_MAX && bytes_u8(&g->data, &how)) {
		if (how < 0x80) {
			if (!bytes_take(&g->data, how, &part))
				part = g->data;
			transcript_came(g->transcript, part);
			g->over = dialog_came(g->dialog, part, &d) != ERR_OK;
			if (!g->over)
				next(g, 0);
		} else if (how < 0xc0) {
			next(g, silences[how % 8]);
		} else {
			begin(g, how & 0x3f);
		}
	}
	if (dialog_left(g->dialog))
		check_text(dialog_text(g->dialog));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct game g = { .data = bytes_of(data, len) };
	struct bytes text;
	struct diag d;
	size_t i;

	FUZZ_CHECK(command_load(bytes_of(NULL, 0), &g.table, &d) == ERR_OK);
	FUZZ_CHECK(dialog_new(g.table, NULL, &g.dialog, &d) == ERR_OK);
	FUZZ_CHECK(transcript_new(4096, &g.transcript, &d) == ERR_OK);
	play(&g);
	text = transcript_text(g.transcript);
	FUZZ_CHECK(text.len < 8192);
	for (i = 0; i < text.len; i++)
		FUZZ_CHECK(text.ptr[i] == '\n' ||
		    (text.ptr[i] >= 0x20 && text.ptr[i] < 0x7f));
	transcript_free(&g.transcript);
	dialog_free(&g.dialog);
	command_free(&g.table);
	return 0;
}
