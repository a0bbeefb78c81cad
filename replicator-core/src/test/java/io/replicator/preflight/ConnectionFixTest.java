package io.replicator.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.replicator.error.ErrorCode;
import io.replicator.postgres.ConnectionSettings;
import io.replicator.postgres.Side;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConnectionFixTest {
    private static final ConnectionSettings SETTINGS =
            new ConnectionSettings("db.example.com", 5433, "it's shop", "app", "s3cret", Map.of());

    @Test
    void quotesForTheShell() {
        assertThat(ConnectionFix.of(ErrorCode.DATABASE_MISSING, Side.TARGET, SETTINGS))
                .isEqualTo("createdb -h db.example.com -p 5433 -U app 'it'\\''s shop'");
    }

    @Test
    void neverShowsThePassword() {
        for (ErrorCode code : ErrorCode.values()) {
            assertThat(ConnectionFix.of(code, Side.SOURCE, SETTINGS)).doesNotContain("s3cret");
        }
    }
}
