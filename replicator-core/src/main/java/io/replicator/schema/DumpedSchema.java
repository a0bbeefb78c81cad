package io.replicator.schema;

import io.replicator.catalog.GrantReader;
import io.replicator.config.MigrationConfig;
import io.replicator.config.SchemaConfig;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.PostgresTools;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The schema comes from the source by pg_dump. */
public final class DumpedSchema extends SchemaLoader {
    private static final Logger LOG = LoggerFactory.getLogger(DumpedSchema.class);

    /** An object is locked until the transaction that creates it ends, and the target's table of locks is small. */
    private static final int ENTRIES_PER_TRANSACTION = 200;

    private final Database source;

    public DumpedSchema(MigrationConfig config, Database source, Database target) {
        super(config, target);
        this.source = source;
    }

    @Override
    public void preData() {
        takeUnlessTaken();
        SchemaEntry current = null;
        try (SchemaSession session = SchemaSession.open(target, store, PostDataSettings.ONE_JOB)) {
            List<SchemaEntry> entries = store.pending(session.connection(), Stage.PRE_DATA);
            for (int first = 0; first < entries.size(); first += ENTRIES_PER_TRANSACTION) {
                List<SchemaEntry> together =
                        entries.subList(first, Math.min(entries.size(), first + ENTRIES_PER_TRANSACTION));
                if (!createdAtOnce(session, together)) {
                    for (SchemaEntry entry : together) {
                        current = entry;
                        session.createUnmarked(entry);
                    }
                }
                store.markDone(session.connection(), together);
                session.connection().commit();
            }
            LOG.info("created {} objects on the target", entries.size());
        } catch (SQLException e) {
            throw SqlStates.wrap(
                    ErrorCode.SCHEMA_FAILED,
                    "creating " + (current == null ? "the schema" : current) + " on the target",
                    e);
        }
    }

    /** @return false when one of them failed, so that each has to be tried by itself */
    private static boolean createdAtOnce(SchemaSession session, List<SchemaEntry> entries) throws SQLException {
        try {
            session.createAtOnce(entries);
            return true;
        } catch (SQLException e) {
            if (SqlStates.isConnectionLoss(e)) {
                throw e;
            }
            LOG.debug("creating {} objects at once failed: {}", entries.size(), SqlStates.describe(e));
            session.connection().rollback();
            return false;
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
            List<SchemaEntry> settings = settings(connection);
            connection.setAutoCommit(false);
            store.save(connection, tools.version(), entries);
            store.add(connection, settings);
            connection.commit();
            LOG.info("took the source's schema by pg_dump {}: {} objects", tools.version(), entries.size());
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "keeping the source's schema in the target", e);
        }
    }

    private List<SchemaEntry> settings(Connection there) throws SQLException {
        try (Connection connection = source.borrow();
                PreparedStatement statement = there.prepareStatement("SELECT current_database(), current_user");
                ResultSet row = statement.executeQuery()) {
            row.next();
            String owner = config.schema().owner();
            List<SchemaEntry> entries =
                    DatabaseSettings.read(connection, row.getString(1), owner == null ? row.getString(2) : owner);
            if (owner != null) {
                entries.add(ObjectOwner.entry(owner));
            }
            if (config.schema().grants() == SchemaConfig.Grants.COPY) {
                entries.addAll(ObjectGrants.entries(GrantReader.read(connection, there, owner)));
            }
            return entries;
        }
    }
}
