package io.replicator.schema;

import io.replicator.config.MigrationConfig;
import io.replicator.postgres.ServerVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * How post-data is built.
 *
 * @param jobs entries created at the same time
 * @param memoryBytes {@code maintenance_work_mem} of each; 0 for the server's own, but {@value #LEAST_MEMORY} at least
 * @param workers {@code max_parallel_maintenance_workers} of each; negative for the server's own
 */
record PostDataSettings(int jobs, long memoryBytes, int workers) {
    static final long LEAST_MEMORY = 256L << 20;

    static final PostDataSettings ONE_JOB = new PostDataSettings(1, 0, -1);

    private static final String MEMORY = """
            SELECT set_config('maintenance_work_mem',
                              CASE WHEN ?::bigint > 0 THEN ?::bigint
                                   ELSE greatest(pg_size_bytes(current_setting('maintenance_work_mem')), ?::bigint)
                              END / 1024 || 'kB', false)""";

    static PostDataSettings of(MigrationConfig config) {
        return new PostDataSettings(
                config.copy().indexJobs(),
                config.schema().indexMemoryBytes(),
                config.schema().indexWorkers());
    }

    PostDataSettings alone() {
        return new PostDataSettings(1, memoryBytes, workers);
    }

    void applyTo(Connection session) throws SQLException {
        try (PreparedStatement statement = session.prepareStatement(MEMORY)) {
            statement.setLong(1, memoryBytes);
            statement.setLong(2, memoryBytes);
            statement.setLong(3, LEAST_MEMORY);
            statement.execute();
        }
        if (workers >= 0 && ServerVersion.of(session).atLeast(11)) {
            try (PreparedStatement statement =
                    session.prepareStatement("SELECT set_config('max_parallel_maintenance_workers', ?, false)")) {
                statement.setString(1, Integer.toString(workers));
                statement.execute();
            }
        }
    }
}
