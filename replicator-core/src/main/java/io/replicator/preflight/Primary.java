package io.replicator.preflight;

import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;

/** Both ends are written to, so neither may be a standby. */
final class Primary implements Check {
    private final Side side;

    Primary(Side side) {
        this.side = side;
    }

    @Override
    public String id() {
        return side + ".primary";
    }

    @Override
    public Needs needs() {
        return side == Side.SOURCE ? Needs.SOURCE : Needs.TARGET;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        if (Query.truth(session.connection(side), "SELECT pg_is_in_recovery()")) {
            return List.of(Finding.fail(
                    id(),
                    session.context().config().name() + "'s " + side + " is a standby",
                    "set " + side + ".url to the primary"));
        }
        return List.of(Finding.pass(id(), "is a primary"));
    }
}
