package io.replicator.preflight;

import io.replicator.catalog.Table;
import io.replicator.config.CaptureMode;
import java.sql.SQLException;
import java.util.List;

/** Changes of unlogged tables are not in the write-ahead log. */
final class UnloggedTables implements Check {
    @Override
    public String id() {
        return "source.unlogged";
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
        List<Finding> findings = session.sourceTables().stream()
                .filter(Table::unlogged)
                .map(table -> Finding.fail(
                        id(),
                        "table " + table + " is unlogged: its changes cannot be captured",
                        "ALTER TABLE " + table.name().quoted() + " SET LOGGED; or: tables: { exclude: [\"" + table
                                + "\"] }"))
                .toList();
        return Names.limited(findings, Finding.pass(id(), "no unlogged table"));
    }
}
