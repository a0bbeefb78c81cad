package io.replicator.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SessionSettingsTest {
    /** Walsenders of servers before 14.2, 13.6, 12.10, 11.15 and 10.20 refuse more; no embedded one is as old. */
    @Test
    void pinsAWalsenderByOneStatement() {
        assertThat(SessionSettings.REPLICATION_PIN).doesNotContain(";");
    }
}
