package io.replicator.cli.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the writers saw.
 *
 * @param committed acknowledged by the server, or found committed after a lost connection
 * @param rolledBack on purpose
 * @param refused by a read-only server or a closed fence (25006); tried again
 * @param connectionLosses sessions that broke
 * @param errors all other failures by SQLSTATE; these transactions were rolled back and not tried again
 * @param undecided commits whose outcome could not be asked before the writers stopped
 * @param longestTransaction from begin to the answer, in one attempt
 * @param longestWait from a transaction's first attempt to its end, with all refusals and lost connections in between
 * @param lastCommit null when there was none
 * @param violations where the database's count differed from the writer's: lost or doubled transactions
 */
public record WriterReport(
        long committed,
        long rolledBack,
        long refused,
        long connectionLosses,
        Map<String, Long> errors,
        int undecided,
        Duration longestTransaction,
        Duration longestWait,
        @Nullable Instant lastCommit,
        List<String> violations) {

    public WriterReport {
        errors = Map.copyOf(errors);
        violations = List.copyOf(violations);
    }

    WriterReport withLongestWait(Duration newLongestWait) {
        return new WriterReport(
                committed,
                rolledBack,
                refused,
                connectionLosses,
                errors,
                undecided,
                longestTransaction,
                newLongestWait,
                lastCommit,
                violations);
    }
}
