package io.replicator.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.config.VerifyLevel;
import io.replicator.testkit.Servers;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each level finds. */
final class DifferencesIT {
    private BothSides sides;

    @BeforeEach
    void fillBothSides() throws SQLException {
        sides = new BothSides(Servers.source(17), Servers.target(18));
        sides.execute(
                "CREATE TABLE item (id integer PRIMARY KEY, name text, updated_at timestamptz)",
                "INSERT INTO item SELECT n, 'item ' || n, '2024-01-01'::timestamptz + n * interval '1 hour'"
                        + " FROM generate_series(1, 100) n",
                "CREATE TABLE pair (a integer, b integer)",
                "INSERT INTO pair VALUES (1, 2), (1, 2)");
    }

    @AfterEach
    void dropBothSides() throws SQLException {
        sides.close();
    }

    @Test
    void countsFindMissingRows() throws SQLException, InterruptedException {
        sides.target().execute("DELETE FROM item WHERE id = 50");
        assertThat(differences(VerifyLevel.COUNTS))
                .containsExactly("public.item: rows: 100 on the source, 99 on the target");
        assertThat(differences(VerifyLevel.CHECKSUM))
                .containsExactly("public.item: rows: 100 on the source, 99 on the target");
    }

    @Test
    void boundsFindAnOtherFirstKey() throws SQLException, InterruptedException {
        sides.target().execute("UPDATE item SET id = 0 WHERE id = 1");
        assertThat(differences(VerifyLevel.COUNTS)).isEmpty();
        assertThat(differences(VerifyLevel.BOUNDS))
                .containsExactly("public.item: min(id): '1' on the source, '0' on the target");
    }

    @Test
    void boundsFindTheNewestChange() throws SQLException, InterruptedException {
        sides.source().execute("UPDATE item SET name = 'new', updated_at = '2025-01-01' WHERE id = 7");
        assertThat(differences(VerifyLevel.BOUNDS))
                .containsExactly("public.item: max(updated_at): '2025-01-01 00:00:00+00' on the source,"
                        + " '2024-01-05 04:00:00+00' on the target");
    }

    @Test
    void checksumFindsOneAlteredValue() throws SQLException, InterruptedException {
        sides.target().execute("UPDATE item SET name = name || ' ' WHERE id = 50");
        assertThat(differences(VerifyLevel.BOUNDS)).isEmpty();
        assertThat(differences(VerifyLevel.CHECKSUM))
                .containsExactly("public.item: content: as many rows on both sides, but not the same");
    }

    @Test
    void checksumFindsSwappedValues() throws SQLException, InterruptedException {
        sides.target()
                .execute("UPDATE item SET name = CASE id WHEN 5 THEN 'item 6' ELSE 'item 5' END WHERE id IN (5, 6)");
        assertThat(differences(VerifyLevel.CHECKSUM)).hasSize(1);
    }

    @Test
    void checksumFindsOtherDuplicates() throws SQLException, InterruptedException {
        sides.target().execute("UPDATE pair SET a = 3, b = 4");
        assertThat(differences(VerifyLevel.CHECKSUM))
                .containsExactly("public.pair: content: as many rows on both sides, but not the same");
    }

    @Test
    void missingTableDiffers() throws SQLException, InterruptedException {
        sides.target().execute("DROP TABLE item");
        List<TableComparison> comparisons = sides.compare(VerifyLevel.COUNTS);
        assertThat(BothSides.lines(comparisons)).containsExactly("public.item: the table is missing on the target");
        assertThat(comparisons).allMatch(TableComparison::compared);
        assertThat(comparisons).hasSize(2);
    }

    @Test
    void missingColumnDiffersAndTheRestIsCompared() throws SQLException, InterruptedException {
        sides.target().execute("ALTER TABLE item DROP COLUMN updated_at", "DELETE FROM item WHERE id = 100");
        assertThat(differences(VerifyLevel.CHECKSUM))
                .containsExactly(
                        "public.item: column updated_at is missing on the target",
                        "public.item: rows: 100 on the source, 99 on the target",
                        "public.item: max(id): '100' on the source, '99' on the target");
    }

    @Test
    void comparisonsComeInTheOrderOfTheTables() throws SQLException, InterruptedException {
        sides.execute("CREATE TABLE bulk AS SELECT n, repeat('x', 1000) FROM generate_series(1, 20000) n");
        assertThat(sides.compare(VerifyLevel.CHECKSUM))
                .extracting(comparison -> comparison.table().name())
                .containsExactly("bulk", "item", "pair");
    }

    private List<String> differences(VerifyLevel level) throws SQLException, InterruptedException {
        return BothSides.lines(sides.compare(level));
    }
}
