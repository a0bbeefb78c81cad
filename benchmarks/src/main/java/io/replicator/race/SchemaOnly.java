package io.replicator.race;

import java.util.Map;

/** The parts of a schema, for those that bring rows alone. */
final class SchemaOnly {
    private static final String NAME = "schema-only";

    private SchemaOnly() {}

    static void all(Arena arena) {
        ShellLoad.run(arena, NAME, """
                "$BIN/pg_dump" --schema-only --no-publications -d "$SOURCE" \
                | "$BIN/psql" -q -X -v ON_ERROR_STOP=1 -d "$TARGET"
                """, Map.of());
    }

    static void tables(Arena arena) {
        ShellLoad.run(arena, NAME, """
                rm -f "$WORK" && "$BIN/pg_dump" -Fc --schema-only --no-publications -f "$WORK" -d "$SOURCE" \
                && "$BIN/pg_restore" --section=pre-data -d "$TARGET" "$WORK"
                """, Map.of());
    }

    /** After {@link #tables}. */
    static void indexes(Arena arena) {
        ShellLoad.run(arena, NAME, """
                "$BIN/pg_restore" --section=post-data -j2 -d "$TARGET" "$WORK"
                """, Map.of());
    }
}
