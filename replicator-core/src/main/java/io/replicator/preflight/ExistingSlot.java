package io.replicator.preflight;

import io.replicator.config.CaptureMode;
import java.sql.SQLException;
import java.util.List;

/** A slot of our name before the migration started is a leftover, which is replaced; one in use is not ours. */
final class ExistingSlot implements Check {
    @Override
    public String id() {
        return "source.slot";
    }

    @Override
    public Needs needs() {
        return Needs.SOURCE;
    }

    static String name(Session session) {
        return "replicator_" + session.config().name();
    }

    @Override
    public boolean concerns(CaptureMode capture) {
        return capture != CaptureMode.TRIGGER;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        String name = name(session);
        List<Integer> users = Query.rows(
                session.source(),
                "SELECT coalesce(active_pid, 0) FROM pg_replication_slots WHERE slot_name = ?",
                row -> row.getInt(1),
                name);
        if (session.context().started() || users.isEmpty()) {
            return List.of(Finding.pass(id(), name));
        }
        int user = users.getFirst();
        if (user == 0) {
            return List.of(Finding.warn(
                    id(),
                    "slot " + name + " is left over from an earlier migration and will be replaced",
                    "SELECT pg_drop_replication_slot('" + name + "');"));
        }
        return List.of(Finding.fail(
                id(),
                "slot " + name + " is in use by process " + user,
                "SELECT pg_terminate_backend(" + user + "), or give this migration another name"));
    }
}
