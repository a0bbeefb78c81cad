package io.replicator.schema;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.CatalogReader;
import io.replicator.catalog.Table;
import io.replicator.config.MigrationConfig;
import io.replicator.config.TableFilter;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The schema is on the target already. Secondary indexes of large tables and foreign keys are dropped for the load and
 * come back from their definitions, which are stored in the transaction that drops them.
 */
public final class ExistingSchema extends SchemaLoader {
    private static final String TAKEN_FROM = "target";

    private final Supplier<Catalog> source;

    /** @param source whose tables must exist on the target */
    public ExistingSchema(MigrationConfig config, Database target, Supplier<Catalog> source) {
        super(config, target);
        this.source = source;
    }

    @Override
    public void preData() {
        try (Connection connection = target.open("schema")) {
            store.install(connection);
            if (store.isTaken(connection)) {
                return;
            }
            List<Table> tables = source.get().tables();
            Map<QualifiedName, Table> there = CatalogReader.tables(connection, TableFilter.ALL).stream()
                    .collect(Collectors.toMap(Table::name, Function.identity()));
            requireAll(tables, there);
            List<QualifiedName> filled = ExistingRows.filled(connection, tables, there);
            requireEmpty(filled);
            connection.setAutoCommit(false);
            new DroppedForLoad(store, connection).drop(tables, there);
            ExistingRows.truncate(connection, filled);
            List<SchemaEntry> analysis = new ArrayList<>();
            Analysis.add(analysis, tables);
            store.add(connection, analysis);
            store.markTaken(connection, TAKEN_FROM);
            connection.commit();
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "preparing the tables on the target", e);
        }
    }

    private static void requireAll(List<Table> tables, Map<QualifiedName, Table> there) {
        List<QualifiedName> missing = tables.stream()
                .map(Table::name)
                .filter(name -> !there.containsKey(name))
                .toList();
        if (!missing.isEmpty()) {
            throw new ReplicatorException(
                    ErrorCode.TABLE_MISSING,
                    missing.size() + " tables are missing on the target: " + Summary.of(missing));
        }
    }

    private void requireEmpty(List<QualifiedName> filled) {
        if (!filled.isEmpty() && !config.schema().truncate()) {
            throw new ReplicatorException(
                    ErrorCode.SCHEMA_FAILED,
                    "rows are in " + filled.size() + " tables of the target, which would be doubled or collide: "
                            + Summary.of(filled)
                            + "; empty them, or let 'schema: { mode: existing, truncate: true }' do it");
        }
    }

    /** Brings back what was dropped, when the migration is given up. */
    public void restore() {
        try (Connection connection = target.open("schema")) {
            store.install(connection);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.SCHEMA_FAILED, "restoring indexes and foreign keys on the target", e);
        }
        indexes(List.of());
        constraints();
    }
}
