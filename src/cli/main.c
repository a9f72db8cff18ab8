/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/crypto.h>

#include "cli/cmd.h"

int
main(int argc, char **argv)
{
	/* The first call into OpenSSL: from here on no configuration file and
	 * no OPENSSL_CONF has a say in what verifies. Atexit handlers would
	 * only cost time. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG |
		    OPENSSL_INIT_NO_ATEXIT,
		NULL) != 1)
		return CMD_FAILED;
	return cmd_main(argc, argv);
}
