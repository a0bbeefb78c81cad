package io.replicator.preflight;

import io.replicator.postgres.ServerVersion;
import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.List;

/** The server must be one we know. */
final class Version implements Check {
    private static final int OLDEST = 10;
    private static final int NEWEST_TESTED = 18;

    private final Side side;

    Version(Side side) {
        this.side = side;
    }

    @Override
    public String id() {
        return side + ".version";
    }

    @Override
    public Needs needs() {
        return side == Side.SOURCE ? Needs.SOURCE : Needs.TARGET;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        ServerVersion version = session.version(side);
        String observed = "PostgreSQL " + version;
        if (!version.atLeast(OLDEST)) {
            return List.of(
                    Finding.fail(id(), observed + " is too old", "upgrade the server to PostgreSQL 10 or newer"));
        }
        if (version.major() > NEWEST_TESTED) {
            return List.of(Finding.warn(
                    id(), observed + " is newer than any tested version", "look for a newer version of replicator"));
        }
        if (side == Side.TARGET && session.has(Needs.BOTH)) {
            ServerVersion source = session.version(Side.SOURCE);
            if (version.major() < source.major()) {
                return List.of(Finding.warn(
                        id(),
                        observed + " is older than the source's " + source + ": newer features may be missing",
                        "use a target of PostgreSQL " + source.major() + " or newer"));
            }
        }
        return List.of(Finding.pass(id(), observed));
    }
}
