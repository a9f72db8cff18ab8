/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate for fuzz targets that make lists: RSA of 1024 bits, a serial
 * number with its first bit set, and a comma in its name. */
#ifndef TESTS_FUZZ_SIGNER_H
#define TESTS_FUZZ_SIGNER_H

#include "ctl/ctl.h"
#include "tests/fuzz/fuzz.h"

static const char signer_pem[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBxDCCAS0CAgCRMA0GCSqGSIb3DQEBCwUAMCoxHDAaBgNVBAoME0Npc2NvIFN5\n"
    "c3RlbXMsIEluYy4xCjAIBgNVBAMMAWYwHhcNMjYxMTIyMTUwNTM4WhcNMzYxMTE5\n"
    "MTUwNTM4WjAqMRwwGgYDVQQKDBNDaXNjbyBTeXN0ZW1zLCBJbmMuMQowCAYDVQQD\n"
    "DAFmMIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCchjGSgS4LrekZEd1ibUoO\n"
    "6LkPoz+XNwjGYemF9XRW82aYRYlA4YEtQ7NR9QoRRdZtrY5WK3AZFeDBfmDxdQb6\n"
    "EnuXLtkcxvB//GmT8oayK53TZcAGLh0m39Jg3Ouc4vijV4YhwiMMD+B6yK1/jHwi\n"
    "3LDEpPr7X8c/EUSTMH7rYwIDAQABMA0GCSqGSIb3DQEBCwUAA4GBAJZWSFlfEQZl\n"
    "Lz8XF04lNh1adjZ60ahpbfK8S11Jo+N8IJSs1B7cEeLHfd4VdUIMwmmyrb+zqsKe\n"
    "WOuPbvvdLU5u/33Eo7Bz99aa6l+gmFRw0ACDHKJWZLSc1PcVN3ZdGs1KKsNN55tr\n"
    "hhce+Du5mGiCFTbErJdqLdoxLOGTP19j\n"
    "-----END CERTIFICATE-----\n";

/* Decoded once, since that takes longer than most inputs. */
static inline const struct cert *
signer_cert(void)
{
	static struct cert *cert;

	if (cert == NULL)
		FUZZ_CHECK(cert_from_file(bytes_of_str(signer_pem), &cert,
			       NULL) == ERR_OK);
	return cert;
}

#endif
