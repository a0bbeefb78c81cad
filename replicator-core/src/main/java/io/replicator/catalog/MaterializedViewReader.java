package io.replicator.catalog;

import io.replicator.config.TableFilter;
import io.replicator.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads materialized views and the order in which they can be refreshed. */
final class MaterializedViewReader {
    private static final String VIEWS = """
            SELECT c.oid, n.nspname, c.relname, c.relispopulated
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'm'
              AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'replicator')
              AND NOT EXISTS (SELECT FROM pg_depend d
                              WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')""";

    private static final String DEPENDENCIES = """
            SELECT DISTINCT r.ev_class, c.oid
            FROM pg_depend d
            JOIN pg_rewrite r ON r.oid = d.objid
            JOIN pg_class c ON c.oid = d.refobjid
            WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
              AND c.relkind IN ('v', 'm') AND c.oid <> r.ev_class
              AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)""";

    private MaterializedViewReader() {}

    static List<MaterializedView> read(Connection connection, TableFilter filter) throws SQLException {
        Map<Long, MaterializedView> found = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(VIEWS);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                QualifiedName name = new QualifiedName(row.getString(2), row.getString(3));
                found.put(row.getLong(1), new MaterializedView(name, row.getBoolean(4), 0));
            }
        }
        if (found.isEmpty()) {
            return List.of();
        }
        Levels levels = new Levels(found, dependencies(connection));
        List<MaterializedView> views = new ArrayList<>();
        found.forEach((oid, view) -> {
            if (filter.accepts(view.name())) {
                views.add(new MaterializedView(view.name(), view.populated(), levels.of(oid)));
            }
        });
        views.sort(Comparator.comparingInt(MaterializedView::level).thenComparing(MaterializedView::name));
        return views;
    }

    private static Map<Long, List<Long>> dependencies(Connection connection) throws SQLException {
        Map<Long, List<Long>> dependencies = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(DEPENDENCIES);
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                dependencies
                        .computeIfAbsent(row.getLong(1), _ -> new ArrayList<>())
                        .add(row.getLong(2));
            }
        }
        return dependencies;
    }

    /** Longest ways through plain and materialized views, counting materialized ones; views cannot form a circle. */
    private static final class Levels {
        private final Map<Long, MaterializedView> materialized;
        private final Map<Long, List<Long>> dependencies;
        private final Map<Long, Integer> known = new HashMap<>();

        Levels(Map<Long, MaterializedView> materialized, Map<Long, List<Long>> dependencies) {
            this.materialized = materialized;
            this.dependencies = dependencies;
        }

        int of(long view) {
            Integer cached = known.get(view);
            if (cached != null) {
                return cached;
            }
            int level = 0;
            for (long used : dependencies.getOrDefault(view, List.of())) {
                level = Math.max(level, of(used) + (materialized.containsKey(used) ? 1 : 0));
            }
            known.put(view, level);
            return level;
        }
    }
}
