package io.replicator.snapshot;

import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.Lsn;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A snapshot of the source that other sessions can import, kept alive by a transaction of its own: once a session has
 * imported a slot's snapshot it exports it again, and the slot's own session is no longer needed (PostgreSQL
 * documentation, section 9.28.5).
 */
public final class ExportedSnapshot implements LoadSnapshot {
    private final Connection keeper;
    private final String name;
    private final Position position;

    private ExportedSnapshot(Connection keeper, String name, Position position) {
        this.keeper = keeper;
        this.name = name;
        this.position = position;
    }

    /** @param position the snapshot sees exactly the transactions before it */
    public static ExportedSnapshot keep(Database source, String imported, Position position) {
        Connection keeper = source.open("snapshot");
        try (Statement statement = keeper.createStatement()) {
            importInto(keeper, imported);
            try (ResultSet row = statement.executeQuery("SELECT pg_export_snapshot()")) {
                row.next();
                return new ExportedSnapshot(keeper, row.getString(1), position);
            }
        } catch (SQLException e) {
            ReplicatorException failure =
                    SqlStates.wrap(ErrorCode.COPY_FAILED, "importing snapshot " + imported + " on the source", e);
            try {
                keeper.close();
            } catch (SQLException closing) {
                failure.addSuppressed(closing);
            }
            throw failure;
        }
    }

    /** A snapshot of now; its position is only about that of the snapshot. */
    public static ExportedSnapshot take(Database database) {
        Connection keeper = database.open("snapshot");
        try (Statement statement = keeper.createStatement()) {
            keeper.setAutoCommit(false);
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            try (ResultSet row = statement.executeQuery("SELECT pg_export_snapshot(), pg_current_wal_lsn()")) {
                row.next();
                return new ExportedSnapshot(keeper, row.getString(1), new Position.Wal(Lsn.parse(row.getString(2))));
            }
        } catch (SQLException e) {
            ReplicatorException failure = SqlStates.wrap(ErrorCode.COPY_FAILED, "taking a snapshot", e);
            try {
                keeper.close();
            } catch (SQLException closing) {
                failure.addSuppressed(closing);
            }
            throw failure;
        }
    }

    /** Begins a read-only transaction on the session that sees exactly this snapshot. */
    public static void importInto(Connection session, String snapshot) throws SQLException {
        session.setAutoCommit(false);
        try (Statement statement = session.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            statement.execute("SET TRANSACTION SNAPSHOT " + Identifiers.literal(snapshot));
        }
    }

    @Override
    public void begin(Connection session) throws SQLException {
        importInto(session, name);
    }

    @Override
    public boolean shared() {
        return true;
    }

    @Override
    public Position position() {
        return position;
    }

    @Override
    public void close() {
        try {
            keeper.close();
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.CONNECTION_FAILED, "closing the snapshot on the source", e);
        }
    }
}
