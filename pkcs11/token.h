/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of struct tok. */
#ifndef PKCS11_TOKEN_H
#define PKCS11_TOKEN_H

#include "pkcs11/session.h"

struct tok {
	struct tok_lib *lib;
	const struct lib_module *module;
	CK_SLOT_ID slot;
	struct tok_info info;
	enum tok_mode mode;
	struct tok_session own; /* while it is open, a login lasts */
	unsigned age;           /* how often the token came back */
	bool logged_in;
	enum tok_user who;
};

#endif
