package io.replicator.cli.demo;

import io.replicator.postgres.QualifiedName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;

/** Compares sequences by the value they give next: the target's must not be behind. */
final class SequenceComparison {
    private SequenceComparison() {}

    static void compare(Connection source, Connection target, Differences differences) throws SQLException {
        SortedMap<QualifiedName, Long> ofSource = ComparedCatalog.sequences(source);
        SortedMap<QualifiedName, Long> ofTarget = ComparedCatalog.sequences(target);
        for (Map.Entry<QualifiedName, Long> entry : ofSource.entrySet()) {
            QualifiedName name = entry.getKey();
            Long targetIncrement = ofTarget.get(name);
            if (targetIncrement == null) {
                differences.add("sequence " + name + " is missing on the target");
                continue;
            }
            long sourceNext = next(source, name, entry.getValue());
            long targetNext = next(target, name, targetIncrement);
            boolean behind = entry.getValue() > 0 ? targetNext < sourceNext : targetNext > sourceNext;
            if (behind) {
                differences.add("sequence " + name + " is behind on the target: source gives " + sourceNext
                        + " next, target " + targetNext);
            }
        }
        TreeSet<QualifiedName> surplus = new TreeSet<>(ofTarget.keySet());
        surplus.removeAll(ofSource.keySet());
        surplus.forEach(name -> differences.add("sequence " + name + " is on the target only"));
    }

    private static long next(Connection connection, QualifiedName name, long increment) throws SQLException {
        try (PreparedStatement statement =
                        connection.prepareStatement("SELECT last_value, is_called FROM " + name.quoted());
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getBoolean(2) ? row.getLong(1) + increment : row.getLong(1);
        }
    }
}
