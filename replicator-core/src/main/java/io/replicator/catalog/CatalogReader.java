package io.replicator.catalog;

import io.replicator.config.TableFilter;
import io.replicator.error.ErrorCode;
import io.replicator.postgres.ServerVersion;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;

/**
 * Reads a database's catalog inside the caller's transaction, in a fixed number of queries (sequences: one per 500 of
 * them). Only sessions with our settings may be used: names of types come out as the search path makes them.
 *
 * <p>Left out: system schemas, schema {@code replicator}, temporary objects, and whatever belongs to an extension.
 */
public final class CatalogReader {
    private CatalogReader() {}

    /**
     * Everything the migration moves.
     *
     * @throws io.replicator.error.ReplicatorException {@code PRIVILEGE_MISSING} when a sequence may not be read
     */
    public static Catalog read(Connection connection, TableFilter filter) {
        try {
            ServerVersion version = ServerVersion.of(connection);
            List<Table> tables = TableReader.read(connection, version, filter);
            return Catalog.of(
                    version,
                    tables,
                    tables.stream()
                            .map(Table::root)
                            .filter(Objects::nonNull)
                            .distinct()
                            .sorted()
                            .toList(),
                    SequenceReader.read(connection, filter),
                    MaterializedViewReader.read(connection, filter));
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.INTERNAL, "reading the catalog", e);
        }
    }

    /** The tables alone, ordered by name; needs no privilege on them. */
    public static List<Table> tables(Connection connection, TableFilter filter) {
        try {
            return TableReader.read(connection, ServerVersion.of(connection), filter);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.INTERNAL, "reading the catalog's tables", e);
        }
    }

    /** All sequences with their present state, which no snapshot freezes. */
    public static List<Sequence> sequences(Connection connection) {
        return sequences(connection, TableFilter.ALL);
    }

    /**
     * The sequences that take part: those that an accepted table owns or draws defaults from, and those that no table
     * owns or draws from and whose own name the filter accepts.
     */
    public static List<Sequence> sequences(Connection connection, TableFilter filter) {
        try {
            return SequenceReader.read(connection, filter);
        } catch (SQLException e) {
            throw SqlStates.wrap(ErrorCode.INTERNAL, "reading the sequences", e);
        }
    }
}
