package io.replicator.daemon;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.progress.Phase;
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

    /** @throws ReplicatorException {@code PHASE_INVALID} where no stream is that could go on meanwhile */
    static void requireStreaming(Phase phase) {
        if (!phase.streams()) {
            throw new ReplicatorException(
                    ErrorCode.PHASE_INVALID,
                    "tables are copied again while a migration streams; it is " + phase.word()
                            + (phase == Phase.PAUSED ? "; 'replicator resume' lets it go on" : ""));
        }
    }

    /** Has it not begun any more, unless it has. */
    void withdraw() {
        begun.cancel(false);
    }

    boolean withdrawn() {
        return begun.isCancelled();
    }
}
