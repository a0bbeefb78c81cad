package io.replicator.preflight;

import io.replicator.catalog.Key;
import io.replicator.catalog.Table;
import io.replicator.change.ReplicaIdentity;
import io.replicator.config.CaptureMode;
import io.replicator.postgres.Identifiers;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Publishing a table without a usable replica identity makes the application's UPDATE and DELETE fail, so such a table
 * is never published (PostgreSQL documentation, section 29.1 "Publication").
 */
final class ReplicaIdentities implements Check {
    @Override
    public String id() {
        return "source.replica_identity";
    }

    @Override
    public Needs needs() {
        return Needs.SOURCE;
    }

    @Override
    public boolean concerns(CaptureMode capture) {
        return capture != CaptureMode.TRIGGER;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        List<Finding> findings = new ArrayList<>();
        for (Table table : session.sourceTables()) {
            if (!table.identityUsable()) {
                findings.add(unusable(table));
            } else if (table.key() == null && table.identity() != ReplicaIdentity.FULL) {
                findings.add(Finding.fail(
                        id(),
                        "table " + table + " has no key that compares by equality (WITHOUT OVERLAPS)",
                        full(table)));
            } else if (table.key() == null) {
                findings.add(Finding.warn(
                        id(),
                        "table " + table
                                + " has REPLICA IDENTITY FULL and no key: each change searches the whole table",
                        "ALTER TABLE " + table.name().quoted() + " ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY"
                                + " PRIMARY KEY, REPLICA IDENTITY DEFAULT;"));
            }
        }
        return Names.limited(findings, Finding.pass(id(), "every table has a usable one"));
    }

    private Finding unusable(Table table) {
        Key key = table.key();
        String statement = "ALTER TABLE " + table.name().quoted() + " REPLICA IDENTITY ";
        if (key == null) {
            return Finding.fail(
                    id(),
                    "table " + table + " has neither a primary key nor a unique index on NOT NULL columns",
                    "give it a primary key, or: " + full(table) + " or: tables: { exclude: [\"" + table + "\"] }");
        }
        return key.primary()
                ? Finding.fail(id(), "table " + table + " has its replica identity turned off", statement + "DEFAULT;")
                : Finding.fail(
                        id(),
                        "table " + table + " has no primary key, but the unique index " + key.index(),
                        statement + "USING INDEX " + Identifiers.quote(key.index()) + ";");
    }

    private static String full(Table table) {
        return "ALTER TABLE " + table.name().quoted() + " REPLICA IDENTITY FULL;";
    }
}
