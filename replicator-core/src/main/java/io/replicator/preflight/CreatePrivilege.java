package io.replicator.preflight;

import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;

/** Schema {@code replicator} stands on both ends, on the source also the publication. */
final class CreatePrivilege implements Check {
    private final Side side;

    CreatePrivilege(Side side) {
        this.side = side;
    }

    @Override
    public String id() {
        return side + ".create_privilege";
    }

    @Override
    public Needs needs() {
        return side == Side.SOURCE ? Needs.SOURCE : Needs.TARGET;
    }

    @Override
    public boolean concernsCopyOnly() {
        return side == Side.TARGET;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        String role = session.role(side);
        String database = session.database(side);
        if (Query.truth(session.connection(side), "SELECT has_database_privilege(current_database(), 'CREATE')")) {
            return List.of(Finding.pass(id(), "role " + role + " may create in database " + database));
        }
        return List.of(Finding.fail(
                id(),
                "role " + role + " may not create schemas in database " + database,
                "GRANT CREATE ON DATABASE " + database + " TO " + role + ";"));
    }
}
