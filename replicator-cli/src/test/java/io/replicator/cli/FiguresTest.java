package io.replicator.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FiguresTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 kB",
        "10240, 10 kB",
        "1048575, 1.0 MB",
        "1468006, 1.4 MB",
        "1099511627776, 1.0 TB",
        "9007199254740992, 8192 TB"
    })
    void writesSizes(long bytes, String text) {
        assertThat(Figures.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.0 s",
        "9.94, 9.9 s",
        "12.4, 12 s",
        "59.6, 1 min 00 s",
        "130.4, 2 min 10 s",
        "11100, 3 h 05 min",
        "90000, 1 d 01 h"
    })
    void writesDurations(double seconds, String text) {
        assertThat(Figures.seconds(seconds)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0               | 0
            9999999         | 9,999,999
            10000000        | 10.0M
            1234567890      | 1.2G
            2000000000000   | 2.0T
            """)
    void writesCountsThatFitIntoNineCharacters(long number, String text) {
        assertThat(Figures.shortCount(number)).isEqualTo(text);
    }

    @Test
    void callsTheUnknownUnknown() {
        assertThat(Figures.bytes(null)).isEqualTo("unknown");
        assertThat(Figures.seconds(null)).isEqualTo("unknown");
    }

    @Test
    void leavesAnInstantItCannotReadAsItIs() {
        assertThat(Figures.instant("yesterday")).isEqualTo("yesterday");
        assertThat(Figures.instant("2026-01-31T12:00:00.9Z")).isEqualTo("2026-01-31 12:00:00 UTC");
    }
}
