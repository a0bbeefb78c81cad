package io.replicator.change;

import io.replicator.postgres.Lsn;
import java.time.Instant;

/**
 * A transaction that committed on the source.
 *
 * @param xid its top-level transaction id
 * @param commitLsn where its commit record starts; transactions are ordered by it and by nothing else
 * @param committedAt the source's clock at commit
 */
public record SourceTransaction(long xid, Lsn commitLsn, Instant committedAt) {}
