package io.replicator.config;

import io.replicator.postgres.QualifiedName;
import java.time.Duration;
import java.util.List;

/**
 * The switch.
 *
 * @param budget from the fence to the point of no return; exceeding it undoes the cutover
 * @param sequenceMargin values every sequence is moved ahead at least
 * @param recopy patterns of tables that are not streamed but copied again at verification points and at the cutover;
 *     under capture {@code trigger}
 */
public record CutoverConfig(
        Duration budget, FenceMode fence, long sequenceMargin, List<String> recopy, HooksConfig hooks) {
    public static final CutoverConfig DEFAULT =
            new CutoverConfig(Duration.ofSeconds(20), FenceMode.READONLY, 10_000, List.of(), HooksConfig.NONE);

    public CutoverConfig {
        recopy = List.copyOf(recopy);
    }

    /** Whether a table is copied again at the cutover. */
    public boolean recopies(QualifiedName table) {
        return new TableFilter(recopy, List.of()).accepts(table);
    }
}
