package io.replicator.daemon;

import io.replicator.postgres.QualifiedName;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Tables that the operator wants copied again.
 *
 * @param begun completed when the target durably knows it; cancelled when nobody waits for that any more
 */
record Resync(List<QualifiedName> tables, CompletableFuture<Boolean> begun) {
    Resync {
        tables = List.copyOf(tables);
    }

    /** Has it not begun any more, unless it has. */
    void withdraw() {
        begun.cancel(false);
    }

    boolean withdrawn() {
        return begun.isCancelled();
    }
}
