package io.replicator.daemon;

import io.replicator.postgres.QualifiedName;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Tables that the operator wants copied again.
 *
 * @param begun completed when the target durably knows it
 */
record Resync(List<QualifiedName> tables, CompletableFuture<Boolean> begun) {
    Resync {
        tables = List.copyOf(tables);
    }
}
