/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a phone meets when it starts: the lists and signed files of each node,
 * the certificates that it shows, and whom its TVS vouches for. Clusters of
 * every kind offer themselves to phones as one of these.
 *
 * What is handed out lives as long as the cluster.
 */
#ifndef LAB_SITE_H
#define LAB_SITE_H

#include "lab/shelf.h"

struct site {
	const void *arg;
	size_t num_nodes;

	/* Served by TFTP; NULL where there is none. */
	const struct sheet *(*ctl)(const void *arg, size_t node);
	const struct sheet *(*itl)(const void *arg, size_t node);

	/* *RET: a signed configuration file; NULL: there is none. */
	enum err (*config)(const void *arg, size_t node,
	    const struct sheet **ret, struct diag *diag);

	/* *RET_DER: what NODE shows for KIND; absent: nobody does. */
	enum err (*shows)(const void *arg, size_t node, enum shelf_kind kind,
	    struct bytes *ret_der, struct diag *diag);

	/* A phone of TFTP node HOME connects to CallManager of NODE; NULL:
	 * always. */
	bool (*meets)(const void *arg, size_t home, size_t node);

	/* RECORD of LIST, a server's, stands for where NODE is now: by name or
	 * by address. ANYWHERE: its certificate is that of several. */
	bool (*is_at)(const void *arg, size_t node, const struct sheet *list,
	    size_t record);
	bool anywhere;

	/* Who has no CTL, or one without certificates of servers, goes by its
	 * ITL; else he takes what comes. */
	bool by_itl;

	/* *RET_KEY: the PUBLICKEY of who has these names, and for whom TVS of
	 * NODE vouches as SAST; absent: it does not. */
	enum err (*vouches)(const void *arg, size_t node, struct bytes issuer,
	    struct bytes serial, struct bytes *ret_key, struct diag *diag);

	/* *RET: SHEET is signed with KEY, which lives as long. */
	enum err (*fits)(const void *arg, const struct sheet *sheet,
	    struct bytes key, bool *ret, struct diag *diag);
};

#endif
