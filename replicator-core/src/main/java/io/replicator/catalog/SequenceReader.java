package io.replicator.catalog;

import io.replicator.config.TableFilter;
import io.replicator.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * Reads sequences. A sequence's state is in its own relation, so many are read by one statement. Reading one locks it
 * until the transaction ends, and thousands of locks could use up the server's shared memory: inside a transaction each
 * statement is therefore undone to a savepoint, which gives its locks back.
 */
final class SequenceReader {
    private static final int PER_STATEMENT = 500;

    private static final String SEQUENCES = Partitions.TOPMOST + """
            SELECT c.oid, n.nspname, c.relname, s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache, s.seqcycle,
                   tn.nspname, t.relname, rn.nspname, r.relname
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_sequence s ON s.seqrelid = c.oid
            LEFT JOIN (
                SELECT objid AS sequence, refobjid AS used_by FROM pg_depend
                WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
                  AND deptype IN ('a', 'i') AND refobjsubid > 0
              UNION
                SELECT d.refobjid, a.adrelid FROM pg_depend d JOIN pg_attrdef a ON a.oid = d.objid
                WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass
                  AND d.deptype = 'n') u ON u.sequence = c.oid
            LEFT JOIN pg_class t ON t.oid = u.used_by
            LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
            LEFT JOIN topmost p ON p.partition = t.oid
            LEFT JOIN pg_class r ON r.oid = p.root
            LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
            WHERE c.relkind = 'S' AND c.relpersistence <> 't'
              AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'replicator')
              AND NOT EXISTS (SELECT FROM pg_depend d
                              WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY n.nspname, c.relname""";

    private SequenceReader() {}

    static List<Sequence> read(Connection connection, TableFilter filter) throws SQLException {
        List<Definition> definitions = definitions(connection, filter);
        List<Sequence> sequences = new ArrayList<>(definitions.size());
        for (int from = 0; from < definitions.size(); from += PER_STATEMENT) {
            readStates(
                    connection,
                    definitions.subList(from, Math.min(from + PER_STATEMENT, definitions.size())),
                    sequences);
        }
        return sequences;
    }

    private static List<Definition> definitions(Connection connection, TableFilter filter) throws SQLException {
        Map<Long, Definition> all = new LinkedHashMap<>();
        Map<Long, Boolean> accepted = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(SEQUENCES);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                long oid = row.getLong(1);
                Definition definition = new Definition(
                        new QualifiedName(row.getString(2), row.getString(3)),
                        row.getLong(4),
                        row.getLong(5),
                        row.getLong(6),
                        row.getLong(7),
                        row.getLong(8),
                        row.getBoolean(9));
                all.put(oid, definition);
                QualifiedName table = name(row, 10);
                accepted.merge(
                        oid,
                        filter.accepts(table == null ? definition.name : table, name(row, 12)),
                        Boolean::logicalOr);
            }
        }
        all.keySet().removeIf(oid -> !accepted.getOrDefault(oid, false));
        return List.copyOf(all.values());
    }

    private static @Nullable QualifiedName name(ResultSet row, int schemaColumn) throws SQLException {
        String name = row.getString(schemaColumn + 1);
        return name == null ? null : new QualifiedName(row.getString(schemaColumn), name);
    }

    private static void readStates(Connection connection, List<Definition> definitions, List<Sequence> sequences)
            throws SQLException {
        StringJoiner query = new StringJoiner(" UNION ALL ");
        for (int index = 0; index < definitions.size(); index++) {
            query.add("SELECT " + index + ", last_value, is_called FROM "
                    + definitions.get(index).name.quoted());
        }
        Sequence[] found = new Sequence[definitions.size()];
        @Nullable Savepoint savepoint = connection.getAutoCommit() ? null : connection.setSavepoint();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query.toString())) {
            while (row.next()) {
                int index = row.getInt(1);
                found[index] = definitions.get(index).sequence(row.getLong(2), row.getBoolean(3));
            }
        }
        if (savepoint != null) {
            connection.rollback(savepoint);
            connection.releaseSavepoint(savepoint);
        }
        sequences.addAll(List.of(found));
    }

    private record Definition(
            QualifiedName name, long increment, long minimum, long maximum, long start, long cache, boolean cycle) {
        Sequence sequence(long lastValue, boolean called) {
            return new Sequence(name, lastValue, called, increment, minimum, maximum, start, cache, cycle);
        }
    }
}
