/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/watch.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "tests/unit/test.h"

#define SECOND INT64_C(1000000000)
#define MAX_CALLS 8

/* What hung() was told, and for what the watching thread went to sleep. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char call[MAX_CALLS][32];
	unsigned seconds[MAX_CALLS];
	size_t num;
	sigset_t blocked;
	pthread_t thread;
	int64_t until;
	unsigned num_signals; /* that it was sent */
} seen = { .lock = PTHREAD_MUTEX_INITIALIZER,
	.changed = PTHREAD_COND_INITIALIZER };

/* These stand before the C library's. */
int
pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
    const struct timespec *abstime)
{
	void *sym = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
	int (*real)(pthread_cond_t *, pthread_mutex_t *,
	    const struct timespec *);

	memcpy(&real, &sym, sizeof(real));
	pthread_mutex_lock(&seen.lock);
	seen.until = abstime->tv_sec * SECOND + abstime->tv_nsec;
	pthread_cond_signal(&seen.changed);
	pthread_mutex_unlock(&seen.lock);
	return real(cond, mutex, abstime);
}

int
pthread_cond_signal(pthread_cond_t *cond)
{
	void *sym = dlsym(RTLD_NEXT, "pthread_cond_signal");
	int (*real)(pthread_cond_t *);

	memcpy(&real, &sym, sizeof(real));
	if (cond != &seen.changed)
		seen.num_signals++;
	return real(cond);
}

static void
hung(void *arg, const char *call, unsigned seconds)
{
	pthread_mutex_lock(&seen.lock);
	assert_ptr_equal(arg, &seen);
	assert_true(seen.num < MAX_CALLS);
	(void)snprintf(seen.call[seen.num], sizeof(seen.call[0]), "%s", call);
	seen.seconds[seen.num++] = seconds;
	pthread_sigmask(SIG_BLOCK, NULL, &seen.blocked);
	seen.thread = pthread_self();
	pthread_cond_signal(&seen.changed);
	pthread_mutex_unlock(&seen.lock);
}

static struct watch *
watch(unsigned timeout)
{
	struct watch *w = NULL;

	seen.num = 0;
	seen.until = 0;
	seen.num_signals = 0;
	assert_int_equal(watch_new(timeout, hung, &seen, &w, NULL), ERR_OK);
	return w;
}

/* Waits until hung() was told NUM times. */
static void
wait_told(size_t num)
{
	pthread_mutex_lock(&seen.lock);
	while (seen.num < num)
		pthread_cond_wait(&seen.changed, &seen.lock);
	assert_int_equal(seen.num, num);
	pthread_mutex_unlock(&seen.lock);
}

/* Waits until the thread sleeps for what is at most SECONDS from NOW. */
static void
wait_sleeps(int64_t now, int64_t seconds)
{
	pthread_mutex_lock(&seen.lock);
	while (seen.until == 0 || seen.until > now + (seconds + 5) * SECOND)
		pthread_cond_wait(&seen.changed, &seen.lock);
	assert_true(seen.until >= now + seconds * SECOND);
	pthread_mutex_unlock(&seen.lock);
}

static int64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

static void
test_unused(void **state)
{
	struct watch *w = NULL;

	watch_free(&w);
	w = watch(0);
	watch_free(&w);
	assert_null(w);
	assert_int_equal(seen.num, 0);
}

static void
test_told(void **state)
{
	struct watch *w = watch(1);
	struct watch_call c;
	int64_t start = now();
	sigset_t mine;

	watch_begin(w, &c, WATCH_LONG, "C_Sign");
	wait_told(1);
	assert_true(now() - start >= SECOND);
	assert_string_equal(seen.call[0], "C_Sign");
	assert_int_equal(seen.seconds[0], 1);
	assert_false(pthread_equal(seen.thread, pthread_self()));
	assert_true(sigismember(&seen.blocked, SIGINT));
	assert_true(sigismember(&seen.blocked, SIGTERM));
	pthread_sigmask(SIG_BLOCK, NULL, &mine);
	assert_false(sigismember(&mine, SIGINT));
	watch_end(w, &c);
	watch_free(&w);
}

/* Not of a call that has ended, not of one that waits for a person, and of
 * none twice: those would come before the one that is waited for. */
static void
test_told_once(void **state)
{
	struct watch *w = watch(1);
	struct watch_call ended, person, first, second;

	watch_begin(w, &ended, WATCH_QUERY, "ended");
	watch_begin(w, &person, WATCH_PERSON, "person");
	watch_begin(w, &first, WATCH_QUERY, "first");
	watch_end(w, &ended);
	wait_told(1);
	assert_string_equal(seen.call[0], "first");
	watch_begin(w, &second, WATCH_QUERY, "second");
	wait_told(2);
	assert_string_equal(seen.call[1], "second");
	watch_end(w, &first);
	watch_end(w, &person);
	watch_end(w, &second);
	watch_free(&w);
	assert_int_equal(seen.num, 2);
}

/* The limits of the classes, and that an earlier one wakes the thread. */
static void
test_limits(void **state)
{
	struct watch *w = watch(0);
	struct watch_call a, b;
	int64_t start = now();

	watch_begin(w, &a, WATCH_LONG, "a");
	wait_sleeps(start, 600);
	watch_begin(w, &b, WATCH_QUERY, "b");
	wait_sleeps(start, 30);
	watch_end(w, &a);
	watch_end(w, &b);
	watch_free(&w);
	assert_int_equal(seen.num, 0);
}

/* Calls that come and go leave the thread asleep. */
static void
test_thread_sleeps(void **state)
{
	struct watch *w = watch(0);
	struct watch_call first, c;
	int64_t start = now();
	unsigned i;

	watch_begin(w, &first, WATCH_QUERY, "first");
	wait_sleeps(start, 30);
	seen.num_signals = 0;
	for (i = 0; i < 1000; i++) {
		watch_begin(w, &c, WATCH_QUERY, "next");
		watch_end(w, &c);
	}
	watch_end(w, &first);
	assert_int_equal(seen.num_signals, 0);
	watch_free(&w);
}

struct many {
	struct watch *w;
	unsigned rounds;
};

static void *
call_many(void *arg)
{
	const struct many *m = arg;
	struct watch_call c[3];
	unsigned i;

	for (i = 0; i < m->rounds; i++) {
		watch_begin(m->w, &c[0], WATCH_QUERY, "a");
		watch_begin(m->w, &c[1], WATCH_LONG, "b");
		watch_end(m->w, &c[0]);
		watch_begin(m->w, &c[2], WATCH_PERSON, "c");
		watch_end(m->w, &c[2]);
		watch_end(m->w, &c[1]);
		memset(c, 0xff, sizeof(c));
	}
	return NULL;
}

/* The list is whole after threads have come and gone: the one call that is
 * left is found. */
static void
test_threads(void **state)
{
	struct many m = { watch(1), test_rounds(5000) };
	struct watch_call left;
	pthread_t t[4];
	size_t i;

	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&t[i], NULL, call_many, &m), 0);
	for (i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	assert_int_equal(seen.num, 0);
	watch_begin(m.w, &left, WATCH_QUERY, "left");
	wait_told(1);
	assert_string_equal(seen.call[0], "left");
	watch_end(m.w, &left);
	watch_free(&m.w);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unused),
		cmocka_unit_test(test_told),
		cmocka_unit_test(test_told_once),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_thread_sleeps),
		cmocka_unit_test(test_threads),
	};

	return test_run(tests);
}
