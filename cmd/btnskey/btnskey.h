#ifndef BTNSKEY_H
#define BTNSKEY_H

#include "../cli.h"

int	 key_gen(struct cli *, const struct cli_args *, struct btns_err *);
int	 key_pin(struct cli *, const struct cli_args *, struct btns_err *);
int	 key_pub(struct cli *, const struct cli_args *, struct btns_err *);
int	 key_show(struct cli *, const struct cli_args *, struct btns_err *);

#endif
