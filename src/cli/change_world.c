/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/change_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/text.h"
#include "cli/out.h"
#include "cli/prompt.h"

/* ---- The maintenance window -------------------------------------------------------- */

#define DAY 1440 /* minutes */

/* Minutes of "HH:MM", which was checked. */
static int
minutes_of(const char *text)
{
	return ((text[0] - '0') * 10 + text[1] - '0') * 60 +
	    (text[3] - '0') * 10 + text[4] - '0';
}

static bool
is_day(const struct inventory_window *w, int day)
{
	static const char *const names[] = { "Sun", "Mon", "Tue", "Wed", "Thu",
		"Fri", "Sat" };
	const char *at;

	if (w->days == NULL)
		return true;
	for (at = w->days; *at != '\0'; at++)
		if (strncasecmp(at, names[day], 3) == 0)
			return true;
	return false;
}

/* It began today, or yesterday. */
static bool
is_within(const struct inventory_window *w, const struct tm *tm)
{
	int from = minutes_of(w->from), until = minutes_of(w->until);
	int now = tm->tm_hour * 60 + tm->tm_min;

	if (until > from)
		return is_day(w, tm->tm_wday) && now >= from && now < until;
	return (is_day(w, tm->tm_wday) && now >= from) ||
	    (is_day(w, (tm->tm_wday + 6) % 7) && now < until);
}

static bool
is_open_at(const struct inventory_window *w, int64_t when)
{
	time_t t = (time_t)when;
	struct tm tm;

	return localtime_r(&t, &tm) != NULL && is_within(w, &tm);
}

static void
set_zone(const char *zone)
{
	if (zone != NULL)
		(void)setenv("TZ", zone, 1);
	else
		(void)unsetenv("TZ");
	tzset();
}

/* The process has the window's zone meanwhile: no thread is there. */
bool
change_world_open(const struct inventory_window *w, int64_t now,
    int64_t *ret_opens)
{
	const char *before = getenv("TZ");
	char *kept = before == NULL ? NULL : strdup(before);
	bool open;
	int i;

	if (w->zone != NULL)
		set_zone(w->zone);
	open = is_open_at(w, now);
	*ret_opens = now - now % 60;
	for (i = 0; !open && i < 8 * DAY; i++) {
		*ret_opens += 60;
		if (is_open_at(w, *ret_opens))
			break;
	}
	if (w->zone != NULL)
		set_zone(kept);
	free(kept);
	return open;
}

static bool
window(void *arg, int64_t now, int64_t *ret_opens)
{
	const struct change_world *w = arg;

	return w->inventory->window == NULL ||
	    change_world_open(w->inventory->window, now, ret_opens);
}

/* ---- Questions ------------------------------------------------------------------------- */

/* What --answer says to KEY, or NULL. */
static const char *
answer_to(const struct change_opts *o, const char *key)
{
	size_t i, len = strlen(key);

	for (i = 0; i < o->answer.num; i++)
		if (strncmp(o->answer.at[i], key, len) == 0 &&
		    o->answer.at[i][len] == '=')
			return o->answer.at[i] + len + 1;
	return NULL;
}

static bool
is_yes(const char *text)
{
	return strcasecmp(text, "yes") == 0 || strcasecmp(text, "y") == 0;
}

static enum err
take(const struct run_question *q, const char *text, struct diag *d)
{
	if (q->want == NULL ? is_yes(text) : strcmp(text, q->want) == 0)
		return ERR_OK;
	if (q->want == NULL)
		return diag_set(d, ERR_POLICY,
		    "%.100s was not answered with yes; nothing was done",
		    q->key);
	return diag_set(d, ERR_POLICY,
	    "%.100s wants '%.60s' to be typed; nothing was done", q->key,
	    q->want);
}

static void
put_question(const struct run_question *q, struct buf *out)
{
	const char *line = q->text, *end;

	/* its lines are ours, what is in them need not be */
	while (*line != '\0') {
		end = strchrnul(line, '\n');
		text_put_safe(out, bytes_of(line, (size_t)(end - line)));
		buf_str(out, "\n");
		line = *end == '\0' ? end : end + 1;
	}
}

static enum err
ask_person(const struct run_question *q, struct diag *d)
{
	struct buf text = { 0 }, line = { 0 };
	enum err e;

	put_question(q, &text);
	buf_printf(&text, "(%s) ", q->want == NULL ? "yes/no" : q->want);
	e = buf_cstr(&text) == NULL ? diag_nomem(d)
				    : prompt_line(buf_cstr(&text), &line, d);
	if (e == ERR_OK)
		e = buf_cstr(&line) == NULL ? diag_nomem(d)
					    : take(q, buf_cstr(&line), d);
	buf_clear(&text);
	buf_clear(&line);
	return e;
}

/* Nobody is there: all of the question, and how it is answered. */
static enum err
ask_nobody(const struct run_question *q, struct diag *d)
{
	struct buf text = { 0 };

	put_question(q, &text);
	if (buf_cstr(&text) != NULL)
		(void)fputs(buf_cstr(&text), stderr);
	buf_clear(&text);
	return diag_set(d, ERR_WAITING,
	    "a question waits for its answer; resume with --answer "
	    "'%.100s=%.60s'",
	    q->key, q->want == NULL ? "yes" : q->want);
}

static enum err
ask(void *arg, const struct run_question *q, struct diag *d)
{
	const struct change_world *w = arg;
	const char *given = answer_to(w->opts, q->key);

	if (given != NULL)
		return take(q, given, d);
	return cluster_asks(&w->opts->cluster) ? ask_person(q, d)
					       : ask_nobody(q, d);
}

/* ---- Telling ------------------------------------------------------------------------------ */

static void
say(void *arg, const struct plan_step *s, enum journal_event event,
    const char *why)
{
	const struct change_world *w = arg;
	size_t num = plan_num_steps(w->plan), at = 0;
	struct buf line = { 0 };

	if (s == NULL) {
		buf_printf(&line, "All %zu steps are done.\n", num);
	} else {
		(void)plan_find(w->plan, s->id, &at);
		buf_printf(&line, "%zu/%zu %-8s ", at + 1, num,
		    journal_event_name(event));
		text_put_safe(&line, bytes_of_str(s->id));
		if (event == JOURNAL_BEGIN)
			why = s->title;
		if (why != NULL) {
			buf_str(&line, ": ");
			text_put_safe(&line, bytes_of_str(why));
		}
		buf_str(&line, "\n");
	}
	(void)out_write(&line);
	buf_clear(&line);
}

/* ---- Beginning ------------------------------------------------------------------------------ */

static int64_t
now(void *arg)
{
	(void)arg;
	return (int64_t)time(NULL);
}

static enum err
check_answers(const struct change_opts *o, struct diag *d)
{
	size_t i;

	for (i = 0; i < o->answer.num; i++)
		if (strchr(o->answer.at[i], '=') == NULL ||
		    o->answer.at[i][0] == '=')
			return diag_set(d, ERR_USAGE,
			    "--answer wants KEY=VALUE, not '%.100s'",
			    o->answer.at[i]);
	return ERR_OK;
}

/* A class that is not known any more is as if nobody had said it. */
static unsigned
classes_of(const struct plan *p)
{
	unsigned ret = 0;
	enum class c;
	size_t i;

	for (i = 0; i < p->classes.num; i++)
		if (class_of_name(p->classes.item[i], &c))
			ret |= 1u << c;
	return ret;
}

enum err
change_world_begin(struct change_world *w, const struct change_opts *o,
    const struct plan *plan, struct change_act *a, struct diag *d)
{
	*w = (struct change_world){ .opts = o,
		.plan = plan,
		.inventory = &a->cluster->inventory };
	w->kinds = (struct kinds){ .act = &a->table,
		.canary = o->canary.at,
		.num_canary = o->canary.num,
		.waive = o->waive.at,
		.num_waive = o->waive.num,
		.classes = classes_of(plan),
		.folder = a->folder };
	w->table = (struct run_world){ .now = now,
		.facts = kinds_facts,
		.gate = kinds_gate,
		.ask = ask,
		.window = window,
		.say = say };
	return check_answers(o, d);
}
