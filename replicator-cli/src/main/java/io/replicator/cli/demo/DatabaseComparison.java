package io.replicator.cli.demo;

import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Compares every row of every table of two databases, column by column as text, together with the sets of tables,
 * materialized views and sequences. Shares no code with the product's own verification.
 */
public final class DatabaseComparison implements AutoCloseable {
    private static final int SHORTEST_FLOATS_SINCE = 12;

    private final ComparedSide source;
    private final ComparedSide target;
    private final ComparisonOptions options;
    private final boolean exactFloats;
    private final Differences differences;
    private final List<ComparisonResult.RowCounts> relations = new ArrayList<>();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    private DatabaseComparison(ComparedSide source, ComparedSide target, ComparisonOptions options)
            throws SQLException {
        this.source = source;
        this.target = target;
        this.options = options;
        exactFloats = Math.min(source.major(), target.major()) < SHORTEST_FLOATS_SINCE;
        differences = new Differences(options.listed());
    }

    /**
     * Compares what both databases hold now, each as of one snapshot. Nothing is changed. Both sessions are used until
     * it returns, and put back as they were.
     */
    public static ComparisonResult compare(Connection source, Connection target, ComparisonOptions options)
            throws SQLException {
        try (ComparedSide sourceSide = new ComparedSide(source);
                ComparedSide targetSide = new ComparedSide(target);
                DatabaseComparison comparison = new DatabaseComparison(sourceSide, targetSide, options)) {
            return comparison.run();
        }
    }

    private ComparisonResult run() throws SQLException {
        SortedMap<QualifiedName, ComparedRelation> ofSource = ComparedCatalog.relations(source.connection());
        SortedMap<QualifiedName, ComparedRelation> ofTarget = ComparedCatalog.relations(target.connection());
        TreeSet<QualifiedName> names = new TreeSet<>(ofSource.keySet());
        names.addAll(ofTarget.keySet());
        for (QualifiedName name : names) {
            if (!options.excludedTables().contains(name.toString())) {
                compare(name, ofSource.get(name), ofTarget.get(name));
            }
        }
        if (options.sequences()) {
            SequenceComparison.compare(source.connection(), target.connection(), differences);
        }
        return new ComparisonResult(relations, differences.descriptions(), differences.count());
    }

    private void compare(QualifiedName name, @Nullable ComparedRelation ofSource, @Nullable ComparedRelation ofTarget)
            throws SQLException {
        if (ofSource == null || ofTarget == null) {
            differences.add(name + (ofSource == null ? " is on the target only" : " is missing on the target"));
            return;
        }
        boolean view = ofSource.definition() != null;
        if (view && options.materializedViews() == ComparisonOptions.MaterializedViews.IGNORED) {
            return;
        }
        if (!new TreeSet<>(ofSource.columnNames()).equals(new TreeSet<>(ofTarget.columnNames()))) {
            differences.add(name + " has other columns: source " + ofSource.columnNames() + ", target "
                    + ofTarget.columnNames());
            return;
        }
        boolean defined = view && options.materializedViews() == ComparisonOptions.MaterializedViews.AS_DEFINED;
        ComparedRelation keyed =
                new ComparedRelation(name, ofTarget.only(), ofTarget.definition(), ofTarget.columns(), ofSource.key());
        compareRows(
                name,
                ofSource.query(defined ? ofSource.defined() : ofSource.stored(), ofSource.columnNames(), exactFloats),
                keyed.query(ofTarget.stored(), ofSource.columnNames(), exactFloats));
    }

    private void compareRows(QualifiedName name, String sourceQuery, String targetQuery) throws SQLException {
        Savepoint onSource = source.connection().setSavepoint();
        Savepoint onTarget = target.connection().setSavepoint();
        try (RowCursor sourceRows = new RowCursor(source.connection(), sourceQuery);
                RowCursor targetRows = new RowCursor(target.connection(), targetQuery)) {
            open(sourceRows, targetRows);
            new RowComparison(name.toString(), differences).compare(sourceRows, targetRows);
            relations.add(new ComparisonResult.RowCounts(name, sourceRows.count(), targetRows.count()));
        } catch (SQLException e) {
            differences.add(name + " could not be compared: " + SqlStates.describe(e));
            source.connection().rollback(onSource);
            target.connection().rollback(onTarget);
        }
    }

    /** Lets both servers sort at the same time. */
    private void open(RowCursor sourceRows, RowCursor targetRows) throws SQLException {
        Future<?> opening = executor.submit(() -> {
            sourceRows.open();
            return null;
        });
        try {
            targetRows.open();
        } finally {
            await(opening);
        }
    }

    private static void await(Future<?> opening) throws SQLException {
        try {
            opening.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException failure) {
                throw failure;
            }
            throw new ReplicatorException(ErrorCode.INTERNAL, "comparing rows", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ReplicatorException(ErrorCode.INTERRUPTED, "interrupted while comparing rows", e);
        }
    }

    @Override
    public void close() {
        executor.close();
    }
}
