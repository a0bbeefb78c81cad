package io.replicator.preflight;

import io.replicator.catalog.Column;
import io.replicator.catalog.Key;
import io.replicator.catalog.Table;
import io.replicator.postgres.Identifiers;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.Side;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Where the schema is there already, its tables must be able to take the source's rows. */
final class ExistingTables implements Check {
    private static final String UNIQUE = """
            SELECT EXISTS (
                SELECT FROM pg_index i
                WHERE i.indrelid = ?::oid AND i.indisunique AND i.indimmediate AND i.indisvalid
                  AND i.indpred IS NULL AND i.indexprs IS NULL
                  AND (SELECT array_agg(a.attname::text ORDER BY a.attname::text COLLATE "C")
                       FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k(number, position)
                       JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
                       WHERE k.position <= i.indnkeyatts)
                    = (SELECT array_agg(c ORDER BY c COLLATE "C") FROM unnest(?::text[]) AS c))""";

    @Override
    public String id() {
        return "target.tables";
    }

    @Override
    public Needs needs() {
        return Needs.BOTH;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        if (session.copiesSchema()) {
            return List.of();
        }
        Map<QualifiedName, Table> there = TargetTables.byName(session);
        List<Finding> findings = new ArrayList<>();
        for (Table table : session.sourceTables()) {
            Table found = there.get(table.name());
            if (found == null) {
                findings.add(Finding.fail(
                        id(),
                        "table " + table + " is missing",
                        "create it, or: schema: copy, or: tables: { exclude: [\"" + table + "\"] }"));
            } else {
                compareColumns(findings, table, found);
                compareKey(findings, session, table, found);
            }
        }
        return Names.limited(findings, Finding.pass(id(), "every table is there"));
    }

    private void compareColumns(List<Finding> findings, Table source, Table target) {
        Map<String, Column> there =
                target.columns().stream().collect(Collectors.toMap(Column::name, Function.identity()));
        String alter = "ALTER TABLE " + source.name().quoted() + " ";
        for (Column column : source.columns()) {
            String name = "column " + column.name() + " of table " + source;
            Column found = there.remove(column.name());
            if (found == null) {
                findings.add(Finding.fail(
                        id(),
                        name + " is missing",
                        alter + "ADD COLUMN " + Identifiers.quote(column.name()) + " " + column.type() + ";"));
            } else if (column.generated() != found.generated()) {
                findings.add(Finding.fail(
                        id(),
                        name
                                + (found.generated()
                                        ? " is generated on the target only"
                                        : " is generated on the source only"),
                        alter + "DROP COLUMN " + Identifiers.quote(column.name())
                                + "; then create it as on the source"));
            } else if (!column.type().equals(found.type())) {
                findings.add(Finding.warn(
                        id(),
                        name + " is " + column.type() + " on the source and " + found.type() + " on the target",
                        alter + "ALTER COLUMN " + Identifiers.quote(column.name()) + " TYPE " + column.type() + ";"));
            }
        }
        for (Column extra : there.values()) {
            if (extra.notNull() && !extra.generated()) {
                findings.add(Finding.warn(
                        id(),
                        "column " + extra.name() + " of table " + source
                                + " is on the target only and NOT NULL: rows fail unless it has a default",
                        alter + "ALTER COLUMN " + Identifiers.quote(extra.name()) + " DROP NOT NULL;"));
            }
        }
    }

    private void compareKey(List<Finding> findings, Session session, Table source, Table target) throws SQLException {
        Key key = source.key();
        if (key == null || (target.key() != null && target.key().columns().equals(key.columns()))) {
            return;
        }
        boolean indexed = Query.truth(
                session.target(),
                session.version(Side.TARGET).atLeast(11) ? UNIQUE : UNIQUE.replace("i.indnkeyatts", "i.indnatts"),
                Integer.toUnsignedLong(target.oid()),
                (Object) key.columns().toArray(String[]::new));
        if (!indexed) {
            findings.add(Finding.fail(
                    id(),
                    "table " + source + " has no unique index on its key (" + String.join(", ", key.columns()) + ")",
                    "ALTER TABLE " + source.name().quoted() + " ADD " + (key.primary() ? "PRIMARY KEY (" : "UNIQUE (")
                            + Identifiers.quoteAll(key.columns()) + ");"));
        }
    }
}
