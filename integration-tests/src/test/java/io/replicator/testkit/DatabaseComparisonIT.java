package io.replicator.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.replicator.cli.demo.ComparisonOptions;
import io.replicator.cli.demo.ComparisonOptions.MaterializedViews;
import io.replicator.cli.demo.ComparisonResult;
import io.replicator.cli.demo.DatabaseComparison;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DatabaseComparisonIT {
    private static final String[] SCHEMA = {
        "CREATE SCHEMA \"S 1\"",
        "CREATE TABLE \"S 1\".keyed (id bigint, part text, value text, number double precision, data jsonb,"
                + " PRIMARY KEY (part, id))",
        "CREATE TABLE keyless (a integer, b text)",
        "CREATE TABLE floats (id integer PRIMARY KEY, d double precision, r real, p point, l double precision[])",
        "CREATE SEQUENCE numbers INCREMENT BY 5",
        "CREATE MATERIALIZED VIEW counts AS SELECT a, count(*) AS n FROM keyless GROUP BY a",
        "INSERT INTO \"S 1\".keyed SELECT n, 'ž' || n % 3, CASE WHEN n % 5 > 0 THEN 'v\"' || n END, n / 7.0, '{\"a\":"
                + " [1]}' FROM generate_series(-50, 50) AS n",
        "INSERT INTO keyless SELECT n % 4, '😀' FROM generate_series(1, 20) AS n",
        "INSERT INTO floats VALUES (1, 0.1, 0.3, '(0.1,0.2)', '{0.7}'), (2, 'NaN', '-Infinity', NULL, '{NULL}')",
        "SELECT nextval('numbers') FROM generate_series(1, 3)",
        "REFRESH MATERIALIZED VIEW counts"
    };

    private TestDatabase source;
    private TestDatabase target;

    @BeforeEach
    void createBothSides() throws SQLException {
        source = Servers.source(10);
        target = Servers.target(17);
        source.execute(SCHEMA);
        target.execute(SCHEMA);
    }

    @AfterEach
    void dropBothSides() throws SQLException {
        source.drop();
        target.drop();
    }

    @Test
    void findsEqualSidesEqualAcrossMajors() throws SQLException {
        ComparisonResult result = compare();

        assertThat(result.differences()).isEmpty();
        assertThat(result.equal()).isTrue();
        assertThat(result.rows()).isEqualTo(101 + 20 + 2 + 4);
        result.assertEqual();
    }

    @Test
    void findsAMissingRow() throws SQLException {
        target.execute("DELETE FROM \"S 1\".keyed WHERE id = 7");
        assertOneDifference("S 1.keyed: row (ž1,7) is missing on the target");
    }

    @Test
    void findsASurplusRow() throws SQLException {
        source.execute("DELETE FROM \"S 1\".keyed WHERE id = 50");
        assertOneDifference("S 1.keyed: row (ž2,50) is on the target only");
    }

    @Test
    void findsAnAlteredValue() throws SQLException {
        target.execute("UPDATE \"S 1\".keyed SET value = value || ' ' WHERE id = 7");
        assertOneDifference("S 1.keyed: row (ž1,7) differs");
    }

    @Test
    void tellsNullFromEmptyText() throws SQLException {
        target.execute("UPDATE \"S 1\".keyed SET value = '' WHERE id = 5");
        assertOneDifference("S 1.keyed: row (ž2,5) differs");
    }

    @Test
    void findsTheLastBitOfAFloat() throws SQLException {
        target.execute("UPDATE floats SET d = 0.1000000000000000194 WHERE id = 1");
        assertOneDifference("public.floats: row (1) differs");
    }

    @Test
    void findsADoubledRowWithoutAKey() throws SQLException {
        target.execute("INSERT INTO keyless VALUES (1, '😀')", "REFRESH MATERIALIZED VIEW counts");
        assertThat(compare(ComparisonOptions.rowsOnly()).differences())
                .containsExactly("public.keyless: row (1,😀) is on the target only");
    }

    @Test
    void findsARowThatIsThereOnceInsteadOfTwice() throws SQLException {
        target.execute("DELETE FROM keyless WHERE ctid = (SELECT min(ctid) FROM keyless WHERE a = 2)");
        assertThat(compare(ComparisonOptions.rowsOnly()).differences())
                .containsExactly("public.keyless: row (2,😀) is missing on the target");
    }

    @Test
    void findsAMissingTableAndAMissingColumn() throws SQLException {
        source.execute("CREATE TABLE forgotten ()", "ALTER TABLE keyless ADD COLUMN c text");
        assertThat(compare().differences())
                .hasSize(2)
                .anySatisfy(line -> assertThat(line).isEqualTo("public.forgotten is missing on the target"))
                .anySatisfy(line -> assertThat(line).startsWith("public.keyless has other columns"));
    }

    @Test
    void findsASequenceThatIsBehindButNotOneThatIsAhead() throws SQLException {
        target.execute("SELECT setval('numbers', 100)");
        assertThat(compare().equal()).isTrue();
        source.execute("SELECT setval('numbers', 100)");
        target.execute("SELECT setval('numbers', 100, false)");
        assertOneDifference("sequence public.numbers is behind on the target: source gives 105 next, target 100");
    }

    @Test
    void comparesAMaterializedViewWithItsDefinitionOrAsStored() throws SQLException {
        source.execute("INSERT INTO keyless VALUES (1, 'x')");
        target.execute("INSERT INTO keyless VALUES (1, 'x')");
        assertThat(compare(ComparisonOptions.afterCutover().with(MaterializedViews.AS_STORED))
                        .equal())
                .isTrue();
        assertThat(compare().differences())
                .containsExactlyInAnyOrder(
                        "public.counts: row (1,6) is missing on the target",
                        "public.counts: row (1,5) is on the target only");
        target.execute("REFRESH MATERIALIZED VIEW counts");
        assertThat(compare().equal()).isTrue();
    }

    @Test
    void countsAllDifferencesButListsSome() throws SQLException {
        target.execute("TRUNCATE \"S 1\".keyed");
        ComparisonResult result = compare();
        assertThat(result.differenceCount()).isEqualTo(101);
        assertThat(result.differences()).hasSize(50);
        assertThatThrownBy(result::assertEqual)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("101 differences");
    }

    @Test
    void leavesTheSessionsAsTheyWere() throws SQLException {
        try (Connection left = source.connection();
                Connection right = target.connection()) {
            DatabaseComparison.compare(left, right, ComparisonOptions.afterCutover());
            assertThat(left.getAutoCommit()).isTrue();
            assertThat(right.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
        }
    }

    private void assertOneDifference(String beginning) throws SQLException {
        ComparisonResult result = compare();
        assertThat(result.differences()).singleElement().asString().startsWith(beginning);
        assertThat(result.differenceCount()).isEqualTo(1);
    }

    private ComparisonResult compare() throws SQLException {
        return compare(ComparisonOptions.afterCutover());
    }

    private ComparisonResult compare(ComparisonOptions options) throws SQLException {
        try (Connection left = source.connection();
                Connection right = target.connection()) {
            return DatabaseComparison.compare(left, right, options);
        }
    }
}
