package io.replicator.schema;

import io.replicator.config.SchemaConfig;
import io.replicator.postgres.Database;
import io.replicator.postgres.PostgresTools;
import io.replicator.postgres.Side;
import io.replicator.testkit.Endpoints;
import io.replicator.testkit.Servers;
import io.replicator.testkit.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** A source and a target whose schema comes by a dump. */
record SchemaCopy(
        TestDatabase source, TestDatabase target, Database sourceEnd, Database targetEnd, List<String> excluded)
        implements AutoCloseable {
    /** Skips the scenario where pg_dump is missing or too old for the source. */
    static SchemaCopy between(int sourceMajor, int targetMajor, String... excluded) {
        int found = PostgresTools.find(null).map(PostgresTools::major).orElse(0);
        Assumptions.assumeTrue(
                found >= sourceMajor,
                "pg_dump " + sourceMajor + " or newer is needed, "
                        + (found == 0 ? "none is installed" : "the newest installed is " + found));
        TestDatabase source = Servers.source(sourceMajor);
        TestDatabase target = Servers.target(targetMajor);
        return new SchemaCopy(
                source,
                target,
                Endpoints.database(Side.SOURCE, source.url()),
                Endpoints.database(Side.TARGET, target.url()),
                List.of(excluded));
    }

    /** What a daemon does; each call stands for another one, on a host that knows nothing. */
    DumpedSchema loader() {
        return new DumpedSchema(
                Endpoints.migration(
                        source.url(), target.url(), SchemaConfig.Mode.COPY, excluded.toArray(String[]::new)),
                sourceEnd,
                targetEnd);
    }

    @Override
    public void close() throws SQLException {
        sourceEnd.close();
        targetEnd.close();
        source.drop();
        target.drop();
    }
}
