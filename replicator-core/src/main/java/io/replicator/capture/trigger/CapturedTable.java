package io.replicator.capture.trigger;

import io.replicator.postgres.QualifiedName;
import java.util.List;

/**
 * A table with our triggers.
 *
 * @param id stands for the table in the change logs; its OID on the source
 * @param keyColumns in the shape's order; empty for a table without a key
 * @param rowLevel whether its triggers fire for every row, as for partitions and what a subscription writes to
 */
public record CapturedTable(
        int id, int relationOid, QualifiedName name, KeyShape shape, List<String> keyColumns, boolean rowLevel) {
    public CapturedTable {
        keyColumns = List.copyOf(keyColumns);
    }
}
