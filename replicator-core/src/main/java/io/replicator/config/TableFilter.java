package io.replicator.config;

import io.replicator.postgres.QualifiedName;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which tables take part: those that match an include and no exclude. A pattern is {@code schema.table}, where {@code *}
 * stands for any characters; without a dot it is a table in any schema.
 */
public record TableFilter(List<String> include, List<String> exclude) {
    public static final TableFilter ALL = new TableFilter(List.of("*.*"), List.of());

    public TableFilter {
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
    }

    public boolean accepts(QualifiedName table) {
        return matchesAny(include, table) && !matchesAny(exclude, table);
    }

    /**
     * The same for a leaf of a partitioned table, which also answers to its root's name.
     *
     * @param root the topmost partitioned table; null for an ordinary table
     */
    public boolean accepts(QualifiedName table, @Nullable QualifiedName root) {
        if (root == null) {
            return accepts(table);
        }
        return (matchesAny(include, table) || matchesAny(include, root))
                && !matchesAny(exclude, table)
                && !matchesAny(exclude, root);
    }

    private static boolean matchesAny(List<String> patterns, QualifiedName table) {
        for (String pattern : patterns) {
            int dot = pattern.indexOf('.');
            String schema = dot < 0 ? "*" : pattern.substring(0, dot);
            if (matches(schema, table.schema()) && matches(pattern.substring(dot + 1), table.name())) {
                return true;
            }
        }
        return false;
    }

    private static boolean matches(String pattern, String name) {
        StringBuilder expression = new StringBuilder();
        for (String literal : pattern.split("\\*", -1)) {
            expression.append(expression.isEmpty() ? "" : ".*").append(Pattern.quote(literal));
        }
        return Pattern.compile(expression.toString(), Pattern.DOTALL)
                .matcher(name)
                .matches();
    }
}
