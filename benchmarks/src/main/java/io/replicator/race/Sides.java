package io.replicator.race;

import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;

/** Compares every row of both sides. */
final class Sides {
    private Sides() {}

    /** The tables whose rows differ; empty when the sides are equal. */
    static String difference(Map<String, String> source, Map<String, String> target) {
        StringJoiner different = new StringJoiner(", ");
        source.forEach((table, sum) -> {
            if (!sum.equals(target.get(table))) {
                different.add(table);
            }
        });
        return different.toString();
    }

    /** Count and checksum of every table of schema {@code public}. */
    static Map<String, String> sums(Cluster cluster, String database) {
        Map<String, String> sums = new TreeMap<>();
        for (String table : cluster.tables(database)) {
            sums.put(
                    table,
                    cluster.value(
                            database,
                            "SELECT count(*) || ' ' || coalesce(sum(hashtextextended(t::text, 0)), 0) || ' '"
                                    + " || coalesce(sum(hashtextextended(t::text, 1)), 0) FROM " + table + " AS t"));
        }
        return sums;
    }
}
