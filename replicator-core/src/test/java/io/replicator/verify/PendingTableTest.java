package io.replicator.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.catalog.Table;
import io.replicator.change.ReplicaIdentity;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.Side;
import io.replicator.verify.Reading.Figures;
import io.replicator.verify.Reading.Unreadable;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PendingTableTest {
    private static final List<String> FIGURES = List.of("min(id)", TableQueries.CHECKSUM, TableQueries.CHECKSUM);

    @Test
    void equalAnswersAreEqual() {
        TableComparison comparison = compare(figures(3, "'1'", "'10'", "'20'"), figures(3, "'1'", "'10'", "'20'"));
        assertThat(comparison.equal()).isTrue();
        assertThat(comparison.compared()).isTrue();
        assertThat(comparison.sourceRows()).isEqualTo(3);
        assertThat(comparison.targetRows()).isEqualTo(3);
    }

    @Test
    void eitherChecksumTellsOtherContent() {
        Figures one = figures(3, "'1'", "'10'", "'20'");
        assertThat(compare(one, figures(3, "'1'", "'11'", "'20'")).differences())
                .containsExactly("content: as many rows on both sides, but not the same");
        assertThat(compare(one, figures(3, "'1'", "'10'", "'21'")).differences())
                .containsExactly("content: as many rows on both sides, but not the same");
    }

    @Test
    void countsAndBoundsSayMoreThanChecksums() {
        assertThat(compare(figures(3, "'1'", "'10'", "'20'"), figures(2, "NULL", "'11'", "'21'"))
                        .differences())
                .containsExactly(
                        "rows: 3 on the source, 2 on the target", "min(id): '1' on the source, NULL on the target");
    }

    @Test
    void unreadableTableIsNotCompared() {
        TableComparison comparison = compare(figures(3, "'1'", "'10'", "'20'"), new Unreadable("took too long"));
        assertThat(comparison.equal()).isFalse();
        assertThat(comparison.compared()).isFalse();
        assertThat(comparison.sourceRows()).isEqualTo(3);
        assertThat(comparison.targetRows()).isNull();
        assertThat(comparison.differences()).containsExactly("not compared: target: took too long");
    }

    @Test
    void missingAnswerIsNotCompared() {
        PendingTable pending = pending(List.of());
        pending.answer(Side.SOURCE, figures(0, "NULL", "NULL", "NULL"));
        assertThat(pending.comparison().differences()).containsExactly("not compared: not read");
    }

    @Test
    void knownDifferenceCountsAlsoWhenRowsAreUnreadable() {
        PendingTable pending = pending(List.of("column b is missing on the target"));
        TableComparison comparison = pending.comparison();
        assertThat(comparison.compared()).isTrue();
        assertThat(comparison.differences()).containsExactly("column b is missing on the target");
    }

    private static TableComparison compare(Reading source, Reading target) {
        PendingTable pending = pending(List.of());
        pending.answer(Side.SOURCE, source);
        pending.answer(Side.TARGET, target);
        return pending.comparison();
    }

    private static PendingTable pending(List<String> structure) {
        Table table = new Table(
                1,
                new QualifiedName("public", "t"),
                null,
                List.of(),
                null,
                ReplicaIdentity.NOTHING,
                false,
                false,
                false,
                1,
                0,
                -1);
        return new PendingTable(new TableQueries(table, structure, FIGURES, "", ""));
    }

    private static Figures figures(long rows, String... values) {
        return new Figures(rows, List.of(values));
    }
}
