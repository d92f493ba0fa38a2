/* The backups of a server: one a day by itself, and those on demand. Nothing is behind them:
 * restores are not offered. */
#ifndef AZSIM_BACKUP_H
#define AZSIM_BACKUP_H

#include "front/exchange.h"

/* ARM's calls. */
void backup_list(struct exchange *x);
void backup_get(struct exchange *x);
void backup_put(struct exchange *x);
void backup_delete(struct exchange *x);
/* The files of its log that may be fetched: none, as logfiles.download_enable is off. */
void log_file_list(struct exchange *x);

#endif
