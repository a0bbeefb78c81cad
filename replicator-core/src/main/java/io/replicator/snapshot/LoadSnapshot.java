package io.replicator.snapshot;

import io.replicator.change.Position;
import java.sql.Connection;
import java.sql.SQLException;

/** Under which snapshots tables are read. Thread-safe; closing it ends what keeps the snapshot alive. */
public interface LoadSnapshot extends AutoCloseable {
    /** Begins a read-only transaction on the session, to be ended by the caller. */
    void begin(Connection session) throws SQLException;

    /** Whether all sessions see the very same snapshot. */
    boolean shared();

    /** From where on changes have to be applied to what was read. */
    Position position();

    @Override
    void close();
}
