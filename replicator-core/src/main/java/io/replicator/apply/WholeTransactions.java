package io.replicator.apply;

import io.replicator.change.SourceTransaction;
import io.replicator.postgres.Lsn;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Source transactions that one lane must apply alone. One that is larger than a batch is spread over the lanes before its
 * end is known; where it then turns out to contain what needs the source's order, the stream is opened again and it is
 * applied whole. Thread-safe.
 */
public final class WholeTransactions {
    private final Set<Lsn> commits = ConcurrentHashMap.newKeySet();

    void add(SourceTransaction transaction) {
        commits.add(transaction.commitLsn());
    }

    boolean contains(SourceTransaction transaction) {
        return !commits.isEmpty() && commits.contains(transaction.commitLsn());
    }
}
