package io.replicator.daemon;

import io.replicator.apply.LaneFleet;
import io.replicator.change.Position;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.progress.LaneProgress;
import io.replicator.progress.OwnedMigration;
import java.util.SortedMap;
import java.util.TreeMap;

/** The positions the target holds, while no lane of this process works. */
final class Lanes {
    private Lanes() {}

    /** What all lanes contain. */
    static Position position(OwnedMigration owned) {
        return LaneFleet.first(positions(owned));
    }

    static SortedMap<Integer, Position> positions(OwnedMigration owned) {
        SortedMap<Integer, Position> positions = new TreeMap<>();
        owned.ask(
                        "reading the lanes' progress",
                        (target, migration) -> LaneProgress.readSettled(target, migration.name()))
                .forEach((lane, text) -> positions.put(lane, Position.parse(text)));
        if (positions.isEmpty()) {
            throw new ReplicatorException(
                    ErrorCode.STATE_MISMATCH, "migration '" + owned.migration().name() + "' has no lane progress");
        }
        return positions;
    }
}
