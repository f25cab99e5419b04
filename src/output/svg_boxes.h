/*
 * svg_boxes.h - which boxes of a flame graph are drawn, and where: those that can be seen.
 */
#ifndef OUTPUT_SVG_BOXES_H
#define OUTPUT_SVG_BOXES_H

#include <stddef.h>
#include <stdint.h>

#include "base/array.h"
#include "base/error.h"
#include "profile/profile.h"

struct svg_box {
	uint32_t node;
	uint32_t depth;
	double start; /* what is left of it */
};

struct svg_boxes {
	ARRAY(struct svg_box) items; /* from the root down; neighbours by what is written in them */
	double *totals;              /* by node: of it and below */
	uint32_t depth;              /* of the deepest box */
	size_t left_out;             /* that are too narrow, or too deep */
};

/*
 * own: by node, what ended there. narrowest: parts of the whole that a box has to have; deepest:
 * how many levels there may be. &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *
svg_boxes_init(struct svg_boxes *boxes, const struct profile *profile, const double *own,
	       double narrowest, uint32_t deepest);
void svg_boxes_deinit(struct svg_boxes *boxes);

#endif
