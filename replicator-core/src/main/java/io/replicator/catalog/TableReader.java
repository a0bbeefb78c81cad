package io.replicator.catalog;

import io.replicator.change.ReplicaIdentity;
import io.replicator.config.TableFilter;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.ServerVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the tables that hold rows. */
final class TableReader {
    private static final String TABLES = Partitions.TOPMOST + """
            SELECT c.oid, n.nspname, c.relname, rn.nspname, rc.relname, c.relreplident, c.relpersistence = 'u',
                   coalesce(pg_relation_filenode(c.oid), 0),
                   coalesce(pg_relation_size(c.oid), 0) + coalesce(pg_relation_size(c.reltoastrelid), 0),
                   CASE WHEN c.relpages = 0 AND c.reltuples = 0 THEN -1 ELSE c.reltuples::bigint END
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN topmost t ON t.partition = c.oid
            LEFT JOIN pg_class rc ON rc.oid = t.root
            LEFT JOIN pg_namespace rn ON rn.oid = rc.relnamespace
            WHERE c.relkind = 'r' AND c.relpersistence <> 't'
              AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'replicator')
              AND NOT EXISTS (SELECT FROM pg_depend d
                              WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY n.nspname, c.relname""";

    private TableReader() {}

    static List<Table> read(Connection connection, ServerVersion version, TableFilter filter) throws SQLException {
        List<Head> heads = heads(connection, filter);
        Long[] oids = heads.stream().map(Head::oid).toArray(Long[]::new);
        Map<Long, List<Column>> columns = ColumnReader.read(connection, version, oids);
        Map<Long, List<Index>> indexes = IndexReader.read(connection, version, oids);
        List<Table> tables = new ArrayList<>(heads.size());
        for (Head head : heads) {
            tables.add(
                    head.table(columns.getOrDefault(head.oid, List.of()), indexes.getOrDefault(head.oid, List.of())));
        }
        return tables;
    }

    private static List<Head> heads(Connection connection, TableFilter filter) throws SQLException {
        List<Head> heads = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(TABLES);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                QualifiedName name = new QualifiedName(row.getString(2), row.getString(3));
                String rootName = row.getString(5);
                QualifiedName root = rootName == null ? null : new QualifiedName(row.getString(4), rootName);
                if (filter.accepts(name, root)) {
                    heads.add(new Head(
                            row.getLong(1),
                            name,
                            root,
                            ReplicaIdentity.of(row.getString(6).charAt(0)),
                            row.getBoolean(7),
                            row.getLong(8),
                            row.getLong(9),
                            row.getLong(10)));
                }
            }
        }
        return heads;
    }

    private record Head(
            long oid,
            QualifiedName name,
            @Nullable QualifiedName root,
            ReplicaIdentity identity,
            boolean unlogged,
            long filenode,
            long bytes,
            long estimatedRows) {
        Table table(List<Column> columns, List<Index> indexes) {
            Index key = Index.key(indexes, identity);
            return new Table(
                    (int) oid,
                    name,
                    root,
                    columns,
                    key == null ? null : new Key(key.name(), key.columns(), key.primary()),
                    identity,
                    Index.identityUsable(indexes, identity),
                    indexes.stream().anyMatch(index -> index.constraining() && !index.equals(key)),
                    unlogged,
                    filenode,
                    bytes,
                    estimatedRows);
        }
    }
}
