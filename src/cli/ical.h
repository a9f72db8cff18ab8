/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of an iCalendar (RFC 5545): ended by CR LF, folded at 75 octets and
 * never within a character, with text escaped. What is put may come from
 * anywhere: it cannot begin a line of its own. Failures are the struct buf's.
 */
#ifndef CLI_ICAL_H
#define CLI_ICAL_H

#include <stdint.h>

#include "base/buf.h"

/* "NAME:VALUE", where VALUE is a word that needs no escape. */
void ical_word(struct buf *out, const char *name, const char *value);

/* "NAME:TEXT" with TEXT, in which only newlines begin lines, escaped. What is
 * no UTF-8 becomes U+FFFD, and control characters too. */
void ical_text(struct buf *out, const char *name, struct bytes text);

/* "NAME:20260306T205607Z". T, in seconds, must be within the years 0 to
 * 9999. */
void ical_time(struct buf *out, const char *name, int64_t t);

#endif
