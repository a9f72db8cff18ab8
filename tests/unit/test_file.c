/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

#include "tests/unit/folder.h"

/* Loading PATH fails with EXPECT and leaves the buffer as it was. */
static void
assert_load_fails(const char *path, size_t max, enum err expect)
{
	struct diag d;
	struct buf b;

	diag_init(&d);
	buf_init(&b);
	buf_str(&b, "before");
	assert_int_equal(file_load(path, max, &b, &d), expect);
	assert_int_equal(d.code, expect);
	assert_true(d.msg[0] != '\0');
	assert_true(buf_ok(&b));
	assert_string_equal(buf_cstr(&b), "before");
	assert_int_equal(b.len, 6);
	buf_clear(&b);
}

static void
test_load(void **state)
{
	struct buf b;

	put("a", "one");
	put("empty", "");
	buf_init(&b);
	assert_int_equal(file_load("a", 100, &b, NULL), ERR_OK);
	assert_int_equal(file_load("empty", 100, &b, NULL), ERR_OK);
	assert_int_equal(file_load("a", 3, &b, NULL), ERR_OK);
	assert_int_equal(file_load("empty", 0, &b, NULL), ERR_OK);
	assert_string_equal(buf_cstr(&b), "oneone");
	buf_clear(&b);
}

static void
test_load_refuses(void **state)
{
	put("a", "one");
	assert_int_equal(symlink("loop", "loop"), 0);
	assert_load_fails("missing", 100, ERR_ABSENT);
	assert_load_fails("a/b", 100, ERR_ABSENT);
	assert_load_fails(".", 100, ERR_IO);
	assert_load_fails("loop", 100, ERR_IO);
	assert_load_fails("", 100, ERR_ABSENT);
	assert_load_fails("a", 2, ERR_TOO_BIG);
	assert_load_fails("a", 0, ERR_TOO_BIG);
	assert_load_fails("/dev/zero", 1000, ERR_TOO_BIG);
	assert_load_fails("/dev/zero", 0, ERR_TOO_BIG);
}

/* The largest limit there is must not wrap around to a small one. */
static void
test_load_no_limit(void **state)
{
	struct buf b;

	put("a", "one");
	buf_init(&b);
	assert_int_equal(file_load("a", SIZE_MAX, &b, NULL), ERR_OK);
	assert_string_equal(buf_cstr(&b), "one");
	buf_clear(&b);
}

/* At every limit around the size of one read. */
static void
test_load_limit(void **state)
{
	static char text[64 * 1024 + 2];
	struct buf b;
	size_t len;
	int fd;

	memset(text, 'x', sizeof(text));
	for (len = sizeof(text) - 4; len <= sizeof(text); len++) {
		fd = open("a", O_WRONLY | O_CREAT | O_TRUNC, 0600);
		assert_int_equal(write(fd, text, len), len);
		close(fd);
		buf_init(&b);
		assert_int_equal(file_load("a", len, &b, NULL), ERR_OK);
		assert_true(bytes_equal(buf_bytes(&b), bytes_of(text, len)));
		buf_clear(&b);
		assert_load_fails("a", len - 1, ERR_TOO_BIG);
	}
}

/* A file of 5 GB, all hole: refused by its size, without reading it. */
static void
test_load_sparse(void **state)
{
	int fd = open("huge", O_WRONLY | O_CREAT, 0600);

	assert_int_equal(ftruncate(fd, (off_t)5 << 30), 0);
	close(fd);
	assert_load_fails("huge", FILE_MAX_DEFAULT, ERR_TOO_BIG);
}

/* Forks a writer that fills PATH, a FIFO, with LEN bytes in odd pieces. */
static pid_t
feed(const char *path, size_t len)
{
	char piece[777];
	pid_t pid = fork();
	size_t n;
	int fd;

	if (pid != 0)
		return pid;
	(void)signal(SIGPIPE, SIG_IGN);
	memset(piece, 'p', sizeof(piece));
	fd = open(path, O_WRONLY);
	while (len > 0) {
		n = len < sizeof(piece) ? len : sizeof(piece);
		if (write(fd, piece, n) != (ssize_t)n)
			break;
		len -= n;
	}
	_exit(0);
}

static void
test_load_fifo(void **state)
{
	struct buf b;
	pid_t pid;

	assert_int_equal(mkfifo("fifo", 0600), 0);
	buf_init(&b);
	pid = feed("fifo", 200000);
	assert_int_equal(file_load("fifo", 200000, &b, NULL), ERR_OK);
	assert_int_equal(b.len, 200000);
	buf_clear(&b);
	waitpid(pid, NULL, 0);
	pid = feed("fifo", 200001);
	assert_load_fails("fifo", 200000, ERR_TOO_BIG);
	waitpid(pid, NULL, 0);
}

static void
test_load_fd(void **state)
{
	struct diag d;
	struct buf b;
	int fd;

	put("a", "one");
	diag_init(&d);
	buf_init(&b);
	fd = open("a", O_RDONLY);
	assert_int_equal(file_load_fd(fd, 3, &b, &d), ERR_OK);
	assert_string_equal(buf_cstr(&b), "one");
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0); /* still open */
	assert_int_equal(file_load_fd(fd, 2, &b, &d), ERR_TOO_BIG);
	assert_int_equal(b.len, 3);
	close(fd);
	assert_int_equal(file_load_fd(-1, 2, &b, &d), ERR_IO);
	buf_clear(&b);
}

/* A file half read already is longer than what is left of it, never the
 * other way round: the rest is loaded. */
static void
test_load_fd_from_the_middle(void **state)
{
	struct buf b;
	int fd;

	put("a", "onetwo");
	buf_init(&b);
	fd = open("a", O_RDONLY);
	assert_int_equal(lseek(fd, 3, SEEK_SET), 3);
	assert_int_equal(file_load_fd(fd, 6, &b, NULL), ERR_OK);
	assert_string_equal(buf_cstr(&b), "two");
	close(fd);
	buf_clear(&b);
}

static void
test_save_new(void **state)
{
	umask(027);
	save("a", NEW, 0);
	assert_file("a", NEW);
	assert_int_equal(mode_of("a"), 0640);
	umask(0);
	save("p", NEW, FILE_PRIVATE);
	assert_int_equal(mode_of("p"), 0600);
	save("e", "", 0);
	assert_file("e", "");
	assert_int_equal(num_names(), 3);
}

static void
test_save_in_pieces(void **state)
{
	struct file_save *s = NULL;
	int i;

	assert_int_equal(file_save_begin(&s, "a", 0, NULL), ERR_OK);
	assert_int_equal(num_names(), 1);
	assert_int_not_equal(access("a", F_OK), 0);
	for (i = 0; i < 3; i++)
		assert_int_equal(file_save_write(s, bytes_of_str("ab"), NULL),
		    ERR_OK);
	assert_int_equal(file_save_commit(&s, NULL), ERR_OK);
	assert_null(s);
	assert_file("a", "ababab");
	assert_int_equal(num_names(), 1);
}

static void
test_save_exists(void **state)
{
	put("a", OLD);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_int_equal(mkdir("dir", 0755), 0);
	assert_write_fails("a", 0, ERR_EXISTS);
	assert_write_fails("dangling", 0, ERR_EXISTS);
	assert_write_fails("dir", 0, ERR_EXISTS);
	assert_write_fails("a", FILE_PRIVATE, ERR_EXISTS);
	assert_file("a", OLD);
	assert_int_not_equal(access("nowhere", F_OK), 0);
}

static void
test_save_refuses(void **state)
{
	char name[300];

	put("a", OLD);
	assert_int_equal(mkdir("dir", 0755), 0);
	assert_write_fails("no/such", 0, ERR_ABSENT);
	assert_write_fails("a/b", 0, ERR_ABSENT);
	assert_write_fails("dir", FILE_CLOBBER, ERR_IO);
	assert_write_fails("", 0, ERR_USAGE);
	assert_write_fails("dir/", 0, ERR_USAGE);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_write_fails(name, 0, ERR_USAGE);
}

/* The longest name, for which the temporary one is cut. */
static void
test_save_long_name(void **state)
{
	char name[NAME_MAX + 2];

	memset(name, 'n', sizeof(name));
	name[NAME_MAX] = '\0';
	save(name, NEW, 0);
	assert_file(name, NEW);
	name[NAME_MAX] = 'n';
	name[NAME_MAX + 1] = '\0';
	assert_write_fails(name, 0, ERR_USAGE);
}

static void
test_save_clobber(void **state)
{
	umask(077);
	put("a", OLD);
	assert_int_equal(chmod("a", 0664), 0);
	save("a", NEW, FILE_CLOBBER);
	assert_file("a", NEW);
	assert_int_equal(mode_of("a"), 0664);
	save("a", OLD, FILE_CLOBBER | FILE_PRIVATE);
	assert_int_equal(mode_of("a"), 0600);
	save("b", NEW, FILE_CLOBBER);
	assert_file("b", NEW);
	assert_int_equal(num_names(), 2);
}

/* Through a link, the link stays and the file it points at is new. */
static void
test_save_symlink(void **state)
{
	struct stat st;

	assert_int_equal(mkdir("dir", 0755), 0);
	put("dir/target", OLD);
	assert_int_equal(symlink("dir/target", "link"), 0);
	assert_write_fails("link", 0, ERR_EXISTS);
	assert_file("dir/target", OLD);
	save("link", NEW, FILE_CLOBBER);
	assert_file("dir/target", NEW);
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(num_names(), 2);
	assert_int_equal(chdir("dir"), 0);
	assert_int_equal(num_names(), 1);
}

/* A device or a pipe under the name is not a file that may be replaced:
 * for root, /dev/null would be gone. */
static void
test_save_special(void **state)
{
	struct stat st;

	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_write_fails("fifo", FILE_CLOBBER, ERR_IO);
	assert_int_equal(stat("fifo", &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
}

static void
test_save_abort(void **state)
{
	struct file_save *s = NULL;

	put("a", OLD);
	file_save_abort(&s);
	assert_int_equal(file_save_begin(&s, "a", FILE_CLOBBER, NULL), ERR_OK);
	assert_int_equal(file_save_write(s, bytes_of_str(NEW), NULL), ERR_OK);
	assert_file("a", OLD);
	assert_int_equal(num_names(), 2);
	file_save_abort(&s);
	assert_null(s);
	assert_file("a", OLD);
	assert_int_equal(num_names(), 1);
}

/* Somebody takes the name between begin and commit. */
static void
test_save_overtaken(void **state)
{
	struct file_save *s = NULL;
	struct diag d;

	diag_init(&d);
	assert_int_equal(file_save_begin(&s, "a", 0, &d), ERR_OK);
	assert_int_equal(file_save_write(s, bytes_of_str(NEW), &d), ERR_OK);
	put("a", OLD);
	assert_int_equal(file_save_commit(&s, &d), ERR_EXISTS);
	assert_int_equal(d.code, ERR_EXISTS);
	assert_null(s);
	assert_file("a", OLD);
	assert_int_equal(num_names(), 1);
}

/* A failing begin leaves the caller's pointer alone. */
static void
test_save_output_untouched(void **state)
{
	struct file_save *mark = (struct file_save *)(void *)state;
	struct file_save *s = mark;

	put("a", OLD);
	assert_int_equal(file_save_begin(&s, "a", 0, NULL), ERR_EXISTS);
	assert_ptr_equal(s, mark);
}

/* One racer: writes its own number; exits with the enum err. */
static void
race_child(int number, int start)
{
	char text[64], byte;
	int n;

	n = snprintf(text, sizeof(text), "process %d", number);
	if (read(start, &byte, 1) < 0)
		_exit(99);
	_exit((int)file_write("a", bytes_of(text, (size_t)n), 0, NULL));
}

#define RACERS 8

static void
race(void)
{
	int start[2], i, status, winner = -1;
	char expect[64];
	pid_t pids[RACERS];

	assert_int_equal(pipe(start), 0);
	for (i = 0; i < RACERS; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			close(start[1]);
			race_child(i, start[0]);
		}
	}
	close(start[0]);
	close(start[1]); /* the end of the pipe starts all of them */
	for (i = 0; i < RACERS; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status));
		if (WEXITSTATUS(status) != ERR_OK) {
			assert_int_equal(WEXITSTATUS(status), ERR_EXISTS);
			continue;
		}
		assert_int_equal(winner, -1);
		winner = i;
	}
	assert_int_not_equal(winner, -1);
	(void)snprintf(expect, sizeof(expect), "process %d", winner);
	assert_file("a", expect);
	assert_int_equal(num_names(), 1);
	assert_int_equal(unlink("a"), 0);
}

static void
test_save_race(void **state)
{
	unsigned i, n = test_rounds(20);

	for (i = 0; i < n; i++)
		race();
}

static void
test_save_no_descriptor_left(void **state)
{
	struct file_save *s = NULL;
	int i, fd;

	put("old", OLD);
	for (i = 0; i < 50; i++) {
		assert_int_equal(file_write("old", bytes_of_str(NEW), 0, NULL),
		    ERR_EXISTS);
		save("old", NEW, FILE_CLOBBER);
		assert_int_equal(file_save_begin(&s, "new", 0, NULL), ERR_OK);
		file_save_abort(&s);
	}
	fd = open("old", O_RDONLY);
	assert_in_range(fd, 0, 40);
	close(fd);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		T(test_load),
		T(test_load_refuses),
		T(test_load_no_limit),
		T(test_load_limit),
		T(test_load_sparse),
		T(test_load_fifo),
		T(test_load_fd),
		T(test_load_fd_from_the_middle),
		T(test_save_new),
		T(test_save_in_pieces),
		T(test_save_exists),
		T(test_save_refuses),
		T(test_save_long_name),
		T(test_save_clobber),
		T(test_save_symlink),
		T(test_save_special),
		T(test_save_abort),
		T(test_save_overtaken),
		T(test_save_output_untouched),
		T(test_save_race),
		T(test_save_no_descriptor_left),
	};

	return test_run(tests);
}
