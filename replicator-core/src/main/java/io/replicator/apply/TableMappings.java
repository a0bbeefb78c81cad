package io.replicator.apply;

import io.replicator.change.Change;
import io.replicator.change.Position;
import io.replicator.change.Relation;
import io.replicator.change.SourceTransaction;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.OidMap;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The lane's mappings of source relations to target tables; a relation described anew is looked at anew. */
final class TableMappings {
    private final Connection target;
    private final TableStarts starts;
    private final OidMap<Mapped> byOid = new OidMap<>();

    /**
     * A table and what its bulk load contains.
     *
     * @param start null for a table that was not loaded
     */
    record Mapped(TableMapping mapping, @Nullable Position start) {
        /** Whether the bulk load contains this transaction already. */
        boolean contains(SourceTransaction transaction) {
            return start != null && start.contains(transaction);
        }
    }

    TableMappings(Connection target, TableStarts starts) {
        this.target = target;
        this.starts = starts;
    }

    /** Indexes of the target, or from where on tables take changes, may be others than before. */
    void forget() {
        byOid.clear();
    }

    Mapped table(Relation relation) throws SQLException {
        Mapped known = byOid.get(relation.oid());
        if (known != null && isOf(known.mapping().relation(), relation)) {
            return known;
        }
        TargetTable table = TargetTableReader.read(target, relation.name());
        if (table == null) {
            throw new ReplicatorException(
                    ErrorCode.TABLE_MISSING,
                    "table " + relation + " changed on the source and is missing on the target");
        }
        Mapped mapped = new Mapped(TableMapping.of(relation, table), starts.start(relation.name()));
        byOid.put(relation.oid(), mapped);
        return mapped;
    }

    private static boolean isOf(Relation known, Relation relation) {
        return known == relation || known.sameStructure(relation);
    }

    /** Whether a table is copied while the stream goes on, and takes no changes. */
    boolean passesOver(Relation relation, Change change) {
        return starts.passesOver(relation.name(), change);
    }

    /** A TRUNCATE without the tables that it is passed over for, or whose bulk load contains it. */
    Change.Truncate withoutContained(Change.Truncate truncate, SourceTransaction transaction) throws SQLException {
        List<Relation> relations = new ArrayList<>();
        for (Relation relation : truncate.relations()) {
            if (!passesOver(relation, truncate) && !table(relation).contains(transaction)) {
                relations.add(relation);
            }
        }
        return new Change.Truncate(relations, truncate.cascade(), truncate.restartIdentity());
    }
}
