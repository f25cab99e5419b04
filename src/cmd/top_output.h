/*
 * top_output.h - what a launched command writes while a screen is shown: kept in files without a
 * name, and written out when the screen is gone.
 */
#ifndef CMD_TOP_OUTPUT_H
#define CMD_TOP_OUTPUT_H

#include <sys/types.h>

#include "target/launch.h"

struct top_output {
	struct top_stream {
		int fd;   /* 0: none */
		off_t at; /* so much was written out */
	} out, err;
	int in;
};

/* The command reads nothing, and writes there. */
__attribute__((warn_unused_result)) struct error *top_output_open(struct top_output *output,
								  struct launch_files *ret);
void top_output_deinit(struct top_output *output);

/* Writes out what there is, and what comes until the command has ended. */
void top_output_show(struct top_output *output, struct launch *launch);

#endif
