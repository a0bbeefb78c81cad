package io.replicator.preflight;

import io.replicator.catalog.Table;
import io.replicator.postgres.QualifiedName;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Lists of objects in findings. */
final class Names {
    private static final int SHOWN = 10;
    private static final int FINDINGS = 50;

    private Names() {}

    /** The first few, for a line that is read. */
    static String some(Collection<?> names) {
        String shown = names.stream().limit(SHOWN).map(Object::toString).collect(Collectors.joining(", "));
        return names.size() > SHOWN ? shown + " and " + (names.size() - SHOWN) + " more" : shown;
    }

    /** {@code 1 table: a} or {@code 2 tables: a, b}. */
    static String counted(Collection<?> names, String noun) {
        return names.size() + " " + noun + (names.size() == 1 ? ": " : "s: ") + some(names);
    }

    /** All of them as SQL text, for a command that is pasted. */
    static String quoted(Collection<QualifiedName> names) {
        return names.stream().map(QualifiedName::quoted).collect(Collectors.joining(", "));
    }

    static List<QualifiedName> of(Collection<Table> tables) {
        return tables.stream().map(Table::name).toList();
    }

    /** One finding per object, but not thousands of lines; or a {@code PASS}. */
    static List<Finding> limited(List<Finding> findings, Finding pass) {
        if (findings.isEmpty()) {
            return List.of(pass);
        }
        if (findings.size() <= FINDINGS) {
            return findings;
        }
        List<Finding> shown = new ArrayList<>(findings.subList(0, FINDINGS));
        Finding last = findings.getLast();
        shown.add(new Finding(
                last.severity(),
                last.id(),
                (findings.size() - FINDINGS) + " more of the same kind",
                "run the fixes above, then: replicator check"));
        return shown;
    }
}
