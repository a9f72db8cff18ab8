/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the appliance's certificate monitor says in syslog:
 *
 *	Jun 19 2019 10:00:00.19 UTC :  %UC_CERT-0-CertExpired: %[Message=
 *	Certificate expiration Notification. Certificate name:tomcat.der
 *	Unit:tomcat Type:own-cert Expiration:Sun Mar 26 12:30:59:000 CES]
 *	[AppID=Cisco Certificate Monitor][ClusterID=][NodeID=cucm1]: ...
 *
 * all in one line. The date is cut after some 31 characters, so that its year
 * is missing: it is deduced from the day of the week, the name of the alarm and
 * the time at which it was raised. docs/certificates.md says what of this was
 * observed.
 */
#ifndef PKI_ALARM_H
#define PKI_ALARM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

/* Alarms about dates: id, name, whether the certificate has ended. */
#define ALARM_KINDS(X)                                  \
	X(ALARM_EXPIRED, "CertExpired", true)           \
	X(ALARM_DAY, "CertValidLessThanADay", false)    \
	X(ALARM_WEEK, "CertValidfor7days", false)       \
	X(ALARM_MONTH, "CertValidLessThanMonth", false) \
	X(ALARM_OVER, "CertValidityOver30Days", false)

enum alarm_kind {
#define ALARM_ENUM(id, name, ended) id,
	ALARM_KINDS(ALARM_ENUM)
#undef ALARM_ENUM
	ALARM_OTHER /* of another name, with an expiration all the same */
};

/* One alarm, borrowed from the text; what it does not say is {NULL, 0}. */
struct alarm {
	enum alarm_kind kind;
	struct bytes name; /* "CertExpired" */
	struct bytes cert; /* "tomcat.der" */
	struct bytes unit, type, node;
	struct bytes expiration; /* as it stands there */
	bool has_raised;
	int64_t raised; /* when the appliance raised it; its zone is taken for
			 * UTC */
};

/* Moves CUR, a text, behind the next alarm that has an expiration, which
 * becomes *RET; false where there is none. */
bool alarm_next(struct bytes *cur, struct alarm *ret);

/* The certificate has ended, it says. */
bool alarm_is_over(const struct alarm *a);

/* *RET: when the certificate of A ends, in seconds; the letters of its zone
 * mean several, so that it is taken for UTC. A year that is missing is that
 * which fits the day of the week and is nearest: before the alarm where the
 * certificate is over, else behind it. Where the line has no time, NOW stands
 * for it. *RET_DEDUCED: the year was missing. False: it is no date, or no year
 * fits. */
bool alarm_until(const struct alarm *a, int64_t now, int64_t *ret,
    bool *ret_deduced);

#endif
