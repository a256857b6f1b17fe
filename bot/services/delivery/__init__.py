"""
The delivery engine, for everything that is sent to many. A campaign comes by here in this order:

| step | modules |
| --- | --- |
| what is sent to whom, by kind | `kinds`, `composing`, `edition`, `copies`, `lists`, `sent_lists`, `pictures` |
| beside news | `announced`, `change_notes` |
| one delivery for each chat | `fanout` |
| which are due | `claiming`, `term`, `clocks` |
| which may leave now | `item`, `triage`, `own_times`, `restrictions`, `closed_threads`, `linked_groups` |
| sending, by the dispatcher | `dispatcher`, `senders`, `health`, `paid_budget` |
| what became of them | `settler`, `delivery_reports`, `report_json` |
"""
