package io.replicator.preflight;

import io.replicator.config.CaptureMode;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The stream takes a slot and a WAL sender, a verification under load a second one of each for a moment. */
final class SlotsAndSenders implements Check {
    private static final int WANTED = 2;
    /** The slot, and copies of it that are read. */
    private static final String OURS = """
            SELECT count(*) FROM pg_replication_slots
            WHERE (slot_name = ? OR temporary AND slot_name ~ ('^' || ? || '_b[0-9]+$'))""";

    @Override
    public String id() {
        return "source.replication_slots";
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
        String slot = ExistingSlot.name(session);
        findings.add(judge(
                session,
                id(),
                "max_replication_slots",
                "SELECT count(*) FROM pg_replication_slots",
                Query.number(session.source(), OURS, slot, slot)));
        findings.add(judge(
                session,
                "source.wal_senders",
                "max_wal_senders",
                "SELECT count(*) FROM pg_stat_replication",
                Query.number(session.source(), OURS + " AND active", slot, slot)));
        return findings;
    }

    private static Finding judge(Session session, String id, String setting, String used, long ours)
            throws SQLException {
        long limit = Query.number(session.source(), "SELECT current_setting(?)::int", setting);
        long taken = Query.number(session.source(), used);
        long free = limit - taken + ours;
        String observed = free + " of " + limit + " are free (" + setting + ")";
        String fix = "ALTER SYSTEM SET " + setting + " = " + (limit + WANTED - free) + "; then restart the server";
        if (free <= 0) {
            return Finding.fail(id, observed, fix);
        }
        return free < WANTED
                ? Finding.warn(id, observed + ": a verification while changes flow needs a second one", fix)
                : Finding.pass(id, observed);
    }
}
