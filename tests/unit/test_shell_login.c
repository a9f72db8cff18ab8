/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to a session before its prompt: passwords, host keys, algorithms. */
#include "shell_world.h"

/* ---- Passwords ---- */

static void
test_methods(void **state)
{
	static const int methods[] = { SSH_AUTH_METHOD_INTERACTIVE,
		SSH_AUTH_METHOD_PASSWORD,
		SSH_AUTH_METHOD_INTERACTIVE | SSH_AUTH_METHOD_PASSWORD };
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		struct fake_setup s = { .talk = talk, .methods = methods[i] };
		struct world w;

		start(&w, &s);
		must_connect(&w);
		assert_int_equal(w.node.passwords, 1);
		stop(&w);
		/* and a wrong one comes once, whatever else is offered */
		s.password = "another";
		start(&w, &s);
		fails(&w, ERR_PIN, "tried once");
		assert_int_equal(w.node.passwords, 1);
		stop(&w);
	}
}

static void
test_asked_twice(void **state)
{
	static const struct fake_setup s = { .talk = talk,
		.methods = SSH_AUTH_METHOD_INTERACTIVE,
		.password = "another",
		.asks = 3 };
	struct world w;

	start(&w, &s);
	fails(&w, ERR_PIN, "it was sent once");
	assert_int_equal(w.node.passwords, 1);
	stop(&w);
}

static void
test_no_password(void **state)
{
	static const struct fake_setup s = { .talk = talk };
	static const struct fake_setup key_only = { .talk = talk,
		.methods = SSH_AUTH_METHOD_PUBLICKEY };
	struct world w;

	start(&w, &s);
	w.setup.password = NULL;
	fails(&w, ERR_PIN, "none is given");
	assert_int_equal(w.node.passwords, 0);
	stop(&w);
	start(&w, &key_only);
	fails(&w, ERR_PIN, "lets nobody in with a password");
	stop(&w);
}

static void
test_key(void **state)
{
	static const struct fake_setup s = { .talk = talk,
		.methods = SSH_AUTH_METHOD_PUBLICKEY |
		    SSH_AUTH_METHOD_INTERACTIVE };
	char path[128];
	struct world w;
	ssh_key key;

	assert_int_equal(ssh_pki_generate(SSH_KEYTYPE_ED25519, 0, &key),
	    SSH_OK);
	start(&w, &s);
	(void)snprintf(path, sizeof(path), "%s/key", w.folder);
	assert_int_equal(
	    ssh_pki_export_privkey_file(key, NULL, NULL, NULL, path), SSH_OK);
	w.ssh.key = path;
	/* it does not know the key: the password follows */
	must_connect(&w);
	assert_int_equal(w.node.passwords, 1);
	w.setup.password = NULL;
	fails(&w, ERR_PIN, "with the key");
	w.node.client = key;
	must_connect(&w);
	assert_int_equal(w.node.passwords, 1);
	w.ssh.key = "/nowhere/key";
	fails(&w, ERR_ABSENT, "/nowhere/key");
	(void)unlink(path);
	stop(&w);
	ssh_key_free(key);
}

/* ---- Host keys ---- */

static void
test_host_key(void **state)
{
	static const struct fake_setup s = { .talk = talk };
	struct world w;

	start(&w, &s);
	w.setup.trust = NULL;
	fails(&w, ERR_POLICY, "is not known: SHA256:");
	w.setup.trust = trust;
	w.answer = false;
	fails(&w, ERR_POLICY, "was not trusted");
	w.answer = true;
	must_connect(&w);
	assert_int_equal(w.trusts, 2);
	w.setup.trust = NULL;
	must_connect(&w);
	assert_int_equal(w.node.passwords, 2);
	/* another key, of the same kind and of another: nobody is asked */
	w.setup.trust = trust;
	fake_new_key(&w.node, SSH_KEYTYPE_ED25519, 0);
	fails(&w, ERR_POLICY, "ssh-keygen -R '[127.0.0.1]:");
	fake_new_key(&w.node, SSH_KEYTYPE_ECDSA_P256, 256);
	fails(&w, ERR_POLICY, "is not the one in");
	assert_int_equal(w.trusts, 2);
	assert_int_equal(w.node.passwords, 2);
	stop(&w);
}

/* A key that was revoked is refused, and nobody is asked, also where the
 * inventory pins it. */
static void
test_revoked(void **state)
{
	static const struct fake_setup s = { .talk = talk };
	char line[1024], pin[256], host[64], rest[900];
	struct world w;
	FILE *f;

	start(&w, &s);
	must_connect(&w);
	(void)snprintf(pin, sizeof(pin), "%s", w.shown);
	f = fopen(w.known, "r");
	assert_non_null(f);
	assert_non_null(fgets(line, sizeof(line), f));
	(void)fclose(f);
	assert_int_equal(sscanf(line, "%63s %899[^\n]", host, rest), 2);
	f = fopen(w.known, "w");
	assert_non_null(f);
	(void)fprintf(f, "# a remark\n@revoked\t*  %s\n", rest);
	assert_int_equal(fclose(f), 0);
	fails(&w, ERR_POLICY, "is revoked in");
	w.ssh.host_key = pin;
	fails(&w, ERR_POLICY, "is revoked in");
	assert_int_equal(w.trusts, 1);
	assert_int_equal(w.node.passwords, 1);
	stop(&w);
}

static void
test_pin(void **state)
{
	static const struct fake_setup s = { .talk = talk };
	char pin[256];
	struct world w;

	start(&w, &s);
	must_connect(&w);
	(void)snprintf(pin, sizeof(pin), "%s=", w.shown);
	w.ssh.host_key = pin;
	w.setup.trust = NULL;
	must_connect(&w);
	w.ssh.host_key = pin + strlen("SHA256:");
	must_connect(&w);
	assert_int_equal(w.node.passwords, 3);
	/* what is in known_hosts does not help */
	pin[strlen("SHA256:")] ^= 1;
	w.ssh.host_key = pin;
	fails(&w, ERR_POLICY, "change host_key");
	w.ssh.host_key = "";
	fails(&w, ERR_POLICY, "change host_key");
	assert_int_equal(w.node.passwords, 3);
	stop(&w);
}

/* ---- Old algorithms ---- */

static void
test_legacy(void **state)
{
	static const struct fake_setup s = { .talk = talk, .old = true };
	struct world w;

	start(&w, &s);
	fails(&w, ERR_POLICY, "--legacy-ssh");
	assert_int_equal(w.trusts, 0);
	w.ssh.legacy = true;
	must_connect(&w);
	assert_string_equal(shell_weak(w.shell),
	    "diffie-hellman-group14-sha1, ssh-rsa, aes128-cbc, hmac-sha1");
	assert_non_null(strstr((const char *)transcript_text(w.transcript).ptr,
	    "no longer safe: diffie-hellman-group14-sha1, ssh-rsa"));
	stop(&w);
}

/* Whoever has nothing that is known is not helped by old ones, whether these are
 * allowed, or other ones of its are old as well. */
static void
test_nothing_known(void **state)
{
	static const struct fake_setup new = { .talk = talk,
		.ciphers = "3des-cbc" };
	static const struct fake_setup old = { .talk = talk,
		.old = true,
		.ciphers = "3des-cbc" };
	const struct fake_setup *all[] = { &new, &old };
	struct world w;
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		start(&w, all[i]);
		fails(&w, ERR_UNSUPPORTED,
		    "known here (encryption client->server: 3des-cbc)");
		w.ssh.legacy = true;
		fails(&w, ERR_UNSUPPORTED,
		    "known here (encryption client->server: 3des-cbc)");
		assert_int_equal(w.trusts, 0);
		stop(&w);
	}
}

/* Where better ones are there, old ones are not even offered. */
static void
test_legacy_unused(void **state)
{
	static const struct fake_setup s = { .talk = talk };
	struct world w;

	start(&w, &s);
	w.ssh.legacy = true;
	must_connect(&w);
	assert_string_equal(shell_weak(w.shell), "");
	stop(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_asked_twice),
		cmocka_unit_test(test_no_password),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_host_key),
		cmocka_unit_test(test_revoked),
		cmocka_unit_test(test_pin),
		cmocka_unit_test(test_legacy),
		cmocka_unit_test(test_nothing_known),
		cmocka_unit_test(test_legacy_unused),
	};

	cmocka_set_test_filter(getenv("TEST_FILTER"));
	return test_status(
	    cmocka_run_group_tests(tests, setup_all, teardown_all));
}
