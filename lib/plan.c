#include "plan.h"

enum plan_op
plan(const struct plan_facts *f)
{
	if (!f->there)
		return f->want ? PLAN_ADD : PLAN_NONE;
	if (f->revoked && !f->ours)
		return PLAN_ASIDE;
	if (!f->want)
		return f->file && f->ours ? PLAN_REMOVE : PLAN_FOREIGN;
	if (f->file && (f->same || (f->ours && f->same_key)))
		return f->open ? PLAN_NONE : PLAN_CHANGE;
	/* Somebody put the same key there: adopted as it lies. */
	if (f->file && f->same_key && f->open && !f->force)
		return PLAN_NONE;
	return f->file && (f->ours || f->force) ? PLAN_CHANGE : PLAN_FOREIGN;
}
