/* SPDX-License-Identifier: Apache-2.0 */
#include "pkcs11/tok.h"
enum err
tok_pin_source_read(const char *source, struct secret *pin, struct diag *d)
{
	(void)source;
	(void)pin;
	return diag_set(d, ERR_UNSUPPORTED, "stub");
}
