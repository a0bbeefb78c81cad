package io.replicator.catalog;

import io.replicator.change.ReplicaIdentity;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An index as far as identity is concerned.
 *
 * @param columns the key columns, without INCLUDE columns; empty when one of them is an expression
 * @param plain whether it covers every row (no predicate) by columns that cannot be NULL
 */
record Index(
        String name,
        List<String> columns,
        boolean primary,
        boolean unique,
        boolean exclusion,
        boolean immediate,
        boolean valid,
        boolean plain,
        boolean replicaIdentity) {
    private static final Comparator<Index> SIMPLEST =
            Comparator.<Index>comparingInt(index -> index.columns.size()).thenComparing(Index::name);

    /** Whether it identifies a row at any moment. */
    boolean identifies() {
        return unique && !exclusion && immediate && valid && plain && !columns.isEmpty();
    }

    /** Whether rows can collide in it. */
    boolean constraining() {
        return unique || exclusion;
    }

    /**
     * The index that identifies rows: the one that the replica identity names (only its columns are sent with an UPDATE
     * or DELETE), else the primary key, else the unique index with the fewest columns.
     */
    static @Nullable Index key(List<Index> indexes, ReplicaIdentity identity) {
        Comparator<Index> order =
                Comparator.<Index>comparingInt(index -> index.rank(identity)).thenComparing(SIMPLEST);
        return indexes.stream().filter(Index::identifies).min(order).orElse(null);
    }

    static boolean identityUsable(List<Index> indexes, ReplicaIdentity identity) {
        return switch (identity) {
            case FULL -> true;
            case NOTHING -> false;
            case DEFAULT -> indexes.stream().anyMatch(index -> index.primary && index.immediate && index.valid);
            case INDEX -> indexes.stream().anyMatch(index -> index.replicaIdentity && index.valid);
        };
    }

    private int rank(ReplicaIdentity identity) {
        if (identity == ReplicaIdentity.INDEX && replicaIdentity) {
            return 0;
        }
        return primary ? 1 : 2;
    }
}
