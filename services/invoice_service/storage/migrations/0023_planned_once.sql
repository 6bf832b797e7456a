-- Planned once a session, not with each line that is written: its rows are found by their keys, whichever they are.
alter function note_waiting(text[]) set plan_cache_mode = force_generic_plan;
