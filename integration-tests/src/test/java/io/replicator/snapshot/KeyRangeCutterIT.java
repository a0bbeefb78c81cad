package io.replicator.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.catalog.CatalogReader;
import io.replicator.catalog.Table;
import io.replicator.config.TableFilter;
import io.replicator.postgres.Database;
import io.replicator.postgres.Side;
import io.replicator.progress.CopyRange;
import io.replicator.testkit.Endpoints;
import io.replicator.testkit.Servers;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyRangeCutterIT {
    private static final int ROWS = 60_000;
    private static final int RANGES = 8;

    /** Rows that were inserted in the key's order lie on few pages: one page says little about the rest of the table. */
    @Test
    void cutsIntoEvenPartsThoughRowsLieInTheOrderOfTheKey() throws SQLException {
        TestDatabase source = Servers.source(13);
        source.execute(
                "CREATE TABLE t (id int PRIMARY KEY, filler text)",
                "INSERT INTO t SELECT n, repeat('x', 100) FROM generate_series(1, " + ROWS + ") AS n");
        try (Database database = Endpoints.database(Side.SOURCE, source.url());
                Connection connection = database.open("test")) {
            Table table =
                    CatalogReader.read(connection, TableFilter.ALL).tables().getFirst();
            for (int sample = 0; sample < 20; sample++) {
                List<CopyRange> ranges = KeyRangeCutter.cut(connection, table, RANGES);
                assertThat(ranges).hasSize(RANGES);
                assertThat(ranges)
                        .allSatisfy(
                                range -> assertThat(rows(range)).isBetween(ROWS / RANGES / 4, ROWS * 5 / RANGES / 2));
            }
        }
    }

    private static int rows(CopyRange range) {
        int lower = range.lower().isEmpty() ? 1 : Integer.parseInt(range.lower().getFirst());
        int upper = range.upper().isEmpty()
                ? ROWS + 1
                : Integer.parseInt(range.upper().getFirst());
        return upper - lower;
    }
}
