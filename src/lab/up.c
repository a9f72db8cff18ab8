/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/up.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "lab/ask.h"
#include "lab/control.h"
#include "lab/doors.h"
#include "lab/home.h"
#include "lab/papers.h"
#include "lab/sample.h"

#define PASSWORD_BYTES 9

struct up {
	const struct up_setup *setup;
	struct home home;
	struct world_setup how;
	struct world *world;
	struct doors *doors;
	struct sample *sample;
	struct ask ask;
	struct tokens tokens;
	char password[PASSWORD_BYTES * 2 + 1];
	int control, signals, end;
	_Atomic bool ready; /* requests are answered */
};

/* ---- Its end. ---- */

static void
on_down(void *arg, struct stream *s)
{
	const struct up *up = arg;
	const uint64_t one = 1;

	/* the copy is closed when the process ends: who asked waits for it */
	if (dup(s->fd) < 0)
		(void)fprintf(stderr, "ctlsmith-lab: no descriptor is left\n");
	(void)control_answer(s, true, bytes_of_str(""));
	if (write(up->end, &one, sizeof(one)) < 0)
		return;
}

static void
on_control(void *arg, struct stream *s)
{
	struct up *up = arg;

	if (atomic_load(&up->ready))
		ask_serve(&up->ask, s);
	else
		(void)control_answer(s, false,
		    bytes_of_str("the lab is not up yet"));
}

/* ---- Before its start. ---- */

/* 200 nodes have some 2000 sockets. */
static void
raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* From now on, in all threads, signals that end the lab are read from *RET. */
static enum err
take_signals(int *ret, struct diag *diag)
{
	sigset_t set;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return diag_errno(diag, "sigprocmask", errno, "no signals");
	*ret = signalfd(-1, &set, SFD_CLOEXEC);
	if (*ret < 0)
		return diag_errno(diag, "signalfd", errno, "no signals");
	return ERR_OK;
}

static enum err
make_password(struct up *up, struct diag *diag)
{
	uint8_t random[PASSWORD_BYTES];
	struct buf text = { 0 };

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return diag_errno(diag, "getrandom", errno, "no password");
	text_put_hex(&text, bytes_of(random, sizeof(random)), "", TEXT_LOWER);
	if (!buf_ok(&text))
		return diag_nomem(diag);
	memcpy(up->password, text.ptr, text.len);
	up->password[text.len] = '\0';
	buf_clear(&text);
	return ERR_OK;
}

static enum err
prepare(struct up *up, struct diag *diag)
{
	enum err err;

	raise_limits();
	err = take_signals(&up->signals, diag);
	if (err != ERR_OK)
		return err;
	up->end = eventfd(0, EFD_CLOEXEC);
	if (up->end < 0)
		return diag_errno(diag, "eventfd", errno, "no end");
	err = make_password(up, diag);
	if (err == ERR_OK)
		err = home_claim(&up->home, diag);
	if (err == ERR_OK)
		err = control_listen(up->home.dir, &up->control, diag);
	return err;
}

/* ---- Its start. ---- */

static enum err
open_doors(struct up *up, struct diag *diag)
{
	const struct scenario *s = up->world->scenario;
	struct doors_setup setup = { .world = up->world,
		.password = up->password,
		.num_pages = s->sample,
		.control = up->control,
		.controlled = on_control,
		.arg = up };
	enum err err;

	if (setup.num_pages > up->world->num_phones)
		setup.num_pages = up->world->num_phones;
	err = doors_open(&setup, &up->doors, diag);
	if (err == ERR_OK)
		err = sample_start(up->world, setup.num_pages, s->syslog,
		    &up->sample, diag);
	if (err == ERR_OK)
		err = world_run(up->world, diag);
	up->ask = (struct ask){ .world = up->world,
		.doors = up->doors,
		.sample = up->sample,
		.down = on_down,
		.arg = up };
	return err;
}

/* In token mode; where SoftHSM is missing the lab is there without. */
static enum err
make_tokens(struct up *up, const struct tokens **ret, struct diag *diag)
{
	enum err err;

	*ret = NULL;
	if (up->world->scenario->mode != SCENARIO_TOKEN)
		return ERR_OK;
	err = tokens_make(&up->home, up->world, &up->tokens, diag);
	if (err == ERR_ABSENT) {
		(void)fprintf(stderr,
		    "ctlsmith-lab: the lab has no tokens: %s\n", diag->msg);
		return ERR_OK;
	}
	*ret = &up->tokens;
	return err;
}

static enum err
write_papers(struct up *up, struct diag *diag)
{
	struct papers p = { .home = &up->home,
		.world = up->world,
		.doors = up->doors,
		.program = up->setup->program,
		.password = up->password };
	enum err err = make_tokens(up, &p.tokens, diag);

	if (err == ERR_OK)
		err = papers_write(&p, diag);
	atomic_store(&up->ready, err == ERR_OK);
	if (err == ERR_OK)
		err = home_write(&up->home, "ready", bytes_of_str("up\n"),
		    diag);
	return err;
}

static enum err
start(struct up *up, struct diag *diag)
{
	struct diag why;
	enum err err;

	up->how = (struct world_setup){ .dir = up->home.path,
		.keys = up->setup->keys,
		.scenario = up->setup->scenario,
		.network = up->home.network };
	err = world_new(&up->how, &up->world, diag);
	/* without them the next lab makes keys of its own again */
	if (err == ERR_OK && up->setup->save_keys &&
	    world_save_keys(up->world, &why) != ERR_OK)
		(void)fprintf(stderr,
		    "ctlsmith-lab: no keys were kept for the next lab: %s\n",
		    why.msg);
	if (err == ERR_OK)
		err = open_doors(up, diag);
	if (err == ERR_OK)
		err = write_papers(up, diag);
	return err;
}

static void
wait_for_end(const struct up *up)
{
	struct pollfd at[2] = { { .fd = up->signals, .events = POLLIN },
		{ .fd = up->end, .events = POLLIN } };

	while (poll(at, 2, -1) < 0 && errno == EINTR)
		continue;
}

static void
say_up(const struct up *up)
{
	struct buf path = { 0 };

	text_put_safe(&path, bytes_of_str(up->home.path));
	(void)printf("The lab is up: %zu nodes from %s on, %zu phones.\n"
		     "Its passwords and addresses: . %s/env.sh\n",
	    up->world->num_nodes, up->world->node[0].address,
	    up->world->num_phones, buf_ok(&path) ? buf_cstr(&path) : "");
	(void)fflush(stdout);
	buf_clear(&path);
}

static void
finish(struct up *up)
{
	atomic_store(&up->ready, false);
	if (up->world != NULL)
		world_stop(up->world);
	sample_stop(&up->sample);
	doors_close(&up->doors);
	world_free(&up->world);
	if (up->control >= 0)
		(void)close(up->control);
	if (up->signals >= 0)
		(void)close(up->signals);
	if (up->end >= 0)
		(void)close(up->end);
	home_leave(&up->home);
}

enum err
up_run(const struct up_setup *setup, struct diag *diag)
{
	struct up up = { .setup = setup,
		.control = -1,
		.signals = -1,
		.end = -1 };
	enum err err;

	(void)umask(077);
	err = home_take(setup->dir, &up.home, diag);
	if (err != ERR_OK)
		return err;
	err = prepare(&up, diag);
	if (err == ERR_OK)
		err = start(&up, diag);
	if (err == ERR_OK) {
		say_up(&up);
		wait_for_end(&up);
	}
	finish(&up);
	return err;
}
