package io.replicator.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.CatalogReader;
import io.replicator.config.TableFilter;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.Side;
import io.replicator.testkit.Endpoints;
import io.replicator.testkit.Servers;
import io.replicator.testkit.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MaterializedViewsIT {
    private static final String[] VIEWS = {
        "CREATE TABLE t (a int)",
        "CREATE MATERIALIZED VIEW z_first AS SELECT count(*) AS n FROM t",
        "CREATE VIEW plain AS SELECT n + 1 AS n FROM z_first",
        "CREATE MATERIALIZED VIEW a_second AS SELECT n FROM plain",
        "CREATE MATERIALIZED VIEW unfilled AS SELECT 1 / a AS n FROM t WITH NO DATA"
    };

    @ParameterizedTest
    @ValueSource(ints = {10, 17})
    void fillsThoseThatTheSourceHasFilledInTheOrderOfTheirDependencies(int major) throws SQLException {
        TestDatabase database = Servers.target(major);
        database.execute(VIEWS);
        try (Database end = Endpoints.database(Side.TARGET, database.url());
                Connection connection = end.open("test")) {
            Catalog catalog = CatalogReader.read(connection, TableFilter.ALL);
            database.execute("INSERT INTO t VALUES (0), (1)");

            MaterializedViews.refresh(connection, catalog);
        }

        assertThat(database.number("SELECT n FROM a_second")).isEqualTo(3);
        assertThat(database.text("SELECT relispopulated FROM pg_class WHERE relname = 'unfilled'"))
                .isEqualTo("f");
        database.drop();
    }

    @Test
    void namesTheViewThatFails() throws SQLException {
        TestDatabase database = Servers.target(17);
        database.execute("CREATE TABLE t (a int)", "CREATE MATERIALIZED VIEW ratio AS SELECT 1 / a AS n FROM t");
        try (Database end = Endpoints.database(Side.TARGET, database.url());
                Connection connection = end.open("test")) {
            Catalog catalog = CatalogReader.read(connection, TableFilter.ALL);
            database.execute("INSERT INTO t VALUES (0)");

            assertThatThrownBy(() -> MaterializedViews.refresh(connection, catalog))
                    .isInstanceOf(ReplicatorException.class)
                    .hasMessageContainingAll("public.ratio", "division by zero");
        }
        database.drop();
    }
}
