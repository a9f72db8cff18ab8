/* SPDX-License-Identifier: Apache-2.0 */
#include "replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "test.h"

#define PEM                                                      \
	"-----BEGIN CERTIFICATE-----\n"                          \
	"MIIBszCCAVmgAwIBAgIUO2rNxvAAAAAAAAAAAAAAAA\nBBBB+/==\n" \
	"-----END CERTIFICATE-----\n"
#define SILENCE_MAX 10000

/* ---- Reading ---- */

static struct buf *
add(struct replay *r, enum replay_kind kind)
{
	struct replay_item *item;

	/* what comes in parts comes at once */
	if (r->num > 0 && kind == r->item[r->num - 1].kind &&
	    (kind == REPLAY_CAME || kind == REPLAY_SAID))
		return &r->item[r->num - 1].bytes;
	item = realloc(r->item, (r->num + 1) * sizeof(*item));
	assert_non_null(item);
	r->item = item;
	item += r->num++;
	memset(item, 0, sizeof(*item));
	item->kind = kind;
	return &item->bytes;
}

static void
put_unescaped(struct buf *out, const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] != '\\') {
			buf_u8(out, (uint8_t)s[i]);
		} else if (i + 1 < len && s[i + 1] == '\\') {
			buf_u8(out, '\\');
			i++;
		} else {
			assert_true(i + 3 < len && s[i + 1] == 'x');
			buf_u8(out,
			    (uint8_t)(text_hex_value((uint8_t)s[i + 2]) * 16 +
				text_hex_value((uint8_t)s[i + 3])));
			i += 3;
		}
	}
}

static void
load_line(struct replay *r, const char *s, size_t len)
{
	static const struct {
		const char *mark;
		enum replay_kind kind;
		const char *end;
	} marks[] = {
		{ ">. [secret]", REPLAY_SECRET, "" },
		{ "< ", REPLAY_CAME, "\r\n" },
		{ "<. ", REPLAY_CAME, "" },
		{ "> ", REPLAY_TYPED, "\r" },
		{ ">. ", REPLAY_TYPED, "" },
		{ "# run ", REPLAY_RUN, "" },
		{ "# done ", REPLAY_DONE, "" },
		{ "= ", REPLAY_SAID, "\n" },
		{ "=", REPLAY_SAID, "\n" },
	};
	struct buf *out;
	size_t i, n;

	for (i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		n = strlen(marks[i].mark);
		if (len < n || memcmp(s, marks[i].mark, n) != 0)
			continue;
		out = add(r, marks[i].kind);
		if (marks[i].kind == REPLAY_RUN)
			buf_put(out, bytes_of(s + n, len - n));
		else
			put_unescaped(out, s + n, len - n);
		buf_str(out, marks[i].end);
		return;
	}
	assert_true(len > 0 && *s == '#');
}

void
replay_load(const char *path, struct replay *ret)
{
	struct buf text = { 0 };
	struct diag d;
	const char *s, *nl;

	if (file_load(path, FILE_MAX_DEFAULT, &text, &d) != ERR_OK)
		fail_msg("%s: %s", path, d.msg);
	memset(ret, 0, sizeof(*ret));
	for (s = buf_cstr(&text); *s != '\0'; s = nl + 1) {
		nl = strchr(s, '\n');
		assert_non_null(nl);
		load_line(ret, s, (size_t)(nl - s));
	}
	buf_clear(&text);
}

void
replay_clear(struct replay *r)
{
	size_t i;

	for (i = 0; i < r->num; i++)
		buf_clear(&r->item[i].bytes);
	free(r->item);
	memset(r, 0, sizeof(*r));
}

/* ---- Playing ---- */

struct player {
	const char *name;
	const struct command_table *table;
	struct dialog *dialog;
	struct buf run; /* ID and arguments, cut into strings */
	struct buf values[COMMAND_ARGS_MAX];
	struct command_arg args[COMMAND_ARGS_MAX];
	struct dialog_step step;
	bool has_step; /* what is to be typed came early */
	struct diag d;
};

static void
begin(struct player *p, const struct buf *run)
{
	size_t num = 0;
	char *word, *save = NULL, *value;
	enum err err;

	buf_clear(&p->run);
	buf_put(&p->run, buf_bytes(run));
	assert_non_null(buf_cstr(&p->run));
	word = strtok_r((char *)p->run.ptr, " ", &save);
	while ((value = strtok_r(NULL, " ", &save)) != NULL) {
		assert_true(num < COMMAND_ARGS_MAX);
		p->args[num].name = value;
		value = strchr(value, '=');
		assert_non_null(value);
		*value++ = '\0';
		buf_clear(&p->values[num]);
		if (strcmp(value, "@") == 0)
			buf_str(&p->values[num], PEM);
		else
			put_unescaped(&p->values[num], value, strlen(value));
		p->args[num].value = buf_cstr(&p->values[num]);
		num++;
	}
	assert_non_null(command_find(p->table, word));
	err = dialog_begin(p->dialog, command_find(p->table, word), p->args,
	    num, &p->d);
	if (err != ERR_OK)
		fail_msg("%s: %s: %s", p->name, word, p->d.msg);
}

/* What is to be done when nothing has come for up to SILENCE. */
static void
ask(struct player *p, unsigned silence)
{
	unsigned t = 0;

	for (;;) {
		if (dialog_next(p->dialog, t, &p->step, &p->d) != ERR_OK)
			fail_msg("%s: %s", p->name, p->d.msg);
		if (p->step.what != DIALOG_WAIT)
			return;
		if (p->step.wait == 0 || p->step.wait > silence)
			return;
		assert_true(p->step.wait > t);
		t = p->step.wait;
	}
}

static void
came(struct player *p, struct bytes in, replay_cut *cut, void *arg)
{
	size_t n;

	while (in.len > 0) {
		n = cut(arg, in.len);
		/* nothing is typed while something is still to come */
		if (p->has_step)
			fail_msg("%s: typed too early, before %.*s", p->name,
			    (int)in.len, (const char *)in.ptr);
		if (dialog_came(p->dialog, bytes_of(in.ptr, n), &p->d) !=
		    ERR_OK)
			fail_msg("%s: %s", p->name, p->d.msg);
		in = bytes_of(in.ptr + n, in.len - n);
		ask(p, 0);
		p->has_step = p->step.what != DIALOG_WAIT;
	}
}

static void
typed(struct player *p, const struct replay_item *item)
{
	if (!p->has_step)
		ask(p, SILENCE_MAX);
	p->has_step = false;
	if (p->step.what != DIALOG_TYPE)
		fail_msg("%s: nothing is typed in place of %.*s", p->name,
		    (int)item->bytes.len, (const char *)item->bytes.ptr);
	assert_int_equal(p->step.secret, item->kind == REPLAY_SECRET);
	if (item->kind == REPLAY_SECRET)
		return;
	if (!bytes_equal(p->step.type, buf_bytes(&item->bytes)))
		fail_msg("%s: typed %.*s, and not %.*s", p->name,
		    (int)p->step.type.len, (const char *)p->step.type.ptr,
		    (int)item->bytes.len, (const char *)item->bytes.ptr);
}

static void
said(struct player *p, const struct buf *want)
{
	struct bytes is;

	ask(p, SILENCE_MAX);
	assert_int_equal(p->step.what, DIALOG_DONE);
	is = dialog_text(p->dialog);
	if (!bytes_equal(is, buf_bytes(want)))
		fail_msg("%s: said\n%.*s---- and not\n%.*s----", p->name,
		    (int)is.len, (const char *)is.ptr, (int)want->len,
		    (const char *)want->ptr);
}

static void
done(struct player *p, const struct buf *want)
{
	const char *is = command_failure_name(dialog_failure(p->dialog));

	if (strlen(is) != want->len || memcmp(is, want->ptr, want->len) != 0)
		fail_msg("%s: it %s", p->name, is);
}

void
replay_run(const struct replay *r, const char *name,
    const struct command_table *t, replay_cut *cut, void *arg)
{
	struct player p = { .name = name, .table = t };
	size_t i;

	assert_int_equal(dialog_new(t, NULL, &p.dialog, &p.d), ERR_OK);
	for (i = 0; i < r->num; i++) {
		const struct replay_item *item = &r->item[i];

		switch (item->kind) {
		case REPLAY_CAME:
			came(&p, buf_bytes(&item->bytes), cut, arg);
			break;
		case REPLAY_TYPED:
		case REPLAY_SECRET:
			typed(&p, item);
			break;
		case REPLAY_RUN:
			ask(&p, SILENCE_MAX);
			assert_int_equal(p.step.what, DIALOG_DONE);
			p.has_step = false;
			begin(&p, &item->bytes);
			break;
		case REPLAY_SAID:
			said(&p, &item->bytes);
			break;
		case REPLAY_DONE:
			done(&p, &item->bytes);
			break;
		}
	}
	dialog_free(&p.dialog);
	buf_clear(&p.run);
	for (i = 0; i < COMMAND_ARGS_MAX; i++)
		buf_clear(&p.values[i]);
}
