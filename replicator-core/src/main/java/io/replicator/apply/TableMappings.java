package io.replicator.apply;

import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.change.Relation;
import io.replicator.change.SourceTransaction;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The lane's mappings of source relations to target tables; a relation described anew is looked at anew. */
final class TableMappings {
    private final Connection target;
    private final TableStarts starts;
    private final Map<Integer, TableMapping> byOid = new HashMap<>();

    TableMappings(Connection target, TableStarts starts) {
        this.target = target;
        this.starts = starts;
    }

    /** Indexes of the target may have changed. */
    void forget() {
        byOid.clear();
    }

    TableMapping mapping(Relation relation) throws SQLException {
        TableMapping known = byOid.get(relation.oid());
        if (known != null && (known.relation() == relation || known.relation().sameStructure(relation))) {
            return known;
        }
        TargetTable table = TargetTableReader.read(target, relation.name());
        if (table == null) {
            throw new ReplicatorException(
                    ErrorCode.TABLE_MISSING,
                    "table " + relation + " changed on the source and is missing on the target");
        }
        TableMapping mapping = TableMapping.of(relation, table);
        byOid.put(relation.oid(), mapping);
        return mapping;
    }

    /** Whether a table is copied while the stream goes on, and takes no changes. */
    boolean passesOver(Relation relation, Change change) {
        return starts.passesOver(relation.name(), change);
    }

    /** Whether the table's bulk load contains this transaction already. */
    boolean contains(TableMapping mapping, SourceTransaction transaction) {
        Position start = starts.start(mapping.relation().name());
        return start != null && start.contains(transaction);
    }

    /** A TRUNCATE without the tables that it is passed over for, or whose bulk load contains it. */
    Change.Truncate withoutContained(Change.Truncate truncate, SourceTransaction transaction) throws SQLException {
        List<Relation> relations = new ArrayList<>();
        for (Relation relation : truncate.relations()) {
            if (!passesOver(relation, truncate) && !contains(mapping(relation), transaction)) {
                relations.add(relation);
            }
        }
        return new Change.Truncate(relations, truncate.cascade(), truncate.restartIdentity());
    }
}
