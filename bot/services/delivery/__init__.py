"""
The delivery engine, for everything that is sent to many. A campaign comes by here in this order:

| step | modules |
| --- | --- |
| what is sent to whom, by kind | `kinds`, `composing`, `compositions`, `edition`, `lists`, `pictures` |
| what changes or deletes what was sent | `copies`, `sent_lists`, `blanking` |
| beside news | `announced`, `change_notes`, `reports` |
| one delivery for each chat | `fanout` |
| which are due | `claiming`, `term`, `clocks` |
| which may leave now | `item`, `triage`, `chat_holds`, `own_times`, `restrictions`, `closed_threads`, `linked_groups` |
| sending, by the dispatcher | `dispatcher`, `senders`, `attempt`, `health`, `paid_budget` |
| what became of them | `settler`, `delivery_reports`, `takedown_reports`, `report_json` |
"""
