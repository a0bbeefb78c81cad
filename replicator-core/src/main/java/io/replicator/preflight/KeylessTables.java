package io.replicator.preflight;

import io.replicator.catalog.Table;
import io.replicator.config.CaptureMode;
import java.sql.SQLException;
import java.util.List;

/** Triggers log keys; of a table without one they can only say that something changed. */
final class KeylessTables implements Check {
    @Override
    public String id() {
        return "source.keyless";
    }

    @Override
    public Needs needs() {
        return Needs.SOURCE;
    }

    @Override
    public boolean concerns(CaptureMode capture) {
        return capture == CaptureMode.TRIGGER;
    }

    @Override
    public boolean concernsCopyOnly() {
        return false;
    }

    @Override
    public List<Finding> run(Session session) throws SQLException {
        List<Finding> findings = session.sourceTables().stream()
                .filter(table -> table.key() == null)
                .map(table ->
                        finding(table, session.context().config().cutover().recopies(table.name())))
                .toList();
        return Names.limited(findings, Finding.pass(id(), "every table has a key"));
    }

    private Finding finding(Table table, boolean recopied) {
        return recopied
                ? Finding.pass(id(), "table " + table + " has no key and is copied again at the cutover")
                : Finding.warn(
                        id(),
                        "table " + table + " has no key: it is read whole again in every window in which it changed",
                        "ALTER TABLE " + table.name().quoted() + " ADD PRIMARY KEY (…); or: cutover: { recopy: [\""
                                + table + "\"] }, which copies it again at the cutover");
    }
}
