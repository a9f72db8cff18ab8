/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "tests/shim/p11/p11fault.h"

struct session {
	CK_SESSION_HANDLE handle;
	CK_SLOT_ID slot;
	bool dead; /* its token was pulled */
	void *search;
};

/* Under the lock. */
static struct session *sessions;
static size_t num_sessions;

static struct session *
find(CK_SESSION_HANDLE s)
{
	for (size_t i = 0; i < num_sessions; i++)
		if (sessions[i].handle == s)
			return &sessions[i];
	return NULL;
}

static void
forget(struct session *p)
{
	free(p->search);
	*p = sessions[--num_sessions];
}

static void
add(CK_SESSION_HANDLE s, CK_SLOT_ID real)
{
	struct session *p;

	p11_lock();
	p = find(s);
	if (p != NULL)
		forget(p);
	p = realloc(sessions, (num_sessions + 1) * sizeof(*sessions));
	if (p == NULL)
		p11_die("no memory for a session");
	sessions = p;
	memset(&p[num_sessions], 0, sizeof(*p));
	p[num_sessions].handle = s;
	p[num_sessions++].slot = real;
	p11_unlock();
}

/* Those of a slot, or all. */
static void
forget_all(const CK_SLOT_ID *real)
{
	p11_lock();
	for (size_t i = num_sessions; i-- > 0;)
		if (real == NULL || sessions[i].slot == *real)
			forget(&sessions[i]);
	p11_unlock();
}

void
session_kill(CK_SLOT_ID real)
{
	p11_lock();
	for (size_t i = 0; i < num_sessions; i++)
		if (sessions[i].slot == real)
			sessions[i].dead = true;
	p11_unlock();
	(void)p11_real()->C_CloseAllSessions(real);
}

bool
session_slot(CK_SESSION_HANDLE s, CK_SLOT_ID *ret_real)
{
	const struct session *p;

	p11_lock();
	p = find(s);
	if (p != NULL)
		*ret_real = p->slot;
	p11_unlock();
	return p != NULL;
}

bool
session_is_ours(CK_SESSION_HANDLE s)
{
	CK_SLOT_ID real;

	return session_slot(s, &real) && device_is_ours(real);
}

CK_RV
session_check(CK_SESSION_HANDLE s)
{
	const struct session *p;
	CK_SLOT_ID slot = 0;
	bool dead;

	p11_lock();
	p = find(s);
	dead = p != NULL && p->dead;
	if (dead)
		slot = p->slot;
	p11_unlock();
	if (!dead)
		return CKR_OK;
	return device_is_out(slot) ? CKR_DEVICE_REMOVED
				   : CKR_SESSION_HANDLE_INVALID;
}

void *
session_search(CK_SESSION_HANDLE s)
{
	const struct session *p;
	void *search;

	p11_lock();
	p = find(s);
	search = p == NULL ? NULL : p->search;
	p11_unlock();
	return search;
}

void
session_set_search(CK_SESSION_HANDLE s, void *search)
{
	struct session *p;

	p11_lock();
	p = find(s);
	if (p != NULL) {
		free(p->search);
		p->search = search;
	}
	p11_unlock();
	if (p == NULL)
		free(search);
}

/* Whether as many sessions are open as the plan allows. */
static bool
are_used_up(CK_SLOT_ID real)
{
	const struct rule *r = plan_find(RULE_SESSIONS);
	unsigned num = 0;

	if (r == NULL || !device_is_ours(real))
		return false;
	p11_lock();
	for (size_t i = 0; i < num_sessions; i++)
		if (sessions[i].slot == real && !sessions[i].dead)
			num++;
	p11_unlock();
	return num >= r->number;
}

CK_RV
hook_Initialize(void *init_args)
{
	CK_RV rv = p11_real()->C_Initialize(init_args);

	if (rv == CKR_OK)
		forget_all(NULL);
	return rv;
}

CK_RV
hook_Finalize(void *reserved)
{
	CK_RV rv = p11_real()->C_Finalize(reserved);

	if (rv == CKR_OK)
		forget_all(NULL);
	return rv;
}

CK_RV
hook_OpenSession(CK_SLOT_ID slot, CK_FLAGS flags, void *app, CK_NOTIFY notify,
    CK_SESSION_HANDLE *s)
{
	CK_SLOT_ID real;
	CK_RV rv;

	rv = device_token(slot, &real);
	if (rv != CKR_OK)
		return rv;
	if (are_used_up(real)) {
		call_note("fault=sessions");
		return CKR_SESSION_COUNT;
	}
	rv = p11_real()->C_OpenSession(real, flags, app, notify, s);
	if (rv == CKR_OK && s != NULL)
		add(*s, real);
	return rv;
}

CK_RV
hook_CloseSession(CK_SESSION_HANDLE s)
{
	struct session *p;
	CK_RV rv;

	rv = session_check(s);
	if (rv == CKR_OK)
		rv = p11_real()->C_CloseSession(s);
	if (rv != CKR_OK)
		return rv;
	p11_lock();
	p = find(s);
	if (p != NULL)
		forget(p);
	p11_unlock();
	return rv;
}

CK_RV
hook_CloseAllSessions(CK_SLOT_ID slot)
{
	CK_SLOT_ID real;
	CK_RV rv;

	rv = device_token(slot, &real);
	if (rv == CKR_OK)
		rv = p11_real()->C_CloseAllSessions(real);
	if (rv == CKR_OK)
		forget_all(&real);
	return rv;
}

CK_RV
hook_GetSessionInfo(CK_SESSION_HANDLE s, CK_SESSION_INFO *info)
{
	CK_RV rv = session_check(s);

	if (rv == CKR_OK)
		rv = p11_real()->C_GetSessionInfo(s, info);
	if (rv == CKR_OK)
		info->slotID = device_seen_slot(info->slotID);
	return rv;
}
