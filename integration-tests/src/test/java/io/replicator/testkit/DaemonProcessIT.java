package io.replicator.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DaemonProcessIT {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void capturesOutputAndExitCode() {
        try (DaemonProcess process = start(Map.of("GREETING", "hello"), "exit", "7")) {
            assertThat(process.awaitExit(LIMIT)).isEqualTo(7);
            assertThat(process.stdout()).contains("hello [exit, 7]");
            assertThat(process.stderr()).contains("on stderr");
        }
    }

    @Test
    void killsWithoutGivingItAChance() {
        try (DaemonProcess process = start(Map.of(), "wait")) {
            process.awaitOutput("waiting", LIMIT);
            process.kill();
            assertThat(process.awaitExit(LIMIT)).isEqualTo(137);
            assertThat(process.stdout()).doesNotContain("hook");
        }
    }

    @Test
    void terminatesInOrder() {
        try (DaemonProcess process = start(Map.of(), "wait")) {
            process.awaitOutput("waiting", LIMIT);
            process.terminate();
            assertThat(process.awaitExit(LIMIT)).isEqualTo(143);
            assertThat(process.stdout()).contains("hook");
        }
    }

    @Test
    void showsTheOutputWhenItWaitsInVain() {
        try (DaemonProcess process = start(Map.of(), "exit", "0")) {
            assertThatThrownBy(() -> process.awaitOutput("never", LIMIT))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("never")
                    .hasMessageContaining("on stderr");
        }
    }

    private static DaemonProcess start(Map<String, String> environment, String... arguments) {
        return DaemonProcess.start(TalkingProgram.class.getName(), environment, arguments);
    }
}
