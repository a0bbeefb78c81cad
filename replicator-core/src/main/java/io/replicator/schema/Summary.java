package io.replicator.schema;

import java.util.List;
import java.util.stream.Collectors;

/** Lists in messages, cut where they get long. */
final class Summary {
    private static final int SHOWN = 10;

    private Summary() {}

    static String of(List<?> items) {
        String shown = items.stream().limit(SHOWN).map(Object::toString).collect(Collectors.joining("; "));
        return items.size() > SHOWN ? shown + "; and " + (items.size() - SHOWN) + " more" : shown;
    }
}
