package io.replicator.snapshot;

import io.replicator.change.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Every reading transaction has a snapshot of its own, later than the position: right where every row that changes after
 * the position is read again anyway, as with windows. Nothing is held open on the source for longer than a table takes.
 */
public record FreshSnapshots(Position position) implements LoadSnapshot {
    @Override
    public void begin(Connection session) throws SQLException {
        beginNow(session);
    }

    /** Begins a read-only transaction on the session that sees what is committed now. */
    static void beginNow(Connection session) throws SQLException {
        session.setAutoCommit(false);
        try (Statement statement = session.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        }
    }

    @Override
    public boolean shared() {
        return false;
    }

    @Override
    public void close() {}
}
