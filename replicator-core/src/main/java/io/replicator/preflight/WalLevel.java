package io.replicator.preflight;

import io.replicator.config.CaptureMode;
import java.sql.SQLException;
import java.util.List;

/** Logical decoding needs {@code wal_level = logical} (PostgreSQL documentation, section 29.10 "Configuration Settings"). */
final class WalLevel implements Check {
    @Override
    public String id() {
        return "source.wal_level";
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
        String level = Query.text(session.source(), "SELECT current_setting('wal_level')");
        if (level.equals("logical")) {
            return List.of(Finding.pass(id(), level));
        }
        boolean rds = Query.truth(session.source(), "SELECT to_regrole('rds_superuser') IS NOT NULL");
        return List.of(Finding.fail(
                id(),
                "wal_level is " + level + ", it must be logical",
                rds
                        ? "set rds.logical_replication = 1 in the parameter group, then reboot the instance"
                        : "ALTER SYSTEM SET wal_level = logical; then restart the server"));
    }
}
