package io.replicator.verify;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.CatalogReader;
import io.replicator.config.TableFilter;
import io.replicator.config.VerifyLevel;
import io.replicator.postgres.ConnectionSettings;
import io.replicator.postgres.Database;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.ServerVersion;
import io.replicator.postgres.Side;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Two databases to compare. */
record BothSides(TestDatabase source, TestDatabase target) implements AutoCloseable {
    /** Runs the statements on both sides. */
    void execute(String... statements) throws SQLException {
        source.execute(statements);
        target.execute(statements);
    }

    /** Opens a session with the product's settings. */
    static Connection open(Side side, TestDatabase database) {
        try (Database opened = new Database(
                side,
                new ConnectionSettings(
                        database.server().address().host(),
                        database.server().port(),
                        database.name(),
                        database.user(),
                        null,
                        Map.of()),
                null)) {
            return opened.open("verify");
        }
    }

    /** Compares all tables in autocommit mode. */
    List<TableComparison> compare(VerifyLevel level) throws SQLException, InterruptedException {
        try (Connection onSource = open(Side.SOURCE, source);
                Connection onTarget = open(Side.TARGET, target)) {
            return compare(level, null, List.of(new ConnectionPair(onSource, onTarget)));
        }
    }

    /** Compares all tables by the given sessions; the catalogs are read by the first pair. */
    static List<TableComparison> compare(VerifyLevel level, @Nullable Duration limit, List<ConnectionPair> pairs)
            throws SQLException, InterruptedException {
        Connection onSource = pairs.getFirst().source();
        Connection onTarget = pairs.getFirst().target();
        Catalog sourceCatalog = CatalogReader.read(onSource, TableFilter.ALL);
        return new DatabaseComparer(pairs, ServerVersion.of(onSource), ServerVersion.of(onTarget), limit)
                .compare(sourceCatalog.tables(), CatalogReader.read(onTarget, TableFilter.ALL), level);
    }

    /** The lines of all differences, each behind its table's name. */
    static List<String> lines(List<TableComparison> comparisons) {
        List<String> lines = new ArrayList<>();
        for (TableComparison comparison : comparisons) {
            comparison.differences().forEach(difference -> lines.add(comparison.table() + ": " + difference));
        }
        return lines;
    }

    /** Begins a transaction on the session that keeps the present snapshot, and exports that. */
    static String fixSnapshot(Connection session) throws SQLException {
        session.setAutoCommit(false);
        try (Statement statement = session.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            try (ResultSet row = statement.executeQuery("SELECT pg_export_snapshot()")) {
                row.next();
                return row.getString(1);
            }
        }
    }

    static void importSnapshot(Connection session, String snapshot) throws SQLException {
        session.setAutoCommit(false);
        try (Statement statement = session.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            statement.execute("SET TRANSACTION SNAPSHOT " + Identifiers.literal(snapshot));
        }
    }

    @Override
    public void close() throws SQLException {
        source.drop();
        target.drop();
    }
}
