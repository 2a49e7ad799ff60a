/* Between redirect.c and redirect_pass.c; nobody else's. */
#ifndef BTNS_REDIRECT_PRIV_H
#define BTNS_REDIRECT_PRIV_H

#include "err.h"
#include "redirect.h"

#define NFT	"nft"
#define NFT_TABLE	"inet btns"
#define NFT_SCRIPT	65536		/* Linux takes twice that in a word */

/* Commands of nft(8), all carried out or none. */
struct nft {
	char	text[NFT_SCRIPT];
	size_t	n;
	bool	full;
};
void	 nft_say(struct nft *, const char *, ...) BTNS_PRINTF(2, 3);
/* 1; 0: there is no such table; -1. */
int	 nft_run(const struct nft *, struct btns_err *);

/* Run nft; its output to buf.  As nft_run(). */
int	 nft_ask(const char *const argv[], char *buf, size_t size,
	    struct btns_err *);

#endif
