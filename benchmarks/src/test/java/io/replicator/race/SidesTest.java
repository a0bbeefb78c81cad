package io.replicator.race;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class SidesTest {
    @Test
    void namesTablesThatDifferOrAreMissing() {
        assertThat(Sides.difference(Map.of("a", "1 5", "b", "2 6", "c", "0 0"), Map.of("a", "1 5", "b", "2 7")))
                .contains("b", "c")
                .doesNotContain("a");
    }

    @Test
    void saysNothingOfEqualSides() {
        assertThat(Sides.difference(Map.of("a", "1 5"), Map.of("a", "1 5", "more", "1 1")))
                .isEmpty();
    }
}
