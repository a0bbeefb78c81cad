package io.replicator.schema;

import io.replicator.catalog.Table;
import io.replicator.config.MigrationConfig;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.Database;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;

/**
 * Brings the source's definitions to the target. Both steps may be repeated: what is done stays as it is. What comes behind
 * the rows is stored in the target by the first step. A crash of the target may take back the entries that were committed
 * last, with their marks, so that every stage is read again after it was created.
 */
public abstract sealed class SchemaLoader permits DumpedSchema, ExistingSchema {
    final MigrationConfig config;
    final Database target;
    final SchemaEntryStore store;
    private final PostDataSettings settings;

    SchemaLoader(MigrationConfig config, Database target) {
        this.config = config;
        this.target = target;
        this.store = new SchemaEntryStore(config.name());
        this.settings = PostDataSettings.of(config);
    }

    /**
     * Creates what rows need: schemas, types, functions, tables, sequences, views.
     *
     * @throws io.replicator.error.ReplicatorException {@code SCHEMA_FAILED} naming the object, {@code TABLE_MISSING}
     */
    public abstract void preData();

    /** Begins to build the indexes, which is told which tables are complete. */
    public final IndexBuild startIndexes() {
        return new IndexBuild(target, store, settings, pending(Stage.INDEXES));
    }

    /**
     * Creates the indexes, primary keys and unique constraints that are not there yet, which changes need to find their
     * rows, and analyzes the tables.
     *
     * @param joined tables whose rows were read under several snapshots: a value that moved from one row to another may
     *     stand in both until the stream has passed the last snapshot, so what demands distinct values beside the key is
     *     left for a later call
     * @throws io.replicator.error.ReplicatorException {@code SCHEMA_FAILED} naming every object that failed,
     *     {@code INTERRUPTED} when the thread was interrupted; what was built stays
     */
    public final void finishIndexes(IndexBuild build, Collection<Table> joined) {
        int left = build.finish(joined);
        while (pending(Stage.INDEXES).size() > left) {
            try (IndexBuild again = startIndexes()) {
                left = again.finish(joined);
            }
        }
        if (left == 0) {
            create(Stage.ATTACHMENTS);
        }
    }

    /** {@link #startIndexes} and {@link #finishIndexes}. */
    public final void indexes(Collection<Table> joined) {
        try (IndexBuild build = startIndexes()) {
            finishIndexes(build, joined);
        }
    }

    /** Whether {@link #indexes} left anything. */
    public final boolean indexesLeft() {
        return !pending(Stage.INDEXES).isEmpty() || !pending(Stage.ATTACHMENTS).isEmpty();
    }

    /**
     * Creates foreign keys, triggers, rules, policies and the rest: what holds only when the tables fit each other, as
     * they do once the stream has passed the last snapshot that rows were read under.
     *
     * @throws io.replicator.error.ReplicatorException as {@link #indexes}
     */
    public final void constraints() {
        create(Stage.FOREIGN_KEYS);
        create(Stage.VALIDATIONS);
        create(Stage.REMAINDER);
    }

    /** {@link #indexes} and {@link #constraints}. */
    public final void postData() {
        indexes(List.of());
        constraints();
    }

    private void create(Stage stage) {
        PostDataSettings ofStage = stage.parallel() ? settings : settings.alone();
        for (List<SchemaEntry> entries = pending(stage); !entries.isEmpty(); entries = pending(stage)) {
            PostData.create(target, store, entries, ofStage);
        }
    }

    private List<SchemaEntry> pending(Stage stage) {
        try (Connection connection = target.borrow()) {
            return store.pending(connection, stage);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "reading the schema kept in the target", e);
        }
    }
}
