package io.replicator.capture.trigger;

import io.replicator.catalog.Column;
import io.replicator.catalog.Table;
import io.replicator.error.ErrorCode;
import io.replicator.error.ReplicatorException;
import io.replicator.postgres.ServerVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Makes the triggers of one table and records them, in the caller's transaction. */
final class TableInstallation {
    /** What a key column looks like under the lock; strings and enums read the same under every setting. */
    private static final String KEY_COLUMN = """
            SELECT a.attnum, a.atttypid,
                   coalesce(b.typcategory, t.typcategory) IN ('S', 'E')
                       OR coalesce(b.oid, t.oid) = ANY ('{bool,bytea,numeric,oid,inet,cidr,macaddr,macaddr8,bit,varbit,time,
                                                         int2,int4,int8,uuid,"char"}'::regtype[])
            FROM pg_attribute a
            JOIN pg_type t ON t.oid = a.atttypid
            LEFT JOIN pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype AND b.typtype <> 'd'
            WHERE a.attrelid = ?::oid AND a.attname = ? AND a.attnotnull AND NOT a.attisdropped""";

    private static final String NEEDS_ROW_LEVEL = """
            SELECT EXISTS (SELECT FROM pg_inherits i WHERE ?::oid IN (i.inhrelid, i.inhparent))
                OR EXISTS (SELECT FROM pg_subscription_rel s WHERE s.srrelid = ?::oid)""";

    private final Connection source;
    private final ServerVersion version;
    private final Table table;

    TableInstallation(Connection source, ServerVersion version, Table table) {
        this.source = source;
        this.version = version;
        this.table = table;
    }

    /**
     * Waits for the table's writers, at most for the session's {@code lock_timeout}.
     *
     * @throws ReplicatorException {@code TABLE_CHANGED} when the table is no longer the one that was read
     */
    CapturedTable run() throws SQLException {
        lock();
        List<Short> numbers = new ArrayList<>();
        List<KeyColumn> key = new ArrayList<>();
        KeyShape shape = KeyShape.of(table);
        List<String> names = table.key() == null ? List.of() : table.key().columns();
        for (int i = 0; i < names.size(); i++) {
            key.add(keyColumn(names.get(i), shape.letters().charAt(i), numbers));
        }
        CapturedTable captured =
                new CapturedTable(table.oid(), table.oid(), table.name(), shape, names, needsRowLevel());
        TableTriggers triggers = new TableTriggers(captured);
        List<String> statements =
                new ArrayList<>(triggers.functions(new TriggerFunctions(table.oid(), shape, key, version)));
        statements.addAll(triggers.create());
        for (String sql : statements) {
            execute(sql);
        }
        CapturedTables.record(source, captured, numbers);
        return captured;
    }

    private void lock() throws SQLException {
        List<String> old = TableTriggers.existing(source, table.oid());
        execute("LOCK TABLE ONLY " + table.name().quoted() + " IN "
                + (old.isEmpty() ? "SHARE ROW EXCLUSIVE" : "ACCESS EXCLUSIVE") + " MODE");
        requireSameRelation();
        for (String trigger : old) {
            execute(TableTriggers.drop(trigger, table.name()));
        }
    }

    private void requireSameRelation() throws SQLException {
        try (PreparedStatement statement = source.prepareStatement("""
                SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                               WHERE c.oid = ?::oid AND n.nspname = ? AND c.relname = ?)""")) {
            statement.setLong(1, Integer.toUnsignedLong(table.oid()));
            statement.setString(2, table.name().schema());
            statement.setString(3, table.name().name());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (!row.getBoolean(1)) {
                    throw changed("it was dropped or replaced");
                }
            }
        }
    }

    private KeyColumn keyColumn(String name, char letter, List<Short> numbers) throws SQLException {
        Column expected = KeyShape.column(table, name);
        try (PreparedStatement statement = source.prepareStatement(KEY_COLUMN)) {
            statement.setLong(1, Integer.toUnsignedLong(table.oid()));
            statement.setString(2, name);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next() || (int) row.getLong(2) != expected.typeOid()) {
                    throw changed("its key column " + name + " was altered");
                }
                numbers.add(row.getShort(1));
                return new KeyColumn(name, letter, !row.getBoolean(3));
            }
        }
    }

    private boolean needsRowLevel() throws SQLException {
        try (PreparedStatement statement = source.prepareStatement(NEEDS_ROW_LEVEL)) {
            statement.setLong(1, Integer.toUnsignedLong(table.oid()));
            statement.setLong(2, Integer.toUnsignedLong(table.oid()));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = source.createStatement()) {
            statement.execute(sql);
        }
    }

    private ReplicatorException changed(String how) {
        return new ReplicatorException(
                ErrorCode.TABLE_CHANGED, "table " + table + " changed while capture was installed: " + how);
    }
}
