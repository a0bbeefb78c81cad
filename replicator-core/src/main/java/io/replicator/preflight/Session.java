package io.replicator.preflight;

import io.replicator.catalog.CatalogReader;
import io.replicator.catalog.Table;
import io.replicator.config.MigrationConfig;
import io.replicator.config.SchemaConfig;
import io.replicator.postgres.ConnectionSettings;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.ServerVersion;
import io.replicator.postgres.Side;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What checks share: a connection to each end that can be reached, and the source's tables, read once. */
final class Session {
    private final PreflightContext context;
    private final @Nullable Connection source;
    private final @Nullable Connection target;
    private @Nullable List<Table> sourceTables;
    private boolean oneDatabase;

    Session(PreflightContext context, @Nullable Connection source, @Nullable Connection target) {
        this.context = context;
        this.source = source;
        this.target = target;
    }

    PreflightContext context() {
        return context;
    }

    MigrationConfig config() {
        return context.config();
    }

    boolean copiesSchema() {
        return config().schema().mode() == SchemaConfig.Mode.COPY;
    }

    boolean has(Check.Needs needs) {
        return switch (needs) {
            case NOTHING -> true;
            case SOURCE -> source != null;
            case TARGET -> target != null;
            case BOTH -> source != null && target != null && !oneDatabase;
        };
    }

    /** Both ends are one database, so that no pair of them is left to look at. */
    void foundOneDatabase() {
        oneDatabase = true;
    }

    Connection connection(Side side) {
        return side == Side.SOURCE ? source() : target();
    }

    Connection source() {
        return Objects.requireNonNull(source, "source");
    }

    Connection target() {
        return Objects.requireNonNull(target, "target");
    }

    ServerVersion version(Side side) throws SQLException {
        return ServerVersion.of(connection(side));
    }

    ConnectionSettings settings(Side side) {
        return side == Side.SOURCE
                ? config().source().settings()
                : config().target().settings();
    }

    /** The tables that take part. */
    List<Table> sourceTables() {
        List<Table> tables = sourceTables;
        if (tables == null) {
            tables = CatalogReader.tables(source(), config().tables());
            sourceTables = tables;
        }
        return tables;
    }

    /** The role we are logged in as, quoted. */
    String role(Side side) throws SQLException {
        return Identifiers.quote(Query.text(connection(side), "SELECT current_user"));
    }

    /** The database we are connected to, quoted. */
    String database(Side side) throws SQLException {
        return Identifiers.quote(Query.text(connection(side), "SELECT current_database()"));
    }
}
