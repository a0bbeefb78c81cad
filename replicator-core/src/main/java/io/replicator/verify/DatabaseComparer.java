package io.replicator.verify;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.Table;
import io.replicator.config.VerifyLevel;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.ServerVersion;
import io.replicator.postgres.Side;
import io.replicator.postgres.SqlStates;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Compares the rows of two databases. Every session reads on its own, the largest tables first; the two sides do not
 * wait for each other.
 *
 * <p>Not thread-safe: the sessions are in use while {@link #compare} runs.
 */
public final class DatabaseComparer {
    private static final long SMALL_TABLE_BYTES = 4L << 20;
    private static final int TABLES_PER_ROUND_TRIP = 50;

    private final List<ConnectionPair> pairs;
    private final ServerVersion source;
    private final ServerVersion target;
    private final @Nullable Duration limit;

    /**
     * @param pairs at least one; the sessions of one side see the same snapshot
     * @param limit how long it may take; null for any time. One table may take half of what is left; tables for which no time
     *     is left are not compared
     */
    public DatabaseComparer(
            List<ConnectionPair> pairs, ServerVersion source, ServerVersion target, @Nullable Duration limit) {
        if (pairs.isEmpty()) {
            throw new IllegalArgumentException("no connections to compare by");
        }
        this.pairs = List.copyOf(pairs);
        this.source = source;
        this.target = target;
        this.limit = limit;
    }

    /**
     * Compares the source's tables with those of the same names on the target. The sessions' transactions stay open and
     * usable.
     *
     * @return one for each of the source's tables, in their order. A table that is missing on the target differs. A
     *     table that could not be read has a difference that says so, see {@link TableComparison#compared}
     * @throws ReplicatorException {@code CONNECTION_FAILED} or {@code NOT_COMPARABLE} when a session or its transaction
     *     is lost
     * @throws InterruptedException after all running statements have been ended; the transactions may be lost then
     */
    public List<TableComparison> compare(List<Table> sourceTables, Catalog onTarget, VerifyLevel level)
            throws InterruptedException {
        try {
            Dialect dialect = Dialect.of(source, target, pairs.getFirst());
            Map<Table, PendingTable> pending = new HashMap<>();
            for (Table table : sourceTables) {
                Table other = onTarget.table(table.name());
                if (other != null) {
                    pending.put(table, new PendingTable(TableQueries.of(table, other, level, dialect)));
                }
            }
            read(inGroups(pending), dialect);
            return sourceTables.stream()
                    .map(table -> comparison(table, pending.get(table)))
                    .toList();
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.NOT_COMPARABLE, "comparing the two sides", e);
        }
    }

    private void read(List<List<PendingTable>> groups, Dialect dialect) throws SQLException, InterruptedException {
        Queue<List<PendingTable>> forSource = new ConcurrentLinkedQueue<>(groups);
        Queue<List<PendingTable>> forTarget = new ConcurrentLinkedQueue<>(groups);
        TimeLimit until = limit == null ? null : TimeLimit.in(limit);
        try (Readers readers = new Readers()) {
            for (ConnectionPair pair : pairs) {
                readers.start(new SideSession(Side.SOURCE, pair.source(), until, dialect), forSource);
                readers.start(new SideSession(Side.TARGET, pair.target(), until, dialect), forTarget);
            }
            readers.await();
        }
    }

    /** The largest tables alone and first, then the small ones, of which many are read in one round trip. */
    private static List<List<PendingTable>> inGroups(Map<Table, PendingTable> pending) {
        List<List<PendingTable>> groups = new ArrayList<>();
        List<PendingTable> small = new ArrayList<>();
        pending.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<Table, PendingTable> entry) ->
                                entry.getKey().bytes())
                        .reversed())
                .forEach(entry -> {
                    if (entry.getKey().bytes() > SMALL_TABLE_BYTES) {
                        groups.add(List.of(entry.getValue()));
                    } else {
                        small.add(entry.getValue());
                    }
                });
        for (int from = 0; from < small.size(); from += TABLES_PER_ROUND_TRIP) {
            groups.add(small.subList(from, Math.min(from + TABLES_PER_ROUND_TRIP, small.size())));
        }
        return groups;
    }

    private static TableComparison comparison(Table table, @Nullable PendingTable read) {
        return read == null
                ? new TableComparison(table.name(), null, null, List.of("the table is missing on the target"))
                : read.comparison();
    }
}
