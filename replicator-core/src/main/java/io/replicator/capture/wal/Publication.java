package io.replicator.capture.wal;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.Table;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The publication on the source: an explicit list of tables, each with a usable replica identity, because publishing a
 * table without one makes the application's UPDATE and DELETE fail.
 *
 * <p>From PostgreSQL 13 a partitioned table is published by its root and its changes under the names of its leaves, so
 * that later partitions are included and a TRUNCATE of a leaf is not missed; before that the leaves are listed.
 */
public final class Publication {
    /**
     * A publication takes SHARE UPDATE EXCLUSIVE on every table, which a vacuum or the building of an index keeps: while it
     * waits for one table, nobody else may have to wait for those it has. Above the usual {@code deadlock_timeout}, so that an
     * autovacuum gives way.
     */
    private static final String LOCK_TIMEOUT = "1500ms";

    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(5);
    private static final long MIN_PAUSE_MILLIS = 200;
    private static final long MAX_PAUSE_MILLIS = 2_000;

    private Publication() {}

    /**
     * Creates the publication anew.
     *
     * @param refused runs each time that a table's lock could not be had soon
     * @throws ReplicatorException {@code SLOT_FAILED} when that lasts for minutes
     */
    public static void create(
            Connection source, String publication, Catalog catalog, QualifiedName heartbeat, Runnable refused)
            throws InterruptedException {
        StringJoiner tables = new StringJoiner(", ");
        for (QualifiedName name : published(catalog)) {
            tables.add("ONLY " + name.quoted());
        }
        tables.add("ONLY " + heartbeat.quoted());
        String operations =
                catalog.version().atLeast(11) ? "insert, update, delete, truncate" : "insert, update, delete";
        drop(source, publication);
        long since = System.nanoTime();
        while (!tryToCreate(
                source,
                publication,
                "CREATE PUBLICATION " + Identifiers.quote(publication) + " FOR TABLE " + tables + " WITH (publish = "
                        + Identifiers.literal(operations) + ")")) {
            if (System.nanoTime() - since > PATIENCE_NANOS) {
                throw new ReplicatorException(
                        ErrorCode.SLOT_FAILED,
                        "publication " + publication
                                + " could not be created for minutes: a vacuum, the building of an index or"
                                + " the like holds a table on the source (pg_locks); let it end, then start the daemon again");
            }
            refused.run();
            Thread.sleep(ThreadLocalRandom.current().nextLong(MIN_PAUSE_MILLIS, MAX_PAUSE_MILLIS));
        }
    }

    private static boolean tryToCreate(Connection source, String publication, String sql) {
        try (Statement statement = source.createStatement()) {
            statement.execute("SET lock_timeout = '" + LOCK_TIMEOUT + "'");
            try {
                statement.execute(sql);
            } finally {
                statement.execute("SET lock_timeout = 0");
            }
            return true;
        } catch (SQLException e) {
            if (SqlStates.has(e, SqlStates.LOCK_NOT_AVAILABLE)) {
                return false;
            }
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "creating publication " + publication + " on the source", e);
        }
    }

    private static List<QualifiedName> published(Catalog catalog) {
        List<QualifiedName> names = new ArrayList<>();
        boolean roots = catalog.version().atLeast(13);
        for (Table table : catalog.tables()) {
            if (table.root() == null || !roots) {
                names.add(table.name());
            }
        }
        if (roots) {
            names.addAll(catalog.partitionRoots());
        }
        return names;
    }

    public static void drop(Connection source, String publication) {
        try (Statement statement = source.createStatement()) {
            statement.execute("DROP PUBLICATION IF EXISTS " + Identifiers.quote(publication));
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SLOT_FAILED, "dropping publication " + publication + " on the source", e);
        }
    }
}
