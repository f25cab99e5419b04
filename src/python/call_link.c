/*
 * call_link.c - is a frame that lies below another one its caller?
 */
#include "call_link.h"

#include "call_check.h"

struct error *link_doubt(struct frame_walker *walker, const struct edge *edge, uint64_t caller_addr,
			 const struct raw_frame *caller, const struct callee *callee)
{
	const uint64_t below = callee->raw.previous;
	struct doubt doubt = {
		.edge = *edge,
		.caller_addr = caller_addr,
		.caller_raw = *caller,
		.callee_addr = callee->addr,
		.callee_raw = callee->raw,
		.shim_addr = callee->above_shim && below != caller_addr ? below : 0,
		.is_leaf = callee->is_leaf,
		.is_generators =
			caller_addr && raw_frame_is_generators(walker->view->layout, &callee->raw),
	};

	if (edge_set_has(walker->edges, edge))
		return NULL;
	return array_push(&walker->doubts, doubt) ? NULL : &error_nomem;
}

bool link_is_apart(const struct frame_walker *walker, const struct raw_frame *caller,
		   const struct callee *callee)
{
	const struct py_layout *l = walker->view->layout;

	return callee->code &&
	       (raw_frame_is_generators(l, caller) || raw_frame_is_generators(l, &callee->raw));
}

bool link_is_close(const struct found_frame *found, uint64_t addr, const struct code *code,
		   uint64_t callee_addr)
{
	enum { CLOSE = 4096 /* bytes: copied within the time of a call */ };

	return found->in_window && addr + code->framesize == callee_addr && code->framesize < CLOSE;
}

bool link_has_gone_on(const struct frame_walker *walker, const struct raw_frame *raw,
		      const struct code *code, const struct callee *callee, int32_t *offset)
{
	return link_is_apart(walker, raw, callee) &&
	       edge_set_call(walker->edges, code->id, callee->code->id, offset);
}

/* What is at work lies right above what called it. */
static bool is_close_call(const struct found_frame *found, uint64_t addr, const struct code *code,
			  const struct callee *callee)
{
	return callee->at_work && link_is_close(found, addr, code, callee->addr);
}

/* Does what was copied show that this frame called the one above it, or is it known to? */
static bool is_call_seen(struct frame_walker *walker, uint64_t addr,
			 const struct found_frame *found, const struct code *code, int32_t offset,
			 const struct callee *callee)
{
	const struct raw_frame *raw = &found->raw;
	const struct edge edge = { code->id, callee->code->id, offset };

	/* it returns: what lies on top of it is of a call that ended, or of the next one's */
	if (code_leaves_at(code, offset))
		return false;
	if (is_close_call(found, addr, code, callee))
		return true;
	if (raw->stack_pointer && !callee->from_c &&
	    call_is_evident(walker, addr, raw, callee->addr, &callee->raw, callee->code))
		return true;
	if (callee->from_c && frame_holds_function(walker, addr, raw, code, callee->raw.func))
		return true;
	if (raw->stack_pointer && raw_frame_is_generators(walker->view->layout, &callee->raw) &&
	    frame_holds_generator(walker, addr, raw, code, callee->addr))
		return true;
	return edge_set_has(walker->edges, &edge);
}

/*
 * While C code that it called runs a generator, a frame has not put its stack pointer away (3.11;
 * later an entry frame links the two). Both frames tell of each other.
 */
static bool is_call_likely(struct frame_walker *walker, uint64_t addr, const struct raw_frame *raw,
			   const struct code *code, int32_t offset, const struct callee *callee)
{
	return callee->raw.from_c && callee->raw.previous == addr && offset > 0 &&
	       !code_leaves_at(code, offset) &&
	       raw_frame_is_generators(walker->view->layout, &callee->raw) &&
	       frame_holds_generator(walker, addr, raw, code, callee->addr);
}

struct error *link_search(struct frame_walker *walker, uint64_t addr,
			  const struct found_frame *found, const struct code *code, int32_t offset,
			  const struct callee *callee, bool *is_known)
{
	const struct py_layout *l = walker->view->layout;
	const struct edge edge = { code->id, callee->code->id, offset };
	uint64_t object = callee->raw.func;
	struct error *err;

	*is_known = edge_set_has(walker->edges, &edge);
	if (*is_known || !callee->from_c || found->is_late || callee->is_late ||
	    !edge_set_awaits_search(walker->edges, &edge))
		return NULL;
	if (raw_frame_is_generators(l, &callee->raw)) {
		/* what stands in the frame itself may be left behind by one that was in its place
		 */
		if (!callee->raw.previous &&
		    frame_holds_generator(walker, addr, &found->raw, code, callee->addr))
			return NULL;
		object = l->gen_iframe >= 0 ? callee->addr - (uint64_t)l->gen_iframe : 0;
	}
	err = edge_set_note_search(walker->edges, &edge,
				   frame_hands_over(walker, addr, &found->raw, code, object));
	*is_known = edge_set_has(walker->edges, &edge);
	return err;
}

static void note_resumer(struct frame_walker *walker, uint64_t addr, const struct code *code,
			 const struct callee *callee)
{
	resumers_set(walker->resumers, &(struct resumer) {
					       .frame = callee->addr,
					       .code = callee->code->id,
					       .caller_frame = addr,
					       .caller_code = code->id,
					       .from_c = callee->from_c,
					       .above_shim = callee->above_shim,
				       });
}

/* Remembers a call with a generator for the moments at which one of the two will have gone on. */
static struct error *note_call(struct frame_walker *walker, uint64_t addr, const struct code *code,
			       int32_t offset, const struct callee *callee)
{
	const struct code *callee_code = callee->code;
	struct error *err = edge_set_add_call(walker->edges, code->id, callee_code->id, offset);

	if (err)
		return err;
	if (!callee_code->is_generator)
		return edge_set_add_sized(walker->edges, code->id, callee_code->framesize,
					  callee_code->addr);
	if (raw_frame_is_generators(walker->view->layout, &callee->raw))
		note_resumer(walker, addr, code, callee);
	return NULL;
}

struct error *link_check(struct frame_walker *walker, uint64_t addr,
			 const struct found_frame *found, const struct code *code, int32_t *offset,
			 const struct callee *callee)
{
	const struct raw_frame *raw = &found->raw;
	const struct edge edge = { code->id, callee->code->id, *offset };
	bool is_seen;

	/* until 3.10 the callee's f_back keeps its caller alive, until it yields or has returned */
	if (walker->view->layout->frame_shape == FRAME_OBJECT) {
		if (callee->code->is_generator || (callee->is_leaf && code->is_generator))
			note_resumer(walker, addr, code, callee);
		else if (callee->is_leaf) /* by whom it was called before says nothing now */
			resumers_drop(walker->resumers, callee->addr);
		return NULL;
	}
	is_seen = is_call_seen(walker, addr, found, code, *offset, callee);
	if (!is_seen && is_call_likely(walker, addr, raw, code, *offset, callee)) {
		struct error *err =
			edge_set_sight_call(walker->edges, code->id, callee->code->id, &is_seen);

		if (err)
			return err;
	}
	if (!is_seen) {
		struct error *err =
			link_search(walker, addr, found, code, *offset, callee, &is_seen);

		if (err)
			return err;
	}
	if (callee->from_c && is_close_call(found, addr, code, callee) &&
	    !edge_set_has(walker->edges, &edge)) {
		struct error *err = edge_set_note_look(walker->edges, &edge, true);

		if (err)
			return err;
	}
	if (is_seen) {
		if (!link_is_apart(walker, raw, callee))
			return NULL;
		/* meanwhile another generator may have come to the place of one that ended */
		if (!found->is_late && !callee->is_late)
			return note_call(walker, addr, code, *offset, callee);
	}
	if (link_has_gone_on(walker, raw, code, callee, offset))
		return NULL;
	/* nor is a generator that is linked to nobody any more looked at again */
	return code_leaves_at(code, *offset) || found->is_late || callee->is_late ||
			       !callee->raw.previous
		       ? &error_torn
		       : link_doubt(walker, &edge, addr, raw, callee);
}
