/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `ctlsmith sign --detached-request`: what of many files is to be signed, in
 * one request (cli/detached.h), which is written whole or not at all. Where one
 * of them cannot be signed there is none; nor where there is nothing to sign.
 *
 * In memory are the request and the names of all that was looked at. One
 * thread will do: nothing is signed here.
 */
#ifndef CLI_BULK_REQUEST_H
#define CLI_BULK_REQUEST_H

#include "cli/bulk_plan.h"

/* Does it, and prints what is to be said. S has its certificate; its key is not
 * needed. */
enum cmd_exit bulk_request(struct bulk_plan *plan, const struct signer *s);

#endif
