package io.replicator.daemon;

import io.replicator.change.Position;
import io.replicator.snapshot.LoadSnapshot;
import java.sql.Connection;
import java.sql.SQLException;

/** The snapshot of a point of the stream; it ends with the point. */
record PointSnapshot(Capture.ConsistentPoint point) implements LoadSnapshot {
    @Override
    public void begin(Connection session) throws SQLException {
        point.importInto(session);
    }

    @Override
    public boolean shared() {
        return true;
    }

    @Override
    public Position position() {
        return point.position();
    }

    @Override
    public void close() {}
}
