package io.replicator.daemon;

import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.progress.LaneProgress;
import io.replicator.progress.OwnedMigration;
import java.util.Map;

/** The positions the target holds. */
final class Lanes {
    private Lanes() {}

    static Position position(OwnedMigration owned) {
        Map<Integer, String> lanes = owned.ask(
                "reading the lanes' progress", (target, migration) -> LaneProgress.read(target, migration.name()));
        String text = lanes.get(0);
        if (text == null) {
            throw new ReplicatorException(
                    ErrorCode.STATE_MISMATCH, "migration '" + owned.migration().name() + "' has no lane progress");
        }
        return Position.parse(text);
    }
}
