package io.replicator.testkit;

import io.replicator.config.ApplyConfig;
import io.replicator.config.CaptureMode;
import io.replicator.config.CopyConfig;
import io.replicator.config.CutoverConfig;
import io.replicator.config.EndpointConfig;
import io.replicator.config.MigrationConfig;
import io.replicator.config.SchemaConfig;
import io.replicator.config.TableFilter;
import io.replicator.config.VerifyConfig;
import io.replicator.postgres.ConnectionUri;
import io.replicator.postgres.Database;
import io.replicator.postgres.Side;
import java.util.List;

/** Databases of scenarios as the product sees them, by their libpq URIs. */
public final class Endpoints {
    private Endpoints() {}

    /** The caller closes it. */
    public static Database database(Side side, String url) {
        return endpoint(url).database(side);
    }

    /** A migration of everything but the excluded tables, with defaults otherwise. */
    public static MigrationConfig migration(
            String source, String target, SchemaConfig.Mode schema, String... excluded) {
        return new MigrationConfig(
                "test",
                endpoint(source),
                endpoint(target),
                CaptureMode.WAL,
                new SchemaConfig(schema),
                new TableFilter(List.of("*.*"), List.of(excluded)),
                CopyConfig.DEFAULT,
                ApplyConfig.DEFAULT,
                VerifyConfig.DEFAULT,
                CutoverConfig.DEFAULT,
                null,
                null);
    }

    private static EndpointConfig endpoint(String url) {
        return new EndpointConfig(ConnectionUri.parse(url), null);
    }
}
