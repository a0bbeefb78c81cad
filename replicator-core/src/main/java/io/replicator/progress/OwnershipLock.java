package io.replicator.progress;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The advisory lock on the target that keeps a second daemon away, held by a session of its own. Not thread-safe.
 *
 * <p>Its key is the two-integer form (class {@value #CLASS}, hash of the migration's name); PostgreSQL documentation,
 * section 13.3.5.
 */
public final class OwnershipLock implements AutoCloseable {
    private static final int CLASS = 0x5245504C;

    /** A notification may be under way to a host that is gone; from version 12 on. */
    private static final String NOTICE_DEATH =
            "SELECT set_config(name, '60000', false) FROM pg_settings WHERE name = 'tcp_user_timeout'";

    private final Connection session;

    private OwnershipLock(Connection session) {
        this.session = session;
    }

    /**
     * Takes the lock.
     *
     * @throws ReplicatorException {@code ALREADY_RUNNING} when another daemon holds it
     */
    public static OwnershipLock take(Database target, String migration) {
        Connection session = target.open("owner");
        try (Statement noticing = session.createStatement();
                PreparedStatement statement = session.prepareStatement("SELECT pg_try_advisory_lock(?, hashtext(?))")) {
            noticing.execute(NOTICE_DEATH);
            statement.setInt(1, CLASS);
            statement.setString(2, migration);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                if (result.getBoolean(1)) {
                    return new OwnershipLock(session);
                }
            }
            throw new ReplicatorException(
                    ErrorCode.ALREADY_RUNNING,
                    "migration '" + migration + "' is run by another daemon" + holder(session, migration));
        } catch (SQLException e) {
            closeQuietly(session, e);
            throw SqlStates.wrap(ErrorCode.ALREADY_RUNNING, "taking the ownership lock of '" + migration + "'", e);
        } catch (ReplicatorException e) {
            closeQuietly(session, e);
            throw e;
        }
    }

    /** Whether a daemon holds the lock now. */
    public static boolean isHeld(Connection target, String migration) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement("""
                SELECT EXISTS (SELECT FROM pg_locks
                               WHERE locktype = 'advisory' AND classid::bigint = ? AND objid = hashtext(?)::bit(32)::bigint::oid
                                 AND objsubid = 2 AND granted
                                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))""")) {
            statement.setLong(1, CLASS);
            statement.setString(2, migration);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getBoolean(1);
            }
        }
    }

    /** The session that holds the lock; while it lives, nobody else owns the migration. */
    Connection session() {
        return session;
    }

    private static String holder(Connection session, String migration) throws SQLException {
        if (!ControlSchema.isInstalled(session)) {
            return "";
        }
        try (PreparedStatement statement =
                session.prepareStatement("SELECT owner_host, owner_pid FROM replicator.migration WHERE name = ?")) {
            statement.setString(1, migration);
            try (ResultSet result = statement.executeQuery()) {
                return result.next() ? " (host " + result.getString(1) + ", process " + result.getLong(2) + ")" : "";
            }
        }
    }

    private static void closeQuietly(Connection session, Exception reason) {
        try {
            session.close();
        } catch (SQLException e) {
            reason.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "releasing the ownership lock", e);
        }
    }
}
