"""One engine for everything that is sent to many: kinds, fan-out, claiming, triage, senders, settling."""
