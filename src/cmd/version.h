/*
 * version.h - the one place that names the version.
 */
#ifndef CMD_VERSION_H
#define CMD_VERSION_H

#define SONDE_VERSION "0.1.0"

#endif
