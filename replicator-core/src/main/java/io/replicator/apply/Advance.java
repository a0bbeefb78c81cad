package io.replicator.apply;

import io.replicator.change.Position;
import io.replicator.progress.LaneProgress;
import io.replicator.progress.Migration;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** The statement that moves a lane's progress on, in the transaction with its data. */
record Advance(Migration migration, int lane, Position from, Position to, boolean safely) implements RoundTrip.Part {
    @Override
    public String sql() {
        return LaneProgress.ADVANCE;
    }

    @Override
    public int bind(Connection connection, PreparedStatement statement, int first) throws SQLException {
        return LaneProgress.bind(statement, first, migration, lane, from, to, safely);
    }

    @Override
    public void check(long affected) {
        LaneProgress.requireAdvanced(affected, migration, lane, from);
    }
}
