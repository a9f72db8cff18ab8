/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: where it is looked for, and whom it is believed. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "base/file.h"
#include "cli/config.h"

static char dir[] = "/tmp/ctlsmith-config-XXXXXX";
static char file[128];

/* Everything that a test makes below dir, what stands in a folder first. */
static const char *const made[] = { "/ctlsmith/config.yaml",
	"/.config/ctlsmith/config.yaml", "/.config/ctlsmith", "/.config",
	"/ctlsmith", "" };

static int
setup(void **state)
{
	char folder[64];

	if (mkdtemp(dir) == NULL)
		return -1;
	(void)snprintf(folder, sizeof(folder), "%s/ctlsmith", dir);
	(void)snprintf(file, sizeof(file), "%s/ctlsmith/config.yaml", dir);
	return mkdir(folder, 0755);
}

static int
teardown(void **state)
{
	char path[128];
	size_t i;

	for (i = 0; i < DOC_NUM(made); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", dir, made[i]);
		(void)remove(path);
	}
	return access(dir, F_OK) == 0 ? -1 : 0;
}

/* The file holds TEXT and has MODE; it is found by XDG_CONFIG_HOME. */
static void
given(const char *text, mode_t mode)
{
	struct diag d;

	assert_int_equal(unsetenv("CTLSMITH_CONFIG"), 0);
	assert_int_equal(setenv("XDG_CONFIG_HOME", dir, 1), 0);
	assert_int_equal(setenv("HOME", "/home/erna", 1), 0);
	assert_int_equal(file_write(file, bytes_of_str(text), FILE_CLOBBER, &d),
	    ERR_OK);
	assert_int_equal(chmod(file, mode), 0);
}

static void
loads(struct config *c)
{
	struct diag d;

	if (config_load(c, &d) != ERR_OK)
		fail_msg("%s", d.msg);
}

static void
refused(enum err wanted, unsigned line, const char *why)
{
	struct config c;
	struct diag d;

	assert_int_equal(config_load(&c, &d), wanted);
	assert_int_equal(d.line, line);
	if (strstr(d.msg, why) == NULL)
		fail_msg("'%s' is not in '%s'", why, d.msg);
	assert_string_equal(c.path, file);
	assert_null(c.module);
	config_clear(&c);
}

static void
test_keys(void **state)
{
	char wanted[160];
	struct config c;

	given("module: opensc-pkcs11.so\naudit: audit.log\n"
	      "state: /var/lib/ctlsmith\ninventory: ~/tokens.yaml\n"
	      "timeout: 5\npin_failures: 1\n",
	    0644);
	loads(&c);
	assert_string_equal(c.path, file);
	assert_string_equal(c.module, "opensc-pkcs11.so");
	(void)snprintf(wanted, sizeof(wanted), "%s/ctlsmith/audit.log", dir);
	assert_string_equal(c.audit, wanted);
	assert_string_equal(c.state, "/var/lib/ctlsmith");
	assert_string_equal(c.inventory, "/home/erna/tokens.yaml");
	assert_int_equal(c.timeout, 5);
	assert_int_equal(c.pin_failures, 1);
	config_clear(&c);
	assert_null(c.path);
	given("module: ./m.so\n", 0600);
	loads(&c);
	(void)snprintf(wanted, sizeof(wanted), "%s/ctlsmith/./m.so", dir);
	assert_string_equal(c.module, wanted);
	assert_int_equal(c.timeout, CONFIG_TIMEOUT);
	assert_int_equal(c.pin_failures, CONFIG_PIN_FAILURES);
	assert_null(c.audit);
	config_clear(&c);
}

static void
test_nothing(void **state)
{
	struct config c;

	given("# module: x\n\n  # y\n", 0644);
	loads(&c);
	assert_string_equal(c.path, file);
	assert_null(c.module);
	assert_int_equal(c.timeout, CONFIG_TIMEOUT);
	config_clear(&c);
}

static void
test_search(void **state)
{
	char moved[128];
	struct config c;
	struct diag d;

	given("timeout: 7\n", 0644);
	assert_int_equal(setenv("CTLSMITH_CONFIG", file, 1), 0);
	assert_int_equal(setenv("XDG_CONFIG_HOME", "/nowhere", 1), 0);
	loads(&c);
	assert_int_equal(c.timeout, 7);
	config_clear(&c);
	/* set and empty: none */
	assert_int_equal(setenv("CTLSMITH_CONFIG", "", 1), 0);
	assert_int_equal(setenv("XDG_CONFIG_HOME", dir, 1), 0);
	loads(&c);
	assert_null(c.path);
	assert_int_equal(c.timeout, CONFIG_TIMEOUT);
	config_clear(&c);
	/* named and not there: a mistake */
	assert_int_equal(setenv("CTLSMITH_CONFIG", "/nowhere/x", 1), 0);
	assert_int_equal(config_load(&c, &d), ERR_ABSENT);
	assert_string_equal(c.path, "/nowhere/x");
	config_clear(&c);
	/* a relative XDG_CONFIG_HOME is none */
	(void)snprintf(moved, sizeof(moved), "%s/.config", dir);
	assert_int_equal(mkdir(moved, 0755), 0);
	(void)snprintf(moved, sizeof(moved), "%s/.config/ctlsmith", dir);
	assert_int_equal(mkdir(moved, 0755), 0);
	(void)snprintf(moved, sizeof(moved), "%s/.config/ctlsmith/config.yaml",
	    dir);
	assert_int_equal(rename(file, moved), 0);
	assert_int_equal(unsetenv("CTLSMITH_CONFIG"), 0);
	assert_int_equal(setenv("XDG_CONFIG_HOME", "x", 1), 0);
	assert_int_equal(setenv("HOME", dir, 1), 0);
	loads(&c);
	assert_string_equal(c.path, moved);
	config_clear(&c);
	assert_int_equal(setenv("XDG_CONFIG_HOME", "/nowhere", 1), 0);
	loads(&c);
	assert_true(c.path == NULL || strncmp(c.path, "/etc/", 5) == 0);
	config_clear(&c);
}

static void
test_writable(void **state)
{
	char folder[128];

	given("timeout: 7\n", 0664);
	refused(ERR_POLICY, 0, "others may write to the file");
	given("timeout: 7\n", 0646);
	refused(ERR_POLICY, 0, "others may write to the file");
	given("timeout: 7\n", 0644);
	(void)snprintf(folder, sizeof(folder), "%s/ctlsmith", dir);
	assert_int_equal(chmod(folder, 0777), 0);
	refused(ERR_POLICY, 0, "others may write to its folder");
	assert_int_equal(chmod(folder, 0755), 0);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(file, 65534, 65534), 0);
	refused(ERR_POLICY, 0, "another user");
	assert_int_equal(chown(file, 0, 0), 0);
	assert_int_equal(chown(folder, 65534, 65534), 0);
	refused(ERR_POLICY, 0, "another user");
	assert_int_equal(chown(folder, 0, 0), 0);
}

static void
test_wrong(void **state)
{
	given("timeout: 7\nmodul: x\n", 0644);
	refused(ERR_SYNTAX, 2, "did you mean \"module\"");
	given("timeout: 0\n", 0644);
	refused(ERR_SYNTAX, 1, "timeout");
	given("pin_failures: many\n", 0644);
	refused(ERR_SYNTAX, 1, "pin_failures");
	given("module: ''\n", 0644);
	refused(ERR_SYNTAX, 1, "module");
	assert_int_equal(unlink(file), 0);
	assert_int_equal(mkdir(file, 0755), 0);
	refused(ERR_IO, 0, "no regular file");
	assert_int_equal(rmdir(file), 0);
	assert_int_equal(mkfifo(file, 0644), 0);
	refused(ERR_IO, 0, "no regular file");
	assert_int_equal(unlink(file), 0);
}

/* The manual has each key, and no other. */
static void
test_manual(void **state)
{
	const char *src = getenv("SRC"), *at, *end;
	struct buf text = { 0 };
	char path[512], key[64];
	size_t i, num = 0;
	struct diag d;

	assert_non_null(src);
	(void)snprintf(path, sizeof(path), "%s/docs/man/ctlsmith.1.scd", src);
	assert_int_equal(file_load(path, FILE_MAX_DEFAULT, &text, &d), ERR_OK);
	at = strstr(buf_cstr(&text), "\n# CONFIGURATION\n");
	assert_non_null(at);
	end = strstr(at + 2, "\n# ");
	assert_non_null(end);
	text.ptr[(size_t)((const uint8_t *)end - text.ptr)] = '\0';
	for (i = 0; i < config_table.num_fields; i++) {
		(void)snprintf(key, sizeof(key),
		    "\n*%s*: ", config_table.fields[i].key);
		if (strstr(at, key) == NULL)
			fail_msg("%s is not in the manual",
			    config_table.fields[i].key);
	}
	for (; (at = strstr(at, "\n*")) != NULL; at++)
		num++;
	assert_int_equal(num, config_table.num_fields);
	buf_clear(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_search),
		cmocka_unit_test(test_writable),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_manual),
	};

	return test_status(cmocka_run_group_tests(tests, setup, teardown));
}
