package io.replicator.schema;

import io.replicator.catalog.Catalog;
import io.replicator.catalog.CatalogReader;
import io.replicator.catalog.Table;
import io.replicator.config.TableFilter;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.Database;
import io.replicator.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The schema is on the target already; nothing is created. */
public final class ExistingSchema implements SchemaLoader {
    private final Database target;
    private final List<Table> tables;

    /** @param source whose tables must exist on the target */
    public ExistingSchema(Database target, Catalog source) {
        this.target = target;
        this.tables = source.tables();
    }

    @Override
    public void preData() {
        try (Connection connection = target.borrow()) {
            Set<QualifiedName> there = CatalogReader.tables(connection, TableFilter.ALL).stream()
                    .map(Table::name)
                    .collect(Collectors.toSet());
            List<QualifiedName> missing = tables.stream()
                    .map(Table::name)
                    .filter(name -> !there.contains(name))
                    .toList();
            if (!missing.isEmpty()) {
                throw new ReplicatorException(
                        ErrorCode.TABLE_MISSING,
                        missing.size() + " tables are missing on the target: " + Summary.of(missing));
            }
        } catch (SQLException e) {
            throw io.replicator.postgres.SqlStates.wrap(
                    ErrorCode.SCHEMA_FAILED, "looking for the tables on the target", e);
        }
    }

    @Override
    public void indexes(Collection<Table> joined) {
        // They were there before the rows.
    }

    @Override
    public boolean indexesLeft() {
        return false;
    }

    @Override
    public void constraints() {
        // They were there before the rows.
    }
}
