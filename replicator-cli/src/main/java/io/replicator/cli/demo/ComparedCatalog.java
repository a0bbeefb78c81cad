package io.replicator.cli.demo;

import io.replicator.postgres.QualifiedName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Lists what is compared: relations and sequences of the user, neither ours nor the system's nor an extension's. */
final class ComparedCatalog {
    private static final String USERS = """
        n.nspname NOT IN ('information_schema', 'replicator') AND n.nspname !~ '^pg_'
            AND NOT EXISTS (SELECT FROM pg_depend AS d
                            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        """;
    private static final String RELATIONS = """
        SELECT n.nspname, c.relname, c.relkind,
            CASE WHEN c.relkind = 'm' THEN rtrim(pg_get_viewdef(c.oid), ';') END AS definition,
            array(SELECT a.attname::text FROM pg_attribute AS a
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS columns,
            array(SELECT CASE WHEN b.oid < 10000 AND (b.typname ~ '^_?float[48]$' OR b.typcategory = 'G')
                              THEN b.typsend::text END
                  FROM pg_attribute AS a
                      JOIN pg_type AS t ON t.oid = a.atttypid
                      JOIN pg_type AS b ON b.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
                  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) AS sends,
            array(SELECT a.attname::text FROM pg_index AS i
                      CROSS JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY AS k (attnum, place)
                      JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = k.attnum
                      JOIN pg_constraint AS p ON p.conindid = i.indexrelid AND p.contype = 'p'
                  WHERE i.indrelid = c.oid AND i.indisprimary AND k.attnum = ANY (p.conkey) ORDER BY k.place) AS key
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND
        """ + USERS;
    private static final String SEQUENCES = """
        SELECT n.nspname, c.relname, s.seqincrement
        FROM pg_sequence AS s JOIN pg_class AS c ON c.oid = s.seqrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE
        """ + USERS;

    private ComparedCatalog() {}

    /** Tables and materialized views by name. */
    static SortedMap<QualifiedName, ComparedRelation> relations(Connection connection) throws SQLException {
        SortedMap<QualifiedName, ComparedRelation> relations = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement(RELATIONS);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                QualifiedName name = new QualifiedName(rows.getString("nspname"), rows.getString("relname"));
                List<ComparedRelation.Column> columns = new ArrayList<>();
                @Nullable String[] sends = strings(rows.getArray("sends"));
                for (String column : names(rows.getArray("columns"))) {
                    columns.add(new ComparedRelation.Column(column, sends[columns.size()]));
                }
                relations.put(
                        name,
                        new ComparedRelation(
                                name,
                                "r".equals(rows.getString("relkind")),
                                rows.getString("definition"),
                                columns,
                                names(rows.getArray("key"))));
            }
        }
        return relations;
    }

    /** The increments of all sequences by name. */
    static SortedMap<QualifiedName, Long> sequences(Connection connection) throws SQLException {
        SortedMap<QualifiedName, Long> sequences = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement(SEQUENCES);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                sequences.put(new QualifiedName(rows.getString(1), rows.getString(2)), rows.getLong(3));
            }
        }
        return sequences;
    }

    private static @Nullable String[] strings(Array array) throws SQLException {
        return (@Nullable String[]) array.getArray();
    }

    private static List<String> names(Array array) throws SQLException {
        return List.of((String[]) array.getArray());
    }
}
