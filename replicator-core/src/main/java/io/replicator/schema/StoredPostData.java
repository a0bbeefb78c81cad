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
 * What comes behind the rows, as it is stored in the target. A crash of the target may take back entries that were
 * committed last, with their marks, so that every stage is read again after it was created.
 */
final class StoredPostData {
    private final Database target;
    private final SchemaEntryStore store;
    private final PostDataSettings settings;

    StoredPostData(MigrationConfig config, Database target, SchemaEntryStore store) {
        this.target = target;
        this.store = store;
        this.settings = PostDataSettings.of(config);
    }

    IndexBuild startIndexes() {
        return new IndexBuild(target, store, settings, pending(Stage.INDEXES));
    }

    void finishIndexes(IndexBuild build, Collection<Table> joined) {
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

    boolean indexesLeft() {
        return !pending(Stage.INDEXES).isEmpty() || !pending(Stage.ATTACHMENTS).isEmpty();
    }

    void constraints() {
        create(Stage.FOREIGN_KEYS);
        create(Stage.VALIDATIONS);
        create(Stage.REMAINDER);
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
