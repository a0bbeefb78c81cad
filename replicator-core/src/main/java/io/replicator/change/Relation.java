package io.replicator.change;

import io.replicator.postgres.QualifiedName;
import java.util.List;

/**
 * A table as the stream describes it at one moment. A later description that differs is another instance and replaces the
 * earlier one; statements are keyed on the instance. One that does not differ comes with every piece of a backlog, and was
 * compared again for each change while it was another instance, too.
 */
public final class Relation {
    private final int oid;
    private final QualifiedName name;
    private final ReplicaIdentity identity;
    private final List<RelationColumn> columns;

    public Relation(int oid, QualifiedName name, ReplicaIdentity identity, List<RelationColumn> columns) {
        this.oid = oid;
        this.name = name;
        this.identity = identity;
        this.columns = List.copyOf(columns);
    }

    public int oid() {
        return oid;
    }

    public QualifiedName name() {
        return name;
    }

    public ReplicaIdentity identity() {
        return identity;
    }

    public List<RelationColumn> columns() {
        return columns;
    }

    /** Whether both describe the same columns and identity under the same name. */
    public boolean sameStructure(Relation other) {
        return oid == other.oid
                && name.equals(other.name)
                && identity == other.identity
                && columns.equals(other.columns);
    }

    @Override
    public String toString() {
        return name.toString();
    }
}
