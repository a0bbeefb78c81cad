package io.replicator.preflight;

import io.replicator.catalog.CatalogReader;
import io.replicator.catalog.Table;
import io.replicator.config.TableFilter;
import io.replicator.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What the target holds of the source's tables. */
final class TargetTables {
    private static final int PER_STATEMENT = 200;

    private static final String READABLE = """
            SELECT c.oid FROM unnest(?::oid[]) AS t(oid) JOIN pg_class c ON c.oid = t.oid
            WHERE has_table_privilege(c.oid, 'SELECT') AND has_schema_privilege(c.relnamespace, 'USAGE')
              AND NOT row_security_active(c.oid)""";

    private TargetTables() {}

    static Map<QualifiedName, Table> byName(Session session) {
        return CatalogReader.tables(session.target(), TableFilter.ALL).stream()
                .collect(Collectors.toMap(Table::name, Function.identity()));
    }

    /**
     * Which of the source's tables that are on the target hold rows.
     *
     * @param unknown those that our role may not look into
     */
    record Rows(List<QualifiedName> filled, List<QualifiedName> unknown) {}

    static Rows rows(Session session, Map<QualifiedName, Table> there) throws SQLException {
        List<Table> candidates = session.sourceTables().stream()
                .map(table -> there.get(table.name()))
                .filter(Objects::nonNull)
                .toList();
        Set<Integer> readable = readable(session.target(), candidates);
        List<QualifiedName> known = new ArrayList<>();
        List<QualifiedName> unknown = new ArrayList<>();
        candidates.forEach(table -> (readable.contains(table.oid()) ? known : unknown).add(table.name()));
        List<QualifiedName> filled = new ArrayList<>();
        for (int from = 0; from < known.size(); from += PER_STATEMENT) {
            filled.addAll(filled(session.target(), known.subList(from, Math.min(from + PER_STATEMENT, known.size()))));
        }
        return new Rows(filled, unknown);
    }

    private static Set<Integer> readable(Connection target, List<Table> tables) throws SQLException {
        Long[] oids = tables.stream()
                .map(table -> Integer.toUnsignedLong(table.oid()))
                .toArray(Long[]::new);
        return new HashSet<>(Query.rows(target, READABLE, row -> (int) row.getLong(1), (Object) oids));
    }

    private static List<QualifiedName> filled(Connection target, List<QualifiedName> tables) throws SQLException {
        StringJoiner query = new StringJoiner(" UNION ALL ");
        for (int index = 0; index < tables.size(); index++) {
            query.add("SELECT " + index + " WHERE EXISTS (SELECT FROM ONLY "
                    + tables.get(index).quoted() + ")");
        }
        return Query.rows(target, query.toString(), row -> tables.get(row.getInt(1)));
    }
}
