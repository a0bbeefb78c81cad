package io.replicator.daemon;

import io.replicator.capture.SourceSchema;
import io.replicator.catalog.Catalog;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.LaneProgress;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Phase;
import io.replicator.progress.TableProgressStore;
import io.replicator.snapshot.LoadSnapshot;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Everything before the first row: the target's tables, our objects on the source, the point changes are captured from.
 * Dying anywhere in it leaves the phase at {@code preparing}; the next start does all of it again.
 */
final class Preparation {
    private final Ends ends;
    private final OwnedMigration owned;
    private final Capture capture;

    Preparation(Ends ends, OwnedMigration owned, Capture capture) {
        this.ends = ends;
        this.owned = owned;
        this.capture = capture;
    }

    /**
     * Prepares and moves to {@code copying}.
     *
     * @return the snapshots to read the rows under, to be closed after the bulk load
     */
    LoadSnapshot run(Steps steps) throws InterruptedException {
        steps.tell("schema");
        TargetSchema.of(ends).preData();
        TargetSchema.suspend(ends);
        if (!capture.word().equals(NoCapture.WORD)) {
            steps.tell("capture by " + capture.word());
            installSourceSchema();
        }
        if (owned.migration().source() == null) {
            owned.recordSource(ends.sourceIdentity());
        }
        Catalog catalog = ends.sourceCatalog();
        capture.install(catalog, steps);
        LoadSnapshot snapshot = capture.begin(steps);
        owned.become(Phase.COPYING, null, (target, migration) -> {
            TableProgressStore.list(target, migration, catalog.tables());
            LaneProgress.create(target, migration, 0, snapshot.position());
        });
        return snapshot;
    }

    private void installSourceSchema() {
        try (Connection source = ends.source().open("prepare")) {
            SourceSchema.install(source);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "preparing the source", e);
        }
    }
}
