package io.replicator.race;

import java.util.Map;
import java.util.TreeMap;

/** Compares every row of both sides. */
final class Sides {
    private Sides() {}

    /** The tables whose rows differ; empty when the sides are equal. */
    static String difference(Arena arena) {
        StringBuilder different = new StringBuilder();
        Map<String, String> source = sums(arena.source(), arena.database());
        Map<String, String> target = sums(arena.target(), arena.database());
        source.forEach((table, sum) -> {
            if (!sum.equals(target.get(table))) {
                different.append(different.isEmpty() ? "" : ", ").append(table);
            }
        });
        return different.toString();
    }

    private static Map<String, String> sums(Cluster cluster, String database) {
        Map<String, String> sums = new TreeMap<>();
        String tables = cluster.value(database, """
                SELECT coalesce(string_agg(quote_ident(relname), ',' ORDER BY relname), '') FROM pg_class
                WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace""");
        for (String table : tables.split(",", -1)) {
            sums.put(
                    table,
                    cluster.value(
                            database,
                            "SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM " + table
                                    + " AS t"));
        }
        return sums;
    }
}
