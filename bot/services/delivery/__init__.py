"""The delivery engine, for everything that is sent to many: kinds, fanout, claiming, triage, senders, settling."""
