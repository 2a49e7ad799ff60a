# One file for GNU make and the BSDs: POSIX make (2024), and no more.
# No conditionals, no functions, no pattern rules.

VERSION	= 0.1
PREFIX	?= /usr/local
# Where the store lies; empty: /var/lib/btns, or /var/db/btns on the BSDs.
STATEDIR ?=
# On Linux only: where cron's jobs and systemd's units lie.
CRONDIR	?= /etc/cron.d
UNITDIR	?= /usr/lib/systemd/system
DESTDIR	?=
CC	?= cc
CFLAGS	?= -O2 -g
LDFLAGS	?=
HARDEN	= -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
LINK	= -pie -Wl,-z,relro -Wl,-z,now
WARN	= -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	  -Wmissing-prototypes -Wpointer-arith -Wwrite-strings -Wvla
WERROR	?=
STD	= -std=c11 -D_GNU_SOURCE
FUZZ_SECONDS ?= 600

MIGRATIONS = db/migrations/0001_foundation.sql db/migrations/0002_trust.sql \
	  db/migrations/0003_signature.sql db/migrations/0004_accepted.sql \
	  db/migrations/0005_knock.sql

KEY_O	= lib/b64.o lib/der.o lib/err.o lib/fp.o lib/hash.o lib/heard.o \
	  lib/heard_text.o lib/input.o lib/key.o lib/keyder.o lib/keydns.o \
	  lib/keyline.o lib/keyone.o lib/keyread.o lib/keyssh.o lib/keywrite.o \
	  lib/oid.o lib/pem.o lib/picture.o lib/point.o lib/privder.o \
	  lib/qr.o lib/secret.o lib/wordlist.o lib/words.o
IKE_O	= lib/ike/auth.o lib/ike/claim.o lib/ike/cookie.o lib/ike/crypt.o \
	  lib/ike/dh.o lib/ike/fragments.o lib/ike/responder.o \
	  lib/ike/suite.o lib/ike/wire.o
PIN_O	= lib/child.o lib/confine.o lib/conflex.o lib/doctor.o lib/doctor_certs.o \
	  lib/doctor_conf.o lib/doctor_host.o lib/doctor_keys.o \
	  lib/doctor_operation.o lib/doctor_policies.o lib/doctor_see.o \
	  lib/doctor_tree.o lib/expect.o lib/explain.o lib/export.o \
	  lib/export_look.o lib/export_news.o lib/export_plan.o \
	  lib/export_sig.o lib/file.o lib/harvest.o lib/harvest_list.o \
	  lib/history.o lib/ident.o lib/iked.o lib/ikedconf.o \
	  lib/ikedconf_names.o lib/ikedfile.o lib/ikedkey.o lib/ikeduser.o lib/ikelog.o \
	  lib/keygen.o lib/listen.o lib/listen_read.o lib/listen_recent.o \
	  lib/logread.o lib/logread_journal.o lib/logread_mark.o lib/observe.o lib/own.o \
	  lib/path.o lib/pins.o lib/pins_backup.o lib/pins_decide.o \
	  lib/pins_gather.o lib/pins_knock.o lib/pins_log.o lib/pins_read.o lib/pins_revoke.o \
	  lib/pins_set.o lib/pins_tree.o lib/pins_verify.o lib/plan.o \
	  lib/quota.o lib/redirect.o lib/redirect_pass.o lib/repeats.o \
	  lib/selfid.o lib/strays.o lib/tree.o lib/tree_stage.o lib/trust.o lib/udp.o \
	  lib/when.o
DB_O	= db/bindings.o db/events.o db/knocks.o db/query.o db/replay.o \
	  db/schema.o db/settings.o db/stmt.o db/store.o db/watch.o
LIB_O	= $(KEY_O) $(IKE_O) $(PIN_O) $(DB_O)
CLI_O	= cmd/ask.o cmd/cli.o cmd/out.o cmd/wrap.o
STORE_O	= cmd/batch.o cmd/changes.o cmd/idents.o cmd/keyfile.o \
	  cmd/progress.o cmd/session.o cmd/vouch.o cmd/vouch_say.o
RSAFP_O	= cmd/rsafp/main.o cmd/rsafp/names.o cmd/rsafp/rsafp.o \
	  cmd/rsafp/view.o
BTNSKEY_O = cmd/btnskey/gen.o cmd/btnskey/main.o cmd/btnskey/pin.o \
	  cmd/btnskey/pub.o cmd/btnskey/show.o
BTNSCTL_O = cmd/btnsctl/backup.o cmd/btnsctl/check.o cmd/btnsctl/doctor.o \
	  cmd/btnsctl/explain.o cmd/btnsctl/export.o cmd/btnsctl/forget.o \
	  cmd/btnsctl/import.o cmd/btnsctl/init.o cmd/btnsctl/learn.o \
	  cmd/btnsctl/list.o cmd/btnsctl/listen.o cmd/btnsctl/log.o \
	  cmd/btnsctl/main.o cmd/btnsctl/observe.o cmd/btnsctl/promote.o \
	  cmd/btnsctl/redirect.o cmd/btnsctl/reject.o cmd/btnsctl/review.o \
	  cmd/btnsctl/review_show.o cmd/btnsctl/revoke.o cmd/btnsctl/set.o \
	  cmd/btnsctl/shell.o cmd/btnsctl/shell_complete.o \
	  cmd/btnsctl/shell_edit.o cmd/btnsctl/shell_undo.o \
	  cmd/btnsctl/shell_watch.o cmd/btnsctl/shell_words.o \
	  cmd/btnsctl/show.o cmd/btnsctl/stats.o cmd/btnsctl/verify.o
UNITS	!= ls tests/unit/test_*.c | sed 's/\.c$$//'
UNIT_O	= tests/unit/common.o tests/unit/ikebed.o tests/unit/initiator.o
OBJS	= $(LIB_O) $(CLI_O) $(STORE_O) $(RSAFP_O) $(BTNSKEY_O) $(BTNSCTL_O)
BINS	= rsafp btnskey btnsctl
COMPLETIONS = build/completions/_btns build/completions/btns.bash \
	  build/completions/btns.fish build/completions/btns.ksh
BUILT	= $(BINS) $(OBJS) $(OBJS:.o=.d) $(UNITS) $(UNITS:=.d) \
	  tests/unit/call tests/unit/call.d \
	  $(UNIT_O) $(UNIT_O:.o=.d) libbtns.a \
	  db/migrations.inc lib/wordlist.inc config.h config.sh btns-$(VERSION).tar.gz

# Compiler and flags; what configure found comes from config.sh.
COMPILE	= $(CC) $(CPPFLAGS) $(CFLAGS) $(STD) $(WARN) $(WERROR) $(HARDEN) \
	  -DBTNS_VERSION='"$(VERSION)"' \
	  -DBTNS_STATEDIR="\"$${statedir:-$$OS_STATEDIR}\"" \
	  $$CRYPTO_CFLAGS $$SQLITE_CFLAGS $$JANSSON_CFLAGS \
	  $$QRENCODE_CFLAGS $$PNG_CFLAGS $$EDIT_CFLAGS

.SUFFIXES:
.SUFFIXES: .c .o
.PHONY: all units check lint bench fuzz e2e quickstart install clean dist

all: $(BINS) $(COMPLETIONS)

.c.o:
	@echo '$(CC) -c $<'; . ./config.sh; statedir='$(STATEDIR)'; \
	    $(COMPILE) -MMD -MP -c -o $@ $<

config.h: configure
	@CC='$(CC)' sh configure

db/store.o: db/migrations.inc
db/migrations.inc: db/embed.awk $(MIGRATIONS)
	@awk -f db/embed.awk $(MIGRATIONS) >$@.tmp && mv $@.tmp $@

lib/wordlist.o: lib/wordlist.inc
lib/wordlist.inc: lib/wordlist.txt
	@sed 's/.*/"&",/' lib/wordlist.txt >$@.tmp && mv $@.tmp $@

$(OBJS) $(UNIT_O): config.h

libbtns.a: $(LIB_O)
	@rm -f $@
	@$(AR) rc $@ $(LIB_O)

rsafp: $(RSAFP_O) $(CLI_O) libbtns.a
	@echo '$(CC) -o $@'; . ./config.sh; $(CC) $(CFLAGS) $(LDFLAGS) \
	    $(LINK) -o $@ $(RSAFP_O) $(CLI_O) libbtns.a $$CRYPTO_LIBS \
	    $$JANSSON_LIBS $$QRENCODE_LIBS $$PNG_LIBS

btnskey: $(BTNSKEY_O) $(CLI_O) $(STORE_O) libbtns.a
	@echo '$(CC) -o $@'; . ./config.sh; $(CC) $(CFLAGS) $(LDFLAGS) \
	    $(LINK) -o $@ $(BTNSKEY_O) $(CLI_O) $(STORE_O) libbtns.a \
	    $$CRYPTO_LIBS $$SQLITE_LIBS $$JANSSON_LIBS $$SECCOMP_LIBS

btnsctl: $(BTNSCTL_O) $(CLI_O) $(STORE_O) libbtns.a
	@echo '$(CC) -o $@'; . ./config.sh; $(CC) $(CFLAGS) $(LDFLAGS) \
	    $(LINK) -o $@ $(BTNSCTL_O) $(CLI_O) $(STORE_O) libbtns.a \
	    $$CRYPTO_LIBS $$SQLITE_LIBS $$JANSSON_LIBS $$SECCOMP_LIBS \
	    $$EDIT_LIBS

# What the programs say of themselves, for shells.
$(COMPLETIONS): share/complete share/complete.bash share/complete.fish \
    share/complete.ksh share/complete.zsh $(BINS)
	@echo 'share/complete: $@'; mkdir -p build/completions; \
	case $@ in \
	*.*)	shell='$@' ;; \
	*)	shell=.zsh ;; \
	esac; \
	sh share/complete $${shell##*.} >$@.tmp && mv $@.tmp $@

CALL	= tests/unit/call
units: $(UNITS) $(CALL)
$(UNITS) $(CALL): $(UNIT_O) cmd/out.o cmd/session.o cmd/wrap.o libbtns.a config.h

# A unit test: one file of C, and what all of them share.
.c:
	@echo '$(CC) -o $@'; . ./config.sh; statedir='$(STATEDIR)'; \
	    $(COMPILE) $(LDFLAGS) $(LINK) -MMD -MP -MT $@ -MF $@.d -o $@ $< \
	    $(UNIT_O) cmd/out.o cmd/session.o cmd/wrap.o libbtns.a -lcmocka \
	    $$CRYPTO_LIBS $$SQLITE_LIBS $$JANSSON_LIBS $$SECCOMP_LIBS \
	    $$QRENCODE_LIBS $$PNG_LIBS

# Sets itself up, then runs every test there is.
check:
	@sh tests/check '$(MAKE)'

lint:
	@sh packages test
	@sh tests/lint/run '$(MAKE)'

bench:
	@sh packages test
	@$(MAKE) all $(CALL)
	@sh tests/bench/run

fuzz:
	@sh packages test
	@$(MAKE) config.h
	@sh tests/fuzz/run $(FUZZ_SECONDS)

e2e: all
	@sh tests/e2e/run

quickstart:
	@sh packages build
	@$(MAKE) all
	@sh tests/quickstart

install: all
	@. ./config.sh; statedir='$(STATEDIR)'; \
	bin='$(DESTDIR)$(PREFIX)/bin' sbin='$(DESTDIR)$(PREFIX)/sbin'; \
	man='$(DESTDIR)$(PREFIX)/share/man'; \
	eg='$(DESTDIR)$(PREFIX)/share/examples/btns'; \
	bash='$(DESTDIR)$(PREFIX)/share/bash-completion/completions'; \
	zsh='$(DESTDIR)$(PREFIX)/share/zsh/site-functions'; \
	fish='$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d'; \
	put() { sed -e 's,/usr/local/,$(PREFIX)/,g' \
	    -e "s,/var/lib/btns,$${statedir:-$$OS_STATEDIR},g" \
	    "share/$$1" >"$$2.tmp" && chmod 644 "$$2.tmp" && \
	    mv "$$2.tmp" "$$2"; }; \
	set -ex; mkdir -p "$$bin" "$$sbin" "$$man/man1" "$$man/man5" "$$man/man7" \
	    "$$man/man8"; \
	install -m 755 rsafp btnskey "$$bin"; \
	install -m 755 btnsctl "$$sbin"; \
	install -m 644 man/rsafp.1 man/btnskey.1 "$$man/man1"; \
	install -m 644 man/btns-pins.5 "$$man/man5"; \
	install -m 644 man/btns.7 "$$man/man7"; \
	install -m 644 man/btnsctl.8 "$$man/man8"; \
	mkdir -p '$(DESTDIR)'"$${statedir:-$$OS_STATEDIR}"; \
	chmod 700 '$(DESTDIR)'"$${statedir:-$$OS_STATEDIR}"; \
	mkdir -p "$$eg"; \
	for f in btns.cron btns.pf btns_listen.rc crontab.openbsd \
	    pf.conf.example; do \
		put $$f "$$eg/$$f"; \
	done; \
	mkdir -p "$$bash" "$$zsh" "$$fish"; \
	for f in $(BINS); do \
		install -m 644 build/completions/btns.bash "$$bash/$$f"; \
		install -m 644 build/completions/btns.fish \
		    "$$fish/$$f.fish"; \
	done; \
	install -m 644 build/completions/_btns "$$zsh"; \
	install -m 644 build/completions/btns.ksh "$$eg"; \
	case $$(uname -s) in \
	Linux)	mkdir -p '$(DESTDIR)$(CRONDIR)' '$(DESTDIR)$(UNITDIR)'; \
		[ -e '$(DESTDIR)$(CRONDIR)/btns' ] || \
		    put btns.cron '$(DESTDIR)$(CRONDIR)/btns'; \
		for f in btns-export.service btns-export.timer \
		    btns-listen.service; do \
			put $$f '$(DESTDIR)$(UNITDIR)'/$$f; \
		done ;; \
	esac

clean:
	rm -rf build
	rm -f $(BUILT)

dist:
	git archive --format=tar.gz --prefix=btns-$(VERSION)/ \
	    -o btns-$(VERSION).tar.gz HEAD

-include $(UNITS:=.d) $(UNIT_O:.o=.d) $(OBJS:.o=.d)
