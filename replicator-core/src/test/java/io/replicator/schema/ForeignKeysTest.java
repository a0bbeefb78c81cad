package io.replicator.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignKeysTest {
    @Test
    void addsFirstAndValidatesLater() {
        List<SchemaEntry> steps =
                ForeignKeys.validatedLater(entry("\n\nALTER TABLE ONLY s.t\n    ADD CONSTRAINT \"a;b\""
                        + " FOREIGN KEY (\"x;y\") REFERENCES s.r(id) ON DELETE CASCADE DEFERRABLE;\n\n\n"));

        assertThat(steps).extracting(SchemaEntry::stage).containsExactly(Stage.FOREIGN_KEYS, Stage.VALIDATIONS);
        assertThat(steps.getFirst().sql().strip())
                .isEqualTo(
                        "ALTER TABLE ONLY s.t ADD CONSTRAINT \"a;b\" FOREIGN KEY (\"x;y\") REFERENCES s.r(id) ON DELETE"
                                + " CASCADE DEFERRABLE NOT VALID;");
        assertThat(steps.getLast().sql()).isEqualTo("ALTER TABLE ONLY s.t VALIDATE CONSTRAINT \"a;b\"");
        assertThat(steps.getLast().tables()).containsExactly("s.t");
        assertThat(steps).extracting(SchemaEntry::number).containsExactly(7, 8);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE ONLY s.t ADD CONSTRAINT c FOREIGN KEY (x) REFERENCES s.r(id) NOT VALID;",
                "ALTER TABLE s.t ADD CONSTRAINT c FOREIGN KEY (x) REFERENCES s.r(id);"
            })
    void leavesOthersAsTheyAre(String sql) {
        SchemaEntry entry = entry(sql);
        assertThat(ForeignKeys.validatedLater(entry)).containsExactly(entry);
    }

    private static SchemaEntry entry(String sql) {
        return new SchemaEntry(7, Stage.FOREIGN_KEYS, "FK CONSTRAINT", "s.t c", sql, List.of("s.t", "s.r"), 5);
    }
}
