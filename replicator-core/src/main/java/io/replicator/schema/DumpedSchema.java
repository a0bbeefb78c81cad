package io.replicator.schema;

import io.replicator.catalog.Key;
import io.replicator.catalog.Table;
import io.replicator.config.MigrationConfig;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.PostgresTools;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The schema comes from the source by pg_dump. */
public final class DumpedSchema implements SchemaLoader {
    private static final Logger LOG = LoggerFactory.getLogger(DumpedSchema.class);

    private final MigrationConfig config;
    private final Database source;
    private final Database target;
    private final SchemaEntryStore store;

    public DumpedSchema(MigrationConfig config, Database source, Database target) {
        this.config = config;
        this.source = source;
        this.target = target;
        this.store = new SchemaEntryStore(config.name());
    }

    @Override
    public void preData() {
        takeUnlessTaken();
        SchemaEntry current = null;
        try (SchemaSession session = SchemaSession.open(target, store)) {
            List<SchemaEntry> entries = store.pending(session.connection(), Stage.PRE_DATA);
            for (SchemaEntry entry : entries) {
                current = entry;
                session.create(entry);
            }
            session.connection().commit();
            LOG.info("created {} objects on the target", entries.size());
        } catch (SQLException e) {
            throw SqlStates.wrap(
                    ErrorCode.SCHEMA_FAILED,
                    "creating " + (current == null ? "the schema" : current) + " on the target",
                    e);
        }
    }

    @Override
    public void indexes(Collection<Table> joined) {
        Map<String, Table> byName = new HashMap<>();
        joined.forEach(table -> byName.put(table.name().toString(), table));
        List<SchemaEntry> entries = pending(Stage.INDEXES);
        List<SchemaEntry> now =
                entries.stream().filter(entry -> !mustWait(entry, byName)).toList();
        create(Stage.INDEXES, now);
        if (now.size() == entries.size()) {
            create(Stage.ATTACHMENTS, pending(Stage.ATTACHMENTS));
        }
    }

    private static boolean mustWait(SchemaEntry entry, Map<String, Table> joined) {
        if (!entry.demandsDistinctRows()) {
            return false;
        }
        for (String name : entry.tables()) {
            Table table = joined.get(name);
            if (table != null) {
                Key key = table.key();
                boolean isKey = key != null
                        && !key.primary()
                        && (entry.name().endsWith("." + key.index())
                                || entry.name().endsWith(" " + key.index()));
                return !isKey;
            }
        }
        return false;
    }

    @Override
    public boolean indexesLeft() {
        return !pending(Stage.INDEXES).isEmpty() || !pending(Stage.ATTACHMENTS).isEmpty();
    }

    @Override
    public void constraints() {
        create(Stage.FOREIGN_KEYS, pending(Stage.FOREIGN_KEYS));
        create(Stage.REMAINDER, pending(Stage.REMAINDER));
    }

    private void create(Stage stage, List<SchemaEntry> entries) {
        PostData.create(target, store, entries, stage.parallel() ? config.copy().indexJobs() : 1);
    }

    private List<SchemaEntry> pending(Stage stage) {
        try (Connection connection = target.borrow()) {
            return store.pending(connection, stage);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "reading the schema kept in the target", e);
        }
    }

    private void takeUnlessTaken() {
        try (Connection connection = target.open("schema")) {
            store.install(connection);
            if (store.isTaken(connection)) {
                return;
            }
            PostgresTools tools = PostgresTools.find(config.pgBin())
                    .orElseThrow(() ->
                            new ReplicatorException(ErrorCode.TOOL_MISSING, "pg_dump and pg_restore were not found"));
            List<SchemaEntry> entries = new SchemaDump(tools, source, config.tables()).take();
            connection.setAutoCommit(false);
            store.save(connection, tools.version(), entries);
            connection.commit();
            LOG.info("took the source's schema by pg_dump {}: {} objects", tools.version(), entries.size());
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "keeping the source's schema in the target", e);
        }
    }
}
