package io.replicator.schema;

import io.replicator.config.TableFilter;
import io.replicator.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which tables the source's indexes and foreign keys belong to, and how large those are. */
final class SourceRelations {
    private static final String INDEXES = """
            SELECT n.nspname, coalesce(t.relname || ' ' || k.conname, i.relname), tn.nspname, t.relname,
                   t.relkind IN ('r', 'p'), coalesce(pg_relation_size(t.oid), 0)
            FROM pg_index x
            JOIN pg_class i ON i.oid = x.indexrelid
            JOIN pg_namespace n ON n.oid = i.relnamespace
            JOIN pg_class t ON t.oid = x.indrelid
            JOIN pg_namespace tn ON tn.oid = t.relnamespace
            LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.conrelid = t.oid AND k.contype IN ('p', 'u', 'x')
            WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'replicator')""";

    private static final String FOREIGN_KEYS = """
            SELECT n.nspname, t.relname || ' ' || k.conname, t.relname, rn.nspname, r.relname,
                   coalesce(pg_relation_size(t.oid), 0) + coalesce(pg_relation_size(r.oid), 0),
                   'p' IN (t.relkind, r.relkind)
            FROM pg_constraint k
            JOIN pg_class t ON t.oid = k.conrelid
            JOIN pg_namespace n ON n.oid = t.relnamespace
            JOIN pg_class r ON r.oid = k.confrelid
            JOIN pg_namespace rn ON rn.oid = r.relnamespace
            WHERE k.contype = 'f'""";

    private final Map<String, Locks> locks = new HashMap<>();

    private SourceRelations() {}

    /**
     * What creating an entry locks.
     *
     * @param ofTable false for indexes of materialized views, which may come later in the dump than other entries
     * @param partitioned whether a foreign key has a partitioned table at either end, where NOT VALID is refused
     * @param leftOut whether it points from a table that takes part to one that does not
     */
    record Locks(List<String> tables, long bytes, boolean ofTable, boolean leftOut, boolean partitioned) {
        static final Locks NONE = new Locks(List.of(), 0, true, false, false);
    }

    static SourceRelations read(Connection connection, TableFilter filter) throws SQLException {
        SourceRelations relations = new SourceRelations();
        relations.readIndexes(connection);
        relations.readForeignKeys(connection, filter);
        return relations;
    }

    /** @param name as in the dump: an index's own, or the table's and the constraint's */
    Locks locks(String schema, String name) {
        return locks.getOrDefault(schema + ' ' + name, Locks.NONE);
    }

    private void readIndexes(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(INDEXES);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                String table = new QualifiedName(row.getString(3), row.getString(4)).toString();
                locks.put(
                        row.getString(1) + ' ' + row.getString(2),
                        new Locks(List.of(table), row.getLong(6), row.getBoolean(5), false, false));
            }
        }
    }

    private void readForeignKeys(Connection connection, TableFilter filter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FOREIGN_KEYS);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                QualifiedName table = new QualifiedName(row.getString(1), row.getString(3));
                QualifiedName referenced = new QualifiedName(row.getString(4), row.getString(5));
                locks.put(
                        row.getString(1) + ' ' + row.getString(2),
                        new Locks(
                                List.of(table.toString(), referenced.toString()),
                                row.getLong(6),
                                true,
                                filter.accepts(table) && !filter.accepts(referenced),
                                row.getBoolean(7)));
            }
        }
    }
}
