package io.replicator.preflight;

import io.replicator.config.CaptureMode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Settings by which the source gives up a slot, and with it the migration; or keeps a dead stream. */
final class SlotLimits implements Check {
    @Override
    public String id() {
        return "source.slot_limits";
    }

    @Override
    public Needs needs() {
        return Needs.SOURCE;
    }

    @Override
    public boolean concerns(CaptureMode capture) {
        return capture != CaptureMode.TRIGGER;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        List<Finding> findings = new ArrayList<>();
        String kept = setting(session, "max_slot_wal_keep_size", "-1");
        if (!kept.equals("-1")) {
            findings.add(Finding.warn(
                    id(),
                    "max_slot_wal_keep_size = " + kept + ": a target further behind than that loses the slot",
                    "ALTER SYSTEM SET max_slot_wal_keep_size = -1; SELECT pg_reload_conf();"));
        }
        String idle = setting(session, "idle_replication_slot_timeout", "0");
        if (!idle.equals("0")) {
            findings.add(Finding.warn(
                    id(),
                    "idle_replication_slot_timeout = " + idle + ": a daemon down for longer loses the slot",
                    "ALTER SYSTEM SET idle_replication_slot_timeout = 0; SELECT pg_reload_conf();"));
        }
        if (setting(session, "wal_sender_timeout", "1min").equals("0")) {
            findings.add(Finding.warn(
                    id(),
                    "wal_sender_timeout = 0: after a broken network the slot stays in use by a dead stream",
                    "ALTER SYSTEM SET wal_sender_timeout = '60s'; SELECT pg_reload_conf();"));
        }
        return findings.isEmpty() ? List.of(Finding.pass(id(), "slots are kept without limit")) : findings;
    }

    private static String setting(Session session, String name, String otherwise) throws SQLException {
        return Query.text(session.source(), "SELECT coalesce(current_setting(?, true), ?)", name, otherwise);
    }
}
