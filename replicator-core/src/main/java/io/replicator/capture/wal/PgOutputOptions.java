package io.replicator.capture.wal;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What pgoutput is asked for (PostgreSQL documentation, section 55.5.1).
 *
 * @param binary whether values are to come in the types' binary form, for which the target must have the same types
 */
record PgOutputOptions(String publication, boolean binary) {
    /** Names and values in the order in which they are sent. */
    Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("proto_version", "1");
        values.put("publication_names", publication);
        if (binary) {
            values.put("binary", "true");
        }
        return values;
    }
}
