package io.replicator.preflight;

import io.replicator.config.CaptureMode;
import java.sql.SQLException;
import java.util.List;

/** Looks at one thing and changes nothing. */
interface Check {
    /** The stable name that findings carry. */
    String id();

    /** Which ends it looks at; without a connection to them it is left out. */
    Needs needs();

    /** Whether it is of interest under this way of capture. */
    default boolean concerns(CaptureMode capture) {
        return true;
    }

    /** Whether it is of interest when the source is only read. */
    default boolean concernsCopyOnly() {
        return true;
    }

    /**
     * What it found: every problem, or one {@code PASS}.
     *
     * @throws SQLException when it could not look, which becomes an {@code ERROR}
     */
    List<Finding> run(Session session) throws SQLException;

    /** The ends a check looks at. */
    enum Needs {
        NOTHING,
        SOURCE,
        TARGET,
        BOTH
    }
}
