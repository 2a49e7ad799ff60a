#!/bin/sh
# Two hosts with stock iked and kernel IPsec; see run.
exec sh "${0%/*}/run" "$@"
