package io.replicator.daemon;

import io.replicator.capture.ChangeSource;
import io.replicator.catalog.Catalog;
import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.snapshot.ExportedSnapshot;
import io.replicator.snapshot.LoadSnapshot;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Nothing is captured and nothing is created on the source: all rows are read under one snapshot, which is kept until they
 * are compared.
 */
final class NoCapture implements Capture, AutoCloseable {
    static final String WORD = "none";

    private final Ends ends;
    private @Nullable ExportedSnapshot last;

    NoCapture(Ends ends) {
        this.ends = ends;
    }

    @Override
    public String word() {
        return WORD;
    }

    @Override
    public void install(Catalog catalog, Steps steps) {}

    @Override
    public LoadSnapshot begin(Steps steps) {
        close();
        ExportedSnapshot taken = ExportedSnapshot.take(ends.rowSource());
        last = taken;
        return new Kept(taken);
    }

    @Override
    public boolean joinsSnapshots() {
        return false;
    }

    @Override
    public LoadSnapshot again(Steps steps) {
        return begin(steps);
    }

    /** The snapshot that rows were read under last; a new one when they were read by an earlier daemon. */
    LoadSnapshot last(Steps steps) {
        ExportedSnapshot taken = last;
        return taken == null ? begin(steps) : new Kept(taken);
    }

    @Override
    public void requireStart(Position position) {
        throw nothing();
    }

    @Override
    public ChangeSource source() {
        throw nothing();
    }

    @Override
    public ConsistentPoint point(ChangeSource running, Duration limit) {
        throw nothing();
    }

    private static ReplicatorException nothing() {
        return new ReplicatorException(ErrorCode.PHASE_INVALID, "the migration copies only, it captures no changes");
    }

    @Override
    public void finish() {
        close();
    }

    @Override
    public void close() {
        ExportedSnapshot taken = last;
        last = null;
        if (taken != null) {
            taken.close();
        }
    }

    /** A snapshot that outlives the round of the load that closes it. */
    private record Kept(ExportedSnapshot snapshot) implements LoadSnapshot {
        @Override
        public void begin(Connection session) throws SQLException {
            snapshot.begin(session);
        }

        @Override
        public boolean shared() {
            return true;
        }

        @Override
        public Position position() {
            return snapshot.position();
        }

        @Override
        public void close() {}
    }
}
