package io.replicator.schema;

import io.replicator.catalog.Key;
import io.replicator.catalog.Table;
import io.replicator.postgres.QualifiedName;
import io.replicator.postgres.ServerVersion;
import io.replicator.postgres.SqlStates;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops foreign keys and secondary indexes that would slow the load down, and stores how they come back in the same
 * transactions. Left alone are keys, indexes of small tables, those that partitions share with their root, and whatever
 * else depends on.
 */
final class DroppedForLoad {
    private static final Logger LOG = LoggerFactory.getLogger(DroppedForLoad.class);
    private static final long LEAST_BYTES = 1L << 20;
    /** Every drop holds locks until the commit, and the server's table of locks is small. */
    private static final int PER_TRANSACTION = 200;

    private static final String DEPENDENT_OBJECTS = "2BP01";

    private static final String FOREIGN_KEYS = """
            SELECT 'FK CONSTRAINT', format('%s.%s %s', n.nspname, c.relname, f.conname),
                   format('ALTER TABLE %I.%I DROP CONSTRAINT %I', n.nspname, c.relname, f.conname),
                   format('ALTER TABLE %s%I.%I ADD CONSTRAINT %I %s;', CASE c.relkind WHEN 'p' THEN '' ELSE 'ONLY ' END,
                          n.nspname, c.relname, f.conname, pg_get_constraintdef(f.oid)),
                   format('COMMENT ON CONSTRAINT %I ON %I.%I IS %L', f.conname, n.nspname, c.relname,
                          obj_description(f.oid, 'pg_constraint')),
                   obj_description(f.oid, 'pg_constraint') IS NOT NULL,
                   n.nspname, c.relname, rn.nspname, rc.relname, 'p' IN (c.relkind, rc.relkind), NULL::text[], false
            FROM pg_constraint f
            JOIN pg_class c ON c.oid = f.conrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_class rc ON rc.oid = f.confrelid
            JOIN pg_namespace rn ON rn.oid = rc.relnamespace
            WHERE f.contype = 'f' AND coalesce((to_jsonb(f) ->> 'conparentid')::bigint, 0) = 0
              AND pg_has_role(c.relowner, 'USAGE')
            ORDER BY 2""";

    private static final String INDEXES = """
            SELECT CASE WHEN k.oid IS NULL THEN 'INDEX' ELSE 'CONSTRAINT' END,
                   CASE WHEN k.oid IS NULL THEN format('%s.%s', n.nspname, i.relname)
                        ELSE format('%s.%s %s', n.nspname, c.relname, k.conname) END,
                   CASE WHEN k.oid IS NULL THEN format('DROP INDEX %I.%I', n.nspname, i.relname)
                        ELSE format('ALTER TABLE %I.%I DROP CONSTRAINT %I', n.nspname, c.relname, k.conname) END,
                   CASE WHEN k.oid IS NULL THEN pg_get_indexdef(i.oid)
                        ELSE format('ALTER TABLE ONLY %I.%I ADD CONSTRAINT %I %s', n.nspname, c.relname, k.conname,
                                    pg_get_constraintdef(k.oid)) END,
                   CASE WHEN k.oid IS NULL
                        THEN format('COMMENT ON INDEX %I.%I IS %L', n.nspname, i.relname, obj_description(i.oid, 'pg_class'))
                        ELSE format('COMMENT ON CONSTRAINT %I ON %I.%I IS %L', k.conname, n.nspname, c.relname,
                                    obj_description(k.oid, 'pg_constraint')) END,
                   coalesce(obj_description(k.oid, 'pg_constraint'), obj_description(i.oid, 'pg_class')) IS NOT NULL,
                   n.nspname, c.relname, n.nspname, c.relname, false,
                   (SELECT array_agg(a.attname::text) FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS u (number, position)
                    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number WHERE u.position <= x.indnkeyatts),
                   x.indisunique
            FROM pg_index x
            JOIN pg_class i ON i.oid = x.indexrelid
            JOIN pg_class c ON c.oid = x.indrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_constraint k ON k.conindid = i.oid AND k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x')
            WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND x.indisvalid AND NOT x.indisprimary AND NOT x.indisreplident
              AND NOT x.indisclustered AND i.reltablespace = 0 AND pg_has_role(c.relowner, 'USAGE')
              AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.oid)
              AND NOT EXISTS (SELECT FROM pg_attribute a
                              WHERE a.attrelid = i.oid AND coalesce(a.attstattarget, -1) >= 0)
            ORDER BY 2""";

    private final SchemaEntryStore store;
    private final Connection target;

    /** @param target outside autocommit mode */
    DroppedForLoad(SchemaEntryStore store, Connection target) {
        this.store = store;
        this.target = target;
    }

    private record Found(
            SchemaEntry restore,
            String drop,
            QualifiedName table,
            QualifiedName referenced,
            boolean partitioned,
            Set<String> columns,
            boolean unique) {}

    void drop(List<Table> tables, Map<QualifiedName, Table> onTarget) throws SQLException {
        Map<QualifiedName, Table> sources = new HashMap<>();
        Set<QualifiedName> ours = new HashSet<>();
        for (Table table : tables) {
            sources.put(table.name(), table);
            ours.add(table.name());
            if (table.root() != null) {
                ours.add(table.root());
            }
        }
        List<Found> found = new ArrayList<>();
        for (Found key : find(FOREIGN_KEYS, Stage.FOREIGN_KEYS, sources)) {
            if (ours.contains(key.table()) && ours.contains(key.referenced())) {
                found.add(key);
            }
        }
        for (Found index : find(INDEXES, Stage.INDEXES, sources)) {
            Table source = sources.get(index.table());
            if (source != null
                    && source.bytes() >= LEAST_BYTES
                    && !isKey(index, source.key())
                    && !isKey(index, keyOf(onTarget, index.table()))) {
                found.add(index);
            }
        }
        dropAll(found);
    }

    private void dropAll(List<Found> found) throws SQLException {
        int dropped = 0;
        for (int from = 0; from < found.size(); from += PER_TRANSACTION) {
            List<SchemaEntry> gone = new ArrayList<>();
            for (Found each : found.subList(from, Math.min(from + PER_TRANSACTION, found.size()))) {
                if (drop(each)) {
                    dropped++;
                    gone.addAll(
                            each.restore().stage() == Stage.FOREIGN_KEYS && !each.partitioned()
                                    ? ForeignKeys.validatedLater(each.restore())
                                    : List.of(each.restore()));
                }
            }
            store.add(target, gone);
            target.commit();
        }
        if (dropped > 0) {
            LOG.info(
                    "dropped {} indexes and foreign keys of the target for the load; they come back behind it",
                    dropped);
        }
    }

    private boolean drop(Found found) throws SQLException {
        Savepoint savepoint = target.setSavepoint();
        try (Statement statement = target.createStatement()) {
            statement.execute(found.drop());
            target.releaseSavepoint(savepoint);
            return true;
        } catch (SQLException e) {
            if (!SqlStates.has(e, DEPENDENT_OBJECTS)) {
                throw e;
            }
            target.rollback(savepoint);
            LOG.info("{} stays: {}", found.restore(), SqlStates.describe(e));
            return false;
        }
    }

    private static @Nullable Key keyOf(Map<QualifiedName, Table> tables, QualifiedName name) {
        Table table = tables.get(name);
        return table == null ? null : table.key();
    }

    private static boolean isKey(Found index, @Nullable Key key) {
        return key != null && index.unique() && index.columns().equals(Set.copyOf(key.columns()));
    }

    private List<Found> find(String query, Stage stage, Map<QualifiedName, Table> sources) throws SQLException {
        List<Found> found = new ArrayList<>();
        String matching = ServerVersion.of(target).atLeast(11) ? query : query.replace("x.indnkeyatts", "x.indnatts");
        try (PreparedStatement statement = target.prepareStatement(matching);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                QualifiedName table = new QualifiedName(row.getString(7), row.getString(8));
                QualifiedName referenced = new QualifiedName(row.getString(9), row.getString(10));
                String sql = row.getString(4) + (row.getBoolean(6) ? "; " + row.getString(5) : "");
                SchemaEntry restore = new SchemaEntry(
                        0,
                        stage,
                        row.getString(1),
                        row.getString(2),
                        sql,
                        table.equals(referenced)
                                ? List.of(table.toString())
                                : List.of(table.toString(), referenced.toString()),
                        bytes(sources, table) + (table.equals(referenced) ? 0 : bytes(sources, referenced)));
                found.add(new Found(
                        restore,
                        row.getString(3),
                        table,
                        referenced,
                        row.getBoolean(11),
                        row.getArray(12) == null
                                ? Set.of()
                                : Set.of((String[]) row.getArray(12).getArray()),
                        row.getBoolean(13)));
            }
        }
        return found;
    }

    private static long bytes(Map<QualifiedName, Table> tables, QualifiedName name) {
        Table table = tables.get(name);
        return table == null ? 0 : table.bytes();
    }
}
