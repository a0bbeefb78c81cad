package io.replicator.daemon;

import io.replicator.capture.SourceSchema;
import io.replicator.capture.wal.Publication;
import io.replicator.capture.wal.ReplicationSlot;
import io.replicator.catalog.Catalog;
import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.LaneProgress;
import io.replicator.progress.OwnedMigration;
import io.replicator.progress.Phase;
import io.replicator.progress.TableProgressStore;
import io.replicator.snapshot.ExportedSnapshot;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Everything before the first row: the target's tables, our objects on the source, the slot. Dying anywhere in it leaves
 * the phase at {@code preparing}; the next start drops the slot and does all of it again.
 */
final class Preparation {
    private final Ends ends;
    private final OwnedMigration owned;

    Preparation(Ends ends, OwnedMigration owned) {
        this.ends = ends;
        this.owned = owned;
    }

    /**
     * Prepares and moves to {@code copying}.
     *
     * @return the snapshot the slot starts from, to be closed after the bulk load
     */
    ExportedSnapshot run(Steps steps) {
        steps.tell("schema");
        TargetSchema.of(ends).preData();
        steps.tell("publication and slot");
        String slot = ends.names().slot();
        try (Connection source = ends.source().open("prepare")) {
            SourceSchema.install(source);
            ReplicationSlot.drop(source, slot);
            Catalog catalog = ends.sourceCatalog();
            Publication.create(source, ends.names().publication(), catalog, SourceSchema.HEARTBEAT);
            if (owned.migration().source() == null) {
                owned.recordSource(ends.sourceIdentity());
            }
            try (Connection replication = ends.source().openReplication("slot")) {
                ReplicationSlot.Created created = SlotCreation.create(ends.source(), replication, slot, false, steps);
                Position start = new Position.Wal(created.consistentPoint());
                ExportedSnapshot snapshot = ExportedSnapshot.keep(ends.source(), created.snapshot(), start);
                owned.become(Phase.COPYING, null, (target, migration) -> {
                    TableProgressStore.list(target, migration, catalog.tables());
                    LaneProgress.create(target, migration, 0, start);
                });
                return snapshot;
            }
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "preparing the source", e);
        }
    }
}
