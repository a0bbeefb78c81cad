package io.replicator.snapshot;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Passes the rows that one COPY reads to another that writes them, through a buffer. Not thread-safe. */
final class CopyPipe {
    /** What is sent to the target at a time. */
    private static final int BUFFER_BYTES = 64 << 10;

    private final Connection source;
    private final Connection target;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    CopyPipe(Connection source, Connection target) {
        this.source = source;
        this.target = target;
    }

    /** Is told of every buffer that was sent. */
    @FunctionalInterface
    interface Progress {
        /** @param messages begun so far; each holds a row, but for the last of the binary format */
        void moved(long messages, int bytes) throws InterruptedException;
    }

    /**
     * Runs both statements in the sessions' open transactions.
     *
     * @return rows
     * @throws ReplicatorException {@code INTERRUPTED}; the sessions can go on after a rollback
     */
    long run(CopySql sql, Progress progress) throws SQLException, InterruptedException {
        CopyIn in = target.unwrap(PGConnection.class).getCopyAPI().copyIn(sql.write());
        try {
            try (CopyOutput out = CopyOutput.start(source, sql.read())) {
                for (int bytes = out.read(buffer); bytes > 0; bytes = out.read(buffer)) {
                    in.writeToCopy(buffer, 0, bytes);
                    progress.moved(out.messages(), bytes);
                    if (Thread.currentThread().isInterrupted()) {
                        throw new ReplicatorException(ErrorCode.INTERRUPTED, "the bulk load was interrupted");
                    }
                }
            }
            return in.endCopy();
        } finally {
            if (in.isActive()) {
                in.cancelCopy();
            }
        }
    }
}
