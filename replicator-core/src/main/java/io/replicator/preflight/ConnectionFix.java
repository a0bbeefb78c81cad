package io.replicator.preflight;

import io.replicator.error.ErrorCode;
import io.replicator.postgres.ConnectionSettings;
import io.replicator.postgres.Side;
import java.util.regex.Pattern;

/** Commands for a shell that mend a connection, or show what is wrong with it. */
final class ConnectionFix {
    private static final Pattern PLAIN = Pattern.compile("[\\w./:@-]+");

    private ConnectionFix() {}

    static String of(ErrorCode failure, Side side, ConnectionSettings settings) {
        String server = "-h " + shell(settings.host()) + " -p " + settings.port() + " -U " + shell(settings.user());
        return switch (failure) {
            case DATABASE_MISSING -> "createdb " + server + " " + shell(settings.database());
            case AUTHENTICATION_FAILED ->
                "correct user or password of " + side + ", then try: psql " + server + " -d "
                        + shell(settings.database());
            default -> "pg_isready -h " + shell(settings.host()) + " -p " + settings.port();
        };
    }

    private static String shell(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
