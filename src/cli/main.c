/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "cli/cmd.h"
#include "cli/net.h"
#include "cli/out.h"
#include "cli/relay.h"

/*
 * OpenSSL does not survive a failed allocation: parts of its one-time
 * initialisation stay half done and crash later, and a key that could not be
 * decoded looks like one of an unknown kind. So its allocations end the
 * program, once what is being written is written.
 */
static void *
or_end(void *p, size_t size)
{
	static const char message[] = "ctlsmith: out of memory\n";

	if (p != NULL || size == 0)
		return p;
	out_stop();
	if (write(STDERR_FILENO, message, sizeof(message) - 1) < 0)
		_exit(CMD_FAILED);
	_exit(CMD_FAILED);
}

static void *
ossl_malloc(size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return or_end(malloc(size), size);
}

static void *
ossl_realloc(void *p, size_t size, const char *file, int line)
{
	(void)file;
	(void)line;
	return or_end(realloc(p, size), size);
}

static void
ossl_free(void *p, const char *file, int line)
{
	(void)file;
	(void)line;
	free(p);
}

/* Whoever started us with descriptors 0 to 2 closed must not make a file that
 * we open one of them. What takes their place fails as they would. */
static void
open_standard(void)
{
	int fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1)
			(void)open("/dev/null",
			    fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/* From here on no configuration file and no OPENSSL_CONF has a say in what
 * verifies. Atexit handlers would only cost time. */
static void
begin_ossl(void)
{
	if (CRYPTO_set_mem_functions(ossl_malloc, ossl_realloc, ossl_free) !=
		1 ||
	    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
		    OPENSSL_INIT_NO_ATEXIT,
		NULL) != 1)
		(void)or_end(NULL, 1);
}

#ifdef CTLSMITH_NET
/* libssh begins with OpenSSL when it is loaded, before main(): this is first. */
__attribute__((section(".preinit_array"), used)) static void (*const first)(
    void) = begin_ossl;

static int
run(int argc, char **argv)
{
	struct diag d;

	diag_init(&d);
	if (net_begin(&d) != ERR_OK)
		return cmd_refuse(NULL, &d);
	return cmd_main(&cmd_root, argc, argv);
}
#else
static int
run(int argc, char **argv)
{
	begin_ossl();
	return cmd_main(&cmd_root, argc, argv);
}
#endif

int
main(int argc, char **argv)
{
#ifndef CTLSMITH_NET
	if (relay_wants(&cmd_root, argc, argv))
		relay_exec(argv);
#endif
	open_standard();
	/* A file size limit is an error of write(), not the end. */
	(void)signal(SIGXFSZ, SIG_IGN);
	return run(argc, argv);
}
