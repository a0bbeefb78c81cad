package io.replicator.apply;

import io.replicator.change.Change;
import io.replicator.change.RelationColumn;
import io.replicator.microbenchmark.Messages;
import java.util.List;

/** Updates of one table, as they come out of the decoder. */
record Updates(TableMapping mapping, List<Change> changes) {
    private static final int INT8 = 20;

    /** @param keys every key is updated {@code updates / keys} times */
    static Updates of(int columns, int updates, int keys) {
        List<Change> changes = Messages.decoded(Messages.updates(columns, updates, keys)).stream()
                .filter(Change.Update.class::isInstance)
                .toList();
        Change.Update first = (Change.Update) changes.getFirst();
        List<TargetColumn> target = first.relation().columns().stream()
                .map(RelationColumn::name)
                .map(name -> new TargetColumn(name, "\"pg_catalog\".\"int8\"", INT8, false, true))
                .toList();
        TargetTable table = TargetTable.of(
                first.relation().name(),
                false,
                target,
                List.of(target.getFirst().name()),
                false);
        return new Updates(TableMapping.of(first.relation(), table), changes);
    }
}
