/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sftpd: takes the files of one connection, from any user who knows the password
 * in $SFTP_PASSWORD. Prints its port, and ends when the connection does.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/peer/sftp.h"

int
main(void)
{
	const char *password = getenv("SFTP_PASSWORD");
	struct sftp s;

	if (password == NULL)
		return EXIT_FAILURE;
	sftp_start(&s, password, false);
	if (printf("%u\n", s.port) < 0 || fflush(stdout) != 0)
		abort();
	sftp_end(&s);
	return EXIT_SUCCESS;
}
