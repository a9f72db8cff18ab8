/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second program. Commands that go over the network, and URLs in place of
 * files, are the business of ctlsmith-net: the same program from the same
 * objects, with the network libraries. ctlsmith becomes it, before it does
 * anything else, so that neither who calls it nor what is printed can tell the
 * two apart; and reading hostile files and holding PINs stays with a process
 * that has none of those libraries.
 *
 * ctlsmith-net is looked for beside the running program, where a build has it,
 * then in ../libexec/ctlsmith from there, then where it was to be installed; never
 * in PATH.
 */
#ifndef CLI_RELAY_H
#define CLI_RELAY_H

#include "base/buf.h"
#include "cli/cmd.h"

/* The command line is one for ctlsmith-net: its command of ROOT is a network
 * command, or an argument is, or holds behind a "=", a URL. */
bool relay_wants(const struct cmd *root, int argc, char *const *argv);

/* Becomes ctlsmith-net with ARGV. Returns only where that cannot be. */
void relay_exec(char *const *argv);

/* ERR_UNSUPPORTED: says where ctlsmith-net was looked for, and why WHAT ("this
 * command") needs it. */
enum err relay_missing(const char *what, struct diag *d);

#endif
