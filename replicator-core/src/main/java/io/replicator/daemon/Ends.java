package io.replicator.daemon;

import io.replicator.apply.WholeTransactions;
import io.replicator.catalog.Catalog;
import io.replicator.catalog.CatalogReader;
import io.replicator.config.EndpointConfig;
import io.replicator.config.MigrationConfig;
import io.replicator.config.TableFilter;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.Side;
import io.replicator.postgres.SqlStates;
import io.replicator.progress.SourceIdentity;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Both ends of the configured migration. Thread-safe. */
public final class Ends implements AutoCloseable {
    private final MigrationConfig config;
    private final Database source;
    private final Database target;
    private final MigrationNames names;
    private final Database rowSource;
    private final WholeTransactions wholeTransactions = new WholeTransactions();

    public Ends(MigrationConfig config) {
        this.config = config;
        this.source = config.source().database(Side.SOURCE);
        this.target = config.target().database(Side.TARGET);
        this.names = MigrationNames.of(config.name());
        EndpointConfig follower = config.copy().from();
        this.rowSource = follower == null ? source : follower.database(Side.SOURCE);
    }

    public MigrationConfig config() {
        return config;
    }

    public Database source() {
        return source;
    }

    /** Where the bulk load reads rows: the source, or a follower of it. */
    public Database rowSource() {
        return rowSource;
    }

    /** What this process learned of transactions that one lane must apply alone. */
    WholeTransactions wholeTransactions() {
        return wholeTransactions;
    }

    public Database target() {
        return target;
    }

    public MigrationNames names() {
        return names;
    }

    public Catalog sourceCatalog() {
        return catalog(source, config.tables());
    }

    public Catalog targetCatalog() {
        return catalog(target, config.tables());
    }

    private static Catalog catalog(Database database, TableFilter filter) {
        try (Connection connection = database.open("catalog")) {
            return CatalogReader.read(connection, filter);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "reading the catalog of the " + database.side(), e);
        }
    }

    /** Every table writers can write to: leaves, ordinary tables and partitioned roots, in a fixed order. */
    public List<QualifiedName> writableTables() {
        Catalog catalog = sourceCatalog();
        List<QualifiedName> tables = new ArrayList<>(catalog.partitionRoots());
        catalog.tables().forEach(table -> tables.add(table.name()));
        tables.sort(null);
        return tables;
    }

    /** Who the source is now. */
    public SourceIdentity sourceIdentity() {
        try (Connection connection = source.open("identity");
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("""
                        SELECT system_identifier, ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int,
                               current_database()
                        FROM pg_control_system()""")) {
            row.next();
            return new SourceIdentity(row.getLong(1), row.getInt(2), row.getString(3));
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.STATE_MISMATCH, "identifying the source", e);
        }
    }

    /** @throws ReplicatorException {@code SOURCE_CHANGED} when the source is not the recorded one */
    public void requireSource(SourceIdentity recorded) {
        SourceIdentity now = sourceIdentity();
        if (!now.equals(recorded)) {
            throw new ReplicatorException(
                    ErrorCode.SOURCE_CHANGED, source + " is " + now + ", the migration began on " + recorded);
        }
    }

    @Override
    public void close() {
        source.close();
        rowSource.close();
        target.close();
    }
}
